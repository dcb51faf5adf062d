//! The recording itself.

use crate::analyze::{Activity, Class};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};

pub(in crate::hints) static IDLE: Rule = Rule {
    id: "mostly-idle",
    title: "Program mostly waits",
    category: Category::Measurement,
    kinds: Kinds::TIME,
    needs: Needs::Nothing,
    signal: "the program waited for 80 % of the recording",
    advice: "The processor is not the limit: look at what is waited for and at doing several things at a time, or record under load. Shares of other findings are of active time.",
    before: "",
    after: "",
    docs: "https://docs.python.org/3/library/asyncio-dev.html",
    removable: 0.00,
    settle: "record under load",
    wrong_if: "the program has nothing to do, and that is as it should be",
    check: Check::Code(idle),
};

pub(in crate::hints) static WORKERS: Rule = Rule {
    id: "worker-threads-not-profiled",
    title: "The profile only shows waiting for workers",
    category: Category::Measurement,
    kinds: Kinds::CALLS,
    needs: Needs::Nothing,
    signal: "the recorded thread started others and waited for 40 % of the time",
    advice: "Up to Python 3.11 cProfile follows the thread that started it, and never other processes; the work ran elsewhere. Record again with py-spy record --threads --subprocesses, or with a cProfile.Profile() in the worker's own function.",
    before: "python -m cProfile app.py",
    after: "py-spy record --threads --subprocesses -o p.json -f speedscope -- python app.py",
    docs: "https://docs.python.org/3/library/profile.html",
    removable: 0.00,
    settle: "record with `py-spy record --threads --subprocesses`",
    wrong_if: "the other threads have been recorded elsewhere",
    check: Check::Code(workers),
};

pub(in crate::hints) static MIXED: Rule = Rule {
    id: "mixed-thread-profile",
    title: "Threads are mixed together in this .prof",
    category: Category::Measurement,
    kinds: Kinds::CALLS,
    needs: Needs::Nothing,
    signal: "a recording of cProfile holds the first function of a thread, as only happens from Python 3.12 on",
    advice: "Trust the calls and own times only; record with py-spy, viztracer or yappi to see each thread. Findings that rest on callers are less certain here.",
    before: "",
    after: "",
    docs: "https://github.com/python/cpython/pull/138229",
    removable: 0.00,
    settle: "record with `py-spy record --threads`",
    wrong_if: "nothing else makes such a recording",
    check: Check::Code(mixed),
};

pub(in crate::hints) static DISTORTED: Rule = Rule {
    id: "profiler-distortion",
    title: "Profile distorted by other tooling or tracing cost",
    category: Category::Measurement,
    kinds: Kinds::TIME,
    needs: Needs::Nothing,
    signal: "3 % of the time in a debugger, a coverage tool or an agent, or two million calls a second counted by cProfile",
    advice: "Profile without them; for code of many small calls confirm with a sampling profiler (py-spy; from Python 3.15 on profiling.sampling).",
    before: "",
    after: "",
    docs: "https://docs.python.org/3/library/profile.html#what-is-deterministic-profiling",
    removable: 0.00,
    settle: "record without it, or with a sampling profiler",
    wrong_if: "the tool runs in production, too",
    check: Check::Code(distorted),
};

fn idle(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let share = |a| ctx.bounds().share(a);
    let waiting =
        share(Activity::EventLoop) + share(Activity::Locks) + share(Activity::Waiting) + share(Activity::Sleeping);
    if waiting < 0.8 {
        return Vec::new();
    }
    let reason = "what waits is known by name";
    vec![
        Finding::new(rule, 1.0 - waiting, Confidence::High, reason)
            .with("waiting", Evidence::Share(waiting))
            .with("event_loop", Evidence::Share(share(Activity::EventLoop)))
            .with("locks", Evidence::Share(share(Activity::Locks)))
            .with("io", Evidence::Share(share(Activity::Waiting)))
            .with("sleeping", Evidence::Share(share(Activity::Sleeping))),
    ]
}

fn workers(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    const STARTS: &[&str] = &["_thread.start_new_thread", "_thread.start_joinable_thread"];
    let pools = ctx.has(&["multiprocessing.pool:*", "concurrent.futures.process:*"]);
    let waiting = ctx.bounds().share(Activity::Locks) + if pools { ctx.bounds().share(Activity::Waiting) } else { 0.0 };
    if (!ctx.has(STARTS) && !pools) || waiting < 0.4 || (ctx.threads_are_mixed() && !pools) {
        return Vec::new();
    }
    let threads = ctx.calls_to(STARTS);
    let reason = "the recorded thread waits for others that are not in the recording";
    vec![
        Finding::new(rule, waiting, Confidence::High, reason)
            .with("waiting", Evidence::Share(waiting))
            .with("threads_started", Evidence::Count(threads)),
    ]
}

fn mixed(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    if !ctx.threads_are_mixed() {
        return Vec::new();
    }
    let threads = ctx.calls_to(&["threading:_bootstrap"]);
    let reason = "cProfile cannot see the first function of a thread unless it records all threads as one";
    let mut finding = Finding::new(rule, 0.0, Confidence::High, reason).with("threads", Evidence::Count(threads));
    if let Some(minor) = ctx.minor {
        finding = finding.with("python", Evidence::Text(format!("3.{minor}")));
    }
    vec![finding]
}

const TOOLS: &[&str] = &[
    "coverage:*",
    "coverage.*:*",
    "pydevd:*",
    "pydevd.*:*",
    "_pydevd_bundle.*:*",
    "debugpy.*:*",
    "bdb:*",
    "pdb:*",
    "newrelic.*:*",
    "ddtrace.*:*",
    "debug_toolbar.*:*",
    "sentry_sdk.profiler:*",
    "line_profiler.*:*",
];

/// What cProfile adds to a call, as measured with Python 3.8 to 3.13.
pub(in crate::hints) const COST_OF_A_CALL_NS: i64 = 150;

fn distorted(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let tools: Vec<_> = ctx.find(TOOLS);
    let own: i64 = tools.iter().map(|&f| ctx.own(f)).sum();
    let share = ctx.share(own);
    if share >= 0.03 {
        let package = tools.iter().max_by_key(|&&f| ctx.own(f)).map_or("", |&f| {
            let classes = ctx.analysis.classes();
            &classes.packages()[classes.package_of(f) as usize].name
        });
        let reason = "its functions are in the recording";
        return vec![
            Finding::new(rule, share, Confidence::High, reason).with("tool", Evidence::Text(package.to_owned())),
        ];
    }
    let Some(graph) = ctx.graph() else { return Vec::new() };
    let calls: i64 = graph.calls().iter().map(|c| (*c).max(0)).sum();
    let Some(total) = ctx.nanoseconds(ctx.total()).filter(|&ns| ns > 0) else { return Vec::new() };
    let a_second = calls as f64 / (total as f64 / 1e9);
    if a_second < 2e6 || ctx.analysis.classes().packages().iter().all(|p| p.class != Class::Yours) {
        return Vec::new();
    }
    let overhead = calls.saturating_mul(COST_OF_A_CALL_NS);
    let reason = "each call costs cProfile 0.15 µs or more, here as much as the call itself";
    vec![
        Finding::new(rule, overhead as f64 / total as f64, Confidence::Medium, reason)
            .with("calls", Evidence::Count(calls))
            .with("calls_a_second", Evidence::Count(a_second as i64))
            .with("overhead_ns", Evidence::Time(overhead)),
    ]
}
