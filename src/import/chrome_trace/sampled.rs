//! CPU profiles within a trace: samples that name a node of a tree of frames.
//!
//! Browsers and Node.js write the tree and the samples of V8 in chunks, or at the end as a whole:
//!
//! ```text
//! {"ph":"P","name":"Profile","pid":1,"tid":7,"id":"0x2","args":{"data":{"startTime":9632403026}}}
//! {"ph":"P","name":"ProfileChunk","pid":1,"tid":9,"id":"0x2","args":{"data":{"timeDeltas":[4392,124, …],
//!   "cpuProfile":{"nodes":[{"id":5,"parent":4,"callFrame":{"functionName":"alpha","url":"…/a.js","lineNumber":0}}, …],
//!                 "samples":[2,5, …]}}}}
//! {"ph":"I","name":"CpuProfile","pid":1,"tid":7,"args":{"data":{"cpuProfile":{"startTime":…,"endTime":…,"timeDeltas":[…],
//!   "nodes":[{"id":1,"children":[2,3],"callFrame":{…}}, …],"samples":[…]}}}}
//! ```
//!
//! <https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile>
//!
//! The trace format itself knows global samples: `"stackFrames":{"2":{"name":"f","parent":1}, …}` and
//! `"samples":[{"pid":1,"tid":7,"ts":"11552125241","sf":2}, …]`.
//!
//! Either way a sample holds from its time until the next one of its thread.

use super::events::{Event, nanoseconds};
use super::threads::Book;
use super::{NAME, Trace};
use crate::import::decimal::{self, id};
use crate::import::json::{Json, JsonError, Kind, ReadError, Text};
use crate::import::{ImportError, Job};
use crate::model::{FrameId, MetricId, ProfileBuilder, StackId, Unit};
use rustc_hash::FxHashMap;

/// Samples between two reports of progress.
const ROWS: usize = 8192;

/// The node every stack of V8 begins with; it says nothing.
const ROOT: &str = "(root)";

/// Reads the CPU profiles of the trace, if they say more than its durations. Answers whether they do.
pub(super) fn read<'a>(
    trace: &Trace<'a>,
    bytes: &'a [u8],
    book: &mut Book,
    builder: &mut ProfileBuilder,
    job: &Job,
) -> Result<bool, ImportError> {
    let mut reader = Reader { bytes, profiles: Vec::new(), index: FxHashMap::default(), bad_samples: 0 };
    for at in trace.events.profile_events() {
        job.progress(0, 0)?;
        reader.read_event(at, book, builder).map_err(|e| e.of_format(NAME, bytes.len()))?;
    }
    let of_browser = reader.has_samples();
    if of_browser {
        let text = "A duration the browser recorded beside its CPU profile is not shown.";
        builder.warn_times(text, trace.events.duration_count());
    } else if trace.events.has_durations() {
        if trace.samples.is_some() {
            builder.warn("The trace holds samples beside its durations; they are not shown.");
        }
    } else {
        match reader.read_global(trace, book, builder, job) {
            // Of what is cut the beginning is kept.
            Ok(()) | Err(ReadError::Json(JsonError::Truncated)) => {}
            Err(ReadError::Json(error)) => return Err(error.of_format(NAME, bytes.len())),
            Err(ReadError::Stopped(error)) => return Err(error),
        }
    }
    if !reader.has_samples() {
        return Ok(false);
    }
    reader.add_samples(book, builder, job)?;
    Ok(true)
}

struct Reader<'a> {
    bytes: &'a [u8],
    profiles: Vec<CpuProfile<'a>>,
    /// By process and the profile's id, or process and thread.
    index: FxHashMap<(&'a [u8], &'a [u8]), usize>,
    bad_samples: u64,
}

/// The samples of a thread and the tree they point into.
#[derive(Default)]
struct CpuProfile<'a> {
    /// The thread's number in the book.
    thread: u32,
    tree: Tree<'a>,
    /// When it began; the first sample is its first time delta later.
    start: Option<i64>,
    end: Option<i64>,
    /// Nodes, and times counted from the beginning of the trace's clock.
    samples: Vec<(i64, u64)>,
    /// Nodes and time deltas that wait for each other: a chunk writes them in two arrays.
    nodes: Vec<u64>,
    deltas: Vec<i64>,
}

