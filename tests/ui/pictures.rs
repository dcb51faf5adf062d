//! Pictures of the main views in both themes.

use crate::picture::compare;
use crate::window::{
    FOLDED, PROF, SPEEDSCOPE, Window, click, click_box, leave, press, press_with, start, start_in, write,
};
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;

fn picture(mut window: Window, name: &str) {
    leave(&mut window);
    compare(window, "tests/snapshots", name);
}

#[test]
fn inverted() {
    let mut window = start(&[PROF]);
    click(&mut window, "Inverted");
    picture(window, "flame_inverted_dark");
}

#[test]
fn time_order() {
    let mut window = start(&[SPEEDSCOPE]);
    click(&mut window, "Time order");
    picture(window, "flame_time_dark");
}

#[test]
fn search_dims_the_rest() {
    let mut window = start(&[FOLDED]);
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    window.event(egui::Event::Text("json".to_owned()));
    window.run();
    picture(window, "flame_searched_dark");
}

#[test]
fn table_in_the_light() {
    let mut window = start_in(Theme::Light, &[PROF]);
    press(&mut window, Key::Num1);
    picture(window, "window_table_light");
}

#[test]
fn start_page_in_the_light() {
    picture(start_in::<&str>(Theme::Light, &[]), "start_light");
}

#[test]
fn sunburst_in_the_light() {
    let mut window = start_in(Theme::Light, &[FOLDED]);
    press(&mut window, Key::Num3);
    click_box(&mut window, "main");
    picture(window, "sunburst_light");
}

#[test]
fn colours_that_tell_what_functions_cost_themselves() {
    let mut window = start_in(Theme::Light, &[PROF]);
    for expected in [true, false, true] {
        press_with(&mut window, Modifiers::COMMAND, Key::K);
        write(&mut window, "colours");
        press(&mut window, Key::Enter);
        let legend = window.query_by_label("Legend: colours by self share");
        assert_eq!(legend.is_some(), expected);
    }
    press(&mut window, Key::Num2);
    picture(window, "self_share_light");
}

#[test]
fn a_file_that_cannot_be_opened() {
    picture(start(&[FOLDED, "tests/fixtures/malformed/pstats_trunc_50.prof"]), "damaged_dark");
}

#[test]
fn warnings() {
    let mut window = start(&["tests/fixtures/cprofile/threads-3.12.pstats"]);
    press_with(&mut window, Modifiers::COMMAND, Key::I);
    picture(window, "warnings_dark");
}

#[test]
fn palette() {
    let mut window = start(&[PROF]);
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    picture(window, "palette_dark");
}

#[test]
fn shortcuts() {
    let mut window = start(&[PROF]);
    press(&mut window, Key::Questionmark);
    picture(window, "shortcuts_dark");
}
