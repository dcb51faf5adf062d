//! Real pairs, row by row against what pstats and `go tool pprof` say of them, and verdicts whose truth is known.

use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

// What is asked, and what is answered

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compare")
}

/// `helioscope diff`, where the pairs are.
fn diff(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_helioscope"));
    command.current_dir(folder()).arg("diff").args(arguments).stdin(Stdio::null()).output().expect("runs")
}

/// Every row of a comparison, as JSON.
fn compared(arguments: &[&str]) -> Value {
    let output = diff(&[arguments, &["--format", "json", "-n", "all", "--no-scrub"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The arguments that compare several runs a side.
fn runs<'a>(base: &'a [String], new: &'a [String], options: &[&'a str]) -> Vec<&'a str> {
    let base = std::iter::once("--base").chain(base.iter().map(String::as_str));
    let new = std::iter::once("--new").chain(new.iter().map(String::as_str));
    base.chain(new).chain(options.iter().copied()).collect()
}

fn rows(comparison: &Value) -> &[Value] {
    comparison["rows"].as_array().expect("rows")
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}

fn integer(value: &Value) -> i64 {
    value.as_i64().expect("an integer")
}

/// The only row of a function.
fn row<'a>(comparison: &'a Value, function: &str) -> &'a Value {
    let mut found = rows(comparison).iter().filter(|row| row["function"] == function);
    let row = found.next().unwrap_or_else(|| panic!("no {function}: {comparison:#}"));
    assert_eq!(found.next(), None, "{function} is there twice");
    row
}

fn status<'a>(comparison: &'a Value, function: &str) -> &'a str {
    text(row(comparison, function), "status")
}

