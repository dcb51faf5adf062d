//! The pictures of `README.md`, each in the dark and in the light theme: `UPDATE_SNAPSHOTS=1 cargo test --test ui gallery`
//! draws them again.

use crate::picture::compare as hold;
use crate::window::{FOLDED, PROF, SPEEDSCOPE, Window, click, click_box, compare_in, leave, press, rest, start_in};
use egui::{Key, Theme};
use egui_kittest::SnapshotResults;

/// Holds a window in either theme against the pictures of that name.
fn in_both_themes(name: &str, open: impl Fn(Theme) -> Window) {
    let mut results = SnapshotResults::new();
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut window = open(theme);
        leave(&mut window);
        results.extend(hold(window, "screenshots", &format!("{name}-{word}")));
    }
}

/// A program before and after its lookups and its parsing were mended.
const BEFORE: &str = "tests/fixtures/compare/orders/base-1.prof";
const AFTER: &str = "tests/fixtures/compare/orders/new-1.prof";
/// A program with something to mend, and its source beside it.
const MENDABLE: &str = "tests/fixtures/hints/banned_guests/slow.prof";

#[test]
fn start() {
    in_both_themes("start", |theme| start_in::<&str>(theme, &[]));
}

#[test]
fn table() {
    in_both_themes("table", |theme| {
        let mut window = start_in(theme, &[PROF]);
        click_box(&mut window, "write_day");
        press(&mut window, Key::Num1);
        window
    });
}

#[test]
fn flame() {
    in_both_themes("flame", |theme| {
        let mut window = start_in(theme, &[FOLDED]);
        click_box(&mut window, "write_day");
        window
    });
}

#[test]
fn sunburst() {
    in_both_themes("sunburst", |theme| {
        let mut window = start_in(theme, &[PROF]);
        press(&mut window, Key::Num3);
        click_box(&mut window, "main");
        window
    });
}

#[test]
fn callers() {
    in_both_themes("callers", |theme| {
        let mut window = start_in(theme, &[FOLDED]);
        click_box(&mut window, "write_day");
        press(&mut window, Key::Num4);
        window
    });
}

#[test]
fn activity() {
    in_both_themes("activity", |theme| {
        let mut window = start_in(theme, &[SPEEDSCOPE]);
        press(&mut window, Key::Num6);
        click(&mut window, "By package");
        window
    });
}

#[test]
fn hints() {
    in_both_themes("hints", |theme| {
        let mut window = start_in(theme, &[MENDABLE]);
        press(&mut window, Key::Num7);
        rest(&mut window);
        window
    });
}

#[test]
fn source() {
    in_both_themes("source", |theme| {
        let mut window = start_in(theme, &[MENDABLE]);
        for view in [Key::Num7, Key::Num5] {
            press(&mut window, view);
            rest(&mut window);
        }
        window
    });
}

#[test]
fn compare_merged() {
    in_both_themes("compare-merged", |theme| {
        let mut window = compare_in(theme, BEFORE, AFTER);
        click_box(&mut window, "find");
        window
    });
}

#[test]
fn compare_side_by_side() {
    in_both_themes("compare-side-by-side", |theme| {
        let mut window = compare_in(theme, BEFORE, AFTER);
        press(&mut window, Key::V);
        window
    });
}

#[test]
fn compare_table() {
    in_both_themes("compare-table", |theme| {
        let mut window = compare_in(theme, BEFORE, AFTER);
        click_box(&mut window, "parse_row");
        press(&mut window, Key::Num1);
        window
    });
}
