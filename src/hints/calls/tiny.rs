//! Calls that cost more than what is called does.

use crate::hints::place::at_hottest;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Recording, Rule};
use crate::model::FunctionId;
use crate::source::{Facts, Kind, Role, ScopeId};

pub(in crate::hints) static TINY: Rule = Rule {
    id: "tiny-function-hot-call",
    title: "Call overhead of tiny functions",
    category: Category::Interpreter,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a fifth of the active time in functions of 0.6 µs or less, called 300,000 times or more each",
    advice: "Inline in the loop, or work on batches and arrays; before Python 3.11 a bound method in a local name helps, too. Verify with a sampling profile first.",
    before: "for p in points: total += scaled(p)",
    after: "for p in points: total += p * FACTOR  # what scaled() does",
    docs: "https://docs.python.org/3/library/profile.html#limitations",
    removable: 0.50,
    settle: "record with a sampling profiler: cProfile makes such calls look two to five times as dear",
    wrong_if: "the calls are dear only while cProfile counts them",
    check: Check::Code(tiny),
};

pub(in crate::hints) static SLOTS: Rule = Rule {
    id: "missing-slots",
    title: "Millions of small instances",
    category: Category::Memory,
    kinds: Kinds::CALLS,
    needs: Needs::Source,
    signal: "10 % of the active time in an `__init__` that only stores attributes, called 200,000 times or more",
    advice: "__slots__, dataclass(slots=True) (Python 3.10), NamedTuple or columns (arrays): less memory, and quicker to make.",
    before: "class P:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y",
    after: "class P:\n    __slots__ = ('x', 'y')\n\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y",
    docs: "https://docs.python.org/3/reference/datamodel.html#slots",
    removable: 0.20,
    settle: "add `__slots__` and compare time and memory",
    wrong_if: "attributes are added later, or the objects are short-lived",
    check: Check::Code(slots),
};

fn tiny(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let yours = ctx.analysis.table().present().map(|g| FunctionId(g.0)).filter(|&f| ctx.is_yours(f));
    if ctx.recording == Recording::Lines {
        return Vec::new();
    }
    let small: Vec<FunctionId> = yours.filter(|&f| is_tiny(ctx, f)).collect();
    let own: i64 = small.iter().map(|&f| ctx.own(f)).sum();
    let share = ctx.share(own);
    let Some(&dearest) = small.iter().max_by_key(|&&f| ctx.own(f)) else { return Vec::new() };
    if share < 0.2 {
        return Vec::new();
    }
    let counted = ctx.graph().is_some();
    let (confidence, reason) = if counted {
        (
            Confidence::Medium,
            "the calls are counted; what each of them costs without cProfile, which slows them most, is not known",
        )
    } else {
        (Confidence::Low, "small functions called in loops took the samples; how often they were called is not known")
    };
    let callers: i64 = small.iter().map(|&f| ctx.own_of_callers(f)).max().unwrap_or(0);
    let mut finding = Finding::new(rule, share, confidence, reason)
        .at_most(ctx.share(own + callers))
        .with("functions", Evidence::Count(small.len() as i64));
    if let Some((calls, _)) = ctx.calls(dearest).filter(|c| c.0 > 0) {
        let per_call = ctx.nanoseconds(ctx.own(dearest)).map_or(0.0, |ns| ns as f64 / calls as f64);
        finding = finding.with("calls", Evidence::Count(calls)).with("per_call_ns", Evidence::PerCall(per_call));
    }
    vec![at_hottest(ctx, finding, dearest)]
}

fn is_tiny(ctx: &Ctx<'_>, function: FunctionId) -> bool {
    if let Some((calls, primitive)) = ctx.calls(function) {
        let per_call = ctx.nanoseconds(ctx.own(function)).map_or(0.0, |ns| ns as f64 / calls.max(1) as f64);
        return calls >= 300_000 && per_call <= 600.0 && primitive * 2 >= calls && ctx.name(function) != "<genexpr>";
    }
    if ctx.share(ctx.own(function)) < 0.05 {
        return false;
    }
    ctx.source(function).is_some_and(|(facts, scope)| is_small(&facts, scope) && facts.is_called_in_loop(scope))
}

/// Three statements or fewer, and no loop.
fn is_small(facts: &Facts, scope: ScopeId) -> bool {
    let tree = facts.tree();
    let node = facts.scope(scope).node;
    let statements = tree.children_as(node, Role::Body).count();
    let loops = facts
        .nodes(scope)
        .any(|n| matches!(tree.kind(n), Kind::For { .. } | Kind::While | Kind::Try) || tree.kind(n).is_comprehension());
    matches!(tree.kind(node), Kind::Function { .. }) && statements <= 3 && !loops
}

fn slots(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.find(&[":__init__"]) {
        let share = ctx.share(ctx.inclusive(function));
        let calls = ctx.calls(function).map_or(0, |c| c.0);
        let Some((facts, scope)) = ctx.source(function) else { continue };
        if share < 0.1 || calls < 200_000 || !only_stores(&facts, scope) {
            continue;
        }
        let reason = "hundreds of thousands of small objects were made; their memory was not recorded";
        let finding = Finding::new(rule, share, Confidence::Low, reason).with("instances", Evidence::Count(calls));
        findings.push(at_hottest(ctx, finding, function));
    }
    findings
}

/// An `__init__` that only stores its arguments, in a class without `__slots__`.
fn only_stores(facts: &Facts, scope: ScopeId) -> bool {
    let tree = facts.tree();
    let node = facts.scope(scope).node;
    let Some(class) = facts.class_around(scope) else { return false };
    facts.bindings(class, "__slots__").is_empty()
        && tree.children_as(node, Role::Body).all(|s| {
            tree.kind(s) == Kind::Assign && tree.children_as(s, Role::Target).all(|t| tree.kind(t) == Kind::Attribute)
        })
}
