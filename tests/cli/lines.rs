//! The commands on a recording of lines, which has no calls.

use crate::support::{Folder, Run};
use serde_json::json;

const LPROF: &[u8] = include_bytes!("../fixtures/lprof/4.2.0-py3.12.lprof");

fn run<const N: usize>(arguments: [&str; N]) -> Run {
    let folder = Folder::new();
    folder.write("a.lprof", LPROF);
    folder.run(arguments)
}

#[test]
fn info_says_that_there_is_no_tree() {
    let info: serde_json::Value = serde_json::from_str(&run(["info", "a.lprof", "--json"]).out).expect("JSON");
    assert_eq!(
        (&info["format"], &info["tree"], &info["samples"]),
        (&json!("line_profiler"), &json!("none"), &json!(0))
    );
    assert_eq!(info["metrics"], json!([{"name": "time", "unit": "ns", "total": 2_209_003}]));
    assert!(run(["info", "a.lprof"]).out.contains("call tree    none: lines were recorded, not calls"));
}

#[test]
fn top_prints_functions_and_lines_with_the_one_time_they_have() {
    let text = run(["top", "a.lprof", "-n", "2"]);
    let golden = "\
time: 2.21 ms in all

Time, ms  Time %  Function
   1.445  65.4 %  fill (work.py:21)
   0.736  33.3 %  squares (work.py:12)

3 more; `-n all` prints every row.
";
    assert_eq!((text.status, text.out.as_str()), (Some(0), golden));
    assert!(text.err.contains("stands twice in sums"), "{}", text.err);
    let lines = run(["top", "a.lprof", "--by", "line", "--format", "json", "-n", "1", "--sort", "calls"]).out;
    let lines: serde_json::Value = serde_json::from_str(&lines).expect("JSON");
    let row = &lines["rows"][0];
    assert_eq!((&row["function"], &row["line"], &row["calls"]), (&json!("squares"), &json!(15), &json!(1806)));
    assert!(row["primitive_calls"].is_null() && row["self"] == row["total"]);
}

#[test]
fn of_a_tree_that_was_not_recorded_nothing_is_written() {
    let run = run(["export", "a.lprof", "-o", "-"]);
    assert_eq!((run.status, run.out.as_str()), (Some(2), ""));
    assert!(run.err.contains("lines, not calls") && run.err.contains(".csv"), "{}", run.err);
}
