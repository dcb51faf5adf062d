//! Python's pickle, protocols 0 to 5, as far as plain data goes: nothing is imported, called or executed.
//!
//! Specification: <https://docs.python.org/3/library/pickletools.html>. A pickle is a program for a machine with a stack
//! and a memo. This one knows numbers, texts, tuples, lists, dictionaries, and objects of classes it is told to expect.
//! Everything that would run code (a class or function of any other name, extension codes, persistent ids) ends it.
//!
//! Values live in one column and refer to each other by position, so that a value used a million times is stored once, a
//! list may contain itself, and nesting costs no stack. Every opcode makes at most one value: memory follows the file's
//! length, whatever the file claims.

use crate::import::{ImportError, Job};
use std::borrow::Cow;
use std::cmp::Ordering;

/// The position of a value in [`Pickle::values`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ValueId(u32);

/// A value of a pickle.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value<'a> {
    None,
    Int(i64),
    /// An integer that needs more than 64 bits.
    LongInt,
    Float(f64),
    /// A text, or the bytes that texts were in Python 2.
    Text(Cow<'a, str>),
    Tuple(Vec<ValueId>),
    List(Vec<ValueId>),
    /// Keys and values as they were set; a key may stand twice.
    Dict(Vec<(ValueId, ValueId)>),
    /// A class or function that is expected, by its position in the names given to [`read`].
    Global(usize),
    /// An object of a class, with what it was made of and its state.
    Object {
        class: ValueId,
        arguments: ValueId,
        state: Option<ValueId>,
    },
}

/// Where and why a pickle cannot be read.
#[derive(Debug)]
pub(super) enum Stop {
    Damage { at: usize, why: String },
    Import(ImportError),
}

impl From<ImportError> for Stop {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

/// A pickle that was read.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    values: Vec<Value<'a>>,
    root: ValueId,
}

impl<'a> Pickle<'a> {
    /// What was pickled.
    pub(super) fn root(&self) -> &Value<'a> {
        self.get(self.root)
    }

    /// The value at a position this pickle gave out.
    pub(super) fn get(&self, id: ValueId) -> &Value<'a> {
        &self.values[id.0 as usize]
    }
}

/// A class or function that may be named: whether `(module, name)` is it.
pub(super) type Expected = fn(&str, &str) -> bool;

/// Most values of one file: `line_profiler` writes five for a line of source.
const MOST_VALUES: usize = 8_000_000;
/// Most values that may wait to become parts of others. Python writes at most a thousand before it puts them together.
const MOST_WAITING: usize = 4_000_000;
/// The longest line of protocol 0, and so the longest number or text of it.
const LONGEST_LINE: usize = 1 << 20;
/// How many opcodes pass between two reports of progress.
const STEP: usize = 1 << 16;

/// Reads a pickle. `expected` are the classes and functions it may name.
pub(super) fn read<'a>(bytes: &'a [u8], expected: &[Expected], job: &Job) -> Result<Pickle<'a>, Stop> {
    let mut machine = Machine {
        bytes,
        at: 0,
        expected,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Memo::default(),
    };
    let mut opcodes = 0_usize;
    loop {
        if opcodes.is_multiple_of(STEP) {
            job.progress(machine.at as u64, bytes.len() as u64)?;
        }
        opcodes += 1;
        let at = machine.at;
        let ended = machine.step().map_err(|why| Stop::Damage { at, why })?;
        if let Some(root) = ended {
            return Ok(Pickle { values: machine.values, root });
        }
    }
}

type Step<T> = Result<T, String>;

const CUT_SHORT: &str = "the file ends in the middle of a value";

/// What was memorised: by number, mostly 0, 1, 2, ….
#[derive(Default)]
struct Memo {
    dense: Vec<ValueId>,
    sparse: std::collections::HashMap<u32, ValueId>,
    count: u32,
}

impl Memo {
    /// Numbers far beyond the memo's length would make it grow by what a file claims.
    fn put(&mut self, number: u32, value: ValueId) {
        let index = number as usize;
        match index.cmp(&self.dense.len()) {
            Ordering::Less => self.dense[index] = value,
            Ordering::Equal => self.dense.push(value),
            Ordering::Greater => drop(self.sparse.insert(number, value)),
        }
        self.count = self.count.max(number.saturating_add(1));
    }

