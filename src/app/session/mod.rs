//! Reviews that are saved and opened again: which profiles, and how they are looked at. `docs/session-format.md` says
//! what is in the file.
//!
//! ```text
//! {"helioscope_session": 1, "program": "0.1.0",
//!  "profile": {"path": "run.prof", "sha256": "9f86…", "bytes": 5120},
//!  "look": {"view": "Flame", "zoom": [{"name": "main", "file": "app.py", "line": 3}], …}}
//! ```

mod look;
mod opening;

pub(super) use look::{Annotated, Change, Dismissed, Known, Look, Place, Thread};
pub(super) use opening::{Opened, Pending};

use crate::analyze::diff::Matching;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// How names of reviews end.
pub(super) const ENDING: &str = "helioscope";
/// The version this program writes, and the newest it reads.
const VERSION: u64 = 1;
/// The largest file that is read: what is embedded is written in four bytes for three.
const MOST_READ: u64 = 200 << 20;
/// The most that is embedded.
const MOST_EMBEDDED: u64 = 128 << 20;

/// A review.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    #[serde(rename = "helioscope_session")]
    version: u64,
    /// The version of the program that wrote it.
    #[serde(default)]
    program: String,
    #[serde(flatten)]
    pub(super) about: About,
    #[serde(default)]
    pub(super) look: Look,
}

/// What a review is about.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) enum About {
    /// One profile.
    #[serde(rename = "profile")]
    Profile(Recorded),
    /// The runs of two sides.
    #[serde(rename = "comparison")]
    Comparison {
        base: Vec<Recorded>,
        new: Vec<Recorded>,
        #[serde(default)]
        matching: Matching,
    },
}

/// A profile's file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Recorded {
    /// Where it is: absolute, or from the review's folder. Of an embedded one, its name alone.
    pub(super) path: String,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub(super) sha256: String,
    /// Its size.
    #[serde(default)]
    pub(super) bytes: u64,
    /// Its bytes in Base64, where it is embedded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

/// Why a review cannot be opened or saved.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it is larger than {} MB, which no review is", MOST_READ >> 20)]
    TooLarge,
    #[error("it is no review saved by Helioscope: {0}")]
    NotASession(String),
    #[error(
        "it was saved by a newer Helioscope, in version {0} of its format; this one reads up to version {VERSION}. \
         Update Helioscope to open it"
    )]
    Newer(u64),
    #[error("the profile embedded as {0} is damaged: its bytes are not those that were saved")]
    Damaged(String),
    #[error("{name} is larger than {} MB: save its place instead", MOST_EMBEDDED >> 20)]
    TooLargeToEmbed { name: String },
    #[error("a side of the comparison has no profile")]
    Empty,
}

impl Session {
    pub(super) fn new(about: About, look: Look) -> Self {
        Self { version: VERSION, program: env!("CARGO_PKG_VERSION").to_owned(), about, look }
    }

    /// Reads a review's file.
    pub(super) fn read(path: &Path) -> Result<Self, SessionError> {
        let mut bytes = Vec::new();
        File::open(path)?.take(MOST_READ + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_READ {
            return Err(SessionError::TooLarge);
        }
        Self::parse(&bytes)
    }

    /// Reads a review. What a later program of this version added is passed over.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, SessionError> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(rename = "helioscope_session")]
            version: u64,
        }
        let not_one = |error: serde_json::Error| SessionError::NotASession(error.to_string());
        // The version says how to read the rest, so it is read before.
        let Head { version } = serde_json::from_slice(bytes).map_err(not_one)?;
        if version > VERSION {
            return Err(SessionError::Newer(version));
        }
        let session: Self = serde_json::from_slice(bytes).map_err(not_one)?;
        match &session.about {
            About::Comparison { base, new, .. } if base.is_empty() || new.is_empty() => Err(SessionError::Empty),
            _ => Ok(session),
        }
    }

    /// The review as it is written.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, SessionError> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| SessionError::Io(io::Error::from(error)))?;
        json.push(b'\n');
        Ok(json)
    }

    /// Every profile, the base side's first.
    pub(super) fn recorded(&self) -> Vec<&Recorded> {
        match &self.about {
            About::Profile(recorded) => vec![recorded],
            About::Comparison { base, new, .. } => base.iter().chain(new).collect(),
        }
    }

    /// The same, to be changed.
    pub(super) fn recorded_mut(&mut self) -> Vec<&mut Recorded> {
        match &mut self.about {
            About::Profile(recorded) => vec![recorded],
            About::Comparison { base, new, .. } => base.iter_mut().chain(new).collect(),
        }
    }
}

