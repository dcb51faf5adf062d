//! Who calls the selected function and whom it calls: two tables, exact where the profiler recorded the calls.

use super::callers_compared::tables_ui;
use super::table::name_head;
use crate::analyze::{GroupId, Neighbour, share};
use crate::model::format::{self, Scale};
use crate::ui::{
    Action, Actions, ViewCtx,
    cell::{self, Head},
    theme,
};
use egui::{RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column as Width, TableRow};

const COST_WIDTH: f32 = 82.0;
const SHARE_WIDTH: f32 = 72.0;
const CALLS_WIDTH: f32 = 72.0;
const SHARE_HEAD: &str = "% of total";
/// Why costs of calls may be an estimate.
pub(crate) const ESTIMATED: &str =
    "The profiler counted calls and not what each cost: it is divided by how often each caller called.";
/// The widest number of calls stands among the first, as a rule: rows are in the order of their cost.
const MEASURED_ROWS: usize = 100;

/// Which of the two tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Side {
    Callers,
    Callees,
}

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
    let scale = scale(ctx, group, neighbours.callers.iter().chain(&neighbours.callees));
    ui.columns(2, |columns| {
        if let [left, right] = columns {
            side_ui(left, ctx, Side::Callers, group, &neighbours.callers, &scale, actions);
            side_ui(right, ctx, Side::Callees, group, &neighbours.callees, &scale, actions);
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

fn side_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    side: Side,
    group: GroupId,
    rows: &[Neighbour],
    scale: &Scale,
    actions: &mut Actions,
) {
    let (title, none) = match side {
        Side::Callers => ("Callers", "Nothing calls it: it is where stacks begin."),
        Side::Callees => ("Callees", "It calls nothing that was recorded."),
    };
    ui.label(RichText::new(format!("{title} ({})", format::count(rows.len() as i64))).strong());
    if rows.is_empty() {
        ui.label(RichText::new(none).color(ctx.theme.text_weak));
        return;
    }
    let whole = ctx.analysis.table().total(group);
    let with_calls = rows.iter().any(|n| n.calls.is_some());
    let cost = Head { name: cost_name(ctx), unit: scale.unit_name().to_owned(), is_number: true };
    let cost = cost.width(ui).max(COST_WIDTH);
    let calls = rows.iter().filter(|n| n.calls.is_some()).map(|n| cell::width(ui, &cell::calls(n.calls)));
    let calls = calls.take(MEASURED_ROWS).fold(CALLS_WIDTH, f32::max);
    let share = cell::width(ui, SHARE_HEAD).max(SHARE_WIDTH);
    let mut builder = cell::table(ui, ctx.theme)
        .id_salt((side, with_calls, scale.unit_name()))
        .column(Width::exact(cost))
        .column(Width::exact(share));
    if with_calls {
        builder = builder.column(Width::exact(calls));
    }
    let mut table = builder
        .column(Width::remainder().at_least(80.0).clip(true))
        .header(theme::TABLE_HEAD, |mut row| head_ui(&mut row, ctx, side, scale, with_calls));
    cell::head_line(table.ui_mut(), ctx.theme);
    table.body(|body| {
        body.rows(theme::TABLE_ROW, rows.len(), |mut row| {
            if let Some(neighbour) = rows.get(row.index()) {
                row_ui(&mut row, ctx, neighbour, whole, scale, with_calls, actions);
            }
        });
    });
}

fn head_ui(row: &mut TableRow<'_, '_>, ctx: &ViewCtx<'_>, side: Side, scale: &Scale, with_calls: bool) {
    let (cost, share, calls) = match side {
        Side::Callers => (
            "Cost of the selected function, with everything below it, when called by this one.",
            "That cost ÷ the total of the selected function.",
            "How often this one called the selected function: all / primitive.",
        ),
        Side::Callees => (
            "Cost of this one, with everything below it, when called by the selected function.",
            "That cost ÷ the total of the selected function.",
            "How often the selected function called this one: all / primitive.",
        ),
    };
    let number = |name, unit: &str| Head { name, unit: unit.to_owned(), is_number: true };
    let exact = ctx.analysis.neighbours_are_exact();
    let estimated = |text: &str| if exact { text.to_owned() } else { format!("{text} {ESTIMATED}") };
    let mut heads =
        vec![(number(cost_name(ctx), scale.unit_name()), estimated(cost)), (number(SHARE_HEAD, ""), estimated(share))];
    if with_calls {
        heads.push((number("Calls", ""), calls.to_owned()));
    }
    let name = name_head(ctx.analysis.query().by);
    heads.push((Head { name, unit: String::new(), is_number: false }, "Click to select it.".to_owned()));
    for (head, tooltip) in heads {
        let (_, response) = row.col(|ui| {
            cell::head(ui, ctx.theme, &head, false);
        });
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, head.label()));
        response.on_hover_text(tooltip);
    }
}

fn row_ui(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx<'_>,
    neighbour: &Neighbour,
    whole: i64,
    scale: &Scale,
    with_calls: bool,
    actions: &mut Actions,
) {
    let number = |ui: &mut Ui, text: &str, color| {
        if cell::number(ui, text, color) {
            ui.response().on_hover_text(text);
        }
        cell::describe(ui, text);
    };
    let group = neighbour.group;
    let part = share(neighbour.total, whole);
    let (strong, weak) = cell::colours(ctx, group);
    if ctx.hovered == Some(group) {
        row.set_hovered(true);
    }
    row.col(|ui| {
        cell::bar(ui, ui.max_rect(), part, cell::bar_colour(ctx, group));
        number(ui, &scale.format(neighbour.total), strong);
    });
    row.col(|ui| number(ui, &format::percent(part), weak));
    if with_calls {
        row.col(|ui| number(ui, &cell::calls(neighbour.calls), strong));
    }
    let name = ctx.analysis.name(group);
    let mut cut = false;
    let (_, response) = row.col(|ui| {
        let room = cell::swatch(ui, ui.max_rect(), cell::swatch_colour(ctx, group));
        cut = cell::name(ui, room, &name, strong);
        cell::describe(ui, &name);
    });
    if cut && response.hovered() {
        response.on_hover_text(&*name);
    }
    let response = row.response();
    if response.hovered() {
        actions.push(Action::Hover(group));
    }
    if response.clicked() {
        actions.push(Action::Select(Some(group)));
    }
}
