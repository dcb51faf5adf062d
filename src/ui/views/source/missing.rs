//! What is shown where there is no source: why, where it was looked for, and what to do.

use super::SourceCtx;
use super::toolbar::named_places_ui;
use crate::analyze::{GroupBy, GroupId};
use crate::model::format;
use crate::source::{Mapping, Missing, Recorded, Why};
use crate::ui::views::ViewKind;
use crate::ui::{Action, Actions, ViewCtx, theme};
use egui::{Button, Label, RichText, ScrollArea, TextEdit, Ui};

/// Most places listed.
const MOST_PLACES: usize = 12;
/// Most callers offered.
const MOST_CALLERS: usize = 12;

pub(super) fn missing_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    source: &SourceCtx<'_>,
    missing: &Missing,
    mapping: &mut (String, String),
    actions: &mut Actions,
) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(theme::MARGIN * 2.0).show(ui, |ui| {
            ui.set_max_width(theme::READING_WIDTH.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = theme::GAP;
            ui.label(RichText::new(missing.what()).size(theme::NAME_TEXT).strong());
            if !missing.advice().is_empty() {
                ui.add(Label::new(RichText::new(missing.advice()).color(ctx.theme.text_weak)).wrap());
            }
            if missing.why == Why::NotFound {
                remedies(ui, ctx, missing, mapping, actions);
                named_places_ui(ui, source, actions);
                places(ui, ctx, missing);
            } else if matches!(missing.why, Why::Unreadable { .. }) && ui.button("Try again").clicked() {
                actions.push(Action::ForgetSources);
            }
            callers(ui, ctx, actions);
        });
    });
}

const ROOM_FOR_ARROW_AND_BUTTON: f32 = 120.0;

fn remedies(ui: &mut Ui, ctx: &ViewCtx<'_>, missing: &Missing, mapping: &mut (String, String), actions: &mut Actions) {
    ui.horizontal(|ui| {
        if ui.button("Choose a folder…").on_hover_text("Search this folder for the profile's files.").clicked() {
            actions.push(Action::ChooseSourceFolder);
        }
        if ui.button("Look again").clicked() {
            actions.push(Action::ForgetSources);
        }
        if !ctx.analysis.profile().has_trees() && ui.button("Show its lines in the table").clicked() {
            actions.push(Action::Group(GroupBy::Line));
            actions.push(Action::Show(ViewKind::Table));
        }
    });
    ui.add_space(theme::GAP);
    ui.label("Or map the recorded folder to the one here:");
    if mapping.0.is_empty() {
        mapping.0 = folder_of(&missing.recorded);
    }
    ui.horizontal(|ui| {
        let width = theme::FIELD_WIDTH.min((ui.available_width() - ROOM_FOR_ARROW_AND_BUTTON) / 2.0);
        let field = |text, hint: &str| TextEdit::singleline(text).hint_text(hint.to_owned()).desired_width(width);
        ui.add(field(&mut mapping.0, "/app"));
        ui.label("→");
        ui.add(field(&mut mapping.1, "~/src/app"));
        let ready = Mapping::new(&mapping.0, &mapping.1);
        if ui.add_enabled(ready.is_some(), Button::new("Map")).clicked()
            && let Some(ready) = ready
        {
            actions.push(Action::MapSource(ready));
            *mapping = (String::new(), String::new());
        }
    });
}

fn folder_of(recorded: &str) -> String {
    let recorded = Recorded::new(recorded);
    recorded.path().and_then(|p| p.rsplit_once('/')).map_or_else(String::new, |(folder, _)| folder.to_owned())
}

fn places(ui: &mut Ui, ctx: &ViewCtx<'_>, missing: &Missing) {
    if missing.looked.is_empty() {
        return;
    }
    ui.add_space(theme::GAP);
    ui.label(RichText::new("Looked for at").color(ctx.theme.text_weak));
    ui.spacing_mut().item_spacing.y = 2.0;
    for place in missing.looked.iter().take(MOST_PLACES) {
        ui.add(Label::new(RichText::new(place.display().to_string()).monospace().small()).wrap());
    }
    let more = missing.looked.len().saturating_sub(MOST_PLACES);
    if more > 0 {
        ui.label(RichText::new(format!("and {} more places", format::count(more as i64))).small());
    }
}

/// The functions that call what is selected: they may have a source.
fn callers(ui: &mut Ui, ctx: &ViewCtx<'_>, actions: &mut Actions) {
    let Some(neighbours) = ctx.neighbours.filter(|n| !n.callers.is_empty()) else { return };
    ui.add_space(theme::GAP);
    ui.label(RichText::new("Called from").color(ctx.theme.text_weak));
    ui.spacing_mut().item_spacing.y = 2.0;
    for caller in neighbours.callers.iter().take(MOST_CALLERS) {
        if ui.link(caller_text(ctx, caller.group)).clicked() {
            actions.push(Action::Select(Some(caller.group)));
        }
    }
}

fn caller_text(ctx: &ViewCtx<'_>, group: GroupId) -> String {
    let name = ctx.analysis.name(group);
    match crate::ui::cell::place(ctx, group) {
        place if place.is_empty() => name.into_owned(),
        place => format!("{name}  ({place})"),
    }
}
