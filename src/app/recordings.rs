//! What a tab is read from: a file, or the recordings of a comparison.

use super::subject::{Subject, Wish};
use crate::analyze::diff::{AlignError, Matching, Side, align_runs};
use crate::hints::Hints;
use crate::import::{self, ImportError, Job};
use crate::model::Profile;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// What a tab is read from.
#[derive(Clone, Debug)]
pub(super) enum Recordings {
    File(PathBuf),
    Comparison(Sides),
}

/// A recording that is compared.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    pub(super) path: PathBuf,
    /// What is known already, and need not be read.
    pub(super) held: Option<Arc<Profile>>,
    /// What the rules found in it, where they have looked.
    pub(super) hints: Option<Arc<Hints>>,
    /// Whether the file held it before and holds something else now: it cannot be read again.
    pub(super) earlier: bool,
}

/// The recordings of a comparison.
#[derive(Clone, Debug)]
pub(super) struct Sides {
    pub(super) base: Vec<Recording>,
    pub(super) new: Vec<Recording>,
    /// Whether the older recording is to be the base, once it is known which that is.
    pub(super) by_age: bool,
    pub(super) matching: Matching,
}

/// Why nothing can be shown, and of which file.
#[derive(Debug)]
pub(super) struct LoadError {
    /// The file; `None` where all could be read, but not compared.
    pub(super) path: Option<PathBuf>,
    /// The side it was to be on, where that was said.
    pub(super) side: Option<Side>,
    pub(super) why: String,
    pub(super) advice: &'static str,
}

/// What was read, and from where; which side is which may have been found out only then.
pub(super) struct Loaded {
    pub(super) recordings: Recordings,
    pub(super) subject: Subject,
}

impl Recording {
    /// A file that is to be read.
    pub(super) fn of(path: PathBuf) -> Self {
        Self { path, held: None, hints: None, earlier: false }
    }

    fn read(&self, job: &Job) -> Result<Arc<Profile>, ImportError> {
        match &self.held {
            Some(profile) => Ok(Arc::clone(profile)),
            None => import::open(&self.path, job).map(Arc::new),
        }
    }

    /// Whether this one was certainly recorded before another. The profilers' own words count; where one of them does
    /// not tell, the times of the files.
    fn is_before(&self, other: &Self) -> bool {
        let started = |r: &Self| r.held.as_ref().and_then(|p| p.origin().start_unix_ns);
        let written = |r: &Self| -> Option<SystemTime> { r.path.metadata().and_then(|m| m.modified()).ok() };
        match (started(self), started(other)) {
            (Some(this), Some(that)) => this < that,
            _ => written(self).zip(written(other)).is_some_and(|(this, that)| this < that),
        }
    }
}

impl Sides {
    /// Two recordings, of which the older one is the base.
    pub(super) fn by_age(first: Recording, second: Recording) -> Self {
        Self { base: vec![first], new: vec![second], by_age: true, matching: Matching::default() }
    }

    /// Recordings whose sides are known.
    pub(super) fn given(base: Vec<Recording>, new: Vec<Recording>) -> Self {
        Self { base, new, by_age: false, matching: Matching::default() }
    }

