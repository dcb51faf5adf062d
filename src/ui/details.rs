//! The panel with everything about the selected function.

mod compared;
mod excerpt;
mod neighbours;
mod pairing;
mod runs;

use super::hint_marks::{self, hints_of_ui};
use super::views::{ViewKind, callers_tables::NOT_COUNTED, group_rows::transform_button};
use super::{Action, Actions, ViewCtx, cell, theme};
use crate::analyze::{Class, Exactness, GroupBy, GroupId, Neighbour, Transform, has_module, share};
use crate::layout::fit_name;
use crate::model::{Body, Unit, format};
use egui::{
    Align, CursorIcon, Frame, Label, Layout, Margin, RichText, Role, ScrollArea, Sense, TextStyle, Ui, Vec2, WidgetInfo,
};
use neighbours::{Row, list_ui};

/// A longer name would push everything else out of the panel.
const MOST_LETTERS: usize = 160;
/// Callers, and callees, that are listed; the callers view has all of them.
const MOST_NEIGHBOURS: usize = 12;

/// The titles of the lists of callers and callees, and what stands there where there are none.
const CALLED_BY: (&str, &str) = ("Called by", "Nothing calls it: it is where stacks begin.");
const CALLS: (&str, &str) = ("Calls", "It calls nothing that was recorded.");

/// Draws the details of the selection. They leave a margin at their right, which a scroll bar stands in.
pub fn details_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, actions: &mut Actions) {
    let margin = Frame::new().inner_margin(Margin { right: theme::MARGIN as i8, ..Margin::ZERO });
    let height = ui.available_height();
    ScrollArea::vertical().id_salt(("details", ctx.selection)).auto_shrink(false).show(ui, |ui| {
        margin.show(ui, |ui| match (ctx.selection, &ctx.compare) {
            (Some(group), _) => selected_ui(ui, ctx, group, actions),
            (None, Some(compare)) => compared::everything_ui(ui, ctx, compare),
            (None, None) => nothing_selected_ui(ui, ctx, height),
        });
    });
}

fn selected_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, actions: &mut Actions) {
    identity_ui(ui, ctx, group);
    if let Some(compare) = &ctx.compare {
        compared::compared_ui(ui, ctx, compare, group, actions);
        hints_of_ui(ui, ctx, group, actions);
        return;
    }
    place_ui(ui, ctx, &cell::place(ctx, group), &[Action::ShowLine(group, 0)], actions);
    ui.add_space(theme::GAP);
    figures_ui(ui, ctx, group);
    path_ui(ui, ctx, group);
    calls_ui(ui, ctx, group);
    note_ui(ui, ctx, group);
    hints_of_ui(ui, ctx, group, actions);
    // A finding is about lines: they come first.
    let has_hint = hint_marks::best(ctx, group).is_some();
    if has_hint {
        excerpt::excerpt_ui(ui, ctx, group, actions);
    }
    ui.add_space(theme::GAP);
    buttons_ui(ui, ctx, group, actions);
    neighbours_ui(ui, ctx, group, actions);
    if !has_hint {
        excerpt::excerpt_ui(ui, ctx, group, actions);
    }
}

fn nothing_selected_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, height: f32) {
    ui.vertical_centered(|ui| {
        ui.add_space(height / 3.0);
        ui.label(RichText::new("Nothing selected").strong());
        ui.label(
            RichText::new("Click a row, a box or an arc to see what it cost, who called it and what it called.")
                .color(ctx.theme.text_weak),
        );
    });
}

/// Whose code it is, and its name.
fn identity_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId) {
    let weak = |text: String| RichText::new(text).color(ctx.theme.text_weak);
    ui.horizontal(|ui| {
        cell::square(ui, cell::swatch_colour(ctx, group));
        ui.add(Label::new(weak(whose(ctx, group))).truncate());
    });
    let name = ctx.analysis.name(group);
    let short = fit_name(&name, MOST_LETTERS);
    let label = ui.add(Label::new(RichText::new(&*short).monospace().size(theme::NAME_TEXT)).wrap());
    if *short != *name {
        label.on_hover_text(&*name);
    }
    let module = ctx.analysis.groups().module(ctx.analysis.classes(), group);
    if !module.is_empty() && *module != *name && has_module(ctx.analysis.place(group).0) {
        ui.add(Label::new(weak(module.to_owned())).wrap());
    }
}

