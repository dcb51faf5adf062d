//! A source file as text and lines.

use super::fit::Definitions;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

/// How a file's bytes were read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// ISO 8859-1, as the file's first lines say.
    Latin1,
    /// Bytes that are not UTF-8 are shown as `�`: the file is damaged, or says it is in an encoding we do not read.
    Lossy,
}

/// A source file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    path: PathBuf,
    text: String,
    /// Where each line begins, in bytes.
    starts: Vec<u32>,
    encoding: Encoding,
    modified: Option<SystemTime>,
    definitions: OnceLock<Definitions>,
}

impl SourceFile {
    /// The most bytes a source file may have.
    pub const LIMIT: u64 = 10 << 20;

    /// A file of the given bytes, in the encoding they declare (PEP 263).
    pub fn new(path: PathBuf, bytes: &[u8], modified: Option<SystemTime>) -> Self {
        let (text, encoding) = decode(bytes);
        let starts = line_starts(&text);
        Self { path, text, starts, encoding, modified, definitions: OnceLock::new() }
    }

    /// Where it was found.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How its bytes were read.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// When it was last written.
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// How many lines it has; what follows the last line break counts only if there is something.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// A line, counted from one, without its line break; `None` where there is no such line.
    pub fn line(&self, number: u32) -> Option<&str> {
        let (start, end) = self.line_range(number)?;
        Some(self.text[start..end].trim_end_matches(['\r', '\n']))
    }

    /// The line, counted from one, that holds the byte at an offset.
    pub fn line_at(&self, offset: usize) -> u32 {
        self.starts.partition_point(|&s| s as usize <= offset).max(1) as u32
    }

    /// Where its functions and classes stand, looked up once.
    pub(super) fn definitions(&self) -> &Definitions {
        self.definitions.get_or_init(|| Definitions::of(self))
    }

    /// Where a line begins and where the next one does, in bytes.
    pub fn line_range(&self, number: u32) -> Option<(usize, usize)> {
        let index = (number as usize).checked_sub(1)?;
        let start = *self.starts.get(index)? as usize;
        let end = self.starts.get(index + 1).map_or(self.text.len(), |&s| s as usize);
        Some((start, end))
    }
}

/// Lines end where Python ends them: at `\n`, `\r\n` and a lone `\r`.
fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = Vec::new();
    let mut next = 0;
    while next < bytes.len() {
        starts.push(next as u32);
        let Some(end) = memchr::memchr2(b'\n', b'\r', &bytes[next..]).map(|at| next + at) else { break };
        next = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    starts
}

fn decode(bytes: &[u8]) -> (String, Encoding) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), Encoding::Utf8);
    }
    match declared(bytes).as_deref() {
        Some("latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "iso-latin-1" | "l1") => {
            (bytes.iter().map(|&b| char::from(b)).collect(), Encoding::Latin1)
        }
        _ => (String::from_utf8_lossy(bytes).into_owned(), Encoding::Lossy),
    }
}

/// The encoding a comment on one of the first two lines names: `# -*- coding: latin-1 -*-`.
fn declared(bytes: &[u8]) -> Option<String> {
    bytes.split(|b| *b == b'\n').take(2).find_map(|line| {
        let line = String::from_utf8_lossy(line.get(..400).unwrap_or(line)).into_owned();
        let comment = line.trim_start().strip_prefix('#')?;
        let after = comment.split_once("coding")?.1.strip_prefix([':', '='])?.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(after.len());
        (end > 0).then(|| after[..end].to_ascii_lowercase().replace('_', "-"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> SourceFile {
        SourceFile::new(PathBuf::from("a.py"), bytes, None)
    }

    #[test]
    fn lines_end_where_python_ends_them() {
        let file = file(b"a\nb\r\nc\rd\x0c\n\nlast");
        let lines: Vec<&str> = (1..=7).map_while(|n| file.line(n)).collect();
        assert_eq!(lines, ["a", "b", "c", "d\u{c}", "", "last"]);
        assert_eq!((file.line(0), file.line(7)), (None, None));
        assert_eq!([0, 1, 2, 5, 7].map(|at| file.line_at(at)), [1, 1, 2, 3, 4]);
    }

    proptest::proptest! {
        #[test]
        fn lines_put_together_are_the_text(bytes in proptest::collection::vec(proptest::sample::select(&b"ab \r\n\xff\xc3\xa9#\x0c"[..]), 0..60)) {
            let file = file(&bytes);
            let count = file.line_count() as u32;
            let mut all = String::new();
            for number in 1..=count {
                let (start, end) = file.line_range(number).expect("there is such a line");
                proptest::prop_assert_eq!(file.line_at(start), number);
                all.push_str(&file.text()[start..end]);
            }
            proptest::prop_assert_eq!(&all, file.text());
            proptest::prop_assert_eq!(file.line(count + 1), None);
        }
    }

    #[test]
    fn nothing_after_the_last_line_break_is_no_line() {
        assert_eq!(file(b"a\n").line_count(), 1);
        assert_eq!(file(b"").line_count(), 0);
        assert_eq!(file(b"").line_at(0), 1);
    }

    #[test]
    fn the_declared_encoding_is_believed_only_where_utf_8_fails() {
        let latin = file(b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\nname = '\xe9'\n");
        assert_eq!((latin.line(3), latin.encoding()), (Some("name = '\u{e9}'"), Encoding::Latin1));
        let utf8 = file("# coding=latin-1\nname = 'é'\n".as_bytes());
        assert_eq!((utf8.line(2), utf8.encoding()), (Some("name = 'é'"), Encoding::Utf8));
        let late = file(b"\n\n# coding: latin-1\n'\xe9'\n");
        assert_eq!(late.encoding(), Encoding::Lossy, "a third line declares nothing");
        let other = file(b"# coding: gbk\n'\xc4\xe3'\n");
        assert_eq!((other.line_count(), other.encoding()), (2, Encoding::Lossy));
        assert_eq!(file(b"\xef\xbb\xbfimport os\n").line(1), Some("import os"), "without its byte order mark");
    }
}