    fn get(&self, number: u32) -> Option<ValueId> {
        self.dense.get(number as usize).or_else(|| self.sparse.get(&number)).copied()
    }
}

struct Machine<'a, 'e> {
    bytes: &'a [u8],
    at: usize,
    expected: &'e [Expected],
    values: Vec<Value<'a>>,
    stack: Vec<ValueId>,
    /// How long the stack was at each mark.
    marks: Vec<usize>,
    memo: Memo,
}

impl<'a> Machine<'a, '_> {
    /// Does one opcode; gives the result at the end.
    fn step(&mut self) -> Step<Option<ValueId>> {
        let opcode = self.byte()?;
        match opcode {
            // PROTO, FRAME: what follows is read the same way.
            0x80 => {
                let protocol = self.byte()?;
                if protocol > 5 {
                    return Err(format!("it is of pickle protocol {protocol}, and 5 is the newest known"));
                }
            }
            0x95 => drop(self.take(8)?),
            b'.' => return self.pop().map(Some),
            b'(' => {
                if self.marks.len() >= MOST_WAITING {
                    return Err(TOO_DEEP.to_owned());
                }
                self.marks.push(self.stack.len());
            }
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_to_mark()?),
            b'2' => {
                let top = self.top()?;
                self.put(top)?;
            }
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Int(1))?,
            0x89 => self.push(Value::Int(0))?,
            b'I' | b'L' => {
                let value = decimal(self.line()?)?;
                self.push(value)?;
            }
            b'J' => {
                let value = i64::from(self.unsigned(4)? as u32 as i32);
                self.push(Value::Int(value))?;
            }
            b'K' | b'M' => {
                let value = self.unsigned(if opcode == b'K' { 1 } else { 2 })? as i64;
                self.push(Value::Int(value))?;
            }
            0x8a | 0x8b => {
                let length = self.length(if opcode == 0x8a { 1 } else { 4 })?;
                let value = long(self.take(length)?);
                self.push(value)?;
            }
            b'F' => {
                let line = self.line()?;
                let value = std::str::from_utf8(line).ok().and_then(|t| t.trim().parse().ok());
                self.push(Value::Float(value.ok_or("a number is not written as one")?))?;
            }
            b'G' => {
                let mut float = [0; 8];
                float.copy_from_slice(self.take(8)?);
                self.push(Value::Float(f64::from_be_bytes(float)))?;
            }
            b'S' | b'V' => {
                let text = written_text(self.line()?, opcode == b'S');
                self.push(Value::Text(Cow::Owned(text)))?;
            }
            b'U' | b'C' | 0x8c => self.text(1)?,
            b'T' | b'B' | b'X' => self.text(4)?,
            0x8d | 0x8e => self.text(8)?,
            b']' => self.push(Value::List(Vec::new()))?,
            b')' => self.push(Value::Tuple(Vec::new()))?,
            b'}' => self.push(Value::Dict(Vec::new()))?,
            b'l' => {
                let items = self.pop_to_mark()?;
                self.push(Value::List(items))?;
            }
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items))?;
            }
            0x85..=0x87 => {
                let from = self.stack.len().checked_sub(usize::from(opcode - 0x84)).ok_or(EMPTY)?;
                let items = self.stack.split_off(from);
                self.push(Value::Tuple(items))?;
            }
            b'd' => {
                let items = pairs(&self.pop_to_mark()?)?;
                self.push(Value::Dict(items))?;
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])?;
            }
            b'e' => {
                let items = self.pop_to_mark()?;
                self.append(&items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set(&[(key, value)])?;
            }
            b'u' => {
                let items = pairs(&self.pop_to_mark()?)?;
                self.set(&items)?;
            }
            b'p' | b'g' => {
                let line = self.line()?;
                let number = std::str::from_utf8(line).ok().and_then(|t| t.trim().parse().ok());
                self.memorise(opcode == b'p', number.ok_or("a number is not written as one")?)?;
            }
            b'q' | b'h' => {
                let number = self.unsigned(1)? as u32;
                self.memorise(opcode == b'q', number)?;
            }
            b'r' | b'j' => {
                let number = self.unsigned(4)? as u32;
                self.memorise(opcode == b'r', number)?;
            }
            0x94 => self.memorise(true, self.memo.count)?,
            b'c' => {
                let module = self.line()?;
                let name = self.line()?;
                self.global(&String::from_utf8_lossy(module), &String::from_utf8_lossy(name))?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(module), Value::Text(name)) = (self.get(module).clone(), self.get(name).clone())
                else {
                    return Err("a class is not named by texts".to_owned());
                };
                self.global(&module, &name)?;
            }
            // NEWOBJ and REDUCE: a class or function and its arguments.
            0x81 | b'R' => {
                let (arguments, class) = (self.pop()?, self.pop()?);
                self.object(class, arguments)?;
            }
            // NEWOBJ_EX has named arguments, too.
            0x92 => {
                let (_, arguments, class) = (self.pop()?, self.pop()?, self.pop()?);
                self.object(class, arguments)?;
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                match self.get_mut(object) {
                    Value::Object { state: old, .. } => *old = Some(state),
                    _ => return Err("a state is set on what is no object".to_owned()),
                }
            }
            _ => return Err(format!("the pickle opcode 0x{opcode:02x} has no place in this format")),
        }
        Ok(None)
    }

    fn byte(&mut self) -> Step<u8> {
        let byte = *self.bytes.get(self.at).ok_or(CUT_SHORT)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, length: usize) -> Step<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..length).ok_or(CUT_SHORT)?;
        self.at += length;
        Ok(taken)
    }

    /// A little-endian number of so many bytes.
    fn unsigned(&mut self, bytes: usize) -> Step<u64> {
        let mut number = [0; 8];
        number[..bytes].copy_from_slice(self.take(bytes)?);
        Ok(u64::from_le_bytes(number))
    }

    fn length(&mut self, bytes: usize) -> Step<usize> {
        usize::try_from(self.unsigned(bytes)?).map_err(|_| CUT_SHORT.to_owned())
    }

    /// The rest of a line, without its end.
    fn line(&mut self) -> Step<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let within = rest.get(..LONGEST_LINE).unwrap_or(rest);
        let length = memchr::memchr(b'\n', within).ok_or(CUT_SHORT)?;
        self.at += length + 1;
        Ok(&rest[..length])
    }

    fn text(&mut self, length_bytes: usize) -> Step<()> {
        let length = self.length(length_bytes)?;
        let text = String::from_utf8_lossy(self.take(length)?);
        self.push(Value::Text(text))
    }

    fn push(&mut self, value: Value<'a>) -> Step<()> {
        if self.values.len() >= MOST_VALUES {
            return Err(format!("it holds more than {MOST_VALUES} values"));
        }
        self.put(ValueId(self.values.len() as u32))?;
        self.values.push(value);
        Ok(())
    }

    /// Puts a value on the stack.
    fn put(&mut self, value: ValueId) -> Step<()> {
        if self.stack.len() >= MOST_WAITING {
            return Err(TOO_DEEP.to_owned());
        }
        self.stack.push(value);
        Ok(())
    }

    fn top(&self) -> Step<ValueId> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        self.stack.get(bottom..).and_then(<[_]>::last).copied().ok_or_else(|| EMPTY.to_owned())
    }

    fn pop(&mut self) -> Step<ValueId> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_to_mark(&mut self) -> Step<Vec<ValueId>> {
        let mark = self.marks.pop().ok_or("a list ends that did not begin")?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn get(&self, id: ValueId) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    fn get_mut(&mut self, id: ValueId) -> &mut Value<'a> {
        &mut self.values[id.0 as usize]
    }

    fn append(&mut self, items: &[ValueId]) -> Step<()> {
        let list = self.top()?;
        match self.get_mut(list) {
            Value::List(list) => list.extend_from_slice(items),
            _ => return Err("items are added to what is no list".to_owned()),
        }
        Ok(())
    }

    fn set(&mut self, items: &[(ValueId, ValueId)]) -> Step<()> {
        let dict = self.top()?;
        match self.get_mut(dict) {
            Value::Dict(dict) => dict.extend_from_slice(items),
            _ => return Err("keys are set in what is no dictionary".to_owned()),
        }
        Ok(())
    }

    fn memorise(&mut self, put: bool, number: u32) -> Step<()> {
        if put {
            let top = self.top()?;
            self.memo.put(number, top);
        } else {
            let value = self.memo.get(number).ok_or("it refers to a value that was never memorised")?;
            self.put(value)?;
        }
        Ok(())
    }

    fn global(&mut self, module: &str, name: &str) -> Step<()> {
        let known = self.expected.iter().position(|is| is(module, name));
        let known = known.ok_or_else(|| {
            let shown: String = format!("{module}.{name}").chars().take(80).collect();
            format!("it names {shown}, which has no place in this format; nothing of it was executed")
        })?;
        self.push(Value::Global(known))
    }

    fn object(&mut self, class: ValueId, arguments: ValueId) -> Step<()> {
        if !matches!(self.get(class), Value::Global(_)) {
            return Err("an object is made of what is no class".to_owned());
        }
        self.push(Value::Object { class, arguments, state: None })
    }
}

