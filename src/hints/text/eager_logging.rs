//! Messages formatted for a level that is switched off.

use crate::hints::pattern::Pattern;
use crate::hints::place::at_node;
use crate::hints::rule::Check;
use crate::hints::spot::Spot;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Operator, Role};
use rustc_hash::FxHashSet;

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
    let asked = ctx.calls_to(&["logging:isEnabledFor"]);
    let written = ctx.calls_to(&["logging:_log"]);
    // Where calls were counted, they tell whether messages are dropped.
    if ctx.graph().is_some() && (asked < 1_000 || written * 10 > asked) {
        return Vec::new();
    }
    if ctx.graph().is_none() && ctx.has(&["logging:_log", "logging:handle", "logging:emit"]) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for function in ctx.costly_functions(LEAST).into_iter().filter(|&f| !ctx.is_part(f)) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let facts = &spot.facts;
        let nodes: Vec<NodeId> =
            facts.calls_in(spot.scope).filter(|&c| spot.is_repeated(c)).filter_map(|c| formatted(facts, c)).collect();
        if nodes.is_empty() {
            continue;
        }
        let certainty = if ctx.graph().is_some() { Confidence::High } else { Confidence::Medium };
        let called = called_for(ctx, &spot, &nodes);
        let finding = if called * 2 > spot.part(&nodes, 1).amount {
            // What makes the text is called: its time was recorded.
            let share = ctx.share(called);
            let reason = "what the message is made of was computed, and the message was not written";
            (share >= LEAST.max(ctx.options.min_share)).then(|| {
                let whole = ctx.share(called + spot.work);
                at_node(ctx, Finding::new(rule, share, certainty, reason).at_most(whole), &spot, &nodes)
            })
        } else {
            Pattern { rule, nodes: &nodes, hidden: 1, min_share: LEAST, certainty }.found(ctx, &spot)
        };
        findings.extend(finding.map(|f| {
            // Only where calls are counted it is known how many were dropped.
            if ctx.graph().is_some() { f.with("dropped_messages", Evidence::Count(asked - written)) } else { f }
        }));
    }
    findings
}

/// The share of the active time from which it is worth a word.
const LEAST: f64 = 0.15;

/// The time of what is called to make the messages: functions named in them, and what turns objects into text.
fn called_for(ctx: &Ctx<'_>, spot: &Spot, messages: &[NodeId]) -> i64 {
    let (facts, tree) = (&spot.facts, spot.facts.tree());
    if let Some(lines) = &spot.lines {
        let below = lines.total_of(tree, messages) - lines.own_of(tree, messages);
        return below.min(ctx.inclusive(spot.function));
    }
    let Some(graph) = ctx.graph() else { return 0 };
    let metric = ctx.analysis.query().metric;
    let names: FxHashSet<&str> = messages
        .iter()
        .flat_map(|&m| std::iter::once(m).chain(tree.inside(m)))
        .filter(|&n| tree.kind(n) == Kind::Call)
        .filter_map(|c| tree.child(c, Role::Func))
        .map(|f| tree.name(f))
        .filter(|name| !facts.functions_named(name).is_empty())
        .chain(["__repr__", "__str__", "__format__"])
        .collect();
    graph
        .outgoing(spot.function)
        .filter(|&e| names.contains(ctx.name(graph.edges()[e].callee)))
        .map(|e| graph.edge_total(metric)[e])
        .sum()
}

/// The message of a logging call, where it is formatted before the call.
fn formatted(facts: &Facts, call: NodeId) -> Option<NodeId> {
    let tree = facts.tree();
    let callee = facts.callee(call);
    let level = callee.rsplit('.').next().filter(|l| matches!(*l, "debug" | "info"))?;
    let logger = facts.receiver(call).is_some_and(|r| tree.source(r).to_ascii_lowercase().contains("log"))
        || callee == format!("logging.{level}");
    // Asked first, it is not formatted in vain.
    let asks = |n: NodeId| {
        tree.kind(n) == Kind::If && tree.child(n, Role::Test).is_some_and(|t| tree.source(t).contains("isEnabledFor"))
    };
    if tree.ancestors(call).any(asks) {
        return None;
    }
    let message = facts.arguments(call).next().filter(|_| logger)?;
    let made = match tree.kind(message) {
        Kind::FString | Kind::Binary(Operator::Mod | Operator::Add) => true,
        Kind::Call => facts.callee(message) == ".format",
        _ => false,
    };
    let costly = || facts.arguments(call).skip(1).find(|&a| tree.kind(a) == Kind::Call);
    if made { Some(message) } else { costly() }
}
