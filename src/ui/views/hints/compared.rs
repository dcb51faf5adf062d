//! The findings of a comparison: what went away, came or stayed, and what was gained beside what was promised.

use super::card::{Card, card_ui};
use super::{HintsState, gain_text, lists};
use crate::analyze::diff::{Basis, Comparison, Measure, Side, Status};
use crate::hints::{Change, Fate, Finding, FindingKey, times};
use crate::model::{FunctionId, Unit, format};
use crate::ui::hints_page::{HintsPage, changes};
use crate::ui::{Actions, CompareCtx, ViewCtx, theme};
use egui::{Frame, Label, RichText, Ui};

/// A gain beyond the ceiling by more than this factor is no matter of measuring.
const BEYOND: f64 = 1.2;

/// What came of a finding: of the whole program, and of its function.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Measured {
    /// Active time of a run of base and of new; `None` where times cannot be compared.
    active: Option<(i64, i64)>,
    /// Whether the difference between the runs is noise.
    is_noise: bool,
    /// Total cost of the function on both sides.
    function: Option<(i64, i64)>,
    unit: Unit,
}

/// Active time of one run of a side.
fn active(comparison: &Comparison, side: Side, page: &HintsPage) -> i64 {
    let runs = comparison.aligned().runs(side).len().max(1);
    page.hints().bounds.active() / runs as i64
}

impl Measured {
    fn new(ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, (base, new): (&HintsPage, &HintsPage)) -> Self {
        let comparison = compare.comparison;
        let comparable = comparison.aligned().basis() == Basis::Values;
        let both = (active(comparison, Side::Base, base), active(comparison, Side::New, new));
        Self {
            active: Some(both).filter(|(b, n)| comparable && *b > 0 && *n > 0),
            is_noise: comparison.status_of_sums() == Status::WithinNoise,
            function: None,
            unit: ctx.metric().unit.clone(),
        }
    }

    fn of_function(&self, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, function: Option<FunctionId>) -> Self {
        let group = function.and_then(|f| ctx.analysis.groups().of_functions().get(f.index()).copied());
        let costs = group.map(|group| {
            let row = compare.comparison.table().row(group);
            (row.cost(Side::Base, Measure::Total).unwrap_or(0), row.cost(Side::New, Measure::Total).unwrap_or(0))
        });
        Self { function: costs.filter(|_| self.active.is_some()), ..self.clone() }
    }

    /// `1.9× faster`, `1.2× slower`, `as fast as before`.
    fn gain(&self) -> Option<String> {
        let (base, new) = self.active?;
        let factor = base as f64 / new as f64;
        Some(if (0.995..1.005).contains(&factor) {
            "as fast as before".to_owned()
        } else if factor > 1.0 {
            format!("{} faster", times(factor))
        } else {
            format!("{} slower", times(1.0 / factor))
        })
    }

    fn change(&self, (base, new): (i64, i64)) -> String {
        format!("{} → {}", format::value(base, &self.unit), format::value(new, &self.unit))
    }
}

/// What was promised, and what was measured.
pub(super) fn measured_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, finding: &Finding, measured: &Measured) {
    let weak = |text: &str| RichText::new(text.to_owned()).small().color(ctx.theme.text_weak);
    Frame::new().fill(ctx.theme.raised).corner_radius(theme::CARD_RADIUS).inner_margin(theme::GAP).show(ui, |ui| {
        egui::Grid::new("promised and measured").spacing([theme::MARGIN, 4.0]).show(ui, |ui| {
            ui.label(weak("Promised"));
            ui.label(gain_text(finding));
            ui.end_row();
            ui.label(weak("Measured"));
            match (measured.gain(), measured.active) {
                (Some(gain), Some(active)) => {
                    let noise = if measured.is_noise { ", within noise" } else { "" };
                    let text = format!("{gain}{noise}: active time {}", measured.change(active));
                    ui.label(RichText::new(text).strong());
                }
                _ => {
                    ui.label("nothing: the two recordings measured different things, so times cannot be compared");
                }
            }
            ui.end_row();
            if let Some((base, new)) = measured.active
                && base as f64 / new as f64 > finding.ceiling * BEYOND
            {
                ui.label("");
                ui.label(weak(
                    "More than could be promised: something else changed, too, or it took more than its share.",
                ));
                ui.end_row();
            }
            if let Some(costs) = measured.function {
                ui.label(weak("Its function"));
                ui.label(format!("total {}", measured.change(costs)));
                ui.end_row();
            }
        });
    });
}

