//! Binary files, by their first bytes.

use super::{Known, known};
use memchr::memmem;

pub(super) fn recognise(head: &[u8]) -> Option<Known> {
    let magic = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, known)| *known);
    magic.or_else(|| hotshot(head)).or_else(|| lz4(head)).or_else(|| pickle(head))
}

const OLD_CPU: Known =
    known("an old binary CPU profile of gperftools", "Convert it: `go tool pprof -proto FILE > out.pb.gz`.");

const SAMPLING: Known = known(
    "a binary recording of Python's profiling.sampling",
    "Convert it with the Python that recorded it: `python -m profiling.sampling replay --pstats -o out.prof FILE`.",
);

const MEMRAY: Known = known(
    "a memray recording",
    "Only the memray that wrote it can read it: `memray flamegraph FILE`. For time rather than memory, record with py-spy.",
);

const MAGICS: &[(&[u8], Known)] = &[
    (
        b"gmon\x01",
        known("gprof's binary data", "It holds no Python frames. Record Python code with cProfile or py-spy."),
    ),
    (
        b"PERFILE2",
        known(
            "data of Linux perf",
            "Write it as collapsed stacks: `perf script -i FILE | stackcollapse-perf.pl > out.folded` (from FlameGraph).",
        ),
    ),
    (b"memray\0", MEMRAY),
    (
        b"MOJ",
        known(
            "an Austin recording in MOJO format",
            "Convert it with austin-python: `austin2speedscope FILE out.json` (its versions before 2 need `mojo2austin FILE out.austin` first).",
        ),
    ),
    (b"HCAT", SAMPLING),
    (b"TACH", SAMPLING),
    // gperftools: the words 0, 3, 0 of 8 or 4 bytes in either byte order.
    (b"\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0", OLD_CPU),
    (b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03", OLD_CPU),
    (b"\0\0\0\0\x03\0\0\0", OLD_CPU),
    (b"\0\0\0\0\0\0\0\x03", OLD_CPU),
    (
        b"FLR\0",
        known(
            "a recording of Java Flight Recorder",
            "Convert it to collapsed stacks with the converter of async-profiler.",
        ),
    ),
    (b"SIMPLEPERF", known("a recording of Android's simpleperf", "Open it at https://profiler.firefox.com.")),
    (b"SLOW", known("a method trace of Android", "Open it at https://profiler.firefox.com.")),
    (b"\x7fELF", known("an executable", "Open the profile that was recorded, not the program.")),
    (b"MZ\x90", known("an executable", "Open the profile that was recorded, not the program.")),
    (b"PK\x03\x04", known("a ZIP archive", "Unpack it and open the profile inside.")),
    (b"BZh", known("a bzip2-compressed file", "Unpack it with `bunzip2` and open the profile inside.")),
    (b"\xfd7zXZ\0", known("an xz-compressed file", "Unpack it with `unxz` and open the profile inside.")),
    (b"\x89PNG", known("a PNG picture", "Open the profile the picture was made from.")),
    (b"%PDF", known("a PDF document", "Open the profile it was made from.")),
    (b"SQLite format 3\0", known("an SQLite database", "Export the profile from the program that wrote it.")),
];

/// A tag, the length of the key, and the key.
fn hotshot(head: &[u8]) -> Option<Known> {
    let [0x13, rest @ ..] = head else { return None };
    let is_hotshot = rest.starts_with(b"hotshot-version") || rest.get(1..)?.starts_with(b"hotshot-version");
    is_hotshot.then_some(known(
        "a hotshot profile of Python 2",
        "Convert it with Python 2: `hotshot.stats.load('FILE').dump_stats('out.prof')`, or record with cProfile.",
    ))
}

/// memray compresses its recordings; the first block begins with a name that cannot be made shorter.
fn lz4(head: &[u8]) -> Option<Known> {
    const BEGINNING: usize = 64;
    if !head.starts_with(b"\x04\x22\x4d\x18") {
        return None;
    }
    let beginning = head.get(..BEGINNING).unwrap_or(head);
    let other = known("an LZ4-compressed file", "Unpack it with `lz4 -d FILE` and open the profile inside.");
    Some(memmem::find(beginning, b"memray\0").map_or(other, |_| MEMRAY))
}

fn pickle(head: &[u8]) -> Option<Known> {
    let [0x80, 2..=5, ..] = head else { return None };
    Some(known(
        "a Python pickle",
        "Helioscope runs nothing from a file, so it loads no pickles. Save the profile with `python -m cProfile -o out.prof`, or as speedscope JSON.",
    ))
}
