//! `buffer = buffer[n:]`: each step copies what is left.

use crate::hints::pattern::Pattern;
use crate::hints::rule::Check;
use crate::hints::spot::Spot;
use crate::hints::{Category, Confidence, Ctx, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "slice-consume-loop",
    title: "Buffer or list consumed by re-slicing",
    category: Category::Algorithm,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a quarter of the active time in a function that cuts the front off a list, a text or bytes in a loop",
    advice: "Keep an index (struct.unpack_from, str.find(start)), a memoryview, an iterator, or a deque.",
    before: "buf = buf[n:]",
    after: "pos += n   # unpack_from(fmt, buf, pos)",
    docs: "https://docs.python.org/3/library/stdtypes.html#memoryview",
    removable: 0.95,
    settle: "keep a position instead and record again",
    wrong_if: "what is cut is always short",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tree = facts.tree();
        let nodes: Vec<NodeId> =
            facts.nodes(spot.scope).filter(|&n| again(facts, spot, n) && cuts_the_front(facts, n)).collect();
        let Some(&first) = nodes.first() else { continue };
        let pattern = Pattern { rule, nodes: &nodes, hidden: 1, min_share: 0.25, certainty: Confidence::High };
        if let Some(mut finding) = pattern.found(ctx, spot) {
            let slice = tree.inside(first).filter(|&n| tree.kind(n) == Kind::Slice).last();
            let of = slice.and_then(|s| tree.child(tree.parent(s), Role::Value));
            let target = of.map_or("data", |t| tree.source(t));
            let step = slice.and_then(|i| tree.child(i, Role::Lower)).map_or("n", |l| tree.source(l));
            finding.after =
                format!("position += {step}   # and read {target} from there, or through memoryview({target})");
            findings.push(finding);
        }
    }
    findings
}

/// Whether a cut is made of what was cut before: in a loop, or in a method that keeps the rest.
fn again(facts: &Facts, spot: &Spot, node: NodeId) -> bool {
    let keeps = || {
        let tree = facts.tree();
        std::iter::once(node)
            .chain(tree.inside(node))
            .any(|n| tree.kind(n) == Kind::Attribute && tree.role(n) == Role::Target && facts.scope_of(n) == spot.scope)
    };
    facts.in_loop(node) || (spot.is_repeated(node) && keeps())
}

fn cuts_the_front(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    if tree.kind(node) != Kind::Assign {
        return false;
    }
    let (Some(target), Some(value)) = (tree.child(node, Role::Target), tree.child(node, Role::Value)) else {
        return false;
    };
    // `head, data = data[:n], data[n:]`
    let pairs: Vec<(NodeId, NodeId)> = match (tree.kind(target), tree.kind(value)) {
        (Kind::Tuple, Kind::Tuple) => tree.children(target).zip(tree.children(value)).collect(),
        _ => vec![(target, value)],
    };
    pairs.into_iter().any(|(target, value)| cuts(facts, node, target, value))
}

fn cuts(facts: &Facts, node: NodeId, target: NodeId, value: NodeId) -> bool {
    let tree = facts.tree();
    let cut = || {
        let value = Some(value).filter(|&v| tree.kind(v) == Kind::Subscript)?;
        let index = tree.child(value, Role::Index).filter(|&i| tree.kind(i) == Kind::Slice)?;
        let of = tree.child(value, Role::Value)?;
        let front = tree.child(index, Role::Lower).is_some() && tree.child(index, Role::Upper).is_none();
        // A slice of an array is a view: nothing is copied.
        let view = facts.value(of).is_some_and(|v| matches!(v.kind, ValueKind::Array | ValueKind::Frame))
            || facts.bindings(facts.scope_of(node), tree.source(of)).iter().any(|b| match b {
                crate::source::Bound::Assigned(v) => tree.source(*v).starts_with("memoryview("),
                _ => false,
            });
        (front && !view && tree.source(of) == tree.source(target)).then_some(())
    };
    cut().is_some()
}
