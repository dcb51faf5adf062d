//! `x in items`, where `items` is a list and the test runs again and again.

use crate::hints::pattern::Pattern;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{CmpOp, Facts, Kind, NodeId, Role, Value, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "list-membership-in-loop",
    title: "Membership test scans a list",
    category: Category::DataStructure,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "15 % of the active time in tests of membership in a list that run again and again",
    advice: "Each test walks the list. Build a set (or dict) once, outside the loop, and test against that; keep the list too if order matters.",
    before: "seen = []\nfor r in rows:\n    if r.id not in seen: seen.append(r.id)",
    after: "seen = set()\nfor r in rows:\n    if r.id not in seen: seen.add(r.id)",
    docs: "https://wiki.python.org/moin/TimeComplexity",
    removable: 0.95,
    settle: "build `set(…)` of the list before the loop and record again",
    wrong_if: "the list always stays short, or its elements are not hashable",
    check: Check::Code(check),
};

/// Lists written with no more elements than this are as fast as sets.
const SHORT: usize = 8;

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tests: Vec<(NodeId, NodeId, Value)> = facts
            .nodes(spot.scope)
            .filter(|&n| spot.is_repeated(n))
            .filter_map(|n| walked(facts, n).map(|(container, value)| (n, container, value)))
            .collect();
        let nodes: Vec<NodeId> = tests.iter().map(|(n, ..)| *n).collect();
        let pattern = Pattern { rule, nodes: &nodes, hidden: 1, min_share: 0.15, certainty: Confidence::High };
        let Some(finding) = pattern.found(ctx, spot) else { continue };
        let tree = facts.tree();
        let quoted = |(n, ..): &&(NodeId, NodeId, Value)| (tree.line(*n)..=tree.last_line(*n)).contains(&finding.line);
        let Some((_, container, value)) = tests.iter().find(quoted).or(tests.first()) else { continue };
        let name = tree.source(*container);
        let finding = finding
            .with("container", Evidence::Text(name.to_owned()))
            .with("made_at_line", Evidence::Count(i64::from(tree.line(value.made))));
        findings.push(adapted(facts, finding, *container));
    }
    findings
}

/// The container of a test, if the test walks it.
fn walked(facts: &Facts, node: NodeId) -> Option<(NodeId, Value)> {
    let tree = facts.tree();
    if !matches!(tree.kind(node), Kind::Compare(CmpOp::In | CmpOp::NotIn)) {
        return None;
    }
    let container = tree.child(node, Role::Right)?;
    // Written in place, it is a constant of the code, and short.
    if !matches!(tree.kind(container), Kind::Name | Kind::Attribute | Kind::Call | Kind::Subscript) {
        return None;
    }
    let value = facts.value(container)?;
    let walks = matches!(value.kind, ValueKind::List | ValueKind::Tuple | ValueKind::Deque | ValueKind::Values);
    let short = value.length.is_some_and(|l| (1..=SHORT).contains(&l)) && !grows(facts, container);
    (walks && !short && value.kind != ValueKind::Str).then_some((container, value))
}

/// Whether something is added to a container anywhere in the file.
fn grows(facts: &Facts, container: NodeId) -> bool {
    let text = facts.tree().source(container);
    ["append", "extend", "insert", "appendleft"].iter().any(|method| {
        facts.calls_of(method).iter().any(|&c| facts.receiver(c).is_some_and(|r| facts.tree().source(r) == text))
    })
}

fn adapted(facts: &Facts, mut finding: Finding, container: NodeId) -> Finding {
    let tree = facts.tree();
    let name = tree.source(container);
    if !matches!(tree.kind(container), Kind::Name | Kind::Attribute) {
        return finding;
    }
    let plain = format!("{}_set", name.rsplit('.').next().unwrap_or(name).trim_start_matches('_'));
    finding.after = if grows(facts, container) {
        format!(
            "{plain} = set({name})  # add to both\n{}",
            finding.before.replace(&format!("in {name}"), &format!("in {plain}"))
        )
    } else {
        format!(
            "{plain} = set({name})  # once, before the loop\n{}",
            finding.before.replace(&format!("in {name}"), &format!("in {plain}"))
        )
    };
    finding
}
