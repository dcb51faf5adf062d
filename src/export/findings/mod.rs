//! Findings in words, the same in the terminal, in reports and on pages.

mod markdown;

pub use markdown::document;
pub(super) use markdown::{changes, list};

use super::scrub::Scrub;
use crate::analyze::Activity;
use crate::analyze::diff::{Basis, Comparison, Measure, Side};
use crate::hints::{Change, Evidence, Fate, Finding, Hints, Severity, changes_between, evidence_name};
use crate::model::{FunctionId, format};

/// What the rules found, to be written.
#[derive(Clone, Debug)]
pub enum Found<'a> {
    /// In one recording.
    One {
        /// All of it.
        hints: &'a Hints,
        /// What is written, as positions among the findings.
        shown: Vec<usize>,
    },
    /// In both recordings of a comparison.
    Both {
        /// In the base.
        base: &'a Hints,
        /// In the new recording.
        new: &'a Hints,
        /// What became of it.
        changes: Vec<Change>,
    },
}

impl<'a> Found<'a> {
    /// All that was found in a recording.
    pub fn one(hints: &'a Hints) -> Self {
        Self::One { hints, shown: (0..hints.findings.len()).collect() }
    }

    /// All that was found in both recordings of a comparison.
    pub fn both(comparison: &Comparison, base: &'a Hints, new: &'a Hints) -> Self {
        Self::Both { base, new, changes: changes_between(comparison.aligned(), base, new) }
    }
}

/// The finding a change is told by: what the base promised is what was tried.
pub(super) fn told_by<'a>(change: &Change, base: &'a Hints, new: &'a Hints) -> Option<&'a Finding> {
    let (hints, index) = match (change.base, change.new) {
        (Some(index), _) => (base, index),
        (None, Some(index)) => (new, index),
        (None, None) => return None,
    };
    hints.findings.get(index)
}

/// `Of what could be done, 2 went away, 1 came and 3 stayed.`
pub(super) fn changes_sentence(changes: &[Change]) -> String {
    let count = |fate: Fate| changes.iter().filter(|c| c.fate() == fate).count();
    if changes.is_empty() {
        return "Nothing that could be done was found in either recording.".to_owned();
    }
    format!(
        "Of what could be done, {} went away, {} came and {} stayed.",
        count(Fate::WentAway),
        count(Fate::Came),
        count(Fate::Stayed)
    )
}

/// What a finding's function cost before and after, with all it calls; `None` where times cannot be compared.
pub(super) fn measured(comparison: &Comparison, change: &Change, finding: &Finding) -> Option<String> {
    let side = if change.base.is_some() { Side::Base } else { Side::New };
    let aligned = comparison.aligned();
    let recorded = finding.function.filter(|_| aligned.basis() == Basis::Values)?;
    let mut common = (0..aligned.profile(side).functions().len()).map(FunctionId::at);
    let function = common.find(|f| aligned.function(side, *f) == Some(recorded))?;
    let group = *comparison.side(Side::New).groups().of_functions().get(function.index())?;
    let row = comparison.table().row(group);
    let cost = |side| {
        let value = row.cost(side, Measure::Total);
        value.map_or_else(|| "–".to_owned(), |v| format::value(v, &comparison.metric().unit))
    };
    Some(format!("{} → {}", cost(Side::Base), cost(Side::New)))
}

/// The evidence of a finding in words: `share 41.2 %, calls 12,345, per call 3.21 µs`
pub fn evidence_line(finding: &Finding) -> String {
    let parts = finding.evidence.iter().map(|(name, value)| format!("{} {}", evidence_name(name), value.in_words()));
    parts.collect::<Vec<_>>().join(", ")
}

/// What acting on a finding gains: `likely 2.5× faster, at most 4.2×`; nothing where nothing is promised.
pub fn gain(finding: &Finding) -> Option<String> {
    let promises = finding.severity == Severity::Hint;
    promises.then(|| format!("likely {} faster, {}", finding.likely_in_words(), finding.limit_in_words()))
}

/// What the time was spent on, the largest part first: `Python 62 %, waiting 30 %`.
pub fn bounds_line(hints: &Hints) -> String {
    let mut parts: Vec<(f64, &str)> = Activity::ALL.iter().map(|&a| (hints.bounds.share(a), a.name())).collect();
    parts.retain(|(share, _)| *share >= 0.005);
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.iter().map(|(share, name)| format!("{name} {}", format::percent(*share))).collect::<Vec<_>>().join(", ")
}

/// What the rules that did not speak did.
pub fn silent_line(hints: &Hints) -> String {
    format!(
        "{} rules looked and found nothing; {} need another kind of profile or the source.",
        hints.checked.len(),
        hints.not_applicable.len()
    )
}

/// A finding's function and file as they may leave the machine; empty where there are none.
pub fn name_and_place(finding: &Finding, scrub: &Scrub) -> (String, String) {
    if finding.name.is_empty() {
        return (String::new(), String::new());
    }
    let name = format::one_line(&scrub.name(&finding.name)).into_owned();
    let file = format::one_line(&scrub.text(&finding.file)).into_owned();
    let place = if file.is_empty() || finding.line == 0 { file } else { format!("{file}:{}", finding.line) };
    (name, place)
}

/// A number or text of evidence as it may leave the machine.
pub(super) fn in_words(evidence: &Evidence, scrub: &Scrub) -> String {
    scrub.text(&evidence.in_words()).into_owned()
}
