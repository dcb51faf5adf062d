//! `helioscope diff`: two recordings compared.

use super::failure::Failure;
use super::options::{
    RowLimit, ScrubArguments, SelectArguments, TableFormat, group_by, normalize, percent, percent_of_whole,
};
use super::{load, select, warn, warn_of};
use crate::analyze::diff::{
    Comparison, DiffRow, DiffSort, Mapping, Matching, Measure, NoiseKind, Normalize, Question, Side, Status, align_runs,
};
use crate::analyze::{GroupBy, GroupId};
use crate::export::diff::DiffExport;
use crate::model::{Profile, format};
use clap::{Args, ValueEnum};
use std::io::{IsTerminal, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;

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
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) fail_above: Option<f64>,
    /// Functions whose total is less of the whole than this do not make it fail
    #[arg(long, value_name = "PERCENT", default_value = "1", value_parser = percent_of_whole)]
    pub(super) min_share: f64,
    /// What a folder or file of the base side is called on the new side
    #[arg(long, value_name = "FROM=TO", value_parser = parse_mapping)]
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

/// The width of a terminal that does not say.
const TERMINAL: usize = 80;
/// Less than this is no table any more.
const NARROWEST: usize = 40;
/// The width of what goes to a file.
const FILE: usize = 160;

/// Prints the comparison. Every error ends the program with status 2, so that 1 means "slower" alone.
pub(super) fn run(arguments: &DiffArguments, out: &mut dyn Write) -> Result<(), Failure> {
    compare(arguments, out).map_err(|failure| match failure {
        Failure::Slower { .. } => failure,
        other => Failure::Diff(Box::new(other)),
    })
}

fn compare(arguments: &DiffArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let (base_files, new_files) = files(arguments)?;
    let (base, new) = load_all(&base_files, &new_files)?;
    let matching = Matching { mappings: arguments.map.clone(), renamed: Vec::new() };
    let aligned = Arc::new(align_runs(&base, &new, &matching)?);
    let mut query = select::query(aligned.profile(Side::New), &arguments.select)?;
    query.by = arguments.by;
    let question = Question { query, normalize: arguments.normalize };
    let comparison = Comparison::new(aligned, question, None);
    // The process ends with the command: taking the tables apart first would only keep the user waiting.
    let comparison = std::mem::ManuallyDrop::new(comparison);
    let measured_calls = comparison.table().has_calls();
    if arguments.normalize == Normalize::PerCall && !measured_calls {
        return Err(Failure::usage("the profiles do not both count calls: there is no cost of a call to compare"));
    }
    if arguments.sort == DiffSortArgument::Calls && !measured_calls {
        return Err(Failure::usage("the profiles do not both count calls; sort by something else"));
    }
    warn_of(&base, Side::Base);
    warn_of(&new, Side::New);
    let names = |files: &[PathBuf]| files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>();
    let (base_names, new_names) = (names(&base_files), names(&new_files));
    let rows = rows(&comparison, arguments);
    let profiles: Vec<&Profile> = base.iter().chain(&new).map(|profile| &**profile).collect();
    // What CI keeps of a comparison are files.
    let scrub = arguments.scrub.scrub_printed(&profiles, arguments.format != TableFormat::Table);
    let export = DiffExport::new(&comparison, [&base_names, &new_names], &rows, &scrub);
    let printed = match arguments.format {
        TableFormat::Table => export.write_text(out, line_width()),
        TableFormat::Json => export.write_json(out),
        TableFormat::Csv => export.write_csv(out),
        TableFormat::Markdown => export.write_markdown(out),
    };
    printed.and_then(|()| out.flush()).map_err(Failure::Stdout)?;
    match arguments.fail_above {
        Some(limit) => judge(&comparison, limit / 100.0, arguments.min_share / 100.0),
        None => Ok(()),
    }
}

/// The files of either side.
fn files(arguments: &DiffArguments) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let (mut base, mut new): (Vec<PathBuf>, Vec<PathBuf>) = match &arguments.files[..] {
        [] => (Vec::new(), Vec::new()),
        [base, new] => (vec![base.clone()], vec![new.clone()]),
        [_] => return Err(Failure::usage("a comparison needs two recordings: BASE and NEW")),
        _ => {
            return Err(Failure::usage(
                "more than two files: say which are of which side with `--base A1 A2 --new B1 B2`",
            ));
        }
    };
    base.extend(arguments.base.iter().cloned());
    new.extend(arguments.new.iter().cloned());
    for (side, files) in [("base", &base), ("new", &new)] {
        if files.is_empty() {
            return Err(Failure::usage(format!("there is no recording on the {side} side: `diff BASE NEW`")));
        }
    }
    Ok((base, new))
}

type Profiles = Vec<Arc<Profile>>;

