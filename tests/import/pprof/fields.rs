//! What a file tells, on files written by hand.

use super::file::{File, sample_file};
use super::{EMPTY_STACK, inlined, sample_lines, warned};
use crate::support::{folded, open, open_bytes};
use helioscope::import::{ImportError, ProtobufWriter as Writer};
use helioscope::model::{MetricId, TrackId, Unit};
use std::collections::BTreeMap;

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
