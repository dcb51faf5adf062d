use crate::picture::compare;
use crate::window::{
    FOLDED, PROF, Recording, SPEEDSCOPE, Window, boxes, click, leave, press, press_with, rest, says, start, start_in,
};
use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, Pos2, Rect, Theme};
use egui_kittest::kittest::{NodeT, Queryable};

/// Two threads on one clock: the first parses and then writes, the second waits for all of it.
const TRACE: &str = r#"{"traceEvents":[
{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"one"}},
{"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"two"}},
{"ph":"X","name":"main","pid":1,"tid":1,"ts":0,"dur":1000},
{"ph":"X","name":"parse","pid":1,"tid":1,"ts":0,"dur":400},
{"ph":"X","name":"write","pid":1,"tid":1,"ts":400,"dur":600},
{"ph":"X","name":"worker","pid":1,"tid":2,"ts":0,"dur":1000}
]}"#;

fn chart(window: &Window) -> Rect {
    let charts: Vec<Rect> = window
        .root()
        .children_recursive()
        .filter(|node| {
            let node = node.accesskit_node();
            node.role() == Role::Canvas && node.label().is_some_and(|label| label.starts_with("Activity over"))
        })
        .map(|node| node.rect())
        .collect();
    assert_eq!(charts.len(), 1, "one chart");
    charts[0]
}

fn drag(window: &mut Window, from: f32, to: f32) {
    let rect = chart(window);
    let at = |part: f32| Pos2::new(rect.left() + part * rect.width(), rect.center().y);
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.event(egui::Event::PointerMoved(at(from)));
    window.run();
    window.event(button(at(from), true));
    window.run();
    for step in 1..=4 {
        window.event(egui::Event::PointerMoved(at(from + (to - from) * step as f32 / 4.0)));
        window.run();
    }
    window.event(button(at(to), false));
    rest(window);
}

fn open(files: &[impl AsRef<std::path::Path>]) -> Window {
    let mut window = start(files);
    press(&mut window, Key::Num6);
    window
}

#[test]
fn a_marked_span_is_counted_alone_in_every_view_until_its_chip_is_taken_off() {
    let trace = Recording::named("trace.json", TRACE);
    let mut window = open(&[&trace]);
    assert!(says(&window, "time · 2.00 ms") && says(&window, "all 2 threads"));
    drag(&mut window, 0.5, 1.0);
    assert!(says(&window, "time 500 µs to 1.00 ms"));
    assert!(says(&window, "time · 1.00 ms"), "half a millisecond of each of two threads");
    press(&mut window, Key::Num2);
    assert!(!boxes(&window, "write").is_empty() && boxes(&window, "parse").is_empty());
    click(&mut window, "time 500 µs to 1.00 ms  ×");
    assert!(!boxes(&window, "parse").is_empty());
    assert!(says(&window, "time · 2.00 ms"));
}

#[test]
fn a_span_where_only_the_order_is_known_is_one_of_the_thread_shown() {
    let mut window = open(&[SPEEDSCOPE]);
    assert!(says(&window, "order of samples, gaps not recorded"));
    drag(&mut window, 0.0, 0.5);
    assert!(!says(&window, "all 2 threads"));
    press(&mut window, Key::N);
    assert!(!says(&window, "Filters"), "a span of one thread means nothing to another");
}

#[test]
fn the_keyboard_marks_a_span_too() {
    let trace = Recording::named("trace.json", TRACE);
    let mut window = open(&[&trace]);
    let middle = chart(&window).center();
    window.drag_at(middle);
    window.drop_at(middle);
    rest(&mut window);
    for _ in 0..40 {
        window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
        window.run();
    }
    press(&mut window, Key::Enter);
    assert!(says(&window, "time 0 s to 400 µs"));
}

#[test]
fn a_profile_without_times_says_why_and_how_to_record_one() {
    for (file, why) in [(PROF, "kept no record of when they were made"), (FOLDED, "were added up by stack")] {
        let mut window = open(&[file]);
        assert!(says(&window, why), "{file}");
        click(&mut window, "Copy py-spy record -f chrometrace -o out.json -- python your_program.py");
        assert!(says(&window, "Command copied"));
    }
}

#[test]
fn two_recordings_as_one_have_no_time_and_side_by_side_each_has_its_own() {
    let (base, new) = (Recording::named("base.json", TRACE), Recording::named("new.json", TRACE));
    let mut window = crate::window::compare(&base, &new);
    press(&mut window, Key::Num6);
    click(&mut window, "Show side by side");
    let label = |node: &egui_kittest::Node<'_>| node.accesskit_node().label().unwrap_or_default();
    let charts = window.root().children_recursive().filter(|n| label(n).starts_with("Activity over")).count();
    assert_eq!(charts, 2);
}

#[test]
fn the_chart_tells_what_it_shows_to_those_who_cannot_see_it() {
    let trace = Recording::named("trace.json", TRACE);
    let mut window = open(&[&trace]);
    click(&mut window, "By package");
    window.get_by_label_contains("Activity over 1.00 ms: your code 100 %");
}

#[test]
fn a_part_of_the_time_that_is_there_no_more_is_not_shown() {
    let trace = Recording::named("trace.json", TRACE);
    let mut window = open(&[&trace]);
    drag(&mut window, 0.5, 1.0);
    click(&mut window, "Zoom to span");
    click(&mut window, "Clear span");
    assert!(!window.get_by_label("All of the time").accesskit_node().is_disabled());
    trace.write(TRACE.replace("400", "40").replace("600", "60").replace("1000", "100"));
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    rest(&mut window);
    assert!(window.get_by_label("All of the time").accesskit_node().is_disabled(), "it ends before that part");
}

#[test]
fn dark() {
    let mut window = open(&[SPEEDSCOPE]);
    leave(&mut window);
    click(&mut window, "By package");
    drag(&mut window, 0.25, 0.4);
    compare(window, "tests/snapshots", "activity_dark");
}

#[test]
fn light() {
    let mut window = start_in(Theme::Light, &["tests/fixtures/chrome_trace/pyspy_threads.json"]);
    press(&mut window, Key::Num6);
    leave(&mut window);
    compare(window, "tests/snapshots", "activity_light");
}