const TOO_DEEP: &str = "its values nest deeper than those of any recording";
const EMPTY: &str = "a value is used that is not there";

fn pairs(items: &[ValueId]) -> Step<Vec<(ValueId, ValueId)>> {
    let (pairs, []) = items.as_chunks::<2>() else { return Err("a key has no value".to_owned()) };
    Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
}

/// `123`, `123L` as Python 2 writes it, `01` for true.
fn decimal(line: &[u8]) -> Step<Value<'static>> {
    let text = std::str::from_utf8(line).map_err(|_| "a number is not written as one")?.trim();
    let digits = text.strip_suffix('L').unwrap_or(text);
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Err("a number is not written as one".to_owned());
    }
    Ok(digits.parse().map_or(Value::LongInt, Value::Int))
}

/// A little-endian two's complement number of any length.
fn long(bytes: &[u8]) -> Value<'static> {
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let padding = if negative { 0xff } else { 0 };
    let (low, high) = bytes.split_at(bytes.len().min(8));
    let mut number = [padding; 8];
    number[..low.len()].copy_from_slice(low);
    let number = i64::from_le_bytes(number);
    if high.iter().all(|b| *b == padding) && (number < 0) == negative { Value::Int(number) } else { Value::LongInt }
}

/// A text of protocol 0: in quotes with Python's escapes, or raw with `\u` escapes only.
fn written_text(line: &[u8], quoted: bool) -> String {
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
    String::from_utf8_lossy(&bytes).into_owned()
}

