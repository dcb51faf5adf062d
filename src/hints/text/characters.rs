//! Texts looked at one character at a time.

use crate::hints::pattern::{Pattern, mentions_any, targets};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, Role, ValueKind};
use rustc_hash::FxHashSet;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "char-by-char-loop",
    title: "String processed one character at a time",
    category: Category::Strings,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "30 % of the active time in a function that walks a text character by character",
    advice: "str.translate, a compiled regex, split/partition/replace, or bytes.translate work per string in C.",
    before: "for c in s: out += MAP.get(c, c)",
    after: "out = s.translate(str.maketrans(MAP))",
    docs: "https://docs.python.org/3/library/stdtypes.html#str.translate",
    removable: 0.80,
    settle: "do the same with `str.translate`, `split` or one regular expression and record again",
    wrong_if: "each character depends on all before it, as in a parser",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tree = facts.tree();
        let found: Vec<(NodeId, Walk)> =
            facts.nodes(spot.scope).filter_map(|n| Some((n, walks_characters(facts, n)?))).collect();
        let Some(&(_, first)) = found.first() else { continue };
        let nodes: Vec<NodeId> = found.iter().map(|(n, _)| *n).collect();
        let certainty = match (found.iter().any(|(n, _)| keeps_state(facts, *n)), first.certain) {
            // What depends on what came before is a parser: it may be fastest as it is.
            (true, _) => Confidence::Low,
            (false, true) => Confidence::High,
            (false, false) => Confidence::Medium,
        };
        let pattern = Pattern { rule, nodes: &nodes, hidden: 0, min_share: 0.3, certainty };
        if let Some(finding) = pattern.found(ctx, spot) {
            findings.push(finding.with("text", Evidence::Text(tree.source(first.text).to_owned())));
        }
    }
    findings
}

/// A walk over characters.
#[derive(Clone, Copy)]
struct Walk {
    /// What is walked.
    text: NodeId,
    /// Whether that is certainly a text.
    certain: bool,
}

/// A loop over characters that does nothing but look at each.
fn walks_characters(facts: &Facts, node: NodeId) -> Option<Walk> {
    let tree = facts.tree();
    let walk = match tree.kind(node) {
        Kind::For { .. } => node,
        k if k.is_comprehension() => {
            let mut clauses = tree.children_as(node, Role::Clause);
            let only = clauses.next()?;
            clauses.next().is_none().then_some(only)?
        }
        _ => return None,
    };
    let mut iter = tree.child(walk, Role::Iter)?;
    if tree.kind(iter) == Kind::Call && facts.callee(iter) == "builtins.enumerate" {
        iter = facts.arguments(iter).next()?;
    }
    let indexed = sequence_of_positions(facts, iter);
    let iter = indexed.unwrap_or(iter);
    let certain = facts.is(iter, ValueKind::Str);
    // Positions are walked of anything: only of a text they are characters.
    if !certain && (facts.value(iter).is_some() || indexed.is_some()) {
        return None;
    }
    // Loops inside compare characters with others, as edit distances do: no method of texts does that.
    let nested = tree.inside(node).any(|n| matches!(tree.kind(n), Kind::For { .. } | Kind::While));
    let names = targets(facts, walk);
    let name = names.last()?;
    let looks = tree.inside(node).filter(|&n| looks_at(facts, n, name, indexed)).count();
    if nested || looks == 0 {
        return None;
    }
    Some(Walk { text: iter, certain })
}

/// The sequence of `range(len(sequence))`.
fn sequence_of_positions(facts: &Facts, iter: NodeId) -> Option<NodeId> {
    let is = |n: NodeId, name: &str| facts.tree().kind(n) == Kind::Call && facts.callee(n) == name;
    let length = facts.arguments(Some(iter).filter(|&i| is(i, "builtins.range"))?).next()?;
    facts.arguments(Some(length).filter(|&l| is(l, "builtins.len"))?).next()
}

/// Whether what a loop does with a character depends on those before it: it takes from a stack, or tests a name that it
/// binds.
fn keeps_state(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let takes_back = |n: NodeId| tree.kind(n) == Kind::Call && facts.callee(n) == ".pop";
    let bound = |n: NodeId| match tree.kind(n) {
        Kind::AugAssign(_) => tree.child(n, Role::Target),
        // A character by another name is none of it.
        Kind::Assign => tree
            .child(n, Role::Target)
            .filter(|_| tree.child(n, Role::Value).is_some_and(|v| !matches!(tree.kind(v), Kind::Subscript))),
        _ => None,
    };
    let names: FxHashSet<&str> =
        tree.inside(node).filter_map(bound).map(|t| tree.name(t)).filter(|n| !n.is_empty()).collect();
    let tests = tree.inside(node).filter(|&n| matches!(tree.kind(n), Kind::If | Kind::IfElse | Kind::Branch));
    let tests_it = tests.filter_map(|n| tree.child(n, Role::Test)).any(|t| mentions_any(facts, t, &names));
    tests_it || tree.inside(node).any(takes_back)
}

/// A test or a conversion of one character: `c.isdigit()`, `c == "x"`, `ord(c)`, `c in VOWELS`, `TABLE.get(c)`.
fn looks_at(facts: &Facts, node: NodeId, name: &str, indexed: Option<NodeId>) -> bool {
    let tree = facts.tree();
    let at_position = |n: NodeId, text: NodeId| {
        tree.kind(n) == Kind::Subscript
            && tree.child(n, Role::Value).is_some_and(|v| tree.source(v) == tree.source(text))
            && tree.child(n, Role::Index).is_some_and(|i| tree.source(i) == name)
    };
    // `text[i]`, or a name it was given.
    let of_position = |n: NodeId, text: NodeId| {
        at_position(n, text)
            || (tree.kind(n) == Kind::Name
                && matches!(
                    facts.bindings(facts.scope_of(n), tree.name(n)),
                    [Bound::Assigned(value)] if at_position(*value, text)
                ))
    };
    let is_it = |n: NodeId| match indexed {
        Some(text) => of_position(n, text),
        None => tree.kind(n) == Kind::Name && tree.name(n) == name,
    };
    match tree.kind(node) {
        Kind::Call => {
            let callee = facts.callee(node);
            let method = facts.receiver(node).is_some_and(is_it)
                && matches!(
                    callee.as_str(),
                    ".isalnum"
                        | ".isalpha"
                        | ".isdigit"
                        | ".isspace"
                        | ".isupper"
                        | ".islower"
                        | ".lower"
                        | ".upper"
                        | ".isnumeric"
                );
            let converts = matches!(callee.as_str(), "builtins.ord") && facts.arguments(node).next().is_some_and(is_it);
            let looked_up = callee == ".get" && facts.arguments(node).next().is_some_and(is_it);
            method || converts || looked_up
        }
        Kind::Compare(_) => {
            let left = tree.child(node, Role::Left).is_some_and(is_it);
            let literal = tree.child(node, Role::Right).is_some_and(|r| {
                tree.string(r).is_some()
                    || facts.is(r, ValueKind::Str)
                    || tree.inside(r).any(|n| tree.string(n).is_some_and(|s| s.chars().count() <= 2))
            });
            left && literal
        }
        Kind::Subscript => {
            tree.child(node, Role::Index).is_some_and(is_it)
                && tree.child(node, Role::Value).is_some_and(|v| facts.is(v, ValueKind::Dict))
        }
        _ => false,
    }
}
