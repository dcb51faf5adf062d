//! Imports.

use crate::analyze::{Activity, Class};
use crate::hints::pattern::Pattern;
use crate::hints::place::at_function;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::{Body, FunctionId};
use crate::source::{Kind, NodeId, Role, ScopeId};
use std::collections::{BTreeMap, BTreeSet};

pub(in crate::hints) static HEAVY: Rule = Rule {
    id: "import-heavy-startup",
    title: "Start-up is import time",
    category: Category::Imports,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "40 % of the time, and 150 ms or more, in importing packages that then do little",
    advice: "Import inside the function that needs it (Python 3.15 has `lazy import`, PEP 810), split optional features; python -X importtime shows the tree.",
    before: "import pandas as pd  # top",
    after: "def report():\n    import pandas as pd",
    docs: "https://docs.python.org/3/using/cmdline.html#cmdoption-X",
    removable: 0.80,
    settle: "`python -X importtime` shows the tree of imports",
    wrong_if: "the process lives long, or every run needs the package",
    check: Check::Code(heavy),
};

pub(in crate::hints) static HOT: Rule = Rule {
    id: "import-in-hot-function",
    title: "import statement inside a hot function",
    category: Category::Imports,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "10 % of the active time in a function that imports each time it is called, 10,000 times or more",
    advice: "Move to module level, or bind once: each execution costs 0.1 to 1 µs, though the module is loaded.",
    before: "def f(p):\n    from os import path\n    return path.basename(p)",
    after: "from os import path\n\ndef f(p):\n    return path.basename(p)",
    docs: "https://docs.astral.sh/ruff/rules/import-outside-top-level/",
    removable: 0.90,
    settle: "move the import to the top of the file and compare",
    wrong_if: "the import has to wait until the function runs",
    check: Check::Code(hot),
};

/// A run longer than this is no start-up.
const START_UP_NS: i64 = 10_000_000_000;
/// An import shorter than this is not worth a word.
const NOTICED_NS: i64 = 150_000_000;

fn heavy(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let importing = ctx.bounds().amount(Activity::Importing);
    let share = ctx.share_of_all(importing);
    let long = ctx.nanoseconds(importing).is_some_and(|ns| ns >= NOTICED_NS);
    if share < 0.4 || !long || ctx.nanoseconds(ctx.total()).is_none_or(|ns| ns > START_UP_NS) {
        return Vec::new();
    }
    let (classes, profile) = (ctx.analysis.classes(), ctx.analysis.profile());
    // The packages by what running their modules took, and by what they did besides.
    let besides = own_after_imports(ctx);
    let mut packages: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for f in ctx.analysis.table().present().map(|g| FunctionId(g.0)) {
        if classes.class_of(f) == Class::ThirdParty {
            let name = classes.packages()[classes.package_of(f) as usize].name.as_str();
            let entry = packages.entry(name).or_default();
            if profile.name(f) == "<module>" {
                entry.0 = entry.0.max(ctx.inclusive(f));
            }
            entry.1 += besides[f.index()];
        }
    }
    let called = called_packages(ctx);
    let Some((&package, &(time, used))) = packages.iter().max_by_key(|(_, (time, _))| *time) else { return Vec::new() };
    // Python's own modules are needed by something, and many small packages add up to no advice.
    if ctx.share_of_all(time) < 0.25 || ctx.nanoseconds(time).is_none_or(|ns| ns < NOTICED_NS) {
        return Vec::new();
    }
    // A package whose own functions work is needed.
    if used * 4 >= ctx.total() - importing && used * 20 >= importing {
        return Vec::new();
    }
    let main = ctx.find(&[":<module>"]).into_iter().max_by_key(|&f| ctx.inclusive(f));
    // What the run called it needs, however little that was: importing it later gains nothing.
    let (confidence, reason) = if called.contains(package) {
        (
            Confidence::Low,
            "most of the run is importing, but the program called the package: only a lighter one would help",
        )
    } else {
        (Confidence::High, "most of the run is importing, and the program called nothing of the package")
    };
    let mut finding = Finding::new(rule, share, confidence, reason)
        .with("importing_ns", Evidence::Time(ctx.nanoseconds(importing).unwrap_or(0)))
        .with("package", Evidence::Text(package.to_owned()))
        .with("package_ns", Evidence::Time(ctx.nanoseconds(time).unwrap_or(0)));
    let Some(main) = main else { return vec![finding] };
    finding = at_function(ctx, finding, main);
    if let Some((facts, _)) = ctx.source(main) {
        let tree = facts.tree();
        let import = tree.all().find(|&n| {
            tree.kind(n) == Kind::Import && tree.source(n).split([' ', '.', ',']).any(|word| word == package)
        });
        if let Some(import) = import {
            finding.line = tree.line(import);
            finding.lines = vec![finding.line];
            tree.source(import).clone_into(&mut finding.before);
            finding.after = format!("def the_function_that_needs_it():\n    {}", tree.source(import));
        }
    }
    vec![finding]
}

