//! What is marked in a document. It is kept in names, so that it outlives a reload, another grouping and a review; what
//! views draw is found by those names whenever the subject is another.

use super::document::Document;
use super::pane::{Answers, Views};
use super::session::{Annotated, Known, Place};
use super::subject::Part;
use super::window::Helioscope;
use crate::analyze::{Analysis, CallTree};
use crate::layout::{Annotation, Chain, LONGEST_NOTE, MOST_ANNOTATIONS, Marked};
use crate::ui::annotations::{Annotating, Listed, NoteField};
use crate::ui::notice::Notice;
use crate::ui::overlays::Overlay;
use crate::ui::views::ViewKind;
use crate::ui::{Action, Command, TreeKind};

/// How long taking annotations off can be undone by a click, in seconds.
const UNDO_SECONDS: f64 = 8.0;

/// What is marked.
#[derive(Default)]
pub(super) struct Annotations {
    /// In the order it was marked.
    named: Vec<(u32, Annotated)>,
    /// The same as groups of the subject; without calls where it lacks them.
    found: Vec<Annotation>,
    next: u32,
    /// What was taken off last.
    removed: Vec<(u32, Annotated)>,
}

impl Annotations {
    /// All of it as groups of the subject.
    pub(super) fn found(&self) -> &[Annotation] {
        &self.found
    }

    /// All of it in names.
    pub(super) fn named(&self) -> Vec<Annotated> {
        self.named.iter().map(|(_, annotated)| annotated.clone()).collect()
    }

    /// What a review marks.
    pub(super) fn load(&mut self, named: &[Annotated], analysis: &Analysis) {
        self.named = (0..).zip(named.iter().take(MOST_ANNOTATIONS).map(Annotated::shortened)).collect();
        self.next = self.named.len() as u32;
        self.find(analysis);
    }

    /// Finds what is marked in another subject.
    pub(super) fn find(&mut self, analysis: &Analysis) {
        if self.named.is_empty() {
            self.found.clear();
            return;
        }
        let by = analysis.groups().by();
        let here = || self.named.iter().filter(|(_, one)| one.by == by);
        let known = Known::of(here().flat_map(|(_, one)| &one.calls), analysis);
        let found = |(id, one): &(u32, Annotated)| {
            let calls: Option<Vec<_>> = one.calls.iter().map(|place| known.group(place)).collect();
            let calls = calls.filter(|_| one.by == by).unwrap_or_default();
            let marked = Marked { calls, chain: one.chain, at: one.at };
            Annotation { id: *id, marked, note: one.note.clone() }
        };
        self.found = self.named.iter().map(found).collect();
    }

    /// The number of what is marked, and whether it is marked only now. `None` where there are enough.
    fn mark(&mut self, marked: &Marked, analysis: &Analysis) -> Option<(u32, bool)> {
        if let Some(annotation) = self.found.iter().find(|one| one.marked == *marked) {
            return Some((annotation.id, false));
        }
        if self.named.len() >= MOST_ANNOTATIONS {
            return None;
        }
        let id = self.next;
        self.next += 1;
        self.named.push((id, Annotated::of(marked, analysis)));
        self.found.push(Annotation { id, marked: marked.clone(), note: String::new() });
        Some((id, true))
    }

    fn note(&self, id: u32) -> String {
        self.found.iter().find(|one| one.id == id).map(|one| one.note.clone()).unwrap_or_default()
    }

    fn set_note(&mut self, id: u32, note: &str) {
        let note: String = note.chars().take(LONGEST_NOTE).collect();
        for (_, annotated) in self.named.iter_mut().filter(|(of, _)| *of == id) {
            annotated.note.clone_from(&note);
        }
        for annotation in self.found.iter_mut().filter(|one| one.id == id) {
            annotation.note.clone_from(&note);
        }
    }

    /// Takes off all that is not to be kept; how many that were.
    fn keep(&mut self, kept: impl Fn(u32) -> bool) -> usize {
        self.removed = self.named.extract_if(.., |(id, _)| !kept(*id)).collect();
        self.found.retain(|one| kept(one.id));
        self.removed.len()
    }

    /// Takes one off.
    pub(super) fn remove(&mut self, id: u32) -> usize {
        self.keep(|other| other != id)
    }

    fn restore(&mut self, analysis: &Analysis) {
        self.named.append(&mut self.removed);
        self.named.sort_by_key(|(id, _)| *id);
        self.find(analysis);
    }