/// Where it stands: a click shows it there. With a button that copies it.
fn place_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, place: &str, show: &[Action], actions: &mut Actions) {
    if !place.is_empty() && ctx.analysis.query().by != GroupBy::Package {
        // The button first, from the right: the path has what is left.
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let copy = ui.small_button("Copy").on_hover_text("Copy file and line.");
            copy.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Copy file:line"));
            if copy.clicked() {
                actions.push(Action::Copy(place.to_owned(), "Place copied"));
            }
            let size = Vec2::new(ui.available_width(), copy.rect.height());
            let (rect, path) = ui.allocate_exact_size(size, Sense::click());
            path.widget_info(|| WidgetInfo::labeled(Role::Link, true, place));
            if path.hovered() || path.has_focus() {
                ui.painter().rect_filled(rect, theme::SMALL_RADIUS, ctx.theme.raised);
            }
            cell::path(ui, rect, place, ctx.theme.accent);
            let path = path.on_hover_text(format!("{place}\nShow it in the source."));
            if path.on_hover_cursor(CursorIcon::PointingHand).clicked() {
                actions.extend_from_slice(show);
            }
        });
    }
}

/// `your code`, `django`, `standard library`.
fn whose(ctx: &ViewCtx<'_>, group: GroupId) -> String {
    let classes = ctx.analysis.classes();
    let class = ctx.analysis.groups().class(classes, group);
    let package = classes.packages().get(classes.package_of(ctx.analysis.groups().example(group)) as usize);
    match (class, package) {
        (Class::ThirdParty | Class::Native, Some(package)) if package.name != class.name() => {
            format!("{} · {}", package.name, class.name())
        }
        _ => class.name().to_owned(),
    }
}

/// Self and total: the figure, its share, and a bar.
fn figures_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId) {
    let table = ctx.analysis.table();
    if table.is_inclusive() {
        figure_ui(ui, ctx, "Time of its lines", table.total(group));
        return;
    }
    let total = if table.totals_are_exact() { "Total" } else { "≈ Total" };
    ui.columns(2, |columns| {
        if let [left, right] = columns {
            figure_ui(left, ctx, "Self", table.own(group));
            figure_ui(right, ctx, total, table.total(group));
        }
    });
}

fn figure_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, caption: &str, value: i64) {
    let share = ctx.analysis.table().share(value);
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(RichText::new(caption).small().color(ctx.theme.text_weak));
    ui.label(RichText::new(format::value(value, &ctx.metric().unit)).size(theme::FIGURE_TEXT));
    ui.label(RichText::new(format::percent(share)).color(ctx.theme.text_weak));
    ui.add_space(2.0);
    cell::meter(ui, ctx.theme, share);
}

/// What the calls cost that the selected box or arc stands for, where that is not what the function costs everywhere.
fn path_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId) {
    let Some((tree, node)) = ctx.chosen.and_then(|(kind, node)| Some((ctx.trees.get(kind)?, node))) else { return };
    let (table, unit) = (ctx.analysis.table(), &ctx.metric().unit);
    let of_path = [tree.own(node), tree.total(node)];
    // Estimates are a few nanoseconds off: what reads alike is the same.
    let read = |figures: [i64; 2]| figures.map(|figure| format::value(figure, unit));
    if tree.group(node) != group || read(of_path) == read([table.own(group), table.total(group)]) {
        return;
    }
    let about = if tree.is_exact(node) { "" } else { "≈ " };
    ui.add_space(theme::GAP);
    ui.label(RichText::new("This call path").small().color(ctx.theme.text_weak));
    for (what, figure) in ["Self", "Total"].into_iter().zip(of_path) {
        let share = format::percent(share(figure, tree.sum()));
        line_ui(ui, ctx, what, &format!("{about}{} · {share}", format::value(figure, unit)));
    }
}

/// How often it was called and what a call cost, or how many samples it stands on.
fn calls_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId) {
    let (table, unit) = (ctx.analysis.table(), &ctx.metric().unit);
    let mut lines = Vec::new();
    if let Some((hits, _)) = table.calls(group).filter(|_| table.is_inclusive()) {
        lines.push(("Hits", format::count(hits)));
        lines.push(("Per hit", format::per_call(table.own_per_call(group), unit)));
    } else if let Some((all, primitive)) = table.calls(group) {
        lines.push(("Calls", format::count(all)));
        if primitive != all && primitive >= 0 {
            lines.push(("Primitive calls", format::count(primitive)));
        }
        lines.push(("Self per call", format::per_call(table.own_per_call(group), unit)));
        lines.push(("Total per call", format::per_call(table.total_per_call(group), unit)));
    }
    if *unit == Unit::Samples {
        let (some, all) = (format::count(table.total(group)), format::count(table.sum()));
        lines.push(("On the stack in", format!("{some} of {all} samples")));
    } else if let Some(samples) = ctx.analysis.samples() {
        let stacks = ctx.analysis.profile().samples_are_stacks();
        let name = if stacks { "Stacks counted" } else { "Samples counted" };
        lines.push((name, format::count(samples as i64)));
    }
    ui.add_space(theme::GAP);
    for (what, value) in lines {
        line_ui(ui, ctx, what, &value);
    }
}

