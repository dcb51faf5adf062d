//! `rows = rows + [row]`: each step copies everything before it.

use crate::hints::pattern::Pattern;
use crate::hints::place::at_function;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Operator, Role, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "repeated-list-concat",
    title: "Lists rebuilt by concatenation",
    category: Category::DataStructure,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a fifth of the active time in a function that rebuilds a list with `+` in a loop, or in `sum` of lists",
    advice: "append/extend in place, or itertools.chain.from_iterable.",
    before: "out = out + [x]",
    after: "out.append(x)",
    docs: "https://docs.python.org/3/library/itertools.html#itertools.chain.from_iterable",
    removable: 0.95,
    settle: "use `append` and `extend` and record again",
    wrong_if: "the lists always stay short",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let nodes: Vec<NodeId> = facts
            .nodes(spot.scope)
            .filter(|&n| (spot.is_repeated(n) && rebuilds(facts, n)) || sums_lists(facts, n))
            .collect();
        if nodes.is_empty() {
            continue;
        }
        let pattern = Pattern { rule, nodes: &nodes, hidden: 1, min_share: 0.2, certainty: Confidence::High };
        if let Some(mut finding) = pattern.found(ctx, spot) {
            finding.after = nodes.first().map_or_else(String::new, |&n| adapted(facts, n));
            findings.push(finding);
        }
    }
    if findings.is_empty() { sum_without_source(ctx, rule) } else { findings }
}

/// `x = x + other`, where either side is a list or a tuple, or `x = [*x, *other]`.
fn rebuilds(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    if tree.kind(node) != Kind::Assign {
        return false;
    }
    let (Some(target), Some(value)) = (tree.child(node, Role::Target), tree.child(node, Role::Value)) else {
        return false;
    };
    if matches!(tree.kind(value), Kind::List | Kind::Tuple) {
        let first = tree.children(value).next().filter(|&f| tree.kind(f) == Kind::Starred);
        return first.and_then(|f| tree.child(f, Role::Value)).is_some_and(|f| tree.source(f) == tree.source(target));
    }
    if tree.kind(value) != Kind::Binary(Operator::Add) {
        return false;
    }
    let (Some(left), Some(right)) = (tree.child(value, Role::Left), tree.child(value, Role::Right)) else {
        return false;
    };
    let same = |n: NodeId| tree.source(n) == tree.source(target);
    // What is added stands behind, or in front.
    let right = match (same(left), same(right)) {
        (true, _) => right,
        (_, true) => left,
        _ => return false,
    };
    let list = |n: NodeId| facts.value(n).is_some_and(|v| matches!(v.kind, ValueKind::List | ValueKind::Tuple));
    list(right) || list(target)
}

/// `sum(lists, [])`
fn sums_lists(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    tree.kind(node) == Kind::Call
        && facts.callee(node) == "builtins.sum"
        && facts
            .arguments(node)
            .nth(1)
            .or_else(|| facts.keyword(node, "start"))
            .is_some_and(|a| matches!(tree.kind(a), Kind::List | Kind::Tuple))
}

fn adapted(facts: &Facts, node: NodeId) -> String {
    let tree = facts.tree();
    if tree.kind(node) == Kind::Call {
        let lists = facts.arguments(node).next().map_or("lists", |a| tree.source(a));
        return format!("list(itertools.chain.from_iterable({lists}))");
    }
    let target = tree.child(node, Role::Target).map_or("items", |t| tree.source(t));
    let value = tree.child(node, Role::Value);
    if let Some(list) = value.filter(|&v| matches!(tree.kind(v), Kind::List | Kind::Tuple)) {
        let added: Vec<&str> = tree.children(list).skip(1).map(|e| tree.source(e)).collect();
        return match added[..] {
            [one] if one.starts_with('*') => format!("{target}.extend({})", one.trim_start_matches('*')),
            [one] => format!("{target}.append({one})"),
            _ => format!("{target}.extend([{}])", added.join(", ")),
        };
    }
    let right = value.and_then(|v| tree.child(v, Role::Right));
    if let (Some(right), Some(left)) = (right, value.and_then(|v| tree.child(v, Role::Left)))
        && tree.source(right) == target
    {
        return format!("{target}.extendleft(reversed({}))  # with {target} a collections.deque", tree.source(left));
    }
    match right.map(|r| (tree.kind(r), r)) {
        Some((Kind::List, r)) if tree.children(r).count() == 1 => {
            let element = tree.children(r).next().map_or("x", |e| tree.source(e));
            format!("{target}.append({element})")
        }
        Some((_, r)) => format!("{target}.extend({})", tree.source(r)),
        None => format!("{target}.extend(more)"),
    }
}

/// `sum` that takes milliseconds a call adds up more than numbers, but of what only the source tells.
fn sum_without_source(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(&["builtins.sum"]);
    let own: i64 = set.iter().map(|&f| ctx.own(f)).sum();
    let calls = ctx.calls_to(&["builtins.sum"]);
    let slow = ctx.nanoseconds(own).is_some_and(|ns| calls > 0 && ns / calls >= 5_000_000);
    let share = ctx.share(own);
    let Some(site) = ctx.sites(&set).into_iter().next().filter(|_| slow && share >= 0.2) else { return Vec::new() };
    if ctx.source(site.function).is_some() {
        return Vec::new();
    }
    let reason = "`sum` takes milliseconds a call, as it does when it joins lists; the source was not looked at";
    vec![at_function(ctx, Finding::new(rule, share, Confidence::Low, reason), site.function)]
}
