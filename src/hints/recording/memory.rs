//! Memory, as far as a profile of time shows it.

use crate::analyze::Activity;
use crate::hints::place::at_node;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, Role, ValueKind};

pub(in crate::hints) static MATERIALIZE: Rule = Rule {
    id: "materialize-large-list",
    title: "Everything loaded where a stream would do",
    category: Category::Memory,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "10 % of the active time in reading everything into a list that is walked once",
    advice: "Iterate: for line in fh, generator expressions, cursor iteration/fetchmany, itertools.islice.",
    before: "rows = [l.split() for l in fh]",
    after: "rows = (l.split() for l in fh)",
    docs: "https://docs.python.org/3/howto/functional.html#generator-expressions-and-list-comprehensions",
    removable: 0.30,
    settle: "walk the file or the cursor itself and compare time and memory",
    wrong_if: "the list is needed more than once, or after the file is closed",
    check: Check::Code(materialize),
};

pub(in crate::hints) static GARBAGE: Rule = Rule {
    id: "gc-pressure",
    title: "Cyclic GC runs hot during allocation",
    category: Category::Memory,
    kinds: Kinds::TIME,
    needs: Needs::Nothing,
    signal: "5 % of the time in collecting garbage, as native samples show it",
    advice: "gc.disable() or a higher threshold while much is made, then gc.freeze(); tuples of numbers and texts, __slots__ and arrays leave the collector less to look at.",
    before: "nodes = [Node(i) for i in range(n)]",
    after: "gc.disable()\nnodes = [Node(i) for i in range(n)]\ngc.freeze()\ngc.enable()",
    docs: "https://docs.python.org/3/library/gc.html#gc.freeze",
    removable: 0.90,
    settle: "call `gc.freeze()` after loading and record again",
    wrong_if: "the samples fall on an explicit `gc.collect()`",
    check: Check::Code(garbage),
};

/// Lists of one function that are looked at.
const MOST_LISTS: usize = 100;

fn materialize(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.1) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let facts = &spot.facts;
        let tree = facts.tree();
        let mut nodes: Vec<NodeId> =
            facts.nodes(spot.scope).filter(|&n| reads_all(facts, n)).take(MOST_LISTS).collect();
        // Lists made of that list are made of everything, too.
        let made: Vec<&str> = nodes.iter().filter_map(|&n| stored_in(facts, n)).collect();
        let derived: Vec<NodeId> = facts
            .nodes(spot.scope)
            .filter(|&n| tree.kind(n) == Kind::ListComp && !nodes.contains(&n))
            .filter(|&n| {
                let iter = tree.child(n, Role::Clause).and_then(|c| tree.child(c, Role::Iter));
                iter.is_some_and(|i| made.contains(&tree.source(i)))
            })
            .collect();
        nodes.extend(derived);
        let Some(&first) = nodes.first() else { continue };
        let amount = match &spot.lines {
            Some(lines) => lines.total_of(tree, &nodes).min(ctx.inclusive(function)),
            None => read_by(ctx, function, &spot, &nodes),
        };
        let share = ctx.share(amount);
        if share < 0.1 || facts.is_called_in_loop(spot.scope) && spot.calls.is_some_and(|c| c > 1_000) {
            continue;
        }
        let reason = "everything is read into a list, which is then walked once; memory was not recorded";
        let mut finding = {
            let finding = Finding::new(rule, share, Confidence::Medium, reason).at_most(ctx.share(spot.work));
            at_node(ctx, finding, &spot, &nodes)
        };
        finding = finding.with("made_by", Evidence::Text(tree.source(first).chars().take(80).collect()));
        findings.push(finding);
    }
    findings
}

