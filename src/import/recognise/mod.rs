//! Files that are not profiles, or not ones Helioscope reads, named for what they are.
//!
//! What a file is called says little: `.prof` is cProfile's, gprof's, GHC's, hotshot's, and a pointer to a file that was
//! never downloaded. So that nobody has to guess, everything a Python developer may mistake for a profile of ours has a
//! name here, and says what to do next. Advice names commands of the tools themselves; `FILE` is the file at hand.

mod binary;
mod json;
mod text;

use super::{ImportError, Input};

/// What a file is, and what to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Known {
    /// With its article: "a Git LFS pointer".
    what: &'static str,
    advice: &'static str,
}

const fn known(what: &'static str, advice: &'static str) -> Known {
    Known { what, advice }
}

impl From<Known> for ImportError {
    fn from(Known { what, advice }: Known) -> Self {
        Self::Recognised { what, advice }
    }
}

/// What can be told before any format is asked.
pub(super) fn no_profile(input: &Input) -> Option<ImportError> {
    let head = input.head();
    if head.is_empty() {
        let what = if input.is_compressed() { "a compressed file with nothing in it" } else { "an empty file" };
        let advice = "The profiler wrote nothing: it may have been stopped too early. Record it again.";
        return Some(known(what, advice).into());
    }
    if head.starts_with(b"version https://git-lfs.github.com/") {
        let advice = "Fetch the real file with `git lfs pull`, then open it again.";
        return Some(known("a Git LFS pointer to a file", advice).into());
    }
    None
}

/// A file no format is sure of, recognised as something else.
pub(super) fn unreadable(head: &[u8]) -> Option<ImportError> {
    binary::recognise(head).or_else(|| json::recognise(head)).or_else(|| text::recognise(head)).map(Into::into)
}

