//! Requests one after the other that could overlap.

use crate::analyze::Activity;
use crate::hints::context::{Site, Within};
use crate::hints::pattern::is_handed_to_threads;
use crate::hints::place::place_call;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "sequential-io",
    title: "Independent waits happen one after the other",
    category: Category::Io,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "half of the time in ten waits or more for the network, of 3 ms or more each, from one loop",
    advice: "The thread idles while waiting. ThreadPoolExecutor.map for tens of requests (waiting releases the GIL), asyncio with aiohttp or httpx.AsyncClient for thousands.",
    before: "[fetch(u) for u in urls]",
    after: "with ThreadPoolExecutor(16) as ex:\n    out = list(ex.map(fetch, urls))",
    docs: "https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor-example",
    removable: 0.90,
    settle: "do the same requests in a `ThreadPoolExecutor` and compare",
    wrong_if: "each request depends on the answer to the one before",
    check: Check::Code(check),
};

const REQUESTS: &[&str] = &[
    "requests.sessions:request",
    "requests.api:request",
    "urllib.request:urlopen",
    "http.client:getresponse",
    "http.client:request",
    "httpx._client:request",
    "urllib3.connectionpool:urlopen",
    "socket:create_connection",
    "ftplib:*",
    "smtplib:*",
    "boto3.*:*",
    "botocore.client:_api_call",
    "grpc._channel:__call__",
    "_socket.socket.recv",
    "_socket.socket.recv_into",
];
const WRITTEN: [&str; 8] = ["get", "post", "request", "urlopen", "getresponse", "recv", "put", "head"];

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(REQUESTS);
    let handles = ctx.find(&["asyncio.events:_run"]);
    if !handles.is_empty() {
        return Vec::new();
    }
    let in_threads = ctx.within_threads();
    let waiting = ctx.waiting_below(&[]);
    let counted = ctx.graph().is_some() && !ctx.threads_are_mixed();
    // Importing is over before anything is asked.
    let run = ctx.total() - ctx.bounds().amount(Activity::Importing);
    let sampled = ctx.waiting_of_its_thread(&set);
    let candidates = [ctx.sites(&set), stand_ins(ctx)];
    for (kind, sites) in candidates.iter().enumerate() {
        for site in sites {
            let share = ctx.share_of_all(site.total);
            let calls = site.calls.or_else(|| ctx.calls(site.via).map(|c| c.0)).unwrap_or(0);
            // Making a request takes work, too, which would not overlap.
            let waited = if counted { waiting[site.via.index()] } else { 1.0 };
            let mean_ns = ctx.nanoseconds(site.total).map_or(0.0, |ns| ns as f64 * waited / calls.max(1) as f64);
            let of_run = site.total as f64 / run.max(1) as f64;
            if share < 0.05 || runs_in_threads(ctx, site.function, &in_threads) {
                continue;
            }
            if let Some((of_thread, waited)) = sampled.filter(|_| kind == 0) {
                // Which answers were waited for how often, samples don't tell: the source has to show the loop.
                if of_thread < 0.5 || waited < 0.2 || ctx.source(site.function).is_none() {
                    continue;
                }
            } else if of_run < 0.5 || waited < 0.4 || calls < 10 || mean_ns < 3e6 {
                continue;
            }
            if ctx.source(site.function).is_some_and(|(facts, scope)| !asks_in_a_loop(&facts, scope)) {
                continue;
            }
            let confidence = if kind == 0 { Confidence::High } else { Confidence::Medium };
            let reason = "the program waits for each answer before it asks the next";
            let mut finding = Finding::new(rule, share, confidence, reason);
            finding = match sampled {
                Some((_, waited)) => finding.with("waiting", Evidence::Share(waited)),
                None => finding.with("waits", Evidence::Count(calls)).with("per_call_ns", Evidence::PerCall(mean_ns)),
            };
            return vec![place_call(ctx, finding, site, |callee| {
                callee.rsplit('.').next().is_some_and(|c| WRITTEN.contains(&c)) || callee == "time.sleep"
            })];
        }
    }
    Vec::new()
}

/// Whether a function runs in threads already: handed to one in the source, or recorded below one.
fn runs_in_threads(ctx: &Ctx<'_>, function: FunctionId, in_threads: &Within) -> bool {
    let Some((facts, scope)) = ctx.source(function) else {
        return ctx.threads_are_mixed() || ctx.share_within(function, in_threads) > 0.5;
    };
    let sampled_there = ctx.graph().is_none() && ctx.share_within(function, in_threads) > 0.5;
    sampled_there || is_handed_to_threads(&facts, scope)
}

fn asks_in_a_loop(facts: &crate::source::Facts, scope: crate::source::ScopeId) -> bool {
    facts.is_called_in_loop(scope) || facts.calls_in(scope).any(|c| facts.in_loop(c))
}

/// Functions that sleep and answer something stand for waiting, where nothing else waits: simulations, stubs.
fn stand_ins(ctx: &Ctx<'_>) -> Vec<Site> {
    let sites = ctx.sites(&ctx.find(&["time.sleep"]));
    let answers = |site: &Site| {
        ctx.source(site.function).is_some_and(|(facts, scope)| {
            let tree = facts.tree();
            let returns = facts.nodes(scope).any(|n| {
                tree.kind(n) == crate::source::Kind::Return && tree.child(n, crate::source::Role::Value).is_some()
            });
            let paced = facts.calls_in(scope).any(|c| facts.callee(c) == "time.sleep" && facts.in_loop(c));
            returns && !paced && facts.is_called_in_loop(scope)
        })
    };
    sites.into_iter().filter(answers).collect()
}
