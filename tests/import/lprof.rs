//! Recordings of `line_profiler`, against what it prints of them itself.

use crate::support::{fixture, open, open_bytes, overwritten};
use helioscope::analyze::{Classes, FunctionTable, GroupBy, GroupId, GroupKey, Groups, Query};
use helioscope::import::ImportError;
use helioscope::model::{Body, MetricId, Profile};
use std::collections::BTreeMap;

/// A function as the report shows it.
#[derive(serde::Deserialize)]
struct Reported {
    function: String,
    line: u32,
    total_s: String,
    /// Line, hits, time in nanoseconds, time for each hit, share of the function.
    lines: Vec<(u32, i64, String, String, String)>,
}

fn table(profile: &Profile, by: GroupBy) -> (Groups, FunctionTable) {
    let query = Query { by, ..Query::new(profile) };
    let groups = Groups::new(profile, &Classes::default(), by);
    let table = FunctionTable::new(profile, &groups, &query);
    (groups, table)
}

#[test]
fn functions_and_lines_are_as_line_profiler_prints_them_in_every_version() {
    let text = std::fs::read_to_string(fixture("lprof/truth.json")).expect("reads");
    let truth: BTreeMap<String, Vec<Reported>> = serde_json::from_str(&text).expect("is JSON");
    assert_eq!(truth.len(), 7);
    for (file, reported) in truth {
        let profile = open(&format!("lprof/{file}"));
        assert_eq!(profile.origin().format, "line_profiler", "{file}");
        let (groups, functions) = table(&profile, GroupBy::Function);
        assert_eq!(functions.present().count(), reported.len(), "{file}: those that never ran, too");
        for function in &reported {
            let of_it = |g: &GroupId| {
                groups.name(&profile, &Classes::default(), *g) == function.function
                    && groups.place(&profile, *g) == ("work.py", function.line)
            };
            let group = functions.present().find(of_it).unwrap_or_else(|| panic!("{file}: {}", function.function));
            // The report rounds to six digits.
            let total_s: f64 = function.total_s.parse().expect("a number");
            let off = (functions.total(group) as f64 / 1e9 - total_s).abs();
            assert!(off <= total_s * 5.1e-6, "{file}: {} {off}", function.function);
        }
        let (groups, lines) = table(&profile, GroupBy::Line);
        let mut found: Vec<(String, u32, i64, String, String)> = lines
            .present()
            .map(|g| {
                let GroupKey::Line(function, line) = groups.key(g) else { panic!("grouped by line") };
                let hits = lines.calls(g).expect("are recorded").0;
                let per_hit = lines.own_per_call(g).map_or(String::new(), |ns| format!("{ns:.1}"));
                (profile.name(function).to_owned(), line, hits, format!("{}.0", lines.total(g)), per_hit)
            })
            .collect();
        found.sort();
        let mut expected: Vec<_> = reported
            .iter()
            .flat_map(|f| {
                f.lines.iter().map(|(line, hits, time, per_hit, _)| {
                    (f.function.clone(), *line, *hits, time.clone(), per_hit.clone())
                })
            })
            .collect();
        expected.sort();
        assert_eq!(found, expected, "{file}");
    }
}

#[test]
fn there_are_no_calls_and_so_no_trees() {
    let profile = open("lprof/5.1.0-py3.12.lprof");
    assert!(!profile.has_trees());
    assert!(matches!(profile.body(), Body::Lines(_)));
    let (_, functions) = table(&profile, GroupBy::Function);
    assert!(!functions.has_calls() && functions.is_inclusive());
    assert!(profile.warnings()[0].text.contains("stands twice"), "{:?}", profile.warnings());
}

/// What protocol 0 writes: text all through.
const TEXT: &str = "ccopy_reg\n_reconstructor\np0\n(c_line_profiler\nLineStats\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n\
                    (dp5\nS'unit'\np6\nF1e-06\nsS'timings'\np7\n(dp8\n(S'a.py'\np9\nI3\nS'main'\np10\ntp11\n\
                    (lp12\n(I4\nI10\nL12L\ntp13\na(I5\nI10\nI34\ntp14\nassb.";

#[test]
fn the_oldest_protocol_is_read_like_the_newest() {
    let profile = open_bytes(TEXT).expect("reads");
    let Body::Lines(lines) = profile.body() else { panic!("holds lines") };
    assert_eq!((lines.hits(), lines.costs(MetricId(0))), (&[10, 10][..], &[12_000, 34_000][..]));
    assert_eq!((profile.name(profile.frames()[0].function), profile.warnings().len()), ("main", 0));
}

#[test]
fn a_unit_that_is_no_whole_nanosecond_is_rounded_and_told() {
    let profile = open_bytes(TEXT.replace("F1e-06", "F3.2e-07")).expect("reads");
    assert_eq!(profile.total(MetricId(0)), 46 * 320);
    let profile = open_bytes(TEXT.replace("F1e-06", "F2.793e-10")).expect("reads");
    assert_eq!(profile.total(MetricId(0)), 3 + 9);
    assert!(profile.warnings()[0].text.contains("rounded"), "{:?}", profile.warnings());
}

