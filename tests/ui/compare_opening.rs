//! The ways to a comparison, and what becomes of files that cannot be read.

use crate::window::{
    FOLDED, Recording, Window, boxes, click, click_box, compare, drop_files, hover_files, press, press_with, says,
    selected, start, start_with, tabs,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use helioscope::app::Setup;
use std::time::{Duration, SystemTime};

const BEFORE: &str = "main;parse;read 60\nmain;render 40\n";
const AFTER: &str = "main;parse;read 20\nmain;render 40\n";

fn recording(name: &str, stacks: &str, age_s: u64) -> Recording {
    let recording = Recording::named(name, stacks);
    let file = std::fs::File::options().write(true).open(&recording).expect("the file");
    file.set_modified(SystemTime::now() - Duration::from_secs(age_s)).expect("a time");
    recording
}

fn pair() -> (Recording, Recording) {
    (recording("before.folded", BEFORE, 1_000), recording("after.folded", AFTER, 10))
}

/// The summary names the sides by what they cost: 100 samples before, 60 after.
fn is_faster(window: &Window) -> bool {
    says(window, "New is 40.0 % faster (100 → 60)")
}

#[test]
fn two_files_dropped_together_are_compared_and_the_older_is_the_base() {
    let (before, after) = pair();
    let mut window = start::<&str>(&[]);
    drop_files(&mut window, &[&after, &before]);
    assert_eq!(tabs(&window), ["before.folded → after.folded"]);
    assert!(is_faster(&window));
    click(&mut window, "Open each in a tab");
    assert_eq!(tabs(&window), ["before.folded → after.folded", "after.folded", "before.folded"]);
}

#[test]
fn with_shift_held_two_files_open_each_in_a_tab() {
    let (before, after) = pair();
    let mut window = start::<&str>(&[]);
    window.event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
    drop_files(&mut window, &[&before, &after]);
    assert_eq!(tabs(&window), ["before.folded", "after.folded"]);
}

#[test]
fn a_file_dropped_on_a_profile_is_compared_with_it_by_enter() {
    let (before, after) = pair();
    let mut window = start(&[&after]);
    drop_files(&mut window, &[&before]);
    assert!(says(&window, "Compare with after.folded"));
    press(&mut window, Key::Enter);
    assert_eq!(tabs(&window), ["after.folded", "before.folded → after.folded"]);
    assert!(is_faster(&window));
}

#[test]
fn a_file_dropped_on_a_profile_opens_if_that_is_chosen_and_not_if_nothing_is() {
    let (before, after) = pair();
    let mut window = start(&[&after]);
    drop_files(&mut window, &[&before]);
    press(&mut window, Key::Escape);
    assert_eq!(tabs(&window), ["after.folded"]);
    drop_files(&mut window, &[&before]);
    click(&mut window, "Open in a new tab");
    assert_eq!(tabs(&window), ["after.folded", "before.folded"]);
}

#[test]
fn sides_that_are_given_stay_whichever_is_older() {
    let (before, after) = pair();
    let window = compare(&after, &before);
    assert_eq!(tabs(&window), ["after.folded → before.folded"]);
    assert!(says(&window, "New is 66.7 % slower (60 → 100)"));
}

#[test]
fn compare_with_offers_what_is_open() {
    let (before, after) = pair();
    let mut window = start(&[&before, &after]);
    press(&mut window, Key::C);
    assert!(says(&window, "Compare after.folded with"));
    press(&mut window, Key::Enter);
    assert!(is_faster(&window));
}

#[test]
fn files_dropped_on_a_comparison_become_runs_of_a_side() {
    let (before, after) = pair();
    let more = recording("again.folded", "main;parse;read 24\nmain;render 36\n", 5);
    let mut window = compare(&before, &after);
    hover_files(&mut window, 1);
    assert!(says(&window, "Drop to add a run to the comparison, or to open"));
    drop_files(&mut window, &[&more]);
    click(&mut window, "Add to new as another run beside after.folded");
    assert_eq!(tabs(&window), ["before.folded → after.folded and 1 more"]);
    assert!(is_faster(&window), "the mean of 60 and 60");
}

#[test]
fn an_unreadable_side_is_named_and_the_open_profile_is_untouched() {
    let good = recording("good.folded", BEFORE, 10);
    let mut window = start(&[&good]);
    click_box(&mut window, "parse");
    drop_files(&mut window, &["tests/fixtures/malformed/pstats_trunc_50.prof"]);
    press(&mut window, Key::Enter);
    assert!(says(&window, "pstats_trunc_50.prof could not be opened"));
    assert!(window.query_by_label("Open good.folded by itself").is_some());
    click(&mut window, "Close tab");
    assert_eq!(tabs(&window), ["good.folded"]);
    assert_eq!(selected(&window), "parse");
}

#[test]
fn an_unreadable_run_leaves_the_comparison_as_it_is() {
    let (before, after) = pair();
    let mut window = compare(&before, &after);
    drop_files(&mut window, &["tests/fixtures/malformed/pstats_trunc_50.prof"]);
    click(&mut window, "Add to base as another run beside before.folded");
    assert!(says(&window, "Not reloaded: pstats_trunc_50.prof"));
    assert_eq!(tabs(&window), ["before.folded → after.folded"]);
    assert!(is_faster(&window));
}

#[test]
fn recordings_of_different_things_say_why_they_cannot_be_compared() {
    let (heap, time) = ("tests/fixtures/compare/shop/heap-base.pb.gz", "tests/fixtures/compare/orders/base-1.prof");
    let mut window = compare(heap, time);
    assert!(says(&window, "heap-base.pb.gz → base-1.prof could not be compared"));
    assert!(says(&window, "The two recordings measured different things"));
    click(&mut window, "Open base-1.prof by itself");
    assert_eq!(tabs(&window), ["heap-base.pb.gz → base-1.prof", "base-1.prof"]);
}

#[test]
fn a_file_that_is_not_there_is_named_with_its_side() {
    let (before, _after) = pair();
    let window = compare(before.as_ref(), std::path::Path::new("no/such/file.prof"));
    assert!(says(&window, "file.prof could not be opened"));
    assert!(says(&window, "It is the new side of the comparison"));
}

#[test]
fn after_a_reload_what_was_loaded_before_is_the_base() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    file.write(AFTER);
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    click(&mut window, "Compare with what was loaded before");
    assert_eq!(tabs(&window), ["run.folded", "run.folded (before) → run.folded"]);
    assert!(is_faster(&window));
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    assert!(is_faster(&window), "what the file held before cannot be read again, and is kept");
}

