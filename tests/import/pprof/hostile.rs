//! Hostile and damaged files.

use super::file::{File, sample_file};
use super::{metrics, raw, stacks};
use crate::support::{fixture, folded, open, open_bytes, overwritten};
use helioscope::import::{ImportError, ProtobufWriter as Writer};
use std::path::PathBuf;

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
