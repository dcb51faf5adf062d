//! Work that keeps the event loop from everything else.

use super::blocking::{BLOCKING, BLOCKING_CALLS, QUERIES};
use super::on_the_loop;
use crate::hints::context::Site;
use crate::hints::place::{at_hottest, called_name, place_call};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::Kind;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "cpu-bound-in-async",
    title: "CPU work blocks the event loop",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a fifth of the active time in work of 5 ms or more at a stretch on an event loop",
    advice: "Pure Python: loop.run_in_executor(pool, f) with a ProcessPoolExecutor as pool. C code that releases the GIL (hashlib, zlib, NumPy, PIL): asyncio.to_thread is enough. asyncio's debug mode (slow_callback_duration) confirms.",
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
    let mut blocking = ctx.find(QUERIES);
    blocking.extend(ctx.find(BLOCKING));
    let waiting = ctx.waiting_below(&blocking);
    let mut findings = Vec::new();
    for &coroutine in coroutines {
        for e in graph.outgoing(coroutine) {
            let edge = graph.edges()[e];
            let calls = edge.calls.max(1);
            let total = (graph.edge_total(metric)[e] as f64 * (1.0 - waiting[edge.callee.index()])) as i64;
            let per_call = ctx.nanoseconds(total).map_or(0.0, |ns| ns as f64 / calls as f64);
            let share = ctx.share(total);
            let computes = waiting[edge.callee.index()] <= 0.5
                && !ctx.analysis.classes().module(edge.callee).starts_with("asyncio")
                && ctx.source(edge.callee).is_none_or(|(facts, scope)| !facts.is_async(scope));
            // Other coroutines are called on the loop's behalf.
            if per_call < NOTICED_NS || share < 0.2 || !computes || coroutines.contains(&edge.callee) {
                continue;
            }
            let (confidence, reason) = how_often(calls, "each call keeps the loop for milliseconds");
            let finding = Finding::new(rule, share, confidence, reason)
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
            let (confidence, reason) = how_often(calls, "each step of the coroutine computes for milliseconds");
            let finding = Finding::new(rule, share, confidence, reason)
                .with("steps", Evidence::Count(calls))
                .with("per_call_ns", Evidence::PerCall(per_step));
            findings.push(at_hottest(ctx, finding, coroutine));
        }
    }
    findings
}

/// What happens once may well happen before the loop has anything else to do.
fn how_often(calls: i64, reason: &'static str) -> (Confidence, &'static str) {
    if calls > 1 {
        (Confidence::High, reason)
    } else {
        (Confidence::Low, "it happened once, which may have been while the program started")
    }
}

/// Coroutines found computing in one sample after the other, in lines that do not wait for anything.
fn sampled(ctx: &Ctx<'_>, rule: &'static Rule, coroutines: &[FunctionId]) -> Vec<Finding> {
    let known: Vec<FunctionId> = coroutines.iter().copied().filter(|&f| ctx.source(f).is_some()).collect();
    let mut blocking = ctx.find(QUERIES);
    blocking.extend(ctx.find(BLOCKING));
    blocking.extend(ctx.find(&["asyncio:*", "asyncio.*:*"]));
    let mut findings = Vec::new();
    for work in ctx.work_at_a_stretch(&known, &blocking, |function, line| waits(ctx, function, line)) {
        let share = ctx.share(work.amount);
        let Some(mean_ns) = ctx.nanoseconds(work.amount).map(|ns| ns as f64 / work.runs as f64) else { continue };
        // One sample is no stretch.
        let least_ns = (NOTICED_NS * 2.0).max(ctx.nanoseconds(work.of_a_sample).unwrap_or(0) as f64 * 2.0);
        if share < 0.2 || mean_ns < least_ns {
            continue;
        }
        let reason = "sample after sample found the coroutine in lines that await nothing; pauses may not be recorded";
        let mut finding = Finding::new(rule, share, Confidence::Medium, reason)
            .with("stretches", Evidence::Count(work.runs))
            .with("mean_stretch_ns", Evidence::PerCall(mean_ns));
        finding = at_hottest(ctx, finding, work.function);
        if work.line > 0 {
            finding.line = work.line;
            finding.lines = vec![work.line];
        }
        findings.push(finding);
    }
    findings
}

/// Whether a line waits for something, blocking or not, or hands the time on to another coroutine.
fn waits(ctx: &Ctx<'_>, function: FunctionId, line: u32) -> bool {
    let Some((facts, scope)) = ctx.source(function) else { return true };
    let tree = facts.tree();
    facts.nodes(scope).any(|n| {
        let head = tree.line(n)..=tree.last_line(n);
        match tree.kind(n) {
            Kind::Await => head.contains(&line),
            Kind::Call if head.contains(&line) => BLOCKING_CALLS.contains(&facts.callee(n).as_str()),
            Kind::With { is_async: true } | Kind::For { is_async: true } => tree.line(n) == line,
            _ => false,
        }
    })
}
