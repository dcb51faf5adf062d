//! The array of events → rows.
//!
//! Large arrays are read in pieces, one a core. Where a piece may begin cannot be known without having read what stands
//! before it, so a likely place is guessed, and proved when the piece before arrives exactly there; a guess that turns
//! out wrong costs time, never a row.

use super::spans::{Group, Mark, Span};
use super::threads::{Book, Heading};
use crate::import::json::{Items, Json, JsonError, Kind, ReadError, Text};
use crate::import::{
    ImportError, Job, decimal,
    frame_text::{self, FrameText},
};
use crate::model::ProfileBuilder;
use rustc_hash::FxHashMap;
use std::thread::ScopedJoinHandle;

/// Rows between two reports of progress.
const ROWS: usize = 8192;

/// A piece smaller than this is not worth a thread.
const PIECE_BYTES: usize = 4 << 20;

/// More threads than this would wait for memory.
const MAX_PIECES: usize = 8;

/// No name: an `E` need not repeat that of its `B`.
pub(super) const NO_NAME: u32 = u32::MAX;

/// Everything read from the array of events.
#[derive(Default)]
pub(super) struct Events<'a> {
    pieces: Vec<Piece<'a>>,
}

/// The rows of a part of the array, with names and threads numbered in order of first use.
#[derive(Default)]
struct Piece<'a> {
    names: Vec<Name<'a>>,
    name_index: FxHashMap<Name<'a>, u32>,
    threads: Vec<Thread<'a>>,
    thread_index: FxHashMap<(&'a [u8], &'a [u8]), usize>,
    /// Positions of metadata events, and of events that hold parts of a CPU profile.
    metadata: Vec<usize>,
    profiles: Vec<usize>,
    tally: Tally,
}

/// What a function is known by: its name, and in py-spy's traces its file and line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Name<'a> {
    name: Option<Text<'a>>,
    place: Option<(Option<Text<'a>>, u32)>,
}

struct Thread<'a> {
    pid: &'a [u8],
    tid: &'a [u8],
    is_pyspy: bool,
    spans: Vec<Span>,
    marks: Vec<Mark>,
}

/// What was not taken, to be told at the end.
#[derive(Debug, Default)]
struct Tally {
    no_time: u64,
    no_duration: u64,
    skipped: [u64; SKIPPED.len()],
}

/// Phases that are no durations, and what to say of them.
const SKIPPED: [(&[u8], &str); 7] = [
    (b"iIR", "An event without a duration (an instant or a mark) is not shown."),
    (b"C", "A value of a counter is not shown."),
    (b"bneSTpF", "A step of an asynchronous operation is not shown: it belongs to no stack."),
    (b"stf", "An arrow from one event to another (a flow) is not shown."),
    (b"NOD", "An event in the life of an object is not shown."),
    (b"vVc(),=P", "A memory dump, a clock mark or a context of the trace is not shown."),
    (b"", "An event of a phase the format does not define is not shown."),
];

/// One event as it is written. Numbers stay text, because which of them matter depends on the phase.
#[derive(Default)]
pub(super) struct Event<'a> {
    phase: &'a [u8],
    name: Option<Text<'a>>,
    category: &'a [u8],
    pub(super) pid: &'a [u8],
    pub(super) tid: &'a [u8],
    pub(super) id: Option<&'a [u8]>,
    pub(super) time: Option<&'a [u8]>,
    duration: Option<&'a [u8]>,
    thread_duration: Option<&'a [u8]>,
    pub(super) stack_frame: Option<&'a [u8]>,
    /// Position of the arguments.
    pub(super) args: Option<usize>,
}

impl<'a> Event<'a> {
    pub(super) fn read(json: &mut Json<'a>) -> Result<Self, JsonError> {
        let mut event = Self::default();
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match key.raw() {
                b"ph" => event.phase = json.scalar()?.unwrap_or_default(),
                b"name" => event.name = json.string_or_skip()?,
                b"cat" => event.category = json.scalar()?.unwrap_or_default(),
                b"pid" => event.pid = json.scalar()?.unwrap_or_default(),
                b"tid" => event.tid = json.scalar()?.unwrap_or_default(),
                b"id" => event.id = json.scalar()?,
                b"sf" => event.stack_frame = json.scalar()?,
                b"ts" => event.time = json.scalar()?,
                b"dur" => event.duration = json.scalar()?,
                b"tdur" => event.thread_duration = json.scalar()?,
                b"args" => {
                    json.peek()?;
                    event.args = Some(json.offset());
                    json.skip()?;
                }
                _ => json.skip()?,
            }
        }
        Ok(event)
    }

    fn is_pyspy(&self) -> bool {
        self.category == b"py-spy"
    }
}

