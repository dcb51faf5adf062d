//! A pull reader for JSON that lies in memory.
//!
//! <https://www.rfc-editor.org/rfc/rfc8259>
//!
//! ```text
//! let mut members = json.object()?;
//! while let Some(key) = members.next(&mut json)? {
//!     match key.raw() {
//!         b"name" => name = json.string()?.text(),
//!         _ => json.skip()?,
//!     }
//! }
//! ```
//!
//! It exists beside `serde_json` because profiles are JSON only nearly, and large. They hold `NaN` and `Infinity`;
//! decimal times that must reach [`decimal::scaled`](super::decimal::scaled) as the digits they are, never as a float;
//! nesting deeper than any recursion should follow; and tails cut off by a profiler that was killed, of which
//! everything before the cut is worth having: [`JsonError::Truncated`] is an error of its own so that a reader can keep
//! what it has. A position can be remembered and read again later, so a file whose names stand after its samples needs
//! no copy of the samples.

mod rows;
#[cfg(test)]
mod tests;
mod text;

pub(super) use rows::IndexRows;
pub(super) use text::Text;

use super::Job;
use memchr::{memchr2, memchr3};

/// What to tell where a text goes on behind its value, as when two files were put together.
pub(super) const LEFT_OUT: &str = "Something stands in the file behind the end of its JSON; it was left out.";

/// What is wrong with the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum JsonError {
    /// The input ends within a value.
    Truncated,
    /// Something else stands where `wanted` should be.
    Unexpected {
        /// Its position in bytes.
        at: usize,
        /// What should be there.
        wanted: &'static str,
    },
}

impl JsonError {
    /// The error to show where nothing of the file can be kept.
    pub(super) fn of_format(self, format: &'static str, len: usize) -> super::ImportError {
        match self {
            Self::Truncated => {
                super::ImportError::malformed(format, len as u64, "the file ends in the middle of its JSON")
            }
            Self::Unexpected { at, wanted } => {
                super::ImportError::malformed(format, at as u64, format!("{wanted} should stand here"))
            }
        }
    }
}

/// Why a reader of JSON stopped: the text, or what the reader made of it.
#[derive(Debug)]
pub(super) enum ReadError {
    Json(JsonError),
    Stopped(super::ImportError),
}

impl From<JsonError> for ReadError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<super::ImportError> for ReadError {
    fn from(error: super::ImportError) -> Self {
        Self::Stopped(error)
    }
}

type Result<T> = std::result::Result<T, JsonError>;

/// What a value is, from its first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    /// A number, `true`, `false`, `null`, `NaN` …
    Word,
}

/// A position in a JSON text. Copies are independent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The members of an object that has been entered.
#[derive(Debug)]
pub(super) struct Members {
    first: bool,
}

/// The items of an array that has been entered.
#[derive(Debug)]
pub(super) struct Items {
    first: bool,
}

