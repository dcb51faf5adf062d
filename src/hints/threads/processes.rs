//! Processes that spend their time talking to each other.

use crate::hints::place::{at_function, place_call, quote};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, NodeId};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "mp-ipc-overhead",
    title: "Process pool spends its time starting or shipping data",
    category: Category::Threads,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a fifth of the time in starting processes or sending them messages, 1,000 messages or 20 processes or more",
    advice: "Create the pool once, raise chunksize, ship indexes or paths instead of data, use shared_memory or globals that an initializer sets. From Python 3.14 on Linux starts workers by forkserver, which takes longer than fork.",
    before: "with Pool() as p: ...  # per batch",
    after: "POOL = Pool(); POOL.imap(f, xs, chunksize=500)",
    docs: "https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool.imap",
    removable: 0.80,
    settle: "raise `chunksize` and compare",
    wrong_if: "the messages are few and large because the data is",
    check: Check::Code(check),
};

const TALKING: &[&str] = &[
    "multiprocessing.connection:*",
    "multiprocessing.reduction:*",
    "multiprocessing.pool:_handle_tasks",
    "multiprocessing.pool:_handle_results",
    "multiprocessing.queues:*",
    "concurrent.futures.process:*",
];
const STARTING: &[&str] = &[
    "multiprocessing.popen_fork:_launch",
    "multiprocessing.popen_spawn_posix:_launch",
    "multiprocessing.popen_forkserver:_launch",
    "multiprocessing.process:start",
];

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let messages = ctx.calls_to(&[
        "multiprocessing.connection:send",
        "multiprocessing.connection:_send_bytes",
        "multiprocessing.connection:send_bytes",
    ]);
    let started = ctx.calls_to(&[
        "multiprocessing.popen_fork:_launch",
        "multiprocessing.popen_spawn_posix:_launch",
        "multiprocessing.popen_forkserver:_launch",
    ]);
    let talking: i64 =
        ctx.find(TALKING).iter().filter(|&&f| ctx.bounds().activity_of(f).is_active()).map(|&f| ctx.work(f)).sum();
    let starting = ctx.cost(&ctx.find(STARTING)).total;
    let counted = ctx.graph().is_some();
    let (share, evidence) = if counted && started >= 20 && ctx.share_of_all(starting) >= 0.2 {
        (ctx.share_of_all(starting), ("processes", started))
    } else if (!counted || messages >= 1_000) && ctx.share(talking) >= 0.2 {
        (ctx.share(talking), ("messages", messages))
    } else if !counted && ctx.share_of_all(starting) >= 0.2 {
        (ctx.share_of_all(starting), ("processes", started))
    } else {
        return sending_unseen(ctx, rule);
    };
    if !counted && !sends_one_by_one(ctx) {
        return Vec::new();
    }
    let confidence = if counted { Confidence::High } else { Confidence::Medium };
    let reason = "starting processes and sending messages takes the time, not the work";
    // Beside the user's own functions, all of it is there to talk.
    let yours: i64 = ctx.yours_by_total().iter().map(|&f| ctx.own(f)).sum();
    let mut finding =
        Finding::new(rule, share, confidence, reason).at_most(1.0 - ctx.share_of_all(yours).min(1.0 - share));
    if counted {
        finding = finding.with(evidence.0, Evidence::Count(evidence.1));
    }
    let asked = ctx.find(&["multiprocessing.*:*", "concurrent.futures.process:*"]);
    let pools = |callee: &str| {
        matches!(
            callee.rsplit('.').next(),
            Some("imap" | "imap_unordered" | "map" | "starmap" | "apply_async" | "submit" | "Pool" | "apply")
        )
    };
    let sites = ctx.sites(&asked);
    let with_pool = sites.iter().find(|s| {
        ctx.source(s.function).is_some_and(|(facts, scope)| facts.calls_in(scope).any(|c| pools(&facts.callee(c))))
    });
    vec![match with_pool.or(sites.first()) {
        Some(site) => place_call(ctx, finding, site, pools),
        None => match ctx.costly_functions(0.2).first() {
            Some(&function) => at_function(ctx, finding, function),
            None => finding,
        },
    }]
}

/// Only the thread that waits for results was recorded: how tasks are handed out, the source says.
fn sending_unseen(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let pools = ctx.has(&["multiprocessing.pool:*"]);
    let Some(waiting) = ctx.waiting_for_threads().filter(|_| pools) else { return Vec::new() };
    let found = ctx.yours_by_total().into_iter().take(MOST_FUNCTIONS).find_map(|f| {
        let (facts, scope) = ctx.source(f)?;
        let call = facts.calls_in(scope).find(|&c| one_by_one(&facts, c))?;
        Some((f, facts, call))
    });
    let Some((function, facts, call)) = found else { return Vec::new() };
    let reason = "what sends the tasks was not recorded; the source sends them one by one";
    let mut finding = at_function(ctx, Finding::new(rule, waiting, Confidence::Low, reason), function);
    finding.line = facts.tree().line(call);
    finding.lines = vec![finding.line];
    finding.before = quote(&facts, call);
    vec![finding]
}

/// How many of the user's functions are looked at.
const MOST_FUNCTIONS: usize = 50;

/// `pool.imap(f, items)` without a chunk size.
fn one_by_one(facts: &Facts, call: NodeId) -> bool {
    matches!(facts.callee(call).as_str(), ".imap" | ".imap_unordered")
        && facts.keyword(call, "chunksize").is_none()
        && facts.arguments(call).nth(2).is_none()
}

/// Whether the source hands single items to a pool: messages were not counted, and a pool with chunks talks, too, while
/// it has nothing else to do.
fn sends_one_by_one(ctx: &Ctx<'_>) -> bool {
    ctx.yours_by_total().into_iter().take(MOST_FUNCTIONS).filter_map(|f| ctx.source(f)).any(|(facts, scope)| {
        facts.calls_in(scope).any(|c| match facts.callee(c).as_str() {
            ".imap" | ".imap_unordered" => one_by_one(&facts, c),
            ".apply" | ".apply_async" | ".submit" => facts.in_loop(c),
            "multiprocessing.Pool" | "concurrent.futures.ProcessPoolExecutor" => {
                facts.in_loop(c) || facts.is_called_in_loop(scope)
            }
            _ => false,
        })
    })
}
