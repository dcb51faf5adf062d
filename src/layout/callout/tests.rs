use super::*;
use proptest::prelude::*;

fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Rectangle {
    Rectangle { x, y, width, height }
}

fn note(target: Target, width: f32, height: f32) -> Note {
    Note { target, width, height }
}

/// Boxes as `#`, notes as their numbers, the ends of arrows as `*`; a character is 10 pixels wide and 20 high.
fn drawn(area: Rectangle, boxes: &[Rectangle], callouts: &[Callout]) -> String {
    let (columns, rows) = ((area.width / 10.0) as usize, (area.height / 20.0) as usize);
    let mut grid = vec![vec!['.'; columns]; rows];
    let mut fill = |rectangle: &Rectangle, sign: char| {
        for (y, row) in grid.iter_mut().enumerate() {
            for (x, cell) in row.iter_mut().enumerate() {
                if rectangle.contains((x as f32 * 10.0 + 5.0, y as f32 * 20.0 + 10.0)) {
                    *cell = sign;
                }
            }
        }
    };
    for one in boxes {
        fill(one, '#');
    }
    for (callout, number) in callouts.iter().zip('1'..) {
        fill(&callout.at, number);
    }
    for [_, end] in callouts.iter().filter_map(|callout| callout.arrow) {
        grid[((end.1 / 20.0) as usize).min(rows - 1)][((end.0 / 10.0) as usize).min(columns - 1)] = '*';
    }
    grid.into_iter().map(|row| row.into_iter().collect::<String>() + "\n").collect()
}