/// What each function took itself, by function, apart from what it did while modules were imported.
fn own_after_imports(ctx: &Ctx<'_>) -> Vec<i64> {
    let profile = ctx.analysis.profile();
    let mut own = vec![0; profile.functions().len()];
    match ctx.stack_body() {
        Some(body) => {
            let stacks = &body.stacks;
            let function = |stack: usize| profile.frame(stacks.frames()[stack]).function;
            let mut importing = vec![false; stacks.len()];
            for stack in 1..stacks.len() {
                importing[stack] = importing[stacks.parents()[stack].index()]
                    || ctx.bounds().activity_of(function(stack)) == Activity::Importing;
            }
            let weights = body.samples.weights(ctx.analysis.query().metric);
            for (stack, weight) in body.samples.stacks().iter().map(|s| s.index()).zip(weights) {
                if stack != 0 && !importing[stack] {
                    own[function(stack).index()] += weight;
                }
            }
        }
        None => {
            for f in ctx.analysis.table().present().map(|g| FunctionId(g.0)) {
                own[f.index()] = (ctx.own(f) as f64 * (1.0 - ctx.bounds().imported(f))) as i64;
            }
        }
    }
    own
}

/// The packages of which the user's functions called something.
fn called_packages<'a>(ctx: &'a Ctx<'_>) -> BTreeSet<&'a str> {
    let (classes, profile) = (ctx.analysis.classes(), ctx.analysis.profile());
    let package = |f: FunctionId| match classes.class_of(f) {
        Class::ThirdParty if profile.name(f) != "<module>" => {
            Some(classes.packages()[classes.package_of(f) as usize].name.as_str())
        }
        // `<built-in method numpy.zeros>`
        Class::BuiltIn => {
            let name = profile.name(f).split("built-in method ").nth(1)?;
            name.split_once('.').map(|(package, _)| package)
        }
        _ => None,
    };
    match profile.body() {
        Body::Graph(graph) => {
            let edges = graph.edges().iter().filter(|e| ctx.is_yours(e.caller));
            edges.filter_map(|e| package(e.callee)).collect()
        }
        Body::Stacks(body) => {
            let stacks = &body.stacks;
            let function = |stack: usize| profile.frame(stacks.frames()[stack]).function;
            let called = (1..stacks.len()).filter(|&s| {
                let parent = stacks.parents()[s].index();
                parent != 0 && ctx.is_yours(function(parent))
            });
            called.filter_map(|s| package(function(s))).collect()
        }
        Body::Lines(_) => BTreeSet::new(),
    }
}

fn hot(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let tree = facts.tree();
        let often =
            spot.calls.is_none_or(|c| c >= 10_000) && (spot.calls.is_some() || facts.is_called_in_loop(spot.scope));
        if spot.scope == ScopeId::MODULE || !often {
            continue;
        }
        let nodes: Vec<NodeId> =
            facts.nodes(spot.scope).filter(|&n| tree.kind(n) == Kind::Import && tree.role(n) == Role::Body).collect();
        if nodes.is_empty() {
            continue;
        }
        let certainty = if spot.lines.is_some() { Confidence::High } else { Confidence::Medium };
        let pattern = Pattern { rule, nodes: &nodes, hidden: 1, min_share: 0.1, certainty };
        findings.extend(pattern.found(ctx, spot));
    }
    findings
}