#[test]
fn impossible_figures_are_skipped_and_told() {
    for (from, to) in [("I4\n", "I0\n"), ("I4\n", "I-4\n"), ("I10\nL", "I-10\nL"), ("L12L", "L99999999999999999999L")] {
        let profile = open_bytes(TEXT.replace(from, to)).expect("reads");
        assert_eq!(profile.total(MetricId(0)), 34_000, "{to:?}");
        assert!(profile.warnings()[0].text.contains("impossible"), "{to:?}");
    }
    let profile = open_bytes(TEXT.replace("I3\n", "N")).expect("reads");
    assert!(profile.functions().is_empty() && profile.warnings()[0].text.contains("another shape"));
    let profile = open_bytes(TEXT.replace("L12L", "L9223372036854775L").replace("F1e-06", "F1e-03")).expect("reads");
    assert_eq!(profile.total(MetricId(0)), 34_000_000, "a time of more than 292 years");
}

#[test]
fn names_that_are_no_utf8_stay_different_and_that_is_told() {
    let key = TEXT.find("S'a.py'").expect("a path");
    let named = |byte: u8| {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes[key + 2] = byte;
        open_bytes(bytes).expect("reads")
    };
    let [e, i] = [0xe9, 0xee].map(named);
    let path = |profile: &Profile| profile.text(profile.functions()[0].file).to_owned();
    assert_eq!((path(&e).as_str(), path(&i).as_str()), ("\\xe9.py", "\\xee.py"));
    assert!(e.warnings()[0].text.contains("not valid UTF-8"), "{:?}", e.warnings());
}

#[test]
fn what_stands_behind_a_recording_is_told() {
    let profile = open_bytes(format!("{TEXT}{TEXT}")).expect("reads");
    assert_eq!(profile.total(MetricId(0)), 46_000);
    let text =
        format!("{} bytes that are no part of the recording follow it in the file; they were left out.", TEXT.len());
    assert_eq!(profile.warnings()[0].text, text);
}

fn why(bytes: impl Into<Vec<u8>>) -> String {
    match open_bytes(bytes) {
        Err(error @ ImportError::Malformed { format: "line_profiler", .. }) => error.to_string(),
        other => panic!("{:?}", other.map(|p| p.origin().format)),
    }
}

#[test]
fn what_would_run_code_is_refused_and_named() {
    let hostile = TEXT.replace("(dp5", "cos\nsystem\n(S'touch PWNED'\ntR(dp5");
    let error = why(hostile);
    assert!(error.contains("os.system") && error.contains("nothing of it was executed"), "{error}");
    assert!(why(TEXT.replace("S'unit'", "cbuiltins\neval\n")).contains("builtins.eval"));
}

#[test]
fn a_recording_without_its_parts_says_what_is_missing() {
    assert!(why(TEXT.replace("S'timings'", "S'other'")).contains("no timings"));
    assert!(why(TEXT.replace("S'unit'", "S'other'")).contains("unit"));
    assert!(why(TEXT.replace("F1e-06", "Fnan")).contains("unit"));
    assert!(why(TEXT.replace("F1e-06", "F-1")).contains("unit"));
    assert!(why("c_line_profiler\nLineStats\n.").contains("something else"));
}

#[test]
fn lines_shared_by_many_functions_are_a_bomb() {
    // 2,000 functions of one list of 2,000 lines would be four million lines.
    let line = b"K\x01K\x01K\x01\x87";
    let mut bytes =
        b"\x80\x04c_line_profiler\nLineStats\n)\x81}(\x8c\x04unitG\x3e\x11\x2e\x0b\xe8\x26\xd6\x95\x8c\x07timings}("
            .to_vec();
    bytes.extend(b"\x8c\x01aK\x00\x8c\x01f\x87](");
    (0..2000).for_each(|_| bytes.extend(line));
    bytes.extend(b"e\x94");
    for n in 1..2000_u16 {
        bytes.extend(b"\x8c\x01aM");
        bytes.extend(n.to_le_bytes());
        bytes.extend(b"\x8c\x01f\x87h\x00");
    }
    bytes.extend(b"uub.");
    assert!(why(bytes).contains("over and over"));
}

#[test]
fn nesting_as_deep_as_the_file_is_long_costs_no_stack() {
    let deep = TEXT.replace("(dp5\n", &format!("{}{}(dp5\n", "]".repeat(300_000), "a".repeat(299_999)));
    assert!(why(deep).contains("no object"));
}

#[test]
fn a_recording_cut_anywhere_or_changed_does_not_panic() {
    for file in ["lprof/5.1.0-py3.12.lprof", "lprof/1.0-py2.7.lprof"] {
        let whole = std::fs::read(fixture(file)).expect("reads");
        for end in 0..whole.len() {
            assert!(open_bytes(&whole[..end]).is_err(), "{file} cut at {end}");
        }
        overwritten(&whole, 3000, 4).for_each(|bytes| drop(open_bytes(bytes)));
    }
    overwritten(TEXT.as_bytes(), 3000, 4).for_each(|bytes| drop(open_bytes(bytes)));
}
