//! `helioscope export`: a profile in another format.

use super::failure::Failure;
use super::options::{ScrubArguments, SelectArguments};
use super::output::{self, file_name};
use super::{load, select, warn};
use crate::export::convert::{Target, write};
use clap::Args;
use std::path::{Path, PathBuf};

/// Convert a profile: collapsed stacks, speedscope, pprof, or the function table as CSV or JSON
#[derive(Args, Debug)]
#[command(after_help = EXPORT_HELP)]
pub(super) struct ExportArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// The file to write; its ending says what is written; `-` for collapsed stacks on standard output
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const EXPORT_HELP: &str = "\
The ending of OUT says what is written:
  .folded, .collapsed, .txt      collapsed stacks; also without an ending
  .speedscope.json, .speedscope  speedscope's JSON, a profile for each thread
  .pb.gz, .pprof                 pprof, with all metrics
  .csv, .json                    the function table

What a format has no place for is said on standard error.

A line of collapsed stacks is a stack, outermost frame first, and its own cost in the metric's base unit:
  main (app/run.py:3);parse (app/csv.py:12) 60
Where a profiler recorded no stacks (cProfile), the tree is an estimate, and standard error says so.

Examples:
  helioscope export out.prof -o out.folded
  helioscope export out.prof -o out.speedscope.json
  helioscope export profile.pb.gz --metric cpu -o - | grep parse";

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
    output::spare(&arguments.output, [&*arguments.file])?;
    let profile = load(&arguments.file)?;
    if !profile.has_trees() && target.needs_stacks() {
        return Err(Failure::usage(
            "this profile records lines, not calls, so there is no call tree to write; \
             write its figures as .csv or .json",
        ));
    }
    let query = select::query(&profile, &arguments.select)?;
    let scrub = arguments.scrub.scrub(&[&profile]);
    warn(profile.warnings());
    let name = file_name(&arguments.file);
    let notes = output::write(&arguments.output, |out| write(out, target, &profile, query, &name, &scrub))?;
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
