//! `helioscope hints` and `helioscope rules`, as scripts see them.

use super::support::folder;
use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_helioscope")).current_dir(folder()).args(arguments).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn json_holds_what_is_promised() {
    let (status, out, _) =
        run(&["hints", "banned_guests/slow.prof", "--source-root", "banned_guests", "--format", "json"]);
    assert_eq!(status, Some(0));
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let shares = report["bounds"].as_object().expect("bounds");
    let sum: f64 = shares.values().filter_map(serde_json::Value::as_f64).sum();
    assert!((sum - 1.0).abs() < 0.001, "{shares:?}");
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "list-membership-in-loop");
    assert_eq!(finding["function"], "turned_away");
    assert_eq!(finding["line"], 18);
    for field in [
        "severity",
        "title",
        "category",
        "file",
        "lines",
        "share",
        "ceiling",
        "likely_gain",
        "confidence",
        "evidence",
        "advice",
        "before",
        "after",
        "docs",
    ] {
        assert!(!finding[field].is_null(), "{field}");
    }
    assert!(report["checked"].as_array().is_some_and(|c| c.len() > 40));
    assert!(report["not_applicable"][0]["rule"].is_string() && report["not_applicable"][0]["why"].is_string());
}

#[test]
fn without_source_rules_that_need_it_say_so() {
    let (_, out, _) = run(&["hints", "banned_guests/slow.prof", "--no-source", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let refused = report["not_applicable"].as_array().expect("a list");
    let why = refused.iter().find(|n| n["rule"] == "list-membership-in-loop").expect("is there");
    assert!(why["why"].as_str().is_some_and(|w| w.contains("--source-root")), "{why}");
}

#[test]
fn a_mapping_leads_to_the_source() {
    let (_, out, _) = run(&["hints", "print_queue/slow.prof", "--map", "/srv/hints=.", "--format", "markdown"]);
    assert!(out.contains("page = waiting.pop(0)"), "{out}");
}

#[test]
fn the_table_is_for_people_and_the_rules_explain_themselves() {
    let (status, out, _) = run(&["hints", "stairs/slow.prof", "--source-root", "stairs"]);
    assert_eq!(status, Some(0));
    assert!(out.contains("[exponential-recursion]") && out.contains("likely 18× faster"), "{out}");
    let (status, out, _) = run(&["rules", "exponential-recursion"]);
    assert!(status == Some(0) && out.contains("**Wrong if**"), "{out}");
    let (status, _, err) = run(&["rules", "no-such-rule"]);
    assert!(status == Some(2) && err.contains("no rule"), "{err}");
}

#[test]
fn what_is_too_little_can_be_left_out() {
    let (_, out, _) = run(&[
        "hints",
        "seat_numbers/slow.prof",
        "--source-root",
        "seat_numbers",
        "--min-share",
        "100",
        "--format",
        "json",
    ]);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{}", report["findings"]);
    let (status, _, err) = run(&["hints", "stairs/slow.prof", "--min-share", "lots"]);
    assert_eq!(status, Some(2), "{err}");
}

#[test]
fn code_in_a_sentence_stays_code_in_markdown() {
    let markdown = |case: &str| run(&["hints", case, "--no-source", "--format", "markdown"]).1;
    let choir = markdown("choir/slow.prof");
    assert!(choir.contains("record them too (`py-spy record --threads --idle`)."), "{choir}");
    let snapshots = markdown("snapshots/slow.prof");
    assert!(snapshots.contains("\n`json.dump` writes through an encoder in Python"), "{snapshots}");
}
