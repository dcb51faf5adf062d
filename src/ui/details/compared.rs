//! The selected function on both sides of a comparison.

use super::neighbours::{Row, list_ui};
use super::{CALLED_BY, CALLS, buttons_ui, line_ui, pairing::pairing_ui, place_ui, runs::runs_ui};
use crate::analyze::diff::{DiffNeighbour, DiffRow, Measure, NoiseKind, Normalize, Side, Status};
use crate::analyze::{GroupBy, GroupId};
use crate::layout::{Difference, signed};
use crate::model::format;
use crate::ui::difference::{self, interval_text, relative_text, signed_count, status_sentence, text_color};
use crate::ui::{Action, Actions, Arrangement, CompareCtx, ViewCtx, cell, theme};
use egui::{Align, Color32, Grid, Label, Layout, RichText, Ui};

/// Draws everything about a function below its name.
pub(super) fn compared_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    compare: &CompareCtx<'_>,
    group: GroupId,
    actions: &mut Actions,
) {
    places_ui(ui, ctx, compare, group, actions);
    let row = compare.comparison.table().row(group);
    ui.add_space(theme::GAP);
    sentence_ui(ui, ctx, &Difference::of_row(&row, compare.measure));
    ui.add_space(theme::GAP / 2.0);
    figures_ui(ui, ctx, compare, &row);
    effects_ui(ui, ctx, &row);
    noise_ui(ui, ctx, compare, &row);
    runs_ui(ui, ctx, compare, Some(group));
    pairing_ui(ui, ctx, compare, group, &row, actions);
    ui.add_space(theme::GAP);
    buttons_ui(ui, ctx, group, actions);
    neighbours_ui(ui, ctx, compare, actions);
}

/// Draws both sides as a whole, while nothing is selected.
pub(super) fn everything_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>) {
    let (comparison, unit) = (compare.comparison, &ctx.metric().unit);
    ui.label(RichText::new("Everything").size(theme::NAME_TEXT).strong());
    ui.add_space(theme::GAP);
    let table = comparison.table();
    let sums =
        Difference { base: Some(table.base_sum()), new: Some(table.new_sum()), status: comparison.status_of_sums() };
    sentence_ui(ui, ctx, &sums);
    ui.add_space(theme::GAP / 2.0);
    Grid::new("both sums").num_columns(3).spacing([theme::MARGIN, 3.0]).show(ui, |ui| {
        difference::figures_ui(ui, ctx, compare, &sums);
    });
    if let Some(interval) = comparison.noise_of_sums() {
        let text = format!("95 % interval of the difference: {}", interval_text(interval, unit));
        ui.add_space(theme::GAP);
        ui.add(Label::new(RichText::new(text).small().color(ctx.theme.text_weak)).wrap());
    }
    runs_ui(ui, ctx, compare, None);
    ui.add_space(theme::MARGIN);
    let hint = "Click a row, a box or an arc to see what it cost on both sides, who called it and what it called.";
    ui.add(Label::new(RichText::new(hint).color(ctx.theme.text_weak)).wrap());
}

/// Where it is on each side: once where that is the same.
fn places_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, group: GroupId, actions: &mut Actions) {
    let aligned = compare.comparison.aligned();
    let show = [Action::ShowLine(group, 0)];
    if ctx.analysis.query().by != GroupBy::Function {
        place_ui(ui, ctx, &cell::place(ctx, group), &show, actions);
        return;
    }
    let function = ctx.analysis.groups().example(group);
    let place = |side: Side| match aligned.place(side, function) {
        Some((file, 0)) => Some(file.to_owned()),
        Some((file, line)) => Some(format!("{file}:{line}")),
        None => None,
    };
    let [base, new] = Side::BOTH.map(place);
    if base == new {
        place_ui(ui, ctx, &new.unwrap_or_default(), &show, actions);
        return;
    }
    // As one, both sides show the source of new.
    let show_base = [Action::Arrange(Arrangement::SideBySide), Action::ShowLine(group, 0)];
    let sides = [("Base", ctx.theme.base, base, &show_base[..]), ("New", ctx.theme.new, new, &show[..])];
    for (name, color, place, show) in sides {
        if let Some(place) = place.filter(|p| !p.is_empty()) {
            ui.label(RichText::new(name).small().color(color));
            place_ui(ui, ctx, &place, show, actions);
        }
    }
    let line = |side: Side| aligned.place(side, function).map(|(_, line)| line).filter(|l| *l > 0);
    if let (Some(base), Some(new)) = (line(Side::Base), line(Side::New))
        && base != new
    {
        let text = format!("It moved from line {base} to line {new}.");
        ui.label(RichText::new(text).small().color(ctx.theme.text_weak));
    }
}

/// What it did, in words and colour.
fn sentence_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, difference: &Difference) {
    let unit = &ctx.metric().unit;
    let color = text_color(ctx.theme, difference.status);
    let sentence = status_sentence(difference.status, unit);
    let text = match (difference.status, difference.relative()) {
        (Status::Same | Status::New | Status::Gone, _) | (_, None) => sentence,
        (_, Some(relative)) => format!("{sentence}: {}", relative_text(Some(relative))),
    };
    ui.add(Label::new(RichText::new(text).color(color).strong()).wrap());
}

