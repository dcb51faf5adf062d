//! Text reports and text formats, by how they begin.

use super::{Known, known};
use memchr::memmem;

pub(super) fn recognise(head: &[u8]) -> Option<Known> {
    const BEGINNING: usize = 4096;
    let text = String::from_utf8_lossy(head.get(..BEGINNING).unwrap_or(head));
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let listed = BEGINNINGS.iter().find(|(beginning, _)| start.starts_with(beginning)).map(|(_, known)| *known);
    listed
        .or_else(|| web_page(head, start))
        .or_else(|| reports(start))
        .or_else(|| is_callgrind(start).then_some(CALLGRIND))
        .or_else(|| is_austin(start).then_some(AUSTIN))
        .or_else(|| is_mprof(start).then_some(MPROF))
        .or_else(|| is_perf_script(start).then_some(PERF_SCRIPT))
        .or_else(|| is_python(start).then_some(PROGRAM))
}

const OLD: Known =
    known("an old text profile of gperftools or Go", "Convert it: `go tool pprof -proto FILE > out.pb.gz`.");

const CALLGRIND: Known = known(
    "a callgrind profile",
    "Helioscope does not read these yet. Look at it with KCachegrind or `callgrind_annotate FILE`.",
);

const AUSTIN: Known = known("an Austin recording", "Convert it with austin-python: `austin2speedscope FILE out.json`.");

const MPROF: Known =
    known("a memory recording of mprof", "Helioscope does not read these yet. Draw it with `mprof plot FILE`.");

const PERF_SCRIPT: Known = known(
    "the text of `perf script`",
    "Collapse it: `stackcollapse-perf.pl FILE > out.folded` (from FlameGraph), or `inferno-collapse-perf FILE > out.folded`.",
);

const PROGRAM: Known = known(
    "a Python program",
    "Profile it: `python -m cProfile -o out.prof FILE`, or `py-spy record -o out.svg -- python FILE`; then open what was written.",
);

const BEGINNINGS: &[(&str, Known)] = &[
    (
        "Flat profile:",
        known("a report of gprof", "It holds no Python frames. Record Python code with cProfile or py-spy."),
    ),
    ("# callgrind format", CALLGRIND),
    ("# austin:", AUSTIN),
    ("CMDLINE ", MPROF),
    (
        "Timer unit:",
        known(
            "a text report of line_profiler",
            "A report cannot be read back. For a call tree, record with cProfile or py-spy.",
        ),
    ),
    ("# ========\n# captured on", PERF_SCRIPT),
    (
        "Analysis of sampling ",
        known("a report of macOS's sample", "Collapse it: `inferno-collapse-sample FILE > out.folded`."),
    ),
    (
        "Sampling process ",
        known("a report of macOS's sample", "Collapse it: `inferno-collapse-sample FILE > out.folded`."),
    ),
    ("PeriodType:", known("the text of `pprof -raw`", "Open the profile it was printed from.")),
    (
        "v8-version,",
        known(
            "a log of V8",
            "Process it: `node --prof-process --preprocess FILE`, and open the result at https://www.speedscope.app.",
        ),
    ),
    (
        "allocator,num_allocations,size,",
        known("a table of memray", "For time rather than memory, record with py-spy or cProfile."),
    ),
    ("*version\n", known("a method trace of Android", "Open it at https://profiler.firefox.com.")),
    ("heap profile:", OLD),
    ("goroutine profile:", OLD),
    ("threadcreate profile:", OLD),
    ("--- contention", OLD),
    ("--- mutex:", OLD),
    ("--- heapz ", OLD),
    ("--- growthz ", OLD),
    ("--- threadz ", OLD),
];

fn web_page(head: &[u8], start: &str) -> Option<Known> {
    let begins = |mark: &str| start.get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark));
    if !begins("<!doctype html") && !begins("<html") {
        return None;
    }
    let reports = [
        (
            "pyinstrument",
            "an HTML report of pyinstrument",
            "Record again as speedscope JSON: `pyinstrument -r speedscope -o out.json your_program.py`.",
        ),
        (
            "memray",
            "an HTML report of memray",
            "Reports cannot be read back. For time rather than memory, record with py-spy.",
        ),
        ("Scalene", "an HTML report of Scalene", "Reports cannot be read back. Record with py-spy or cProfile."),
        ("viztracer", "an HTML report of VizTracer", "Record as JSON: `viztracer -o out.json your_program.py`."),
        (
            "Tachyon",
            "an HTML report of Python's profiling.sampling",
            "Record as collapsed stacks: `python -m profiling.sampling run --collapsed -o out.folded your_program.py`.",
        ),
    ];
    let page = known(
        "a web page",
        "The download may have ended in an error page: open the file in a browser to see, then download the profile again.",
    );
    let report = reports.iter().find(|(mark, ..)| memmem::find(head, mark.as_bytes()).is_some());
    Some(report.map_or(page, |(_, what, advice)| known(what, advice)))
}

