use super::{STACKS, borrowed, named};
use crate::analyze::testing::{analysis, asked, graph, stacks, table_text};
use crate::analyze::{Analysis, FunctionTable, GroupBy, GroupId, Neighbour, SortKey, share};
use crate::model::TrackId;
use std::borrow::Cow;

fn totals(a: &Analysis, rows: &[Neighbour]) -> Vec<String> {
    rows.iter().map(|n| format!("{} {}", a.name(n.group), n.total)).collect()
}

#[test]
fn a_sample_counts_once_for_a_function_however_often_it_recurs() {
    let a = analysis(&stacks(STACKS));
    assert_eq!(table_text(&a), ["main 0 9", "parse 0 5", "read 2 2", "log 7 7"]);
    let a = analysis(&stacks(&["f;g;f;g;f 3", "g;f;g 2", "f 1"]));
    assert_eq!(table_text(&a), ["f 4 6", "g 2 5"]);
}

#[test]
fn what_ran_and_cost_nothing_has_a_row_however_the_table_is_made() {
    let profile = stacks(&["main;a 3", "main;b 0", "c;b 0", "d -2", "d 2"]);
    let a = analysis(&profile);
    assert_eq!(table_text(&a), ["main 0 3", "a 3 3", "b 0 0", "c 0 0", "d 0 0"]);
    let direct = FunctionTable::new(&profile, a.groups(), a.query());
    assert!(a.table().present().eq(direct.present()));
    // What no sample of the thread has on its stack did not run there.
    let two = stacks(&["#one main;a 3", "#two main;b 0"]);
    assert_eq!(table_text(&asked(&two, |q| q.track = Some(TrackId(1)))), ["main 0 0", "b 0 0"]);
}

#[test]
fn lines_of_one_function_are_one_row_and_recursion_over_other_lines_is_recursion() {
    let a = analysis(&stacks(&["f:1;f:2 3", "f:2;g:9 1"]));
    assert_eq!(table_text(&a), ["f 3 4", "g 1 1"]);
    let a = asked(&stacks(&["f:1;f:2 3", "f:2;g:9 1", "g 5"]), |q| q.by = GroupBy::Line);
    assert_eq!(table_text(&a), ["f:1 0 3", "f:2 3 4", "g:9 1 1", "g 5 5"]);
}

#[test]
fn threads_and_time_ranges_choose_samples_and_add_up() {
    let profile = stacks(&["#one @0 main;a 5", "#two @3 main;b 2", "#one @5 main;b 4", "#two @9 main 1"]);
    assert_eq!(table_text(&analysis(&profile)), ["main 1 12", "a 5 5", "b 6 6"]);
    let one = asked(&profile, |q| q.track = Some(TrackId(0)));
    let two = asked(&profile, |q| q.track = Some(TrackId(1)));
    assert_eq!(table_text(&one), ["main 0 9", "a 5 5", "b 4 4"]);
    assert_eq!(table_text(&two), ["main 1 3", "b 2 2"]);
    assert_eq!((one.samples(), two.samples(), one.sum() + two.sum()), (Some(2), Some(2), 12));
    // From the first nanosecond of a range up to its last, without its end; of a sample that lasts, the part within.
    let ranges = [(0, 3, 3), (0, 4, 5), (3, 5, 4), (5, 10, 5), (9, 9, 0), (10, 99, 0), (-5, i64::MAX, 12)];
    for (from, to, sum) in ranges {
        assert_eq!(asked(&profile, |q| q.time_ns = Some((from, to))).sum(), sum, "{from}..{to}");
    }
    // Samples without times are in every range.
    assert_eq!(asked(&stacks(STACKS), |q| q.time_ns = Some((5, 6))).sum(), 9);
}

#[test]
fn neighbours_count_a_sample_once_for_an_edge_however_often_it_recurs() {
    let a = analysis(&stacks(&["f;g;f;g 3", "f;g 2", "g;f 1", "f;f;f 4", "h;f;f;g 5"]));
    let n = a.neighbours(named(&a, "f"));
    assert_eq!(totals(&a, &n.callers), ["f 9", "h 5", "g 4"]);
    assert_eq!(totals(&a, &n.callees), ["g 10", "f 9"]);
    let n = a.neighbours(named(&a, "g"));
    assert_eq!(totals(&a, &n.callers), ["f 10"]);
    assert_eq!(totals(&a, &n.callees), ["f 4"]);
    let n = a.neighbours(named(&a, "h"));
    assert_eq!((totals(&a, &n.callers), totals(&a, &n.callees)), (vec![], vec!["f 5".to_owned()]));
}