/// Both sides and what lies between: self, total and calls.
fn figures_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, row: &DiffRow) {
    let unit = &ctx.metric().unit;
    let per_call = compare.comparison.normalize() == Normalize::PerCall;
    let right = |ui: &mut Ui, text: RichText| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
    };
    let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| format::value(v, unit));
    let width = (ui.available_width() - 3.0 * theme::GAP) / 4.0;
    Grid::new("both sides").num_columns(4).min_col_width(width).spacing([theme::GAP, 3.0]).show(ui, |ui| {
        ui.label("");
        right(ui, RichText::new("Base").small().color(ctx.theme.base));
        right(ui, RichText::new("New").small().color(ctx.theme.new));
        right(ui, RichText::new("Difference").small().color(ctx.theme.text_weak));
        ui.end_row();
        for (measure, name) in [(Measure::Own, "Self"), (Measure::Total, "Total")] {
            let difference = Difference::of_row(row, measure);
            let name = if per_call { format!("{name}/call") } else { name.to_owned() };
            ui.label(RichText::new(name).color(ctx.theme.text_weak));
            right(ui, RichText::new(side(difference.base)));
            right(ui, RichText::new(side(difference.new)));
            let color = text_color(ctx.theme, difference.status);
            let delta = if difference.delta() == 0 { "=".to_owned() } else { signed(difference.delta(), unit) };
            right(ui, RichText::new(delta).color(color));
            ui.end_row();
        }
        if let Some(delta) = row.delta_calls() {
            let calls = |side: Option<crate::analyze::diff::Costs>| {
                side.and_then(|c| c.calls).map_or_else(|| "–".to_owned(), format::count)
            };
            ui.label(RichText::new("Calls").color(ctx.theme.text_weak));
            right(ui, RichText::new(calls(row.base)));
            right(ui, RichText::new(calls(row.new)));
            right(ui, RichText::new(signed_count(delta)));
            ui.end_row();
        }
    });
}

/// What the difference in calls and in the cost of a call make of the difference of self cost.
fn effects_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, row: &DiffRow) {
    let Some(effects) = row.effects.filter(|_| row.base.is_some() && row.new.is_some()) else { return };
    let unit = &ctx.metric().unit;
    ui.add_space(theme::GAP);
    ui.label(RichText::new("Of the difference in self cost").small().color(ctx.theme.text_weak));
    line_ui(ui, ctx, "by number of calls", &signed(effects.calls, unit));
    line_ui(ui, ctx, "by cost of each call", &signed(effects.per_call, unit));
}

/// How sure the difference is.
fn noise_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, row: &DiffRow) {
    ui.add_space(theme::GAP);
    let unit = &ctx.metric().unit;
    let text = match (compare.comparison.noise(), row.noise(compare.measure)) {
        (NoiseKind::Unknown, _) | (_, None) => {
            "How far this strays by chance is not known: record several runs a side, \
                                                or with a sampling profiler."
                .to_owned()
        }
        (NoiseKind::Sampling, Some(interval)) => {
            format!("95 % interval of the difference, from the number of samples: {}", interval_text(interval, unit))
        }
        (NoiseKind::Runs, Some(interval)) => {
            format!("95 % interval of the difference, from what lies between runs: {}", interval_text(interval, unit))
        }
    };
    ui.add(Label::new(RichText::new(text).small().color(ctx.theme.text_weak)).wrap());
}

fn neighbours_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, actions: &mut Actions) {
    let Some(both) = compare.neighbours else { return };
    for (titles, rows) in [(CALLED_BY, &both.callers), (CALLS, &both.callees)] {
        let largest = rows.iter().map(|n| n.delta().unsigned_abs()).max().unwrap_or(0);
        list_ui(ui, ctx, titles, rows.iter().map(|row| neighbour(ctx, row, largest)), actions);
    }
}

/// A caller or callee: what changed along the call, with a bar behind.
fn neighbour(ctx: &ViewCtx<'_>, row: &DiffNeighbour, largest: u64) -> Row {
    let unit = &ctx.metric().unit;
    let (figure, color) = change(ctx, row);
    let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| format::value(v, unit));
    let values = format!("{} → {}", side(row.base.map(|n| n.total)), side(row.new.map(|n| n.total)));
    let calls = row.delta_calls().map_or_else(String::new, |d| format!("\nCalls: {}", signed_count(d)));
    Row {
        group: row.group,
        spoken: format!("{values}, {figure}"),
        figure,
        color,
        bar: (row.delta().unsigned_abs() as f64 / largest.max(1) as f64, color.gamma_multiply(0.25)),
        more: Some(format!("{values}{calls}")),
    }
}

/// What changed along a call, in words, and the colour of that.
fn change(ctx: &ViewCtx<'_>, row: &DiffNeighbour) -> (String, Color32) {
    let unit = &ctx.metric().unit;
    let delta = row.delta();
    let text = signed(delta, unit);
    match (row.base, row.new, delta) {
        (None, ..) => (format!("new {text}"), ctx.theme.slower),
        (_, None, _) => (format!("gone {text}"), ctx.theme.faster),
        (_, _, 0) => ("=".to_owned(), ctx.theme.text_weak),
        (_, _, more) if more > 0 => (text, ctx.theme.slower),
        _ => (text, ctx.theme.faster),
    }
}
