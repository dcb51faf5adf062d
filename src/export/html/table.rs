//! The table of a page: plain HTML, which the page's script can sort.

use super::data::Functions;
use crate::analyze::{Analysis, FunctionTable, GroupId};
use crate::export::picture::Subject;
use crate::export::svg::Escaped;
use crate::export::table::column_head;
use crate::model::format::{self, Scale};
use std::fmt::{self, Write};

/// How many of the most expensive functions are listed, by their own cost and by their total.
const MOST: usize = 400;

/// The functions of a page's table, the most expensive first.
pub(super) fn rows(analysis: &Analysis) -> Vec<GroupId> {
    let table = analysis.table();
    let mut by_total: Vec<GroupId> = table.present().collect();
    by_total.sort_unstable_by_key(|&g| (std::cmp::Reverse(table.total(g)), g));
    let mut rows = by_total.clone();
    rows.sort_by_key(|&g| (std::cmp::Reverse(table.own(g)), g));
    rows.truncate(MOST);
    let own: rustc_hash::FxHashSet<GroupId> = rows.iter().copied().collect();
    rows.extend(by_total.into_iter().take(MOST).filter(|g| !own.contains(g)));
    rows
}

/// Writes the table of some functions, whose rows among the page's functions are the first.
pub(super) fn write(
    page: &mut String,
    subject: &Subject<'_>,
    functions: &Functions,
    groups: &[GroupId],
) -> fmt::Result {
    let analysis = subject.analysis;
    let (table, metric) = (analysis.table(), analysis.profile().metric(analysis.query().metric));
    let largest =
        |value: fn(&FunctionTable, GroupId) -> i64| groups.iter().map(|&g| value(table, g).saturating_abs()).max();
    let own = Scale::for_max(largest(FunctionTable::own).unwrap_or(0), &metric.unit);
    let total = Scale::for_max(largest(FunctionTable::total).unwrap_or(0), &metric.unit).as_fine_as(&own);
    let left_out = table.present().count() - groups.len();
    begin(page, "Functions", &caption(groups.len(), left_out, "most expensive functions"))?;
    heading(page, &column_head("Self", &own), "number", "descending")?;
    heading(page, "Self %", "number", "")?;
    heading(page, &column_head("Total", &total), "number", "")?;
    heading(page, "Total %", "number", "")?;
    if table.has_calls() {
        heading(page, "Calls", "number", "")?;
    }
    heading(page, "Function", "text", "")?;
    page.push_str("</tr></thead>\n<tbody>\n");
    for (row, &group) in groups.iter().enumerate() {
        write!(page, "<tr data-function=\"{row}\">")?;
        for (value, scale) in [(table.own(group), &own), (table.total(group), &total)] {
            number(page, value as f64, &scale.format(value))?;
            number(page, value as f64, &format::percent(table.share(value)))?;
        }
        if table.has_calls() {
            match table.calls(group) {
                Some((all, primitive)) if all != primitive => {
                    number(page, all as f64, &format!("{}/{}", format::count(all), format::count(primitive)))?;
                }
                Some((all, _)) => number(page, all as f64, &format::count(all))?,
                None => page.push_str("<td>–</td>"),
            }
        }
        function(page, functions, row)?;
    }
    end(page);
    Ok(())
}

/// What stands above a table.
pub(super) fn caption(rows: usize, left_out: usize, what: &str) -> String {
    match left_out {
        0 => format::counted(rows as i64, "function", "functions"),
        more => {
            let more = format::counted(more as i64, "more is", "more are");
            format!("The {} {what}; {more} left out", format::count(rows as i64))
        }
    }
}

/// Begins a section with a table, up to its heads.
pub(super) fn begin(page: &mut String, title: &str, caption: &str) -> fmt::Result {
    write!(
        page,
        "<section aria-label=\"{title}\">\n<h2>{title}</h2>\n<div class=\"table\">\n<table>\n<caption>{}</caption>\n\
         <thead><tr>",
        Escaped(caption)
    )
}

/// Ends what [`begin`] began.
pub(super) fn end(page: &mut String) {
    page.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// A head that sorts. `sorted` is how the column is sorted at first; empty where it is not.
pub(super) fn heading(page: &mut String, text: &str, kind: &str, sorted: &str) -> fmt::Result {
    let sorted = if sorted.is_empty() { String::new() } else { format!(" aria-sort=\"{sorted}\"") };
    let text = Escaped(text);
    write!(page, "<th scope=\"col\" data-kind=\"{kind}\"{sorted}><button type=\"button\">{text}</button></th>")
}

/// The last cell of a row: its function.
pub(super) fn function(page: &mut String, functions: &Functions, row: usize) -> fmt::Result {
    let (name, place) = functions.name_and_place(row);
    let (name, place) = (Escaped(name), Escaped(place));
    writeln!(page, "<td><code>{name}</code> <span class=\"weak\">{place}</span></td></tr>")
}

/// A cell with a number, and what it is sorted by.
pub(super) fn number(page: &mut String, value: f64, text: &str) -> fmt::Result {
    write!(page, "<td data-value=\"{value}\">{}</td>", Escaped(text))
}
