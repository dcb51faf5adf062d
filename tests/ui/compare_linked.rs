//! Side by side: what is panned, wheeled or stepped to on one side is shown by the other, at the same calls.

use crate::window::{
    Recording, Window, boxes, canvas_rects, click, click_box, compare, double_click_box, press, rest, selected,
};
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, Rect, TouchPhase, Vec2};

/// `write` stands before `parse` in new, because it is the dearer one there.
const BASE: &str = "main;parse;read 500\nmain;parse;split 300\nmain;write;flush 200\n";
const NEW: &str = "main;parse;read 100\nmain;parse;split 60\nmain;write;flush 340\n";

fn open() -> (Recording, Recording, Window) {
    let (base, new) = (Recording::named("before.folded", BASE), Recording::named("after.folded", NEW));
    let mut window = compare(&base, &new);
    press(&mut window, Key::V);
    (base, new, window)
}

/// The widest box of a function in each pane, base first; nothing where it is off the screen.
fn pair(window: &Window, function: &str) -> [Option<Rect>; 2] {
    let panes = canvas_rects(window, "Flame graph");
    let widest = |pane: &Rect| {
        let rects = boxes(window, function).into_iter().map(|b| b.rect()).filter(|r| pane.contains(r.center()));
        rects.max_by(|a, b| a.width().total_cmp(&b.width()))
    };
    [widest(&panes[0]), widest(&panes[1])]
}

#[track_caller]
fn both(window: &Window, function: &str) -> [Rect; 2] {
    pair(window, function).map(|rect| rect.unwrap_or_else(|| panic!("{function} is not on both sides")))
}

fn wheel(window: &mut Window, at: Pos2, delta: Vec2, modifiers: Modifiers) {
    window.hover_at(at);
    window.run();
    window.event_modifiers(
        Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta,
            phase: TouchPhase::Move,
            modifiers,
            source: egui::MouseWheelSource::Wheel,
        },
        modifiers,
    );
    rest(window);
}

#[test]
fn zooming_by_the_wheel_shows_the_same_box_at_the_same_place_on_the_other_side() {
    let (_base, _new, mut window) = open();
    click(&mut window, "Equal scale");
    let [base, _] = both(&window, "split");
    wheel(&mut window, base.center(), Vec2::new(0.0, 240.0), Modifiers::COMMAND);
    let [base, new] = both(&window, "split");
    assert!(base.width() > 350.0, "the wheel zoomed in: {base}");
    assert!((base.left() - new.left()).abs() < 2.0 && (base.width() - new.width()).abs() < 2.0, "{base} and {new}");
}

#[test]
fn on_one_scale_the_same_box_begins_at_the_same_place() {
    let (_base, _new, mut window) = open();
    let [base, _] = both(&window, "split");
    wheel(&mut window, base.left_center() + Vec2::new(8.0, 0.0), Vec2::new(0.0, 150.0), Modifiers::COMMAND);
    let [base, new] = both(&window, "split");
    assert!((base.left() - new.left()).abs() < 2.0, "{base} and {new}");
    let part = f64::from(new.width()) / f64::from(base.width());
    assert!(part < 0.6, "300 and 60 on one scale, as far as base fits: {part}");
}

#[test]
fn panning_what_is_zoomed_moves_both_and_jumps_nowhere() {
    let (_base, _new, mut window) = open();
    double_click_box(&mut window, "parse");
    let [base, new] = both(&window, "parse");
    assert!((base.left() - new.left()).abs() < 2.0);
    wheel(&mut window, base.center(), Vec2::new(-40.0, 0.0), Modifiers::NONE);
    let [panned, followed] = both(&window, "split");
    wheel(&mut window, base.center(), Vec2::new(-40.0, 0.0), Modifiers::NONE);
    let [panned_on, followed_on] = both(&window, "split");
    assert!((panned.left() - panned_on.left() - 40.0).abs() < 2.0, "{panned} then {panned_on}");
    assert!(followed_on.left() < followed.left() - 2.0, "{followed} then {followed_on}");
}

#[test]
fn panning_leads_from_either_side() {
    let (_base, _new, mut window) = open();
    click(&mut window, "Equal scale");
    double_click_box(&mut window, "parse");
    for pane in [1, 0] {
        let at = both(&window, "parse")[pane].center();
        wheel(&mut window, at, Vec2::new(60.0, 0.0), Modifiers::NONE);
        let [base, new] = both(&window, "parse");
        assert!((base.left() - new.left()).abs() < 2.0, "led by {pane}: {base} and {new}");
    }
}

#[test]
fn keys_zoom_both_alike_and_step_on_both() {
    let (_base, _new, mut window) = open();
    click(&mut window, "Equal scale");
    let whole = both(&window, "main");
    click_box(&mut window, "flush");
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "write", "one step, not one a side");
    press(&mut window, Key::W);
    let [base, new] = both(&window, "flush");
    assert!(new.width() > whole[1].width() * 0.7, "zoomed in: {new}");
    assert!((base.left() - new.left()).abs() < 2.0 && (base.width() - new.width()).abs() < 2.0, "{base} and {new}");
    press(&mut window, Key::Num0);
    assert_eq!(both(&window, "main"), whole);
}
