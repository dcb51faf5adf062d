//! Counting into a dict by hand.

use crate::hints::pattern::{Pattern, loops};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, CmpOp, Facts, Kind, NodeId, Operator, Role, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "manual-counting",
    title: "Counting or grouping by hand",
    category: Category::DataStructure,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a quarter of the active time in a function whose loop counts into a dict by hand",
    advice: "collections.Counter(iterable) counts in C (2-3x); defaultdict(list) for grouping (1.1-1.4x, mostly readability).",
    before: "counts[w] = counts.get(w, 0) + 1",
    after: "counts = Counter(words)",
    docs: "https://docs.python.org/3/library/collections.html#collections.Counter",
    removable: 0.55,
    settle: "replace the loop by `collections.Counter` and record again",
    wrong_if: "the loop adds something other than one, or does more than count",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tree = facts.tree();
        for at in loops(facts, spot) {
            let counting: Vec<NodeId> = tree.children_as(at, Role::Body).filter(|&s| counts(facts, s)).collect();
            if counting.is_empty() {
                continue;
            }
            let names = counted(facts, counting[0]).map(|(_, key)| key).unwrap_or_default();
            // What takes the key out of something belongs to counting it; what computes it is other work.
            let takes = |v: NodeId| {
                matches!(tree.kind(v), Kind::Subscript | Kind::Attribute)
                    || (tree.kind(v) == Kind::Call && facts.callee(v).starts_with('.'))
            };
            let makes_the_key = |s: NodeId| {
                tree.kind(s) == Kind::Assign
                    && tree.child(s, Role::Target).is_some_and(|t| tree.source(t) == names)
                    && tree.child(s, Role::Value).is_some_and(takes)
            };
            let key =
                tree.children_as(at, Role::Body).find(|&s| makes_the_key(s)).and_then(|s| tree.child(s, Role::Value));
            let others =
                tree.children_as(at, Role::Body).filter(|&s| !counting.contains(&s) && !makes_the_key(s)).count();
            // A loop that does more must stay, and the gain with it.
            let certainty = if others == 0 { Confidence::High } else { Confidence::Low };
            let nodes: &[NodeId] = if others == 0 { &[at] } else { &counting };
            let pattern = Pattern { rule, nodes, hidden: 0, min_share: 0.25, certainty };
            if let Some(mut finding) = pattern.found(ctx, spot) {
                let iter = tree.child(at, Role::Iter).map_or("items", |i| tree.source(i));
                let element = tree.child(at, Role::Target).map_or("", |t| tree.source(t));
                if let Some((counts, name)) = counted(facts, counting[0]) {
                    let key = key.map_or(name.as_str(), |k| tree.source(k));
                    let counted =
                        if key == element { iter.to_owned() } else { format!("{key} for {element} in {iter}") };
                    finding.after = if begins_here(facts, at, &counts) {
                        format!("{counts} = collections.Counter({counted})")
                    } else {
                        format!("{counts}.update({counted})  # with {counts} a collections.Counter")
                    };
                }
                findings.push(finding);
                break;
            }
        }
    }
    findings
}

/// Whether a dict is empty where a loop begins to count into it: made in the function, outside of any loop.
fn begins_here(facts: &Facts, walk: NodeId, counts: &str) -> bool {
    let made = facts.bindings(facts.scope_of(walk), counts);
    !facts.in_loop(walk) && matches!(made, [Bound::Assigned(_)])
}

/// The dict and the key of a counting statement.
fn counted(facts: &Facts, statement: NodeId) -> Option<(String, String)> {
    let tree = facts.tree();
    let target = std::iter::once(statement)
        .chain(tree.inside(statement))
        .filter(|&n| matches!(tree.kind(n), Kind::AugAssign(_) | Kind::Assign))
        .find_map(|n| tree.child(n, Role::Target).filter(|&t| tree.kind(t) == Kind::Subscript))?;
    let of = tree.child(target, Role::Value)?;
    let key = tree.child(target, Role::Index)?;
    Some((tree.source(of).to_owned(), tree.source(key).to_owned()))
}

/// `if k in d: d[k] += 1 else: d[k] = 1`, `d[k] = d.get(k, 0) + 1`, `try: d[k] += 1 except KeyError: d[k] = 1`
fn counts(facts: &Facts, statement: NodeId) -> bool {
    let tree = facts.tree();
    match tree.kind(statement) {
        // `if k not in d: d[k] = 0` with `d[k] += 1` after it, or `d[k] += 1` of a `defaultdict(int)`
        Kind::AugAssign(Operator::Add) => {
            tree.child(statement, Role::Value).is_some_and(|v| tree.source(v) == "1")
                && tree.child(statement, Role::Target).is_some_and(|t| {
                    tree.kind(t) == Kind::Subscript
                        && tree.child(t, Role::Value).is_some_and(|d| facts.is(d, ValueKind::Dict))
                })
        }
        Kind::If if !adds_one(facts, statement) => {
            tree.child(statement, Role::Test).is_some_and(|t| tree.kind(t) == Kind::Compare(CmpOp::NotIn))
                && tree.child(statement, Role::Orelse).is_none()
                && tree.children_as(statement, Role::Body).count() == 1
                && sets_one(facts, statement)
        }
        Kind::Assign => counts_with_get(facts, statement),
        Kind::If => {
            let tests = tree
                .child(statement, Role::Test)
                .is_some_and(|t| matches!(tree.kind(t), Kind::Compare(CmpOp::In | CmpOp::NotIn)));
            tests && adds_one(facts, statement) && sets_one(facts, statement)
        }
        Kind::Try => adds_one(facts, statement) && sets_one(facts, statement),
        _ => false,
    }
}

fn counts_with_get(facts: &Facts, statement: NodeId) -> bool {
    let tree = facts.tree();
    let (Some(target), Some(value)) = (tree.child(statement, Role::Target), tree.child(statement, Role::Value)) else {
        return false;
    };
    let Some(left) = tree.child(value, Role::Left).filter(|_| tree.kind(value) == Kind::Binary(Operator::Add)) else {
        return false;
    };
    let one = tree.child(value, Role::Right).is_some_and(|r| tree.source(r) == "1");
    let gets = tree.kind(left) == Kind::Call && facts.callee(left) == ".get";
    let same = facts
        .receiver(left)
        .zip(tree.child(target, Role::Value))
        .is_some_and(|(a, b)| tree.source(a) == tree.source(b));
    one && gets && same && tree.kind(target) == Kind::Subscript
}

fn adds_one(facts: &Facts, statement: NodeId) -> bool {
    let tree = facts.tree();
    tree.inside(statement).any(|n| {
        tree.kind(n) == Kind::AugAssign(Operator::Add)
            && tree.child(n, Role::Target).is_some_and(|t| tree.kind(t) == Kind::Subscript)
            && tree.child(n, Role::Value).is_some_and(|v| tree.source(v) == "1")
    })
}

fn sets_one(facts: &Facts, statement: NodeId) -> bool {
    let tree = facts.tree();
    tree.inside(statement).any(|n| {
        tree.kind(n) == Kind::Assign
            && tree.child(n, Role::Target).is_some_and(|t| tree.kind(t) == Kind::Subscript)
            && tree.child(n, Role::Value).is_some_and(|v| matches!(tree.source(v), "1" | "0"))
    })
}
