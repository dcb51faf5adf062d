//! The one-way street of `ARCHITECTURE.md`, held: no module uses one that stands to its right.
//!
//! It reads the sources' paths (`crate::model::…`, groups and `super::` included), not what the compiler makes of them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// A layer and the layers it may use beside itself. Each may use only what stands above it in this table.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("import", &["model"]),
    ("source", &["model"]),
    ("analyze", &["model"]),
    ("hints", &["model", "source", "analyze"]),
    ("layout", &["model", "analyze"]),
    ("export", &["model", "import", "source", "analyze", "hints", "layout"]),
    ("cli", &["model", "import", "source", "analyze", "hints", "layout", "export"]),
    ("ui", &["model", "import", "source", "analyze", "hints", "layout", "export"]),
    ("app", &["model", "import", "source", "analyze", "hints", "layout", "export", "ui"]),
    ("main", &["cli", "app"]),
];

/// The layers that draw, and so may use the toolkit.
const DRAWING: [&str; 2] = ["ui", "app"];

/// An arrow that runs the wrong way.
#[derive(PartialEq, Debug)]
struct Violation {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

#[test]
fn no_module_uses_one_to_its_right() {
    let sources = sources();
    let violations: Vec<String> =
        sources.iter().flat_map(|(file, text)| check(file, text)).map(|v| v.to_string()).collect();
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn the_sources_are_seen_at_all() {
    let arrows: BTreeSet<(String, String)> = sources()
        .iter()
        .flat_map(|(file, text)| {
            let module = module_path(file);
            references(&module, &tokens(text)).into_iter().map(move |(to, _)| (module[0].clone(), to))
        })
        .collect();
    assert!(arrows.contains(&("import".into(), "model".into())), "{arrows:?}");
    assert!(arrows.contains(&("analyze".into(), "model".into())), "{arrows:?}");
}

#[test]
fn the_table_is_a_one_way_street() {
    for (i, (layer, allowed)) in LAYERS.iter().enumerate() {
        for used in *allowed {
            assert!(LAYERS[..i].iter().any(|(name, _)| name == used), "{layer} → {used}");
        }
    }
}

/// Every file under `src` but `lib.rs`, which only names the layers, as its path from there with its text.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path_in_src(&path), text));
            }
        }
    }
    found.retain(|(file, _)| file != "lib.rs");
    found
}

fn path_in_src(path: &Path) -> String {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    path.strip_prefix(src).unwrap().to_string_lossy().replace('\\', "/")
}

/// `ui/views/flame.rs` → `["ui", "views", "flame"]`.
fn module_path(file: &str) -> Vec<String> {
    let file = file.strip_suffix(".rs").unwrap_or(file);
    let file = file.strip_suffix("/mod").unwrap_or(file);
    file.split('/').map(str::to_owned).collect()
}

fn check(file: &str, text: &str) -> Vec<Violation> {
    let module = module_path(file);
    let layer = module[0].as_str();
    let violation = |line, what| Violation { file: format!("src/{file}"), line, what };
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![violation(1, format!("`{layer}` is no layer: give it its place in tests/layers.rs"))];
    };
    let tokens = tokens(text);
    let mut violations = Vec::new();
    for (used, line) in references(&module, &tokens) {
        if !is_layer(&used) {
            violations.push(violation(line, format!("`crate::{used}` is in no layer")));
        } else if used != layer && !allowed.contains(&used.as_str()) {
            violations.push(violation(line, format!("`{layer}` may not use `{used}`")));
        }
    }
    if !DRAWING.contains(&layer) {
        let toolkit = tokens.iter().filter(|t| t.text.starts_with("egui") || t.text == "eframe");
        violations.extend(toolkit.map(|t| violation(t.line, format!("`{layer}` may not use `{}`", t.text))));
    }
    violations
}

