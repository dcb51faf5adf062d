use crate::window::{
    PROF, Recording, Window, box_of, boxes, choose, click, click_box, double_click_box, is_zoomed_to, press,
    press_with, says, selected, start,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

const STACKS: &str = "main;parse;read 12\nmain;parse 3\nmain;render;draw 6\n";

fn back(window: &mut Window) {
    press_with(window, Modifiers::ALT, Key::ArrowLeft);
}

fn forward(window: &mut Window) {
    press_with(window, Modifiers::ALT, Key::ArrowRight);
}

#[test]
fn back_and_forward_walk_over_selections_and_views() {
    let mut window = start(&[Recording::new(STACKS)]);
    assert!(window.get_by_label("Back").accesskit_node().is_disabled());
    click_box(&mut window, "parse");
    click_box(&mut window, "draw");
    press(&mut window, Key::Num1);
    back(&mut window);
    assert!(window.query_by_label("Flame graph").is_some());
    assert_eq!(selected(&window), "draw");
    back(&mut window);
    assert_eq!(selected(&window), "parse");
    back(&mut window);
    assert_eq!(selected(&window), "");
    assert!(window.get_by_label("Back").accesskit_node().is_disabled());
    for expected in ["parse", "draw", "draw"] {
        forward(&mut window);
        assert_eq!(selected(&window), expected);
    }
    assert!(window.query_by_label("Filter").is_some(), "the table again");
    assert!(window.get_by_label("Forward").accesskit_node().is_disabled());
}

#[test]
fn back_undoes_a_zoom_and_forward_zooms_again() {
    let mut window = start(&[Recording::new(STACKS)]);
    double_click_box(&mut window, "render");
    assert!(is_zoomed_to(&window, "render"));
    back(&mut window);
    assert!(!is_zoomed_to(&window, "render"));
    assert_eq!(selected(&window), "render", "the zoom alone is undone");
    forward(&mut window);
    assert!(is_zoomed_to(&window, "render"));
}

#[test]
fn back_undoes_a_zoom_of_an_inverted_graph_alone() {
    let mut window = start(&[Recording::new(STACKS)]);
    click(&mut window, "Inverted");
    double_click_box(&mut window, "read");
    assert!(is_zoomed_to(&window, "read"));
    press(&mut window, Key::Num3);
    assert!(!boxes(&window, "draw").is_empty(), "the sunburst has no such path");
    back(&mut window);
    back(&mut window);
    assert!(!is_zoomed_to(&window, "read"));
    forward(&mut window);
    assert!(is_zoomed_to(&window, "read"));
}

#[test]
fn a_zoom_among_callers_is_theirs_alone() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "main");
    press(&mut window, Key::Num4);
    let width = |window: &Window| box_of(window, "parse").rect().width();
    let before = width(&window);
    press(&mut window, Key::W);
    assert!(width(&window) > before);
    press(&mut window, Key::Home);
    assert!((width(&window) - before).abs() < 1.0);
    press(&mut window, Key::W);
    press(&mut window, Key::Num2);
    assert!(is_zoomed_to(&window, "main"), "the flame graph is as it was");
}

#[test]
fn back_takes_a_filter_off_and_forward_puts_it_on() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    press(&mut window, Key::F);
    assert!(says(&window, "focus parse"));
    back(&mut window);
    assert!(!says(&window, "focus parse"));
    assert!(is_zoomed_to(&window, "main"));
    forward(&mut window);
    assert!(says(&window, "focus parse"));
    assert!(is_zoomed_to(&window, "parse"));
}

#[test]
fn a_step_aside_forgets_the_way_forward() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    back(&mut window);
    click_box(&mut window, "draw");
    assert!(window.get_by_label("Forward").accesskit_node().is_disabled());
    back(&mut window);
    assert_eq!(selected(&window), "");
}

#[test]
fn back_crosses_a_change_of_grouping_and_finds_what_was_selected_and_zoomed_to() {
    let mut window = start(&[PROF]);
    double_click_box(&mut window, "parse");
    assert!(is_zoomed_to(&window, "parse"));
    choose(&mut window, "by function", "by file");
    let file = "/usr/lib/python3.11/random.py";
    click_box(&mut window, file);
    choose(&mut window, "by file", "by module");
    for _ in 0..2 {
        back(&mut window);
    }
    assert_eq!(selected(&window), "", "no file had been selected yet");
    assert!(!boxes(&window, file).is_empty(), "files");
    back(&mut window);
    assert_eq!(selected(&window), "parse");
    assert!(is_zoomed_to(&window, "parse"));
    for _ in 0..2 {
        forward(&mut window);
    }
    assert_eq!(selected(&window), file);
    forward(&mut window);
    assert!(boxes(&window, file).is_empty() && !boxes(&window, "random").is_empty(), "modules");
    assert!(window.get_by_label("Forward").accesskit_node().is_disabled());
}
