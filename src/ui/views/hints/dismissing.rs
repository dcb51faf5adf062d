//! Saying that a finding does not apply, how far, and why.

use crate::hints::{Dismissal, Extent, Finding, FindingKey};
use crate::ui::hints_page::HintsPage;
use crate::ui::{Action, Actions, ViewCtx, theme};
use egui::{Frame, RichText, Role, TextEdit, Ui, WidgetInfo};

/// What is being dismissed.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Dismissing {
    key: FindingKey,
    line: u32,
    extent: Extent,
    reason: String,
}

impl Dismissing {
    pub(super) fn of(finding: &Finding) -> Self {
        Self { key: finding.key(), line: finding.line, extent: Extent::Profile, reason: String::new() }
    }
}

/// Asks how far and why, where this is the finding that is being dismissed.
pub(super) fn dismissing_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &HintsPage,
    finding: &Finding,
    dismissing: &mut Option<Dismissing>,
    actions: &mut Actions,
) {
    let Some(asked) = dismissing.as_mut().filter(|d| d.line == finding.line && d.key == finding.key()) else { return };
    let mut done = false;
    Frame::new().fill(ctx.theme.raised).corner_radius(theme::CARD_RADIUS).inner_margin(theme::MARGIN).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new("Dismiss").strong());
            for extent in Extent::ALL {
                let possible = extent != Extent::Function || !finding.name.is_empty();
                ui.add_enabled_ui(possible, |ui| ui.selectable_value(&mut asked.extent, extent, extent.name()));
            }
        });
        ui.horizontal_wrapped(|ui| {
            let field = TextEdit::singleline(&mut asked.reason).hint_text("Why (optional)");
            let response = ui.add(field.desired_width(theme::FIELD_WIDTH * 1.5));
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Why it is dismissed"));
            let enter = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            if ui.button("Dismiss").clicked() || enter {
                let reason = asked.reason.trim().to_owned();
                actions.push(Action::Dismiss(Dismissal::new(finding, asked.extent, page.profile(), reason)));
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
    });
    if done {
        *dismissing = None;
    }
}
