use super::{borrowed, named};
use crate::analyze::testing::{analysis, asked, graph, stacks};
use crate::analyze::{Activity, Analysis, Band, BandKind, DivideBy, OverTime, TimeWindow, Transform};
use crate::model::{TimeMeaning, TrackId};

const LINES: &[&str] = &[
    "#one @0 main;parse 30",
    "#one @30 main;read 25",
    "#two @10 main;parse 10",
    "#two @40 main;lexer@/usr/lib/python3.12/site-packages/lexer/core.py 20",
];

fn profile() -> std::sync::Arc<crate::model::Profile> {
    stacks(LINES)
}

fn whole(a: &Analysis, by: DivideBy, bins: usize) -> OverTime {
    OverTime::new(a, by, TimeWindow { range: None, bins }).expect("has times")
}

fn text(over_time: &OverTime) -> Vec<String> {
    let row = |band: &Band| format!("{} {} {:?}", band.kind.name(), band.total, band.amounts());
    over_time.bands().iter().map(row).collect()
}

#[test]
fn a_sample_is_spread_over_the_bins_it_lasted_through() {
    let a = analysis(&profile());
    let over_time = whole(&a, DivideBy::Package, 3);
    assert_eq!((over_time.extent(), over_time.bin(1), over_time.track()), (60, (20, 40), None));
    assert_eq!(text(&over_time), ["your code 65 [30, 20, 15]", "lexer 20 [0, 0, 20]"]);
    assert_eq!(over_time.total(), a.sum());
}

#[test]
fn what_waits_lies_above_what_computes() {
    let lines = ["@0 main;nanosleep@libc.so 10", "@10 main;parse 5"];
    let a = analysis(&stacks(&lines));
    let over_time = whole(&a, DivideBy::Activity, 3);
    let kinds: Vec<&BandKind> = over_time.bands().iter().map(|band| &band.kind).collect();
    assert_eq!(kinds, [&BandKind::Activity(Activity::Python), &BandKind::Activity(Activity::Waiting)]);
    assert_eq!(text(&over_time), ["Python 5 [0, 0, 5]", "waiting for I/O 10 [5, 5, 0]"]);
    assert!(over_time.bands()[1].waits() && !over_time.bands()[0].waits());
}

#[test]
fn a_thread_alone_stands_where_it_stands_among_all() {
    let two = asked(&profile(), |q| q.track = Some(TrackId(1)));
    let over_time = whole(&two, DivideBy::Package, 3);
    assert_eq!((over_time.extent(), over_time.track()), (60, Some(TrackId(1))));
    assert_eq!(text(&over_time), ["lexer 20 [0, 0, 20]", "your code 10 [10, 0, 0]"]);
}

#[test]
fn a_part_of_the_axis_holds_what_the_same_time_range_counts() {
    let profile = profile();
    let a = analysis(&profile);
    for (from, to) in [(0, 60), (5, 17), (29, 31), (41, 60), (59, 60)] {
        let part =
            OverTime::new(&a, DivideBy::Activity, TimeWindow { range: Some((from, to)), bins: 7 }).expect("times");
        let amounts: i64 = part.bands().iter().flat_map(Band::amounts).sum();
        assert_eq!(amounts, asked(&profile, |q| q.time_ns = Some((from, to))).sum(), "{from}..{to}");
        // Bands are those of everything, whatever part is shown.
        assert_eq!(part.total(), a.sum());
    }
}

#[test]
fn filters_hold_and_the_time_range_does_not() {
    let profile = profile();
    let drop = Transform::Drop(named(&analysis(&profile), "parse"));
    let a = asked(&profile, |q| {
        q.transforms = vec![drop];
        q.time_ns = Some((0, 35));
    });
    assert_eq!(whole(&a, DivideBy::Activity, 3).total(), 45);
}

#[test]
fn what_does_not_last_belongs_to_the_bin_it_begins_in() {
    let mut b = crate::model::ProfileBuilder::new("test");
    b.metric("bytes", crate::model::Unit::Bytes);
    b.origin_mut().time = TimeMeaning::Clock;
    let function = b.function_named("main", "", 0);
    let frame = b.frame(function, 0);
    let (stack, track) = (b.stack_of(&[frame]), b.track_like(&crate::model::Track::default()));
    for (start, bytes) in [(0, 700), (99, 50), (100, 20), (199, 1)] {
        b.sample(track, stack, Some(start), &[bytes]);
    }
    let a = analysis(&std::sync::Arc::new(b.finish().expect("a profile")));
    let over_time = whole(&a, DivideBy::Activity, 2);
    assert_eq!((over_time.extent(), over_time.is_lasting()), (200, false));
    assert_eq!(text(&over_time), ["Python 771 [750, 21]"]);
    assert_eq!(asked(a.profile(), |q| q.time_ns = Some((0, 100))).sum(), 750);
}

#[test]
fn many_packages_leave_the_dearest_and_one_band_of_others() {
    let lines: Vec<String> =
        (0..40).map(|i| format!("@{} f@/usr/lib/python3/site-packages/p{i}/x.py {}", i * 100, i + 1)).collect();
    let a = analysis(&stacks(&borrowed(&lines)));
    let over_time = whole(&a, DivideBy::Package, 100);
    assert_eq!(over_time.bands().len(), 11);
    assert_eq!(over_time.bands()[0].kind.name(), "p39");
    assert_eq!(over_time.bands()[10].kind, BandKind::Others(30));
    assert_eq!(over_time.total(), a.sum());
}

#[test]
fn a_recording_without_times_has_no_chart() {
    let none = |a: &Analysis| OverTime::new(a, DivideBy::Activity, TimeWindow { range: None, bins: 9 }).is_none();
    assert!(none(&analysis(&graph(&["main 1 1"]))));
    assert!(none(&analysis(&stacks(&["main 4"]))));
}

#[test]
fn windows_of_nothing_and_bins_without_number_are_harmless() {
    let a = analysis(&profile());
    for range in [Some((5, 5)), Some((60, 0)), Some((-9, 0)), Some((i64::MIN, i64::MAX)), None] {
        for bins in [0, 1, usize::MAX] {
            let over_time = OverTime::new(&a, DivideBy::Activity, TimeWindow { range, bins }).expect("times");
            assert!(over_time.bins() >= 1 && over_time.bins() <= 1 << 14);
            assert_eq!(over_time.total(), a.sum());
            assert!(over_time.bands().iter().all(|band| band.amounts().iter().all(|amount| *amount >= 0)));
        }
    }
}
