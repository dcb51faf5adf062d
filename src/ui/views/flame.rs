//! The flame graph: who called whom, as wide as it cost.

use crate::analyze::{Exactness, Order};
use crate::layout::ruler_marks;
use crate::model::{TimeMeaning, format};
use crate::ui::annotations::outside_ui;
use crate::ui::canvas::{CanvasState, Growth, canvas_ui, minimap_ui};
use crate::ui::legend::legend_panel_ui;
use crate::ui::{Actions, TreeKind, ViewCtx, cell, no_trees_message, theme};
use egui::{RichText, Ui};

/// State of the flame view.
#[derive(Clone, Debug)]
pub struct FlameState {
    /// The order of stacks.
    pub order: Order,
    /// Which way calls grow.
    pub growth: Growth,
    /// Whether the overview is shown.
    pub minimap: bool,
    /// Whether the choices are shown: one row of them is enough where two graphs stand one above the other.
    pub controls: bool,
    /// What is on screen.
    pub canvas: CanvasState,
}

impl Default for FlameState {
    fn default() -> Self {
        Self {
            order: Order::LeftHeavy,
            growth: Growth::Down,
            minimap: true,
            controls: true,
            canvas: CanvasState::default(),
        }
    }
}

/// Draws the flame view.
pub fn flame_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut FlameState, actions: &mut Actions) {
    if !ctx.analysis.profile().has_trees() {
        no_trees_message(ui, ctx.theme);
        return;
    }
    if ctx.merged().is_some() && state.order == Order::Time {
        state.order = Order::LeftHeavy;
    }
    if state.controls {
        controls(ui, ctx, state);
    }
    legend_panel_ui(ui, ctx);
    let kind = TreeKind::Whole(state.order);
    if state.minimap {
        minimap_ui(ui, ctx, TreeKind::Overview(state.order), state.growth, &mut state.canvas, actions);
    }
    if state.order == Order::Time {
        ruler(ui, ctx, kind, &state.canvas);
    }
    let response = canvas_ui(ui, ctx, kind, state.growth, &mut state.canvas, actions);
    outside_ui(ui, ctx, response.rect, &[state.canvas.annotated()], actions);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Flame graph"));
}

fn controls(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut FlameState) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(theme::MARGIN as i8, 6)).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let before = state.order;
            for (order, label, hint) in [
                (Order::LeftHeavy, "Left heavy", "Equal stacks together, the widest first."),
                (Order::Time, "Time order", "Stacks as they were recorded, from left to right."),
                (Order::Inverted, "Inverted", "From the innermost function outwards: below each box, who called it."),
            ] {
                let merged = ctx.merged().is_some();
                let timeless = order == Order::Time && (merged || ctx.time_meaning == TimeMeaning::None);
                let button = egui::Button::selectable(state.order == order, label);
                let response = ui.add_enabled(!timeless, button).on_hover_text(hint);
                if response.clicked() {
                    state.order = order;
                }
                if timeless {
                    response.on_disabled_hover_text(if merged {
                        "Two recordings have no order in common. Show them side by side."
                    } else {
                        "This profile does not record the order of its stacks."
                    });
                }
            }
            if state.order != before {
                state.canvas.tree_changed();
                state.canvas.zoom_to(Vec::new());
            }
            ui.separator();
            let (label, hint) = match state.growth {
                Growth::Down => ("↓ Icicle", "Callers above callees. Click for callers below callees."),
                Growth::Up => ("↑ Flame", "Callers below callees. Click for callers above callees."),
            };
            if ui.button(label).on_hover_text(hint).clicked() {
                state.growth = if state.growth == Growth::Down { Growth::Up } else { Growth::Down };
            }
            ui.toggle_value(&mut state.minimap, "Overview").on_hover_text("The strip that shows the whole recording.");
            let notes = notes(ctx, state);
            let needed: f32 = notes.iter().map(|note| cell::width(ui, &note.text)).sum();
            if needed <= ui.available_size_before_wrap().x {
                let right_to_left = egui::Layout::right_to_left(egui::Align::Center);
                ui.with_layout(right_to_left, |ui| notes_ui(ui, &notes));
            } else {
                ui.end_row();
                notes_ui(ui, &notes);
            }
        });
    });
}

/// Something to know about this picture, and why it is so.
struct Note {
    text: String,
    color: egui::Color32,
    why: &'static str,
}

fn notes(ctx: &ViewCtx<'_>, state: &FlameState) -> Vec<Note> {
    let mut notes = Vec::new();
    if ctx.exactness() == Exactness::Estimated {
        notes.push(Note {
            text: "≈ estimated from a call graph".to_owned(),
            color: ctx.theme.estimated,
            why: "The profiler recorded functions and who calls whom, not whole stacks. Widths here divide each \
                  function's cost among its callers in proportion; the table is exact.",
        });
    }
    if state.order == Order::Time {
        let track = ctx.analysis.profile().track(ctx.time_track).title();
        let text = match ctx.time_meaning {
            TimeMeaning::Order => format!("{track} · order of samples, gaps not recorded"),
            TimeMeaning::Clock | TimeMeaning::None => track,
        };
        notes.push(Note { text, color: ctx.theme.text_weak, why: "Stacks in time order are those of one thread." });
    }
    notes
}

fn notes_ui(ui: &mut Ui, notes: &[Note]) {
    for note in notes {
        let text = RichText::new(&note.text).small().color(note.color);
        ui.add(egui::Label::new(text).truncate()).on_hover_text(note.why);
    }
}

/// Times along the upper edge.
fn ruler(ui: &mut Ui, ctx: &ViewCtx<'_>, kind: TreeKind, canvas: &CanvasState) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 18.0), egui::Sense::hover());
    let Some(tree) = ctx.trees.get(kind) else { return };
    let (from, to) = canvas.shown(tree.extent() as f64);
    let painter = ui.painter_at(rect);
    let font = egui::FontId::proportional(10.5);
    for (at, x) in ruler_marks(from, to, rect.width()) {
        let x = rect.left() + x;
        painter.vline(x, rect.bottom() - 5.0..=rect.bottom(), egui::Stroke::new(1.0, ctx.theme.line));
        let text = painter.layout_no_wrap(format::value(at, &ctx.metric().unit), font.clone(), ctx.theme.text_weak);
        let begin = egui::pos2(x + 3.0, rect.center().y - text.size().y / 2.0);
        // The last one may have no room: half a number is another number.
        if begin.x + text.size().x <= rect.right() {
            painter.galley(begin, text, ctx.theme.text_weak);
        }
    }
}
