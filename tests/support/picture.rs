//! Comparing pictures of a window with stored ones.

use egui_kittest::{Harness, SnapshotOptions};

/// Compares a picture with the one stored in a folder. Where nothing can draw it, that is said; a build server must be
/// able to. `UPDATE_SNAPSHOTS=1` stores it.
pub(crate) fn compare<State>(mut harness: Harness<'_, State>, folder: &str, name: &str) {
    let drawn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harness.render()));
    if !matches!(drawn, Ok(Ok(_))) && std::env::var("CI").as_deref() != Ok("true") {
        eprintln!("no graphics adapter, not even one in software: {name} was not compared");
        return;
    }
    harness.snapshot_options(name, &SnapshotOptions::new().output_path(folder));
}
