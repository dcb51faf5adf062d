//! The bar above the lines: which file it is, whether to believe it, where it is hot.

use super::{SourceCtx, SourceState};
use crate::analyze::HeatKind;
use crate::source::{Encoding, How};
use crate::ui::source_page::{HeatBy, SourcePage};
use crate::ui::{Action, Actions, Command, EDITORS, ViewCtx, cell, theme};
use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Frame, Layout, Margin, PopupCloseBehavior, Rect, RichText, TextEdit, Ui, Vec2};

pub(super) fn toolbar_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    source: &SourceCtx<'_>,
    page: &SourcePage,
    state: &mut SourceState,
    actions: &mut Actions,
) {
    Frame::new().inner_margin(Margin::symmetric(theme::MARGIN as i8, 6)).show(ui, |ui| {
        let is_narrow = ui.available_width() < theme::READING_WIDTH;
        if is_narrow {
            ui.horizontal(|ui| title(ui, ctx, page));
            ui.add_space(theme::GAP / 2.0);
            ui.horizontal_wrapped(|ui| buttons(ui, source, page, state, actions));
        } else {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    buttons(ui, source, page, state, actions);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| title(ui, ctx, page));
                });
            });
        }
        notes(ui, ctx, page);
    });
}

/// A group of buttons.
#[derive(Clone, Copy)]
enum Buttons {
    By,
    Hot,
    Editor,
}

/// All buttons. A layout from the right places the last first.
fn buttons(ui: &mut Ui, source: &SourceCtx<'_>, page: &SourcePage, state: &mut SourceState, actions: &mut Actions) {
    let from_right = ui.layout().prefer_right_to_left();
    let mut groups = vec![Buttons::Hot];
    // Of two files beside each other, the editor opens the one that keys are for.
    if source.takes_keys {
        groups.push(Buttons::Editor);
    }
    if page.heat.kind != HeatKind::Recorded {
        groups.insert(0, Buttons::By);
    }
    for (i, group) in in_order(groups, from_right).into_iter().enumerate() {
        if i > 0 {
            ui.separator();
        }
        match group {
            Buttons::By => by_buttons(ui, state, from_right),
            Buttons::Hot => {
                let commands = [
                    ("Hottest line", Command::HottestLine),
                    ("↑", Command::PreviousHotLine),
                    ("↓", Command::NextHotLine),
                ];
                for (label, command) in in_order(commands.to_vec(), from_right) {
                    command_button(ui, label, command, actions);
                }
            }
            Buttons::Editor if from_right => {
                options_menu(ui, source, actions);
                command_button(ui, "Open in editor", Command::OpenInEditor, actions);
            }
            Buttons::Editor => {
                command_button(ui, "Open in editor", Command::OpenInEditor, actions);
                options_menu(ui, source, actions);
            }
        }
    }
}

fn in_order<T>(mut items: Vec<T>, from_right: bool) -> Vec<T> {
    if from_right {
        items.reverse();
    }
    items
}

fn by_buttons(ui: &mut Ui, state: &mut SourceState, from_right: bool) {
    let choices = [
        (HeatBy::Own, "Self", "Colour lines by what they cost themselves."),
        (HeatBy::Total, "Total", "Colour lines by their cost with everything they called."),
    ];
    for (by, label, hint) in in_order(choices.to_vec(), from_right) {
        if ui.selectable_label(state.by == by, label).on_hover_text(hint).clicked() {
            state.by = by;
        }
    }
}

fn command_button(ui: &mut Ui, label: &str, command: Command, actions: &mut Actions) {
    let hint = format!("{} ({})", command.tooltip(), command.keys(ui.ctx()));
    if ui.button(label).on_hover_text(hint).clicked() {
        actions.push(Action::Run(command));
    }
}

/// The file's name and folder, as much of them as there is room for.
fn title(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &SourcePage) {
    let Some(found) = page.found() else { return };
    let path = found.file.path();
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    ui.label(RichText::new(name).strong());
    let folder = match found.how {
        How::NearProfile => "near the profile".to_owned(),
        _ => path.parent().map(|p| p.display().to_string()).unwrap_or_default(),
    };
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), ui.spacing().interact_size.y), egui::Sense::hover());
    cell::path(ui, Rect::from_min_max(rect.min, rect.max), &folder, ctx.theme.text_weak);
    response.on_hover_text(format!("{}\n{}", path.display(), how(found.how, &page.recorded)));
}

