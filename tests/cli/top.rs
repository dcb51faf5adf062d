//! `helioscope top`.

use crate::support::{FOLDED, Folder, TWO_THREADS, cprofile};
use serde_json::json;

#[test]
fn json_counts_a_sample_once_for_a_function_that_recurs() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let row = |function: &str, file: &str, own: i64, total: i64| {
        json!({"function": function, "file": file, "line": null, "self": own, "total": total,
               "calls": null, "primitive_calls": null})
    };
    let expected = json!({"metric": "samples", "unit": "samples", "total": 10, "rows": [
        row("parse", "app/csv.py", 8, 8),
        row("read", "app/io.py", 2, 2),
        row("<module>", "app/run.py", 0, 10),
        row("main", "app/run.py", 0, 10),
    ]});
    assert_eq!(folder.run(["top", "a.folded", "--format", "json"]).json(), expected);
}

#[test]
fn rows_can_be_lines_files_modules_or_packages() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let rows = |by: &str| {
        let text = folder.run(["top", "a.folded", "--format", "csv", "--sort", "total", "--by", by]).clean();
        text.lines().skip(1).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        rows("line"),
        [
            "<module>,app/run.py,9,0,10,,",
            "main,app/run.py,3,0,8,,",
            "parse,app/csv.py,12,8,8,,",
            "parse,app/csv.py,14,0,3,,",
            "main,app/run.py,4,0,2,,",
            "read,app/io.py,7,2,2,,",
        ]
    );
    assert_eq!(
        rows("file"),
        ["app/run.py,app/run.py,,0,10,,", "app/csv.py,app/csv.py,,8,8,,", "app/io.py,app/io.py,,2,2,,"]
    );
    assert_eq!(rows("module"), ["app.run,app/run.py,,0,10,,", "app.csv,app/csv.py,,8,8,,", "app.io,app/io.py,,2,2,,"]);
    assert_eq!(rows("package"), ["your code,,,10,10,,"]);
}

#[test]
fn cprofile_keeps_calls_primitive_calls_and_first_lines() {
    let folder = Folder::new();
    folder.write("a.prof", cprofile());
    let expected = "\
function,file,line,self,total,calls,primitive_calls
<built-in method time.sleep>,,,500000000,500000000,2,2
load,app/data.py,4,375000000,875000000,5,2
main,app/run.py,1,125000000,1000000000,1,1
retry,app/run.py,9,0,500000000,1,1
";
    assert_eq!(folder.run(["top", "a.prof", "--format", "csv"]).clean(), expected);
    let by_calls = folder.run(["top", "a.prof", "--format", "json", "--sort", "calls", "-n", "2"]).json();
    assert_eq!(by_calls["rows"].as_array().expect("rows").len(), 2);
    assert_eq!((&by_calls["rows"][0]["function"], &by_calls["rows"][0]["calls"]), (&json!("load"), &json!(5)));
    assert_eq!(by_calls["total"], 1_000_000_000);
}

#[test]
fn the_table_is_for_people() {
    let folder = Folder::new();
    folder.write("a.prof", cprofile());
    let golden = "\
time: 1.00 s in all

Self, ms  Self %  Total, ms  Total %  Calls  Function
   500.0  50.0 %      500.0   50.0 %      2  <built-in method time.sleep>
   375.0  37.5 %      875.0   87.5 %    5/2  load (app/data.py:4)

2 more; `-n all` prints every row.
";
    assert_eq!(folder.run(["top", "a.prof", "-n", "2"]).clean(), golden);
}

#[test]
fn markdown_is_a_table_of_github() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let golden = "\
| Self, samples | Self % | Total, samples | Total % | Function |
|--:|--:|--:|--:|---|
| 8 | 80.0 % | 8 | 80.0 % | `parse` `app/csv.py` |
";
    assert_eq!(folder.run(["top", "a.folded", "--format", "markdown", "-n", "1"]).clean(), golden);
}

#[test]
fn one_thread_is_counted_alone() {
    let folder = Folder::new();
    folder.write("two.json", TWO_THREADS);
    let top = |thread: &str| folder.run(["top", "two.json", "--thread", thread, "--format", "json"]).json();
    let expected = json!({"metric": "time", "unit": "ns", "total": 9_000_000, "rows": [
        {"function": "wait", "file": "pool.py", "line": 8, "self": 9_000_000, "total": 9_000_000,
         "calls": null, "primitive_calls": null}]});
    assert_eq!(top("Worker-1"), expected);
    assert_eq!(top("work"), expected);
    assert_eq!(top("#1")["total"], 6_000_000);
}

#[test]
fn a_function_without_a_name_is_seen_by_people_and_stays_as_recorded_for_programs() {
    let folder = Folder::new();
    folder.write("a.folded", "main;;leaf 3\nmain; 5\n");
    let golden = "\
samples: 8 in all

Self, samples  Self %  Total, samples  Total %  Function
            5  62.5 %               8    100 %  (no name)
            3  37.5 %               3   37.5 %  leaf
            0     0 %               8    100 %  main
";
    assert_eq!(folder.run(["top", "a.folded"]).clean(), golden);
    assert!(folder.run(["top", "a.folded", "--format", "markdown"]).clean().contains("| `(no name)` |"));
    assert_eq!(folder.run(["top", "a.folded", "--format", "json"]).json()["rows"][0]["function"], "");
    assert_eq!(folder.run(["top", "a.folded", "--format", "csv", "-n", "1"]).clean().lines().nth(1), Some(",,,5,8,,"));
}

#[test]
fn no_rows_is_not_no_answer() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let json = folder.run(["top", "a.folded", "--format", "json", "-n", "0"]).json();
    assert_eq!(json, json!({"metric": "samples", "unit": "samples", "total": 10, "rows": []}));
}

#[test]
fn markdown_names_nobody_unless_asked_to() {
    let folder = Folder::new();
    folder.write("a.folded", "main (/home/jane/a.py:1) 10\n");
    let top = |arguments: &[&str]| folder.run(["top", "a.folded"].iter().chain(arguments)).clean();
    assert!(top(&["--format", "markdown"]).ends_with("| `main` `~/a.py` |\n"));
    assert!(top(&["--format", "markdown", "--no-scrub"]).contains("`/home/jane/a.py`"));
    assert!(top(&["--format", "json"]).contains("/home/jane/a.py"), "programs look files up");
}
