//! Menus that several views share.

use super::views::ViewKind;
use super::{Action, Actions, Command, ViewCtx};
use crate::model::Body;
use egui::{Button, Ui};

/// What can be done with the selected group.
pub(super) fn group_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, actions: &mut Actions) {
    if let Some(group) = ctx.selection {
        let name = ctx.analysis.name(group);
        ui.label(egui::RichText::new(crate::layout::fit(&name, 40)).monospace().small().color(ctx.theme.text_weak));
    }
    for command in [Command::FocusSelection, Command::HideSelection, Command::DropSelection] {
        transform_button(ui, ctx, command, actions);
    }
    ui.separator();
    for command in [Command::CollapseRecursion, Command::OnlyMine] {
        transform_button(ui, ctx, command, actions);
    }
    ui.separator();
    command_button(ui, Command::View(ViewKind::Source), ctx.selection.is_some(), actions);
    command_button(ui, Command::ResetZoom, true, actions);
    command_button(ui, Command::CopySelection, ctx.selection.is_some(), actions);
}

/// A button for a transform, which only profiles of whole stacks can have.
fn transform_button(ui: &mut Ui, ctx: &ViewCtx<'_>, command: Command, actions: &mut Actions) {
    let stacks = matches!(ctx.analysis.profile().body(), Body::Stacks(_));
    let needs_selection = !matches!(command, Command::CollapseRecursion | Command::OnlyMine);
    let enabled = stacks && (!needs_selection || ctx.selection.is_some());
    let response = command_button(ui, command, enabled, actions);
    if !stacks {
        response.on_disabled_hover_text("This profile holds no whole stacks, so stacks cannot be changed.");
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
