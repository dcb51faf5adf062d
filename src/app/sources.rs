//! The sources of an open profile: found and read on another thread, kept until the question changes.

use super::jobs::{DocumentId, Workers};
use crate::analyze::Analysis;
use crate::model::{Profile, StringId};
use crate::source::{Places, Sources};
use crate::ui::source_page::SourcePage;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where a profile's sources are looked for, and the file that is shown.
pub(super) struct DocumentSources {
    sources: Arc<Sources>,
    /// When the profile was written.
    recorded_at: Option<SystemTime>,
    page: Option<Arc<SourcePage>>,
    /// The file that is being read.
    making: Option<StringId>,
    /// Counts the times everything was forgotten.
    epoch: u64,
}

impl DocumentSources {
    /// The sources of the profile at a path, looked for in places the user named, too.
    pub(super) fn new(path: &Path, profile: &Profile, named: &Places) -> Self {
        let near = Places::of_profile(path);
        let places = Places { mappings: named.mappings.clone(), roots: named.roots.clone(), ..near };
        Self {
            sources: Arc::new(Sources::new(places)),
            recorded_at: recorded_at(path, profile),
            page: None,
            making: None,
            epoch: 0,
        }
    }

    /// Looks for them in other places, or anew.
    pub(super) fn look_again(&mut self, path: &Path, profile: &Profile, named: &Places) {
        *self = Self { epoch: self.epoch + 1, ..Self::new(path, profile, named) };
    }

    /// Forgets what was counted: the question has changed.
    pub(super) fn forget_counts(&mut self) {
        self.page = None;
        self.making = None;
        self.epoch += 1;
    }

    /// Where all of them are found.
    pub(super) fn shared(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// The file that is ready.
    pub(super) fn page(&self) -> Option<&Arc<SourcePage>> {
        self.page.as_ref()
    }

    /// Has a file read unless it is being read.
    pub(super) fn need(&mut self, file: StringId, document: DocumentId, analysis: &Arc<Analysis>, workers: &Workers) {
        if self.making == Some(file) {
            return;
        }
        self.making = Some(file);
        workers.source(document, self.epoch, file, Arc::clone(analysis), Arc::clone(&self.sources), self.recorded_at);
    }

    /// Takes a file that was read, if it is still what is wanted.
    pub(super) fn take(&mut self, epoch: u64, page: SourcePage) {
        if epoch == self.epoch && self.making == Some(page.file) {
            self.making = None;
            self.page = Some(Arc::new(page));
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
