//! Flame graphs, against the stacks they were drawn from.

use crate::support::{fixture, open, open_bytes, overwritten};
use helioscope::import::ImportError;
use helioscope::model::{Body, MetricId, Profile, Track};
use std::collections::BTreeMap;

const FIRST: MetricId = MetricId(0);

/// Samples by thread and stack. Whether a line is a function's first or the one that ran does not matter here: a raw
/// recording does not tell.
fn folded(profile: &Profile) -> BTreeMap<(String, String), i64> {
    let Body::Stacks(body) = profile.body() else { panic!("flame graphs are stacks") };
    let mut sums = BTreeMap::new();
    for (i, &stack) in body.samples.stacks().iter().enumerate() {
        let mut frames: Vec<String> = body
            .stacks
            .walk(stack)
            .map(|id| {
                let frame = profile.frame(id);
                let function = profile.function(frame.function);
                let [name, file, object] = [function.name, function.file, function.object].map(|s| profile.text(s));
                format!("{name} {file}{object}:{}", frame.line.max(function.line))
            })
            .collect();
        frames.reverse();
        let Track { name, pid, tid, process } = profile.track(body.samples.tracks()[i]);
        let scope =
            if pid.is_none() && tid.is_none() { String::new() } else { format!("{pid:?} {process} {tid:?} {name}") };
        *sums.entry((scope, frames.join(";"))).or_insert(0) += body.samples.weights(FIRST)[i];
    }
    sums
}

