//! Tabs, drops, and files that cannot be read.

use crate::window::{
    FOLDED, PROF, Recording, SPEEDSCOPE, boxes, click, click_box, drop_files, hover_files, press, press_with, says,
    selected, start, tabs,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

#[test]
fn files_are_tabs() {
    let mut window = start(&[FOLDED, PROF, SPEEDSCOPE]);
    assert_eq!(tabs(&window), ["shop.folded", "shop.prof", "shop.speedscope.json"]);
    assert!(says(&window, "time · 3.58 s"), "the last one is shown");
    click(&mut window, "shop.folded");
    assert!(says(&window, "samples · 1,069"));
    press_with(&mut window, Modifiers::CTRL, Key::Tab);
    assert!(says(&window, "time · 5.44 s"));
    press_with(&mut window, Modifiers::COMMAND, Key::W);
    assert_eq!(tabs(&window), ["shop.folded", "shop.speedscope.json"]);
    click(&mut window, "Close shop.speedscope.json");
    press_with(&mut window, Modifiers::COMMAND, Key::W);
    assert!(says(&window, "Drop a profile anywhere"), "the last one leaves the start page");
}

#[test]
fn each_tab_keeps_its_own_view_and_selection() {
    let mut window = start(&[FOLDED, SPEEDSCOPE]);
    click_box(&mut window, "main");
    press(&mut window, Key::Num4);
    click(&mut window, "shop.folded");
    assert_eq!(selected(&window), "");
    assert!(window.query_by_label("Flame graph").is_some());
    click(&mut window, "shop.speedscope.json");
    assert_eq!(selected(&window), "main");
    assert!(says(&window, "▼ callees"));
}

#[test]
fn a_file_that_is_open_is_shown_instead_of_opened_twice() {
    let mut window = start(&[FOLDED, PROF]);
    drop_files(&mut window, &["./assets/samples/../samples/shop.prof"]);
    assert!(says(&window, "time · 5.44 s"), "nothing to ask: it is on screen");
    drop_files(&mut window, &["./assets/samples/../samples/shop.folded"]);
    click(&mut window, "Show its tab");
    assert_eq!(tabs(&window), ["shop.folded", "shop.prof"]);
    assert!(says(&window, "samples · 1,069"));
}

#[test]
fn dropped_files_open_in_tabs_whatever_is_shown() {
    let mut window = start::<&str>(&[]);
    drop_files(&mut window, &[PROF]);
    assert!(says(&window, "time · 5.44 s"));
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    drop_files(&mut window, &[FOLDED, SPEEDSCOPE, "assets/samples/shop.svg"]);
    assert_eq!(tabs(&window), ["shop.prof", "shop.folded", "shop.speedscope.json", "shop.svg"]);
    assert!(window.query_by_label("Command").is_none(), "the palette has made way");
}

#[test]
fn files_over_the_window_are_told_what_dropping_them_does() {
    let mut window = start::<&str>(&[]);
    hover_files(&mut window, 1);
    assert!(says(&window, "Drop to open this profile"));
    hover_files(&mut window, 2);
    assert!(says(&window, "Drop to open 2 profiles and compare them"));
    hover_files(&mut window, 3);
    assert!(says(&window, "Drop to open 3 profiles, each in a tab"));
    hover_files(&mut window, 0);
    assert!(!says(&window, "Drop to open"));
    let mut window = start(&[FOLDED]);
    hover_files(&mut window, 1);
    assert!(says(&window, "Drop to compare with shop.folded, or to open"));
}

#[test]
fn a_damaged_file_says_what_to_do_and_leaves_the_others_as_they_were() {
    let mut window = start(&[FOLDED]);
    click_box(&mut window, "write_day");
    drop_files(&mut window, &["tests/fixtures/malformed/pstats_trunc_50.prof"]);
    click(&mut window, "Open in a new tab");
    assert!(says(&window, "pstats_trunc_50.prof could not be opened"));
    assert!(says(&window, "This cProfile file is damaged at byte"));
    assert!(says(&window, "record it again"));
    click(&mut window, "Close tab");
    assert_eq!(tabs(&window), ["shop.folded"]);
    assert_eq!(selected(&window), "write_day");
    assert!(!boxes(&window, "write_day").is_empty());
}

#[test]
fn a_file_that_is_whole_by_now_opens_at_the_second_try() {
    let file = Recording::named("run.prof", b"{");
    let mut window = start(&[&file]);
    assert!(says(&window, "run.prof could not be opened"));
    file.write("main;work 3\n");
    click(&mut window, "Try again");
    assert!(says(&window, "samples · 3"));
}

#[test]
fn what_is_no_file_is_said() {
    for path in ["tests", "there/is/no/such.prof", "Cargo.toml"] {
        let window = start(&[path]);
        assert!(says(&window, "could not be opened"), "{path}");
        assert!(window.query_by_label("Try again").is_some());
    }
}
