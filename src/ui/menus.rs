//! Menus that several views share.

use super::views::ViewKind;
use super::{Action, Actions, Command, TreeKind, ViewCtx, theme};
use crate::analyze::{GroupId, Order, Transform};
use crate::layout::Marked;
use crate::model::{Body, format};
use egui::{Button, Response, Role, Ui, Vec2, WidgetInfo};

/// Why a transform cannot be had.
const NO_STACKS: &str = "This profile holds no whole stacks, so stacks cannot be changed.";

/// What can be done with the selected group, and with the calls of a tree that led to the box or arc it was chosen by.
pub(super) fn group_menu(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (kind, path): (TreeKind, &[GroupId]),
    marked: Option<&Marked>,
    actions: &mut Actions,
) {
    if let Some(group) = ctx.selection {
        let name = ctx.analysis.name(group);
        ui.label(
            egui::RichText::new(crate::layout::fit_name(&name, 40)).monospace().small().color(ctx.theme.text_weak),
        );
    }
    super::annotations::menu_ui(ui, ctx, marked, actions);
    ui.separator();
    transform_button(ui, ctx, Command::FocusSelection, actions);
    focus_subtree_button(ui, ctx, (kind, path), actions);
    for command in [Command::HideSelection, Command::DropSelection] {
        transform_button(ui, ctx, command, actions);
    }
    ui.separator();
    for command in [Command::CollapsePackage, Command::CollapseModule, Command::CollapseRecursion, Command::OnlyMine] {
        transform_button(ui, ctx, command, actions);
    }
    ui.separator();
    command_button(ui, Command::View(ViewKind::Source), ctx.selection.is_some(), actions);
    command_button(ui, Command::ResetZoom, true, actions);
    command_button(ui, Command::CopySelection, ctx.selection.is_some(), actions);
    let copy = ui.add_enabled(!path.is_empty(), Button::new("Copy stack"));
    let copy = copy.on_hover_text("The calls that lead here, the outermost first, a call a line.");
    if copy.clicked()
        && let Some(stack) = stack_text(ctx, kind, path)
    {
        actions.push(Action::Copy(stack, "Stack copied"));
        ui.close();
    }
    command_button(ui, Command::CopyPicture, true, actions);
    command_button(ui, Command::Export, true, actions);
}

/// The calls down a path, the outermost first, a call a line: `parse (app/csv.py:12)`. A path of an inverted tree begins
/// with the innermost. `None` where there are none.
fn stack_text(ctx: &ViewCtx<'_>, kind: TreeKind, path: &[GroupId]) -> Option<String> {
    let line = |group: &GroupId| {
        let name = format::one_line(&ctx.analysis.name(*group)).into_owned();
        match ctx.analysis.place(*group) {
            ("", _) => name,
            (file, 0) => format!("{name} ({file})"),
            (file, line) => format!("{name} ({file}:{line})"),
        }
    };
    let inverted =
        matches!(kind, TreeKind::Whole(Order::Inverted) | TreeKind::Overview(Order::Inverted) | TreeKind::CallersOf(_));
    let lines: Vec<String> =
        if inverted { path.iter().rev().map(line).collect() } else { path.iter().map(line).collect() };
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A button that keeps the stacks that begin with these calls. In trees of other roots their beginning is not known.
fn focus_subtree_button(ui: &mut Ui, ctx: &ViewCtx<'_>, (kind, path): (TreeKind, &[GroupId]), actions: &mut Actions) {
    let from_root = matches!(kind, TreeKind::Whole(Order::LeftHeavy | Order::Time) | TreeKind::Sunburst);
    let stacks = matches!(ctx.analysis.profile().body(), Body::Stacks(_));
    let button = ui.add_enabled(stacks && from_root && !path.is_empty(), Button::new("Focus on this subtree"));
    let button = button
        .on_hover_text("Keep only the stacks that begin with the calls that lead here, and begin them here.")
        .on_disabled_hover_text(if stacks { "Choose a box of the whole flame graph, or an arc." } else { NO_STACKS });
    if button.clicked() {
        actions.push(Action::Transform(Transform::FocusSubtree(path.to_vec())));
        ui.close();
    }
}

/// A button for a transform, which only profiles of whole stacks can have.
fn transform_button(ui: &mut Ui, ctx: &ViewCtx<'_>, command: Command, actions: &mut Actions) {
    let stacks = matches!(ctx.analysis.profile().body(), Body::Stacks(_));
    let needs_selection = !matches!(command, Command::CollapseRecursion | Command::OnlyMine);
    let enabled = stacks && (!needs_selection || ctx.selection.is_some());
    let response = command_button(ui, command, enabled, actions);
    if !stacks {
        response.on_disabled_hover_text(NO_STACKS);
    }
}

/// A menu entry for a command, with its keys.
pub(super) fn command_button(ui: &mut Ui, command: Command, enabled: bool, actions: &mut Actions) -> egui::Response {
    let mut button = Button::new(command.label());
    if command.shortcut().is_some() {
        button = button.shortcut_text(command.keys(ui.ctx()));
    }
    let response = ui.add_enabled(enabled, button).on_hover_text(command.tooltip());
    if response.clicked() {
        actions.push(Action::Run(command));
        ui.close();
    }
    response
}

/// A button for a command with a sign in the place of its name.
pub(super) fn sign_button(ui: &mut Ui, sign: &str, command: Command, enabled: bool, actions: &mut Actions) -> Response {
    let button = |ui: &mut Ui| {
        ui.spacing_mut().button_padding = Vec2::ZERO;
        let button = Button::new(sign).min_size(Vec2::splat(theme::SIGN_BUTTON)).frame_when_inactive(false);
        ui.add_enabled(enabled, button)
    };
    let response = ui.scope(button).inner;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, command.label()));
    let keys = command.keys(ui.ctx());
    let response = response.on_hover_text(format!("{} ({keys})", command.tooltip()));
    if response.clicked() {
        actions.push(Action::Run(command));
    }
    response
}
