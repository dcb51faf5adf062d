//! What can be typed, and the help that explains it.

use super::WindowFiles;
use super::failure::Failure;
use crate::analyze::GroupBy;
use crate::import::FORMATS;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
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
  helioscope info profile.pb.gz --json         what a profile holds, for a script
  helioscope formats                           what can be opened, and how to record it

A file named like a command is opened with its folder: helioscope ./top";

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Info(InfoArguments),
    Top(TopArguments),
    Export(ExportArguments),
    /// List the formats that can be opened, and how to record them
    Formats,
}

/// Say what a profile holds: format, metrics, threads, duration, and what to know before believing it
#[derive(Args, Debug)]
#[command(after_help = INFO_HELP)]
pub(super) struct InfoArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

const INFO_HELP: &str = "\
The call tree is `exact` where whole stacks were recorded, `estimated` where only callers and
callees were, and `none` in an empty profile. JSON gives integers in each metric's base unit, and
null for what was not recorded.

Examples:
  helioscope info out.prof
  helioscope info out.prof --json | jq .warnings";

/// List functions by what they cost
#[derive(Args, Debug)]
#[command(after_help = TOP_HELP)]
pub(super) struct TopArguments {
    /// The profile
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    /// What to sort by, largest first
    #[arg(long, value_enum, default_value_t)]
    pub(super) sort: Sort,
    /// How many rows to print, or `all` [default: 30; all in JSON and CSV]
    #[arg(short = 'n', long = "rows", value_name = "N")]
    pub(super) rows: Option<RowLimit>,
    /// What a row stands for
    #[arg(long, value_name = "WHAT", default_value = GroupBy::default().name(), value_parser = group_by())]
    pub(super) by: GroupBy,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: TableFormat,
}

const TOP_HELP: &str = "\
`self` is what a function cost itself, `total` what it cost with everything it called; a sample
counts once in a total, however often the function recurs on its stack. JSON and CSV give integers
in the metric's base unit (ns, bytes, samples), and null or an empty cell for what was not recorded.

Examples:
  helioscope top out.prof --sort total
  helioscope top out.prof --by module -n 10 --format markdown
  helioscope top heap.pb.gz --metric alloc_space
  helioscope top out.json --thread MainThread --format json | jq '.rows[0]'";

/// Write the call tree to a file, as collapsed stacks
#[derive(Args, Debug)]
#[command(after_help = EXPORT_HELP)]
pub(super) struct ExportArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// The file to write; `-` for standard output
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) select: SelectArguments,
}

const EXPORT_HELP: &str = "\
Each line is a stack, outermost frame first, and its own cost in the metric's base unit:
  main (app/run.py:3);parse (app/csv.py:12) 60
Where a profiler recorded no stacks (cProfile), the tree is an estimate, and standard error says so.

Examples:
  helioscope export out.prof -o out.folded
  helioscope export profile.pb.gz --metric cpu -o - | grep parse";

/// What part of a profile to count.
#[derive(Args, Debug)]
pub(super) struct SelectArguments {
    /// What to count, by its name in the profile [default: the profile's own choice, or time]
    #[arg(long, value_name = "METRIC")]
    pub(super) metric: Option<String>,
    /// Count one thread alone: its id, its name, or a part of its name that no other has
    #[arg(long, value_name = "THREAD")]
    pub(super) thread: Option<String>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Sort {
    /// Cost in the function itself
    #[default]
    #[value(name = "self")]
    Own,
    /// Cost with everything it called
    Total,
    /// How often it was called, where recorded
    Calls,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum TableFormat {
    /// Columns for a terminal
    #[default]
    Table,
    /// One object, for programs
    Json,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// A table for a pull request or an issue
    Markdown,
}

/// How many rows to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RowLimit {
    All,
    First(usize),
}

impl std::str::FromStr for RowLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            _ => text.parse().map(Self::First).map_err(|_| "expected a number or `all`"),
        }
    }
}

fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    PossibleValuesParser::new(GroupBy::ALL.map(GroupBy::name))
        .map(|name| GroupBy::ALL.into_iter().find(|by| by.name() == name).unwrap_or_default())
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

    #[test]
    fn rows_are_a_number_or_all() {
        assert_eq!("all".parse(), Ok(RowLimit::All));
        assert_eq!("0".parse(), Ok(RowLimit::First(0)));
        assert!("-1".parse::<RowLimit>().is_err());
        assert!("many".parse::<RowLimit>().is_err());
    }
}
