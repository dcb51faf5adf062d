//! What makes two recordings hard to compare.

use super::{
    Basis, Comparison, Normalize, Side,
    align::{is_graph, profiler, unnamed},
};
use crate::model::{Profile, PythonLibrary, Unit, format};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

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
    say("profiler", profilers(base, new, Side::BOTH.map(|side| comparison.was_sampled(side))));
    if aligned.basis() == Basis::Shares {
        say("shares", Some(shares(comparison)));
    }
    let metric = comparison.question().query.metric;
    say("metric", aligned.metrics().get(metric.index()).and_then(|m| metrics(&m.base, &m.new)));
    say("rate", rates(base, new));
    say("interpreter", interpreters(base, new));
    say("command", commands(base, new));
    say("duration", durations(comparison));
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

/// `sampled` says of which side it is known that it was.
fn profilers(base: &Profile, new: &Profile, sampled: [bool; 2]) -> Option<String> {
    let named = |p: &Profile| {
        let (producer, format) = (p.origin().producer.as_str(), p.origin().format);
        if producer.is_empty() { format.to_owned() } else { producer.replace('@', " ") }
    };
    if let Some(side) = unnamed(base, new) {
        let other = if side == Side::Base { new } else { base };
        return Some(format!(
            "The {} side does not say which profiler wrote it; it is taken for the other side's, {}.",
            side.name(),
            named(other)
        ));
    }
    if profiler(base) == profiler(new) {
        if base.origin().format != new.origin().format {
            let formats = both("The formats differ", base.origin().format, new.origin().format);
            return Some(format!("{formats} One profiler does not count alike in all of its formats."));
        }
        let differs = named(base) != named(new);
        return differs.then(|| both("The profilers' versions differ", &named(base), &named(new)));
    }
    let counts_and_samples = (is_graph(base) && sampled[1]) || (sampled[0] && is_graph(new));
    let why = if counts_and_samples { " One counts calls, the other looks now and then." } else { "" };
    let known = |p: &Profile| !p.origin().producer.is_empty();
    let what = if known(base) && known(new) { "The profilers differ" } else { "The profilers may differ" };
    Some(format!("{}{why}", both(what, &named(base), &named(new))))
}

fn shares(comparison: &Comparison) -> String {
    let text = "Only shares of the whole are compared: the base side is scaled to the total of new.";
    let Some(side) = comparison.sampled_alone() else { return text.to_owned() };
    let (sampled, other) = (side.name(), side.other().name());
    format!(
        "{text} The error is that of {sampled}, which was sampled; what watching every call cost {other} is not in it."
    )
}

fn metrics(base: &crate::model::Metric, new: &crate::model::Metric) -> Option<String> {
    let named = |m: &crate::model::Metric| format!("{} in {}", m.name, m.unit.name());
    (base != new).then(|| both("The metrics differ", &named(base), &named(new)))
}

fn counts_samples(profile: &Profile) -> bool {
    profile.metric(profile.default_metric()).unit == Unit::Samples
}

fn rates(base: &Profile, new: &Profile) -> Option<String> {
    let period = |p: &Profile| p.origin().period_ns.filter(|period| *period > 0);
    let every = |period: i64| format!("one sample in {}", format::value(period, &Unit::Nanoseconds));
    let (base, new) = match (period(base), period(new)) {
        (Some(base), Some(new)) => (base, new),
        (Some(known), None) if counts_samples(new) => {
            return Some(format!("How often samples were taken is known of base only: {}.", every(known)));
        }
        (None, Some(known)) if counts_samples(base) => {
            return Some(format!("How often samples were taken is known of new only: {}.", every(known)));
        }
        _ => return None,
    };
    // Rounding of the file's numbers is no other rate.
    let apart = base.abs_diff(new) as f64 > base.max(new) as f64 * 0.01;
    apart.then(|| both("The rates differ", &every(base), &every(new)))
}

fn interpreters(base: &Profile, new: &Profile) -> Option<String> {
    let (base, new) = (interpreter(base)?, interpreter(new)?);
    (!may_be_one(&base, &new)).then(|| both("The interpreters differ", &base, &new))
}

/// The interpreter as the reader of the format tells it, or else by where its library lies: the one of most files, as a
/// path may pass through the folder of another Python.
fn interpreter(profile: &Profile) -> Option<String> {
    if let Some(known) = &profile.origin().interpreter {
        return Some(known.clone());
    }
    let files: FxHashSet<_> = profile.functions().iter().map(|f| f.file).collect();
    let mut libraries: BTreeMap<PythonLibrary, usize> = BTreeMap::new();
    for library in files.into_iter().filter_map(|file| PythonLibrary::of_path(profile.text(file))) {
        *libraries.entry(library).or_default() += 1;
    }
    libraries.into_iter().max_by_key(|(_, files)| *files).map(|(library, _)| library.to_string())
}

/// Whether two descriptions, `Python 3.12` or `Python 3.11 or later`, can be of one interpreter.
fn may_be_one(base: &str, new: &str) -> bool {
    let versions = |text: &str| -> Option<(String, u32, u32)> {
        let (name, rest) = text.split_once(" 3.")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let first: u32 = rest[..digits].parse().ok()?;
        let (least, most) = match rest[digits..].trim() {
            "" => (first, first),
            "or later" => (first, u32::MAX),
            "or earlier" => (0, first),
            other => (first, other.strip_prefix("to 3.")?.parse().ok()?),
        };
        Some((name.to_owned(), least, most))
    };
    match (versions(base), versions(new)) {
        (Some((base, from, to)), Some((new, new_from, new_to))) => base == new && from <= new_to && new_from <= to,
        _ => base == new,
    }
}

/// Where programs lie differs between machines; which they are, and what they were told, is the comparison's business.
fn commands(base: &Profile, new: &Profile) -> Option<String> {
    /// Characters of a command line that are shown.
    const SHOWN: usize = 60;
    let (base, new) = (base.origin().command.as_deref()?, new.origin().command.as_deref()?);
    let names = |command: &str| command.split_whitespace().map(|word| file(word).to_owned()).collect::<Vec<_>>();
    let shown = |command: &str| {
        let line = format::one_line(&names(command).join(" ")).into_owned();
        if line.chars().count() > SHOWN { line.chars().take(SHOWN).chain(['…']).collect() } else { line }
    };
    (names(base) != names(new)).then(|| both("The command lines differ", &shown(base), &shown(new)))
}

/// Of one run on average.
fn durations(comparison: &Comparison) -> Option<String> {
    let of = |side: Side| {
        let runs = i64::try_from(comparison.aligned().runs(side).len().max(1)).ok()?;
        Some(comparison.aligned().recorded(side).origin().duration_ns? / runs)
    };
    let (base, new) = (of(Side::Base)?, of(Side::New)?);
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
            (0, _) => None,
            (_, 0) => Some(shown),
            (_, more) => Some(format!("{shown} and {} more", format::count(more as i64))),
        }
    };
    if base_names != new_names {
        let sides = [("base", only(&base_names, &new_names)), ("new", only(&new_names, &base_names))];
        let told = match (base_names.is_empty(), new_names.is_empty()) {
            (true, _) => "Threads are told apart on the new side only",
            (_, true) => "Threads are told apart on the base side only",
            _ => "The threads differ",
        };
        let names = sides.iter().filter_map(|(side, names)| Some(format!("only in {side}: {}", names.as_ref()?)));
        return Some(format!("{told}; {}.", names.collect::<Vec<_>>().join("; ")));
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
