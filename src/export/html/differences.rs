//! The table of differences of a page, which the page's script can sort.

use super::data::Functions;
use super::table::{begin, caption, end, function, heading, number};
use crate::analyze::GroupId;
use crate::analyze::diff::{Comparison, Measure, Status};
use crate::export::diff::DiffExport;
use crate::export::picture::{Base, Subject};
use crate::export::svg::Escaped;
use crate::layout::sign;
use rustc_hash::FxHashSet;
use std::cmp::Reverse;
use std::fmt::{self, Write};

/// How many of the largest differences are listed, of own cost and of total.
const MOST: usize = 400;
/// Where the differences of own cost stand: they are sorted by size at first.
const DELTA: usize = 2;

/// The functions of a page's table, the largest difference first. What is the same on both sides is not listed.
pub(super) fn rows(comparison: &Comparison) -> Vec<GroupId> {
    let table = comparison.table();
    let differ = |measure: Measure| {
        let mut differ: Vec<_> = table
            .rows()
            .filter(|row| row.delta(Measure::Own) != 0 || row.status(Measure::Total) != Status::Same)
            .map(|row| (Reverse(row.delta(measure).unsigned_abs()), row.group))
            .collect();
        differ.sort_unstable();
        differ.truncate(MOST);
        differ.into_iter().map(|(_, group)| group)
    };
    let mut rows: Vec<GroupId> = differ(Measure::Own).collect();
    let listed: FxHashSet<GroupId> = rows.iter().copied().collect();
    rows.extend(differ(Measure::Total).filter(|group| !listed.contains(group)));
    rows
}

/// Writes the table of some functions, whose rows among the page's functions are the first.
pub(super) fn write(
    page: &mut String,
    base: &Base<'_>,
    subject: &Subject<'_>,
    functions: &Functions,
    groups: &[GroupId],
) -> fmt::Result {
    let export = DiffExport::new(base.comparison, [&[], &[]], groups, subject.scrub);
    let cells = export.all_cells();
    begin(page, "Differences", &caption(groups.len(), export.left_out(), "functions that differ most"))?;
    for (column, head) in cells.head.iter().enumerate() {
        if column == DELTA {
            heading(page, head, "change", "other")?;
        } else {
            heading(page, head, "number", "")?;
        }
    }
    heading(page, "Status", "rank", "")?;
    heading(page, "Function", "text", "")?;
    page.push_str("</tr></thead>\n<tbody>\n");
    for (row, (&group, numbers)) in groups.iter().zip(&cells.rows).enumerate() {
        write!(page, "<tr data-function=\"{row}\">")?;
        for cell in numbers {
            match cell.value {
                Some(value) => number(page, value, &cell.text)?,
                None => write!(page, "<td>{}</td>", Escaped(&cell.text))?,
            }
        }
        let status = base.comparison.table().row(group).status(Measure::Total);
        let rank = Status::ALL.iter().position(|s| *s == status).unwrap_or(0);
        write!(page, "<td class=\"{}\" data-value=\"{rank}\">{}</td>", class(status), Escaped(&words(status)))?;
        function(page, functions, row)?;
    }
    end(page);
    writeln!(page, "<p class=\"cut\">{}</p>", Escaped(&export.legend()))
}

fn class(status: Status) -> &'static str {
    match status {
        Status::Slower | Status::New => "status more",
        Status::Faster | Status::Gone => "status less",
        Status::Same | Status::WithinNoise => "status weak",
    }
}

/// `▲ slower`; a status that is a word already stands alone.
fn words(status: Status) -> String {
    match status {
        Status::New | Status::Gone => status.name().to_owned(),
        _ => format!("{} {}", sign(status), status.name()),
    }
}
