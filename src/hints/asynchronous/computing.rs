//! Work that keeps the event loop from everything else.

use super::blocking::{BLOCKING, QUERIES};
use super::on_the_loop;
use crate::analyze::Activity;
use crate::hints::callee::{at_hottest, called_name, place_call};
use crate::hints::context::Site;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "cpu-bound-in-async",
    title: "CPU work blocks the event loop",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a fifth of the active time in work of 5 ms or more at a stretch on an event loop",
    advice: "Pure Python: loop.run_in_executor(ProcessPoolExecutor). C code that releases the GIL (hashlib, zlib, numpy, PIL): asyncio.to_thread is enough. asyncio debug mode (slow_callback_duration) confirms.",
    before: "key = pbkdf2(...)",
    after: "key = await asyncio.to_thread(pbkdf2, ...)",
    docs: "https://docs.python.org/3/library/asyncio-dev.html#debug-mode",
    removable: 0.90,
    settle: "turn on the debug mode of asyncio, which names slow callbacks",
    wrong_if: "nothing else runs on the loop",
    check: Check::Code(check),
};

/// How long work may keep a loop before others notice.
const NOTICED_NS: f64 = 5_000_000.0;

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let Some(within) = on_the_loop(ctx) else { return Vec::new() };
    let coroutines: Vec<FunctionId> = ctx
        .costly_functions(0.2)
        .into_iter()
        .filter(|&f| ctx.share_within(f, &within) >= 0.5)
        .filter(|&f| ctx.source(f).is_none_or(|(facts, scope)| facts.is_async(scope)))
        .collect();
    let found = if ctx.graph().is_some() { counted(ctx, rule, &coroutines) } else { sampled(ctx, rule, &coroutines) };
    found.into_iter().max_by(|a, b| a.share.total_cmp(&b.share)).into_iter().collect()
}

/// Calls that take long on average, or coroutines that compute long themselves.
fn counted(ctx: &Ctx<'_>, rule: &'static Rule, coroutines: &[FunctionId]) -> Vec<Finding> {
    let Some(graph) = ctx.graph() else { return Vec::new() };
    let metric = ctx.analysis.query().metric;
    // What waits has rules of its own.
    let mut queries = ctx.find(QUERIES);
    queries.extend(ctx.find(BLOCKING));
    queries.sort_unstable();
    let mut findings = Vec::new();
    for &coroutine in coroutines {
        for e in graph.outgoing(coroutine) {
            let edge = graph.edges()[e];
            let (total, calls) = (graph.edge_total(metric)[e], edge.calls.max(1));
            let long = ctx.nanoseconds(total).is_some_and(|ns| ns as f64 / calls as f64 >= NOTICED_NS);
            let share = ctx.share(total);
            let computes = ctx.bounds().activity_of(edge.callee).is_active()
                && queries.binary_search(&edge.callee).is_err()
                && !ctx.analysis.classes().module(edge.callee).starts_with("asyncio")
                && computing_part(ctx, edge.callee) >= 0.5
                && ctx.source(edge.callee).is_none_or(|(facts, scope)| !facts.is_async(scope));
            // Other coroutines are called on the loop's behalf.
            if !long || share < 0.2 || !computes || coroutines.contains(&edge.callee) {
                continue;
            }
            let reason = "each call keeps the loop for milliseconds";
            let per_call = ctx.nanoseconds(total).map_or(0.0, |ns| ns as f64 / calls as f64);
            let finding = Finding::new(rule, share, Confidence::High, reason)
                .with("calls", Evidence::Count(calls))
                .with("per_call_ns", Evidence::PerCall(per_call))
                .with("callee", Evidence::Text(ctx.analysis.profile().name(edge.callee).to_owned()));
            let site = Site { function: coroutine, via: edge.callee, total, calls: Some(calls), line: 0 };
            let name = called_name(ctx.name(edge.callee)).to_owned();
            findings.push(place_call(ctx, finding, &site, |callee| callee.rsplit('.').next() == Some(&name)));
        }
        let calls = ctx.calls(coroutine).map_or(1, |c| c.0.max(1));
        let share = ctx.share(ctx.work(coroutine));
        let per_step = ctx.nanoseconds(ctx.work(coroutine)).map_or(0.0, |ns| ns as f64 / calls as f64);
        if share >= 0.2 && per_step >= NOTICED_NS {
            let reason = "each step of the coroutine computes for milliseconds";
            let finding = Finding::new(rule, share, Confidence::High, reason)
                .with("steps", Evidence::Count(calls))
                .with("per_call_ns", Evidence::PerCall(per_step));
            findings.push(at_hottest(ctx, finding, coroutine));
        }
    }
    findings
}

/// What part of a function's time is spent computing, in it and in what it calls.
fn computing_part(ctx: &Ctx<'_>, function: FunctionId) -> f64 {
    let Some(graph) = ctx.graph() else { return 1.0 };
    let metric = ctx.analysis.query().metric;
    let waits: i64 = graph
        .outgoing(function)
        .filter(|&e| !ctx.bounds().activity_of(graph.edges()[e].callee).is_active())
        .map(|e| graph.edge_total(metric)[e])
        .sum();
    1.0 - waits as f64 / ctx.inclusive(function).max(1) as f64
}

/// Coroutines found in one sample after the other.
fn sampled(ctx: &Ctx<'_>, rule: &'static Rule, coroutines: &[FunctionId]) -> Vec<Finding> {
    let queries = ctx.has(QUERIES);
    let mut findings = Vec::new();
    for &coroutine in coroutines {
        let share = ctx.share(ctx.inclusive(coroutine));
        let Some((mean_ns, runs)) = ctx.mean_stretch(coroutine) else { continue };
        let idle = ctx.bounds().activity_of(coroutine) != Activity::Python;
        if share < 0.2 || mean_ns < NOTICED_NS * 2.0 || idle || queries {
            continue;
        }
        let reason = "sample after sample found the loop in this coroutine; pauses between them were not recorded";
        let finding = Finding::new(rule, share, Confidence::Medium, reason)
            .with("stretches", Evidence::Count(runs))
            .with("mean_stretch_ns", Evidence::PerCall(mean_ns));
        findings.push(at_hottest(ctx, finding, coroutine));
    }
    findings
}
