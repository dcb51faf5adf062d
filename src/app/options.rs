//! What is remembered from one start to the next.

use crate::analyze::Order;
use crate::hints::Dismissal;
use crate::layout::ColourBy;
use crate::source::{Mapping, Places};
use crate::ui::Arrangement;
use crate::ui::canvas::Growth;
use std::path::{Path, PathBuf};

/// Most recent files that are kept.
const RECENT: usize = 20;

/// Where it is kept in eframe's storage.
pub(super) const KEY: &str = "helioscope options";

/// Choices that outlive a session.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct Options {
    pub(super) theme: egui::ThemePreference,
    pub(super) colour_by: ColourBy,
    pub(super) details: bool,
    pub(super) recent: Vec<PathBuf>,
    pub(super) growth: Growth,
    pub(super) order: Order,
    pub(super) minimap: bool,
    pub(super) scale: f32,
    pub(super) arrangement: Arrangement,
    /// Whether open files are looked at for changes.
    pub(super) watch: bool,
    /// What an editor is opened with; empty for a guess.
    pub(super) editor: String,
    /// Folders and mappings sources are looked for by.
    pub(super) source_roots: Vec<PathBuf>,
    pub(super) source_mappings: Vec<Mapping>,
    /// Findings that are not to be shown, and why.
    pub(super) dismissed: Vec<Dismissal>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            theme: egui::ThemePreference::System,
            colour_by: ColourBy::default(),
            details: true,
            recent: Vec::new(),
            growth: Growth::Down,
            order: Order::LeftHeavy,
            minimap: true,
            scale: 1.0,
            arrangement: Arrangement::default(),
            watch: true,
            editor: String::new(),
            source_roots: Vec::new(),
            source_mappings: Vec::new(),
            dismissed: Vec::new(),
        }
    }
}

impl Options {
    /// Puts a file at the head of the recent ones.
    pub(super) fn remember(&mut self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.forget(&path);
        self.recent.insert(0, path);
        self.recent.truncate(RECENT);
    }

    /// Where the user said sources are.
    pub(super) fn source_places(&self) -> Places {
        Places { roots: self.source_roots.clone(), mappings: self.source_mappings.clone(), ..Places::default() }
    }

    /// Looks for sources in a folder, before those named earlier.
    pub(super) fn add_source_root(&mut self, folder: PathBuf) {
        self.source_roots.retain(|f| *f != folder);
        self.source_roots.insert(0, folder);
        self.source_roots.truncate(RECENT);
    }

    /// Looks for sources by a mapping; one folder is mapped to one.
    pub(super) fn add_source_mapping(&mut self, mapping: Mapping) {
        self.source_mappings.retain(|m| m.from != mapping.from);
        self.source_mappings.insert(0, mapping);
        self.source_mappings.truncate(RECENT);
    }

    /// Shows a finding no more. The last word on it counts.
    pub(super) fn dismiss(&mut self, dismissal: Dismissal) {
        self.dismissed.retain(|d| Dismissal { reason: dismissal.reason.clone(), ..d.clone() } != dismissal);
        self.dismissed.push(dismissal);
    }

    /// Takes a file from the recent ones.
    pub(super) fn forget(&mut self, path: &Path) {
        self.recent.retain(|p| p != path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recent_file_stands_once_and_the_last_one_first() {
        let mut options = Options::default();
        for name in ["/a.prof", "/b.prof", "/a.prof"] {
            options.remember(Path::new(name));
        }
        assert_eq!(options.recent, [PathBuf::from("/a.prof"), PathBuf::from("/b.prof")]);
        for i in 0..50 {
            options.remember(Path::new(&format!("/{i}.prof")));
        }
        assert_eq!(options.recent.len(), RECENT);
    }
}