impl Recorded {
    /// A file as a review in a folder names it, with its bytes where they are wanted.
    pub(super) fn of(file: &Path, folder: &Path, embed: bool) -> Result<Self, SessionError> {
        let name = || super::recordings::file_name(file);
        if !embed {
            let (sha256, bytes) = hash(&mut File::open(file)?)?;
            return Ok(Self { path: path_from(file, folder), sha256, bytes, content: None });
        }
        let mut content = Vec::new();
        File::open(file)?.take(MOST_EMBEDDED + 1).read_to_end(&mut content)?;
        if content.len() as u64 > MOST_EMBEDDED {
            return Err(SessionError::TooLargeToEmbed { name: name() });
        }
        Ok(Self {
            // Who gets the file has no use for the folder, and need not know it.
            path: name(),
            sha256: digits(&Sha256::digest(&content)),
            bytes: content.len() as u64,
            content: Some(STANDARD.encode(content)),
        })
    }

    /// Its bytes, where they are embedded; they are those that were saved.
    pub(super) fn embedded(&self) -> Option<Result<Vec<u8>, SessionError>> {
        let content = self.content.as_ref()?;
        let damaged = || SessionError::Damaged(self.path.clone());
        Some(match STANDARD.decode(content) {
            Ok(bytes) if digits(&Sha256::digest(&bytes)).eq_ignore_ascii_case(&self.sha256) => Ok(bytes),
            _ => Err(damaged()),
        })
    }

    /// Where it is, seen from a review in a folder.
    pub(super) fn place(&self, folder: &Path) -> PathBuf {
        folder.join(&self.path)
    }

    /// Whether a file holds what was saved.
    pub(super) fn is_unchanged(&self, file: &Path) -> io::Result<bool> {
        let (sha256, _) = hash(&mut File::open(file)?)?;
        Ok(sha256.eq_ignore_ascii_case(&self.sha256))
    }
}

/// The path of a file as a review in a folder names it: from there where it lies below, so that both can be moved.
fn path_from(file: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| {
        std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.into())
    };
    let (file, folder) = (absolute(file), absolute(folder));
    match file.strip_prefix(&folder) {
        // The same on every system.
        Ok(below) => {
            let parts = below.components().filter_map(|part| match part {
                Component::Normal(name) => Some(name.to_string_lossy()),
                _ => None,
            });
            parts.collect::<Vec<_>>().join("/")
        }
        Err(_) => file.to_string_lossy().into_owned(),
    }
}

/// The SHA-256 of what a file holds, and its size.
fn hash(file: &mut File) -> io::Result<(String, u64)> {
    let (mut hasher, mut buffer, mut size) = (Sha256::new(), vec![0; 1 << 16], 0);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((digits(&hasher.finalize()), size)),
            n => {
                hasher.update(&buffer[..n]);
                size += n as u64;
            }
        }
    }
}

fn digits(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a file is a review, by its name.
pub(super) fn is_session(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ENDING))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = folder();
        let file = folder.path().join("run.folded");
        std::fs::write(&file, "main;parse 2\n").expect("a file");
        for embed in [false, true] {
            let recorded = Recorded::of(&file, folder.path(), embed).expect("a profile");
            assert_eq!((recorded.path.as_str(), recorded.bytes), ("run.folded", 13));
            assert!(recorded.is_unchanged(&file).expect("it is there"));
            let embedded = recorded.embedded().map(|bytes| bytes.expect("whole"));
            assert_eq!(embedded, embed.then(|| b"main;parse 2\n".to_vec()));
            let about = About::Comparison {
                base: vec![recorded.clone()],
                new: vec![recorded.clone(), recorded],
                matching: Matching::default(),
            };
            let session = Session::new(about, Look::default());
            assert_eq!(Session::parse(&session.to_json().expect("text")).expect("a review"), session);
        }
    }

    #[test]
    fn a_newer_version_is_refused_by_its_number() {
        let newer = br#"{"helioscope_session": 2, "all": "is different"}"#;
        let why = Session::parse(newer).expect_err("refused").to_string();
        assert!(why.contains("version 2") && why.contains("Update Helioscope"), "{why}");
    }

    #[test]
    fn what_is_no_review_is_refused_with_the_reason() {
        let deep = "[".repeat(100_000);
        let look = r#"{"helioscope_session":1,"profile":{"path":"a","sha256":""},"look":{"view":"Teapot"}}"#;
        for (text, why) in [
            ("", "no review"),
            ("main;parse 2", "no review"),
            (deep.as_str(), "no review"),
            (r#"{"helioscope_session": -1}"#, "no review"),
            (r#"{"helioscope_session": 1}"#, "no review"),
            (r#"{"helioscope_session":1,"comparison":{"base":[],"new":[]}}"#, "has no profile"),
            (look, "Teapot"),
        ] {
            let error = Session::parse(text.as_bytes()).expect_err("refused").to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn damaged_content_is_not_taken_for_the_profile() {
        let recorded = |content: &str| Recorded {
            path: "run.folded".to_owned(),
            sha256: digits(&Sha256::digest(b"main 1\n")),
            bytes: 7,
            content: Some(content.to_owned()),
        };
        assert!(recorded(&STANDARD.encode("main 1\n")).embedded().is_some_and(|bytes| bytes.is_ok()));
        for content in ["", "!", &STANDARD.encode("main 2\n")] {
            let damaged = recorded(content).embedded().expect("it is embedded");
            assert!(matches!(damaged, Err(SessionError::Damaged(_))), "{content}");
        }
    }
}