impl<'a> Json<'a> {
    /// The beginning of a text; a byte order mark is passed over.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { bytes, at }
    }

    /// A position that was given by [`Self::offset`].
    pub(super) fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self { bytes, at: offset.min(bytes.len()) }
    }

    /// Bytes from the beginning of the text.
    #[inline]
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Whether anything but blanks is left of the text.
    pub(super) fn has_more(&mut self) -> bool {
        self.blanks();
        self.at < self.bytes.len()
    }

    /// The whole text this is a position in.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
        }
    }

    fn unexpected<T>(&self, wanted: &'static str) -> Result<T> {
        if self.at >= self.bytes.len() {
            return Err(JsonError::Truncated);
        }
        Err(JsonError::Unexpected { at: self.at, wanted })
    }

    /// The kind of the next value.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<Kind> {
        self.blanks();
        match self.byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => Ok(Kind::Word),
            _ => self.unexpected("a value"),
        }
    }

    #[inline]
    fn open(&mut self, bracket: u8, wanted: &'static str) -> Result<()> {
        self.blanks();
        if self.byte() != Some(bracket) {
            return self.unexpected(wanted);
        }
        self.at += 1;
        Ok(())
    }

    /// Enters an object.
    #[inline]
    pub(super) fn object(&mut self) -> Result<Members> {
        self.open(b'{', "an object")?;
        Ok(Members { first: true })
    }

    /// Enters an array.
    #[inline]
    pub(super) fn array(&mut self) -> Result<Items> {
        self.open(b'[', "an array")?;
        Ok(Items { first: true })
    }

    /// Passes the comma before the next member or item, or the closing bracket. A comma before a closing bracket is let
    /// pass: programs that stream events write one.
    #[inline]
    fn next_in(&mut self, first: &mut bool, close: u8) -> Result<bool> {
        self.blanks();
        if !std::mem::replace(first, false) {
            match self.byte() {
                Some(b',') => self.at += 1,
                Some(b) if b == close => {}
                _ => return self.unexpected("a comma or a closing bracket"),
            }
            self.blanks();
        }
        match self.byte() {
            Some(b) if b == close => {
                self.at += 1;
                Ok(false)
            }
            Some(_) => Ok(true),
            None => Err(JsonError::Truncated),
        }
    }

    /// The next value, which must be a string.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Text<'a>> {
        self.open(b'"', "a string")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(i) = memchr2(b'"', b'\\', rest) else {
                self.at = self.bytes.len();
                return Err(JsonError::Truncated);
            };
            self.at += i;
            if self.byte() == Some(b'"') {
                let raw = self.bytes.get(start..self.at).unwrap_or_default();
                self.at += 1;
                return Ok(Text { raw, escaped });
            }
            escaped = true;
            // The backslash and the character it stands before.
            self.at += 2;
        }
    }

    /// A key, which is mostly short: shorter than a call of `memchr` pays for.
    #[inline]
    fn key(&mut self) -> Result<Text<'a>> {
        const SHORT: usize = 16;
        let start = self.at + 1;
        if self.byte() == Some(b'"') {
            let near = self.bytes.get(start..(start + SHORT).min(self.bytes.len())).unwrap_or_default();
            for (i, &b) in near.iter().enumerate() {
                match b {
                    b'"' => {
                        self.at = start + i + 1;
                        return Ok(Text { raw: near.get(..i).unwrap_or_default(), escaped: false });
                    }
                    b'\\' => break,
                    _ => {}
                }
            }
        }
        self.string()
    }

    /// The text of the next value, which must be a number or a word: `-1.5e3`, `NaN`, `null`.
    #[inline]
    pub(super) fn word(&mut self) -> Result<&'a [u8]> {
        self.blanks();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_part = |b: &u8| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'a'..=b'z' | b'A'..=b'Z');
        let len = rest.iter().position(|b| !is_part(b)).unwrap_or(rest.len());
        match rest.get(..len) {
            // A number that ends the text may have gone on.
            Some(word) if len > 0 && len < rest.len() => {
                self.at += len;
                Ok(word)
            }
            _ if len == rest.len() => {
                self.at = self.bytes.len();
                Err(JsonError::Truncated)
            }
            _ => self.unexpected("a number"),
        }
    }

    /// The text of a number or a word, or of a string; `None` for an object or an array, which is passed over.
    ///
    /// Numbers written as strings are common in traces.
    #[inline]
    pub(super) fn scalar(&mut self) -> Result<Option<&'a [u8]>> {
        match self.peek()? {
            Kind::Word => self.word().map(Some),
            Kind::String => self.string().map(|text| Some(text.raw)),
            Kind::Object | Kind::Array => self.skip().map(|()| None),
        }
    }

    /// A string, or `None` for any other value, which is passed over.
    pub(super) fn string_or_skip(&mut self) -> Result<Option<Text<'a>>> {
        match self.peek()? {
            Kind::String => self.string().map(Some),
            _ => self.skip().map(|()| None),
        }
    }

    /// Passes over a value, however deep, without looking at its insides: brackets of the other kind within it need not
    /// be counted to find its end.
    pub(super) fn skip(&mut self) -> Result<()> {
        match self.peek()? {
            Kind::Word => self.word().map(drop),
            Kind::String => self.string().map(drop),
            Kind::Object => self.skip_nested(b'{', b'}', || Ok(())),
            Kind::Array => self.skip_nested(b'[', b']', || Ok(())),
        }
    }

    /// The same for a value that may be most of a large file: the user can stop it.
    pub(super) fn skip_for(&mut self, job: &Job) -> std::result::Result<(), ReadError> {
        let check = || Ok(job.progress(0, 0)?);
        match self.peek()? {
            Kind::Word | Kind::String => Ok(self.skip()?),
            Kind::Object => self.skip_nested(b'{', b'}', check),
            Kind::Array => self.skip_nested(b'[', b']', check),
        }
    }

    /// Calls `check` from time to time.
    fn skip_nested<E: From<JsonError>>(
        &mut self,
        open: u8,
        close: u8,
        check: impl Fn() -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        const MARKS_A_CHECK: usize = 1 << 16;
        let mut depth = 0_usize;
        let mut marks = 0_usize;
        loop {
            marks += 1;
            if marks.is_multiple_of(MARKS_A_CHECK) {
                check()?;
            }
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(i) = memchr3(open, close, b'"', rest) else {
                self.at = self.bytes.len();
                return Err(JsonError::Truncated.into());
            };
            self.at += i;
            match self.byte() {
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b) if b == open => depth += 1,
                _ => depth -= 1,
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

impl Members {
    /// The next key, after which its value must be read or skipped; `None` at the end of the object.
    #[inline]
    pub(super) fn next<'a>(&mut self, json: &mut Json<'a>) -> Result<Option<Text<'a>>> {
        if !json.next_in(&mut self.first, b'}')? {
            return Ok(None);
        }
        let key = json.key()?;
        json.blanks();
        if json.byte() != Some(b':') {
            return json.unexpected("a colon");
        }
        json.at += 1;
        Ok(Some(key))
    }
}

impl Items {
    /// Whether there is another item, which must then be read or skipped.
    #[inline]
    pub(super) fn next(&mut self, json: &mut Json<'_>) -> Result<bool> {
        json.next_in(&mut self.first, b']')
    }

    /// The items from one on that the position stands before.
    pub(super) fn at_item() -> Self {
        Self { first: true }
    }
}

/// The keys of the outermost object as far as `head`, the beginning of a file, shows them.
pub(super) fn keys_in_head(head: &[u8]) -> Vec<&[u8]> {
    let mut json = Json::new(head);
    let mut keys = Vec::new();
    let Ok(mut members) = json.object() else { return keys };
    while let Ok(Some(key)) = members.next(&mut json) {
        keys.push(key.raw());
        if json.skip().is_err() {
            break;
        }
    }
    keys
}

/// The keys of the first item of the outermost array as far as `head` shows them. `None` where it is no array.
pub(super) fn keys_of_first_item(head: &[u8]) -> Option<Vec<&[u8]>> {
    let mut json = Json::new(head);
    let mut items = json.array().ok()?;
    if !items.next(&mut json).ok()? {
        return None;
    }
    Some(keys_in_head(head.get(json.offset()..)?))
}
