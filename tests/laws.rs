//! Laws that the analysis keeps for every profile, held on small random ones.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "compare/cases.rs"]
mod cases;

use cases::config;
use helioscope::analyze::{
    Analysis, Band, CallTree, Detail, DivideBy, Exactness, GroupBy, GroupId, OverTime, Query, TimeWindow, Transform,
};
use helioscope::model::{
    FunctionId, GraphBuilder, Profile, ProfileBuilder, StringId, TimeMeaning, Track, TrackId, Unit,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::HashMap;
use std::sync::Arc;

/// How many functions a profile of stacks has; they lie in [`FILES`] files.
const FUNCTIONS: usize = 8;
const FILES: usize = 3;

/// The stack, outermost first, the thread and the value of a sample.
type Sample = (Vec<usize>, usize, i64);

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let stack = prop::collection::vec(0..FUNCTIONS, 1..=6);
    prop::collection::vec((stack, 0..3_usize, 0..1_000_i64), 0..30)
}

/// A profile of these samples. Function `i` has the id `i`.
fn profile(samples: &[Sample]) -> Arc<Profile> {
    let mut b = ProfileBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    b.origin_mut().time = TimeMeaning::Order;
    let functions: Vec<FunctionId> =
        (0..FUNCTIONS).map(|i| b.function_named(&format!("f{i}"), &format!("file{}.py", i % FILES), 1)).collect();
    let threads = samples.iter().map(|(_, thread, _)| thread + 1).max().unwrap_or(1);
    let tracks: Vec<TrackId> =
        (0..threads).map(|i| b.track(Track { tid: Some(i as u64), ..Track::default() })).collect();
    for (at, (stack, thread, value)) in samples.iter().enumerate() {
        // Lines differ, so that frames have to be merged.
        let frames: Vec<_> =
            stack.iter().enumerate().map(|(depth, &f)| b.frame(functions[f], ((at + depth) % 3) as u32)).collect();
        let stack = b.stack_of(&frames);
        b.sample(tracks[*thread], stack, None, &[*value]);
    }
    Arc::new(b.finish().unwrap())
}

/// A profile of these samples on one clock: on each thread a sample begins some time after the one before has ended.
fn on_a_clock(samples: &[Sample], gaps: &[i64]) -> Arc<Profile> {
    let mut b = ProfileBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    b.origin_mut().time = TimeMeaning::Clock;
    let functions: Vec<FunctionId> = (0..FUNCTIONS).map(|i| b.function_named(&format!("f{i}"), "", 1)).collect();
    let tracks: Vec<TrackId> = (0..3_u64).map(|i| b.track(Track { tid: Some(i), ..Track::default() })).collect();
    let mut ends = [0; 3];
    for ((stack, thread, value), gap) in samples.iter().zip(gaps) {
        let frames: Vec<_> = stack.iter().map(|&f| b.frame(functions[f], 0)).collect();
        let stack = b.stack_of(&frames);
        let start = ends[*thread] + gap;
        b.sample(tracks[*thread], stack, Some(start), &[*value]);
        ends[*thread] = start + value;
    }
    Arc::new(b.finish().unwrap())
}

fn analysis(profile: &Arc<Profile>, change: impl FnOnce(&mut Query)) -> Analysis {
    let mut query = Query::new(profile);
    change(&mut query);
    Analysis::new(Arc::clone(profile), query, None)
}

fn transformed(profile: &Arc<Profile>, transform: Transform) -> Analysis {
    analysis(profile, |q| q.transforms = vec![transform])
}

fn groups(analysis: &Analysis) -> impl Iterator<Item = GroupId> + use<> {
    (0..analysis.groups().len()).map(GroupId::at)
}

/// The own cost of each group over a whole tree.
fn own_by_group(tree: &CallTree, groups: usize) -> Vec<i64> {
    let mut own = vec![0; groups];
    for node in 0..tree.len() {
        own[tree.group(node).index()] += tree.own(node);
    }
    own
}

