//! pprof: against `go tool pprof`, through its own writer and back, and against hostile bytes.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "clippy takes only functions marked as tests for tests")]

use crate::support::{fixture, folded, open, open_bytes, overwritten};
use flate2::read::MultiGzDecoder;
use helioscope::analyze::Query;
use helioscope::export::pprof as export;
use helioscope::export::scrub::Scrub;
use helioscope::import::{ImportError, ProtobufWriter as Writer};
use helioscope::model::{Body, LabelValue, MetricId, Profile, StackProfile, TrackId, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
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

// Files written by hand

/// A pprof as its fields; texts are given by themselves and numbered here.
#[derive(Default)]
struct File {
    writer: Writer,
    texts: Vec<Vec<u8>>,
}

impl File {
    fn new() -> Self {
        Self { writer: Writer::default(), texts: vec![Vec::new()] }
    }

    fn text(&mut self, text: impl AsRef<[u8]>) -> u64 {
        let text = text.as_ref();
        let at = self.texts.iter().position(|t| t == text).unwrap_or_else(|| {
            self.texts.push(text.to_vec());
            self.texts.len() - 1
        });
        at as u64
    }

    fn sample_type(&mut self, kind: &str, unit: &str) -> &mut Self {
        let (kind, unit) = (self.text(kind), self.text(unit));
        self.writer.message(1, |w| {
            w.varint(1, kind);
            w.varint(2, unit);
        });
        self
    }

    /// Labels are `(key, text, number, unit)`; an empty text stands for a number.
    fn sample(&mut self, locations: &[u64], values: &[i64], labels: &[(&str, &str, i64, &str)]) -> &mut Self {
        let labels: Vec<_> = labels.iter().map(|(k, t, n, u)| (self.text(k), self.text(t), *n, self.text(u))).collect();
        self.writer.message(2, |w| {
            w.packed(1, locations.iter().copied());
            w.packed(2, values.iter().map(|v| v.cast_unsigned()));
            for (key, text, number, unit) in labels {
                w.message(3, |w| {
                    w.varint(1, key);
                    w.varint(2, text);
                    w.int(3, number);
                    w.varint(4, unit);
                });
            }
        });
        self
    }

    fn mapping(&mut self, id: u64, file: &str) -> &mut Self {
        let file = self.text(file);
        self.writer.message(3, |w| {
            w.varint(1, id);
            w.varint(5, file);
        });
        self
    }

    /// Lines are `(function, line)`, innermost first.
    fn location(&mut self, id: u64, mapping: u64, address: u64, lines: &[(u64, i64)]) -> &mut Self {
        self.writer.message(4, |w| {
            w.varint(1, id);
            w.varint(2, mapping);
            w.varint(3, address);
            for (function, line) in lines {
                w.message(4, |w| {
                    w.varint(1, *function);
                    w.int(2, *line);
                });
            }
        });
        self
    }

    fn function(&mut self, id: u64, name: impl AsRef<[u8]>, file: &str) -> &mut Self {
        let (name, file) = (self.text(name), self.text(file));
        self.writer.message(5, |w| {
            w.varint(1, id);
            w.varint(2, name);
            w.varint(4, file);
        });
        self
    }

    fn number(&mut self, field: u32, value: u64) -> &mut Self {
        self.writer.varint(field, value);
        self
    }

    fn named(&mut self, field: u32, text: &str) -> &mut Self {
        let text = self.text(text);
        self.number(field, text)
    }

    fn bytes(&mut self) -> Vec<u8> {
        for text in &self.texts {
            self.writer.bytes_field(6, text);
        }
        self.writer.bytes().to_vec()
    }
}

/// Two threads, an inlined call, a place without a name, a library, labels, negative values and a stack without a frame.
fn sample_file() -> File {
    let mut file = File::new();
    file.sample_type("cpu", "microseconds").sample_type("memory", "kilobytes");
    file.sample(&[3, 2, 1], &[5, -1], &[("thread", "main", 0, ""), ("size", "", 512, "bytes")])
        .sample(&[2, 1], &[7, 0], &[("thread", "worker;x", 0, ""), ("tid", "", 7, ""), ("pid", "9", 0, "")])
        .sample(&[4, 1], &[11, 2], &[("thread", "main", 0, ""), ("span", "a", 0, ""), ("span", "b", 0, "")])
        .sample(&[], &[13, 0], &[]);
    file.mapping(1, "/usr/lib/libz.so.1");
    file.location(1, 0, 0, &[(1, 3)]).location(2, 1, 0x10, &[(3, 9), (2, 8)]).location(3, 1, 0x4f_2a10, &[]).location(
        4,
        1,
        0x20,
        &[(4, 0)],
    );
    file.function(1, "<module>", "app.py")
        .function(2, "outer", "a.c")
        .function(3, "folded", "a.h")
        .function(4, "inflate", "");
    file.number(9, 1_700_000_000_000_000_000).number(10, 2_000_000_000).number(12, 10);
    file.named(13, "a remark").named(14, "cpu").named(15, "https://example.org/profile");
    let (kind, unit) = (file.text("cpu"), file.text("milliseconds"));
    file.writer.message(11, |w| {
        w.varint(1, kind);
        w.varint(2, unit);
    });
    file
}

#[test]
fn everything_a_file_tells_is_kept() {
    let profile = open_bytes(sample_file().bytes()).expect("opens");
    let cpu = MetricId::at(0);
    let expected = [
        ("", 13_000),
        ("<module> (app.py:3);inflate", 11_000),
        ("<module> (app.py:3);outer (a.c:8);folded (a.h:9)", 7_000),
        ("<module> (app.py:3);outer (a.c:8);folded (a.h:9);0x4f2a10", 5_000),
    ];
    let expected: BTreeMap<String, i64> = expected.map(|(stack, n)| (stack.to_owned(), n)).into();
    assert_eq!(folded(&profile, cpu, None), expected);
    assert_eq!(inlined(&profile), ["folded"]);
    assert_eq!(profile.default_metric(), cpu);
    assert_eq!(profile.metric(cpu).unit, Unit::Nanoseconds);
    assert_eq!(profile.total(MetricId::at(1)), 1024);

    let objects: BTreeMap<&str, &str> =
        profile.functions().iter().map(|f| (profile.text(f.name), profile.text(f.object))).collect();
    assert_eq!(objects["inflate"], "/usr/lib/libz.so.1");
    assert_eq!(objects["0x4f2a10"], "/usr/lib/libz.so.1");
    assert_eq!(objects["outer"], "", "a function with a source file needs no library");

    let threads: Vec<_> = profile.tracks().iter().map(|t| (t.name.as_str(), t.tid, t.pid)).collect();
    assert_eq!(threads, [("main", None, None), ("worker;x", Some(7), Some(9)), ("no thread", None, None)]);
    assert_eq!(folded(&profile, cpu, Some(TrackId::at(1))).len(), 1);
    let labelled: Vec<String> =
        sample_lines(&profile).iter().map(|l| l.split("\"]").next().unwrap_or_default().to_owned()).collect();
    assert!(labelled[0].ends_with("[\"size=512bytes"), "{}", labelled[0]);
    assert!(labelled[2].ends_with("[\"span=a\", \"span=b"), "{}", labelled[2]);

    let origin = profile.origin();
    assert_eq!(origin.start_unix_ns, Some(1_700_000_000_000_000_000));
    assert_eq!(origin.duration_ns, Some(2_000_000_000));
    assert_eq!(origin.period_ns, Some(10_000_000));
    assert_eq!(origin.comments, ["a remark", "documentation: https://example.org/profile"]);
    assert_eq!(warned(&profile), [(EMPTY_STACK, 1)]);
}

#[test]
fn without_a_default_the_last_sample_type_is_shown() {
    let mut file = File::new();
    file.sample_type("samples", "count").sample_type("wall", "ms").sample(&[], &[1, 2], &[]);
    let profile = open_bytes(file.bytes()).expect("opens");
    assert_eq!(profile.default_metric(), MetricId::at(1));
    assert_eq!(profile.total(MetricId::at(1)), 2_000_000);
}

#[test]
fn ids_may_be_zero_large_or_lead_nowhere() {
    let mut file = File::new();
    file.sample_type("samples", "count");
    file.sample(&[0], &[1], &[]).sample(&[u64::MAX], &[2], &[]).sample(&[77, 0], &[4], &[]).sample(&[5], &[8], &[]);
    file.location(0, 0, 0, &[(0, -1)]).location(u64::MAX, 3, 0, &[(1 << 60, 12)]).location(5, 9, 0x99, &[(8, 1)]);
    file.function(0, "zero", "z.cs").function(1 << 60, "far", "far.py");
    let profile = open_bytes(file.bytes()).expect("opens");
    let expected = [("0x99", 8), ("far (far.py:12)", 2), ("zero (z.cs)", 1), ("zero (z.cs);[unknown]", 4)];
    assert_eq!(folded(&profile, MetricId::at(0), None), expected.map(|(s, n)| (s.to_owned(), n)).into());
    let warnings: Vec<String> = profile.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("function") && warnings[1].contains("location"), "{warnings:?}");
}

