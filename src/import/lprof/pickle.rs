//! Python's pickle, protocols 0 to 5, as far as plain data goes: nothing is imported, called or executed.
//!
//! Specification: <https://docs.python.org/3/library/pickletools.html>. A pickle is a program for a machine with a stack
//! and a memo. This one knows numbers, texts, tuples, lists, dictionaries, and objects of classes it is told to expect.
//! Everything that would run code (a class or function of any other name, extension codes, persistent ids) ends it.
//!
//! Values live in one column and refer to each other by position, so that a value used a million times is stored once, a
//! list may contain itself, and nesting costs no stack. Every opcode makes at most one value: memory follows the file's
//! length, whatever the file claims.

mod literals;
#[cfg(test)]
mod tests;

use crate::import::{ImportError, Job, utf8};
use literals::{decimal, long, written_text};
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
    /// A text, or the bytes that texts were in Python 2. Bytes that are no UTF-8 are written as `\xe9`.
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
    /// Texts that are not UTF-8.
    pub(super) damaged_texts: u64,
    /// Bytes behind its end.
    pub(super) left: usize,
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
        damaged_texts: 0,
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
            let Machine { values, damaged_texts, .. } = machine;
            return Ok(Pickle { values, root, damaged_texts, left: bytes.len() - machine.at });
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
    damaged_texts: u64,
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
                let bytes = written_text(self.line()?, opcode == b'S');
                let (text, damaged) = utf8::decoded(&bytes);
                self.damaged_texts += u64::from(damaged);
                self.push(Value::Text(Cow::Owned(text.into_owned())))?;
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
        let (text, damaged) = utf8::decoded(self.take(length)?);
        self.damaged_texts += u64::from(damaged);
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
