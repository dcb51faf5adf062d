//! The table of differences: what each function cost on either side, and what lies between.

mod columns;
mod copy;
mod rows;

use super::group_rows::{Scrolled, keyboard, row_ui, things};
use super::table::filter_ui;
use crate::analyze::SearchText;
use crate::analyze::diff::{Measure, Normalize, Status};
use crate::model::format;
use crate::ui::{
    Action, Actions, CompareCtx, ViewCtx,
    cell::{self, Head},
    difference::{less_and_more, status_text, text_color},
    theme,
};
use columns::Column;
use egui::{Button, RichText, Role, ScrollArea, Ui, WidgetInfo};
use rows::{Order, Rows, Scales, Statuses};

/// What the table remembers: its order and its filters, and the rows these give.
#[derive(Clone, Debug)]
pub struct DifferencesState {
    order: Order,
    /// What names and files are filtered by.
    pub filter: SearchText,
    /// The statuses that are shown; none shows all.
    only: Statuses,
    rows: Rows,
    scrolled: Scrolled,
}

impl Default for DifferencesState {
    fn default() -> Self {
        Self {
            order: Order::LARGEST,
            filter: SearchText::default(),
            only: Statuses::default(),
            rows: Rows::default(),
            scrolled: Scrolled::default(),
        }
    }
}

/// Draws the table.
pub(super) fn differences_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    compare: &CompareCtx<'_>,
    state: &mut DifferencesState,
    actions: &mut Actions,
) {
    // Asked before the filter field has seen the keys: Enter that ends a filter opens nothing.
    let keys_are_free = ctx.keys_are_free(ui);
    let mut to_first_row = false;
    ui.horizontal_wrapped(|ui| {
        to_first_row = filter_ui(ui, ctx.theme, &mut state.filter);
        measure_ui(ui, compare, actions);
        state.rows.update(compare.comparison, compare.measure, state.order, &state.filter, state.only);
        ui.separator();
        statuses_ui(ui, ctx, state);
        count_ui(ui, ctx, state);
    });
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
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| rows_ui(ui, ctx, compare, state, actions));
}

/// Which cost is compared.
fn measure_ui(ui: &mut Ui, compare: &CompareCtx<'_>, actions: &mut Actions) {
    let per_call = compare.comparison.normalize() == Normalize::PerCall;
    let choices = [
        (Measure::Own, if per_call { "Self per call" } else { "Self" }, "Compare what functions cost in themselves."),
        (
            Measure::Total,
            if per_call { "Total per call" } else { "Total" },
            "Compare what functions cost with everything they called.",
        ),
    ];
    for (measure, label, tooltip) in choices {
        let button = Button::selectable(compare.measure == measure, label);
        if ui.add(button).on_hover_text(tooltip).clicked() && compare.measure != measure {
            actions.push(Action::Measure(measure));
        }
    }
}

/// A chip for each status there is: a click shows rows of that status only.
fn statuses_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut DifferencesState) {
    let (less, more) = less_and_more(&ctx.metric().unit);
    for status in Status::ALL {
        let count = state.rows.count(status);
        let is_on = state.only.contains(status);
        if count == 0 && !is_on {
            continue;
        }
        let word = match status {
            Status::Slower => format!("▲ {more}"),
            Status::Faster => format!("▼ {less}"),
            status => status_text(status),
        };
        let text = format!("{word} {}", format::count(count as i64));
        let color = if count == 0 { ctx.theme.text_weak } else { text_color(ctx.theme, status) };
        let response = ui
            .add(Button::selectable(is_on, RichText::new(&text).color(color)).frame_when_inactive(true))
            .on_hover_text("Show these only; click more to show them, too.");
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, &text));
        if response.clicked() {
            state.only.toggle(status);
        }
    }
}

/// `12 of 345 functions`, or as much of that as there is room for, where not all are shown; or what is wrong with the
/// filter.
fn count_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &DifferencesState) {
    if let Some(error) = state.rows.error() {
        ui.colored_label(ctx.theme.error, format!("Not a regular expression: {error}"));
        return;
    }
    let (shown, all) = (state.rows.shown().len(), state.rows.unfiltered());
    if shown == all {
        return;
    }
    let short = format!("{} of {}", format::count(shown as i64), format::count(all as i64));
    let whole = format!("{short} {}", things(ctx.analysis.query().by, all));
    let text = if cell::width(ui, &whole) <= ui.available_size_before_wrap().x { &whole } else { &short };
    ui.label(RichText::new(text).color(ctx.theme.text_weak)).on_hover_text(&whole);
}

