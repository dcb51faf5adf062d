//! What can be typed, and the help that explains it.

use super::WindowFiles;
use super::failure::Failure;
use crate::analyze::GroupBy;
use crate::analyze::diff::{Mapping, Normalize};
use crate::import::FORMATS;
use crate::source::Mapping as SourceMapping;
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
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
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

/// Compare two recordings: what got slower, what faster, and whether that is more than chance
#[derive(Args, Debug)]
#[command(after_help = DIFF_HELP)]
pub(super) struct DiffArguments {
    /// The recording to compare with, and the one to compare
    #[arg(value_name = "BASE NEW", num_args = 0..)]
    pub(super) files: Vec<PathBuf>,
    /// More runs of the base side
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) base: Vec<PathBuf>,
    /// More runs of the new side
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) new: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    /// What a row stands for
    #[arg(long, value_name = "WHAT", default_value = GroupBy::default().name(), value_parser = group_by())]
    pub(super) by: GroupBy,
    /// How to make the two comparable
    #[arg(long, value_name = "HOW", default_value = Normalize::default().name(), value_parser = normalize())]
    pub(super) normalize: Normalize,
    /// What to sort by, largest first
    #[arg(long, value_enum, default_value_t)]
    pub(super) sort: DiffSortArgument,
    /// How many rows to print, or `all` [default: 30 that differ; all in JSON and CSV]
    #[arg(short = 'n', long = "rows", value_name = "N")]
    pub(super) rows: Option<RowLimit>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: TableFormat,
    /// End with status 1 if the whole, or a function of at least `--min-share`, got slower by more than this beyond noise.
    /// From one run a side, a busier machine looks like a slower program: give several (`--base A1 A2 A3 --new B1 B2 B3`)
    #[arg(long, value_name = "PERCENT", value_parser = super::diff::parse_percent)]
    pub(super) fail_above: Option<f64>,
    /// Functions whose total is less of the whole than this do not make it fail
    #[arg(long, value_name = "PERCENT", default_value = "1", value_parser = super::diff::parse_percent)]
    pub(super) min_share: f64,
    /// What a folder or file of the base side is called on the new side
    #[arg(long, value_name = "FROM=TO", value_parser = super::diff::parse_mapping)]
    pub(super) map: Vec<Mapping>,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const DIFF_HELP: &str = "\
Functions are the same by module and qualified name, wherever they lie and on whatever line. A delta
is `new` less `base`. Where calls are counted, the delta of `self` is the sum of `effect_calls`
(more or fewer calls, at the old cost of a call) and `effect_per_call` (each call dearer or cheaper).
The status is of `total`. JSON and CSV give integers in the metric's base unit, and null or an empty
cell for what a side lacks; `noise` is the 95 % interval of a delta, where one is known.

Several runs a side are compared by their means. Exit status: 0; 1 if --fail-above was exceeded; 2
for every error.

Examples:
  helioscope diff before.prof after.prof
  helioscope diff before.json after.json --normalize total
  helioscope diff --base a1.prof a2.prof a3.prof --new b1.prof b2.prof b3.prof
  helioscope diff main.prof branch.prof --fail-above 5 --min-share 2 --format markdown
  helioscope diff old.prof new.prof --map /build/app=/srv/app";

/// Write the call tree to a file, as collapsed stacks
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
  .folded, .collapsed, .txt    collapsed stacks
  .speedscope.json, .speedscope  speedscope's JSON, a profile for each thread
  .pb.gz, .pprof               pprof, with all metrics
  .csv, .json                  the function table

What a format has no place for is said on standard error.

A line of collapsed stacks is a stack, outermost frame first, and its own cost in the metric's base unit:
  main (app/run.py:3);parse (app/csv.py:12) 60
Where a profiler recorded no stacks (cProfile), the tree is an estimate, and standard error says so.

Examples:
  helioscope export out.prof -o out.folded
  helioscope export out.prof -o out.speedscope.json
  helioscope export profile.pb.gz --metric cpu -o - | grep parse";

