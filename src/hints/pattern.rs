//! What rules on source patterns share: how much of the time a pattern took, and how sure that is.

use super::place::at_node;
use super::spot::Spot;
use super::{Confidence, Ctx, Finding, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};
use rustc_hash::FxHashSet;

/// A pattern found in a function.
pub(super) struct Pattern<'a> {
    pub(super) rule: &'static Rule,
    /// The nodes that make it up.
    pub(super) nodes: &'a [NodeId],
    /// How many loops each of them runs inside the interpreter: one for a walk over a list.
    pub(super) hidden: usize,
    /// The share of the active time from which it is worth a word.
    pub(super) min_share: f64,
    /// How sure it is that it is the pattern meant.
    pub(super) certainty: Confidence,
}

/// Below this part of its function's work, a pattern is one thing among others.
const MINOR_PART: f64 = 0.2;
/// From this part on, it is what the function does.
const MAIN_PART: f64 = 0.5;

impl Pattern<'_> {
    /// A finding, if the pattern took enough time.
    pub(super) fn found(&self, ctx: &Ctx<'_>, spot: &Spot) -> Option<Finding> {
        let part = spot.part(self.nodes, self.hidden);
        let share = ctx.share(part.amount);
        let worth_a_word = share >= ctx.options.min_share && ctx.share_of_run(part.amount) >= self.min_share;
        if !worth_a_word || part.of_function < MINOR_PART {
            return None;
        }
        let (confidence, reason) = match (part.measured, part.of_function >= MAIN_PART) {
            (true, true) => (self.certainty, "most samples of the function fall on these lines"),
            (true, false) => {
                (self.certainty.min(Confidence::Medium), "a part of the function's samples falls on these lines")
            }
            (false, true) => {
                (self.certainty, "it is what the function does most, as its source reads; lines were not recorded")
            }
            (false, false) => (
                self.certainty.min(Confidence::Medium),
                "the function does other things, too, and lines were not recorded",
            ),
        };
        // Without lines the pattern may be all that the function does; with them, all that its loops do. Making the call
        // costs its callers, too.
        let around = if part.measured { spot.loops_around(self.nodes) } else { None };
        let whole = ctx.share(around.unwrap_or(spot.work) + ctx.own_of_callers(spot.function));
        let finding = Finding::new(self.rule, share, confidence, reason).at_most(whole);
        Some(at_node(ctx, finding, spot, self.nodes))
    }
}

/// The `for` and `while` loops of a function, outer ones first.
pub(super) fn loops(facts: &Facts, spot: &Spot) -> Vec<NodeId> {
    let tree = facts.tree();
    facts.nodes(spot.scope).filter(|&n| matches!(tree.kind(n), Kind::For { .. } | Kind::While)).collect()
}

/// Whether a node mentions one of some names.
pub(super) fn mentions_any(facts: &Facts, node: NodeId, names: &FxHashSet<&str>) -> bool {
    let tree = facts.tree();
    std::iter::once(node).chain(tree.inside(node)).any(|n| tree.kind(n) == Kind::Name && names.contains(tree.name(n)))
}

/// Those of some nodes, in the file's order, that stand in none of the others.
pub(super) fn outermost(facts: &Facts, nodes: &[NodeId]) -> Vec<NodeId> {
    let mut outer: Vec<NodeId> = Vec::new();
    for &node in nodes {
        if outer.last().is_none_or(|&last| !facts.tree().contains(last, node)) {
            outer.push(node);
        }
    }
    outer
}

/// Whether a node mentions a name.
pub(super) fn mentions(facts: &Facts, node: NodeId, name: &str) -> bool {
    let tree = facts.tree();
    std::iter::once(node).chain(tree.inside(node)).any(|n| tree.kind(n) == Kind::Name && tree.name(n) == name)
}

/// How far into a `while` loop it is looked what it counts.
const MOST_NODES: usize = 10_000;

/// Names a loop binds.
pub(super) fn targets(facts: &Facts, node: NodeId) -> Vec<String> {
    let tree = facts.tree();
    if tree.kind(node) == Kind::While {
        // A `while` loop counts its variables up.
        let counted = tree.inside(node).take(MOST_NODES).filter(|&n| matches!(tree.kind(n), Kind::AugAssign(_)));
        let names = counted.filter_map(|n| tree.child(n, Role::Target)).map(|t| tree.name(t).to_owned());
        return names.filter(|n| !n.is_empty()).collect();
    }
    if tree.kind(node).is_comprehension() {
        return tree.children_as(node, Role::Clause).flat_map(|clause| targets(facts, clause)).collect();
    }
    let Some(target) = tree.child(node, Role::Target) else { return Vec::new() };
    let all = std::iter::once(target).chain(tree.inside(target));
    all.filter(|&n| tree.kind(n) == Kind::Name).map(|n| tree.name(n).to_owned()).collect()
}

/// Whether a function, or one that calls it, is handed to a thread or an executor in the file.
pub(super) fn is_handed_to_threads(facts: &Facts, scope: ScopeId) -> bool {
    /// Callers of callers that are followed: one of them may be the one that is handed over.
    const HEIGHT: usize = 4;
    let tree = facts.tree();
    let mut level = vec![facts.scope(scope).name.as_str()];
    let mut names: FxHashSet<&str> = level.iter().copied().collect();
    for _ in 0..HEIGHT {
        let calls = level.into_iter().flat_map(|name| facts.calls_of(name));
        let callers = calls.map(|&c| facts.scope_of(c)).filter(|&s| s != ScopeId::MODULE);
        level = callers.map(|s| facts.scope(s).name.as_str()).filter(|name| names.insert(name)).collect();
    }
    let hands_over =
        ["Thread", "submit", "map", "imap", "imap_unordered", "apply_async", "run_in_executor", "to_thread"];
    let handed = |c: &NodeId| {
        tree.inside(*c).any(|n| matches!(tree.kind(n), Kind::Name | Kind::Attribute) && names.contains(tree.name(n)))
    };
    hands_over.iter().any(|called| facts.calls_of(called).iter().any(handed))
}
