//! The table of functions, lines, files, modules or packages.

mod columns;
mod copy;
mod filter;
mod rows;

use super::ViewKind;
use super::differences::{DifferencesState, differences_ui};
use crate::analyze::{GroupBy, GroupId, SearchText, SortKey, Transform};
use crate::model::{Body, format};
use crate::ui::{
    Action, Actions, ViewCtx,
    cell::{self, Head},
    theme,
};
use columns::Column;
pub(in crate::ui) use columns::name_head;
pub(super) use copy::{MARKDOWN_ROWS, code, one_field};
use egui::{Key, Modifiers, Response, RichText, ScrollArea, Ui};
use egui_extras::{Column as Width, TableRow};
pub(super) use filter::filter_ui;
use rows::{RowOrder, Rows, Scales};

/// What the table remembers: its order and its filter, and the rows these give.
#[derive(Clone, Debug)]
pub struct TableState {
    /// The column it is sorted by.
    pub sort: SortKey,
    /// Whether the largest, or the last in the alphabet, comes first.
    pub descending: bool,
    /// What names and files are filtered by.
    pub filter: SearchText,
    /// The table of differences.
    pub differences: DifferencesState,
    rows: Rows,
    /// The selection that has been scrolled to.
    followed: Option<GroupId>,
    /// How many rows the screen held in the frame before.
    rows_on_screen: usize,
}

impl Default for TableState {
    fn default() -> Self {
        Self {
            sort: SortKey::Own,
            descending: true,
            filter: SearchText::default(),
            differences: DifferencesState::default(),
            rows: Rows::default(),
            followed: None,
            rows_on_screen: 1,
        }
    }
}

impl TableState {
    /// Sorts by a column; a second time, the other way round.
    fn sort_by(&mut self, column: Column) {
        let key = column.sort_key();
        self.descending = if self.sort == key { !self.descending } else { column.is_number() };
        self.sort = key;
    }
}

/// Draws the table; of a comparison drawn as one, the table of differences.
pub fn table_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut TableState, actions: &mut Actions) {
    if let Some(compare) = ctx.merged() {
        differences_ui(ui, ctx, compare, &mut state.differences, actions);
        return;
    }
    // Asked before the filter field has seen the keys: Enter that ends a filter opens nothing.
    let keys_are_free = ctx.keys_are_free(ui);
    let to_first_row = toolbar_ui(ui, ctx, state);
    if state.rows.shown().is_empty() {
        empty_ui(ui, ctx, state);
        return;
    }
    if keys_are_free {
        let rows = &state.rows;
        keyboard(ui, ctx, rows.shown(), |g| rows.position(g), state.rows_on_screen, actions);
    } else if to_first_row {
        actions.push(Action::Select(state.rows.shown().first().copied()));
    }
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| rows_ui(ui, ctx, state, actions));
}

/// The filter and how many rows it leaves. Tells whether the user left the filter for the rows.
fn toolbar_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut TableState) -> bool {
    let mut to_first_row = false;
    ui.horizontal(|ui| {
        to_first_row = filter_ui(ui, ctx.theme, &mut state.filter);
        state.rows.update(ctx.analysis, RowOrder { key: state.sort, descending: state.descending }, &state.filter);
        count_ui(ui, ctx, state);
    });
    to_first_row
}

/// `12 of 345 functions`, or what is wrong with the filter.
fn count_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &TableState) {
    if let Some(error) = state.rows.error() {
        ui.colored_label(ctx.theme.error, format!("Not a regular expression: {error}"));
        return;
    }
    let (shown, all) = (state.rows.shown().len(), state.rows.unfiltered());
    let things = things(ctx.analysis.query().by, all);
    let text = if state.filter.text.is_empty() {
        format!("{} {things}", format::count(all as i64))
    } else {
        format!("{} of {} {things}", format::count(shown as i64), format::count(all as i64))
    };
    ui.label(RichText::new(text).color(ctx.theme.text_weak));
}

pub(super) fn things(by: GroupBy, count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{}{plural}", by.name())
}

/// Why there is nothing to see, and what to do about it.
fn empty_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut TableState) {
    let query = ctx.analysis.query();
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() / 3.0);
        let text = if state.rows.unfiltered() > 0 {
            format!("No {} matches “{}”.", query.by.name(), state.filter.text)
        } else {
            ctx.why_empty()
        };
        ui.label(RichText::new(text).color(ctx.theme.text_weak));
        if state.rows.unfiltered() > 0 && ui.button("Clear the filter").clicked() {
            state.filter.text.clear();
        }
    });
}

