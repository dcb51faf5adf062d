//! The line at the lower edge: what is shown, and what to know about it.

use crate::analyze::Analysis;
use crate::layout::fit;
use crate::model::{Profile, Unit, format};
use crate::ui::bounds_strip::{Strip, bounds_strip_ui};
use crate::ui::compare_bar::{side_colour, side_title};
use crate::ui::overlays::Profiles;
use crate::ui::{Action, Actions, Command, Theme};
use egui::{Button, Frame, Margin, RichText, Ui};

/// The line at the bottom: what is shown, and what to know about it.
pub fn status_ui(
    ui: &mut Ui,
    theme: &Theme,
    analysis: &Analysis,
    profiles: &Profiles<'_>,
    strips: &[Strip<'_>],
    busy: bool,
    actions: &mut Actions,
) {
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(10, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            let warnings: usize = profiles.iter().map(|(_, profile)| profile.warnings().len()).sum();
            if warnings > 0 {
                let text = if warnings == 1 { "▲ 1 warning".to_owned() } else { format!("▲ {warnings} warnings") };
                let button = Button::new(RichText::new(text).small().color(theme.warning)).frame(false);
                if ui.add(button).on_hover_text(Command::ShowWarnings.tooltip()).clicked() {
                    actions.push(Action::Run(Command::ShowWarnings));
                }
                ui.separator();
            }
            for (side, profile) in profiles {
                if let Some(side) = side {
                    ui.label(RichText::new(side_title(*side)).small().color(side_colour(theme, *side)));
                }
                let room = if profiles.len() > 1 { 44 } else { 70 };
                ui.label(RichText::new(fit(&recorded_by(profile), room)).small().color(theme.text_weak));
            }
            if busy {
                ui.add(egui::Spinner::new().size(12.0));
                ui.label(RichText::new("counting…").small().color(theme.text_weak));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = if profiles.len() > 1 { compared_text(analysis) } else { counted_text(analysis) };
                ui.label(RichText::new(text).small().color(theme.text_weak));
                ui.separator();
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    bounds_strip_ui(ui, theme, strips, actions);
                });
            });
        });
    });
}

/// `cProfile · Python 3.12`
fn recorded_by(profile: &Profile) -> String {
    let origin = profile.origin();
    let mut parts = vec![origin.format.to_owned()];
    if !origin.producer.is_empty() && !origin.producer.eq_ignore_ascii_case(origin.format) {
        parts.push(origin.producer.clone());
    }
    parts.extend(origin.interpreter.clone());
    parts.join(" · ")
}

/// `123 functions   1,000 samples   5.0 s recorded`
fn counted_text(analysis: &Analysis) -> String {
    let profile = analysis.profile();
    let mut parts = vec![format::counted(profile.functions().len() as i64, "function", "functions")];
    parts.extend(analysis.samples().map(|rows| profile.samples_text(rows)));
    if let Some(duration) = profile.origin().duration_ns {
        parts.push(format!("{} recorded", format::value(duration, &Unit::Nanoseconds)));
    }
    parts.join("   ")
}

/// Aligned profiles hold the functions of both.
fn compared_text(analysis: &Analysis) -> String {
    format!("{} functions on either side", format::count(analysis.profile().functions().len() as i64))
}
