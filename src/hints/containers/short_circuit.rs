//! A list built in full where the first element would decide.

use crate::hints::place::at_node;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{CmpOp, Facts, Kind, NodeId, Role};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "comprehension-short-circuit",
    title: "List built just to test or take the first",
    category: Category::DataStructure,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a fifth of the active time in a function that builds a list only to test it or take its first element",
    advice: "Drop the brackets (generator) so it stops at the first hit, or use next(gen, default). For sum/min/max brackets are NOT slower - no hint.",
    before: "if any([p(x) for x in xs]):",
    after: "if any(p(x) for x in xs):",
    docs: "https://docs.astral.sh/ruff/rules/unnecessary-comprehension-in-call/",
    removable: 0.60,
    settle: "drop the brackets and record again",
    wrong_if: "the element that decides usually comes last",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The predicate is a function of its own, so the function around has little work itself.
    for function in ctx.costly_functions(0.2).into_iter().filter(|&f| !ctx.is_part(f)) {
        let Some((facts, scope)) = ctx.source(function) else { continue };
        let tree = facts.tree();
        let nodes: Vec<NodeId> = facts.nodes(scope).filter(|&n| built_for_nothing(&facts, n)).collect();
        let Some(&node) = nodes.first() else { continue };
        let total = ctx.inclusive(function);
        let (amount, measured) = match ctx.line_costs(function) {
            Some(lines) => {
                (nodes.iter().map(|&n| lines.total(tree.line(n)..=tree.last_line(n))).sum::<i64>().min(total), true)
            }
            None => (total, false),
        };
        let share = ctx.share(amount);
        if share < 0.2_f64.max(ctx.options.min_share) {
            continue;
        }
        // Without lines, a function of a few statements is taken to be the test.
        let small = facts.nodes(scope).filter(|&n| tree.kind(n).is_statement()).count() <= 8;
        let confidence = if measured || small { Confidence::High } else { Confidence::Medium };
        let reason = "the list is built in full before its first element is looked at; how much that saves depends on where the deciding element stands";
        let finding = Finding::new(rule, share, confidence, reason);
        let Some(spot) = ctx.spot_of(function) else { continue };
        let mut finding = at_node(ctx, finding, &spot, &nodes);
        if let Some((calls, _)) = ctx.calls(function) {
            finding = finding.with("calls", Evidence::Count(calls));
        }
        finding.after = adapted(&facts, node, &finding.before);
        findings.push(finding);
    }
    findings
}

fn built_for_nothing(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let list = |n: Option<NodeId>| n.is_some_and(|n| tree.kind(n) == Kind::ListComp);
    match tree.kind(node) {
        Kind::Call => match facts.callee(node).as_str() {
            "builtins.any" | "builtins.all" => list(facts.arguments(node).next()),
            // `len([…]) > 0`
            "builtins.len" | "builtins.bool" => {
                let parent = tree.parent(node);
                let compared =
                    matches!(tree.kind(parent), Kind::Compare(CmpOp::Gt | CmpOp::NotEq | CmpOp::GtE | CmpOp::Eq))
                        && tree.child(parent, Role::Right).is_some_and(|r| matches!(tree.source(r), "0" | "1"));
                compared && filtered(facts, facts.arguments(node).next())
            }
            _ => false,
        },
        // `[… for … if …][0]`
        Kind::Subscript => {
            filtered(facts, tree.child(node, Role::Value))
                && tree.child(node, Role::Index).is_some_and(|i| tree.source(i) == "0")
        }
        Kind::Compare(CmpOp::In | CmpOp::NotIn) => list(tree.child(node, Role::Right)),
        Kind::If => filtered(facts, tree.child(node, Role::Test)),
        _ => false,
    }
}

/// A list comprehension with a condition.
fn filtered(facts: &Facts, node: Option<NodeId>) -> bool {
    let tree = facts.tree();
    node.is_some_and(|n| {
        tree.kind(n) == Kind::ListComp
            && tree.children_as(n, Role::Clause).any(|c| tree.child(c, Role::Condition).is_some())
    })
}

/// The same without the brackets.
fn adapted(facts: &Facts, node: NodeId, before: &str) -> String {
    let tree = facts.tree();
    let Some(list) = std::iter::once(node).chain(tree.inside(node)).find(|&n| tree.kind(n) == Kind::ListComp) else {
        return before.to_owned();
    };
    let text = tree.source(list);
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    match tree.kind(node) {
        Kind::Subscript => before.replace(tree.source(node), &format!("next({bare})")),
        Kind::Call if matches!(facts.callee(node).as_str(), "builtins.any" | "builtins.all") => {
            before.replace(text, bare)
        }
        _ => before.replace(tree.source(node), &format!("any({bare})")),
    }
}
