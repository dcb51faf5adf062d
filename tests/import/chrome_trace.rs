//! Chrome traces of real profilers against figures computed from them by `fixtures/chrome_trace/make.py`.

use crate::support::{fixture, folded, misspelt, open, open_bytes};
use helioscope::import::ImportError;
use helioscope::model::{Body, MetricId, Profile, TimeMeaning, TrackId};
use std::collections::BTreeMap;

type Stacks = BTreeMap<String, i64>;

fn truth() -> BTreeMap<String, BTreeMap<String, Stacks>> {
    let path = fixture("chrome_trace/truth.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn by_track(profile: &Profile) -> BTreeMap<String, Stacks> {
    let ids = |i: usize| {
        let track = &profile.tracks()[i];
        format!("{} {}", track.pid.unwrap_or(0), track.tid.unwrap_or(0))
    };
    let metric = profile.default_metric();
    (0..profile.tracks().len()).map(|i| (ids(i), folded(profile, metric, Some(TrackId::at(i))))).collect()
}

fn warnings(profile: &Profile) -> Vec<String> {
    profile.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn every_fixture_holds_what_an_independent_reader_found() {
    let truth = truth();
    assert_eq!(truth.len(), 5);
    for (file, expected) in truth {
        let profile = open(&format!("chrome_trace/{file}"));
        assert_eq!(profile.origin().format, "Chrome trace", "{file}");
        assert_eq!(by_track(&profile), expected, "{file}");
    }
}

#[test]
fn times_are_those_of_the_clock_and_do_not_overlap() {
    for file in ["viztracer.json.gz", "pyspy_fork_threads.json"] {
        let profile = open(&format!("chrome_trace/{file}"));
        assert_eq!(profile.origin().time, TimeMeaning::Clock);
        let Body::Stacks(body) = profile.body() else { panic!("stacks") };
        let starts = body.samples.starts_ns().expect("has times");
        let weights = body.samples.weights(profile.default_metric());
        let mut ends: BTreeMap<TrackId, i64> = BTreeMap::new();
        for (i, track) in body.samples.tracks().iter().enumerate() {
            assert!(ends.get(track).is_none_or(|end| *end <= starts[i]), "{file}: sample {i} overlaps");
            ends.insert(*track, starts[i] + weights[i]);
        }
        assert_eq!(ends.into_values().max(), profile.origin().duration_ns);
    }
}

#[test]
fn threads_of_pyspy_are_tracks_rather_than_functions() {
    let profile = open("chrome_trace/pyspy_fork_threads.json");
    let names: Vec<_> = profile.tracks().iter().map(|t| (t.name.as_str(), t.pid, t.tid)).collect();
    for expected in [("MainThread", Some(11348), Some(11348)), ("worker;x", Some(11339), Some(11346))] {
        assert!(names.contains(&expected), "{names:?}");
    }
    assert!(profile.tracks().iter().all(|t| t.process.contains("python -I -S spin.py x")), "{:?}", profile.tracks());
    let is_heading = |name: &str| name.starts_with("process ") || name.starts_with("thread (");
    assert!(!profile.functions().iter().any(|f| is_heading(profile.text(f.name))));
    assert_eq!(profile.origin().producer, "py-spy");
    assert_eq!(warnings(&profile), [""; 0]);
}

#[test]
fn viztracer_names_its_version_and_tells_that_its_buffer_wrapped() {
    let profile = open("chrome_trace/viztracer_ring_buffer.json");
    assert_eq!(profile.origin().producer, "viztracer@1.1.1");
    assert!(warnings(&profile)[0].contains("buffer was full"), "{:?}", warnings(&profile));
    let fib = profile.functions().iter().find(|f| profile.text(f.name) == "fib").expect("fib was called");
    assert_eq!((profile.text(fib.file), fib.line), ("/srv/webshop/gen/work.py", 4));
    assert_eq!(profile.tracks()[0].name, "MainThread");
    assert_eq!(profile.tracks()[0].process, "MainProcess");
}

#[test]
fn damaged_traces_open_with_a_warning_that_says_what_was_lost() {
    let cases = [
        ("ct_end_first", 0, "An event ends a duration that has not begun"),
        ("ct_end_first", 0, "A duration never ends"),
        ("ct_nan", 0, "An event has no readable time"),
        ("ct_no_dur", 0, "An event has no readable duration"),
        ("ct_no_dur", 0, "An event without a duration"),
        ("ct_open_array", 9000, "cut short"),
        ("ct_truncated", 5000, "cut short"),
    ];
    for (file, total, warning) in cases {
        let profile = open(&format!("malformed/{file}.json"));
        assert_eq!(profile.total(profile.default_metric()), total, "{file}");
        let all = warnings(&profile);
        assert!(all.iter().any(|w| w.contains(warning)), "{file}: {all:?}");
    }
    let strings = open("malformed/ct_string_ts.json");
    assert_eq!(strings.total(strings.default_metric()), 2000);
    assert_eq!((strings.tracks()[0].name.as_str(), strings.tracks()[0].process.as_str()), ("t", "p"));
    assert_eq!(warnings(&strings), [""; 0]);
}

#[test]
fn a_trace_cut_anywhere_keeps_whole_events() {
    let whole = br#"{"traceEvents":[{"ph":"X","name":"a\"b","ts":0.5,"dur":5,"pid":1,"tid":1},
        {"ph":"B","name":"c","ts":7,"pid":1,"tid":1,"args":{"x":[1]}},{"ph":"E","ts":9,"pid":1,"tid":1}],"x":{}}"#;
    let mut totals = Vec::new();
    for end in 0..whole.len() {
        match open_bytes(&whole[..end]) {
            Ok(profile) => totals.push(profile.total(profile.default_metric())),
            Err(ImportError::Unknown { .. } | ImportError::Recognised { .. } | ImportError::Malformed { .. }) => {}
            Err(error) => panic!("cut at {end}: {error}"),
        }
    }
    assert!(totals.is_sorted(), "a longer beginning holds no less: {totals:?}");
    assert_eq!(totals.last(), Some(&7000));
}

