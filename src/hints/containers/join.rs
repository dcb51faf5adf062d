//! Two collections matched by walking one for each element of the other.

use crate::hints::pattern::{Pattern, mentions, targets};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{CmpOp, Facts, Kind, NodeId, Role, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "nested-loop-join",
    title: "Nested loops match two collections by key",
    category: Category::Algorithm,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "30 % of the active time in a function that looks for an equal key by walking a collection again and again",
    advice: "Index one side once in a dict keyed by the join field, then look up: O(n+m) instead of O(n*m). Where several elements share a key, keep a list of them for each.",
    before: "for o in orders:\n    for c in customers:\n        if c.id == o.cid: ...",
    after: "by_id = {c.id: c for c in customers}  # ids are unique\nfor o in orders:\n    c = by_id.get(o.cid)\n    if c is not None: ...",
    docs: "https://docs.python.org/3/tutorial/datastructures.html#dictionaries",
    removable: 0.97,
    settle: "index one side in a dict by the key and record again",
    wrong_if: "the inner collection is always short, all pairs are wanted, or the keys are not hashable",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tree = facts.tree();
        let found = facts.nodes(spot.scope).find_map(|n| {
            let inner = match tree.kind(n) {
                Kind::For { .. } => for_join(facts, n),
                k if k.is_comprehension() => comprehension_join(facts, n),
                _ => None,
            }?;
            let again = spot.is_repeated(n) || facts.is_called_in_loop(spot.scope);
            again.then_some((n, inner))
        });
        let Some((node, join)) = found else { continue };
        let pattern = Pattern { rule, nodes: &[node], hidden: 0, min_share: 0.3, certainty: Confidence::High };
        let Some(finding) = pattern.found(ctx, spot) else { continue };
        let mut finding =
            finding.with("walked", Evidence::Text(join.walked.clone())).with("key", Evidence::Text(join.key.clone()));
        finding.after = join.adapted();
        findings.push(finding);
    }
    findings
}

struct Join {
    walked: String,
    target: String,
    /// The key of what is walked, and what it is compared to.
    key: String,
    wanted: String,
}

impl Join {
    /// Several elements may share a key, and the first of them may be the one that counts: all of them are kept.
    fn adapted(&self) -> String {
        let Self { walked, target, key, wanted } = self;
        let element =
            if target.contains(',') && !target.starts_with('(') { format!("({target})") } else { target.clone() };
        format!(
            "by_key = collections.defaultdict(list)  # once, before\nfor {target} in {walked}:\n    \
             by_key[{key}].append({element})\n\nfor {target} in by_key.get({wanted}, ()):  # instead of all of {walked}"
        )
    }
}

/// `for b in bs: if b.k == a.k: …` with nothing else in the body, or `for b in bs: if b.k != a.k: continue` and more.
fn for_join(facts: &Facts, node: NodeId) -> Option<Join> {
    let tree = facts.tree();
    let body: Vec<NodeId> = tree.children_as(node, Role::Body).collect();
    let (first, more) = body.split_first()?;
    let test = tree.child(*first, Role::Test).filter(|_| tree.kind(*first) == Kind::If)?;
    if more.is_empty() {
        return join(facts, node, first_equality(facts, test)?);
    }
    let skips = tree.children_as(*first, Role::Body).all(|s| tree.kind(s) == Kind::Continue)
        && tree.child(*first, Role::Orelse).is_none();
    (skips && tree.kind(test) == Kind::Compare(CmpOp::NotEq)).then(|| join(facts, node, test))?
}

/// `next((b for b in bs if b.k == a.k), None)`, `[b for b in bs if b.k == a.k]`
fn comprehension_join(facts: &Facts, node: NodeId) -> Option<Join> {
    let tree = facts.tree();
    let mut clauses = tree.children_as(node, Role::Clause);
    let clause = clauses.next()?;
    if clauses.next().is_some() {
        return None;
    }
    join(facts, clause, first_equality(facts, tree.child(clause, Role::Condition)?)?)
}

/// What a walk with a test of equality, or of its opposite, looks for.
fn join(facts: &Facts, walk: NodeId, test: NodeId) -> Option<Join> {
    let tree = facts.tree();
    let over = tree.child(walk, Role::Iter)?;
    let target = tree.child(walk, Role::Target)?;
    // Walking numbers or characters looks for no record.
    if facts.value(over).is_some_and(|v| matches!(v.kind, ValueKind::Range | ValueKind::Str | ValueKind::File)) {
        return None;
    }
    let (left, right) = (tree.child(test, Role::Left)?, tree.child(test, Role::Right)?);
    let names = targets(facts, walk);
    let of_target = |n: NodeId| names.iter().any(|name| mentions(facts, n, name));
    let (key, wanted) = match (of_target(left), of_target(right)) {
        (true, false) => (left, right),
        (false, true) => (right, left),
        _ => return None,
    };
    // A key is a part of the element: `b.id`, `b["id"]`, or the element of a pair.
    let part = matches!(tree.kind(key), Kind::Attribute | Kind::Subscript) || names.len() > 1;
    // What it is compared to changes from one walk to the next, and is no constant.
    let constant = matches!(tree.kind(wanted), Kind::Number | Kind::Str | Kind::None | Kind::Bool);
    let text = |n: NodeId| tree.source(n).to_owned();
    (part && !constant).then(|| Join { walked: text(over), target: text(target), key: text(key), wanted: text(wanted) })
}

fn first_equality(facts: &Facts, test: NodeId) -> Option<NodeId> {
    let tree = facts.tree();
    match tree.kind(test) {
        Kind::Compare(CmpOp::Eq) => Some(test),
        Kind::BoolOp => tree.children(test).find(|&n| tree.kind(n) == Kind::Compare(CmpOp::Eq)),
        _ => None,
    }
}
