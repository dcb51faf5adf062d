//! Text in UTF-16, as PowerShell's `>` writes it: `py-spy dump --json --pid 4711 > out.json`.

use crate::support::{fixture, folded, open, open_bytes};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// A text with a byte order mark, in either order.
fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn every_text_format_opens_as_it_does_in_utf8() {
    let files = [
        "pyspy_dump/dump.json",
        "speedscope/pyspy_threads.speedscope",
        "chrome_trace/pyspy_threads.json",
        "svg/whole.svg",
        "svg/shop.folded",
    ];
    for file in files {
        let text = std::fs::read_to_string(fixture(file)).expect("is UTF-8");
        let expected = open(file);
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes = utf16(&text, unit);
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(&bytes).expect("writes to memory");
            for bytes in [bytes, gzip.finish().expect("ends")] {
                let profile = open_bytes(bytes).unwrap_or_else(|e| panic!("{file}: {e}"));
                assert_eq!(profile.origin().format, expected.origin().format, "{file}");
                assert_eq!(profile.warnings(), expected.warnings(), "{file}");
                let metric = expected.default_metric();
                assert_eq!(folded(&profile, metric, None), folded(&expected, metric, None), "{file}");
            }
        }
    }
}

#[test]
fn what_is_no_profile_is_named_as_it_is_in_utf8() {
    for (text, named) in [
        ("<!DOCTYPE html><title>404</title>", "this is a web page"),
        ("   27 function calls in 0.001 seconds\n", "this is a text report of cProfile"),
        ("dear diary", "it is text that begins with “dear diary”"),
    ] {
        let error = open_bytes(utf16(text, u16::to_le_bytes)).expect_err("is no profile").to_string();
        assert!(error.contains(named), "{error}");
    }
}
