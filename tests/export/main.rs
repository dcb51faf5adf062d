//! What leaves the program: pictures, pages, reports, and files for other programs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test fails by panicking")]

#[cfg(unix)]
mod annotations;
#[cfg(unix)]
mod browser;
mod formats;
#[cfg(unix)]
mod page;
#[cfg(unix)]
mod page_of_both;
mod pictures;
mod reports;
#[path = "../cli/support.rs"]
#[expect(dead_code, reason = "shared with the tests of commands")]
mod support;

/// A profile with a stack of one frame for each name, file and weight, as speedscope JSON, which holds any text.
fn stacks(frames: &[(&str, String, usize)]) -> String {
    let (shared, samples): (Vec<_>, Vec<_>) = frames
        .iter()
        .enumerate()
        .map(|(i, (name, file, _))| (serde_json::json!({"name": name, "file": file, "line": i + 1}), [i]))
        .unzip();
    let weights: Vec<usize> = frames.iter().map(|(.., weight)| *weight).collect();
    serde_json::json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "shared": {"frames": shared},
        "profiles": [{"type": "sampled", "name": "main", "unit": "none", "startValue": 0, "endValue": 1, "samples": samples, "weights": weights}]
    })
    .to_string()
}
