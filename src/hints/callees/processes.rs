//! Processes, threads and connections that are made again and again.

use crate::hints::callee::{CalleeRule, Of};
use crate::hints::rule::Check;
use crate::hints::{Category, Ctx, Kinds, Needs, Rule};
use crate::source::Facts;

pub(in crate::hints) static SUBPROCESS_IN_LOOP: Rule = Rule {
    id: "subprocess-in-loop",
    title: "A process started per item",
    category: Category::Processes,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "20 processes or more are started, which takes 15 % of the time",
    advice: "Use the library equivalent (hashlib, shutil, pathlib, zipfile), batch arguments into one call, or keep one helper process open.",
    before: "for p in paths: run(['md5sum', p])",
    after: "for p in paths: hashlib.md5(Path(p).read_bytes()).hexdigest()",
    docs: "https://docs.python.org/3/library/subprocess.html",
    removable: 0.90,
    settle: "hand all arguments to one process and compare",
    wrong_if: "the work of the processes themselves is what takes the time",
    check: Check::Callee(&CalleeRule {
        callees: &["subprocess:*", "_posixsubprocess.fork_exec", "posix.system", "os:popen"],
        written: &[
            "subprocess.run",
            "subprocess.check_output",
            "subprocess.call",
            "subprocess.check_call",
            "subprocess.Popen",
            "os.system",
            "os.popen",
        ],
        of: Of::All,
        min_share: 0.15,
        min_calls: 20,
        counted: &[
            "_posixsubprocess.fork_exec",
            "posix.fork",
            "posix.system",
            "posix.posix_spawn",
            "_winapi.CreateProcess",
        ],
        repeated: true,
        whole_function: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static THREAD_PER_TASK: Rule = Rule {
    id: "thread-per-task",
    title: "A thread per task",
    category: Category::Threads,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "200 threads or more are started, which takes 10 % of the time",
    advice: "Use a ThreadPoolExecutor of bounded size (or asyncio); starting a thread costs some 50 to 100 µs and its stack.",
    before: "Thread(target=f, args=(m,)).start()",
    after: "pool.submit(f, m)",
    docs: "https://docs.python.org/3/library/concurrent.futures.html",
    removable: 0.80,
    settle: "hand the same tasks to a `ThreadPoolExecutor` and compare",
    wrong_if: "the threads live long and are started once",
    check: Check::Callee(&CalleeRule {
        callees: &["threading:start", "_thread.start_new_thread", "_thread.start_joinable_thread"],
        written: &[".start"],
        of: Of::All,
        min_share: 0.1,
        min_calls: 200,
        counted: &["_thread.start_new_thread", "_thread.start_joinable_thread"],
        repeated: true,
        whole_function: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static TINY_TASKS: Rule = Rule {
    id: "tiny-executor-tasks",
    title: "Executor tasks smaller than their overhead",
    category: Category::Threads,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "2,000 tasks or more are submitted, which takes 20 % of the active time",
    advice: "Batch: submit chunks (itertools.batched from Python 3.12), or call f directly if it takes microseconds; with processes, map(chunksize=...).",
    before: "[ex.submit(f, x) for x in xs]",
    after: "ex.map(lambda part: [f(x) for x in part], batched(xs, 500))",
    docs: "https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.map",
    removable: 0.90,
    settle: "submit a hundred items at a time and compare",
    wrong_if: "the tasks wait for something",
    check: Check::Callee(&CalleeRule {
        callees: &["concurrent.futures.thread:submit", "concurrent.futures.process:submit"],
        written: &[".submit"],
        accepts: Some(|facts, _| Some(uses_executors(facts))),
        min_share: 0.2,
        min_calls: 2000,
        max_per_call_ns: 200_000.0,
        unless: Some(starts_processes),
        repeated: true,
        whole_function: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static HTTP_CONNECTION: Rule = Rule {
    id: "http-connection-per-request",
    title: "New HTTP connection (or client) per request",
    category: Category::Io,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "ten requests or more open a connection each, which takes 15 % of the time",
    advice: "One Session/Client for the process: keep-alive, pooled TLS, one SSL context (httpx.get rebuilds it each time).",
    before: "requests.get(u)",
    after: "s = requests.Session(); s.get(u)",
    docs: "https://requests.readthedocs.io/en/latest/user/advanced/#session-objects",
    removable: 0.60,
    settle: "use one session for all of them and compare",
    wrong_if: "each request goes to another host",
    check: Check::Callee(&CalleeRule {
        callees: &["requests.api:request", "httpx._api:request", "aiohttp.client:__init__", "http.client:connect"],
        written: &["requests.get", "requests.post", "requests.put", "requests.request", "httpx.get", "httpx.post"],
        of: Of::All,
        min_share: 0.15,
        min_calls: 10,
        repeated: true,
        ..CalleeRule::HOT
    }),
};

/// Whether submitting mostly starts processes: that is another matter.
fn starts_processes(ctx: &Ctx<'_>) -> bool {
    let total = |patterns: &[&str]| ctx.cost(&ctx.find(patterns)).total;
    total(&["multiprocessing.process:start"]) * 2 > total(&["concurrent.futures.process:submit"])
        && ctx.has(&["multiprocessing.process:start"])
}

/// Whether a file uses executors: other things have a method `submit`, too.
fn uses_executors(facts: &Facts) -> bool {
    facts.imports().any(|path| path.starts_with("concurrent"))
}
