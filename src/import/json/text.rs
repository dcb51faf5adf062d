//! Strings and their escapes.

use crate::import::utf8;
use std::borrow::Cow;

/// A string as it stands in the file, between its quotes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(in crate::import) struct Text<'a> {
    pub(super) raw: &'a [u8],
    pub(super) escaped: bool,
}

impl<'a> Text<'a> {
    /// The bytes between the quotes, escapes and all. Enough to compare with a key.
    #[inline]
    pub(in crate::import) fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The text. What is no Unicode – a lone surrogate, a byte that is not UTF-8 – is kept as Python's
    /// `backslashreplace` writes it (`\ud800`, `\xff`), so that names that differ stay different.
    pub(in crate::import) fn text(&self) -> Cow<'a, str> {
        match std::str::from_utf8(self.raw) {
            Ok(text) if !self.escaped => Cow::Borrowed(text),
            _ => Cow::Owned(unescape(self.raw)),
        }
    }
}

fn unescape(raw: &[u8]) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(i) = memchr::memchr(b'\\', rest) {
        utf8::push(&mut out, rest.get(..i).unwrap_or_default());
        rest = rest.get(i + 1..).unwrap_or_default();
        rest = unescape_one(&mut out, rest);
    }
    utf8::push(&mut out, rest);
    out
}

/// Decodes what follows a backslash, and returns what follows that.
fn unescape_one<'a>(out: &mut String, rest: &'a [u8]) -> &'a [u8] {
    let Some((&letter, after)) = rest.split_first() else { return rest };
    match letter {
        b'n' => out.push('\n'),
        b't' => out.push('\t'),
        b'r' => out.push('\r'),
        b'b' => out.push('\u{8}'),
        b'f' => out.push('\u{c}'),
        b'"' | b'\\' | b'/' => out.push(char::from(letter)),
        b'u' => return unescape_unicode(out, after),
        _ => {
            out.push('\\');
            return rest;
        }
    }
    after
}

fn unescape_unicode<'a>(out: &mut String, rest: &'a [u8]) -> &'a [u8] {
    let Some((first, after)) = four_hex(rest) else {
        out.push_str("\\u");
        return rest;
    };
    if let Some(c) = char::from_u32(first) {
        out.push(c);
        return after;
    }
    let second = after.strip_prefix(b"\\u").and_then(four_hex);
    if let (0xd800..=0xdbff, Some((low @ 0xdc00..=0xdfff, after))) = (first, second)
        && let Some(c) = char::from_u32(0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00))
    {
        out.push(c);
        return after;
    }
    utf8::push_escape(out, 'u', first, 4);
    after
}

fn four_hex(rest: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, after) = rest.split_at_checked(4)?;
    let value = digits.iter().try_fold(0, |v, &b| Some(v * 16 + char::from(b).to_digit(16)?))?;
    Some((value, after))
}
