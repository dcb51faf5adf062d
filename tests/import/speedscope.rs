//! Speedscope files of real profilers against figures computed from them by `fixtures/speedscope/make.py`.

use crate::support::{fixture, folded, misspelt, open, open_bytes};
use helioscope::import::ImportError;
use helioscope::model::{Body, MetricId, Profile, TimeMeaning, TrackId, Unit};
use std::collections::BTreeMap;

#[derive(serde::Deserialize)]
struct Truth {
    name: String,
    total: i64,
    stacks: BTreeMap<String, i64>,
}

fn truth() -> BTreeMap<String, Vec<Truth>> {
    let path = fixture("speedscope/truth.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

const EMPTY_STACK: &str = "A sample has an empty stack: it counts towards the total, but belongs to no function.";

fn warnings(profile: &Profile) -> Vec<String> {
    profile.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn every_fixture_holds_what_an_independent_reader_found() {
    let truth = truth();
    assert_eq!(truth.len(), 6);
    for (file, profiles) in truth {
        let profile = open(&format!("speedscope/{file}"));
        assert_eq!(profile.origin().format, "speedscope", "{file}");
        assert_eq!(profile.tracks().len(), profiles.len(), "{file}");
        for (i, expected) in profiles.iter().enumerate() {
            let (metric, track) = (profile.default_metric(), TrackId::at(i));
            assert_eq!(folded(&profile, metric, Some(track)), expected.stacks, "{file}: {}", expected.name);
            assert_eq!(profile.track_totals(metric)[i], expected.total, "{file}: {}", expected.name);
        }
        let empty = profiles.iter().any(|expected| expected.stacks.contains_key(""));
        let told: &[&str] = if empty { &[EMPTY_STACK] } else { &[] };
        assert_eq!(warnings(&profile), told, "{file}");
    }
}

#[test]
fn threads_and_processes_of_pyspy_are_told_apart() {
    let profile = open("speedscope/pyspy_processes.speedscope");
    let tracks: Vec<_> = profile.tracks().iter().map(|t| (t.name.as_str(), t.pid, t.tid)).collect();
    let expected = [
        ("MainThread", Some(11326), Some(11326)),
        ("idler <&\">", Some(11326), Some(11331)),
        ("worker;x", Some(11326), Some(11332)),
        ("MainThread", Some(11334), Some(11334)),
    ];
    assert_eq!(tracks, expected);
    // What py-spy writes above every stack of a thread is the thread, and no function.
    assert!(profile.tracks().iter().all(|t| t.process.ends_with("/bin/python -I -S spin.py x")));
    let names: Vec<&str> = profile.functions().iter().map(|f| profile.text(f.name)).collect();
    assert!(!names.iter().any(|n| n.starts_with("thread (") || n.starts_with("process ")), "{names:?}");
    let origin = profile.origin();
    assert_eq!((origin.producer.as_str(), origin.period_ns), ("py-spy@0.4.3", Some(10_000_000)));
    assert_eq!(origin.time, TimeMeaning::Order);
}

#[test]
fn a_sampled_recording_counts_samples_beside_time() {
    let profile = open("speedscope/pyspy_threads.speedscope");
    let metrics: Vec<_> = profile.metrics().iter().map(|m| (m.name.as_str(), m.unit.name())).collect();
    assert_eq!(metrics, [("time", "ns"), ("samples", "samples")]);
    assert_eq!(profile.default_metric(), MetricId(0));
    assert_eq!(profile.total(MetricId(0)), 10_000_000 * profile.total(MetricId(1)));
    assert_eq!(profile.total(MetricId(1)), profile.sample_count() as i64);
}

#[test]
fn pyinstrument_gives_first_lines_and_clock_times() {
    let profile = open("speedscope/pyinstrument.speedscope");
    let functions: Vec<_> = profile.functions().iter().map(|f| (profile.text(f.name), f.line)).collect();
    assert_eq!(functions, [("_get_code_from_file", 250), ("abspath", 416), ("getcwd", 0)]);
    assert!(profile.frames().iter().all(|f| f.line == 0));
    assert_eq!(profile.origin().time, TimeMeaning::Clock);
    assert_eq!(profile.origin().duration_ns, Some(98_786_592));
}

#[test]
fn native_frames_name_their_library() {
    let profile = open("speedscope/pyspy_native.speedscope");
    let libraries: Vec<_> = profile
        .functions()
        .iter()
        .filter(|f| !profile.text(f.object).is_empty())
        .map(|f| profile.text(f.object).rsplit('/').next().unwrap_or_default())
        .collect();
    assert!(libraries.contains(&"libc.so.6") && libraries.contains(&"libpython3.11.so.1.0"), "{libraries:?}");
    assert!(libraries.iter().all(|l| l.contains(".so")), "{libraries:?}");
}

/// py-spy writes the process and the thread as if they were calls, and some samples hold nothing else.
#[test]
fn a_sample_of_a_thread_and_no_call_has_no_stack_and_that_is_told() {
    let text = r#"{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"py-spy@0.4.1",
        "shared":{"frames":[{"name":"thread (11): MainThread"},{"name":"main","file":"a.py","line":1}]},
        "profiles":[{"type":"sampled","name":"MainThread","unit":"seconds","startValue":0,"endValue":1,
        "samples":[[0,1],[0]],"weights":[0.5,0.5]}]}"#;
    let profile = open_bytes(text).expect("opens");
    assert_eq!((profile.total(MetricId(0)), profile.functions().len()), (1_000_000_000, 1));
    assert_eq!(warnings(&profile), [EMPTY_STACK]);
}

#[test]
fn damaged_files_open_with_a_warning_that_says_what_was_lost() {
    let cases = [
        ("ss_bad_index", 2, "A stack holds a frame the file does not define"),
        ("ss_empty_stack", 10, "A sample has an empty stack"),
        ("ss_ev_backwards", 0, "An event goes back in time"),
        (
            "ss_ev_unclosed",
            10_000_000,
            "A frame is never closed; it is taken to last until its profile ends. (2 times)",
        ),
        ("ss_ev_wrong_close", 3_000_000, "A frame is closed while frames it called are still open"),
        ("ss_len_mismatch", 1, "A sample has no weight in the file"),
        ("ss_nan", 1, "The weight of a sample is not a number"),
        ("ss_neg", 5, "The weight of a sample is negative"),
        ("ss_no_profiles", 0, "holds no samples"),
        ("ss_unknown_unit_type", 1, "The unit “furlongs” is none of speedscope's"),
        ("ss_unknown_unit_type", 1, "A profile of the file is of a kind that cannot be read (weird)"),
        ("ss_unknown_unit_type", 1, "wants a profile to be shown first that it does not hold"),
    ];
    for (file, total, warning) in cases {
        let profile = open(&format!("malformed/{file}.speedscope.json"));
        assert_eq!(profile.total(profile.default_metric()), total, "{file}");
        let all = warnings(&profile);
        assert!(all.iter().any(|w| w.contains(warning)), "{file}: {all:?}");
    }
    let bytes = open("malformed/ss_bytes.speedscope.json");
    assert_eq!((bytes.metrics()[0].unit.clone(), bytes.total(MetricId(0))), (Unit::Bytes, 1024));
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before_the_cut() {
    let whole = std::fs::read(fixture("malformed/ss_ev_wrong_close.speedscope.json")).expect("reads");
    for end in 0..whole.len() {
        match open_bytes(&whole[..end]) {
            Ok(profile) => {
                // Behind the bracket that closes the file there is nothing to lose.
                let is_cut = warnings(&profile).iter().any(|w| w.contains("cut short"));
                assert!(is_cut || whole[end..].trim_ascii().is_empty(), "cut at {end}");
            }
            Err(ImportError::Unknown { .. } | ImportError::Recognised { .. } | ImportError::Malformed { .. }) => {}
            Err(error) => panic!("cut at {end}: {error}"),
        }
    }
}

#[test]
fn no_change_of_a_byte_makes_it_panic() {
    let whole = std::fs::read(fixture("speedscope/pyinstrument.speedscope")).expect("reads");
    misspelt(&whole, 4000).for_each(|bytes| drop(open_bytes(bytes)));
}

#[test]
fn stacks_50_000_deep_open() {
    const DEPTH: usize = 50_000;
    let indices: Vec<String> = (0..DEPTH).map(|i| (i % 3).to_string()).collect();
    let frames = r#"{"frames":[{"name":"a"},{"name":"b"},{"name":"c"}]}"#;
    let sampled = format!(
        r#"{{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{frames},"profiles":[{{"type":"sampled",
        "name":"deep","unit":"none","startValue":0,"endValue":2,"samples":[[{0}],[{0}]],"weights":[1,1]}}]}}"#,
        indices.join(",")
    );
    let events = |kind: &str, from: usize, step: i64| {
        let event =
            |i: usize| format!(r#"{{"type":"{kind}","frame":{},"at":{}}}"#, i % 3, from as i64 + step * i as i64);
        let rows: Vec<String> = (0..DEPTH).map(event).collect();
        rows
    };
    let mut rows = events("O", 0, 1);
    let mut closes = events("C", 2 * DEPTH, -1);
    closes.reverse();
    rows.append(&mut closes);
    let evented = format!(
        r#"{{"shared":{frames},"profiles":[{{"type":"evented","name":"deep","unit":"nanoseconds","startValue":0,
        "endValue":{},"events":[{}]}}]}}"#,
        2 * DEPTH,
        rows.join(",")
    );
    for text in [sampled, evented] {
        let profile = open_bytes(text).expect("opens");
        let Body::Stacks(body) = profile.body() else { panic!("stacks") };
        assert_eq!(body.stacks.len(), DEPTH + 1);
        assert_eq!(warnings(&profile), [""; 0]);
    }
}

