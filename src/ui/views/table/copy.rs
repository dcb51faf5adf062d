//! The table as text: in the order and with the filter of the screen.

use crate::analyze::{Analysis, GroupId};
use crate::model::format::{self, Scale};
use std::fmt::Write as _;

/// A comment in a review is not the place for more.
pub(in crate::ui::views) const MARKDOWN_ROWS: usize = 50;

/// Tab-separated values for a spreadsheet: every row, numbers in full and in the metric's base unit, shares as fractions.
pub(super) fn tsv(analysis: &Analysis, rows: &[GroupId]) -> String {
    let table = analysis.table();
    let unit = analysis.profile().metric(analysis.query().metric).unit.name();
    let mut text = format!("self ({unit})\tself share\ttotal ({unit})\ttotal share");
    if table.has_calls() {
        let _ = write!(text, "\tcalls\tprimitive calls\tself per call ({unit})\ttotal per call ({unit})");
    }
    let _ = writeln!(text, "\t{}\tmodule\tfile\tline", analysis.query().by.name());
    for &group in rows {
        let (own, total) = (table.own(group), table.total(group));
        let _ = write!(text, "{own}\t{:.6}\t{total}\t{:.6}", table.share(own), table.share(total));
        if table.has_calls() {
            let (all, primitive) =
                table.calls(group).map_or_else(Default::default, |(a, p)| (a.to_string(), p.to_string()));
            let per_call = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.3}"));
            let (own, total) = (per_call(table.own_per_call(group)), per_call(table.total_per_call(group)));
            let _ = write!(text, "\t{all}\t{primitive}\t{own}\t{total}");
        }
        let (file, line) = analysis.place(group);
        let line = if line == 0 { String::new() } else { line.to_string() };
        let module = analysis.groups().module(analysis.classes(), group);
        let name = analysis.name(group);
        let _ = writeln!(text, "\t{}\t{}\t{}\t{line}", one_field(&name), one_field(module), one_field(file));
    }
    text
}

/// A Markdown table of the first rows, numbers as on the screen.
pub(super) fn markdown(analysis: &Analysis, rows: &[GroupId], own_scale: &Scale, total_scale: &Scale) -> String {
    let table = analysis.table();
    let unit = &analysis.profile().metric(analysis.query().metric).unit;
    let head = |name: &str, scale: &Scale| match scale.unit_name() {
        "" => name.to_owned(),
        unit => format!("{name} ({unit})"),
    };
    let total = if table.totals_are_exact() { "total" } else { "≈ total" };
    let mut text = format!("| {} | self % | {} | {total} % |", head("self", own_scale), head(total, total_scale));
    if table.has_calls() {
        text.push_str(" calls | self/call | total/call |");
    }
    let _ = writeln!(text, " {} | place |", analysis.query().by.name());
    text.push_str(if table.has_calls() {
        "|--:|--:|--:|--:|--:|--:|--:|:--|:--|\n"
    } else {
        "|--:|--:|--:|--:|:--|:--|\n"
    });
    for &group in rows.iter().take(MARKDOWN_ROWS) {
        let share = |value| format::percent(table.share(value));
        let (own, total) = (table.own(group), table.total(group));
        let (own_text, total_text) = (own_scale.format(own), total_scale.format(total));
        let _ = write!(text, "| {own_text} | {} | {total_text} | {} |", share(own), share(total));
        if table.has_calls() {
            let calls = crate::ui::cell::calls(table.calls(group));
            let per_call = |value| format::per_call(value, unit);
            let (own, total) = (per_call(table.own_per_call(group)), per_call(table.total_per_call(group)));
            let _ = write!(text, " {calls} | {own} | {total} |");
        }
        let place = match analysis.place(group) {
            (file, 0) => file.to_owned(),
            (file, line) => format!("{file}:{line}"),
        };
        let _ = writeln!(text, " {} | {} |", code(&analysis.name(group)), code(&place));
    }
    if rows.len() > MARKDOWN_ROWS {
        let (shown, all) = (format::count(MARKDOWN_ROWS as i64), format::count(rows.len() as i64));
        let _ = writeln!(text, "\nThe first {shown} of {all} rows.");
    }
    text
}

/// A text that cannot end its field or its row.
pub(in crate::ui::views) fn one_field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

/// A code span that survives in a cell: names such as `<module>` would be taken for HTML.
pub(in crate::ui::views) fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = one_field(text).replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
