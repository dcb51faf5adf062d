//! Laws that every comparison keeps, held on small random pairs.

use crate::cases::config;
use helioscope::analyze::diff::{
    Aligned, BoxWidth, Comparison, DiffRow, Interval, Matching, Measure, Normalize, Question, Side, Status, align,
};
use helioscope::analyze::{CallTree, Detail, GroupBy, GroupId};
use helioscope::model::{
    Function, FunctionId, GraphBuilder, Profile, ProfileBuilder, StringId, TimeMeaning, Track, TrackId, Unit,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::BTreeMap;
use std::sync::Arc;

const FUNCTIONS: usize = 10;
const FILES: usize = 3;
const THREADS: [&str; 3] = ["MainThread", "worker", "reader"];

/// A function's name and file. Some share a name, as methods of several classes do.
fn named(function: usize, root: &str) -> (String, String) {
    (format!("f{}", function % 7), format!("{root}/app/file{}.py", function % FILES))
}

/// The stack, outermost first, the thread and the value of a sample.
type Sample = (Vec<usize>, usize, i64);

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let stack = prop::collection::vec(0..FUNCTIONS, 1..=6);
    prop::collection::vec((stack, 0..THREADS.len(), 0..1_000_i64), 0..30)
}

/// A profile of samples below a folder; functions are numbered in the order they occur, and lines are moved.
fn stacks(samples: &[Sample], root: &str, moved: u32) -> Arc<Profile> {
    let mut b = ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    b.origin_mut().time = TimeMeaning::Order;
    for (stack, thread, value) in samples {
        let frames: Vec<_> = stack
            .iter()
            .map(|&f| {
                let (name, file) = named(f, root);
                let first = 10 * f as u32 + 1 + moved;
                let function = b.function_named(&name, &file, first);
                b.frame(function, first + f as u32 % 3)
            })
            .collect();
        let stack = b.stack_of(&frames);
        let track = b.track_like(&Track { name: THREADS[*thread].to_owned(), ..Track::default() });
        b.sample(track, stack, None, &[*value]);
    }
    Arc::new(b.finish().unwrap())
}

/// A function's own time and calls, and what it calls.
type Called = (i64, i64, Vec<usize>);

fn calls() -> impl Strategy<Value = Vec<Called>> {
    let callees = prop::collection::vec(0..FUNCTIONS, 0..3);
    prop::collection::vec((0..1_000_000_i64, 1..500_i64, callees), 1..FUNCTIONS)
}

fn graph(functions: &[Called], root: &str) -> Arc<Profile> {
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let ids: Vec<FunctionId> = (0..functions.len())
        .map(|f| {
            let (name, file) = named(f, root);
            let (name, file) = (b.string(&name), b.string(&file));
            b.function(Function { name, file, line: 10 * f as u32 + 1, object: StringId::EMPTY })
        })
        .collect();
    for (f, (own, calls, callees)) in functions.iter().enumerate() {
        b.add(ids[f], *calls, *calls, &[*own], &[own * 2]);
        for callee in callees.iter().filter(|c| **c < ids.len()) {
            b.add_edge(ids[f], ids[*callee], (1, 1), &[own / 3], &[own / 2]);
        }
    }
    Arc::new(b.finish().unwrap())
}

fn aligned(base: &Arc<Profile>, new: &Arc<Profile>) -> Arc<Aligned> {
    Arc::new(align(base, new, &Matching::default()).unwrap())
}

fn asked(aligned: &Arc<Aligned>, change: impl FnOnce(&mut Question)) -> Comparison {
    let mut question = Question::new(aligned);
    change(&mut question);
    Comparison::new(Arc::clone(aligned), question, None)
}

fn compared(base: &Arc<Profile>, new: &Arc<Profile>) -> Comparison {
    asked(&aligned(base, new), |_| ())
}