#[test]
fn no_change_of_a_byte_makes_it_panic() {
    let whole = std::fs::read(fixture("chrome_trace/pyspy_threads.json")).expect("reads");
    misspelt(&whole[..3000], 2000).for_each(|bytes| drop(open_bytes(bytes)));
    misspelt(CPU_PROFILE.as_bytes(), 2000).for_each(|bytes| drop(open_bytes(bytes)));
}

const CPU_PROFILE: &str = r#"{"traceEvents":[
    {"ph":"M","pid":1,"tid":7,"name":"thread_name","args":{"name":"CrRendererMain"}},
    {"ph":"X","pid":1,"tid":7,"ts":90,"dur":500,"name":"RunTask"},
    {"ph":"P","name":"Profile","pid":1,"tid":7,"id":"0x2","ts":95,"args":{"data":{"startTime":100}}},
    {"ph":"P","name":"ProfileChunk","pid":1,"tid":9,"id":"0x2","ts":300,"args":{"data":{"timeDeltas":[10,20,30],
      "cpuProfile":{"samples":[2,4,4],"nodes":[{"id":1,"callFrame":{"functionName":"(root)"}},
        {"id":2,"parent":1,"callFrame":{"functionName":"(idle)"}},
        {"id":3,"parent":1,"callFrame":{"functionName":"alpha","url":"file:///a.js","lineNumber":0}},
        {"id":4,"parent":3,"callFrame":{"functionName":"","url":"file:///a.js","lineNumber":7}}]}}}},
    {"ph":"P","name":"ProfileChunk","pid":1,"tid":9,"id":"0x2","ts":400,"args":{"data":{"timeDeltas":[40,5],
      "cpuProfile":{"samples":[3,2]},"endTime":250}}}]}"#;

#[test]
fn the_cpu_profile_of_a_browser_is_shown_rather_than_its_durations() {
    let profile = open_bytes(CPU_PROFILE).expect("opens");
    let stacks = folded(&profile, profile.default_metric(), None);
    let expected = [
        ("(idle)", 20_000 + 45_000),
        ("alpha (file:///a.js)", 5_000),
        ("alpha (file:///a.js);(anonymous) (file:///a.js)", 30_000 + 40_000),
    ];
    assert_eq!(stacks, expected.map(|(s, v)| (s.to_owned(), v)).into());
    assert_eq!(profile.tracks()[0].name, "CrRendererMain");
    let lines: Vec<_> = profile.functions().iter().map(|f| f.line).collect();
    assert_eq!(lines, [0, 1, 8]);
    assert!(warnings(&profile)[0].contains("A duration the browser recorded"));
}

