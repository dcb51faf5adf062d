//! Caches that only grow.

use crate::hints::place::at_function;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "unbounded-cache",
    title: "Cache without bound",
    category: Category::Memory,
    kinds: Kinds::CALLS,
    needs: Needs::Source,
    signal: "a function with `functools.cache` or `lru_cache(maxsize=None)` whose body ran 50,000 times or more: each run left a result in the cache",
    advice: "Bound it (lru_cache(maxsize=N), cachetools.TTLCache, WeakValueDictionary); methods: cache per instance without holding self.",
    before: "@functools.lru_cache(maxsize=None)\ndef load(k): ...",
    after: "@functools.lru_cache(maxsize=4096)\ndef load(k): ...",
    docs: "https://docs.astral.sh/ruff/rules/cached-instance-method/",
    removable: 0.00,
    settle: "print `cache_info()` at the end: `currsize` is what it holds, `hits` what that was good for",
    wrong_if: "there are only so many arguments it can be called with",
    check: Check::Code(check),
};

/// Results that are many to keep.
const MANY: i64 = 50_000;

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.yours_by_total() {
        let Some((runs, first)) = ctx.calls(function).filter(|c| c.0 >= MANY) else { continue };
        let Some((facts, scope)) = ctx.source(function) else { continue };
        let Some(decorator) = keeps_everything(&facts, scope) else { continue };
        let on_instances = facts.class_around(scope).is_some();
        let reason = "the body of a cached function runs once for each result that is kept; memory was not recorded";
        let mut finding = Finding::new(rule, ctx.share(ctx.inclusive(function)), Confidence::Medium, reason)
            .with("results_kept", Evidence::Count(runs.max(first)));
        if on_instances {
            finding = finding.with("keeps_alive", Evidence::Text("its instances, too".to_owned()));
        }
        finding = at_function(ctx, finding, function);
        finding.line = facts.tree().line(decorator);
        finding.lines = vec![finding.line];
        finding.before = format!("@{}", facts.tree().source(decorator));
        "@functools.lru_cache(maxsize=4096)".clone_into(&mut finding.after);
        findings.push(finding);
    }
    findings
}

/// The decorator that keeps each result for good.
fn keeps_everything(facts: &Facts, scope: ScopeId) -> Option<NodeId> {
    let tree = facts.tree();
    tree.children_as(facts.scope(scope).node, Role::Decorator).find(|&decorator| {
        let call = tree.kind(decorator) == Kind::Call;
        let named = if call { tree.child(decorator, Role::Func) } else { Some(decorator) };
        match named.and_then(|n| facts.imported(n)).as_deref() {
            Some("functools.cache") => true,
            Some("functools.lru_cache") if call => {
                let size = facts.keyword(decorator, "maxsize").or_else(|| facts.arguments(decorator).next());
                size.is_some_and(|s| tree.kind(s) == Kind::None)
            }
            _ => false,
        }
    })
}
