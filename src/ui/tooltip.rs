//! What is said about a box or an arc under the pointer.

use super::{CompareCtx, ViewCtx, difference, hint_marks};
use crate::analyze::diff::Status;
use crate::analyze::{CallTree, Exactness, Order, share};
use crate::layout::Difference;
use crate::model::{TimeMeaning, format};
use egui::{RichText, Ui};

/// Name, place, costs and shares of a node.
pub(super) fn node_tooltip(ui: &mut Ui, ctx: &ViewCtx<'_>, tree: &CallTree, node: usize) {
    let group = tree.group(node);
    group_heading(ui, ctx, group);
    if let Some(finding) = hint_marks::best(ctx, group) {
        ui.label(RichText::new(format!("Hint: {}", finding.rule.title)).color(ctx.theme.warning));
    }
    if let (Some(compare), Some(of_path)) = (ctx.merged(), ctx.difference(tree, node)) {
        difference_tooltip(ui, ctx, compare, group, &of_path);
        exactness_note(ui, ctx, tree, node);
        return;
    }
    let unit = &ctx.metric().unit;
    let about = if tree.is_exact(node) { "" } else { "≈ " };
    let figure =
        |value: i64| format!("{about}{}  ({})", format::value(value, unit), format::percent(share(value, tree.sum())));
    ui.add_space(2.0);
    egui::Grid::new("node figures").num_columns(2).spacing([12.0, 2.0]).show(ui, |ui| {
        ui.label("This call path");
        ui.label(RichText::new(figure(tree.total(node))).strong());
        ui.end_row();
        ui.label("of that, own");
        ui.label(figure(tree.own(node)));
        ui.end_row();
        let table = ctx.analysis.table();
        ui.label("Everywhere");
        ui.label(format!(
            "{} total, {} own",
            format::value(table.total(group), unit),
            format::value(table.own(group), unit)
        ));
        ui.end_row();
        if let Some((all, primitive)) = table.calls(group) {
            ui.label("Calls");
            let recursive =
                if all == primitive { String::new() } else { format!(" ({} not recursive)", format::count(primitive)) };
            ui.label(format!("{}{recursive}", format::count(all)));
            ui.end_row();
        }
    });
    exactness_note(ui, ctx, tree, node);
    if ctx.time_meaning == TimeMeaning::Order
        && ctx.trees.get(super::TreeKind::Whole(Order::Time)).is_some_and(|t| std::ptr::eq(&raw const **t, tree))
    {
        let text = "In the order of samples; gaps were not recorded.";
        ui.label(RichText::new(text).small().color(ctx.theme.text_weak));
    }
}

fn exactness_note(ui: &mut Ui, ctx: &ViewCtx<'_>, tree: &CallTree, node: usize) {
    if tree.exactness() == Exactness::Estimated {
        let text = if tree.is_exact(node) {
            "Exact: every function on this path has one caller."
        } else {
            "Estimated: the profiler recorded who calls whom, not whole stacks."
        };
        ui.label(RichText::new(text).small().color(ctx.theme.estimated));
    }
}

/// What a call path did, and what its function did everywhere.
fn difference_tooltip(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    compare: &CompareCtx<'_>,
    group: crate::analyze::GroupId,
    of_path: &Difference,
) {
    let unit = &ctx.metric().unit;
    ui.add_space(2.0);
    let measure = difference::measure_name(compare.measure);
    ui.label(RichText::new(format!("This call path, {measure}")).small().color(ctx.theme.text_weak));
    egui::Grid::new("path difference").num_columns(3).spacing([12.0, 2.0]).show(ui, |ui| {
        difference::figures_ui(ui, ctx, compare, of_path);
    });
    let color = difference::text_color(ctx.theme, of_path.status);
    ui.label(RichText::new(difference::status_sentence(of_path.status, unit)).color(color));
    let noise = compare.comparison.noise_of(of_path.base.unwrap_or(0), of_path.new.unwrap_or(0));
    if let Some(interval) = noise.filter(|_| of_path.status != Status::Same) {
        let text = format!("95 % interval of the difference: {}", difference::interval_text(interval, unit));
        ui.label(RichText::new(text).small().color(ctx.theme.text_weak));
    }
    difference::everywhere_ui(ui, ctx, compare, group);
}

/// A group's name and place.
pub(super) fn group_heading(ui: &mut Ui, ctx: &ViewCtx<'_>, group: crate::analyze::GroupId) {
    ui.label(RichText::new(ctx.analysis.name(group)).monospace().strong());
    let (file, line) = ctx.analysis.place(group);
    if !file.is_empty() {
        let place = if line > 0 { format!("{file}:{line}") } else { file.to_owned() };
        ui.label(RichText::new(place).small().color(ctx.theme.text_weak));
    }
}
