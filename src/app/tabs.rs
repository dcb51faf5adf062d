//! Tabs: opening, comparing, reloading and closing what they hold.

use super::document::Document;
use super::jobs::{DocumentId, Loading, Outcome, Purpose, Saving};
use super::recordings::{LoadError, Loaded, Recording, Recordings, Sides, file_name};
use super::session::{self, Look};
use super::sources::DocumentSources;
use super::subject::Wish;
use super::window::Helioscope;
use crate::analyze::diff::{Renamed, Side};
use crate::hints::{FindingKey, Hints};
use crate::model::Profile;
use crate::ui::chrome::{MenuState, Shown, Tab};
use crate::ui::notice::Notice;
use crate::ui::overlays::{Choice, Overlay};
use crate::ui::{Action, Command};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tab.
pub(super) struct Slot {
    pub(super) id: DocumentId,
    /// What is shown, or was tried.
    pub(super) recordings: Recordings,
    pub(super) content: Content,
    /// What the file held before it was last reloaded.
    earlier: Option<Earlier>,
    /// Compare with that when it has been reloaded.
    compare_then: bool,
    /// Show this finding as soon as everything is there.
    show_then: Option<FindingKey>,
    /// Look at it like this as soon as everything is there: it is a review's.
    look_then: Option<Box<Look>>,
}

/// What a file held before it was reloaded, with what the rules found in it: by now its source may be mended.
struct Earlier {
    profile: Arc<Profile>,
    hints: Option<Arc<Hints>>,
}

/// What a tab holds: files on their way, something open, or the reason why not.
pub(super) enum Content {
    Loading(Loading),
    Open(Box<Document>),
    /// An open document whose files are read again, or that gets others.
    Reloading(Box<Document>, Loading),
    Failed(LoadError),
}

impl Slot {
    /// A tab with nothing but its content.
    pub(super) fn new(id: DocumentId, recordings: Recordings, content: Content) -> Self {
        Self { id, recordings, content, earlier: None, compare_then: false, show_then: None, look_then: None }
    }

    pub(super) fn document(&mut self) -> Option<&mut Document> {
        match &mut self.content {
            Content::Open(document) | Content::Reloading(document, _) => Some(document),
            Content::Loading(_) | Content::Failed(_) => None,
        }
    }

    fn loading(&self) -> Option<&Loading> {
        match &self.content {
            Content::Loading(loading) | Content::Reloading(_, loading) => Some(loading),
            Content::Open(_) | Content::Failed(_) => None,
        }
    }

    /// What is shown as soon as everything is there.
    fn wanted(&self) -> &Recordings {
        self.loading().map_or(&self.recordings, |loading| &loading.recordings)
    }

    /// The profile of a file, once it is open.
    fn profile(&self) -> Option<(&Path, &Arc<Profile>)> {
        match (&self.recordings, &self.content) {
            (Recordings::File(path), _) => Some((path, self.profiles().first()?.1)),
            _ => None,
        }
    }

    /// What the rules found in the profile of a file.
    fn hints(&self) -> Option<&Arc<Hints>> {
        match &self.content {
            Content::Open(document) | Content::Reloading(document, _) => document.hints.of_profile(),
            Content::Loading(_) | Content::Failed(_) => None,
        }
    }

    /// The profiles that are shown, with their sides.
    pub(super) fn profiles(&self) -> Vec<(Option<Side>, &Arc<Profile>)> {
        match &self.content {
            Content::Open(document) | Content::Reloading(document, _) => document.subject().profiles(),
            Content::Loading(_) | Content::Failed(_) => Vec::new(),
        }
    }

    fn take_content(&mut self) -> Content {
        let nothing = LoadError { path: None, side: None, why: String::new(), advice: "" };
        std::mem::replace(&mut self.content, Content::Failed(nothing))
    }
}

impl Helioscope {
    pub(super) fn active_slot(&mut self) -> Option<&mut Slot> {
        self.active.and_then(|i| self.slots.get_mut(i))
    }

    pub(super) fn document(&mut self) -> Option<&mut Document> {
        self.active_slot().and_then(Slot::document)
    }

