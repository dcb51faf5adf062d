//! The hints view: what could make the program faster, with the evidence, and what was looked for in vain.

mod card;
mod code;
mod compared;
mod dismissing;
mod lists;

use crate::hints::{Finding, FindingKey, Severity};
use crate::ui::bounds_strip::bounds_ui;
use crate::ui::hints_page::{HintsPage, Together};
use crate::ui::{Actions, ViewCtx, empty_message, theme};
use card::{Card, card_ui};
use compared::compared_ui;
use dismissing::Dismissing;
use egui::{Align, Frame, Label, Layout, Margin, RichText, ScrollArea, Ui, Vec2};

/// State of the hints view.
#[derive(Clone, Debug, Default)]
pub struct HintsState {
    /// Findings that are opened, with their lines: a function may break a rule in two places.
    open: Vec<(FindingKey, u32)>,
    /// The finding to scroll to.
    aim: Option<FindingKey>,
    /// What is being dismissed.
    dismissing: Option<Dismissing>,
    /// Whether the best finding was opened: only the first time.
    opened_best: bool,
}

impl HintsState {
    /// Opens a finding and goes to it.
    pub fn show(&mut self, key: FindingKey) {
        self.opened_best = true;
        self.aim = Some(key);
    }

    fn is_open(&self, finding: &Finding) -> bool {
        self.open.iter().any(|(key, line)| *line == finding.line && *key == finding.key())
    }

    fn toggle(&mut self, finding: &Finding) {
        let this = (finding.key(), finding.line);
        match self.open.iter().position(|open| *open == this) {
            Some(at) => {
                self.open.remove(at);
            }
            None => self.open.push(this),
        }
    }

    /// Opens what is aimed at, and the best finding the first time. Whether something is to be scrolled to.
    fn follow(&mut self, pages: &[&HintsPage]) -> Option<(FindingKey, u32)> {
        let found = |key: &FindingKey| {
            pages.iter().find_map(|page| page.find(key).map(|i| (key.clone(), page.finding(i).line)))
        };
        let first = |page: &&HintsPage| {
            let finding = page.finding(page.together().first()?.best);
            Some((finding.key(), finding.line))
        };
        let aim = self.aim.take().and_then(|key| found(&key));
        let best = if self.opened_best { None } else { pages.first().and_then(first) };
        self.opened_best = true;
        if let Some(open) = aim.clone().or(best).filter(|open| !self.open.contains(open)) {
            self.open.push(open);
        }
        aim
    }
}

/// Draws the hints view; `base` is what was found on the base side of a comparison.
pub fn hints_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    base: Option<&HintsPage>,
    state: &mut HintsState,
    actions: &mut Actions,
) {
    let wanted =
        if ctx.compare.is_some() { base.zip(ctx.hints).map(|(b, n)| vec![n, b]) } else { ctx.hints.map(|n| vec![n]) };
    let Some(pages) = wanted else {
        empty_message(ui, ui.available_rect_before_wrap(), ctx.theme, "Looking for hints…");
        return;
    };
    let aim = state.follow(&pages);
    ScrollArea::vertical().id_salt("hints").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::same(theme::MARGIN as i8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            match (base, ctx.hints) {
                (Some(base), Some(new)) if ctx.compare.is_some() => {
                    ui.set_max_width(ui.available_width().min(theme::HINTS_WIDTH));
                    compared_ui(ui, ctx, (base, new), state, aim.as_ref(), actions);
                }
                (_, Some(page)) => page_ui(ui, ctx, page, state, aim.as_ref(), actions),
                _ => {}
            }
        });
    });
}

