//! Collapsed stacks, the text every flame graph tool reads: <https://github.com/brendangregg/FlameGraph#2-fold-stacks>.
//!
//! ```text
//! main (app/run.py:3);parse (app/csv.py:12) 60
//! ```
//!
//! One line a stack, outermost frame first, with its own cost in the metric's base unit. The format has no escapes: a
//! `;` in a name is written as `:`, and a line break as a space.

use super::estimated::{ESTIMATED, MAX_STACKS, thinned};
use super::scrub::Scrub;
use crate::analyze::{Analysis, Exactness, GroupBy, PathWalk, Query, Step, shown_name};
use crate::model::{Body, Frame, FunctionId, Profile, StackProfile, Unit, format};
use std::io::{self, Write};
use std::sync::Arc;

/// What the reader of the written file must know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Written {
    /// The recording holds no stacks: the tree was estimated from who called whom.
    pub estimated: bool,
    /// Stacks of an estimated tree below this were thinned out; at most 1 where all are written.
    pub quantum: i64,
    /// Stacks whose value is negative, which flame graph tools refuse.
    pub negative: usize,
}

impl Written {
    /// The same in full sentences; `unit` is that of the values written.
    pub fn notes(&self, unit: &Unit) -> Vec<String> {
        let mut notes = Vec::new();
        if self.estimated {
            notes.push(ESTIMATED.to_owned());
        }
        if self.quantum > 1 {
            notes.push(thinned(self.quantum, unit));
        }
        if self.negative > 0 {
            let negative = self.negative as i64;
            let stacks = format::counted(negative, "stack has a negative value", "stacks have negative values");
            notes.push(format!("{stacks}, which flame graph tools refuse."));
        }
        notes
    }
}

/// Writes what a query counts as collapsed stacks: as recorded, or estimated where only a call graph was recorded.
pub fn write(out: &mut dyn Write, profile: &Arc<Profile>, query: Query, scrub: &Scrub) -> io::Result<Written> {
    match profile.body() {
        Body::Stacks(body) => write_recorded(out, profile, body, &query, scrub),
        Body::Graph(_) => {
            let query = Query { by: GroupBy::Function, ..query };
            write_estimated(out, profile, &Analysis::new(Arc::clone(profile), query, None), scrub)
        }
        // Lines stand on no stack: there is nothing to write.
        Body::Lines(_) => Ok(Written::default()),
    }
}

fn write_recorded(
    out: &mut dyn Write,
    profile: &Profile,
    body: &StackProfile,
    query: &Query,
    scrub: &Scrub,
) -> io::Result<Written> {
    let stacks = &body.stacks;
    let mut own = vec![0_i64; stacks.len()];
    for (stack, value) in query.counted(&body.samples) {
        own[stack.index()] += value;
    }
    let names = FrameNames::new(profile, scrub, profile.frames().iter().copied());
    let negative =
        write_tree(out, &own, |s| stacks.parents()[s as usize].0, |s| names.get(stacks.frames()[s as usize].index()))?;
    Ok(Written { negative, ..Written::default() })
}

fn write_estimated(out: &mut dyn Write, profile: &Profile, analysis: &Analysis, scrub: &Scrub) -> io::Result<Written> {
    let Some(stacks) = analysis.estimated_stacks(MAX_STACKS) else { return Ok(Written::default()) };
    let functions = (0..profile.functions().len()).map(FunctionId::at);
    let names = FrameNames::new(profile, scrub, functions.map(|function| Frame { function, line: 0, inlined: false }));
    write_tree(
        out,
        stacks.own(),
        |s| stacks.parents()[s as usize],
        |s| names.get(stacks.functions()[s as usize].index()),
    )?;
    Ok(Written { estimated: analysis.exactness() == Exactness::Estimated, quantum: stacks.quantum(), negative: 0 })
}

/// Writes the rows of a prefix tree that have a value, and counts those whose value is negative.
fn write_tree<'a>(
    out: &mut dyn Write,
    own: &[i64],
    parent_of: impl Fn(u32) -> u32,
    name_of: impl Fn(u32) -> &'a str,
) -> io::Result<usize> {
    let mut walk = PathWalk::new(own.len());
    let mut line = Line::default();
    let mut negative = 0;
    for (row, &value) in own.iter().enumerate().filter(|(_, v)| **v != 0) {
        walk.go_to(row as u32, &parent_of, |step| match step {
            Step::Leave(_) => line.pop(),
            Step::Enter(row) => line.push(name_of(row)),
        });
        line.write(out, value)?;
        negative += usize::from(value < 0);
    }
    Ok(negative)
}

/// The texts of frames, made once: a frame stands on many stacks.
struct FrameNames {
    text: String,
    ends: Vec<usize>,
}

impl FrameNames {
    fn new(profile: &Profile, scrub: &Scrub, frames: impl Iterator<Item = Frame>) -> Self {
        let mut names = Self { text: String::new(), ends: Vec::new() };
        for frame in frames {
            push_frame(&mut names.text, profile, scrub, frame);
            names.ends.push(names.text.len());
        }
        names
    }

    fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }
}

