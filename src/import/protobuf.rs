//! The wire format of protocol buffers: a reader that never copies and a writer, without schema or generated code.
//!
//! Specification: <https://protobuf.dev/programming-guides/encoding/>
//!
//! ```text
//! 08 96 01           field 1, a varint: 150
//! 12 03 61 62 63     field 2, 3 bytes: "abc", a nested message, or packed numbers
//! ```

/// What is wrong with the bytes, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct WireError {
    /// Bytes from the beginning of the outermost message.
    pub(super) offset: u64,
    pub(super) why: &'static str,
}

/// The value of one field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    /// A number.
    Varint(u64),
    /// Text, a nested message or packed numbers.
    Bytes(Reader<'a>),
    /// Four or eight bytes, which no field read here has.
    Fixed,
}

/// One field of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) number: u64,
    pub(super) value: Value<'a>,
    /// Where the field begins.
    pub(super) offset: u64,
}

impl<'a> Field<'a> {
    /// The number this field must hold.
    pub(super) fn varint(&self) -> Result<u64, WireError> {
        match self.value {
            Value::Varint(value) => Ok(value),
            _ => Err(self.error("a field that should be a number is not")),
        }
    }

    /// The bytes this field must hold.
    pub(super) fn bytes(&self) -> Result<Reader<'a>, WireError> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(self.error("a field that should hold bytes holds a number")),
        }
    }

    fn error(&self, why: &'static str) -> WireError {
        WireError { offset: self.offset, why }
    }
}

/// Walks the fields of one message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// Where the message ends, so that the offset of what is left follows from its length.
    end: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, end: bytes.len() as u64 }
    }

    /// The bytes not walked yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Where the next field begins, from the beginning of the outermost message.
    pub(super) fn offset(&self) -> u64 {
        self.end - self.rest.len() as u64
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next field; `None` at the end of the message.
    #[inline]
    pub(super) fn field(&mut self) -> Result<Option<Field<'a>>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let offset = self.offset();
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.skip(8)?,
            2 => Value::Bytes(self.length_delimited()?),
            5 => self.skip(4)?,
            _ => return Err(WireError { offset, why: "a field is of a kind that does not exist" }),
        };
        match tag >> 3 {
            0 => Err(WireError { offset, why: "a field has the number 0" }),
            number => Ok(Some(Field { number, value, offset })),
        }
    }

    /// A reader of the same bytes that begins at `offset`.
    pub(super) fn at(&self, offset: u64) -> Self {
        let skipped = usize::try_from(offset.saturating_sub(self.offset())).unwrap_or(usize::MAX);
        Self { rest: self.rest.get(skipped..).unwrap_or_default(), end: self.end }
    }

    /// The next run of bytes that stands after its length.
    pub(super) fn length_delimited(&mut self) -> Result<Self, WireError> {
        let length = self.varint()?;
        self.take(length)
    }

    /// The next number, as packed fields hold them.
    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, WireError> {
        if let [byte @ ..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (i, &byte) in self.rest.iter().take(MAX_VARINT_BYTES).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                self.rest = self.rest.get(i + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        let why = if self.rest.len() < MAX_VARINT_BYTES { TOO_SHORT } else { "a number is longer than ten bytes" };
        Err(WireError { offset: self.offset(), why })
    }

    #[inline]
    fn take(&mut self, length: u64) -> Result<Self, WireError> {
        let split = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let Some((body, rest)) = split else {
            return Err(WireError { offset: self.offset(), why: TOO_SHORT });
        };
        self.rest = rest;
        Ok(Self { rest: body, end: self.offset() })
    }

    fn skip(&mut self, length: u64) -> Result<Value<'a>, WireError> {
        self.take(length).map(|_| Value::Fixed)
    }
}

const MAX_VARINT_BYTES: usize = 10;

const TOO_SHORT: &str = "it ends too early";

/// The last number of packed numbers and the bytes before it; `None` where the bytes do not end in a number.
///
/// Packed numbers can be read backwards, because only the last byte of a number is below 0x80.
#[inline]
pub(super) fn last_varint(packed: &[u8]) -> Option<(u64, &[u8])> {
    let (&last, mut rest) = packed.split_last().filter(|(last, _)| **last < 0x80)?;
    let mut value = u64::from(last);
    for _ in 1..MAX_VARINT_BYTES {
        match rest.split_last() {
            Some((&byte, before)) if byte >= 0x80 => {
                value = (value << 7) | u64::from(byte & 0x7f);
                rest = before;
            }
            _ => return Some((value, rest)),
        }
    }
    rest.last().is_none_or(|byte| *byte < 0x80).then_some((value, rest))
}

