//! A short message at the lower edge of the window, perhaps with something to do about it.

use super::{Action, Actions, Theme, theme};
use egui::{Align2, Area, Frame, Id, Ui};

/// A message.
#[derive(Clone, PartialEq, Debug)]
pub struct Notice {
    /// What it says.
    pub text: String,
    /// When it goes, in seconds of the window's clock; never by itself where infinite.
    pub until: f64,
    /// What can be done, by the names of buttons.
    pub choices: Vec<(&'static str, Action)>,
}

impl Notice {
    /// A message that goes by itself at a time.
    pub fn passing(text: impl Into<String>, until: f64) -> Self {
        Self { text: text.into(), until, choices: Vec::new() }
    }

    /// A message that stays until it is closed.
    pub fn lasting(text: impl Into<String>) -> Self {
        Self::passing(text, f64::INFINITY)
    }

    /// With something to do about it.
    #[must_use]
    pub fn with(mut self, label: &'static str, action: Action) -> Self {
        self.choices.push((label, action));
        self
    }
}

/// Draws the message. Whether it is to go.
pub fn notice_ui(ui: &Ui, theme: &Theme, notice: &Notice, actions: &mut Actions) -> bool {
    let mut done = ui.input(|i| i.time) >= notice.until;
    Area::new(Id::unique("notice")).anchor(Align2::CENTER_BOTTOM, [0.0, -44.0]).show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).fill(theme.raised).inner_margin(theme::MARGIN).show(ui, |ui| {
            ui.horizontal(|ui| {
                // A long message goes on in the next line, with its buttons beside it.
                ui.vertical(|ui| {
                    ui.set_max_width(theme::READING_WIDTH.min(ui.ctx().content_rect().width() - 320.0));
                    ui.add(egui::Label::new(&notice.text).wrap());
                });
                for (label, action) in &notice.choices {
                    if ui.button(*label).clicked() {
                        actions.push(action.clone());
                        done = true;
                    }
                }
                if notice.until.is_infinite() {
                    done |= ui.button("Close").clicked();
                }
            });
        });
    });
    if notice.until.is_finite() {
        ui.request_repaint_after(std::time::Duration::from_millis(200));
    }
    done
}
