//! The same computed for the same arguments.

use crate::hints::place::at_hottest;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId, ValueKind};
use rustc_hash::FxHashMap;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "repeated-pure-call",
    title: "Same computation repeated",
    category: Category::Caching,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "30 % of the active time in a function without effects that is called 1,000 times or more",
    advice: "If arguments repeat, functools.lru_cache turns repeats into a dict hit. Check the hit rate with cache_info() before keeping it.",
    before: "def zone(code): ...",
    after: "@functools.lru_cache(maxsize=4096)\ndef zone(code): ...",
    docs: "https://docs.python.org/3/library/functools.html#functools.lru_cache",
    removable: 0.90,
    settle: "put `functools.lru_cache` on it and look at `cache_info()`",
    wrong_if: "the arguments hardly ever repeat",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.3).into_iter().filter(|&f| !ctx.is_part(f)) {
        let Some((facts, scope)) = ctx.source(function) else { continue };
        let calls = ctx.calls(function).map(|c| c.0);
        let mean_ns = calls.zip(ctx.nanoseconds(ctx.inclusive(function))).map(|(c, ns)| ns as f64 / c.max(1) as f64);
        let often = calls.map_or_else(|| facts.is_called_in_loop(scope), |c| c >= 1_000);
        if !often || mean_ns.is_some_and(|ns| ns < 2_000.0) || !is_pure(&facts, scope) {
            continue;
        }
        let share = ctx.share(ctx.inclusive(function));
        let Some((confidence, reason)) = repeats(&facts, scope) else { continue };
        let callers = ctx.own_of_callers(function);
        let mut finding =
            Finding::new(rule, share, confidence, reason).at_most(ctx.share(ctx.inclusive(function) + callers));
        if let (Some(calls), Some(ns)) = (calls, mean_ns) {
            finding = finding.with("calls", Evidence::Count(calls)).with("per_call_ns", Evidence::PerCall(ns));
        }
        let mut finding = at_hottest(ctx, finding, function);
        let tree = facts.tree();
        let head = tree.line_text(tree.name_line(facts.scope(scope).node)).trim_start();
        finding.before = format!("{head}\n    ...");
        finding.after = format!("@functools.lru_cache(maxsize=4096)\n{head}\n    ...");
        findings.push(finding);
    }
    // Of functions that call each other the one that takes most saves most; one is enough to try it on.
    let worth = |f: &Finding| (f.confidence, (f.share * 1e6) as i64);
    findings.into_iter().max_by_key(worth).into_iter().collect()
}

/// How likely arguments are to repeat: those that are fields of records, such as codes and categories, usually do.
fn repeats(facts: &Facts, scope: ScopeId) -> Option<(Confidence, &'static str)> {
    let tree = facts.tree();
    let node = facts.scope(scope).node;
    let parameters =
        tree.children_as(node, Role::Parameter).filter(|&p| !matches!(tree.name(p), "self" | "cls")).count();
    if parameters == 0 {
        return (facts.class_around(scope).is_none())
            .then_some((Confidence::High, "it takes no arguments, so it computes the same each time"));
    }
    // A cache needs arguments that can be hashed.
    let unhashable = |p: NodeId| {
        facts.value_of_parameter(p).is_some_and(|kind| {
            matches!(
                kind,
                ValueKind::List
                    | ValueKind::Set
                    | ValueKind::Dict
                    | ValueKind::Deque
                    | ValueKind::ByteArray
                    | ValueKind::Array
                    | ValueKind::Frame
            )
        })
    };
    if tree.children_as(node, Role::Parameter).any(unhashable) {
        return None;
    }
    let name = &facts.scope(scope).name;
    let field = |n: NodeId| match tree.kind(n) {
        Kind::Attribute => true,
        Kind::Subscript => tree.child(n, Role::Index).is_some_and(|i| tree.kind(i) == Kind::Str),
        _ => false,
    };
    let outside: Vec<NodeId> = facts.calls_of(name).iter().copied().filter(|&c| !tree.contains(node, c)).collect();
    let all_fields = !outside.is_empty()
        && outside.iter().all(|&c| {
            let mut arguments = facts.arguments(c).peekable();
            arguments.peek().is_some()
                && arguments.all(|a| field(a) || matches!(tree.kind(a), Kind::Str | Kind::Number))
        })
        && outside.iter().any(|&c| facts.arguments(c).any(field));
    Some(if all_fields {
        (Confidence::Medium, "it has no effects, and is called with fields of records, which usually repeat")
    } else {
        (Confidence::Low, "it has no effects; whether its arguments repeat is not known")
    })
}