#[test]
fn notes_stand_on_free_ground_beside_what_they_are_about() {
    let area = rectangle(0.0, 0.0, 600.0, 240.0);
    let boxes = [
        rectangle(0.0, 0.0, 600.0, 19.0),
        rectangle(0.0, 20.0, 360.0, 19.0),
        rectangle(360.0, 20.0, 240.0, 19.0),
        rectangle(0.0, 40.0, 120.0, 19.0),
    ];
    let ground = Ground::under_boxes(area, boxes);
    let notes = [note(Target::Box(boxes[3]), 140.0, 46.0), note(Target::Box(boxes[2]), 160.0, 30.0)];
    let callouts = place_callouts(area, &ground, &notes);
    insta::assert_snapshot!(drawn(area, &boxes, &callouts), @"
    ############################################################
    #####################################*######################
    ########*###................................................
    ......................2222222222222222......................
    .11111111111111.......2222222222222222......................
    .11111111111111.............................................
    ............................................................
    ............................................................
    ............................................................
    ............................................................
    ............................................................
    ............................................................
    ");
}

#[test]
fn a_note_about_an_arc_stands_outside_the_circle() {
    let area = rectangle(0.0, 0.0, 600.0, 400.0);
    let center = (300.0, 200.0);
    let ground = Ground::drawn_at(area, |(x, y)| (x - center.0).hypot(y - center.1) < 180.0);
    let arc = Target::Arc { center, inner: 120.0, outer: 180.0, from: 0.02, to: 0.2 };
    let callouts = place_callouts(area, &ground, &[note(arc, 110.0, 46.0)]);
    assert!(ground.drawn_part(&callouts[0].at) < 0.01, "{callouts:?}");
    let [_, end] = callouts[0].arrow.expect("there is an arrow");
    let (right, below) = (end.0 - center.0, end.1 - center.1);
    assert!((right.hypot(below) - 180.0).abs() < 0.1 && right > 0.0 && below < 0.0, "{end:?}");
}

#[test]
fn notes_that_were_there_first_stay_where_they_are() {
    let area = rectangle(0.0, 0.0, 900.0, 500.0);
    let targets = [rectangle(40.0, 40.0, 200.0, 19.0), rectangle(400.0, 80.0, 90.0, 19.0)];
    let ground = Ground::under_boxes(area, targets);
    let notes = targets.map(|target| note(Target::Box(target), 180.0, 46.0));
    let both = place_callouts(area, &ground, &notes);
    assert_eq!(place_callouts(area, &ground, &notes[..1]), both[..1]);
}

#[test]
fn lines_break_between_words_and_long_words_where_they_must() {
    let wrapped = |text: &str, most: usize| wrap_note(text, 10.0, most, |line| line.chars().count() as f32);
    assert_eq!(wrapped("grows with the number", 9), ["grows with", "the number"]);
    let balanced = wrap_note("collect the days and write once", 27.0, 9, |line| line.chars().count() as f32);
    assert_eq!(balanced, ["collect the days", "and write once"]);
    assert_eq!(wrapped("one\n\ntwo", 9), ["one", "", "two"]);
    assert_eq!(wrapped("/srv/app/shop/orders.py", 9), ["/srv/app", "/shop/or", "ders.py"]);
    assert_eq!(wrapped("é漢字 漢字漢字漢字漢字漢字漢字", 9), ["é漢字", "漢字漢字漢字", "漢字漢字漢字"]);
    assert_eq!(wrapped("grows with the number of files", 2), ["grows with", "the numbe…"]);
    assert_eq!(wrapped("  ", 2), [""; 0]);
    assert_eq!(wrap_note("wide", 0.0, 9, |_| 1.0), ["w", "i", "d", "e"]);
}

#[test]
fn ground_is_counted_by_cells() {
    let area = rectangle(10.0, 10.0, 160.0, 80.0);
    let ground = Ground::under_boxes(area, [rectangle(10.0, 10.0, 79.0, 79.0)]);
    assert!((ground.drawn_part(&rectangle(10.0, 10.0, 159.0, 79.0)) - 0.5).abs() < 1e-6);
    assert!(ground.drawn_part(&rectangle(100.0, 20.0, 40.0, 40.0)) < 1e-6);
    assert!(ground.drawn_part(&rectangle(12.0, 12.0, 40.0, 40.0)) > 1.0 - 1e-6);
    let outside = rectangle(-500.0, 900.0, 10.0, 10.0);
    assert!((0.0..=1.0).contains(&ground.drawn_part(&outside)));
}

/// Boxes of a flame graph, arcs of a sunburst.
fn targets(area: Rectangle) -> impl Strategy<Value = Target> {
    let boxes = (0.0_f32..1.0, 0.0_f32..1.0, 2.0_f32..900.0).prop_map(move |(x, y, width)| {
        let width = width.min(area.width);
        Target::Box(rectangle(x * (area.width - width), y * (area.height - 19.0), width, 19.0))
    });
    let arcs = (0_u32..6, 0.0_f64..1.0, 0.01_f64..1.0).prop_map(move |(ring, from, part)| {
        let inner = 40.0 + ring as f32 * 30.0;
        let center = (area.width / 2.0, area.height / 2.0);
        Target::Arc { center, inner, outer: inner + 30.0, from, to: from + (1.0 - from) * part }
    });
    prop_oneof![boxes, arcs]
}

fn scenes() -> impl Strategy<Value = (Rectangle, Vec<Note>)> {
    (900.0_f32..1600.0, 500.0_f32..900.0).prop_flat_map(|(width, height)| {
        let area = rectangle(0.0, 0.0, width, height);
        let notes = (targets(area), 40.0_f32..250.0, 29.0_f32..80.0).prop_map(|(t, w, h)| note(t, w, h));
        (Just(area), proptest::collection::vec(notes, 1..9))
    })
}

/// How far a point is from the edge of a target.
fn from_edge(target: &Target, (x, y): Point) -> f32 {
    match *target {
        Target::Box(own) => {
            let (near_x, near_y) = own.nearest((x, y));
            let within = [x - own.x, own.right() - x, y - own.y, own.bottom() - y].into_iter().fold(f32::MAX, f32::min);
            distance((x, y), (near_x, near_y)).max(within)
        }
        Target::Arc { center, inner, outer, from, to } => {
            let (right, below) = (x - center.0, y - center.1);
            let turns = f64::from((right.atan2(-below) / std::f32::consts::TAU).rem_euclid(1.0));
            let radius = right.hypot(below);
            let inside = turns >= from - 1e-3 && turns <= to + 1e-3;
            if inside { (radius - inner).abs().min((radius - outer).abs()) } else { f32::MAX }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn notes_lie_within_the_picture_apart_from_each_other_and_beside_what_they_are_about((area, notes) in scenes()) {
        let boxes = notes.iter().filter_map(|note| match note.target {
            Target::Box(own) => Some(own),
            Target::Arc { .. } => None,
        });
        let ground = Ground::under_boxes(area, boxes);
        let callouts = place_callouts(area, &ground, &notes);
        prop_assert_eq!(callouts.len(), notes.len());
        for (i, (callout, note)) in callouts.iter().zip(&notes).enumerate() {
            let at = callout.at;
            prop_assert!(at.x >= 0.0 && at.y >= 0.0 && at.right() <= area.width && at.bottom() <= area.height, "{at:?}");
            prop_assert!((at.width, at.height) == (note.width, note.height));
            prop_assert!(!note.target.lies_under(&at), "{i} covers what it is about: {callout:?} {note:?}");
            for (k, other) in callouts.iter().enumerate().take(i) {
                prop_assert!(at.common(&other.at) == 0.0, "{i} lies on {k}: {callouts:?}");
            }
            let [begin, end] = callout.arrow.expect("what is not covered has an arrow");
            prop_assert!(at.nearest(begin) == begin, "the arrow begins at {begin:?} away from {at:?}");
            prop_assert!(from_edge(&note.target, end) < 0.1, "the arrow ends at {end:?} away from {:?}", note.target);
        }
    }

    #[test]
    fn any_picture_has_a_place_for_any_note(
        (width, height) in (1.0_f32..400.0, 1.0_f32..300.0),
        text in "\\PC{0,300}",
        count in 1_usize..60,
    ) {
        let area = rectangle(0.0, 0.0, width, height);
        let (room, most) = note_room(&area);
        let width_of = |line: &str| line.chars().count() as f32 * 7.0;
        let lines = wrap_note(&text, room, most, width_of);
        prop_assert!(lines.len() <= most);
        let (wide, high) = note_size(&lines, width_of);
        let target = Target::Box(rectangle(0.0, 0.0, width, 19.0_f32.min(height)));
        let callouts = place_callouts(area, &Ground::under_boxes(area, []), &vec![note(target, wide, high); count]);
        prop_assert_eq!(callouts.len(), count);
        for callout in callouts {
            prop_assert!(callout.at.x.is_finite() && callout.at.y.is_finite());
            if wide + 12.0 <= width && high + 12.0 <= height {
                prop_assert!(callout.at.right() <= width && callout.at.bottom() <= height, "{callout:?}");
            }
        }
    }
}
