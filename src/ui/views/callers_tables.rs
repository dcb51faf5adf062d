//! Who calls the selected function and whom it calls: two tables, exact where the profiler recorded the calls.

use super::callers_compared::tables_ui;
use super::callers_rows::{Bar, Column, Figure, Which, table_ui};
use crate::analyze::{GroupId, Neighbour, share};
use crate::model::format::{self, Scale};
use crate::ui::{Actions, ViewCtx, cell, theme};
use egui::{RichText, Ui};

const COST_WIDTH: f32 = 82.0;
const SHARE_WIDTH: f32 = 72.0;
const CALLS_WIDTH: f32 = 72.0;
/// Why costs of calls may be an estimate.
pub(crate) const ESTIMATED: &str =
    "The profiler counted calls and not what each cost: it is divided by how often each caller called.";
/// What is said of a function that filters, or another thread, leave nothing of.
pub(crate) const NOT_COUNTED: &str = "It is on no stack that is counted: see the filters and the thread.";
/// The widest number of calls stands among the first, as a rule: rows are in the order of their cost.
const MEASURED_ROWS: usize = 100;

/// Draws the selected function, its callers on the left and its callees on the right.
pub fn callers_tables_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, actions: &mut Actions) {
    let weak = |text: &str| RichText::new(text).color(ctx.theme.text_weak);
    let Some(group) = ctx.selection else {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() / 3.0);
            ui.label(weak("Select a function to see who calls it and what it calls."));
        });
        return;
    };
    if let Some(compare) = ctx.merged() {
        tables_ui(ui, ctx, compare, actions);
        return;
    }
    function_ui(ui, ctx, group);
    ui.add_space(theme::GAP);
    let Some(neighbours) = ctx.neighbours else {
        ui.label(weak("Looking for callers…"));
        return;
    };
    if !ctx.analysis.table().is_present(group) {
        ui.label(weak(NOT_COUNTED));
        return;
    }
    let scale = scale(ctx, group, neighbours.callers.iter().chain(&neighbours.callees));
    let figures = Figures { whole: ctx.analysis.table().total(group), scale: &scale };
    let sides = [(Which::Callers, &neighbours.callers), (Which::Callees, &neighbours.callees)];
    ui.columns(2, |halves| {
        for (ui, (which, rows)) in halves.iter_mut().zip(sides) {
            let columns = figures.columns(ui, ctx, which, rows);
            let groups: Vec<GroupId> = rows.iter().map(|row| row.group).collect();
            let with_calls = with_calls(rows);
            let of = |i: usize| rows.get(i).map(|row| figures.of(ctx, row, with_calls)).unwrap_or_default();
            table_ui(ui, ctx, (which, scale.unit_name()), &groups, &columns, of, actions);
        }
    });
}

/// What the column of costs is called: without the cost of calls, they are an estimate.
fn cost_name(ctx: &ViewCtx<'_>) -> &'static str {
    if ctx.analysis.neighbours_are_exact() { "Total" } else { "≈ Total" }
}

/// One unit for both tables, so that they can be compared.
fn scale<'a>(ctx: &ViewCtx<'_>, group: GroupId, rows: impl Iterator<Item = &'a Neighbour>) -> Scale {
    let whole = ctx.analysis.table().total(group).unsigned_abs();
    let max = rows.map(|n| n.total.unsigned_abs()).fold(whole, u64::max);
    Scale::for_max(i64::try_from(max).unwrap_or(i64::MAX), &ctx.metric().unit)
}

/// The function itself.
fn function_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId) {
    let (table, unit) = (ctx.analysis.table(), &ctx.metric().unit);
    let figure = |value: i64| format!("{}  {}", format::value(value, unit), format::percent(table.share(value)));
    ui.horizontal(|ui| {
        cell::square(ui, cell::swatch_colour(ctx, group));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let total = if table.totals_are_exact() { "total" } else { "≈ total" };
            for (what, value) in [(total, figure(table.total(group))), ("self", figure(table.own(group)))] {
                ui.label(value);
                ui.label(RichText::new(what).color(ctx.theme.text_weak));
                ui.add_space(theme::GAP);
            }
            if table.calls(group).is_some() {
                ui.label(cell::calls(table.calls(group)));
                ui.label(RichText::new("calls").color(ctx.theme.text_weak));
                ui.add_space(theme::GAP);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let name = RichText::new(&*ctx.analysis.name(group)).monospace().size(theme::NAME_TEXT);
                ui.add(egui::Label::new(name).truncate());
            });
        });
    });
}

/// What the figures of both tables have in common.
struct Figures<'a> {
    /// The total of the selected function.
    whole: i64,
    scale: &'a Scale,
}

impl Figures<'_> {
    fn columns(&self, ui: &Ui, ctx: &ViewCtx<'_>, which: Which, rows: &[Neighbour]) -> Vec<Column> {
        let (cost, calls) = match which {
            Which::Callers => (
                "Cost of the selected function, with everything below it, when called by this one.",
                "How often this one called the selected function: all / primitive.",
            ),
            Which::Callees => (
                "Cost of this one, with everything below it, when called by the selected function.",
                "How often the selected function called this one: all / primitive.",
            ),
        };
        let share = "That cost ÷ the total of the selected function.";
        let exact = ctx.analysis.neighbours_are_exact();
        let estimated = |text: &str| if exact { text.to_owned() } else { format!("{text} {ESTIMATED}") };
        let mut columns = vec![
            Column::of(cost_name(ctx), self.scale.unit_name(), estimated(cost), COST_WIDTH),
            Column::of("% of total", "", estimated(share), SHARE_WIDTH).that_goes(1),
        ];
        if with_calls(rows) {
            let texts = rows.iter().filter(|n| n.calls.is_some()).map(|n| cell::width(ui, &cell::calls(n.calls)));
            let widest = texts.take(MEASURED_ROWS).fold(CALLS_WIDTH, f32::max);
            columns.push(Column::of("Calls", "", calls, widest).that_goes(2));
        }
        columns
    }

    fn of(&self, ctx: &ViewCtx<'_>, row: &Neighbour, with_calls: bool) -> Vec<Figure> {
        let part = share(row.total, self.whole);
        let (strong, weak) = cell::colours(ctx, row.group);
        let bar = Some(Bar::Share(part, cell::bar_colour(ctx, row.group)));
        let mut figures = vec![
            Figure { text: self.scale.format(row.total), color: strong, bar },
            Figure::plain(format::percent(part), weak),
        ];
        if with_calls {
            figures.push(Figure::plain(cell::calls(row.calls), strong));
        }
        figures
    }
}

fn with_calls(rows: &[Neighbour]) -> bool {
    rows.iter().any(|n| n.calls.is_some())
}
