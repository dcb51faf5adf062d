//! Tasks that cost more than what they do.

use crate::analyze::Activity;
use crate::hints::place::at_hottest;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "async-overhead",
    title: "Tasks and coroutines cost more than their work",
    category: Category::Async,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "30 % of the active time in asyncio itself while the loop is hardly ever idle",
    advice: "Do the work inline or in chunks; a task only pays when something waits. Tasks that mostly do not wait cost less with asyncio.eager_task_factory (Python 3.12). For real I/O at this rate try uvloop.",
    before: "await asyncio.gather(*(f(x) for x in xs))",
    after: "[f(x) for x in xs]  # with f a plain function",
    docs: "https://github.com/MagicStack/uvloop",
    removable: 0.80,
    settle: "call the coroutine's work directly for a batch and compare",
    wrong_if: "the tasks wait for something when it matters",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(&["asyncio:*", "asyncio.*:*"]);
    let own: i64 = set.iter().filter(|&&f| ctx.bounds().activity_of(f).is_active()).map(|&f| ctx.own(f)).sum();
    let share = ctx.share(own);
    let scheduled = ctx.calls_to(&["asyncio.base_events:call_soon"]);
    let counted = ctx.graph().is_some();
    let debugging = ctx.has(&["asyncio.format_helpers:extract_stack"]);
    if share < 0.3 || ctx.bounds().share(Activity::EventLoop) > 0.1 || (counted && scheduled < 20_000) || debugging {
        return Vec::new();
    }
    let confidence = if counted { Confidence::Medium } else { Confidence::Low };
    let reason = "the loop is busy with tasks and never waits";
    let mut finding = Finding::new(rule, share, confidence, reason);
    if counted {
        finding = finding.with("callbacks", Evidence::Count(scheduled));
    }
    let yours = ctx
        .costly_functions(0.1)
        .into_iter()
        .find(|&f| ctx.source(f).is_none_or(|(facts, scope)| facts.is_async(scope)));
    vec![match yours {
        Some(function) => at_hottest(ctx, finding, function),
        None => finding,
    }]
}
