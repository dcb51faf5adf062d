use crate::window::{
    Recording, boxes, click, click_box, double_click_box, is_zoomed_to, press, press_with, says, selected, start, write,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

const BEFORE: &str = "main;parse;read 12\nmain;parse 3\nmain;render;draw 6\n";
/// Other functions come first now, so every id is another one.
const AFTER: &str = "zeta;eta 5\nmain;theta 9\nmain;parse;read 20\nmain;parse 1\nmain;render;draw 7\n";

#[test]
fn what_was_looked_at_is_looked_at_again() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    double_click_box(&mut window, "parse");
    click_box(&mut window, "read");
    file.write(AFTER);
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    assert!(says(&window, "samples · 42"));
    assert_eq!(selected(&window), "read");
    assert!(is_zoomed_to(&window, "parse"));
    assert!(says(&window, "parse, 21"));
}

#[test]
fn f5_reloads_too_even_while_typing() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    file.write(AFTER);
    press(&mut window, Key::F5);
    assert!(says(&window, "samples · 42"));
}

#[test]
fn filters_search_and_view_stay() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    click_box(&mut window, "render");
    click(&mut window, "Drop");
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    write(&mut window, "read");
    press(&mut window, Key::Tab);
    press(&mut window, Key::Num1);
    if window.query_by_label("Filter").is_none() {
        click(&mut window, "Table");
    }
    file.write(AFTER);
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    assert!(window.query_by_label("Filter").is_some(), "the table");
    assert!(says(&window, "drop render"));
    assert!(says(&window, "samples · 35"), "42 without the 7 of render");
    assert!(says(&window, "1 · 57.1 %"), "20 of 35");
}

#[test]
fn what_is_gone_is_not_selected() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    double_click_box(&mut window, "render");
    file.write("main;parse 3\n");
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    assert_eq!(selected(&window), "");
    assert!(boxes(&window, "render").is_empty());
    assert!(is_zoomed_to(&window, "main"));
}

#[test]
fn a_file_that_has_become_unreadable_leaves_what_was_read() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    click_box(&mut window, "parse");
    file.write("{");
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    assert!(says(&window, "Not reloaded"));
    assert_eq!(selected(&window), "parse");
    assert!(says(&window, "samples · 21"));
    click(&mut window, "Close");
    assert!(!says(&window, "Not reloaded"));
}