fn page_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &HintsPage,
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    let width = ui.available_width();
    let findings = (width * 0.62).max(theme::HINTS_WIDTH);
    let beside = width - findings - 2.0 * theme::MARGIN;
    if beside < theme::HINT_LISTS_WIDTH {
        ui.set_max_width(width.min(theme::HINTS_WIDTH));
        approach_ui(ui, ctx, page);
        findings_ui(ui, ctx, page, state, aim, actions);
        lists::checked_ui(ui, ctx, page);
        lists::not_shown_ui(ui, ctx, page, actions);
        lists::dismissed_ui(ui, ctx, page, actions);
        return;
    }
    // Findings to be read on the left, and beside them what they were looked for in.
    let column = |ui: &mut Ui, width: f32, contents: &mut dyn FnMut(&mut Ui)| {
        ui.allocate_ui_with_layout(Vec2::new(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            // What stands in it is as close as in one column.
            ui.spacing_mut().item_spacing.x = theme::GAP;
            contents(ui);
        });
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(2.0 * theme::MARGIN, theme::GAP);
        column(ui, findings, &mut |ui| findings_ui(ui, ctx, page, state, aim, actions));
        column(ui, beside.min(theme::READING_WIDTH), &mut |ui| {
            approach_ui(ui, ctx, page);
            lists::checked_ui(ui, ctx, page);
            lists::not_shown_ui(ui, ctx, page, actions);
            lists::dismissed_ui(ui, ctx, page, actions);
        });
    });
}

fn findings_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &HintsPage,
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    if page.count() == 0 {
        nothing_ui(ui, ctx, page);
    }
    for together in page.together() {
        together_ui(ui, ctx, page, together, state, aim, actions);
    }
    lists::information_ui(ui, ctx, page, state, aim, actions);
}

/// What bounds the program, and what usually helps such programs.
fn approach_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &HintsPage) {
    let hints = page.hints();
    ui.label(RichText::new("What bounds this program").strong());
    if hints.bounds.total() > 0 {
        bounds_ui(ui, ctx.theme, &hints.bounds);
    }
    ui.add(Label::new(plain(&hints.approach)).wrap());
    ui.add_space(theme::GAP);
}

/// A finding with those on the same time under it.
fn together_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &HintsPage,
    together: &Together,
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    let card = Card { page, index: together.best, others: &together.others, change: None };
    card_ui(ui, ctx, &card, state, aim, actions);
}

/// Nothing to do is a result, too: it says what was looked for.
fn nothing_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &HintsPage) {
    let hints = page.hints();
    let dismissed = page.dismissed().filter(|(i, _)| page.finding(*i).severity == Severity::Hint).count();
    let (heading, text) = if hints.bounds.total() == 0 {
        ("Nothing was recorded".to_owned(), "No rule has anything to look at.".to_owned())
    } else if hints.checked.is_empty() && hints.findings.is_empty() {
        let why = hints.not_applicable.first().map_or("", |n| n.why.as_str());
        ("No rule can judge this profile".to_owned(), format!("{}.", capitalised(why)))
    } else if dismissed > 0 {
        ("Nothing left to do".to_owned(), "Everything that was found is dismissed, below.".to_owned())
    } else {
        let mut text = format!(
            "{} rules looked at this profile, and none found anything that takes 5 % of the active time and could be \
             written better.",
            hints.checked.len()
        );
        if !hints.not_applicable.is_empty() {
            let others = hints.not_applicable.len();
            text = format!("{text} {others} others could not look: below is what each would need.");
        }
        ("Nothing to mend here".to_owned(), text)
    };
    Frame::new().fill(ctx.theme.panel).corner_radius(theme::CARD_RADIUS).inner_margin(theme::MARGIN).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(heading).heading());
        ui.add(Label::new(RichText::new(plain(&text)).color(ctx.theme.text_weak)).wrap());
    });
}

/// `likely 1.8× faster, at most 2.1×`; nothing is promised by what only informs.
pub fn gain_text(finding: &Finding) -> String {
    match finding.severity {
        Severity::Info => String::new(),
        Severity::Hint => {
            format!("likely {} faster, {}", finding.likely_in_words(), finding.limit_in_words())
        }
    }
}

/// Text without the signs that set off code where there is no monospaced type.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
