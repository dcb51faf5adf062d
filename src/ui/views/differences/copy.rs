//! The table of differences as text: in the order and with the filters of the screen.

use super::rows::Scales;
use crate::analyze::GroupId;
use crate::analyze::diff::{Comparison, Costs, Measure, NoiseKind, Side};
use crate::layout::Difference;
use crate::model::format;
use crate::ui::difference::{measure_name, relative_text, signed_count, signed_in, status_text};
use crate::ui::views::table::{MARKDOWN_ROWS, code, one_field};
use std::fmt::Write as _;

/// Tab-separated values for a spreadsheet: every row, numbers in full and in the metric's base unit.
pub(super) fn tsv(comparison: &Comparison, measure: Measure, rows: &[GroupId]) -> String {
    let analysis = comparison.side(Side::New);
    let (unit, what, how) = (comparison.metric().unit.name(), measure_name(measure), comparison.normalize().legend());
    let (with_calls, with_noise) = (comparison.table().has_calls(), comparison.noise() != NoiseKind::Unknown);
    let mut text =
        format!("status\tbase {what} ({unit}, {how})\tnew {what} ({unit}, {how})\tdelta ({unit})\tdelta share");
    if with_calls {
        let _ = write!(
            text,
            "\tbase calls\tnew calls\tdelta calls\teffect of calls on self ({unit})\teffect of cost per call on self ({unit})"
        );
    }
    if with_noise {
        let _ = write!(text, "\tdelta low 95 % ({unit})\tdelta high 95 % ({unit})");
    }
    let _ = writeln!(text, "\t{}\tmodule\tfile\tline", analysis.query().by.name());
    let number = |value: Option<i64>| value.map_or_else(String::new, |v| v.to_string());
    for &group in rows {
        let row = comparison.table().row(group);
        let difference = Difference::of_row(&row, measure);
        let relative = difference.relative().map_or_else(String::new, |r| format!("{r:.6}"));
        let (base, new) = (number(difference.base), number(difference.new));
        let _ = write!(text, "{}\t{base}\t{new}\t{}\t{relative}", difference.status.name(), difference.delta());
        if with_calls {
            let calls = |side: Option<Costs>| number(side.and_then(|c| c.calls));
            let (more, dearer) = (number(row.effects.map(|e| e.calls)), number(row.effects.map(|e| e.per_call)));
            let (base, new, delta) = (calls(row.base), calls(row.new), number(row.delta_calls()));
            let _ = write!(text, "\t{base}\t{new}\t{delta}\t{more}\t{dearer}");
        }
        if with_noise {
            let noise = row.noise(measure);
            let _ = write!(text, "\t{}\t{}", number(noise.map(|i| i.low)), number(noise.map(|i| i.high)));
        }
        let (file, line) = comparison.place(group);
        let line = if line == 0 { String::new() } else { line.to_string() };
        let module = analysis.groups().module(analysis.classes(), group);
        let name = comparison.name(group);
        let _ = writeln!(text, "\t{}\t{}\t{}\t{line}", one_field(&name), one_field(module), one_field(file));
    }
    text
}

/// The summary and a Markdown table of the first rows, numbers as on the screen.
pub(super) fn markdown(comparison: &Comparison, measure: Measure, rows: &[GroupId], scales: &Scales) -> String {
    let in_unit = |name: &str, unit: &str| if unit.is_empty() { name.to_owned() } else { format!("{name} ({unit})") };
    let (costs, deltas, effects) = (scales.costs.unit_name(), scales.deltas.unit_name(), scales.effects.unit_name());
    let with_calls = comparison.table().has_calls();
    let what = measure_name(measure);
    let mut text = format!("{}\n\nValues: {what}, {}.\n\n", comparison.summary(), comparison.normalize().legend());
    let _ = write!(text, "| status | {} | {} |", in_unit("base", costs), in_unit("new", costs));
    let _ = write!(text, " {} | Δ % |", in_unit("Δ", deltas));
    if with_calls {
        let _ =
            write!(text, " Δ calls | {} | {} |", in_unit("self by calls", effects), in_unit("self by cost", effects));
    }
    let _ = writeln!(text, " {} | place |", comparison.question().query.by.name());
    text.push_str(if with_calls {
        "|:--|--:|--:|--:|--:|--:|--:|--:|:--|:--|\n"
    } else {
        "|:--|--:|--:|--:|--:|:--|:--|\n"
    });
    let dash = || "–".to_owned();
    for &group in rows.iter().take(MARKDOWN_ROWS) {
        let row = comparison.table().row(group);
        let difference = Difference::of_row(&row, measure);
        let side = |value: Option<i64>| value.map_or_else(dash, |v| scales.costs.format(v));
        let (base, new, delta) =
            (side(difference.base), side(difference.new), signed_in(&scales.deltas, difference.delta()));
        let relative = relative_text(difference.relative());
        let _ = write!(text, "| {} | {base} | {new} | {delta} | {relative} |", status_text(difference.status));
        if with_calls {
            let effect = |value: Option<i64>| value.map_or_else(dash, |v| signed_in(&scales.effects, v));
            let calls = row.delta_calls().map_or_else(dash, signed_count);
            let (more, dearer) = (effect(row.effects.map(|e| e.calls)), effect(row.effects.map(|e| e.per_call)));
            let _ = write!(text, " {calls} | {more} | {dearer} |");
        }
        let place = match comparison.place(group) {
            (file, 0) => file.to_owned(),
            (file, line) => format!("{file}:{line}"),
        };
        let _ = writeln!(text, " {} | {} |", code(&comparison.name(group)), code(&place));
    }
    if rows.len() > MARKDOWN_ROWS {
        let (shown, all) = (format::count(MARKDOWN_ROWS as i64), format::count(rows.len() as i64));
        let _ = writeln!(text, "\nThe first {shown} of {all} rows.");
    }
    text
}
