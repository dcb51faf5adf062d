//! Whether a file begins like a pprof. It has no magic number: the fields of the first 64 KiB must be of the kinds the
//! specification gives them, one level down too.

use super::super::Sniff;
use super::super::input::HEAD_BYTES;
use super::super::protobuf::{Reader, Value};

/// Fields of the newest specification. Unknown ones are let pass up to here; the rest is another file altogether.
const MAX_FIELD: u64 = 64;

/// Fields that are messages: their number, then the kinds of their own fields. `n` is a number, `m` a message or
/// packed numbers, `*` either.
const MESSAGES: [(u64, &[u8]); 6] = [
    (1, b"nn"),         // sample_type: type, unit
    (2, b"**m"),        // sample: location_id, value, label
    (3, b"nnnnnnnnnn"), // mapping: id, start, limit, offset, file, build id, four flags
    (4, b"nnnmn"),      // location: id, mapping, address, line, is folded
    (5, b"nnnnn"),      // function: id, name, system name, file, start line
    (11, b"nn"),        // period_type: type, unit
];

pub(super) fn sniff(head: &[u8]) -> Sniff {
    let is_whole = head.len() < HEAD_BYTES;
    let mut reader = Reader::new(head);
    let mut telling = 0_u32;
    loop {
        let field = match reader.field() {
            Ok(Some(field)) => field,
            Ok(None) => break,
            // Fields that reach beyond the head end it like this, and so does a file cut short.
            Err(_) if telling > 0 => break,
            Err(_) => return Sniff::No,
        };
        let fits = match (field.number, field.value) {
            (6, Value::Bytes(text)) => {
                telling += u32::from(text.is_empty());
                true
            }
            (7..=10 | 12..=15, Value::Varint(_)) | (13, Value::Bytes(_)) => true,
            (number, Value::Bytes(message)) => match MESSAGES.iter().find(|(n, _)| *n == number) {
                Some((_, kinds)) => {
                    telling += u32::from(!message.is_empty());
                    has_kinds(message, kinds)
                }
                None => number > 15 && number <= MAX_FIELD,
            },
            (number, _) => number > 15 && number <= MAX_FIELD,
        };
        if !fits {
            return Sniff::No;
        }
    }
    match telling {
        0 if is_whole => Sniff::No,
        0 => Sniff::Maybe,
        _ => Sniff::Yes,
    }
}

/// Whether the fields of a message are of the kinds the specification gives them.
fn has_kinds(mut message: Reader<'_>, kinds: &[u8]) -> bool {
    loop {
        let field = match message.field() {
            Ok(Some(field)) => field,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let kind = usize::try_from(field.number).ok().and_then(|number| kinds.get(number - 1));
        let fits = match (kind, field.value) {
            (Some(b'n'), Value::Varint(_)) | (Some(b'm'), Value::Bytes(_)) => true,
            (Some(b'*'), value) => !matches!(value, Value::Fixed),
            (Some(_), _) => false,
            (None, _) => field.number <= MAX_FIELD,
        };
        if !fits {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::protobuf::Writer;
    use super::*;

    #[test]
    fn a_pprof_is_told_whatever_it_begins_with() {
        let mut first = Writer::default();
        first.message(1, |w| w.varint(1, 1));
        let mut strings = Writer::default();
        strings.bytes_field(6, b"");
        strings.bytes_field(6, b"cpu");
        let mut time = Writer::default();
        time.int(9, 1_700_000_000_000_000_000);
        time.message(4, |w| {
            w.varint(1, 1);
            w.message(4, |w| w.varint(1, 1));
        });
        for bytes in [first.bytes(), strings.bytes(), time.bytes()] {
            assert_eq!(sniff(bytes), Sniff::Yes, "{bytes:?}");
            let cut = [bytes, &[0x12, 0x7f, 1]].concat();
            assert_eq!(sniff(&cut), Sniff::Yes, "cut short");
        }
    }

    #[test]
    fn other_files_are_not_taken_for_one() {
        let others: [&[u8]; 10] = [
            b"",
            b"\n\tmain;parse 12\n",
            b"{\"frames\":[]}",
            b"\"quoted text\"",
            b"* a list\n* of things\n",
            b"2024-01-01 text",
            b"{\xa9\x01z",
            b"\x80\x04\x95",
            // Another protobuf message: a trace packet with a time and a nested message of its own fields.
            b"\x0a\x06\x12\x04\x0a\x02ab",
            &[0; 64],
        ];
        for bytes in others {
            assert_eq!(sniff(bytes), Sniff::No, "{bytes:?}");
        }
    }
}
