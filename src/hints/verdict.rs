//! What kind of program it is, and what usually helps such programs.

use super::Ctx;
use crate::analyze::Activity;

/// A sentence or two on what bounds the program and the approach that follows.
pub(super) fn approach(ctx: &Ctx<'_>) -> String {
    let share = |a: Activity| ctx.bounds().share(a);
    let waiting = share(Activity::Waiting) + share(Activity::Sleeping);
    let locks = share(Activity::Locks);
    let idle = share(Activity::EventLoop);
    let array = ctx.has(&["numpy.*:*", "pandas.*:*"]);
    let text = if ctx.total() <= 0 {
        "Nothing was recorded."
    } else if !ctx.bounds().has_python() {
        "No Python code was recorded, and the rules are about Python programs."
    } else if idle >= 0.6 {
        "The event loop mostly had nothing to do: record under load, or let independent waits overlap with `asyncio.gather`."
    } else if waiting + locks + idle >= 0.8 && locks > waiting {
        "The recorded thread mostly waited for others: record them too (`py-spy record --threads --idle`)."
    } else if waiting >= 0.5 {
        "Mostly waiting for I/O: overlap the waits. Threads do for tens of them, asyncio for thousands; more processors won't help."
    } else if share(Activity::Importing) >= 0.5 {
        "Mostly importing modules: import what only some runs need where it is needed."
    } else if share(Activity::Garbage) >= 0.2 {
        "Much time goes to collecting garbage: make fewer objects, or collect less often."
    } else if array && share(Activity::Native) >= 0.5 {
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