/// Adds `name (file:line)`; the line that was running, or the function's first where that is all there is.
fn push_frame(text: &mut String, profile: &Profile, scrub: &Scrub, frame: Frame) {
    let function = profile.function(frame.function);
    let name = profile.text(function.name);
    push_plain(text, &scrub.name(shown_name(name)));
    let (file, object) = (profile.text(function.file), profile.text(function.object));
    let place = if file.is_empty() { object } else { file };
    if place.is_empty() {
        return;
    }
    text.push_str(" (");
    push_plain(text, &scrub.text(place));
    let line = if frame.line == 0 { function.line } else { frame.line };
    if line != 0 && !file.is_empty() {
        text.push(':');
        text.push_str(&line.to_string());
    }
    text.push(')');
}

fn push_plain(text: &mut String, name: &str) {
    text.extend(name.chars().map(|c| match c {
        ';' => ':',
        c if c.is_control() => ' ',
        c => c,
    }));
}

/// The stack that is being written.
#[derive(Default)]
struct Line {
    text: String,
    /// Where the text ended before each frame was added.
    starts: Vec<usize>,
}

impl Line {
    fn push(&mut self, frame: &str) {
        self.starts.push(self.text.len());
        if self.starts.len() > 1 {
            self.text.push(';');
        }
        self.text.push_str(frame);
    }

    fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.text.truncate(start);
        }
    }

    fn write(&self, out: &mut dyn Write, value: i64) -> io::Result<()> {
        let text = if self.starts.is_empty() { "(no stack)" } else { &self.text };
        writeln!(out, "{text} {value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Function, GraphBuilder, ProfileBuilder, StringId, Track};

    fn folded(profile: Profile) -> (String, Written) {
        let mut out = Vec::new();
        let query = Query::new(&profile);
        let written = write(&mut out, &Arc::new(profile), query, &Scrub::off()).expect("writes to memory");
        (String::from_utf8(out).expect("UTF-8"), written)
    }

    #[test]
    fn recorded_stacks_are_written_with_the_line_that_ran() {
        let mut b = ProfileBuilder::new("test");
        b.metric("samples", Unit::Samples);
        let track = b.track(Track::default());
        let main = b.function_named("main", "a;b.py", 0);
        let parse = b.function_named("parse\nall", "", 0);
        let known = b.function_named("known", "c.py", 7);
        let (main_2, main_9, parse, known) = (b.frame(main, 2), b.frame(main, 9), b.frame(parse, 0), b.frame(known, 0));
        for (frames, value) in [
            (&[main_2, parse][..], 3),
            (&[main_9], 1),
            (&[main_2, parse, known], 4),
            (&[], 5),
            (&[main_2], 0),
            (&[main_9], -3),
        ] {
            let stack = b.stack_of(frames);
            b.sample(track, stack, None, &[value]);
        }
        let (text, written) = folded(b.finish().expect("builds"));
        let expected = "\
(no stack) 5
main (a:b.py:2);parse all 3
main (a:b.py:9) -2
main (a:b.py:2);parse all;known (c.py:7) 4
";
        assert_eq!(text, expected);
        assert_eq!(written, Written { negative: 1, ..Written::default() });
    }

    /// Two roots call `work`, which calls itself and `leaf`.
    fn graph() -> Profile {
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let [a, z, work, leaf] = ["a", "z", "work", "leaf"].map(|name| {
            let (name, file) = (b.string(name), b.string("m.py"));
            b.function(Function { name, file, line: 1, object: StringId::EMPTY })
        });
        b.add(a, 1, 1, &[10], &[70]);
        b.add(z, 1, 1, &[20], &[50]);
        b.add(work, 3, 2, &[60], &[90]);
        b.add(leaf, 9, 9, &[30], &[30]);
        b.add_edge(a, work, (1, 1), &[40], &[60]);
        b.add_edge(z, work, (1, 1), &[20], &[30]);
        b.add_edge(work, work, (1, 0), &[0], &[0]);
        b.add_edge(work, leaf, (9, 9), &[30], &[30]);
        b.finish().expect("builds")
    }

    #[test]
    fn an_estimated_tree_keeps_every_functions_own_time_and_says_what_it_is() {
        let (text, written) = folded(graph());
        let mut own = std::collections::BTreeMap::new();
        for line in text.lines() {
            let (stack, value) = line.rsplit_once(' ').expect("a value");
            let leaf = stack.rsplit(';').next().expect("a frame");
            *own.entry(leaf.to_owned()).or_insert(0) += value.parse::<i64>().expect("an integer");
        }
        let expected = [("a", 10), ("leaf", 30), ("work", 60), ("z", 20)];
        assert_eq!(own.into_iter().collect::<Vec<_>>(), expected.map(|(n, v)| (format!("{n} (m.py:1)"), v)));
        assert!(
            text.starts_with(
                "a (m.py:1) 10
a (m.py:1);work (m.py:1) "
            ),
            "{text}"
        );
        assert_eq!(written, Written { estimated: true, quantum: 1, negative: 0 });
        assert_eq!(written.notes(&Unit::Nanoseconds).len(), 1);
    }
}
