//! A comparison in one sentence.

use super::{Basis, Comparison, DiffRow, Effects, Measure, Normalize, Side, Status};
use crate::model::{Unit, format};

/// A change that is smaller than this part of the larger total is not worth a word.
const WORTH_A_WORD: f64 = 0.005;

/// ```text
/// New is 23.4 % faster (4.10 s → 3.14 s); most from `parse_row` (−0.81 s: 900,000 fewer calls); …
/// ```
///
/// Functions are named by their own cost: own deltas add up to the whole, so that "most" means something.
pub(super) fn summary(comparison: &Comparison) -> String {
    let mut parts = vec![whole(comparison)];
    let rows = leading(comparison);
    if let Some(first) = &rows.first {
        let delta = total_delta(comparison);
        let most = delta != 0 && first.delta(Measure::Own).unsigned_abs() > delta.unsigned_abs() / 2;
        let lead = match (delta, most) {
            (0, _) => "the largest change is in",
            (_, true) => "most from",
            (_, false) => "the largest part from",
        };
        parts.push(format!("{lead} `{}` ({})", name(comparison, first), change(comparison, first)));
    }
    if let Some(other) = &rows.against {
        let delta = other.delta(Measure::Own);
        let by = format::value(absolute(delta), &comparison.metric().unit);
        let did = match (other.base, other.new) {
            (None, _) => format!("is new (+{by})"),
            (_, None) => format!("is gone (−{by})"),
            _ if delta > 0 => format!("{} by {by}", dearer(comparison)),
            _ => format!("{} by {by}", cheaper(comparison)),
        };
        let noise = if other.status(Measure::Own) == Status::WithinNoise { " (within noise)" } else { "" };
        parts.push(format!("`{}` {did}{noise}", name(comparison, other)));
    }
    format!("{}.", parts.join("; "))
}

fn dearer(comparison: &Comparison) -> &'static str {
    if measures_time(&comparison.metric().unit) { "slower" } else { "larger" }
}

fn cheaper(comparison: &Comparison) -> &'static str {
    if measures_time(&comparison.metric().unit) { "faster" } else { "smaller" }
}

fn measures_time(unit: &Unit) -> bool {
    matches!(unit, Unit::Nanoseconds | Unit::Samples)
}

fn name(comparison: &Comparison, row: &DiffRow) -> String {
    format::one_line(&comparison.name(row.group)).replace('`', "'")
}

fn absolute(value: i64) -> i64 {
    value.saturating_abs()
}

fn total_delta(comparison: &Comparison) -> i64 {
    comparison.table().new_sum().saturating_sub(comparison.table().base_sum())
}

/// What the whole did.
fn whole(comparison: &Comparison) -> String {
    let unit = &comparison.metric().unit;
    let (base, new) = (comparison.recorded_sum(Side::Base), comparison.recorded_sum(Side::New));
    if comparison.aligned().basis() == Basis::Shares {
        return "Compared by shares of the whole".to_owned();
    }
    let values = format!("{} → {}", format::value(base, unit), format::value(new, unit));
    if comparison.normalize() == Normalize::Total {
        return format!("Scaled to equal totals ({values} as recorded)");
    }
    if base == 0 {
        return match new {
            0 => "Neither side holds anything".to_owned(),
            _ => format!("New is {} where base is nothing", format::value(new, unit)),
        };
    }
    let share = (new.saturating_sub(base) as f64 / base as f64).abs();
    let word = if new > base { dearer(comparison) } else { cheaper(comparison) };
    match comparison.status_of_sums() {
        Status::Same | Status::New | Status::Gone => format!("New costs the same as base ({values})"),
        Status::WithinNoise => format!("New is {} {word}, which is within noise ({values})", format::percent(share)),
        Status::Slower | Status::Faster => {
            let alike = if comparison.drifted() { ", all functions alike" } else { "" };
            format!("New is {} {word}{alike} ({values})", format::percent(share))
        }
    }
}

/// The functions worth naming.
struct Leading {
    /// What explains most of the whole's change.
    first: Option<DiffRow>,
    /// What changed most the other way.
    against: Option<DiffRow>,
}

fn leading(comparison: &Comparison) -> Leading {
    if comparison.normalize() == Normalize::PerCall {
        return Leading { first: None, against: None };
    }
    let table = comparison.table();
    let delta = total_delta(comparison);
    let larger = absolute(table.base_sum()).max(absolute(table.new_sum()));
    let worth = |row: &DiffRow| row.delta(Measure::Own).unsigned_abs() as f64 > larger as f64 * WORTH_A_WORD;
    let (mut up, mut down): (Option<DiffRow>, Option<DiffRow>) = (None, None);
    for row in table.rows().filter(worth) {
        let of = row.delta(Measure::Own);
        let best = if of > 0 { &mut up } else { &mut down };
        if best.is_none_or(|b| b.delta(Measure::Own).unsigned_abs() < of.unsigned_abs()) {
            *best = Some(row);
        }
    }
    let size = |row: &Option<DiffRow>| row.map_or(0, |r| r.delta(Measure::Own).unsigned_abs());
    let up_first = if delta == 0 { size(&up) > size(&down) } else { delta > 0 };
    let (first, against) = if up_first { (up, down) } else { (down, up) };
    // Where the whole did not change beyond noise, what changed within noise explains nothing.
    let certain = |row: &DiffRow| row.status(Measure::Own) != Status::WithinNoise;
    Leading { first: first.filter(certain), against }
}

/// `−0.81 s: 900,000 fewer calls`
fn change(comparison: &Comparison, row: &DiffRow) -> String {
    let delta = row.delta(Measure::Own);
    let unit = &comparison.metric().unit;
    let sign = if delta > 0 { "+" } else { "" };
    let mut text = format!("{sign}{}", format::value(delta, unit));
    match (row.base, row.new) {
        (None, _) => text.push_str(", new"),
        (_, None) => text.push_str(", gone"),
        (Some(_), Some(_)) => {
            if let Some(why) = row.effects.zip(row.delta_calls()).and_then(|(e, calls)| reason(e, calls)) {
                text.push_str(": ");
                text.push_str(&why);
            }
        }
    }
    text
}

/// What most of the delta comes from; `None` where calls did not change and there is nothing to add.
fn reason(effects: Effects, delta_calls: i64) -> Option<String> {
    if effects.calls.unsigned_abs() > effects.per_call.unsigned_abs() && delta_calls != 0 {
        let word = if delta_calls > 0 { "more" } else { "fewer" };
        return Some(format::counted(absolute(delta_calls), &format!("{word} call"), &format!("{word} calls")));
    }
    match effects.per_call {
        0 => None,
        more if more > 0 => Some("each call slower".to_owned()),
        _ => Some("each call faster".to_owned()),
    }
}
