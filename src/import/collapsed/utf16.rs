//! UTF-16, which PowerShell's `>` writes, as UTF-8.

use std::borrow::Cow;
use std::io::{BufRead, Read, Result};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Little,
    Big,
}

impl Order {
    /// From the byte order mark; without one a text is taken as UTF-8.
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xfe, ..] => Some(Self::Little),
            [0xfe, 0xff, ..] => Some(Self::Big),
            _ => None,
        }
    }

    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }
}

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The head of a file as UTF-8, without a byte order mark.
pub(super) fn head_as_utf8(head: &[u8]) -> Cow<'_, [u8]> {
    match Order::of(head) {
        Some(order) => {
            let mut text = String::new();
            Decoder { order, high: None }.push(head.as_chunks().0, &mut text);
            Cow::Owned(text.into_bytes().split_off(UTF8_MARK.len()))
        }
        None => Cow::Borrowed(head.strip_prefix(UTF8_MARK).unwrap_or(head)),
    }
}

/// A stream as UTF-8, without a byte order mark.
pub(super) fn as_utf8<'a>(mut input: Box<dyn BufRead + Send + 'a>) -> Result<Box<dyn Read + Send + 'a>> {
    let head = input.fill_buf()?;
    if let Some(order) = Order::of(head) {
        input.consume(2);
        let decoder = Decoder { order, high: None };
        return Ok(Box::new(Transcoder { input, decoder, text: String::new(), given: 0 }));
    }
    if head.starts_with(UTF8_MARK) {
        input.consume(UTF8_MARK.len());
    }
    Ok(Box::new(input))
}

struct Decoder {
    order: Order,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Decoder {
    fn push(&mut self, units: &[[u8; 2]], text: &mut String) {
        let units = units.iter().map(|bytes| self.order.unit(*bytes));
        let mut last = None;
        let with_high = self.high.take().into_iter().chain(units).inspect(|unit| last = Some(*unit));
        for char in char::decode_utf16(with_high) {
            text.push(char.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        // Its other half may come with the next bytes.
        if let Some(unit @ 0xd800..=0xdbff) = last {
            text.pop();
            self.high = Some(unit);
        }
    }
}

struct Transcoder<'a> {
    input: Box<dyn BufRead + Send + 'a>,
    decoder: Decoder,
    text: String,
    given: usize,
}

impl Read for Transcoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        const STEP: u64 = 64 << 10;
        while self.given == self.text.len() {
            self.text.clear();
            self.given = 0;
            let mut bytes = Vec::new();
            if self.input.by_ref().take(STEP).read_to_end(&mut bytes)? == 0 {
                return Ok(0);
            }
            self.decoder.push(bytes.as_chunks().0, &mut self.text);
        }
        let rest = self.text.as_bytes().get(self.given..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn utf16(text: &str, order: Order) -> Vec<u8> {
        let unit = |u: u16| if order == Order::Little { u.to_le_bytes() } else { u.to_be_bytes() };
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
    }

    #[test]
    fn both_orders_and_surrogate_pairs_come_out_as_utf8() {
        let text = "é;𝄞 3\n".repeat(20_000);
        for order in [Order::Little, Order::Big] {
            let bytes = utf16(&text, order);
            assert_eq!(head_as_utf8(&bytes[..10]).as_ref(), "é;𝄞".as_bytes());
            let mut out = String::new();
            let stream = as_utf8(Box::new(Cursor::new(bytes))).expect("opens");
            { stream }.read_to_string(&mut out).expect("is UTF-8");
            assert!(out == text, "{order:?}");
        }
    }

    #[test]
    fn half_a_character_at_the_end_does_no_harm() {
        let mut out = Vec::new();
        let stream = as_utf8(Box::new(Cursor::new(vec![0xff, 0xfe, b'a', 0, 0x34, 0xd8, 7]))).expect("opens");
        { stream }.read_to_end(&mut out).expect("reads");
        assert_eq!(out, b"a");
        assert!(head_as_utf8(&[0xff, 0xfe, 7]).is_empty());
    }

    #[test]
    fn the_mark_of_utf8_is_taken_off() {
        assert_eq!(head_as_utf8(b"\xef\xbb\xbfa;b 1").as_ref(), b"a;b 1");
        let mut out = Vec::new();
        { as_utf8(Box::new(Cursor::new(b"\xef\xbb\xbfa".to_vec()))).expect("opens") }
            .read_to_end(&mut out)
            .expect("reads");
        assert_eq!(out, b"a");
    }
}
