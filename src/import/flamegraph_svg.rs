//! flame graph SVG.

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;

pub(super) const FORMAT: Format = Format {
    name: "flame graph SVG",
    about: "x",
    extensions: &["svg"],
    recipes: &[Recipe { tool: "py-spy", command: "py-spy record -o out.svg -- python your_program.py" }],
    sniff,
    parse,
};

fn sniff(_head: &[u8]) -> Sniff {
    Sniff::No
}

fn parse(_input: &mut Input, _job: &Job) -> Result<Profile, ImportError> {
    Err(ImportError::NotThisFormat)
}
