//! Durations → samples: for each thread, who was on the stack from when to when.

use super::events::NO_NAME;
use super::threads::Book;
use crate::import::{ImportError, Job};
use crate::model::{FrameId, MetricId, ProfileBuilder, StackId, Unit};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// Rows between two reports of progress.
const ROWS: usize = 8192;

/// A duration. Names and threads are first a piece's own numbers, then a frame's id and the book's number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) name: u32,
    pub(super) thread: u32,
}

/// The beginning or the end of a duration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) time: i64,
    pub(super) name: u32,
    pub(super) thread: u32,
    pub(super) begins: bool,
}

/// Rows that nest within each other: mostly those of a thread.
#[derive(Default)]
pub(super) struct Group {
    pub(super) spans: Vec<Span>,
    pub(super) marks: Vec<Mark>,
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.marks.is_empty()
    }

    fn start(&self) -> Option<i64> {
        self.spans.iter().map(|s| s.start).chain(self.marks.iter().map(|m| m.time)).min()
    }

    fn end(&self) -> Option<i64> {
        self.spans.iter().map(|s| s.end).chain(self.marks.iter().map(|m| m.time)).max()
    }
}

/// What did not fit together, to be told at the end.
#[derive(Default)]
struct Tally {
    unmatched_ends: u64,
    unended: u64,
    crossed: u64,
    clipped: u64,
}

impl Tally {
    fn warn(&self, builder: &mut ProfileBuilder) {
        let rows = [
            (self.unmatched_ends, "An event ends a duration that has not begun; it is left out."),
            (self.unended, "A duration never ends; it is taken to last until the last event of its thread."),
            (self.crossed, "A duration ends while others that began within it have not; they are ended with it."),
            (self.clipped, "A duration reaches beyond the one it began in; it is cut off where that one ends."),
        ];
        for (count, text) in rows {
            builder.warn_times(text, count);
        }
    }
}

/// Adds the samples of all groups, their times counted from the earliest event.
pub(super) fn build(
    groups: Vec<Group>,
    book: &mut Book,
    builder: &mut ProfileBuilder,
    job: &Job,
) -> Result<(), ImportError> {
    let base = groups.iter().filter_map(Group::start).min().unwrap_or(0);
    let end = groups.iter().filter_map(Group::end).max().unwrap_or(0);
    builder.metric("time", Unit::Nanoseconds);
    builder.origin_mut().duration_ns = end.checked_sub(base).filter(|d| *d > 0);
    let mut sweep = Sweep { base, open: Vec::new(), tally: Tally::default(), rows: 0, book, builder, job };
    for group in groups {
        let spans = sweep.nested(group);
        sweep.run(&spans)?;
    }
    let tally = sweep.tally;
    tally.warn(builder);
    book.complete_names(builder);
    Ok(())
}

struct Sweep<'a> {
    base: i64,
    open: Vec<Open>,
    tally: Tally,
    rows: usize,
    book: &'a mut Book,
    builder: &'a mut ProfileBuilder,
    job: &'a Job,
}

/// A duration that time is passing in.
#[derive(Clone, Copy)]
struct Open {
    end: i64,
    stack: StackId,
    thread: u32,
}

impl Sweep<'_> {
    /// The spans of a group, parents before their children.
    fn nested(&mut self, group: Group) -> Vec<Span> {
        let end = group.end().unwrap_or(0);
        let mut spans = group.spans;
        // VizTracer writes a call when it returns. Of two calls that cover the same time the one written first is then
        // the inner one, where in a trace written in order of beginnings it is the outer one.
        if is_written_at_end(&spans) {
            spans.reverse();
        }
        if !group.marks.is_empty() {
            spans.extend(self.paired(group.marks, end));
        }
        spans.sort_by_key(|s| (s.start, Reverse(s.end)));
        spans
    }

    /// Beginnings and ends put together, in order of beginnings. What never ends lasts until `last`.
    fn paired(&mut self, mut marks: Vec<Mark>, last: i64) -> Vec<Span> {
        marks.sort_by_key(|m| m.time);
        let mut spans: Vec<Span> = Vec::with_capacity(marks.len() / 2 + 1);
        let mut open: Vec<usize> = Vec::new();
        // How often each name is open, so that an end that matches none costs no search.
        let mut open_count: FxHashMap<u32, u32> = FxHashMap::default();
        for mark in marks {
            if mark.begins {
                *open_count.entry(mark.name).or_default() += 1;
                open.push(spans.len());
                spans.push(Span { start: mark.time, end: last, name: mark.name, thread: mark.thread });
                continue;
            }
            if open.is_empty() || (mark.name != NO_NAME && open_count.get(&mark.name).is_none_or(|n| *n == 0)) {
                self.tally.unmatched_ends += 1;
                continue;
            }
            let mut ended = 0;
            while let Some(span) = open.pop().and_then(|i| spans.get_mut(i)) {
                span.end = mark.time;
                ended += 1;
                open_count.entry(span.name).and_modify(|n| *n -= 1);
                if mark.name == NO_NAME || span.name == mark.name {
                    break;
                }
            }
            self.tally.crossed += u64::from(ended > 1);
        }
        self.tally.unended += open.len() as u64;
        spans
    }

    /// Walks spans in order of time. Whatever is innermost has the time to itself.
    fn run(&mut self, spans: &[Span]) -> Result<(), ImportError> {
        let mut now = i64::MIN;
        for span in spans {
            self.rows += 1;
            if self.rows.is_multiple_of(ROWS) {
                self.job.progress(0, 0)?;
            }
            now = self.close_until(span.start, now);
            self.pass(now, span.start);
            now = span.start;
            self.open(span);
        }
        self.close_until(i64::MAX, now);
        Ok(())
    }

    fn open(&mut self, span: &Span) {
        let parent = self.open.last().copied();
        let mut end = span.end;
        if let Some(parent) = parent
            && parent.end < end
        {
            end = parent.end;
            self.tally.clipped += 1;
        }
        let thread = parent.map_or(span.thread, |p| p.thread);
        let stack = parent.map_or(StackId::EMPTY, |p| p.stack);
        self.open.push(match self.book.thread_under(thread, span.name) {
            Some(thread) => Open { end, stack, thread },
            None => Open { end, stack: self.builder.stack(stack, FrameId(span.name)), thread },
        });
    }

    /// Closes what ends no later than `until`, and returns when the last of it ended.
    fn close_until(&mut self, until: i64, mut now: i64) -> i64 {
        while let Some(&top) = self.open.last()
            && top.end <= until
        {
            self.pass(now, top.end);
            now = now.max(top.end);
            self.open.pop();
        }
        now
    }

    /// Time passes with the stack as it is. Under a heading alone nobody has it.
    fn pass(&mut self, from: i64, to: i64) {
        if let Some(&top) = self.open.last()
            && to > from
            && top.stack != StackId::EMPTY
        {
            let track = self.book.track(top.thread, self.builder);
            let Some(duration) = to.checked_sub(from) else { return self.builder.fail_overflow(MetricId(0)) };
            self.builder.sample(track, top.stack, from.checked_sub(self.base), &[duration]);
        }
    }
}

/// Whether spans stand in the order they end rather than the order they begin.
fn is_written_at_end(spans: &[Span]) -> bool {
    let count = |falls: fn(&Span, &Span) -> bool| spans.windows(2).filter(|w| falls(&w[0], &w[1])).count();
    count(|a, b| b.start < a.start) > count(|a, b| b.end < a.end)
}
