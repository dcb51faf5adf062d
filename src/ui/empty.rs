//! What stands in a view that has nothing to draw, or not yet.

use super::Theme;
use egui::{Rect, Ui, accesskit};

/// A sentence in the middle of an empty view.
pub(crate) fn message(ui: &Ui, rect: Rect, theme: &Theme, text: &str) {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout(text.to_owned(), font, theme.text_weak, rect.width() - 40.0);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, theme.text_weak);
    ui.ctx().accesskit_node_builder(ui.scope_id().with("message"), |node| {
        node.set_role(accesskit::Role::Label);
        node.set_value(text);
    });
}

/// Says why there is nothing to draw where lines were recorded, and where to find them.
pub(crate) fn no_trees(ui: &Ui, theme: &Theme) {
    let text = "This profile records the time of lines, not calls: there is no call tree to draw. See the source view, or \
                the table by line.";
    message(ui, ui.available_rect_before_wrap(), theme, text);
}