fn push_char(bytes: &mut Vec<u8>, byte: u8, quoted: bool) {
    if quoted || byte.is_ascii() {
        bytes.push(byte);
    } else {
        bytes.extend_from_slice(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: &[Expected] = &[|module, name| (module, name) == ("shapes", "Box")];

    fn open(bytes: &[u8]) -> Result<Pickle<'_>, String> {
        read(bytes, EXPECTED, &Job::new()).map_err(|stop| match stop {
            Stop::Damage { at, why } => format!("{at}: {why}"),
            Stop::Import(error) => error.to_string(),
        })
    }

    fn root(bytes: &[u8]) -> Value<'_> {
        open(bytes).expect("reads").root().clone()
    }

    #[test]
    fn numbers_of_every_protocol_are_read() {
        let cases: &[(&[u8], Value<'_>)] = &[
            (b"I-12\n.", Value::Int(-12)),
            (b"L123L\n.", Value::Int(123)),
            (b"L99999999999999999999L\n.", Value::LongInt),
            (b"\x80\x02K\xff.", Value::Int(255)),
            (b"\x80\x02M\xff\xff.", Value::Int(65_535)),
            (b"\x80\x02J\xfe\xff\xff\xff.", Value::Int(-2)),
            (b"\x80\x02\x8a\x00.", Value::Int(0)),
            (b"\x80\x02\x8a\x01\xff.", Value::Int(-1)),
            (b"\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\x00.", Value::Int(i64::MAX)),
            (b"\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.", Value::LongInt),
            (b"F1.5\n.", Value::Float(1.5)),
            (b"\x80\x02G\x3f\xf8\0\0\0\0\0\0.", Value::Float(1.5)),
            (b"\x80\x02\x88.", Value::Int(1)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(root(bytes), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn texts_of_every_protocol_are_read() {
        for bytes in [
            b"S'caf\\xc3\\xa9'\n.".as_slice(),
            b"Vcaf\\u00e9\n.",
            b"Vcaf\xe9\n.",
            b"\x80\x02U\x05caf\xc3\xa9.",
            b"\x80\x02X\x05\0\0\0caf\xc3\xa9.",
            b"\x80\x04\x8c\x05caf\xc3\xa9.",
            b"\x80\x04\x8d\x05\0\0\0\0\0\0\0caf\xc3\xa9.",
        ] {
            assert_eq!(root(bytes), Value::Text("café".into()), "{bytes:?}");
        }
        assert_eq!(root(b"S'a\\\\b\\'\\n'\n."), Value::Text("a\\b'\n".into()));
    }

    #[test]
    fn what_is_not_expected_is_named_and_ends_it() {
        let error = open(b"cos\nsystem\n(S'touch PWNED'\ntR.").expect_err("is refused");
        assert!(error.starts_with("0: it names os.system") && error.contains("executed"), "{error}");
        let error = open(b"\x80\x04\x8c\x02os\x8c\x06system\x93.").expect_err("is refused");
        assert!(error.contains("os.system"), "{error}");
        assert!(open(b"\x80\x02\x82\x01.").expect_err("an extension code").contains("0x82"));
        assert!(open(b"\x80\x02NQ.").expect_err("a persistent id").contains("0x51"));
        assert!(open(b"(ios\nsystem\n.").expect_err("an instance").contains("0x69"));
        assert!(open(b"\x80\x04K\x01)R.").expect_err("calls a number").contains("no class"));
        assert!(open(b"\x80\x09N.").expect_err("the future").contains("protocol 9"));
    }

    #[test]
    fn an_object_keeps_its_state_and_runs_nothing() {
        let pickle = open(b"\x80\x02cshapes\nBox\n)\x81}U\x01aK\x07sb.").expect("reads");
        let Value::Object { state: Some(state), .. } = pickle.root() else { panic!("{:?}", pickle.root()) };
        let Value::Dict(items) = pickle.get(*state) else { panic!("a dictionary") };
        assert_eq!(pickle.get(items[0].1), &Value::Int(7));
    }

    #[test]
    fn every_cut_is_an_error_with_its_place() {
        let whole = b"\x80\x04\x95\x10\0\0\0\0\0\0\0]\x94(K\x01\x8c\x02ab\x94h\x01e.";
        assert!(open(whole).is_ok());
        for end in 0..whole.len() {
            assert!(open(&whole[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn depth_claims_and_shared_values_cost_no_more_than_their_bytes() {
        let deep = [b"\x80\x04".as_slice(), &vec![b']'; 300_000], &vec![b'a'; 299_999], b"."].concat();
        assert!(matches!(root(&deep), Value::List(_)));
        let doubled: Vec<u8> = (0..60_u8).flat_map(|i| [b'h', i, b'h', i, 0x86, 0x94]).collect();
        assert!(open(&[b"\x80\x04]\x94".as_slice(), &doubled, b"."].concat()).is_ok());
        assert!(open(b"\x80\x04]r\xff\xff\xff\xff.").is_ok(), "a memo is as long as what is in it");
        assert!(open(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fab.").expect_err("cut").contains("ends"));
        assert!(open(b"\x80\x04]2a.").is_ok(), "a list may contain itself");
    }

    #[test]
    fn what_waits_is_bounded() {
        for opcode in [b'(', b'2', b'N'] {
            let bytes = [b"\x80\x04N".as_slice(), &vec![opcode; MOST_WAITING + 1], b"."].concat();
            assert!(open(&bytes).expect_err("too deep").contains(TOO_DEEP), "{opcode}");
        }
    }

    #[test]
    fn a_mark_protects_what_stands_below_it() {
        assert!(open(b"\x80\x02K\x01(a.").is_err());
        assert!(open(b"\x80\x02]K\x01t.").is_err());
        assert!(open(b"\x80\x02}(K\x01u.").expect_err("odd").contains("no value"));
    }
}
