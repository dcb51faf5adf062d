//! Finds and reads the source file behind a recorded path.

use super::places::{as_recorded, endings};
use super::{Environment, Libraries, Places, Recorded, SourceFile, Version};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

/// By what a file was found; the further down, the less certain it is the one that ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// By a mapping of the user's.
    Mapped,
    /// Where the profile says.
    AsRecorded,
    /// In a folder the user named, by the end of its path.
    UnderRoot,
    /// Near the profile, by the end of its path.
    NearProfile,
    /// In the standard library of an installation of this machine, of this version where known.
    StandardLibrary(Option<Version>),
    /// Among the packages installed on this machine, for this version where known.
    Installed(Option<Version>),
}

/// A file that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The file.
    pub file: SourceFile,
    /// By what it was found.
    pub how: How,
    /// The version of Python in the recorded path, where it names one.
    pub recorded_version: Option<Version>,
}

impl Found {
    /// The version of Python the file belongs to, where that is another than the one that ran: lines may differ.
    pub fn other_version(&self) -> Option<Version> {
        match (self.how, self.recorded_version) {
            (How::StandardLibrary(Some(here)) | How::Installed(Some(here)), Some(then)) if here != then => Some(here),
            _ => None,
        }
    }

    /// Whether the file was written after a moment: it may not be what ran before it. What is written within two seconds
    /// counts as together: copying and checking out write files in any order.
    pub fn is_newer_than(&self, moment: SystemTime) -> bool {
        const TOGETHER: Duration = Duration::from_secs(2);
        self.file.modified().is_some_and(|modified| modified.duration_since(moment).is_ok_and(|by| by > TOGETHER))
    }
}

/// Why there is no source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// The function has none: it is built in, or the profile names no file.
    NoFile,
    /// It was made while the program ran, and is in no file.
    Made,
    /// It is compiled.
    Compiled,
    /// It lies in none of the places looked at.
    NotFound,
    /// It is larger than [`SourceFile::LIMIT`].
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How large it is.
        bytes: u64,
    },
    /// It is there, but cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        error: String,
    },
    /// It is there, but is no text.
    NotText {
        /// The file.
        path: PathBuf,
    },
}

/// A file that was not found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// The path as recorded.
    pub recorded: String,
    /// Why there is none.
    pub why: Why,
    /// Where it was looked for, in this order.
    pub looked: Vec<PathBuf>,
}

impl Missing {
    /// What happened, in a sentence.
    pub fn what(&self) -> String {
        let recorded = &self.recorded;
        match &self.why {
            Why::NoFile => "This function is built in: it has no Python source.".to_owned(),
            Why::Made => format!("The program made this code while it ran ({recorded}); it is in no file."),
            Why::Compiled => format!("{recorded} is compiled: there is no Python source to show."),
            Why::NotFound => format!("{recorded} was not found on this machine."),
            Why::TooLarge { path, bytes } => {
                let megabytes = bytes.div_ceil(1 << 20);
                format!("{} is too large to show: {megabytes} MiB, and the limit is 10 MiB.", path.display())
            }
            Why::Unreadable { path, error } => format!("{} cannot be read: {error}.", path.display()),
            Why::NotText { path } => format!("{} is no text file.", path.display()),
        }
    }

    /// What the user can do about it; empty where nothing.
    pub fn advice(&self) -> &'static str {
        match self.why {
            Why::NotFound => {
                "If the sources lie elsewhere on this machine, choose their folder, or map the recorded folder to the one here."
            }
            Why::Unreadable { .. } => "Check who may read it, then reload.",
            Why::NoFile | Why::Made | Why::Compiled | Why::TooLarge { .. } | Why::NotText { .. } => "",
        }
    }
}

/// An answer: the file, or why there is none.
pub type Answer = Result<Arc<Found>, Arc<Missing>>;

/// The sources of one profile: finds files, and keeps those read. Shared between threads; [`get`](Self::get) reads
/// files, [`known`](Self::known) never does.
pub struct Sources {
    places: Places,
    environment: Environment,
    libraries: OnceLock<Libraries>,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    answers: HashMap<String, Answer>,
    /// The text held, in bytes.
    bytes: usize,
}

