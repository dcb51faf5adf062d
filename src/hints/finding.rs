//! What a rule found, with everything needed to judge it.

use super::Rule;
use crate::model::{FunctionId, Unit, format};

/// How sure a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Confidence {
    /// It may be so; worth a look.
    Low,
    /// It is likely so.
    Medium,
    /// The profile and the source both say so.
    High,
}

impl Confidence {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// How much of a promised gain to count when ranking.
    pub fn weight(self) -> f64 {
        match self {
            Self::Low => 0.35,
            Self::Medium => 0.7,
            Self::High => 1.0,
        }
    }

    pub(super) fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// Whether there is something to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Something can be done.
    Hint,
    /// Something to know.
    Info,
}

impl Severity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Info => "info",
        }
    }
}

/// A number or a text a finding rests on.
#[derive(Clone, PartialEq, Debug)]
pub enum Evidence {
    /// How many of something.
    Count(i64),
    /// A share of the active time.
    Share(f64),
    /// Time, in nanoseconds.
    Time(i64),
    /// Time of one call, in nanoseconds.
    PerCall(f64),
    /// Calls for each call of the caller, or another ratio.
    Ratio(f64),
    /// A name, an expression.
    Text(String),
}

impl Evidence {
    /// As it is read: `12,345`, `41.2 %`, `3.21 µs`.
    pub fn in_words(&self) -> String {
        match self {
            Self::Count(n) => format::count(*n),
            Self::Time(ns) => format::value(*ns, &Unit::Nanoseconds),
            Self::Share(share) => format::percent(*share),
            Self::PerCall(ns) => format::per_call(Some(*ns), &Unit::Nanoseconds),
            Self::Ratio(ratio) if *ratio >= 1_000.0 => format::count(ratio.round() as i64),
            Self::Ratio(ratio) => format!("{ratio:.1}"),
            Self::Text(text) => format::one_line(text).into_owned(),
        }
    }
}

/// The name of evidence as it is read: its unit stands with the figure.
pub fn evidence_name(name: &str) -> String {
    name.strip_suffix("_ns").unwrap_or(name).replace('_', " ")
}

/// What tells a finding apart in any recording of the same program.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FindingKey {
    /// The id of the rule.
    pub rule: &'static str,
    /// The function's name.
    pub function: String,
    /// The file's name, without its folders: they differ between machines.
    pub file: String,
}

/// Something a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Whether there is something to do.
    pub severity: Severity,
    /// The function of the user's that it is about; `None` where it is about the whole recording.
    pub function: Option<FunctionId>,
    /// The function's name; empty where there is none.
    pub name: String,
    /// Its file as recorded.
    pub file: String,
    /// The line to look at, counted from one; 0 where not known.
    pub line: u32,
    /// Every line concerned.
    pub lines: Vec<u32>,
    /// Share of the active time the pattern takes, from 0 to 1.
    pub share: f64,
    /// How many times faster the program could get at most, if all of that went away with the work around it, which was
    /// not recorded apart: `1 / (1 − that share)`, of a run in which importing, and what counting calls costs, count for
    /// nothing.
    pub ceiling: f64,
    /// How many times faster it would likely get.
    pub likely_gain: f64,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why it is as sure as it is.
    pub reason: String,
    /// The numbers it rests on, by name.
    pub evidence: Vec<(&'static str, Evidence)>,
    /// What to do.
    pub advice: String,
    /// The code as it is, from the user's source where that is known.
    pub before: String,
    /// The code as it could be.
    pub after: String,
    /// The finding that explains the same time better, as a position among the findings: gains don't add up.
    pub same_time_as: Option<usize>,
}

/// No gain is promised beyond this: a pattern that takes all of the time still leaves something to do.
pub(super) const MOST_SHARE: f64 = 0.999;
/// And none is called likely beyond this.
const LIKELY_SHARE: f64 = 0.995;

/// `1.07×`, `1.8×`, `25×`: as many digits as mean something.
pub fn times(factor: f64) -> String {
    match factor {
        f if f < 1.15 => format!("{f:.2}×"),
        f if f < 9.95 => format!("{f:.1}×"),
        f => format!("{f:.0}×"),
    }
}

/// Letters of a line that are quoted.
const MOST_LETTERS: usize = 160;

