//! The sandwich: who calls the selected function above it, what it calls below.

use super::callers_tables::callers_tables_ui;
use crate::analyze::{Exactness, GroupId};
use crate::layout::{Difference, fit_name};
use crate::model::format;
use crate::ui::annotations::outside_ui;
use crate::ui::canvas::{CanvasState, Growth, canvas_ui};
use crate::ui::difference::{measure_name, text_color};
use crate::ui::legend::legend_panel_ui;
use crate::ui::{Actions, TreeKind, ViewCtx, empty_message, no_trees_message, theme};
use egui::{Align, Label, Layout, RichText, Sense, Ui, UiBuilder, Vec2};

/// State of the callers view.
#[derive(Clone, Debug, Default)]
pub struct CallersState {
    of: Option<GroupId>,
    callers: CanvasState,
    callees: CanvasState,
}

impl CallersState {
    /// The graphs of callers and of callees, with what they draw.
    pub fn canvases(&mut self) -> Option<[(&mut CanvasState, TreeKind); 2]> {
        let of = self.of?;
        Some([(&mut self.callers, TreeKind::CallersOf(of)), (&mut self.callees, TreeKind::CalleesOf(of))])
    }

    /// Shows all callers and callees.
    pub fn show_everything(&mut self) {
        self.callers.zoom_to(Vec::new());
        self.callees.zoom_to(Vec::new());
    }

    /// The graph of callers, and that of callees.
    pub fn graphs(&self) -> [&CanvasState; 2] {
        [&self.callers, &self.callees]
    }

    /// Translates groups after a reload.
    pub fn translate(&mut self, group: impl Fn(GroupId) -> Option<GroupId>) {
        self.of = self.of.and_then(&group);
        self.callers.translate(&group);
        self.callees.translate(&group);
    }
}

/// Room for what stands beside the name between the graphs, the width of a letter of the name, and the least of them.
const FIGURES_WIDTH: f32 = 520.0;
const NARROW_FIGURES_WIDTH: f32 = 300.0;
const LETTER_WIDTH: f32 = 8.0;
const LEAST_LETTERS: f32 = 16.0;
/// From this width on, one of two sandwiches has its tables below it.
const ROOM_FOR_TABLES: f32 = 700.0;

/// Draws the sandwich of the selected function with the tables of its callers and callees.
pub fn callers_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut CallersState, actions: &mut Actions) {
    if !ctx.analysis.profile().has_trees() {
        no_trees_message(ui, ctx.theme);
        return;
    }
    let Some(group) = ctx.selection else {
        let rect = ui.available_rect_before_wrap();
        let text = match ctx.analysis.table().present().next() {
            Some(_) => "Select a function in any view to see who calls it and what it calls.",
            None => &ctx.why_empty(),
        };
        empty_message(ui, rect, ctx.theme, text);
        return;
    };
    if state.of != Some(group) {
        *state = CallersState { of: Some(group), ..CallersState::default() };
    }
    let tables = (ui.available_height() * 0.38).clamp(120.0, 360.0);
    legend_panel_ui(ui, ctx);
    // Beside another one in a narrow window, the graphs need the room; the details list callers and callees.
    if ctx.compare.is_none_or(|c| c.is_merged()) || ui.available_width() >= ROOM_FOR_TABLES {
        egui::Panel::bottom("callers tables").resizable(true).default_size(tables).show(ui, |ui| {
            callers_tables_ui(ui, ctx, actions);
        });
    }
    let view = ui.available_rect_before_wrap();
    let bar = 30.0;
    let height = ((ui.available_height() - bar) / 2.0).max(theme::FLAME_ROW * 2.0);
    half(ui, ctx, height, "Callers", (TreeKind::CallersOf(group), Growth::Up), &mut state.callers, actions);
    heading(ui, ctx, group, bar);
    half(ui, ctx, height, "Callees", (TreeKind::CalleesOf(group), Growth::Down), &mut state.callees, actions);
    outside_ui(ui, ctx, view, &[state.callers.annotated(), state.callees.annotated()], actions);
}

fn half(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    height: f32,
    name: &str,
    (kind, growth): (TreeKind, Growth),
    state: &mut CanvasState,
    actions: &mut Actions,
) {
    let size = Vec2::new(ui.available_width(), height.min(ui.available_height()));
    ui.allocate_ui(size, |ui| {
        ui.set_min_size(size);
        ui.push_id(name, |ui| {
            let response = canvas_ui(ui, ctx, kind, growth, state, actions);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name));
        });
    });
}

/// The function between its callers and its callees. What it says is cut to the room there is: it must not make the graph
/// below it wider than the one above.
fn heading(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, height: f32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), height), Sense::hover());
    let inner = rect.shrink2(Vec2::new(theme::MARGIN, 0.0));
    let is_narrow = inner.width() < ROOM_FOR_TABLES;
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        if ctx.exactness() == Exactness::Estimated {
            let text = if is_narrow { "≈ estimated" } else { "≈ boxes estimated from a call graph" };
            let text = RichText::new(text).small().color(ctx.theme.estimated);
            ui.label(text).on_hover_text(
                "Boxes are estimated from a call graph. Tables of callers and callees are exact, as the profiler \
                 recorded them.",
            );
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let weak = |text: &str| RichText::new(text).small().color(ctx.theme.text_weak);
            if !is_narrow {
                ui.label(weak("▲ callers"));
            }
            let figures = if is_narrow { NARROW_FIGURES_WIDTH } else { FIGURES_WIDTH };
            let (name, room) = (ctx.analysis.name(group), (inner.width() - figures) / LETTER_WIDTH);
            let short = fit_name(&name, room.max(LEAST_LETTERS) as usize);
            let label = ui.label(RichText::new(&*short).monospace().strong());
            if *short != *name {
                label.on_hover_text(&*name);
            }
            costs(ui, ctx, group);
            if !is_narrow {
                ui.label(weak("▼ callees"));
            }
        });
    });
}

/// What the function cost, on both sides where they are drawn as one.
fn costs(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId) {
    let unit = &ctx.metric().unit;
    if let Some(compare) = ctx.merged() {
        let difference = Difference::of_row(&compare.comparison.table().row(group), compare.measure);
        let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| format::value(v, unit));
        let text = format!("{} {} → {}", measure_name(compare.measure), side(difference.base), side(difference.new));
        ui.label(RichText::new(text).color(ctx.theme.text_weak));
        ui.label(RichText::new(difference.label(unit)).color(text_color(ctx.theme, difference.status)));
        return;
    }
    let table = ctx.analysis.table();
    let text = format!(
        "{} total ({}), {} own",
        format::value(table.total(group), unit),
        format::percent(table.share(table.total(group))),
        format::value(table.own(group), unit)
    );
    ui.add(Label::new(RichText::new(text).color(ctx.theme.text_weak)).truncate());
}
