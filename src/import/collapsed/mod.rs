//! Collapsed stacks: <https://github.com/brendangregg/FlameGraph#2-fold-stacks>, written by py-spy, inferno, the
//! `stackcollapse-*.pl` scripts, async-profiler, Austin's and Python's own converters, and many more.
//!
//! ```text
//! # a comment
//! <module> (a.py:9);main (a.py:3);parse (csv.py:12) 42     one stack a line, outermost frame first, and its count
//! thread (8): worker;run (threading.py:982) 7              py-spy --threads
//! tid:140;a.py:main:9 4                                    python -m profiling.sampling --collapsed
//! java;read_[k] 3 5                                        difffolded.pl: counts before and after
//!  1                                                       no frame at all
//! ```
//!
//! Counts are samples by the format's definition. Fractions are kept exactly, by counting in thousandths, millionths or
//! billionths of a sample.

mod blocks;
mod line;
mod stacks;

use super::frame_text::Dialect;
use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::{Profile, ProfileBuilder, Unit};
use line::{Columns, Line, Sketch};
use stacks::StackReader;

pub(super) const NAME: &str = "collapsed stacks";

/// What may stand before a text in UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "`frame;frame;frame count` lines of py-spy, inferno, stackcollapse-*.pl, async-profiler and others",
    extensions: &["folded", "collapsed", "raw", "txt"],
    recipes: &[
        Recipe { tool: "py-spy", command: "py-spy record -f raw -o out.folded -- python your_program.py" },
        Recipe { tool: "Linux perf", command: "perf script | stackcollapse-perf.pl > out.folded" },
    ],
    timed: false,
    sniff,
    parse,
};

fn sniff(head: &[u8]) -> Sniff {
    if sketch(head).looks_collapsed() { Sniff::Maybe } else { Sniff::No }
}

fn sketch(head: &[u8]) -> Sketch {
    Sketch::of(head.strip_prefix(UTF8_MARK).unwrap_or(head), head.len() < super::input::HEAD_BYTES)
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let sketch = sketch(input.head());
    let mut places = 0;
    loop {
        match read(input, job, &sketch, places)? {
            Reading::Done(profile) => return Ok(*profile),
            // The values turned out to be finer than thought: read them again at a finer scale.
            Reading::Finer(needed) => places = needed,
        }
    }
}

enum Reading {
    Done(Box<Profile>),
    /// A value has more decimal places than the scale; this many are needed.
    Finer(u32),
}

/// Something to be told once, with the number of times it happened.
#[derive(Default)]
struct Tally {
    good: u64,
    bad: u64,
    first_bad: Option<(u64, u64)>,
    negative: u64,
    rounded: u64,
    unpaired: u64,
}

fn read(input: &Input, job: &Job, sketch: &Sketch, places: u32) -> Result<Reading, ImportError> {
    let mut builder = ProfileBuilder::new(NAME);
    match sketch.columns {
        Columns::One => {
            builder.metric("samples", unit(places));
        }
        Columns::BaseAndNew => {
            builder.metric("base", unit(places));
            let new = builder.metric("new", unit(places));
            builder.set_default_metric(new);
        }
    }
    builder.limit_stacks(most_stacks(input));
    let dialect = if sketch.has_tid { Dialect::Colons } else { Dialect::RunningLine };
    let mut stacks = StackReader::new(builder, dialect);
    let mut tally = Tally::default();
    let mut needed = None;
    let mut line_number = 0;
    let total = if input.is_compressed() { 0 } else { input.stored_bytes() };
    blocks::for_each(input, |block, offset| {
        job.progress(offset, total)?;
        let mut start = 0;
        stacks.begin_block();
        for end in memchr::memchr_iter(b'\n', block).chain([block.len()]) {
            let at = start;
            let text = block.get(start..end).unwrap_or_default();
            start = end + 1;
            line_number += 1;
            match Line::parse(text, sketch.columns, places) {
                Line::Nothing => {}
                Line::Comment(comment) => stacks.comment(comment),
                Line::NoValue => {
                    tally.bad += 1;
                    tally.first_bad.get_or_insert((offset + at as u64, line_number));
                }
                Line::TooLarge => {
                    let shown = String::from_utf8_lossy(text.get(text.len().saturating_sub(40)..).unwrap_or(text));
                    let why =
                        format!("the count at the end of line {line_number} does not fit 64 bits: “{}”", shown.trim());
                    return Err(ImportError::malformed(NAME, offset + at as u64, why));
                }
                Line::TooFine(places) => {
                    needed = Some(places);
                    return Ok(false);
                }
                Line::Stack { stack, values, rounded, unpaired } => {
                    tally.good += 1;
                    tally.rounded += u64::from(rounded);
                    tally.unpaired += u64::from(unpaired);
                    let values = match sketch.columns {
                        Columns::One => &values[..1],
                        Columns::BaseAndNew => &values[..],
                    };
                    tally.negative += u64::from(values.iter().any(|v| *v < 0));
                    stacks.sample(block, at, at + stack.len(), values);
                }
            }
        }
        stacks.end_block(block);
        Ok(!stacks.has_failed())
    })?;
    if let Some(needed) = needed {
        return Ok(Reading::Finer(needed));
    }
    finish(stacks, &tally, places).map(|profile| Reading::Done(Box::new(profile)))
}

