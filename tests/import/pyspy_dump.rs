//! Dumps of py-spy.

use crate::support::{fixture, folded, misspelt, open, open_bytes};
use helioscope::import::{self, ImportError, Job};
use helioscope::model::{Body, LabelValue, MetricId, Profile, TrackId};

/// The key and value of each label of a sample.
fn labels(profile: &Profile, sample: usize) -> Vec<(String, String)> {
    let Body::Stacks(body) = profile.body() else { panic!("stacks") };
    let text = |value: LabelValue| match value {
        LabelValue::Text(id) => profile.text(id).to_owned(),
        LabelValue::Number(n, _) => n.to_string(),
    };
    body.samples.labels(sample).iter().map(|l| (profile.text(l.key).to_owned(), text(l.value))).collect()
}

#[test]
fn every_thread_is_one_sample_with_its_stack_outermost_first() {
    let profile = open("pyspy_dump/dump.json");
    assert_eq!(profile.origin().format, "py-spy dump");
    assert_eq!(profile.total(MetricId(0)), 3);
    let tracks: Vec<_> = profile.tracks().iter().map(|t| (t.name.as_str(), t.pid, t.tid)).collect();
    let expected = [("worker;x", Some(16589)), ("idler <&\">", Some(16588)), ("MainThread", Some(16586))];
    assert_eq!(tracks, expected.map(|(name, tid)| (name, Some(16586), tid)));
    let threading = "/home/.pyenv/versions/3.11.7/lib/python3.11/threading.py";
    let stack = format!(
        "Thread._bootstrap ({threading}:1002);Thread._bootstrap_inner ({threading}:1045);Thread.run ({threading}:982);\
         busy (/srv/webshop/gen/spin.py:10);leaf (/srv/webshop/gen/spin.py:5)"
    );
    assert_eq!(folded(&profile, MetricId(0), Some(TrackId(0))), [(stack, 1)].into());
    let flag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(labels(&profile, 0), [flag("active", "true"), flag("owns_gil", "true")]);
    assert!(profile.warnings()[0].text.contains("one moment"));
}

#[test]
fn values_of_variables_and_native_frames_do_not_disturb() {
    let plain = open("pyspy_dump/dump.json");
    let with_values = open("pyspy_dump/locals.json");
    assert_eq!(plain.tracks().len(), with_values.tracks().len());
    let native = open("pyspy_dump/native.json");
    assert!(native.functions().iter().any(|f| native.text(f.object).ends_with("/libc.so.6")));
}

#[test]
fn a_dump_cut_anywhere_or_changed_does_not_panic() {
    let whole = std::fs::read(fixture("pyspy_dump/dump.json")).expect("reads");
    let mut threads = Vec::new();
    for end in (0..whole.len()).step_by(7) {
        if let Ok(profile) = open_bytes(&whole[..end]) {
            threads.push(profile.sample_count());
        }
    }
    assert!(threads.is_sorted() && threads.last() == Some(&3), "{threads:?}");
    misspelt(&whole, 1000).for_each(|bytes| drop(open_bytes(bytes)));
}

#[test]
fn a_long_dump_stops_when_it_is_asked_to() {
    let thread = r#"{"pid":1,"thread_id":2,"frames":[{"name":"f","filename":"a.py","line":3}]}"#;
    let dump = format!("[{}]", vec![thread; 200_000].join(","));
    let job = Job::new();
    let opened = std::thread::scope(|scope| {
        let opening = scope.spawn(|| import::open_bytes(dump.into_bytes(), &job));
        while job.fraction().is_none() && !opening.is_finished() {
            std::thread::yield_now();
        }
        job.cancel();
        opening.join().expect("does not fail")
    });
    assert!(matches!(opened, Err(ImportError::Cancelled)), "{:?}", opened.map(|p| p.tracks().len()));
}