fn warnings(profile: &Profile) -> Vec<String> {
    profile.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn the_tree_is_that_of_the_raw_recording_of_the_same_run() {
    for name in ["plain", "threads", "function", "nolineno", "native", "processes", "everything"] {
        let picture = open(&format!("pyspy/{name}.svg"));
        let mut raw = folded(&open(&format!("pyspy/{name}.raw")));
        // py-spy does not draw samples without a frame.
        raw.remove(&(String::new(), String::new()));
        assert_eq!(folded(&picture), raw, "{name}");
        assert_eq!(picture.origin().producer, "py-spy");
        assert_eq!(picture.origin().period_ns, Some(10_000_000));
        assert!(!warnings(&picture).iter().any(|w| w.contains("left out of it")), "{name}");
    }
}

#[test]
fn what_py_spy_draws_itself_opens_with_its_command_line() {
    let profile = open("pyspy/drawn.svg");
    let origin = profile.origin();
    assert_eq!(origin.command.as_deref(), Some("/usr/local/bin/python -I -S spin.py"));
    assert_eq!((origin.producer.as_str(), origin.period_ns), ("py-spy", Some(4_000_000)));
    let text = std::fs::read_to_string(fixture("pyspy/drawn.svg")).expect("reads");
    let total = text.split("total_samples=\"").nth(1).and_then(|t| t.split('"').next()).expect("says its total");
    assert_eq!(profile.total(FIRST), total.parse::<i64>().expect("is a number"));
}

#[test]
fn lines_are_first_lines_where_py_spy_was_asked_for_functions() {
    let by_function = open("pyspy/function.svg");
    assert!(by_function.functions().iter().any(|f| f.line > 0));
    assert!(by_function.frames().iter().all(|f| f.line == 0));
    let by_line = open("pyspy/plain.svg");
    assert!(by_line.functions().iter().all(|f| f.line == 0));
    assert!(by_line.frames().iter().any(|f| f.line > 0));
}

#[test]
fn every_way_of_drawing_gives_the_same_tree() {
    let truth = folded(&open("svg/shop.folded"));
    for name in ["whole", "factor", "chart", "bytes", "pixels"] {
        assert_eq!(folded(&open(&format!("svg/{name}.svg"))), truth, "{name}");
    }
    let chain = folded(&open("svg/chain.folded"));
    assert_eq!(folded(&open("svg/chain.svg")), chain);
    assert_eq!(folded(&open("svg/chain_inverted.svg")), chain);
}

#[test]
fn units_come_from_the_titles() {
    let metric = |name: &str| {
        let profile = open(name);
        let metric = profile.metric(FIRST);
        (metric.name.clone(), metric.unit.name().to_owned(), profile.total(FIRST))
    };
    let of = |name: &str, unit: &str, total| (name.to_owned(), unit.to_owned(), total);
    assert_eq!(metric("svg/whole.svg"), of("samples", "samples", 10_000));
    assert_eq!(metric("svg/bytes.svg"), of("bytes", "bytes", 10_000));
    assert_eq!(metric("svg/microseconds.svg"), of("time", "ns", 10_000_000));
    let factor = open("svg/factor.svg");
    assert_eq!((factor.metric(FIRST).name.as_str(), factor.total(FIRST)), ("samples", 10_000));
    assert!(warnings(&factor)[0].contains("multiplied by a factor"));
}

#[test]
fn a_differential_picture_shows_the_newer_side() {
    let profile = open("svg/differential.svg");
    assert_eq!(profile.total(FIRST), 9);
}

#[test]
fn what_was_too_narrow_to_draw_is_told_in_numbers() {
    let hidden = open("svg/hidden.svg");
    assert_eq!(hidden.total(FIRST), 10_000);
    insta::assert_snapshot!(warnings(&hidden).join("\n"), @"Frames narrower than 0.1 % of the picture were left out of it, and what they count shows as self time of their callers: at least 10 of 10000 (0.1 %); how much more, a picture does not tell.");
    assert_eq!(warnings(&open("svg/whole.svg")), Vec::<String>::new());
}

#[test]
fn pixels_are_said_to_be_pixels() {
    assert!(warnings(&open("svg/pixels.svg"))[0].contains("reconstructed from pixel positions"));
}

/// As flamegraph.pl writes: no namespace, rounded boxes, the root at the bottom.
const FLAMEGRAPH_PL: &str = r#"<?xml version="1.0" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg version="1.1" width="1200" height="130" onload="init(evt)" xmlns="http://www.w3.org/2000/svg">
<!-- Flame graph stack visualization. See https://github.com/brendangregg/FlameGraph for latest version. -->
<rect x="0.0" y="0" width="1200.0" height="130.0" fill="url(#background)"  />
<text id="title" x="600.00" y="24" >Flame Graph</text>
<g id="frames">
<g >
<title>all (1,300 samples, 100%)</title><rect x="10.0" y="81" width="1180.0" height="15.0" fill="rgb(1,2,3)" rx="2" ry="2" />
<text  x="13.00" y="91.5" ></text>
</g>
<a xlink:href="https://example.org">
<title>std::vector&lt;int&gt;::push (900 samples, 69.23%)</title><rect x="10.0" y="65" width="816.9" height="15.0" />
</a>
<g class="func_g"><title>main (a.py:3) (400 samples, 30.77%; -1.02%)</title><rect x="826.9" y="65" width="363.1" height="15.0" /></g>
<g><title>leaf (100 samples, 7.69%)</title><rect x="826.9" y="49" width="90.8" height="15.0" /></g>
</g>
</svg>
"#;

#[test]
fn flamegraph_pls_pictures_open() {
    let profile = open_bytes(FLAMEGRAPH_PL).expect("opens");
    assert_eq!(profile.origin().producer, "flamegraph.pl");
    let expected = [("leaf :0", 100), ("", 300), ("vector", 900)];
    let seen = folded(&profile);
    assert_eq!(seen.values().sum::<i64>(), 1300, "{seen:?}");
    assert_eq!(seen[&(String::new(), "main a.py:3;leaf :0".to_owned())], expected[0].1);
    assert_eq!(seen[&(String::new(), "main a.py:3".to_owned())], expected[1].1);
    assert_eq!(seen[&(String::new(), "std::vector<int>::push :0".to_owned())], expected[2].1);
}

#[test]
fn pictures_that_are_no_flame_graphs_are_named() {
    let error = |text: &str| open_bytes(text).expect_err("is no profile").to_string();
    assert!(
        error("<svg xmlns='http://www.w3.org/2000/svg'><rect width='3'/></svg>").contains("other than a flame graph")
    );
    let empty = "<svg><text x='5'>ERROR: No valid input provided to flamegraph</text></svg>";
    assert!(error(empty).contains("without a single stack"));
}

#[test]
fn entities_of_the_files_own_are_left_alone() {
    let profile = open("malformed/svg_billion_laughs.svg");
    let names: Vec<&str> = profile.functions().iter().map(|f| profile.text(f.name)).collect();
    assert_eq!(names, ["&j;"]);
    assert_eq!(profile.warnings().len(), 1);
}

#[test]
fn names_that_are_no_utf8_stay_different_and_that_is_told() {
    let boxes = |name: &[u8], x: u8| {
        let begin = [b"<g><title>caf", name, b" (2 samples, 50%)</title><rect y='16' fg:x='"].concat();
        [begin.as_slice(), &[b'0' + x], b"' fg:w='2'/></g>"].concat()
    };
    let root = b"<svg xmlns:fg='f'><g><title>all (4 samples, 100%)</title><rect y='32' fg:x='0' fg:w='4'/></g>";
    let profile = open_bytes([root.as_slice(), &boxes(b"\xe8", 0), &boxes(b"\xe9", 2), b"</svg>"].concat());
    let profile = profile.expect("opens");
    let names: Vec<&str> = profile.functions().iter().map(|f| profile.text(f.name)).collect();
    assert_eq!(names, ["caf\\xe8", "caf\\xe9"]);
    assert!(warnings(&profile)[0].contains("not valid UTF-8"), "{:?}", warnings(&profile));
}

#[test]
fn boxes_that_make_no_sense_do_no_harm() {
    let frame = |name: &str, y: u32, x: &str, w: &str| {
        format!("<g><title>{name} (1 samples, 1%)</title><rect y='{y}' fg:x='{x}' fg:w='{w}'/></g>")
    };
    let open = |frames: &[String]| open_bytes(format!("<svg xmlns:fg='f'>{}</svg>", frames.concat()));
    let overfull = open(&[
        frame("all", 0, "0", "5"),
        frame("a", 16, "0", "5"),
        frame("b", 32, "0", "4"),
        frame("c", 32, "0", "4"),
    ]);
    assert!(warnings(&overfull.expect("opens")).iter().any(|w| w.contains("wider than the frame")));
    let stray = open(&[frame("all", 0, "0", "5"), frame("a", 16, "3", "9")]).expect("opens");
    assert!(warnings(&stray).iter().any(|w| w.contains("no other frame spans")));
    let negative =
        open(&[frame("all", 0, "0", "5"), frame("a", 16, "-3", "9"), frame("b", 16, "x", "9")]).expect("opens");
    assert!(warnings(&negative).iter().any(|w| w.contains("left out")));
    let huge = open(&[frame("all", 0, "0", "9223372036854775807"), frame("a", 16, "0", "9223372036854775807")]);
    assert!(huge.is_ok_and(|p| p.total(FIRST) == i64::MAX));
    let too_much = open(&[frame("a", 0, "0", "9223372036854775807"), frame("b", 0, "0", "9223372036854775807")]);
    assert!(matches!(too_much, Err(ImportError::Build(_))));
}

#[test]
fn cuts_are_errors_and_damaged_bytes_an_error_or_a_profile() {
    let original = std::fs::read(fixture("svg/hidden.svg")).expect("reads");
    let whole = original.trim_ascii_end().len();
    for end in (1..whole).step_by(41) {
        assert!(open_bytes(&original[..end]).is_err(), "cut at {end}");
    }
    // Whatever it says, it says it without a panic.
    overwritten(&original, 1000, 7).for_each(|bytes| drop(open_bytes(bytes)));
}
