//! What stands beside the sunburst: how deep and how fine it is, and the calls down to its centre.

use super::SunburstState;
use crate::analyze::{CallTree, Exactness};
use crate::layout::{self, shorten_middle, signed};
use crate::model::format;
use crate::ui::tooltip::group_heading;
use crate::ui::{Action, Actions, TreeKind, ViewCtx, theme};
use egui::{Rect, RichText, Sense, Ui, Vec2};

/// Choices for the number of rings, as SnakeViz has them.
const RINGS: [Option<usize>; 6] = [Some(3), Some(5), Some(10), Some(15), Some(20), None];
/// Choices for the cutoff.
const CUTOFFS: [f64; 4] = [0.01, 0.001, 0.0001, 0.0];

/// Depth, cutoff, and the calls down to the centre.
pub(super) fn side_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut SunburstState, actions: &mut Actions) {
    ui.add_space(GAP_TOP);
    egui::Grid::new("sunburst options").num_columns(2).spacing([theme::GAP, 6.0]).show(ui, |ui| {
        let label = ui.label("Depth");
        let shown = state.rings.map_or_else(|| "all".to_owned(), |n| n.to_string());
        egui::ComboBox::from_id_salt("depth")
            .selected_text(shown)
            .width(90.0)
            .show_ui(ui, |ui| {
                for rings in RINGS {
                    let text = rings.map_or_else(|| "all".to_owned(), |n| n.to_string());
                    ui.selectable_value(&mut state.rings, rings, text);
                }
            })
            .response
            .labelled_by(label.id);
        ui.end_row();
        let label = ui.label("Cutoff").on_hover_text("Calls below this part of the centre are left out.");
        let text = |cutoff: f64| if cutoff > 0.0 { format::percent(cutoff) } else { "none".to_owned() };
        egui::ComboBox::from_id_salt("cutoff")
            .selected_text(text(state.cutoff))
            .width(90.0)
            .show_ui(ui, |ui| {
                for cutoff in CUTOFFS {
                    ui.selectable_value(&mut state.cutoff, cutoff, text(cutoff));
                }
            })
            .response
            .labelled_by(label.id);
        ui.end_row();
    });
    if ctx.exactness() == Exactness::Estimated {
        ui.label(RichText::new("≈ estimated from a call graph").small().color(ctx.theme.estimated));
    }
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Call stack").strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.add_enabled(!state.root.is_empty(), egui::Button::new("Reset").small()).clicked() {
                actions.push(Action::ZoomTo(Vec::new()));
            }
        });
    });
    let Some(tree) = ctx.trees.get(TreeKind::Sunburst) else { return };
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let Some((node, _)) = tree.find(&state.root) else {
            ui.label(
                RichText::new("Click an arc to put it in the centre; click the centre to go up.")
                    .color(ctx.theme.text_weak),
            );
            return;
        };
        call_list(ui, ctx, tree, node, actions);
    });
}

const GAP_TOP: f32 = 6.0;

fn call_list(ui: &mut Ui, ctx: &ViewCtx<'_>, tree: &CallTree, node: usize, actions: &mut Actions) {
    let mut chain = vec![node];
    while let Some(parent) = tree.parent(chain[chain.len() - 1]) {
        chain.push(parent);
    }
    let room = (ui.available_width() / 7.6) as usize;
    for (i, &at) in chain.iter().enumerate() {
        let group = tree.group(at);
        let difference = ctx.difference(tree, at);
        let name = ctx.analysis.name(group);
        let text = RichText::new(layout::fit_name(&name, room.saturating_sub(2))).monospace();
        let text = if i == 0 { text.strong() } else { text };
        let (swatch, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 18.0), Sense::hover());
        ui.painter().rect_filled(
            Rect::from_min_size(swatch.min + Vec2::new(0.0, 3.0), Vec2::splat(11.0)),
            2.0,
            ctx.node_fill(tree, at, difference.as_ref()),
        );
        let row = Rect::from_min_max(swatch.min + Vec2::new(17.0, 0.0), swatch.max);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let row = egui::UiBuilder::new().max_rect(row).layout(layout);
        let button = egui::Button::new(text).frame(false).truncate();
        let response = ui.scope_builder(row, |ui| ui.add(button)).inner;
        let response = response.on_hover_ui(|ui| group_heading(ui, ctx, group));
        if response.hovered() {
            actions.push(Action::Hover(group));
        }
        if response.clicked() {
            actions.push(Action::Select(Some(group)));
            actions.push(Action::ZoomTo(tree.path(at)));
        }
        let unit = &ctx.metric().unit;
        let cost = difference.map_or_else(|| format::value(tree.total(at), unit), |d| signed(d.delta(), unit));
        let value = format!("{cost}  {}", shorten_middle(ctx.analysis.place(group).0, room));
        ui.label(RichText::new(value).small().color(ctx.theme.text_weak));
    }
}