/// Why there is nothing to see, and what to do about it.
fn empty_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut DifferencesState) {
    let any = state.rows.unfiltered() > 0;
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() / 3.0);
        let by = ctx.analysis.query().by.name();
        let text = if !any {
            "Nothing is left to compare. Remove a transform, or show every thread.".to_owned()
        } else if state.filter.text.is_empty() {
            format!("No {by} has that status.")
        } else {
            format!("No {by} that matches “{}” is shown.", state.filter.text)
        };
        ui.label(RichText::new(text).color(ctx.theme.text_weak));
        if any && ui.button("Show all").clicked() {
            state.filter.text.clear();
            state.only = Statuses::default();
        }
    });
}

fn rows_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    compare: &CompareCtx<'_>,
    state: &mut DifferencesState,
    actions: &mut Actions,
) {
    let Some(scales) = state.rows.scales().cloned() else { return };
    ui.spacing_mut().item_spacing = cell::TABLE_SPACING;
    let columns = fitting(ui, ctx, compare, &scales);
    let query = ctx.analysis.query();
    let mut builder = cell::table(ui, ctx.theme)
        // Widths are kept from frame to frame; other heads need others.
        .id_salt((columns.len(), query.by, query.metric, compare.measure, compare.comparison.normalize()))
        .animate_scrolling(false);
    let room = columns.room;
    for (column, _, head_width) in &columns.list {
        builder = builder.column(column.width(*head_width, room));
    }
    builder = state.scrolled.follow(builder, ctx.selection, |g| state.rows.position(g));
    let mut sort_by = None;
    let order = state.order;
    let mut table = builder.header(theme::TABLE_HEAD, |mut row| {
        for (column, head, _) in &columns.list {
            let sorted = (order.column == *column).then_some(order.descending);
            if cell::sort_head(&mut row, ctx.theme, head, sorted, &column.tooltip(compare)).clicked() {
                sort_by = Some(*column);
            }
        }
    });
    cell::head_line(table.ui_mut(), ctx.theme);
    let rows = &state.rows;
    let scrolled = table.body(|body| {
        body.rows(theme::TABLE_ROW, rows.shown().len(), |mut row| {
            if let Some(&group) = rows.shown().get(row.index()) {
                let of = compare.comparison.table().row(group);
                let cells =
                    columns.list.iter().map(|(column, ..)| |ui: &Ui| column.cell_ui(ui, ctx, compare, &scales, &of));
                let menu = |ui: &mut Ui, actions: &mut Actions| copy_items_ui(ui, compare, rows, &scales, actions);
                row_ui(&mut row, ctx, group, cells, menu, actions);
            }
        });
    });
    state.scrolled.fit(scrolled.inner_rect.height());
    if let Some(column) = sort_by {
        state.order = state.order.clicked(column);
        ui.ctx().request_repaint();
    }
}

/// Columns with their heads and what these need, and the room their texts share.
struct Fitting {
    list: Vec<(Column, Head<'static>, f32)>,
    room: f32,
}

impl Fitting {
    fn len(&self) -> usize {
        self.list.len()
    }
}

fn fitting(ui: &Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, scales: &Scales) -> Fitting {
    let list = Column::shown(ctx, compare).into_iter().map(|column| {
        let head = column.head(ctx, compare, scales);
        let width = head.width(ui).max(cell::width(ui, &column.widest(scales)));
        (column, head, width)
    });
    let mut list: Vec<_> = list.collect();
    let gaps = ui.spacing().item_spacing.x * list.len().saturating_sub(1) as f32;
    let figures: f32 = list.iter().map(|(column, _, head)| column.fixed_width(*head)).sum();
    let room = ui.available_width() - gaps - figures;
    list.retain(|(column, ..)| column.fits(room));
    Fitting { list, room }
}

fn copy_items_ui(ui: &mut Ui, compare: &CompareCtx<'_>, rows: &Rows, scales: &Scales, actions: &mut Actions) {
    let tsv = ui.button("Copy table as TSV").on_hover_text("Every row that is shown, for a spreadsheet.");
    if tsv.clicked() {
        actions.push(Action::Copy(copy::tsv(compare.comparison, compare.measure, rows.shown()), "Table copied"));
    }
    let markdown = ui
        .button("Copy table as Markdown")
        .on_hover_text("The summary and the first rows that are shown, for a review.");
    if markdown.clicked() {
        let text = copy::markdown(compare.comparison, compare.measure, rows.shown(), scales);
        actions.push(Action::Copy(text, "Table copied"));
    }
}
