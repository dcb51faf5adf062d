//! Bytes → [`Profile`]: detection, decompression, limits, and one file for each format.
//!
//! [`FORMATS`] is the table everything else is made from: detection, the file dialog's filters, `--help`, and the start
//! page's "record one with …". To add a format, write its file and add its row.

mod chrome_trace;
mod collapsed;
mod compression;
mod cprofile;
mod decimal;
mod error;
mod flamegraph_svg;
mod frame_text;
mod input;
mod json;
mod lprof;
mod marshal;
mod pipe;
mod pprof;
mod prefix;
mod protobuf;
mod pyspy_dump;
mod recognise;
mod speedscope;
mod utf16;
mod utf8;

pub use error::ImportError;
pub use input::{Input, Job};
pub use protobuf::Writer as ProtobufWriter;
pub(crate) use speedscope::RUNNING_LINES;

use crate::model::Profile;
use std::path::Path;

/// How sure a format is that a file is its own, from the file's first bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sniff {
    /// It is not.
    No,
    /// It may be: parse it to find out.
    Maybe,
    /// It is: an error in parsing it is an error to show.
    Yes,
}

/// A command that records a profile of a format.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The profiler.
    pub tool: &'static str,
    /// What to type.
    pub command: &'static str,
}

/// A row of [`FORMATS`].
pub struct Format {
    /// Its name in the user's words.
    pub name: &'static str,
    /// What of it is read, in a line.
    pub about: &'static str,
    /// Usual endings of file names, without the dot. They are hints for the file dialog; detection looks at content.
    pub extensions: &'static [&'static str],
    /// How to make such a file.
    pub recipes: &'static [Recipe],
    /// Whether its files may tell when samples were taken, or in what order.
    pub timed: bool,
    /// Looks at the first bytes (after decompression; at most 64 KiB).
    pub sniff: fn(&[u8]) -> Sniff,
    /// Reads the whole.
    pub parse: fn(&mut Input, &Job) -> Result<Profile, ImportError>,
}

/// Every format, in the order of detection: the more telling beginnings first, "any line of text" last.
pub const FORMATS: &[Format] = &[
    cprofile::FORMAT,
    lprof::FORMAT,
    flamegraph_svg::FORMAT,
    speedscope::FORMAT,
    chrome_trace::FORMAT,
    pyspy_dump::FORMAT,
    pprof::FORMAT,
    collapsed::FORMAT,
];

/// Reads the profile at `path`. The job carries progress and can cancel it.
pub fn open(path: &Path, job: &Job) -> Result<Profile, ImportError> {
    read(&mut Input::from_path(path)?, job)
}

/// Reads a profile that is already in memory.
pub fn open_bytes(bytes: Vec<u8>, job: &Job) -> Result<Profile, ImportError> {
    read(&mut Input::from_bytes(bytes)?, job)
}

fn read(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    if let Some(error) = recognise::no_profile(input) {
        return Err(error);
    }
    let mut candidates: Vec<(Sniff, &Format)> =
        FORMATS.iter().map(|f| ((f.sniff)(input.head()), f)).filter(|(sniff, _)| *sniff != Sniff::No).collect();
    // Stable: within "yes" and within "maybe" the table's order holds.
    candidates.sort_by_key(|(sniff, _)| std::cmp::Reverse(*sniff));
    // Files of no format of ours that would pass for some line of text, but not for a format that is sure.
    if candidates.first().is_none_or(|(sniff, _)| *sniff != Sniff::Yes)
        && let Some(error) = recognise::unreadable(input.head())
    {
        return Err(error);
    }
    let mut refused = None;
    for (_, format) in candidates {
        input.hold(job)?;
        match (format.parse)(input, job) {
            Ok(mut profile) => {
                if input.has_leftover() {
                    profile.warn("Something stood behind the compressed data that is no part of it; it was left out.");
                }
                return Ok(profile);
            }
            Err(ImportError::NotThisFormat) => input.rewind(),
            Err(error @ ImportError::Malformed { .. }) if (format.sniff)(input.head()) == Sniff::Maybe => {
                refused.get_or_insert(error);
                input.rewind();
            }
            Err(error) => return Err(error),
        }
    }
    Err(refused.unwrap_or_else(|| recognise::unknown(input.head())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_unique_names_and_plain_extensions() {
        for (i, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS[..i].iter().all(|f| f.name != format.name), "{} twice", format.name);
            assert!(format.extensions.iter().all(|e| !e.starts_with('.')), "{}", format.name);
            assert!(!format.about.is_empty() && !format.recipes.is_empty(), "{}", format.name);
        }
    }
}
