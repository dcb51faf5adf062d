//! What can go wrong in reading a file, in words for the person who dropped it.

use crate::model::BuildError;
use std::path::PathBuf;

/// Why a file could not be opened as a profile.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The operating system refused.
    #[error("{} could not be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is recognised as something that is not a profile Helioscope reads.
    #[error("this is {what}, which is not a profile Helioscope can read")]
    Recognised {
        /// What it is, with its article: "a Git LFS pointer".
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Nothing known begins like this.
    #[error("this is not a profile in any format Helioscope knows: {why}")]
    Unknown {
        /// What the file looks like.
        why: String,
    },
    /// The file is of a known format, and broken.
    #[error("this {format} file is damaged{}: {why}", at_byte(*offset))]
    Malformed {
        /// The format's name.
        format: &'static str,
        /// Where, in bytes after decompression.
        offset: Option<u64>,
        /// What is wrong there.
        why: String,
    },
    /// The compressed data is broken before any format could be told.
    #[error("the {compression} compression of this file is damaged: {why}")]
    Compression {
        /// `gzip` or `zstd`.
        compression: &'static str,
        /// What the decompressor said.
        why: String,
    },
    /// It would need more memory than Helioscope allows a file.
    #[error("{what} is more than the {limit} Helioscope holds in memory")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit, in words.
        limit: &'static str,
    },
    /// It holds next to nothing, many times over: compressed to fill the memory of who opens it.
    #[error("decompressed, this file is more than {times} times as large, which no profile is")]
    Swells {
        /// How many times its size it may be.
        times: u64,
    },
    /// The user stopped it.
    #[error("opening was cancelled")]
    Cancelled,
    /// A reader found that the file is of another format after all. Never shown.
    #[error("not of this format")]
    NotThisFormat,
    /// The facts do not fit the model.
    #[error("this profile cannot be shown: {0}")]
    Build(#[from] BuildError),
}

impl ImportError {
    /// A broken file of the named format.
    pub fn malformed(format: &'static str, offset: impl Into<Option<u64>>, why: impl Into<String>) -> Self {
        Self::Malformed { format, offset: offset.into(), why: why.into() }
    }

    /// What the user can do about it, in a sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::NotFound => "Check the path, or record the profile again.",
                std::io::ErrorKind::PermissionDenied => "Check that you may read the file.",
                std::io::ErrorKind::IsADirectory => "Open a file, not a folder.",
                _ => "Copy the file to a local disk and try again.",
            },
            Self::Recognised { advice, .. } => advice,
            Self::Unknown { .. } => {
                "Record one with a profiler from the list on the start page, or run `helioscope formats`."
            }
            Self::Malformed { .. } => {
                "It may be cut short, still being written, or changed on its way. Wait until the profiler has ended, copy it again, or record it again."
            }
            Self::Compression { .. } => "It may be cut short. Copy or download it again.",
            Self::Swells { .. } | Self::Build(BuildError::TooManyStacks(_)) => {
                "If you trust where it comes from, decompress it and open what comes out."
            }
            Self::TooLarge { .. } | Self::Build(_) => "Record for a shorter time, or at a lower rate.",
            Self::Cancelled | Self::NotThisFormat => "",
        }
    }
}

fn at_byte(offset: Option<u64>) -> String {
    offset.map_or_else(String::new, |o| format!(" at byte {o}"))
}
