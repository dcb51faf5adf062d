//! The programs of `tests/fixtures/hints` and what is said of them.

use helioscope::analyze::{Analysis, Query};
use helioscope::hints::{Confidence, Files, Finding, Hints, NoFiles, Options, Severity};
use helioscope::import::{self, Job};
use helioscope::source::{Places, Sources};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is to be said of a program, from `cases.json`.
#[derive(serde::Deserialize, Debug)]
pub(crate) struct Case {
    /// The rule that is to speak of the slow version; `None` for a healthy program.
    pub expected: Option<String>,
    /// Rules that may speak besides.
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub healthy: bool,
    /// Whether there is a recording of py-spy besides that of cProfile.
    #[serde(default = "yes")]
    pub samples: bool,
}

fn yes() -> bool {
    true
}

impl Case {
    pub(crate) fn is_recorded_as(&self, recording: &str) -> bool {
        self.samples || recording == "prof"
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hints")
}

pub(crate) fn cases() -> BTreeMap<String, Case> {
    let text = std::fs::read_to_string(folder().join("cases.json")).expect("is there");
    serde_json::from_str(&text).expect("is a table of cases")
}

/// What is said of a recording in the fixtures, with the program's source or without.
pub(crate) fn hints(case: &str, recording: &str, with_source: bool) -> Hints {
    hints_of(&folder().join(case).join(recording), with_source.then(|| folder().join(case)))
}

pub(crate) fn hints_of(path: &Path, source_root: Option<PathBuf>) -> Hints {
    let profile = Arc::new(import::open(path, &Job::new()).expect("opens"));
    let query = Query::new(&profile);
    let analysis = Analysis::new(profile, query, None);
    let sources = source_root.map(|root| Sources::new(Places { roots: vec![root], ..Places::default() }));
    let files: &dyn Files = sources.as_ref().map_or(&NoFiles, |s| s);
    Hints::new(&analysis, files, Options::default())
}

/// A finding that asks the reader to do something.
pub(crate) fn speaks(finding: &Finding) -> bool {
    finding.severity == Severity::Hint && finding.confidence >= Confidence::Medium
}

pub(crate) fn spoken(hints: &Hints) -> Vec<&'static str> {
    hints.findings.iter().filter(|f| speaks(f)).map(|f| f.rule.id).collect()
}
