//! The sources of an open profile: found and read on another thread, kept until the question changes.

use super::jobs::{DocumentId, Workers};
use crate::analyze::Analysis;
use crate::model::StringId;
use crate::source::{Places, Sources};
use crate::ui::source_page::SourcePage;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

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
    pub(super) fn new(profile: &Path, named: &Places) -> Self {
        let near = Places::of_profile(profile);
        let places = Places { mappings: named.mappings.clone(), roots: named.roots.clone(), ..near };
        Self {
            sources: Arc::new(Sources::new(places)),
            recorded_at: std::fs::metadata(profile).and_then(|m| m.modified()).ok(),
            page: None,
            making: None,
            epoch: 0,
        }
    }

    /// Looks for them in other places, or anew.
    pub(super) fn look_again(&mut self, profile: &Path, named: &Places) {
        *self = Self { epoch: self.epoch + 1, ..Self::new(profile, named) };
    }

    /// Forgets what was counted: the question has changed.
    pub(super) fn forget_counts(&mut self) {
        self.page = None;
        self.making = None;
        self.epoch += 1;
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