/// A name of cProfile without the address in it, which differs from run to run.
fn without_address(function: &str) -> String {
    let Some((before, address)) = function.split_once(" at 0x") else { return function.to_owned() };
    format!("{before}{}", address.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

fn truth() -> Value {
    let text = std::fs::read_to_string(folder().join("truth.json")).expect("the stored truth");
    serde_json::from_str(&text).expect("JSON")
}

/// A recording of py-spy, read here: samples by the function they were taken in.
fn leaves(name: &str) -> BTreeMap<String, i64> {
    let mut text = String::new();
    let file = std::fs::File::open(folder().join(name)).expect("opens");
    GzDecoder::new(file).read_to_string(&mut text).expect("decompresses");
    let mut leaves = BTreeMap::new();
    for line in text.lines() {
        let (stack, count) = line.rsplit_once(' ').expect("a count");
        let leaf = stack.rsplit(';').next().and_then(|frame| frame.rsplit_once(':')).map(|(function, _line)| function);
        if let Some(leaf) = leaf {
            *leaves.entry(leaf.to_owned()).or_default() += count.parse::<i64>().expect("a count");
        }
    }
    leaves
}

// Against go tool pprof

/// By metric of a pair of Go's profiles: its name, unit, and what pprof says.
fn metrics_of_go() -> Vec<(&'static str, String, Value)> {
    let mut metrics = Vec::new();
    for (file, of_file) in [("cpu", 2), ("heap", 4)] {
        let truth = truth()["pprof"][file].take();
        let truth = truth.as_object().expect("metrics");
        assert_eq!(truth.len(), of_file);
        metrics.extend(truth.iter().map(|(metric, truth)| (file, metric.clone(), truth.clone())));
    }
    metrics
}

fn go_pair(file: &str, metric: &str, options: &[&str]) -> Value {
    let [base, new] = ["base", "new"].map(|side| format!("shop/{file}-{side}.pb.gz"));
    compared(&[&[base.as_str(), &new, "--metric", metric], options].concat())
}

/// Self and total by function, as pprof prints them: without those that are nothing.
fn flat_and_cum(rows: &Value) -> BTreeMap<String, [i64; 2]> {
    let rows = rows.as_object().expect("rows").iter();
    let rows = rows.map(|(function, row)| (function.clone(), [integer(&row[0]), integer(&row[1])]));
    rows.filter(|(_, figures)| *figures != [0, 0]).collect()
}

/// Two figures of each row by function; none is as good as zero.
fn figures(comparison: &Value, of: impl Fn(&Value) -> [Value; 2]) -> BTreeMap<String, [i64; 2]> {
    let mut found = BTreeMap::new();
    for row in rows(comparison) {
        let figures = of(row).map(|figure| if figure.is_null() { 0 } else { integer(&figure) });
        let before = found.insert(text(row, "function").to_owned(), figures);
        assert_eq!(before, None, "twice: {row}");
    }
    found.retain(|_, figures| *figures != [0, 0]);
    found
}

#[test]
fn every_row_of_a_go_pair_is_what_go_tool_pprof_makes_of_it() {
    for (file, metric, truth) in metrics_of_go() {
        let comparison = go_pair(file, &metric, &[]);
        for side in ["base", "new"] {
            let ours = figures(&comparison, |row| [row[side]["self"].clone(), row[side]["total"].clone()]);
            assert_eq!(ours, flat_and_cum(&truth[side]), "{metric} of {side}");
        }
        let deltas = figures(&comparison, |row| [row["delta_self"].clone(), row["delta_total"].clone()]);
        for option in ["diff_base", "base_option"] {
            assert_eq!(deltas, flat_and_cum(&truth[option]), "{metric}, {option}");
        }
    }
}

#[test]
fn scaled_to_equal_totals_a_go_pair_is_what_normalize_of_pprof_makes_of_it() {
    // pprof cuts each sample to an integer after scaling it; a profile here has fewer than 300.
    const CUT: i64 = 300;
    for (file, metric, truth) in metrics_of_go() {
        if !["cpu", "alloc_space", "inuse_space"].contains(&metric.as_str()) {
            continue;
        }
        let comparison = go_pair(file, &metric, &["--normalize", "total"]);
        let ours = figures(&comparison, |row| [row["delta_self"].clone(), row["delta_total"].clone()]);
        let truth = flat_and_cum(&truth["normalized"]);
        assert!(truth.values().any(|row| row[0].abs() > 100 * CUT), "{metric}: the truth says something");
        for function in ours.keys().chain(truth.keys()) {
            let [ours, theirs] = [&ours, &truth].map(|rows| rows.get(function).copied().unwrap_or_default());
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                // pprof was asked for base minus new.
                assert!((ours + theirs).abs() <= CUT, "{metric}, {function}: {ours} against {}", -theirs);
            }
        }
    }
}

// Against pstats

/// A row as pstats has it: function, file, and self, total and calls of both sides.
type Row = (String, String, [Option<[i64; 3]>; 2]);

fn rows_of_pstats(pair: &Value) -> Vec<Row> {
    let figures = |side: &Value| side.as_array().map(|side| [0, 1, 2].map(|at| integer(&side[at])));
    let rows = pair["rows"].as_array().expect("rows").iter().map(|row| {
        let [file, function] = [0, 1].map(|at| row[at].as_str().expect("a text").to_owned());
        (function, if file == "~" { String::new() } else { file }, [figures(&row[2]), figures(&row[3])])
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort();
    rows
}

/// The same of a comparison, with each file named as pstats' rows name it.
fn rows_of_cprofile(comparison: &Value, pair: &Value) -> Vec<Row> {
    let truth = rows_of_pstats(pair);
    let mut files: Vec<&str> = truth.iter().map(|row| row.1.as_str()).collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.len()));
    let left_out = |function: &str, file: &str| {
        let mut left_out = pair["left_out"].as_array().expect("rows").iter();
        left_out.any(|row| row[1] == function && row[0] == file)
    };
    let figures = |side: &Value| {
        let side = side.as_object()?;
        Some(["self", "total", "calls"].map(|field| integer(&side[field])))
    };
    let rows = rows(comparison).iter().map(|row| {
        let path = row["file"].as_str().unwrap_or_default().replace('\\', "/");
        let file = files.iter().find(|file| path.ends_with(**file)).expect("a file of pstats");
        (without_address(text(row, "function")), (*file).to_owned(), [figures(&row["base"]), figures(&row["new"])])
    });
    let mut rows: Vec<Row> = rows.filter(|row| !left_out(&row.0, &row.1)).collect();
    rows.sort();
    rows
}

#[test]
fn every_row_of_a_cprofile_pair_is_what_pstats_reads_on_both_sides() {
    let truth = &truth()["cprofile"]["one run"];
    let comparison = compared(&["orders/base-1.prof", "orders/new-1.prof"]);
    assert_eq!(rows_of_cprofile(&comparison, truth), rows_of_pstats(truth));
    for (at, side) in ["base", "new"].into_iter().enumerate() {
        assert_eq!(comparison[side]["total"], truth["total"][at], "{side}");
    }
}

#[test]
fn several_runs_a_side_are_the_mean_of_what_pstats_adds_up() {
    let truth = &truth()["cprofile"]["four runs"];
    let [base, new] = ["base", "new"].map(|side| [1, 2, 3, 4].map(|run| format!("orders/{side}-{run}.prof")));
    let comparison = compared(&runs(&base, &new, &[]));
    // Sums of seconds and of nanoseconds are not rounded alike, and the parts of a mean are rounded so as to add up.
    let all = |rows: &[Row]| {
        let figures = rows.iter().flat_map(|row| row.2).map(Option::unwrap_or_default);
        figures.collect::<Vec<[i64; 3]>>()
    };
    let by_name = |mut rows: Vec<Row>| {
        rows.sort_by_key(|row| (row.1.clone(), row.0.clone(), row.2.map(|side| side.map(|side| side[0]))));
        rows
    };
    let (ours, summed) = (by_name(rows_of_cprofile(&comparison, truth)), by_name(rows_of_pstats(truth)));
    let names = |rows: &[Row]| rows.iter().map(|row| (row.0.clone(), row.1.clone())).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&summed));
    for (ours, summed) in all(&ours).into_iter().zip(all(&summed)) {
        assert!(ours.iter().zip(summed).all(|(ours, sum)| (4 * ours - sum).abs() <= 8), "{ours:?} of {summed:?}");
    }
}