#[test]
fn nesting_50_000_deep_opens() {
    const DEPTH: usize = 50_000;
    let mut rows: Vec<String> = Vec::new();
    for i in 0..DEPTH {
        rows.push(format!(r#"{{"ph":"B","pid":1,"tid":1,"name":"f{}","ts":{i}}}"#, i % 7));
    }
    for i in 0..DEPTH {
        rows.push(format!(r#"{{"ph":"E","pid":1,"tid":1,"ts":{}}}"#, DEPTH + i));
    }
    for i in 0..DEPTH {
        let (ts, dur) = (10 * DEPTH + i, 2 * (DEPTH - i));
        rows.push(format!(r#"{{"ph":"X","pid":1,"tid":2,"name":"f{}","ts":{ts},"dur":{dur}}}"#, i % 7));
    }
    let profile = open_bytes(format!("[{}]", rows.join(","))).expect("opens");
    let Body::Stacks(body) = profile.body() else { panic!("stacks") };
    assert_eq!(body.stacks.len(), DEPTH + 1);
    assert_eq!(warnings(&profile), [""; 0]);
}

#[test]
fn a_trace_read_in_pieces_is_the_trace_read_in_one() {
    // Large enough for several pieces; every event holds what looks like events.
    let mut rows = Vec::new();
    for i in 0..60_000_u64 {
        let decoy = r#"{"list":[{"ph":"X","pid":9,"tid":9,"ts":0,"dur":9,"name":"decoy"},{"ph":"X","pid":9,"tid":9,
            "ts":0,"dur":9,"name":"decoy"}],"text":"},{\"ph\":\"X\",\"pid\":9"}"#;
        let (tid, ts) = (i % 3, 10 * i);
        rows.push(format!(
            r#"{{"pid":1,"args":{decoy},"tid":{tid},"ph":"X","ts":{ts},"dur":7.125,"name":"f{}"}}"#,
            i % 100
        ));
    }
    let text = format!(r#"{{"traceEvents":[{}],"viztracer_metadata":{{"version":"1.0"}}}}"#, rows.join(",\n"));
    assert!(text.len() > 8 << 20);
    let profile = open_bytes(text).expect("opens");
    assert_eq!((profile.sample_count(), profile.total(profile.default_metric())), (60_000, 60_000 * 7125));
    assert_eq!((profile.tracks().len(), profile.functions().len()), (3, 100));
    assert_eq!(profile.origin().producer, "viztracer@1.0");
}

#[test]
fn times_too_far_apart_to_count_are_an_error_or_have_no_place_in_time() {
    let [long, apart, late] = [
        r#"[{"ph":"B","pid":1,"tid":1,"ts":-9000000000000000,"name":"f"},
            {"ph":"E","pid":1,"tid":1,"ts":9000000000000000,"name":"f"}]"#,
        r#"[{"ph":"X","pid":1,"tid":1,"ts":-9000000000000000,"dur":1,"name":"f"},
            {"ph":"X","pid":1,"tid":1,"ts":9000000000000000,"dur":2,"name":"f"}]"#,
        r#"[{"ph":"X","pid":1,"tid":1,"ts":9000000000000000,"dur":1000000000000000,"name":"f"},
            {"ph":"X","pid":1,"tid":1,"ts":9000000000000001,"dur":1,"name":"f"}]"#,
    ]
    .map(open_bytes);
    assert!(matches!(long, Err(ImportError::Build(_))));
    let apart = apart.expect("opens");
    let Body::Stacks(body) = apart.body() else { panic!("a trace holds stacks") };
    assert_eq!((apart.total(MetricId(0)), body.samples.starts_ns()), (3000, None));
    let late = late.expect("opens");
    assert_eq!(late.total(MetricId(0)), 1000);
    assert!(late.warnings().iter().any(|w| w.text.contains("no readable duration")));
}

#[test]
fn a_command_line_longer_than_any_is_not_kept_for_each_thread() {
    let event = |phase: &str, time: usize, name: &str| {
        format!(r#"{{"ph":"{phase}","pid":1,"tid":1,"ts":{time},"name":"{name}","cat":"py-spy","args":{{}}}}"#)
    };
    let process = format!("process 1:\\\"{}\\\"", "x".repeat(100_000));
    let mut events = vec![event("B", 0, &process)];
    for i in 0..100 {
        let thread = format!("thread ({i})");
        events.extend([event("B", i, &thread), event("B", i, "f"), event("E", i + 1, "f"), event("E", i + 1, &thread)]);
    }
    let profile = open_bytes(format!("[{}]", events.join(","))).expect("opens");
    assert!(profile.tracks().len() >= 100);
    assert!(profile.tracks().iter().all(|t| t.process.is_empty()));
}