    pub(super) fn side(&self, side: Side) -> &[Recording] {
        match side {
            Side::Base => &self.base,
            Side::New => &self.new,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Recording> {
        self.base.iter().chain(&self.new)
    }

    /// Base as new, and new as base. What was said about names and paths holds the other way round.
    pub(super) fn swapped(mut self) -> Self {
        std::mem::swap(&mut self.base, &mut self.new);
        self.by_age = false;
        for renamed in &mut self.matching.renamed {
            std::mem::swap(&mut renamed.base, &mut renamed.new);
        }
        for mapping in &mut self.matching.mappings {
            std::mem::swap(&mut mapping.from, &mut mapping.to);
        }
        self
    }

    /// With more runs on a side.
    pub(super) fn with_runs(mut self, side: Side, runs: impl IntoIterator<Item = Recording>) -> Self {
        match side {
            Side::Base => self.base.extend(runs),
            Side::New => self.new.extend(runs),
        }
        self.by_age = false;
        self
    }

    /// To be read again, as far as that can be.
    pub(super) fn unread(mut self) -> Self {
        for recording in self.base.iter_mut().chain(&mut self.new).filter(|r| !r.earlier) {
            recording.held = None;
            recording.hints = None;
        }
        self
    }

    /// The name of a side: its file's, with the number of other runs.
    pub(super) fn title(&self, side: Side) -> String {
        let Some(first) = self.side(side).first() else { return String::new() };
        let name = file_name(&first.path);
        match self.side(side).len() {
            1 if first.earlier => format!("{name} (before)"),
            1 => name,
            n => format!("{name} and {} more", n - 1),
        }
    }

    fn settled_by_age(mut self) -> Self {
        if self.by_age
            && let ([base], [new]) = (&self.base[..], &self.new[..])
            && new.is_before(base)
        {
            std::mem::swap(&mut self.base, &mut self.new);
        }
        self.by_age = false;
        self
    }
}

impl Recordings {
    /// The title of a tab.
    pub(super) fn title(&self) -> String {
        match self {
            Self::File(path) => file_name(path),
            Self::Comparison(sides) if sides.by_age => {
                sides.all().map(|r| file_name(&r.path)).collect::<Vec<_>>().join(" and ")
            }
            Self::Comparison(sides) => format!("{} → {}", sides.title(Side::Base), sides.title(Side::New)),
        }
    }

    /// Every file it is read from.
    pub(super) fn paths(&self) -> Vec<&Path> {
        match self {
            Self::File(path) => vec![path],
            Self::Comparison(sides) => sides.all().map(|r| r.path.as_path()).collect(),
        }
    }

    /// The file whose sources are shown: the first of the new side.
    pub(super) fn newest(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Comparison(sides) => sides.new.first().map_or(Path::new(""), |r| &r.path),
        }
    }

    /// The first file of a side of a comparison.
    pub(super) fn first_of(&self, side: Side) -> Option<&Path> {
        match self {
            Self::File(_) => None,
            Self::Comparison(sides) => sides.side(side).first().map(|recording| &*recording.path),
        }
    }

    /// The paths in words, for a tooltip.
    pub(super) fn about(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Comparison(sides) => {
                let listed = |side: Side| {
                    sides
                        .side(side)
                        .iter()
                        .map(|r| format!("{}: {}", side.name(), r.path.display()))
                        .collect::<Vec<_>>()
                };
                Side::BOTH.iter().flat_map(|side| listed(*side)).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// A job for each file.
    pub(super) fn jobs(&self) -> Vec<Job> {
        self.paths().iter().map(|_| Job::new()).collect()
    }

    /// Reads it, with a job for each of its files, and asks it what is wished for. The profile of a file that is held
    /// need not be read.
    pub(super) fn load(
        self,
        wish: Option<&Wish>,
        held: Option<Arc<Profile>>,
        jobs: &[Job],
    ) -> Result<Loaded, LoadError> {
        match self {
            Self::File(path) => {
                let job = jobs.first().cloned().unwrap_or_default();
                let read = || import::open(&path, &job).map(Arc::new);
                let profile = held.map_or_else(read, Ok).map_err(|error| LoadError::of_file(&path, None, &error))?;
                let subject = Subject::of_profile(profile, wish);
                Ok(Loaded { recordings: Self::File(path), subject })
            }
            Self::Comparison(sides) => {
                let sides = read_all(sides, jobs)?.settled_by_age();
                let held = |side: Side| sides.side(side).iter().filter_map(|r| r.held.clone()).collect::<Vec<_>>();
                let aligned = align_runs(&held(Side::Base), &held(Side::New), &sides.matching)?;
                Ok(Loaded { subject: Subject::of_aligned(aligned, wish), recordings: Self::Comparison(sides) })
            }
        }
    }
}

/// Reads what is not held, several files at a time.
fn read_all(mut sides: Sides, jobs: &[Job]) -> Result<Sides, LoadError> {
    let recordings: Vec<&Recording> = sides.all().collect();
    let spare = Job::new();
    let read: Vec<OnceLock<Result<Arc<Profile>, ImportError>>> = recordings.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let (Some(recording), Some(read)) = (recordings.get(i), read.get(i)) else { break };
            // Each place is filled once.
            let _ = read.set(recording.read(jobs.get(i).unwrap_or(&spare)));
        }
    };
    let unread = recordings.iter().filter(|r| r.held.is_none()).count();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(unread);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Those that cannot be started leave their work to the others.
            let _ = std::thread::Builder::new().name("load".to_owned()).spawn_scoped(scope, work);
        }
        work();
    });
    let base = sides.base.len();
    for (i, (recording, read)) in sides.base.iter_mut().chain(&mut sides.new).zip(read).enumerate() {
        let side = (!sides.by_age).then_some(if i < base { Side::Base } else { Side::New });
        match read.into_inner() {
            Some(Ok(profile)) => recording.held = Some(profile),
            Some(Err(error)) => return Err(LoadError::of_file(&recording.path, side, &error)),
            None => {}
        }
    }
    Ok(sides)
}