/// A number of microseconds, as the format has them.
pub(super) fn nanoseconds(text: Option<&[u8]>) -> Option<i64> {
    decimal::scaled(text?, 3)
}

/// A piece and how its reading ended.
type PieceRead<'a> = (Piece<'a>, Result<End, ReadError>);

/// Where a piece stopped.
enum End {
    /// At the end of the array.
    Closed(usize),
    /// At an event that begins at or after the limit it was given.
    Reached(usize),
}

impl<'a> Events<'a> {
    /// Reads an array of events. What stands before an error is kept.
    pub(super) fn read(&mut self, json: &mut Json<'a>, job: &Job) -> Result<(), ReadError> {
        let bytes = json.bytes();
        let mut items = json.array()?;
        if !items.next(json)? {
            return Ok(());
        }
        let starts = piece_starts(bytes, json.offset());
        let limit_of = |i: usize| starts.get(i + 1).copied().unwrap_or(usize::MAX);
        let read = |i: usize, start: usize| {
            let mut piece = Piece::default();
            let end = piece.read(bytes, start, limit_of(i), job, i == 0);
            (piece, end)
        };
        let results = std::thread::scope(|scope| {
            let others: Vec<_> =
                starts.iter().enumerate().skip(1).map(|(i, &start)| scope.spawn(move || read(i, start))).collect();
            let mut results = vec![Ok(read(0, starts[0]))];
            results.extend(others.into_iter().map(ScopedJoinHandle::join));
            results
        });
        let end = self.join(bytes, &starts, results, job)?;
        *json = Json::at(bytes, end);
        Ok(())
    }

    /// Puts pieces together in order, reading again what was read from a wrong beginning.
    fn join(
        &mut self,
        bytes: &'a [u8],
        starts: &[usize],
        results: Vec<std::thread::Result<PieceRead<'a>>>,
        job: &Job,
    ) -> Result<usize, ReadError> {
        let mut results = starts.iter().zip(results).peekable();
        let mut at = starts.first().copied().unwrap_or_default();
        loop {
            // Guesses that lie inside what has been read were wrong.
            while results.next_if(|(start, _)| **start < at).is_some() {}
            let guessed = results.next_if(|(start, _)| **start == at);
            let (piece, end) = if let Some((_, Ok(read))) = guessed {
                read
            } else {
                let limit = results.peek().map_or(usize::MAX, |(start, _)| **start);
                let mut piece = Piece::default();
                let end = piece.read(bytes, at, limit, job, true);
                (piece, end)
            };
            self.pieces.push(piece);
            match end? {
                End::Closed(end) => return Ok(end),
                End::Reached(next) => at = next,
            }
        }
    }

    pub(super) fn has_pyspy(&self) -> bool {
        self.threads().any(|t| t.is_pyspy)
    }

    /// Positions of the events that hold parts of a CPU profile, in order.
    pub(super) fn profile_events(&self) -> impl Iterator<Item = usize> + '_ {
        self.pieces.iter().flat_map(|p| p.profiles.iter().copied())
    }

    fn threads(&self) -> impl Iterator<Item = &Thread<'a>> {
        self.pieces.iter().flat_map(|p| &p.threads)
    }

    /// Whether any duration is longer than nothing.
    pub(super) fn has_durations(&self) -> bool {
        self.threads().any(|t| !t.marks.is_empty() || t.spans.iter().any(|s| s.end > s.start))
    }

    /// How many durations there are.
    pub(super) fn duration_count(&self) -> u64 {
        self.threads().map(|t| (t.spans.len() + t.marks.iter().filter(|m| m.begins).count()) as u64).sum()
    }

    pub(super) fn warn(&self, builder: &mut ProfileBuilder) {
        for tally in self.pieces.iter().map(|p| &p.tally) {
            builder.warn_times("An event has no readable time and is left out.", tally.no_time);
            builder.warn_times("An event has no readable duration; it is taken to last no time.", tally.no_duration);
            for ((_, text), count) in SKIPPED.iter().zip(tally.skipped) {
                builder.warn_times(text, count);
            }
        }
    }

    /// The threads, with the names that metadata events give them.
    pub(super) fn book(&self, bytes: &'a [u8], builder: &mut ProfileBuilder) -> Book {
        let mut book = Book::default();
        for thread in self.threads() {
            book.thread(thread.pid, thread.tid);
        }
        for at in self.pieces.iter().flat_map(|p| &p.metadata) {
            if read_metadata(bytes, *at, &mut book).is_err() {
                builder.warn("A name of a process or thread could not be read.");
            }
        }
        book
    }

    /// All rows by what nests together, with the builder's frames for names and the book's numbers for threads.
    pub(super) fn into_groups(self, book: &mut Book, builder: &mut ProfileBuilder) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut group_index = FxHashMap::default();
        for piece in self.pieces {
            let names: Vec<u32> = piece.names.iter().map(|name| name.resolve(builder, book)).collect();
            let name_of = |name: u32| names.get(name as usize).copied().unwrap_or(NO_NAME);
            for thread in piece.threads {
                let number = book.thread(thread.pid, thread.tid);
                // py-spy knows a thread by its id alone. After a fork the child's thread has its parent's id, and an
                // event that ends a frame of one may carry the process id of the other.
                let pid = if thread.is_pyspy { None } else { Some(thread.pid) };
                let at = *group_index.entry((pid, thread.tid)).or_insert(groups.len());
                if at == groups.len() {
                    groups.push(Group::default());
                }
                let Some(group) = groups.get_mut(at) else { continue };
                let spans = thread.spans.into_iter().map(|s| Span { name: name_of(s.name), thread: number, ..s });
                let marks = thread.marks.into_iter().map(|m| Mark { name: name_of(m.name), thread: number, ..m });
                if group.is_empty() {
                    // Keeps the room the rows already have.
                    *group = Group { spans: spans.collect(), marks: marks.collect() };
                } else {
                    group.spans.extend(spans);
                    group.marks.extend(marks);
                }
            }
        }
        groups
    }
}

