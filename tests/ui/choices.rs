//! Metric, thread, theme, size.

use crate::window::{Window, choose, click, point_at, press, press_with, says, start};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use helioscope::ui::Command;

const HEAP: &str = "tests/fixtures/pprof/heap.pb.gz";
const THREADS: &str = "tests/fixtures/speedscope/pyspy_threads.speedscope";

#[test]
fn the_default_metric_is_shown_and_another_one_can_be_chosen() {
    let mut window = start(&[HEAP]);
    assert!(says(&window, "inuse_space · 14.6 MiB"));
    choose(&mut window, "inuse_space · 14.6 MiB", "alloc_objects  ·  2,103");
    assert!(says(&window, "alloc_objects · 2,103"));
    press(&mut window, Key::Num1);
    press_with(&mut window, Modifiers::ALT, Key::ArrowLeft);
    press_with(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert!(says(&window, "inuse_space · 14.6 MiB"), "a metric is undone like everything else");
}

#[test]
fn threads_are_listed_with_their_totals_and_keys_walk_through_them() {
    let mut window = start(&[THREADS]);
    assert!(says(&window, "time · 1.43 s"));
    choose(&mut window, "all 3 threads", "worker;x  ·  690 ms");
    assert!(says(&window, "time · 690 ms"));
    let seen =
        |window: &Window| ["1.43 s", "660 ms", "80.0 ms", "690 ms"].map(|sum| says(window, &format!("time · {sum}")));
    press(&mut window, Key::N);
    assert_eq!(seen(&window), [true, false, false, false], "all threads stand behind the last");
    press(&mut window, Key::N);
    assert_eq!(seen(&window), [false, true, false, false]);
    press(&mut window, Key::N);
    press(&mut window, Key::P);
    assert_eq!(seen(&window), [false, true, false, false]);
}

#[test]
fn the_theme_goes_dark_then_light_then_with_the_system() {
    let mut window = start(&[HEAP]);
    let mut seen = Vec::new();
    for text in ["Dark theme", "Light theme", "Theme of the system"] {
        press_with(&mut window, Modifiers::COMMAND, Key::T);
        assert!(says(&window, text), "{text}");
        seen.push(window.ctx.theme());
    }
    assert_eq!(seen[..2], [egui::Theme::Dark, egui::Theme::Light]);
}

#[test]
fn signs_at_the_end_of_the_tabs_switch_the_theme_and_show_the_shortcuts() {
    let mut window = start::<&str>(&[]);
    click(&mut window, "Switch theme");
    assert!(says(&window, "Dark theme"));
    for (name, keys) in [("Switch theme", Command::SwitchTheme), ("Keyboard shortcuts", Command::Shortcuts)] {
        let (sign, keys) = (window.get_by_label(name).rect().center(), keys.keys(&window.ctx));
        point_at(&mut window, sign);
        assert!(says(&window, &format!("({keys})")), "{name} is {keys}");
    }
    click(&mut window, "Keyboard shortcuts");
    assert!(says(&window, "In flame graphs"));
}

#[test]
fn text_and_boxes_grow_shrink_and_go_back() {
    let mut window = start(&[HEAP]);
    press_with(&mut window, Modifiers::COMMAND, Key::Plus);
    assert!((window.ctx.zoom_factor() - 1.1).abs() < 1e-3);
    press_with(&mut window, Modifiers::COMMAND, Key::Num0);
    assert!((window.ctx.zoom_factor() - 1.0).abs() < 1e-3);
    press_with(&mut window, Modifiers::COMMAND, Key::Minus);
    assert!(window.ctx.zoom_factor() < 0.95);
}

#[test]
fn the_details_go_and_come_back() {
    let mut window = start(&[HEAP]);
    click(&mut window, "Table");
    press_with(&mut window, Modifiers::COMMAND, Key::D);
    assert!(window.query_by_label("Nothing selected").is_none());
    press_with(&mut window, Modifiers::COMMAND, Key::D);
    window.get_by_label("Nothing selected");
}
