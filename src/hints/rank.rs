//! Which rules apply, and in what order findings are worth reading.

use super::finding::MOST_SHARE;
use super::recording::COST_OF_A_CALL_NS;
use super::{Category, Confidence, Ctx, Finding, Needs, Recording, Rule, Severity};
use crate::analyze::Activity;
use std::cmp::Ordering;

/// A rule this profile cannot show, and why.
#[derive(Clone, Debug)]
pub struct NotApplicable {
    /// The rule.
    pub rule: &'static Rule,
    /// What is missing, and how to record it.
    pub why: String,
}

/// Why a rule can't be checked on a profile; `None` where it can.
pub(super) fn why_not(ctx: &Ctx<'_>, rule: &Rule) -> Option<String> {
    let kinds = rule.kinds;
    match ctx.recording {
        Recording::NotTime => Some("the profile does not measure time; record with py-spy or cProfile".to_owned()),
        Recording::Calls if !kinds.calls => Some(
            "a profile of calls does not keep threads apart; record with `py-spy record --threads --idle`".to_owned(),
        ),
        Recording::Lines if rule.needs == Needs::Nothing || (rule.needs == Needs::Helps && !kinds.samples) => {
            Some("a profile of lines does not say what was called; record with py-spy or cProfile".to_owned())
        }
        Recording::Samples if !kinds.samples => {
            Some("samples don't count calls; record with `python -m cProfile -o out.prof`".to_owned())
        }
        _ if rule.needs == Needs::Source && !ctx.has_source() => Some(
            "it looks at source code, and no source of the hot functions was found; give `--source-root`".to_owned(),
        ),
        _ => None,
    }
}

/// Puts findings in order, joins those on the same time, and leaves out what says less about the same.
pub(super) fn rank(ctx: &Ctx<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    let mixed = ctx.threads_are_mixed();
    let doubt = Doubt::new(ctx);
    for finding in &mut findings {
        finding.shorten();
        if finding.severity == Severity::Hint && finding.rule.category != Category::Imports {
            finding.ceiling = doubt.ceiling(finding.ceiling);
        }
        finding.explain_ceiling();
        // Callers in such a recording may belong to other threads.
        if mixed && finding.severity == Severity::Hint && finding.confidence == Confidence::High {
            finding.confidence = Confidence::Medium;
            finding.reason.push_str("; threads are mixed in this recording, so callers are uncertain");
        }
    }
    findings.sort_by(|a, b| explains(a).cmp(&explains(b)).then_with(|| better(a, b)));
    for i in 0..findings.len() {
        let same = (0..i).find(|&j| {
            findings[j].same_time_as.is_none()
                && findings[j].severity == Severity::Hint
                && overlap(&findings[j], &findings[i])
        });
        if findings[i].severity == Severity::Hint
            && let Some(j) = same
        {
            let title = findings[j].rule.title.to_owned();
            let finding = &mut findings[i];
            finding.same_time_as = Some(j);
            finding.confidence = Confidence::Low;
            finding.reason = format!("the same time is explained better by “{title}”");
        }
    }
    // What explains the same time less well stands behind what can be done besides.
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by(|&a, &b| {
        let joined = |i: usize| findings[i].same_time_as.is_some();
        joined(a).cmp(&joined(b)).then_with(|| better(&findings[a], &findings[b]))
    });
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let mut ranked: Vec<Finding> = order.iter().map(|&i| findings[i].clone()).collect();
    for finding in &mut ranked {
        finding.same_time_as = finding.same_time_as.map(|old| place[old]);
    }
    ranked
}

/// What makes the rest of a program look larger than it is beside a pattern, so that a ceiling would be too low.
struct Doubt {
    /// The share of the recording that went to importing, which happens once however long the program runs.
    importing: f64,
    /// The share that counting calls cost itself, as far as is known.
    counting: f64,
    /// Samples; `None` where time was measured.
    samples: Option<f64>,
}

impl Doubt {
    fn new(ctx: &Ctx<'_>) -> Self {
        let total = ctx.nanoseconds(ctx.total()).unwrap_or(0).max(1) as f64;
        let calls = ctx.graph().map_or(0, |g| g.calls().iter().map(|c| (*c).max(0)).sum::<i64>());
        Self {
            importing: ctx.bounds().share(Activity::Importing),
            counting: calls as f64 * COST_OF_A_CALL_NS as f64 / total,
            samples: ctx.stack_body().map(|body| body.samples.stacks().len().max(1) as f64),
        }
    }

    /// The most that can be gained, when all of the doubt speaks for it.
    fn ceiling(&self, amdahl: f64) -> f64 {
        /// How sure one is that the rest is not smaller still: one in twenty.
        const DEVIATIONS: f64 = 1.64;
        /// What is known of the cost of a call, and of samples, is not known well enough to explain more away.
        const LEFT: f64 = 0.25;
        let share = 1.0 - 1.0 / amdahl;
        let rest = (1.0 - share - self.importing).max(1.0 - MOST_SHARE);
        let rest = (rest - self.counting).max(rest * LEFT);
        let by_chance = self.samples.map_or(0.0, |n| DEVIATIONS * (share * rest / n).sqrt());
        let rest = (rest - by_chance).max(rest * LEFT);
        amdahl.max(((share + rest) / rest).min(1.0 / (1.0 - MOST_SHARE)))
    }
}

/// What explains a time goes before what only may, and what is left to say when nothing explains it comes last.
fn explains(finding: &Finding) -> (bool, bool) {
    (finding.rule.id == super::loops::INTERPRETER_BOUND.id, finding.confidence == Confidence::Low)
}

/// Hints before information, then by the gain one can count on.
fn better(a: &Finding, b: &Finding) -> Ordering {
    let info = |f: &Finding| f.severity == Severity::Info;
    info(a)
        .cmp(&info(b))
        .then_with(|| b.worth().total_cmp(&a.worth()))
        .then_with(|| b.share.total_cmp(&a.share))
        .then_with(|| a.rule.id.cmp(b.rule.id))
        .then_with(|| a.line.cmp(&b.line))
}

/// Whether two findings can't both be gained: they speak of the same function, or more than all of the time.
fn overlap(a: &Finding, b: &Finding) -> bool {
    a.function == b.function || a.share + b.share > 1.02
}
