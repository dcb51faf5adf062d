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
    advice: "Drop the brackets (generator) so it stops at the first hit, or use next(gen, default). For sum, min and max the brackets do no harm: those read everything anyway.",
    before: "if any([p(x) for x in xs]): ...",
    after: "if any(p(x) for x in xs): ...",
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
        let found: Vec<(NodeId, Decides)> =
            facts.nodes(scope).filter_map(|n| Some((n, built_for_nothing(&facts, n)?))).collect();
        let Some(&(node, decides)) = found.first() else { continue };
        let nodes: Vec<NodeId> = found.iter().map(|(n, _)| *n).collect();
        let total = ctx.inclusive(function);
        let (amount, measured) = match ctx.line_costs(function) {
            Some(lines) => (lines.total_of(tree, &nodes).min(total), true),
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
        finding.after = adapted(&facts, node, decides, &finding.before);
        findings.push(finding);
    }
    findings
}

/// How the first element decides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decides {
    /// `any([…])`, `all([…])`, `x in […]`: without the brackets it does already.
    Bare,
    /// `if [… if …]`, `len([… if …]) > 0`: whether there is one.
    Any,
    /// `len([… if …]) == 0`: whether there is none.
    None,
    /// `[… if …][0]`
    First,
}

/// How the first element of a list decides that a node builds in full; `None` where it builds none, or needs all of it.
fn built_for_nothing(facts: &Facts, node: NodeId) -> Option<Decides> {
    let tree = facts.tree();
    let list = |n: Option<NodeId>| n.is_some_and(|n| tree.kind(n) == Kind::ListComp);
    let right = || tree.child(node, Role::Right);
    match tree.kind(node) {
        Kind::Call => {
            let walks = matches!(facts.callee(node).as_str(), "builtins.any" | "builtins.all");
            (walks && list(facts.arguments(node).next())).then_some(Decides::Bare)
        }
        Kind::Compare(CmpOp::In | CmpOp::NotIn) => list(right()).then_some(Decides::Bare),
        Kind::Compare(op) => {
            let length = tree.child(node, Role::Left).filter(|&l| tree.kind(l) == Kind::Call)?;
            let counted = facts.callee(length) == "builtins.len" && filtered(facts, facts.arguments(length).next());
            match (op, right().map(|r| tree.source(r)).filter(|_| counted)?) {
                (CmpOp::Gt | CmpOp::NotEq, "0") | (CmpOp::GtE, "1") => Some(Decides::Any),
                (CmpOp::Eq | CmpOp::LtE, "0") | (CmpOp::Lt, "1") => Some(Decides::None),
                _ => None,
            }
        }
        Kind::Subscript => {
            let first = filtered(facts, tree.child(node, Role::Value))
                && tree.child(node, Role::Index).is_some_and(|i| tree.source(i) == "0");
            first.then_some(Decides::First)
        }
        Kind::ListComp => {
            let tested = tree.role(node) == Role::Test && tree.kind(tree.parent(node)) == Kind::If;
            (tested && filtered(facts, Some(node))).then_some(Decides::Any)
        }
        _ => None,
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

/// The same without the list.
fn adapted(facts: &Facts, node: NodeId, decides: Decides, before: &str) -> String {
    let tree = facts.tree();
    let Some(list) = std::iter::once(node).chain(tree.inside(node)).find(|&n| tree.kind(n) == Kind::ListComp) else {
        return before.to_owned();
    };
    let text = tree.source(list);
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    // Whether there is one does not depend on what it is: an element may be 0 or empty.
    let clauses = tree.child(list, Role::Element).and_then(|e| bare.strip_prefix(tree.source(e))).unwrap_or(bare);
    match decides {
        Decides::Bare if tree.kind(node) == Kind::Call => before.replace(text, bare),
        Decides::Bare => before.replace(text, &format!("({bare})")),
        Decides::Any => before.replace(tree.source(node), &format!("any(True{clauses})")),
        Decides::None => before.replace(tree.source(node), &format!("not any(True{clauses})")),
        Decides::First => before.replace(tree.source(node), &format!("next({bare})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Tree;

    #[test]
    fn what_is_proposed_tests_the_same() {
        let mended = |line: &str| {
            let facts = Facts::new(Tree::parse(line.to_owned()).expect("small"));
            let mut nodes = facts.tree().all().filter_map(|n| Some((n, built_for_nothing(&facts, n)?)));
            nodes.next().map(|(node, decides)| adapted(&facts, node, decides, line))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(mended("any([p(x) for x in y])"), some("any(p(x) for x in y)"));
        assert_eq!(mended("v in [f(x) for x in y]"), some("v in (f(x) for x in y)"));
        // An element that is 0 is one, too.
        assert_eq!(mended("if [x for x in y if x < 5]: pass"), some("if any(True for x in y if x < 5): pass"));
        assert_eq!(mended("b = len([x for x in y if x]) > 0"), some("b = any(True for x in y if x)"));
        assert_eq!(mended("b = len([x for x in y if x]) == 0"), some("b = not any(True for x in y if x)"));
        assert_eq!(mended("[x for x in y if x][0]"), some("next(x for x in y if x)"));
        for all_of_it in ["len([x for x in y if x]) == 1", "len([x for x in y if x]) > 1", "sum([x for x in y])"] {
            assert_eq!(mended(all_of_it), None, "{all_of_it}");
        }
    }
}
