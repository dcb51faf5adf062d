//! Arrays walked by Python.

use crate::hints::pattern::{Pattern, mentions, targets};
use crate::hints::place::at_node;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ValueKind};

pub(in crate::hints) static SCALAR: Rule = Rule {
    id: "numpy-scalar-loop",
    title: "NumPy arrays indexed element by element",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "30 % of the active time in a function that reads or writes single elements of an array in a loop",
    advice: "Per-element access is slower than a list. Use whole-array expressions, boolean masks, np.where; math.* for true scalars; .tolist() before looping; Numba.",
    before: "for y in range(h):\n    for x in range(w):\n        out[y, x] = min(img[y, x] * g, 255)",
    after: "out = np.minimum(img * g, 255)",
    docs: "https://numpy.org/doc/stable/user/basics.broadcasting.html",
    removable: 0.95,
    settle: "write the loop with whole arrays and record again",
    wrong_if: "each element depends on the one before it",
    check: Check::Code(scalars),
};

pub(in crate::hints) static BUILTIN: Rule = Rule {
    id: "numpy-python-builtin",
    title: "sum()/max()/min() over an ndarray",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a fifth of the active time in `sum`, `max`, `min`, `any`, `all` or `sorted` of an array",
    advice: "Use the array method (x.sum(), x.max()): builtins box every element.",
    before: "sum(frame)",
    after: "frame.sum()",
    docs: "https://numpy.org/doc/stable/reference/generated/numpy.ndarray.sum.html",
    removable: 0.98,
    settle: "call the method of the array and record again",
    wrong_if: "the array holds Python objects, or has several dimensions: then sum(a) is a.sum(axis=0)",
    check: Check::Code(builtins),
};

fn scalars(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tree = facts.tree();
        let nodes: Vec<NodeId> =
            facts.nodes(spot.scope).filter(|&n| takes_one(facts, n) || computes_one(facts, n)).collect();
        let Some(&first) = nodes.first() else { continue };
        let Some(innermost) = facts.loops_around(first).next() else { continue };
        if works_on_arrays(facts, innermost) {
            continue;
        }
        let pattern = Pattern { rule, nodes: &[innermost], hidden: 0, min_share: 0.3, certainty: Confidence::High };
        if let Some(mut finding) = pattern.found(ctx, spot) {
            // The statement with the element says more than the head of the loop.
            finding.before = crate::hints::place::quote(facts, first);
            if spot.lines.is_none() {
                finding.line = tree.line(first);
            }
            let array = tree.child(first, Role::Value).map_or("", |v| tree.source(v));
            findings.push(finding.with("array", Evidence::Text(array.to_owned())));
        }
    }
    if findings.is_empty() { called_for_each(ctx, rule) } else { findings }
}

/// Functions of NumPy called for one number after the other: each call costs microseconds, whatever it computes.
fn called_for_each(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    /// Calls that are many.
    const MANY: i64 = 20_000;
    /// What a call for a number takes at most, under cProfile.
    const ONE_NUMBER_NS: f64 = 25_000.0;
    let mut findings = Vec::new();
    let numpy = ctx.find(&["numpy:*", "numpy.*:*"]);
    let sites = ctx.sites(&numpy);
    for function in ctx.costly_functions(0.3) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let (facts, tree) = (&spot.facts, spot.facts.tree());
        let nodes: Vec<NodeId> = facts.calls_in(spot.scope).filter(|&c| is_given_an_element(facts, c)).collect();
        let Some(&first) = nodes.first() else { continue };
        let here = || sites.iter().filter(|s| s.function == function);
        let (amount, calls) = match &spot.lines {
            Some(lines) => (lines.total_of(tree, &nodes), None),
            None => (here().map(|s| s.total).sum(), Some(here().filter_map(|s| s.calls).sum::<i64>())),
        };
        let per_call = calls.and_then(|c| Some(ctx.nanoseconds(amount)? as f64 / c.max(1) as f64));
        let share = ctx.share(amount.min(ctx.inclusive(function)));
        if share < 0.3 || calls.is_some_and(|c| c < MANY) || per_call.is_some_and(|ns| ns > ONE_NUMBER_NS) {
            continue;
        }
        let reason = "functions of arrays are called for one number at a time";
        let mut finding =
            Finding::new(rule, share, Confidence::Medium, reason).at_most(ctx.share(ctx.inclusive(function)));
        if let Some(calls) = calls {
            finding = finding.with("calls", Evidence::Count(calls));
        }
        finding = at_node(ctx, finding, &spot, &nodes);
        if spot.lines.is_none() {
            finding.line = tree.line(first);
        }
        findings.push(finding);
        break;
    }
    findings
}