/// Nodes by the id the file gives them.
#[derive(Default)]
struct Tree<'a> {
    nodes: FxHashMap<u64, Node<'a>>,
}

#[derive(Default)]
struct Node<'a> {
    parent: Option<u64>,
    name: Option<Text<'a>>,
    file: Option<Text<'a>>,
    /// The line the function begins at; 0 where not known.
    line: u32,
    stack: Option<StackId>,
}

impl<'a> Reader<'a> {
    fn has_samples(&self) -> bool {
        self.profiles.iter().any(|p| !p.samples.is_empty())
    }

    fn profile(&mut self, key: (&'a [u8], &'a [u8]), thread: u32) -> &mut CpuProfile<'a> {
        let next = self.profiles.len();
        let at = *self.index.entry(key).or_insert(next);
        if at == next {
            self.profiles.push(CpuProfile { thread, ..CpuProfile::default() });
        }
        &mut self.profiles[at]
    }

    fn read_event(&mut self, at: usize, book: &mut Book, builder: &mut ProfileBuilder) -> Result<(), JsonError> {
        let event = Event::read(&mut Json::at(self.bytes, at))?;
        let thread = book.thread(event.pid, event.tid);
        let bytes = self.bytes;
        // A profile that comes whole has no id to collect chunks by.
        let key = event.id.unwrap_or(event.tid);
        let profile = self.profile((event.pid, key), thread);
        // Unless the profile says better.
        profile.start = profile.start.or(nanoseconds(event.time));
        if let Some(args) = event.args {
            profile.read_args(&mut Json::at(bytes, args))?;
        }
        let unequal = profile.take_samples();
        if unequal {
            builder.warn(
                "A part of the CPU profile has more samples than times, or fewer: what has no partner is left out.",
            );
        }
        Ok(())
    }

    fn read_global(
        &mut self,
        trace: &Trace<'a>,
        book: &mut Book,
        builder: &mut ProfileBuilder,
        job: &Job,
    ) -> Result<(), ReadError> {
        let (Some(frames), Some(samples)) = (trace.stack_frames, trace.samples) else { return Ok(()) };
        let mut tree = Tree::default();
        tree.read_stack_frames(&mut Json::at(self.bytes, frames))?;
        let stacks = tree.all_stacks(builder);
        let mut json = Json::at(self.bytes, samples);
        let mut items = json.array()?;
        let mut row = 0_usize;
        while items.next(&mut json)? {
            row += 1;
            if row.is_multiple_of(ROWS) {
                job.progress(0, 0)?;
            }
            if json.peek()? != Kind::Object {
                json.skip()?;
                continue;
            }
            let event = Event::read(&mut json)?;
            let (Some(time), Some(frame)) = (nanoseconds(event.time), id(event.stack_frame)) else {
                self.bad_samples += 1;
                continue;
            };
            let thread = book.thread(event.pid, event.tid);
            let profile = self.profile((event.pid, event.tid), thread);
            // The tree is shared by all threads: each takes of it what it needs.
            if let Some(stack) = stacks.get(&frame) {
                profile.tree.nodes.entry(frame).or_default().stack = Some(*stack);
            }
            profile.samples.push((time, frame));
        }
        Ok(())
    }

    /// Adds everything to the profile, with times counted from the earliest sample.
    fn add_samples(mut self, book: &mut Book, builder: &mut ProfileBuilder, job: &Job) -> Result<(), ImportError> {
        builder.metric("time", Unit::Nanoseconds);
        builder.metric("samples", Unit::Samples);
        let mut unknown = 0;
        // Times may go back a little, where V8 took two samples at once.
        self.profiles.iter_mut().for_each(|p| p.samples.sort_by_key(|(time, _)| *time));
        let base = self.profiles.iter().filter_map(|p| p.samples.first()).map(|(t, _)| *t).min().unwrap_or(0);
        let last = self.profiles.iter().filter_map(|p| p.samples.last().map(|(t, _)| *t).max(p.end)).max();
        builder.origin_mut().duration_ns = last.and_then(|last| last.checked_sub(base)).filter(|d| *d > 0);
        for mut profile in self.profiles {
            if profile.samples.is_empty() {
                continue;
            }
            let stacks = profile.tree.all_stacks(builder);
            let track = book.track(profile.thread, builder);
            let times = profile.samples.iter().skip(1).map(|(time, _)| *time);
            let ends = times.chain(std::iter::once(profile.end.unwrap_or(i64::MIN)));
            for (row, (&(time, node), end)) in profile.samples.iter().zip(ends).enumerate() {
                if row.is_multiple_of(ROWS) {
                    job.progress(0, 0)?;
                }
                let stack = stacks.get(&node).copied().unwrap_or_else(|| {
                    unknown += 1;
                    StackId::EMPTY
                });
                let duration = if end <= time { Some(0) } else { end.checked_sub(time) };
                let Some(duration) = duration else {
                    builder.fail_overflow(MetricId(0));
                    break;
                };
                builder.sample(track, stack, time.checked_sub(base), &[duration, 1]);
            }
        }
        builder.warn_times("A sample points to a frame the trace does not define; it has an empty stack.", unknown);
        builder.warn_times("A sample has no readable time or frame and is left out.", self.bad_samples);
        Ok(())
    }
}