/// Reads the files of both sides, a few at a time.
fn load_all(base: &[PathBuf], new: &[PathBuf]) -> Result<(Profiles, Profiles), Failure> {
    let at_once = std::thread::available_parallelism().map_or(1, NonZero::get);
    let files: Vec<&PathBuf> = base.iter().chain(new).collect();
    let mut profiles = Vec::with_capacity(files.len());
    for files in files.chunks(at_once) {
        let loaded = std::thread::scope(|scope| {
            let readers: Vec<_> = files.iter().map(|path| scope.spawn(|| load(path))).collect();
            readers.into_iter().map(ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        for profile in loaded {
            profiles.push(profile.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
    }
    let new = profiles.split_off(base.len());
    Ok((profiles, new))
}

/// How many characters a line has: what `COLUMNS` says, or else what the terminal does.
fn line_width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse::<usize>().ok());
    let measured = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    let known = said.filter(|n| *n >= NARROWEST).or_else(measured).filter(|n| *n > 0);
    known.map_or(if std::io::stdout().is_terminal() { TERMINAL } else { FILE }, |width| width.max(NARROWEST))
}

/// The rows to print, in the order asked for. People are not shown what is the same, unless they ask for every row.
fn rows(comparison: &Comparison, arguments: &DiffArguments) -> Vec<GroupId> {
    let for_people = arguments.format.is_for_people();
    let limit = arguments.rows.map_or_else(|| arguments.format.rows_to_print(), RowLimit::most);
    let table = comparison.table();
    let differs = |row: &DiffRow| row.delta(Measure::Own) != 0 || row.status(Measure::Total) != Status::Same;
    let all = !for_people || arguments.rows == Some(RowLimit::All);
    let mut rows: Vec<GroupId> = table.rows().filter(|row| all || differs(row)).map(|row| row.group).collect();
    let (key, measure, descending) = match arguments.sort {
        DiffSortArgument::Delta => (DiffSort::DeltaSize, Measure::Own, true),
        DiffSortArgument::DeltaTotal => (DiffSort::DeltaSize, Measure::Total, true),
        DiffSortArgument::Slower => (DiffSort::Delta, Measure::Total, true),
        DiffSortArgument::Relative => (DiffSort::Relative, Measure::Own, true),
        DiffSortArgument::Base => (DiffSort::Base, Measure::Own, true),
        DiffSortArgument::New => (DiffSort::New, Measure::Own, true),
        DiffSortArgument::Calls => (DiffSort::DeltaCalls, Measure::Own, true),
        DiffSortArgument::Status => (DiffSort::Status, Measure::Total, true),
        DiffSortArgument::Name => (DiffSort::Name, Measure::Own, false),
    };
    // Equal rows stand by name and place, whatever the order of the files.
    let text = |group: GroupId| {
        let (file, line) = comparison.place(group);
        (comparison.name(group).into_owned(), file.to_owned(), line)
    };
    if key == DiffSort::Name || limit < usize::MAX || for_people {
        table.sort(&mut rows, DiffSort::Name, measure, false, text);
    }
    table.sort(&mut rows, key, measure, descending, text);
    rows.truncate(limit);
    rows
}

/// What to do about a drift: every function takes the same part of the whole as before.
const DRIFT: &str = "Every function takes about the same part of the whole as before: the machine may have been busier. \
                     Record several runs a side to tell: `diff --base A1 A2 A3 --new B1 B2 B3`.";
/// What to do where nothing is known of noise.
const ONE_RUN: &str = "One run a side tells nothing of how far times stray. Record several to tell: \
                       `diff --base A1 A2 A3 --new B1 B2 B3`.";

/// Fails where the whole, or a function of at least `min_share` of it, got slower by more than `limit` beyond noise.
///
/// Where the whole changed and no part of it, a busier machine looks the same, and how busy it was is not in one
/// recording. Then the whole must exceed the limit with all of its interval, so that two recordings of one program pass.
fn judge(comparison: &Comparison, limit: f64, min_share: f64) -> Result<(), Failure> {
    let table = comparison.table();
    let unit = &comparison.metric().unit;
    let (base, new) = (table.base_sum(), table.new_sum());
    let mut offending = Vec::new();
    let text = |name: &str, base: i64, new: i64| {
        let share = (new.saturating_sub(base)) as f64 / base.max(1) as f64;
        let (before, after) = (format::value(base, unit), format::value(new, unit));
        format!("{name}: +{} ({before} → {after})", format::percent(share))
    };
    let exceeds = |base: i64, new: i64| base > 0 && new.saturating_sub(base) as f64 > limit * base as f64;
    let drifted = comparison.drifted();
    if comparison.status_of_sums() == Status::Slower && exceeds(base, new) {
        let at_least =
            comparison.noise_of_sums().filter(|_| drifted).map_or(new, |noise| base.saturating_add(noise.low));
        if exceeds(base, at_least) {
            offending.push(text("everything", base, new));
        } else {
            warn([format!("not sure: {}. {DRIFT}", text("everything", base, new))]);
        }
    }
    let whole = base.max(new);
    let mut rows: Vec<DiffRow> = table.rows().filter(|row| row.status(Measure::Total) == Status::Slower).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.delta(Measure::Total)));
    for row in rows {
        if let (Some(before), Some(after)) = (row.cost(Side::Base, Measure::Total), row.cost(Side::New, Measure::Total))
            && exceeds(before, after)
            && after.max(before) as f64 >= min_share * whole as f64
        {
            offending.push(text(&format!("`{}`", format::one_line(&comparison.name(row.group))), before, after));
        }
    }
    if offending.is_empty() {
        return Ok(());
    }
    let advice = match comparison.noise() {
        _ if drifted => DRIFT,
        NoiseKind::Unknown => ONE_RUN,
        NoiseKind::Sampling | NoiseKind::Runs => "",
    };
    Err(Failure::Slower { what: offending, advice })
}

/// A mapping as it is typed.
pub(super) fn parse_mapping(text: &str) -> Result<Mapping, &'static str> {
    Mapping::parse(text)
        .ok_or("expected FROM=TO: a folder or file of the base side, and what it is called on the new side")
}