/// Say what to do about it: patterns that cost time, with the evidence
#[derive(Args, Debug)]
#[command(after_help = HINTS_HELP)]
pub(super) struct HintsArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// Look for sources in this folder, too; may be given more than once
    #[arg(long, value_name = "DIR")]
    pub(super) source_root: Vec<PathBuf>,
    /// What was recorded under FROM lies in TO; may be given more than once
    #[arg(long, value_name = "FROM=TO")]
    pub(super) map: Vec<SourceMapping>,
    /// Read no source
    #[arg(long, conflicts_with_all = ["source_root", "map"])]
    pub(super) no_source: bool,
    /// Leave out what takes less than this part of the active time, in per cent
    #[arg(long, value_name = "P", default_value_t = 5.0, value_parser = per_cent)]
    pub(super) min_share: f64,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ReportFormat,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const HINTS_HELP: &str = "\
Shares are of the time the program was active, not waiting. The most a finding can gain is
1 / (1 - share), however well it is mended; findings on the same time are said to be, since their
gains don't add up. Nothing is executed: sources are read and parsed.

Examples:
  helioscope hints out.prof
  helioscope hints out.json --source-root src --map /app=~/work/app
  helioscope hints out.prof --format json | jq '.findings[0]'";

/// List the rules behind the hints, or explain one
#[derive(Args, Debug)]
pub(super) struct RulesArguments {
    /// The rule to explain
    pub(super) rule: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: RulesFormat,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum ReportFormat {
    /// For a terminal
    #[default]
    Table,
    /// One object, for programs
    Json,
    /// For a pull request or an issue
    Markdown,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum RulesFormat {
    /// For a terminal
    #[default]
    Table,
    /// The page `docs/hints.md`
    Markdown,
}

fn per_cent(text: &str) -> Result<f64, &'static str> {
    let number: f64 = text.parse().map_err(|_| "expected a number of per cent")?;
    (0.0..=100.0).contains(&number).then_some(number).ok_or("expected per cent, from 0 to 100")
}

/// Draw a picture of a profile: a flame graph, a sunburst, or the callers and callees of a function
#[derive(Args, Debug)]
#[command(after_help = RENDER_HELP)]
pub(super) struct RenderArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// The file to write, .svg, .png or .html; `-` for SVG on standard output
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: PathBuf,
    /// What to draw
    #[arg(long, value_enum, default_value_t)]
    pub(super) view: View,
    /// Draw what changed since this profile, in blue what costs less and in orange what costs more
    #[arg(long, value_name = "FILE")]
    pub(super) base: Option<PathBuf>,
    /// How to make the two comparable
    #[arg(long, value_name = "HOW", requires = "base", default_value = Normalize::default().name(), value_parser = normalize())]
    pub(super) normalize: Normalize,
    /// Whose cost boxes are as wide as
    #[arg(long, value_enum, value_name = "SIDE", requires = "base", default_value_t)]
    pub(super) width: Width,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    #[command(flatten)]
    pub(super) transform: TransformArguments,
    /// Emphasise functions whose name or file matches a regular expression
    #[arg(long, value_name = "RE")]
    pub(super) search: Option<String>,
    /// The function whose callers and callees are drawn, or whose boxes are outlined: its name, or a regular expression
    #[arg(long, value_name = "RE")]
    pub(super) function: Option<String>,
    /// At most so many levels of calls
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) depth: Option<u16>,
    /// Width and height; a height of `auto` shows every level
    #[arg(long, value_name = "WxH", default_value = "1600x900")]
    pub(super) size: PictureSize,
    /// Pixels of a PNG for each of the size's
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=4))]
    pub(super) scale: u32,
    /// Dark or light [default: dark; a page follows the reader's system]
    #[arg(long, value_enum, hide_default_value = true)]
    pub(super) theme: Option<Theme>,
    /// Leave out the text that says what the picture is of
    #[arg(long)]
    pub(super) no_stamp: bool,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const RENDER_HELP: &str = "\
A picture says of which file it is, what was counted, what was left out, and what its colours mean.
It needs no display, and the same profile gives the same bytes.

Examples:
  helioscope render out.prof -o out.svg
  helioscope render out.prof --view sunburst --theme light -o out.png
  helioscope render profile.pb.gz --focus '^handle$' --hide 'logging' --size 1600xauto -o handle.png
  helioscope render out.prof --view callers --function load -o load.svg
  helioscope render new.prof --base old.prof -o change.png
  helioscope render new.prof --base old.prof --width new -o change.html
  helioscope render out.prof -o out.html            zoom, search and sort in any browser";

