//! What is marked in a page: rings and notes in its flame graph, drawn by `assets/export/notes.js`, and a list below.

use super::data::{safe_json, shown};
use crate::analyze::CallTree;
use crate::export::picture::{Look, Picture, PictureView, Subject, marked_name};
use crate::export::svg::Escaped;
use crate::layout::{Annotation, Paths};
use crate::model::format;
use serde::Serialize;
use std::fmt::{self, Write};

/// What is marked, in the order it was.
#[derive(Serialize)]
pub(super) struct Noted {
    /// The box that is marked; −1 where the page has none for it.
    node: i64,
    /// What is marked, for people.
    name: String,
    /// What is said about it.
    note: String,
}

/// The annotations of a page with this tree.
pub(super) fn noted(picture: &Picture, subject: &Subject<'_>, look: &dyn Look, tree: &CallTree) -> Vec<Noted> {
    let paths = match &picture.view {
        PictureView::Flame { order, .. } => Some(Paths::of(*order)),
        PictureView::Sunburst { .. } | PictureView::Callers { .. } | PictureView::Activity { .. } => None,
    };
    let of = |annotation: &Annotation| {
        let node = paths.and_then(|paths| annotation.marked.node(subject.analysis, tree, paths));
        let node = node.filter(|node| *node < shown(picture, tree));
        let name = match node {
            Some(node) => look.names(tree, node).name.into_owned(),
            None => marked_name(subject, &annotation.marked),
        };
        Noted {
            node: node.map_or(-1, |node| node as i64),
            name: format::one_line(&name).into_owned(),
            note: subject.scrub.text(&annotation.note).into_owned(),
        }
    };
    picture.annotations.iter().map(of).collect()
}

/// The list below the graph, and what the script draws in it.
pub(super) fn write(page: &mut String, noted: &[Noted]) -> fmt::Result {
    if noted.is_empty() {
        return Ok(());
    }
    writeln!(page, "<section class=\"noted\" aria-label=\"Annotations\">\n<h2>Annotations</h2>\n<ol>")?;
    for Noted { name, note, .. } in noted {
        let colon = if note.is_empty() { " is highlighted" } else { ": " };
        writeln!(page, "<li><code>{}</code>{colon}{}</li>", Escaped(name), Escaped(note))?;
    }
    writeln!(page, "</ol>\n<p id=\"outside\" class=\"weak\" aria-live=\"polite\"></p>\n</section>")?;
    writeln!(page, "<script type=\"application/json\" id=\"annotations\">{}</script>", safe_json(&noted))
}
