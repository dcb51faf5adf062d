//! What lies over everything for a moment: the command palette, the sheet of shortcuts, warnings, a choice.

use super::annotations::{Listed, NoteField, annotations_ui, note_field_ui};
use super::compare_bar::{side_colour, side_title};
use super::{Action, Actions, Command, Theme, theme};
use crate::analyze::diff::Side;
use crate::model::Profile;
use egui::{Button, Frame, Key, Modal, RichText, ScrollArea, TextEdit, Ui, Vec2};
use std::sync::Arc;

/// Which overlay is shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Overlay {
    /// None.
    #[default]
    None,
    /// The command palette: the text typed so far and the row the keyboard is at.
    Palette(String, usize),
    /// The sheet of shortcuts.
    Shortcuts,
    /// The warnings of a profile, or of both that are compared.
    Warnings,
    /// Something to choose.
    Choice(Choice),
    /// A note that is being written.
    Note(NoteField),
    /// What is marked, to be changed and taken off.
    Annotations(Vec<Listed>),
}

/// A question with a few answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    /// What it is about.
    pub heading: String,
    /// What the answers mean.
    pub text: String,
    /// The answers and what they do; Enter chooses the first.
    pub answers: Vec<(String, Action)>,
    /// Whether it has been shown: the keyboard is at the first answer then.
    pub shown: bool,
}

/// Profiles with the side they are on, where they are compared.
pub type Profiles<'a> = [(Option<Side>, &'a Arc<Profile>)];

/// Draws an overlay; it becomes [`Overlay::None`] when it is closed.
pub fn overlay_ui(ui: &Ui, theme: &Theme, overlay: &mut Overlay, profiles: &Profiles<'_>, actions: &mut Actions) {
    let close = match overlay {
        Overlay::None => return,
        Overlay::Palette(text, row) => palette(ui, theme, text, row, actions),
        Overlay::Shortcuts => shortcuts(ui, theme),
        Overlay::Warnings => warnings(ui, theme, profiles),
        Overlay::Choice(choice) => choice_ui(ui, theme, choice, actions),
        Overlay::Note(field) => note_field_ui(ui, theme, field, actions),
        Overlay::Annotations(listed) => annotations_ui(ui, theme, listed, actions),
    };
    if close {
        *overlay = Overlay::None;
    }
}

/// A dialog with as much air at its edges as a panel has.
fn modal(name: &'static str, ui: &Ui) -> Modal {
    Modal::new(egui::Id::unique(name)).frame(Frame::popup(ui.style()).inner_margin(theme::MARGIN))
}

/// Height of the list of commands.
const PALETTE: f32 = 360.0;

fn palette(ui: &Ui, theme: &Theme, text: &mut String, row: &mut usize, actions: &mut Actions) -> bool {
    let mut done = false;
    let modal = modal("palette", ui).show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        let field = ui.add(TextEdit::singleline(text).hint_text("Type a command").desired_width(f32::INFINITY));
        field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Command"));
        field.request_focus();
        let wanted = text.to_lowercase();
        let found: Vec<Command> =
            Command::all().into_iter().filter(|c| matches(&c.label().to_lowercase(), &wanted)).collect();
        let (down, up, enter) =
            ui.input(|i| (i.key_pressed(Key::ArrowDown), i.key_pressed(Key::ArrowUp), i.key_pressed(Key::Enter)));
        if field.changed() {
            *row = 0;
        }
        let last = found.len().saturating_sub(1);
        *row = if down { *row + 1 } else { row.saturating_sub(usize::from(up)) }.min(last);
        ui.add_space(theme::GAP);
        // All of its height, whatever is found: the field stays where it is, and the list does not stay short once the
        // field is empty again.
        let height = PALETTE.min(ui.ctx().content_rect().height() - 120.0);
        let list = ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink(false);
        list.show(ui, |ui| {
            if found.is_empty() {
                ui.label(RichText::new("No command is called that.").color(theme.text_weak));
            }
            for (i, command) in found.iter().enumerate() {
                let mut button = Button::selectable(i == *row, command.label()).min_size(Vec2::new(440.0, 24.0));
                if command.shortcut().is_some() {
                    button = button.shortcut_text(command.keys(ui.ctx()));
                }
                let response = ui.add(button).on_hover_text(command.tooltip());
                if i == *row && (down || up) {
                    response.scroll_to_me(None);
                }
                if response.clicked() || (enter && i == *row) {
                    actions.push(Action::Run(*command));
                    done = true;
                }
            }
        });
    });
    done || modal.should_close()
}

/// Whether the letters of `wanted` occur in a name in their order.
fn matches(name: &str, wanted: &str) -> bool {
    let mut letters = name.chars();
    wanted.chars().filter(|c| !c.is_whitespace()).all(|w| letters.any(|l| l == w))
}