/// Reads the name a metadata event gives to a process or a thread.
fn read_metadata(bytes: &[u8], at: usize, book: &mut Book) -> Result<(), JsonError> {
    let event = Event::read(&mut Json::at(bytes, at))?;
    let (Some(name), Some(args)) = (event.name, event.args) else { return Ok(()) };
    let mut json = Json::at(bytes, args);
    if json.peek()? != Kind::Object {
        return Ok(());
    }
    let mut given = None;
    let mut members = json.object()?;
    while let Some(key) = members.next(&mut json)? {
        match key.raw() {
            b"name" => given = json.string_or_skip()?,
            _ => json.skip()?,
        }
    }
    let given = given.map(|t| t.text()).unwrap_or_default();
    match name.raw() {
        b"process_name" => book.name_process(event.pid, &given),
        b"thread_name" => book.name_thread(event.pid, event.tid, &given),
        _ => {}
    }
    Ok(())
}

/// The beginnings of the pieces to read at once: the first event, and places that look like an event's beginning.
fn piece_starts(bytes: &[u8], first: usize) -> Vec<usize> {
    let len = bytes.len() - first.min(bytes.len());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pieces = cores.min(MAX_PIECES).min(len / PIECE_BYTES).max(1);
    let mut starts = vec![first];
    for i in 1..pieces {
        if let Some(start) = likely_event(bytes, first + len / pieces * i)
            && starts.last().is_none_or(|last| *last < start)
        {
            starts.push(start);
        }
    }
    starts
}

