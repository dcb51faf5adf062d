//! The dialog that exports what is on screen: what it becomes is seen before it is saved.

mod choice;

pub use choice::{Drawing, ExportChoice, Format, Offer, Which};

use super::{Theme, theme};
use crate::layout::{Scheme, fit};
use egui::{
    Align, Button, Checkbox, Color32, ComboBox, DragValue, Frame, Grid, Key, Layout, Modal, Rect, RichText, ScrollArea,
    Sense, TextureHandle, Ui, Vec2, WidgetInfo,
};

/// What the dialog shows.
pub struct ExportDialog {
    /// What there is to export.
    pub offer: Offer,
    /// What is chosen.
    pub choice: ExportChoice,
    /// What comes of the choice.
    pub preview: Preview,
    /// Whether the preview is of a choice before.
    pub stale: bool,
    /// How many bytes are written, while a file is being written.
    pub writing: Option<u64>,
    /// Why the file was not written.
    pub problem: Option<String>,
}

/// What comes of a choice, before it is saved.
pub enum Preview {
    /// It is being made.
    Waiting,
    /// A picture.
    Picture(TextureHandle),
    /// The beginning of a text, and whether there is more of it.
    Text(String, bool),
    /// What is to be said in its place.
    Words(String),
    /// Why there is nothing.
    Refused(String),
}

/// What the user wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// Save it as a file.
    Save,
    /// Put it on the clipboard.
    Copy,
    /// Stop writing.
    Stop,
    /// Close the dialog.
    Close,
    /// Take an annotation off.
    Unmark(u32),
}

/// Largest size of the preview, in points.
pub const PREVIEW: Vec2 = Vec2::new(560.0, 400.0);
/// Width of the choices.
const CHOICES: f32 = 320.0;

/// Draws the dialog.
pub fn export_dialog_ui(ui: &Ui, theme: &Theme, dialog: &mut ExportDialog) -> Option<Asked> {
    let mut asked = None;
    let frame = Frame::popup(ui.style()).inner_margin(theme::MARGIN);
    let modal = Modal::new(egui::Id::unique("export")).frame(frame).show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect().size() - Vec2::splat(6.0 * theme::MARGIN);
        let preview = PREVIEW.min(room - Vec2::new(CHOICES, 120.0)).max(Vec2::splat(160.0));
        ui.set_width(CHOICES + preview.x + 2.0 * theme::MARGIN);
        ui.heading(format!("Export {}", fit(&dialog.offer.title, 60)));
        ui.add_space(theme::GAP);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0 * theme::MARGIN;
            ui.allocate_ui_with_layout(Vec2::new(CHOICES, preview.y), Layout::top_down(Align::Min), |ui| {
                ui.set_width(CHOICES);
                ui.spacing_mut().item_spacing.x = theme::GAP;
                ScrollArea::vertical().max_height(preview.y).show(ui, |ui| {
                    choices_ui(ui, theme, dialog);
                    asked = annotations_ui(ui, theme, dialog);
                });
            });
            preview_ui(ui, theme, dialog, preview);
        });
        ui.add_space(theme::GAP);
        if let Some(problem) = &dialog.problem {
            ui.label(RichText::new(problem).color(theme.error));
            ui.add_space(theme::GAP);
        }
        asked = buttons_ui(ui, theme, dialog).or(asked);
    });
    let save = ui.input(|i| i.modifiers.command && i.key_pressed(Key::Enter));
    if save && dialog.writing.is_none() && dialog.offer.refusal(&dialog.choice).is_none() {
        return Some(Asked::Save);
    }
    // A file that is being written is not lost sight of by a click beside the dialog.
    asked.or_else(|| (modal.should_close() && dialog.writing.is_none()).then_some(Asked::Close))
}

fn choices_ui(ui: &mut Ui, theme: &Theme, dialog: &mut ExportDialog) {
    let (offer, choice) = (&dialog.offer, &mut dialog.choice);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(theme::GAP / 2.0);
        for format in Format::ALL {
            let possible = offer.has_calls || !format.needs_stacks();
            let button = Button::selectable(choice.format == format, format.label());
            if ui.add_enabled(possible, button).on_hover_text(format.tooltip()).clicked() {
                choice.format = format;
            }
        }
    });
    ui.label(RichText::new(choice.format.tooltip()).small().color(theme.text_weak));
    ui.add_space(theme::GAP);
    if offer.compared || choice.format.is_drawn() {
        grid_ui(ui, offer, choice);
        ui.add_space(theme::GAP);
    }
    includes_ui(ui, theme, offer, choice);
}

