//! Recordings of `line_profiler`.
//!
//! Specification: `LineStats` in
//! <https://github.com/pyutils/line_profiler/blob/main/line_profiler/line_profiler.py>. The file is one pickled object
//! (see [`pickle`]), the same from version 1 to 5 but for the name of its class's module:
//!
//! ```text
//! _line_profiler.LineStats                                 or line_profiler.line_profiler.LineStats, …
//!   timings: {('app/csv.py', 12, 'parse'):                 file, first line, name (qualified since 5)
//!                 [(13, 100, 4506), (14, 99, 1019), …],    line, hits, time in units
//!             …}
//!   unit: 1e-09                                            seconds; 1e-06 before version 4
//! ```
//!
//! The time of a line includes what it called. Who called whom is not recorded, nor how often a function was called.

mod pickle;
mod reader;

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;
use memchr::memmem;

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "time and hits by line of the functions that were marked",
    extensions: &["lprof"],
    recipes: &[Recipe { tool: "line_profiler", command: "kernprof -l your_program.py" }],
    timed: false,
    sniff,
    parse,
};

const NAME: &str = "line_profiler";

fn sniff(head: &[u8]) -> Sniff {
    // The class stands before everything else: `\x80\x04…_line_profiler…LineStats`, or in text, `c_line_profiler\n…`.
    const CLASS_WITHIN: usize = 256;
    let beginning = head.get(..CLASS_WITHIN).unwrap_or(head);
    let pickled = matches!(beginning, [0x80, 0..=5, ..] | [b'c' | b'(', ..]);
    let named = || {
        let module = memmem::find(beginning, b"line_profiler")?;
        memmem::find(&beginning[module..], b"LineStats")
    };
    if pickled && named().is_some() { Sniff::Yes } else { Sniff::No }
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let bytes = input.bytes(job)?;
    reader::read(bytes, job)
}
