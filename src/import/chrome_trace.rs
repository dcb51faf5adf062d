//! Chrome trace.

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;

pub(super) const FORMAT: Format = Format {
    name: "Chrome trace",
    about: "x",
    extensions: &["json"],
    recipes: &[Recipe { tool: "viztracer", command: "viztracer -o out.json your_program.py" }],
    sniff,
    parse,
};

fn sniff(_head: &[u8]) -> Sniff {
    Sniff::No
}

fn parse(_input: &mut Input, _job: &Job) -> Result<Profile, ImportError> {
    Err(ImportError::NotThisFormat)
}