#[test]
fn numbers_need_not_be_packed_and_fields_may_come_in_any_order() {
    let mut file = File::new();
    file.texts.extend([b"samples".to_vec(), b"count".to_vec(), b"f".to_vec(), b"g".to_vec()]);
    let mut bytes = file.bytes();
    file.writer.clear();
    file.texts.clear();
    let one_at_a_time = |w: &mut Writer| {
        w.varint(2, 3);
        w.varint(1, 300);
        w.packed(1, [2, 300]);
        w.varint(1, 2);
    };
    file.writer.message(2, one_at_a_time);
    file.writer.message(2, |w| {
        w.packed(1, [2, 300, 2]);
        w.packed(2, [4]);
    });
    // Ends in the same bytes as the lists before, but in the midst of a number.
    file.writer.message(2, |w| {
        w.packed(1, [44, 2]);
        w.packed(2, [5]);
    });
    file.location(300, 0, 0, &[(1, 0)]).location(2, 0, 0, &[(2, 0)]).location(44, 0, 0, &[(2, 7)]);
    for (id, name) in [(1, 3), (2, 4)] {
        file.writer.message(5, |w| {
            w.varint(1, id);
            w.varint(2, name);
        });
    }
    file.writer.message(1, |w| {
        w.varint(1, 1);
        w.varint(2, 2);
    });
    // A field of a later specification.
    file.writer.bytes_field(30, b"later");
    bytes.extend(file.writer.bytes());
    let profile = open_bytes(bytes).expect("opens");
    let expected = [("g;f;g", 4), ("g;f;g;f", 3), ("g;g", 5)];
    assert_eq!(folded(&profile, MetricId::at(0), None), expected.map(|(s, n)| (s.to_owned(), n)).into());
}

