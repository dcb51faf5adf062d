//! Profiles of `cProfile` and `profile`, and of every profiler that writes what `pstats` reads.
//!
//! Specification: <https://docs.python.org/3/library/profile.html> and
//! <https://github.com/python/cpython/blob/main/Lib/pstats.py>. The file is one marshalled dictionary (see
//! [`marshal`](super::marshal)):
//!
//! ```text
//! {('app/csv.py', 12, 'parse'):                                file, first line, name; built-ins are ('~', 0, '<…>')
//!     (1, 3, 0.25, 1.5,                                        primitive calls, all calls, self, total (seconds)
//!      {('app/main.py', 3, 'main'): (1, 1, 0.1, 0.6), …}),     by caller: all calls, primitive calls, self, total
//!  …}
//! ```
//!
//! `python -m profile` counts callers' calls only: `{caller: 3}`. Python 3.15's `profiling.sampling` adds
//! `('__sampled__',): True` and puts samples where calls stand.

mod figures;
mod interpreter;
mod reader;

use super::marshal::{Damage, LAYOUTS};
use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;
use reader::{Plan, Reader, Stop};

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "calls and times by function and caller, as `pstats` reads them",
    extensions: &["prof", "pstats", "profile", "cprof"],
    recipes: &[
        Recipe { tool: "cProfile", command: "python -m cProfile -o out.prof your_program.py" },
        Recipe {
            tool: "profiling.sampling",
            command: "python -m profiling.sampling run --pstats -o out.prof your_program.py",
        },
    ],
    timed: false,
    sniff,
    parse,
};

const NAME: &str = "cProfile";

fn sniff(head: &[u8]) -> Sniff {
    const DICT: u8 = b'{';
    const NUMBERED_DICT: u8 = 0xfb;
    match head {
        // An empty profile, one cut off after its first byte, or one whose first key is a tuple, of one or three.
        [DICT | NUMBERED_DICT, b'0']
        | [NUMBERED_DICT]
        | [DICT | NUMBERED_DICT, b')' | 0xa9, 1..=3, ..]
        | [DICT | NUMBERED_DICT, b'(' | 0xa8, 1..=3, 0, 0, 0, ..]
        | [NUMBERED_DICT, b'(' | b')' | 0xa8 | 0xa9, ..] => Sniff::Yes,
        // The same cut short or damaged; or text.
        [DICT, b'(' | b')' | 0xa8 | 0xa9, ..] => Sniff::Maybe,
        // Some other dictionary, whose first key is a text or a number.
        [NUMBERED_DICT, key, ..] if is_value(*key) => Sniff::Maybe,
        [DICT, key, rest @ ..] if is_value(*key) && rest.iter().take(4).any(|b| *b == 0) => Sniff::Maybe,
        _ => Sniff::No,
    }
}

fn is_value(code: u8) -> bool {
    b"NTFiIlfgystuaAzZ[{<>c".contains(&(code & 0x7f))
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let bytes = input.bytes(job)?;
    let mut furthest: Option<Damage> = None;
    for layout in &LAYOUTS {
        let mut plan = Plan::new(layout);
        loop {
            let mut reader = Reader::new(bytes, plan, job);
            match reader.walk() {
                Ok(()) => return reader.finish(),
                Err(Stop::Again(better)) => plan = better,
                Err(Stop::Error(error)) => return Err(*error),
                Err(Stop::Damage(damage)) if reader.saw_code() => {
                    // The layout that gets furthest is the likely one.
                    furthest = furthest.filter(|f| f.at >= damage.at).or(Some(damage));
                    break;
                }
                Err(Stop::Damage(damage)) => return Err(malformed(damage)),
            }
        }
    }
    Err(furthest.map_or(ImportError::NotThisFormat, malformed))
}

fn malformed(damage: Damage) -> ImportError {
    ImportError::malformed(NAME, damage.at as u64, damage.why)
}