impl<'a> CpuProfile<'a> {
    fn read_args(&mut self, json: &mut Json<'a>) -> Result<(), JsonError> {
        self.in_object(json, |profile, key, json| match key {
            b"data" => profile.read_data(json),
            _ => json.skip(),
        })
    }

    fn read_data(&mut self, json: &mut Json<'a>) -> Result<(), JsonError> {
        self.in_object(json, |profile, key, json| match key {
            b"cpuProfile" => profile.read_data(json),
            b"nodes" => profile.tree.read_nodes(json),
            b"samples" => numbers(json, |word| profile.nodes.push(id(Some(word)).unwrap_or(u64::MAX))),
            b"timeDeltas" => numbers(json, |word| profile.deltas.push(nanoseconds(Some(word)).unwrap_or(0))),
            b"startTime" => {
                profile.start = nanoseconds(json.scalar()?).or(profile.start);
                Ok(())
            }
            b"endTime" => {
                profile.end = nanoseconds(json.scalar()?);
                Ok(())
            }
            _ => json.skip(),
        })
    }

    /// Calls `read` for each member of an object; passes over anything else.
    fn in_object(
        &mut self,
        json: &mut Json<'a>,
        read: impl Fn(&mut Self, &[u8], &mut Json<'a>) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        if json.peek()? != Kind::Object {
            return json.skip();
        }
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            read(self, key.raw(), json)?;
        }
        Ok(())
    }

    /// Turns the nodes and time deltas of a chunk into samples. Answers whether some had no partner.
    fn take_samples(&mut self) -> bool {
        let unequal = self.nodes.len() != self.deltas.len();
        let mut time = self.samples.last().map_or(self.start.unwrap_or(0), |(time, _)| *time);
        for (node, delta) in std::mem::take(&mut self.nodes).into_iter().zip(std::mem::take(&mut self.deltas)) {
            time = time.saturating_add(delta);
            self.samples.push((time, node));
        }
        unequal
    }
}

/// The numbers of an array; passes over anything else.
fn numbers(json: &mut Json<'_>, mut take: impl FnMut(&[u8])) -> Result<(), JsonError> {
    if json.peek()? != Kind::Array {
        return json.skip();
    }
    let mut items = json.array()?;
    while items.next(json)? {
        take(json.scalar()?.unwrap_or_default());
    }
    Ok(())
}

impl<'a> Tree<'a> {
    fn read_nodes(&mut self, json: &mut Json<'a>) -> Result<(), JsonError> {
        if json.peek()? != Kind::Array {
            return json.skip();
        }
        let mut items = json.array()?;
        while items.next(json)? {
            if json.peek()? == Kind::Object {
                self.read_node(json)?;
            } else {
                json.skip()?;
            }
        }
        Ok(())
    }

