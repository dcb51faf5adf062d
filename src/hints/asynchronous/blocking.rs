//! Calls that wait while the event loop could do something else.

use super::on_the_loop;
use crate::hints::context::{Site, Within};
use crate::hints::place::{at_node, called_name, place_call};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::{Facts, Kind, NodeId};

pub(in crate::hints) static SLEEP: Rule = Rule {
    id: "blocking-sleep-in-async",
    title: "time.sleep on the event loop",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`time.sleep` under an event loop, for 1 % of the time",
    advice: "Nothing else runs while it sleeps. await asyncio.sleep(), or asyncio.to_thread for the whole helper.",
    before: "time.sleep(0.1)",
    after: "await asyncio.sleep(0.1)",
    docs: "https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code",
    removable: 1.00,
    settle: "turn on the debug mode of asyncio, which names slow callbacks",
    wrong_if: "nothing else runs on the loop",
    check: Check::Code(sleeping),
};

pub(in crate::hints) static IO: Rule = Rule {
    id: "blocking-io-in-async",
    title: "Blocking I/O on the event loop",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "blocking calls of `requests`, `urllib`, `subprocess` and the like under an event loop, for 5 % of the time",
    advice: "Use the async equivalent (aiohttp/httpx.AsyncClient, asyncio.create_subprocess_exec, aiofiles) or await asyncio.to_thread(fn).",
    before: "r = requests.get(url)",
    after: "async with session.get(url) as r: ...",
    docs: "https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread",
    removable: 1.00,
    settle: "turn on the debug mode of asyncio, which names slow callbacks",
    wrong_if: "nothing else runs on the loop",
    check: Check::Code(waiting),
};

pub(in crate::hints) static DRIVER: Rule = Rule {
    id: "sync-db-driver-in-async",
    title: "Synchronous database driver on the event loop",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "queries of a database driver that blocks, under an event loop, for 5 % of the time",
    advice: "Use asyncpg, psycopg 3 (AsyncConnection), aiomysql, PyMongo's AsyncMongoClient, redis.asyncio or aiosqlite, or asyncio.to_thread as a first step.",
    before: "cur.execute(sql)",
    after: "row = await conn.fetchrow(sql)",
    docs: "https://magicstack.github.io/asyncpg/current/",
    removable: 1.00,
    settle: "turn on the debug mode of asyncio, which names slow callbacks",
    wrong_if: "nothing else runs on the loop",
    check: Check::Code(querying),
};

pub(super) const BLOCKING: &[&str] = &[
    "requests:*",
    "requests.*:*",
    "urllib.request:*",
    "urllib3.*:*",
    "httpx._transports.default:handle_request",
    "httpcore._sync.*:*",
    "http.client:*",
    "subprocess:*",
    "ftplib:*",
    "smtplib:*",
    "socket:create_connection",
    "socket:getaddrinfo",
    "_socket.getaddrinfo",
    "builtins.input",
    "_posixsubprocess.fork_exec",
    "posix.system",
    "posix.waitpid",
];

/// How calls that block are written: sleeping, and then what waits for something.
pub(super) const BLOCKING_CALLS: &[&str] = &[
    "time.sleep",
    "requests.get",
    "requests.post",
    "requests.request",
    "httpx.get",
    "httpx.post",
    "urllib.request.urlopen",
    "subprocess.run",
    "subprocess.check_output",
    "subprocess.call",
    "os.system",
];

/// Functions of database drivers that wait for the answer.
pub(in crate::hints) const QUERIES: &[&str] = &[
    "sqlite3.Connection.*",
    "sqlite3.Cursor.*",
    "psycopg2.extensions.cursor.*",
    "psycopg2.extensions.connection.*",
    "pymysql.*:*",
    "MySQLdb.*:*",
    "mysql.connector.*:*",
    "pymongo.*:*",
    "redis.client:*",
    "redis.connection:*",
    "sqlalchemy.engine.default:do_execute",
    "psycopg.cursor:execute",
    "psycopg.connection:wait",
];

struct Kindred {
    callees: &'static [&'static str],
    /// How such calls are written, where they cannot be sampled.
    written: &'static [&'static str],
    min_share: f64,
}

fn sleeping(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    check(ctx, rule, &Kindred { callees: &["time.sleep"], written: &["time.sleep"], min_share: 0.01 })
}

