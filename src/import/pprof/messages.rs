//! The messages of the file, but for its samples: tables as they stand, linked by the ids of the file.

use super::super::protobuf::{Field, Reader, Value, WireError};
use super::super::{ImportError, Job};
use super::NAME;
use super::texts::Texts;
use std::borrow::Cow;
use std::ops::Range;

/// How many fields are read between two reports of progress.
pub(super) const FIELDS_A_REPORT: u64 = 8192;

/// A type and its unit, both numbers of texts.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct ValueType {
    pub(super) kind: u64,
    pub(super) unit: u64,
}

/// A library or executable: a mapping, in the words of the specification.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Object {
    pub(super) id: u64,
    pub(super) file: u64,
}

#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Function {
    pub(super) id: u64,
    pub(super) name: u64,
    pub(super) system_name: u64,
    pub(super) file: u64,
    pub(super) start_line: u64,
}

/// A place in the program. It lies in several functions where the compiler folded them into each other.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Location {
    pub(super) id: u64,
    pub(super) object: u64,
    pub(super) address: u64,
    /// Its first row in [`Contents::lines`]; the rows up to the next location's are its own.
    pub(super) first_line: usize,
}

#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Line {
    pub(super) function: u64,
    pub(super) line: u64,
}

/// Everything but the samples, which stay where they are in the file.
#[derive(Default, Debug)]
pub(super) struct Contents<'a> {
    pub(super) texts: Texts<'a>,
    pub(super) sample_types: Vec<ValueType>,
    pub(super) objects: Vec<Object>,
    pub(super) locations: Vec<Location>,
    pub(super) lines: Vec<Line>,
    pub(super) functions: Vec<Function>,
    /// From the first byte of the first sample to the last byte of the last one.
    pub(super) samples: Range<usize>,
    pub(super) default_sample_type: u64,
    pub(super) period_type: ValueType,
    pub(super) period: i64,
    pub(super) time_nanos: i64,
    pub(super) duration_nanos: i64,
    pub(super) comments: Vec<u64>,
    pub(super) drop_frames: u64,
    pub(super) keep_frames: u64,
    pub(super) doc_url: u64,
    /// Bytes of the file.
    pub(super) size: u64,
}

impl<'a> Contents<'a> {
    /// Reads everything but the samples, of which it learns only where they are.
    pub(super) fn read(bytes: &'a [u8], job: &Job) -> Result<Self, ImportError> {
        let mut contents = Self { texts: Texts::new(bytes), size: bytes.len() as u64, ..Self::default() };
        let mut reader = Reader::new(bytes);
        let mut fields = 0_u64;
        while let Some(field) = reader.field()? {
            contents.add(&field, reader.offset())?;
            fields += 1;
            if fields.is_multiple_of(FIELDS_A_REPORT) {
                job.progress(0, 0)?;
            }
        }
        Ok(contents)
    }

    /// Whether the file holds any sample.
    pub(super) fn has_samples(&self) -> bool {
        !self.samples.is_empty()
    }

    /// The rows of [`lines`](Self::lines) that belong to a location, innermost first.
    pub(super) fn lines_of(&self, location: usize) -> &[Line] {
        let start = self.locations.get(location).map_or(0, |l| l.first_line);
        let end = self.locations.get(location + 1).map_or(self.lines.len(), |l| l.first_line);
        self.lines.get(start..end).unwrap_or_default()
    }

    /// The text with a number.
    pub(super) fn text(&self, number: u64) -> Result<Cow<'a, str>, ImportError> {
        self.texts.get(number).ok_or_else(|| {
            let why = format!("it refers to text {number} of {}: it may have been cut short", self.texts.len());
            ImportError::malformed(NAME, None, why)
        })
    }

    fn add(&mut self, field: &Field<'a>, end: u64) -> Result<(), WireError> {
        match field.number {
            1 => self.sample_types.push(value_type(field.bytes()?)?),
            2 => {
                field.bytes()?;
                let start = if self.has_samples() { self.samples.start } else { field.offset as usize };
                self.samples = start..end as usize;
            }
            3 => self.objects.push(object(field.bytes()?)?),
            4 => self.add_location(field.bytes()?)?,
            5 => self.functions.push(function(field.bytes()?)?),
            6 => {
                field.bytes()?;
                self.texts.add(field.offset);
            }
            7 => self.drop_frames = field.varint()?,
            8 => self.keep_frames = field.varint()?,
            9 => self.time_nanos = field.varint()?.cast_signed(),
            10 => self.duration_nanos = field.varint()?.cast_signed(),
            11 => self.period_type = value_type(field.bytes()?)?,
            12 => self.period = field.varint()?.cast_signed(),
            13 => numbers(field, &mut self.comments)?,
            14 => self.default_sample_type = field.varint()?,
            15 => self.doc_url = field.varint()?,
            // Fields of a newer format are no reason to refuse the file.
            _ => {}
        }
        Ok(())
    }

    fn add_location(&mut self, mut message: Reader<'a>) -> Result<(), WireError> {
        let mut location = Location { first_line: self.lines.len(), ..Location::default() };
        while let Some(field) = message.field()? {
            match field.number {
                1 => location.id = field.varint()?,
                2 => location.object = field.varint()?,
                3 => location.address = field.varint()?,
                4 => self.lines.push(line(field.bytes()?)?),
                _ => {}
            }
        }
        self.locations.push(location);
        Ok(())
    }
}

fn value_type(mut message: Reader<'_>) -> Result<ValueType, WireError> {
    let mut of = ValueType::default();
    while let Some(field) = message.field()? {
        match field.number {
            1 => of.kind = field.varint()?,
            2 => of.unit = field.varint()?,
            _ => {}
        }
    }
    Ok(of)
}

fn object(mut message: Reader<'_>) -> Result<Object, WireError> {
    let mut object = Object::default();
    while let Some(field) = message.field()? {
        match field.number {
            1 => object.id = field.varint()?,
            5 => object.file = field.varint()?,
            _ => {}
        }
    }
    Ok(object)
}

fn function(mut message: Reader<'_>) -> Result<Function, WireError> {
    let mut function = Function::default();
    while let Some(field) = message.field()? {
        match field.number {
            1 => function.id = field.varint()?,
            2 => function.name = field.varint()?,
            3 => function.system_name = field.varint()?,
            4 => function.file = field.varint()?,
            5 => function.start_line = field.varint()?,
            _ => {}
        }
    }
    Ok(function)
}

fn line(mut message: Reader<'_>) -> Result<Line, WireError> {
    let mut line = Line::default();
    while let Some(field) = message.field()? {
        match field.number {
            1 => line.function = field.varint()?,
            2 => line.line = field.varint()?,
            _ => {}
        }
    }
    Ok(line)
}

/// A repeated number, packed or not.
fn numbers(field: &Field<'_>, into: &mut Vec<u64>) -> Result<(), WireError> {
    match field.value {
        Value::Bytes(mut packed) => {
            while !packed.is_empty() {
                into.push(packed.varint()?);
            }
        }
        _ => into.push(field.varint()?),
    }
    Ok(())
}
