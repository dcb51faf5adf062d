//! Who calls the selected function and whom it calls, on both sides of a comparison: two tables.

use super::callers_rows::{Bar, Column, Figure, Which, table_ui};
use crate::analyze::GroupId;
use crate::analyze::diff::{DiffNeighbour, DiffNeighbours, Side};
use crate::model::format::Scale;
use crate::ui::difference::{signed_count, signed_in};
use crate::ui::{Actions, CompareCtx, ViewCtx, cell};
use egui::{RichText, Ui};

const COST_WIDTH: f32 = 72.0;
const DELTA_WIDTH: f32 = 92.0;
const CALLS_WIDTH: f32 = 76.0;

/// What the figures of both tables have in common.
struct Scales {
    costs: Scale,
    deltas: Scale,
    largest_cost: i64,
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
        let deltas = Scale::for_max(whole(largest_delta), unit);
        let largest_cost = whole(totals.max().unwrap_or(0));
        Self {
            costs: Scale::for_max(largest_cost, unit).as_fine_as(&deltas),
            deltas,
            largest_cost,
            largest_delta,
            with_calls: rows().any(|n| n.delta_calls().is_some()),
        }
    }

    fn columns(&self) -> Vec<Column> {
        let [costs, deltas] = [&self.costs, &self.deltas].map(|scale| scale.unit_name().to_owned());
        let widest = self.costs.format(self.largest_cost);
        let along = [
            "Cost along these calls, with everything below, on the base side.",
            "Cost along these calls, with everything below, on the new side.",
        ];
        let mut columns = vec![
            Column::of("Base", &costs, along[0], COST_WIDTH).with_room_for(widest.clone()).that_goes(1),
            Column::of("New", &costs, along[1], COST_WIDTH).with_room_for(widest).that_goes(3),
            Column::of("Δ", &deltas, "New less base.", DELTA_WIDTH),
        ];
        if self.with_calls {
            let calls = Column::of("Δ calls", "", "All calls of new less all calls of base.", CALLS_WIDTH);
            columns.push(calls.that_goes(2));
        }
        columns
    }

    fn figures(&self, ctx: &ViewCtx<'_>, row: &DiffNeighbour) -> Vec<Figure> {
        let (strong, weak) = cell::colours(ctx, row.group);
        let delta = row.delta();
        let change = match delta {
            0 => weak,
            more if more > 0 => ctx.theme.slower,
            _ => ctx.theme.faster,
        };
        let cost = |side: Side| {
            let of = if side == Side::Base { row.base } else { row.new };
            let text = of.map_or_else(|| "–".to_owned(), |n| self.costs.format(n.total));
            Figure::plain(text, strong)
        };
        let part = delta as f64 / self.largest_delta.max(1) as f64;
        let bar = Some(Bar::Change(part as f32, change.gamma_multiply(0.42)));
        let delta = Figure { text: signed_in(&self.deltas, delta), color: strong, bar };
        let mut figures = vec![cost(Side::Base), cost(Side::New), delta];
        if self.with_calls {
            let text = row.delta_calls().map_or_else(|| "–".to_owned(), signed_count);
            figures.push(Figure::plain(text, strong));
        }
        figures
    }
}

/// Draws callers on the left and callees on the right, with both sides and what lies between.
pub(super) fn tables_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, actions: &mut Actions) {
    let Some(both) = compare.neighbours else {
        ui.label(RichText::new("Looking for callers…").color(ctx.theme.text_weak));
        return;
    };
    let scales = Scales::of(ctx, both);
    let columns = scales.columns();
    let sides = [(Which::Callers, &both.callers), (Which::Callees, &both.callees)];
    ui.columns(2, |halves| {
        for (ui, (which, rows)) in halves.iter_mut().zip(sides) {
            let groups: Vec<GroupId> = rows.iter().map(|row| row.group).collect();
            let figures = |i: usize| rows.get(i).map(|row| scales.figures(ctx, row)).unwrap_or_default();
            table_ui(ui, ctx, (which, scales.costs.unit_name()), &groups, &columns, figures, actions);
        }
    });
}
