//! `self.text += line`: each step copies the text so far.

use crate::hints::pattern::Pattern;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, Operator, Role, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "string-concat-loop",
    title: "String or bytes grown with +=",
    category: Category::Strings,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a fifth of the active time in a function that grows a text or bytes with `+=`, where the interpreter has to copy it",
    advice: "Collect parts in a list and ''.join(parts) once; bytearray for bytes. CPython extends a text in place only where a local name is all that holds it.",
    before: "self.text += line",
    after: "self.parts.append(line)\n# once, at the end: self.text = ''.join(self.parts)",
    docs: "https://docs.python.org/3/faq/programming.html#what-is-the-most-efficient-way-to-concatenate-many-strings-together",
    removable: 0.95,
    settle: "collect the parts in a list, join them once, and record again",
    wrong_if: "the text always stays short",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let repeated = |n: NodeId| spot.is_repeated(n) || facts.is_called_in_loop(spot.scope);
        let all: Vec<(NodeId, Grows)> =
            facts.nodes(spot.scope).filter(|&n| repeated(n)).filter_map(|n| Some((n, grows(facts, n)?))).collect();
        let copies: Vec<NodeId> = all.iter().filter(|(_, g)| *g == Grows::ByCopy).map(|(n, _)| *n).collect();
        let in_place: Vec<NodeId> = all.iter().filter(|(_, g)| *g == Grows::InPlace).map(|(n, _)| *n).collect();
        let (nodes, hidden, min_share) = match (copies.is_empty(), spot.lines.is_some()) {
            (false, _) => (copies, 1, 0.2),
            // CPython grows a local text in place, mostly: only samples on the line itself speak against it.
            (true, true) if !in_place.is_empty() => (in_place, 0, 0.4),
            _ => continue,
        };
        let pattern = Pattern { rule, nodes: &nodes, hidden, min_share, certainty: Confidence::High };
        if let Some(mut finding) = pattern.found(ctx, spot) {
            if let Some(after) = nodes.first().and_then(|&n| adapted(facts, n)) {
                finding.after = after;
            }
            findings.push(finding);
        }
    }
    findings
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Grows {
    /// All of it is copied at each step.
    ByCopy,
    /// The interpreter usually extends it where it is.
    InPlace,
}

fn grows(facts: &Facts, node: NodeId) -> Option<Grows> {
    let tree = facts.tree();
    let target = tree.child(node, Role::Target)?;
    let value = tree.child(node, Role::Value)?;
    let (added, front) = match tree.kind(node) {
        Kind::AugAssign(Operator::Add) => (value, false),
        Kind::Assign if tree.kind(value) == Kind::Binary(Operator::Add) => {
            let (left, right) = (tree.child(value, Role::Left)?, tree.child(value, Role::Right)?);
            if tree.source(left) == tree.source(target) {
                (right, false)
            } else if tree.source(right) == tree.source(target) {
                (left, true)
            } else {
                return None;
            }
        }
        _ => return None,
    };
    let kind = |n: NodeId| facts.value(n).map(|v| v.kind);
    let text = kind(target).or_else(|| kind(added)).filter(|k| matches!(k, ValueKind::Str | ValueKind::Bytes))?;
    // A name of the module is stored where it cannot grow in place.
    let global = tree.kind(target) == Kind::Name
        && facts.bindings(facts.scope_of(node), tree.name(target)).iter().all(|b| matches!(b, Bound::Augmented(_)));
    let local = tree.kind(target) == Kind::Name && !global;
    if local && resets(facts, node, target) {
        return None;
    }
    Some(if local && text == ValueKind::Str && !front { Grows::InPlace } else { Grows::ByCopy })
}

/// Whether a local text begins anew in the innermost loop around the step, and so stays as short as one round makes it.
fn resets(facts: &Facts, node: NodeId, target: NodeId) -> bool {
    let tree = facts.tree();
    let Some(innermost) = facts.loops_around(node).next() else { return true };
    facts.bindings(facts.scope_of(node), tree.name(target)).iter().any(|b| match b {
        Bound::Assigned(value) => tree.contains(innermost, *value) && !tree.contains(node, *value),
        _ => false,
    })
}

fn adapted(facts: &Facts, node: NodeId) -> Option<String> {
    let tree = facts.tree();
    let target = tree.source(tree.child(node, Role::Target)?);
    let value = tree.child(node, Role::Value)?;
    let sides = (tree.child(value, Role::Left), tree.child(value, Role::Right));
    let (added, in_front) = match sides {
        (Some(left), Some(right)) if tree.kind(node) == Kind::Assign => {
            if tree.source(right) == target {
                (left, true)
            } else {
                (right, false)
            }
        }
        _ => (value, false),
    };
    let empty = if facts.is(added, ValueKind::Bytes) { "b\"\"" } else { "\"\"" };
    let parts = format!("{}_parts", target.split(['[', '.']).next_back().unwrap_or(target).trim_end_matches(']'));
    let owner = if target.starts_with("self.") { "self." } else { "" };
    let all = if in_front { format!("reversed({owner}{parts})") } else { format!("{owner}{parts}") };
    Some(format!("{owner}{parts}.append({})\n# once, at the end: {target} = {empty}.join({all})", tree.source(added)))
}
