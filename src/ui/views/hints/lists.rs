//! Below the findings: what there is to know, what was looked for in vain, what the profile cannot show, and what was
//! dismissed.

use super::card::{Card, card_ui};
use super::{HintsState, capitalised, plain};
use crate::hints::{Category, FindingKey};
use crate::ui::hints_page::HintsPage;
use crate::ui::{Action, Actions, ViewCtx, theme};
use egui::{CollapsingHeader, Label, RichText, Ui};
use std::collections::BTreeMap;

/// What there is to know, with nothing to do about it.
pub(super) fn information_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &HintsPage,
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    if page.information().is_empty() {
        return;
    }
    ui.add_space(theme::GAP);
    ui.label(RichText::new("Worth knowing").strong());
    for &index in page.information() {
        card_ui(ui, ctx, &Card { page, index, others: &[], change: None }, state, aim, actions);
    }
}

/// What was looked for and not found, by category.
pub(super) fn checked_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &HintsPage) {
    let checked = &page.hints().checked;
    if checked.is_empty() {
        return;
    }
    let mut by_category: BTreeMap<Category, Vec<&str>> = BTreeMap::new();
    for rule in checked {
        by_category.entry(rule.category).or_default().push(rule.title);
    }
    fold(ui, "checked", format!("Checked, nothing found ({})", checked.len()), |ui| {
        for (category, titles) in by_category {
            ui.label(RichText::new(capitalised(category.name())).strong());
            for title in titles {
                ui.add(Label::new(RichText::new(title).color(ctx.theme.text_weak)).wrap());
            }
        }
    });
}

/// What takes another kind of profile, with the command that records it.
pub(super) fn not_shown_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &HintsPage, actions: &mut Actions) {
    let rules = &page.hints().not_applicable;
    if rules.is_empty() {
        return;
    }
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for rule in rules {
        match by_reason.iter_mut().find(|(why, _)| *why == rule.why) {
            Some((_, titles)) => titles.push(rule.rule.title),
            None => by_reason.push((&rule.why, vec![rule.rule.title])),
        }
    }
    fold(ui, "not shown", format!("This profile can't show ({})", rules.len()), |ui| {
        for (why, titles) in by_reason {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(format!("{}.", capitalised(&plain(why)))).strong());
                // What is set off as code is what to run.
                if let Some(command) = why.split('`').nth(1).filter(|c| c.contains(' '))
                    && ui.small_button("Copy command").on_hover_text(command).clicked()
                {
                    actions.push(Action::Copy(command.to_owned(), "Command copied"));
                }
            });
            for title in titles {
                ui.add(Label::new(RichText::new(title).color(ctx.theme.text_weak)).wrap());
            }
        }
    });
}

/// What was dismissed, why, and a way back.
pub(super) fn dismissed_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &HintsPage, actions: &mut Actions) {
    let count = page.dismissed().count();
    if count == 0 {
        return;
    }
    fold(ui, "dismissed", format!("Dismissed ({count})"), |ui| {
        for (index, dismissal) in page.dismissed() {
            let finding = page.finding(index);
            ui.horizontal_wrapped(|ui| {
                if ui.small_button("Undo").on_hover_text("Show it again.").clicked() {
                    actions.push(Action::Restore(dismissal.clone()));
                }
                ui.label(finding.rule.title);
                if !finding.name.is_empty() {
                    ui.label(RichText::new(&finding.name).monospace());
                }
                let why = if dismissal.reason.is_empty() { "no reason given" } else { &dismissal.reason };
                let text = format!("{} · {why}", dismissal.extent.name());
                ui.label(RichText::new(text).small().color(ctx.theme.text_weak));
            });
        }
    });
}

fn fold(ui: &mut Ui, id: &str, title: String, add: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(title).id_salt(id).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP / 2.0;
        add(ui);
    });
}
