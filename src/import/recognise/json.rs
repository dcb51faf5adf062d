//! JSON of other profilers, by its keys.

use super::{Known, known};
use memchr::memmem;

/// The first of these whose keys all stand in the head.
pub(super) fn recognise(head: &[u8]) -> Option<Known> {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !start.starts_with(b"{") || READ.iter().any(|key| has_key(start, key)) {
        return None;
    }
    KEYS.iter().find(|(keys, _)| keys.iter().all(|key| has_key(start, key))).map(|(_, known)| *known)
}

/// Whether the key stands anywhere in the text, followed by a colon.
fn has_key(text: &[u8], key: &str) -> bool {
    memmem::find_iter(text, key.as_bytes()).any(|at| {
        let quoted = at > 0 && text.get(at - 1) == Some(&b'"');
        let behind = text.get(at + key.len()..).and_then(|rest| rest.strip_prefix(b"\""));
        quoted && behind.is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
    })
}

/// Keys of the formats that are read.
const READ: &[&str] = &["$schema", "traceEvents", "ph"];

const V8: Known = known(
    "a CPU profile of V8 (Chrome, Node.js)",
    "Open it at https://www.speedscope.app and export it from there as speedscope JSON.",
);

const FIREFOX: Known = known(
    "a profile for the Firefox Profiler",
    "Open it at https://profiler.firefox.com. From Python's profiling.sampling, record with `--pstats` or `--collapsed` instead of `--gecko`.",
);

const KEYS: &[(&[&str], Known)] = &[
    (
        &["session", "frame_tree"],
        known(
            "the data of a pyinstrument HTML report",
            "Record again as speedscope JSON: `pyinstrument -r speedscope -o out.json your_program.py`.",
        ),
    ),
    (
        &["session", "start_call_stack"],
        known(
            "the data of a pyinstrument HTML report",
            "Record again as speedscope JSON: `pyinstrument -r speedscope -o out.json your_program.py`.",
        ),
    ),
    (
        &["frame_records"],
        known("a session of pyinstrument", "Convert it: `pyinstrument --load=FILE -r speedscope -o out.json`."),
    ),
    (
        &["start_call_stack", "sample_count"],
        known("a session of pyinstrument", "Convert it: `pyinstrument --load=FILE -r speedscope -o out.json`."),
    ),
    (
        &["root_frame", "sample_count"],
        known(
            "a JSON report of pyinstrument",
            "Record again as speedscope JSON: `pyinstrument -r speedscope -o out.json your_program.py`.",
        ),
    ),
    (&["alloc_samples", "args"], SCALENE),
    (&["elapsed_time_sec", "files"], SCALENE),
    (&["meta", "preprocessedProfileVersion"], FIREFOX),
    (&["meta", "stackwalk"], FIREFOX),
    (&["meta", "interval", "processType"], FIREFOX),
    (&["meta", "interval", "startTime"], FIREFOX),
    (
        &["label", "duration", "markers"],
        known(
            "a recording of Firefox's former developer tools",
            "Open it at https://www.speedscope.app and export it from there as speedscope JSON.",
        ),
    ),
    (
        &["head", "selfSize"],
        known("a heap profile of V8 (Chrome, Node.js)", "Open it in the Memory panel of Chrome's developer tools."),
    ),
    (&["nodes", "callFrame"], V8),
    (&["head", "functionName"], V8),
    (
        &["recording", "displayName"],
        known(
            "a timeline of Safari",
            "Open it at https://www.speedscope.app and export it from there as speedscope JSON.",
        ),
    ),
    (
        &["mode", "missed_samples"],
        known(
            "a profile of Ruby's stackprof",
            "Open it at https://www.speedscope.app and export it from there as speedscope JSON.",
        ),
    ),
    (
        &["program", "rts_arguments"],
        known(
            "a profile of GHC (Haskell)",
            "Open it at https://www.speedscope.app and export it from there as speedscope JSON.",
        ),
    ),
    (&["dhatFileVersion"], known("a heap profile of DHAT", "Open it in Valgrind's `dh_view.html`.")),
    (
        &["costs", "callchain"],
        known("data for gprof2dot", "Draw it with `gprof2dot -f json FILE`, or open the recording it was made from."),
    ),
    (
        &["total_num_allocations", "total_bytes_allocated"],
        known("statistics of memray", "They hold sums, no stacks. Look at the recording with `memray flamegraph`."),
    ),
    (
        &["type", "run_id", "sample_interval_usec"],
        known(
            "line-delimited JSON of Python's profiling.sampling",
            "It holds sums by function. Record with `--pstats` or `--collapsed` instead: `python -m profiling.sampling run --collapsed -o out.folded your_program.py`.",
        ),
    ),
];

const SCALENE: Known = known(
    "a profile of Scalene",
    "Helioscope does not read these yet. Look at it with `scalene view`, or record with py-spy.",
);
