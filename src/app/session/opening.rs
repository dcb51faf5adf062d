//! Saving a review, and opening one: its profiles are looked for, and what is wrong with them is said first.

use super::{About, Dismissed, ENDING, Recorded, Session, is_session};
use crate::app::export::{Exported, with_another_ending};
use crate::app::jobs::{DocumentId, Outcome, Purpose, Saving};
use crate::app::recordings::{LoadError, Recording, Recordings, Sides, file_name};
use crate::app::subject::Wish;
use crate::app::tabs::{Content, Slot};
use crate::app::window::Helioscope;
use crate::export::write_file;
use crate::import::{self, Job};
use crate::model::Profile;
use crate::ui::Action;
use crate::ui::notice::Notice;
use crate::ui::overlays::{Choice, Overlay};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Profiles that were embedded, in the order of [`Session::recorded`]; `None` for those that lie in files.
type Held = Vec<Option<Arc<Profile>>>;

/// A review that was read, and what became of its profiles.
pub(in crate::app) struct Opened {
    path: PathBuf,
    session: Session,
    held: Held,
    /// The first profile that is not what it was, and whether it is there at all.
    wrong: Option<(usize, bool)>,
    /// Whether changed profiles are taken as they are.
    anyway: bool,
}

/// A review that waits for the user to say what to do about a profile.
pub(in crate::app) struct Pending {
    opened: Opened,
    index: usize,
}

impl Helioscope {
    /// Opens a review: its file is read and its profiles are looked at on another thread.
    pub(in crate::app) fn open_session(&mut self, path: PathBuf) {
        self.workers.run_apart("review", move || {
            let result = match Session::read(&path) {
                Ok(session) => Opened::check(path.clone(), session, false),
                Err(error) => Err(LoadError::of_session(&path, &error.to_string())),
            };
            Some(Outcome::Session(path, result.map(Box::new)))
        });
    }

    /// Takes a review that was read.
    pub(in crate::app) fn session_read(&mut self, path: &Path, result: Result<Box<Opened>, LoadError>) {
        match result {
            Err(error) => {
                self.next_id += 1;
                let id = DocumentId(self.next_id);
                self.slots.push(Slot::new(id, Recordings::File(path.to_owned()), Content::Failed(error)));
                self.active = Some(self.slots.len() - 1);
            }
            Ok(opened) => match opened.wrong {
                None => self.open_reviewed(*opened),
                Some((index, there)) => {
                    self.overlay = Overlay::Choice(opened.ask(index, there));
                    self.pending = Some(Pending { opened: *opened, index });
                }
            },
        }
    }

    /// Opens what a review is about, as it was looked at.
    fn open_reviewed(&mut self, opened: Opened) {
        let Opened { path, session, held, .. } = opened;
        self.options.remember(&path);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut held = held.into_iter();
        let (recordings, held) = match &session.about {
            About::Profile(recorded) => (Recordings::File(recorded.place(&folder)), held.next().flatten()),
            About::Comparison { base, new, matching } => {
                let mut side = |side: &[Recorded]| -> Vec<Recording> {
                    let of = |(recorded, held): (&Recorded, Option<Arc<Profile>>)| Recording {
                        held,
                        ..Recording::of(recorded.place(&folder))
                    };
                    side.iter().zip(held.by_ref()).map(of).collect()
                };
                let (base, new) = (side(base), side(new));
                let sides = Sides { matching: matching.clone(), ..Sides::given(base, new) };
                (Recordings::Comparison(sides), None)
            }
        };
        for dismissed in &session.look.dismissed {
            if let Some(profile) = recordings.paths().get(dismissed.recording) {
                self.options.dismiss(dismissed.at(profile));
            }
        }
        let wish = Wish::of_look(&session.look);
        self.add_reviewed(recordings, held, wish, session.look);
    }

    /// Goes on with a review whose profile has changed.
    pub(in crate::app) fn open_anyway(&mut self) {
        let Some(Pending { opened, .. }) = self.pending.take() else { return };
        self.check_again(opened, true);
    }

    /// Lets the user say where the profile of a review is.
    pub(in crate::app) fn locate(&mut self) {
        self.workers.choose_files(Purpose::Locate);
    }

    /// Goes on with a review whose profile was found.
    pub(in crate::app) fn located(&mut self, file: &Path) {
        let Some(Pending { mut opened, index }) = self.pending.take() else { return };
        if let Some(recorded) = opened.session.recorded_mut().into_iter().nth(index) {
            file.to_string_lossy().as_ref().clone_into(&mut recorded.path);
        }
        let anyway = opened.anyway;
        self.check_again(opened, anyway);
    }

    fn check_again(&self, opened: Opened, anyway: bool) {
        self.workers.run_apart("review", move || {
            let path = opened.path.clone();
            let result = Opened::check(path.clone(), opened.session, anyway);
            Some(Outcome::Session(path, result.map(Box::new)))
        });
    }

