//! What kind of program it is, and what usually helps such programs.

use super::{Ctx, Recording};
use crate::analyze::Activity;

/// A sentence or two on what bounds the program and the approach that follows.
pub(super) fn approach(ctx: &Ctx<'_>) -> String {
    let importing = ctx.bounds().share(Activity::Importing);
    // A short run is mostly importing; what is left of it says what kind of program it is.
    let rest = 1.0 - importing;
    let share = |a: Activity| if rest > 0.0 { ctx.bounds().share(a) / rest } else { 0.0 };
    let sleeping = share(Activity::Sleeping);
    let waiting = share(Activity::Waiting) + sleeping;
    let locks = share(Activity::Locks);
    let idle = share(Activity::EventLoop);
    let libraries = own_of(ctx, &["numpy:*", "numpy.*:*", "pandas:*", "pandas.*:*"]) / rest;
    let hands_over = ctx.has(&["asyncio.base_events:run_in_executor"]);
    let text = if ctx.total() <= 0 {
        "Nothing was recorded."
    } else if !ctx.bounds().has_python() {
        "No Python code was recorded, and the rules are about Python programs."
    } else if importing >= 0.5 {
        "Mostly importing modules: import what only some runs need where it is needed."
    } else if idle + locks >= 0.6 && hands_over && ctx.recording == Recording::Calls {
        "The event loop waited for work it handed to threads or processes: record them too (`py-spy record --threads \
         --subprocesses`)."
    } else if idle >= 0.6 {
        "The event loop mostly had nothing to do: record under load, or let independent waits overlap with `asyncio.gather`."
    } else if waiting + locks + idle >= 0.8 && locks > waiting {
        "The recorded thread mostly waited for others: record them too (`py-spy record --threads --idle`)."
    } else if sleeping >= 0.5 {
        "Mostly asleep, as the program asks: wait for what it waits for instead (an event, a condition, a queue), and on an \
         event loop with `await`."
    } else if waiting >= 0.5 {
        "Mostly waiting for I/O: overlap the waits. Threads do for tens of them, asyncio for thousands; more processors won't help."
    } else if share(Activity::Garbage) >= 0.2 {
        "Much time goes to collecting garbage: make fewer objects, or collect less often."
    } else if own_of(ctx, DATABASES) / rest >= 0.5 {
        "Mostly in the database's own code: ask it less often and for more at a time, and look at how it finds what slow \
         statements ask for."
    } else if libraries >= 0.5 && share(Activity::Python) >= 0.5 {
        "Mostly in array libraries that are asked for little at a time, or to copy much: work on whole columns and arrays."
    } else if (libraries > 0.0 || ctx.has(&["numpy.*:*", "pandas.*:*"])) && share(Activity::Native) >= 0.5 {
        "Mostly in compiled code of array libraries: larger operations, smaller data types and fewer copies are what is left."
    } else if share(Activity::Python) >= 0.5 {
        "Bound by Python code: first do less work (algorithms, data structures, built-in functions), then arrays or compiled \
         code for what is left, and processes for what can be divided."
    } else if share(Activity::Native) >= 0.5 {
        "Mostly in built-in functions and extension modules: call them less often, on more data at a time."
    } else {
        "No one thing bounds this program."
    };
    text.to_owned()
}

/// Built-in functions of databases that run in the process.
const DATABASES: &[&str] = &["sqlite3.Connection.*", "sqlite3.Cursor.*", "_sqlite3.*", "duckdb.*"];

/// The share of all that some functions took themselves, while nothing was imported.
fn own_of(ctx: &Ctx<'_>, patterns: &[&str]) -> f64 {
    let own: f64 = ctx.find(patterns).iter().map(|&f| ctx.own(f) as f64 * (1.0 - ctx.bounds().imported(f))).sum();
    own / ctx.total().max(1) as f64
}
