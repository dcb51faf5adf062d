//! `helioscope info`.

use crate::support::{FOLDED, Folder, TWO_THREADS, cprofile};
use serde_json::json;

#[test]
fn json_has_every_field_and_null_for_what_is_not_known() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let expected = json!({
        "path": "a.folded",
        "format": "collapsed stacks",
        "producer": null,
        "metrics": [{"name": "samples", "unit": "samples", "total": 10}],
        "functions": 4,
        "samples": 3,
        "threads": [{"name": null, "pid": null, "tid": null, "total": 10}],
        "duration_ns": null,
        "tree": "exact",
        "warnings": [],
    });
    assert_eq!(folder.run(["info", "a.folded", "--json"]).json(), expected);
}

#[test]
fn threads_have_their_names_and_totals() {
    let folder = Folder::new();
    folder.write("two.json", TWO_THREADS);
    let info = folder.run(["info", "two.json", "--json"]).json();
    assert_eq!(
        info["metrics"],
        json!([
            {"name": "time", "unit": "ns", "total": 15_000_000},
            {"name": "samples", "unit": "samples", "total": 3},
        ])
    );
    assert_eq!(
        info["threads"],
        json!([
            {"name": "MainThread", "pid": null, "tid": null, "total": 6_000_000},
            {"name": "Worker-1", "pid": null, "tid": null, "total": 9_000_000},
        ])
    );
}

#[test]
fn the_tree_of_a_call_graph_is_estimated_unless_every_function_has_one_caller() {
    let folder = Folder::new();
    folder.write("a.prof", cprofile());
    let info = folder.run(["info", "a.prof", "--json"]).json();
    assert_eq!(
        (&info["format"], &info["tree"], &info["samples"]),
        (&json!("cProfile"), &json!("estimated"), &json!(0))
    );
    // An empty dictionary of marshal.
    folder.write("empty.prof", b"{0");
    let info = folder.run(["info", "empty.prof", "--json"]).json();
    assert_eq!((&info["tree"], &info["functions"]), (&json!("none"), &json!(0)));
    assert!(!info["warnings"].as_array().expect("warnings").is_empty());
}

#[test]
fn people_get_words() {
    let folder = Folder::new();
    folder.write("two.json", TWO_THREADS);
    let golden = "\
two.json

  format       speedscope
  functions    2
  samples      3
  call tree    exact

Metrics
  time: 15.0 ms  (shown first)
  samples: 3

Threads
  MainThread: 6.00 ms
  Worker-1: 9.00 ms
";
    assert_eq!(folder.run(["info", "two.json"]).clean(), golden);
    // Rows that each stand for many samples are not called samples.
    folder.write("a.folded", FOLDED);
    let info = folder.run(["info", "a.folded"]).clean();
    assert!(info.contains("\n  stacks       3\n") && info.contains("\n  samples: 10  (shown first)\n"), "{info}");
}
