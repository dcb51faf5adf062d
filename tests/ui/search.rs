use crate::window::{Recording, Window, click, press, press_with, says, selected, start, write};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

const STACKS: &str = "main;parse;read_line 12\nmain;parse 3\nmain;render;draw 4\nmain;render;read_font 1\n";
const FIELD: &str = "Search names and files";

fn searching(text: &str) -> Window {
    let mut window = start(&[Recording::new(STACKS)]);
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    assert!(window.get_by_label(FIELD).is_focused());
    write(&mut window, text);
    window
}

#[test]
fn typing_counts_matches_and_their_share() {
    let window = searching("read_");
    assert_eq!(window.get_by_label(FIELD).value().as_deref(), Some("read_"));
    assert!(says(&window, "2 · 65 %") || says(&window, "2 · 65.0 %"), "13 of 20 samples");
    assert!(window.get_by_label(FIELD).is_focused(), "the cursor stays");
}

#[test]
fn nothing_found_is_said() {
    assert!(says(&searching("write"), "no match"));
}

#[test]
fn f3_and_enter_select_matches_the_costliest_first() {
    let mut window = searching("read_");
    let mut found = Vec::new();
    for (modifiers, key) in [
        (Modifiers::NONE, Key::F3),
        (Modifiers::NONE, Key::F3),
        (Modifiers::NONE, Key::F3),
        (Modifiers::SHIFT, Key::F3),
        (Modifiers::NONE, Key::Enter),
        (Modifiers::SHIFT, Key::Enter),
    ] {
        press_with(&mut window, modifiers, key);
        found.push(selected(&window));
    }
    assert_eq!(found, ["read_line", "read_font", "read_line", "read_font", "read_line", "read_font"]);
}

#[test]
fn an_expression_is_an_expression_only_when_asked_for() {
    let mut window = searching("^read_(line|font)$");
    assert!(says(&window, "no match"));
    click(&mut window, ".*");
    assert!(says(&window, "2 · "), "both");
}

#[test]
fn a_broken_expression_is_said_and_harms_nothing() {
    let mut window = searching("read_(");
    click(&mut window, ".*");
    assert!(says(&window, "not an expression"));
    click(&mut window, FIELD);
    write(&mut window, "line)");
    assert!(!says(&window, "not an expression"));
    assert!(says(&window, "1 · 60"));
}

#[test]
fn letters_in_the_field_are_no_shortcuts() {
    let mut window = searching("");
    write(&mut window, "f1");
    press(&mut window, Key::Num1);
    assert!(window.query_by_label("Flame graph").is_some(), "still there");
}

#[test]
fn escape_ends_the_search() {
    let mut window = searching("read_");
    press(&mut window, Key::Escape);
    assert_eq!(window.get_by_label(FIELD).value().unwrap_or_default(), "");
    assert!(!says(&window, "65"));
    assert!(!window.get_by_label(FIELD).accesskit_node().is_focused());
}

#[test]
fn the_selected_match_is_told_by_its_rank_among_those_that_are_counted() {
    let mut window = searching("read_");
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "read_line");
    assert!(says(&window, "1 of 2 · 65.0 %"));
    press(&mut window, Key::Enter);
    assert!(says(&window, "2 of 2 · 65.0 %"));
    click(&mut window, "Drop");
    assert!(says(&window, "1 · 63.2 %"), "what a filter leaves nothing of is no match to step to");
}
