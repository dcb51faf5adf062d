//! Bytes that should be UTF-8, and mostly are.
//!
//! Bytes that are not are written as Python's `backslashreplace` does, `\xe9`: names that differ stay different, and a name
//! is the same whichever format it comes in.

use std::borrow::Cow;

/// Bytes as text.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 8);
    push(&mut text, bytes);
    Cow::Owned(text)
}

/// Whether a text had bytes that are no UTF-8, as [`decoded`] answers it.
#[expect(clippy::ptr_arg, reason = "whether it had to be made anew is what is asked")]
pub(super) fn is_damaged(text: &Cow<'_, str>) -> bool {
    matches!(text, Cow::Owned(_))
}

/// Appends bytes as text.
pub(super) fn push(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            push_escape(text, 'x', u32::from(*byte), 2);
        }
    }
}

/// Appends `\xe9`, or `\ud800` for what is no character either.
pub(super) fn push_escape(text: &mut String, letter: char, value: u32, digits: usize) {
    text.push('\\');
    text.push(letter);
    for place in (0..digits).rev() {
        text.extend(char::from_digit((value >> (4 * place)) & 0xf, 16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_utf8_stay_different() {
        let decoded = |bytes| {
            let text = decoded(bytes);
            let damaged = is_damaged(&text);
            (text.into_owned(), damaged)
        };
        assert_eq!(decoded(b"caf\xe9"), ("caf\\xe9".to_owned(), true));
        assert_ne!(decoded(b"caf\xe9"), decoded(b"caf\xe8"));
        assert_eq!(decoded("café".as_bytes()), ("café".to_owned(), false));
    }
}
