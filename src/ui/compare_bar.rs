//! The bar of a comparison: which side is which, how they are drawn and made comparable, the comparison in a sentence,
//! and what makes the two hard to compare.

use super::views::ViewKind;
use super::{Action, Actions, Command, Theme, theme};
use crate::analyze::diff::{Basis, BoxWidth, Comparison, Finding, Normalize, Side};
use crate::layout::shorten_middle;
use crate::model::format;
use egui::text::LayoutJob;
use egui::{Align, Button, ComboBox, FontId, Frame, Label, Layout, Margin, RichText, Role, TextFormat, Ui, WidgetInfo};

/// How both sides of a comparison are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum Arrangement {
    /// Each by itself, with one selection and one zoom.
    SideBySide,
    /// As one, coloured by what lies between.
    #[default]
    Merged,
}

impl Arrangement {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::SideBySide => Self::Merged,
            Self::Merged => Self::SideBySide,
        }
    }
}

/// What the bar shows and changes.
pub struct CompareBar<'a> {
    /// The comparison.
    pub comparison: &'a Comparison,
    /// It in a sentence.
    pub summary: &'a str,
    /// What makes the sides hard to compare.
    pub findings: &'a [Finding],
    /// Names of base and new.
    pub titles: [&'a str; 2],
    /// The paths of base and new.
    pub about: &'a str,
    /// How both are drawn.
    pub arrangement: Arrangement,
    /// The view that is shown.
    pub view: ViewKind,
    /// Whose cost boxes of both sides as one are as wide as.
    pub box_width: BoxWidth,
    /// Whether the boxes of both sides stand on one scale, side by side.
    pub equal_scale: bool,
    /// Whether all findings are listed.
    pub findings_open: bool,
}

/// The colour of a side.
pub fn side_colour(theme: &Theme, side: Side) -> egui::Color32 {
    match side {
        Side::Base => theme.base,
        Side::New => theme.new,
    }
}

/// The name of a side as a title: `Base`.
pub fn side_title(side: Side) -> &'static str {
    match side {
        Side::Base => "Base",
        Side::New => "New",
    }
}

/// Which side something is of: its name and its colour, the name of its file, and what everything cost.
pub fn side_ui(ui: &mut Ui, theme: &Theme, comparison: &Comparison, side: Side, title: &str, most: usize) {
    ui.spacing_mut().item_spacing.x = 6.0;
    ui.label(RichText::new(side_title(side)).strong().color(side_colour(theme, side)));
    ui.label(RichText::new(shorten_middle(title, most)).strong());
    let value = format::value(
        comparison.recorded_sum(side),
        &comparison.side(side).profile().metric(comparison.question().query.metric).unit,
    );
    ui.label(RichText::new(value).color(theme.text_weak));
}

/// From this width on, names of files and choices stand in one row.
const ONE_ROW: f32 = 1040.0;
/// From this width on there is room for longer names.
const WIDE: f32 = 1260.0;

/// Draws the bar.
pub fn compare_bar_ui(ui: &mut Ui, theme: &Theme, bar: &CompareBar<'_>, actions: &mut Actions) {
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(8, 4)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let one_row = ui.available_width() >= ONE_ROW;
        ui.horizontal(|ui| {
            let most = if ui.available_width() < WIDE { 20 } else { 36 };
            sides_ui(ui, theme, bar, most, actions);
            if one_row {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| choices_ui(ui, bar, actions));
            }
        });
        if !one_row {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| choices_ui(ui, bar, actions));
            });
        }
        summary_ui(ui, theme, bar, actions);
        findings_ui(ui, theme, bar, actions);
    });
}

fn sides_ui(ui: &mut Ui, theme: &Theme, bar: &CompareBar<'_>, most: usize, actions: &mut Actions) {
    for (side, title) in Side::BOTH.into_iter().zip(bar.titles) {
        let chip = Frame::new().fill(theme.raised).corner_radius(5.0).inner_margin(Margin::symmetric(8, 2));
        let chip = chip.stroke(egui::Stroke::new(1.0, side_colour(theme, side)));
        let shown = chip.show(ui, |ui| side_ui(ui, theme, bar.comparison, side, title, most));
        shown.response.on_hover_text(bar.about);
        if side == Side::Base {
            let keys = Command::SwapSides.keys(ui.ctx());
            let swap = ui.button("Swap").on_hover_text(format!("{} ({keys})", Command::SwapSides.tooltip()));
            if swap.clicked() {
                actions.push(Action::Run(Command::SwapSides));
            }
        }
    }
}

