//! What dropped files do: they open, they are compared, or it is asked which.

use super::recordings::{Recordings, Sides, file_name};
use super::session;
use super::tabs::{Content, RELOADED_SECONDS, Slot, same_file};
use super::window::Helioscope;
use crate::analyze::diff::Side;
use crate::ui::Action;
use crate::ui::drops::DropEffect;
use crate::ui::notice::Notice;
use crate::ui::overlays::{Choice, Overlay};
use std::path::{Path, PathBuf};

impl Helioscope {
    /// What dropping so many files will do now.
    pub(super) fn drop_effect(&self, files: usize, apart: bool) -> DropEffect {
        let slot = self.active.and_then(|i| self.slots.get(i));
        let is_open = |slot: &&Slot| matches!(slot.content, Content::Open(_) | Content::Reloading(..));
        match (files, slot.filter(is_open).map(|slot| &slot.recordings)) {
            (n, Some(Recordings::Comparison(_))) if !apart => DropEffect::AskComparison(n),
            (1, Some(Recordings::File(path))) if !apart => DropEffect::AskProfile(file_name(path)),
            (2, _) if !apart => DropEffect::Compare,
            (n, _) => DropEffect::Open(n),
        }
    }

    /// Takes dropped files: opens them, compares them, or asks.
    pub(super) fn drop_files(&mut self, paths: Vec<PathBuf>, apart: bool) {
        self.overlay = Overlay::None;
        if paths.iter().any(|path| session::is_session(path)) {
            return self.open(paths);
        }
        let effect = self.drop_effect(paths.len(), apart);
        let slot = self.active.and_then(|i| self.slots.get(i));
        match (effect, slot.map(|slot| &slot.recordings), &paths[..]) {
            (DropEffect::Compare, _, [first, second]) if !same_file(first, second) => {
                let (first, second) = (first.clone(), second.clone());
                self.compare(first, second);
                let notice = Notice::passing("Two files are compared", self.now + RELOADED_SECONDS);
                self.notice = Some(notice.with("Open each in a tab", Action::Open(paths)));
            }
            (DropEffect::AskProfile(_), Some(Recordings::File(open)), [path]) if !same_file(open, path) => {
                let is_open =
                    self.slots.iter().any(|s| matches!(&s.recordings, Recordings::File(p) if same_file(p, path)));
                self.overlay = Overlay::Choice(ask_profile(open, path, is_open));
            }
            (DropEffect::AskComparison(_), Some(Recordings::Comparison(sides)), _) => {
                self.overlay = Overlay::Choice(ask_comparison(sides, paths));
            }
            _ => self.open(paths),
        }
    }
}

fn ask_profile(open: &Path, dropped: &Path, is_open: bool) -> Choice {
    let tab = if is_open { "Show its tab" } else { "Open in a new tab" };
    Choice {
        heading: file_name(dropped),
        text: "The older one is the base.".to_owned(),
        answers: vec![
            (format!("Compare with {}", file_name(open)), Action::Compare(open.to_owned(), dropped.to_owned())),
            (tab.to_owned(), Action::Open(vec![dropped.to_owned()])),
        ],
        shown: false,
    }
}

fn ask_comparison(sides: &Sides, paths: Vec<PathBuf>) -> Choice {
    let runs = if paths.len() == 1 { "run" } else { "runs" };
    let mut answers: Vec<(String, Action)> = Side::BOTH
        .into_iter()
        .map(|side| {
            let label = format!("Add to {} as another run beside {}", side.name(), sides.title(side));
            (label, Action::AddRuns(side, paths.clone()))
        })
        .collect();
    if let [first, second] = &paths[..] {
        answers.push(("Compare these two".to_owned(), Action::Compare(first.clone(), second.clone())));
    }
    let tab = if paths.len() == 1 { "Open in a new tab" } else { "Open each in a tab" };
    let heading = match &paths[..] {
        [one] => file_name(one),
        several => format!("{} files", several.len()),
    };
    answers.push((tab.to_owned(), Action::Open(paths)));
    Choice { heading, text: format!("More {runs} of a side show what is noise."), answers, shown: false }
}
