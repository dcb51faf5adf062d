//! The sources of an open profile: found and read on another thread, kept until the question changes.

use super::jobs::{DocumentId, SourceWanted, Workers};
use super::recordings::Recordings;
use super::subject::{Part, Subject};
use crate::analyze::Analysis;
use crate::analyze::diff::Side;
use crate::model::{Profile, StringId};
use crate::source::{Places, Sources};
use crate::ui::source_page::SourcePage;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where a document's sources are looked for, and the files that are shown.
pub(super) struct DocumentSources {
    /// Of a profile; of a comparison, of its new side.
    newest: ProfileSources,
    /// Of a comparison's base side.
    base: Option<ProfileSources>,
    /// Counts the times everything was forgotten.
    epoch: u64,
}

/// Where a profile's sources are looked for, and the file that is shown.
struct ProfileSources {
    sources: Arc<Sources>,
    /// When the profile was written.
    recorded_at: Option<SystemTime>,
    page: Option<Arc<SourcePage>>,
    /// The file that is being read.
    making: Option<StringId>,
}

impl ProfileSources {
    /// The sources of the profile at a path, looked for in places the user named, too.
    fn new(path: &Path, profile: &Profile, named: &Places) -> Self {
        let near = Places::of_profile(path);
        let places = Places { mappings: named.mappings.clone(), roots: named.roots.clone(), ..near };
        Self {
            sources: Arc::new(Sources::new(places)),
            recorded_at: recorded_at(path, profile),
            page: None,
            making: None,
        }
    }
}

impl DocumentSources {
    /// The sources of what is open, looked for in places the user named, too.
    pub(super) fn new(recordings: &Recordings, subject: &Subject, named: &Places) -> Self {
        let base = subject.compared().and_then(|compared| {
            let path = recordings.first_of(Side::Base)?;
            Some(ProfileSources::new(path, compared.comparison.aligned().recorded(Side::Base), named))
        });
        Self { newest: ProfileSources::new(recordings.newest(), subject.newest(), named), base, epoch: 0 }
    }

    /// Looks for them in other places, or anew.
    pub(super) fn look_again(&mut self, recordings: &Recordings, subject: &Subject, named: &Places) {
        *self = Self { epoch: self.epoch + 1, ..Self::new(recordings, subject, named) };
    }

    /// Forgets what was counted: the question has changed.
    pub(super) fn forget_counts(&mut self) {
        for of in [Some(&mut self.newest), self.base.as_mut()].into_iter().flatten() {
            of.page = None;
            of.making = None;
        }
        self.epoch += 1;
    }

    /// Where all of them are found; of a comparison, those of the new side.
    pub(super) fn shared(&self) -> &Arc<Sources> {
        &self.newest.sources
    }

    fn of(&self, part: Part) -> Option<&ProfileSources> {
        match part {
            Part::Side(Side::Base) => self.base.as_ref(),
            Part::Whole | Part::Side(Side::New) => Some(&self.newest),
        }
    }

    fn of_mut(&mut self, part: Part) -> Option<&mut ProfileSources> {
        match part {
            Part::Side(Side::Base) => self.base.as_mut(),
            Part::Whole | Part::Side(Side::New) => Some(&mut self.newest),
        }
    }

    /// The file of a part that is ready.
    pub(super) fn page(&self, part: Part) -> Option<&Arc<SourcePage>> {
        self.of(part)?.page.as_ref()
    }

    /// Has a file of a part read unless it is being read.
    pub(super) fn need(
        &mut self,
        part: Part,
        file: StringId,
        document: DocumentId,
        analysis: &Arc<Analysis>,
        workers: &Workers,
    ) {
        let epoch = self.epoch;
        let Some(of) = self.of_mut(part).filter(|of| of.making != Some(file)) else { return };
        of.making = Some(file);
        let wanted = SourceWanted {
            part,
            file,
            analysis: Arc::clone(analysis),
            sources: Arc::clone(&of.sources),
            recorded_at: of.recorded_at,
        };
        workers.source(document, epoch, wanted);
    }

    /// Takes a file that was read, if it is still what is wanted.
    pub(super) fn take(&mut self, part: Part, epoch: u64, page: SourcePage) {
        if epoch == self.epoch
            && let Some(of) = self.of_mut(part).filter(|of| of.making == Some(page.file))
        {
            of.making = None;
            of.page = Some(Arc::new(page));
        }
    }
}

/// When a recording ended, as it says itself, or else when its file was written.
fn recorded_at(path: &Path, profile: &Profile) -> Option<SystemTime> {
    let origin = profile.origin();
    let ended = origin.start_unix_ns.map(|start| start.saturating_add(origin.duration_ns.unwrap_or(0)));
    let ended = ended.and_then(|ns| u64::try_from(ns).ok()).filter(|&ns| ns > 0);
    match ended {
        Some(ns) => SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(ns)),
        None => std::fs::metadata(path).and_then(|m| m.modified()).ok(),
    }
}