fn how(how: How, recorded: &str) -> String {
    match how {
        How::AsRecorded => "Where the profile says.".to_owned(),
        How::Mapped => format!("Recorded as {recorded}; found by your mapping."),
        How::UnderRoot => format!("Recorded as {recorded}; found in a folder you chose."),
        How::NearProfile => format!("Recorded as {recorded}; found near the profile."),
        How::StandardLibrary(_) => format!("Recorded as {recorded}; found in this machine's standard library."),
        How::Installed(_) => format!("Recorded as {recorded}; found among this machine's packages."),
    }
}

/// What to know before believing the lines.
fn notes(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &SourcePage) {
    ui.spacing_mut().item_spacing.y = theme::GAP / 2.0;
    ui.add_space(theme::GAP / 2.0);
    let weak = |text: &str| RichText::new(text.to_owned()).small().color(ctx.theme.text_weak);
    if page.heat.kind == HeatKind::Functions {
        let text = if page.calls.is_empty() {
            "The profile names functions, not lines: figures stand where each function begins."
        } else {
            "The profile names functions, not lines: figures stand where each function begins, and ≈ where only one line \
             of a function can have made a call."
        };
        ui.label(weak(text));
    }
    if page.heat.lines.is_empty() {
        ui.label(weak("No line of this file was counted under these filters."));
    }
    for doubt in &page.doubts {
        ui.label(RichText::new(doubt).small().color(ctx.theme.warning));
    }
    if page.found().is_some_and(|f| f.file.encoding() == Encoding::Lossy) {
        let text = "Some bytes are not UTF-8 and are shown as \u{fffd}.";
        ui.label(RichText::new(text).small().color(ctx.theme.warning));
    }
}

/// The command of the editor, which is the user's own and runs only when asked for, and where sources are looked for.
fn options_menu(ui: &mut Ui, source: &SourceCtx<'_>, actions: &mut Actions) {
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = MenuButton::new("Options…").config(config).ui(ui, |ui| {
        ui.set_min_width(theme::FIELD_WIDTH * 1.5);
        ui.spacing_mut().item_spacing.y = theme::GAP / 2.0;
        ui.strong("Editor");
        let mut text = source.editor.to_owned();
        let field = TextEdit::singleline(&mut text).desired_width(f32::INFINITY).font(egui::TextStyle::Monospace);
        if ui.add(field).changed() {
            actions.push(Action::SetEditor(text));
        }
        ui.label(
            RichText::new("{file} and {line} stand for the file and the line. No shell is involved.").small().weak(),
        );
        for example in EDITORS {
            if ui.button(RichText::new(*example).monospace()).clicked() {
                actions.push(Action::SetEditor((*example).to_owned()));
            }
        }
        ui.separator();
        ui.strong("Where sources are");
        named_places_ui(ui, source, actions);
        if ui.button("Add a folder…").on_hover_text("Search this folder for the profile's files.").clicked() {
            actions.push(Action::ChooseSourceFolder);
        }
    });
    response.on_hover_text("The editor, and where sources are looked for.");
}

/// The folders and mappings the user named, each with a button that takes it away.
pub(super) fn named_places_ui(ui: &mut Ui, source: &SourceCtx<'_>, actions: &mut Actions) {
    let mut place = |ui: &mut Ui, text: String, action: Action| {
        ui.horizontal(|ui| {
            if ui.small_button("×").on_hover_text(format!("Look no longer in {text}.")).clicked() {
                actions.push(action);
            }
            ui.label(RichText::new(text).monospace().small());
        });
    };
    for mapping in source.mappings {
        let from = if mapping.from.is_empty() { "/" } else { &mapping.from };
        place(ui, format!("{from} → {}", mapping.to.display()), Action::RemoveMapping(mapping.clone()));
    }
    for root in source.roots {
        place(ui, root.display().to_string(), Action::RemoveSourceRoot(root.clone()));
    }
}
