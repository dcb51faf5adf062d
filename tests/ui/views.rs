//! The manners of the flame graph and the sunburst.

use crate::window::{
    FOLDED, PROF, Recording, SPEEDSCOPE, Window, box_of, boxes, canvas, choose, click, click_box, double_click_box,
    is_zoomed_to, leave, point_at, press, press_with, rest, says, selected, start,
};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, TouchPhase, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};

const STACKS: &str = "main;parse;read 12\nmain;parse 3\nmain;render;draw 4\nmain;render;read 1\n";

fn top(window: &Window, function: &str) -> f32 {
    box_of(window, function).rect().top()
}

#[test]
fn boxes_are_as_wide_as_they_cost_and_the_widest_come_first() {
    let window = start(&[Recording::new(STACKS)]);
    let whole = canvas(&window, "Flame graph");
    for (function, samples) in [("main", 20.0), ("parse", 15.0), ("render", 5.0), ("draw", 4.0)] {
        let width = box_of(&window, function).rect().width();
        assert!((width - whole.width() * samples / 20.0).abs() < 1.0, "{function}: {width}");
    }
    assert!(box_of(&window, "parse").rect().left() < box_of(&window, "render").rect().left());
}

#[test]
fn an_icicle_hangs_and_a_flame_stands() {
    let mut window = start(&[Recording::new(STACKS)]);
    assert!(top(&window, "main") < top(&window, "parse"));
    click(&mut window, "↓ Icicle");
    assert!(top(&window, "main") > top(&window, "parse"));
    click(&mut window, "↑ Flame");
    assert!(top(&window, "main") < top(&window, "parse"));
}

#[test]
fn inverted_begins_with_what_ran_and_shows_who_called_it() {
    let mut window = start(&[Recording::new(STACKS)]);
    click(&mut window, "Inverted");
    assert!(top(&window, "read") < top(&window, "main"));
    let width = box_of(&window, "read").rect().width();
    assert!((width - canvas(&window, "Flame graph").width() * 13.0 / 20.0).abs() < 1.0, "both reads in one box");
}

#[test]
fn time_order_is_for_profiles_with_time() {
    let mut window = start(&[SPEEDSCOPE]);
    click(&mut window, "Time order");
    assert!(says(&window, "order of samples, gaps not recorded"));
    assert!(boxes(&window, "main").iter().all(|b| b.rect().top() > 100.0));
    press(&mut window, Key::N);
    press(&mut window, Key::N);
    assert!(!boxes(&window, "compress").is_empty(), "the other thread");
    for timeless in [FOLDED, PROF] {
        let window = start(&[timeless]);
        assert!(window.get_by_label("Time order").accesskit_node().is_disabled());
    }
}

#[test]
fn estimated_boxes_are_called_estimated() {
    let window = start(&[PROF]);
    window.get_by_label("≈ estimated from a call graph");
    assert!(says(&window, ", estimated"));
    let window = start(&[FOLDED]);
    assert!(!says(&window, "estimated"));
}

#[test]
fn pointing_at_a_box_tells_its_figures_and_highlights_its_likes() {
    let mut window = start(&[Recording::new(STACKS)]);
    let at = box_of(&window, "parse").rect().center();
    point_at(&mut window, at);
    assert!(says(&window, "This call path"));
    assert!(says(&window, "75"), "15 of 20");
    leave(&mut window);
    assert!(!says(&window, "This call path"));
}

#[test]
fn wheels_and_keys_zoom_and_pan() {
    let mut window = start(&[Recording::new(STACKS)]);
    let width = |window: &Window| box_of(window, "parse").rect().width();
    let before = width(&window);
    press(&mut window, Key::W);
    assert!(width(&window) > before);
    press(&mut window, Key::S);
    assert!((width(&window) - before).abs() < 1.0);
    let at = box_of(&window, "parse").rect().center();
    window.hover_at(at);
    window.event_modifiers(
        Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: Vec2::new(0.0, 2.0),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::CTRL,
        },
        Modifiers::CTRL,
    );
    rest(&mut window);
    assert!(width(&window) > before || !is_zoomed_to(&window, "main"), "zoomed at the pointer");
    press(&mut window, Key::Num0);
    assert!(is_zoomed_to(&window, "main"));
    double_click_box(&mut window, "render");
    press(&mut window, Key::A);
    assert!(!boxes(&window, "parse").is_empty(), "panned to the left");
}

