//! The start page: a place to drop files, recent ones, a sample, and how to record a profile.

use super::{Action, Actions, Command, Theme, theme};
use crate::analyze::diff::Side;
use crate::import::{FORMATS, Format};
use crate::layout::shorten_middle;
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Button, Frame, Layout, Margin, RichText, ScrollArea, TextStyle, Ui, Vec2};
use std::path::{Path, PathBuf};

/// What the start page shows.
pub struct Start<'a> {
    /// Files opened before, the last one first.
    pub recent: &'a [PathBuf],
    /// Profiles that come with the program.
    pub samples: &'a [PathBuf],
    /// Whether files can be dropped: not under Wayland without X11.
    pub can_drop: bool,
}

/// Draws the start page.
pub fn start_ui(ui: &mut Ui, theme: &Theme, start: &Start<'_>, actions: &mut Actions) {
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let width = ui.available_width().min(920.0) - 2.0 * theme::MARGIN;
        let side = ((ui.available_width() - width) / 2.0).max(theme::MARGIN);
        let top = ui.cursor().top();
        let column = egui::Rect::from_x_y_ranges(
            ui.max_rect().left() + side..=ui.max_rect().left() + side + width,
            top..=f32::INFINITY,
        );
        ui.scope_builder(egui::UiBuilder::new().max_rect(column), |ui| {
            ui.add_space(36.0);
            drop_card(ui, theme, start, actions);
            ui.add_space(24.0);
            // Commands are longer than names of files, and are no use cut.
            let (left, gap) = (ui.available_width() * 0.31, theme::MARGIN * 2.0);
            let right = ui.available_width() - left - gap;
            let top_down = Layout::top_down(Align::Min);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                ui.allocate_ui_with_layout(Vec2::new(left, 0.0), top_down, |ui| {
                    ui.set_width(left);
                    ui.spacing_mut().item_spacing.x = theme::GAP;
                    recents(ui, theme, start, actions);
                });
                ui.allocate_ui_with_layout(Vec2::new(right, 0.0), top_down, |ui| {
                    ui.set_width(right);
                    ui.spacing_mut().item_spacing.x = theme::GAP;
                    ui.label(RichText::new("Record a profile").size(16.0).strong());
                    ui.add_space(4.0);
                    recipes_ui(ui, theme, FORMATS.iter(), actions);
                });
            });
            ui.add_space(24.0);
        });
    });
}

fn drop_card(ui: &mut Ui, theme: &Theme, start: &Start<'_>, actions: &mut Actions) {
    let frame = Frame::new()
        .fill(theme.panel)
        .corner_radius(12.0)
        .inner_margin(28.0)
        .stroke(egui::Stroke::new(1.0, theme.line));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("Helioscope").size(30.0).strong());
            ui.add_space(4.0);
            let text = if start.can_drop {
                "Drop a profile anywhere in this window to see where the time went."
            } else {
                "Open a profile to see where the time went. Dropping files does not work under Wayland without XWayland."
            };
            ui.label(RichText::new(text).color(theme.text_weak).size(15.0));
            ui.add_space(16.0);
            let open = Button::new(RichText::new("Open…").color(theme.on_accent).size(15.0).strong())
                .fill(theme.accent)
                .min_size(Vec2::new(130.0, 34.0));
            if ui.add(open).on_hover_text(Command::OpenDialog.tooltip()).clicked() {
                actions.push(Action::Run(Command::OpenDialog));
            }
            ui.add_space(10.0);
            let names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
            ui.label(RichText::new(format!("Opens {}", names.join(", "))).small().color(theme.text_weak));
        });
    });
}

fn recents(ui: &mut Ui, theme: &Theme, start: &Start<'_>, actions: &mut Actions) {
    ui.label(RichText::new("Recent").size(16.0).strong());
    ui.add_space(4.0);
    if start.recent.is_empty() {
        ui.label(RichText::new("Files you open will be listed here.").color(theme.text_weak));
    }
    for path in start.recent.iter().take(10) {
        file_row(ui, theme, path, true, actions);
    }
    if !start.samples.is_empty() {
        ui.add_space(18.0);
        ui.label(RichText::new("Samples to try").size(16.0).strong());
        ui.add_space(4.0);
        for path in start.samples {
            file_row(ui, theme, path, false, actions);
        }
    }
}

fn file_row(ui: &mut Ui, theme: &Theme, path: &Path, forget: bool, actions: &mut Actions) {
    ui.horizontal(|ui| {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let link = ui.link(RichText::new(shorten_middle(&name, 40))).on_hover_text(path.display().to_string());
        if link.clicked() {
            actions.push(Action::Open(vec![path.to_owned()]));
        }
        let folder = path.parent().map(|p| p.display().to_string()).unwrap_or_default();
        let room = ((ui.available_width() - 30.0) / 6.5).max(6.0) as usize;
        ui.label(RichText::new(shorten_middle(&folder, room)).small().color(theme.text_weak));
        if forget {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let cross = ui.add(Button::new(RichText::new("×").small().color(theme.text_weak)).frame(false));
                cross.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Forget {name}")));
                if cross.on_hover_text("Remove from this list").clicked() {
                    actions.push(Action::ForgetRecent(path.to_owned()));
                }
            });
        }
    });
}

