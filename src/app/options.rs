//! What is remembered from one start to the next.

use crate::analyze::Order;
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
    pub(super) details: bool,
    pub(super) recent: Vec<PathBuf>,
    pub(super) growth: Growth,
    pub(super) order: Order,
    pub(super) minimap: bool,
    pub(super) scale: f32,
    pub(super) arrangement: Arrangement,
    /// Whether open files are looked at for changes.
    pub(super) watch: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            theme: egui::ThemePreference::System,
            details: true,
            recent: Vec::new(),
            growth: Growth::Down,
            order: Order::LeftHeavy,
            minimap: true,
            scale: 1.0,
            arrangement: Arrangement::default(),
            watch: true,
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