    /// Opens files, each in a tab; one that is open already is shown.
    pub(super) fn open(&mut self, paths: Vec<PathBuf>) {
        for path in paths {
            if session::is_session(&path) {
                self.open_session(path);
                continue;
            }
            let is_it = |s: &Slot| matches!(&s.recordings, Recordings::File(open) if same_file(open, &path));
            match self.slots.iter().position(is_it) {
                Some(i) => self.active = Some(i),
                None => self.add_slot(Recordings::File(path)),
            }
        }
    }

    fn add_slot(&mut self, recordings: Recordings) {
        self.next_id += 1;
        let id = DocumentId(self.next_id);
        let loading = self.workers.load(id, self.next_id, recordings.clone(), None, None);
        self.slots.push(Slot::new(id, recordings, Content::Loading(loading)));
        self.active = Some(self.slots.len() - 1);
    }

    /// Opens what a review is about in a tab of its own.
    pub(super) fn add_reviewed(&mut self, recordings: Recordings, held: Option<Arc<Profile>>, wish: Wish, look: Look) {
        self.next_id += 1;
        let id = DocumentId(self.next_id);
        let loading = self.workers.load(id, self.next_id, recordings.clone(), Some(wish), held);
        let mut slot = Slot::new(id, recordings, Content::Loading(loading));
        slot.look_then = Some(Box::new(look));
        self.slots.push(slot);
        self.active = Some(self.slots.len() - 1);
    }

    /// A recording to compare; what an open tab holds of it need not be read.
    fn recording(&self, path: PathBuf) -> Recording {
        let shows = |slot: &&Slot| slot.profile().is_some_and(|(open, _)| same_file(open, &path));
        let open = self.slots.iter().find(shows);
        let held = open.and_then(Slot::profile).map(|(_, profile)| Arc::clone(profile));
        let hints = open.and_then(Slot::hints).cloned();
        Recording { held, hints, ..Recording::of(path) }
    }

    /// Compares two recordings in a tab of their own. The older one is the base.
    pub(super) fn compare(&mut self, first: PathBuf, second: PathBuf) {
        let sides = Sides::by_age(self.recording(first), self.recording(second));
        self.add_slot(Recordings::Comparison(sides));
    }

    /// Compares recordings whose sides are known.
    pub(super) fn compare_given(&mut self, base: Vec<PathBuf>, new: Vec<PathBuf>) {
        let recordings = |paths: Vec<PathBuf>| paths.into_iter().map(|p| self.recording(p)).collect();
        let sides = Sides::given(recordings(base), recordings(new));
        self.add_slot(Recordings::Comparison(sides));
    }

    /// Compares what a tab holds with what its file held before it was reloaded.
    pub(super) fn compare_with_earlier(&mut self, index: usize) {
        let Some(slot) = self.slots.get(index) else { return };
        let (Some((path, now)), Some(earlier)) = (slot.profile(), &slot.earlier) else {
            self.say("Reload a profile first: then there is something it held before");
            return;
        };
        let of = |held: &Arc<Profile>, hints: Option<&Arc<Hints>>, earlier| Recording {
            path: path.to_owned(),
            held: Some(Arc::clone(held)),
            hints: hints.cloned(),
            earlier,
        };
        let base = of(&earlier.profile, earlier.hints.as_ref(), true);
        let sides = Sides::given(vec![base], vec![of(now, slot.hints(), false)]);
        self.add_slot(Recordings::Comparison(sides));
    }

