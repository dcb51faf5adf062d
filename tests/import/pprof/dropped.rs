//! Functions a file asks to leave out: the figures are those of `go tool pprof`.

use super::file::File;
use super::{EMPTY_STACK, has_go, rows, warned};
use crate::support::{folded, open_bytes};
use helioscope::model::MetricId;
use std::collections::BTreeMap;
use std::process::Command;

const CUT: &str = "The stack of a sample ends at a function the file asks to leave out (drop_frames), as in `go tool pprof`: what it cost counts as its caller's own.";

/// `main` calls `parse`, which allocates: by a call, by calls that were inlined, and from a pool.
fn file() -> File {
    let mut file = File::new();
    file.sample_type("space", "count");
    file.sample(&[4, 3, 2, 1], &[1], &[])
        .sample(&[3, 2, 1], &[2], &[])
        .sample(&[2, 1], &[4], &[])
        .sample(&[4, 5, 1], &[8], &[])
        .sample(&[4, 6, 2, 1], &[16], &[])
        // What begins in functions to be left out stays, up to the first that calls others.
        .sample(&[4], &[32], &[])
        .sample(&[3, 1, 3], &[64], &[])
        .sample(&[2, 1], &[128], &[])
        .sample(&[], &[256], &[]);
    for id in 1..=4 {
        file.location(id, 0, 0, &[(id, 7)]);
    }
    file.location(5, 0, 0, &[(4, 1), (3, 2), (2, 3)]).location(6, 0, 0, &[(5, 1)]);
    for (id, name) in [(1, "main"), (2, "parse"), (3, "malloc(unsigned long)"), (4, "sys_alloc"), (5, "malloc_pool")] {
        file.function(id, name, "");
    }
    file
}

/// Self and total of each function as `go tool pprof` lists them.
fn listed(bytes: &[u8]) -> BTreeMap<String, (i64, i64)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("written.pb");
    std::fs::write(&path, bytes).expect("writes");
    let output = Command::new("go")
        .args(["tool", "pprof", "-symbolize=none", "-top", "-nodecount=0", "-nodefraction=0", "-unit=count"])
        .arg(&path)
        .output()
        .expect("go runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [own, _, _, total, _, name @ ..] = words.as_slice() else { return None };
        Some((name.join(" "), (own.parse().ok()?, total.parse().ok()?)))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn what_a_file_asks_to_leave_out_is_left_out_with_all_it_called() {
    let profile = open_bytes(file().named(7, "malloc.*").named(8, "malloc_pool").bytes()).expect("opens");
    let expected = [
        ("", 256),
        ("main;parse", 1 + 2 + 4 + 8 + 128),
        ("main;parse;malloc_pool;sys_alloc", 16),
        ("malloc(unsigned long);main", 64),
        ("sys_alloc", 32),
    ];
    assert_eq!(folded(&profile, MetricId(0), None), expected.map(|(s, n)| (s.to_owned(), n)).into());
    assert_eq!(warned(&profile), [(EMPTY_STACK, 1), (CUT, 4)]);
    assert_eq!(profile.origin().comments, ["drop_frames: malloc.*", "keep_frames: malloc_pool"]);
}

#[test]
fn figures_are_those_of_go_tool_pprof_whatever_is_left_out() {
    if !has_go() {
        return;
    }
    for (drop, keep) in [
        ("", ""),
        ("malloc", ""),
        ("malloc.*", ""),
        ("malloc.*", "malloc_pool"),
        ("sys_alloc|parse", ""),
        ("main", ""),
        ("main|parse", "parse"),
        (".*", ""),
        (".*", "main|sys_alloc"),
    ] {
        let bytes = file().named(7, drop).named(8, keep).bytes();
        let profile = open_bytes(bytes.clone()).expect("opens");
        assert_eq!(rows(&profile, MetricId(0)), listed(&bytes), "without {drop}, with {keep}");
    }
}

#[test]
fn a_pattern_that_cannot_be_read_leaves_everything_in_and_that_is_told() {
    let all = folded(&open_bytes(file().bytes()).expect("opens"), MetricId(0), None);
    for (drop, keep) in [("mall(oc", ""), ("malloc", "[pool"), (&*"x".repeat(100_000), ""), ("((a{99}){99}){99}", "")] {
        let profile = open_bytes(file().named(7, drop).named(8, keep).bytes()).expect("opens");
        assert_eq!(folded(&profile, MetricId(0), None), all);
        assert!(profile.warnings().iter().any(|w| w.text.contains("pattern that cannot be read")), "{drop:.20}");
    }
}
