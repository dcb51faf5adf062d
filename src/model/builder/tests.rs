use super::*;
use crate::model::{CallEdge, FrameId, StackId, StackProfile, TimeMeaning};

fn stacks(profile: &Profile) -> &StackProfile {
    match profile.body() {
        Body::Stacks(stacks) => stacks,
        Body::Graph(_) | Body::Lines(_) => panic!("built from stacks"),
    }
}

#[test]
fn stacks_that_begin_alike_share_their_beginning_and_parents_come_first() {
    let mut b = ProfileBuilder::new("test");
    let frames: Vec<FrameId> = ["main", "parse", "read"]
        .iter()
        .map(|name| {
            let f = b.function_named(name, "a.py", 0);
            b.frame(f, 0)
        })
        .collect();
    let long = b.stack_of(&frames);
    let short = b.stack_of(&frames[..2]);
    let again = b.stack_of(&frames);
    assert_eq!(long, again);
    let profile = b.finish().expect("builds");
    let stacks = &stacks(&profile).stacks;
    assert_eq!(stacks.parent(long), short);
    assert_eq!(stacks.len(), 4);
    assert!((1..stacks.len()).all(|i| stacks.parents()[i].index() < i));
    let names: Vec<_> = stacks.walk(long).map(|f| profile.name(profile.frame(f).function)).collect();
    assert_eq!(names, ["read", "parse", "main"]);
}

#[test]
fn one_sample_without_a_time_takes_the_timeline_away() {
    let mut b = ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    b.origin_mut().time = TimeMeaning::Clock;
    b.sample(track, StackId::EMPTY, Some(5), &[1]);
    b.sample(track, StackId::EMPTY, None, &[1]);
    let profile = b.finish().expect("builds");
    assert_eq!(stacks(&profile).samples.starts_ns(), None);
    assert_eq!(profile.origin().time, TimeMeaning::None);
}

#[test]
fn sums_that_do_not_fit_are_an_error_not_a_wrong_number() {
    let mut b = ProfileBuilder::new("test");
    b.metric("bytes", Unit::Bytes);
    let track = b.track(Track::default());
    b.sample(track, StackId::EMPTY, None, &[i64::MAX]);
    b.sample(track, StackId::EMPTY, None, &[i64::MAX]);
    assert_eq!(b.finish().err(), Some(BuildError::Overflow("bytes".to_owned())));
}

#[test]
fn a_sum_that_stopped_at_the_largest_number_is_an_error() {
    for (own, total, calls) in [(i64::MAX, 0, 0), (0, i64::MAX, 0), (0, 0, i64::MAX)] {
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let name = b.string("f");
        let f = b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY });
        b.add(f, calls, 1, &[own], &[total]);
        b.add(f, calls, 1, &[own], &[total]);
        let what = if calls > 0 { "calls" } else { "time" };
        assert_eq!(b.finish().err(), Some(BuildError::Overflow(what.to_owned())));
    }
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let name = b.string("f");
    let f = b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY });
    b.add(f, 1, 1, &[1], &[1]);
    b.add_edge(f, f, (1, 1), &[1], &[i64::MAX]);
    b.add_edge(f, f, (1, 1), &[1], &[i64::MAX]);
    assert_eq!(b.finish().err(), Some(BuildError::Overflow("time".to_owned())));
}

#[test]
fn warnings_of_ever_new_texts_are_counted_and_no_longer_listed() {
    let mut b = ProfileBuilder::new("test");
    for i in 0..1000 {
        b.warn(&format!("odd thing {i}"));
    }
    b.warn("odd thing 7");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    b.sample(track, StackId::EMPTY, None, &[1]);
    let profile = b.finish().expect("builds");
    assert_eq!(profile.warnings().len(), MOST_WARNINGS + 1);
    assert_eq!(profile.warnings()[7].count, 2);
    let rest = Warning { text: MORE_WARNINGS.to_owned(), count: 1000 - MOST_WARNINGS as u64 };
    assert_eq!(profile.warnings().last(), Some(&rest));
}

#[test]
fn more_stacks_than_a_file_can_mean_are_an_error() {
    let mut b = ProfileBuilder::new("test");
    b.limit_stacks(3);
    let f = b.function_named("f", "", 0);
    let f = b.frame(f, 0);
    b.stack_of(&[f, f]);
    assert!(!b.has_failed());
    b.stack_of(&[f, f, f]);
    assert_eq!(b.finish().err(), Some(BuildError::TooManyStacks(3)));
}

#[test]
fn edges_added_twice_are_summed_and_found_from_both_ends() {
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let name = b.string("f");
    let f = b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY });
    let g = b.function(Function { name, file: StringId::EMPTY, line: 2, object: StringId::EMPTY });
    b.add(f, 1, 1, &[10], &[30]);
    b.add(g, 2, 2, &[20], &[20]);
    b.add_edge(f, g, (1, 1), &[5], &[5]);
    b.add_edge(f, g, (1, 1), &[15], &[15]);
    let profile = b.finish().expect("builds");
    let Body::Graph(graph) = profile.body() else { panic!("built as a graph") };
    assert_eq!(graph.edges().len(), 1);
    assert_eq!(graph.outgoing(f), 0..1);
    assert_eq!(graph.incoming(g), &[0]);
    assert!(graph.incoming(f).is_empty());
    assert_eq!(graph.edge_total(MetricId(0)), &[20]);
    assert_eq!(graph.edges()[0].calls, 2);
}

#[test]
fn kept_functions_take_the_order_asked_for_and_others_leave_with_their_edges() {
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let [f, g, gone] = ["f", "g", "gone"].map(|name| {
        let name = b.string(name);
        b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY })
    });
    b.add(g, 2, 2, &[20], &[20]);
    b.add(f, 1, 1, &[10], &[30]);
    b.add_edge(gone, f, (9, 9), &[9], &[9]);
    b.add_edge(f, g, (2, 2), &[20], &[20]);
    assert_eq!(b.keep_functions(&[g, f]), 1);
    let profile = b.finish().expect("builds");
    let Body::Graph(graph) = profile.body() else { panic!("built as a graph") };
    let names: Vec<_> = (0..profile.functions().len()).map(|i| profile.name(FunctionId::at(i))).collect();
    assert_eq!(names, ["g", "f"]);
    assert_eq!((graph.calls(), graph.own(MetricId(0))), (&[2, 1][..], &[20, 10][..]));
    assert_eq!(
        graph.edges(),
        [CallEdge { caller: FunctionId(1), callee: FunctionId(0), calls: 2, primitive_calls: 2 }]
    );
    assert_eq!(graph.edge_total(MetricId(0)), &[20]);
}
