//! The pictures of `README.md`: `UPDATE_SNAPSHOTS=1 cargo test --test ui gallery` draws them again.

use crate::picture::compare;
use crate::window::{FOLDED, PROF, Window, click_box, leave, press, start, start_in};
use egui::{Key, Theme};

fn picture(mut window: Window, name: &str) {
    leave(&mut window);
    compare(window, "screenshots", name);
}

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
