//! A table of callers or of callees: what went along each call, and whose it is.

use super::table::name_head;
use crate::analyze::GroupId;
use crate::model::format;
use crate::ui::{
    Action, Actions, ViewCtx,
    cell::{self, Head, Painted},
    hint_marks, theme,
};
use egui::{Color32, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column as Width, TableRow};

/// Names are no narrower than this.
const LEAST_NAME: f32 = 80.0;

/// Which of the two tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Which {
    /// Those that call the selected function.
    Callers,
    /// Those that it calls.
    Callees,
}

/// A column of figures.
pub(super) struct Column {
    pub(super) head: Head<'static>,
    pub(super) tooltip: String,
    /// It is no narrower than this.
    pub(super) least: f32,
    /// A figure it has room for, however wide.
    pub(super) widest: String,
    /// Where there is no room for all columns, which of them go first; one without stays.
    pub(super) goes: Option<u8>,
}

/// A figure in a row.
pub(super) struct Figure {
    pub(super) text: String,
    pub(super) color: Color32,
    pub(super) bar: Option<Bar>,
}

/// A bar behind a figure.
pub(super) enum Bar {
    /// A part of the whole.
    Share(f64, Color32),
    /// A difference, as a part of the largest one.
    Change(f32, Color32),
}

impl Column {
    /// A column of numbers.
    pub(super) fn of(name: &'static str, unit: &str, tooltip: impl Into<String>, least: f32) -> Self {
        let head = Head { name, unit: unit.to_owned(), is_number: true };
        Self { head, tooltip: tooltip.into(), least, widest: String::new(), goes: None }
    }

    /// One with room for a figure, however wide.
    pub(super) fn with_room_for(self, widest: String) -> Self {
        Self { widest, ..self }
    }

    /// One that goes where there is no room for all.
    pub(super) fn that_goes(self, turn: u8) -> Self {
        Self { goes: Some(turn), ..self }
    }
}

impl Figure {
    /// A figure without a bar.
    pub(super) fn plain(text: String, color: Color32) -> Self {
        Self { text, color, bar: None }
    }
}

/// Draws a table of the groups, each with a figure for every column and its name. `salt` tells tables of other widths
/// apart.
pub(super) fn table_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (which, salt): (Which, &str),
    groups: &[GroupId],
    columns: &[Column],
    figures: impl Fn(usize) -> Vec<Figure>,
    actions: &mut Actions,
) {
    let (title, none) = match which {
        Which::Callers => ("Callers", "Nothing calls it: it is where stacks begin."),
        Which::Callees => ("Callees", "It calls nothing that was recorded."),
    };
    ui.label(RichText::new(format!("{title} ({})", format::count(groups.len() as i64))).strong());
    if groups.is_empty() {
        ui.label(RichText::new(none).color(ctx.theme.text_weak));
        return;
    }
    let width = |column: &Column| column.head.width(ui).max(cell::width(ui, &column.widest)).max(column.least);
    let widths: Vec<f32> = columns.iter().map(width).collect();
    let shown = columns_with_room(ui, columns, &widths);
    let mut builder = cell::table(ui, ctx.theme).id_salt((which, &shown, salt));
    for &column in &shown {
        builder = builder.column(Width::exact(widths[column]));
    }
    let mut table = builder.column(Width::remainder().at_least(LEAST_NAME)).header(theme::TABLE_HEAD, |mut row| {
        let name = name_head(ctx.analysis.query().by);
        let name = Head { name, unit: String::new(), is_number: false };
        let heads = shown.iter().map(|&i| (&columns[i].head, &*columns[i].tooltip));
        for (head, tooltip) in heads.chain([(&name, "Click to select it.")]) {
            let (_, response) = row.col(|ui| {
                cell::head(ui, ctx.theme, head, false);
            });
            response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, head.label()));
            response.on_hover_text(tooltip);
        }
    });
    cell::head_line(table.ui_mut(), ctx.theme);
    table.body(|body| {
        body.rows(theme::TABLE_ROW, groups.len(), |mut row| {
            let index = row.index();
            if let Some(&group) = groups.get(index) {
                let shown_ones = figures(index).into_iter().enumerate().filter(|(i, _)| shown.contains(i));
                row_ui(&mut row, ctx, group, shown_ones.map(|(_, figure)| figure), actions);
            }
        });
    });
}

/// The columns that fit beside the names.
fn columns_with_room(ui: &Ui, columns: &[Column], widths: &[f32]) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let needed = |shown: &[usize]| shown.iter().map(|&i| widths[i] + cell::TABLE_SPACING.x).sum::<f32>() + LEAST_NAME;
    while needed(&shown) > ui.available_width() {
        let Some(next) = shown.iter().copied().filter(|&i| columns[i].goes.is_some()).min_by_key(|&i| columns[i].goes)
        else {
            break;
        };
        shown.retain(|&i| i != next);
    }
    shown
}

fn row_ui(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx<'_>,
    group: GroupId,
    figures: impl Iterator<Item = Figure>,
    actions: &mut Actions,
) {
    if ctx.hovered == Some(group) {
        row.set_hovered(true);
    }
    for Figure { text, color, bar } in figures {
        cell::add(row, |ui| {
            match bar {
                Some(Bar::Share(share, color)) => cell::bar(ui, ui.max_rect(), share, color),
                Some(Bar::Change(part, color)) => cell::diverging_bar(ui, ui.max_rect(), part, color),
                None => {}
            }
            let is_cut = cell::number(ui, &text, color);
            Painted { text: text.into(), is_cut, note: None }
        });
    }
    cell::add(row, |ui| {
        let text = ctx.analysis.name(group);
        let (strong, _) = cell::colours(ctx, group);
        let room = hint_marks::badge_ui(ui, ctx, group, ui.max_rect());
        let is_cut = cell::name(ui, cell::swatch(ui, room, cell::swatch_colour(ctx, group)), &text, strong);
        Painted { text, is_cut, note: None }
    });
    let response = row.response();
    if response.hovered() {
        actions.push(Action::Hover(group));
    }
    if response.clicked() {
        actions.push(Action::Select(Some(group)));
    }
}
