//! The system's dialogs for files, and what to say where there are none.

use super::export::Exported;
use super::jobs::Outcome;
use std::time::{Duration, Instant};

/// Nobody closes a dialog so soon after it came: it never came.
const NOBODY_IS_SO_FAST: Duration = Duration::from_millis(250);

/// Shows a dialog, and says what came of it: nothing where it was closed.
///
/// A dialog that cannot be shown answers like one that was closed, but at once. On Linux that is so where neither a desktop
/// portal nor zenity is installed, and users would press a button that does nothing.
pub(super) fn ask<T>(show: impl FnOnce() -> Option<T>, chosen: impl FnOnce(T) -> Outcome) -> Option<Outcome> {
    let begin = Instant::now();
    match show() {
        Some(choice) => Some(chosen(choice)),
        None if begin.elapsed() < NOBODY_IS_SO_FAST => Some(Outcome::Exported(Exported::Failed(advice().to_owned()))),
        None => None,
    }
}

fn advice() -> &'static str {
    if cfg!(any(target_os = "windows", target_os = "macos")) {
        "The system showed no dialog for files. Drop files on the window, or name them on the command line."
    } else {
        "The desktop has no dialog for files: install xdg-desktop-portal or zenity. Until then, drop files on the window or \
         name them on the command line; “helioscope render”, “report” and “export” write files without a dialog."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_that_never_came_is_said_and_one_that_was_closed_is_not() {
        let outcome = |()| Outcome::Changed(Vec::new());
        let why = |outcome| match outcome {
            Outcome::Exported(Exported::Failed(why)) => Some(why),
            _ => None,
        };
        let never = ask(|| None::<()>, outcome).and_then(why).expect("that is said");
        assert!(never.contains("dialog"), "{never}");
        let closed = || {
            std::thread::sleep(NOBODY_IS_SO_FAST);
            None::<()>
        };
        assert!(ask(closed, outcome).is_none());
        assert!(matches!(ask(|| Some(()), outcome), Some(Outcome::Changed(_))));
    }
}
