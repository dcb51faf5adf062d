use crate::window::{
    PROF, Recording, box_of, boxes, click, click_box, copied, double_click_box, is_zoomed_to, press, press_with, rest,
    says, selected, start,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

const STACKS: &str = "main;parse;read 12\nmain;parse 3\nmain;render;draw 6\nmain;render;read 2\n";

#[test]
fn number_keys_show_the_views() {
    let mut window = start(&[PROF]);
    press(&mut window, Key::Num1);
    assert!(window.query_by_label("Filter").is_some());
    press(&mut window, Key::Num2);
    assert!(window.query_by_label("Flame graph").is_some());
    press(&mut window, Key::Num3);
    assert!(window.query_by_label("Depth").is_some());
    press(&mut window, Key::Num4);
    assert!(says(&window, "Select a function in any view"));
}

#[test]
fn a_box_that_is_clicked_is_selected_in_every_view() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    assert_eq!(selected(&window), "parse");
    assert_eq!(box_of(&window, "parse").accesskit_node().is_selected(), Some(true));
    press(&mut window, Key::Num3);
    assert_eq!(boxes(&window, "parse").len(), 1, "an arc");
    assert_eq!(selected(&window), "parse");
    press(&mut window, Key::Num4);
    for shown in ["Callers (1)", "Callees (1)"] {
        window.get_by_label(shown);
    }
    press(&mut window, Key::Num1);
    // From the selected row, one down.
    press(&mut window, Key::ArrowDown);
    assert_ne!(selected(&window), "parse");
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "parse");
}

#[test]
fn every_box_of_a_function_is_selected_with_it() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "read");
    let states: Vec<_> = boxes(&window, "read").iter().map(|b| b.accesskit_node().is_selected()).collect();
    assert_eq!(states, [Some(true), Some(true)]);
}

#[test]
fn details_tell_a_call_path_from_the_whole_function() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "read");
    assert!(says(&window, "This call path") && says(&window, "12 · 52.2 %"));
    press(&mut window, Key::Num1);
    assert!(!says(&window, "This call path"), "a row stands for all of them");
    press(&mut window, Key::Num2);
    click_box(&mut window, "parse");
    assert!(!says(&window, "This call path"), "there is no other");
}

#[test]
fn the_ground_beside_the_boxes_selects_nothing() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    window.hover_at(egui::pos2(500.0, 700.0));
    window.drag_at(egui::pos2(500.0, 700.0));
    window.drop_at(egui::pos2(500.0, 700.0));
    rest(&mut window);
    assert_eq!(selected(&window), "");
}

#[test]
fn a_screen_reader_selects_a_box() {
    let mut window = start(&[Recording::new(STACKS)]);
    box_of(&window, "draw").click_accesskit();
    window.run();
    assert_eq!(selected(&window), "draw");
}

#[test]
fn a_double_click_zooms_and_home_and_escape_show_everything() {
    for key in [Key::Home, Key::Escape, Key::Num0] {
        let mut window = start(&[Recording::new(STACKS)]);
        assert!(!is_zoomed_to(&window, "parse"));
        double_click_box(&mut window, "parse");
        assert!(is_zoomed_to(&window, "parse"));
        assert!(boxes(&window, "render").is_empty());
        press(&mut window, key);
        assert!(!is_zoomed_to(&window, "parse"), "{key:?}");
        assert!(is_zoomed_to(&window, "main"));
    }
}

#[test]
fn a_single_sample_can_fill_the_window() {
    let mut window = start(&[Recording::new("main;often 30\nmain;once 1\n")]);
    double_click_box(&mut window, "once");
    assert!(is_zoomed_to(&window, "once"));
}

#[test]
fn the_keyboard_walks_from_box_to_box() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "main");
    let mut walk = Vec::new();
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowUp, Key::ArrowRight, Key::ArrowLeft] {
        press(&mut window, key);
        walk.push(selected(&window));
    }
    assert_eq!(walk, ["parse", "read", "parse", "render", "parse"]);
    press(&mut window, Key::Enter);
    assert!(is_zoomed_to(&window, "parse"));
}

#[test]
fn the_name_of_the_selection_is_copied() {
    let mut window = start(&[Recording::new("main (app.py:3);parse (app.py:9) 4\n")]);
    click_box(&mut window, "parse");
    window.event(egui::Event::Copy);
    window.step();
    let found = copied(&window).expect("something is copied");
    assert!(found.starts_with("parse (app.py"), "{found}");
    press_with(&mut window, Modifiers::NONE, Key::Num1);
}

#[test]
fn a_caller_in_the_details_is_a_click_away() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    click(&mut window, "main");
    assert_eq!(selected(&window), "main");
}

#[test]
fn a_double_click_within_one_frame_selects_and_zooms() {
    let mut window = start(&[Recording::new(STACKS)]);
    let pos = box_of(&window, "parse").rect().center();
    window.hover_at(pos);
    window.run();
    let button = |pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.input_mut().events.extend([true, false, true, false].map(button));
    rest(&mut window);
    assert_eq!(selected(&window), "parse");
    assert!(is_zoomed_to(&window, "parse"));
}

#[test]
fn arrow_keys_in_the_flame_graph_go_on_from_what_was_selected_elsewhere() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "draw");
    press(&mut window, Key::Num1);
    press(&mut window, Key::ArrowDown);
    assert_eq!(selected(&window), "parse");
    press(&mut window, Key::Num2);
    press(&mut window, Key::ArrowDown);
    assert_eq!(selected(&window), "read", "below parse, not below draw");
}
