//! Sharing what is on screen: the dialog with its preview, files, and the clipboard.

use crate::window::{
    FOLDED, PROF, Recording, Window, click, click_button, compare, copied, press, press_with, rest, right_click_box,
    says, start,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use std::path::{Path, PathBuf};

const CTRL: Modifiers = Modifiers::COMMAND;

fn ctrl_shift() -> Modifiers {
    Modifiers { shift: true, ..Modifiers::COMMAND }
}

/// Opens the dialog, to save into a folder.
fn export_from(window: &mut Window) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    window.state_mut().save_into(folder.path().to_owned());
    press_with(window, CTRL, Key::S);
    rest(window);
    folder
}

/// Chooses a format, saves, and gives what was written.
fn save_as(window: &mut Window, format: &str, folder: &Path, name: &str) -> Vec<u8> {
    click_button(window, format);
    click_button(window, "Save…");
    let path: PathBuf = folder.join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The size of the picture last put on the clipboard in this frame.
fn copied_picture(window: &Window) -> Option<[usize; 2]> {
    window.output().platform_output.commands.iter().rev().find_map(|command| match command {
        egui::OutputCommand::CopyImage(image) => Some(image.size),
        _ => None,
    })
}

/// Presses keys and runs frames until something is on the clipboard, which holds for one frame only.
fn picture_after(window: &mut Window, modifiers: Modifiers, key: Key) -> Option<[usize; 2]> {
    // One event, because a step runs a frame for each, and gives what the last one put there.
    window.event(egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
    (0..10).find_map(|_| {
        window.step();
        copied_picture(window)
    })
}

#[test]
fn what_is_saved_in_each_format_is_of_that_format() {
    for (format, name, beginning) in [
        ("PNG", "shop.flame.png", &b"\x89PNG\r\n"[..]),
        ("SVG", "shop.flame.svg", b"<svg"),
        ("HTML", "shop.flame.html", b"<!DOCTYPE html>"),
        ("Markdown", "shop.helioscope.md", b"**`shop.folded`**"),
        ("CSV", "shop.helioscope.csv", b"function,file,line"),
        ("JSON", "shop.helioscope.json", b"{\"metric\""),
        ("Folded", "shop.helioscope.folded", b""),
        ("speedscope", "shop.helioscope.speedscope.json", b"{"),
        ("pprof", "shop.helioscope.pb.gz", b"\x1f\x8b"),
    ] {
        let mut window = start(&[FOLDED]);
        let folder = export_from(&mut window);
        let written = save_as(&mut window, format, folder.path(), name);
        assert!(!written.is_empty() && written.starts_with(beginning), "{format}");
        assert!(says(&window, &format!("Saved {name}")), "{format}");
        assert!(!says(&window, "Export shop.folded"), "{format}: the dialog is still open");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "{format}: more than the file");
    }
}

#[test]
fn folded_stacks_saved_from_the_window_open_as_the_same_stacks() {
    let recording = Recording::new("main;parse;read 2\nmain;log 3\n");
    let mut window = start(&[&recording]);
    let folder = export_from(&mut window);
    let written = save_as(&mut window, "Folded", folder.path(), "run.helioscope.folded");
    let mut lines: Vec<&str> = std::str::from_utf8(&written).expect("text").lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["main;log 3", "main;parse;read 2"]);
}

#[test]
fn the_preview_shows_what_is_chosen() {
    let mut window = start(&[FOLDED]);
    export_from(&mut window);
    assert!(says(&window, "Preview, a picture of"));
    click_button(&mut window, "CSV");
    rest(&mut window);
    assert!(says(&window, "Preview: function,file,line,self,total"));
    click_button(&mut window, "pprof");
    rest(&mut window);
    assert!(says(&window, "Preview: A compressed protocol buffer"));
}

