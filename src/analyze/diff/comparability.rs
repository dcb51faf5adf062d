//! What makes two recordings hard to compare.

use super::{Basis, Comparison, Normalize, Side, align::is_graph, align::profiler};
use crate::model::{Profile, Unit, format};
use std::collections::BTreeSet;

/// Something to know before believing a comparison: a full sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What differs, in a word: `profiler`, `metric`, `rate`.
    pub subject: &'static str,
    /// The sentence.
    pub text: String,
}

/// A recording this many times as long as another is worth a word.
const LONGER: f64 = 1.5;

/// Everything that differs in how the two sides were recorded.
pub(super) fn findings(comparison: &Comparison) -> Vec<Finding> {
    let aligned = comparison.aligned();
    let (base, new) = (aligned.recorded(Side::Base), aligned.recorded(Side::New));
    let mut found = Vec::new();
    let mut say = |subject: &'static str, text: Option<String>| {
        found.extend(text.map(|text| Finding { subject, text }));
    };
    say("profiler", profilers(base, new));
    if aligned.basis() == Basis::Shares {
        say(
            "shares",
            Some("Only shares of the whole are compared: the base side is scaled to the total of new.".into()),
        );
    }
    let metric = comparison.question().query.metric;
    say("metric", aligned.metrics().get(metric.index()).and_then(|m| metrics(&m.base, &m.new)));
    say("rate", rates(base, new));
    say("interpreter", interpreters(base, new));
    say("duration", durations(base, new));
    say("threads", threads(base, new));
    say("runs", runs(comparison));
    if comparison.drifted() {
        let text = "Every function takes about the same part of the whole on both sides: the whole changed, not one of \
                    them. The machine may have been busier; several runs a side would tell.";
        say("drift", Some(text.into()));
    }
    let renamed = aligned.main_files().map(|(base, new)| {
        format!("The program's file has another name: {} (base) is compared with {} (new).", file(base), file(new))
    });
    say("file", renamed);
    if comparison.normalize() == Normalize::PerCall && !comparison.table().has_calls() {
        say("calls", Some("Calls are not recorded on both sides: there is no cost of a call to compare.".into()));
    }
    found
}

fn file(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn both(what: &str, base: &str, new: &str) -> String {
    format!("{what}: {base} (base), {new} (new).")
}

fn profilers(base: &Profile, new: &Profile) -> Option<String> {
    let named = |p: &Profile| {
        let (producer, format) = (p.origin().producer.as_str(), p.origin().format);
        if producer.is_empty() { format.to_owned() } else { producer.replace('@', " ") }
    };
    if profiler(base) == profiler(new) {
        let differs = named(base) != named(new);
        return differs.then(|| both("The profilers' versions differ", &named(base), &named(new)));
    }
    let why = if is_graph(base) == is_graph(new) { "" } else { " One counts calls, the other looks now and then." };
    Some(format!("{}{why}", both("The profilers differ", &named(base), &named(new))))
}

fn metrics(base: &crate::model::Metric, new: &crate::model::Metric) -> Option<String> {
    let named = |m: &crate::model::Metric| format!("{} in {}", m.name, m.unit.name());
    (base != new).then(|| both("The metrics differ", &named(base), &named(new)))
}

fn rates(base: &Profile, new: &Profile) -> Option<String> {
    let period = |p: &Profile| p.origin().period_ns.filter(|period| *period > 0);
    let (base, new) = (period(base)?, period(new)?);
    // Rounding of the file's numbers is no other rate.
    let apart = base.abs_diff(new) as f64 > base.max(new) as f64 * 0.01;
    let every = |period: i64| format!("one sample in {}", format::value(period, &Unit::Nanoseconds));
    apart.then(|| both("The rates differ", &every(base), &every(new)))
}

fn interpreters(base: &Profile, new: &Profile) -> Option<String> {
    let (base, new) = (base.origin().interpreter.as_ref()?, new.origin().interpreter.as_ref()?);
    (base != new).then(|| both("The interpreters differ", base, new))
}

fn durations(base: &Profile, new: &Profile) -> Option<String> {
    let (base, new) = (base.origin().duration_ns?, new.origin().duration_ns?);
    let (shorter, longer) = (base.min(new) as f64, base.max(new) as f64);
    let text = |d: i64| format::value(d, &Unit::Nanoseconds);
    (shorter > 0.0 && longer > shorter * LONGER)
        .then(|| both("The recordings are not equally long", &text(base), &text(new)))
}

fn threads(base: &Profile, new: &Profile) -> Option<String> {
    if is_graph(base) || is_graph(new) {
        return None;
    }
    let names = |p: &Profile| -> BTreeSet<String> {
        p.tracks().iter().map(|t| t.name.clone()).filter(|name| !name.is_empty()).collect()
    };
    let (base_names, new_names) = (names(base), names(new));
    let only = |of: &BTreeSet<String>, other: &BTreeSet<String>| {
        const SHOWN: usize = 3;
        let only: Vec<&str> = of.difference(other).map(String::as_str).collect();
        let more = only.len().saturating_sub(SHOWN);
        let shown = only.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        match (only.len(), more) {
            (0, _) => "none".to_owned(),
            (_, 0) => shown,
            (_, more) => format!("{shown} and {} more", format::count(more as i64)),
        }
    };
    if base_names != new_names {
        let (base, new) = (only(&base_names, &new_names), only(&new_names, &base_names));
        return Some(format!("The threads differ: only in base {base}; only in new {new}."));
    }
    let (base, new) = (base.tracks().len(), new.tracks().len());
    let text = |n: usize| format::count(n as i64);
    (base != new).then(|| both("The numbers of threads differ", &text(base), &text(new)))
}

fn runs(comparison: &Comparison) -> Option<String> {
    let [base, new] = Side::BOTH.map(|side| comparison.aligned().runs(side).len().max(1));
    let text = match (base, new) {
        (1, 1) => return None,
        (1, _) | (_, 1) => "Several runs on one side only: what lies between runs is not known.".to_owned(),
        _ => format!("Values are means of runs: {base} on the base side, {new} on the new side."),
    };
    Some(text)
}
