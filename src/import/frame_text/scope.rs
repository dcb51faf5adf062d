//! Processes and threads written as the outermost frames of a stack.
//!
//! ```text
//! process 11:"python a.py";process 12:"python a.py";thread (12): MainThread;main (a.py:3) 7
//! └────────────────────────────── scope ───────────────────────────────────┘ └─ frames ──┘
//! tid:140;a.py:main:9 4
//! ```
//!
//! [py-spy](https://github.com/benfred/py-spy) writes the first with `--threads` and `--subprocesses`, in its raw format
//! and in flame graphs; Python's `profiling.sampling` writes the second. Names and command lines may hold the `;` that
//! separates frames: such pieces are put together again.

use super::FrameText;
use crate::model::{ProfileBuilder, Track, TrackId};
use rustc_hash::FxHashMap;

/// The longest name of a thread and command line of a process, together. Each thread keeps its own, so that a longer one,
/// which is no name, could be multiplied by a file of many threads; it stays a frame.
pub(in crate::import) const LONGEST_NAMES: usize = 16 << 10;

/// What the outermost frames of a stack, read so far, say about where it ran.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::import) struct Scope {
    track: Track,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Part {
    /// Nothing yet.
    #[default]
    Start,
    /// Within the quotes of a command line.
    CommandLine,
    /// Behind a process.
    Process,
    /// Behind a thread that has a name.
    NamedThread,
    /// Behind a thread that has none.
    Thread,
}

impl Scope {
    /// The scope with the next outermost frame taken in; `None` where that is a frame like any other.
    pub(in crate::import) fn with(&self, frame: &str) -> Option<Self> {
        if self.track.name.len() + self.track.process.len() + frame.len() >= LONGEST_NAMES {
            return None;
        }
        match self.part {
            Part::Start | Part::Process => self.with_process(frame).or_else(|| self.with_thread(frame)),
            Part::CommandLine => Some(self.with_command_line(frame)),
            Part::NamedThread if is_rest_of_name(frame) => {
                let mut scope = self.clone();
                scope.track.name.push(';');
                scope.track.name.push_str(frame);
                Some(scope)
            }
            Part::NamedThread | Part::Thread => None,
        }
    }

    /// The scope a frame is by itself, in formats that keep frames apart.
    pub(in crate::import) fn of_frame(frame: &str) -> Option<Self> {
        Self::default().with(frame).filter(Self::is_whole)
    }

    /// The command line of the process; empty where it is not known.
    pub(in crate::import) fn command_line(&self) -> &str {
        &self.track.process
    }

    /// Whether it says anything, and says it whole: a command line must have its closing quote.
    pub(in crate::import) fn is_whole(&self) -> bool {
        !matches!(self.part, Part::Start | Part::CommandLine)
    }

    fn with_process(&self, frame: &str) -> Option<Self> {
        let (pid, command) = frame.strip_prefix("process ")?.split_once(":\"")?;
        let mut scope = self.clone();
        // A child stands behind its parents: the last one is the process that ran.
        scope.track.pid = Some(decimal(pid)?);
        scope.track.process.clear();
        scope.part = Part::Process;
        scope.extend_command(command);
        Some(scope)
    }

    fn with_command_line(&self, more: &str) -> Self {
        let mut scope = self.clone();
        scope.track.process.push(';');
        scope.extend_command(more);
        scope
    }

    fn extend_command(&mut self, text: &str) {
        let closed = text.strip_suffix('"');
        self.track.process.push_str(closed.unwrap_or(text));
        self.part = if closed.is_some() { Part::Process } else { Part::CommandLine };
    }

    fn with_thread(&self, frame: &str) -> Option<Self> {
        let mut scope = self.clone();
        scope.part = Part::Thread;
        if let Some(tid) = frame.strip_prefix("tid:") {
            scope.track.tid = Some(decimal(tid)?);
            return Some(scope);
        }
        let (tid, name) = frame.strip_prefix("thread (")?.split_once(')')?;
        // macOS has no small thread ids: py-spy writes the pthread's address.
        scope.track.tid = Some(match tid.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok()?,
            None => decimal(tid)?,
        });
        if !name.is_empty() {
            name.strip_prefix(": ")?.clone_into(&mut scope.track.name);
            scope.part = Part::NamedThread;
        }
        Some(scope)
    }
}

fn decimal(text: &str) -> Option<u64> {
    (!text.starts_with('+')).then(|| text.parse().ok())?
}

/// py-spy gives every frame a place, so one without is the rest of a thread's name with a `;` in it. Only native frames
/// it knows nothing about are bare addresses.
fn is_rest_of_name(frame: &str) -> bool {
    FrameText::parse(frame).place.is_empty() && !frame.starts_with("0x")
}

