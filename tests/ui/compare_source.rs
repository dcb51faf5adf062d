//! The sources of both sides: each with the file, the lines and the costs that side recorded.

use crate::window::{Recording, Window, click, click_box, compare, press, says};
use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};

const BEFORE: &str = "\
import csv

def parse(rows):
    return [slow(row) for row in rows]

def slow(row):
    return sorted(row)[0]
";
/// `parse` has moved by four lines, and `slow` is gone.
const AFTER: &str = "\
import csv

# A remark.
# Another.
# And a third one.

def parse(rows):
    return [min(row) for row in rows]
";

/// Two versions of a file in folders of their own, and what was recorded of them.
fn open() -> (tempfile::TempDir, Recording, Recording, Window) {
    let folder = tempfile::tempdir().expect("a folder");
    let version = |name: &str, text: &str| {
        let path = folder.path().join(name).join("app.py");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let (before, after) = (version("before", BEFORE), version("after", AFTER));
    let base = format!("parse ({before}:4);slow ({before}:7) 60\nparse ({before}:4) 40\n");
    let new = format!("parse ({after}:8) 50\n");
    let (base, new) = (Recording::named("before.folded", base), Recording::named("after.folded", new));
    let mut window = compare(&base, &new);
    press(&mut window, Key::Num5);
    (folder, base, new, window)
}

/// Whether a line with this number and text is shown.
fn shows(window: &Window, number: u32, text: &str) -> bool {
    window.query_all_by_label_contains(text).any(|line| {
        let label = line.accesskit_node().label().unwrap_or_default();
        label.contains(&format!("{number}"))
    })
}

#[test]
fn as_one_the_source_of_new_is_shown_and_says_so() {
    let (_folder, _base, _new, window) = open();
    assert!(shows(&window, 8, "min(row)"), "the text of new");
    assert!(!says(&window, "slow(row)"), "not that of base");
    window.get_by_label("Show base, too");
}

#[test]
fn the_place_on_a_side_leads_to_the_source_of_that_side() {
    let (folder, _base, _new, mut window) = open();
    let place = |side: &str| folder.path().join(side).join("app.py").display().to_string();
    press(&mut window, Key::Num2);
    click_box(&mut window, "parse");
    click(&mut window, &place("after"));
    assert!(shows(&window, 8, "min(row)") && !says(&window, "slow(row)"), "as one, the source is that of new");
    click(&mut window, &place("before"));
    assert!(shows(&window, 4, "slow(row) for row"), "so that of base stands beside it");
}

#[test]
fn side_by_side_each_side_shows_the_file_it_ran() {
    let (_folder, _base, _new, mut window) = open();
    press(&mut window, Key::V);
    assert!(shows(&window, 4, "slow(row) for row"), "base, on the line it was recorded at");
    assert!(
        says(&window, "4: return [slow(row) for row in rows] [Self (samples) 40, Total (samples) 100, Self % 40.0 %]"),
        "with its costs"
    );
    assert!(shows(&window, 8, "min(row) for row"), "new, where it has moved to");
    assert!(
        says(&window, "8: return [min(row) for row in rows] [Self (samples) 50, Total (samples) 50, Self % 100 %]"),
        "with its costs"
    );
    assert!(!says(&window, "another version than the one that ran"), "each is where its profile says");
}
