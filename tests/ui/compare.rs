//! What can be done in a comparison: swap, arrange, normalise, zoom, select and search on both sides at once.

use crate::window::{
    Recording, Window, box_of, boxes, choose, click, click_box, compare, copied, double_click_box, press, press_with,
    says, selected, write,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

const BEFORE: &str = "main;parse;read 60\nmain;parse;old 10\nmain;render 30\n";
const AFTER: &str = "main;parse;read 15\nmain;render 30\nmain;fresh 5\n";

fn open() -> (Recording, Recording, Window) {
    let (before, after) = (Recording::named("before.folded", BEFORE), Recording::named("after.folded", AFTER));
    let window = compare(&before, &after);
    (before, after, window)
}

/// Widths of the boxes of a function, in the order of the panes.
fn widths(window: &Window, function: &str) -> Vec<f32> {
    let mut found: Vec<(f32, f32)> =
        boxes(window, function).iter().map(|b| (b.rect().top(), b.rect().width())).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, width)| width.round()).collect()
}

#[test]
fn the_bar_names_both_sides_and_sums_the_comparison_up() {
    let (_before, _after, mut window) = open();
    for text in ["Base", "before.folded", "New", "after.folded", "New is 50.0 % faster (100 → 50); most from `read`"]
    {
        assert!(says(&window, text), "{text}");
    }
    click(&mut window, "Copy summary");
    // The text is on the clipboard for one frame only; the notice says so for longer.
    assert!(
        copied(&window).is_some_and(|text| text.starts_with("New is 50.0 % faster")) || says(&window, "Summary copied")
    );
}

#[test]
fn swapping_makes_new_base_and_keeps_what_is_looked_at() {
    let (_before, _after, mut window) = open();
    double_click_box(&mut window, "parse");
    click_box(&mut window, "read");
    press(&mut window, Key::X);
    assert!(says(&window, "New is 100 % slower (50 → 100)"));
    assert_eq!(selected(&window), "read");
    assert!(boxes(&window, "render").is_empty(), "still zoomed to parse");
    press(&mut window, Key::X);
    assert!(says(&window, "New is 50.0 % faster (100 → 50)"));
    assert_eq!(selected(&window), "read");
}

#[test]
fn side_by_side_both_stand_on_one_scale_or_each_fills_the_width() {
    let (_before, _after, mut window) = open();
    press(&mut window, Key::V);
    let [base, new] = widths(&window, "main")[..] else { panic!("main is drawn twice") };
    assert!((new * 2.0 - base).abs() <= 2.0, "100 and 50 samples: {base} and {new}");
    click(&mut window, "Equal scale");
    let [base, new] = widths(&window, "main")[..] else { panic!("main is drawn twice") };
    assert!((new - base).abs() <= 1.0, "{base} and {new}");
}

#[test]
fn side_by_side_zooming_one_zooms_the_other_as_far_as_it_goes() {
    let (_before, _after, mut window) = open();
    press(&mut window, Key::V);
    click(&mut window, "Equal scale");
    let whole = widths(&window, "main")[0];
    double_click_box(&mut window, "old");
    assert_eq!(widths(&window, "old"), [whole], "only base has it");
    let parse = widths(&window, "parse");
    assert!(
        parse.iter().all(|w| *w >= whole - 1.0) && parse.len() == 2,
        "new shows the path as far as it has it: {parse:?}"
    );
    press_with(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(widths(&window, "fresh").len(), 1, "back to everything, on both sides");
}

#[test]
fn side_by_side_selection_and_search_hold_on_both_sides() {
    let (_before, _after, mut window) = open();
    press(&mut window, Key::V);
    click_box(&mut window, "read");
    assert_eq!(selected(&window), "read");
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    write(&mut window, "old");
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "old", "what only base has is found, too");
}

#[test]
fn the_arrangement_keeps_zoom_and_back_leads_to_the_one_before() {
    let (_before, _after, mut window) = open();
    double_click_box(&mut window, "parse");
    assert!(boxes(&window, "render").is_empty());
    click(&mut window, "Side by side");
    assert!(boxes(&window, "render").is_empty());
    assert_eq!(boxes(&window, "parse").len(), 2);
    press_with(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(boxes(&window, "parse").len(), 1);
}

#[test]
fn every_view_shows_both_sides_and_both_as_one() {
    let (_before, _after, mut window) = open();
    click_box(&mut window, "parse");
    for key in [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5] {
        press(&mut window, key);
        press(&mut window, Key::V);
        assert!(says(&window, "after.folded"), "{key:?}");
        press(&mut window, Key::V);
    }
}

#[test]
fn equal_totals_are_a_choice_that_is_written_down() {
    let (_before, _after, mut window) = open();
    choose(&mut window, "as recorded", "equal totals");
    assert!(says(&window, "Scaled to equal totals (100 → 50 as recorded)"));
    press(&mut window, Key::B);
    assert!(says(&window, "New is 50.0 % faster"), "calls are not recorded: there is nothing per call");
}

#[test]
fn boxes_are_as_wide_as_the_side_that_is_chosen() {
    let (_before, _after, mut window) = open();
    assert!(!boxes(&window, "old").is_empty() && !boxes(&window, "fresh").is_empty());
    choose(&mut window, "width: larger side", "width: new");
    assert!(boxes(&window, "old").is_empty(), "what is gone has no width");
    assert!(box_of(&window, "fresh").rect().width() > 40.0);
}

#[test]
fn the_next_largest_difference_is_selected() {
    let (_before, _after, mut window) = open();
    press(&mut window, Key::Period);
    assert_eq!(selected(&window), "parse", "by total: 70 → 15");
    press(&mut window, Key::Period);
    assert_eq!(selected(&window), "main", "100 → 50");
    press(&mut window, Key::Comma);
    assert_eq!(selected(&window), "parse");
}

#[test]
fn reloading_reads_both_sides_again_and_keeps_view_and_selection() {
    let (before, after, mut window) = open();
    click_box(&mut window, "read");
    press(&mut window, Key::Num1);
    before.write("main;parse;read 80\n");
    after.write("main;parse;read 40\n");
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    assert!(says(&window, "New is 50.0 % faster (80 → 40)"));
    assert_eq!(selected(&window), "read");
}

#[test]
fn what_differs_in_the_recording_is_said_and_cannot_be_closed() {
    let sampled = "assets/samples/shop.speedscope.json";
    let mut window = compare("assets/samples/shop.prof", sampled);
    assert!(says(&window, "The profilers differ"));
    assert!(says(&window, "Only shares of the whole are compared"));
    click(&mut window, "Show less");
    assert!(says(&window, "The profilers differ"), "one line stays");
    assert!(!says(&window, "Only shares of the whole are compared"));
    assert!(says(&window, "equal totals"), "shares are compared at equal totals");
}

#[test]
fn commands_for_comparisons_say_so_elsewhere() {
    let file = Recording::new(BEFORE);
    let mut window = crate::window::start(&[&file]);
    press(&mut window, Key::X);
    assert!(says(&window, "This is for comparisons"));
    assert!(window.query_by_label("Swap").is_none());
}
