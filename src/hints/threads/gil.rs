//! Threads that compute in Python take turns.

use crate::analyze::Activity;
use crate::hints::pattern::is_handed_to_threads;
use crate::hints::place::{at_hottest, at_unrecorded};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::{Bound, Facts, Kind, NodeId, ScopeId};

pub(in crate::hints) static CPU: Rule = Rule {
    id: "gil-cpu-threads",
    title: "CPU-bound Python in several threads",
    category: Category::Threads,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "two threads or more compute in Python code at the same time",
    advice: "With the GIL only one thread runs Python code at a time. Use ProcessPoolExecutor or multiprocessing, native code that releases the GIL (NumPy), InterpreterPoolExecutor (Python 3.14), or a free-threaded build of Python 3.13 or newer.",
    before: "ThreadPoolExecutor().map(cpu, parts)",
    after: "ProcessPoolExecutor().map(cpu, parts, chunksize=k)",
    docs: "https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor",
    removable: 0.50,
    settle: "run the same work in a `ProcessPoolExecutor` and compare",
    wrong_if: "the interpreter has no GIL, or the time is spent in code that releases it",
    check: Check::Code(computing),
};

pub(in crate::hints) static CONTENTION: Rule = Rule {
    id: "gil-contention",
    title: "Many runnable threads fight for the GIL",
    category: Category::Threads,
    kinds: Kinds::THREADS,
    needs: Needs::Helps,
    signal: "more than eight threads compute in Python code at the same time",
    advice: "Fewer threads, or processes: with the GIL, more threads make CPU-bound Python slower. sys.setswitchinterval only trades latency for throughput.",
    before: "ThreadPoolExecutor(64)",
    after: "ProcessPoolExecutor(os.cpu_count())",
    docs: "https://docs.python.org/3/glossary.html#term-global-interpreter-lock",
    removable: 0.20,
    settle: "run with half of the threads and compare",
    wrong_if: "the interpreter has no GIL",
    check: Check::Code(crowding),
};

/// A thread with less of the active time than this does not compute.
const COMPUTES: f64 = 0.08;

/// The function most threads compute in, how many threads that are, and their share of the active time.
struct Crowd {
    function: FunctionId,
    threads: usize,
    share: f64,
}

fn crowd(ctx: &Ctx<'_>, least: f64) -> Option<Crowd> {
    let per_thread = ctx.python_by_thread();
    // Without a file it may be any language: only Python has a GIL.
    let is_python = |f: FunctionId| {
        let file = ctx.analysis.profile().file(f);
        std::path::Path::new(file).extension().is_some_and(|e| e == "py") || file.starts_with('<')
    };
    let computing: Vec<_> =
        per_thread.iter().filter(|t| ctx.share(t.amount) >= least && is_python(t.function)).collect();
    let busiest = computing.iter().max_by_key(|t| t.amount)?;
    let share = ctx.share(computing.iter().map(|t| t.amount).sum());
    Some(Crowd { function: busiest.function, threads: computing.len(), share })
}

fn computing(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    if ctx.free_threaded {
        return Vec::new();
    }
    if ctx.graph().is_some() {
        return computing_mixed(ctx, rule);
    }
    let Some(crowd) = crowd(ctx, COMPUTES).filter(|c| c.threads >= 2 && c.share >= 0.4) else { return Vec::new() };
    let confidence = match computes_in_python(ctx, crowd.function) {
        Some(false) => return Vec::new(),
        Some(true) => Confidence::High,
        None => Confidence::Medium,
    };
    let reason = "several threads compute in Python, and only one can run at a time";
    let finding =
        Finding::new(rule, crowd.share, confidence, reason).with("threads", Evidence::Count(crowd.threads as i64));
    vec![at_hottest(ctx, finding, crowd.function)]
}

fn crowding(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let crowd = crowd(ctx, 0.02).filter(|c| c.threads > 8 && c.share >= 0.4 && !ctx.free_threaded);
    let Some(crowd) = crowd else { return Vec::new() };
    if computes_in_python(ctx, crowd.function) == Some(false) {
        return Vec::new();
    }
    let reason = "more threads compute in Python than can take turns without loss";
    let finding = Finding::new(rule, crowd.share, Confidence::Medium, reason)
        .with("threads", Evidence::Count(crowd.threads as i64));
    vec![at_hottest(ctx, finding, crowd.function)]
}

