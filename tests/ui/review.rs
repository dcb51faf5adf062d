//! Reviews: what is saved opens as it was looked at, and what is wrong with its profiles is said.

use crate::window::{
    Recording, Window, click, click_box, compare, double_click_box, drop_files, is_zoomed_to, press, press_with, rest,
    says, selected, start, tabs,
};
use egui::{Key, Modifiers};
use std::path::{Path, PathBuf};

const STACKS: &str = "main;parse;read 2\nmain;parse;log 3\nmain;log 4\nmain;write 1\n";

/// Saves the tab on screen as a review into the folder of its profile.
fn save(window: &mut Window, folder: &Path, answer: &str, name: &str) -> PathBuf {
    window.state_mut().save_into(folder.to_owned());
    press_with(window, Modifiers { shift: true, ..Modifiers::COMMAND }, Key::S);
    rest(window);
    click(window, answer);
    let path = folder.join(name);
    assert!(path.is_file(), "{} was not saved", path.display());
    path
}

fn folder_of(recording: &Recording) -> &Path {
    recording.as_ref().parent().expect("a folder")
}

const PLACES: &str = "With the place of the profile alone…";

/// The beginning of the answer that embeds the profile; its size follows.
fn embed(size: &str) -> String {
    format!("With the profile inside ({size}), to give away…")
}

#[test]
fn a_review_opens_as_it_was_saved() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    double_click_box(&mut window, "parse");
    click_box(&mut window, "read");
    assert!(is_zoomed_to(&window, "parse"));
    let review = save(&mut window, folder_of(&recording), PLACES, "run.helioscope");
    assert!(says(&window, "Saved run.helioscope"));
    let window = start(&[review]);
    assert_eq!(tabs(&window), ["run.folded"]);
    assert!(is_zoomed_to(&window, "parse"));
    assert_eq!(selected(&window), "read");
}

#[test]
fn transforms_and_the_view_are_kept() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    click_box(&mut window, "parse");
    press(&mut window, Key::H);
    press(&mut window, Key::Num1);
    let review = save(&mut window, folder_of(&recording), PLACES, "run.helioscope");
    let window = start(&[review]);
    assert!(says(&window, "hide parse") || says(&window, "Hide parse"), "the transform is gone");
    assert!(!says(&window, "Flame graph"), "the table was on screen");
}

#[test]
fn an_embedded_profile_needs_no_file() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    click_box(&mut window, "log");
    let size = format!("{} B", STACKS.len());
    let review = save(&mut window, folder_of(&recording), &embed(&size), "run.helioscope");
    let text = std::fs::read_to_string(&review).expect("text");
    assert!(!text.contains(&*folder_of(&recording).to_string_lossy()), "it names the folder: {text}");
    std::fs::remove_file(recording.as_ref()).expect("removed");
    let window = start(&[review]);
    assert_eq!(tabs(&window), ["run.folded"]);
    assert_eq!(selected(&window), "log");
}

#[test]
fn a_changed_profile_is_noticed_and_can_be_opened_anyway() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    click_box(&mut window, "parse");
    let review = save(&mut window, folder_of(&recording), PLACES, "run.helioscope");
    recording.write("main;parse 5\n");
    let mut window = start(&[review]);
    assert!(says(&window, "run.folded has changed since this review was saved"));
    assert!(tabs(&window).is_empty());
    click(&mut window, "Open anyway");
    assert_eq!(tabs(&window), ["run.folded"]);
    assert_eq!(selected(&window), "parse");
}

#[test]
fn a_missing_profile_is_named_with_its_place() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    let review = save(&mut window, folder_of(&recording), PLACES, "run.helioscope");
    std::fs::remove_file(recording.as_ref()).expect("removed");
    let window = start(&[review]);
    assert!(says(&window, "run.folded is not where it was"));
    assert!(says(&window, "Locate…"));
}

#[test]
fn a_comparison_is_kept_with_its_sides() {
    let base = Recording::named("base.folded", "main;parse 6\nmain;log 2\n");
    let new = Recording::named("new.folded", "main;parse 3\nmain;log 2\n");
    let mut window = compare(&base, &new);
    let all = "With the place of the profiles alone…";
    let review = save(&mut window, folder_of(&new), all, "new.helioscope");
    let window = start(&[review]);
    assert_eq!(tabs(&window), ["base.folded → new.folded"]);
}

#[test]
fn a_review_that_was_dropped_is_opened() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    click_box(&mut window, "log");
    let review = save(&mut window, folder_of(&recording), PLACES, "run.helioscope");
    let other = Recording::named("other.folded", "main;other 1\n");
    let mut window = start(&[&other]);
    drop_files(&mut window, &[review]);
    rest(&mut window);
    assert_eq!(tabs(&window), ["other.folded", "run.folded"]);
    assert_eq!(selected(&window), "log");
}

#[test]
fn what_is_no_review_is_said_in_its_tab() {
    for (content, why) in [
        ("main;parse 2\n", "no review saved by Helioscope"),
        (r#"{"helioscope_session": 7}"#, "a newer Helioscope"),
        (r#"{"helioscope_session": 1, "profile": {"path": "a", "sha256": "", "content": "AAAA"}}"#, "damaged"),
        (r#"{"helioscope_session": 1, "comparison": {"base": [], "new": []}}"#, "no profile"),
    ] {
        let review = Recording::named("bad.helioscope", content);
        let window = start(&[&review]);
        assert!(says(&window, why), "{content}");
    }
}

#[test]
fn a_review_that_could_not_be_opened_is_tried_again_beside_other_tabs() {
    let (broken, other) = (Recording::named("run.helioscope", "{"), Recording::new(STACKS));
    let mut window = start(&[broken.as_ref(), other.as_ref()]);
    assert_eq!(tabs(&window).len(), 2);
    broken.write("{}");
    // Looked at every two seconds; it must have been the same twice.
    for _ in 0..130 {
        window.step();
    }
    assert!(says(&window, "run.helioscope has changed"));
    click(&mut window, "Reload");
    assert_eq!(tabs(&window), ["run.folded", "run.helioscope"]);
}

#[test]
fn a_review_that_could_not_be_saved_is_no_recent_file() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    window.state_mut().save_into(folder_of(&recording).join("gone"));
    press_with(&mut window, Modifiers { shift: true, ..Modifiers::COMMAND }, Key::S);
    click(&mut window, PLACES);
    assert!(says(&window, "The review was not saved"));
    click(&mut window, "Start");
    assert!(says(&window, "run.folded") && !says(&window, "run.helioscope"));
}