fn same_is_same(profile: &Arc<Profile>, other: &Arc<Profile>) -> TestCaseResult {
    let pair = aligned(profile, other);
    for normalize in Normalize::ALL {
        for by in GroupBy::ALL {
            let comparison = asked(&pair, |q| (q.normalize, q.query.by) = (normalize, by));
            prop_assert_eq!(comparison.status_of_sums(), Status::Same);
            for row in comparison.table().rows() {
                for measure in [Measure::Own, Measure::Total] {
                    prop_assert_eq!(row.delta(measure), 0, "{:?} {:?} {:?}", row, normalize, by);
                    prop_assert_eq!(row.status(measure), Status::Same);
                    prop_assert!(row.noise(measure).is_none_or(Interval::holds_zero));
                }
                prop_assert_eq!(row.delta_calls().unwrap_or(0), 0);
                prop_assert!(row.effects.is_none_or(|e| e.calls == 0 && e.per_call == 0));
            }
        }
    }
    Ok(())
}

/// Rows by what both comparisons call their functions.
fn by_name(comparison: &Comparison) -> BTreeMap<(String, String, u32), DiffRow> {
    let name = |row: &DiffRow| {
        // Each side names functions with its own lines: those of the base side are what both can tell.
        let function = FunctionId(row.group.0);
        let place = |side| comparison.aligned().place(side, function).map(|(file, line)| (file.to_owned(), line));
        let (file, line) = place(Side::Base).or(place(Side::New)).unwrap();
        (comparison.name(row.group).into_owned(), file, line)
    };
    comparison.table().rows().map(|row| (name(&row), row)).collect()
}

fn mirrors(base: &Arc<Profile>, new: &Arc<Profile>) -> TestCaseResult {
    let (there, back) = (by_name(&compared(base, new)), by_name(&compared(new, base)));
    prop_assert_eq!(there.keys().collect::<Vec<_>>(), back.keys().collect::<Vec<_>>());
    for (row, mirrored) in there.values().zip(back.values()) {
        prop_assert_eq!((row.base, row.new), (mirrored.new, mirrored.base));
        for measure in [Measure::Own, Measure::Total] {
            prop_assert_eq!(row.delta(measure), -mirrored.delta(measure));
            let expected = match row.status(measure) {
                Status::Slower => Status::Faster,
                Status::Faster => Status::Slower,
                Status::New => Status::Gone,
                Status::Gone => Status::New,
                same => same,
            };
            prop_assert_eq!(mirrored.status(measure), expected);
            let turned = mirrored.noise(measure).map(|i| (-i.high, -i.low));
            prop_assert_eq!(row.noise(measure).map(|i| (i.low, i.high)), turned);
        }
        prop_assert_eq!(row.delta_calls(), mirrored.delta_calls().map(|n| -n));
    }
    Ok(())
}

fn deltas_add_up(base: &Arc<Profile>, new: &Arc<Profile>) -> TestCaseResult {
    let pair = aligned(base, new);
    for normalize in [Normalize::None, Normalize::Total] {
        for by in GroupBy::ALL {
            let comparison = asked(&pair, |q| (q.normalize, q.query.by) = (normalize, by));
            let table = comparison.table();
            let sum: i64 = table.rows().map(|row| row.delta(Measure::Own)).sum();
            prop_assert_eq!(sum, table.new_sum() - table.base_sum(), "{:?} {:?}", normalize, by);
            for row in table.rows() {
                if let Some(effects) = row.effects {
                    prop_assert_eq!(effects.calls + effects.per_call, row.delta(Measure::Own));
                }
            }
        }
    }
    Ok(())
}

/// The cost of a path in a tree of one side; `None` where it is not there.
fn on_side(tree: &CallTree, path: &[GroupId]) -> Option<(i64, i64)> {
    let (node, found) = tree.find(path)?;
    (found == path.len()).then(|| (tree.own(node), tree.total(node)))
}

