//! Details.
use crate::ui::{Actions, ViewCtx};
/// Draws them.
pub fn details_ui(ui: &mut egui::Ui, _ctx: &ViewCtx<'_>, _actions: &mut Actions) {
    ui.label("details");
}