#[test]
fn a_watched_file_that_changes_is_told_and_compared() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    file.write(AFTER);
    // Looked at every two seconds; it must have been the same twice.
    for _ in 0..130 {
        window.step();
    }
    assert!(says(&window, "run.folded has changed"));
    click(&mut window, "Reload and compare");
    assert_eq!(tabs(&window), ["run.folded", "run.folded (before) → run.folded"]);
    assert!(is_faster(&window));
}

#[test]
fn files_are_not_watched_if_the_user_does_not_want_it() {
    let file = Recording::new(BEFORE);
    let mut window = start(&[&file]);
    click(&mut window, "Menu");
    click(&mut window, "Watch open files");
    file.write(AFTER);
    for _ in 0..130 {
        window.step();
    }
    assert!(!says(&window, "has changed"));
}

#[test]
fn several_runs_a_side_come_from_the_command_line() {
    let runs = [BEFORE, "main;parse;read 62\nmain;render 38\n", AFTER, "main;parse;read 22\nmain;render 38\n"];
    let files: Vec<Recording> = runs.iter().map(|stacks| Recording::new(stacks)).collect();
    let path = |i: usize| files[i].as_ref().to_owned();
    let compare = Some((vec![path(0), path(1)], vec![path(2), path(3)]));
    let window = start_with(egui::Theme::Dark, Setup { compare, ..Setup::default() });
    assert_eq!(tabs(&window), ["run.folded and 1 more → run.folded and 1 more"]);
    assert!(says(&window, "Values are means of runs: 2 on the base side, 2 on the new side."));
    assert!(!boxes(&window, "main").is_empty());
    assert!(!says(&window, FOLDED));
}