#[test]
fn names_of_people_are_removed_unless_that_is_switched_off() {
    let recording = Recording::new("main (/home/jane/shop/run.py:1);work (/home/jane/shop/orders.py:9) 3\n");
    let scrub = "Remove names of people and machines";
    for (switch, jane) in [(false, false), (true, true)] {
        let mut window = start(&[&recording]);
        let folder = export_from(&mut window);
        if switch {
            click(&mut window, scrub);
        }
        let written = save_as(&mut window, "JSON", folder.path(), "run.helioscope.json");
        let text = String::from_utf8(written).expect("text");
        assert_eq!(text.contains("jane"), jane, "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_said_and_leaves_nothing() {
    let mut window = start(&[FOLDED]);
    let folder = tempfile::tempdir().expect("a folder");
    window.state_mut().save_into(folder.path().join("missing"));
    press_with(&mut window, CTRL, Key::S);
    click_button(&mut window, "Save…");
    assert!(says(&window, "was not written"));
    assert!(says(&window, "Export shop.folded"), "the dialog stays, to choose another place");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn a_picture_is_copied_at_twice_its_size() {
    let mut window = start(&[PROF]);
    let [width, _] = picture_after(&mut window, ctrl_shift(), Key::C).expect("a picture on the clipboard");
    assert_eq!(width, 3200);
    rest(&mut window);
    assert!(says(&window, "Picture copied"));
    press(&mut window, Key::Num3);
    let [width, height] = picture_after(&mut window, ctrl_shift(), Key::C).expect("a sunburst on the clipboard");
    assert!(width == 3200 && height > 1000, "{width}×{height}");
}

#[test]
fn a_review_is_copied_as_markdown() {
    let mut window = start(&[PROF]);
    window.key_press_modifiers(CTRL, Key::K);
    window.run();
    crate::window::write(&mut window, "copy for review");
    window.key_press(Key::Enter);
    let text = (0..10).find_map(|_| {
        window.step();
        copied(&window)
    });
    let text = text.expect("a text on the clipboard");
    assert!(text.starts_with("**`shop.prof`**: "), "{text}");
    assert!(text.contains("| Function |"), "{text}");
}

#[test]
fn a_comparison_is_exported_as_one_or_by_its_sides() {
    let base = Recording::named("base.folded", "main;parse 6\nmain;log 2\n");
    let new = Recording::named("new.folded", "main;parse 3\nmain;log 2\n");
    let mut window = compare(&base, &new);
    let folder = export_from(&mut window);
    click_button(&mut window, "Folded");
    assert!(says(&window, "Choose base or new alone"));
    let written = save_as(&mut window, "CSV", folder.path(), "base-to-new.helioscope.csv");
    let text = String::from_utf8(written).expect("text");
    assert!(text.starts_with("function,file,line,status,base_self"), "{text}");
    assert!(!text.contains('/'), "files are named without their folders: {text}");
    press_with(&mut window, CTRL, Key::S);
    crate::window::choose(&mut window, "Both as one", "Base alone");
    let written = save_as(&mut window, "Folded", folder.path(), "base.helioscope.folded");
    assert!(String::from_utf8(written).expect("text").contains("main;parse 6"));
}

#[test]
fn what_stands_side_by_side_is_exported_and_copied_so() {
    let base = Recording::named("base.folded", "main;parse 6\nmain;log 2\n");
    let new = Recording::named("new.folded", "main;parse 3\nmain;log 2\n");
    let mut window = compare(&base, &new);
    press(&mut window, Key::Num2);
    press(&mut window, Key::V);
    rest(&mut window);
    let [width, _] = picture_after(&mut window, ctrl_shift(), Key::C).expect("a picture on the clipboard");
    assert_eq!(width, 3200);
    let folder = export_from(&mut window);
    let written = save_as(&mut window, "SVG", folder.path(), "base-to-new.flame.svg");
    let svg = String::from_utf8(written).expect("text");
    assert_eq!(svg.matches("<svg").count(), 3, "one, and two in it");
    assert!(svg.contains("base: base.folded") && svg.contains("new: new.folded"));
    export_from(&mut window);
    click_button(&mut window, "HTML");
    assert!(says(&window, "Side by side they stand in a picture"));
}

#[test]
fn the_calls_that_lead_to_a_box_are_copied() {
    let recording = Recording::new("main;parse;read 2\n");
    let mut window = start(&[&recording]);
    right_click_box(&mut window, "read");
    window.get_by_label("Copy stack").click();
    let text = (0..10).find_map(|_| {
        window.step();
        copied(&window)
    });
    assert_eq!(text.as_deref(), Some("main\nparse\nread"));
}
