//! `helioscope top`: the function table.

use super::failure::Failure;
use super::options::{RowLimit, ScrubArguments, SelectArguments, TableFormat, group_by};
use super::{load, select, warn};
use crate::analyze::{Classes, FunctionTable, GroupBy, Groups};
use crate::export::table::{Counted, Table};
use crate::model::format;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

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

pub(super) fn run(arguments: &TopArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let profile = load(&arguments.file)?;
    let mut query = select::query(&profile, &arguments.select)?;
    query.by = arguments.by;
    // Classifying looks at every name and path: only done where a row is made of it.
    let classes = match query.by {
        GroupBy::Module | GroupBy::Package => Classes::new(&profile),
        GroupBy::Function | GroupBy::Line | GroupBy::File => Classes::default(),
    };
    let groups = Groups::new(&profile, &classes, query.by);
    let table = FunctionTable::new(&profile, &groups, &query);
    if arguments.sort == Sort::Calls && !table.has_calls() {
        return Err(Failure::usage("the profile does not count calls; sort by self or total"));
    }
    warn(profile.warnings());
    if !table.totals_are_exact() {
        warn([format!(
            "The recording holds totals of functions only: the total of a {} is an estimate.",
            query.by.name()
        )]);
    }
    let limit = arguments.rows.map_or_else(|| arguments.format.rows_to_print(), RowLimit::most);
    let scrub = arguments.scrub.scrub_printed(&[&profile], arguments.format == TableFormat::Markdown);
    let counted = Counted {
        profile: &profile,
        classes: &classes,
        groups: &groups,
        table: &table,
        metric: query.metric,
        scrub: &scrub,
    };
    let cost = |group| match arguments.sort {
        Sort::Own => table.own(group),
        Sort::Total => table.total(group),
        Sort::Calls => table.calls(group).map_or(i64::MIN, |(all, _)| all),
    };
    let rows = Table::new(&counted, &counted.largest(cost, limit));
    let printed = match arguments.format {
        TableFormat::Table => {
            let thread = query.track.map(|t| profile.track(t).title());
            print_table(out, &counted, &rows, thread.as_deref())
        }
        TableFormat::Json => rows.write_json(out),
        TableFormat::Csv => rows.write_csv(out),
        TableFormat::Markdown => rows.write_markdown(out),
    };
    printed.map_err(Failure::Stdout)
}

fn print_table(out: &mut dyn Write, counted: &Counted<'_>, rows: &Table<'_>, thread: Option<&str>) -> io::Result<()> {
    let metric = counted.profile.metric(counted.metric);
    let sum = format::value(counted.table.sum(), &metric.unit);
    let of = thread.map_or_else(String::new, |t| format!(" in {t}"));
    writeln!(out, "{}: {sum} in all\n", format::one_line(&format!("{}{of}", metric.name)))?;
    rows.write_text(out)?;
    if rows.left_out() > 0 {
        writeln!(out, "\n{} more; `-n all` prints every row.", format::count(rows.left_out() as i64))?;
    }
    Ok(())
}
