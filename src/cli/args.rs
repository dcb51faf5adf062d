//! What can be typed, and the help that explains it. The options of a command stand with the command.

use super::WindowFiles;
use super::diff::DiffArguments;
use super::export::ExportArguments;
use super::failure::Failure;
use super::hints::HintsArguments;
use super::info::InfoArguments;
use super::render::RenderArguments;
use super::report::ReportArguments;
use super::rules::RulesArguments;
use super::top::TopArguments;
use crate::import::FORMATS;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;

/// See where a program's time and memory went, from the profile its profiler wrote.
///
/// Without a command the files open in the window; the commands print to the terminal and need no display.
#[derive(Parser, Debug)]
#[command(name = "helioscope", version, max_term_width = 100, after_help = EXAMPLES, subcommand_precedence_over_arg = true)]
pub(super) struct Arguments {
    /// Profiles to open in the window
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,

    /// Compare two profiles in the window, the base first: BASE NEW --compare
    #[arg(long, conflicts_with_all = ["base", "new"])]
    pub(super) compare: bool,

    /// Runs of the base side, to be compared in the window with those of --new
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "new")]
    pub(super) base: Vec<PathBuf>,

    /// Runs of the new side
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "base")]
    pub(super) new: Vec<PathBuf>,

    /// Profile Helioscope itself while it does this, and write a pprof profile to OUT
    #[arg(long, value_name = "OUT", global = true, display_order = 900)]
    pub(super) self_profile: Option<PathBuf>,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

impl Arguments {
    /// What the window is to show.
    pub(super) fn window_files(&self) -> Result<WindowFiles, Failure> {
        if self.compare {
            let [base, new] = &self.files[..] else {
                return Err(Failure::usage("--compare takes two files: the base and the new one"));
            };
            return Ok(WindowFiles { open: Vec::new(), compare: Some((vec![base.clone()], vec![new.clone()])) });
        }
        let sides = (!self.base.is_empty()).then(|| (self.base.clone(), self.new.clone()));
        Ok(WindowFiles { open: self.files.clone(), compare: sides })
    }
}

const EXAMPLES: &str = "\
Examples:
  helioscope out.prof                          open a profile in the window
  helioscope before.prof after.prof --compare  compare two in the window
  helioscope top out.prof                      the functions that cost the most
  helioscope top out.prof --sort total -n 10   the ten that cost the most with all they call
  helioscope diff before.prof after.prof       what got slower, what faster, and whether to believe it
  helioscope info profile.pb.gz --json         what a profile holds, for a script
  helioscope formats                           what can be opened, and how to record it

A file named like a command is opened with its folder: helioscope ./top";

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Info(InfoArguments),
    Top(TopArguments),
    Diff(DiffArguments),
    Export(ExportArguments),
    Hints(HintsArguments),
    Rules(RulesArguments),
    Render(RenderArguments),
    Report(ReportArguments),
    /// List the formats that can be opened, and how to record them
    Formats,
}

/// What was typed.
pub(super) fn parse(typed: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Arguments, Failure> {
    let matches = command().try_get_matches_from(typed)?;
    let arguments = Arguments::from_arg_matches(&matches)?;
    if arguments.command.is_some() && !arguments.files.is_empty() {
        return Err(Failure::usage("a file stands before the command; write it behind"));
    }
    if arguments.command.is_some() && (arguments.compare || !arguments.base.is_empty()) {
        return Err(Failure::usage("--compare, --base and --new open the window; write `diff` options behind `diff`"));
    }
    Ok(arguments)
}

/// The grammar, with the formats of this build in its help.
fn command() -> clap::Command {
    let formats: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
    Arguments::command().after_long_help(format!("{EXAMPLES}\n\nFormats: {}.", formats.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        command().debug_assert();
    }
}
