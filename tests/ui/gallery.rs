//! The pictures of `README.md`: `UPDATE_SNAPSHOTS=1 cargo test --test ui gallery` draws them again.

use crate::picture::compare as hold;
use crate::window::{FOLDED, PROF, Window, click_box, compare, leave, press, rest, start, start_in};
use egui::{Key, Theme};

fn picture(mut window: Window, name: &str) {
    leave(&mut window);
    hold(window, "screenshots", name);
}

/// A program before and after its lookups and its parsing were mended.
const BEFORE: &str = "tests/fixtures/compare/orders/base-1.prof";
const AFTER: &str = "tests/fixtures/compare/orders/new-1.prof";
/// A program with something to mend, and its source beside it.
const MENDABLE: &str = "tests/fixtures/hints/banned_guests/slow.prof";

#[test]
fn flame_dark() {
    let mut window = start(&[FOLDED]);
    click_box(&mut window, "write_day");
    picture(window, "flame-dark");
}

#[test]
fn flame_light() {
    let mut window = start_in(Theme::Light, &[FOLDED]);
    click_box(&mut window, "write_day");
    picture(window, "flame-light");
}

#[test]
fn table_dark() {
    let mut window = start(&[PROF]);
    click_box(&mut window, "write_day");
    press(&mut window, Key::Num1);
    picture(window, "table-dark");
}

#[test]
fn sunburst_dark() {
    let mut window = start(&[PROF]);
    press(&mut window, Key::Num3);
    click_box(&mut window, "main");
    picture(window, "sunburst-dark");
}

#[test]
fn callers_dark() {
    let mut window = start(&[FOLDED]);
    click_box(&mut window, "write_day");
    press(&mut window, Key::Num4);
    picture(window, "callers-dark");
}

#[test]
fn start_dark() {
    picture(start::<&str>(&[]), "start-dark");
}

#[test]
fn compare_merged_dark() {
    let mut window = compare(BEFORE, AFTER);
    click_box(&mut window, "find");
    picture(window, "compare-merged-dark");
}

#[test]
fn compare_side_by_side_dark() {
    let mut window = compare(BEFORE, AFTER);
    press(&mut window, Key::V);
    picture(window, "compare-side-by-side-dark");
}

#[test]
fn compare_table_dark() {
    let mut window = compare(BEFORE, AFTER);
    click_box(&mut window, "parse_row");
    press(&mut window, Key::Num1);
    picture(window, "compare-table-dark");
}

#[test]
fn hints_dark() {
    let mut window = start(&[MENDABLE]);
    press(&mut window, Key::Num7);
    rest(&mut window);
    picture(window, "hints-dark");
}

#[test]
fn source_dark() {
    let mut window = start(&[MENDABLE]);
    press(&mut window, Key::Num7);
    rest(&mut window);
    press(&mut window, Key::Num5);
    rest(&mut window);
    picture(window, "source-dark");
}
