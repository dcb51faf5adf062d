//! Python code called for each comparison, or for each element, of a sort.

use crate::hints::place::at_node;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::{Facts, Kind, NodeId};

pub(in crate::hints) static COMPARATOR: Rule = Rule {
    id: "sort-python-comparator",
    title: "Sorting calls Python code per comparison",
    category: Category::Sorting,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a fifth of the active time in a comparison written in Python that sorting calls",
    advice: "Give sort a key= that returns a tuple: called n times instead of n log n, and compared in C.",
    before: "sorted(v, key=cmp_to_key(cmp))",
    after: "sorted(v, key=lambda x: (x.prio, x.age))",
    docs: "https://docs.python.org/3/howto/sorting.html",
    removable: 0.70,
    settle: "sort by a key and record again",
    wrong_if: "the order cannot be written as a key",
    check: Check::Code(comparators),
};

pub(in crate::hints) static KEY: Rule = Rule {
    id: "sort-key-lambda",
    title: "Key function dominates a sort",
    category: Category::Sorting,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "15 % of the active time in a key function that only takes an element or an attribute",
    advice: "operator.itemgetter/attrgetter run in C; or decorate once when the same data is sorted again.",
    before: "key=lambda r: r['d']",
    after: "key=operator.itemgetter('d')",
    docs: "https://docs.python.org/3/library/operator.html#operator.itemgetter",
    removable: 0.40,
    settle: "use `operator.itemgetter` or `attrgetter` and record again",
    wrong_if: "the key computes something",
    check: Check::Code(keys),
};

const SORTS: &[&str] = &["list.sort", "builtins.sorted", "builtins.min", "builtins.max"];

/// Functions of the user's that sorting calls, with the time of those calls.
fn called_by_sorting(ctx: &Ctx<'_>) -> Vec<(FunctionId, i64, i64)> {
    let Some(graph) = ctx.graph() else { return Vec::new() };
    let metric = ctx.analysis.query().metric;
    let mut found: Vec<(FunctionId, i64, i64)> = Vec::new();
    for sort in ctx.find(SORTS) {
        for e in graph.outgoing(sort) {
            let edge = graph.edges()[e];
            if ctx.is_yours(edge.callee) {
                found.push((edge.callee, graph.edge_total(metric)[e], edge.calls));
            }
        }
    }
    found.sort_by_key(|&(f, total, _)| (std::cmp::Reverse(total), f));
    found
}

fn comparators(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    let by_calls = called_by_sorting(ctx);
    let mut candidates: Vec<(FunctionId, i64, Option<i64>)> =
        by_calls.iter().map(|&(f, total, calls)| (f, total, Some(calls))).collect();
    if ctx.graph().is_none() {
        // A comparison is known by its name, or by the call that makes it one.
        let lt = ctx.find(&[":__lt__"]);
        candidates = ctx
            .costly_functions(0.2)
            .into_iter()
            .filter(|f| lt.contains(f) || is_comparison(ctx, *f))
            .map(|f| (f, ctx.inclusive(f), None))
            .collect();
    }
    for (function, total, calls) in candidates {
        let share = ctx.share(total);
        let compares = ctx.name(function) == "__lt__" || is_comparison(ctx, function);
        // A key function is called once for each element; it takes one argument, a comparison two.
        let unknown = ctx.source(function).is_none() && ctx.name(function) != "__lt__";
        if share < 0.2_f64.max(ctx.options.min_share) || calls.is_some_and(|c| c < 10_000) || !(compares || unknown) {
            continue;
        }
        let (confidence, reason) = if compares {
            (Confidence::High, "sorting calls it once for each comparison")
        } else {
            (Confidence::Low, "sorting calls it very often; whether as comparison or as key, only the source tells")
        };
        let sorting: i64 = ctx.find(SORTS).iter().map(|&f| ctx.own(f)).sum();
        let mut finding = Finding::new(rule, share, confidence, reason)
            .at_most(ctx.share(total + sorting.max(ctx.own_of_callers(function))));
        if let Some(calls) = calls {
            finding = finding.with("comparisons", Evidence::Count(calls));
        }
        findings.push(crate::hints::place::at_hottest(ctx, finding, function));
    }
    findings
}

/// Whether a function is handed to `cmp_to_key` in its file.
fn is_comparison(ctx: &Ctx<'_>, function: FunctionId) -> bool {
    let Some((facts, scope)) = ctx.source(function) else { return false };
    let tree = facts.tree();
    let name = &facts.scope(scope).name;
    let handed = |c: &NodeId| {
        facts
            .arguments(*c)
            .next()
            .is_some_and(|a| tree.name(a) == name || (tree.kind(a) == Kind::Lambda && facts.scope(scope).node == a))
    };
    facts.calls_of("cmp_to_key").iter().any(handed)
}

fn keys(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    let called: Vec<(FunctionId, i64, Option<i64>)> = match ctx.graph() {
        Some(_) => called_by_sorting(ctx).into_iter().map(|(f, total, calls)| (f, total, Some(calls))).collect(),
        // Sorting itself is not sampled: a key is known by where it is written.
        None => ctx
            .costly_functions(ctx.options.min_share)
            .into_iter()
            .filter(|&f| is_written_as_key(ctx, f))
            .map(|f| (f, ctx.inclusive(f), None))
            .collect(),
    };
    let found: Vec<_> = called
        .into_iter()
        .filter(|&(_, total, calls)| calls.is_none_or(|c| c >= 10_000) && ctx.share(total) >= ctx.options.min_share)
        .filter_map(|(function, total, calls)| Some((ctx.spot_of(function)?, ctx.share(total), calls)))
        .filter(|(spot, ..)| only_takes_a_part(&spot.facts, spot.facts.scope(spot.scope).node))
        .collect();
    // Several keys are mended alike, and together they may be worth it.
    if found.iter().map(|(_, share, _)| share).sum::<f64>() < 0.15 {
        return findings;
    }
    for (spot, share, calls) in found {
        let node = spot.facts.scope(spot.scope).node;
        let reason = "sorting calls it once for each element, and it only takes a part of it";
        let mut finding = Finding::new(rule, share, Confidence::Medium, reason);
        if let Some(calls) = calls {
            finding = finding.with("calls", Evidence::Count(calls));
        }
        findings.push(at_node(ctx, finding, &spot, &[node]));
    }
    findings
}

/// Whether a lambda is written as the key of a sort.
fn is_written_as_key(ctx: &Ctx<'_>, function: FunctionId) -> bool {
    ctx.name(function) == "<lambda>"
        && ctx.source(function).is_some_and(|(facts, scope)| {
            let tree = facts.tree();
            let keyword = tree.parent(facts.scope(scope).node);
            let call = tree.parent(keyword);
            tree.kind(keyword) == Kind::Keyword
                && tree.name(keyword) == "key"
                && matches!(facts.callee(call).as_str(), "builtins.sorted" | ".sort" | "builtins.min" | "builtins.max")
        })
}

/// `lambda x: x.name`, `lambda x: x["name"]`
fn only_takes_a_part(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    if tree.kind(node) != Kind::Lambda {
        return false;
    }
    let Some(body) = tree.child(node, crate::source::Role::Body) else { return false };
    matches!(tree.kind(body), Kind::Attribute | Kind::Subscript)
        && !tree.inside(body).any(|n| tree.kind(n) == Kind::Call)
}