fn waiting(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    check(ctx, rule, &Kindred { callees: BLOCKING, written: &BLOCKING_CALLS[1..], min_share: 0.05 })
}

fn querying(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    check(
        ctx,
        rule,
        &Kindred {
            callees: QUERIES,
            written: &[".execute", ".fetchall", ".fetchone", ".executemany", ".commit"],
            min_share: 0.05,
        },
    )
}

fn check(ctx: &Ctx<'_>, rule: &'static Rule, what: &Kindred) -> Vec<Finding> {
    let Some(within) = on_the_loop(ctx) else { return Vec::new() };
    let set = ctx.find(what.callees);
    let sites = ctx.sites_within(&set, &within);
    let mut sites = if ctx.threads_are_mixed() { awaiting_sites(ctx, &set, sites) } else { sites };
    // What is handed on to a thread keeps nobody waiting.
    let hands_over = ctx.find(&["asyncio.threads:to_thread", "asyncio.base_events:run_in_executor"]);
    sites.retain(|s| !hands_over.contains(&s.via));
    let all: i64 = sites.iter().map(|s| s.total).sum();
    let share = ctx.share_of_all(all);
    let Some(site) = sites.first().filter(|_| share >= what.min_share) else {
        return sampled(ctx, rule, what, &within);
    };
    let calls = site.calls;
    let reason = "it was called under the event loop, which does nothing else meanwhile";
    let mut finding = Finding::new(rule, share, Confidence::High, reason)
        .with("callee", Evidence::Text(ctx.analysis.profile().name(site.via).to_owned()));
    if let (Some(calls), Some(ns)) = (calls.filter(|&c| c > 0), ctx.nanoseconds(site.total)) {
        finding = finding
            .with("calls", Evidence::Count(calls))
            .with("per_call_ns", Evidence::PerCall(ns as f64 / calls as f64));
    }
    vec![place_call(ctx, finding, site, |callee| {
        what.written.contains(&callee) || callee.ends_with(called_name(ctx.name(site.via)))
    })]
}

/// Where threads are mixed, what ran below the loop is uncertain: what coroutines call, as the source says, did.
fn awaiting_sites(ctx: &Ctx<'_>, set: &[FunctionId], found: Vec<Site>) -> Vec<Site> {
    let in_coroutines = |s: &Site| ctx.source(s.function).is_some_and(|(facts, scope)| facts.is_async(scope));
    let sites: Vec<Site> = ctx.sites(set).into_iter().filter(in_coroutines).collect();
    if sites.is_empty() { found } else { sites }
}

/// A built-in function that blocks is not sampled: lines on the loop that call it are looked at.
fn sampled(ctx: &Ctx<'_>, rule: &'static Rule, what: &Kindred, within: &Within) -> Vec<Finding> {
    if ctx.graph().is_some() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for function in ctx.costly_functions(what.min_share.max(0.02)) {
        if ctx.share_within(function, within) < 0.5 {
            continue;
        }
        let Some(spot) = ctx.spot_of(function) else { continue };
        let facts = &spot.facts;
        let nodes: Vec<NodeId> = facts.calls_in(spot.scope).filter(|&c| blocks(facts, c, what)).collect();
        let Some(lines) = spot.lines.as_ref().filter(|_| !nodes.is_empty()) else { continue };
        let amount = lines.total_of(facts.tree(), &nodes);
        let share = ctx.share_of_all(amount.min(ctx.inclusive(function)));
        if share < what.min_share {
            continue;
        }
        let reason =
            "the line ran on the event loop; how long it blocked, samples of a busy processor alone do not tell";
        findings.push(at_node(ctx, Finding::new(rule, share, Confidence::High, reason), &spot, &nodes));
    }
    findings.truncate(1);
    findings
}

fn blocks(facts: &Facts, call: NodeId, what: &Kindred) -> bool {
    let tree = facts.tree();
    let awaited = tree.kind(tree.parent(call)) == Kind::Await;
    let callee = facts.callee(call);
    if awaited || !what.written.contains(&callee.as_str()) {
        return false;
    }
    // A method of that name may belong to anything: the file has to use a driver that blocks.
    !callee.starts_with('.')
        || facts.imports().any(|path| {
            let top = path.split('.').next().unwrap_or(path);
            matches!(top, "sqlite3" | "psycopg2" | "pymysql" | "MySQLdb" | "mysql" | "pymongo" | "redis")
        })
}
