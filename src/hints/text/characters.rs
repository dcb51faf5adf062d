//! Texts looked at one character at a time.

use crate::hints::pattern::{Pattern, targets};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "char-by-char-loop",
    title: "String processed one character at a time",
    category: Category::Strings,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "30 % of the active time in a function that walks a text character by character",
    advice: "str.translate, a compiled regex, split/partition/replace, or bytes.translate work per string in C.",
    before: "for c in s: out += MAP.get(c, c)",
    after: "s.translate(TABLE)",
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
        let found: Vec<(NodeId, bool)> =
            facts.nodes(spot.scope).filter_map(|n| Some((n, walks_characters(facts, n)?))).collect();
        let Some(&(_, certain)) = found.first() else { continue };
        let nodes: Vec<NodeId> = found.iter().map(|(n, _)| *n).collect();
        let certainty = if certain { Confidence::High } else { Confidence::Medium };
        let pattern = Pattern { rule, nodes: &nodes, hidden: 0, min_share: 0.3, certainty };
        if let Some(finding) = pattern.found(ctx, spot) {
            let walk = if tree.kind(nodes[0]).is_comprehension() {
                tree.child(nodes[0], Role::Clause)
            } else {
                Some(nodes[0])
            };
            let text = walk.and_then(|w| tree.child(w, Role::Iter)).map_or("text", |i| tree.source(i));
            findings.push(finding.with("text", Evidence::Text(text.to_owned())));
        }
    }
    findings
}

/// A loop over characters that does nothing but look at each; whether what it walks is certainly a text.
fn walks_characters(facts: &Facts, node: NodeId) -> Option<bool> {
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
    let certain = facts.is(iter, ValueKind::Str);
    if !certain && facts.value(iter).is_some() {
        return None;
    }
    // Loops inside compare characters with others, as edit distances do: no method of texts does that.
    let nested = tree.inside(node).any(|n| matches!(tree.kind(n), Kind::For { .. } | Kind::While));
    let names = targets(facts, walk);
    let name = names.last()?;
    let looks = tree.inside(node).filter(|&n| looks_at(facts, n, name)).count();
    if nested || looks == 0 {
        return None;
    }
    Some(certain)
}

/// A test or a conversion of one character: `c.isdigit()`, `c == "x"`, `ord(c)`, `c in VOWELS`, `TABLE.get(c)`.
fn looks_at(facts: &Facts, node: NodeId, name: &str) -> bool {
    let tree = facts.tree();
    let is_it = |n: NodeId| tree.kind(n) == Kind::Name && tree.name(n) == name;
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