/// Nothing known.
pub(super) fn unknown(head: &[u8]) -> ImportError {
    const SAMPLE: usize = 1024;
    const SHOWN: usize = 40;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let sample = head.get(..SAMPLE).unwrap_or(head);
    let is_text = sample.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..));
    let why = if is_text {
        let text = String::from_utf8_lossy(sample);
        let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
        let shown: String = line.chars().take(SHOWN).collect();
        let dots = if shown.len() < line.len() { "…" } else { "" };
        format!("it is text that begins with “{shown}{dots}”")
    } else {
        "it is binary data of an unknown kind".to_owned()
    };
    ImportError::Unknown { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(head: &[u8]) -> Option<&'static str> {
        match unreadable(head)? {
            ImportError::Recognised { what, .. } => Some(what),
            _ => None,
        }
    }

    #[test]
    fn files_of_other_profilers_are_named() {
        let cases: &[(&[u8], &str)] = &[
            (b"\x13\x0fhotshot-version\0", "a hotshot profile of Python 2"),
            (b"gmon\x01\0\0\0", "gprof's binary data"),
            (b"PERFILE2", "data of Linux perf"),
            (b"memray\0", "a memray recording"),
            (b"\x04\x22\x4d\x18\x40\x40\xc0\x12\0\0\0\xf0\x04memray\0\0", "a memray recording"),
            (b"\x04\x22\x4d\x18\x40\x40\xc0\x12\0\0\0\xf0\x04junk", "an LZ4-compressed file"),
            (b"MOJ\x03", "an Austin recording in MOJO format"),
            (b"HCAT\x01\0\0\0", "a binary recording of Python's profiling.sampling"),
            (b"TACH\0\0\0\x01", "a binary recording of Python's profiling.sampling"),
            (b"\x80\x04]\x94.", "a Python pickle"),
            (b"FLR\0\0\x02", "a recording of Java Flight Recorder"),
            (b"{\"start_time\": 1.5, \"sample_count\": 3, \"root_frame\": {}}", "a JSON report of pyinstrument"),
            (b"{\"start_time\": 1.5, \"start_call_stack\": [], \"frame_records\": []}", "a session of pyinstrument"),
            (b"{\"session\": {\"start_time\": 1}, \"frame_tree\": {}}", "the data of a pyinstrument HTML report"),
            (
                b"{\n \"alloc_samples\": 0,\n \"args\": [], \"elapsed_time_sec\": 1, \"files\": {",
                "a profile of Scalene",
            ),
            (
                b"{\"meta\": {\"interval\": 1, \"preprocessedProfileVersion\": 57}, \"threads\": []}",
                "a profile for the Firefox Profiler",
            ),
            (b"{\"profile\": {\"meta\": {\"stackwalk\": 1}}}", "a profile for the Firefox Profiler"),
            (b"{\"nodes\":[{\"id\":1,\"callFrame\":{", "a CPU profile of V8 (Chrome, Node.js)"),
            (b"{\"head\":{\"functionName\":\"(root)\"", "a CPU profile of V8 (Chrome, Node.js)"),
            (b"{\"head\":{\"callFrame\":{},\"selfSize\":0", "a heap profile of V8 (Chrome, Node.js)"),
            (b"{\"version\":1,\"recording\":{\"displayName\":\"x\"", "a timeline of Safari"),
            (b"{\"version\":1.2,\"mode\":\"cpu\",\"missed_samples\":0", "a profile of Ruby's stackprof"),
            (b"{\n\"program\": \"x\", \"rts_arguments\": [\"-pj\"]", "a profile of GHC (Haskell)"),
            (b"{\"dhatFileVersion\":2", "a heap profile of DHAT"),
            (b"{\"version\": 0, \"costs\": [{}], \"events\": [{\"callchain\": [", "data for gprof2dot"),
            (b"\tThu Jan 1 00:00 2026 Time and Allocation Profiling Report  (Final)", "a profile of GHC (Haskell)"),
            (b"Flat profile:\n", "a report of gprof"),
            (b"# callgrind format\n", "a callgrind profile"),
            (b"version: 1\ncreator: xdebug 3\ncmd: x\n", "a callgrind profile"),
            (b"event: ns : Nanoseconds\nevents: ns\nfl=a.py\nfn=f\n1 2\n", "a callgrind profile"),
            (b"fn=a\n1 2\n", "a callgrind profile"),
            (b"# austin: 3.7.0\n", "an Austin recording"),
            (b"P12;T0:12;a.py:f:3 100\n", "an Austin recording"),
            (b"P403;Tx87;__main__.py:base:2 12\n", "an Austin recording"),
            (b"CMDLINE python a.py\nMEM 1.0 1.0\n", "a memory recording of mprof"),
            (b"FUNC m.f 1.0 2.0 3.0 4.0 0\n", "a memory recording of mprof"),
            (b"MEM 1.18 1795370376.59\n", "a memory recording of mprof"),
            (b"Filename: a.py\n\nLine #    Mem usage    Increment\n", "a text report of memory_profiler"),
            (b"Timer unit: 1e-06 s\n", "a text report of line_profiler"),
            (
                b"python  6106  2429.535768:    5025125 cpu-clock: \n\t  2dfd44 f+0xd4 (x)\n",
                "the text of `perf script`",
            ),
            (b"# ========\n# captured on    : Sun\n", "the text of `perf script`"),
            (b"forks     9 [002] 203265.377019:    1001001 cpu-clock: \n\t 6f1 f (x)\n", "the text of `perf script`"),
            (b"Analysis of sampling rg (pid 1) every 1 millisecond\n", "a report of macOS's sample"),
            (b"heap profile: 1: 2 [3: 4] @ heap/1048576\n", "an old text profile of gperftools or Go"),
            (b"PeriodType: cpu nanoseconds\nPeriod: 1\n", "the text of `pprof -raw`"),
            (b"         27 function calls (25 primitive calls) in 0.001 seconds\n", "a text report of cProfile"),
            (b"\n  _     ._   __/__   _ _  _  _ _/_   Recorded: 18:02:08\n", "a text report of pyinstrument"),
            (b"<!DOCTYPE html><script>var pyinstrumentHTMLRenderer=", "an HTML report of pyinstrument"),
            (b"<!doctype HTML>\n<html><body>404", "a web page"),
            (b"#!/usr/bin/env python3\nimport os\n", "a Python program"),
            (b"import time, sys\n\ndef main():\n    pass\n", "a Python program"),
            (b"%PDF-1.7", "a PDF document"),
        ];
        for (head, expected) in cases {
            let found = what(head).unwrap_or("nothing");
            assert!(found.starts_with(expected), "{}: {found}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn files_of_formats_that_are_read_are_left_to_their_readers() {
        let heads: &[&[u8]] = &[
            b"main (a.py:3);f (a.py:9) 4\n",
            b"P;T;f 3\n",
            b"Process;Thread;f 3\n",
            b"import;main 3\n",
            b"tid:111;a.py:main:9 4\n",
            b"{\"$schema\": \"https://www.speedscope.app/file-format-schema.json\", \"meta\": {}, \"threads\": 1, \"libs\": 2}",
            b"{\"traceEvents\": [{\"ph\": \"P\", \"args\": {\"nodes\": [{\"callFrame\": {}}]}}]}",
            b"[{\"ph\":\"X\",\"name\":\"a\",\"ts\":0}]",
            b"[{\"pid\": 1, \"thread_id\": 2, \"frames\": [], \"owns_gil\": false, \"active\": true}]",
            b"{(\x03\0\0\0",
            b"<?xml version=\"1.0\"?><svg>",
        ];
        for head in heads {
            assert_eq!(what(head), None, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn what_is_unknown_is_shown_by_its_first_words() {
        let shown = |head: &[u8]| unknown(head).to_string();
        assert!(shown(b"\n  dear diary\n").ends_with("it is text that begins with “dear diary”"));
        assert!(shown("é".repeat(50).as_bytes()).ends_with(&format!("“{}…”", "é".repeat(40))));
        assert!(shown(b"\0\x01\x02").ends_with("it is binary data of an unknown kind"));
    }
}
