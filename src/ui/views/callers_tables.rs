//! Callers and callees.
use crate::ui::{Actions, ViewCtx};
/// Draws them.
pub fn callers_tables_ui(ui: &mut egui::Ui, _ctx: &ViewCtx<'_>, _actions: &mut Actions) {
    ui.label("tables");
}