    fn read_node(&mut self, json: &mut Json<'a>) -> Result<(), JsonError> {
        let (mut node, mut number, mut children) = (Node::default(), None, Vec::new());
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match key.raw() {
                b"id" => number = id(json.scalar()?),
                b"parent" => node.parent = id(json.scalar()?),
                b"children" => numbers(json, |word| children.extend(id(Some(word))))?,
                b"callFrame" if json.peek()? == Kind::Object => node.read_call_frame(json)?,
                _ => json.skip()?,
            }
        }
        let Some(number) = number else { return Ok(()) };
        for child in children {
            self.nodes.entry(child).or_default().parent = Some(number);
        }
        let known = self.nodes.entry(number).or_default();
        node.parent = node.parent.or(known.parent);
        *known = node;
        Ok(())
    }

    fn read_stack_frames(&mut self, json: &mut Json<'a>) -> Result<(), JsonError> {
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            if json.peek()? != Kind::Object {
                json.skip()?;
                continue;
            }
            let mut node = Node::default();
            let mut inner = json.object()?;
            while let Some(key) = inner.next(json)? {
                match key.raw() {
                    b"name" => node.name = json.string_or_skip()?,
                    b"parent" => node.parent = id(json.scalar()?),
                    _ => json.skip()?,
                }
            }
            if let Some(number) = id(Some(key.raw())) {
                self.nodes.insert(number, node);
            }
        }
        Ok(())
    }

    /// The stack of every node.
    fn all_stacks(&mut self, builder: &mut ProfileBuilder) -> FxHashMap<u64, StackId> {
        let mut numbers: Vec<u64> = self.nodes.keys().copied().collect();
        // Ids are given out parents first: sorted, a path is mostly one step long.
        numbers.sort_unstable();
        for &number in &numbers {
            self.find_stack(number, builder);
        }
        numbers.into_iter().filter_map(|n| Some((n, self.nodes.get(&n)?.stack?))).collect()
    }

    /// Walks up to a node whose stack is known, then back down. A parent that is missing, or that closes a circle, is
    /// taken for the root.
    fn find_stack(&mut self, number: u64, builder: &mut ProfileBuilder) {
        let mut path = Vec::new();
        let mut stack = StackId::EMPTY;
        let mut at = Some(number);
        while let Some(node) = at.and_then(|n| self.nodes.get_mut(&n)) {
            if let Some(known) = node.stack {
                stack = known;
                break;
            }
            // Seen again before its real stack is known, this node is its own ancestor.
            node.stack = Some(StackId::EMPTY);
            path.extend(at);
            at = node.parent;
        }
        for number in path.into_iter().rev() {
            let Some(node) = self.nodes.get_mut(&number) else { continue };
            if let Some(frame) = node.frame(builder) {
                stack = builder.stack(stack, frame);
            }
            node.stack = Some(stack);
        }
    }
}

impl<'a> Node<'a> {
    fn read_call_frame(&mut self, json: &mut Json<'a>) -> Result<(), JsonError> {
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match key.raw() {
                b"functionName" => self.name = json.string_or_skip()?,
                b"url" => self.file = json.string_or_skip()?,
                b"lineNumber" => {
                    // Counted from zero; −1 where not known.
                    let line = json.scalar()?.and_then(|w| decimal::scaled(w, 0));
                    self.line = line.and_then(|l| u32::try_from(l.checked_add(1)?).ok()).unwrap_or(0);
                }
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    /// Its frame; `None` for the root.
    fn frame(&self, builder: &mut ProfileBuilder) -> Option<FrameId> {
        let name = self.name.map(|t| t.text()).unwrap_or_default();
        if name == ROOT {
            return None;
        }
        let name = if name.is_empty() { "(anonymous)" } else { &*name };
        let file = self.file.map(|t| t.text()).unwrap_or_default();
        let function = builder.function_named(name, &file, self.line);
        Some(builder.frame(function, 0))
    }
}