/// Draws the findings of both sides, matched by rule and function.
pub(super) fn compared_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (base, new): (&HintsPage, &HintsPage),
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    let Some(compare) = ctx.compare.as_ref() else { return };
    let all = changes(base, new);
    let whole = Measured::new(ctx, compare, (base, new));
    summary_ui(ui, ctx, &whole, &all);
    for (fate, about) in [
        (Fate::WentAway, "Found in the base recording and no more in the new one."),
        (Fate::Came, "Found in the new recording only."),
        (Fate::Stayed, "Found in both."),
    ] {
        let found: Vec<&Change> = all.iter().filter(|c| c.fate() == fate).collect();
        if found.is_empty() {
            continue;
        }
        ui.add_space(theme::GAP);
        ui.label(RichText::new(format!("{} ({})", fate.heading(), found.len())).strong()).on_hover_text(about);
        for Listed { page, index, others, is_of_base } in listed(&found, base, new) {
            let measured = whole.of_function(ctx, compare, page.function(index));
            let card = Card { page, index, others: &others, change: is_of_base.then_some(&measured) };
            card_ui(ui, ctx, &card, state, aim, actions);
        }
    }
    lists::dismissed_ui(ui, ctx, new, actions);
}

/// A finding of either side, with those on the same time.
struct Listed<'a> {
    page: &'a HintsPage,
    index: usize,
    others: Vec<usize>,
    /// What the base promised is what was tried.
    is_of_base: bool,
}

/// Findings of one fate, those on the same time together: what mending one of them gains, mending another gains no more.
fn listed<'a>(found: &[&Change], base: &'a HintsPage, new: &'a HintsPage) -> Vec<Listed<'a>> {
    let mut listed: Vec<Listed<'a>> = Vec::with_capacity(found.len());
    for change in found {
        let (page, index, is_of_base) = match (change.base, change.new) {
            (Some(index), _) => (base, index, true),
            (None, Some(index)) => (new, index, false),
            (None, None) => continue,
        };
        let time = |index: usize| page.finding(index).same_time_as.unwrap_or(index);
        match listed.iter_mut().find(|l| l.is_of_base == is_of_base && time(l.index) == time(index)) {
            Some(first) => first.others.push(index),
            None => listed.push(Listed { page, index, others: Vec::new(), is_of_base }),
        }
    }
    listed
}

fn summary_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, whole: &Measured, all: &[Change]) {
    let count = |fate: Fate| all.iter().filter(|c| c.fate() == fate).count();
    let heading = match (whole.gain(), whole.active) {
        (Some(gain), Some(active)) => {
            let noise = if whole.is_noise { ", within noise" } else { "" };
            format!("{}{noise}: active time {}", super::capitalised(&gain), whole.change(active))
        }
        _ => "Times of these two cannot be compared".to_owned(),
    };
    ui.label(RichText::new(heading).heading());
    let text = match all.len() {
        0 => "Nothing was found in either recording.".to_owned(),
        _ => format!(
            "Of what could be done, {} went away, {} came and {} stayed.",
            count(Fate::WentAway),
            count(Fate::Came),
            count(Fate::Stayed)
        ),
    };
    ui.add(Label::new(RichText::new(text).color(ctx.theme.text_weak)).wrap());
}
