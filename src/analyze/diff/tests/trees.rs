//! Merged trees.

use super::compared;
use crate::analyze::diff::{BoxWidth, Comparison, Normalize, Side, Status};
use crate::analyze::{CallTree, Detail, Exactness, GroupId, testing};

/// A tree as lines `name width base/new`, by total cost.
fn text(comparison: &Comparison, tree: &CallTree) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open: Vec<usize> = tree.level(0).rev().collect();
    while let Some(node) = open.pop() {
        let sides = tree.sides(node).expect("a tree of a comparison");
        let total = |side: Option<(i64, i64)>| side.map_or("-".to_owned(), |(_, total)| total.to_string());
        let indent = "  ".repeat(tree.depth_of(node));
        let name = comparison.name(tree.group(node));
        lines.push(format!("{indent}{name} {} {}/{}", tree.total(node), total(sides.base), total(sides.new)));
        open.extend(tree.children(node).rev());
    }
    lines
}

fn example() -> Comparison {
    let base = testing::stacks(&["main;parse;read 6", "main;log 2"]);
    let new = testing::stacks(&["main;parse;read 4", "main;parse;cache 1", "main;log 2"]);
    compared(&base, &new, |_| ())
}

fn group(comparison: &Comparison, name: &str) -> GroupId {
    let groups = comparison.side(Side::New).groups().ids();
    groups.into_iter().find(|&g| comparison.name(g) == name).expect("a function of that name")
}

#[test]
fn below_a_node_stand_the_children_of_both_sides() {
    let comparison = example();
    let tree = comparison.tree(BoxWidth::New, Detail::ALL);
    assert_eq!(
        text(&comparison, &tree),
        ["main 7 8/7", "  parse 5 6/5", "    read 4 6/4", "    cache 1 -/1", "  log 2 2/2"]
    );
    assert_eq!(tree.exactness(), Exactness::Exact);
    let tree = comparison.tree(BoxWidth::Base, Detail::ALL);
    assert_eq!(text(&comparison, &tree), ["main 8 8/7", "  parse 6 6/5", "    read 6 6/4", "  log 2 2/2"]);
}

#[test]
fn larger_sides_share_their_parents_width_where_they_do_not_fit() {
    let comparison = compared(&testing::stacks(&["main;old 10"]), &testing::stacks(&["main;fast 10"]), |_| ());
    let tree = comparison.tree(BoxWidth::Larger, Detail::ALL);
    assert_eq!(text(&comparison, &tree), ["main 10 10/10", "  fast 5 -/10", "  old 5 10/-"]);
    let comparison = example();
    let tree = comparison.tree(BoxWidth::Larger, Detail::ALL);
    // `read` and `cache` want 7 of the 6 that `parse` has.
    assert_eq!(
        text(&comparison, &tree),
        ["main 8 8/7", "  parse 6 6/5", "    read 5 6/4", "    cache 1 -/1", "  log 2 2/2"]
    );
}

#[test]
fn callers_and_callees_of_one_function_are_merged_too() {
    let comparison = example();
    let read = group(&comparison, "read");
    let callers = comparison.callers_tree(read, BoxWidth::Larger, Detail::ALL);
    assert_eq!(text(&comparison, &callers), ["read 6 6/4", "  parse 6 6/4", "    main 6 6/4"]);
    let callees = comparison.callees_tree(group(&comparison, "parse"), BoxWidth::New, Detail::ALL);
    assert_eq!(text(&comparison, &callees), ["parse 5 6/5", "  read 4 6/4", "  cache 1 -/1"]);
    let inverted = comparison.inverted(BoxWidth::New, Detail::ALL);
    let roots: Vec<_> = inverted.level(0).map(|n| (inverted.total(n), inverted.sides(n))).collect();
    assert_eq!(roots.len(), 3);
    assert_eq!(inverted.sum(), 7);
}

#[test]
fn what_is_left_out_is_as_wide_as_what_is_missing_and_moves_nothing() {
    let comparison = example();
    let fine = comparison.tree(BoxWidth::Larger, Detail::ALL);
    let coarse = comparison.tree(BoxWidth::Larger, Detail { min_total: 2, ..Detail::ALL });
    let boxes =
        |tree: &CallTree| (0..tree.len()).map(|n| (tree.path(n), tree.start(n), tree.total(n))).collect::<Vec<_>>();
    assert!(boxes(&coarse).iter().all(|b| boxes(&fine).contains(b)));
    let parse = coarse.level(1).find(|&n| comparison.name(coarse.group(n)) == "parse").expect("is wide enough");
    assert_eq!(coarse.rest(parse), 1);
    assert_eq!(coarse.len() + 1, fine.len());
}

#[test]
fn call_graphs_are_walked_in_tandem_and_marked_as_estimates() {
    let base = testing::recorded_by_cprofile(&["main 1", "main;a 10", "main;a;c 30", "main;b;c 10"]);
    let new = testing::recorded_by_cprofile(&["main 1", "main;a 10", "main;a;c 10", "main;b;c 10"]);
    let comparison = compared(&base, &new, |_| ());
    let tree = comparison.tree(BoxWidth::Base, Detail::ALL);
    assert_eq!(
        text(&comparison, &tree),
        ["main 51 51/31", "  a 40 40/20", "    c 30 30/10", "  b 10 10/10", "    c 10 10/10"]
    );
    assert_eq!(tree.exactness(), Exactness::Estimated);
    let main = tree.level(0).start;
    assert!(tree.is_exact(main));
}

#[test]
fn a_call_graph_and_stacks_are_merged_by_shares() {
    let base = testing::recorded_by_cprofile(&["main;f 300", "main;g 100"]);
    let new = testing::stacks(&["main;f 10", "main;g 10"]);
    let comparison = compared(&base, &new, |_| ());
    assert_eq!(comparison.normalize(), Normalize::Total);
    let tree = comparison.tree(BoxWidth::New, Detail::ALL);
    assert_eq!(text(&comparison, &tree), ["main 20 20/20", "  f 10 15/10", "  g 10 5/10"]);
}

#[test]
fn a_function_only_one_side_has_has_a_tree_of_that_side() {
    let comparison = example();
    let cache = group(&comparison, "cache");
    let tree = comparison.callers_tree(cache, BoxWidth::Larger, Detail::ALL);
    assert_eq!(text(&comparison, &tree), ["cache 1 -/1", "  parse 1 -/1", "    main 1 -/1"]);
    assert!(comparison.callers_tree(cache, BoxWidth::Base, Detail::ALL).is_empty());
    let node = tree.level(0).start;
    assert_eq!(tree.sides(node).map(|s| s.total_status), Some(Status::New));
}
