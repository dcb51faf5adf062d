//! Rows, statuses, normalisation, noise and sentences.

use super::{compared, listed, rows};
use crate::analyze::diff::{
    Basis, Comparison, DiffSort, Effects, Matching, Measure, NoiseKind, Normalize, Question, Side, Status, align_runs,
};
use crate::analyze::{GroupId, testing};
use crate::model::{Profile, Unit};
use std::sync::Arc;

fn statuses(comparison: &Comparison) -> Vec<(String, Status)> {
    comparison.table().rows().map(|row| (comparison.name(row.group).into_owned(), row.status(Measure::Own))).collect()
}

#[test]
fn every_row_has_a_status_and_no_division_by_zero() {
    let base = listed(&[
        ("a.py:1(slower)", 10),
        ("a.py:2(faster)", 10),
        ("a.py:3(same)", 10),
        ("a.py:4(gone)", 10),
        ("a.py:6(from_zero)", 0),
        ("a.py:7(almost)", 1_000_000),
    ]);
    let new = listed(&[
        ("a.py:1(slower)", 11),
        ("a.py:2(faster)", 9),
        ("a.py:3(same)", 10),
        ("a.py:5(new)", 10),
        ("a.py:6(from_zero)", 5),
        ("a.py:7(almost)", 1_000_049),
    ]);
    let comparison = compared(&base, &new, |_| ());
    assert_eq!(comparison.noise(), NoiseKind::Unknown);
    let named = |name: &str| {
        let row = comparison.table().rows().find(|r| comparison.name(r.group) == name).expect("a row");
        (row.status(Measure::Own), row.relative(Measure::Own))
    };
    assert_eq!(named("slower"), (Status::Slower, Some(0.1)));
    assert_eq!(named("faster"), (Status::Faster, Some(-0.1)));
    assert_eq!(named("same"), (Status::Same, Some(0.0)));
    assert_eq!(named("gone"), (Status::Gone, Some(-1.0)));
    assert_eq!(named("new"), (Status::New, None));
    assert_eq!(named("from_zero"), (Status::Slower, None));
    // Written with two decimals, its per cent is 0.00.
    assert_eq!(named("almost").0, Status::Same);
}

#[test]
fn scaled_to_equal_totals_only_shares_differ() {
    let (base, new) = (testing::stacks(&["f 1", "g 1", "h 1"]), testing::stacks(&["f 40", "g 40", "h 20"]));
    let comparison = compared(&base, &new, |q| q.normalize = Normalize::Total);
    let table = comparison.table();
    assert_eq!((table.base_sum(), table.new_sum()), (100, 100));
    let own: i64 = table.rows().filter_map(|r| r.cost(Side::Base, Measure::Own)).sum();
    assert_eq!(own, 100);
    assert!(table.rows().all(|r| (33..=34).contains(&r.cost(Side::Base, Measure::Own).unwrap_or(0))));
    assert_eq!(comparison.recorded_sum(Side::Base), 3);
}

#[test]
fn by_call_costs_are_divided_as_pstats_divides_them() {
    let base = testing::graph(&["f 100 300 x10/3"]);
    let new = testing::graph(&["f 90 90 x30/30", "g 7 7 x0/0"]);
    let comparison = compared(&base, &new, |q| q.normalize = Normalize::PerCall);
    let row = comparison.table().row(GroupId(0));
    assert_eq!((row.cost(Side::Base, Measure::Own), row.cost(Side::Base, Measure::Total)), (Some(10), Some(100)));
    assert_eq!((row.cost(Side::New, Measure::Own), row.cost(Side::New, Measure::Total)), (Some(3), Some(3)));
    assert_eq!(comparison.table().row(GroupId(1)).cost(Side::New, Measure::Own), Some(0));
}

