//! Collapsed stacks of several producers, against the sums of an independent reader.

use crate::support::{Random, fixture, open, open_bytes, overwritten};
use helioscope::import::ImportError;
use helioscope::model::{Body, FrameId, MetricId, Profile};
use std::collections::{BTreeMap, BTreeSet};

const FIRST: MetricId = MetricId(0);

/// A frame as it stands in the file.
fn frame_text(profile: &Profile, id: FrameId) -> String {
    let frame = profile.frame(id);
    let function = profile.function(frame.function);
    let (name, file, object) =
        (profile.text(function.name), profile.text(function.file), profile.text(function.object));
    match (file, object, frame.line) {
        (_, "[kernel]", _) => format!("{name}_[k]"),
        ("", "", _) if frame.inlined => format!("{name}_[i]"),
        ("", "", _) => name.to_owned(),
        ("", object, _) => format!("{name} ({object})"),
        (file, _, 0) => format!("{name} ({file})"),
        (file, _, line) => format!("{name} ({file}:{line})"),
    }
}

/// Frames of each sample from the outermost on, and its value.
fn samples(profile: &Profile, metric: MetricId) -> Vec<(Vec<String>, i64)> {
    let Body::Stacks(body) = profile.body() else { panic!("collapsed stacks are stacks") };
    let frames = |stack| {
        let mut frames: Vec<String> = body.stacks.walk(stack).map(|id| frame_text(profile, id)).collect();
        frames.reverse();
        frames
    };
    body.samples.stacks().iter().zip(body.samples.weights(metric)).map(|(s, w)| (frames(*s), *w)).collect()
}

fn folded(profile: &Profile, metric: MetricId) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for (frames, value) in samples(profile, metric) {
        *sums.entry(frames.join(";")).or_insert(0) += value;
    }
    sums
}

#[test]
fn sums_are_those_of_an_independent_reader() {
    let text = std::fs::read_to_string(fixture("collapsed/oracle.json")).expect("reads");
    let oracle: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    for (name, truth) in oracle.as_object().expect("is an object") {
        let profile = open(&format!("collapsed/{name}.folded"));
        let in_thousandths = if profile.metric(FIRST).unit.name() == "millisamples" { 1 } else { 1000 };
        let (mut own, mut total) = (BTreeMap::new(), BTreeMap::new());
        for (frames, value) in samples(&profile, FIRST) {
            let value = value * in_thousandths;
            *own.entry(frames.last().cloned().unwrap_or_default()).or_insert(0) += value;
            for frame in frames.into_iter().collect::<BTreeSet<_>>() {
                *total.entry(frame).or_insert(0) += value;
            }
        }
        assert_eq!(profile.sample_count() as u64, truth["lines"], "{name}");
        assert_eq!(profile.total(FIRST) * in_thousandths, truth["sum"], "{name}");
        assert_eq!(serde_json::to_value(own).expect("is JSON"), truth["own"], "{name}");
        assert_eq!(serde_json::to_value(total).expect("is JSON"), truth["total"], "{name}");
    }
}

#[test]
fn py_spys_raw_stacks_come_out_as_they_went_in() {
    for name in ["plain", "function", "nolineno", "native"] {
        let path = format!("pyspy/{name}.raw");
        let text = std::fs::read_to_string(fixture(&path)).expect("reads");
        let mut expected = BTreeMap::new();
        for line in text.lines() {
            let (stack, count) = line.rsplit_once(' ').expect("ends in a count");
            *expected.entry(stack.to_owned()).or_insert(0) += count.parse::<i64>().expect("is a number");
        }
        assert_eq!(folded(&open(&path), FIRST), expected, "{name}");
    }
}