#[test]
fn a_click_in_the_overview_moves_there() {
    let mut window = start(&[Recording::new(STACKS)]);
    double_click_box(&mut window, "draw");
    assert!(boxes(&window, "parse").is_empty());
    click(&mut window, "Overview: click or drag to move");
    assert!(boxes(&window, "draw").is_empty(), "the middle belongs to parse");
    assert!(is_zoomed_to(&window, "parse"));
    click(&mut window, "Overview");
    assert!(window.query_by_label("Overview: click or drag to move").is_none());
}

#[test]
fn an_arc_goes_to_the_centre_and_the_centre_goes_up() {
    let mut window = start(&[Recording::new(STACKS)]);
    press(&mut window, Key::Num3);
    assert!(says(&window, "Click an arc to put it in the centre"));
    click_box(&mut window, "parse");
    assert_eq!(selected(&window), "parse");
    assert!(boxes(&window, "draw").is_empty());
    window.get_by_label("Call stack");
    let centre = canvas(&window, "Sunburst").center();
    let up = |window: &mut Window| {
        window.hover_at(centre);
        window.drag_at(centre);
        window.drop_at(centre);
        rest(window);
    };
    up(&mut window);
    assert!(!boxes(&window, "draw").is_empty(), "below main again");
    assert!(boxes(&window, "main").is_empty(), "main is the centre");
    up(&mut window);
    assert!(!boxes(&window, "main").is_empty(), "everything");
    press_with(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert!(boxes(&window, "main").is_empty(), "and back");
}

#[test]
fn the_call_stack_beside_the_sunburst_goes_up_several_at_once() {
    let mut window = start(&[Recording::new(STACKS)]);
    press(&mut window, Key::Num3);
    click_box(&mut window, "draw");
    click(&mut window, "Reset");
    assert_eq!(boxes(&window, "main").len(), 1);
    assert!(window.get_by_label("Reset").accesskit_node().is_disabled());
}

#[test]
fn a_call_without_a_file_has_no_place_in_the_call_stack() {
    let mut window = start(&[Recording::new(STACKS)]);
    press(&mut window, Key::Num3);
    click_box(&mut window, "parse");
    let row = window.get_by_role_and_label(Role::Button, "parse").rect().center();
    point_at(&mut window, row);
    assert!(!says(&window, ":0"));
    assert!(window.query_all_by_label("parse").count() > 1, "its name is said");
}

#[test]
fn depth_and_cutoff_leave_rings_and_slivers_out() {
    let deep = "a;b;c;d;e;f;g 2000\na;b;sliver 1\n";
    let mut window = start(&[Recording::new(deep)]);
    press(&mut window, Key::Num3);
    assert!(!boxes(&window, "g").is_empty());
    choose(&mut window, "10", "3");
    assert!(boxes(&window, "d").is_empty());
    assert!(!boxes(&window, "c").is_empty());
    choose(&mut window, "3", "all");
    assert!(!boxes(&window, "g").is_empty());
    assert!(boxes(&window, "sliver").is_empty());
    choose(&mut window, "0.10 %", "none");
    assert!(!boxes(&window, "sliver").is_empty());
}

#[test]
fn a_zoom_is_the_same_in_flame_graph_and_sunburst() {
    let mut window = start(&[Recording::new(STACKS)]);
    double_click_box(&mut window, "parse");
    press(&mut window, Key::Num3);
    assert!(boxes(&window, "draw").is_empty());
    press(&mut window, Key::Home);
    press(&mut window, Key::Num2);
    assert!(is_zoomed_to(&window, "main"));
}
