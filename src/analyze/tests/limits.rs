//! Stacks and graphs no program should have. Anything that recurses overflows the stack here, and anything quadratic
//! takes minutes.

use super::named;
use crate::analyze::testing::{analysis, asked};
use crate::analyze::{Analysis, Detail, GroupBy, SearchText, Transform};
use crate::model::{
    FrameId, Function, FunctionId, GraphBuilder, Profile, ProfileBuilder, StackId, StringId, TimeMeaning, Track,
    TrackId, Unit,
};
use std::sync::Arc;

const DEPTH: usize = 50_000;
/// Depths between two samples: the callers of every one are followed to the root, which is what takes time here.
const BETWEEN: usize = 20;
const SAMPLES: i64 = (DEPTH / BETWEEN) as i64;

/// One stack of so many frames, over so many functions in turn, and a sample every few frames, the innermost included.
fn deep(functions: usize) -> Arc<Profile> {
    let mut b = ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    b.origin_mut().time = TimeMeaning::Order;
    let track = b.track(Track::default());
    let frames = frames(&mut b, functions);
    let mut stack = StackId::EMPTY;
    for depth in 0..DEPTH {
        stack = b.stack(stack, frames[depth % functions]);
        if (depth + 1).is_multiple_of(BETWEEN) {
            b.sample(track, stack, None, &[1]);
        }
    }
    Arc::new(b.finish().expect("builds"))
}

fn frames(b: &mut ProfileBuilder, count: usize) -> Vec<FrameId> {
    let frame = |i: usize| {
        let function = b.function_named(&format!("f{i}"), &format!("file{}.py", i % 97), 0);
        b.frame(function, 0)
    };
    (0..count).map(frame).collect()
}

fn look_at_everything(a: &Analysis, group: &str) {
    let group = named(a, group);
    let detail = Detail { max_nodes: 200_000, ..Detail::ALL };
    for tree in [a.tree(detail), a.inverted(detail), a.callees_tree(group, detail), a.callers_tree(group, detail)] {
        if let Some(last) = tree.len().checked_sub(1) {
            let path = tree.path(last);
            assert_eq!(tree.find(&path).map(|f| f.1), Some(path.len()));
            assert_eq!(tree.depth_of(last) + 1, path.len());
        }
    }
    assert!(!a.neighbours(group).callers.is_empty());
    let matcher = SearchText { text: "f0".to_owned(), regex: false }.matcher().expect("compiles").expect("not empty");
    assert!(a.search(&matcher).share > 0.0);
    if let Some(timeline) = a.timeline(TrackId(0)) {
        assert!(a.timeline_tree(&timeline, Detail::for_window(0, timeline.extent(), 1_900.0)).is_some());
    }
}

#[test]
fn a_stack_of_fifty_thousand_different_functions() {
    let profile = deep(DEPTH);
    let a = analysis(&profile);
    assert_eq!(a.tree(Detail::ALL).depth(), DEPTH);
    look_at_everything(&a, "f49000");
    let collapsed = asked(&profile, |q| q.transforms = vec![Transform::CollapseRecursion]);
    assert_eq!(collapsed.tree(Detail::ALL).depth(), DEPTH);
}

#[test]
fn recursion_fifty_thousand_deep() {
    for functions in [1, 250] {
        let profile = deep(functions);
        let a = analysis(&profile);
        assert_eq!(a.table().total(named(&a, "f0")), SAMPLES);
        look_at_everything(&a, "f0");
        let collapsed = asked(&profile, |q| q.transforms = vec![Transform::CollapseRecursion]);
        assert_eq!(collapsed.tree(Detail::ALL).depth(), functions);
        for by in [GroupBy::File, GroupBy::Package] {
            assert_eq!(asked(&profile, |q| q.by = by).sum(), SAMPLES);
        }
    }
}

#[test]
fn a_deep_stack_whose_every_second_frame_is_one_function() {
    let mut b = ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    let frames = frames(&mut b, DEPTH);
    let path: Vec<FrameId> = (1..DEPTH).flat_map(|i| [frames[0], frames[i]]).collect();
    let stack = b.stack_of(&path);
    b.sample(track, stack, None, &[1]);
    let a = analysis(&Arc::new(b.finish().expect("builds")));
    let neighbours = a.neighbours(named(&a, "f0"));
    assert_eq!((neighbours.callers.len(), neighbours.callees.len()), (DEPTH - 2, DEPTH - 1));
}

#[test]
fn two_deep_stacks_that_grow_in_turn() {
    let mut b = ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    b.origin_mut().time = TimeMeaning::Order;
    let track = b.track(Track::default());
    let frames = frames(&mut b, 1_000);
    let mut stacks = [b.stack(StackId::EMPTY, frames[0]), b.stack(StackId::EMPTY, frames[1])];
    for i in 0..20_000 {
        let stack = &mut stacks[i % 2];
        *stack = b.stack(*stack, frames[i * 7 % 1_000]);
        b.sample(track, *stack, None, &[1]);
    }
    let profile = Arc::new(b.finish().expect("builds"));
    let a = analysis(&profile);
    look_at_everything(&a, "f7");
    let collapsed = asked(&profile, |q| q.transforms = vec![Transform::CollapseRecursion]);
    assert!(collapsed.tree(Detail::ALL).depth() <= 1_000);
}

#[test]
fn a_box_with_a_hundred_thousand_children() {
    let mut b = ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    let frames = frames(&mut b, 100_000);
    let root = b.stack(StackId::EMPTY, frames[0]);
    for &frame in &frames {
        let stack = b.stack(root, frame);
        b.sample(track, stack, None, &[1]);
    }
    let a = analysis(&Arc::new(b.finish().expect("builds")));
    assert_eq!(a.tree(Detail::ALL).level(1).len(), 100_000);
    look_at_everything(&a, "f1");
}

fn chain_with(functions: usize, edges: impl Fn(usize) -> Vec<usize>) -> Arc<Profile> {
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let ids: Vec<FunctionId> = (0..functions)
        .map(|i| {
            let name = b.string(&format!("f{i}"));
            b.function(Function { name, file: StringId::EMPTY, line: 0, object: StringId::EMPTY })
        })
        .collect();
    for (i, &f) in ids.iter().enumerate() {
        b.add(f, 2, 1, &[1_000], &[(functions - i) as i64 * 1_000]);
        for callee in edges(i).into_iter().filter(|&c| c < functions) {
            let total = (functions - callee.max(i)) as i64 * 900;
            b.add_edge(f, ids[callee], (2, 1), &[0], &[total]);
        }
    }
    Arc::new(b.finish().expect("builds"))
}

#[test]
fn a_chain_of_fifty_thousand_calls_in_a_graph() {
    let a = analysis(&chain_with(DEPTH, |i| vec![i + 1]));
    assert_eq!(a.tree(Detail::ALL).depth(), DEPTH);
    look_at_everything(&a, "f40000");
}

#[test]
fn a_graph_of_two_hundred_thousand_functions_with_cycles_everywhere() {
    // Each calls the next ones and now and then an outer one or itself: one cycle of everything.
    let profile = chain_with(200_000, |i| vec![i + 1, i + 2, i * 7 % 199_999, if i % 30 == 0 { i } else { i / 2 }]);
    let a = analysis(&profile);
    let tree = a.tree(Detail::for_window(0, a.sum(), 1_900.0));
    let roots: i64 = tree.level(0).map(|n| tree.total(n)).sum();
    assert_eq!(roots + tree.root_rest(), a.sum());
    assert!(a.inverted(Detail::for_window(0, a.sum(), 1_900.0)).len() < 400_000);
}
