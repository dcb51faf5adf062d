//! Python's marshal format, walked in place without building its values.
//!
//! Specification: <https://github.com/python/cpython/blob/main/Python/marshal.c>. A value is a type code and what the
//! code calls for, all little-endian:
//!
//! ```text
//! {  i 2a000000  g 9a9999999999b93f  0            {42: 0.1}
//! │  │           └ 'g': a binary double           └ '0' ends a dictionary
//! │  └ 'i': 32 bits
//! └ keys and values follow; bit 7 set (0xfb) means "I will be referred to": it gets the next number
//! r 03000000    the value numbered 3 (Python 3.4 and later)
//! R 03000000    the interned text numbered 3 (Python 2: every 't' gets a number)
//! ```
//!
//! The caller knows which shape it expects and asks for it; a shape that is not there is [`Damage`]. A reference to a
//! text or to a function is answered from memory, one to anything else by reading the value again where it stands. So
//! nothing is held but one word for each number, and a cycle cannot be followed: no shape the caller asks for contains
//! itself.

mod code;
mod text;

pub(super) use code::{LAYOUTS, Layout};

use crate::model::{FunctionId, StringId};

const TOO_SHORT: &str = "it ends too early";

/// The bit of a type code that says that the value gets a number.
const FLAG: u8 = 0x80;
/// The bits that are the type code.
const CODE: u8 = 0x7f;
const NUMBERED_INT: u8 = b'i' | FLAG;
const NUMBERED_FLOAT: u8 = b'g' | FLAG;

/// How much may be read again through references, beyond the size of the file. Sharing costs nothing in Python; here a
/// file of nested sharing must not take for ever.
const REREAD_BYTES: usize = 1 << 20;

/// Where and why the bytes are not what they should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damage {
    pub(super) at: usize,
    pub(super) why: &'static str,
}

pub(super) type Result<T> = std::result::Result<T, Damage>;

/// A number as it stands in the file.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Number {
    Int(i64),
    /// Floats, and integers of more than 64 bits.
    Float(f64),
    /// Python's `None`.
    None,
}

/// What a numbered value turned out to be.
#[derive(Clone, Copy)]
enum Slot {
    /// It begins here.
    At(u32),
    Int(i32),
    Text(StringId),
    Function(FunctionId),
}

/// A tuple or dictionary whose items are being read.
pub(super) struct Opened {
    /// Its type code.
    pub(super) code: u8,
    /// Where it begins.
    pub(super) start: usize,
    slot: Option<usize>,
    /// Where to go on, if a reference led here.
    back: Option<usize>,
}

/// What stands where a function or the end of a dictionary is expected.
pub(super) enum Item {
    End,
    Function(FunctionId),
    Container(Opened),
}

/// What stands where the figures of a caller are expected.
pub(super) enum Entry {
    Tuple(Opened),
    Number(Number),
}

/// A position in marshalled bytes, and what its references lead to.
pub(super) struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
    layout: &'static Layout,
    refs: Vec<Slot>,
    interned: Vec<Slot>,
    /// How many references are being followed; what is read behind one has its number already.
    following: u32,
    reread: usize,
    /// Texts that are not what they should be, UTF-8 or ASCII, and were read as Latin-1.
    pub(super) latin1_texts: u64,
    /// Texts with bytes that Python itself could not decode when it read the path.
    pub(super) surrogate_texts: u64,
    /// Whether a code object was read, whose layout the file does not tell.
    pub(super) saw_code: bool,
    /// Whether texts are byte strings, as Python 2 writes them.
    pub(super) saw_byte_text: bool,
}

impl<'a> Walker<'a> {
    pub(super) fn new(bytes: &'a [u8], layout: &'static Layout) -> Self {
        Self {
            bytes,
            at: 0,
            layout,
            refs: Vec::new(),
            interned: Vec::new(),
            following: 0,
            reread: 0,
            latin1_texts: 0,
            surrogate_texts: 0,
            saw_code: false,
            saw_byte_text: false,
        }
    }

    /// Offset of the next byte.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Bytes not read yet.
    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn damage<T>(&self, why: &'static str) -> Result<T> {
        Err(Damage { at: self.at, why })
    }

    /// Begins a tuple, list or dictionary, through a reference if need be. Every one is to be [closed](Self::close).
    #[inline]
    pub(super) fn open(&mut self) -> Result<Opened> {
        let start = self.at;
        let byte = self.byte()?;
        self.open_after(start, byte)
    }

    #[inline]
    fn open_after(&mut self, start: usize, byte: u8) -> Result<Opened> {
        if byte & CODE == b'r' {
            return self.open_reference(start);
        }
        let slot = (byte & FLAG != 0).then(|| self.reserve(start)).flatten();
        Ok(Opened { code: byte & CODE, start, slot, back: None })
    }