/// Where only calls were counted: what `readlines` and `fetchall` took here, and what a comprehension is likely to.
fn read_by(
    ctx: &Ctx<'_>,
    function: crate::model::FunctionId,
    spot: &crate::hints::spot::Spot,
    nodes: &[NodeId],
) -> i64 {
    let set = ctx.find(&[
        "_io._IOBase.readlines",
        "_io.TextIOWrapper.readlines",
        "_io.TextIOWrapper.read",
        "sqlite3.Cursor.fetchall",
    ]);
    let called: i64 = ctx.sites(&set).iter().filter(|s| s.function == function).map(|s| s.total).sum();
    called.max(spot.part(nodes, 1).amount)
}

/// `rows = fh.readlines()`, `rows = [… for line in fh]`, `list(fh)`: a list of which the rest of the function only
/// makes one loop.
fn reads_all(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let reads = match tree.kind(node) {
        Kind::Call => match facts.callee(node).as_str() {
            ".readlines" => true,
            // `fh.read().splitlines()`, `fh.read().split("\n")`
            ".splitlines" | ".split" => facts.receiver(node).is_some_and(|r| {
                tree.kind(r) == Kind::Call
                    && facts.callee(r) == ".read"
                    && facts.receiver(r).is_some_and(|f| facts.is(f, ValueKind::File))
            }),
            "builtins.list" => facts.arguments(node).next().is_some_and(|a| yields_lines(facts, a)),
            _ => false,
        },
        Kind::ListComp => {
            let clause = tree.child(node, Role::Clause);
            clause.and_then(|c| tree.child(c, Role::Iter)).is_some_and(|i| yields_lines(facts, i))
        }
        _ => false,
    };
    reads && is_walked_once(facts, node)
}

/// A file, or a reader of one.
fn yields_lines(facts: &Facts, node: NodeId) -> bool {
    let reads = |n: NodeId| {
        matches!(facts.callee(n).as_str(), "csv.reader" | "csv.DictReader")
            && facts.arguments(n).next().is_some_and(|a| facts.is(a, ValueKind::File))
    };
    facts.is(node, ValueKind::File) || facts.tree().kind(node) == Kind::Call && reads(node)
}

/// The name a list is assigned to.
fn stored_in(facts: &Facts, node: NodeId) -> Option<&str> {
    let tree = facts.tree();
    let parent = tree.parent(node);
    let target = tree.child(parent, Role::Target).filter(|_| tree.kind(parent) == Kind::Assign)?;
    (tree.kind(target) == Kind::Name).then(|| tree.name(target))
}

fn is_walked_once(facts: &Facts, node: NodeId) -> bool {
    let tree = facts.tree();
    let parent = tree.parent(node);
    if matches!(tree.kind(parent), Kind::For { .. } | Kind::Clause) && tree.role(node) == Role::Iter {
        return true;
    }
    let Some(target) =
        tree.child(parent, Role::Target).filter(|&t| tree.kind(parent) == Kind::Assign && tree.kind(t) == Kind::Name)
    else {
        return false;
    };
    let scope = facts.scope_of(node);
    let name = tree.name(target);
    if !matches!(facts.bindings(scope, name), [Bound::Assigned(_)]) {
        return false;
    }
    let uses: Vec<NodeId> =
        facts.nodes(scope).filter(|&n| n != target && tree.kind(n) == Kind::Name && tree.name(n) == name).collect();
    // Each use walks it; a second walk could be a second reading.
    (1..=2).contains(&uses.len()) && uses.iter().all(|&u| tree.role(u) == Role::Iter || counts(facts, u))
}

/// An argument of `len` or `sum`.
fn counts(facts: &Facts, node: NodeId) -> bool {
    let call = facts.tree().parent(node);
    facts.tree().kind(call) == Kind::Call && matches!(facts.callee(call).as_str(), "builtins.len" | "builtins.sum")
}

fn garbage(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let share = ctx.bounds().share(Activity::Garbage);
    // Asked for explicitly, it has a rule of its own.
    if share < 0.05 || ctx.has(&["gc.collect"]) {
        return Vec::new();
    }
    let reason = "the collector itself is in the samples";
    vec![Finding::new(rule, share, Confidence::High, reason).with("collecting", Evidence::Share(share))]
}
