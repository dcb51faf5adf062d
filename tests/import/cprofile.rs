//! cProfile and profile: against what `pstats` reads, and against hostile bytes.

#![allow(clippy::expect_used, reason = "clippy takes only functions marked as tests for tests")]

use crate::support::{fixture, open, open_bytes, overwritten};
use flate2::read::GzDecoder;
use helioscope::import::ImportError;
use helioscope::model::{Body, CallGraph, FunctionId, MetricId, Profile, Unit};
use std::collections::BTreeMap;
use std::io::Read;

const TIME: MetricId = MetricId(0);

fn graph(profile: &Profile) -> &CallGraph {
    let Body::Graph(graph) = profile.body() else { panic!("a call graph") };
    graph
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).expect("a fixture")
}

fn warnings(profile: &Profile) -> String {
    profile.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn function(profile: &Profile, name: &str) -> FunctionId {
    let found = (0..profile.functions().len()).map(FunctionId::at).find(|id| profile.name(*id) == name);
    found.unwrap_or_else(|| panic!("no function is called {name}"))
}

/// Rows as `file⇥line⇥name⇥primitive calls⇥calls⇥self⇥total`, sorted.
fn table(profile: &Profile) -> Vec<String> {
    let graph = graph(profile);
    let rows = (0..profile.functions().len()).map(|i| {
        let id = FunctionId::at(i);
        let (file, line, name) = (profile.file(id), profile.function(id).line, profile.name(id));
        let (calls, primitive) = (graph.calls()[i], graph.primitive_calls()[i]);
        format!("{file}\t{line}\t{name}\t{primitive}\t{calls}\t{}\t{}", graph.own(TIME)[i], graph.total(TIME)[i])
    });
    sorted(rows)
}

fn sorted(rows: impl Iterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

/// The rows pstats reads from each fixture, in the form of [`table`].
fn truth() -> BTreeMap<String, Vec<String>> {
    let mut text = String::new();
    GzDecoder::new(&bytes("cprofile/truth.tsv.gz")[..]).read_to_string(&mut text).expect("the truth unpacks");
    let mut truth: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let (name, row) = line.split_once('\t').expect("a name and a row");
        // A built-in's file is `~` on line 0.
        let row = row.strip_prefix("~\t0\t").map_or_else(|| row.to_owned(), |rest| format!("\t0\t{rest}"));
        truth.entry(name.to_owned()).or_default().push(row);
    }
    truth
}

// Against pstats

#[test]
fn every_function_has_the_figures_pstats_reads() {
    let truth = truth();
    assert!(truth.len() >= 20);
    for (name, rows) in truth {
        let profile = open(&format!("cprofile/{name}"));
        let has_calls = graph(&profile).has_calls();
        // Where no calls were counted, pstats shows −1 or samples in their place.
        let without_calls = |row: &String| {
            let mut columns: Vec<&str> = row.split('\t').collect();
            columns[3..5].fill("0");
            columns.join("\t")
        };
        let expected = sorted(rows.iter().map(|r| if has_calls { r.clone() } else { without_calls(r) }));
        assert_eq!(table(&profile), expected, "{name}");
    }
}

#[test]
fn functions_keep_the_order_of_the_file() {
    let profile = open("cprofile/sampled.pstats");
    let names: Vec<_> = (0..3).map(|i| profile.name(FunctionId(i))).collect();
    assert_eq!(names, ["leaf", "main", "<GC>"]);
}

#[test]
fn the_incoming_edges_of_a_function_add_up_to_its_calls_and_time() {
    for name in ["work-2.7.18.prof", "work-3.6.15.prof", "work-3.12.1.prof", "pandas.prof.gz"] {
        let profile = open(&format!("cprofile/{name}"));
        let graph = graph(&profile);
        assert!(graph.has_edge_costs());
        let mut checked = 0;
        for callee in (0..profile.functions().len()).map(FunctionId::at) {
            let edges = graph.incoming(callee);
            let calls: i64 = edges.iter().map(|e| graph.edges()[*e as usize].calls).sum();
            // What the profiled program was called with has no caller of its own.
            if calls == graph.calls()[callee.index()] {
                let own: i64 = edges.iter().map(|e| graph.edge_own(TIME)[*e as usize]).sum();
                let expected = graph.own(TIME)[callee.index()];
                // Python's floats and the rounding of each edge leave some nanoseconds.
                assert!((own - expected).unsigned_abs() <= 2 + edges.len() as u64, "{name}: {}", profile.name(callee));
                checked += 1;
            }
        }
        assert!(checked * 10 > profile.functions().len() * 9, "{name}: {checked}");
    }
}

#[test]
fn the_same_profile_in_every_version_of_marshal_is_the_same() {
    let first = open("cprofile/shared-v0.pstats");
    let edges = |profile: &Profile| {
        let graph = graph(profile);
        (graph.edges().to_vec(), graph.edge_own(TIME).to_vec(), graph.edge_total(TIME).to_vec())
    };
    assert_eq!(edges(&first).0.len(), 4);
    assert_eq!(edges(&first).2, [300_000_000; 4]);
    for version in 1..=4 {
        let other = open(&format!("cprofile/shared-v{version}.pstats"));
        assert_eq!((table(&other), edges(&other)), (table(&first), edges(&first)), "version {version}");
    }
}

// What a profile is made by

#[test]
fn the_interpreter_and_the_profiler_are_told_by_their_traces() {
    let cases = [
        ("work-2.7.18.prof", Some("Python 2.7"), "cProfile"),
        ("work-pure-3.9.18.prof", Some("Python 3.9"), "profile"),
        ("work-3.12.1.prof", Some("Python 3.12"), "cProfile"),
        ("inttimer-2.7.18.prof", Some("Python 2"), "cProfile"),
        ("inttimer-3.13.0.prof", None, "cProfile"),
        ("pandas.prof.gz", Some("Python 3.11"), "cProfile"),
        ("sampled.pstats", None, "profiling.sampling"),
    ];
    for (name, interpreter, producer) in cases {
        let profile = open(&format!("cprofile/{name}"));
        assert_eq!(profile.origin().interpreter.as_deref(), interpreter, "{name}");
        assert_eq!(profile.origin().producer, producer, "{name}");
        assert_eq!(profile.origin().format, "cProfile", "{name}");
    }
}

#[test]
fn callers_that_are_only_counted_share_the_time_of_the_function() {
    for name in ["work-pure-2.7.18.prof", "work-pure-3.7.16.prof", "work-pure-3.9.18.prof", "work-pure-3.13.0.prof"] {
        let profile = open(&format!("cprofile/{name}"));
        let graph = graph(&profile);
        assert!(!graph.has_edge_costs(), "{name}");
        assert!(warnings(&profile).contains("times by caller are estimated"), "{name}");
        let main = function(&profile, "main");
        let [edge] = graph.incoming(main) else { panic!("{name}: main is called once") };
        assert_eq!(graph.edge_total(TIME)[*edge as usize], graph.total(TIME)[main.index()], "{name}");
        // `fib` calls itself: the whole time is that of the one call from elsewhere.
        let fib = function(&profile, "fib");
        let from_main =
            graph.incoming(fib).iter().find(|e| graph.edges()[**e as usize].caller == main).expect("main calls fib");
        assert_eq!(graph.edge_total(TIME)[*from_main as usize], graph.total(TIME)[fib.index()], "{name}");
    }
}

#[test]
fn a_code_object_in_place_of_a_name_is_shown_as_python_shows_it() {
    for name in ["work-pure-3.7.16.prof", "work-pure-3.9.18.prof", "work-pure-3.13.0.prof"] {
        let profile = open(&format!("cprofile/{name}"));
        let names = (0..profile.functions().len()).map(|i| profile.name(FunctionId::at(i)));
        assert_eq!(names.filter(|n| n.starts_with("<code object <module>, file \"work.py\"")).count(), 1, "{name}");
    }
}

#[test]
fn a_sampled_profile_holds_samples_and_time_but_no_calls() {
    let profile = open("cprofile/sampled.pstats");
    let graph = graph(&profile);
    assert!(!graph.has_calls() && !graph.has_edge_costs());
    assert_eq!(profile.metric(MetricId(1)).unit, Unit::Samples);
    assert_eq!((graph.own(MetricId(1)), graph.total(MetricId(1))), (&[5, 1, 1][..], &[5, 7, 1][..]));
    assert_eq!(profile.total(MetricId(1)), 7);
    assert_eq!(graph.edge_total(MetricId(1)), [5, 1]);
    assert_eq!(graph.edge_total(TIME), [5_000_000, 1_000_000]);
    assert_eq!(profile.origin().period_ns, Some(1_000_000));
    assert!(warnings(&profile).contains("each row is a line of a function"));
}

#[test]
fn uncounted_calls_are_not_recorded_rather_than_minus_one() {
    let profile = open("cprofile/uncounted.pstats");
    assert!(!graph(&profile).has_calls());
    assert_eq!(graph(&profile).edge_total(TIME), [750_000_000]);
    assert_eq!(warnings(&profile), "");
}

#[test]
fn a_timer_of_its_own_keeps_its_units() {
    let profile = open("cprofile/nstimer.pstats");
    assert_eq!(profile.metric(TIME).unit, Unit::Other("timer units".into()));
    assert_eq!(graph(&profile).total(TIME), [60_000_000_001, 45_000_000_000]);
    assert!(warnings(&profile).contains("timer of the program's own"));
}

#[test]
fn a_profile_without_callers_says_so() {
    let profile = open("cprofile/nosub-3.11.7.prof");
    assert!(graph(&profile).edges().is_empty());
    assert!(warnings(&profile).contains("subcalls=False"));
}

#[test]
fn several_threads_in_one_profile_are_told_with_what_they_do_to_its_figures() {
    let mixed = warnings(&open("cprofile/threads-3.12.pstats"));
    assert!(mixed.contains("as if they ran on one stack") && mixed.contains("shares are capped at 100 %"), "{mixed}");
    let added = warnings(&open("cprofile/threads-3.9.pstats"));
    assert!(added.contains("adds up several threads") && !added.contains("one stack"), "{added}");
    assert_eq!(warnings(&open("cprofile/work-3.12.1.prof")), "");
}

#[test]
fn an_empty_profile_opens_with_a_warning() {
    for name in ["empty-2.7.18.prof", "empty-3.12.1.prof"] {
        let profile = open(&format!("cprofile/{name}"));
        assert_eq!(profile.functions().len(), 0, "{name}");
        assert!(warnings(&profile).contains("no function"), "{name}");
    }
}

#[test]
fn names_in_other_scripts_are_kept() {
    let profile = open("cprofile/uni-3.12.1.prof");
    let id = function(&profile, "функция");
    assert_eq!(profile.file(id), "unié 日本/m3.py");
}

// Hostile bytes

#[test]
fn every_damaged_file_is_an_error_or_a_warning_that_says_what_is_wrong() {
    let errors = [
        ("pstats_trunc_1", "ends too early"),
        ("pstats_trunc_2", "ends too early"),
        ("pstats_trunc_3", "ends too early"),
        ("pstats_trunc_50", "ends too early"),
        ("pstats_trunc_16088", "at byte 16074: it ends too early"),
        ("pstats_trunc_32175", "at byte 32175: it ends too early"),
        ("pstats_4tuple_value", "at byte 17: a function's figures are not five"),
        ("marshal_self_ref", "where a name or a path belongs"),
        ("marshal_deep", "where a name or a path belongs"),
        ("marshal_huge_len", "where a function (file, line, name) belongs"),
        ("marshal_neg_len", "a length is negative"),
        ("not_a_profile_F", "a report of gprof"),
    ];
    for (name, expected) in errors {
        let error = open_bytes(bytes(&format!("malformed/{name}.prof"))).expect_err(name).to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    let warned = [
        ("pstats_trailing", "4 bytes that are no part of the profile"),
        ("pstats_flipped", "not UTF-8"),
        ("pstats_py2_nonutf8", "Latin-1"),
        ("pstats_surrogate", "could not decode"),
        ("pstats_bigint", "too large to be true; it is shown as 0. (2 times)"),
        ("pstats_bigint", "not a finite number; it is shown as 0. (3 times)"),
        ("pstats_bigint", "has no number of calls"),
        ("pstats_missing_caller_key", "that caller is left out"),
        ("pstats_cycle_no_root", "where the call tree begins is a guess"),
        ("pstats_sampled_315", "sampled"),
    ];
    for (name, expected) in warned {
        let shown = warnings(&open(&format!("malformed/{name}.prof")));
        assert!(shown.contains(expected), "{name}: {shown}");
    }
}

#[test]
fn names_that_are_no_text_are_shown_as_they_can_be() {
    let profile = open("malformed/pstats_py2_nonutf8.prof");
    assert_eq!((profile.file(FunctionId(0)), profile.name(FunctionId(0))), ("café.pyx", "ÿ"));
    let profile = open("malformed/pstats_surrogate.prof");
    assert_eq!(profile.file(FunctionId(0)), "caf\\udce9.py");
}

#[test]
fn a_caller_without_a_row_adds_no_row() {
    let profile = open("malformed/pstats_missing_caller_key.prof");
    assert_eq!((profile.functions().len(), graph(&profile).edges().len()), (1, 0));
}

#[test]
fn a_function_that_stands_in_the_file_twice_is_added_up() {
    let row = b")\x03z\x01ai\x05\0\0\0z\x01f)\x05i\x01\0\0\0i\x02\0\0\0i\x03\0\0\0i\x04\0\0\0{0";
    let profile = open_bytes([b"{", &row[..], row, b"0"].concat()).expect("a profile");
    assert_eq!(table(&profile), ["a\t5\tf\t2\t4\t6000000000\t8000000000"]);
    assert!(warnings(&profile).contains("more than once"));
}

#[test]
fn marshalled_data_that_is_no_profile_is_refused_clearly() {
    // {'a': 1}, {1: 2}, {('a', 1): 2} and {('a',): True}, as Python 3 writes them.
    let cases: [&[u8]; 4] = [
        b"\xfb\xda\x01a\xe9\x01\0\0\0\x30",
        b"\xfb\xe9\x01\0\0\0\xe9\x02\0\0\0\x30",
        b"\xfb\xa9\x02\xda\x01a\xe9\x01\0\0\0\xe9\x02\0\0\0\x30",
        b"\xfb\xa9\x01\xda\x01aT\x30",
    ];
    for case in cases {
        let error = open_bytes(case).expect_err("no profile").to_string();
        assert!(error.contains("where a function (file, line, name) belongs"), "{error}");
    }
}

#[test]
fn text_is_never_taken_for_a_profile() {
    for text in ["{(main);work 3\n", "{0};b 2\n", "{\"a\": 1}", "{)oops;b 2\n"] {
        if let Ok(profile) = open_bytes(text) {
            assert_ne!(profile.origin().format, "cProfile", "{text}");
        }
    }
}

#[test]
fn sharing_that_multiplies_is_refused() {
    // A dictionary of callers that every function shares: small in the file, huge if written out.
    let mut file = b"\xfb".to_vec();
    let key = |file: &mut Vec<u8>, line: u32| {
        file.extend_from_slice(b")\x03z\x01ai");
        file.extend_from_slice(&line.to_le_bytes());
        file.extend_from_slice(b"z\x01f");
    };
    for line in 0..5000_u32 {
        key(&mut file, line);
        file.extend_from_slice(b")\x05i\x01\0\0\0i\x01\0\0\0i\0\0\0\0i\0\0\0\0");
        if line == 0 {
            file.push(b'{' | 0x80);
            for caller in 0..5000 {
                key(&mut file, caller);
                file.extend_from_slice(b"i\x01\0\0\0");
            }
            file.push(b'0');
        } else {
            file.extend_from_slice(b"r\x01\0\0\0");
        }
    }
    file.push(b'0');
    let error = open_bytes(file).expect_err("25,000,000 edges").to_string();
    assert!(error.contains("the same values too many times"), "{error}");
}

#[test]
fn truncated_and_changed_files_never_panic_or_pass_for_another_format() {
    for name in
        ["work-pure-2.7.18.prof", "work-pure-3.13.0.prof", "shared-v4.pstats", "sampled.pstats", "uni-3.12.1.prof"]
    {
        let whole = bytes(&format!("cprofile/{name}"));
        let step = (whole.len() / 150).max(1);
        for end in (2..whole.len()).step_by(step) {
            let error = open_bytes(&whole[..end]).expect_err("it is cut short");
            assert!(matches!(error, ImportError::Malformed { .. }), "{name} cut at {end}: {error}");
        }
        // An error or a profile: nothing else may happen.
        overwritten(&whole, 400, 3).for_each(|damaged| drop(open_bytes(damaged)));
    }
}

#[test]
fn code_objects_that_share_a_long_name_do_not_fill_the_memory() {
    let figures = [b")\x05i\x01\0\0\0i\x01\0\0\0".as_slice(), b"g\0\0\0\0\0\0\0\0g\0\0\0\0\0\0\0\0{0"].concat();
    let mut file = b"\xfb)\x03\xe1".to_vec();
    file.extend(500_000_u32.to_le_bytes());
    file.extend(vec![b'x'; 500_000]);
    file.extend(b"i\x01\0\0\0z\x01a");
    file.extend(&figures);
    for line in 0..5000_u32 {
        file.extend(b")\x03z\x01pi\0\0\0\0c");
        file.extend([0; 20]);
        file.extend(b"NNNNNr\x01\0\0\0r\x01\0\0\0N");
        file.extend(line.to_le_bytes());
        file.extend(b"NN");
        file.extend(&figures);
    }
    file.push(b'0');
    let error = open_bytes(file).expect_err("five gigabytes of names").to_string();
    assert!(error.contains("too many times"), "{error}");
}