impl LoadError {
    fn of_file(path: &Path, side: Option<Side>, error: &ImportError) -> Self {
        Self { path: Some(path.to_owned()), side, why: error.to_string(), advice: error.advice() }
    }

    /// A review cannot be opened.
    pub(super) fn of_session(path: &Path, why: &str) -> Self {
        let advice = "Ask for the review again, or open its profiles by themselves.";
        Self { path: Some(path.to_owned()), side: None, why: why.to_owned(), advice }
    }
}

impl From<AlignError> for LoadError {
    fn from(error: AlignError) -> Self {
        let advice = match &error {
            AlignError::NothingInCommon { .. } => {
                "Compare recordings of the same thing: two of time, or two of memory."
            }
            AlignError::Empty(_) => "Choose a file for that side.",
            AlignError::Runs { .. } => "Compare runs that were recorded by the same profiler.",
            AlignError::Build(_) => "Compare smaller recordings.",
        };
        Self { path: None, side: None, why: error.to_string(), advice }
    }
}

/// The name of a file without its folders.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(name: &str, content: &str) -> (tempfile::TempDir, Recording) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        (folder, Recording::of(path))
    }

    fn write_at(recording: &Recording, seconds: u64) {
        let file = std::fs::File::options().write(true).open(&recording.path).expect("the file");
        file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).expect("a time");
    }

    fn titles(recordings: &Recordings) -> String {
        let jobs = recordings.jobs();
        recordings.clone().load(None, None, &jobs).map_or_else(|e| e.why, |loaded| loaded.recordings.title())
    }

    #[test]
    fn the_file_written_first_is_the_base_unless_sides_are_given() {
        let (_a, first) = recording("first.folded", "main;work 1\n");
        let (_b, second) = recording("second.folded", "main;work 2\n");
        write_at(&first, 2_000);
        write_at(&second, 1_000);
        let by_age = Recordings::Comparison(Sides::by_age(first.clone(), second.clone()));
        assert_eq!(titles(&by_age), "second.folded → first.folded");
        let given = Sides::given(vec![first.clone()], vec![second.clone()]);
        assert_eq!(titles(&Recordings::Comparison(given)), "first.folded → second.folded");
        write_at(&second, 2_000);
        assert_eq!(titles(&by_age), "first.folded → second.folded", "of one age: as they were named");
    }

    #[test]
    fn an_unreadable_file_is_named_with_its_side() {
        let (_a, good) = recording("good.folded", "main;work 1\n");
        let (_b, bad) = recording("bad.prof", "{");
        let recordings = Recordings::Comparison(Sides::given(vec![good], vec![bad.clone()]));
        let jobs = recordings.jobs();
        let error = recordings.load(None, None, &jobs).err().expect("an error");
        assert_eq!((error.path, error.side), (Some(bad.path), Some(Side::New)));
    }

    #[test]
    fn swapping_twice_changes_nothing() {
        use crate::analyze::diff::Mapping;
        let sides = Sides {
            matching: Matching {
                mappings: vec![Mapping { from: "/app".to_owned(), to: "/src".to_owned() }],
                renamed: Vec::new(),
            },
            ..Sides::given(vec![Recording::of("a".into())], vec![Recording::of("b".into())])
        };
        let once = sides.clone().swapped();
        assert_eq!((once.title(Side::Base), once.title(Side::New)), ("b".to_owned(), "a".to_owned()));
        assert_eq!(once.matching.mappings[0].from, "/src");
        assert_eq!(once.swapped().matching, sides.matching);
    }
}
