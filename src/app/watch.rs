//! Looking whether open files have changed.
//!
//! Modification times are polled: notifications of the system do not reach into containers and network drives, where
//! profiles often come from, and two seconds are soon enough.

use super::jobs::{Outcome, Reporter};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How often files are looked at.
pub(super) const PERIOD: Duration = Duration::from_secs(2);

/// What tells one content of a file from another.
type Stamp = (SystemTime, u64);

/// Files with what they were when they were last looked at.
#[derive(Default)]
pub(super) struct Watch {
    files: HashMap<PathBuf, Seen>,
}

struct Seen {
    /// When it was last said to have changed, or was first seen.
    settled: Option<Stamp>,
    last: Option<Stamp>,
}

fn stamp(path: &Path) -> Option<Stamp> {
    let about = path.metadata().ok()?;
    Some((about.modified().ok()?, about.len()))
}

impl Watch {
    /// Looks at these files and no others; those that have changed and are not being written any more. A file that is
    /// seen for the first time has not changed.
    pub(super) fn look(&mut self, paths: &[PathBuf]) -> Vec<PathBuf> {
        self.files.retain(|path, _| paths.contains(path));
        let mut changed = Vec::new();
        for path in paths {
            let now = stamp(path);
            let seen = self.files.entry(path.clone()).or_insert(Seen { settled: now, last: now });
            // A profiler may take a while to write a file: it is done when two looks see the same.
            if now.is_some() && now == seen.last && now != seen.settled {
                seen.settled = now;
                changed.push(path.clone());
            }
            seen.last = now;
        }
        changed
    }
}

/// Files that a thread watches.
pub(super) type Watched = Arc<Mutex<Vec<PathBuf>>>;

/// Starts the thread. It ends with the program; without it nothing is watched.
pub(super) fn start(watched: &Watched, report: Reporter) {
    let watched = Arc::clone(watched);
    let look = move || {
        let mut watch = Watch::default();
        loop {
            let paths = watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let changed = watch.look(&paths);
            if !changed.is_empty() {
                report.report(Some(Outcome::Changed(changed)));
            }
            std::thread::sleep(PERIOD);
        }
    };
    let _ = std::thread::Builder::new().name("watch".to_owned()).spawn(look);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_once_and_only_when_the_file_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.folded");
        let paths = [path.clone()];
        let mut watch = Watch::default();
        std::fs::write(&path, "a 1\n").expect("a file");
        assert!(watch.look(&paths).is_empty(), "seen for the first time");
        std::fs::write(&path, "a 1\nb 2\n").expect("a file");
        assert!(watch.look(&paths).is_empty(), "it may still be written");
        std::fs::write(&path, "a 1\nb 2\nc 3\n").expect("a file");
        assert!(watch.look(&paths).is_empty(), "it was");
        assert_eq!(watch.look(&paths), paths);
        assert!(watch.look(&paths).is_empty());
    }

    #[test]
    fn a_file_that_is_gone_is_no_change_until_it_is_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.folded");
        let paths = [path.clone()];
        let mut watch = Watch::default();
        std::fs::write(&path, "a 1\n").expect("a file");
        watch.look(&paths);
        std::fs::remove_file(&path).expect("gone");
        assert!(watch.look(&paths).is_empty() && watch.look(&paths).is_empty());
        std::fs::write(&path, "a 1\nb 2\n").expect("a file");
        assert!(watch.look(&paths).is_empty());
        assert_eq!(watch.look(&paths), paths);
    }
}