/// Sum a profile up for a review: Markdown with a picture beside it, or one HTML page
#[derive(Args, Debug)]
#[command(after_help = REPORT_HELP)]
pub(super) struct ReportArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// The file to write, .md or .html; the picture of a report in Markdown stands beside it
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    /// Report what changed since this profile
    #[arg(long, value_name = "FILE")]
    pub(super) base: Option<PathBuf>,
    /// How many functions to list in Markdown
    #[arg(short = 'n', long = "rows", value_name = "N", default_value_t = 15)]
    pub(super) rows: usize,
    /// Dark or light [default: light; a page follows the reader's system]
    #[arg(long, value_enum, hide_default_value = true)]
    pub(super) theme: Option<Theme>,
    /// How to make the two comparable
    #[arg(long, value_name = "HOW", requires = "base", default_value = Normalize::default().name(), value_parser = normalize())]
    pub(super) normalize: Normalize,
    /// Look for sources in this folder, too, for hints; may be given more than once
    #[arg(long, value_name = "DIR")]
    pub(super) source_root: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const REPORT_HELP: &str = "\
Examples:
  helioscope report out.prof -o report.md          and report.flame.png beside it
  helioscope report new.prof --base old.prof -o change.html
  helioscope report out.prof -o report.html        one file, opens in any browser";

/// What to change about the stacks before they are counted.
#[derive(Args, Debug, Default)]
pub(super) struct TransformArguments {
    /// Begin every stack at the outermost function whose name or file matches a regular expression, and drop stacks without
    /// one; functions that are called exactly so go before others
    #[arg(long, value_name = "RE")]
    pub(super) focus: Option<String>,
    /// Take functions whose name or file matches out of every stack; their time goes to their callers
    #[arg(long, value_name = "RE")]
    pub(super) hide: Option<String>,
}

/// What to remove before a file leaves the machine.
#[derive(Args, Debug)]
pub(super) struct ScrubArguments {
    /// Keep home folders, user and host names, which are removed from what is made to be passed on: pictures, pages, Markdown,
    /// other files, and all forms of a comparison but the table in the terminal
    #[arg(long)]
    pub(super) no_scrub: bool,
}

/// What to draw.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum View {
    /// Callees above their callers, equal stacks together
    Flame,
    /// Callees below their callers, equal stacks together
    #[default]
    LeftHeavy,
    /// Stacks of one thread in the order they were recorded
    Time,
    /// From the innermost function outwards
    Inverted,
    /// Rings around a centre
    Sunburst,
    /// Who calls a function, and what it calls
    Callers,
    /// What the program did or waited for, over time
    Activity,
    /// Whose code ran, over time
    Packages,
}

/// Whose cost the boxes of two recordings are as wide as.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Width {
    /// That of the larger side
    #[default]
    Larger,
    /// That of the new side: what is gone is not drawn
    New,
    /// That of the base side: what is new is not drawn
    Base,
}

/// Colours of a picture.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Theme {
    /// Light text on dark ground
    Dark,
    /// Dark text on light ground
    Light,
}

/// The size of a picture; no height for as much as is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PictureSize {
    pub(super) width: u32,
    pub(super) height: Option<u32>,
}

impl std::str::FromStr for PictureSize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "expected WIDTHxHEIGHT in pixels, like 1600x900 or 1600xauto";
        let (width, height) = text.split_once(['x', '×']).ok_or(wrong)?;
        let height = if height == "auto" { None } else { Some(height.parse().map_err(|_| wrong)?) };
        Ok(Self { width: width.parse().map_err(|_| wrong)?, height })
    }
}

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
pub(super) enum DiffSortArgument {
    /// Difference in self cost, up or down
    #[default]
    Delta,
    /// Difference in total cost, up or down
    DeltaTotal,
    /// Difference in total cost, what got slower first
    Slower,
    /// Difference in self cost as a part of base
    Relative,
    /// Self cost on the base side
    Base,
    /// Self cost on the new side
    New,
    /// Difference in calls, where recorded
    Calls,
    /// Slower, faster, new, gone, same, within noise
    Status,
    /// Name
    Name,
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

fn normalize() -> impl TypedValueParser<Value = Normalize> {
    PossibleValuesParser::new(Normalize::ALL.map(Normalize::name))
        .map(|name| Normalize::ALL.into_iter().find(|n| n.name() == name).unwrap_or_default())
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