/// The threads of a profile by scope.
#[derive(Default)]
pub(in crate::import) struct Tracks {
    by_scope: FxHashMap<Track, TrackId>,
    first_of_thread: FxHashMap<(Option<u64>, Option<u64>), TrackId>,
}

impl Tracks {
    /// The thread of a scope.
    ///
    /// A thread has no name until its program gives it one, so samples from before belong to the thread of the same id
    /// that got a name later.
    pub(in crate::import) fn track(&mut self, builder: &mut ProfileBuilder, scope: &Scope) -> TrackId {
        if let Some(&id) = self.by_scope.get(&scope.track) {
            return id;
        }
        let key = (scope.track.pid, scope.track.tid);
        let id = match self.first_of_thread.get(&key) {
            Some(&first) if scope.track.name.is_empty() => first,
            Some(&first) => match builder.tracks_mut().get_mut(first.index()) {
                Some(track) if track.name.is_empty() => {
                    track.name.clone_from(&scope.track.name);
                    first
                }
                _ => builder.track(scope.track.clone()),
            },
            None => builder.track(scope.track.clone()),
        };
        self.first_of_thread.entry(key).or_insert(id);
        self.by_scope.insert(scope.track.clone(), id);
        id
    }

    /// Names the samples outside every scope, where others have one.
    pub(in crate::import) fn name_the_rest(&self, builder: &mut ProfileBuilder) {
        if self.first_of_thread.len() > 1
            && let Some(rest) = self.first_of_thread.get(&(None, None))
            && let Some(track) = builder.tracks_mut().get_mut(rest.index())
        {
            "no thread recorded".clone_into(&mut track.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scope at the beginning of a stack, and the frames behind it.
    fn read(stack: &str) -> (Track, Vec<&str>) {
        let (mut scope, mut rest) = (Scope::default(), Vec::new());
        let mut open = true;
        for frame in stack.split(';') {
            if let Some(next) = scope.with(frame).filter(|_| open) {
                scope = next;
            } else {
                open = false;
                rest.push(frame);
            }
        }
        (scope.track, rest)
    }

    fn track(pid: Option<u64>, process: &str, tid: Option<u64>, name: &str) -> Track {
        Track { name: name.to_owned(), pid, tid, process: process.to_owned() }
    }

    #[test]
    fn the_innermost_process_and_the_thread_are_taken() {
        let stack = "process 11:\"python a.py\";process 12:\"python b.py\";thread (12): MainThread;f (a.py:3)";
        assert_eq!(read(stack), (track(Some(12), "python b.py", Some(12), "MainThread"), vec!["f (a.py:3)"]));
        assert_eq!(read("thread (0x7F10);f (a.py:3)"), (track(None, "", Some(0x7f10), ""), vec!["f (a.py:3)"]));
        assert_eq!(read("tid:140;a.py:main:9"), (track(None, "", Some(140), ""), vec!["a.py:main:9"]));
    }

    #[test]
    fn semicolons_within_names_and_command_lines_are_put_together() {
        let stack = "process 7:\"python -c import a; a.run()\";thread (8): worker;x;f (a.py:3);g";
        assert_eq!(
            read(stack),
            (track(Some(7), "python -c import a; a.run()", Some(8), "worker;x"), vec!["f (a.py:3)", "g"])
        );
        let native = read("thread (8): worker;0x7f00;f (a.py:3)");
        assert_eq!(native, (track(None, "", Some(8), "worker"), vec!["0x7f00", "f (a.py:3)"]));
    }

    #[test]
    fn other_frames_are_left_alone() {
        for stack in ["thread (pool);f", "process data;f", "thread (1) x;f", "tid:x;f", "main (a.py:1)", ""] {
            assert_eq!(read(stack), (Track::default(), stack.split(';').collect()), "{stack}");
        }
    }

    #[test]
    fn names_longer_than_any_are_left_alone() {
        for begin in ["process 1:\"", "process 1:\"a\";thread (8): worker;", "thread (8): worker;"] {
            let stack = format!("{begin}{}", "a;".repeat(1 << 20));
            let (track, rest) = read(&stack);
            assert!(track.name.len() + track.process.len() <= LONGEST_NAMES && !rest.is_empty(), "{begin}");
        }
    }

    #[test]
    fn a_thread_without_a_name_yet_is_the_one_named_later() {
        let mut builder = ProfileBuilder::new("test");
        let mut tracks = Tracks::default();
        let mut id = |stack: &str| {
            let scope = Scope::default().with(stack).unwrap_or_default();
            tracks.track(&mut builder, &scope)
        };
        let early = id("thread (1)");
        assert_eq!(early, id("thread (1): MainThread"));
        assert_eq!(early, id("thread (1)"));
        assert_ne!(early, id("thread (2): MainThread"));
        assert_ne!(early, id("thread (1): renamed"));
        assert_eq!(early, id("thread (1): MainThread"));
    }
}
