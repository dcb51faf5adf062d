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

/// Numbers without a pattern, the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// So many copies of a file, each with one to `most` of its bytes overwritten by any others.
pub(crate) fn overwritten(file: &[u8], copies: usize, most: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..copies).map(move |_| {
        let mut copy = file.to_vec();
        for _ in 0..=random.below(most) {
            let at = random.below(copy.len());
            copy[at] = random.below(256) as u8;
        }
        copy
    })
}

/// So many copies of JSON, each with one to four bytes removed, added or overwritten, by what its grammar cares about.
pub(crate) fn misspelt(json: &[u8], copies: usize) -> impl Iterator<Item = Vec<u8>> {
    const BYTES: &[u8] = b"\"\\{}[],:0919-.eEnuN \xff\x00";
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..copies).map(move |_| {
        let mut copy = json.to_vec();
        for _ in 0..=random.below(4) {
            let (at, byte) = (random.below(copy.len()), BYTES[random.below(BYTES.len())]);
            match random.below(3) {
                0 => copy[at] = byte,
                1 => drop(copy.remove(at)),
                _ => copy.insert(at, byte),
            }
        }
        copy
    })
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
