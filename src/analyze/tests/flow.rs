use super::{borrowed, named};
use crate::analyze::testing::{analysis, graph, recorded_by_cprofile, stacks, tree_text};
use crate::analyze::{Analysis, CallTree, Detail, Exactness, GroupId};
use std::collections::BTreeMap;

fn everything(a: &Analysis) -> CallTree {
    a.tree(Detail { max_nodes: 300_000, ..Detail::ALL })
}

/// What each function's boxes cost themselves, with what was left out below them.
fn own_by_function(tree: &CallTree) -> BTreeMap<GroupId, i64> {
    let mut own = BTreeMap::new();
    for node in 0..tree.len() {
        *own.entry(tree.group(node)).or_insert(0) += tree.own(node);
    }
    own
}

#[test]
fn where_every_function_has_one_caller_the_tree_is_exact() {
    let a = analysis(&graph(&["main 10 100", "f 30 50", "g 20 20", "h 40 40", "main>f 50", "f>g 20", "main>h 40"]));
    let tree = everything(&a);
    assert_eq!(tree_text(&a, &tree), ["main 100 10", "  f 50 30", "    g 20 20", "  h 40 40"]);
    assert_eq!((a.exactness(), tree.exactness()), (Exactness::Exact, Exactness::Exact));
}

#[test]
fn a_function_of_two_callers_is_split_as_the_edges_say_and_marked_with_all_below() {
    let lines = [
        "main 10 100",
        "f 20 50",
        "g 10 40",
        "log 60 60",
        "sys 0 0",
        "main>f 50",
        "main>g 40",
        "f>log 30",
        "g>log 30",
        "log>sys 0",
    ];
    let a = analysis(&graph(&lines));
    let tree = everything(&a);
    let expected = ["main 100 10", "  f 50 20", "    log 30 30", "  g 40 10", "    log 30 30"];
    assert_eq!(tree_text(&a, &tree), expected);
    assert_eq!(a.exactness(), Exactness::Estimated);
    let exact: Vec<bool> = (0..tree.len()).map(|n| tree.is_exact(n)).collect();
    let names: Vec<_> = (0..tree.len()).map(|n| a.name(tree.group(n)).into_owned()).collect();
    assert_eq!(names, ["main", "f", "g", "log", "log"]);
    assert_eq!(exact, [true, true, true, false, false]);
}

#[test]
fn the_root_is_as_wide_as_the_run_whatever_recurs() {
    let graphs: [&[&str]; 6] = [
        // Called by itself alone, and by others.
        &["fib 100 100 x50/1", "fib>fib 99 x49/2"],
        &["main 1 100", "fib 99 99 x50/1", "main>fib 99", "fib>fib 98 x49/2"],
        // Two that call each other.
        &["main 5 100", "even 40 95 x9/1", "odd 55 90 x8/1", "main>even 95", "even>odd 90 x8/1", "odd>even 80 x8/1"],
        // No function without a caller.
        &["a 30 100 x3", "b 30 70 x3", "c 40 40 x3", "a>b 70 x3", "b>c 40 x3", "c>a 5 x3"],
        // Figures that contradict each other: totals above the run, an edge above its callee.
        &["main 10 314", "f 90 20", "main>f 500"],
        // No times along the edges.
        &["main 10 100", "f 90 90 x3", "g 0 0", "main>f 0 x2", "g>f 0"],
    ];
    for lines in graphs {
        let a = analysis(&graph(lines));
        let tree = everything(&a);
        let roots: i64 = tree.level(0).map(|n| tree.total(n)).sum();
        assert_eq!((roots + tree.root_rest(), tree.sum()), (a.sum(), a.sum()), "{lines:?}");
        let owns = own_by_function(&tree);
        for group in a.groups().ids() {
            let (own, recorded) = (owns.get(&group).copied().unwrap_or(0), a.table().own(group));
            assert!((own - recorded).abs() <= 3, "{} has {own} of {recorded} in {lines:?}", a.name(group));
        }
    }
}

