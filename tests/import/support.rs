//! What the reader tests share.

use helioscope::import::{self, ImportError, Job};
use helioscope::model::{Body, MetricId, Profile, StackId, TrackId};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The path of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Opens a fixture that must be readable.
pub(crate) fn open(name: &str) -> Profile {
    let path = fixture(name);
    import::open(&path, &Job::new()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Opens bytes.
pub(crate) fn open_bytes(bytes: impl Into<Vec<u8>>) -> Result<Profile, ImportError> {
    import::open_bytes(bytes.into(), &Job::new())
}

/// Whole stacks as text, outermost frame first (`main (a.py:3);parse (a.py:9)`), with their weights summed.
pub(crate) fn folded(profile: &Profile, metric: MetricId, track: Option<TrackId>) -> BTreeMap<String, i64> {
    let Body::Stacks(body) = profile.body() else { panic!("only stacks can be folded") };
    let mut sums = BTreeMap::new();
    for (i, &stack) in body.samples.stacks().iter().enumerate() {
        if track.is_none_or(|t| t == body.samples.tracks()[i]) {
            *sums.entry(stack_text(profile, stack)).or_insert(0) += body.samples.weights(metric)[i];
        }
    }
    sums
}

fn stack_text(profile: &Profile, stack: StackId) -> String {
    let Body::Stacks(body) = profile.body() else { return String::new() };
    let mut frames: Vec<String> = body
        .stacks
        .walk(stack)
        .map(|id| {
            let frame = profile.frame(id);
            let (name, file) = (profile.name(frame.function), profile.file(frame.function));
            match (file, frame.line) {
                ("", _) => name.to_owned(),
                (file, 0) => format!("{name} ({file})"),
                (file, line) => format!("{name} ({file}:{line})"),
            }
        })
        .collect();
    frames.reverse();
    frames.join(";")
}