/// What a node costs is what it costs itself, with its children and what was left out.
fn tree_adds_up(tree: &CallTree) -> TestCaseResult {
    for node in 0..tree.len() {
        let mut end = tree.start(node);
        for child in tree.children(node) {
            prop_assert_eq!(tree.parent(child), Some(node));
            prop_assert_eq!(tree.start(child), end, "children stand side by side");
            end += tree.total(child);
        }
        let below = end - tree.start(node);
        prop_assert_eq!(tree.total(node), tree.own(node) + below + tree.rest(node));
        prop_assert!(tree.own(node) >= 0 && tree.rest(node) >= 0);
    }
    Ok(())
}

fn outermost_sum(tree: &CallTree) -> i64 {
    tree.level(0).map(|node| tree.total(node)).sum()
}

/// What holds for every query to a profile of stacks.
fn stacks_keep_the_laws(analysis: &Analysis) -> TestCaseResult {
    let (table, sum) = (analysis.table(), analysis.sum());
    for group in groups(analysis) {
        prop_assert!(table.own(group) <= table.total(group) && table.total(group) <= sum);
    }
    let own: i64 = groups(analysis).map(|g| table.own(g)).sum();
    let tree = analysis.tree(Detail::ALL);
    tree_adds_up(&tree)?;
    prop_assert_eq!(outermost_sum(&tree), own, "the table's own costs are those of the tree");
    for (group, own) in groups(analysis).zip(own_by_group(&tree, analysis.groups().len())) {
        prop_assert_eq!(own, table.own(group));
    }

    let inverted = analysis.inverted(Detail::ALL);
    tree_adds_up(&inverted)?;
    let mut innermost = vec![0; analysis.groups().len()];
    inverted.level(0).for_each(|node| innermost[inverted.group(node).index()] += inverted.total(node));
    for group in groups(analysis) {
        prop_assert_eq!(innermost[group.index()], table.own(group));
        for tree in [analysis.callers_tree(group, Detail::ALL), analysis.callees_tree(group, Detail::ALL)] {
            tree_adds_up(&tree)?;
            prop_assert_eq!(outermost_sum(&tree), table.total(group));
            prop_assert!(tree.level(0).all(|node| tree.group(node) == group));
        }
    }
    Ok(())
}

/// A tree that shows less shows it in the same places.
fn positions_stay(full: &CallTree, part: &CallTree) -> TestCaseResult {
    for node in 0..part.len() {
        let path = part.path(node);
        let (same, found) = full.find(&path).expect("the whole tree has the node");
        prop_assert_eq!(found, path.len());
        prop_assert_eq!((full.start(same), full.total(same)), (part.start(node), part.total(node)));
        prop_assert_eq!(full.own(same), part.own(node));
    }
    Ok(())
}

