//! Built-in methods that walk or sort a whole list.

use crate::hints::callee::CalleeRule;
use crate::hints::rule::Check;
use crate::hints::{Category, Kinds, Needs, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, ValueKind};

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
    check: Check::Callee(&CalleeRule {
        callees: &["list.pop", "list.insert"],
        written: &[".pop", ".insert"],
        min_share: 0.1,
        min_calls: 1000,
        min_per_call_ns: 500.0,
        repeated: true,
        accepts: Some(at_the_front),
        ..CalleeRule::HOT
    }),
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
    advice: "Keep the list ordered (bisect.insort), use a heap (heapq) when only the smallest matters, or sort once after the loop.",
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
        accepts: Some(sorts_the_same),
        ..CalleeRule::HOT
    }),
};

/// `x.pop(0)` and `x.insert(0, …)` of a list.
fn at_the_front(facts: &Facts, call: NodeId) -> Option<bool> {
    let tree = facts.tree();
    let front = facts.arguments(call).next().is_some_and(|a| tree.source(a) == "0");
    let list = kind_of_receiver(facts, call);
    match (front, list) {
        (false, _) | (_, Some(false)) => Some(false),
        (true, _) => Some(true),
    }
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
    let grows = facts.calls_in(facts.scope_of(call)).any(|c| {
        matches!(facts.callee(c).as_str(), ".append" | ".insert" | ".extend" | ".pop" | ".remove")
            && facts.receiver(c).is_some_and(|r| tree.source(r) == text)
    });
    grows.then_some(true)
}
