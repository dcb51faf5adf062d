//! A property that computes on every access.

use crate::hints::callee::at_hottest;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, Role, ScopeId};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "property-recompute",
    title: "Property recomputed on every access",
    category: Category::Caching,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "30 % of the active time in a property that loops, or a method without arguments that does, in 200 calls or more",
    advice: "functools.cached_property, or hoist the access out of the loop into a local.",
    before: "for n in names: p.weights[n]",
    after: "w = p.weights\nfor n in names: w[n]",
    docs: "https://docs.python.org/3/library/functools.html#functools.cached_property",
    removable: 0.95,
    settle: "use `functools.cached_property` and compare",
    wrong_if: "what it is computed from changes between any two accesses",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.3) {
        let Some((facts, scope)) = ctx.source(function) else { continue };
        let calls = ctx.calls(function).map(|c| c.0);
        let property = facts.decorators(scope).any(|d| d == "property");
        let often = calls.is_none_or(|c| c >= 200);
        if !often || !walks_only_itself(&facts, scope) || (!property && calls.is_none()) {
            continue;
        }
        let share = ctx.share(ctx.inclusive(function));
        let (confidence, reason) = if property {
            (Confidence::High, "it is a property, and computes the same from the object each time")
        } else {
            (Confidence::Medium, "it takes no arguments, and computes the same from the object each time")
        };
        let mut finding = Finding::new(rule, share, confidence, reason);
        if let Some(calls) = calls {
            finding = finding.with("calls", Evidence::Count(calls));
        }
        let mut finding = at_hottest(ctx, finding, function);
        let name = &facts.scope(scope).name;
        if property {
            finding.before = format!("@property\ndef {name}(self): ...");
            finding.after = format!("@functools.cached_property\ndef {name}(self): ...");
        }
        findings.push(finding);
        break;
    }
    findings
}

/// A method of `self` alone that loops, returns something and changes nothing.
fn walks_only_itself(facts: &Facts, scope: ScopeId) -> bool {
    let tree = facts.tree();
    let node = facts.scope(scope).node;
    let mut parameters = tree.children_as(node, Role::Parameter);
    let of_self = parameters.next().is_some_and(|p| tree.name(p) == "self") && parameters.next().is_none();
    let (mut loops, mut returns, mut effects) = (false, false, false);
    for n in facts.nodes(scope) {
        match tree.kind(n) {
            Kind::For { .. } | Kind::While => loops = true,
            k if k.is_comprehension() => loops = true,
            Kind::Call => match facts.callee(n).as_str() {
                "builtins.sorted" | "builtins.sum" | "builtins.max" | "builtins.min" => loops = true,
                "builtins.print" | "builtins.open" | ".pop" | ".popleft" | ".read" | ".readline" | ".send"
                | ".recv" | ".execute" => {
                    effects = true;
                }
                callee if callee.starts_with("random.") || callee.starts_with("time.") => effects = true,
                _ => {}
            },
            Kind::Return => returns |= tree.child(n, Role::Value).is_some(),
            Kind::Attribute if tree.role(n) == Role::Target => effects = true,
            Kind::Yield | Kind::Await => effects = true,
            _ => {}
        }
    }
    of_self && loops && returns && !effects
}
