//! A property that computes on every access.

use crate::hints::pattern::{mentions, targets};
use crate::hints::place::at_hottest;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};

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
    wrong_if: "what it is computed from changes between any two accesses, or the class has __slots__, which leave no room for cached_property",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.3).into_iter().filter(|&f| !ctx.is_part(f)) {
        let Some((facts, scope)) = ctx.source(function) else { continue };
        let calls = ctx.calls(function).map(|c| c.0);
        let property = facts.decorators(scope).any(|d| d == "property");
        let often = calls.is_none_or(|c| c >= 200);
        if !often || !walks_only_itself(&facts, scope) || (!property && calls.is_none()) {
            continue;
        }
        let share = ctx.share(ctx.inclusive(function));
        let (confidence, reason) = match (is_read_again(&facts, scope), property) {
            (true, true) => (Confidence::High, "a loop reads the property of one object again and again"),
            (true, false) => (Confidence::Medium, "a loop asks one object for the same again and again"),
            (false, _) => (
                Confidence::Low,
                "it computes the same from the object each time; whether one object is asked twice is not known",
            ),
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

/// Whether some loop of the file reads an attribute of this name of an object that the loop does not change.
fn is_read_again(facts: &Facts, scope: ScopeId) -> bool {
    let tree = facts.tree();
    let name = &facts.scope(scope).name;
    let reads = tree.all().filter(|&n| tree.kind(n) == Kind::Attribute && tree.name(n) == name);
    reads.filter_map(|n| Some((n, tree.child(n, Role::Value)?))).any(|(n, object)| {
        let mut around = facts.loops_around(n).peekable();
        let changes = |l: NodeId| {
            let mut bound = targets(facts, l);
            let clauses = tree.children_as(l, Role::Clause);
            bound.extend(clauses.flat_map(|c| targets(facts, c)));
            bound.iter().any(|name| mentions(facts, object, name))
        };
        around.peek().is_some() && !around.any(changes)
    })
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
                // Other methods of the object may change it.
                _ if facts.receiver(n).is_some_and(|r| tree.name(r) == "self") => effects = true,
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