    /// All of it for a list.
    pub(super) fn listed(&self) -> Vec<Listed> {
        let of = |((id, named), found): (&(u32, Annotated), &Annotation)| Listed {
            id: *id,
            name: named.name(),
            note: named.note.split_whitespace().collect::<Vec<_>>().join(" "),
            known: !found.marked.calls.is_empty(),
        };
        self.named.iter().zip(&self.found).map(of).collect()
    }
}

impl Document {
    /// What the selected box or arc stands for: the one that was chosen last, or the widest of the selected function.
    fn marked_now(&self) -> Option<Marked> {
        let selection = self.selection()?;
        let shown: Vec<(&Views, &Answers)> = self.shown_parts().iter().rev().map(|part| self.pane(*part)).collect();
        let chosen = |(views, answers): &(&Views, &Answers)| match self.view {
            ViewKind::Sunburst => views.sunburst.marked(answers.trees.get(TreeKind::Sunburst)?),
            ViewKind::Callers => {
                let kinds = [TreeKind::CallersOf(selection), TreeKind::CalleesOf(selection)];
                let mut graphs = views.callers.graphs().into_iter().zip(kinds);
                graphs.find_map(|(canvas, kind)| canvas.marked(answers.trees.get(kind)?, kind.paths()))
            }
            _ => {
                let kind = TreeKind::Whole(views.flame.order);
                views.flame.canvas.marked(answers.trees.get(kind)?, kind.paths())
            }
        };
        let is_selected =
            |marked: &Marked| marked.calls.last() == Some(&selection) || marked.calls.first() == Some(&selection);
        if let Some(marked) = shown.iter().find_map(chosen).filter(is_selected) {
            return Some(marked);
        }
        shown.iter().find_map(|(views, answers)| {
            let kind = match self.view {
                ViewKind::Sunburst => TreeKind::Sunburst,
                ViewKind::Callers => TreeKind::CallersOf(selection),
                _ => TreeKind::Whole(views.flame.order),
            };
            let tree: &CallTree = answers.trees.get(kind)?;
            let of_it = (0..tree.len()).filter(|&node| tree.group(node) == selection);
            let widest = of_it.max_by_key(|&node| (tree.total(node), std::cmp::Reverse(node)))?;
            Some(Marked::of(tree, widest, kind.paths()))
        })
    }
}

impl Helioscope {
    /// Runs a command about what is marked.
    pub(super) fn run_on_annotations(&mut self, command: Command) {
        let Some(document) = self.document() else { return };
        match command {
            Command::ListAnnotations => self.overlay = Overlay::Annotations(Vec::new()),
            Command::RemoveAnnotations => {
                let count = document.annotations.keep(|_| false);
                self.say_removed(count);
            }
            _ => match document.marked_now() {
                Some(marked) if command == Command::Highlight => self.annotate(Annotating::Highlight(marked)),
                Some(marked) => self.annotate(Annotating::Note(marked)),
                None => self.say("Select a box or an arc first: there is nothing to mark"),
            },
        }
    }

    /// Does something with what is marked.
    pub(super) fn annotate(&mut self, to_do: Annotating) {
        let Some(document) = self.document() else { return };
        let analysis = std::sync::Arc::clone(document.subject().analysis(Part::Whole));
        let annotations = &mut document.annotations;
        match to_do {
            Annotating::Highlight(marked) => match annotations.mark(&marked, &analysis) {
                Some((_, true)) => {}
                Some((id, false)) => {
                    let count = annotations.remove(id);
                    self.say_removed(count);
                }
                None => self.say_enough(),
            },
            Annotating::Note(marked) => match annotations.mark(&marked, &analysis) {
                Some((id, fresh)) => self.write_note(id, fresh),
                None => self.say_enough(),
            },
            Annotating::Edit(id) => self.write_note(id, false),
            Annotating::Set(id, note) => annotations.set_note(id, &note),
            Annotating::Discard(id) => {
                annotations.remove(id);
            }
            Annotating::Remove(id) => {
                let count = annotations.remove(id);
                self.say_removed(count);
            }
            Annotating::Restore => annotations.restore(&analysis),
            Annotating::Show(id) => self.show_annotation(id),
            // The field has seen it by now.
            Annotating::At(_) => {}
        }
    }

    fn write_note(&mut self, id: u32, fresh: bool) {
        let Some(document) = self.document() else { return };
        let annotations = &mut document.annotations;
        let Some(listed) = annotations.listed().into_iter().find(|one| one.id == id) else { return };
        let text = annotations.note(id);
        self.overlay = Overlay::Note(NoteField { id, name: listed.name, text, fresh, at: None, shown: false });
    }

