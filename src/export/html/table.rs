//! The table of a page: plain HTML, which the page's script can sort.

use super::data::Functions;
use crate::analyze::{Analysis, FunctionTable, GroupId};
use crate::export::picture::Subject;
use crate::export::svg::Escaped;
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

pub(super) struct Table<'a> {
    subject: &'a Subject<'a>,
    functions: &'a Functions,
    rows: usize,
}

impl<'a> Table<'a> {
    pub(super) fn new(subject: &'a Subject<'a>, functions: &'a Functions) -> Self {
        Self { subject, functions, rows: rows(subject.analysis).len() }
    }

    pub(super) fn write(&self, page: &mut String) -> fmt::Result {
        let analysis = self.subject.analysis;
        let (table, metric) = (analysis.table(), analysis.profile().metric(analysis.query().metric));
        let groups = &self.functions.groups[..self.rows];
        let largest = |value: fn(&FunctionTable, GroupId) -> i64| {
            groups.iter().map(|&g| value(table, g).saturating_abs()).max().unwrap_or(0)
        };
        let own = Scale::for_max(largest(FunctionTable::own), &metric.unit);
        let total = Scale::for_max(largest(FunctionTable::total), &metric.unit);
        let left_out = table.present().count() - self.rows;
        let caption = if left_out == 0 {
            format!("{} functions", format::count(self.rows as i64))
        } else {
            format!(
                "The {} most expensive functions; {} more are left out",
                format::count(self.rows as i64),
                format::count(left_out as i64)
            )
        };
        write!(page, "<div class=\"table\">\n<table>\n<caption>{}</caption>\n<thead><tr>", Escaped(&caption))?;
        let heading = |page: &mut String, text: &str, kind: &str, sorted: bool| {
            let sorted = if sorted { " aria-sort=\"descending\"" } else { "" };
            write!(
                page,
                "<th scope=\"col\" data-kind=\"{kind}\"{sorted}><button type=\"button\">{}</button></th>",
                Escaped(text)
            )
        };
        heading(page, &with_unit("Self", &own), "number", true)?;
        heading(page, "Self %", "number", false)?;
        heading(page, &with_unit("Total", &total), "number", false)?;
        heading(page, "Total %", "number", false)?;
        if table.has_calls() {
            heading(page, "Calls", "number", false)?;
        }
        heading(page, "Function", "text", false)?;
        page.push_str("</tr></thead>\n<tbody>\n");
        for (row, &group) in groups.iter().enumerate() {
            write!(page, "<tr data-function=\"{row}\">")?;
            for (value, scale) in [(table.own(group), &own), (table.total(group), &total)] {
                number(page, value, &scale.format(value))?;
                number(page, value, &format::percent(table.share(value)))?;
            }
            if table.has_calls() {
                match table.calls(group) {
                    Some((all, primitive)) if all != primitive => {
                        number(page, all, &format!("{}/{}", format::count(all), format::count(primitive)))?;
                    }
                    Some((all, _)) => number(page, all, &format::count(all))?,
                    None => page.push_str("<td>–</td>"),
                }
            }
            let (name, place) = self.functions.name_and_place(row);
            writeln!(
                page,
                "<td><code>{}</code> <span class=\"weak\">{}</span></td></tr>",
                Escaped(name),
                Escaped(place)
            )?;
        }
        page.push_str("</tbody>\n</table>\n</div>\n");
        Ok(())
    }
}

fn with_unit(name: &str, scale: &Scale) -> String {
    if scale.unit_name().is_empty() { name.to_owned() } else { format!("{name}, {}", scale.unit_name()) }
}

fn number(page: &mut String, value: i64, text: &str) -> fmt::Result {
    write!(page, "<td data-value=\"{value}\">{}</td>", Escaped(text))
}