#[test]
fn another_python_under_other_paths_is_matched_by_module_and_name() {
    let truth = &truth()["cprofile"]["container"];
    let comparison = compared(&["orders/base-1.prof", "orders/container.prof"]);
    assert_eq!(rows_of_cprofile(&comparison, truth), rows_of_pstats(truth));
}

#[test]
fn what_the_user_says_of_paths_goes_before_the_rules() {
    let pair = ["orders/base-1.prof", "orders/container.prof"];
    let mapped = |mapping: &str| compared(&[&pair[..], &["--map", mapping]].concat());
    assert_eq!(rows(&mapped("/home/ana/shop=/srv/app")), rows(&compared(&pair)));
    // Said to be another file, it has none of these functions.
    let wrong = mapped("/home/ana/shop/orders/customers.py=/srv/app/orders/report.py");
    let found = rows(&wrong).iter().filter(|row| row["function"] == "find");
    let mut statuses: Vec<&str> = found.map(|row| text(row, "status")).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["gone", "new"]);
}

#[test]
fn paths_of_windows_change_nothing_but_the_paths() {
    let figures = |new: &str| {
        let comparison = compared(&["orders/base-1.prof", new]);
        let rows = rows(&comparison).iter().map(|row| {
            let mut row = row.clone();
            row["file"].take();
            row.to_string()
        });
        let mut rows: Vec<String> = rows.collect();
        rows.sort();
        rows
    };
    assert_eq!(figures("orders/windows.prof"), figures("orders/new-1.prof"));
}

// What happened to functions

#[test]
fn a_function_that_moved_within_its_file_is_the_same_function() {
    for (base, new, moved) in [
        ("orders/base-1.prof", "orders/new-1.prof", "render"),
        ("orders/base-1.raw.gz", "orders/new-1.raw.gz", "checksum"),
        ("shop/cpu-base.pb.gz", "shop/cpu-new.pb.gz", "main.checksum"),
    ] {
        let comparison = compared(&[base, new]);
        let row = row(&comparison, moved);
        assert!(row["base"].is_object() && row["new"].is_object(), "{row}");
        assert!(!["new", "gone"].contains(&text(row, "status")), "{row}");
    }
}

#[test]
fn a_renamed_function_is_gone_under_its_old_name_and_new_under_the_other() {
    let comparison = compared(&["orders/base-1.prof", "orders/new-1.prof"]);
    assert_eq!([status(&comparison, "fmt"), status(&comparison, "format_amount")], ["gone", "new"]);
    assert_eq!([&row(&comparison, "fmt")["new"], &row(&comparison, "format_amount")["base"]], [&Value::Null; 2]);
    assert_eq!(status(&comparison, "settings"), "gone");
    let go = go_pair("cpu", "cpu", &[]);
    assert_eq!(status(&go, "regexp.MustCompile"), "gone");
}