    fn open_reference(&mut self, start: usize) -> Result<Opened> {
        let slot = self.reference()?;
        let Slot::At(target) = self.refs[slot] else {
            return Err(Damage {
                at: start,
                why: "a reference leads to a name or a number where a tuple or a dictionary belongs",
            });
        };
        let back = self.at;
        self.at = target as usize;
        self.following += 1;
        let code = self.byte()? & CODE;
        Ok(Opened { code, start: target as usize, slot: Some(slot), back: Some(back) })
    }

    /// Ends what [`open`](Self::open) began, all of its items being read.
    #[inline]
    pub(super) fn close(&mut self, opened: &Opened) -> Result<()> {
        let Some(back) = opened.back else { return Ok(()) };
        self.count_again(self.at.saturating_sub(opened.start), back)?;
        self.at = back;
        self.following -= 1;
        Ok(())
    }

    /// Counts bytes that stand once in the file and are used again by the value at `at`.
    fn count_again(&mut self, bytes: usize, at: usize) -> Result<()> {
        self.reread = self.reread.saturating_add(bytes);
        if self.reread > self.bytes.len().saturating_add(REREAD_BYTES) {
            return Err(Damage { at, why: "it refers to the same values too many times" });
        }
        Ok(())
    }

    /// How many items a tuple has.
    #[inline]
    pub(super) fn tuple_len(&mut self, opened: &Opened) -> Result<usize> {
        match opened.code {
            b')' => Ok(usize::from(self.byte()?)),
            b'(' => self.length(),
            _ => Err(Damage { at: opened.start, why: "something else stands where a tuple belongs" }),
        }
    }

    /// The next key of a dictionary of functions.
    #[inline]
    pub(super) fn item(&mut self) -> Result<Item> {
        let start = self.at;
        let byte = self.byte()?;
        match byte & CODE {
            b'0' => Ok(Item::End),
            b'r' => {
                let slot = self.reference()?;
                if let Slot::Function(id) = self.refs[slot] {
                    return Ok(Item::Function(id));
                }
                self.at = start + 1;
                self.open_reference(start).map(Item::Container)
            }
            _ => self.open_after(start, byte).map(Item::Container),
        }
    }

    /// A tuple or a number, whichever stands here.
    #[inline]
    pub(super) fn tuple_or_number(&mut self) -> Result<Entry> {
        let code = match self.bytes.get(self.at) {
            Some(byte) if byte & CODE == b'r' => self.code_behind_reference()?,
            Some(byte) => byte & CODE,
            None => return self.damage(TOO_SHORT),
        };
        if matches!(code, b'(' | b')') { self.open().map(Entry::Tuple) } else { self.number().map(Entry::Number) }
    }

    fn code_behind_reference(&mut self) -> Result<u8> {
        let back = self.at;
        self.at += 1;
        let slot = self.reference()?;
        self.at = back;
        match self.refs[slot] {
            Slot::At(target) => Ok(self.bytes.get(target as usize).map_or(0, |byte| byte & CODE)),
            Slot::Int(_) => Ok(b'i'),
            Slot::Text(_) | Slot::Function(_) => self.damage("a reference leads to a name where figures belong"),
        }
    }

    /// Remembers which function a tuple was, so that references to it need not read it again.
    #[inline]
    pub(super) fn remember(&mut self, opened: &Opened, function: FunctionId) {
        if let Some(slot) = opened.slot {
            self.refs[slot] = Slot::Function(function);
        }
    }

    /// The integer that stands here, if it is of 32 bits, as nearly all are. [`number`](Self::number) takes every other.
    #[inline]
    pub(super) fn plain_int(&mut self) -> Option<i32> {
        let [code, value @ ..] = self.bytes.get(self.at..)?.first_chunk::<5>()?;
        let mut value = i32::from_le_bytes(*value);
        match *code {
            b'i' => {}
            NUMBERED_INT if self.following == 0 => self.refs.push(Slot::Int(value)),
            b'r' => match self.refs.get(value as u32 as usize) {
                Some(Slot::Int(referred)) => value = *referred,
                _ => return None,
            },
            _ => return None,
        }
        self.at += 5;
        Some(value)
    }

    /// The float that stands here, if it is binary, as nearly all are. [`number`](Self::number) takes every other.
    #[inline]
    pub(super) fn plain_float(&mut self) -> Option<f64> {
        let [code, value @ ..] = self.bytes.get(self.at..)?.first_chunk::<9>()?;
        match *code {
            b'g' => {}
            NUMBERED_FLOAT if self.following == 0 => self.refs.push(Slot::At(self.at as u32)),
            _ => return None,
        }
        self.at += 9;
        Some(f64::from_le_bytes(*value))
    }