#[test]
fn processes_and_threads_become_tracks() {
    let profile = open("pyspy/threads.raw");
    let names: BTreeSet<&str> = profile.tracks().iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["MainThread", "idler <&\">", "worker;x"]));
    assert!(profile.functions().iter().all(|f| !profile.text(f.name).starts_with("thread (")));
    assert_eq!(profile.origin().producer, "py-spy");

    let profile = open("pyspy/everything.raw");
    let command = "/usr/local/bin/python -I -S spin.py child";
    assert!(profile.tracks().iter().all(|t| t.pid.is_some() && t.tid.is_some() && t.process == command));
    let pids: BTreeSet<_> = profile.tracks().iter().filter_map(|t| t.pid).collect();
    assert_eq!(pids.len(), 2, "the program and its child");

    let profile = open("collapsed/python315.folded");
    let tids: Vec<_> = profile.tracks().iter().map(|t| t.tid).collect();
    assert_eq!(tids, [Some(111), Some(222)]);
    assert!(folded(&profile, FIRST).contains_key("main (a.py:9);leaf (a.py:3)"));
}

#[test]
fn tracks_partition_the_total() {
    for name in ["pyspy/threads.raw", "pyspy/everything.raw", "pyspy/processes.raw", "collapsed/python315.folded"] {
        let profile = open(name);
        let totals = profile.track_totals(FIRST);
        assert_eq!(totals.len(), profile.tracks().len(), "{name}");
        assert_eq!(totals.iter().sum::<i64>(), profile.total(FIRST), "{name}");
        assert!(totals.iter().all(|t| *t > 0), "{name}: no thread is empty");
    }
}

#[test]
fn a_difference_is_two_metrics_and_equals_its_two_sides() {
    let difference = open("collapsed/difference.folded");
    let names: Vec<&str> = difference.metrics().iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["base", "new"]);
    assert_eq!(difference.default_metric(), MetricId(1));
    for (metric, side) in [(MetricId(0), "base"), (MetricId(1), "new")] {
        let side = open(&format!("collapsed/{side}.folded"));
        let mut seen = folded(&difference, metric);
        seen.retain(|_, value| *value != 0);
        assert_eq!(seen, folded(&side, FIRST));
    }
}

#[test]
fn native_frames_have_a_library_and_no_file() {
    let profile = open("pyspy/native.raw");
    let natives = profile.functions().iter().filter(|f| profile.text(f.object).contains(".so"));
    assert!(natives.clone().count() > 0);
    assert!(natives.into_iter().all(|f| profile.text(f.file).is_empty()));
}

#[test]
fn a_stack_as_deep_as_the_file_allows_opens() {
    let frames: Vec<String> = (0..100_000).map(|i| format!("f{i}")).collect();
    let profile = open_bytes(format!("{} 1\n", frames.join(";"))).expect("opens");
    assert_eq!(samples(&profile, FIRST), [(frames, 1)]);
}

#[test]
fn order_of_lines_and_size_of_blocks_do_not_matter() {
    // More than one block of the stream, with stacks that share beginnings in every way.
    let lines: Vec<String> = (0..60_000_u32)
        .map(|i| format!("main (a.py:{});f{};g{} (b.py:{}) {}", i % 3, i % 7, i % 97, i % 11, i % 5 + 1))
        .collect();
    let (mut sorted, mut shuffled) = (lines.clone(), lines);
    sorted.sort();
    let mut random = Random(1);
    for i in (1..shuffled.len()).rev() {
        shuffled.swap(i, random.below(i + 1));
    }
    let [sorted, shuffled] = [sorted, shuffled].map(|lines| open_bytes(lines.join("\n")).expect("opens"));
    assert_eq!(folded(&sorted, FIRST), folded(&shuffled, FIRST));
}

#[test]
fn damaged_bytes_are_an_error_or_a_profile() {
    let original = std::fs::read(fixture("pyspy/everything.raw")).expect("reads");
    let mut random = Random(7);
    for mut bytes in overwritten(&original, 400, 9) {
        bytes.truncate(random.below(bytes.len()) + 1);
        match open_bytes(bytes) {
            Ok(profile) => assert!(profile.sample_count() > 0),
            Err(error) => assert!(!matches!(error, ImportError::NotThisFormat | ImportError::Cancelled)),
        }
    }
}

#[test]
fn a_deep_stack_compressed_to_next_to_nothing_does_not_fill_the_memory() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &[b"a;".repeat(20 << 20), b"b 1\n".to_vec()].concat()).expect("writes");
    let error = open_bytes(encoder.finish().expect("ends")).map(drop).expect_err("twenty million frames of 200 kB");
    assert!(matches!(error, ImportError::Build(_)), "{error}");
}
