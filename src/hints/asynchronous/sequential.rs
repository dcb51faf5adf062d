//! Waits one after the other that could overlap.

use crate::analyze::Activity;
use crate::hints::pattern::{mentions, targets};
use crate::hints::place::{at_node, at_unrecorded};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Recording, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "sequential-await",
    title: "Independent awaits run one after the other",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "the event loop is idle for half of the time, and a coroutine awaits calls in a loop that do not depend on each other",
    advice: "asyncio.gather, or a TaskGroup (Python 3.11), overlaps the waits; a Semaphore bounds how many.",
    before: "out = []\nfor i in ids: out.append(await fetch(i))",
    after: "out = await asyncio.gather(*(fetch(i) for i in ids))",
    docs: "https://docs.python.org/3/library/asyncio-task.html#asyncio.TaskGroup",
    removable: 0.90,
    settle: "gather the calls and compare",
    wrong_if: "the calls must follow each other, or the other side allows one at a time",
    check: Check::Code(check),
};

/// How many of the user's functions are looked at: those of a coroutine take little time themselves.
const MOST_FUNCTIONS: usize = 200;

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    // Importing is over before the loop starts.
    let run = ctx.total() - ctx.bounds().amount(Activity::Importing);
    let idle = ctx.bounds().share(Activity::EventLoop);
    let idle_run = ctx.bounds().amount(Activity::EventLoop) as f64 / run.max(1) as f64;
    let on_a_loop = ctx.has(super::HANDLES) || ctx.has(&["asyncio.base_events:_run_once"]);
    // Lines tell directly how long they took, waiting included.
    let lines = ctx.recording == Recording::Lines;
    if !lines && (!on_a_loop || idle_run < 0.5) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for function in ctx.yours_by_total().into_iter().take(MOST_FUNCTIONS) {
        let Some(spot) = ctx.spot_of(function).filter(|s| s.facts.is_async(s.scope)) else { continue };
        let facts = &spot.facts;
        let nodes: Vec<NodeId> = awaits(facts, spot.scope).filter(|&n| is_independent(facts, n)).collect();
        let Some(&first) = nodes.first() else { continue };
        let share = match &spot.lines {
            Some(costs) if lines => ctx.share_of_all(costs.total_of(facts.tree(), &nodes)),
            _ => idle,
        };
        if lines && share < 0.5 {
            continue;
        }
        let reason = "the loop waits, and the calls in this loop wait one after the other";
        let mut finding = at_node(ctx, Finding::new(rule, share, Confidence::Medium, reason), &spot, &nodes)
            .with("idle_loop", Evidence::Share(idle));
        finding.after = adapted(facts, first).unwrap_or(finding.after);
        findings.push(finding);
    }
    if findings.is_empty() && ctx.recording == Recording::Samples {
        findings.extend(unsampled(ctx, rule, idle));
    }
    // One wait can't be gained twice: the function nearest to the work is meant.
    findings.truncate(1);
    findings
}

/// A coroutine that waits is on no stack, so it may never have been sampled: then the files tell that were.
fn unsampled(ctx: &Ctx<'_>, rule: &'static Rule, idle: f64) -> Option<Finding> {
    ctx.yours_by_total().into_iter().take(MOST_FUNCTIONS).find_map(|function| {
        let (facts, _) = ctx.source(function)?;
        let coroutines = facts.scopes().map(|(scope, _)| scope).filter(|&s| facts.is_async(s));
        let node = coroutines.flat_map(|s| awaits(&facts, s)).find(|&n| is_independent(&facts, n))?;
        let reason = "the loop waits, and this coroutine waits for one call after the other; it was not sampled itself";
        let finding = Finding::new(rule, idle, Confidence::Low, reason).with("idle_loop", Evidence::Share(idle));
        let mut finding = at_unrecorded(ctx, finding, &facts, facts.scope_of(node), node);
        finding.after = adapted(&facts, node).unwrap_or(finding.after);
        Some(finding)
    })
}

/// What a coroutine awaits, as far as that is looked at.
fn awaits(facts: &Facts, scope: ScopeId) -> impl Iterator<Item = NodeId> + '_ {
    const MOST: usize = 200;
    let waits = |kind| matches!(kind, Kind::Await | Kind::With { is_async: true });
    facts.nodes(scope).filter(move |&n| waits(facts.tree().kind(n))).take(MOST)
}

