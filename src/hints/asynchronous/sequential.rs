//! Waits one after the other that could overlap.

use crate::analyze::Activity;
use crate::hints::callee::at_node;
use crate::hints::pattern::{mentions, targets};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Recording, Rule};
use crate::source::{Facts, Kind, NodeId, Role};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "sequential-await",
    title: "Independent awaits run one after the other",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "the event loop is idle for half of the time, and a coroutine awaits calls in a loop that do not depend on each other",
    advice: "asyncio.gather / TaskGroup (bounded by a Semaphore) overlaps the waits.",
    before: "for i in ids: out.append(await fetch(i))",
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
    let idle = ctx.bounds().share(Activity::EventLoop);
    let on_a_loop = ctx.has(super::HANDLES);
    // Lines tell directly how long they took, waiting included.
    let lines = ctx.recording == Recording::Lines;
    if !lines && (!on_a_loop || idle < 0.5) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for function in ctx.yours_by_total().into_iter().take(MOST_FUNCTIONS) {
        let Some(spot) = ctx.spot_of(function).filter(|s| s.facts.is_async(s.scope)) else { continue };
        let facts = &spot.facts;
        let nodes: Vec<NodeId> = facts.nodes(spot.scope).filter(|&n| is_independent(facts, n)).collect();
        let Some(&first) = nodes.first() else { continue };
        let share = match &spot.lines {
            Some(costs) if lines => {
                let tree = facts.tree();
                ctx.share_of_all(nodes.iter().map(|&n| costs.total(tree.line(n)..=tree.last_line(n))).sum())
            }
            _ => idle,
        };
        if share < 0.5 {
            continue;
        }
        let reason = "the loop waits, and the calls in this loop wait one after the other";
        let mut finding = at_node(ctx, Finding::new(rule, share, Confidence::Medium, reason), &spot, &nodes)
            .with("idle_loop", Evidence::Share(idle));
        finding.after = adapted(facts, first).unwrap_or(finding.after);
        findings.push(finding);
    }
    // One wait can't be gained twice: the function nearest to the work is meant.
    findings.truncate(1);
    findings
}

/// `await f(x)` in a `for` loop over `x`, where no call needs what an earlier one gave.
fn is_independent(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    if tree.kind(node) != Kind::Await {
        return false;
    }
    let Some(around) = facts.loops_around(node).next() else { return false };
    let walks = matches!(tree.kind(around), Kind::For { is_async: false }) || tree.kind(around).is_comprehension();
    let Some(call) = tree.child(node, Role::Value).filter(|&c| tree.kind(c) == Kind::Call) else { return false };
    let callee = facts.callee(call);
    // Waiting for time to pass, for a turn, or for all at once, is meant.
    let meant = matches!(
        callee.as_str(),
        "asyncio.sleep"
            | "asyncio.gather"
            | "asyncio.wait"
            | ".get"
            | ".put"
            | ".acquire"
            | ".wait"
            | ".join"
            | ".drain"
            | ".readline"
            | ".read"
            | ".send"
            | ".recv"
            | "asyncio.wait_for"
    );
    if !walks || meant {
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

fn adapted(facts: &Facts, node: NodeId) -> Option<String> {
    let tree = facts.tree();
    let around = facts.loops_around(node).next().filter(|&l| tree.kind(l) == Kind::For { is_async: false })?;
    let (target, iter) = (tree.child(around, Role::Target)?, tree.child(around, Role::Iter)?);
    let call = tree.source(tree.child(node, Role::Value)?);
    Some(format!("results = await asyncio.gather(*({call} for {} in {}))", tree.source(target), tree.source(iter)))
}