/// The first place after `from` that looks like the beginning of an event.
fn likely_event(bytes: &[u8], from: usize) -> Option<usize> {
    /// An event's own objects look like events at times; so many are tried.
    const TRIES: usize = 1000;
    let mut at = from;
    for _ in 0..TRIES {
        at += memchr::memchr(b'{', bytes.get(at..)?)?;
        let before = bytes.get(..at)?.trim_ascii_end();
        let is_item = before.strip_suffix(b",").is_some_and(|b| b.trim_ascii_end().ends_with(b"}"));
        if is_item && Event::read(&mut Json::at(bytes, at)).is_ok_and(|e| e.phase.len() == 1 && !e.pid.is_empty()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

impl<'a> Piece<'a> {
    /// Reads events from the one at `start` to the end of the array, or to the first that begins at `limit` or later.
    fn read(
        &mut self,
        bytes: &'a [u8],
        start: usize,
        limit: usize,
        job: &Job,
        reports: bool,
    ) -> Result<End, ReadError> {
        let mut json = Json::at(bytes, start);
        let mut items = Items::at_item();
        let mut row = 0_usize;
        while items.next(&mut json)? {
            let at = json.offset();
            if at >= limit {
                return Ok(End::Reached(at));
            }
            row += 1;
            if row.is_multiple_of(ROWS) {
                check(job, reports.then(|| (at - start, limit.min(bytes.len()) - start)))?;
            }
            if json.peek()? == Kind::Object {
                let event = Event::read(&mut json)?;
                self.take(bytes, at, &event)?;
            } else {
                json.skip()?;
            }
        }
        Ok(End::Closed(json.offset()))
    }

    fn take(&mut self, bytes: &'a [u8], at: usize, event: &Event<'a>) -> Result<(), JsonError> {
        match event.phase {
            b"X" => {
                let Some(start) = nanoseconds(event.time) else {
                    self.tally.no_time += 1;
                    return Ok(());
                };
                let duration = nanoseconds(event.duration.or(event.thread_duration)).filter(|d| *d >= 0);
                let end = duration.and_then(|duration| start.checked_add(duration));
                self.tally.no_duration += u64::from(end.is_none());
                let end = end.unwrap_or(start);
                let name = self.name(bytes, event)?;
                self.thread(event).spans.push(Span { start, end, name, thread: 0 });
            }
            b"B" | b"E" => {
                let begins = event.phase == b"B";
                let Some(time) = nanoseconds(event.time) else {
                    self.tally.no_time += 1;
                    return Ok(());
                };
                let name = if begins || event.name.is_some() { self.name(bytes, event)? } else { NO_NAME };
                self.thread(event).marks.push(Mark { time, name, thread: 0, begins });
            }
            b"M" => self.metadata.push(at),
            b"P" | b"I"
                if event.name.is_some_and(|n| matches!(n.raw(), b"Profile" | b"ProfileChunk" | b"CpuProfile")) =>
            {
                self.profiles.push(at);
            }
            phase => {
                let class = SKIPPED.iter().position(|(phases, _)| phase.len() == 1 && phases.contains(&phase[0]));
                if let Some(count) = self.tally.skipped.get_mut(class.unwrap_or(SKIPPED.len() - 1)) {
                    *count += 1;
                }
            }
        }
        Ok(())
    }

    fn name(&mut self, bytes: &'a [u8], event: &Event<'a>) -> Result<u32, JsonError> {
        let place = match event.args {
            Some(args) if event.is_pyspy() => Some(read_place(bytes, args)?),
            _ => None,
        };
        let name = Name { name: event.name, place };
        if let Some(&id) = self.name_index.get(&name) {
            return Ok(id);
        }
        let id = self.names.len() as u32;
        self.names.push(name);
        self.name_index.insert(name, id);
        Ok(id)
    }

    fn thread(&mut self, event: &Event<'a>) -> &mut Thread<'a> {
        let next = self.threads.len();
        let id = *self.thread_index.entry((event.pid, event.tid)).or_insert(next);
        if id == next {
            let (pid, tid) = (event.pid, event.tid);
            self.threads.push(Thread { pid, tid, is_pyspy: false, spans: Vec::new(), marks: Vec::new() });
        }
        let thread = &mut self.threads[id];
        thread.is_pyspy |= event.is_pyspy();
        thread
    }
}

/// One piece reports progress for all, which are of a size; every one of them can be cancelled.
fn check(job: &Job, progress: Option<(usize, usize)>) -> Result<(), ImportError> {
    match progress {
        Some((done, of)) => job.progress(done as u64, of as u64),
        None if job.is_cancelled() => Err(ImportError::Cancelled),
        None => Ok(()),
    }
}

/// The file and line in the arguments of an event of py-spy.
fn read_place(bytes: &[u8], args: usize) -> Result<(Option<Text<'_>>, u32), JsonError> {
    let mut json = Json::at(bytes, args);
    let (mut file, mut line) = (None, 0);
    if json.peek()? != Kind::Object {
        return Ok((file, line));
    }
    let mut members = json.object()?;
    while let Some(key) = members.next(&mut json)? {
        match key.raw() {
            b"filename" => file = json.string_or_skip()?,
            b"line" => line = decimal::line(json.scalar()?),
            _ => json.skip()?,
        }
    }
    Ok((file, line))
}

impl Name<'_> {
    /// The frame of this name, or the thread or process it stands for.
    fn resolve(&self, builder: &mut ProfileBuilder, book: &mut Book) -> u32 {
        let name = self.name.map_or_else(|| "(unnamed)".into(), |t| t.text());
        let Some((file, line)) = self.place else {
            // viztracer writes `parse (/srv/app/csv.py:12)`, the line being the function's first.
            let parts = FrameText::parse(&name);
            let (name, file) = if parts.line > 0 { (parts.name, parts.place) } else { (&*name, "") };
            let function = builder.function_named(name, file, parts.line);
            return builder.frame(function, 0).0;
        };
        let file = file.map(|t| t.text()).unwrap_or_default();
        if file.is_empty()
            && let Some(heading) = Heading::parse(&name)
        {
            return book.heading(heading);
        }
        let function = frame_text::function_in(builder, (&name, &file), line, 0);
        builder.frame(function, line).0
    }
}
