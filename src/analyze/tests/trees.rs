use super::{STACKS, borrowed, named};
use crate::analyze::testing::{analysis, asked, stacks, tree_text};
use crate::analyze::{Detail, Exactness, GroupBy};

#[test]
fn equal_stacks_become_one_box_and_siblings_stand_widest_first() {
    let a = analysis(&stacks(STACKS));
    let tree = a.tree(Detail::ALL);
    let expected = ["main 9 0", "  parse 5 0", "    parse 3 0", "      log 3 3", "    read 2 2", "  log 4 4"];
    assert_eq!(tree_text(&a, &tree), expected);
    assert_eq!((tree.sum(), tree.extent(), tree.exactness()), (9, 9, Exactness::Exact));
    assert!((0..tree.len()).all(|n| tree.is_exact(n)));
}

#[test]
fn lines_of_one_function_become_one_box_unless_lines_are_asked_for() {
    let profile = stacks(&["main:3;parse:9 2", "main:7;parse:9 3", "main:7;parse:12 1", "main:3 1"]);
    let a = analysis(&profile);
    assert_eq!(tree_text(&a, &a.tree(Detail::ALL)), ["main 7 1", "  parse 6 6"]);
    let a = asked(&profile, |q| q.by = GroupBy::Line);
    let expected = ["main:7 4 0", "  parse:9 3 3", "  parse:12 1 1", "main:3 3 1", "  parse:9 2 2"];
    assert_eq!(tree_text(&a, &a.tree(Detail::ALL)), expected);
}

#[test]
fn boxes_merged_from_different_lines_merge_all_the_way_down() {
    let a = analysis(&stacks(&["a:1;b:1;c:1;d 1", "a:2;b:2;c:2;d 1", "a:1;b:2;c:1;d 1", "a:2;b:1;c:1 1"]));
    assert_eq!(tree_text(&a, &a.tree(Detail::ALL)), ["a 4 0", "  b 4 0", "    c 4 1", "      d 3 3"]);
}

#[test]
fn inverted_boxes_begin_at_the_innermost_frame_and_end_at_the_outermost() {
    let a = analysis(&stacks(STACKS));
    let expected = [
        "log 7 0",
        "  main 4 4",
        "  parse 3 0",
        "    parse 3 0",
        "      main 3 3",
        "read 2 0",
        "  parse 2 0",
        "    main 2 2",
    ];
    assert_eq!(tree_text(&a, &a.inverted(Detail::ALL)), expected);
}

#[test]
fn callers_of_a_recursive_function_are_those_of_its_outermost_calls() {
    let a = analysis(&stacks(STACKS));
    let tree = a.callers_tree(named(&a, "parse"), Detail::ALL);
    assert_eq!(tree_text(&a, &tree), ["parse 5 0", "  main 5 5"]);
    let tree = a.callers_tree(named(&a, "log"), Detail::ALL);
    assert_eq!(tree_text(&a, &tree), ["log 7 0", "  main 4 4", "  parse 3 0", "    parse 3 0", "      main 3 3"]);
    assert_eq!(tree.sum(), 7);
}

#[test]
fn callees_are_gathered_from_every_place_a_function_is_called() {
    let a = analysis(&stacks(&["main;parse;read 2", "run;parse;read 3", "run;parse 1", "run;parse;parse;log 4"]));
    let tree = a.callees_tree(named(&a, "parse"), Detail::ALL);
    assert_eq!(tree_text(&a, &tree), ["parse 10 1", "  read 5 5", "  parse 4 0", "    log 4 4"]);
    assert_eq!(tree.sum(), 10);
}

#[test]
fn time_with_no_stack_is_part_of_the_sum_but_has_no_box() {
    let a = analysis(&stacks(&["- 5", "main 2"]));
    assert_eq!((a.sum(), a.samples()), (7, Some(2)));
    let tree = a.tree(Detail::ALL);
    assert_eq!((tree_text(&a, &tree), tree.sum()), (vec!["main 2 2".to_owned()], 7));
    assert_eq!(tree_text(&a, &a.inverted(Detail::ALL)), ["main 2 2"]);
}

