//! Every damaged file is an error or a warning; none panics, hangs or aborts.
//!
//! The files are written by `tests/fixtures/malformed/make.py`. Error texts are for people: the snapshot holds all of
//! them, to be read when they change.

use crate::support::{fixture, open_bytes};
use helioscope::import::{self, ImportError, Job};
use helioscope::model::Profile;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Long past anything a file of this folder takes: whoever needs it hangs.
const WATCHDOG: Duration = Duration::from_mins(2);

/// Files that look damaged and are not: nothing is lost, so there is nothing to tell.
const SOUND: &[(&str, &str)] = &[
    ("col_bom.txt", "a byte order mark and CRLF say nothing"),
    ("col_deep.txt", "a stack of 100,000 frames is deep, not broken"),
    ("col_diff.txt", "two counts a line are base and new"),
    ("col_spaces.txt", "names may hold blanks and semicolons' look-alikes"),
    ("col_tab.txt", "a tab separates as well"),
    ("col_utf16le.txt", "PowerShell writes UTF-16"),
    ("ct_string_ts.json", "numbers in quotes are numbers"),
    ("pprof_doublegz.pb.gz", "two layers of gzip are taken off"),
    ("pprof_multimember.pb.gz", "gzip files may have several members"),
    ("pprof_raw.pb", "pprof need not be compressed"),
    ("ss_bytes.speedscope.json", "bytes are a unit"),
];

fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(fixture("malformed")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_none_or(|e| e != "py"));
    files.sort();
    assert!(files.len() > 60, "the corpus is there");
    files
}

/// Opens a file on a thread of its own, so that one that hangs is named.
fn open_in_time(path: PathBuf) -> Result<Profile, ImportError> {
    let (send, receive) = channel();
    let name = path.display().to_string();
    std::thread::spawn(move || {
        // Whoever waits may have given up.
        let _ = send.send(import::open(&path, &Job::new()));
    });
    match receive.recv_timeout(WATCHDOG) {
        Ok(result) => result,
        Err(RecvTimeoutError::Disconnected) => panic!("{name}: the reader panicked"),
        Err(RecvTimeoutError::Timeout) => panic!("{name}: still not read after {WATCHDOG:?}"),
    }
}

#[test]
fn every_damaged_file_is_an_error_or_a_warning() {
    let sound: BTreeMap<&str, &str> = SOUND.iter().copied().collect();
    let mut texts = String::new();
    for path in files() {
        let name = path.file_name().expect("is a file").to_string_lossy().into_owned();
        let text = match open_in_time(path) {
            Err(error) => {
                assert!(!matches!(error, ImportError::NotThisFormat | ImportError::Cancelled), "{name}");
                assert!(!error.advice().is_empty(), "{name}: {error}");
                format!("error: {error}\n  {}", error.advice())
            }
            Ok(profile) if profile.warnings().is_empty() => {
                assert!(sound.contains_key(name.as_str()), "{name} opens without a word");
                format!("opens: {}", sound[name.as_str()])
            }
            Ok(profile) => {
                let warnings: Vec<String> = profile.warnings().iter().map(|w| format!("\n  {w}")).collect();
                format!("opens, with warnings:{}", warnings.concat())
            }
        };
        texts.extend([&name, "\n  ", &text, "\n"]);
    }
    insta::assert_snapshot!("malformed", texts);
}

#[test]
fn sound_files_open_without_a_word() {
    for (name, why) in SOUND {
        let opened = open_in_time(fixture("malformed").join(name));
        assert!(opened.is_ok_and(|profile| profile.warnings().is_empty()), "{name}: {why}");
    }
}

#[test]
fn files_open_without_their_names() {
    for path in files() {
        let bytes = std::fs::read(&path).expect("reads");
        let by_name = import::open(&path, &Job::new()).map(|p| p.origin().format).map_err(|e| e.to_string());
        let by_bytes = import::open_bytes(bytes, &Job::new()).map(|p| p.origin().format).map_err(|e| e.to_string());
        assert_eq!(by_name, by_bytes, "{}", path.display());
    }
}

#[test]
fn what_stands_behind_json_is_told() {
    let files = [
        r#"{"shared":{"frames":[{"name":"f"}]},"profiles":[{"type":"sampled","name":"","unit":"seconds","samples":[[0]],"weights":[1]}]}"#,
        r#"[{"ph":"X","pid":1,"tid":1,"ts":1,"dur":2,"name":"f"}]"#,
        r#"{"traceEvents":[{"ph":"X","pid":1,"tid":1,"ts":1,"dur":2,"name":"f"}]}"#,
        r#"[{"pid":1,"thread_id":2,"frames":[{"name":"f","filename":"a.py","line":3}]}]"#,
    ];
    for file in files {
        let is_told = |file: String| {
            let profile = open_bytes(file).expect("opens");
            profile.warnings().iter().any(|w| w.text.contains("behind the end of its JSON"))
        };
        assert!(!is_told(format!("{file}\n \n")), "{file}");
        assert!(is_told(format!("{file}\n{file}")), "{file}");
    }
}
