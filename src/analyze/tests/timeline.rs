use super::named;
use crate::analyze::testing::{analysis, asked, stacks};
use crate::analyze::{Analysis, CallTree, Detail, Timeline, Transform};
use crate::model::{TimeMeaning, TrackId};

const TRACK: TrackId = TrackId(0);

/// The boxes of each level as `name start..end`.
fn boxes(a: &Analysis, tree: &CallTree) -> Vec<String> {
    let text = |n: usize| format!("{} {}..{}", a.name(tree.group(n)), tree.start(n), tree.start(n) + tree.total(n));
    (0..tree.depth()).map(|depth| tree.level(depth).map(text).collect::<Vec<_>>().join(", ")).collect()
}

fn timeline(a: &Analysis) -> Timeline {
    a.timeline(TRACK).expect("has an order")
}

fn whole(a: &Analysis) -> CallTree {
    a.timeline_tree(&timeline(a), Detail::ALL).expect("has an order")
}

#[test]
fn neighbours_that_run_the_same_function_are_one_box() {
    let a = analysis(&stacks(&["@0 main;a 5", "@5 main;a;x 5", "@10 main;b 5", "@15 main;a 5", "@20 run;a 5"]));
    let tree = whole(&a);
    assert_eq!(boxes(&a, &tree), ["main 0..20, run 20..25", "a 0..10, b 10..15, a 15..20, a 20..25", "x 5..10"]);
    assert_eq!((tree.sum(), tree.extent(), tree.own(0)), (25, 25, 0));
    let parents: Vec<_> = tree.level(1).map(|n| tree.parent(n).map(|p| a.name(tree.group(p)).into_owned())).collect();
    assert_eq!(parents, ["main", "main", "main", "run"].map(|n| Some(n.to_owned())));
    assert!(tree.level(1).all(|n| tree.children(tree.parent(n).expect("has one")).contains(&n)));
}

#[test]
fn a_gap_ends_every_box_where_it_can_be_seen() {
    let a = analysis(&stacks(&["@100 main;a 5", "@105 main;a 5", "@113 main;a 4"]));
    assert_eq!(boxes(&a, &whole(&a)), ["main 0..10, main 13..17", "a 0..10, a 13..17"]);
    assert_eq!((timeline(&a).extent(), timeline(&a).len()), (17, 3));
    let coarse = a.timeline_tree(&timeline(&a), Detail { min_total: 4, ..Detail::ALL }).expect("has an order");
    assert_eq!(boxes(&a, &coarse), ["main 0..17", "a 0..17"]);
}

#[test]
fn clocks_that_step_back_or_overlap_are_clipped_and_rows_out_of_order_are_sorted() {
    let a = analysis(&stacks(&["@10 b 10", "@0 a 15", "@18 c 4", "@19 d 2"]));
    assert_eq!(boxes(&a, &whole(&a)), ["a 0..15, b 15..20, c 20..22"]);
    assert_eq!(timeline(&a).len(), 3);
}

#[test]
fn times_at_the_ends_of_what_a_clock_can_say_do_not_overflow() {
    let lines = [format!("@{} a 5", i64::MAX - 2), format!("@{} b 7", i64::MIN), "@0 c 9".to_owned()];
    let a = analysis(&stacks(&super::borrowed(&lines)));
    let tree = whole(&a);
    assert!(tree.extent() > 0 && (0..tree.len()).all(|n| tree.total(n) >= 0));
}

#[test]
fn without_a_clock_weights_stand_end_to_end() {
    let a = analysis(&stacks(&["main;a 2", "main;b 3", "#other main 50", "main;b 1", "main -4", "main;b 0"]));
    assert_eq!(timeline(&a).meaning(), TimeMeaning::Order);
    assert_eq!(boxes(&a, &whole(&a)), ["main 0..6", "a 0..2, b 2..6"]);
}

#[test]
fn each_thread_has_its_own() {
    let a = analysis(&stacks(&["#one @0 a 5", "#two @2 b 4", "#one @5 a 5"]));
    assert_eq!((timeline(&a).extent(), timeline(&a).track()), (10, TRACK));
    let other = a.timeline(TrackId(1)).expect("has an order");
    assert_eq!((other.extent(), other.len()), (4, 1));
    assert!(a.timeline(TrackId(9)).expect("has an order").is_empty());
    let nothing = a.timeline_tree(&a.timeline(TrackId(9)).expect("has an order"), Detail::ALL).expect("has an order");
    assert!(nothing.is_empty());
}

#[test]
fn dropped_stacks_leave_a_gap_and_a_time_range_leaves_the_others_out() {
    let profile = stacks(&["@0 main;a 5", "@5 main;b 5", "@10 main;a 5"]);
    let drop = Transform::Drop(named(&analysis(&profile), "b"));
    let a = asked(&profile, |q| q.transforms = vec![drop]);
    assert_eq!(boxes(&a, &whole(&a)), ["main 0..5, main 10..15", "a 0..5, a 10..15"]);
    assert_eq!(whole(&a).sum(), 10);
    let a = asked(&profile, |q| q.time_ns = Some((5, 15)));
    assert_eq!(boxes(&a, &whole(&a)), ["main 0..10", "b 0..5, a 5..10"]);
}

#[test]
fn a_window_holds_the_boxes_in_it_where_they_stand_in_the_whole() {
    let lines: Vec<String> = (0..200).map(|i| format!("@{} main;f{};g{} 10", i * 10, i / 20, i % 3)).collect();
    let a = analysis(&stacks(&super::borrowed(&lines)));
    let window = Detail { min_total: 1, window: Some((500, 700)), max_nodes: 1_000 };
    let part = a.timeline_tree(&timeline(&a), window).expect("has an order");
    let all = whole(&a);
    for position in (500..700).step_by(7) {
        let named = |tree: &CallTree, depth| tree.at(depth, position).map(|n| tree.group(n));
        assert_eq!(named(&part, 1), named(&all, 1));
        assert_eq!(named(&part, 2), named(&all, 2));
    }
    assert!(part.len() < 50);
}

#[test]
fn what_is_narrower_than_a_pixel_is_looked_at_once_a_pixel() {
    let lines: Vec<String> = (0..5_000).map(|i| format!("@{i} main;f{} 1", i % 7)).collect();
    let a = analysis(&stacks(&super::borrowed(&lines)));
    let detail = Detail { min_total: 50, ..Detail::ALL };
    let tree = a.timeline_tree(&timeline(&a), detail).expect("has an order");
    assert_eq!(tree.level(0).len(), 1);
    assert!((50..=110).contains(&tree.level(1).len()), "{}", tree.level(1).len());
}

#[test]
fn too_many_boxes_leave_the_deepest_out_and_not_the_last() {
    let path = |i: usize| (0..50).map(|d| format!("f{d}_{}", i % 2)).collect::<Vec<_>>().join(";");
    let lines: Vec<String> = (0..100).map(|i| format!("@{i} {} 1", path(i))).collect();
    let a = analysis(&stacks(&super::borrowed(&lines)));
    let tree = a.timeline_tree(&timeline(&a), Detail { max_nodes: 1_000, ..Detail::ALL }).expect("has an order");
    assert_eq!(tree.len(), 1_000);
    assert_eq!((tree.depth(), tree.level(0).len()), (10, 100));
}

#[test]
fn stacks_with_no_order_have_none() {
    assert!(analysis(&crate::analyze::testing::graph(&["main 1 1"])).timeline(TRACK).is_none());
}