fn merged_tree_is_both(comparison: &Comparison) -> TestCaseResult {
    let (base, new) = (comparison.side(Side::Base), comparison.side(Side::New));
    let (base_tree, new_tree) = (base.tree(Detail::ALL), new.tree(Detail::ALL));
    let mut both = 0;
    for width in BoxWidth::ALL {
        let tree = comparison.tree(width, Detail::ALL);
        for node in 0..tree.len() {
            let path = tree.path(node);
            let sides = tree.sides(node).unwrap();
            prop_assert_eq!(sides.base, on_side(&base_tree, &path));
            prop_assert_eq!(sides.new, on_side(&new_tree, &path));
            let (base, new) = (sides.base.map_or(0, |s| s.1), sides.new.map_or(0, |s| s.1));
            match width {
                BoxWidth::Base => prop_assert_eq!(tree.total(node), base),
                BoxWidth::New => prop_assert_eq!(tree.total(node), new),
                BoxWidth::Larger => prop_assert!(tree.total(node) <= base.max(new)),
            }
            let below: i64 = tree.children(node).map(|child| tree.total(child)).sum();
            prop_assert!(below + tree.rest(node) <= tree.total(node));
        }
        both = both.max(tree.len());
    }
    // Every path of either side is in a tree as wide as that side.
    prop_assert!(both >= base_tree.len().max(new_tree.len()));
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_recording_compared_with_itself_is_the_same(samples in samples(), calls in calls()) {
        // Elsewhere and with moved lines it is still itself.
        same_is_same(&stacks(&samples, "/home/a", 0), &stacks(&samples, "/srv", 40))?;
        same_is_same(&graph(&calls, "/home/a"), &graph(&calls, r"C:\work"))?;
    }

    #[test]
    fn a_comparison_mirrors_the_one_the_other_way_round(
        a in samples(), b in samples(), (c, d) in (calls(), calls()),
    ) {
        mirrors(&stacks(&a, "/home/a", 0), &stacks(&b, "/home/a", 0))?;
        mirrors(&graph(&c, "/home/a"), &graph(&d, "/home/a"))?;
    }

    #[test]
    fn own_deltas_add_up_to_the_whole_and_effects_to_the_delta(
        a in samples(), b in samples(), (c, d) in (calls(), calls()),
    ) {
        deltas_add_up(&stacks(&a, "/home/a", 0), &stacks(&b, "/srv", 7))?;
        deltas_add_up(&graph(&c, "/home/a"), &graph(&d, "/srv"))?;
        // One profiler's graph against another's samples: shares.
        deltas_add_up(&graph(&c, "/home/a"), &stacks(&b, "/srv", 7))?;
    }

    #[test]
    fn threads_partition_a_comparison(a in samples(), b in samples()) {
        let pair = aligned(&stacks(&a, "/p", 0), &stacks(&b, "/p", 0));
        let whole = asked(&pair, |_| ());
        let tracks = pair.profile(Side::New).tracks().len();
        prop_assert_eq!(tracks, pair.profile(Side::Base).tracks().len());
        let parts: Vec<Comparison> =
            (0..tracks).map(|t| asked(&pair, |q| q.query.track = Some(TrackId::at(t)))).collect();
        for group in whole.side(Side::New).groups().ids() {
            for measure in [Measure::Own, Measure::Total] {
                let sum: i64 = parts.iter().map(|part| part.table().row(group).delta(measure)).sum();
                prop_assert_eq!(sum, whole.table().row(group).delta(measure));
            }
        }
    }

    #[test]
    fn the_merged_tree_holds_the_trees_of_both_sides(a in samples(), b in samples(), (c, d) in (calls(), calls())) {
        merged_tree_is_both(&compared(&stacks(&a, "/p", 0), &stacks(&b, "/p", 0)))?;
        let graphs = compared(&graph(&c, "/p"), &graph(&d, "/p"));
        // A graph's tree has no end; its nodes are held where both are expanded as far.
        let tree = graphs.tree(BoxWidth::New, Detail { min_total: 10_000, max_nodes: 2_000, window: None });
        for node in 0..tree.len() {
            let below: i64 = tree.children(node).map(|child| tree.total(child)).sum();
            prop_assert!(below + tree.rest(node) <= tree.total(node));
            prop_assert_eq!(tree.sides(node).and_then(|s| s.new).map_or(0, |s| s.1), tree.total(node));
        }
    }
}
