//! Threads that wait for each other's locks.

use crate::hints::place::{at_node, at_unrecorded, called_name};
use crate::hints::rule::Check;
use crate::hints::spot::Spot;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::{CallGraph, FunctionId, MetricId};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId, ValueKind};
use rustc_hash::FxHashSet;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "lock-contention",
    title: "Threads wait for a lock",
    category: Category::Locking,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "a fifth of the time at or inside a `with lock` that several threads want, while something slow happens inside",
    advice: "Shrink the critical section: do the slow work outside, lock only the shared update; shard the lock; use queue.Queue.",
    before: "with lock:\n    d[k] = fetch(k)",
    after: "v = fetch(k)\nwith lock:\n    d[k] = v",
    docs: "https://docs.python.org/3/library/threading.html#lock-objects",
    removable: 0.80,
    settle: "record with `py-spy record --threads --idle` and count the threads at that line",
    wrong_if: "what is inside must not happen twice at a time",
    check: Check::Code(check),
};

/// How many of the user's functions are looked at.
const MOST_FUNCTIONS: usize = 100;

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.yours_by_total().into_iter().take(MOST_FUNCTIONS) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let held = locked_blocks(&spot.facts, spot.scope);
        if held.is_empty() {
            continue;
        }
        let Some((share, threads, certainty, reason)) = contended(ctx, function, &spot.facts, &held) else { continue };
        let finding = Finding::new(rule, share, certainty, reason)
            .at_most(ctx.share_of_all(ctx.inclusive(function)))
            .with("threads", Evidence::Count(threads));
        findings.push(at_block(ctx, finding, &spot, &held));
        break;
    }
    if findings.is_empty() { unseen(ctx, rule) } else { findings }
}

fn at_block(ctx: &Ctx<'_>, finding: Finding, spot: &Spot, held: &[NodeId]) -> Finding {
    let mut finding = at_node(ctx, finding, spot, held);
    if let Some(&block) = held.first().filter(|_| spot.lines.is_none()) {
        finding.line = spot.facts.tree().line(block);
    }
    finding
}

/// Only the thread that waits for the others was recorded: what they do, the source says.
fn unseen(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let Some(waiting) = ctx.waiting_for_threads() else { return Vec::new() };
    let found = ctx.handed_to_threads().into_iter().find_map(|(facts, scope)| {
        let held = locked_blocks(&facts, scope);
        let waits = |n: NodeId| facts.tree().kind(n) == Kind::Call && waits_or_calls_what_waits(&facts, n);
        let slow = held.iter().any(|&h| facts.tree().inside(h).any(waits));
        (slow && !held.is_empty()).then_some((facts, scope, held))
    });
    let Some((facts, scope, held)) = found else { return Vec::new() };
    let reason = "the threads were not recorded; their source waits for something while it holds the lock";
    let finding = Finding::new(rule, waiting, Confidence::Low, reason);
    vec![at_unrecorded(ctx, finding, &facts, scope, held[0])]
}

/// Whether a call waits, or is of a function of the file that does.
fn waits_or_calls_what_waits(facts: &Facts, call: NodeId) -> bool {
    let waits = |c: NodeId| {
        let callee = facts.callee(c);
        let module = callee.split('.').next().unwrap_or("");
        matches!(callee.as_str(), "time.sleep" | "os.fsync" | "builtins.open")
            || matches!(module, "requests" | "urllib" | "socket" | "subprocess" | "httpx" | "sqlite3")
    };
    let name = facts.tree().child(call, Role::Func).map_or("", |f| facts.tree().name(f));
    waits(call) || matches!(facts.functions_named(name), [only] if facts.calls_in(*only).any(waits))
}

/// `with lock:` blocks of a function, and `try:` blocks between `lock.acquire()` and `lock.release()`.
fn locked_blocks(facts: &Facts, scope: ScopeId) -> Vec<NodeId> {
    let tree = facts.tree();
    let is_lock = |v: NodeId| {
        facts.is(v, ValueKind::Lock)
            || (facts.value(v).is_none()
                && tree
                    .source(v)
                    .rsplit(['.', '_'])
                    .next()
                    .is_some_and(|last| matches!(last, "lock" | "mutex" | "rlock")))
    };
    let on_lock = |method: &str| {
        facts.calls_in(scope).find(|&c| facts.callee(c) == method && facts.receiver(c).is_some_and(is_lock))
    };
    // A function that takes a lock by hand lets it go at one place.
    let let_go = on_lock(".release").filter(|_| on_lock(".acquire").is_some());
    let locks = |n: NodeId| match tree.kind(n) {
        Kind::With { is_async: false } => {
            tree.children_as(n, Role::Item).filter_map(|i| tree.child(i, Role::Value)).any(is_lock)
        }
        Kind::Try => let_go.is_some_and(|c| tree.contains(n, c)),
        _ => false,
    };
    facts.nodes(scope).filter(|&n| locks(n)).collect()
}

/// What a function took with what it calls directly: where threads are mixed, its total may be another thread's.
fn reach(graph: &CallGraph, metric: MetricId, function: FunctionId) -> i64 {
    graph.own(metric)[function.index()] + graph.outgoing(function).map(|e| graph.edge_own(metric)[e]).sum::<i64>()
}

fn contended(
    ctx: &Ctx<'_>,
    function: FunctionId,
    facts: &Facts,
    held: &[NodeId],
) -> Option<(f64, i64, Confidence, &'static str)> {
    let tree = facts.tree();
    if let Some(graph) = ctx.graph() {
        // What waits at the lock is not in such a recording; what is slow inside it is.
        let metric = ctx.analysis.query().metric;
        let threads = ctx.calls_to(&["_thread.start_new_thread", "_thread.start_joinable_thread"]);
        let names: FxHashSet<&str> = held
            .iter()
            .flat_map(|&h| tree.inside(h))
            .filter(|&n| tree.kind(n) == Kind::Call)
            .filter_map(|c| tree.child(c, Role::Func))
            .map(|f| tree.name(f))
            .collect();
        let inside: i64 = graph
            .outgoing(function)
            .filter(|&e| names.contains(called_name(ctx.name(graph.edges()[e].callee))))
            .map(|e| graph.edge_total(metric)[e].max(reach(graph, metric, graph.edges()[e].callee)))
            .sum();
        let share = ctx.share_of_all(inside);
        let calls = ctx.calls(function).map_or(0, |c| c.0);
        let slow = ctx.nanoseconds(inside).is_some_and(|ns| ns as f64 / calls.max(1) as f64 >= 1e6);
        let reason = "several threads come here, and what happens while the lock is held takes long; waiting for it was not recorded";
        return (threads >= 2 && share >= 0.2 && slow).then_some((share, threads, Confidence::Medium, reason));
    }
    let lines = ctx.line_costs(function)?;
    let takes = |h: NodeId| match tree.kind(h) {
        // The lock was taken on the line before.
        Kind::Try => tree.line(h).saturating_sub(1)..=tree.line(h),
        _ => tree.line(h)..=tree.line(h),
    };
    let at_locks: i64 = held.iter().map(|&h| lines.own(takes(h))).sum();
    let share = ctx.share_of_all(at_locks);
    let threads = ctx.threads_with(function);
    let reason = "threads were found waiting at this line";
    (share >= 0.2 && threads >= 2).then_some((share, threads as i64, Confidence::High, reason))
}