    /// Reads files again, keeping how they are looked at.
    pub(super) fn reload(&mut self, index: usize, compare_then: bool) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        if let Recordings::File(path) = slot.wanted().clone()
            && session::is_session(&path)
        {
            // A review that could not be opened.
            self.close(index);
            return self.open_session(path);
        }
        slot.compare_then = compare_then;
        let recordings = match slot.wanted().clone() {
            Recordings::File(path) => Recordings::File(path),
            Recordings::Comparison(sides) => Recordings::Comparison(sides.unread()),
        };
        self.load_again(index, recordings);
    }

    /// Reads a file again in every tab that shows it.
    pub(super) fn reload_file(&mut self, path: &Path, compare_then: bool) {
        let shows = |slot: &&Slot| slot.recordings.paths().contains(&path);
        let showing: Vec<DocumentId> = self.slots.iter().filter(shows).map(|slot| slot.id).collect();
        // A review that could not be opened is closed before it is tried again: tabs move up.
        for id in showing {
            if let Some(index) = self.slots.iter().position(|slot| slot.id == id) {
                let compare_then = compare_then && matches!(self.slots[index].recordings, Recordings::File(_));
                self.reload(index, compare_then);
            }
        }
    }

    /// Changes the sides of the comparison that is shown.
    pub(super) fn change_sides(&mut self, change: impl FnOnce(Sides) -> Sides) {
        let Some(index) = self.active else { return };
        if let Some(Recordings::Comparison(sides)) = self.slots.get(index).map(|slot| slot.wanted().clone()) {
            self.load_again(index, Recordings::Comparison(change(sides)));
        }
    }

    pub(super) fn add_runs(&mut self, side: Side, paths: Vec<PathBuf>) {
        let runs: Vec<Recording> = paths.into_iter().map(|path| self.recording(path)).collect();
        self.change_sides(|sides| sides.with_runs(side, runs));
    }

    pub(super) fn pair(&mut self, renamed: Renamed) {
        self.change_sides(|mut sides| {
            // A function has one partner.
            sides.matching.renamed.retain(|r| r.base != renamed.base && r.new != renamed.new);
            sides.matching.renamed.push(renamed);
            sides
        });
    }

    pub(super) fn unpair(&mut self, renamed: &Renamed) {
        self.change_sides(|mut sides| {
            sides.matching.renamed.retain(|r| r != renamed);
            sides
        });
    }

    /// Loads something else into a tab. What was on its way to it is dropped.
    fn load_again(&mut self, index: usize, recordings: Recordings) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        if let Some(loading) = slot.loading() {
            loading.cancel();
        }
        self.next_id += 1;
        let wish = slot.document().map(|document| document.wish());
        let loading = self.workers.load(slot.id, self.next_id, recordings.clone(), wish, None);
        slot.content = match slot.take_content() {
            Content::Open(document) | Content::Reloading(document, _) => Content::Reloading(document, loading),
            Content::Loading(_) | Content::Failed(_) => {
                slot.recordings = recordings;
                Content::Loading(loading)
            }
        };
    }

    pub(super) fn loaded(&mut self, id: DocumentId, serial: u64, result: Result<Loaded, LoadError>) {
        let is_it = |s: &Slot| s.id == id && s.loading().is_some_and(|loading| loading.serial == serial);
        let Some(index) = self.slots.iter().position(is_it) else { return };
        let slot = &mut self.slots[index];
        let mut said = None;
        slot.content = match (result, slot.take_content()) {
            (Ok(loaded), Content::Reloading(mut document, _)) => {
                if let Recordings::File(_) = loaded.recordings {
                    let hints = document.hints.of_profile().cloned();
                    slot.earlier = document
                        .subject()
                        .profiles()
                        .first()
                        .map(|(_, profile)| Earlier { profile: Arc::clone(profile), hints });
                    let label = Command::CompareWithEarlier.label();
                    said = Some(("Reloaded".to_owned(), Some((label, Action::Run(Command::CompareWithEarlier)))));
                }
                slot.recordings = loaded.recordings;
                document.replace(loaded.subject, &self.workers);
                document.look_for_sources_again(&slot.recordings, &self.options.source_places());
                Content::Open(document)
            }
            (Ok(loaded), _) => {
                // Of a review, the review is remembered.
                for path in loaded.recordings.paths().into_iter().filter(|_| slot.look_then.is_none()) {
                    self.options.remember(path);
                }
                slot.recordings = loaded.recordings;
                let places = self.options.source_places();
                let sources = DocumentSources::new(&slot.recordings, &loaded.subject, &places);
                let mut document = Document::new(id, loaded.subject, sources, &self.options);
                if let Some(look) = slot.look_then.take() {
                    document.look_at(&look, &self.workers);
                }
                Content::Open(Box::new(document))
            }
            // What is open stays as it was.
            (Err(error), Content::Reloading(document, _)) => {
                let file = error.path.as_deref().map(|p| format!("{}: ", file_name(p))).unwrap_or_default();
                let notice = Notice::lasting(format!("Not reloaded: {file}{}. {}", error.why, error.advice));
                slot.compare_then = false;
                self.notice = Some(notice);
                Content::Open(document)
            }
            (Err(error), _) => Content::Failed(error),
        };
        let compare = std::mem::take(&mut slot.compare_then);
        self.look_for_hints(index);
        if compare {
            self.compare_with_earlier(index);
        } else if let Some((text, Some((label, action)))) = said
            && self.active == Some(index)
        {
            self.notice = Some(Notice::passing(text, self.now + RELOADED_SECONDS).with(label, action));
        }
    }

    /// Has the rules look at what a tab holds, and shows the finding it was opened for.
    pub(super) fn look_for_hints(&mut self, index: usize) {
        let Some(Slot { recordings, content, show_then, .. }) = self.slots.get_mut(index) else { return };
        if let Content::Open(document) | Content::Reloading(document, _) = content {
            document.look_for_hints(recordings, &self.options, &self.workers);
            if let Some(key) = show_then.take() {
                document.show_hint(key);
            }
        }
    }

    /// Compares a profile with those recorded after a finding was mended, and shows what that gained.
    pub(super) fn compare_after_fix(&mut self, base: PathBuf, new: Vec<PathBuf>, key: FindingKey) {
        self.compare_given(vec![base], new);
        if let Some(slot) = self.active_slot() {
            slot.show_then = Some(key);
        }
    }

    /// Asks for the profile recorded after a fix: another that is open, or a file.
    pub(super) fn ask_after_fix(&mut self, key: FindingKey) {
        let Some((path, _)) = self.active.and_then(|i| self.slots.get(i)).and_then(Slot::profile) else { return };
        let others = self.slots.iter().filter_map(Slot::profile).filter(|(other, _)| *other != path);
        let after = |other: &Path| Action::CompareAfterFix(path.to_owned(), other.to_owned(), key.clone());
        let mut answers: Vec<(String, Action)> = others.map(|(other, _)| (file_name(other), after(other))).collect();
        if answers.is_empty() {
            self.workers.choose_files(Purpose::AfterFix(path.to_owned(), key));
            return;
        }
        answers.push(("A file…".to_owned(), Action::ChooseFileAfterFix(path.to_owned(), key.clone())));
        self.overlay = Overlay::Choice(Choice {
            heading: "Compare after fix".to_owned(),
            text: format!("Which profile was recorded after what was found in {} was mended?", file_name(path)),
            answers,
            shown: false,
        });
    }

    /// Shows findings that were dismissed no more, and others again, in every tab.
    pub(super) fn dismissed_changed(&mut self) {
        for slot in &mut self.slots {
            if let Some(document) = slot.document() {
                document.hints.dismiss(&self.options.dismissed);
            }
        }
    }

    pub(super) fn close(&mut self, index: usize) {
        if index >= self.slots.len() {
            return;
        }
        let slot = self.slots.remove(index);
        if let Some(loading) = slot.loading() {
            loading.cancel();
        }
        self.active = match self.active {
            Some(active) if active > index => Some(active - 1),
            Some(active) if active == index && self.slots.is_empty() => None,
            Some(active) => Some(active.min(self.slots.len().saturating_sub(1))),
            None => None,
        };
    }

    /// Asks what to compare the profile on screen with: another that is open, or a file.
    pub(super) fn ask_what_to_compare_with(&mut self) {
        let Some((path, _)) = self.active.and_then(|i| self.slots.get(i)).and_then(Slot::profile) else {
            self.say("Show a profile first to compare it with another");
            return;
        };
        let others = self.slots.iter().filter_map(Slot::profile).filter(|(other, _)| *other != path);
        let mut answers: Vec<(String, Action)> =
            others.map(|(other, _)| (file_name(other), Action::Compare(path.to_owned(), other.to_owned()))).collect();
        if answers.is_empty() {
            self.workers.choose_files(Purpose::CompareWith(path.to_owned()));
            return;
        }
        answers.push(("Another file…".to_owned(), Action::ChooseToCompare(path.to_owned())));
        self.overlay = Overlay::Choice(Choice {
            heading: format!("Compare {} with", file_name(path)),
            text: "The older one is the base.".to_owned(),
            answers,
            shown: false,
        });
    }

    /// Files that are worth watching.
    pub(super) fn open_files(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = Vec::new();
        for slot in &self.slots {
            for path in slot.recordings.paths() {
                if !paths.iter().any(|p| p == path) {
                    paths.push(path.to_owned());
                }
            }
        }
        paths
    }

    /// Says that open files hold something else now.
    pub(super) fn changed(&mut self, paths: &[PathBuf]) {
        if !self.options.watch {
            return;
        }
        for path in paths {
            let mut showing =
                self.slots.iter().filter(|slot| slot.recordings.paths().contains(&path.as_path())).peekable();
            if showing.peek().is_none() {
                continue;
            }
            let comparable = showing.any(|slot| slot.profile().is_some());
            let notice = Notice::lasting(format!("{} has changed", file_name(path)))
                .with(Command::Reload.label(), Action::ReloadFile(path.clone()));
            self.notice = Some(if comparable {
                notice.with(Command::ReloadAndCompare.label(), Action::ReloadAndCompare(path.clone()))
            } else {
                notice
            });
        }
    }

    pub(super) fn tabs(&self) -> Vec<Tab> {
        self.slots
            .iter()
            .map(|slot| Tab {
                title: slot.recordings.title(),
                path: slot.recordings.about(),
                loading: slot.loading().map(Loading::fraction),
                failed: matches!(slot.content, Content::Failed(_)),
            })
            .collect()
    }

    pub(super) fn menu_state(&self) -> MenuState {
        let shown = match self.active.and_then(|i| self.slots.get(i)) {
            None => Shown::StartPage,
            Some(slot) if slot.profile().is_some() => Shown::Profile { has_earlier: slot.earlier.is_some() },
            Some(slot) if slot.profiles().is_empty() => Shown::Tab,
            Some(_) => Shown::Comparison,
        };
        MenuState { shown, watching: self.options.watch }
    }

    pub(super) fn take_outcomes(&mut self) {
        for outcome in self.workers.outcomes() {
            match outcome {
                Outcome::Chosen(paths, purpose) => self.chosen(paths, purpose),
                Outcome::SourceFolder(folder) => {
                    self.options.add_source_root(folder);
                    self.look_for_sources_again();
                }
                Outcome::Changed(paths) => self.changed(&paths),
                Outcome::Place(path, Saving::Export(choice)) => self.export_to(path, *choice),
                Outcome::Place(path, Saving::Screen(image)) => self.save_screen(path, image),
                Outcome::Place(path, Saving::Review(review)) => self.write_session(path, *review),
                Outcome::Session(path, result) => self.session_read(&path, result),
                Outcome::Exported(exported) => self.exported(exported),
                Outcome::Loaded { document, serial, result } => self.loaded(document, serial, result),
                Outcome::Counted { document: id, .. }
                | Outcome::Tree { document: id, .. }
                | Outcome::Ordered { document: id, .. }
                | Outcome::Divided { document: id, .. }
                | Outcome::Found { document: id, .. }
                | Outcome::Source { document: id, .. }
                | Outcome::Hints { document: id, .. }
                | Outcome::Neighbours { document: id, .. } => {
                    if let Some(slot) = self.slots.iter_mut().find(|s| s.id == id)
                        && let Some(document) = slot.document()
                    {
                        document.take(outcome, &self.workers);
                    }
                }
            }
        }
    }

    fn chosen(&mut self, paths: Vec<PathBuf>, purpose: Purpose) {
        match (purpose, &paths[..]) {
            (Purpose::CompareWith(path), [other]) => {
                let other = other.clone();
                self.compare(path, other);
            }
            // Several of them are the runs of one side.
            (Purpose::CompareWith(path), _) => self.compare_given(vec![path], paths),
            (Purpose::AfterFix(path, key), _) => self.compare_after_fix(path, paths, key),
            (Purpose::Locate, _) => {
                if let Some(path) = paths.first() {
                    self.located(path);
                }
            }
            (Purpose::Open, _) => self.open(paths),
        }
    }
}

/// How long a message with something to do about it stays.
pub(super) const RELOADED_SECONDS: f64 = 8.0;

pub(super) fn same_file(a: &Path, b: &Path) -> bool {
    let absolute =
        |p: &Path| std::fs::canonicalize(p).or_else(|_| std::path::absolute(p)).unwrap_or_else(|_| p.to_owned());
    absolute(a) == absolute(b)
}
