//! `helioscope export`: the call tree as collapsed stacks.

use super::args::ExportArguments;
use super::failure::Failure;
use super::{load, select, to_stdout, warn};
use crate::export::{folded, write_file};

pub(super) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let profile = load(&arguments.file)?;
    let query = select::query(&profile, &arguments.select)?;
    let unit = &profile.metric(query.metric).unit;
    warn(profile.warnings());
    let written = if arguments.output.as_os_str() == "-" {
        to_stdout(|out| folded::write(out, &profile, query).map_err(Failure::Stdout))?
    } else {
        write_file(&arguments.output, |out| folded::write(out, &profile, query))
            .map_err(|source| Failure::Output { path: arguments.output.clone(), source })?
    };
    warn(written.notes(unit));
    Ok(())
}
