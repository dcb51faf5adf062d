//! Asking again and again instead of waiting.

use crate::hints::pattern::{Pattern, mentions};
use crate::hints::place::{at_node, place_call};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::{Facts, Kind, NodeId, Role};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "busy-poll",
    title: "Spinning or polling instead of waiting",
    category: Category::Locking,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a quarter of the active time in asking a queue, an event or a future for news 100,000 times, or 30 % of the time in short sleeps between such questions",
    advice: "Block on the thing itself: queue.get(), Event.wait(), Condition, select, await. Saves the spin CPU (and the GIL) and the polling latency.",
    before: "while q.empty(): time.sleep(0.02)\nitem = q.get()",
    after: "item = q.get()  # waits by itself",
    docs: "https://docs.python.org/3/library/threading.html#event-objects",
    removable: 0.90,
    settle: "wait on the thing itself (`get()`, `wait()`) and compare",
    wrong_if: "there is nothing to wait on",
    check: Check::Code(check),
};

const QUESTIONS: &[&str] = &[
    "queue:empty",
    "queue:qsize",
    "queue:full",
    "queue:get_nowait",
    "threading:is_set",
    "threading:is_alive",
    "concurrent.futures._base:done",
    "concurrent.futures._base:running",
    "multiprocessing.pool:ready",
    "subprocess:poll",
    "_queue.SimpleQueue.empty",
    "multiprocessing.queues:empty",
];
/// How many of the user's functions are looked at.
const MOST_FUNCTIONS: usize = 100;
const WRITTEN: &[&str] =
    &[".empty", ".qsize", ".get_nowait", ".is_set", ".is_alive", ".done", ".running", ".ready", ".poll"];

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let spinning = spinning(ctx, rule);
    if !spinning.is_empty() {
        return spinning;
    }
    let mut sleeping = sleeping(ctx, rule);
    if sleeping.is_empty() {
        sleeping = sampled_sleeping(ctx, rule);
    }
    if sleeping.is_empty() { empty_loops(ctx, rule) } else { sleeping }
}

/// `while not ready: pass`, `while not self.ready: spins += 1`
fn empty_loops(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let tree = spot.facts.tree();
        let nodes: Vec<NodeId> = spot
            .facts
            .nodes(spot.scope)
            .filter(|&n| tree.kind(n) == Kind::While && waits_for_others(&spot.facts, n))
            .collect();
        let pattern = Pattern { rule, nodes: &nodes, hidden: 1, min_share: 0.3, certainty: Confidence::High };
        if !nodes.is_empty() {
            findings.extend(pattern.found(ctx, spot));
        }
    }
    findings
}

/// Whether nothing a loop does can end it: it calls nothing and leaves nowhere, and does not touch what it tests, so
/// that another thread has to.
fn waits_for_others(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let Some(test) = tree.child(node, Role::Test) else { return false };
    let body: Vec<NodeId> = tree.children_as(node, Role::Body).collect();
    let counts = |s: NodeId| {
        tree.kind(s) == Kind::Pass
            || tree.kind(s) == Kind::Continue
            || (matches!(tree.kind(s), Kind::AugAssign(_))
                && tree
                    .child(s, Role::Target)
                    .is_some_and(|t| tree.kind(t) == Kind::Name && !mentions(facts, test, tree.name(t)))
                && tree.child(s, Role::Value).is_some_and(|v| tree.kind(v) == Kind::Number))
    };
    // A local name is nobody else's to change, and a call or a step in the test may be what does the work.
    let shared = tree.inside(test).chain([test]).any(|n| tree.kind(n) == Kind::Attribute)
        || tree
            .inside(test)
            .chain([test])
            .any(|n| tree.kind(n) == Kind::Name && facts.bindings(facts.scope_of(node), tree.name(n)).is_empty());
    let asks = |n: NodeId| {
        let callee = facts.callee(n);
        WRITTEN.contains(&callee.as_str()) || callee == "builtins.len"
    };
    let works = tree.inside(test).chain([test]).any(|n| match tree.kind(n) {
        Kind::Call => !asks(n),
        Kind::Named | Kind::Await => true,
        _ => false,
    });
    shared && !works && body.into_iter().all(counts)
}

