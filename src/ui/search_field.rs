//! The search field, with what the search came to.

use super::{Action, Actions, Command, Theme, theme};
use crate::analyze::{Matches, SearchText};
use crate::model::format;
use egui::{Key, RichText, TextEdit, Ui};

/// How wide the field is, and how narrow it may become.
const WIDTH: f32 = 190.0;
pub(super) const LEAST_WIDTH: f32 = 120.0;

/// What is searched for, and what was found.
pub struct Search<'a> {
    /// The text being typed.
    pub text: &'a SearchText,
    /// Why the text is no expression.
    pub error: Option<&'a str>,
    /// What was found.
    pub found: Option<Found<'a>>,
    /// Put the cursor into the field.
    pub focus: bool,
}

/// What a search found.
pub struct Found<'a> {
    /// The groups that match, and their share.
    pub matches: &'a Matches,
    /// Which of them is selected, by cost, from one on.
    pub rank: Option<usize>,
    /// How many of them are counted.
    pub count: usize,
}

/// Draws the search field, and what the search came to on its left.
pub(super) fn search_field_ui(ui: &mut Ui, theme: &Theme, state: &Search<'_>, actions: &mut Actions) {
    let mut search = state.text.clone();
    ui.toggle_value(&mut search.regex, ".*").on_hover_text("Regular expression");
    let answer = answer(theme, state);
    let beside = answer.as_ref().map_or(0.0, |(text, _)| galley_width(ui, text) + ui.spacing().item_spacing.x);
    // The frame of the field stands around its width.
    let room = ui.available_width() - beside - 2.0 * theme::GAP;
    let width = room.clamp(LEAST_WIDTH, WIDTH);
    let field = TextEdit::singleline(&mut search.text).hint_text("Search names and files").desired_width(width);
    let response = ui.add(field);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search names and files"));
    if state.focus {
        response.request_focus();
    }
    if response.lost_focus() || response.has_focus() {
        let (enter, shift, escape) =
            ui.input(|i| (i.key_pressed(Key::Enter), i.modifiers.shift, i.key_pressed(Key::Escape)));
        if enter {
            actions.push(Action::Run(if shift { Command::PreviousMatch } else { Command::NextMatch }));
            response.request_focus();
        }
        if escape {
            search.text.clear();
        }
    }
    if search != *state.text {
        actions.push(Action::Search(search));
    }
    // Last, which is leftmost: the field stays where it is, and keeps the cursor, when this comes and goes.
    if let Some((text, about)) = answer {
        ui.label(text).on_hover_text(about);
    }
}

/// What the search came to, and what that means.
fn answer<'a>(theme: &Theme, state: &Search<'a>) -> Option<(RichText, &'a str)> {
    const ABOUT: &str = "Which match is selected, how many functions match, and the share of everything that ran in \
                         them or below them.";
    if let Some(error) = state.error {
        return Some((RichText::new("not an expression").small().color(theme.error), error));
    }
    let found = state.found.as_ref()?;
    Some((RichText::new(found_text(found)).small().color(theme.text_weak), ABOUT))
}

/// How wide a text is.
fn galley_width(ui: &Ui, text: &RichText) -> f32 {
    let text: egui::WidgetText = text.clone().into();
    text.into_galley(ui, Some(egui::TextWrapMode::Extend), f32::INFINITY, egui::TextStyle::Body).size().x
}

/// `3 of 14 · 21.4 %`; `14 · 21.4 %` where none of them is selected.
fn found_text(found: &Found<'_>) -> String {
    if found.count == 0 {
        return "no match".to_owned();
    }
    let rank = found.rank.map(|rank| format!("{} of ", format::count(rank as i64))).unwrap_or_default();
    let about = if found.matches.estimated { "≈ " } else { "" };
    format!("{rank}{} · {about}{}", format::count(found.count as i64), format::percent(found.matches.share))
}