#[test]
fn neighbours_of_every_function_equal_what_the_stacks_say() {
    // Words over three functions, long enough for edges to recur in every way.
    let words: Vec<Vec<&str>> =
        (0..729_usize).map(|word| (0..6).map(|i| ["a", "b", "c"][word / 3_usize.pow(i) % 3]).collect()).collect();
    let lines: Vec<String> = words.iter().map(|word| format!("{} 1", word.join(";"))).collect();
    let a = analysis(&stacks(&borrowed(&lines)));
    for of in ["a", "b", "c"] {
        let n = a.neighbours(named(&a, of));
        for other in ["a", "b", "c"] {
            let with =
                |edge: [&str; 2]| words.iter().filter(|word| word.array_windows().any(|pair| *pair == edge)).count();
            let row = |rows: &[Neighbour]| rows.iter().find(|n| a.name(n.group) == other).map(|n| n.total as usize);
            assert_eq!(row(&n.callers), Some(with([other, of])), "{other} calls {of}");
            assert_eq!(row(&n.callees), Some(with([of, other])), "{of} calls {other}");
        }
    }
}

#[test]
fn neighbours_in_a_call_graph_are_the_recorded_edges() {
    let a = analysis(&graph(&[
        "main 10 100",
        "f 30 60 x7/5",
        "g 60 60",
        "main>f 60 x5",
        "f>f 9 x2/0",
        "main>g 30",
        "f>g 30 x4",
    ]));
    let n = a.neighbours(named(&a, "f"));
    assert_eq!(totals(&a, &n.callers), ["main 60", "f 9"]);
    assert_eq!(totals(&a, &n.callees), ["g 30", "f 9"]);
    assert_eq!(n.callers[0].calls, Some((5, 5)));
    assert_eq!(n.callees[0].calls, Some((4, 4)));
}

#[test]
fn a_call_graphs_figures_are_those_recorded() {
    let a = analysis(&graph(&["main 10 100", "f 90 90 x9/3", "main>f 90 x3", "f>f 40 x6/0"]));
    let (table, f) = (a.table(), named(&a, "f"));
    assert_eq!(table_text(&a), ["main 10 100", "f 90 90"]);
    assert_eq!(table.calls(f), Some((9, 3)));
    // As pstats divides: own time by all calls, total time by primitive calls.
    assert_eq!((table.own_per_call(f), table.total_per_call(f)), (Some(10.0), Some(30.0)));
    assert!(table.has_calls() && table.totals_are_exact());
    assert_eq!(a.samples(), None);
}

#[test]
fn calls_that_were_not_counted_divide_nothing() {
    let a = analysis(&graph(&["main 10 10 x-1", "f 5 5 x0"]));
    for name in ["main", "f"] {
        let group = named(&a, name);
        assert_eq!((a.table().own_per_call(group), a.table().total_per_call(group)), (None, None));
    }
    assert_eq!(a.table().calls(named(&a, "main")), None);
    assert_eq!(a.table().calls(named(&a, "f")), Some((0, 0)));
}

#[test]
fn shares_are_never_above_one_whatever_was_recorded() {
    // Threads that overlap in one cProfile recording: totals of several times the run.
    let a = analysis(&graph(&["main 10 314", "f 90 250", "main>f 250"]));
    assert!((a.table().share(314) - 1.0).abs() < 1e-12);
    assert!((share(-5, 2) + 1.0).abs() < 1e-12);
    assert!(share(7, 0).abs() < 1e-12);
    assert!((share(1, 4) - 0.25).abs() < 1e-12);
}

#[test]
fn rows_sort_by_any_column_and_ties_stay_as_they_were() {
    let a = analysis(&stacks(&["b 2", "a;long_name_x 3", "a;long_name_a 3", "c 5"]));
    let sorted = |key, descending| {
        let mut rows: Vec<GroupId> = a.table().present().collect();
        a.table().sort(&mut rows, key, descending, |g| a.name(g));
        rows.iter().map(|&g| a.name(g).into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(sorted(SortKey::Own, true), ["c", "long_name_x", "long_name_a", "b", "a"]);
    assert_eq!(sorted(SortKey::Own, false), ["a", "b", "long_name_x", "long_name_a", "c"]);
    assert_eq!(sorted(SortKey::Total, true), ["a", "c", "long_name_x", "long_name_a", "b"]);
    assert_eq!(sorted(SortKey::Name, false), ["a", "b", "c", "long_name_a", "long_name_x"]);
    assert_eq!(sorted(SortKey::Name, true), ["long_name_x", "long_name_a", "c", "b", "a"]);
    // Nobody counted calls: nothing to sort by.
    assert_eq!(sorted(SortKey::OwnPerCall, true), sorted(SortKey::Calls, true));
    let mut rows: Vec<GroupId> = a.table().present().collect();
    let before = rows.clone();
    a.table().sort(&mut rows, SortKey::Place, true, |_| Cow::Borrowed("same"));
    assert_eq!(rows, before);
}

#[test]
fn nothing_recorded_has_an_empty_table() {
    let a = analysis(&stacks(&[]));
    assert_eq!((table_text(&a), a.sum(), a.samples()), (vec![], 0, Some(0)));
    let a = analysis(&graph(&[]));
    assert_eq!((table_text(&a), a.sum(), a.samples()), (vec![], 0, None));
}
