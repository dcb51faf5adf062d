//! The hints view and the marks of hints elsewhere: on recordings of programs that do something badly, the same programs
//! mended, and programs that do nothing badly.

use crate::picture::compare as compare_picture;
use crate::window::{
    SPEEDSCOPE, Window, click, click_button, compare, copied, leave, press, rest, says, selected, start, start_in,
    write,
};
use egui::accesskit::Role;
use egui::{Key, Theme, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};

const SLOW: &str = "tests/fixtures/hints/banned_guests/slow.prof";
const FAST: &str = "tests/fixtures/hints/banned_guests/fast.prof";
const HEALTHY: &str = "tests/fixtures/hints/healthy_words/main.prof";
const TITLE: &str = "Membership test scans a list";

/// Buttons whose name begins like this, from top to bottom.
fn buttons(window: &Window, beginning: &str) -> Vec<String> {
    let named = window.root().children_recursive().filter_map(|node| {
        let node = node.accesskit_node();
        let label = node.label().filter(|l| node.role() == Role::Button && l.starts_with(beginning))?;
        Some((node.bounding_box()?.y0, label))
    });
    let mut named: Vec<(f64, String)> = named.collect();
    named.sort_by(|a, b| a.0.total_cmp(&b.0));
    named.into_iter().map(|(_, label)| label).collect()
}

/// Clicks the last thing with this name: the one that lies over others.
fn click_last(window: &mut Window, name: &str) {
    let last = window.query_all_by_label(name).last().map(|node| node.click());
    assert!(last.is_some(), "{name} is not there");
    rest(window);
}

fn hints_of(file: &str) -> Window {
    let mut window = start(&[file]);
    press(&mut window, Key::Num7);
    rest(&mut window);
    window
}

/// How many things can be done, as the tab of the view says.
fn count(window: &Window) -> usize {
    let label = buttons(window, "Hints (").first().cloned().unwrap_or_default();
    label.trim_start_matches("Hints (").trim_end_matches(')').parse().unwrap_or_else(|_| panic!("{label:?}"))
}

#[test]
fn the_best_finding_is_open_with_all_it_rests_on() {
    let window = hints_of(SLOW);
    assert!(count(&window) >= 1);
    let first = buttons(&window, TITLE).first().cloned().expect("the finding");
    assert!(first.contains("likely") && first.contains("up to 100×"), "{first}");
    for part in
        ["share", "Before", "After", "Confidence", "What would settle it", "It would be wrong if", "Documentation"]
    {
        assert!(says(&window, part), "{part}");
    }
    assert!(says(&window, "Checked, nothing found (") && says(&window, "This profile can't show ("));
}

#[test]
fn a_finding_selects_its_function_and_its_function_carries_its_mark() {
    let mut window = hints_of(SLOW);
    let first = buttons(&window, TITLE)[0].clone();
    let function = first.split(", ").nth(1).and_then(|p| p.split("  ").next()).expect("a function").to_owned();
    // Closed, and opened again.
    click(&mut window, &first);
    click(&mut window, &first);
    assert_eq!(selected(&window), function);
    let mark = format!("Hint: {TITLE}");
    assert!(!says(&window, &mark));
    press(&mut window, Key::Num1);
    assert!(says(&window, &mark), "on its row");
    press(&mut window, Key::Num5);
    assert!(says(&window, &format!("{TITLE}. ")), "in the margin of its source");
}

#[test]
fn the_details_of_a_function_lead_to_its_hint() {
    let mut window = start(&[SLOW]);
    press(&mut window, Key::Num7);
    rest(&mut window);
    let first = buttons(&window, TITLE)[0].clone();
    click(&mut window, &first);
    click(&mut window, &first);
    press(&mut window, Key::Num1);
    click_button(&mut window, TITLE);
    assert!(says(&window, "What would settle it"));
}

