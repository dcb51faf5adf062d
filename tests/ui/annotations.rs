//! Marking boxes and arcs before a picture is shared: by pointer, by keys alone, and what becomes of the marks.

use crate::picture::compare;
use crate::window::{
    FOLDED, PROF, Recording, Window, click, click_box, click_button, double_click_box, drop_files, leave, press,
    press_with, rest, right_click_box, says, start, start_in, write,
};
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;

const STACKS: &str = "main;parse;read 20\nmain;parse;log 30\nmain;log 40\nmain;write 10\n";

/// Marks the widest box of a function by its menu.
fn note(window: &mut Window, function: &str, text: &str) {
    right_click_box(window, function);
    window.get_by_label_contains("Add note…").click();
    rest(window);
    write(window, text);
    press(window, Key::Enter);
    rest(window);
}

fn has_note(window: &Window, function: &str, text: &str) -> bool {
    says(window, &format!("Note on {function}: {text}"))
}

#[test]
fn a_note_is_added_by_the_menu_of_a_box_and_changed_by_a_click() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    note(&mut window, "parse", "once a row");
    assert!(has_note(&window, "parse", "once a row"));
    click(&mut window, "Note on parse: once a row");
    write(&mut window, "!");
    press(&mut window, Key::Enter);
    assert!(has_note(&window, "parse", "once a row!"));
}

#[test]
fn escape_leaves_everything_as_it_was() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    right_click_box(&mut window, "parse");
    window.get_by_label_contains("Add note…").click();
    rest(&mut window);
    write(&mut window, "never mind");
    press(&mut window, Key::Escape);
    rest(&mut window);
    assert!(!says(&window, "never mind") && !says(&window, "Highlighted: parse"));
    note(&mut window, "parse", "kept");
    click(&mut window, "Note on parse: kept");
    write(&mut window, " not");
    press(&mut window, Key::Escape);
    rest(&mut window);
    assert!(has_note(&window, "parse", "kept") && !says(&window, "kept not"));
}

#[test]
fn keys_alone_mark_the_box_the_keyboard_is_at() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    for _ in 0..2 {
        press(&mut window, Key::ArrowDown);
    }
    press(&mut window, Key::L);
    assert!(says(&window, "Highlighted: parse"));
    press(&mut window, Key::T);
    rest(&mut window);
    write(&mut window, "by hand");
    press_with(&mut window, Modifiers::SHIFT, Key::Enter);
    write(&mut window, "of two lines");
    press(&mut window, Key::Enter);
    assert!(has_note(&window, "parse", "by hand\nof two lines"));
    press(&mut window, Key::L);
    assert!(!says(&window, "Note on parse"));
    assert!(says(&window, "Annotation removed"));
    click_button(&mut window, "Undo");
    assert!(has_note(&window, "parse", "by hand"));
}

#[test]
fn nothing_selected_is_nothing_to_mark() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    press(&mut window, Key::T);
    assert!(says(&window, "Select a box or an arc first"));
}

#[test]
fn a_mark_is_drawn_in_every_view_that_has_a_box_for_it_and_counted_elsewhere() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    note(&mut window, "read", "the disk");
    double_click_box(&mut window, "write");
    rest(&mut window);
    assert!(!has_note(&window, "read", "the disk"));
    assert!(says(&window, "1 annotation outside this view"));
    press(&mut window, Key::Home);
    rest(&mut window);
    assert!(has_note(&window, "read", "the disk") && !says(&window, "outside this view"));
    click(&mut window, "Inverted");
    assert!(says(&window, "the disk"), "the same stack from within");
    press(&mut window, Key::Num3);
    rest(&mut window);
    assert!(has_note(&window, "read", "the disk"), "the sunburst");
    press(&mut window, Key::Num2);
    click(&mut window, "Left heavy");
    click_box(&mut window, "read");
    press(&mut window, Key::Num4);
    rest(&mut window);
    assert!(says(&window, "the disk"), "the callers of the selected function");
}

#[test]
fn marks_outlive_a_reload_another_grouping_and_transforms() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    note(&mut window, "read", "the disk");
    recording.write("aaa;bbb 3\nmain;parse;read 90\nmain;log 1\n");
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    rest(&mut window);
    assert!(has_note(&window, "read", "the disk"));
    click_box(&mut window, "parse");
    press(&mut window, Key::H);
    rest(&mut window);
    assert!(has_note(&window, "read", "the disk"), "its caller is hidden, it is not");
    press(&mut window, Key::Home);
    crate::window::choose(&mut window, "by function", "by file");
    assert!(says(&window, "1 annotation outside this view"));
    crate::window::choose(&mut window, "by file", "by function");
    assert!(has_note(&window, "read", "the disk"));
}

