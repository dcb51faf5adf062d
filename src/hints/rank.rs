//! Which rules apply, and in what order findings are worth reading.

use super::{Confidence, Ctx, Finding, Needs, Recording, Rule, Severity};
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
    for finding in &mut findings {
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