/// Text kept in memory; above it everything is forgotten and read again as asked for.
const CACHE_BYTES: usize = 128 << 20;

impl Sources {
    /// Sources looked for in these places and on this machine.
    pub fn new(places: Places) -> Self {
        Self::with_environment(places, Environment::current())
    }

    /// Sources looked for in these places and on the machine described.
    pub fn with_environment(places: Places, environment: Environment) -> Self {
        Self { places, environment, libraries: OnceLock::new(), cache: Mutex::default() }
    }

    /// Where they are looked for.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The source behind a recorded path, read on first use.
    pub fn get(&self, recorded: &str) -> Answer {
        if let Some(answer) = self.known(recorded) {
            return answer;
        }
        let answer = self.look(recorded).map(Arc::new).map_err(Arc::new);
        let mut cache = self.cache();
        let bytes = answer.as_ref().map_or(0, |found| found.file.text().len());
        if cache.bytes + bytes > CACHE_BYTES {
            *cache = Cache::default();
        }
        cache.bytes += bytes;
        cache.answers.insert(recorded.to_owned(), answer.clone());
        answer
    }

    /// The answer, if it is known already. Touches no file.
    pub fn known(&self, recorded: &str) -> Option<Answer> {
        self.cache().answers.get(recorded).cloned()
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // A cache is whole at any time: a panic elsewhere cannot have left it half-changed.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn libraries(&self) -> &Libraries {
        self.libraries.get_or_init(|| {
            let mut projects = self.places.roots.clone();
            projects.extend(self.places.near_profile());
            Libraries::discover(&self.environment, &projects)
        })
    }

    fn look(&self, file: &str) -> Result<Found, Missing> {
        let recorded = Recorded::new(file);
        let missing = |why, looked| Missing { recorded: file.to_owned(), why, looked };
        let why = match &recorded {
            Recorded::None => Some(Why::NoFile),
            Recorded::Made(_) => Some(Why::Made),
            Recorded::Compiled(_) => Some(Why::Compiled),
            Recorded::Standard { .. } | Recorded::Installed { .. } | Recorded::File(_) => None,
        };
        if let Some(why) = why {
            return Err(missing(why, Vec::new()));
        }
        let recorded_version = match &recorded {
            Recorded::Standard { version, .. } | Recorded::Installed { version, .. } => *version,
            _ => None,
        };
        let mut looked = Vec::new();
        for (path, how) in self.candidates(&recorded) {
            match read(&path) {
                Ok(Some(file)) => return Ok(Found { file, how, recorded_version }),
                Ok(None) if looked.contains(&path) => {}
                Ok(None) => looked.push(path),
                Err(why) => return Err(missing(why, looked)),
            }
        }
        Err(missing(Why::NotFound, looked))
    }

    /// Where the file may lie, the most certain place first.
    fn candidates<'a>(&'a self, recorded: &'a Recorded) -> Box<dyn Iterator<Item = (PathBuf, How)> + 'a> {
        let path = recorded.path().unwrap_or_default();
        let stated = self.places.mapped(path).into_iter().map(|p| (p, How::Mapped));
        let stated = stated.chain(as_recorded(path).map(|p| (p, How::AsRecorded)));
        let libraries = std::iter::once_with(move || match recorded {
            Recorded::Standard { part, version, .. } => self.standard(part, *version),
            Recorded::Installed { part, version, .. } => self.installed(part, *version),
            // `json/decoder.py`: some profilers leave the folder of the library away.
            Recorded::File(path) if !Recorded::is_absolute(path) && !path.starts_with('.') => {
                let mut found = self.standard(path, None);
                found.extend(self.installed(path, None));
                found
            }
            _ => Vec::new(),
        });
        let libraries = libraries.flatten();
        match recorded {
            Recorded::File(path) => {
                let roots = under(&self.places.roots, path, How::UnderRoot);
                let near = under(&self.places.near_profile(), path, How::NearProfile);
                Box::new(stated.chain(roots).chain(near).chain(libraries))
            }
            Recorded::Standard { part, .. } | Recorded::Installed { part, .. } => {
                // A root may be the library's own folder; a shorter end of the path would name any file.
                let roots = self.places.roots.iter().map(move |root| (root.join(part), How::UnderRoot));
                Box::new(stated.chain(roots).chain(libraries))
            }
            Recorded::None | Recorded::Made(_) | Recorded::Compiled(_) => Box::new(std::iter::empty()),
        }
    }