/// Steps of the keyboard from row to row.
pub(super) fn keyboard(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    shown: &[GroupId],
    position: impl Fn(GroupId) -> Option<usize>,
    rows_on_screen: usize,
    actions: &mut Actions,
) {
    const NONE: Modifiers = Modifiers::NONE;
    let (steps, first, last, enter) = ui.input_mut(|i| {
        let page = rows_on_screen.saturating_sub(1).max(1);
        let down = i.count_and_consume_key(NONE, Key::ArrowDown) + page * i.count_and_consume_key(NONE, Key::PageDown);
        let up = i.count_and_consume_key(NONE, Key::ArrowUp) + page * i.count_and_consume_key(NONE, Key::PageUp);
        let enter = ctx.selection.is_some() && i.consume_key(NONE, Key::Enter);
        (down as isize - up as isize, i.consume_key(NONE, Key::Home), i.consume_key(NONE, Key::End), enter)
    });
    let end = shown.len().saturating_sub(1);
    let to = if first {
        Some(0)
    } else if last {
        Some(end)
    } else if steps != 0 {
        // From nowhere, the first step goes to the first row.
        let from = ctx.selection.and_then(position);
        Some(from.map_or(0, |at| at.saturating_add_signed(steps).min(end)))
    } else {
        None
    };
    if let Some(&group) = to.and_then(|to| shown.get(to)) {
        actions.push(Action::Select(Some(group)));
    }
    if enter {
        actions.push(Action::Show(if has_trees(ctx) { ViewKind::Callers } else { ViewKind::Source }));
    }
}

