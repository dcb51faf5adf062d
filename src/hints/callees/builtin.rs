//! Built-in methods that walk or sort a whole list.

use crate::hints::callee::CalleeRule;
use crate::hints::pattern::Pattern;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, Role, ScopeId, ValueKind};

pub(in crate::hints) static LIST_POP_FRONT: Rule = Rule {
    id: "list-pop-front",
    title: "Removing or inserting at the front of a list",
    category: Category::DataStructure,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "removing or inserting at the front of a list takes 10 % of the active time, at 0.5 µs or more each",
    advice: "list.pop(0)/insert(0) shifts every element. collections.deque does popleft()/appendleft() in O(1).",
    before: "job = queue.pop(0)",
    after: "queue = collections.deque(jobs)\njob = queue.popleft()",
    docs: "https://docs.python.org/3/library/collections.html#collections.deque",
    removable: 0.97,
    settle: "use a `deque` and record again",
    wrong_if: "the list stays short",
    check: Check::Code(pop_front),
};

pub(in crate::hints) static LIST_SCAN: Rule = Rule {
    id: "list-scan-method",
    title: "list.index / count / remove in a loop",
    category: Category::DataStructure,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`index`, `count` or `remove` of a list take 10 % of the active time, 200 calls or more of 1 µs or more",
    advice: "Every call scans the list. Build a dict value->position (index), a Counter (count) or use a set/dict (remove).",
    before: "row.append(names.index(n))",
    after: "pos = {n: i for i, n in enumerate(names)}\nrow.append(pos[n])",
    docs: "https://docs.python.org/3/library/collections.html#collections.Counter",
    removable: 0.95,
    settle: "count the elements of the list",
    wrong_if: "the list changes between any two calls",
    check: Check::Callee(&CalleeRule {
        callees: &["list.index", "list.count", "list.remove"],
        written: &[".index", ".count", ".remove"],
        min_share: 0.1,
        min_calls: 200,
        min_per_call_ns: 1000.0,
        repeated: true,
        accepts: Some(scans_a_list),
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static SORT_IN_LOOP: Rule = Rule {
    id: "sort-in-loop",
    title: "The same list is re-sorted again and again",
    category: Category::Sorting,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "200 sorts or more take 20 % of the active time",
    advice: "Keep the list ordered (bisect.insort; with key= from Python 3.10), use a heap (heapq) when only the smallest matters, or sort once after the loop.",
    before: "items.append(x); items.sort()",
    after: "bisect.insort(items, x)   # or heapq.heappush(items, x)",
    docs: "https://docs.python.org/3/library/heapq.html",
    removable: 0.90,
    settle: "keep the list sorted with `bisect.insort` and compare",
    wrong_if: "each sort is of another list",
    check: Check::Callee(&CalleeRule {
        callees: &["list.sort", "builtins.sorted"],
        written: &[".sort", "builtins.sorted"],
        min_share: 0.2,
        min_calls: 200,
        min_per_call_ns: 5000.0,
        repeated: true,
        without_source: Confidence::Low,
        accepts: Some(sorts_the_same),
        ..CalleeRule::HOT
    }),
};

static FRONT: CalleeRule = CalleeRule {
    callees: &["list.pop", "list.insert"],
    written: &[".pop", ".insert"],
    min_share: 0.1,
    min_calls: 1000,
    min_per_call_ns: 500.0,
    repeated: true,
    accepts: Some(|facts, call| Some(at_the_front(facts, call))),
    ..CalleeRule::HOT
};

fn pop_front(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let called = FRONT.check(ctx, rule);
    if called.is_empty() { deleted(ctx, rule) } else { called }
}

/// `del x[0]`, which calls nothing.
fn deleted(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let (facts, tree) = (&spot.facts, spot.facts.tree());
        let first_of_a_list = |target: NodeId| {
            tree.kind(target) == Kind::Subscript
                && tree.child(target, Role::Index).is_some_and(|i| tree.source(i) == "0")
                && tree.child(target, Role::Value).is_some_and(|v| facts.is(v, ValueKind::List))
        };
        let nodes: Vec<NodeId> = facts
            .nodes(spot.scope)
            .filter(|&n| tree.kind(n) == Kind::Delete && spot.is_repeated(n))
            .filter(|&n| tree.children_as(n, Role::Target).any(first_of_a_list))
            .collect();
        let pattern = Pattern { rule, nodes: &nodes, hidden: 1, min_share: 0.2, certainty: Confidence::High };
        if !nodes.is_empty() {
            findings.extend(pattern.found(ctx, spot));
        }
    }
    findings
}

/// `x.pop(0)` and `x.insert(0, …)` of a list.
fn at_the_front(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    let front = facts.arguments(call).next().is_some_and(|a| tree.source(a) == "0");
    let list = kind_of_receiver(facts, call);
    front && list != Some(false)
}

fn scans_a_list(facts: &Facts, call: NodeId) -> Option<bool> {
    kind_of_receiver(facts, call)
}

fn kind_of_receiver(facts: &Facts, call: NodeId) -> Option<bool> {
    let value = facts.value(facts.receiver(call)?)?;
    Some(value.kind == ValueKind::List)
}

/// A list sorted again although it was only added to: the same name is sorted, and appended to, in the same loop.
fn sorts_the_same(facts: &Facts, call: NodeId) -> Option<bool> {
    let tree = facts.tree();
    let sorted = facts.receiver(call).or_else(|| facts.arguments(call).next())?;
    let text = tree.source(sorted);
    // Made anew in the loop, it is another list each time.
    if let Some(innermost) = facts.loops_around(call).next()
        && tree.kind(sorted) == Kind::Name
    {
        let scope = facts.scope_of(call);
        let anew = facts.bindings(scope, tree.name(sorted)).iter().any(|how| match how {
            Bound::Assigned(value) => tree.contains(innermost, *value) && !tree.source(*value).contains(text),
            Bound::Iterated(iter) => facts.loops_around(call).any(|l| tree.contains(l, *iter)),
            _ => false,
        });
        if anew {
            return Some(false);
        }
    }
    let scope = facts.scope_of(call);
    if changes(facts, scope, text) {
        return Some(true);
    }
    match tree.kind(sorted) {
        Kind::Name => match facts.bindings(scope, text) {
            // What a caller hands over is the same if the caller makes it grow.
            [Bound::Parameter(_, position)] => Some(is_handed_growing(facts, scope, text, *position)),
            // Made in the function, it is another list each time the function is called.
            [_, ..] if !facts.in_loop(call) => Some(false),
            _ => None,
        },
        Kind::Attribute => {
            // An object sorts what it holds once, when it is made.
            let once = facts.scope(scope).name == "__init__";
            let grows =
                facts.calls_of("append").iter().any(|&c| facts.receiver(c).is_some_and(|r| tree.source(r) == text));
            if once { Some(false) } else { grows.then_some(true) }
        }
        // What a call or a comprehension makes is made for this sort.
        _ => Some(false),
    }
}

/// Whether a function adds to a list, or takes away from it.
fn changes(facts: &Facts, scope: ScopeId, list: &str) -> bool {
    facts.calls_in(scope).any(|c| {
        matches!(facts.callee(c).as_str(), ".append" | ".insert" | ".extend" | ".pop" | ".remove")
            && facts.receiver(c).is_some_and(|r| facts.tree().source(r) == list)
    })
}

/// Whether a caller hands over a list that it changes from call to call.
fn is_handed_growing(facts: &Facts, function: ScopeId, parameter: &str, position: u32) -> bool {
    let tree = facts.tree();
    let Some(position) = facts.position_in_calls(function, position) else { return false };
    facts.calls_of(&facts.scope(function).name).iter().any(|&c| {
        let handed = facts.keyword(c, parameter).or_else(|| facts.arguments(c).nth(position));
        handed.is_some_and(|h| facts.in_loop(c) && changes(facts, facts.scope_of(c), tree.source(h)))
    })
}
