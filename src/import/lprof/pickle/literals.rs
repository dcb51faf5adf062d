//! Numbers and texts as a pickle writes them.

use super::{Step, Value};

/// `123`, `123L` as Python 2 writes it, `01` for true.
pub(super) fn decimal(line: &[u8]) -> Step<Value<'static>> {
    let text = std::str::from_utf8(line).map_err(|_| "a number is not written as one")?.trim();
    let digits = text.strip_suffix('L').unwrap_or(text);
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Err("a number is not written as one".to_owned());
    }
    Ok(digits.parse().map_or(Value::LongInt, Value::Int))
}

/// A little-endian two's complement number of any length.
pub(super) fn long(bytes: &[u8]) -> Value<'static> {
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let padding = if negative { 0xff } else { 0 };
    let (low, high) = bytes.split_at(bytes.len().min(8));
    let mut number = [padding; 8];
    number[..low.len()].copy_from_slice(low);
    let number = i64::from_le_bytes(number);
    if high.iter().all(|b| *b == padding) && (number < 0) == negative { Value::Int(number) } else { Value::LongInt }
}

/// The bytes of a text of protocol 0: in quotes with Python's escapes, or raw with `\u` escapes only.
pub(super) fn written_text(line: &[u8], quoted: bool) -> Vec<u8> {
    let line = line.trim_ascii();
    let inner = match line {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] if quoted => inner,
        _ => line,
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            // Raw text is written in Latin-1, quoted text byte for byte.
            push_char(&mut bytes, byte, quoted);
            continue;
        }
        let Some((&kind, after)) = rest.split_first() else { break };
        let hex = |length: usize| {
            let digits = std::str::from_utf8(after.get(..length)?).ok()?;
            Some((u32::from_str_radix(digits, 16).ok()?, &after[length..]))
        };
        let escaped = match kind {
            b'u' => hex(4),
            b'U' => hex(8),
            b'x' if quoted => hex(2),
            b'n' if quoted => Some((u32::from(b'\n'), after)),
            b't' if quoted => Some((u32::from(b'\t'), after)),
            b'r' if quoted => Some((u32::from(b'\r'), after)),
            b'\\' | b'\'' | b'"' if quoted => Some((u32::from(kind), after)),
            _ => None,
        };
        match escaped {
            Some((code, after)) if kind == b'x' => {
                bytes.push(code as u8);
                rest = after;
            }
            Some((code, after)) => {
                let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            None => bytes.push(b'\\'),
        }
    }
    bytes
}

fn push_char(bytes: &mut Vec<u8>, byte: u8, quoted: bool) {
    if quoted || byte.is_ascii() {
        bytes.push(byte);
    } else {
        bytes.extend_from_slice(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes());
    }
}