/// What is shown of what, how large, and in which colours.
fn grid_ui(ui: &mut Ui, offer: &Offer, choice: &mut ExportChoice) {
    Grid::new("export choices").num_columns(2).spacing(Vec2::new(theme::MARGIN, theme::GAP)).show(ui, |ui| {
        if offer.compared {
            list_ui(ui, "Recordings", &mut choice.which, &Which::ALL, Which::label);
            ui.end_row();
        }
        if choice.format.is_drawn() {
            list_ui(ui, "View", &mut choice.drawing, &Drawing::ALL, Drawing::label);
            ui.end_row();
        }
        if choice.format.has_size() {
            size_ui(ui, choice);
        }
        if choice.format.is_drawn() {
            ui.label("Theme");
            ui.horizontal(|ui| {
                for (scheme, label) in [(Scheme::Dark, "Dark"), (Scheme::Light, "Light")] {
                    ui.selectable_value(&mut choice.scheme, scheme, label);
                }
            });
            ui.end_row();
        }
    });
}

fn list_ui<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, all: &[T], label: impl Fn(T) -> &'static str) {
    let name = ui.label(name).id;
    let list = ComboBox::from_id_salt(("export", name)).width(170.0).selected_text(label(*value)).show_ui(ui, |ui| {
        for &one in all {
            ui.selectable_value(value, one, label(one));
        }
    });
    list.response.labelled_by(name);
}

fn size_ui(ui: &mut Ui, choice: &mut ExportChoice) {
    let number = |ui: &mut Ui, enabled: bool, value: &mut u32, range, name: &str| {
        let field = ui.add_enabled(enabled, DragValue::new(value).range(range).speed(10.0).suffix(" px"));
        field.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, enabled, name));
    };
    ui.label("Width");
    number(ui, true, &mut choice.width, 320..=8000, "Width");
    ui.end_row();
    ui.label("Height");
    ui.horizontal(|ui| {
        number(ui, !choice.fits, &mut choice.height, 160..=8000, "Height");
        ui.checkbox(&mut choice.fits, "As needed").on_hover_text("As high as it takes to show every row.");
    });
    ui.end_row();
    if choice.format == Format::Png {
        ui.label("Scale");
        ui.horizontal(|ui| {
            for scale in 1..=3 {
                ui.selectable_value(&mut choice.scale, scale, format!("{scale}×"));
            }
        });
        ui.end_row();
    }
}

fn includes_ui(ui: &mut Ui, theme: &Theme, offer: &Offer, choice: &mut ExportChoice) {
    if choice.format.has_size() {
        ui.checkbox(&mut choice.stamped, "Stamp")
            .on_hover_text("File, profiler, metric, total, filters and colours around the picture.");
    }
    if choice.format.is_drawn() {
        if let Some(name) = &offer.selection
            && choice.format.has_size()
        {
            ui.checkbox(&mut choice.selection, format!("Outline {}", fit(name, 28)));
        }
        if let Some(text) = &offer.search {
            ui.checkbox(&mut choice.search, format!("Highlight “{}”", fit(text, 24)))
                .on_hover_text("Everything the search does not match stands back.");
        }
    }
    if matches!(choice.format, Format::Markdown | Format::Html) {
        ui.checkbox(&mut choice.hints, "Findings").on_hover_text("What could be done about it, with the evidence.");
    }
    ui.add(Checkbox::new(&mut choice.scrub, "Remove names of people and machines"));
    let what = if choice.scrub {
        "Home folders become ~, users and hosts become “user” and “host”, in paths, commands and names of threads."
    } else {
        "Paths are written as recorded, with the names of folders, users and hosts in them."
    };
    let colour = if choice.scrub { theme.text_weak } else { theme.warning };
    ui.label(RichText::new(what).small().color(colour));
}