#[test]
fn a_real_optimisation_is_found_by_every_recorder_and_named_first() {
    for (base, new, cause) in [
        ("orders/base-1.prof", "orders/new-1.prof", "find"),
        ("orders/base-1.raw.gz", "orders/new-1.raw.gz", "Book.find"),
        ("orders/base-1.raw.gz", "orders/container.raw.gz", "Book.find"),
        ("orders/base.speedscope.gz", "orders/new.speedscope.gz", "Book.find"),
        ("shop/cpu-base.pb.gz", "shop/cpu-new.pb.gz", "cmpbody"),
    ] {
        let comparison = compared(&[base, new]);
        let summary = text(&comparison, "summary");
        assert!(summary.contains("faster") && summary.contains(&format!("`{cause}`")), "{base}: {summary}");
    }
}

// Sampled profiles

/// Disjoint pairs of recordings of one and the same program.
const SAME: [[&str; 2]; 7] = [
    ["orders/base-1.raw.gz", "orders/base-2.raw.gz"],
    ["orders/base-3.raw.gz", "orders/base-4.raw.gz"],
    ["orders/again-1.raw.gz", "orders/again-2.raw.gz"],
    ["steps/base-1.raw.gz", "steps/base-2.raw.gz"],
    ["steps/base-3.raw.gz", "steps/base-4.raw.gz"],
    ["steps/new-1.raw.gz", "steps/new-2.raw.gz"],
    ["steps/new-3.raw.gz", "steps/new-4.raw.gz"],
];

#[test]
fn samples_are_counted_as_they_stand_in_the_file() {
    let [base, new] = ["orders/base-1.raw.gz", "orders/new-1.raw.gz"];
    let comparison = compared(&[base, new]);
    for (side, name) in [("base", base), ("new", new)] {
        let mut ours = BTreeMap::new();
        for row in rows(&comparison) {
            let count = row[side]["self"].as_i64().unwrap_or_default();
            if count != 0 {
                ours.insert(format!("{} ({}", text(row, "function"), row["file"].as_str().unwrap_or_default()), count);
            }
        }
        assert_eq!(ours, leaves(name), "{side}");
    }
}

/// How many rows are called slower or faster, of how many that both sides have.
fn verdicts(comparison: &Value) -> (usize, usize) {
    let rows = rows(comparison).iter().filter(|row| row["base"].is_object() && row["new"].is_object());
    let called = rows.clone().filter(|row| ["slower", "faster"].contains(&text(row, "status"))).count();
    (called, rows.count())
}

#[test]
fn two_recordings_of_one_program_differ_no_more_than_chance_allows() {
    for normalize in ["none", "total"] {
        let (mut called, mut all) = (0, 0);
        for [base, new] in SAME {
            let (c, a) = verdicts(&compared(&[base, new, "--normalize", normalize]));
            (called, all) = (called + c, all + a);
        }
        assert!(all > 80, "{called} of {all}");
        assert!(called * 20 <= all, "{normalize}: {called} of {all} rows are called slower or faster");
    }
}

#[test]
fn three_runs_a_side_of_one_program_differ_no_more_than_chance_allows() {
    let base = ["base-1", "base-2", "base-3"].map(|run| format!("orders/{run}.raw.gz"));
    let new = ["base-4", "again-1", "again-2"].map(|run| format!("orders/{run}.raw.gz"));
    let (called, all) = verdicts(&compared(&runs(&base, &new, &[])));
    assert!(called * 20 <= all, "{called} of {all} rows are called slower or faster");
}

fn steps(side: &str) -> [String; 4] {
    [1, 2, 3, 4].map(|run| format!("steps/{side}-{run}.raw.gz"))
}

#[test]
fn one_function_of_a_program_made_a_fifth_slower_is_found() {
    let comparison = compared(&runs(&steps("base"), &steps("new"), &[]));
    assert_eq!(
        ["read", "score", "write"].map(|function| status(&comparison, function)),
        ["within noise", "slower", "within noise"]
    );
    assert!(text(&comparison, "summary").contains("`score`"), "{}", comparison["summary"]);
}

#[test]
fn single_runs_suffice_to_find_it_more_often_than_not() {
    for normalize in ["none", "total"] {
        let found = steps("base").into_iter().zip(steps("new")).filter(|(base, new)| {
            let comparison = compared(&[base, new, "--normalize", normalize]);
            status(&comparison, "score") == "slower"
        });
        assert!(found.count() >= 3, "{normalize}");
    }
}

// Exit status

/// The exit status, and all that was printed.
fn verdict(arguments: &[&str]) -> (Option<i32>, String) {
    let output = diff(arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("UTF-8"))
}