/// `await f(x)` or `async with f(x)` in a `for` loop over `x`, where no call needs what an earlier one gave.
fn is_independent(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let asked = match tree.kind(node) {
        Kind::Await => tree.child(node, Role::Value),
        Kind::With { is_async: true } => tree.child(node, Role::Item).and_then(|i| tree.child(i, Role::Value)),
        _ => return false,
    };
    let Some(call) = asked.filter(|&c| tree.kind(c) == Kind::Call && !is_meant(facts, c)) else { return false };
    if follows_another(facts, node, call) {
        return true;
    }
    let Some(around) = facts.loops_around(node).next() else { return false };
    let walks = matches!(tree.kind(around), Kind::For { is_async: false }) || tree.kind(around).is_comprehension();
    if !walks {
        return false;
    }
    let walk =
        if tree.kind(around).is_comprehension() { tree.child(around, Role::Clause).unwrap_or(around) } else { around };
    let varies = targets(facts, walk).iter().any(|name| mentions(facts, call, name));
    // What the loop computes from an earlier answer must not go into the call.
    let carried = tree
        .inside(around)
        .filter(|&n| tree.kind(n) == Kind::Assign && tree.inside(n).any(|i| tree.kind(i) == Kind::Await))
        .filter_map(|n| tree.child(n, Role::Target))
        .any(|t| tree.kind(t) == Kind::Name && mentions(facts, call, tree.name(t)));
    varies && !carried
}

/// Waiting for time to pass, for a turn, or for all at once, is meant; and a stream is read in order.
fn is_meant(facts: &Facts, call: NodeId) -> bool {
    let callee = facts.callee(call);
    // `client.get(url)` asks for something, `queue.get()` waits for its turn.
    let waits_for_its_turn = callee == ".get" && facts.arguments(call).next().is_none();
    waits_for_its_turn
        || matches!(
            callee.as_str(),
            "asyncio.sleep"
                | "asyncio.gather"
                | "asyncio.wait"
                | "asyncio.wait_for"
                | "asyncio.open_connection"
                | ".put"
                | ".acquire"
                | ".wait"
                | ".join"
                | ".drain"
                | ".readline"
                | ".readexactly"
                | ".read"
                | ".send"
                | ".recv"
                | ".commit"
                | ".connect"
        )
}

/// `a = await f(x)` and at once `b = await g(y)`, where `y` is not what `a` is made of.
fn follows_another(facts: &Facts, node: NodeId, call: NodeId) -> bool {
    let tree = facts.tree();
    // `a = await f()`, and what it is stored in.
    let waits = |statement: NodeId| {
        let value = tree.child(statement, Role::Value).filter(|_| tree.kind(statement) == Kind::Assign)?;
        (tree.kind(value) == Kind::Await).then_some(value)
    };
    let statement = tree.parent(node);
    if waits(statement) != Some(node) {
        return false;
    }
    let siblings: Vec<NodeId> = tree.children_as(tree.parent(statement), tree.role(statement)).collect();
    let before = siblings.iter().position(|&s| s == statement).and_then(|i| siblings[..i].last());
    before.is_some_and(|&before| {
        let Some(first) = waits(before).and_then(|w| tree.child(w, Role::Value)) else { return false };
        let targets = tree.children_as(before, Role::Target).flat_map(|t| std::iter::once(t).chain(tree.inside(t)));
        let mut names = targets.filter(|&t| tree.kind(t) == Kind::Name).map(|t| tree.name(t));
        // What is asked of one object may have to be asked in order.
        let one_object =
            facts.receiver(first).zip(facts.receiver(call)).is_some_and(|(a, b)| tree.source(a) == tree.source(b));
        tree.kind(first) == Kind::Call
            && !is_meant(facts, first)
            && !one_object
            && !names.any(|n| mentions(facts, call, n))
    })
}

fn adapted(facts: &Facts, node: NodeId) -> Option<String> {
    let tree = facts.tree();
    let around = facts.loops_around(node).next().filter(|&l| tree.kind(l) == Kind::For { is_async: false })?;
    let (target, iter) = (tree.child(around, Role::Target)?, tree.child(around, Role::Iter)?);
    let call = tree.source(tree.child(node, Role::Value).filter(|_| tree.kind(node) == Kind::Await)?);
    Some(format!("results = await asyncio.gather(*({call} for {} in {}))", tree.source(target), tree.source(iter)))
}
