//! Comparing pictures of a window with stored ones.

use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};

/// Compares a picture with the one stored in a folder. Where nothing can draw it, that is said; a build server must be
/// able to. `UPDATE_SNAPSHOTS=1` stores it. What is answered fails the test when it is dropped, if the picture differs.
pub(crate) fn compare<State>(mut harness: Harness<'_, State>, folder: &str, name: &str) -> SnapshotResults {
    let drawn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harness.render()));
    if !matches!(drawn, Ok(Ok(_))) && std::env::var("CI").as_deref() != Ok("true") {
        eprintln!("no graphics adapter, not even one in software: {name} was not compared");
    } else {
        harness.snapshot_options(name, &SnapshotOptions::new().output_path(folder));
    }
    harness.take_snapshot_results()
}
