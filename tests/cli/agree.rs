//! Every command against every file of the fixtures, readable or not.

use crate::support::Folder;
use serde_json::Value;
use std::path::{Path, PathBuf};

#[test]
fn the_commands_agree_about_every_fixture() {
    let mut readable = 0;
    for file in fixtures() {
        readable += usize::from(agree(&file));
    }
    assert!(readable >= 8, "only {readable} fixtures could be read");
}

/// Whether the file is a profile; if so, whatever is asked adds up to the same.
fn agree(file: &Path) -> bool {
    let folder = Folder::new();
    let name = file.to_str().expect("UTF-8");
    let info = folder.run(["info", name, "--json"]);
    if info.status != Some(0) {
        assert_eq!((info.status, info.out.as_str()), (Some(1), ""), "{name}");
        assert!(info.err.starts_with("error: "), "{name}: {}", info.err);
        return false;
    }
    let info: Value = serde_json::from_str(&info.out).expect("JSON");
    let metric = |field: &str, of: &str| {
        let metrics = info["metrics"].as_array().expect("metrics").clone();
        metrics.into_iter().find(|m| m["name"] == of).map(|m| m[field].clone()).expect("a metric of info")
    };
    let top = folder.run(["top", name, "--format", "json"]);
    assert_eq!(top.status, Some(0), "{name}: {}", top.err);
    let top: Value = serde_json::from_str(&top.out).expect("JSON");
    let shown = top["metric"].as_str().expect("a name");
    assert_eq!((&metric("total", shown), &metric("unit", shown)), (&top["total"], &top["unit"]), "{name}");

    let total = top["total"].as_i64().expect("an integer");
    let own: Vec<i64> = column(&top, "self");
    let threads: i64 = info["threads"].as_array().expect("threads").iter().filter_map(|t| t["total"].as_i64()).sum();
    assert_eq!(threads, total, "{name}");
    assert!(own.is_sorted_by(|a, b| a >= b), "{name}");
    let folded = folder.run(["export", name, "-o", "-"]);
    if folded.err.contains("records lines, not calls") {
        // Lines without calls have no stacks to write.
        let said = (folded.status, folded.out.as_str(), info["tree"].as_str());
        assert_eq!(said, (Some(2), "", Some("none")), "{name}");
        return true;
    }
    assert_eq!(folded.status, Some(0), "{name}: {}", folded.err);
    let written: i64 = folded.out.lines().filter_map(|l| l.rsplit(' ').next()?.parse::<i64>().ok()).sum();
    match info["tree"].as_str() {
        Some("exact") if !own.iter().any(|&v| v < 0) => assert_eq!(written, total, "{name}"),
        Some("estimated") => {
            let drawn: i64 = own.iter().filter(|&&v| v > 0).sum();
            assert_eq!(written, drawn, "{name}");
            assert!(folded.err.contains("estimate"), "{name}: {}", folded.err);
        }
        Some("none") => assert_eq!(folded.out, "", "{name}"),
        _ => {}
    }
    for warning in info["warnings"].as_array().expect("warnings") {
        let warning = warning.as_str().expect("a text");
        assert!(folded.err.contains(warning), "{name}: {warning}");
    }
    true
}

fn column(top: &Value, name: &str) -> Vec<i64> {
    top["rows"].as_array().expect("rows").iter().map(|row| row[name].as_i64().expect("an integer")).collect()
}

fn fixtures() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("lists") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
