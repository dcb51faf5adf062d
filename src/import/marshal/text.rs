//! Texts of marshalled data: names and paths.

use super::{CODE, Damage, FLAG, Result, Slot, Walker};
use crate::model::{GraphBuilder, StringId};
use std::borrow::Cow;
use std::fmt::Write;

impl Walker<'_> {
    /// A text; for a code object, a text that says which; for `None`, the empty text.
    #[inline]
    pub(in crate::import) fn text(&mut self, texts: &mut GraphBuilder) -> Result<StringId> {
        let start = self.at;
        let byte = self.byte()?;
        match byte & CODE {
            b'r' => {
                let slot = self.reference()?;
                match self.refs[slot] {
                    Slot::Text(id) => Ok(id),
                    Slot::At(target) => {
                        let id = self.text_again(target, texts)?;
                        self.refs[slot] = Slot::Text(id);
                        Ok(id)
                    }
                    Slot::Int(_) | Slot::Function(_) => {
                        Err(Damage { at: start, why: "a reference leads to something else where a name belongs" })
                    }
                }
            }
            b'R' => self.interned_text(texts),
            b'c' => {
                let slot = (byte & FLAG != 0).then(|| self.reserve(start)).flatten();
                let id = self.code_object(texts)?;
                if let Some(slot) = slot {
                    self.refs[slot] = Slot::Text(id);
                }
                Ok(id)
            }
            b'N' => Ok(StringId::EMPTY),
            code => {
                let id = self.plain_text(start, code, texts)?;
                if self.following == 0 {
                    if byte & FLAG != 0 {
                        self.refs.push(Slot::Text(id));
                    } else if code == b't' {
                        self.interned.push(Slot::Text(id));
                    }
                }
                Ok(id)
            }
        }
    }

    #[inline]
    fn plain_text(&mut self, start: usize, code: u8, texts: &mut GraphBuilder) -> Result<StringId> {
        let len = match code {
            b'z' | b'Z' => usize::from(self.byte()?),
            b'a' | b'A' | b's' | b't' | b'u' => self.length()?,
            _ => return Err(Damage { at: start, why: "something else stands where a name or a path belongs" }),
        };
        let bytes = self.take(len)?;
        let text = match code {
            b'z' | b'Z' | b'a' | b'A' => self.ascii(bytes),
            _ => {
                self.saw_byte_text |= code == b's';
                self.decoded(bytes)
            }
        };
        Ok(texts.string(&text))
    }

    /// Python 2's reference to a text that was interned.
    fn interned_text(&mut self, texts: &mut GraphBuilder) -> Result<StringId> {
        self.saw_byte_text = true;
        let start = self.at;
        let number = self.i32()? as u32 as usize;
        match self.interned.get(number).copied() {
            Some(Slot::Text(id)) => Ok(id),
            Some(Slot::At(target)) => {
                let id = self.text_again(target, texts)?;
                self.interned[number] = Slot::Text(id);
                Ok(id)
            }
            _ => Err(Damage { at: start, why: "a reference leads to a name that is not there" }),
        }
    }

    /// Reads the text at `target`, which was passed over inside a code object.
    fn text_again(&mut self, target: u32, texts: &mut GraphBuilder) -> Result<StringId> {
        let back = std::mem::replace(&mut self.at, target as usize);
        let code = self.byte()? & CODE;
        let id = self.plain_text(target as usize, code, texts)?;
        self.at = back;
        Ok(id)
    }

    fn ascii<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => Cow::Borrowed(text),
            // What is marked as ASCII Python reads as Latin-1.
            _ => {
                self.latin1_texts += 1;
                Cow::Owned(latin1(bytes))
            }
        }
    }

    fn decoded<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, str> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Cow::Borrowed(text);
        }
        if let Some(text) = with_lone_surrogates(bytes) {
            self.surrogate_texts += 1;
            return Cow::Owned(text);
        }
        self.latin1_texts += 1;
        Cow::Owned(latin1(bytes))
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

/// UTF-8 in which lone surrogates are written out as `\udce9`, as Python prints them. They stand for bytes of a path
/// that are not UTF-8.
fn with_lone_surrogates(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() + 8);
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return Some(text);
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).ok()?);
                let [0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, after @ ..] = after else { return None };
                let surrogate = 0xd000 | u32::from(b & 0x3f) << 6 | u32::from(c & 0x3f);
                write!(text, "\\u{surrogate:04x}").ok()?;
                rest = after;
            }
        }
    }
}
