//! The field rows are filtered by.

use crate::analyze::SearchText;
use crate::ui::{Theme, theme};
use egui::{Key, Modifiers, RichText, Role, TextEdit, Ui, WidgetInfo};

/// Draws the field and its switch. Tells whether the user left it for the rows.
pub(in crate::ui::views) fn filter_ui(ui: &mut Ui, theme: &Theme, filter: &mut SearchText) -> bool {
    let id = ui.scope_id().with("filter");
    let field = TextEdit::singleline(&mut filter.text)
        .id(id)
        .hint_text("Filter names and files")
        .background_color(theme.raised)
        .desired_width(theme::FIELD_WIDTH);
    let to_first_row = ui.memory(|m| m.has_focus(id))
        && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowDown) || i.key_pressed(Key::Enter));
    let response = ui.add(field);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::TextInput, true, "Filter");
        info.current_text_value = Some(filter.text.clone());
        info
    });
    if to_first_row {
        response.surrender_focus();
    } else if response.lost_focus() && ui.input(|i| i.key_pressed(Key::Escape)) {
        filter.text.clear();
    }
    let regex = ui
        .selectable_label(filter.regex, RichText::new(".*").monospace())
        .on_hover_text("Filter by a regular expression.");
    regex.widget_info(|| WidgetInfo::selected(Role::Button, true, filter.regex, "Regular expression"));
    if regex.clicked() {
        filter.regex = !filter.regex;
    }
    to_first_row
}
