//! Exceptions raised and caught as the usual course of things.

use crate::hints::pattern::{Pattern, outermost};
use crate::hints::place::at_hottest;
use crate::hints::rule::Check;
use crate::hints::spot::Spot;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "exception-control-flow",
    title: "Exceptions as the normal case",
    category: Category::Exceptions,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a quarter of the active time in a function that tries a conversion or a lookup again and again and goes on when it fails",
    advice: "Test first when failure is common (dict.get, str.isdecimal, a default for getattr). From Python 3.11 on `try` costs nothing; raising and catching takes half a microsecond or more.",
    before: "try:\n    v = d[k]\nexcept KeyError:\n    v = 0",
    after: "v = d.get(k, 0)",
    docs: "https://docs.astral.sh/ruff/rules/try-except-in-loop/",
    removable: 0.70,
    settle: "count how often the `except` branch runs",
    wrong_if: "the exception is rare: then `try` is the right way",
    check: Check::Code(check),
};

/// A function that does nothing takes less than this to call.
const CALL_NS: f64 = 500.0;
/// A conversion or a lookup that succeeds takes less than this.
const STEP_NS: f64 = 400.0;

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tries: Vec<NodeId> = facts
            .nodes(spot.scope)
            .filter(|&n| spot.is_repeated(n) || is_called_again(spot))
            .filter(|&n| is_a_test(facts, n, spot.lines.is_some()))
            .collect();
        let outer = outermost(facts, &tries);
        if outer.is_empty() {
            continue;
        }
        let Some(certainty) = raises(ctx, spot, &outer) else { continue };
        let pattern = Pattern { rule, nodes: &outer, hidden: 0, min_share: 0.25, certainty };
        let Some(mut finding) = pattern.found(ctx, spot) else { continue };
        if let Some(calls) = spot.calls {
            finding = finding.with("calls", Evidence::Count(calls));
        }
        findings.push(finding);
    }
    findings.extend(raised(ctx, rule));
    findings
}

/// Exceptions of the program's own that are made again and again: their `__init__` counts them.
fn raised(ctx: &Ctx<'_>, rule: &'static Rule) -> Option<Finding> {
    /// From here on it is no exception any more.
    const MANY: i64 = 10_000;
    let graph = ctx.graph()?;
    ctx.find(&[":__init__"]).into_iter().find_map(|made| {
        let (facts, scope) = ctx.source(made)?;
        let count = ctx.calls(made).map_or(0, |c| c.0);
        let class = facts.class_around(scope).filter(|_| count >= MANY)?;
        let name = facts.scope(class).name.clone();
        if !is_an_exception(&facts, class) {
            return None;
        }
        let raisers = graph.incoming(made).iter().map(|&e| graph.edges()[e as usize]);
        let raiser = raisers.filter(|e| ctx.is_yours(e.caller)).max_by_key(|e| e.calls)?.caller;
        // Raising is in the time of the one who raises, catching in that of whoever calls it.
        let share = ctx.share(ctx.inclusive(made) + ctx.own(raiser));
        if share < 0.15 {
            return None;
        }
        let reason = "the exceptions were counted as they were made; what raising and catching them costs is in the functions around";
        let finding = Finding::new(rule, share, Confidence::Medium, reason)
            .at_most(ctx.share(ctx.inclusive(raiser) + ctx.own_of_callers(raiser)))
            .with("raised", Evidence::Count(count))
            .with("exception", Evidence::Text(name));
        Some(at_hottest(ctx, finding, raiser))
    })
}

/// `class Name(…Error)`, `class Name(…Exception)`
fn is_an_exception(facts: &Facts, class: ScopeId) -> bool {
    let tree = facts.tree();
    tree.children_as(facts.scope(class).node, Role::Base)
        .filter_map(|base| tree.dotted(base))
        .any(|base| base.ends_with("Error") || base.ends_with("Exception"))
}

fn is_called_again(spot: &Spot) -> bool {
    spot.facts.is_called_in_loop(spot.scope)
}

/// How likely it is that the exception is raised often: handlers that ran show it, and so do tries that take long.
fn raises(ctx: &Ctx<'_>, spot: &Spot, tries: &[NodeId]) -> Option<Confidence> {
    let tree = spot.facts.tree();
    if let Some(lines) = &spot.lines {
        let handlers = tries.iter().flat_map(|&t| tree.inside(t)).filter(|&n| tree.kind(n) == Kind::Handler);
        let in_handlers: i64 = handlers.map(|h| lines.own(tree.line(h)..=tree.last_line(h))).sum();
        // A handler is entered by comparing the exception: where it ran, it has samples.
        return (in_handlers * 20 >= spot.work).then_some(Confidence::High);
    }
    let whole: usize = spot.facts.nodes(spot.scope).count();
    let in_tries: usize = tries.iter().map(|&t| tree.inside(t).count()).sum();
    let only_tries = in_tries * 10 >= whole * 6;
    let per_call = ctx.nanoseconds(spot.work).zip(spot.calls).map(|(ns, calls)| ns as f64 / calls.max(1) as f64);
    match per_call {
        Some(ns) if only_tries && !tries.iter().any(|&t| spot.facts.in_loop(t)) => {
            let steps = |n: NodeId| matches!(tree.kind(n), Kind::Call | Kind::Subscript);
            let inside = tries.iter().flat_map(|&t| tree.inside(t)).filter(|&n| steps(n)).count();
            (ns >= CALL_NS + STEP_NS * inside as f64).then_some(Confidence::Medium)
        }
        _ => Some(Confidence::Low),
    }
}

/// `try:` one conversion or lookup, `except` one that goes on with something else. Where lines tell how often the
/// exception was caught, any call may be what is tried.
fn is_a_test(facts: &Facts, node: NodeId, lines_tell: bool) -> bool {
    let tree = facts.tree();
    if tree.kind(node) != Kind::Try {
        return false;
    }
    let body: Vec<NodeId> = tree.children_as(node, Role::Body).collect();
    let tests = |n: NodeId| match tree.kind(n) {
        Kind::Call => {
            lines_tell
                || matches!(
                    facts.callee(n).as_str(),
                    "builtins.int"
                        | "builtins.float"
                        | "builtins.getattr"
                        | "builtins.next"
                        | ".index"
                        | ".fromisoformat"
                        | "decimal.Decimal"
                )
        }
        Kind::Subscript | Kind::Attribute => true,
        _ => false,
    };
    let short = matches!(body.len(), 1..=2) && body.iter().any(|&s| tree.inside(s).any(tests));
    // A line that is taken apart does its work whether or not it fails.
    let calls = body.iter().flat_map(|&s| tree.inside(s)).filter(|&n| tree.kind(n) == Kind::Call).count();
    let heavy = calls > 2
        || body.iter().any(|&s| tree.inside(s).any(|n| matches!(tree.kind(n), Kind::For { .. } | Kind::While)));
    let goes_on = tree.children_as(node, Role::Exception).any(|h| {
        tree.children_as(h, Role::Body).all(|s| {
            matches!(
                tree.kind(s),
                Kind::Return
                    | Kind::Continue
                    | Kind::Pass
                    | Kind::Assign
                    | Kind::AugAssign(_)
                    | Kind::Try
                    | Kind::Expression
            )
        })
    });
    short && !heavy && goes_on
}
