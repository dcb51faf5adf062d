//! What `README.md` and `docs/` repeat of what the program knows. `UPDATE_README=1 cargo test --test readme` writes the
//! README's tables again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use egui::ModifierNames;
use helioscope::analyze::GroupBy;
use helioscope::analyze::diff::Normalize;
use helioscope::import::FORMATS;
use helioscope::ui::Command;
use helioscope::ui::views::ViewKind;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Mutex;

/// Both tests may write the file.
static README: Mutex<()> = Mutex::new(());

#[test]
fn the_formats_are_those_of_the_import_table() {
    let mut table = String::from("| format | what is read | record one with |\n|---|---|---|\n");
    for format in FORMATS {
        let recipe = format.recipes.first().map_or(String::new(), |recipe| format!("`{}`", recipe.command));
        writeln!(table, "| {} | {} | {recipe} |", format.name, format.about).unwrap();
    }
    hold("formats", &table);
}

#[test]
fn the_keys_are_those_of_the_commands() {
    let mut table = String::from("| keys | what they do |\n|---|---|\n");
    for command in Command::all() {
        if let Some(shortcut) = command.shortcut() {
            let keys = shortcut.format(&ModifierNames::NAMES, false).replace("Questionmark", "?");
            writeln!(table, "| {keys} | {} |", command.label()).unwrap();
        }
    }
    hold("keys", &table);
}

#[test]
fn the_format_of_reviews_names_every_value_a_view_can_have() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/session-format.md");
    let text = std::fs::read_to_string(path).unwrap();
    let row = |field: &str| text.lines().find(|line| line.starts_with(&format!("| `{field}` |"))).unwrap();
    for view in ViewKind::ALL {
        assert!(row("view").contains(&format!("`{view:?}`")), "{view:?}");
    }
    for by in GroupBy::ALL {
        assert!(row("by").contains(&format!("`{by:?}`")), "{by:?}");
    }
    for normalize in Normalize::ALL {
        assert!(row("normalize").contains(&format!("`{normalize:?}`")), "{normalize:?}");
    }
}

/// Compares the part of the README that bears a name with what it should be.
fn hold(name: &str, wanted: &str) {
    let _one_at_a_time = README.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let opening = text.find(&format!("<!-- {name}:")).unwrap();
    let from = opening + text[opening..].find('\n').unwrap() + 1;
    let to = from + text[from..].find(&format!("<!-- /{name} -->")).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{}{wanted}{}", &text[..from], &text[to..])).unwrap();
    } else {
        assert!(text[from..to] == *wanted, "README.md is behind: UPDATE_README=1 cargo test --test readme\n{wanted}");
    }
}