#[test]
fn a_delta_is_split_into_calls_and_cost_per_call() {
    let base = testing::graph(&["parse 900 900 x90", "load 100 100 x1"]);
    let new = testing::graph(&["parse 40 40 x2", "load 100 100 x1"]);
    let comparison = compared(&base, &new, |_| ());
    let row = comparison.table().row(GroupId(0));
    assert_eq!(row.effects, Some(Effects { calls: -880, per_call: 20 }));
    assert_eq!((row.delta(Measure::Own), row.delta_calls()), (-860, Some(-88)));
    assert_eq!(
        comparison.summary(),
        "New is 86.0 % faster (1.00 µs → 140 ns); most from `parse` (−860 ns: 88 fewer calls)."
    );
}

#[test]
fn different_profilers_are_compared_by_shares_alone() {
    let base = testing::graph(&["f 750 750", "g 250 250"]);
    let new = testing::stacks(&["f 30", "g 70"]);
    let aligned = crate::analyze::diff::align(&base, &new, &Matching::default()).expect("time and samples");
    assert_eq!(aligned.basis(), Basis::Shares);
    let comparison = compared(&base, &new, |q| q.normalize = Normalize::None);
    assert_eq!(comparison.normalize(), Normalize::Total);
    assert_eq!(rows(&comparison), ["f 75 30", "g 25 70"]);
    assert!(comparison.summary().starts_with("Compared by shares of the whole; "), "{}", comparison.summary());
    let subjects: Vec<&str> = comparison.findings().iter().map(|f| f.subject).collect();
    assert_eq!(subjects, ["shares", "metric"]);
}

#[test]
fn few_samples_decide_nothing() {
    let (base, new) = (testing::stacks(&["f 10", "g 500"]), testing::stacks(&["f 14", "g 900"]));
    let comparison = compared(&base, &new, |_| ());
    assert_eq!(comparison.noise(), NoiseKind::Sampling);
    let expected = [("f".to_owned(), Status::WithinNoise), ("g".to_owned(), Status::Slower)];
    assert_eq!(statuses(&comparison), expected);
}

fn run(f: i64, g: i64) -> Arc<Profile> {
    listed(&[("a.py:1(f)", f), ("a.py:2(g)", g)])
}

#[test]
fn several_runs_are_compared_by_their_means_and_what_lies_between_them() {
    let base = [run(100, 500), run(104, 560), run(96, 440)];
    let new = [run(150, 520), run(148, 450), run(152, 560), run(150, 490)];
    let aligned = Arc::new(align_runs(&base, &new, &Matching::default()).expect("can be compared"));
    let comparison = Comparison::new(Arc::clone(&aligned), Question::new(&aligned), None);
    assert_eq!(comparison.noise(), NoiseKind::Runs);
    assert_eq!(rows(&comparison), ["f 100 150", "g 500 505"]);
    let expected = [("f".to_owned(), Status::Slower), ("g".to_owned(), Status::WithinNoise)];
    assert_eq!(statuses(&comparison), expected);
    let [(base_own, _), (new_own, _)] = comparison.table().spreads(GroupId(0)).expect("several runs");
    assert_eq!((base_own.mean, base_own.deviation, base_own.runs), (100.0, 4.0, 3));
    assert_eq!((new_own.mean, new_own.runs), (150.0, 4));
}

#[test]
fn runs_are_added_up_function_by_function() {
    let runs = [testing::stacks(&["f;g 1", "h 2"]), testing::stacks(&["h 10", "f;g 20", "f 5"])];
    let new = testing::stacks(&["f 1"]);
    let aligned = align_runs(&runs, &[new], &Matching::default()).expect("can be compared");
    let sum = testing::analysis(aligned.recorded(Side::Base));
    assert_eq!(testing::table_text(&sum), ["f 5 26", "g 21 21", "h 12 12"]);
    assert_eq!(aligned.runs(Side::Base).len(), 2);
}