fn shortened(line: &str) -> String {
    match line.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

impl Finding {
    /// A finding of a rule on a share of the active time. Everything else is to be filled in.
    pub(super) fn new(rule: &'static Rule, share: f64, confidence: Confidence, reason: impl Into<String>) -> Self {
        let share = share.clamp(0.0, 1.0);
        let at_most = share.min(MOST_SHARE);
        Self {
            rule,
            severity: if rule.is_information() { Severity::Info } else { Severity::Hint },
            function: None,
            name: String::new(),
            file: String::new(),
            line: 0,
            lines: Vec::new(),
            share,
            ceiling: 1.0 / (1.0 - at_most),
            likely_gain: 1.0 / (1.0 - at_most.min(LIKELY_SHARE) * rule.removable),
            confidence,
            reason: reason.into(),
            evidence: vec![("share", Evidence::Share(share))],
            advice: rule.advice.to_owned(),
            before: rule.before.to_owned(),
            after: rule.after.to_owned(),
            same_time_as: None,
        }
    }

    /// The share of the run that may go away at most: what the pattern takes, and what may go with it. The ceiling is
    /// `1 / (1 − reach)`.
    pub fn reach(&self) -> f64 {
        1.0 - 1.0 / self.ceiling
    }

    /// The share in words, up to what may go away with the pattern: `85.7 %`, `85.7 to 96.0 %`.
    pub fn share_in_words(&self) -> String {
        let share = format::percent(self.share);
        if !self.reaches_further() {
            return share;
        }
        format!("{} to {}", share.trim_end_matches([' ', '%', '\u{a0}']), format::percent(self.reach()))
    }

    fn reaches_further(&self) -> bool {
        /// Less than this is no difference that a reader would ask about.
        const NOTICED: f64 = 0.01;
        self.severity == Severity::Hint && self.reach() - self.share > NOTICED
    }

    /// How much faster it would likely get: `1.8×`.
    pub fn likely_in_words(&self) -> String {
        times(self.likely_gain)
    }

    /// How much faster it could get: `at most 7.0×`, `up to 100× and more`.
    pub fn limit_in_words(&self) -> String {
        /// What is left of a program is not known well enough to tell larger factors apart.
        const UNBOUNDED: f64 = 100.0;
        if self.ceiling < UNBOUNDED {
            format!("at most {}", times(self.ceiling))
        } else {
            "up to 100× and more".to_owned()
        }
    }

    /// Says in the evidence what the ceiling follows from, where that is more than the pattern's own share.
    pub(super) fn explain_ceiling(&mut self) {
        if self.reaches_further() {
            self.evidence.insert(1, ("share_at_most", Evidence::Share(self.reach())));
        }
    }

    /// Raises the ceiling: a share of the time that may go away with the pattern, and was not recorded apart from it.
    pub(super) fn at_most(mut self, share: f64) -> Self {
        let share = share.clamp(self.share, MOST_SHARE.max(self.share)).min(MOST_SHARE);
        self.ceiling = self.ceiling.max(1.0 / (1.0 - share));
        self
    }

    /// Cuts what is quoted to what can be read: a file may hold its whole text on one line.
    pub(super) fn shorten(&mut self) {
        for text in [&mut self.before, &mut self.after] {
            if text.lines().any(|line| line.chars().nth(MOST_LETTERS).is_some()) {
                *text = text.lines().map(shortened).collect::<Vec<_>>().join("\n");
            }
        }
        for (_, evidence) in &mut self.evidence {
            if let Evidence::Text(text) = evidence {
                if text.contains(['\n', '\t']) {
                    *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                }
                *text = shortened(text);
            }
        }
    }

    /// Adds a number it rests on.
    pub(super) fn with(mut self, name: &'static str, value: Evidence) -> Self {
        self.evidence.push((name, value));
        self
    }

    /// What tells it apart. Two places in one function that break the same rule have the same key.
    pub fn key(&self) -> FindingKey {
        let file = self.file.rsplit(['/', '\\']).next().unwrap_or_default();
        FindingKey { rule: self.rule.id, function: self.name.clone(), file: file.to_owned() }
    }

    /// What it is worth: the time likely saved, by how sure that is.
    pub fn worth(&self) -> f64 {
        (1.0 - 1.0 / self.likely_gain) * self.confidence.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hints::HINTS;

    #[test]
    fn the_share_and_the_gain_it_allows_are_told_alike() {
        let words = |share: f64, around: f64| {
            let mut finding = Finding::new(HINTS[0], share, Confidence::High, "").at_most(around);
            finding.explain_ceiling();
            let at_most = finding.evidence.iter().find(|(name, _)| *name == "share_at_most");
            (finding.share_in_words(), finding.limit_in_words(), at_most.map(|(_, e)| e.in_words()))
        };
        let text = |text: &str| text.to_owned();
        assert_eq!(words(0.857, 0.857), (text("85.7 %"), text("at most 7.0×"), None));
        assert_eq!(words(0.857, 0.96), (text("85.7 to 96.0 %"), text("at most 25×"), Some(text("96.0 %"))));
        assert_eq!(words(0.857, 0.996), (text("85.7 to 99.6 %"), text("up to 100× and more"), Some(text("99.6 %"))));
    }

    #[test]
    fn what_is_quoted_can_be_read() {
        let mut finding = Finding::new(HINTS[0], 0.5, Confidence::High, "");
        finding.before = format!("short\n{}", "é".repeat(10_000));
        finding = finding.with("key", Evidence::Text("a,\n    b".to_owned()));
        finding.shorten();
        assert_eq!(finding.before.lines().map(|l| l.chars().count()).collect::<Vec<_>>(), [5, MOST_LETTERS + 1]);
        assert_eq!(finding.evidence.last().map(|(_, e)| e.in_words()), Some("a, b".to_owned()));
    }

    #[test]
    fn factors_have_the_digits_that_mean_something() {
        assert_eq!([1.0, 1.074, 1.84, 9.94, 24.6, 200.0].map(times), ["1.00×", "1.07×", "1.8×", "9.9×", "25×", "200×"]);
    }
}
