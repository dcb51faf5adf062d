//! Samples, read straight from the bytes of the file.
//!
//! Two things make this fast. Stacks that follow each other mostly begin alike, and a location list has the innermost
//! frame first: lists that end in the same bytes share their outer frames, so the shared part is compared as bytes and
//! never decoded.
//!
//! ```text
//! previous sample   09 07 | 85 02 03 01     main → load → read → parse → row
//! this sample          08 | 85 02 03 01     main → load → read → skip: one frame to look up, not four
//! ```
//!
//! And few different sets of labels are in use, so a set is decoded once and then known by its bytes.

use super::super::protobuf::{Field, Reader, Value, WireError, last_varint, push_varint};
use super::super::{ImportError, Job};
use super::NAME;
use super::dropped::Drop;
use super::labels::Labels;
use super::messages::{Contents, FIELDS_A_REPORT};
use super::places::Places;
use super::texts::TextIds;
use crate::model::{BuildError, MetricId, ProfileBuilder, StackId};

/// Reads every sample into a builder.
pub(super) struct SampleReader<'a> {
    contents: &'a Contents<'a>,
    places: &'a Places,
    /// What to multiply the values of each sample type with.
    factors: &'a [i64],
    labels: Labels<'a>,
    path: Path,
    values: Vec<i64>,
    /// Samples left out because they have another number of values than there are sample types.
    mismatched: u64,
    empty_stacks: u64,
    cut_stacks: u64,
}

/// The fields of one sample, gathered.
#[derive(Default)]
struct Parts<'a> {
    locations: Packed<'a>,
    values: Packed<'a>,
    /// The labels' bytes, each after its length.
    labels: Vec<u8>,
}

impl<'a> SampleReader<'a> {
    pub(super) fn new(
        contents: &'a Contents<'a>,
        places: &'a Places,
        factors: &'a [i64],
        texts: &'a mut TextIds,
    ) -> Self {
        Self {
            contents,
            places,
            factors,
            labels: Labels::new(contents, texts),
            path: Path::new(contents.size),
            values: Vec::new(),
            mismatched: 0,
            empty_stacks: 0,
            cut_stacks: 0,
        }
    }

    /// Reads the samples of `file`.
    pub(super) fn read(mut self, file: &'a [u8], builder: &mut ProfileBuilder, job: &Job) -> Result<(), ImportError> {
        let samples = &self.contents.samples;
        let mut reader = Reader::new(file.get(..samples.end).unwrap_or_default()).at(samples.start as u64);
        let mut parts = Parts::default();
        let mut fields = 0_u64;
        while let Some(field) = reader.field()? {
            if field.number == 2 {
                self.add(field.bytes()?, &mut parts, builder)?;
            }
            fields += 1;
            if fields.is_multiple_of(FIELDS_A_REPORT) {
                job.progress(reader.offset(), file.len() as u64)?;
            }
        }
        builder.warn_times(
            "A sample has another number of values than the file has sample types; it was left out.",
            self.mismatched,
        );
        builder.warn_times(
            "A sample has an empty stack: it counts towards the total, but belongs to no function.",
            self.empty_stacks,
        );
        builder.warn_times(
            "A stack refers to a location the file does not hold; it is shown as “[unknown]”.",
            self.path.unknown,
        );
        builder.warn_times(
            "The stack of a sample ends at a function the file asks to leave out (drop_frames), as in `go tool pprof`: what it cost counts as its caller's own.",
            self.cut_stacks,
        );
        self.labels.finish(builder);
        Ok(())
    }

    fn add(
        &mut self,
        message: Reader<'a>,
        parts: &mut Parts<'a>,
        builder: &mut ProfileBuilder,
    ) -> Result<(), ImportError> {
        let offset = message.offset();
        parts.read(message)?;
        if !self.scale(parts.values.bytes())? {
            self.mismatched += 1;
            return Ok(());
        }
        let stack = self.path.stack(parts.locations.bytes(), self.places, builder);
        let stack = stack.map_err(|why| ImportError::malformed(NAME, offset, why))?;
        self.empty_stacks += u64::from(stack == StackId::EMPTY);
        self.cut_stacks += u64::from(self.path.is_cut());
        let (track, labels) = self.labels.read(&parts.labels, builder)?;
        builder.sample(track, stack, None, &self.values);
        builder.label_last_sample(labels);
        Ok(())
    }

    /// Brings a sample's values to the base units of their metrics. `false` where there are too many or too few.
    fn scale(&mut self, packed: &[u8]) -> Result<bool, ImportError> {
        self.values.clear();
        let mut reader = Reader::new(packed);
        for (i, factor) in self.factors.iter().enumerate() {
            if reader.is_empty() {
                return Ok(false);
            }
            let Some(value) = reader.varint()?.cast_signed().checked_mul(*factor) else {
                return Err(BuildError::Overflow(self.metric_name(MetricId::at(i))).into());
            };
            self.values.push(value);
        }
        Ok(reader.is_empty())
    }

    fn metric_name(&self, metric: MetricId) -> String {
        let of = self.contents.sample_types.get(metric.index());
        of.and_then(|of| self.contents.text(of.kind).ok()).unwrap_or_default().into_owned()
    }
}