/// Commands that record profiles of some formats, to be copied: each once, under the name of its tool.
pub(super) fn recipes_ui<'a>(
    ui: &mut Ui,
    theme: &Theme,
    formats: impl Iterator<Item = &'a Format>,
    actions: &mut Actions,
) {
    let mut tools: Vec<(&str, Vec<&str>)> = Vec::new();
    for recipe in formats.flat_map(|format| format.recipes) {
        match tools.iter_mut().find(|(tool, _)| *tool == recipe.tool) {
            Some((_, commands)) if commands.contains(&recipe.command) => {}
            Some((_, commands)) => commands.push(recipe.command),
            None => tools.push((recipe.tool, vec![recipe.command])),
        }
    }
    for (tool, commands) in tools {
        ui.label(RichText::new(tool).small().color(theme.text_weak));
        for command in commands {
            command_ui(ui, theme, command, actions);
        }
        ui.add_space(4.0);
    }
}

fn command_ui(ui: &mut Ui, theme: &Theme, command: &str, actions: &mut Actions) {
    Frame::new().fill(theme.panel).corner_radius(5.0).inner_margin(Margin::symmetric(8, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_width(ui.available_width());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let copy = ui.add(Button::new(RichText::new("Copy").small()));
                copy.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Copy {command}")));
                if copy.clicked() {
                    actions.push(Action::Copy(command.to_owned(), "Command copied"));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(RichText::new(command).monospace().size(12.0)).truncate());
                });
            });
        });
    });
}

/// A file that is being read.
pub fn loading_ui(ui: &mut Ui, theme: &Theme, title: &str, fraction: Option<f32>, cancel: &mut bool) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() / 2.0 - 60.0).max(20.0));
        ui.label(RichText::new(format!("Reading {title}")).size(17.0));
        ui.add_space(theme::GAP);
        match fraction {
            Some(fraction) => {
                // The part that is still to come would be as dark as the ground.
                ui.visuals_mut().extreme_bg_color = theme.raised;
                let text = format!("{:.0} %", fraction * 100.0);
                ui.add(egui::ProgressBar::new(fraction).desired_width(320.0).text(text));
            }
            None => {
                ui.add(egui::Spinner::new().size(26.0));
            }
        }
        ui.add_space(theme::GAP);
        *cancel |= ui.button("Cancel").clicked();
        ui.label(RichText::new("Other profiles can be used meanwhile.").small().color(theme.text_weak));
    });
}

/// What could not be opened.
pub struct Failure<'a> {
    /// What was tried: a file's name, or a comparison's title.
    pub title: &'a str,
    /// The file that is to blame; `None` where all could be read.
    pub path: Option<&'a Path>,
    /// The side of the comparison it was to be.
    pub side: Option<Side>,
    /// What happened, and why.
    pub why: &'a str,
    /// What to do.
    pub advice: &'a str,
    /// Files that may be sound, to be opened without it.
    pub others: &'a [&'a Path],
}

/// A text in which what stands between backticks is code.
fn with_code(ui: &Ui, text: &str, color: egui::Color32) -> LayoutJob {
    let (body, code) = (TextStyle::Body.resolve(ui.style()), TextStyle::Monospace.resolve(ui.style()));
    let mut job = LayoutJob::default();
    for (i, part) in text.split('`').enumerate() {
        let font = if i % 2 == 0 { &body } else { &code };
        job.append(part, 0.0, TextFormat::simple(font.clone(), color));
    }
    job
}

/// A file that could not be read, or two that could not be compared: what happened, why, and what to do.
pub fn failed_ui(ui: &mut Ui, theme: &Theme, failed: &Failure<'_>, actions: &mut Actions) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() / 2.0 - 120.0).max(20.0));
        let frame = Frame::new().fill(theme.panel).corner_radius(10.0).inner_margin(24.0);
        frame.stroke(egui::Stroke::new(1.0, theme.line)).show(ui, |ui| {
            ui.set_width(ui.available_width().min(620.0));
            ui.with_layout(Layout::top_down(Align::Min), |ui| failure(ui, theme, failed, actions));
        });
    });
}

fn failure(ui: &mut Ui, theme: &Theme, failed: &Failure<'_>, actions: &mut Actions) {
    let name = failed.path.map_or_else(|| failed.title.to_owned(), file_name);
    let what = match failed.path {
        Some(_) => format!("{name} could not be opened"),
        None => format!("{name} could not be compared"),
    };
    ui.label(RichText::new(what).size(18.0).strong().color(theme.error));
    if let Some(side) = failed.side {
        let text = format!("It is the {} side of the comparison {}.", side.name(), failed.title);
        ui.label(RichText::new(text).color(theme.text_weak));
    }
    ui.add_space(theme::GAP);
    ui.label(with_code(ui, &sentence(failed.why), theme.text));
    if !failed.advice.is_empty() {
        ui.add_space(4.0);
        ui.label(with_code(ui, failed.advice, theme.text));
    }
    ui.add_space(4.0);
    if let Some(path) = failed.path {
        ui.label(RichText::new(path.display().to_string()).small().color(theme.text_weak));
    }
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        for command in [Command::Reload, Command::OpenDialog, Command::CloseTab] {
            let label = if command == Command::Reload { "Try again" } else { command.label() };
            if ui.button(label).clicked() {
                actions.push(Action::Run(command));
            }
        }
    });
    if !failed.others.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for path in failed.others {
                if ui.button(format!("Open {} by itself", file_name(path))).clicked() {
                    actions.push(Action::Open(vec![path.to_path_buf()]));
                }
            }
        });
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The text with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let rest = letters.as_str().trim_end_matches('.');
    format!("{first}{rest}.")
}