    /// Selects and zooms to what an annotation is about.
    fn show_annotation(&mut self, id: u32) {
        let Some(slot) = self.active.and_then(|i| self.slots.get_mut(i)) else { return };
        let workers = &self.workers;
        let Some(document) = slot.document() else { return };
        let Some(annotation) = document.annotations.found.iter().find(|one| one.id == id) else { return };
        let Marked { calls, chain, .. } = annotation.marked.clone();
        // The callers of the function are shown where only the end of the stack is known.
        let Some(&function) = calls.last() else { return };
        document.select(Some(function), workers);
        if chain == Chain::FromRoot {
            if !matches!(document.view, ViewKind::Flame | ViewKind::Sunburst) {
                document.show(ViewKind::Flame);
            }
            document.zoom_to(&calls[..calls.len() - 1]);
        } else {
            document.show(ViewKind::Callers);
        }
    }

    fn say_removed(&mut self, count: usize) {
        let text = match count {
            0 => return self.say("Nothing is marked"),
            1 => "Annotation removed".to_owned(),
            _ => format!("{count} annotations removed"),
        };
        let notice = Notice::passing(text, self.now + UNDO_SECONDS);
        self.notice = Some(notice.with("Undo", Action::Annotate(Annotating::Restore)));
    }

    fn say_enough(&mut self) {
        self.notice = Some(Notice::lasting(format!(
            "{MOST_ANNOTATIONS} annotations are as many as a profile can have. Remove one to add another."
        )));
    }
}

impl Annotated {
    /// What is marked, in names.
    fn of(marked: &Marked, analysis: &Analysis) -> Self {
        Self {
            calls: marked.calls.iter().map(|&group| Place::of(analysis, group)).collect(),
            chain: marked.chain,
            at: marked.at,
            by: analysis.groups().by(),
            note: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::GroupBy;
    use crate::layout::Paths;

    fn annotated(name: &str, note: &str) -> Annotated {
        let json = format!(
            r#"{{"calls": [{{"name": "main"}}, {{"name": "{name}"}}], "chain": "FromRoot", "note": "{note}"}}"#
        );
        serde_json::from_str(&json).expect("an annotation")
    }

    #[test]
    fn what_a_review_marks_is_found_by_name_and_what_is_gone_is_kept_without_calls() {
        let analysis = crate::analyze::testing::analysis(&crate::analyze::testing::stacks(&["main;parse 2"]));
        let mut annotations = Annotations::default();
        annotations.load(&[annotated("parse", "grows"), annotated("gone", "")], &analysis);
        let known: Vec<bool> = annotations.listed().iter().map(|one| one.known).collect();
        assert_eq!(known, [true, false]);
        assert_eq!(annotations.found()[0].note, "grows");
        assert_eq!(annotations.named()[1], annotated("gone", ""));
        let by_file = crate::analyze::testing::asked(analysis.profile(), |q| q.by = GroupBy::File);
        annotations.find(&by_file);
        assert!(annotations.listed().iter().all(|one| !one.known), "files are no functions");
        annotations.find(&analysis);
        assert_eq!(annotations.listed().iter().filter(|one| one.known).count(), 1);
    }

    #[test]
    fn marking_the_same_twice_marks_it_once_and_what_is_taken_off_can_be_put_back() {
        let analysis = crate::analyze::testing::analysis(&crate::analyze::testing::stacks(&["main;parse 2"]));
        let tree = analysis.tree(crate::analyze::Detail::ALL);
        let marks = [0, 1].map(|node| Marked::of(&tree, node, Paths::FromRoot));
        let mut annotations = Annotations::default();
        let ids = marks.clone().map(|marked| annotations.mark(&marked, &analysis));
        assert_eq!(ids, [Some((0, true)), Some((1, true))]);
        assert_eq!(annotations.mark(&marks[0], &analysis), Some((0, false)));
        annotations.set_note(0, "the root");
        assert_eq!(annotations.remove(0), 1);
        assert_eq!(annotations.found().len(), 1);
        annotations.restore(&analysis);
        assert_eq!(annotations.found().iter().map(|one| one.id).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(annotations.note(0), "the root");
    }

    #[test]
    fn a_hostile_review_marks_no_more_than_anyone_reads() {
        let analysis = crate::analyze::testing::analysis(&crate::analyze::testing::stacks(&["main;parse 2"]));
        let mut annotations = Annotations::default();
        annotations.load(&vec![annotated("parse", &"x".repeat(5000)); 3000], &analysis);
        assert_eq!(annotations.found().len(), MOST_ANNOTATIONS);
        assert!(annotations.found().iter().all(|one| one.note.chars().count() <= LONGEST_NOTE));
    }
}
