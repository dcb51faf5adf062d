//! collapsed stacks.

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;

pub(super) const FORMAT: Format = Format {
    name: "collapsed stacks",
    about: "x",
    extensions: &["folded"],
    recipes: &[Recipe { tool: "py-spy", command: "py-spy record -f raw -o out.folded -- python your_program.py" }],
    sniff,
    parse,
};

fn sniff(_head: &[u8]) -> Sniff {
    Sniff::No
}

fn parse(_input: &mut Input, _job: &Job) -> Result<Profile, ImportError> {
    Err(ImportError::NotThisFormat)
}