#[test]
fn what_is_too_narrow_is_summed_in_the_rest() {
    let a = analysis(&stacks(&["main;a 10", "main;b 2", "main;c 1", "main 4", "tiny 1"]));
    let tree = a.tree(Detail { min_total: 3, ..Detail::ALL });
    assert_eq!(tree_text(&a, &tree), ["main 17 4", "  a 10 10"]);
    assert_eq!((tree.rest(0), tree.rest(1), tree.root_rest()), (3, 0, 1));
    assert_eq!(a.callees_tree(named(&a, "main"), tree.detail()).rest(0), 3);
    assert_eq!(a.inverted(tree.detail()).root_rest(), 4);
    assert!(a.callers_tree(named(&a, "b"), tree.detail()).is_empty());
}

#[test]
fn positions_do_not_depend_on_the_window_or_on_what_is_left_out() {
    let lines: Vec<String> =
        (0..60).map(|i| format!("main;f{};g{};h{} {}", i % 4, i % 7, i % 11, 1 + i * i % 13)).collect();
    let a = analysis(&stacks(&borrowed(&lines)));
    let whole = a.tree(Detail::ALL);
    let sum = a.sum();
    for window in [(0, sum), (sum / 3, sum / 2), (sum - 3, sum), (sum / 2, sum / 2 + 1)] {
        for min_total in [1, 2, 9] {
            let part = a.tree(Detail { min_total, window: Some(window), max_nodes: 4_000_000 });
            for node in 0..part.len() {
                let path = part.path(node);
                let (found, length) = whole.find(&path).expect("is in the whole tree");
                let expected = (path.len(), part.start(node), part.total(node));
                assert_eq!((length, whole.start(found), whole.total(found)), expected);
            }
            // Whatever can be seen in the window is there.
            for node in (0..whole.len()).filter(|&n| whole.total(n) >= min_total) {
                let (start, end) = (whole.start(node), whole.start(node) + whole.total(node));
                if start < window.1 && end > window.0 {
                    let path = whole.path(node);
                    assert_eq!(part.find(&path).map(|f| f.1), Some(path.len()));
                }
            }
        }
    }
}

#[test]
fn a_box_is_its_own_cost_its_children_and_the_rest_and_levels_run_from_left_to_right() {
    let lines: Vec<String> =
        (0..200).map(|i| format!("a{};b{};a{};c{} {}", i % 3, i % 5, i % 2, i % 17, 1 + i % 9)).collect();
    let a = analysis(&stacks(&borrowed(&lines)));
    let details = [Detail::ALL, Detail { min_total: 40, ..Detail::ALL }, Detail { max_nodes: 30, ..Detail::ALL }];
    for tree in details.into_iter().flat_map(|d| [a.tree(d), a.inverted(d), a.callees_tree(named(&a, "a1"), d)]) {
        for node in 0..tree.len() {
            let children: i64 = tree.children(node).map(|c| tree.total(c)).sum();
            assert_eq!(tree.total(node), tree.own(node) + children + tree.rest(node));
            assert!(tree.children(node).all(|c| tree.parent(c) == Some(node)));
        }
        for depth in 0..tree.depth() {
            assert!(!tree.level(depth).is_empty());
            let in_order = |&[left, right]: &[usize; 2]| tree.start(left) + tree.total(left) <= tree.start(right);
            assert!(tree.level(depth).collect::<Vec<_>>().array_windows().all(in_order));
        }
        assert!(tree.level(tree.depth()).is_empty());
    }
}

