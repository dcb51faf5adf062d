//! Files that are not profiles, or not ones Helioscope reads, named for what they are.

use super::{ImportError, Input};

/// What can be told before any format is asked.
pub(super) fn before_decompression(input: &Input) -> Option<ImportError> {
    let head = input.head();
    if head.is_empty() {
        let advice = "The profiler wrote nothing: it may have been stopped too early. Record it again.";
        return Some(recognised("an empty file", advice));
    }
    if head.starts_with(b"version https://git-lfs.github.com/") {
        return Some(recognised(
            "a Git LFS pointer, not the file it points to",
            "Fetch the real file with `git lfs pull`, then open it again.",
        ));
    }
    None
}

/// A file no format is sure of, recognised as something else.
pub(super) fn unreadable(head: &[u8]) -> Option<ImportError> {
    let text = String::from_utf8_lossy(&head[..head.len().min(4096)]);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let lower = start.get(..64.min(start.len())).unwrap_or(start).to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Some(recognised(
            "a web page",
            "The download may have ended in an error page: open the file in a browser to see, then download the profile again.",
        ));
    }
    for (magic, what, advice) in MAGICS {
        if head.starts_with(magic) {
            return Some(recognised(what, advice));
        }
    }
    for (mark, what, advice) in TEXTS {
        if start.starts_with(mark) {
            return Some(recognised(what, advice));
        }
    }
    // A marshal dictionary that holds no profile is refused by the cProfile reader; a pickle is named here.
    if let [0x80, 2..=5, ..] = head {
        return Some(recognised(
            "a Python pickle",
            "Helioscope runs nothing from a file, so it does not load pickles. Save the profile with `cProfile -o`, or as speedscope JSON.",
        ));
    }
    None
}

const OLD_CPU: &str = "an old binary CPU profile of gperftools";
const OLD_TEXT: &str = "an old text profile of gperftools or Go";
const CONVERT: &str = "Convert it: `go tool pprof -proto FILE > out.pb.gz`.";

type Row = (&'static [u8], &'static str, &'static str);

const MAGICS: &[Row] = &[
    (
        b"\x13hotshot-version",
        "a hotshot profile of Python 2",
        "Record it with cProfile: `python -m cProfile -o out.prof …`.",
    ),
    (b"gmon\x01", "gprof's binary data", "Record Python code with cProfile or py-spy."),
    (
        b"PERFILE2",
        "data of Linux perf",
        "Write it as text first: `perf script -i FILE | stackcollapse-perf.pl > out.folded`.",
    ),
    (
        b"memray\0",
        "a memray recording, which only the memray that wrote it can read",
        "Write it in another format first: `memray transform gprof2dot FILE`, or `memray transform csv FILE`.",
    ),
    (
        b"\x04\x22\x4d\x18",
        "an LZ4-compressed file, probably a memray recording",
        "Write it in another format first: `memray transform csv FILE`.",
    ),
    (
        b"MOJ",
        "an Austin recording in MOJO format",
        "Convert it: `mojo2austin FILE out.austin`, then `austin2speedscope out.austin out.json`.",
    ),
    (
        b"HCAT",
        "a binary recording of Python's profiling.sampling",
        "Convert it: `python -m profiling.sampling replay --pstats FILE`.",
    ),
    (
        b"TACH",
        "a binary recording of Python's profiling.sampling",
        "Convert it: `python -m profiling.sampling replay --pstats FILE`.",
    ),
    // gperftools: the words 0, 3, 0 of 8 or 4 bytes in either byte order.
    (b"\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0", OLD_CPU, CONVERT),
    (b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03", OLD_CPU, CONVERT),
    (b"\0\0\0\0\x03\0\0\0", OLD_CPU, CONVERT),
    (b"\0\0\0\0\0\0\0\x03", OLD_CPU, CONVERT),
    (b"\x7fELF", "an executable", "Open the profile that was recorded, not the program."),
    (b"PK\x03\x04", "a ZIP archive", "Unpack it and open the profile inside."),
    (b"\x89PNG", "a PNG picture", "Open the profile the picture was made from."),
    (b"%PDF", "a PDF document", "Open the profile it was made from."),
    (b"SQLite format 3", "an SQLite database", "Export the profile from the program that wrote it."),
];

const TEXTS: &[(&str, &str, &str)] = &[
    ("Flat profile:", "a report of gprof", "Record Python code with cProfile or py-spy."),
    ("version: 1\ncreator: callgrind", "a callgrind profile", "Helioscope does not read callgrind files yet."),
    ("# callgrind format", "a callgrind profile", "Helioscope does not read callgrind files yet."),
    ("# austin:", "an Austin recording", "Convert it: `austin2speedscope FILE out.json`."),
    ("CMDLINE ", "a memory recording of mprof", "Helioscope does not read mprof files yet."),
    ("Timer unit:", "a text report of line_profiler", "Open a `.prof` of cProfile for the same program."),
    (
        "\tCOST CENTRE",
        "a profile of GHC (Haskell)",
        "Helioscope reads the profiles of Python's profilers, pprof and speedscope.",
    ),
    ("heap profile:", OLD_TEXT, CONVERT),
    ("goroutine profile:", OLD_TEXT, CONVERT),
    ("threadcreate profile:", OLD_TEXT, CONVERT),
    ("--- contention", OLD_TEXT, CONVERT),
    ("--- mutex:", OLD_TEXT, CONVERT),
    ("--- heapz ", OLD_TEXT, CONVERT),
    ("--- growthz ", OLD_TEXT, CONVERT),
    ("--- threadz ", OLD_TEXT, CONVERT),
];

/// Nothing known.
pub(super) fn unknown(head: &[u8]) -> ImportError {
    let sample = &head[..head.len().min(1024)];
    let printable = sample.iter().filter(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..)).count();
    let why = if printable == sample.len() {
        let line = String::from_utf8_lossy(sample);
        let line = line.lines().find(|l| !l.trim().is_empty()).unwrap_or_default().trim();
        let shown: String = line.chars().take(40).collect();
        let dots = if shown.len() < line.len() { "…" } else { "" };
        format!("it is text that begins with “{shown}{dots}”")
    } else {
        "it is binary data of an unknown kind".to_owned()
    };
    ImportError::Unknown { why }
}

fn recognised(what: &'static str, advice: &'static str) -> ImportError {
    ImportError::Recognised { what, advice }
}