    /// Asks how the tab on screen is to be saved as a review.
    pub(in crate::app) fn ask_how_to_save(&mut self) {
        let Some(slot) = self.active_slot() else { return };
        let recordings = slot.recordings.clone();
        if slot.document().is_none() {
            return self.say("Open a profile first: there is nothing to save");
        }
        if let Recordings::Comparison(sides) = &recordings
            && sides.base.iter().chain(&sides.new).any(|recording| recording.earlier)
        {
            return self.say("What a file held before it was reloaded cannot be saved: it is in no file");
        }
        let sizes = recordings.paths().into_iter().filter_map(|path| path.metadata().ok()).map(|m| m.len());
        let size = i64::try_from(sizes.sum::<u64>()).unwrap_or(i64::MAX);
        let size = crate::model::format::value(size, &crate::model::Unit::Bytes);
        let profiles = if recordings.paths().len() == 1 { "the profile" } else { "the profiles" };
        self.overlay = Overlay::Choice(Choice {
            heading: format!("Save the review of {}", recordings.title()),
            text: "View, zoom, selection, search and transforms are saved, to be opened as they are now. A profile that is \
                   inside keeps the paths it recorded."
                .to_owned(),
            answers: vec![
                (format!("With {profiles} inside ({size}), to give away…"), Action::SaveReview { embed: true }),
                (format!("With the place of {profiles} alone…"), Action::SaveReview { embed: false }),
            ],
            shown: false,
        });
    }

    /// Asks where the review of the tab on screen is saved.
    pub(in crate::app) fn save_session(&mut self, embed: bool) {
        let Some(slot) = self.active_slot() else { return };
        let (recordings, newest) = (slot.recordings.clone(), slot.recordings.newest().to_owned());
        let Some(mut look) = slot.document().map(|document| document.look()) else { return };
        look.dismissed = Dismissed::in_profiles(&self.options.dismissed, &recordings.paths());
        let name = file_name(&newest);
        let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or("review");
        let folder = newest.parent().map(Path::to_owned);
        self.ask_where(folder, &format!("{stem}.{ENDING}"), Saving::Review(Box::new((recordings, look, embed))));
    }

    /// Writes a review.
    pub(in crate::app) fn write_session(&mut self, path: PathBuf, review: (Recordings, super::Look, bool)) {
        let (recordings, look, embed) = review;
        // By another name it would not be known as a review.
        let named = if is_session(&path) { Ok(path) } else { with_another_ending(&path, ENDING) };
        let path = match named {
            Ok(path) => path,
            Err(why) => return self.notice = Some(Notice::lasting(why)),
        };
        self.workers.run_apart("review", move || {
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            let recorded = |file: &Path| {
                let error = |error: super::SessionError| format!("{}: {error}", file_name(file));
                Recorded::of(file, &folder, embed).map_err(error)
            };
            let all = |side: &[Recording]| side.iter().map(|r| recorded(&r.path)).collect::<Result<Vec<_>, _>>();
            let about = || {
                Ok(match &recordings {
                    Recordings::File(file) => About::Profile(recorded(file)?),
                    Recordings::Comparison(sides) => About::Comparison {
                        base: all(&sides.base)?,
                        new: all(&sides.new)?,
                        matching: sides.matching.clone(),
                    },
                })
            };
            let result = about().and_then(|about| {
                let json = Session::new(about, look).to_json().map_err(|error| error.to_string())?;
                write_file(&path, |out| out.write_all(&json)).map_err(|error| error.to_string())?;
                Ok((json.len() as u64, Vec::new()))
            });
            let result = result.map_err(|why: String| format!("The review was not saved: {why}"));
            Some(Outcome::Exported(Exported::Saved { dialog: None, path, result }))
        });
    }
}

impl Opened {
    /// Looks for the profiles of a review; embedded ones are read.
    fn check(path: PathBuf, session: Session, anyway: bool) -> Result<Self, LoadError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let (mut held, mut wrong) = (Vec::new(), None);
        for (index, recorded) in session.recorded().into_iter().enumerate() {
            held.push(match recorded.embedded() {
                Some(bytes) => {
                    let bytes = bytes.map_err(|error| LoadError::of_session(&path, &error.to_string()))?;
                    let profile = import::open_bytes(bytes, &Job::new());
                    Some(Arc::new(profile.map_err(|error| LoadError::of_session(&path, &error.to_string()))?))
                }
                None => None,
            });
            if held.last().is_some_and(Option::is_none) && wrong.is_none() {
                wrong = match recorded.is_unchanged(&recorded.place(folder)) {
                    Ok(true) => None,
                    Ok(false) => (!anyway).then_some((index, true)),
                    Err(_) => Some((index, false)),
                };
            }
        }
        Ok(Self { path, session, held, wrong, anyway })
    }

    /// What to do about a profile that is not what it was.
    fn ask(&self, index: usize, there: bool) -> Choice {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let place = self.session.recorded().get(index).map(|recorded| recorded.place(folder)).unwrap_or_default();
        let (name, locate) = (file_name(&place), ("Locate…".to_owned(), Action::LocateProfile));
        if there {
            Choice {
                heading: format!("{name} has changed since this review was saved"),
                text: "What the review points at may have moved or gone. A copy of the file as it was can be located."
                    .to_owned(),
                answers: vec![("Open anyway".to_owned(), Action::OpenAnyway), locate],
                shown: false,
            }
        } else {
            Choice {
                heading: format!("{name} is not where it was"),
                text: format!("The review looks for it at {}.", place.display()),
                answers: vec![locate],
                shown: false,
            }
        }
    }
}
