//! A whole list sorted to read its ends.

use crate::hints::place::at_node;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, Role, ScopeId};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "sorted-for-minmax",
    title: "Full sort to read one end",
    category: Category::Sorting,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "10 % of the active time in sorts of which only the first or last few elements are read",
    advice: "Use min()/max() (same key=) for one element, heapq.nsmallest/nlargest for a few.",
    before: "best = sorted(c, key=f)[0]",
    after: "best = min(c, key=f)",
    docs: "https://docs.python.org/3/library/heapq.html#heapq.nsmallest",
    removable: 0.70,
    settle: "use `min`, `max` or `heapq.nsmallest` and record again",
    wrong_if: "it matters which of equal elements is found, or nearly all elements are read",
    check: Check::Code(check),
};

/// From this many elements on, a heap is no faster than sorting.
const FEW: u32 = 50;

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(&["builtins.sorted", "list.sort"]);
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.1) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let (facts, scope) = (&spot.facts, spot.scope);
        let found: Vec<(NodeId, Ends)> = sorts(facts, scope).filter_map(|c| Some((c, ends_read(facts, c)?))).collect();
        let Some((first, ends)) = found.first().copied() else { continue };
        let nodes: Vec<NodeId> = found.iter().map(|(n, _)| *n).collect();
        let amount = match &spot.lines {
            Some(lines) => lines.total_of(facts.tree(), &nodes).min(ctx.inclusive(function)),
            None => ctx.sites(&set).iter().filter(|s| s.function == function).map(|s| s.total).sum(),
        };
        let share = ctx.share(amount);
        let once = !nodes.iter().any(|&n| facts.in_loop(n))
            && !facts.is_called_in_loop(scope)
            && spot.calls.is_none_or(|c| c < 10);
        if share < 0.1_f64.max(ctx.options.min_share) || once {
            continue;
        }
        let reason = "the sort takes the time, and only its ends are read";
        let mut finding = at_node(ctx, Finding::new(rule, share, Confidence::High, reason), &spot, &nodes);
        if let Some(calls) = spot.calls {
            finding = finding.with("calls", Evidence::Count(calls));
        }
        finding.after = adapted(facts, first, ends);
        findings.push(finding);
    }
    findings
}

/// The sorts of a function, as many as are looked at.
fn sorts(facts: &Facts, scope: ScopeId) -> impl Iterator<Item = NodeId> + '_ {
    const MOST: usize = 200;
    facts.calls_in(scope).filter(|&c| matches!(facts.callee(c).as_str(), "builtins.sorted" | ".sort")).take(MOST)
}

#[derive(Clone, Copy)]
enum Ends {
    First,
    Last,
    FirstFew(u32),
    LastFew(u32),
}

/// The call that reads the same ends without sorting.
fn adapted(facts: &Facts, call: NodeId, ends: Ends) -> String {
    let tree = facts.tree();
    let keyword = |a: &NodeId| tree.kind(*a) == Kind::Keyword && tree.name(*a) == "reverse";
    let backwards = facts.keyword(call, "reverse").is_some_and(|v| tree.source(v) == "True");
    let arguments: Vec<&str> = facts
        .receiver(call)
        .into_iter()
        .chain(tree.children_as(call, Role::Argument))
        .filter(|a| !keyword(a))
        .map(|a| tree.source(a))
        .collect();
    let arguments = arguments.join(", ");
    // A heap gives the most extreme first, and the end of a sorted list holds it last.
    match (ends, backwards) {
        (Ends::First, false) | (Ends::Last, true) => format!("min({arguments})"),
        (Ends::Last, false) | (Ends::First, true) => format!("max({arguments})"),
        (Ends::FirstFew(count), false) => format!("heapq.nsmallest({count}, {arguments})"),
        (Ends::FirstFew(count), true) => format!("heapq.nlargest({count}, {arguments})"),
        (Ends::LastFew(count), false) => format!("heapq.nlargest({count}, {arguments})[::-1]"),
        (Ends::LastFew(count), true) => format!("heapq.nsmallest({count}, {arguments})[::-1]"),
    }
}

/// What is read of a sorted list: `sorted(x)[0]`; `s = sorted(x)` or `s.sort()` with `s[-1]` or `s[:3]` and nothing
/// else.
fn ends_read(facts: &Facts, call: NodeId) -> Option<Ends> {
    let tree = facts.tree();
    let parent = tree.parent(call);
    let named = match facts.callee(call).as_str() {
        "builtins.sorted" => {
            if tree.kind(parent) == Kind::Subscript && tree.role(call) == Role::Value {
                return end(facts, tree.child(parent, Role::Index)?);
            }
            tree.child(parent, Role::Target).filter(|_| tree.kind(parent) == Kind::Assign)
        }
        ".sort" => facts.receiver(call),
        _ => None,
    };
    let named = named.filter(|&n| tree.kind(n) == Kind::Name)?;
    let (scope, name) = (facts.scope_of(call), tree.name(named));
    // Only a list made here may lose its order.
    if !matches!(facts.bindings(scope, name), [Bound::Assigned(_)]) {
        return None;
    }
    let mut read = None;
    for used in facts
        .nodes(scope)
        .filter(|&n| n != named && tree.kind(n) == Kind::Name && tree.name(n) == name && tree.role(n) != Role::Target)
    {
        let around = tree.parent(used);
        let grows = matches!(tree.name(around), "append" | "extend") && tree.kind(around) == Kind::Attribute;
        if grows && tree.line(used) < tree.line(call) {
            continue;
        }
        if tree.kind(around) != Kind::Subscript || tree.role(used) != Role::Value {
            return None;
        }
        read = Some(end(facts, tree.child(around, Role::Index)?)?);
    }
    read
}

fn end(facts: &Facts, index: NodeId) -> Option<Ends> {
    let tree = facts.tree();
    if tree.kind(index) != Kind::Slice {
        return match tree.source(index) {
            "0" => Some(Ends::First),
            "-1" => Some(Ends::Last),
            _ => None,
        };
    }
    let few = |n: NodeId| tree.source(n).trim_start_matches('-').parse().ok().filter(|&few: &u32| few <= FEW);
    match (tree.child(index, Role::Lower), tree.child(index, Role::Upper)) {
        (None, Some(upper)) if !tree.source(upper).starts_with('-') => Some(Ends::FirstFew(few(upper)?)),
        (Some(lower), None) if tree.source(lower).starts_with('-') => Some(Ends::LastFew(few(lower)?)),
        _ => None,
    }
}
