//! UTF-16, which PowerShell's `>` writes, as UTF-8.

use std::io::{BufRead, Read, Result};

/// Which byte of a unit comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// From the byte order mark; without one a text is taken as UTF-8.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
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

/// A stream of UTF-16 as UTF-8. Its byte order mark stays, as that of UTF-8.
pub(super) struct Transcoder<R> {
    input: R,
    decoder: Decoder,
    text: String,
    given: usize,
}

impl<R: BufRead> Transcoder<R> {
    pub(super) fn new(input: R, order: Order) -> Self {
        Self { input, decoder: Decoder { order, high: None }, text: String::new(), given: 0 }
    }
}

impl<R: BufRead> Read for Transcoder<R> {
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

    fn utf16(text: &str, order: Order) -> Vec<u8> {
        let unit = |u: u16| if order == Order::Little { u.to_le_bytes() } else { u.to_be_bytes() };
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
    }

    /// What comes out behind the mark.
    fn decoded(bytes: &[u8]) -> String {
        let order = Order::of(bytes).expect("has a mark");
        let mut out = String::new();
        Transcoder::new(bytes, order).read_to_string(&mut out).expect("is UTF-8");
        out.strip_prefix('\u{feff}').expect("keeps the mark").to_owned()
    }

    #[test]
    fn both_orders_and_surrogate_pairs_come_out_as_utf8() {
        let text = "é;𝄞 3\n".repeat(20_000);
        for order in [Order::Little, Order::Big] {
            assert!(decoded(&utf16(&text, order)) == text, "{order:?}");
        }
    }

    #[test]
    fn half_a_character_at_the_end_does_no_harm() {
        assert_eq!(decoded(&[0xff, 0xfe, b'a', 0, 0x34, 0xd8, 7]), "a");
    }
}