#[test]
fn a_bound_on_nodes_cuts_off_what_is_deepest_and_not_what_is_rightmost() {
    let lines: Vec<String> = (0..50).map(|i| format!("f{i};g;h;i;j 2")).collect();
    let a = analysis(&stacks(&borrowed(&lines)));
    let tree = a.tree(Detail { max_nodes: 60, ..Detail::ALL });
    assert_eq!(tree.level(0).len(), 50);
    assert!(tree.len() < 120);
    assert!(tree.level(0).all(|n| tree.children(n).is_empty() == (tree.rest(n) == 2)));
}

#[test]
fn boxes_are_found_by_position_by_path_and_by_depth() {
    let a = analysis(&stacks(STACKS));
    let tree = a.tree(Detail::ALL);
    let name = |node: Option<usize>| node.map(|n| a.name(tree.group(n)).into_owned());
    assert_eq!(name(tree.at(0, 8)).as_deref(), Some("main"));
    assert_eq!(tree.at(0, 9), None);
    assert_eq!(tree.at(0, -1), None);
    assert_eq!(name(tree.at(1, 4)).as_deref(), Some("parse"));
    assert_eq!(name(tree.at(1, 5)).as_deref(), Some("log"));
    assert_eq!(name(tree.at(2, 3)).as_deref(), Some("read"));
    assert_eq!(tree.at(2, 5), None, "below log there is nothing");
    assert_eq!(tree.at(9, 0), None);
    for node in 0..tree.len() {
        assert_eq!(tree.find(&tree.path(node)), Some((node, tree.path(node).len())));
        assert_eq!(tree.depth_of(node) + 1, tree.path(node).len());
        assert!(tree.level(tree.depth_of(node)).contains(&node));
    }
    let [main, parse, read] = ["main", "parse", "read"].map(|n| named(&a, n));
    let (node, length) = tree.find(&[main, parse, main, read]).expect("begins with main");
    assert_eq!((a.name(tree.group(node)).as_ref(), length), ("parse", 2));
    assert_eq!(tree.find(&[read]), None);
    assert_eq!(tree.find(&[]), None);
}

#[test]
fn what_is_below_zero_has_no_width_but_counts_in_the_table() {
    let a = analysis(&stacks(&["main;a 10", "main;b -4", "main;b;c 1", "gone -20"]));
    assert_eq!(a.sum(), -13);
    assert_eq!(a.table().total(named(&a, "main")), 7);
    assert_eq!(a.table().own(named(&a, "b")), -4);
    let tree = a.tree(Detail::ALL);
    assert_eq!(tree_text(&a, &tree), ["main 11 0", "  a 10 10", "  b 1 0", "    c 1 1"]);
    assert_eq!((tree.sum(), tree.root_rest()), (11, 0));
    assert_eq!(a.inverted(Detail::ALL).sum(), 11);
    assert_eq!(a.callers_tree(named(&a, "b"), Detail::ALL).sum(), 1);
    assert!(a.groups().ids().all(|g| a.table().share(a.table().total(g)).abs() <= 1.0));
}

#[test]
fn nothing_recorded_has_an_empty_tree() {
    for lines in [&[][..], &["main;read 0"]] {
        let a = analysis(&stacks(lines));
        for tree in [a.tree(Detail::ALL), a.inverted(Detail::ALL), a.tree(Detail::for_window(0, 0, 1_900.0))] {
            assert!(tree.is_empty());
            assert_eq!((tree.depth(), tree.sum(), tree.extent(), tree.at(0, 0)), (0, 0, 0, None));
        }
    }
}

#[test]
fn a_window_asks_for_half_pixels_and_margins_of_its_own_width() {
    let detail = Detail::for_window(1_000, 3_000, 100.0);
    assert_eq!((detail.min_total, detail.window), (10, Some((-1_000, 5_000))));
    assert_eq!(Detail::for_window(5, 5, 0.0).min_total, 1);
    assert_eq!(Detail::for_window(i64::MIN, i64::MAX, 100.0).window, Some((i64::MIN, i64::MAX)));
}
