//! Callers and callees of the selected function as lists: a row each, of one recording or of both.

use super::MOST_NEIGHBOURS;
use crate::analyze::GroupId;
use crate::model::format;
use crate::ui::views::{ViewKind, callers_tables::ESTIMATED};
use crate::ui::{Action, Actions, ViewCtx, cell, theme};
use egui::{Align2, Button, Color32, Label, Response, RichText, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo};

/// A caller or callee.
pub(super) struct Row {
    pub(super) group: GroupId,
    /// What is written at its right, in its colour.
    pub(super) figure: String,
    pub(super) color: Color32,
    /// How wide the bar behind it is, and its colour.
    pub(super) bar: (f64, Color32),
    /// What screen readers say beside its name.
    pub(super) spoken: String,
    /// What is shown below its name when it is pointed at; `None` for the name alone where that is cut.
    pub(super) more: Option<String>,
}

/// Draws who calls the selected function, or whom it calls.
pub(super) fn list_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (title, none): (&str, &str),
    rows: impl ExactSizeIterator<Item = Row>,
    actions: &mut Actions,
) {
    let weak = |text: String| RichText::new(text).color(ctx.theme.text_weak);
    ui.add_space(theme::MARGIN);
    if rows.len() == 0 || ctx.analysis.neighbours_are_exact() {
        ui.label(RichText::new(title).strong());
    } else {
        ui.horizontal(|ui| {
            ui.label(RichText::new(title).strong());
            ui.label(RichText::new("≈ estimated").small().color(ctx.theme.estimated)).on_hover_text(ESTIMATED);
        });
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    let count = rows.len();
    if count == 0 {
        ui.add(Label::new(weak(none.to_owned())).wrap());
    }
    for row in rows.take(MOST_NEIGHBOURS) {
        let response = row_ui(ui, ctx, &row);
        if response.hovered() {
            actions.push(Action::Hover(row.group));
        }
        if response.clicked() {
            actions.push(Action::Select(Some(row.group)));
        }
    }
    if let Some(more) = count.checked_sub(MOST_NEIGHBOURS).filter(|more| *more > 0) {
        let text = format!("… and {} more", format::count(more as i64));
        let link = ui.add(Button::new(weak(text)).frame(false)).on_hover_text("Show all of them.");
        if link.clicked() {
            actions.push(Action::Show(ViewKind::Callers));
        }
    }
}

fn row_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, row: &Row) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::TABLE_ROW), Sense::click());
    let name = ctx.analysis.name(row.group);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, true, &name);
        info.current_text_value = Some(row.spoken.clone());
        info
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if response.hovered() || response.has_focus() || ctx.hovered == Some(row.group) {
        ui.painter().rect_filled(rect, theme::SMALL_RADIUS, ctx.theme.raised);
    }
    let (part, bar) = row.bar;
    cell::bar(ui, rect, part, bar);
    let inner = rect.shrink2(Vec2::new(theme::GAP / 2.0, 0.0));
    let (strong, _) = cell::colours(ctx, row.group);
    let font = TextStyle::Body.resolve(ui.style());
    let figure = ui.painter().text(inner.right_center(), Align2::RIGHT_CENTER, &row.figure, font, row.color);
    let room = cell::swatch(ui, inner, cell::swatch_colour(ctx, row.group));
    let cut = cell::name(ui, room.with_max_x(figure.left() - theme::GAP), &name, strong);
    match &row.more {
        Some(more) => response.on_hover_text(format!("{name}\n{more}")),
        None if cut => response.on_hover_text(&*name),
        None => response,
    }
}
