//! A recursion that solves the same problem again and again.

use crate::hints::place::{at_hottest, at_node};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::{Facts, Kind, NodeId, Operator, Role, ScopeId};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "exponential-recursion",
    title: "Recursion solves the same sub-problem repeatedly",
    category: Category::Recursion,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "30 % of the active time in a function that calls itself at two places or more, 20,000 times, and 50 times for each call from outside",
    advice: "functools.cache on the function (lru_cache(maxsize=None) before Python 3.9), a memo dict, or working upwards from the smallest sub-problem.",
    before: "def f(i, j):\n    return 1 if 0 in (i, j) else f(i - 1, j) + f(i, j - 1)",
    after: "@functools.cache\ndef f(i, j):\n    return 1 if 0 in (i, j) else f(i - 1, j) + f(i, j - 1)",
    docs: "https://docs.python.org/3/library/functools.html#functools.cache",
    removable: 0.95,
    settle: "count the different arguments (`cache_info()` of a cached version)",
    wrong_if: "hardly any arguments occur twice, or they cannot be hashed, as lists cannot",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.3) {
        let share = ctx.share(ctx.inclusive(function));
        let known = ctx.source(function).map(|(facts, scope)| {
            let calls = self_calls(&facts, scope);
            let cached = facts.decorators(scope).any(|d| d.contains("cache"));
            (facts, calls, cached)
        });
        let counts = ctx.calls(function).filter(|&(all, primitive)| all >= 20_000 && all >= primitive * 50);
        if ctx.graph().is_some() && counts.is_none() {
            continue;
        }
        let (confidence, reason) = match &known {
            Some((_, calls, cached)) if calls.len() < 2 || *cached => continue,
            Some(_) => (
                Confidence::High,
                "it calls itself at several places with smaller arguments, so that the calls multiply",
            ),
            None if ctx.graph().is_none() || !calls_itself(ctx, function) => continue,
            None => (
                Confidence::Low,
                "it calls itself very often for few calls from outside; whether it walks a tree or repeats itself, only the source tells",
            ),
        };
        let mut finding = Finding::new(rule, share, confidence, reason);
        if let Some((all, primitive)) = counts {
            finding = finding
                .with("calls", Evidence::Count(all))
                .with("calls_per_outer_call", Evidence::Ratio(all as f64 / primitive.max(1) as f64));
        }
        let mut finding = match (ctx.spot_of(function), known) {
            (Some(spot), Some((facts, calls, _))) => {
                let mut finding = at_node(ctx, finding, &spot, &calls);
                let tree = facts.tree();
                let head = tree.line_text(tree.name_line(facts.scope(spot.scope).node)).trim_start();
                let before_3_9 = ctx.minor.is_some_and(|minor| minor < 9);
                let cache = if before_3_9 { "lru_cache(maxsize=None)" } else { "cache" };
                finding.after = format!("@functools.{cache}\n{head}\n    ...");
                finding
            }
            _ => at_hottest(ctx, finding, function),
        };
        finding.share = share;
        findings.push(finding);
        break;
    }
    findings
}

fn calls_itself(ctx: &Ctx<'_>, function: FunctionId) -> bool {
    ctx.graph().is_some_and(|g| g.outgoing(function).any(|e| g.edges()[e].callee == function))
}

/// `rest[1:]`, `text[:-1]`; halves, as in a merge sort, do not make the calls multiply.
fn is_one_shorter(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let index = tree.child(node, Role::Index).filter(|_| tree.kind(node) == Kind::Subscript);
    index.is_some_and(|i| matches!(tree.source(i), "1:" | ":-1"))
}

/// Calls of a function by itself whose arguments are computed from its parameters: `f(n - 1)`, `f(rest[1:])`. Walking
/// down a tree (`f(node.left)`) visits each node once.
fn self_calls(facts: &Facts, scope: ScopeId) -> Vec<NodeId> {
    let tree = facts.tree();
    let name = &facts.scope(scope).name;
    let computed = |call: NodeId| {
        facts.arguments(call).any(|a| {
            let steps = matches!(tree.kind(a), Kind::Binary(Operator::Sub | Operator::Add))
                && !tree.inside(a).any(|n| matches!(tree.kind(n), Kind::Binary(Operator::Mult)));
            steps || is_one_shorter(facts, a)
        })
    };
    facts
        .calls_in(scope)
        .filter(|&c| tree.child(c, Role::Func).is_some_and(|f| tree.name(f) == name))
        .filter(|&c| computed(c))
        .collect()
}