#[test]
fn ever_new_units_and_kinds_neither_fill_the_memory_nor_the_warnings() {
    let file = |profile: &dyn Fn(usize) -> String| {
        let profiles: Vec<String> = (0..2000).map(profile).collect();
        let shared = r#""shared":{"frames":[{"name":"f"}]}"#;
        open_bytes(format!(r#"{{{shared},"profiles":[{}]}}"#, profiles.join(",")))
    };
    let units = file(&|i| format!(r#"{{"type":"sampled","name":"","unit":"u{i}","samples":[[0]],"weights":[1]}}"#));
    assert!(units.expect_err("a value of each sample for each unit").to_string().contains("different units"));
    let kinds = file(&|i| format!(r#"{{"type":"k{i}"}}"#)).expect("opens");
    assert!(kinds.warnings().len() < 200);
    assert!(kinds.warnings().iter().any(|w| w.count > 1800));
}

#[test]
fn a_stretch_of_time_too_long_to_count_is_an_error() {
    let file = r#"{"shared":{"frames":[{"name":"f"}]},"profiles":[{"type":"evented","name":"","unit":"nanoseconds",
        "startValue":-9000000000000000000,"endValue":9000000000000000000,"events":[
        {"type":"O","frame":0,"at":-9000000000000000000},{"type":"C","frame":0,"at":9000000000000000000}]}]}"#;
    assert!(matches!(open_bytes(file), Err(ImportError::Build(_))));
}

#[test]
fn a_command_line_longer_than_any_is_not_kept_for_each_thread() {
    let command = "x".repeat(100_000);
    let profile = r#"{"type":"sampled","name":"","unit":"seconds","samples":[[0,1]],"weights":[1]}"#;
    let file = format!(
        r#"{{"exporter":"py-spy@0.4","shared":{{"frames":[{{"name":"process 1:\"{command}\""}},{{"name":"f"}}]}},
        "profiles":[{}]}}"#,
        vec![profile; 100].join(",")
    );
    let profile = open_bytes(file).expect("opens");
    assert!(profile.tracks().iter().all(|t| t.process.is_empty()));
}
