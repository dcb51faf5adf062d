//! The table of functions, lines, files, modules or packages.

mod columns;
mod copy;
mod filter;
mod rows;

use super::differences::{DifferencesState, differences_ui};
use super::group_rows::{Scrolled, keyboard, row_ui, things};
use crate::analyze::{SearchText, SortKey};
use crate::model::format;
use crate::ui::{
    Action, Actions, ViewCtx,
    cell::{self, Head},
    theme,
};
use columns::Column;
pub(in crate::ui) use columns::name_head;
pub(super) use copy::{MARKDOWN_ROWS, code, one_field};
use egui::{Response, RichText, ScrollArea, Ui};
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
    scrolled: Scrolled,
}

impl Default for TableState {
    fn default() -> Self {
        Self {
            sort: SortKey::Own,
            descending: true,
            filter: SearchText::default(),
            differences: DifferencesState::default(),
            rows: Rows::default(),
            scrolled: Scrolled::default(),
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
        keyboard(ui, ctx, rows.shown(), |g| rows.position(g), &state.scrolled, actions);
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
        let text = RichText::new(format!("Not a regular expression: {error}")).color(ctx.theme.error);
        ui.add(egui::Label::new(text).truncate());
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
    builder = state.scrolled.follow(builder, ctx.selection, |g| state.rows.position(g));
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
                let cells = columns.iter().map(|(column, _)| |ui: &Ui| column.cell_ui(ui, ctx, &scales, group));
                let menu = |ui: &mut Ui, actions: &mut Actions| copy_items_ui(ui, ctx, rows, actions);
                row_ui(&mut row, ctx, group, cells, menu, actions);
            }
        });
    });
    state.scrolled.fit(scrolled.inner_rect.height());
    if let Some(column) = sort_by {
        state.sort_by(column);
        ui.ctx().request_repaint();
    }
}

/// Widths of the columns: numbers take what they need, texts share the rest.
fn widths(ui: &Ui, columns: &[(Column, Head<'_>)], scales: &Scales) -> Vec<Width> {
    let needed = |(column, head): &(Column, Head<'_>)| head.width(ui).max(cell::width(ui, &column.widest(scales)));
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

/// What can be done with all rows.
fn copy_items_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, rows: &Rows, actions: &mut Actions) {
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
