//! Tabs, drops, and files that cannot be read.

use crate::window::{
    FOLDED, PROF, Recording, SPEEDSCOPE, Window, boxes, click, click_box, press, press_with, says, selected, start,
};
use egui::{HoveredFile, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the program reads files itself, on another thread".to_owned())
    }
}

fn drop_files(window: &mut Window, files: &[&str]) {
    window.input_mut().hovered_files.clear();
    window.input_mut().dropped_files = files.iter().map(|f| Arc::new(Dropped(PathBuf::from(f))) as _).collect();
    window.run();
}

fn hover_files(window: &mut Window, count: usize) {
    window.input_mut().hovered_files = vec![HoveredFile::default(); count];
    // egui draws without end while files are held over the window.
    window.run_steps(3);
}

fn tabs(window: &Window) -> Vec<String> {
    use egui_kittest::kittest::NodeT;
    let labels = window.root().children_recursive().filter_map(|n| n.accesskit_node().label());
    labels.filter_map(|l| l.strip_prefix("Close ").filter(|l| l.contains('.')).map(str::to_owned)).collect()
}

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
    drop_files(&mut window, &["./assets/samples/../samples/shop.folded"]);
    assert_eq!(tabs(&window), ["shop.folded", "shop.prof"]);
    assert!(says(&window, "samples · 1,069"));
}

#[test]
fn dropped_files_open_in_tabs_whatever_is_shown() {
    let mut window = start::<&str>(&[]);
    drop_files(&mut window, &[PROF]);
    assert!(says(&window, "time · 5.44 s"));
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    drop_files(&mut window, &[FOLDED, SPEEDSCOPE]);
    assert_eq!(tabs(&window), ["shop.prof", "shop.folded", "shop.speedscope.json"]);
    assert!(window.query_by_label("Command").is_none(), "the palette has made way");
}

#[test]
fn files_over_the_window_are_told_what_dropping_them_does() {
    let mut window = start(&[FOLDED]);
    hover_files(&mut window, 1);
    assert!(says(&window, "Drop to open this profile"));
    hover_files(&mut window, 3);
    assert!(says(&window, "Drop to open 3 profiles, each in a tab"));
    hover_files(&mut window, 0);
    assert!(!says(&window, "Drop to open"));
}

#[test]
fn a_damaged_file_says_what_to_do_and_leaves_the_others_as_they_were() {
    let mut window = start(&[FOLDED]);
    click_box(&mut window, "write_day");
    drop_files(&mut window, &["tests/fixtures/malformed/pstats_trunc_50.prof"]);
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