/// Writes messages, a field at a time. The same calls give the same bytes.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written since the last [`clear`](Self::clear).
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was written, to go on in the same memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// A field that holds an unsigned number. Zero is written too.
    pub fn varint(&mut self, field: u32, value: u64) {
        self.tag(field, 0);
        push_varint(&mut self.bytes, value);
    }

    /// A field that holds a signed number, as `int64` does. Zero is written too.
    pub fn int(&mut self, field: u32, value: i64) {
        self.varint(field, value.cast_unsigned());
    }

    /// A field that holds bytes or text.
    pub fn bytes_field(&mut self, field: u32, value: &[u8]) {
        self.tag(field, 2);
        push_varint(&mut self.bytes, value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// A field that holds a message, which `body` writes.
    pub fn message(&mut self, field: u32, body: impl FnOnce(&mut Self)) {
        self.tag(field, 2);
        let start = self.bytes.len();
        body(self);
        self.insert_length(start);
    }

    /// A repeated field of numbers, packed; nothing where there are none.
    pub fn packed(&mut self, field: u32, values: impl IntoIterator<Item = u64>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.message(field, |w| values.for_each(|value| push_varint(&mut w.bytes, value)));
        }
    }

    /// Puts the length of what follows `start` before it. It is known only now, and its own length with it.
    fn insert_length(&mut self, start: usize) {
        let end = self.bytes.len();
        push_varint(&mut self.bytes, (end - start) as u64);
        let prefix = self.bytes.len() - end;
        if let Some(body) = self.bytes.get_mut(start..) {
            body.rotate_right(prefix);
        }
    }

    fn tag(&mut self, field: u32, kind: u64) {
        push_varint(&mut self.bytes, (u64::from(field) << 3) | kind);
    }
}

/// Appends a number of a packed field.
pub(super) fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let mut writer = Writer::default();
        writer.varint(1, 150);
        writer.int(2, -1);
        writer.bytes_field(3, b"abc");
        writer.message(4, |w| w.packed(1, (0..200).map(|i| i * i)));
        writer.packed(5, []);
        assert_eq!(&writer.bytes()[..3], [0x08, 0x96, 0x01]);

        let mut reader = Reader::new(writer.bytes());
        let mut field = || reader.field().expect("well-formed").expect("not the end");
        assert_eq!(field().varint(), Ok(150));
        assert_eq!(field().varint(), Ok(u64::MAX));
        assert_eq!(field().bytes().expect("bytes").rest(), b"abc");
        let outer = field();
        let mut packed =
            outer.bytes().expect("a message").field().expect("well-formed").expect("a field").bytes().expect("packed");
        for i in 0..200_u64 {
            assert_eq!(packed.varint(), Ok(i * i));
        }
        assert!(packed.is_empty());
        assert!(reader.field().expect("well-formed").is_none());
    }

    #[test]
    fn packed_numbers_read_backwards_are_the_same() {
        let numbers = [0, 1, 127, 128, 300, 1 << 35, u64::MAX, u64::MAX >> 1];
        let mut packed = Vec::new();
        for number in numbers {
            push_varint(&mut packed, number);
        }
        let mut rest = packed.as_slice();
        for expected in numbers.iter().rev() {
            let (number, before) = last_varint(rest).expect("a number");
            assert_eq!(number, *expected);
            rest = before;
        }
        assert!(last_varint(rest).is_none());
        assert!(last_varint(&[1, 0x80]).is_none(), "ends within a number");
        assert!(last_varint(&[0xff; 10]).is_none());
        assert!(last_varint(&[[0xff; 10].as_slice(), &[1]].concat()).is_none(), "longer than ten bytes");
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let error = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes);
            loop {
                match reader.field() {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(error) => return Some((error.offset, error.why)),
                }
            }
        };
        assert_eq!(error(&[0x08, 0x01]), None);
        assert_eq!(error(&[0x08, 0x01, 0x12, 0x05, 0x00]), Some((4, TOO_SHORT)));
        assert_eq!(error(&[0x08, 0x80]), Some((1, TOO_SHORT)));
        assert_eq!(error(&[0x0b]), Some((0, "a field is of a kind that does not exist")));
        assert_eq!(error(&[0x00, 0x00]), Some((0, "a field has the number 0")));
        assert_eq!(error(&[[0x08].as_slice(), &[0xff; 11]].concat()), Some((1, "a number is longer than ten bytes")));
        assert_eq!(error(&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), Some((11, TOO_SHORT)));
    }
}
