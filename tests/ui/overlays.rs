use crate::window::{SIZE, Window, press, press_with, says, start, write};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use helioscope::import::{Job, open};
use helioscope::ui::Command;
use std::path::Path;

const WARNED: &str = "tests/fixtures/cprofile/threads-3.12.pstats";

/// Whether everything of a dialog is inside the window.
fn fits(window: &Window) -> bool {
    let inside = |node: egui_kittest::Node<'_>| {
        let text = node.accesskit_node().value().or_else(|| node.accesskit_node().label()).unwrap_or_default();
        let bounds = node.accesskit_node().bounding_box();
        bounds.is_none_or(|b| text.is_empty() || (b.x0 >= 0.0 && b.x1 <= f64::from(SIZE.x)))
    };
    window.root().children_recursive().all(inside)
}

#[test]
fn the_palette_finds_a_command_by_letters_of_its_name_and_runs_it() {
    let mut window = start(&[WARNED]);
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    write(&mut window, "sunb");
    press(&mut window, Key::Enter);
    assert!(window.query_by_label("Depth").is_some(), "the sunburst");
    assert!(window.query_by_label("Command").is_none(), "and no palette");
}

#[test]
fn the_palette_goes_down_its_list_and_away_again() {
    let mut window = start(&[WARNED]);
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    write(&mut window, "match");
    press(&mut window, Key::ArrowDown);
    window.get_by_label_contains("Next match");
    write(&mut window, "xyz");
    assert!(says(&window, "No command is called that."));
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Command").is_none());
}

#[test]
fn the_palette_stays_where_and_as_tall_as_it_is_whatever_is_found() {
    let mut window = start(&[WARNED]);
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    let field = |window: &Window| window.get_by_label("Command").rect();
    let at = field(&window);
    for text in ["reload", "xyz"] {
        write(&mut window, text);
        assert_eq!(field(&window), at, "{text}");
    }
    press(&mut window, Key::Escape);
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    assert_eq!(field(&window), at);
}

#[test]
fn the_sheet_has_every_command_with_keys() {
    let mut window = start(&[WARNED]);
    press(&mut window, Key::Questionmark);
    assert!(says(&window, "In flame graphs"));
    for command in Command::all().into_iter().filter(|c| c.shortcut().is_some()) {
        assert!(says(&window, command.label()), "{}", command.label());
    }
    assert!(!says(&window, "Questionmark"));
    assert!(fits(&window));
    press(&mut window, Key::Escape);
    assert!(!says(&window, "In flame graphs"));
}

#[test]
fn keys_do_nothing_behind_a_dialog() {
    let mut window = start(&[WARNED]);
    press(&mut window, Key::Questionmark);
    press(&mut window, Key::Num1);
    press(&mut window, Key::Escape);
    window.get_by_label("Flame graph");
}

#[test]
fn every_warning_can_be_read() {
    let files = [
        WARNED,
        "tests/fixtures/malformed/ss_ev_unclosed.speedscope.json",
        "tests/fixtures/malformed/col_neg.txt",
        "tests/fixtures/svg/hidden.svg",
        "assets/samples/shop.folded",
    ];
    for file in files {
        let profile = open(Path::new(file), &Job::new()).expect(file);
        assert!(!profile.warnings().is_empty(), "{file}");
        let mut window = start(&[file]);
        let count = profile.warnings().len();
        let button = if count == 1 { "▲ 1 warning".to_owned() } else { format!("▲ {count} warnings") };
        window.get_by_label(&button).click();
        window.run();
        for warning in profile.warnings() {
            assert!(says(&window, &warning.to_string()), "{file}: {warning}");
        }
        assert!(fits(&window), "{file}");
        window.get_by_label("Close").click();
        window.run();
        assert!(window.query_by_label("Before you believe this profile").is_none());
    }
}