fn parts_of(sum: i64) -> [Detail; 3] {
    [
        Detail { min_total: 1 + sum / 20, ..Detail::ALL },
        Detail { window: Some((sum / 4, sum / 2)), ..Detail::ALL },
        Detail { min_total: 1 + sum / 50, window: Some((sum / 3, sum)), max_nodes: 20 },
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn table_and_trees_of_stacks_agree(samples in samples(), focus in 0..FUNCTIONS) {
        let profile = profile(&samples);
        let recorded: i64 = samples.iter().map(|(.., value)| value).sum();
        for by in GroupBy::ALL {
            let analysis = analysis(&profile, |q| q.by = by);
            prop_assert_eq!(analysis.sum(), recorded);
            let own: i64 = groups(&analysis).map(|g| analysis.table().own(g)).sum();
            prop_assert_eq!(own, recorded, "every sample has an innermost frame");
            stacks_keep_the_laws(&analysis)?;
        }
        let group = GroupId::at(focus);
        for transform in [
            Transform::Focus(group),
            Transform::FocusSubtree(vec![group]),
            Transform::Hide(group),
            Transform::Drop(group),
            Transform::CollapseModule(group),
            Transform::CollapseRecursion,
        ] {
            stacks_keep_the_laws(&transformed(&profile, transform))?;
        }
    }

    #[test]
    fn threads_share_out_the_total(samples in samples()) {
        let profile = profile(&samples);
        let all = analysis(&profile, |_| ());
        let threads: Vec<Analysis> = (0..profile.tracks().len())
            .map(|i| analysis(&profile, |q| q.track = Some(TrackId::at(i))))
            .collect();
        prop_assert_eq!(threads.iter().map(Analysis::sum).sum::<i64>(), all.sum());
        for group in groups(&all) {
            let own: i64 = threads.iter().map(|t| t.table().own(group)).sum();
            let total: i64 = threads.iter().map(|t| t.table().total(group)).sum();
            prop_assert_eq!((own, total), (all.table().own(group), all.table().total(group)));
        }
    }

    #[test]
    fn a_file_costs_what_its_functions_cost_themselves(samples in samples()) {
        let profile = profile(&samples);
        let functions = analysis(&profile, |_| ());
        let files = analysis(&profile, |q| q.by = GroupBy::File);
        let mut own: HashMap<String, i64> = HashMap::new();
        for group in groups(&functions) {
            *own.entry(functions.place(group).0.to_owned()).or_default() += functions.table().own(group);
        }
        for file in groups(&files) {
            prop_assert_eq!(files.table().own(file), own[files.place(file).0]);
        }
    }

    #[test]
    fn a_search_finds_between_nothing_and_everything(samples in samples(), function in 0..FUNCTIONS) {
        let profile = profile(&samples);
        let analysis = analysis(&profile, |_| ());
        let share = |pattern: &str| analysis.search(&regex::Regex::new(pattern).unwrap()).share;
        let everything = if analysis.sum() == 0 { 0.0 } else { 1.0 };
        prop_assert!((share("file") - everything).abs() < 1e-12);
        prop_assert!(share("no such name").abs() < 1e-12);
        let total = analysis.table().total(GroupId::at(function));
        let one = share(&format!("^f{function}$"));
        prop_assert!((one - analysis.table().share(total)).abs() < 1e-12);
    }

    #[test]
    fn transforms_change_the_sum_as_they_say(samples in samples(), function in 0..FUNCTIONS) {
        let profile = profile(&samples);
        let all = analysis(&profile, |_| ());
        let group = GroupId::at(function);
        let total = all.table().total(group);
        let focused = transformed(&profile, Transform::Focus(group));
        prop_assert_eq!((focused.sum(), focused.table().total(group)), (total, total));
        let alone = transformed(&profile, Transform::FocusAny(vec![group]));
        prop_assert_eq!((alone.sum(), alone.table().total(group)), (total, total));
        let dropped = transformed(&profile, Transform::Drop(group));
        prop_assert_eq!((dropped.sum(), dropped.table().total(group)), (all.sum() - total, 0));
        let hidden = transformed(&profile, Transform::Hide(group));
        prop_assert_eq!((hidden.sum(), hidden.table().total(group)), (all.sum(), 0));
        let by_module = analysis(&profile, |q| q.transforms = vec![Transform::CollapseModule(group)]);
        prop_assert_eq!(by_module.sum(), all.sum());
        prop_assert!(by_module.table().own(group) <= all.table().total(group));
        // The outermost calls of all functions divide the whole among them.
        let subtrees = groups(&all).map(|g| transformed(&profile, Transform::FocusSubtree(vec![g])).sum());
        prop_assert_eq!(subtrees.sum::<i64>(), all.sum());
        let collapsed = transformed(&profile, Transform::CollapseRecursion);
        prop_assert_eq!(collapsed.sum(), all.sum());
        for group in groups(&all) {
            prop_assert_eq!(collapsed.table().own(group), all.table().own(group));
            prop_assert!(collapsed.table().total(group) <= all.table().total(group));
        }
        let tree = collapsed.tree(Detail::ALL);
        for node in 0..tree.len() {
            let path = tree.path(node);
            prop_assert_eq!(path.iter().filter(|g| **g == path[path.len() - 1]).count(), 1);
        }
    }

    #[test]
    fn boxes_of_stacks_stand_where_they_stand_in_the_whole_tree(samples in samples(), function in 0..FUNCTIONS) {
        let profile = profile(&samples);
        let analysis = analysis(&profile, |_| ());
        let group = GroupId::at(function);
        for detail in parts_of(analysis.sum()) {
            let part = analysis.tree(detail);
            tree_adds_up(&part)?;
            prop_assert_eq!(outermost_sum(&part) + part.root_rest(), analysis.sum());
            positions_stay(&analysis.tree(Detail::ALL), &part)?;
            positions_stay(&analysis.inverted(Detail::ALL), &analysis.inverted(detail))?;
            positions_stay(&analysis.callers_tree(group, Detail::ALL), &analysis.callers_tree(group, detail))?;
            positions_stay(&analysis.callees_tree(group, Detail::ALL), &analysis.callees_tree(group, detail))?;
        }
    }

    #[test]
    fn a_timeline_puts_every_sample_in_its_place_once(samples in samples()) {
        let profile = profile(&samples);
        let analysis = analysis(&profile, |_| ());
        for (thread, track) in (0..profile.tracks().len()).map(|i| (i, TrackId::at(i))) {
            let timeline = analysis.timeline(track).expect("samples have an order");
            prop_assert_eq!(timeline.meaning(), TimeMeaning::Order);
            let tree = analysis.timeline_tree(&timeline, Detail::ALL).unwrap();
            let of_thread: Vec<&Sample> = samples.iter().filter(|s| s.1 == thread).collect();
            let sum: i64 = of_thread.iter().map(|s| s.2).sum();
            prop_assert_eq!((outermost_sum(&tree), timeline.extent(), tree.sum()), (sum, sum, sum));
            for depth in 0..tree.depth() {
                let mut end = 0;
                for node in tree.level(depth) {
                    prop_assert!(tree.start(node) >= end, "boxes of one depth do not overlap");
                    end = tree.start(node) + tree.total(node);
                    if let Some(parent) = tree.parent(node) {
                        prop_assert!(tree.start(parent) <= tree.start(node));
                        prop_assert!(end <= tree.start(parent) + tree.total(parent));
                    }
                }
            }
            // In the middle of each sample stands its stack.
            let mut start = 0;
            for (stack, _, value) in of_thread.into_iter().filter(|s| s.2 > 0) {
                let at = |depth| tree.at(depth, start + value / 2).map(|node| tree.group(node).index());
                let drawn: Vec<usize> = (0..tree.depth()).map_while(at).collect();
                prop_assert_eq!(&drawn, stack);
                start += value;
            }
        }
    }
}

/// How many functions a call graph has.
const GRAPH_FUNCTIONS: usize = 10;

/// A call of the tree a graph is counted from.
#[derive(Clone, Debug)]
struct Call {
    caller: Option<usize>,
    function: usize,
    own: i64,
}

/// A call tree, callers first. Costs are large beside what rounding to integers takes.
fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call =
        (any::<prop::sample::Index>(), 0..10_u8, 0..GRAPH_FUNCTIONS, prop_oneof![1 => Just(0), 4 => 1..1_000_i64]);
    prop::collection::vec(call, 1..=20).prop_map(|rows| {
        let call = |(i, (caller, outermost, function, own)): (usize, (prop::sample::Index, u8, usize, i64))| Call {
            caller: (i > 0 && outermost > 0).then(|| caller.index(i)),
            function,
            own: own * 1_000_000,
        };
        rows.into_iter().enumerate().map(call).collect()
    })
}