impl<'a> Parts<'a> {
    fn read(&mut self, mut message: Reader<'a>) -> Result<(), WireError> {
        self.locations.clear();
        self.values.clear();
        self.labels.clear();
        while let Some(field) = message.field()? {
            match field.number {
                1 => self.locations.push(&field)?,
                2 => self.values.push(&field)?,
                3 => {
                    let label = field.bytes()?.rest();
                    push_varint(&mut self.labels, label.len() as u64);
                    self.labels.extend_from_slice(label);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A repeated field of numbers as packed bytes: mostly one run in the file, which is not copied.
#[derive(Default)]
struct Packed<'a> {
    run: &'a [u8],
    /// Numbers that came one at a time or in several runs, joined; empty while `run` holds all.
    joined: Vec<u8>,
}

impl<'a> Packed<'a> {
    fn clear(&mut self) {
        self.run = &[];
        self.joined.clear();
    }

    fn bytes(&self) -> &[u8] {
        if self.joined.is_empty() { self.run } else { &self.joined }
    }

    fn push(&mut self, field: &Field<'a>) -> Result<(), WireError> {
        match field.value {
            Value::Bytes(packed) if self.bytes().is_empty() => self.run = packed.rest(),
            Value::Bytes(packed) => self.join().extend_from_slice(packed.rest()),
            _ => push_varint(self.join(), field.varint()?),
        }
        Ok(())
    }

    fn join(&mut self) -> &mut Vec<u8> {
        if self.joined.is_empty() {
            self.joined.extend_from_slice(self.run);
        }
        &mut self.joined
    }
}

/// The stack of the previous sample, of which the next one shares a part.
struct Path {
    /// The previous sample's locations, innermost first.
    locations: Vec<u8>,
    /// From the outermost location inwards.
    steps: Vec<Step>,
    unknown: u64,
    /// How many frames may still be put on stacks. A byte can name a location of thousands of inlined calls.
    frames_left: u64,
}

/// A location and everything that called it.
struct Step {
    /// How many bytes it and the locations that called it take at the end of the list.
    bytes: usize,
    stack: StackId,
    reach: Reach,
}

/// How far a stack has come, from the outermost location inwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reach {
    /// There were only functions that are to be left out. They stay, or nothing would be left.
    Outside,
    Inside,
    /// It ended at a function that is left out.
    Cut,
}

impl Path {
    /// For a file of so many bytes. Real stacks have one or two frames for a byte.
    fn new(file_bytes: u64) -> Self {
        let frames_left = file_bytes.saturating_mul(16).saturating_add(1 << 20);
        Self { locations: Vec::new(), steps: Vec::new(), unknown: 0, frames_left }
    }

    /// The stack of packed location ids, innermost first; or why there is none.
    fn stack(
        &mut self,
        locations: &[u8],
        places: &Places,
        builder: &mut ProfileBuilder,
    ) -> Result<StackId, &'static str> {
        const CUT: &str = "the stack of a sample ends within a number";
        const TOO_MANY: &str = "its locations hold so many inlined calls that its stacks would fill the memory";
        self.keep_shared(locations);
        let (mut stack, mut reach) = match self.steps.last() {
            Some(step) => (step.stack, step.reach),
            None => (StackId::EMPTY, Reach::Outside),
        };
        let mut rest = locations.get(..locations.len() - self.shared_bytes()).unwrap_or_default();
        while !rest.is_empty() {
            let (location, before) = last_varint(rest).ok_or(CUT)?;
            let frames = places.frames(location).unwrap_or_else(|| {
                self.unknown += 1;
                places.unknown()
            });
            let (frames, reached) = match (reach, places.drop(location)) {
                (Reach::Cut, _) | (Reach::Inside, Drop::Whole) => (&[][..], Reach::Cut),
                (Reach::Inside, Drop::Inner) => (frames, Reach::Cut),
                (Reach::Inside | Reach::Outside, Drop::Nothing) => (frames, Reach::Inside),
                (Reach::Outside, Drop::Inner | Drop::Whole) => (frames, Reach::Outside),
            };
            reach = reached;
            self.frames_left = self.frames_left.checked_sub(frames.len() as u64).ok_or(TOO_MANY)?;
            for &frame in frames {
                stack = builder.stack(stack, frame);
            }
            rest = before;
            self.steps.push(Step { bytes: locations.len() - rest.len(), stack, reach });
        }
        self.locations.clear();
        self.locations.extend_from_slice(locations);
        Ok(stack)
    }

    /// Drops the steps this list of locations does not share with the previous one.
    fn keep_shared(&mut self, locations: &[u8]) {
        let shared = common_suffix(&self.locations, locations);
        let keep = self.steps.partition_point(|step| step.bytes <= shared);
        self.steps.truncate(keep);
        // The innermost shared bytes may be the end of a longer number here.
        let before = locations.len().checked_sub(self.shared_bytes() + 1).and_then(|i| locations.get(i));
        if before.is_some_and(|byte| *byte >= 0x80) {
            self.steps.pop();
        }
    }

    /// Whether something was left out of the last stack.
    fn is_cut(&self) -> bool {
        self.steps.last().is_some_and(|step| step.reach == Reach::Cut)
    }

    fn shared_bytes(&self) -> usize {
        self.steps.last().map_or(0, |step| step.bytes)
    }
}

/// How many bytes at the ends of both are the same.
fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    let mut same = 0;
    for (x, y) in a.rchunks_exact(8).zip(b.rchunks_exact(8)) {
        let differing = word(x) ^ word(y);
        if differing != 0 {
            return same + (differing.leading_zeros() / 8) as usize;
        }
        same += 8;
    }
    let (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    same + a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count()
}

/// Eight bytes as one number, the last in its highest place.
fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_suffix_is_counted_in_bytes() {
        let text = b"abcdefghijklmnopqrstuvwxyz";
        for length in 0..=text.len() {
            for differing in 0..length {
                let a = &text[..length];
                let mut b = a.to_vec();
                b[differing] = b'!';
                assert_eq!(common_suffix(a, &b), length - differing - 1);
            }
            assert_eq!(common_suffix(&text[..length], &text[..length]), length);
            assert_eq!(common_suffix(&text[26 - length..], text), length);
        }
    }
}
