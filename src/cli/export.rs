//! `helioscope export`: a profile in another format.

use super::args::ExportArguments;
use super::failure::Failure;
use super::render::{file_name, scrub};
use super::{load, select, to_stdout, warn};
use crate::export::convert::{Target, write};
use crate::export::write_file;
use std::path::Path;

/// Endings of names, the longer ones first.
const ENDINGS: [(&str, Target); 9] = [
    (".speedscope.json", Target::Speedscope),
    (".speedscope", Target::Speedscope),
    (".pb.gz", Target::Pprof),
    (".pprof", Target::Pprof),
    (".folded", Target::Folded),
    (".collapsed", Target::Folded),
    (".txt", Target::Folded),
    (".csv", Target::Csv),
    (".json", Target::Json),
];

pub(super) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let target = target(&arguments.output)?;
    let profile = load(&arguments.file)?;
    if !profile.has_trees() && target.needs_stacks() {
        return Err(Failure::usage(
            "this profile records lines, not calls, so there is no call tree to write; \
             write its figures as .csv or .json",
        ));
    }
    let query = select::query(&profile, &arguments.select)?;
    let scrub = scrub(&[&profile], &arguments.scrub);
    warn(profile.warnings());
    let name = file_name(&arguments.file);
    let notes = if arguments.output.as_os_str() == "-" {
        to_stdout(|out| write(out, target, &profile, query, &name, &scrub).map_err(Failure::Stdout))?
    } else {
        write_file(&arguments.output, |out| write(out, target, &profile, query, &name, &scrub))
            .map_err(|source| Failure::Output { path: arguments.output.clone(), source })?
    };
    warn(notes);
    Ok(())
}

fn target(output: &Path) -> Result<Target, Failure> {
    let name = file_name(output).to_lowercase();
    let known = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, target)| *target);
    match known {
        Some(target) => Ok(target),
        // Pipes, devices and names without an ending get what `-` gets.
        None if output.extension().is_none() => Ok(Target::Folded),
        None => {
            let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
            let endings = endings.join(", ");
            Err(Failure::usage(format!("{} names no format to write; known are {endings}", output.display())))
        }
    }
}
