//! pprof.

use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::Profile;

pub(super) const FORMAT: Format = Format {
    name: "pprof",
    about: "x",
    extensions: &["pb.gz"],
    recipes: &[Recipe { tool: "Go", command: "go tool pprof" }],
    sniff,
    parse,
};

fn sniff(_head: &[u8]) -> Sniff {
    Sniff::No
}

fn parse(_input: &mut Input, _job: &Job) -> Result<Profile, ImportError> {
    Err(ImportError::NotThisFormat)
}