/// A word on the left and its value on the right.
fn line_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, what: &str, value: &str) {
    let height = ui.text_style_height(&TextStyle::Body);
    ui.allocate_ui_with_layout(Vec2::new(ui.available_width(), height), Layout::left_to_right(Align::Center), |ui| {
        ui.label(RichText::new(what).color(ctx.theme.text_weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(value));
    });
}

/// Whether to believe it.
fn note_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId) {
    let exact_totals = ctx.analysis.table().totals_are_exact();
    let (text, color) = match (ctx.analysis.profile().body(), ctx.analysis.exactness()) {
        (Body::Graph(_), _) if !exact_totals => {
            ("The total is estimated: the profiler recorded totals of functions only.".to_owned(), ctx.theme.estimated)
        }
        (Body::Graph(_), Exactness::Estimated) => (
            "Figures and callers are exact, as the profiler recorded them. Call trees are estimated from them."
                .to_owned(),
            ctx.theme.text_weak,
        ),
        (Body::Graph(_), Exactness::Exact) => {
            ("Figures, callers and call trees are exact.".to_owned(), ctx.theme.text_weak)
        }
        (Body::Lines(_), _) => (
            "Recorded line by line. Time spent in a function that a line calls is counted on that line, too."
                .to_owned(),
            ctx.theme.text_weak,
        ),
        (Body::Stacks(_), _) => (
            "Counted from recorded stacks: a stack counts once, however often the function is on it.".to_owned(),
            ctx.theme.text_weak,
        ),
    };
    let over = ctx.analysis.table().total(group) > ctx.analysis.sum();
    let text = if over { format!("{text} Its recorded total is larger than the whole run.") } else { text };
    ui.add(Label::new(RichText::new(text).small().color(color)).wrap());
}

fn buttons_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, actions: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        let calls = ctx.analysis.profile().has_trees();
        let views = [
            ("Show in flame", "Show it in the flame graph.", ViewKind::Flame),
            ("Callers", "Everything that calls it, and everything it calls.", ViewKind::Callers),
            ("Source", "Its file, with what each line cost.", ViewKind::Source),
        ];
        for (label, tooltip, view) in views.into_iter().filter(|(.., view)| calls || *view == ViewKind::Source) {
            if ui.button(label).on_hover_text(tooltip).clicked() {
                actions.push(Action::Show(view));
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        let transforms = [
            ("Focus", "Begin every stack at it and drop stacks without it.", Transform::Focus(group)),
            ("Hide", "Take it out of every stack; its time goes to its caller.", Transform::Hide(group)),
            ("Drop", "Leave out every sample whose stack holds it.", Transform::Drop(group)),
        ];
        for (label, tooltip, transform) in transforms {
            if transform_button(ui, ctx, label, tooltip).clicked() {
                actions.push(Action::Transform(transform));
            }
        }
    });
}

fn neighbours_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, actions: &mut Actions) {
    if !ctx.analysis.profile().has_trees() {
        return;
    }
    if !ctx.analysis.table().is_present(group) {
        ui.add_space(theme::MARGIN);
        ui.add(Label::new(RichText::new(NOT_COUNTED).color(ctx.theme.text_weak)).wrap());
        return;
    }
    let Some(neighbours) = ctx.neighbours else { return };
    let whole = ctx.analysis.table().total(group);
    let row = |neighbour: &Neighbour| {
        let (color, _) = cell::colours(ctx, neighbour.group);
        let figure = format::value(neighbour.total, &ctx.metric().unit);
        let bar = (share(neighbour.total, whole), cell::bar_colour(ctx, neighbour.group));
        Row { group: neighbour.group, spoken: figure.clone(), figure, color, bar, more: None }
    };
    list_ui(ui, ctx, CALLED_BY, neighbours.callers.iter().map(row), actions);
    list_ui(ui, ctx, CALLS, neighbours.callees.iter().map(row), actions);
}