/// From Python 3.12 on cProfile records all threads as one: what ran below their first function is known, not where.
fn computing_mixed(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let threads = ctx.calls_to(&["threading:_bootstrap"]);
    let waits = ctx.has(&[
        "threading:join",
        "concurrent.futures._base:result",
        "concurrent.futures._base:wait",
        "concurrent.futures._base:as_completed",
    ]);
    if !ctx.threads_are_mixed() {
        return computing_unseen(ctx, rule);
    }
    if threads < 2 || !waits || !ctx.has(&["_thread.start_new_thread", "_thread.start_joinable_thread"]) {
        return Vec::new();
    }
    let within = ctx.within_threads();
    let Some(function) = ctx.yours_by_total().into_iter().max_by_key(|&f| ctx.work(f)) else { return Vec::new() };
    let share = ctx.share(ctx.work(function));
    let calls = ctx.calls(function).map_or(0, |c| c.0);
    // The edges of such a recording may be missing; the source tells, too.
    let handed = ctx.source(function).is_some_and(|(facts, scope)| is_handed_to_threads(&facts, scope));
    let in_threads = handed || ctx.share_within(function, &within) >= 0.5;
    if share < 0.4 || calls < 2 || !in_threads || computes_in_python(ctx, function) == Some(false) {
        return Vec::new();
    }
    let reason = "several threads ran this function, which computes; the recording mixes threads, so how they took turns is not known";
    let finding = Finding::new(rule, share, Confidence::Medium, reason).with("threads", Evidence::Count(threads));
    vec![at_hottest(ctx, finding, function)]
}

/// Only the thread that waits for the others was recorded: what they compute, the source says.
fn computing_unseen(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let threads = ctx.calls_to(&["_thread.start_new_thread", "_thread.start_joinable_thread"]);
    let processes = ctx.has(&["multiprocessing.*:*", "concurrent.futures.process:*"]);
    let Some(waiting) = ctx.waiting_for_threads().filter(|_| threads >= 2 && !processes) else { return Vec::new() };
    let handed = ctx.handed_to_threads();
    // One that waits is what threads are for.
    if handed.iter().any(|(facts, scope)| waits(facts, *scope)) {
        return Vec::new();
    }
    let deepest_loop = |facts: &Facts, scope: ScopeId| {
        let is_loop = |n: &NodeId| matches!(facts.tree().kind(*n), Kind::For { .. } | Kind::While);
        facts.nodes(scope).filter(is_loop).max_by_key(|&n| (facts.loop_depth(n), std::cmp::Reverse(n)))
    };
    let found = handed.into_iter().find_map(|(facts, scope)| {
        let node = deepest_loop(&facts, scope).filter(|_| !releases_the_gil(&facts, scope, None))?;
        Some((facts, scope, node))
    });
    let Some((facts, scope, node)) = found else { return Vec::new() };
    let reason = "the threads were not recorded; their source computes in Python and waits for nothing";
    let finding = Finding::new(rule, waiting, Confidence::Low, reason).with("threads", Evidence::Count(threads));
    vec![at_unrecorded(ctx, finding, &facts, scope, node)]
}

/// Whether a function waits for something outside, or for a lock.
fn waits(facts: &Facts, scope: ScopeId) -> bool {
    let tree = facts.tree();
    let locks = facts.nodes(scope).any(|n| matches!(tree.kind(n), Kind::With { .. } | Kind::Await));
    locks
        || facts.calls_in(scope).any(|c| {
            let callee = facts.callee(c);
            let waiting = ["sleep", "wait", "acquire", "recv", "read", "open", "execute", "urlopen", "fsync"];
            callee.rsplit('.').next().is_some_and(|last| waiting.contains(&last))
        })
}

/// Whether a function calls what may release the GIL while it computes, on a line or anywhere.
fn releases_the_gil(facts: &Facts, scope: ScopeId, line: Option<u32>) -> bool {
    let tree = facts.tree();
    facts.calls_in(scope).filter(|&c| line.is_none_or(|l| tree.line(c) <= l && l <= tree.last_line(c))).any(|c| {
        let callee = facts.callee(c);
        // A method of what such a module made: `h = hashlib.sha256()`, `h.update(…)`.
        let maker = || {
            let named = facts.receiver(c).filter(|&r| tree.kind(r) == Kind::Name)?;
            match facts.bindings(facts.scope_of(c), tree.name(named)) {
                [Bound::Assigned(value) | Bound::Entered(value)] if tree.kind(*value) == Kind::Call => {
                    Some(facts.callee(*value))
                }
                _ => None,
            }
        };
        let callee = if callee.starts_with('.') { maker().unwrap_or(callee) } else { callee };
        let top = callee.split('.').next().unwrap_or("");
        matches!(
            top,
            "hashlib" | "zlib" | "gzip" | "bz2" | "lzma" | "numpy" | "requests" | "urllib" | "socket" | "subprocess"
        ) || matches!(callee.as_str(), "time.sleep" | "builtins.open")
    })
}

/// Whether a function spends its time in Python loops, and not in a call that may release the GIL.
fn computes_in_python(ctx: &Ctx<'_>, function: FunctionId) -> Option<bool> {
    let (facts, scope) = ctx.source(function)?;
    let tree = facts.tree();
    let loops = facts
        .nodes(scope)
        .any(|n| matches!(tree.kind(n), Kind::For { .. } | Kind::While) || tree.kind(n).is_comprehension());
    let hottest = ctx.line_costs(function).and_then(|l| l.0.into_iter().max_by_key(|(_, c)| c.0)).map(|(line, _)| line);
    Some(loops && !releases_the_gil(&facts, scope, hottest) && ctx.bounds().activity_of(function) == Activity::Python)
}
