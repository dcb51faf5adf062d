//! `helioscope diff` as people and scripts use it.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const BEFORE: &str = "\
main (app/run.py:3);parse (app/csv.py:12) 600
main (app/run.py:3);parse (app/csv.py:12);loads (lib/json.py:9) 200
main (app/run.py:3);old (app/csv.py:80) 100
main (app/run.py:3) 100
";
const AFTER: &str = "\
main (app/run.py:4);parse (app/csv.py:19) 200
main (app/run.py:4);parse (app/csv.py:19);loads (lib/json.py:9) 210
main (app/run.py:4);fresh (app/csv.py:90) 100
main (app/run.py:4) 100
";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("before.txt", BEFORE);
        folder.write("after.txt", AFTER);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helioscope"));
        command.current_dir(self.path()).arg("diff").args(arguments).stdin(Stdio::null()).env("COLUMNS", "80");
        command.output().unwrap()
    }

    /// Status, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.output(arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let (status, out, err) = self.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!((status, err.as_str()), (0, ""));
        serde_json::from_str(&out).unwrap()
    }
}

#[test]
fn a_terminal_gets_the_sentence_then_columns() {
    let (status, out, err) = Folder::new().run(&["before.txt", "after.txt"]);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn json_holds_what_both_sides_hold_and_null_for_what_one_lacks() {
    let json = Folder::new().json(&["before.txt", "after.txt"]);
    let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    for key in ["metric", "unit", "normalize", "base", "new", "summary", "comparability", "rows"] {
        assert!(keys.contains(&key), "{keys:?}");
    }
    assert_eq!((&json["base"]["path"], &json["base"]["total"]), (&"before.txt".into(), &1_000.into()));
    assert_eq!((&json["new"]["path"], &json["new"]["total"]), (&"after.txt".into(), &610.into()));
    assert_eq!((&json["unit"], &json["normalize"]), (&"samples".into(), &"none".into()));
    let row = |name: &str| {
        let rows = json["rows"].as_array().unwrap();
        rows.iter().find(|row| row["function"] == name).unwrap_or_else(|| panic!("no row {name}")).clone()
    };
    let parse = row("parse");
    assert_eq!(parse["base"], serde_json::json!({"self": 600, "total": 800, "calls": null}));
    assert_eq!(parse["new"], serde_json::json!({"self": 200, "total": 410, "calls": null}));
    assert_eq!((&parse["delta_self"], &parse["delta_total"]), (&(-400).into(), &(-390).into()));
    assert_eq!((&parse["status"], &parse["delta_calls"]), (&"faster".into(), &serde_json::Value::Null));
    assert!(parse["noise"]["total"]["high"].as_i64().unwrap() < 0);
    assert_eq!(row("loads")["status"], "within noise");
    let (old, fresh) = (row("old"), row("fresh"));
    assert_eq!((&old["status"], &old["new"]), (&"gone".into(), &serde_json::Value::Null));
    assert_eq!((&fresh["status"], &fresh["base"]), (&"new".into(), &serde_json::Value::Null));
}

#[test]
fn every_format_says_how_values_were_made_comparable() {
    let folder = Folder::new();
    for (format, expected) in [
        ("table", "base scaled to the total of new"),
        ("markdown", "base scaled to the total of new"),
        ("json", "\"normalize\":\"total\""),
        ("csv", ",total\n"),
    ] {
        let (status, out, _) = folder.run(&["before.txt", "after.txt", "--normalize", "total", "--format", format]);
        assert_eq!(status, 0);
        assert!(out.contains(expected), "{out}");
    }
}

#[test]
fn csv_and_markdown_have_a_cell_for_every_column() {
    let folder = Folder::new();
    let (_, csv, _) = folder.run(&["before.txt", "after.txt", "--format", "csv"]);
    assert!(csv.lines().all(|line| line.matches(',').count() == 19), "{csv}");
    assert_eq!(csv.lines().count(), 6);
    let (_, markdown, _) = folder.run(&["before.txt", "after.txt", "--format", "markdown"]);
    let bars = |line: &str| line.matches('|').count();
    let table: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(table.iter().all(|line| bars(line) == bars(table[0])), "{markdown}");
}

#[test]
fn slower_than_allowed_ends_with_status_1_and_names_what() {
    let folder = Folder::new();
    let (status, out, err) = folder.run(&["after.txt", "before.txt", "--fail-above", "10", "-n", "0"]);
    assert_eq!(status, 1, "{err}");
    assert!(out.starts_with("New is 63.9 % slower"), "{out}");
    assert_eq!(
        err,
        "error: slower than allowed:\n  everything: +63.9 % (610 → 1,000)\n  `main`: +63.9 % (610 → 1,000)\n  \
         `parse`: +95.1 % (410 → 800)\n",
        "a function changed: nothing more is to be said"
    );
    // What is no slower, less than allowed, or within noise passes.
    for arguments in [
        ["before.txt", "after.txt", "--fail-above", "0"],
        ["after.txt", "before.txt", "--fail-above", "96"],
        ["before.txt", "before.txt", "--fail-above", "0"],
    ] {
        assert_eq!(folder.run(&arguments).0, 0, "{arguments:?}");
    }
}

#[test]
fn one_run_a_side_that_only_drifted_fails_by_what_is_sure_and_says_how_to_be_surer() {
    let folder = Folder::new();
    for (name, percent) in [("a.txt", 100), ("busy.txt", 106), ("busier.txt", 130)] {
        let part = |of: i64| of * percent / 100;
        folder.write(name, &format!("main;f {}\nmain;g {}\nmain;h {}\n", part(4_000), part(3_000), part(2_000)));
    }
    let (status, _, err) = folder.run(&["a.txt", "busy.txt", "--fail-above", "5", "-n", "0"]);
    assert_eq!(status, 0, "from 9,000 to 9,540 is at least 2.9 %: {err}");
    assert!(err.starts_with("warning: not sure: everything: +6.0 %") && err.contains("several runs a side"), "{err}");
    let (status, out, err) = folder.run(&["a.txt", "busier.txt", "--fail-above", "5", "-n", "0"]);
    assert_eq!(status, 1);
    assert!(out.starts_with("New is 30.0 % slower, all functions alike (9,000 → 11,700)"), "{out}");
    assert!(err.contains("everything: +30.0 %") && err.contains("several runs a side"), "{err}");
}

#[test]
fn functions_below_the_least_share_do_not_fail() {
    let folder = Folder::new();
    folder.write("a.txt", "main;rare 20\nmain;often 2000\n");
    folder.write("b.txt", "main;rare 90\nmain;often 2000\n");
    let status = |share: &str| folder.run(&["a.txt", "b.txt", "--fail-above", "50", "--min-share", share]).0;
    assert_eq!((status("1"), status("5")), (1, 0));
}

#[test]
fn every_error_ends_with_status_2() {
    let folder = Folder::new();
    folder.write("broken.json", "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",");
    for arguments in [
        &["before.txt"][..],
        &[],
        &["before.txt", "after.txt", "before.txt"],
        &["before.txt", "nowhere.txt"],
        &["broken.json", "after.txt"],
        &["before.txt", "after.txt", "--metric", "none"],
        &["before.txt", "after.txt", "--fail-above", "-1"],
        &["before.txt", "after.txt", "--fail-above", "NaN"],
        &["before.txt", "after.txt", "--map", "nothing"],
        &["before.txt", "after.txt", "--normalize", "per-call"],
        &["before.txt", "after.txt", "--sort", "calls"],
        &["--base", "before.txt"],
    ] {
        let (status, out, err) = folder.run(arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.starts_with("error: "), "{err}");
    }
}

#[test]
fn several_runs_a_side_are_named_and_averaged() {
    let folder = Folder::new();
    for (i, n) in [95, 100, 105].iter().enumerate() {
        folder.write(&format!("a{i}.txt"), &format!("main;f {n}\nmain;g 50\n"));
        folder.write(&format!("b{i}.txt"), &format!("main;f {}\nmain;g 50\n", n + 60));
    }
    let json = folder.json(&["--base", "a0.txt", "a1.txt", "a2.txt", "--new", "b0.txt", "b1.txt", "b2.txt"]);
    assert_eq!(json["base"]["paths"], serde_json::json!(["a0.txt", "a1.txt", "a2.txt"]));
    assert_eq!((&json["base"]["total"], &json["new"]["total"]), (&150.into(), &210.into()));
    let f = json["rows"].as_array().unwrap().iter().find(|row| row["function"] == "f").unwrap().clone();
    assert_eq!((&f["delta_self"], &f["status"]), (&60.into(), &"slower".into()));
    assert_eq!(f["runs"]["base"]["self"], serde_json::json!({"mean": 100.0, "spread": 5.0}));
    assert_eq!(f["runs"]["new"]["count"], 3);
}

#[test]
fn mapped_files_are_the_same_file() {
    let folder = Folder::new();
    folder.write("moved.txt", &AFTER.replace("app/csv.py", "app/readers/table.py"));
    let status = |arguments: &[&str]| {
        let json = folder.json(arguments);
        json["rows"].as_array().unwrap().iter().filter(|r| r["function"] == "parse").count()
    };
    assert_eq!(status(&["before.txt", "moved.txt"]), 2);
    assert_eq!(status(&["before.txt", "moved.txt", "--map", "app/csv.py=app/readers/table.py"]), 1);
}

#[test]
fn empty_and_negative_recordings_are_compared_without_a_number_that_is_none() {
    let folder = Folder::new();
    let speedscope = |weight: &str| {
        format!(
            "{{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"shared\":{{\"frames\":[{{\"name\":\"f\"}}]}},\
             \"profiles\":[{{\"type\":\"sampled\",\"name\":\"t\",\"unit\":\"nanoseconds\",\"startValue\":0,\"endValue\":0,\
             \"samples\":[[0]],\"weights\":[{weight}]}}]}}"
        )
    };
    let weights = ["0", "-5", "9223372036854775807", "-9223372036854775807", "7"];
    for (i, weight) in weights.iter().enumerate() {
        folder.write(&format!("{i}.json"), &speedscope(weight));
    }
    for base in 0..weights.len() {
        for new in 0..weights.len() {
            for normalize in ["none", "total"] {
                let (base, new) = (format!("{base}.json"), format!("{new}.json"));
                for format in ["json", "csv", "markdown", "table"] {
                    let arguments = [&*base, &*new, "--normalize", normalize, "--format", format, "--fail-above", "5"];
                    let (status, out, err) = folder.run(&arguments);
                    assert!(status == 0 || status == 1, "{arguments:?}: {err}");
                    assert!(!out.contains("NaN") && !out.contains("inf"), "{arguments:?}: {out}");
                    assert!(!err.contains("panicked"), "{err}");
                }
            }
        }
    }
}

#[test]
fn what_is_passed_on_names_nobody_unless_asked_to() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path().join("home/jane")).unwrap();
    for (name, line) in [("home/jane/old.txt", 600), ("home/jane/new.txt", 100)] {
        folder.write(name, &format!("main (/home/jane/a.py:1);load /home/jane/b.py (/home/jane/a.py:2) {line}\n"));
    }
    let [old, new] = ["home/jane/old.txt", "home/jane/new.txt"].map(|name| folder.path().join(name));
    let pair = [old.to_str().unwrap(), new.to_str().unwrap()];
    for (arguments, named) in [
        (&["--format", "markdown"][..], false),
        (&["--format", "json"], false),
        (&["--format", "csv"], false),
        (&["--format", "json", "--no-scrub"], true),
        // The eyes of who typed it.
        (&[], true),
    ] {
        let (status, out, err) = folder.run(&[&pair, arguments].concat());
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(out.contains("load"), "{out}");
        assert_eq!(out.contains("jane"), named, "{arguments:?}: {out}");
    }
}