    fn standard(&self, part: &str, version: Option<Version>) -> Vec<(PathBuf, How)> {
        let found = self.libraries().standard(part, version).into_iter();
        found.map(|(path, version)| (path, How::StandardLibrary(version))).collect()
    }

    fn installed(&self, part: &str, version: Option<Version>) -> Vec<(PathBuf, How)> {
        let found = self.libraries().installed(part, version).into_iter();
        found.map(|(path, version)| (path, How::Installed(version))).collect()
    }
}

/// The ends of a path in each of some folders: longer ends first, for they say more.
fn under(folders: &[PathBuf], path: &str, how: How) -> Vec<(PathBuf, How)> {
    endings(path).iter().flat_map(|end| folders.iter().map(move |folder| (folder.join(end), how))).collect()
}

/// Reads a file; `None` where there is none.
fn read(path: &Path) -> Result<Option<SourceFile>, Why> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(None) };
    // A device or a pipe may never end, and opening one may do something.
    if !metadata.is_file() {
        return Ok(None);
    }
    let unreadable = |error: std::io::Error| Why::Unreadable { path: path.to_owned(), error: error.to_string() };
    let too_large = |bytes| Why::TooLarge { path: path.to_owned(), bytes };
    if metadata.len() > SourceFile::LIMIT {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    File::open(path).map_err(unreadable)?.take(SourceFile::LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > SourceFile::LIMIT {
        return Err(too_large(bytes.len() as u64));
    }
    if bytes.iter().take(8 << 10).any(|&b| b == 0) {
        return Err(Why::NotText { path: path.to_owned() });
    }
    Ok(Some(SourceFile::new(path.to_owned(), &bytes, metadata.modified().ok())))
}

#[cfg(test)]
mod tests {
    use super::super::Mapping;
    use super::*;
    use std::fs;

    struct Machine {
        dir: tempfile::TempDir,
        environment: Environment,
    }

    impl Machine {
        fn new(files: &[&str]) -> Self {
            let dir = tempfile::tempdir().expect("folder");
            for file in files {
                let path = dir.path().join(file);
                fs::create_dir_all(path.parent().expect("lies in a folder")).expect("folder");
                fs::write(&path, format!("# {file}\n")).expect("file");
            }
            Self { dir, environment: Environment::default() }
        }

        fn at(&self, path: &str) -> PathBuf {
            self.dir.path().join(path)
        }

        fn sources(&self, places: Places) -> Sources {
            Sources::with_environment(places, self.environment.clone())
        }

        /// The file found, from this machine's folder, and how.
        fn find(&self, places: Places, recorded: &str) -> Option<(String, How)> {
            let found = self.sources(places).get(recorded).ok()?;
            let path = found.file.path().strip_prefix(self.dir.path()).expect("lies in the folder");
            Some((path.to_string_lossy().into_owned(), found.how))
        }
    }

    #[test]
    fn a_mapping_goes_before_what_is_recorded() {
        let m = Machine::new(&["app/a.py", "src/a.py"]);
        let recorded = m.at("app/a.py").to_string_lossy().into_owned();
        assert_eq!(m.find(Places::default(), &recorded), Some(("app/a.py".to_owned(), How::AsRecorded)));
        let mappings = vec![Mapping { from: m.at("app").to_string_lossy().into_owned(), to: m.at("src") }];
        let places = Places { mappings, ..Places::default() };
        assert_eq!(m.find(places, &recorded), Some(("src/a.py".to_owned(), How::Mapped)));
    }

    #[test]
    fn the_longest_end_of_the_path_wins_in_roots_and_near_the_profile() {
        let m = Machine::new(&["proj/util.py", "proj/app/util.py", "proj/profiles/out.prof"]);
        let roots = Places { roots: vec![m.at("proj")], ..Places::default() };
        assert_eq!(m.find(roots.clone(), "/srv/app/util.py"), Some(("proj/app/util.py".to_owned(), How::UnderRoot)));
        assert_eq!(m.find(roots, r"C:\x\util.py"), Some(("proj/util.py".to_owned(), How::UnderRoot)));
        let near = Places::of_profile(&m.at("proj/profiles/out.prof"));
        assert_eq!(m.find(near.clone(), "app/util.py"), Some(("proj/app/util.py".to_owned(), How::NearProfile)));
        assert_eq!(m.find(near, "other.py"), None);
    }

    #[test]
    fn the_library_of_another_version_is_taken_and_told() {
        let mut m = Machine::new(&["usr/lib/python3.11/os.py", "usr/lib/python3.11/site-packages/six.py"]);
        m.environment.prefixes = vec![m.at("usr")];
        let sources = m.sources(Places::default());
        let v311 = Version { major: 3, minor: 11 };
        let os = sources.get("/opt/lib/python3.12/os.py").expect("found");
        assert_eq!((os.how, os.other_version()), (How::StandardLibrary(Some(v311)), Some(v311)));
        let frozen = sources.get("<frozen os>").expect("found");
        assert_eq!(frozen.other_version(), None);
        let six = sources.get("/x/lib/python3.11/site-packages/six.py").expect("found");
        assert_eq!((six.how, six.other_version()), (How::Installed(Some(v311)), None));
        assert!(sources.get("os.py").is_ok(), "a path without its library's folder");
    }

    #[test]
    fn where_it_looked_is_told() {
        let m = Machine::new(&["proj/a.py"]);
        let places = Places { roots: vec![m.at("proj")], ..Places::default() };
        let missing = m.sources(places).get("/srv/app/b.py").expect_err("is not there");
        assert_eq!(missing.why, Why::NotFound);
        let looked: Vec<PathBuf> =
            vec!["/srv/app/b.py".into(), m.at("proj/srv/app/b.py"), m.at("proj/app/b.py"), m.at("proj/b.py")];
        assert_eq!(missing.looked, looked);
        assert!(missing.what().contains("/srv/app/b.py") && missing.advice().contains("folder"));
    }

    #[test]
    fn what_is_no_source_is_not_looked_for() {
        let m = Machine::new(&[]);
        let why = |file| m.sources(Places::default()).get(file).expect_err("no source").why.clone();
        assert_eq!(why("~"), Why::NoFile);
        assert_eq!(why("<string>"), Why::Made);
        assert_eq!(why("/usr/lib/libm.so.6"), Why::Compiled);
    }

    #[test]
    fn what_cannot_be_shown_is_refused_in_words() {
        let m = Machine::new(&["big.py", "data.py"]);
        File::options().write(true).open(m.at("big.py")).expect("opens").set_len(11 << 20).expect("grows");
        fs::write(m.at("data.py"), b"\x7fELF\0\0").expect("file");
        let why = |file: &str| {
            let recorded = m.at(file).to_string_lossy().into_owned();
            m.sources(Places::default()).get(&recorded).expect_err("is refused").why.clone()
        };
        assert_eq!(why("big.py"), Why::TooLarge { path: m.at("big.py"), bytes: 11 << 20 });
        assert_eq!(why("data.py"), Why::NotText { path: m.at("data.py") });
        assert_eq!(why("."), Why::NotFound, "a folder is no file");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_never_opened() {
        let sources = Sources::with_environment(Places::default(), Environment::default());
        assert_eq!(sources.get("/dev/zero").expect_err("is refused").why, Why::NotFound);
    }

    #[test]
    fn a_file_is_read_once_and_compared_with_the_time_of_the_profile() {
        let m = Machine::new(&["a.py"]);
        let recorded = m.at("a.py").to_string_lossy().into_owned();
        let sources = m.sources(Places::default());
        assert!(sources.known(&recorded).is_none());
        let found = sources.get(&recorded).expect("found");
        fs::remove_file(m.at("a.py")).expect("goes");
        assert!(sources.get(&recorded).is_ok_and(|again| Arc::ptr_eq(&again, &found)));
        let written = found.file.modified().expect("known here");
        assert!(found.is_newer_than(written - Duration::from_mins(1)));
        assert!(!found.is_newer_than(written + Duration::from_mins(1)));
    }
}