fn shortcuts(ui: &Ui, theme: &Theme) -> bool {
    let mut done = false;
    let modal = modal("shortcuts", ui).show(ui.ctx(), |ui| {
        // With room for a third column, nothing lies below the end of the window.
        let wide = ui.ctx().content_rect().width() >= SHEET + COLUMN + 80.0;
        ui.set_width(if wide { SHEET + COLUMN } else { SHEET });
        // As much of the window as it takes: by itself it would keep to the height of a menu.
        let height = ui.ctx().content_rect().height() - 160.0;
        ui.set_max_height(height);
        ui.heading("Keyboard shortcuts");
        ui.add_space(theme::GAP);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.columns(if wide { 3 } else { 2 }, |columns| {
                let all: Vec<Command> = Command::all().into_iter().filter(|c| c.shortcut().is_some()).collect();
                let half = all.len().div_ceil(2);
                for (column, part) in columns.iter_mut().zip([&all[..half], &all[half..]]) {
                    let part = part.iter().map(|c| (c.keys(column.ctx()), c.label())).collect();
                    rows(column, theme, part);
                }
                if let Some(third) = columns.get_mut(2) {
                    canvas_rows(third, theme);
                }
            });
            if !wide {
                ui.add_space(theme::GAP);
                canvas_rows(ui, theme);
            }
        });
        ui.add_space(theme::GAP);
        done = ui.button("Close").clicked();
    });
    done || modal.should_close()
}

/// Width of two columns of shortcuts, and of one.
const SHEET: f32 = 700.0;
const COLUMN: f32 = 350.0;

/// Keys of flame graphs, which are no commands.
fn canvas_rows(ui: &mut Ui, theme: &Theme) {
    ui.label(RichText::new("In flame graphs").strong());
    let canvas = [
        ("A  D", "Pan"),
        ("W  S  +  -", "Zoom"),
        ("Arrows", "From box to box"),
        ("Enter, double-click", "Zoom to a box"),
        ("0, Esc, Home", "Show everything"),
        ("Ctrl + wheel", "Zoom at the pointer"),
        ("Wheel, drag", "Pan"),
    ];
    rows(ui, theme, canvas.map(|(keys, what)| (keys.to_owned(), what)).to_vec());
}

fn rows(ui: &mut Ui, theme: &Theme, rows: Vec<(String, &str)>) {
    egui::Grid::new(ui.next_auto_id()).num_columns(2).spacing([16.0, 5.0]).min_col_width(110.0).show(ui, |ui| {
        for (keys, what) in rows {
            ui.label(RichText::new(keys).monospace().color(theme.accent));
            ui.label(what);
            ui.end_row();
        }
    });
}

fn warnings(ui: &Ui, theme: &Theme, profiles: &Profiles<'_>) -> bool {
    let mut done = false;
    let modal = modal("warnings", ui).show(ui.ctx(), |ui| {
        ui.set_width(560.0);
        let height = ui.ctx().content_rect().height() - 200.0;
        ui.set_max_height(height);
        ui.heading(if profiles.len() > 1 {
            "Before you believe this comparison"
        } else {
            "Before you believe this profile"
        });
        ui.add_space(theme::GAP);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            for (side, profile) in profiles {
                if let Some(side) = side {
                    ui.label(RichText::new(side_title(*side)).strong().color(side_colour(theme, *side)));
                }
                warnings_of(ui, theme, profile);
            }
        });
        ui.add_space(theme::GAP);
        done = ui.button("Close").clicked();
    });
    done || modal.should_close()
}

fn warnings_of(ui: &mut Ui, theme: &Theme, profile: &Profile) {
    if profile.warnings().is_empty() {
        ui.label("Nothing was skipped, repaired or estimated in reading it.");
    }
    for warning in profile.warnings() {
        Frame::new().fill(theme.raised).corner_radius(6.0).inner_margin(10.0).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                ui.label(RichText::new("▲").color(theme.warning));
                ui.add(egui::Label::new(warning.to_string()).wrap());
            });
        });
    }
    let comments = &profile.origin().comments;
    if !comments.is_empty() {
        ui.add_space(theme::GAP);
        ui.label(RichText::new("Remarks in the file").strong());
        for comment in comments {
            ui.label(RichText::new(comment).color(theme.text_weak));
        }
    }
}

fn choice_ui(ui: &Ui, theme: &Theme, choice: &mut Choice, actions: &mut Actions) -> bool {
    let mut done = false;
    let modal = modal("choice", ui).show(ui.ctx(), |ui| {
        ui.set_width(440.0);
        ui.heading(&choice.heading);
        if !choice.text.is_empty() {
            ui.label(RichText::new(&choice.text).color(theme.text_weak));
        }
        ui.add_space(theme::GAP);
        for (i, (label, action)) in choice.answers.iter().enumerate() {
            let size = Vec2::new(ui.available_width(), theme::BAR_HEIGHT);
            let button = match i {
                0 => Button::new(RichText::new(label).color(theme.on_accent).strong()).fill(theme.accent),
                _ => Button::new(label),
            };
            let response = ui.add(button.min_size(size));
            if i == 0 && !choice.shown {
                response.request_focus();
            }
            if response.clicked() {
                actions.push(action.clone());
                done = true;
            }
        }
        ui.add_space(theme::GAP);
        done |= ui.button("Cancel").clicked();
    });
    choice.shown = true;
    done || modal.should_close()
}
