//! py-spy dump.

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;

pub(super) const FORMAT: Format = Format {
    name: "py-spy dump",
    about: "x",
    extensions: &["json"],
    recipes: &[Recipe { tool: "py-spy", command: "py-spy dump --json --pid PID > dump.json" }],
    sniff,
    parse,
};

fn sniff(_head: &[u8]) -> Sniff {
    Sniff::No
}

fn parse(_input: &mut Input, _job: &Job) -> Result<Profile, ImportError> {
    Err(ImportError::NotThisFormat)
}