#[test]
fn a_slower_program_fails_and_names_the_functions() {
    let [base, new] = ["base", "new"].map(steps);
    let with = |options: &[&str]| verdict(&runs(&base, &new, options));
    assert_eq!(with(&[]).0, Some(0));
    let (code, said) = with(&["--fail-above", "10", "-n", "0"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("score") && !said.contains("write"), "{said}");
    let (code, said) = with(&["--fail-above", "30"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = with(&["--fail-above", "10", "--min-share", "60"]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_faster_program_passes_and_an_unreadable_one_is_an_error() {
    let [base, new] = ["orders/base-1.prof", "orders/new-1.prof"];
    // Making up the orders is the same code, and took 5 % longer: one run does not tell whether that is chance.
    let (code, said) = verdict(&[base, new, "--fail-above", "10", "--min-share", "5"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = verdict(&[new, base, "--fail-above", "5"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("find"), "{said}");
    for unreadable in ["truth.json", "orders/missing.prof"] {
        let (code, said) = verdict(&[base, unreadable, "--fail-above", "5"]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(unreadable), "{said}");
    }
}

// What the answer says

#[test]
fn the_answer_has_the_fields_that_scripts_are_promised() {
    let fields = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    let has = |value: &Value, promised: &[&str]| {
        let fields = fields(value);
        let missing: Vec<_> = promised.iter().filter(|field| !fields.iter().any(|f| f == *field)).collect();
        assert!(missing.is_empty(), "{missing:?} in {value}");
    };
    let comparison = compared(&["orders/base-1.prof", "orders/new-1.prof"]);
    has(&comparison, &["metric", "unit", "normalize", "base", "new", "summary", "comparability", "rows"]);
    assert_eq!([&comparison["metric"], &comparison["unit"], &comparison["normalize"]], ["time", "ns", "none"]);
    for (side, path) in [("base", "orders/base-1.prof"), ("new", "orders/new-1.prof")] {
        has(&comparison[side], &["path", "total"]);
        assert_eq!(comparison[side]["path"], path);
    }
    for row in rows(&comparison) {
        has(row, &["function", "file", "status", "base", "new", "delta_self", "delta_total", "delta_calls"]);
        has(row, &["effect_calls", "effect_per_call", "noise"]);
        for side in [&row["base"], &row["new"]].into_iter().filter(|side| !side.is_null()) {
            has(side, &["self", "total", "calls"]);
        }
    }
    let sum: i64 = rows(&comparison).iter().map(|row| integer(&row["delta_self"])).sum();
    assert_eq!(sum, integer(&comparison["new"]["total"]) - integer(&comparison["base"]["total"]));
    let none = diff(&["orders/base-1.prof", "orders/new-1.prof", "--format", "json", "-n", "0"]);
    let none: Value = serde_json::from_slice(&none.stdout).expect("JSON");
    assert_eq!((rows(&none).len(), &none["summary"]), (0, &comparison["summary"]));
}

#[test]
fn effects_of_calls_and_of_each_call_make_up_the_delta() {
    let comparison = compared(&["orders/base-1.prof", "orders/new-1.prof"]);
    let mut split = 0;
    for row in rows(&comparison) {
        if let (Some(calls), Some(each)) = (row["effect_calls"].as_i64(), row["effect_per_call"].as_i64()) {
            assert_eq!(integer(&row["delta_self"]), calls + each, "{row}");
            split += 1;
        }
    }
    assert!(split > 200);
    // Called as often as before, and dearer or cheaper: it is the calls that cost something else.
    let find = row(&comparison, "find");
    assert_eq!((&find["delta_calls"], &find["effect_calls"]), (&Value::from(0), &Value::from(0)));
    // Called less often: parsing the settings.
    assert!(integer(&row(&comparison, "raw_decode")["effect_calls"]) < 0);
}

#[test]
fn what_two_profilers_measured_is_compared_by_shares_and_said_so() {
    let comparison = compared(&["orders/base-1.prof", "orders/base-1.raw.gz"]);
    assert_ne!(comparison["comparability"].as_array().map(Vec::len), Some(0));
    assert_eq!(comparison["normalize"], "total");
    // cProfile of Python 3.11 writes names without their classes.
    for function in ["Book.find", "Price.__init__", "JSONDecoder.raw_decode", "checksum", "settings"] {
        let row = row(&comparison, function);
        assert!(row["base"].is_object() && row["new"].is_object(), "{row}");
    }
}