#[test]
fn names_that_are_not_utf8_stay_apart() {
    let mut file = File::new();
    file.sample_type("samples", "count").sample(&[1], &[1], &[]).sample(&[2], &[2], &[]);
    file.location(1, 0, 0, &[(1, 0)]).location(2, 0, 0, &[(2, 0)]);
    file.function(1, b"caf\xe9", "").function(2, b"caf\xe8", "");
    let profile = open_bytes(file.bytes()).expect("opens");
    let expected = [("caf\\xe8", 2), ("caf\\xe9", 1)];
    assert_eq!(folded(&profile, MetricId::at(0), None), expected.map(|(s, n)| (s.to_owned(), n)).into());
    assert_eq!(profile.warnings().iter().map(|w| w.count).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_sample_with_too_few_values_is_left_out_with_a_warning() {
    let mut file = File::new();
    file.sample_type("a", "count").sample_type("b", "count");
    file.sample(&[], &[1, 2], &[]).sample(&[], &[3], &[]).sample(&[], &[4, 5, 6], &[]).sample(&[], &[], &[]);
    let profile = open_bytes(file.bytes()).expect("opens");
    assert_eq!((profile.sample_count(), profile.total(MetricId::at(1))), (1, 2));
    let left_out = "A sample has another number of values than the file has sample types; it was left out.";
    assert_eq!(warned(&profile), [(left_out, 3), (EMPTY_STACK, 1)]);
}

#[test]
fn an_empty_profile_opens_with_a_warning() {
    let mut typed = File::new();
    let mut untyped = File::new();
    untyped.number(9, 5);
    for bytes in [typed.sample_type("samples", "count").bytes(), untyped.bytes()] {
        let profile = open_bytes(bytes).expect("opens");
        assert_eq!((profile.sample_count(), profile.warnings().len()), (0, 1));
    }
}

#[test]
fn samples_without_a_stack_count_towards_the_total_and_are_told() {
    let profile = open("pprof/threadcreate.pb.gz");
    assert_eq!(warned(&profile), [(EMPTY_STACK, 1)]);
}

#[test]
fn values_beyond_64_bits_are_an_error() {
    let mut scaled = File::new();
    scaled.sample_type("wall", "s").sample(&[], &[i64::MAX / 2], &[]);
    let mut summed = File::new();
    summed.sample_type("wall", "ns").sample(&[], &[i64::MAX], &[]).sample(&[], &[1], &[]);
    for mut file in [scaled, summed] {
        assert!(matches!(open_bytes(file.bytes()), Err(ImportError::Build(_))));
    }
}

// Hostile files

#[test]
fn damaged_files_are_told_as_such() {
    let whole = open("pprof/heap.pb.gz");
    let name = |file: &str| PathBuf::from(format!("malformed/pprof_{file}")).to_string_lossy().into_owned();
    for file in ["raw.pb", "multimember.pb.gz", "doublegz.pb.gz", "gz_trailing.pb.gz"] {
        let profile = open(&name(file));
        for metric in metrics(&whole) {
            assert_eq!(folded(&profile, metric, None), folded(&whole, metric, None), "{file}");
        }
    }
    let error = |file: &str| {
        let bytes = std::fs::read(fixture(&name(file))).expect("reads");
        open_bytes(bytes).expect_err(file)
    };
    assert!(matches!(error("trunc.pb.gz"), ImportError::Compression { .. }));
    assert!(matches!(error("badcrc.pb.gz"), ImportError::Compression { .. }));
    assert!(matches!(error("raw_trunc.pb"), ImportError::Malformed { format: "pprof", .. }));
    assert!(matches!(error("empty.pb.gz"), ImportError::Recognised { .. }));
}

#[test]
fn a_file_cut_short_anywhere_is_an_error() {
    let bytes = raw("pprof/cpu.pb.gz");
    let mut opened = 0;
    for length in 0..bytes.len() {
        match open_bytes(&bytes[..length]) {
            // Only numbers such as the period may be missing from the end.
            Ok(_) => opened += 1,
            Err(error) => assert!(!matches!(error, ImportError::NotThisFormat), "{length}"),
        }
    }
    assert!(opened < 20, "{opened} beginnings of the file passed for whole");
}

#[test]
fn no_mutation_of_a_byte_panics_or_hangs() {
    for name in ["pprof/cpu.pb.gz", "pprof/mutex.pb.gz"] {
        let bytes = raw(name);
        overwritten(&bytes, 4000, 3).for_each(|bytes| drop(open_bytes(bytes)));
    }
}

#[test]
fn counts_in_the_file_are_not_believed() {
    // A sample, a text and a packed list that say they are longer than any memory.
    for field in [1_u8, 2, 4, 6, 13] {
        let mut bytes = sample_file().bytes();
        bytes.extend([field << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]);
        assert!(matches!(open_bytes(bytes), Err(ImportError::Malformed { .. })), "field {field}");
    }
}

#[test]
fn deep_stacks_open() {
    let depth = 60_000;
    let mut file = File::new();
    let locations: Vec<u64> = (0..depth).map(|i| i % 3 + 1).collect();
    file.sample_type("samples", "count").sample(&locations, &[1], &[]).sample(&locations[1..], &[2], &[]);
    for id in 1..=3 {
        file.location(id, 0, 0, &[(id, 0)]).function(id, format!("f{id}"), "");
    }
    let profile = open_bytes(file.bytes()).expect("opens");
    assert_eq!(stacks(&profile).stacks.len(), depth as usize + 1);
}

#[test]
fn the_old_forms_are_named() {
    let old: [&[u8]; 6] = [
        b"\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0",
        b"\0\0\0\0\x03\0\0\0\x01\0\0\0\x10\x27\0\0\0\0\0\0",
        b"heap profile:    144:  8498176 [   144:  8498176] @ heapz_v2/524288\n",
        b"--- contentionz 1 ---\ncycles/second = 3201000000\n",
        b"--- threadz 1 ---\n\n--- Thread 7eff063d9940 (name: main/25376) stack: ---\n",
        b"goroutine profile: total 1\n1 @ 0x4a3a3d\n",
    ];
    for bytes in old {
        let error = open_bytes(bytes).expect_err("is not read");
        assert!(matches!(error, ImportError::Recognised { what, .. } if what.contains("gperftools")), "{error}");
    }
}

/// A pprof of cpu nanoseconds with half a megabyte of text as its fourth, and whatever else is written.
fn with_long_text(rest: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::default();
    w.message(1, |m| {
        m.varint(1, 1);
        m.varint(2, 2);
    });
    for text in ["", "cpu", "nanoseconds", &"\u{e9}".repeat(250_000), "thread", "n"] {
        w.bytes_field(6, text.as_bytes());
    }
    rest(&mut w);
    w.bytes().to_vec()
}

#[test]
fn a_long_text_that_much_refers_to_is_neither_copied_nor_read_for_each() {
    const MANY: u64 = 20_000;
    let sample = |w: &mut Writer, labels: &[(u64, u64, u64)]| {
        w.message(2, |m| {
            m.packed(2, [1]);
            for &(key, text, number) in labels {
                m.message(3, |l| {
                    l.varint(1, key);
                    l.varint(2, text);
                    l.varint(3, number);
                });
            }
        });
    };
    let functions = with_long_text(|w| {
        for i in 1..MANY {
            w.message(5, |m| {
                m.varint(1, i);
                m.varint(2, 3);
            });
            w.message(3, |m| {
                m.varint(1, i);
                m.varint(5, 3);
            });
            w.message(4, |m| {
                m.varint(1, i);
                m.varint(2, i);
            });
        }
        sample(w, &[]);
    });
    let labels = with_long_text(|w| (0..MANY).for_each(|i| sample(w, &[(3, 0, i)])));
    let threads = with_long_text(|w| (0..MANY).for_each(|i| sample(w, &[(4, 3, 0), (5, 0, i)])));
    let comments = with_long_text(|w| {
        w.packed(13, vec![3; 20_000]);
        sample(w, &[]);
    });
    for bytes in [functions, labels, threads, comments] {
        let begun = std::time::Instant::now();
        let profile = open_bytes(bytes).expect("opens");
        let held = profile.origin().comments.iter().map(String::len).sum::<usize>()
            + profile.tracks().iter().map(|t| t.name.len()).sum::<usize>();
        assert!(held < 4 << 20, "{held} bytes");
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
    let types = with_long_text(|w| {
        (0..MANY).for_each(|_| w.message(1, |m| m.varint(1, 3)));
        sample(w, &[]);
    });
    assert!(open_bytes(types).expect_err("no profiler writes so many").to_string().contains("20001 types of samples"));
}

#[test]
fn inlined_calls_that_would_fill_the_memory_are_an_error() {
    let bytes = with_long_text(|w| {
        for id in [1, 2] {
            w.message(5, |m| {
                m.varint(1, id);
                m.varint(2, id);
            });
        }
        w.message(4, |m| {
            m.varint(1, 1);
            for i in 0..5000 {
                m.message(4, |l| {
                    l.varint(1, 1 + i % 2);
                    l.varint(2, i);
                });
            }
        });
        w.message(2, |m| {
            m.packed(1, vec![1; 100_000]);
            m.packed(2, [1]);
        });
    });
    let error = open_bytes(bytes).expect_err("half a billion frames").to_string();
    assert!(error.contains("inlined calls"), "{error}");
}
