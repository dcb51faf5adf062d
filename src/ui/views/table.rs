//! The table.
use crate::ui::{Actions, ViewCtx};
/// State of the table.
#[derive(Clone, Debug, Default)]
pub struct TableState;
/// Draws the table.
pub fn table_ui(ui: &mut egui::Ui, _ctx: &ViewCtx<'_>, _state: &mut TableState, _actions: &mut Actions) {
    ui.label("table");
}