/// What follows the crate's root in each path: the layer it leads into, and the line.
fn references(module: &[String], tokens: &[Token<'_>]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text);
    let mut i = 0;
    while i < tokens.len() {
        let mut after = i + 1;
        match text(i) {
            // `helioscope` is the library, as the program sees it.
            "crate" | "helioscope" if text(after) == "::" => found.extend(heads(tokens, after + 1)),
            "super" => {
                let mut up = 1;
                while text(after) == "::" && text(after + 1) == "super" {
                    up += 1;
                    after += 2;
                }
                // In a module written inside a file, as tests are, one `super` only leads back to the file's own.
                if up == module.len() && text(after) == "::" {
                    found.extend(heads(tokens, after + 1).into_iter().filter(|(name, _)| is_layer(name)));
                }
            }
            _ => {}
        }
        i = after;
    }
    found
}

fn is_layer(name: &str) -> bool {
    LAYERS.iter().any(|(layer, _)| *layer == name)
}

/// The name at `at`, or the first name of every element of the group that opens there.
fn heads(tokens: &[Token<'_>], at: usize) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut first = true;
    for token in tokens.get(at..).unwrap_or_default() {
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => first = true,
            name if first => {
                if name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name != "self" {
                    found.push((name.to_owned(), token.line));
                }
                first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// A word, `::` or another sign of the source, with its line.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// The source without its comments and strings.
fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(c) = rest.chars().next() {
        let (length, kept) = match c {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
            '/' if rest.starts_with("/*") => (block_comment(rest), false),
            '"' => (string(rest), false),
            'r' | 'b' | 'c' if literal_prefix(rest).is_some() => (literal_prefix(rest).unwrap_or(1), false),
            '\'' => (quote(rest), false),
            ':' if rest.starts_with("::") => (2, true),
            c if c.is_alphanumeric() || c == '_' => {
                (rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()), true)
            }
            c => (c.len_utf8(), !c.is_whitespace()),
        };
        let (text, after) = rest.split_at(length);
        if kept {
            found.push(Token { text, line });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    found
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    for (i, _) in text.char_indices() {
        if text[i..].starts_with("/*") {
            depth += 1;
        } else if text[..i].ends_with("*/") && i > 3 {
            depth -= 1;
            if depth == 0 {
                return i;
            }
        }
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a literal that begins with letters: `b"…"`, `r#"…"#`, `br"…"`, `b'x'`.
fn literal_prefix(text: &str) -> Option<usize> {
    let letters = text.find(|c: char| !matches!(c, 'b' | 'c' | 'r'))?;
    let after = &text[letters..];
    if letters > 2 {
        return None;
    }
    if text[..letters].ends_with('r') {
        let hashes = after.find(|c| c != '#')?;
        let body = after[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = body.find(&end).map_or(body.len(), |i| i + end.len());
        return Some(letters + hashes + 1 + length);
    }
    match after.chars().next()? {
        '"' => Some(letters + string(after)),
        '\'' if &text[..letters] == "b" => Some(letters + quote(after)),
        _ => None,
    }
}

/// A character (`'x'`, `'\n'`, `'"'`), or only the quote of a lifetime (`'a`).
fn quote(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => text[3..].find('\'').map_or(1, |i| i + 4),
        Some(_) => match chars.next() {
            Some((i, '\'')) => i + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// The checker itself: that it can fail, and on what.
mod checker {
    use super::check;

    fn complaints(file: &str, text: &str) -> Vec<String> {
        check(file, text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_arrow_to_the_right_is_found_with_its_line() {
        let text = "//! Facts.\n\nuse crate::analyze::Query;\n";
        assert_eq!(complaints("model/profile.rs", text), ["src/model/profile.rs:3: `model` may not use `analyze`"]);
        assert!(complaints("layout/mod.rs", text).is_empty());
    }

    #[test]
    fn groups_are_looked_into() {
        let text = "use crate::{\n    model::{Profile, ui},\n    ui::{self, theme},\n    app,\n};";
        let found = complaints("layout/flame.rs", text);
        assert_eq!(
            found,
            ["src/layout/flame.rs:3: `layout` may not use `ui`", "src/layout/flame.rs:4: `layout` may not use `app`"]
        );
    }

    #[test]
    fn paths_in_the_code_are_found() {
        let text = "fn f(p: &crate::ui::Theme) -> crate::model::Profile { crate::cli::run() }";
        assert_eq!(complaints("export/svg.rs", text).len(), 2);
    }

    #[test]
    fn super_leads_out_of_a_layer_too() {
        assert_eq!(complaints("analyze/tree.rs", "use super::super::layout::Rect;").len(), 1);
        assert_eq!(complaints("analyze/mod.rs", "use super::layout::Rect;").len(), 1);
        assert!(complaints("analyze/tree.rs", "use super::layout::Rect;").is_empty());
        assert!(complaints("analyze/mod.rs", "mod tests { use super::*; use super::tree; }").is_empty());
    }

    #[test]
    fn the_commands_and_the_window_do_not_know_each_other() {
        assert_eq!(complaints("cli/mod.rs", "use crate::ui;").len(), 1);
        assert_eq!(complaints("ui/mod.rs", "use crate::cli;").len(), 1);
        assert_eq!(complaints("app/mod.rs", "use crate::cli;").len(), 1);
        assert!(complaints("main.rs", "use helioscope::{app, cli};").is_empty());
        assert_eq!(complaints("main.rs", "use helioscope::import;").len(), 1);
    }

    #[test]
    fn the_toolkit_stays_in_the_drawing_layers() {
        let text = "use egui_plot::Plot;\nfn f(c: egui::Color32) {}\n";
        assert_eq!(
            complaints("layout/mod.rs", text),
            [
                "src/layout/mod.rs:1: `layout` may not use `egui_plot`",
                "src/layout/mod.rs:2: `layout` may not use `egui`"
            ]
        );
        assert!(complaints("ui/canvas.rs", text).is_empty());
        assert!(complaints("app/mod.rs", "use eframe::App;").is_empty());
    }

    #[test]
    fn what_is_only_written_about_is_no_arrow() {
        let text = r##"
            //! As [`crate::ui`] does with egui.
            /* crate::ui /* egui */ crate::app */
            const A: &str = "crate::ui \" egui";
            const B: &str = r#"crate::ui " egui"#;
            const C: (char, u8, &[u8]) = ('"', b'"', b"crate::ui");
            fn f<'a>(x: &'a str) -> &'a str { x }
            pub(crate) struct S;
        "##;
        assert!(complaints("model/mod.rs", text).is_empty());
        let after = format!("{text}\nuse crate::ui;");
        assert_eq!(complaints("model/mod.rs", &after).len(), 1, "and what follows it is still read");
    }

    #[test]
    fn nothing_stands_beside_the_layers() {
        assert_eq!(complaints("utils/mod.rs", "").len(), 1);
        assert_eq!(complaints("model/mod.rs", "use crate::HELP;").len(), 1);
    }
}
