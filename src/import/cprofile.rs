//! cProfile.

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;

pub(super) const FORMAT: Format = Format {
    name: "cProfile",
    about: "x",
    extensions: &["prof"],
    recipes: &[Recipe { tool: "cProfile", command: "python -m cProfile -o out.prof your_program.py" }],
    sniff,
    parse,
};

fn sniff(_head: &[u8]) -> Sniff {
    Sniff::No
}

fn parse(_input: &mut Input, _job: &Job) -> Result<Profile, ImportError> {
    Err(ImportError::NotThisFormat)
}