/// From the right to the left.
fn choices_ui(ui: &mut Ui, bar: &CompareBar<'_>, actions: &mut Actions) {
    let keys = Command::SwitchArrangement.keys(ui.ctx());
    for (arrangement, label, hint) in [
        (Arrangement::Merged, "Merged", "Both as one, coloured by what lies between."),
        (Arrangement::SideBySide, "Side by side", "Each by itself, with one selection and one zoom."),
    ] {
        let button = Button::selectable(bar.arrangement == arrangement, label);
        if ui.add(button).on_hover_text(format!("{hint} ({keys})")).clicked() {
            actions.push(Action::Arrange(arrangement));
        }
    }
    ui.separator();
    match bar.arrangement {
        Arrangement::Merged if matches!(bar.view, ViewKind::Flame | ViewKind::Sunburst | ViewKind::Callers) => {
            box_width_choice(ui, bar.box_width, actions);
        }
        Arrangement::SideBySide if matches!(bar.view, ViewKind::Flame | ViewKind::Callers) => {
            let mut equal = bar.equal_scale;
            let response = ui.toggle_value(&mut equal, "Equal scale");
            let hint = "One width stands for one cost on both sides. Off: each side as wide as the window.";
            if response.on_hover_text(hint).clicked() {
                actions.push(Action::EqualScale(equal));
            }
        }
        _ => {}
    }
    normalize_choice(ui, bar, actions);
}

fn box_width_choice(ui: &mut Ui, now: BoxWidth, actions: &mut Actions) {
    let label = |width: BoxWidth| match width {
        BoxWidth::Larger => "width: larger side",
        BoxWidth::New => "width: new",
        BoxWidth::Base => "width: base",
    };
    let combo = ComboBox::from_id_salt("box width").selected_text(label(now)).width(130.0).show_ui(ui, |ui| {
        for width in BoxWidth::ALL {
            if ui.selectable_label(now == width, label(width)).clicked() {
                actions.push(Action::BoxWidth(width));
            }
        }
    });
    combo.response.on_hover_text("Whose cost boxes are as wide as. What a side lacks has no width of that side.");
}

fn normalize_choice(ui: &mut Ui, bar: &CompareBar<'_>, actions: &mut Actions) {
    let label = |normalize: Normalize| match normalize {
        Normalize::None => "as recorded",
        Normalize::Total => "equal totals",
        Normalize::PerCall => "per call",
    };
    let now = bar.comparison.normalize();
    let shares = bar.comparison.aligned().basis() == Basis::Shares;
    let combo = ComboBox::from_id_salt("normalize").selected_text(label(now)).width(104.0).show_ui(ui, |ui| {
        for normalize in Normalize::ALL {
            let why = match normalize {
                _ if shares && normalize != Normalize::Total => "Only shares of these two can be compared.",
                Normalize::PerCall if !bar.comparison.table().has_calls() => "Calls are not recorded on both sides.",
                _ => "",
            };
            ui.add_enabled_ui(why.is_empty(), |ui| {
                let choice = ui.selectable_label(now == normalize, label(normalize));
                if choice.on_hover_text(normalize.legend()).on_disabled_hover_text(why).clicked() {
                    actions.push(Action::Normalize(normalize));
                }
            });
        }
    });
    let keys = Command::NextNormalization.keys(ui.ctx());
    combo.response.on_hover_text(format!("How both sides are made comparable. ({keys})"));
}

fn summary_ui(ui: &mut Ui, theme: &Theme, bar: &CompareBar<'_>, actions: &mut Actions) {
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let copy = ui.small_button("Copy").on_hover_text("Copy the sentence.");
        copy.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Copy summary"));
        if copy.clicked() {
            actions.push(Action::Copy(bar.summary.to_owned(), "Summary copied"));
        }
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            let sentence = ui.add(Label::new(sentence(ui, theme, bar.summary)).selectable(true).wrap());
            sentence.widget_info(|| WidgetInfo::labeled(Role::Label, true, bar.summary));
        });
    });
}

/// The sentence with the names in it, which stand between backticks, set as code.
fn sentence(ui: &Ui, theme: &Theme, text: &str) -> LayoutJob {
    let size = theme::NAME_TEXT;
    let words = TextFormat::simple(FontId::proportional(size), ui.visuals().text_color());
    let code = TextFormat {
        background: theme.raised,
        expand_bg: 1.0,
        ..TextFormat::simple(FontId::monospace(size - 1.0), theme.text)
    };
    let mut job = LayoutJob::default();
    for (i, part) in text.split('`').enumerate().filter(|(_, part)| !part.is_empty()) {
        job.append(part, 0.0, if i % 2 == 1 { code.clone() } else { words.clone() });
    }
    job
}

/// One line, or all of them: never nothing where there is something to know.
fn findings_ui(ui: &mut Ui, theme: &Theme, bar: &CompareBar<'_>, actions: &mut Actions) {
    let Some(first) = bar.findings.first() else { return };
    let frame = Frame::new().fill(theme.raised).corner_radius(5.0).inner_margin(Margin::symmetric(8, 3));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        let shown = if bar.findings_open { bar.findings } else { std::slice::from_ref(first) };
        for (i, finding) in shown.iter().enumerate() {
            ui.horizontal(|ui| {
                ui.label(RichText::new("▲").color(theme.warning));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if i == 0 && bar.findings.len() > 1 {
                        let label = if bar.findings_open {
                            "Show less".to_owned()
                        } else {
                            format!("Show {} more", bar.findings.len() - 1)
                        };
                        if ui.small_button(label).clicked() {
                            actions.push(Action::ShowFindings(!bar.findings_open));
                        }
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(&finding.text).truncate()).on_hover_text(&finding.text);
                    });
                });
            });
        }
    });
}
