//! Who calls the selected function and whom it calls, on both sides of a comparison: two tables.

use super::table::name_head;
use crate::analyze::diff::{DiffNeighbour, DiffNeighbours, Side};
use crate::model::format::{self, Scale};
use crate::ui::difference::{signed_count, signed_in};
use crate::ui::{
    Action, Actions, CompareCtx, ViewCtx,
    cell::{self, Head},
    theme,
};
use egui::{Color32, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column as Width, TableRow};

const COST_WIDTH: f32 = 72.0;
const DELTA_WIDTH: f32 = 92.0;
const CALLS_WIDTH: f32 = 76.0;

/// Which of the two tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Which {
    Callers,
    Callees,
}

/// What the figures of both tables have in common.
struct Scales {
    costs: Scale,
    deltas: Scale,
    largest_delta: u64,
    with_calls: bool,
}

impl Scales {
    fn of(ctx: &ViewCtx<'_>, both: &DiffNeighbours) -> Self {
        let rows = || both.callers.iter().chain(&both.callees);
        let unit = &ctx.metric().unit;
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let totals = rows().flat_map(|n| [n.base, n.new]).flatten().map(|n| n.total.unsigned_abs());
        let largest_delta = rows().map(|n| n.delta().unsigned_abs()).max().unwrap_or(0);
        Self {
            costs: Scale::for_max(whole(totals.max().unwrap_or(0)), unit),
            deltas: Scale::for_max(whole(largest_delta), unit),
            largest_delta,
            with_calls: rows().any(|n| n.delta_calls().is_some()),
        }
    }
}

/// Draws callers on the left and callees on the right, with both sides and what lies between.
pub(super) fn tables_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, actions: &mut Actions) {
    let (Some(base), Some(new)) = (compare.base_neighbours, compare.new_neighbours) else {
        ui.label(RichText::new("Looking for callers…").color(ctx.theme.text_weak));
        return;
    };
    let both = compare.comparison.neighbours(base, new);
    let scales = Scales::of(ctx, &both);
    ui.columns(2, |columns| {
        if let [left, right] = columns {
            side_ui(left, ctx, Which::Callers, &both.callers, &scales, actions);
            side_ui(right, ctx, Which::Callees, &both.callees, &scales, actions);
        }
    });
}

fn side_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    which: Which,
    rows: &[DiffNeighbour],
    scales: &Scales,
    actions: &mut Actions,
) {
    let (title, none) = match which {
        Which::Callers => ("Callers", "Nothing calls it: it is where stacks begin."),
        Which::Callees => ("Callees", "It calls nothing that was recorded."),
    };
    ui.label(RichText::new(format!("{title} ({})", format::count(rows.len() as i64))).strong());
    if rows.is_empty() {
        ui.label(RichText::new(none).color(ctx.theme.text_weak));
        return;
    }
    let heads = heads(ctx, scales);
    let width = |ui: &Ui, head: &Head<'_>, least: f32| Width::exact(head.width(ui).max(least));
    let least = [COST_WIDTH, COST_WIDTH, DELTA_WIDTH, CALLS_WIDTH];
    let figures: Vec<Width> = heads
        .iter()
        .zip(least)
        .filter(|((head, _), _)| head.is_number)
        .map(|((head, _), w)| width(ui, head, w))
        .collect();
    let mut builder = cell::table(ui, ctx.theme).id_salt((which, scales.with_calls, scales.costs.unit_name()));
    for figure in figures {
        builder = builder.column(figure);
    }
    let mut table =
        builder.column(Width::remainder().at_least(80.0).clip(true)).header(theme::TABLE_HEAD, |mut row| {
            for (head, tooltip) in &heads {
                let (_, response) = row.col(|ui| {
                    cell::head(ui, ctx.theme, head, false);
                });
                response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, head.label()));
                response.on_hover_text(*tooltip);
            }
        });
    cell::head_line(table.ui_mut(), ctx.theme);
    table.body(|body| {
        body.rows(theme::TABLE_ROW, rows.len(), |mut row| {
            if let Some(neighbour) = rows.get(row.index()) {
                row_ui(&mut row, ctx, neighbour, scales, actions);
            }
        });
    });
}

fn heads(ctx: &ViewCtx<'_>, scales: &Scales) -> Vec<(Head<'static>, &'static str)> {
    let number = |name, unit: &str| Head { name, unit: unit.to_owned(), is_number: true };
    let mut heads = vec![
        (number("Base", scales.costs.unit_name()), "Cost along these calls, with everything below, on the base side."),
        (number("New", scales.costs.unit_name()), "Cost along these calls, with everything below, on the new side."),
        (number("Δ", scales.deltas.unit_name()), "New less base."),
    ];
    if scales.with_calls {
        heads.push((number("Δ calls", ""), "All calls of new less all calls of base."));
    }
    let name = name_head(ctx.analysis.query().by);
    heads.push((Head { name, unit: String::new(), is_number: false }, "Click to select it."));
    heads
}

fn row_ui(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx<'_>,
    neighbour: &DiffNeighbour,
    scales: &Scales,
    actions: &mut Actions,
) {
    let group = neighbour.group;
    let (strong, weak) = cell::colours(ctx, group);
    let delta = neighbour.delta();
    let change = match delta {
        0 => weak,
        more if more > 0 => ctx.theme.slower,
        _ => ctx.theme.faster,
    };
    let number = |ui: &mut Ui, text: &str, color: Color32| {
        if cell::number(ui, text, color) {
            ui.response().on_hover_text(text);
        }
        cell::describe(ui, text);
    };
    if ctx.hovered == Some(group) {
        row.set_hovered(true);
    }
    for side in Side::BOTH {
        let of = if side == Side::Base { neighbour.base } else { neighbour.new };
        let text = of.map_or_else(|| "–".to_owned(), |n| scales.costs.format(n.total));
        row.col(|ui| number(ui, &text, strong));
    }
    row.col(|ui| {
        let part = delta as f64 / scales.largest_delta.max(1) as f64;
        cell::diverging_bar(ui, ui.max_rect(), part as f32, change.gamma_multiply(0.42));
        number(ui, &signed_in(&scales.deltas, delta), strong);
    });
    if scales.with_calls {
        let text = neighbour.delta_calls().map_or_else(|| "–".to_owned(), signed_count);
        row.col(|ui| number(ui, &text, strong));
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
