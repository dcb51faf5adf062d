//! pprof: against `go tool pprof`, through its own writer and back, field by field, and against hostile bytes.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "clippy takes only functions marked as tests for tests")]

mod dropped;
mod fields;
mod file;
mod hostile;

use crate::support::{fixture, folded, open, open_bytes};
use file::sample_file;
use flate2::read::MultiGzDecoder;
use helioscope::analyze::Query;
use helioscope::export::pprof as export;
use helioscope::export::scrub::Scrub;
use helioscope::model::{Body, LabelValue, MetricId, Profile, StackProfile, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::process::Command;

fn fixtures() -> Vec<String> {
    let entries = std::fs::read_dir(fixture("pprof")).expect("the folder of fixtures");
    let names = entries.map(|e| e.expect("an entry").file_name().into_string().expect("a plain name"));
    let mut names: Vec<String> = names.filter(|n| n.ends_with(".pb.gz")).map(|n| format!("pprof/{n}")).collect();
    names.sort();
    assert!(names.len() >= 8);
    names
}

fn raw(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(fixture(name)).expect("opens");
    MultiGzDecoder::new(file).read_to_end(&mut bytes).expect("decompresses");
    bytes
}

fn stacks(profile: &Profile) -> &StackProfile {
    let Body::Stacks(body) = profile.body() else { panic!("pprof holds stacks") };
    body
}

fn metrics(profile: &Profile) -> impl Iterator<Item = MetricId> {
    (0..profile.metrics().len()).map(MetricId::at)
}

// Against go tool pprof

/// Self and total of every function by its name, added up sample by sample as pprof's documentation says.
fn rows(profile: &Profile, metric: MetricId) -> BTreeMap<String, (i64, i64)> {
    let body = stacks(profile);
    let mut rows: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (&stack, value) in body.samples.stacks().iter().zip(body.samples.weights(metric)) {
        let names: Vec<&str> = body.stacks.walk(stack).map(|f| profile.name(profile.frame(f).function)).collect();
        if let Some(innermost) = names.first() {
            rows.entry((*innermost).to_owned()).or_default().0 += value;
        }
        for name in names.into_iter().collect::<BTreeSet<_>>() {
            rows.entry(name.to_owned()).or_default().1 += value;
        }
    }
    rows.retain(|_, figures| *figures != (0, 0));
    rows
}

const EMPTY_STACK: &str = "A sample has an empty stack: it counts towards the total, but belongs to no function.";

/// What a profile warns of, and how often it happened.
fn warned(profile: &Profile) -> Vec<(&str, u64)> {
    profile.warnings().iter().map(|warning| (warning.text.as_str(), warning.count)).collect()
}

#[test]
fn every_figure_is_the_one_go_tool_pprof_gives() {
    let truth = std::fs::read_to_string(fixture("pprof/truth.json")).expect("the stored truth");
    let truth: serde_json::Value = serde_json::from_str(&truth).expect("JSON");
    for name in fixtures() {
        let profile = open(&name);
        let of_file = truth[name.trim_start_matches("pprof/")].as_object().expect("an entry for the file");
        assert_eq!(profile.metrics().len(), of_file.len(), "{name}");
        for metric in metrics(&profile) {
            let expected = &of_file[&profile.metric(metric).name];
            let factor = match expected["unit"].as_str() {
                Some("μs") => 1000,
                Some("count" | "nanoseconds" | "bytes") => 1,
                unit => panic!("{name}: the test does not know the unit {unit:?}"),
            };
            let figure = |value: &serde_json::Value| value.as_i64().expect("an integer") * factor;
            assert_eq!(profile.total(metric), figure(&expected["total"]), "{name}");
            let expected: BTreeMap<String, (i64, i64)> = expected["rows"]
                .as_object()
                .expect("rows")
                .iter()
                .map(|(function, row)| (function.clone(), (figure(&row[0]), figure(&row[1]))))
                .filter(|(_, figures)| *figures != (0, 0))
                .collect();
            assert_eq!(rows(&profile, metric), expected, "{name}, {}", profile.metric(metric).name);
        }
    }
}

/// Whether `go tool pprof` can be asked. Where tests must be complete it has to be there.
fn has_go() -> bool {
    let found = Command::new("go").arg("version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "go is not installed");
    if !found {
        println!("skipped: go is not installed");
    }
    found
}

#[test]
fn go_tool_pprof_reads_what_is_written() {
    if !has_go() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("written.pb.gz");
    let hand_made = open_bytes(sample_file().bytes()).expect("opens");
    for profile in fixtures().iter().map(|name| open(name)).chain([hand_made]) {
        export::save(&profile, &path).expect("is written");
        for metric in metrics(&profile) {
            let output = Command::new("go")
                .args(["tool", "pprof", "-symbolize=none", "-top", "-nodecount=0", "-nodefraction=0"])
                .arg(format!("-sample_index={}", metric.index()))
                .arg(match profile.metric(metric).unit {
                    Unit::Nanoseconds => "-unit=ns",
                    Unit::Bytes => "-unit=B",
                    _ => "-unit=count",
                })
                .arg(&path)
                .output()
                .expect("go runs");
            let text = String::from_utf8_lossy(&output.stdout);
            let line = text.lines().find(|line| line.starts_with("Showing nodes")).unwrap_or_default();
            let of = line.split(" of ").nth(1).and_then(|rest| rest.split(' ').next());
            let digits: String =
                of.unwrap_or_default().chars().take_while(|c| *c == '-' || c.is_ascii_digit()).collect();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert_eq!(digits.parse(), Ok(pprof_total(&profile, metric)), "{text}{errors}");
        }
    }
}

/// pprof's total: where there are negative values, the sum of what they are without their sign.
fn pprof_total(profile: &Profile, metric: MetricId) -> i64 {
    let weights = stacks(profile).samples.weights(metric);
    let sum = weights.iter().map(|weight| weight.abs()).sum();
    if weights.iter().any(|weight| *weight < 0) { sum } else { profile.total(metric) }
}

// Written and read again

/// A sample as text: its thread, labels and values. What a round trip must keep, besides the tree.
fn sample_lines(profile: &Profile) -> Vec<String> {
    let samples = &stacks(profile).samples;
    let labels = |row| {
        let labels = samples.labels(row).iter().map(|label| match label.value {
            LabelValue::Text(text) => format!("{}={}", profile.text(label.key), profile.text(text)),
            LabelValue::Number(n, unit) => format!("{}={n}{}", profile.text(label.key), profile.text(unit)),
        });
        labels.collect::<Vec<_>>()
    };
    let line = |row: usize| {
        let values: Vec<i64> = metrics(profile).map(|metric| samples.weights(metric)[row]).collect();
        format!("{:?} {:?} {values:?}", profile.track(samples.tracks()[row]), labels(row))
    };
    (0..samples.len()).map(line).collect()
}

fn inlined(profile: &Profile) -> Vec<&str> {
    let frames = profile.frames().iter().filter(|frame| frame.inlined);
    let mut names: Vec<&str> = frames.map(|frame| profile.name(frame.function)).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_profile_written_and_read_again_is_the_same() {
    let hand_made = open_bytes(sample_file().bytes()).expect("opens");
    for profile in fixtures().iter().map(|name| open(name)).chain([hand_made]) {
        let mut written = Vec::new();
        export::write(&profile, &Query::new(&profile), &Scrub::off(), &mut written).expect("is written");
        let again = open_bytes(written.clone()).expect("opens");

        for metric in metrics(&profile) {
            assert_eq!(folded(&again, metric, None), folded(&profile, metric, None));
            assert_eq!(again.total(metric), profile.total(metric));
        }
        assert_eq!(again.metrics(), profile.metrics());
        assert_eq!(again.default_metric(), profile.default_metric());
        assert_eq!(again.tracks(), profile.tracks());
        assert_eq!(sample_lines(&again), sample_lines(&profile));
        assert_eq!(inlined(&again), inlined(&profile));
        assert_eq!(again.origin().period_ns, profile.origin().period_ns);
        assert_eq!(again.origin().start_unix_ns, profile.origin().start_unix_ns);
        assert_eq!(again.origin().duration_ns, profile.origin().duration_ns);

        let mut rewritten = Vec::new();
        export::write(&profile, &Query::new(&profile), &Scrub::off(), &mut rewritten).expect("is written");
        assert!(written == rewritten, "the same profile gives the same bytes");
    }
}

#[test]
fn a_failed_save_leaves_the_old_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("folder.pb.gz");
    std::fs::create_dir(&path).expect("a folder in the way");
    std::fs::write(path.join("old"), "old").expect("writes");
    let profile = open("pprof/cpu.pb.gz");
    assert!(matches!(export::save(&profile, &path), Err(export::WriteError::Io(_))));
    assert!(path.join("old").exists());
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1, "nothing is left beside it");
}
