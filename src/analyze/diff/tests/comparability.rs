//! What is said before anyone is misled.

use super::{compared, listed};
use crate::analyze::diff::{Basis, Matching, NoiseKind, Normalize, align};
use crate::analyze::testing;
use crate::model::{Function, GraphBuilder, Origin, Profile, ProfileBuilder, StringId, TimeMeaning, Track, Unit};
use std::sync::Arc;

/// Stacks of py-spy or of nobody in particular, `function@file samples` a line.
fn sampled(lines: &[&str], origin: impl FnOnce(&mut Origin)) -> Arc<Profile> {
    let mut b = ProfileBuilder::new("collapsed stacks");
    b.metric("samples", Unit::Samples);
    origin(b.origin_mut());
    let track = b.track(Track::default());
    for line in lines {
        let (place, samples) = line.rsplit_once(' ').expect("a number of samples");
        let (name, file) = place.split_once('@').expect("a file");
        let (name, file) = (b.string(name), b.string(file));
        let function = b.function(Function { name, file, line: 1, object: StringId::EMPTY });
        let frame = b.frame(function, 1);
        let stack = b.stack_of(&[frame]);
        b.sample(track, stack, None, &[samples.parse().expect("a number")]);
    }
    Arc::new(b.finish().expect("builds"))
}

fn said(base: &Arc<Profile>, new: &Arc<Profile>, subject: &str) -> Option<String> {
    let findings = compared(base, new, |_| ()).findings();
    findings.into_iter().find(|finding| finding.subject == subject).map(|finding| finding.text)
}

#[test]
fn interpreters_are_told_by_the_folders_of_their_libraries() {
    let of = |folder: &str| sampled(&[&format!("loads@{folder}/json/__init__.py 7"), "main@/srv/app.py 3"], |_| ());
    let (old, new) = (of("/usr/lib/python3.11"), of(r"C:\Python312\Lib"));
    assert_eq!(
        said(&old, &new, "interpreter").as_deref(),
        Some("The interpreters differ: Python 3.11 (base), Python 3.12 (new).")
    );
    assert_eq!(said(&old, &of("/opt/venv/lib/python3.11"), "interpreter"), None);
    assert_eq!(said(&old, &of("/srv/lib"), "interpreter"), None, "nothing tells");
}

#[test]
fn what_is_known_of_an_interpreter_in_part_differs_where_it_cannot_be_the_same() {
    let of = |text: &str| sampled(&["f@a.py 1"], |origin| origin.interpreter = Some(text.to_owned()));
    let differ = |base: &str, new: &str| said(&of(base), &of(new), "interpreter").is_some();
    assert!(!differ("Python 3.11 or later", "Python 3.12"));
    assert!(!differ("Python 3.9 to 3.11", "Python 3.11 or later"));
    assert!(differ("Python 3.11 or earlier", "Python 3.12"));
    assert!(differ("Python 3.9", "PyPy 3.9"));
    assert!(differ("Python 2.7", "Python 3.9"));
}

#[test]
fn stacks_without_a_profiler_are_taken_for_those_of_the_other_side() {
    let named = sampled(&["f@a.py 10"], |origin| origin.producer = "py-spy".to_owned());
    let unnamed = sampled(&["f@a.py 15"], |_| ());
    let comparison = compared(&unnamed, &named, |_| ());
    assert_eq!(comparison.aligned().basis(), Basis::Values);
    assert_eq!(
        said(&unnamed, &named, "profiler").as_deref(),
        Some("The base side does not say which profiler wrote it; it is taken for the other side's, py-spy.")
    );
    let other = sampled(&["f@a.py 15"], |origin| origin.producer = "perf".to_owned());
    assert_eq!(align(&other, &named, &Matching::default()).expect("comparable").basis(), Basis::Shares);
}

