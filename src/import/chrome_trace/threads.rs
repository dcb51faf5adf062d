//! Who ran: the processes and threads of a trace and their names.

use crate::import::frame_text::scope::LONGEST_NAMES;
use crate::model::{ProfileBuilder, Track, TrackId};
use rustc_hash::FxHashMap;

/// Ids from here on stand for headings rather than frames; a profile never has so many frames.
const FIRST_HEADING: u32 = 1 << 31;

/// The threads of a trace, numbered in order of first use.
#[derive(Default)]
pub(super) struct Book {
    threads: Vec<Thread>,
    index: FxHashMap<(String, String), u32>,
    process_names: FxHashMap<String, String>,
    headings: Vec<Heading>,
    heading_index: FxHashMap<Heading, u32>,
    /// The thread a heading turns a thread into.
    under: FxHashMap<(u32, u32), u32>,
    /// Threads that headings speak of, by process and thread: the name is missing from the first samples of a program.
    headed: FxHashMap<(String, String), u32>,
}

/// A thread as the trace knows it. Ids may be any text.
#[derive(Clone, Default)]
struct Thread {
    pid: String,
    tid: String,
    name: String,
    /// The command line, where a heading gave it.
    process: String,
    /// Its track in the profile, once something has run on it.
    track: Option<TrackId>,
}

/// An entry of a stack that is no frame: py-spy's `--threads` and `--subprocesses` write the thread and the process as if
/// they were the outermost functions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Heading {
    /// `process 4711:"python app.py"`
    Process { pid: String, command: String },
    /// `thread (4712): worker`, or `thread (4712)`
    Thread { tid: String, name: String },
}

impl Heading {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST_NAMES {
            return None;
        }
        if let Some(rest) = text.strip_prefix("process ") {
            let (pid, command) = rest.split_once(':')?;
            let command = command.strip_prefix('"')?.strip_suffix('"')?;
            return is_id(pid).then(|| Self::Process { pid: pid.to_owned(), command: command.to_owned() });
        }
        let (tid, rest) = text.strip_prefix("thread (")?.split_once(')')?;
        let name = if rest.is_empty() { "" } else { rest.strip_prefix(": ")? };
        is_id(tid).then(|| Self::Thread { tid: tid.to_owned(), name: name.to_owned() })
    }
}

/// An id as it is written; one longer than any is none.
fn text(raw: &[u8]) -> String {
    let raw = if raw.len() <= LONGEST_NAMES { raw } else { &[] };
    String::from_utf8_lossy(raw).into_owned()
}

fn is_id(text: &str) -> bool {
    id(text).is_some()
}

/// A process or thread id, which some systems write in hexadecimal.
fn id(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

impl Book {
    /// The number of the thread with these ids, as they are written.
    pub(super) fn thread(&mut self, pid: &[u8], tid: &[u8]) -> u32 {
        let next = self.threads.len() as u32;
        let (pid, tid) = (text(pid), text(tid));
        let number = *self.index.entry((pid.clone(), tid.clone())).or_insert(next);
        if number == next {
            self.threads.push(Thread { pid, tid, ..Thread::default() });
        }
        number
    }

    pub(super) fn name_process(&mut self, pid: &[u8], name: &str) {
        if name.len() <= LONGEST_NAMES {
            self.process_names.insert(text(pid), name.to_owned());
        }
    }

    pub(super) fn name_thread(&mut self, pid: &[u8], tid: &[u8], name: &str) {
        let number = self.thread(pid, tid);
        if let Some(thread) = self.threads.get_mut(number as usize)
            && name.len() <= LONGEST_NAMES
        {
            name.clone_into(&mut thread.name);
        }
    }

    /// An id that stands for a heading where a frame's would stand.
    pub(super) fn heading(&mut self, heading: Heading) -> u32 {
        let next = self.headings.len() as u32;
        let number = *self.heading_index.entry(heading.clone()).or_insert(next);
        if number == next {
            self.headings.push(heading);
        }
        FIRST_HEADING + number
    }

    /// The thread that `thread` is under a heading; `None` if `id` is that of a frame.
    pub(super) fn thread_under(&mut self, thread: u32, id: u32) -> Option<u32> {
        let heading = id.checked_sub(FIRST_HEADING)?;
        if let Some(&number) = self.under.get(&(thread, heading)) {
            return Some(number);
        }
        let mut new = Thread { track: None, ..self.threads.get(thread as usize)?.clone() };
        match self.headings.get(heading as usize)? {
            Heading::Process { pid, command } => (new.pid, new.process) = (pid.clone(), command.clone()),
            Heading::Thread { tid, name } => (new.tid, new.name) = (tid.clone(), name.clone()),
        }
        let next = self.threads.len() as u32;
        let number = *self.headed.entry((new.pid.clone(), new.tid.clone())).or_insert(next);
        match self.threads.get_mut(number as usize) {
            Some(known) if known.name.is_empty() => known.name = new.name,
            Some(_) => {}
            None => self.threads.push(new),
        }
        self.under.insert((thread, heading), number);
        Some(number)
    }

    /// Gives tracks the names that turned up after their first sample.
    pub(super) fn complete_names(&self, builder: &mut ProfileBuilder) {
        let tracks = builder.tracks_mut();
        for thread in &self.threads {
            if let Some(track) = thread.track.and_then(|id| tracks.get_mut(id.index()))
                && track.name.is_empty()
            {
                track.name.clone_from(&thread.name);
            }
        }
    }

    /// The thread's track in the profile, added on first use.
    pub(super) fn track(&mut self, thread: u32, builder: &mut ProfileBuilder) -> TrackId {
        let Some(row) = self.threads.get_mut(thread as usize) else { return builder.track(Track::default()) };
        if let Some(track) = row.track {
            return track;
        }
        let mut track =
            Track { name: row.name.clone(), pid: id(&row.pid), tid: id(&row.tid), process: row.process.clone() };
        if track.name.is_empty() && track.tid.is_none() {
            track.name.clone_from(&row.tid);
        }
        if track.process.is_empty() {
            track.process = match self.process_names.get(&row.pid) {
                Some(name) => name.clone(),
                None if track.pid.is_none() => row.pid.clone(),
                None => String::new(),
            };
        }
        let id = builder.track(track);
        row.track = Some(id);
        id
    }
}