/// `numpy.clip(x, …)` in `for x in array`, or of a number.
fn is_given_an_element(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    if computes_one(facts, call) {
        return true;
    }
    let walks_an_array = |name: &str| {
        facts.loops_around(call).any(|around| {
            let iter = tree.child(around, Role::Iter);
            iter.is_some_and(|i| facts.is(i, ValueKind::Array)) && targets(facts, around).iter().any(|t| t == name)
        })
    };
    facts.callee(call).starts_with("numpy.")
        && facts.arguments(call).next().is_some_and(|a| tree.kind(a) == Kind::Name && walks_an_array(tree.name(a)))
}

/// Whether each round of a loop works on whole arrays: then a single element more does not matter.
fn works_on_arrays(facts: &Facts, around: NodeId) -> bool {
    let tree = facts.tree();
    tree.inside(around).filter(|&n| tree.kind(n) == Kind::Call).any(|call| {
        let makes_many = ["size", "out"].iter().any(|name| facts.keyword(call, name).is_some());
        let whole = facts.arguments(call).any(|a| tree.kind(a) == Kind::Name && facts.is(a, ValueKind::Array));
        makes_many || whole && facts.callee(call).starts_with("numpy.")
    })
}

/// `array[i, j]` with indices that the loops around it bind.
fn takes_one(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    if tree.kind(node) != Kind::Subscript {
        return false;
    }
    let Some(index) = tree.child(node, Role::Index) else { return false };
    let slices = std::iter::once(index).chain(tree.inside(index)).any(|n| tree.kind(n) == Kind::Slice);
    let of_array = || tree.child(node, Role::Value).is_some_and(|v| facts.is(v, ValueKind::Array));
    let by_loop = || facts.loops_around(node).flat_map(|l| targets(facts, l)).any(|name| mentions(facts, index, &name));
    !slices && of_array() && by_loop()
}

/// `numpy.sin(x)` of a single number, in a loop: `math.sin(x)` takes a fraction of the time.
fn computes_one(facts: &Facts, node: NodeId) -> bool {
    const ONE_BY_ONE: &[&str] = &[
        "sin", "cos", "tan", "sqrt", "exp", "log", "abs", "floor", "ceil", "maximum", "minimum", "power", "hypot",
        "arctan2", "clip", "isnan",
    ];
    facts.tree().kind(node) == Kind::Call
        && facts.in_loop(node)
        && facts.callee(node).strip_prefix("numpy.").is_some_and(|f| ONE_BY_ONE.contains(&f))
        && facts.arguments(node).all(|a| facts.is(a, ValueKind::Number))
}

fn builtins(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tree = facts.tree();
        let nodes: Vec<NodeId> = facts.calls_in(spot.scope).filter(|&c| walks_an_array(facts, c)).collect();
        let Some(&first) = nodes.first() else { continue };
        let pattern = Pattern { rule, nodes: &nodes, hidden: 2, min_share: 0.2, certainty: Confidence::High };
        if let Some(mut finding) = pattern.found(ctx, spot) {
            let array = facts.arguments(first).next().map_or("array", |a| tree.source(a));
            let name = tree.child(first, Role::Func).map_or("sum", |f| tree.name(f));
            let method = if name == "sorted" { format!("numpy.sort({array})") } else { format!("{array}.{name}()") };
            finding.after = finding.before.replace(tree.source(first), &method);
            findings.push(finding);
        }
    }
    findings
}

fn walks_an_array(facts: &Facts, call: NodeId) -> bool {
    matches!(
        facts.callee(call).as_str(),
        "builtins.sum" | "builtins.max" | "builtins.min" | "builtins.any" | "builtins.all" | "builtins.sorted"
    ) && facts.tree().children_as(call, Role::Argument).count() == 1
        && facts.arguments(call).next().is_some_and(|a| facts.is(a, ValueKind::Array))
}
