//! speedscope.

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;

pub(super) const FORMAT: Format = Format {
    name: "speedscope",
    about: "x",
    extensions: &["json"],
    recipes: &[Recipe { tool: "py-spy", command: "py-spy record -f speedscope -o out.json -- python your_program.py" }],
    sniff,
    parse,
};

fn sniff(_head: &[u8]) -> Sniff {
    Sniff::No
}

fn parse(_input: &mut Input, _job: &Job) -> Result<Profile, ImportError> {
    Err(ImportError::NotThisFormat)
}