/// Reports that say further down what they are.
fn reports(start: &str) -> Option<Known> {
    let first = start.lines().next().unwrap_or_default();
    if first.contains("Time and Allocation Profiling Report") {
        let advice = "Helioscope reads the profiles of Python's profilers, pprof and speedscope.";
        return Some(known("a profile of GHC (Haskell)", advice));
    }
    if first.contains(" function calls ") && first.contains(" seconds") {
        let advice = "A report cannot be read back. Write the profile to a file: `python -m cProfile -o out.prof your_program.py`.";
        return Some(known("a text report of cProfile", advice));
    }
    if start.contains("_/_   Recorded:") {
        let advice = "A report cannot be read back. Record as speedscope JSON: `pyinstrument -r speedscope -o out.json your_program.py`.";
        return Some(known("a text report of pyinstrument", advice));
    }
    if first.starts_with("Filename: ") && start.contains("Line #") && start.contains("Mem usage") {
        let advice = "A report cannot be read back. For time rather than memory, record with cProfile or py-spy.";
        return Some(known("a text report of memory_profiler", advice));
    }
    let is_table = first.contains('\t')
        && (first.contains("Self Weight") || first.contains("Self (ms)") || first.starts_with("Bytes Used"));
    if is_table && first.contains("Symbol Name") {
        let advice = "Record Python code with py-spy: `py-spy record -o out.svg -- python your_program.py`.";
        return Some(known("a table of Apple's Instruments", advice));
    }
    None
}

/// A header (`events: Ir`, `creator: yappi`), or a position (`fn=main`) with a cost line below it.
fn is_callgrind(start: &str) -> bool {
    let mut positions = false;
    for line in start.lines().take(40) {
        match line.split_once([':', '=']) {
            Some(("fn" | "fl" | "ob", _)) => positions = true,
            Some(("events" | "creator" | "positions", _)) if line.contains(':') => {
                return start.contains("\nfn=")
                    || start.contains("\nfl=")
                    || start.contains("\ncmd:")
                    || line.contains("callgrind");
            }
            _ if positions => {
                let is_cost = |word: &str| {
                    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'*'))
                };
                return !line.is_empty() && line.split(' ').all(is_cost);
            }
            _ => {}
        }
    }
    false
}

/// `P12;T0:12;…`: the process and the thread, before frames.
fn is_austin(start: &str) -> bool {
    let mut parts = start.lines().next().unwrap_or_default().split(';');
    let id = |part: Option<&str>, mark: char| {
        part.and_then(|p| p.strip_prefix(mark)).is_some_and(|id| id.bytes().any(|b| b.is_ascii_digit()))
    };
    id(parts.next(), 'P') && id(parts.next(), 'T')
}

/// `MEM 1.18 1795370376.59`, `FUNC name 1.0 2.0 3.0 4.0 0`.
fn is_mprof(start: &str) -> bool {
    let mut words = start.lines().next().unwrap_or_default().split(' ');
    let numbers =
        |n: usize, words: std::str::Split<'_, char>| words.take(n).filter(|w| w.parse::<f64>().is_ok()).count() == n;
    match words.next() {
        Some("MEM") => numbers(2, words),
        Some("FUNC") => words.next().is_some() && numbers(4, words),
        _ => false,
    }
}

/// `python  6106  2429.535768:  5025125 cpu-clock:`: a command, ids, the time and the event.
fn is_perf_script(start: &str) -> bool {
    let Some(line) = start.lines().find(|l| !l.starts_with('#') && !l.trim().is_empty()) else { return false };
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_time = |word: &str| {
        let seconds = word.strip_suffix(':').and_then(|w| w.split_once('.'));
        seconds.is_some_and(|(whole, part)| {
            [whole, part].iter().all(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    let time = words.iter().position(|word| is_time(word));
    time.is_some_and(|at| at >= 2 && words.iter().skip(at + 1).any(|word| word.ends_with(':')))
}

fn is_python(start: &str) -> bool {
    let first = start.lines().next().unwrap_or_default();
    if first.starts_with("#!") {
        return first.contains("python");
    }
    let is_statement = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["import", ..] => !line.contains(';'),
            ["from", _, "import", ..] => true,
            ["def" | "class", ..] => line.trim_end().ends_with(':'),
            _ => false,
        }
    };
    start.lines().take(60).filter(|line| is_statement(line)).count() >= 2
}