fn rows_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut TableState, actions: &mut Actions) {
    let Some(scales) = state.rows.scales().cloned() else { return };
    let columns: Vec<(Column, Head<'_>)> = Column::shown(ctx).into_iter().map(|c| (c, c.head(ctx, &scales))).collect();
    let (query, exact) = (ctx.analysis.query(), ctx.analysis.table().totals_are_exact());
    ui.spacing_mut().item_spacing = cell::TABLE_SPACING;
    let widths = widths(ui, &columns, &scales);
    let mut builder = cell::table(ui, ctx.theme)
        // Widths are kept from frame to frame; other heads need others.
        .id_salt((columns.len(), query.by, query.metric, exact))
        .animate_scrolling(false);
    for width in widths {
        builder = builder.column(width);
    }
    if state.followed != ctx.selection {
        state.followed = ctx.selection;
        if let Some(row) = ctx.selection.and_then(|g| state.rows.position(g)) {
            builder = builder.scroll_to_row(row, None);
        }
    }
    let mut sort_by = None;
    let mut table = builder.header(theme::TABLE_HEAD, |mut row| {
        for (column, head) in &columns {
            if head_ui(&mut row, ctx, state, *column, head).clicked() {
                sort_by = Some(*column);
            }
        }
    });
    cell::head_line(table.ui_mut(), ctx.theme);
    let rows = &state.rows;
    let scrolled = table.body(|body| {
        body.rows(theme::TABLE_ROW, rows.shown().len(), |mut row| {
            if let Some(&group) = rows.shown().get(row.index()) {
                row_ui(&mut row, ctx, rows, &scales, &columns, group, actions);
            }
        });
    });
    state.rows_on_screen = (scrolled.inner_rect.height() / theme::TABLE_ROW) as usize;
    if let Some(column) = sort_by {
        state.sort_by(column);
        ui.ctx().request_repaint();
    }
}

/// Widths of the columns: numbers take what they need, texts share the rest.
fn widths(ui: &Ui, columns: &[(Column, Head<'_>)], scales: &Scales) -> Vec<Width> {
    let calls = cell::width(ui, &cell::calls(scales.widest_calls));
    let needed = |(column, head): &(Column, Head<'_>)| {
        let figures = if *column == Column::Calls { calls } else { 0.0 };
        head.width(ui).max(figures)
    };
    let heads: Vec<f32> = columns.iter().map(needed).collect();
    let gaps = ui.spacing().item_spacing.x * columns.len().saturating_sub(1) as f32;
    let numbers: f32 = columns.iter().zip(&heads).map(|((column, _), head)| column.number_width(*head)).sum();
    let room = ui.available_width() - gaps - numbers;
    columns.iter().zip(heads).map(|((column, _), head)| column.width(head, room)).collect()
}

fn head_ui(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx<'_>,
    state: &TableState,
    column: Column,
    head: &Head<'_>,
) -> Response {
    let sorted = (state.sort == column.sort_key()).then_some(state.descending);
    cell::sort_head(row, ctx.theme, head, sorted, &column.tooltip(ctx))
}

fn row_ui(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx<'_>,
    rows: &Rows,
    scales: &Scales,
    columns: &[(Column, Head<'_>)],
    group: GroupId,
    actions: &mut Actions,
) {
    row.set_selected(ctx.selection == Some(group));
    if ctx.hovered == Some(group) {
        row.set_hovered(true);
    }
    for (column, _) in columns {
        let mut whole = None;
        let (_, response) = row.col(|ui| whole = column.cell_ui(ui, ctx, scales, group));
        if let Some(whole) = whole.filter(|_| response.hovered()) {
            response.on_hover_text(whole);
        }
    }
    let response = row.response();
    if response.hovered() {
        actions.push(Action::Hover(group));
    }
    if response.clicked() || response.secondary_clicked() {
        actions.push(Action::Select(Some(group)));
    }
    if response.double_clicked() {
        actions.push(Action::Show(if has_trees(ctx) { ViewKind::Flame } else { ViewKind::Source }));
    }
    response.context_menu(|ui| menu_ui(ui, ctx, rows, group, actions));
}

/// What can be done with a row.
fn menu_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, rows: &Rows, group: GroupId, actions: &mut Actions) {
    group_items_ui(ui, ctx, group, actions);
    let tsv = ui.button("Copy table as TSV").on_hover_text("Every row that is shown, for a spreadsheet.");
    if tsv.clicked() {
        actions.push(Action::Copy(copy::tsv(ctx.analysis, rows.shown()), "Table copied"));
    }
    let markdown = ui.button("Copy table as Markdown").on_hover_text("The first rows that are shown, for a review.");
    if let Some(scales) = rows.scales().filter(|_| markdown.clicked()) {
        let text = copy::markdown(ctx.analysis, rows.shown(), &scales.own, &scales.total);
        actions.push(Action::Copy(text, "Table copied"));
    }
}

/// What can be done with the group of a row.
pub(super) fn group_items_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, actions: &mut Actions) {
    let transforms = [
        ("Focus", "Begin every stack at it and drop stacks without it.", Transform::Focus(group)),
        ("Hide", "Take it out of every stack; its time goes to its caller.", Transform::Hide(group)),
        ("Drop samples", "Leave out every sample whose stack holds it.", Transform::Drop(group)),
    ];
    for (label, tooltip, transform) in transforms {
        if transform_button(ui, ctx, label, tooltip).clicked() {
            actions.push(Action::Transform(transform));
        }
    }
    ui.separator();
    if ui.button("Show source").on_hover_text(ViewKind::Source.tooltip()).clicked() {
        actions.push(Action::Show(ViewKind::Source));
    }
    ui.separator();
    if ui.button("Copy name").clicked() {
        actions.push(Action::Copy(ctx.analysis.name(group).into_owned(), "Name copied"));
    }
    let place = cell::place(ctx, group);
    if ui.add_enabled(!place.is_empty(), egui::Button::new("Copy file:line")).clicked() {
        actions.push(Action::Copy(place, "Place copied"));
    }
    ui.separator();
}

/// A button for a transform; greyed out, with the reason, where there are no stacks to transform.
pub(in crate::ui) fn transform_button(ui: &mut Ui, ctx: &ViewCtx<'_>, label: &str, tooltip: &str) -> Response {
    ui.add_enabled(is_stacks(ctx), egui::Button::new(label))
        .on_hover_text(tooltip)
        .on_disabled_hover_text("This profile holds no whole stacks, so there is nothing to take out of them.")
}

fn has_trees(ctx: &ViewCtx<'_>) -> bool {
    ctx.analysis.profile().has_trees()
}

fn is_stacks(ctx: &ViewCtx<'_>) -> bool {
    matches!(ctx.analysis.profile().body(), Body::Stacks(_))
}
