//! Code objects, whose layout depends on the Python that wrote them, and passing over values of any shape.
//!
//! `python -m profile` names what it ran by the code object itself: `('profile', 0, <code object <module>, …>)`.

use super::{CODE, Damage, FLAG, Result, Slot, Walker};
use crate::model::{GraphBuilder, StringId};

/// How deep values may nest; Python itself reads no deeper.
const MAX_NESTING: usize = 2000;

/// What a code object is made of, in order: integers, values, its first line, and more values.
#[derive(Debug)]
pub(in crate::import) struct Layout {
    /// The first and last minor version of Python 3 that write it; `None` for Python 2.
    pub(in crate::import) python3: Option<(u32, Option<u32>)>,
    integers: usize,
    values: usize,
    /// Which of the values is the file, and which the name.
    file: usize,
    name: usize,
    values_after_line: usize,
}

/// Every layout there is, newest first. A file does not tell which it uses: the right one reads it to its last byte.
pub(in crate::import) static LAYOUTS: [Layout; 4] = [
    Layout { python3: Some((11, None)), integers: 5, values: 8, file: 5, name: 6, values_after_line: 2 },
    Layout { python3: Some((8, Some(10))), integers: 6, values: 8, file: 6, name: 7, values_after_line: 1 },
    Layout { python3: Some((0, Some(7))), integers: 5, values: 8, file: 6, name: 7, values_after_line: 1 },
    Layout { python3: None, integers: 4, values: 8, file: 6, name: 7, values_after_line: 1 },
];

/// What of a value that is passed over is still to come.
enum Pending {
    Values(usize),
    /// Keys and values, up to the end mark in place of a key.
    Dictionary {
        value_next: bool,
    },
    /// A code object's values before its first line.
    Code(usize),
}

impl Walker<'_> {
    /// A code object after its type code, as the text Python shows for it, without the address.
    pub(super) fn code_object(&mut self, texts: &mut GraphBuilder) -> Result<StringId> {
        let layout = self.layout;
        let start = self.at;
        self.begin_code()?;
        let (mut file, mut name) = (StringId::EMPTY, StringId::EMPTY);
        for i in 0..layout.values {
            if i == layout.file {
                file = self.text(texts)?;
            } else if i == layout.name {
                name = self.text(texts)?;
            } else {
                self.skip()?;
            }
        }
        let line = self.i32()?;
        for _ in 0..layout.values_after_line {
            self.skip()?;
        }
        self.count_again(texts.text(name).len() + texts.text(file).len(), start)?;
        let shown = format!("<code object {}, file \"{}\", line {line}>", texts.text(name), texts.text(file));
        Ok(texts.string(&shown))
    }

    fn begin_code(&mut self) -> Result<()> {
        self.saw_code = true;
        self.take(4 * self.layout.integers).map(drop)
    }

    /// Passes over a value of any shape.
    pub(in crate::import) fn skip(&mut self) -> Result<()> {
        let mut pending = vec![Pending::Values(1)];
        while let Some(last) = pending.last_mut() {
            match last {
                Pending::Values(0) => {
                    pending.pop();
                    continue;
                }
                Pending::Dictionary { value_next } => {
                    if !*value_next && self.at_end_mark() {
                        self.at += 1;
                        pending.pop();
                        continue;
                    }
                    *value_next = !*value_next;
                }
                Pending::Code(0) => {
                    self.i32()?;
                    *last = Pending::Values(self.layout.values_after_line);
                    continue;
                }
                Pending::Values(left) | Pending::Code(left) => *left -= 1,
            }
            if let Some(inner) = self.skip_one()? {
                if pending.len() == MAX_NESTING {
                    return self.damage("its values nest deeper than Python allows");
                }
                pending.push(inner);
            }
        }
        Ok(())
    }

    fn at_end_mark(&self) -> bool {
        self.bytes.get(self.at) == Some(&b'0')
    }

    /// Passes over a value but for the values inside it.
    fn skip_one(&mut self) -> Result<Option<Pending>> {
        let start = self.at;
        let byte = self.byte()?;
        let code = byte & CODE;
        let is_numbered = !matches!(code, b'N' | b'T' | b'F' | b'S' | b'.' | b'r' | b'R');
        if self.following == 0 && is_numbered {
            if byte & FLAG != 0 {
                self.refs.push(Slot::At(start as u32));
            } else if code == b't' {
                self.interned.push(Slot::At(start as u32));
            }
        }
        match code {
            b'N' | b'T' | b'F' | b'S' | b'.' => return Ok(None),
            b'i' | b'R' => self.take(4)?,
            b'r' => {
                self.reference()?;
                return Ok(None);
            }
            b'I' | b'g' => self.take(8)?,
            b'y' => self.take(16)?,
            b'l' => {
                let digits = self.i32()?.unsigned_abs() as usize;
                self.take(digits.saturating_mul(2))?
            }
            b'f' | b'z' | b'Z' => {
                let len = usize::from(self.byte()?);
                self.take(len)?
            }
            b'x' => {
                let len = usize::from(self.byte()?);
                self.take(len)?;
                let len = usize::from(self.byte()?);
                self.take(len)?
            }
            b's' | b't' | b'u' | b'a' | b'A' => {
                let len = self.length()?;
                self.take(len)?
            }
            b')' => return Ok(Some(Pending::Values(usize::from(self.byte()?)))),
            b'(' | b'[' | b'<' | b'>' => return Ok(Some(Pending::Values(self.length()?))),
            b':' => return Ok(Some(Pending::Values(3))),
            b'{' | b'}' => return Ok(Some(Pending::Dictionary { value_next: false })),
            b'c' => {
                self.begin_code()?;
                return Ok(Some(Pending::Code(self.layout.values)));
            }
            _ => return Err(Damage { at: start, why: "a value is of no known type" }),
        };
        Ok(None)
    }
}