#[test]
fn command_lines_differ_by_what_they_say_not_by_where_programs_lie() {
    let of = |text: &str| sampled(&["f@a.py 1"], |origin| origin.command = Some(text.to_owned()));
    let base = of("/usr/bin/python /home/ann/shop/run.py --orders 100");
    assert_eq!(said(&base, &of(r"C:\venv\python run.py --orders 100"), "command"), None);
    assert_eq!(
        said(&base, &of("python run.py --orders 900"), "command").as_deref(),
        Some("The command lines differ: python run.py --orders 100 (base), python run.py --orders 900 (new).")
    );
}

#[test]
fn a_rate_only_one_side_knows_is_said() {
    let known = sampled(&["f@a.py 1"], |origin| origin.period_ns = Some(10_000_000));
    let unknown = sampled(&["f@a.py 1"], |_| ());
    assert!(said(&known, &unknown, "rate").is_some_and(|text| text.contains("base only: one sample in 10.0 ms")));
    assert_eq!(said(&unknown, &unknown, "rate"), None);
}

#[test]
fn threads_are_named_where_they_are_told_apart() {
    let (one, some) = (testing::stacks(&["#a f 1", "#b f 1"]), testing::stacks(&["#a f 1", "#c f 1"]));
    assert_eq!(said(&one, &some, "threads").as_deref(), Some("The threads differ; only in base: b; only in new: c."));
    let none = sampled(&["f@a.py 2"], |_| ());
    assert_eq!(
        said(&none, &one, "threads").as_deref(),
        Some("Threads are told apart on the new side only; only in new: a, b.")
    );
}

#[test]
fn shares_of_a_call_counter_and_a_sampler_stray_as_the_samples_do() {
    let counted = listed(&[("a.py:1(f)", 500), ("a.py:9(g)", 500)]);
    let shares = |f: i64, g: i64| sampled(&[&format!("f@a.py {f}"), &format!("g@a.py {g}")], |_| ());
    let statuses = |new: &Arc<Profile>| {
        let comparison = compared(&counted, new, |q| q.normalize = Normalize::Total);
        assert_eq!(comparison.noise(), NoiseKind::Sampling);
        comparison.table().rows().map(|row| row.status(super::super::Measure::Own).name()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&shares(55, 45)), ["within noise", "within noise"], "100 samples are not enough");
    assert_eq!(statuses(&shares(5_500, 4_500)), ["slower", "faster"]);
    let text = said(&counted, &shares(55, 45), "shares").unwrap_or_default();
    assert!(text.contains("The error is that of new, which was sampled"), "{text}");
}

#[test]
fn only_what_was_sampled_is_said_to_look_now_and_then() {
    let mut b = GraphBuilder::new("cProfile");
    b.metric("time", Unit::Nanoseconds);
    "cProfile".clone_into(&mut b.origin_mut().producer);
    let (name, file) = (b.string("f"), b.string("a.py"));
    let function = b.function(Function { name, file, line: 1, object: StringId::EMPTY });
    b.add(function, 1, 1, &[500], &[500]);
    let counted = Arc::new(b.finish().expect("builds"));
    let of_pyspy = sampled(&["f@a.py 50"], |origin| "py-spy".clone_into(&mut origin.producer));
    let text = "The profilers differ: cProfile (base), py-spy (new). One counts calls, the other looks now and then.";
    assert_eq!(said(&counted, &of_pyspy, "profiler").as_deref(), Some(text));

    let mut b = ProfileBuilder::new("Chrome trace");
    b.metric("time", Unit::Nanoseconds);
    "viztracer".clone_into(&mut b.origin_mut().producer);
    b.origin_mut().time = TimeMeaning::Clock;
    let track = b.track(Track::default());
    let function = b.function_named("f", "a.py", 1);
    let frame = b.frame(function, 1);
    let stack = b.stack_of(&[frame]);
    b.sample(track, stack, Some(0), &[481]);
    let watched = Arc::new(b.finish().expect("builds"));
    let text = "The profilers differ: cProfile (base), viztracer (new).";
    assert_eq!(said(&counted, &watched, "profiler").as_deref(), Some(text));
}