#[test]
fn the_list_shows_changes_and_removes_them() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    note(&mut window, "read", "the disk");
    note(&mut window, "log", "the logger");
    right_click_box(&mut window, "write");
    window.get_by_label_contains("Highlight").click();
    rest(&mut window);
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    write(&mut window, "list annotations");
    press(&mut window, Key::Enter);
    rest(&mut window);
    for name in ["Remove read", "Edit note… log", "Add note… write", "Show read"] {
        assert!(window.query_by_label(name).is_some(), "{name}");
    }
    click(&mut window, "Remove read");
    assert!(window.query_by_label("Remove read").is_none());
    click(&mut window, "Remove all");
    assert!(says(&window, "Nothing is marked"));
    click(&mut window, "Close");
    assert!(!says(&window, "Note on"));
    click_button(&mut window, "Undo");
    assert!(has_note(&window, "log", "the logger") && says(&window, "Highlighted: write"));
}

#[test]
fn exported_pictures_have_the_marks_unless_they_are_left_out_or_taken_off() {
    let recording = Recording::new(STACKS);
    for (format, ending) in [("SVG", "flame.svg"), ("HTML", "flame.html"), ("Markdown", "helioscope.md")] {
        for (what, expected) in [("", true), ("Include annotations (1)", false), ("Remove read", false)] {
            let mut window = start(&[&recording]);
            note(&mut window, "read", "the disk is slow");
            let folder = tempfile::tempdir().expect("a folder");
            window.state_mut().save_into(folder.path().to_owned());
            press_with(&mut window, Modifiers::COMMAND, Key::S);
            rest(&mut window);
            click_button(&mut window, format);
            if !what.is_empty() {
                click(&mut window, what);
            }
            click_button(&mut window, "Save…");
            let written = std::fs::read_to_string(folder.path().join(format!("run.{ending}"))).expect("a file");
            assert_eq!(written.contains("the disk is slow"), expected, "{format} {what}");
            assert_eq!(has_note(&window, "read", "the disk"), what != "Remove read", "{format} {what}");
        }
    }
}

#[test]
fn a_review_keeps_the_marks() {
    let recording = Recording::new(STACKS);
    let mut window = start(&[&recording]);
    note(&mut window, "read", "the disk is slow");
    click_box(&mut window, "log");
    press(&mut window, Key::L);
    let folder = recording.as_ref().parent().expect("a folder").to_owned();
    window.state_mut().save_into(folder.clone());
    press_with(&mut window, Modifiers { shift: true, ..Modifiers::COMMAND }, Key::S);
    rest(&mut window);
    click(&mut window, "With the place of the profile alone…");
    let window = start(&[folder.join("run.helioscope")]);
    assert!(has_note(&window, "read", "the disk is slow") && says(&window, "Highlighted: log"));
}

#[test]
fn both_sides_of_a_comparison_are_marked_merged_and_side_by_side() {
    let base = Recording::named("base.folded", "main;parse 60\nmain;log 20\n");
    let new = Recording::named("new.folded", "main;parse 30\nmain;log 20\n");
    let mut window = crate::window::compare(&base, &new);
    press(&mut window, Key::Num2);
    rest(&mut window);
    note(&mut window, "parse", "cached now");
    assert!(has_note(&window, "parse", "cached now"));
    press(&mut window, Key::V);
    rest(&mut window);
    assert!(has_note(&window, "parse", "cached now"));
}

fn annotated(theme: Theme) -> Window {
    let mut window = start_in(theme, &[PROF]);
    note(&mut window, "write_day", "Writes one small file a day and formats each date anew: collect days, write once.");
    note(&mut window, "parse_line", "json.loads a line");
    click_box(&mut window, "repeat_customers");
    press(&mut window, Key::L);
    leave(&mut window);
    window
}

#[test]
fn a_flame_graph_with_notes_in_the_dark() {
    compare(annotated(Theme::Dark), "tests/snapshots", "annotations_flame_dark");
}

#[test]
fn a_flame_graph_with_notes_in_the_light() {
    compare(annotated(Theme::Light), "tests/snapshots", "annotations_flame_light");
}

#[test]
fn a_sunburst_with_a_note_being_written() {
    let mut window = start_in(Theme::Light, &[FOLDED]);
    press(&mut window, Key::Num3);
    rest(&mut window);
    note(&mut window, "main", "Everything the shop does");
    right_click_box(&mut window, "parse");
    window.get_by_label_contains("Add note…").click();
    rest(&mut window);
    write(&mut window, "HTML for a day");
    leave(&mut window);
    compare(window, "tests/snapshots", "annotations_sunburst_light");
}

#[test]
fn a_file_dropped_while_a_note_is_written_leaves_the_note() {
    let (recording, other) = (Recording::new(STACKS), Recording::named("other.folded", "main 1\n"));
    let mut window = start(&[&recording]);
    note(&mut window, "parse", "kept");
    click(&mut window, "Note on parse: kept");
    assert!(!has_note(&window, "parse", "kept"), "it is in the field");
    drop_files(&mut window, &[&other]);
    click(&mut window, "Cancel");
    assert!(has_note(&window, "parse", "kept"));
}
