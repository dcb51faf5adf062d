//! Messages formatted for a level that is switched off.

use crate::hints::pattern::Pattern;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Operator};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "logging-eager-format",
    title: "Messages formatted for a disabled level",
    category: Category::Logging,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "15 % of the active time in a function that formats messages for a logger which does not write them",
    advice: "Pass %-style arguments so formatting is skipped, or guard with isEnabledFor for expensive arguments.",
    before: "log.debug(f'state={state}')",
    after: "log.debug('state=%s', state)",
    docs: "https://docs.python.org/3/howto/logging.html#optimization",
    removable: 0.95,
    settle: "take the calls out and record again",
    wrong_if: "the level is on where it matters",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let count =
        |patterns: &[&str]| -> i64 { ctx.find(patterns).iter().filter_map(|&f| ctx.calls(f)).map(|c| c.0).sum() };
    let asked = count(&["logging:isEnabledFor"]);
    let written = count(&["logging:_log"]);
    // Where calls were counted, they tell whether messages are dropped.
    if ctx.graph().is_some() && (asked < 1_000 || written * 10 > asked) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let nodes: Vec<NodeId> =
            facts.calls_in(spot.scope).filter(|&c| spot.is_repeated(c)).filter_map(|c| formatted(facts, c)).collect();
        if nodes.is_empty() || (ctx.graph().is_none() && ctx.has(&["logging:_log", "logging:handle", "logging:emit"])) {
            continue;
        }
        let certainty = if ctx.graph().is_some() { Confidence::High } else { Confidence::Medium };
        let pattern = Pattern { rule, nodes: &nodes, hidden: 1, min_share: 0.15, certainty };
        if let Some(finding) = pattern.found(ctx, spot) {
            findings.push(finding.with("dropped_messages", Evidence::Count(asked - written)));
        }
    }
    findings
}

/// The message of a logging call, where it is formatted before the call.
fn formatted(facts: &Facts, call: NodeId) -> Option<NodeId> {
    let tree = facts.tree();
    let callee = facts.callee(call);
    let level = callee.rsplit('.').next().filter(|l| matches!(*l, "debug" | "info"))?;
    let logger = facts.receiver(call).is_some_and(|r| tree.source(r).to_ascii_lowercase().contains("log"))
        || callee == format!("logging.{level}");
    let message = facts.arguments(call).next().filter(|_| logger)?;
    let made = match tree.kind(message) {
        Kind::FString | Kind::Binary(Operator::Mod | Operator::Add) => true,
        Kind::Call => facts.callee(message) == ".format",
        _ => false,
    };
    let costly = || facts.arguments(call).skip(1).find(|&a| tree.kind(a) == Kind::Call);
    if made { Some(message) } else { costly() }
}