    /// A number, a truth value or `None`.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Number> {
        if let Some(value) = self.plain_int() {
            return Ok(Number::Int(i64::from(value)));
        }
        if let Some(value) = self.plain_float() {
            return Ok(Number::Float(value));
        }
        self.any_number()
    }

    fn any_number(&mut self) -> Result<Number> {
        let start = self.at;
        let byte = self.byte()?;
        if byte & CODE == b'r' {
            let opened = self.open_reference(start)?;
            let number = self.number_body(opened.start, opened.code)?;
            self.close(&opened)?;
            return Ok(number);
        }
        let number = self.number_body(start, byte & CODE)?;
        if byte & FLAG != 0 && !matches!(byte & CODE, b'T' | b'F' | b'N') {
            self.reserve(start);
        }
        Ok(number)
    }

    fn number_body(&mut self, start: usize, code: u8) -> Result<Number> {
        Ok(match code {
            b'i' => Number::Int(i64::from(self.i32()?)),
            b'g' => Number::Float(f64::from_le_bytes(self.array()?)),
            b'I' => Number::Int(i64::from_le_bytes(self.array()?)),
            b'l' => self.big_integer()?,
            b'f' => self.text_float()?,
            b'T' => Number::Int(1),
            b'F' => Number::Int(0),
            b'N' => Number::None,
            _ => return Err(Damage { at: start, why: "something else stands where a number belongs" }),
        })
    }

    /// Digits in base 2¹⁵, lowest first; their count is negative for a negative number.
    fn big_integer(&mut self) -> Result<Number> {
        let start = self.at;
        let count = self.i32()?;
        let digits = self.take((count.unsigned_abs() as usize).saturating_mul(2))?;
        let (mut exact, mut float) = (Some(0_i64), 0.0_f64);
        for pair in digits.as_chunks::<2>().0.iter().rev() {
            let digit = u16::from_le_bytes(*pair);
            if digit >> 15 != 0 {
                return Err(Damage { at: start, why: "a long integer has digits out of range" });
            }
            exact = exact.and_then(|v| v.checked_mul(1 << 15)?.checked_add(i64::from(digit)));
            float = float * f64::from(1 << 15) + f64::from(digit);
        }
        let negative = count < 0;
        Ok(match exact {
            Some(value) => Number::Int(if negative { -value } else { value }),
            None => Number::Float(if negative { -float } else { float }),
        })
    }

    /// A float as text, in Python's own notation: reading it back gives the very float that was written.
    fn text_float(&mut self) -> Result<Number> {
        let start = self.at;
        let len = usize::from(self.byte()?);
        let text = std::str::from_utf8(self.take(len)?).ok();
        match text.and_then(|t| t.parse().ok()) {
            Some(value) => Ok(Number::Float(value)),
            None => Err(Damage { at: start, why: "a number written as text is not a number" }),
        }
    }

    /// Gives the value that begins at `start` the next number, unless a reference led to it: then it has one.
    #[inline]
    fn reserve(&mut self, start: usize) -> Option<usize> {
        if self.following > 0 {
            return None;
        }
        self.refs.push(Slot::At(start as u32));
        Some(self.refs.len() - 1)
    }

    /// The number a reference gives, known to exist.
    #[inline]
    fn reference(&mut self) -> Result<usize> {
        let start = self.at;
        let slot = self.i32()? as u32 as usize;
        if slot < self.refs.len() {
            Ok(slot)
        } else {
            Err(Damage { at: start, why: "a reference leads to a value that is not there" })
        }
    }

    #[inline]
    fn byte(&mut self) -> Result<u8> {
        let Some(&byte) = self.bytes.get(self.at) else { return self.damage(TOO_SHORT) };
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let rest = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let Some(array) = rest else { return self.damage(TOO_SHORT) };
        self.at += N;
        Ok(*array)
    }

    #[inline]
    fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    #[inline]
    fn length(&mut self) -> Result<usize> {
        let start = self.at;
        usize::try_from(self.i32()?).map_err(|_| Damage { at: start, why: "a length is negative" })
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let Some(taken) = self.bytes.get(self.at..self.at.saturating_add(len)) else {
            return self.damage(TOO_SHORT);
        };
        self.at += len;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GraphBuilder;

    fn numbers(bytes: &[u8], count: usize) -> Result<Vec<Number>> {
        let mut walker = Walker::new(bytes, &LAYOUTS[0]);
        (0..count).map(|_| walker.number()).collect()
    }

    #[test]
    fn every_way_to_write_a_number_is_read() -> std::result::Result<(), Damage> {
        let cases: [(&[u8], Number); 9] = [
            (b"i\xff\xff\xff\xff", Number::Int(-1)),
            (b"I\0\0\0\0\x01\0\0\0", Number::Int(1 << 32)),
            (b"l\x03\0\0\0\x01\0\x02\0\x03\0", Number::Int(1 + (2 << 15) + (3 << 30))),
            (b"l\xff\xff\xff\xff\x05\0", Number::Int(-5)),
            (b"l\x05\0\0\0\0\0\0\0\0\0\0\0\0\x04", Number::Float(2_f64.powi(70))),
            (b"g\0\0\0\0\0\0\xe0\x3f", Number::Float(0.5)),
            (b"f\x050.125", Number::Float(0.125)),
            (b"T", Number::Int(1)),
            (b"N", Number::None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(numbers(bytes, 1)?, [expected], "{bytes:?}");
        }
        Ok(())
    }

    #[test]
    fn references_to_numbers_count_every_numbered_value() -> std::result::Result<(), Damage> {
        let bytes = b"\xe9\x07\0\0\0\xe7\0\0\0\0\0\0\xe0\x3f\xec\x01\0\0\0\x05\0r\x02\0\0\0r\x01\0\0\0r\0\0\0\0";
        let expected =
            [Number::Int(7), Number::Float(0.5), Number::Int(5), Number::Int(5), Number::Float(0.5), Number::Int(7)];
        assert_eq!(numbers(bytes, 6)?, expected);
        Ok(())
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let cases: [(&[u8], usize, &str); 5] = [
            (b"", 0, "it ends too early"),
            (b"i\0\0", 1, "it ends too early"),
            (b"l\x01\0\0\0\0\x80", 1, "a long integer has digits out of range"),
            (b"r\0\0\0\0", 1, "a reference leads to a value that is not there"),
            (b"f\x03abc", 1, "a number written as text is not a number"),
        ];
        for (bytes, at, why) in cases {
            let damage = numbers(bytes, 1).err();
            assert_eq!(damage.map(|d| (d.at, d.why)), Some((at, why)), "{bytes:?}");
        }
    }

    #[test]
    fn texts_are_read_in_every_encoding_and_by_either_kind_of_reference() -> std::result::Result<(), Damage> {
        let bytes = b"u\x05\0\0\0caf\xc3\xa9\
            t\x03\0\0\0abcR\0\0\0\0\
            \xda\x03xyzr\0\0\0\0\
            s\x02\0\0\0\xe9!\
            u\x04\0\0\0a\xed\xb3\xa9\
            z\x01\xe9\
            N";
        let expected = ["café", "abc", "abc", "xyz", "xyz", "é!", "a\\udce9", "é", ""];
        let mut walker = Walker::new(bytes, &LAYOUTS[0]);
        let mut texts = GraphBuilder::new("test");
        for text in expected {
            let id = walker.text(&mut texts)?;
            assert_eq!(texts.text(id), text);
        }
        assert_eq!((walker.remaining(), walker.latin1_texts, walker.surrogate_texts), (0, 2, 1));
        Ok(())
    }

    #[test]
    fn deep_nesting_is_passed_over_without_recursion_up_to_pythons_own_limit() {
        for (depth, is_read) in [(1000, true), (1_000_000, false)] {
            let mut bytes = b")\x01".repeat(depth);
            bytes.push(b'N');
            let mut walker = Walker::new(&bytes, &LAYOUTS[0]);
            assert_eq!(walker.skip().is_ok(), is_read, "{depth}");
            assert_eq!(walker.remaining() == 0, is_read, "{depth}");
        }
    }

    #[test]
    fn passing_over_a_value_numbers_what_is_inside_it() -> std::result::Result<(), Damage> {
        // [{'a': (1, 2.5)}, <'b'>] and then references to 'a' and to 1.
        let bytes =
            b"[\x02\0\0\0{\xda\x01a)\x02\xe9\x01\0\0\0g\0\0\0\0\0\0\x04\x400<\x01\0\0\0\xda\x01br\0\0\0\0r\x01\0\0\0";
        let mut walker = Walker::new(bytes, &LAYOUTS[0]);
        walker.skip()?;
        let mut texts = GraphBuilder::new("test");
        let id = walker.text(&mut texts)?;
        assert_eq!(texts.text(id), "a");
        assert_eq!(walker.number()?, Number::Int(1));
        assert_eq!(walker.remaining(), 0);
        Ok(())
    }
}