#[test]
fn recursion_gets_narrower_and_ends() {
    let a = analysis(&graph(&["main 1 100", "fib 99 99 x50/1", "main>fib 99", "fib>fib 98 x49/2"]));
    let tree = everything(&a);
    assert!((2..10_000).contains(&tree.depth()));
    for node in tree.level(0).start..tree.len() {
        assert!(tree.children(node).all(|c| tree.total(c) <= tree.total(node)));
    }
    assert!(tree.total(tree.level(2).start) > 30, "the call within the first is nearly as wide as that");
}

#[test]
fn imported_modules_stand_below_the_import_and_not_beside_the_main_module() {
    let run = [
        "exec 1",
        "exec;main 10",
        "exec;main;import 1",
        "exec;main;import;exec 1",
        "exec;main;import;exec;json 20",
        "exec;main;import;exec;json;import 1",
        "exec;main;import;exec;json;import;exec 1",
        "exec;main;import;exec;json;import;exec;re 30",
        "exec;main;work 500",
    ];
    let a = analysis(&recorded_by_cprofile(&run));
    let tree = a.tree(Detail { min_total: 5, ..Detail::ALL });
    let children = |node: usize| tree.children(node).map(|c| a.name(tree.group(c)).into_owned()).collect::<Vec<_>>();
    assert_eq!(children(0), ["main"]);
    assert_eq!(children(1), ["work", "import"]);
    assert_eq!((tree.total(0), tree.total(1)), (565, 564));
}

#[test]
fn callers_and_callees_of_a_function_begin_at_its_recorded_total() {
    let a = analysis(&graph(&[
        "main 10 100",
        "f 30 60 x4/2",
        "g 60 60",
        "main>f 60 x2",
        "f>f 9 x2/1",
        "main>g 30",
        "f>g 30 x4",
    ]));
    for name in ["main", "f", "g"] {
        let group = named(&a, name);
        for tree in [a.callers_tree(group, Detail::ALL), a.callees_tree(group, Detail::ALL)] {
            assert_eq!((tree.level(0).len(), tree.group(0), tree.total(0)), (1, group, a.table().total(group)));
            for node in 0..tree.len() {
                let children: i64 = tree.children(node).map(|c| tree.total(c)).sum();
                assert!(tree.own(node) + children + tree.rest(node) == tree.total(node));
            }
        }
    }
    let callers = a.callers_tree(named(&a, "g"), Detail { min_total: 20, ..Detail::ALL });
    assert_eq!(tree_text(&a, &callers), ["g 60 0", "  main 30 30", "  f 30 0", "    main 30 30"]);
}

/// How much of the true tree the estimated one has in its place.
fn overlap(lines: &[&str]) -> f64 {
    let boxes = |a: &Analysis| {
        let tree = a.tree(Detail { min_total: (a.sum() / 1_000).max(1), max_nodes: 300_000, window: None });
        let path = |n: usize| tree.path(n).iter().map(|&g| a.name(g).into_owned()).collect::<Vec<_>>().join(";");
        (0..tree.len()).map(|n| (path(n), tree.total(n))).collect::<BTreeMap<_, _>>()
    };
    let (truth, estimated) = (boxes(&analysis(&stacks(lines))), boxes(&analysis(&recorded_by_cprofile(lines))));
    let shared: i64 = truth.iter().map(|(path, total)| *estimated.get(path).unwrap_or(&0).min(total)).sum();
    shared as f64 / truth.values().sum::<i64>() as f64
}

/// Every call of a run, by a function that lists the callees and own cost of a call at a depth.
fn run(function: &'static str, depth: usize, callees: &dyn Fn(&str, usize) -> (Vec<&'static str>, i64)) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = vec![(function.to_owned(), function, depth)];
    while let Some((path, name, depth)) = open.pop() {
        let (calls, own) = callees(name, depth);
        lines.push(format!("{path} {own}"));
        open.extend(calls.into_iter().map(|callee| (format!("{path};{callee}"), callee, depth.saturating_sub(1))));
    }
    lines
}

#[test]
fn without_shared_functions_the_estimate_is_the_truth() {
    let lines = run("main", 3, &|name, depth| match (name, depth) {
        ("main", _) => (vec!["load", "save"], 100),
        ("load", _) => (vec!["open", "read", "read"], 300),
        ("save", _) => (vec!["write"], 50),
        _ => (vec![], 1_000),
    });
    assert!(overlap(&borrowed(&lines)) > 0.999);
}