/// The calls of functions that have none of themselves on the way to them.
fn without_recursion(calls: &[Call]) -> bool {
    (0..calls.len()).all(|i| callers(calls, i).all(|c| calls[c].function != calls[i].function))
}

/// The callers of a call, innermost first.
fn callers(calls: &[Call], call: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(calls[call].caller, |&c| calls[c].caller)
}

/// The functions from the outermost call to this one.
fn path_of(calls: &[Call], call: usize) -> Vec<GroupId> {
    let mut path: Vec<usize> = callers(calls, call).collect();
    path.reverse();
    path.push(call);
    path.into_iter().map(|c| GroupId::at(calls[c].function)).collect()
}

fn totals(calls: &[Call]) -> Vec<i64> {
    let mut totals: Vec<i64> = calls.iter().map(|c| c.own).collect();
    for i in (0..calls.len()).rev() {
        if let Some(caller) = calls[i].caller {
            totals[caller] += totals[i];
        }
    }
    totals
}

/// The call graph of a call tree, counted as cProfile counts: the total of a function or an edge is that of its
/// outermost calls. Function `i` has the id `i`.
fn graph(calls: &[Call]) -> Arc<Profile> {
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let functions: Vec<FunctionId> = (0..GRAPH_FUNCTIONS)
        .map(|i| {
            let (name, file) = (b.string(&format!("f{i}")), b.string("file.py"));
            b.function(helioscope::model::Function { name, file, line: 1, object: StringId::EMPTY })
        })
        .collect();
    let totals = totals(calls);
    for (i, call) in calls.iter().enumerate() {
        let function = functions[call.function];
        let outermost = callers(calls, i).all(|c| calls[c].function != call.function);
        let counted = |outermost: bool| (i64::from(outermost), if outermost { totals[i] } else { 0 });
        let (primitive, total) = counted(outermost);
        b.add(function, 1, primitive, &[call.own], &[total]);
        let edge = |c: usize| calls[c].caller.map(|caller| (calls[caller].function, calls[c].function));
        if let Some(caller) = call.caller {
            let (primitive, total) = counted(callers(calls, i).all(|c| edge(c) != edge(i)));
            b.add_edge(functions[calls[caller].function], function, (1, primitive), &[call.own], &[total]);
        }
    }
    Arc::new(b.finish().unwrap())
}