#[test]
fn what_is_dismissed_says_why_and_comes_back() {
    let mut window = hints_of(SLOW);
    let before = count(&window);
    click_button(&mut window, "Dismiss…");
    window.get_by_role_and_label(Role::TextInput, "Why it is dismissed").click();
    rest(&mut window);
    write(&mut window, "three guests");
    click_button(&mut window, "Dismiss");
    // Another finding on the same time may take its place.
    assert!(buttons(&window, TITLE).is_empty() && count(&window) <= before);
    click(&mut window, "Dismissed (1)");
    assert!(says(&window, "three guests") && says(&window, "in this profile"));
    click_button(&mut window, "Undo");
    assert_eq!((count(&window), buttons(&window, TITLE).len()), (before, 1));
}

#[test]
fn a_program_that_does_well_is_told_so() {
    let window = hints_of(HEALTHY);
    assert_eq!(count(&window), 0);
    assert!(says(&window, "Nothing to mend here") && says(&window, "rules looked at this profile"));
}

#[test]
fn what_takes_another_recording_comes_with_its_command() {
    let mut window = hints_of(SLOW);
    let fold = window
        .root()
        .children_recursive()
        .filter_map(|n| n.accesskit_node().label())
        .find(|l| l.starts_with("This profile can't show ("))
        .expect("the fold");
    click(&mut window, &fold);
    let command = window.query_all_by_label("Copy command").next().map(|node| node.click());
    assert!(command.is_some());
    window.step();
    window.step();
    let text = copied(&window);
    rest(&mut window);
    assert!(text.is_none_or(|t| t.starts_with("py-spy record")) && says(&window, "Command copied"));
}

#[test]
fn the_strip_says_what_bounds_the_program_and_leads_to_its_hints() {
    let mut window = start(&[SPEEDSCOPE]);
    let strip = buttons(&window, "What bounds it: ").first().cloned().expect("a strip");
    assert!(strip.contains('%') && strip.contains("Python"), "{strip}");
    click_button(&mut window, &strip);
    assert!(says(&window, "What bounds this program"));
}

#[test]
fn a_comparison_says_which_findings_went_away_and_what_that_gained() {
    let mut window = compare(SLOW, FAST);
    press(&mut window, Key::Num7);
    rest(&mut window);
    assert!(says(&window, "Went away ("));
    assert_eq!(buttons(&window, TITLE).len(), 1);
    let first = buttons(&window, TITLE)[0].clone();
    if !says(&window, "Promised") {
        click(&mut window, &first);
    }
    assert!(says(&window, "Promised") && says(&window, "Measured") && says(&window, "faster: active time"));
}

#[test]
fn after_a_fix_the_gain_stands_beside_the_promise() {
    let mut window = start(&[FAST, SLOW]);
    press(&mut window, Key::Num7);
    rest(&mut window);
    click_button(&mut window, "Compare after fix…");
    click_last(&mut window, "fast.prof");
    assert!(says(&window, "Went away (") && says(&window, "Promised") && says(&window, "faster: active time"));
}

fn picture(mut window: Window, name: &str) {
    leave(&mut window);
    compare_picture(window, "tests/snapshots", name);
}

#[test]
fn in_the_dark() {
    picture(hints_of(SLOW), "hints_dark");
}

#[test]
fn in_the_light() {
    let mut window = start_in(Theme::Light, &[SLOW]);
    press(&mut window, Key::Num7);
    rest(&mut window);
    picture(window, "hints_light");
}

#[test]
fn compared_in_the_dark() {
    let mut window = start(&[FAST, SLOW]);
    press(&mut window, Key::Num7);
    rest(&mut window);
    click_button(&mut window, "Compare after fix…");
    click_last(&mut window, "fast.prof");
    picture(window, "hints_compared_dark");
}

#[test]
fn a_finding_is_as_dense_beside_the_lists_of_a_wide_window_as_above_them() {
    let mut window = hints_of(SLOW);
    let gap = |window: &Window| {
        let rect = |name: &str| window.get_by_role_and_label(Role::Button, name).rect();
        rect("Compare after fix…").left() - rect("Show in source").right()
    };
    let above = gap(&window);
    window.set_size(Vec2::new(2560.0, 1440.0));
    rest(&mut window);
    let lists = window.get_by_label_contains("Checked, nothing found").rect();
    assert!(lists.top() < window.get_by_label("Compare after fix…").rect().top(), "they stand beside it");
    assert!((gap(&window) - above).abs() < 1.0, "{} for {above}", gap(&window));
}