fn spinning(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(QUESTIONS);
    let cost = ctx.cost(&set);
    let share = ctx.share(cost.total);
    let sites = ctx.sites(&set);
    let Some(site) = sites.first() else { return Vec::new() };
    if share < 0.25 || cost.calls.is_some_and(|c| c < 100_000) {
        return Vec::new();
    }
    let reason = "it asks, and asks again, without waiting";
    let mut finding = Finding::new(rule, share, Confidence::High, reason);
    if let Some(calls) = cost.calls {
        finding = finding.with("questions", Evidence::Count(calls));
    }
    vec![place_call(ctx, finding, site, |callee| WRITTEN.contains(&callee))]
}

/// `while not ready: time.sleep(0.01)`
fn sleeping(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(&["time.sleep"]);
    let cost = ctx.cost(&set);
    let calls = cost.calls.unwrap_or(0);
    let share = ctx.share_of_all(cost.total);
    let mean_ms = ctx.nanoseconds(cost.total).map_or(0.0, |ns| ns as f64 / calls.max(1) as f64 / 1e6);
    // Where calls were not counted, the source has to say that it is a moment.
    let counted = cost.calls.is_some();
    if share < 0.3 || (counted && (calls < 50 || mean_ms > 60.0)) {
        return Vec::new();
    }
    let sites = ctx.sites(&set).into_iter().map(|site| (site.function, site.total));
    // Where threads are mixed, who slept is not known: whoever polls in the source may have.
    let mixed: Vec<FunctionId> = if ctx.threads_are_mixed() { ctx.yours_by_total() } else { Vec::new() };
    let by_source = mixed.into_iter().take(MOST_FUNCTIONS).map(|f| (f, cost.total));
    for (function, total) in sites.chain(by_source) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let facts = &spot.facts;
        let nodes: Vec<NodeId> =
            facts.calls_in(spot.scope).filter(|&c| polls(facts, c) && (counted || sleeps_a_moment(facts, c))).collect();
        let share = ctx.share_of_all(total);
        if nodes.is_empty() || share < 0.3 || facts.is_async(spot.scope) {
            continue;
        }
        let reason = "it sleeps for a moment, looks, and sleeps again";
        let mut finding = Finding::new(rule, share, Confidence::Medium, reason);
        if counted {
            finding =
                finding.with("sleeps", Evidence::Count(calls)).with("per_call_ns", Evidence::PerCall(mean_ms * 1e6));
        }
        return vec![at_node(ctx, finding, &spot, &nodes)];
    }
    Vec::new()
}

/// Sleeping itself is not sampled: the lines that do it are looked at.
fn sampled_sleeping(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    if ctx.graph().is_some() {
        return Vec::new();
    }
    let found = ctx.yours_by_total().into_iter().take(MOST_FUNCTIONS).find_map(|function| {
        let spot = ctx.spot_of(function)?;
        let (facts, lines) = (&spot.facts, spot.lines.as_ref()?);
        let nodes: Vec<NodeId> =
            facts.calls_in(spot.scope).filter(|&c| polls(facts, c) && sleeps_a_moment(facts, c)).collect();
        let amount: i64 = nodes.iter().map(|&n| facts.tree().line(n)).map(|l| lines.own(l..=l)).sum();
        let share = ctx.share_of_all(amount);
        let reason = "it sleeps for a moment, looks, and sleeps again";
        (share >= 0.2 && !facts.is_async(spot.scope))
            .then(|| at_node(ctx, Finding::new(rule, share, Confidence::Medium, reason), &spot, &nodes))
    });
    found.into_iter().collect()
}

/// `time.sleep(0.01)`: no longer than what is worth waiting for takes.
fn sleeps_a_moment(facts: &Facts, call: NodeId) -> bool {
    const MOMENT_S: f64 = 0.06;
    facts.arguments(call).next().is_some_and(|a| facts.tree().source(a).parse().is_ok_and(|s: f64| s <= MOMENT_S))
}

/// A sleep in a `while` loop that ends when something has happened.
fn polls(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    if facts.callee(call) != "time.sleep" {
        return false;
    }
    let Some(around) = facts.loops_around(call).next().filter(|&l| tree.kind(l) == Kind::While) else { return false };
    let forever = tree.child(around, Role::Test).is_some_and(|t| matches!(tree.kind(t), Kind::Bool | Kind::Number));
    // More than a look and a sleep: it is a job done at intervals.
    let short = tree.children_as(around, Role::Body).nth(3).is_none();
    let leaves = || tree.inside(around).any(|n| matches!(tree.kind(n), Kind::Break | Kind::Return));
    short && (!forever || leaves())
}