/// How many different stacks a file may unfold into. Two bytes make one, and compressed they may be next to nothing.
fn most_stacks(input: &Input) -> usize {
    const ALWAYS: usize = 16 << 20;
    const FOR_A_BYTE: usize = 16;
    let stored = usize::try_from(input.stored_bytes()).unwrap_or(usize::MAX);
    if input.is_compressed() { stored.saturating_mul(FOR_A_BYTE).max(ALWAYS) } else { usize::MAX }
}

fn finish(stacks: StackReader, tally: &Tally, places: u32) -> Result<Profile, ImportError> {
    if tally.good == 0 {
        return Err(ImportError::NotThisFormat);
    }
    if let Some((offset, line)) = tally.first_bad.filter(|_| tally.bad > tally.good) {
        let why = format!(
            "{} of its lines do not end in a count, and only {} do; the first of them is line {line}",
            tally.bad, tally.good
        );
        return Err(ImportError::malformed(NAME, offset, why));
    }
    let mut builder = stacks.finish();
    if let Some((_, line)) = tally.first_bad {
        let text = format!("Lines that do not end in a count were left out; the first is line {line}.");
        builder.warn_times(&text, tally.bad);
    }
    if places > 0 {
        builder.warn(&format!("Some counts have fractions: all are kept exactly, counted in {}.", unit(places).name()));
    }
    builder.warn_times("Counts with more than nine decimal places were rounded.", tally.rounded);
    builder.warn_times("A negative count, as the difference of two recordings has, was kept.", tally.negative);
    builder.warn_times("A line with one count instead of two was read as new, with nothing before.", tally.unpaired);
    Ok(builder.finish()?)
}

/// The unit of counts scaled by 10^places.
fn unit(places: u32) -> Unit {
    match places {
        0 => Unit::Samples,
        1..=3 => Unit::Other("millisamples".into()),
        4..=6 => Unit::Other("microsamples".into()),
        _ => Unit::Other("nanosamples".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Profile, ImportError> {
        parse(&mut Input::from_bytes(text.to_vec())?, &Job::new())
    }

    fn totals(text: &str) -> Vec<(String, String, i64)> {
        let profile = read(text.as_bytes()).expect("reads");
        let metrics = profile.metrics().iter().enumerate();
        metrics
            .map(|(i, m)| (m.name.clone(), m.unit.name().to_owned(), profile.total(crate::model::MetricId::at(i))))
            .collect()
    }

    fn total(name: &str, unit: &str, value: i64) -> (String, String, i64) {
        (name.to_owned(), unit.to_owned(), value)
    }

    #[test]
    fn counts_are_samples_and_fractions_choose_the_scale() {
        assert_eq!(totals("a;b 3\na 2\n"), [total("samples", "samples", 5)]);
        assert_eq!(totals("a;b 19.0\na 6.\na 2e3"), [total("samples", "samples", 2025)]);
        assert_eq!(totals("a;b 1.5\na 2\n"), [total("samples", "millisamples", 3500)]);
        assert_eq!(totals("a;b 1.5\na 0.0001\n"), [total("samples", "microsamples", 1_500_100)]);
        assert_eq!(totals("a;b 14.2343983248722834234\n"), [total("samples", "nanosamples", 14_234_398_325)]);
    }

    #[test]
    fn two_counts_on_every_line_are_base_and_new() {
        assert_eq!(totals("a;b 3 5\na;c 0 2\n"), [total("base", "samples", 3), total("new", "samples", 7)]);
        assert_eq!(totals("a;b 3 5\na;c 2\n"), [total("samples", "samples", 7)]);
    }

    #[test]
    fn a_count_too_large_is_an_error_at_its_line() {
        let error = read(b"a 1\na;b 18446744073709551616\n").expect_err("too large");
        assert!(matches!(error, ImportError::Malformed { offset: Some(4), .. }), "{error}");
        let sum = read(b"a;b 9223372036854775807\na;b 1\n").expect_err("the sum is too large");
        assert!(matches!(sum, ImportError::Build(_)), "{sum}");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let profile = read(b"a;b 1\nno count\nc;d\na;c 2\nx;y 3\n").expect("reads");
        let warnings: Vec<String> = profile.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(warnings, ["Lines that do not end in a count were left out; the first is line 2. (2 times)"]);
    }
}