/// Whether what is marked goes along, and what that is, to be taken off one by one.
fn annotations_ui(ui: &mut Ui, theme: &Theme, dialog: &mut ExportDialog) -> Option<Asked> {
    let (offer, choice) = (&dialog.offer, &mut dialog.choice);
    let told = choice.format.is_drawn() || choice.format == Format::Markdown;
    if offer.annotations.is_empty() || !told {
        return None;
    }
    let mut asked = None;
    ui.add_space(theme::GAP);
    ui.checkbox(&mut choice.annotations, format!("Include annotations ({})", offer.annotations.len()))
        .on_hover_text("Highlights and notes.");
    for one in offer.annotations.iter().filter(|_| choice.annotations) {
        ui.horizontal(|ui| {
            let remove = ui.small_button("×").on_hover_text("Remove this annotation.");
            remove.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Remove {}", one.name)));
            if remove.clicked() {
                asked = Some(Asked::Unmark(one.id));
            }
            ui.label(RichText::new(fit(&one.name, 22)).monospace().small());
            ui.add(egui::Label::new(RichText::new(&one.note).small().color(theme.text_weak)).truncate());
        });
    }
    asked
}

fn preview_ui(ui: &mut Ui, theme: &Theme, dialog: &ExportDialog, size: Vec2) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, preview_name(dialog)));
    ui.painter().rect_filled(rect, theme::SMALL_RADIUS, theme.ground);
    let inner = rect.shrink(theme::GAP);
    let mut within = ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Min)));
    within.set_clip_rect(inner.intersect(ui.clip_rect()));
    match &dialog.preview {
        Preview::Waiting => words_ui(&mut within, "Drawing…", theme.text_weak),
        Preview::Words(words) => words_ui(&mut within, words, theme.text_weak),
        Preview::Refused(why) => words_ui(&mut within, why, theme.warning),
        Preview::Picture(texture) => {
            let whole = texture.size_vec2();
            let scale = (inner.width() / whole.x.max(1.0)).min(inner.height() / whole.y.max(1.0));
            let shown = Rect::from_center_size(inner.center(), whole * scale);
            let tint = if dialog.stale { theme::UNTINTED.gamma_multiply(0.5) } else { theme::UNTINTED };
            let uv = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            ui.painter().image(texture.id(), shown, uv, tint);
            ui.painter().rect_stroke(shown, 0.0, egui::Stroke::new(1.0, theme.line), egui::StrokeKind::Outside);
        }
        Preview::Text(text, more) => {
            let mut shown = text.clone();
            if *more {
                shown.push_str("\n…");
            }
            within.add(
                egui::Label::new(RichText::new(shown).monospace().size(theme::CODE_TEXT)).extend().selectable(false),
            );
        }
    }
}

fn preview_name(dialog: &ExportDialog) -> String {
    match &dialog.preview {
        Preview::Waiting => "Preview, being made".to_owned(),
        Preview::Picture(_) if dialog.stale => "Preview, being made anew".to_owned(),
        Preview::Picture(texture) => {
            let [width, height] = texture.size();
            format!("Preview, a picture of {width}×{height}")
        }
        Preview::Text(text, _) | Preview::Words(text) | Preview::Refused(text) => format!("Preview: {text}"),
    }
}

fn words_ui(ui: &mut Ui, words: &str, colour: Color32) {
    ui.centered_and_justified(|ui| ui.add(egui::Label::new(RichText::new(words).color(colour)).wrap()));
}

fn buttons_ui(ui: &mut Ui, theme: &Theme, dialog: &ExportDialog) -> Option<Asked> {
    let mut asked = None;
    ui.horizontal(|ui| {
        if let Some(bytes) = dialog.writing {
            ui.spinner();
            let written =
                crate::model::format::value(i64::try_from(bytes).unwrap_or(i64::MAX), &crate::model::Unit::Bytes);
            ui.label(if bytes == 0 { "Drawing…".to_owned() } else { format!("Writing… {written}") });
            if ui.button("Stop").clicked() {
                asked = Some(Asked::Stop);
            }
            return;
        }
        let possible = dialog.offer.refusal(&dialog.choice).is_none();
        let save = Button::new(RichText::new("Save…").color(theme.on_accent).strong()).fill(theme.accent);
        if ui.add_enabled(possible, save.min_size(Vec2::new(96.0, 0.0))).on_hover_text("Ctrl+Enter").clicked() {
            asked = Some(Asked::Save);
        }
        let copy = ui.add_enabled(possible && dialog.choice.format.can_be_copied(), Button::new("Copy"));
        if copy.on_hover_text("Put it on the clipboard.").clicked() {
            asked = Some(Asked::Copy);
        }
        if ui.button("Close").clicked() {
            asked = Some(Asked::Close);
        }
    });
    asked
}