/// Every path of a cycle that is wide enough to matter, and not those that go round it without end.
const FINE: Detail = Detail { min_total: 10_000, window: None, max_nodes: 30_000 };

/// What the boxes of one function may differ by: what was left out, and what the rounding of each box adds.
fn allowance(tree: &CallTree, boxes: usize) -> i64 {
    let left_out: i64 = (0..tree.len()).map(|node| tree.rest(node)).sum();
    tree.root_rest() + left_out + 2 * boxes as i64
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_estimated_tree_is_as_wide_as_the_run(calls in calls()) {
        let profile = graph(&calls);
        let analysis = analysis(&profile, |_| ());
        let sum: i64 = calls.iter().map(|c| c.own).sum();
        prop_assert_eq!(analysis.sum(), sum);
        for tree in [analysis.tree(FINE), analysis.inverted(FINE)] {
            prop_assert_eq!(outermost_sum(&tree) + tree.root_rest(), sum);
            tree_adds_up(&tree)?;
        }
        let tree = analysis.tree(FINE);
        let mut boxes = [0; GRAPH_FUNCTIONS];
        (0..tree.len()).for_each(|node| boxes[tree.group(node).index()] += 1);
        for (group, own) in groups(&analysis).zip(own_by_group(&tree, GRAPH_FUNCTIONS)) {
            let off = (own - analysis.table().own(group)).abs();
            let allowed = allowance(&tree, boxes[group.index()]);
            prop_assert!(off <= allowed, "f{}: {} off, {} allowed", group.0, off, allowed);
        }
    }

    #[test]
    fn boxes_of_an_estimate_stand_where_they_stand_in_the_whole_tree(calls in calls()) {
        let analysis = analysis(&graph(&calls), |_| ());
        for part in parts_of(analysis.sum()) {
            let part = analysis.tree(part);
            tree_adds_up(&part)?;
            for node in 0..part.len() {
                let path = part.path(node);
                let whole = analysis.tree(Detail { min_total: part.detail().min_total.min(10_000), ..FINE });
                let Some((same, found)) = whole.find(&path) else { continue };
                if found == path.len() {
                    prop_assert_eq!((whole.start(same), whole.total(same)), (part.start(node), part.total(node)));
                }
                break;
            }
        }
    }

    #[test]
    fn without_recursion_boxes_add_up_to_the_recorded_totals(calls in calls()) {
        prop_assume!(without_recursion(&calls));
        let analysis = analysis(&graph(&calls), |_| ());
        let tree = analysis.tree(FINE);
        for group in groups(&analysis) {
            let boxes: Vec<usize> = (0..tree.len()).filter(|&node| tree.group(node) == group).collect();
            let total: i64 = boxes.iter().map(|&node| tree.total(node)).sum();
            let off = (total - analysis.table().total(group)).abs();
            // Where the graph has a cycle, what was left out of it holds a function more than once.
            let allowed = 10 * allowance(&tree, boxes.len()) + analysis.table().total(group) / 100;
            prop_assert!(off <= allowed, "f{}: {} off, {} allowed", group.0, off, allowed);
        }
    }

    #[test]
    fn what_is_marked_exact_is_as_it_was(calls in calls()) {
        let analysis = analysis(&graph(&calls), |_| ());
        let tree = analysis.tree(FINE);
        let mut truth: HashMap<Vec<GroupId>, (i64, i64)> = HashMap::new();
        for (i, total) in totals(&calls).into_iter().enumerate() {
            let (own_sum, total_sum) = truth.entry(path_of(&calls, i)).or_default();
            *own_sum += calls[i].own;
            *total_sum += total;
        }
        if analysis.exactness() == Exactness::Exact {
            prop_assert!((0..tree.len()).all(|node| tree.is_exact(node)));
        }
        for node in (0..tree.len()).filter(|&node| tree.is_exact(node)) {
            let path = tree.path(node);
            let Some(&(own, total)) = truth.get(&path) else {
                return Err(TestCaseError::fail(format!("there was no call {path:?}")));
            };
            let off = (tree.own(node) - own).abs().max((tree.total(node) - total).abs());
            // Times in a file are rounded, so that this much counts as the same.
            let rounding = 1_002 + total / 1_000_000;
            prop_assert!(off <= rounding, "{:?}: {} of {} drawn, {} of {} recorded",
                path, tree.own(node), tree.total(node), own, total);
        }
    }

    #[test]
    fn spans_of_time_add_up_to_the_whole_and_bins_hold_what_their_spans_count(
        samples in samples(),
        gaps in prop::collection::vec(0..500_i64, 30),
        mut cuts in prop::collection::vec(0..20_000_i64, 0..5),
        bins in 1..400_usize,
    ) {
        let profile = on_a_clock(&samples, &gaps);
        let whole = analysis(&profile, |_| ());
        for by in [DivideBy::Activity, DivideBy::Package] {
            let Some(all) = OverTime::new(&whole, by, TimeWindow { range: None, bins }) else { continue };
            prop_assert_eq!(all.total(), whole.sum());
            prop_assert_eq!(all.bands().iter().flat_map(Band::amounts).sum::<i64>(), whole.sum());
            for bin in [0, all.bins() / 2, all.bins() - 1] {
                let span = all.bin(bin);
                let counted = analysis(&profile, |q| q.time_ns = Some(span)).sum();
                let held: i64 = all.bands().iter().map(|band| band.amounts()[bin]).sum();
                prop_assert_eq!(held, counted, "{:?}", span);
            }
        }
        cuts.extend([i64::MIN, i64::MAX]);
        cuts.sort_unstable();
        let spans = cuts.array_windows().map(|[from, to]| analysis(&profile, |q| q.time_ns = Some((*from, *to))));
        let mut sum = 0;
        for span in spans {
            stacks_keep_the_laws(&span)?;
            sum += span.sum();
        }
        prop_assert_eq!(sum, whole.sum());
    }
}