/// Whether a function only computes: no writing to anything that outlives it, no input or output, no waiting.
fn is_pure(facts: &Facts, scope: ScopeId) -> bool {
    computes_only(facts, scope, CALLED_DEPTH, &mut FxHashMap::default())
}

/// How far functions of the file that it calls are looked into.
const CALLED_DEPTH: usize = 3;

/// `seen` holds what functions were found to be; one that is still looked at counts as one that does more.
fn computes_only(facts: &Facts, scope: ScopeId, depth: usize, seen: &mut FxHashMap<ScopeId, bool>) -> bool {
    if let Some(&known) = seen.get(&scope) {
        return known;
    }
    seen.insert(scope, false);
    let found = does_nothing_else(facts, scope, depth, seen);
    seen.insert(scope, found);
    found
}

fn does_nothing_else(facts: &Facts, scope: ScopeId, depth: usize, seen: &mut FxHashMap<ScopeId, bool>) -> bool {
    let tree = facts.tree();
    let node = facts.scope(scope).node;
    if !matches!(tree.kind(node), Kind::Function { is_async: false }) || facts.decorators(scope).next().is_some() {
        return false;
    }
    let method = tree.children_as(node, Role::Parameter).next().is_some_and(|p| tree.name(p) == "self");
    let mut returns = false;
    for n in facts.nodes(scope) {
        match tree.kind(n) {
            Kind::Yield | Kind::Await | Kind::Global | Kind::With { .. } | Kind::Raise | Kind::Delete => return false,
            Kind::Return => returns |= tree.child(n, Role::Value).is_some(),
            // Storing into what is not the function's own.
            Kind::Attribute | Kind::Subscript if tree.role(n) == Role::Target => {
                let base = tree.inside(n).find(|&i| tree.kind(i) == Kind::Name);
                if base.is_none_or(|b| !is_local(facts, scope, b)) {
                    return false;
                }
            }
            Kind::Call if !is_harmless(facts, scope, n) && !calls_pure(facts, n, depth, seen) => return false,
            _ => {}
        }
    }
    returns && !method
}

/// Whether a call is one of a function of the file that only computes, too.
fn calls_pure(facts: &Facts, call: NodeId, depth: usize, seen: &mut FxHashMap<ScopeId, bool>) -> bool {
    match facts.functions_named(&facts.callee(call)) {
        [only] => depth > 0 && computes_only(facts, *only, depth - 1, seen),
        _ => false,
    }
}

fn is_local(facts: &Facts, scope: ScopeId, name: NodeId) -> bool {
    let hows = facts.bindings(scope, facts.tree().name(name));
    !hows.is_empty() && !hows.iter().any(|b| matches!(b, crate::source::Bound::Parameter(..)))
}

fn is_harmless(facts: &Facts, scope: ScopeId, call: NodeId) -> bool {
    let callee = facts.callee(call);
    if let Some(builtin) = callee.strip_prefix("builtins.") {
        return !matches!(builtin, "print" | "open" | "input" | "next" | "setattr" | "exec" | "eval" | "iter");
    }
    if let Some(method) = callee.strip_prefix('.') {
        const READS: &[&str] = &[
            "get",
            "items",
            "keys",
            "values",
            "split",
            "strip",
            "lower",
            "upper",
            "startswith",
            "endswith",
            "replace",
            "join",
            "find",
            "index",
            "count",
            "format",
            "isdigit",
            "isalpha",
            "partition",
            "encode",
            "rstrip",
            "lstrip",
            "title",
            "total_seconds",
            "date",
            "weekday",
            "match",
            "search",
            "group",
            "groups",
        ];
        let own = facts.receiver(call).is_some_and(|r| facts.tree().kind(r) == Kind::Name && is_local(facts, scope, r));
        return READS.contains(&method) || own;
    }
    let module = callee.split('.').next().unwrap_or("");
    if matches!(callee.as_str(), "datetime.date" | "datetime.timedelta" | "datetime.datetime") {
        return true;
    }
    // Those of these modules only compute.
    matches!(
        module,
        "math" | "operator" | "itertools" | "bisect" | "statistics" | "fractions" | "decimal" | "unicodedata" | "re"
    ) || callee == facts.scope(scope).name
}
