//! Arithmetic on the elements of sequences, one by one.

use crate::hints::pattern::{Pattern, mentions_any, outermost, targets};
use crate::hints::rule::Check;
use crate::hints::spot::Spot;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Operator, Role, ValueKind};
use rustc_hash::FxHashSet;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "python-numeric-loop",
    title: "Numeric loops in pure Python",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "40 % of the active time in loops that do arithmetic on indexed numbers",
    advice: "Vectorise with NumPy (10-100x); if it does not vectorise: Numba @njit, Cython, Rust/C extension, or PyPy.",
    before: "acc = 0.0\nfor i in range(n): acc += a[i] * b[i]",
    after: "acc = np.dot(a, b)  # a and b arrays",
    docs: "https://numpy.org/doc/stable/user/absolute_beginners.html",
    removable: 0.95,
    settle: "write the loop with NumPy arrays and record again",
    wrong_if: "each step needs the one before it, or the sequences are short",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let found: Vec<NodeId> = walks(facts, spot).into_iter().filter(|&l| is_numeric(facts, spot, l)).collect();
        // The outermost of nested loops stands for all of them.
        let outer = outermost(facts, &found);
        let Some(&first) = outer.first() else { continue };
        let depth = found.iter().map(|&l| facts.loop_depth(l) + 1).max().unwrap_or(1);
        let certainty = if depth >= 2 { Confidence::High } else { Confidence::Medium };
        let pattern = Pattern { rule, nodes: &[first], hidden: 0, min_share: 0.4, certainty };
        if let Some(finding) = pattern.found(ctx, spot) {
            findings.push(finding.with("nested_loops", Evidence::Count(depth as i64)));
        }
    }
    findings
}

/// Loops, `[… for …]` and `sum(… for …)`, outer ones first.
fn walks(facts: &Facts, spot: &Spot) -> Vec<NodeId> {
    let walks = |kind| matches!(kind, Kind::For { .. } | Kind::While | Kind::ListComp | Kind::Generator);
    facts.nodes(spot.scope).filter(|&n| walks(facts.tree().kind(n))).collect()
}

/// A loop with arithmetic on elements that its variables index, and nothing but arithmetic.
fn is_numeric(facts: &Facts, spot: &Spot, node: NodeId) -> bool {
    let tree = facts.tree();
    let around: Vec<String> = std::iter::once(node)
        .chain(facts.loops_around(node))
        .chain(tree.inside(node).filter(|&n| matches!(tree.kind(n), Kind::For { .. } | Kind::Clause)))
        .flat_map(|l| targets(facts, l))
        .collect();
    let around: FxHashSet<&str> = around.iter().map(String::as_str).collect();
    let (mut arithmetic, mut indexed) = (0, 0);
    for n in tree.inside(node).filter(|&n| facts.scope_of(n) == spot.scope) {
        match tree.kind(n) {
            Kind::Binary(Operator::Mod) if tree.child(n, Role::Left).is_some_and(|l| facts.is(l, ValueKind::Str)) => {
                return false;
            }
            // Counting up and computing an index is what any loop does.
            Kind::AugAssign(_) => {
                let counts = tree.child(n, Role::Value).is_some_and(|v| tree.kind(v) == Kind::Number);
                arithmetic += usize::from(!counts);
            }
            Kind::Binary(_) => {
                let in_index = std::iter::once(n).chain(tree.ancestors(n)).any(|a| tree.role(a) == Role::Index);
                arithmetic += usize::from(!in_index);
            }
            Kind::Subscript => {
                let by_variable = tree
                    .child(n, Role::Index)
                    .is_some_and(|i| tree.kind(i) != Kind::Slice && mentions_any(facts, i, &around));
                let of = tree.child(n, Role::Value).and_then(|v| facts.value(v)).map(|v| v.kind);
                // Elements of arrays have a rule of their own; texts and dicts hold no numbers to compute with.
                if matches!(of, Some(ValueKind::Array | ValueKind::Frame | ValueKind::Str | ValueKind::Dict)) {
                    return false;
                }
                indexed += usize::from(by_variable);
            }
            Kind::Call if !is_arithmetic_call(facts, n) => return false,
            Kind::Str | Kind::FString | Kind::Bytes | Kind::Dict | Kind::Await | Kind::Yield | Kind::Try => {
                return false;
            }
            _ => {}
        }
    }
    arithmetic >= 2 && indexed >= 1 && !feeds_itself(facts, node)
}

/// Whether a list that the loop appends to is also read in it: then each step needs the one before.
fn feeds_itself(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let appended = tree.inside(node).filter(|&n| tree.kind(n) == Kind::Call && facts.callee(n) == ".append");
    let lists: FxHashSet<&str> = appended.filter_map(|c| facts.receiver(c)).map(|r| tree.source(r)).collect();
    tree.inside(node).any(|n| {
        tree.kind(n) == Kind::Subscript && tree.child(n, Role::Value).is_some_and(|v| lists.contains(tree.source(v)))
    })
}

fn is_arithmetic_call(facts: &Facts, call: NodeId) -> bool {
    let callee = facts.callee(call);
    callee.starts_with("math.")
        || matches!(
            callee.as_str(),
            "builtins.range"
                | "builtins.len"
                | "builtins.abs"
                | "builtins.min"
                | "builtins.max"
                | "builtins.float"
                | "builtins.int"
                | "builtins.round"
                | "builtins.sum"
                | "builtins.zip"
                | "builtins.enumerate"
                | ".append"
        )
}