#[test]
fn the_summary_names_what_went_the_other_way_and_what_is_noise() {
    let base = testing::stacks(&["main;parse 3000", "main;loads 400", "main 100"]);
    let new = testing::stacks(&["main;parse 1000", "main;loads 430", "main 100"]);
    assert_eq!(
        compared(&base, &new, |_| ()).summary(),
        "New is 56.3 % faster (3,500 → 1,530); most from `parse` (−2,000); `loads` slower by 30 (within noise)."
    );
    let same = compared(&base, &base, |_| ());
    assert_eq!(same.summary(), "New costs the same as base (3,500 → 3,500).");
}

#[test]
fn rows_sort_by_what_is_asked_and_equals_keep_their_order() {
    let base = listed(&[("a.py:1(a)", 10), ("a.py:2(b)", 10), ("a.py:3(c)", 10)]);
    let new = listed(&[("a.py:1(a)", 15), ("a.py:2(b)", 2), ("a.py:3(c)", 5), ("a.py:4(d)", 1)]);
    let comparison = compared(&base, &new, |_| ());
    let order = |key: DiffSort, descending: bool| {
        let mut rows: Vec<GroupId> = comparison.table().present().collect();
        let name = |g| comparison.name(g).into_owned();
        comparison.table().sort(&mut rows, key, Measure::Own, descending, name);
        rows.iter().map(|&g| name(g)).collect::<String>()
    };
    assert_eq!(order(DiffSort::DeltaSize, true), "bacd");
    assert_eq!(order(DiffSort::Delta, true), "adcb");
    assert_eq!(order(DiffSort::Relative, true), "dacb");
    assert_eq!(order(DiffSort::Base, true), "abcd");
    assert_eq!(order(DiffSort::Status, true), "abcd");
    assert_eq!(order(DiffSort::Name, false), "abcd");
}

#[test]
fn where_the_whole_got_a_little_slower_and_no_part_did_no_function_is_blamed() {
    let (base, new) = (testing::stacks(&["f 300", "g 100"]), testing::stacks(&["f 390", "g 130"]));
    let comparison = compared(&base, &new, |_| ());
    assert!(statuses(&comparison).iter().all(|(_, status)| *status == Status::WithinNoise));
    assert!(comparison.drifted());
    // Where one part grew, and the other did not, that one is blamed.
    let new = testing::stacks(&["f 300", "g 220"]);
    let comparison = compared(&base, &new, |_| ());
    assert!(!comparison.drifted());
    let expected = [("f".to_owned(), Status::Same), ("g".to_owned(), Status::Slower)];
    assert_eq!(statuses(&comparison), expected);
}

/// `f` of `a.py` begins on a line, and was seen on another one.
fn seen(first: u32, line: u32, file: &str) -> Arc<Profile> {
    let mut b = crate::model::ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    let track = b.track(crate::model::Track::default());
    let function = b.function_named("f", file, first);
    let frame = b.frame(function, line);
    let stack = b.stack_of(&[frame]);
    b.sample(track, stack, None, &[7]);
    Arc::new(b.finish().expect("builds"))
}

#[test]
fn beside_its_source_the_base_side_stands_where_it_was_recorded() {
    let comparison = compared(&seen(3, 5, "/old/a.py"), &seen(90, 92, "/new/a.py"), |_| ());
    let lines = |analysis: &crate::analyze::Analysis| {
        let profile = analysis.profile();
        let function = profile.functions().iter().position(|f| profile.text(f.name) == "f").expect("f");
        let function = profile.functions()[function];
        let heat = analysis.file_heat(function.file);
        let lines = heat.lines.iter().map(|l| (l.line, l.own)).collect::<Vec<_>>();
        (profile.text(function.file).to_owned(), function.line, lines)
    };
    assert_eq!(lines(comparison.side(Side::Base)), ("/new/a.py".to_owned(), 90, vec![(92, 7)]), "as on the new side");
    assert_eq!(lines(comparison.in_place(Side::Base)), ("/old/a.py".to_owned(), 3, vec![(5, 7)]));
    assert_eq!(lines(comparison.in_place(Side::New)), ("/new/a.py".to_owned(), 90, vec![(92, 7)]));
}
