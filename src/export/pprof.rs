//! Stacks → a gzipped pprof, which `go tool pprof` and most profile viewers open.
//!
//! Specification: <https://github.com/google/pprof/blob/main/proto/profile.proto>
//!
//! The same profile always gives the same bytes: tables are in the order of first use, and gzip is given no time.
//!
//! What pprof has no place for is left out: when each sample was taken, and the library of a function whose source file
//! is known. Threads become labels, as other writers do it; warnings become comments.

use super::scrub::Scrub;
use crate::analyze::Query;
use crate::import::ProtobufWriter as Writer;
use crate::model::{
    Body, Frame, FrameId, Label, LabelValue, MetricId, Profile, StackId, StackProfile, StringId, Track, Unit,
};
use flate2::{Compression, GzBuilder, write::GzEncoder};
use rustc_hash::FxHashMap;
use std::io::{self, Write};
use std::path::Path;

/// Why a profile could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A call graph has no stacks to write, and lines have neither.
    #[error("pprof holds whole stacks, and this profile has none")]
    NoStacks,
    /// The file could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes a profile of stacks to a file, as [`super::write_file`] does.
pub fn save(profile: &Profile, path: &Path) -> Result<(), WriteError> {
    let body = stacks_of(profile)?;
    let everything = Query::new(profile);
    Ok(super::write_file(path, |out| write_stacks(profile, body, &everything, &Scrub::off(), out))?)
}

/// Writes the samples a query asks for, in every metric; the query's is the one to show first.
pub fn write(profile: &Profile, query: &Query, scrub: &Scrub, to: impl Write) -> Result<(), WriteError> {
    let body = stacks_of(profile)?;
    Ok(write_stacks(profile, body, query, scrub, to)?)
}

fn stacks_of(profile: &Profile) -> Result<&StackProfile, WriteError> {
    match profile.body() {
        Body::Stacks(body) => Ok(body),
        Body::Graph(_) | Body::Lines(_) => Err(WriteError::NoStacks),
    }
}

fn write_stacks(
    profile: &Profile,
    body: &StackProfile,
    query: &Query,
    scrub: &Scrub,
    to: impl Write,
) -> io::Result<()> {
    let gzip: GzEncoder<_> = GzBuilder::new().mtime(0).write(to, Compression::default());
    let mut pprof = Pprof {
        profile,
        query,
        scrub,
        texts: Texts::default(),
        places: Places::default(),
        writer: Writer::default(),
        gzip,
    };
    pprof.sample_types();
    pprof.samples(body)?;
    pprof.places()?;
    pprof.origin();
    pprof.texts()?;
    pprof.gzip.finish()?;
    Ok(())
}

/// How many bytes are gathered before they are compressed.
const CHUNK: usize = 64 << 10;

struct Pprof<'a, W: Write> {
    profile: &'a Profile,
    query: &'a Query,
    scrub: &'a Scrub,
    texts: Texts,
    places: Places,
    writer: Writer,
    gzip: GzEncoder<W>,
}

impl<W: Write> Pprof<'_, W> {
    fn sample_types(&mut self) {
        for metric in self.profile.metrics() {
            let (kind, unit) = (self.texts.id(&metric.name), self.texts.id(unit_name(&metric.unit)));
            self.writer.message(1, |w| value_type(w, kind, unit));
        }
    }

    fn samples(&mut self, body: &StackProfile) -> io::Result<()> {
        let profile = self.profile;
        let metrics = (0..profile.metrics().len()).map(MetricId::at);
        let mut locations = Vec::new();
        for (row, (&stack, track)) in body.samples.stacks().iter().zip(body.samples.tracks()).enumerate() {
            let part = |metric| self.query.part(&body.samples, metric, row);
            if part(self.query.metric).is_none() {
                continue;
            }
            locations.clear();
            self.places.locate(profile, body, stack, &mut locations);
            let values = metrics.clone().map(|metric| part(metric).unwrap_or(0).cast_unsigned());
            let (track, labels) = (profile.track(*track), body.samples.labels(row));
            let (texts, scrub) = (&mut self.texts, self.scrub);
            self.writer.message(2, |w| {
                w.packed(1, locations.iter().copied());
                w.packed(2, values);
                thread(w, texts, scrub, track);
                for label in labels {
                    other_label(w, texts, scrub, profile, label);
                }
            });
            self.flush_chunk()?;
        }
        Ok(())
    }

    fn places(&mut self) -> io::Result<()> {
        let places = std::mem::take(&mut self.places);
        for (i, object) in places.objects.iter().enumerate() {
            let file = self.texts.id(&self.scrub.text(self.profile.text(*object)));
            self.writer.message(3, |w| {
                w.varint(1, i as u64 + 1);
                w.varint(5, file);
                // It has functions, files, lines and inlined frames: pprof need not look for symbols.
                (7..=10).for_each(|field| w.varint(field, 1));
            });
        }
        let mut functions = Functions::default();
        for (i, location) in places.locations.iter().enumerate() {
            self.writer.message(4, |w| {
                w.varint(1, i as u64 + 1);
                if let Some(object) = location.object {
                    w.varint(2, object);
                }
                for frame in &location.frames {
                    let Frame { function, line, .. } = *self.profile.frame(*frame);
                    w.message(4, |w| {
                        w.varint(1, functions.id(function.index()));
                        w.varint(2, u64::from(line));
                    });
                }
            });
            self.flush_chunk()?;
        }
        for (i, function) in functions.rows.iter().enumerate() {
            let Some(function) = self.profile.functions().get(*function) else { continue };
            let name = self.texts.id(&self.scrub.name(self.profile.text(function.name)));
            let file = self.texts.id(&self.scrub.text(self.profile.text(function.file)));
            self.writer.message(5, |w| {
                w.varint(1, i as u64 + 1);
                w.varint(2, name);
                w.varint(3, name);
                w.varint(4, file);
                w.varint(5, u64::from(function.line));
            });
            self.flush_chunk()?;
        }
        Ok(())
    }

    fn origin(&mut self) {
        let origin = self.profile.origin();
        let metrics = self.profile.metrics();
        self.writer.int(9, origin.start_unix_ns.unwrap_or(0));
        self.writer.int(10, origin.duration_ns.unwrap_or(0));
        if let Some(period) = origin.period_ns {
            let timed = metrics.iter().find(|metric| metric.unit == Unit::Nanoseconds);
            let kind = self.texts.id(timed.map_or("time", |metric| &metric.name));
            let unit = self.texts.id(unit_name(&Unit::Nanoseconds));
            self.writer.message(11, |w| value_type(w, kind, unit));
            self.writer.int(12, period);
        }
        let mut comments: Vec<u64> =
            origin.comments.iter().map(|comment| self.texts.id(&self.scrub.text(comment))).collect();
        for warning in self.profile.warnings() {
            let comment = self.texts.id(&self.scrub.text(&warning.to_string()));
            if !comments.contains(&comment) {
                comments.push(comment);
            }
        }
        self.writer.packed(13, comments);
        let default = self.texts.id(&self.profile.metric(self.query.metric).name);
        self.writer.varint(14, default);
    }

    fn texts(&mut self) -> io::Result<()> {
        for text in std::mem::take(&mut self.texts).in_order() {
            self.writer.bytes_field(6, text.as_bytes());
            self.flush_chunk()?;
        }
        self.flush()
    }

    fn flush_chunk(&mut self) -> io::Result<()> {
        if self.writer.bytes().len() < CHUNK { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.gzip.write_all(self.writer.bytes())?;
        self.writer.clear();
        Ok(())
    }
}

fn value_type(writer: &mut Writer, kind: u64, unit: u64) {
    writer.varint(1, kind);
    writer.varint(2, unit);
}

/// pprof's own names of units, which it scales to larger ones.
fn unit_name(unit: &Unit) -> &str {
    match unit {
        Unit::Nanoseconds => "nanoseconds",
        unit => unit.name(),
    }
}

/// A thread as labels, under the keys most writers use.
fn thread(writer: &mut Writer, texts: &mut Texts, scrub: &Scrub, track: &Track) {
    for (key, name) in [("thread", &track.name), ("process", &track.process)] {
        if !name.is_empty() {
            text_label(writer, texts, key, &scrub.text(name));
        }
    }
    for (key, id) in [("thread id", track.tid), ("pid", track.pid)] {
        match id.map(|id| (id, i64::try_from(id))) {
            Some((_, Ok(id))) => number_label(writer, texts, key, id, ""),
            Some((id, Err(_))) => text_label(writer, texts, key, &id.to_string()),
            None => {}
        }
    }
}

fn other_label(writer: &mut Writer, texts: &mut Texts, scrub: &Scrub, profile: &Profile, label: &Label) {
    let key = profile.text(label.key);
    match label.value {
        LabelValue::Text(text) => text_label(writer, texts, key, &scrub.label(key, profile.text(text))),
        LabelValue::Number(number, unit) => number_label(writer, texts, key, number, profile.text(unit)),
    }
}

fn text_label(writer: &mut Writer, texts: &mut Texts, key: &str, text: &str) {
    let (key, text) = (texts.id(key), texts.id(text));
    writer.message(3, |w| {
        w.varint(1, key);
        w.varint(2, text);
    });
}

fn number_label(writer: &mut Writer, texts: &mut Texts, key: &str, number: i64, unit: &str) {
    let (key, unit) = (texts.id(key), texts.id(unit));
    writer.message(3, |w| {
        w.varint(1, key);
        w.int(3, number);
        w.varint(4, unit);
    });
}

/// The table of texts. Number 0 is the empty text.
#[derive(Default)]
struct Texts {
    ids: FxHashMap<Box<str>, u64>,
}

impl Texts {
    fn id(&mut self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = self.ids.len() as u64 + 1;
        self.ids.insert(text.into(), id);
        id
    }

    fn in_order(self) -> impl Iterator<Item = Box<str>> {
        let mut texts: Vec<(u64, Box<str>)> = self.ids.into_iter().map(|(text, id)| (id, text)).collect();
        texts.push((0, "".into()));
        texts.sort_unstable();
        texts.into_iter().map(|(_, text)| text)
    }
}

/// A frame and the frames that were folded into it, innermost first.
struct Location {
    frames: Box<[FrameId]>,
    object: Option<u64>,
}

/// The locations in use, and the libraries they lie in. Ids begin at one.
#[derive(Default)]
struct Places {
    locations: Vec<Location>,
    /// The ids of locations of one frame, which most are: by frame, 0 where there is none yet.
    single: Vec<u64>,
    /// The ids of locations of several frames.
    folded: FxHashMap<Box<[FrameId]>, u64>,
    objects: Vec<StringId>,
    /// The ids of libraries.
    object_ids: FxHashMap<StringId, u64>,
    scratch: Vec<FrameId>,
}

impl Places {
    /// The locations of a stack, innermost first.
    fn locate(&mut self, profile: &Profile, body: &StackProfile, stack: StackId, into: &mut Vec<u64>) {
        let mut frames = std::mem::take(&mut self.scratch);
        frames.clear();
        for frame in body.stacks.walk(stack) {
            frames.push(frame);
            if !profile.frame(frame).inlined {
                into.push(self.id(profile, &frames));
                frames.clear();
            }
        }
        // Nothing calls the outermost frame, even if it is marked as folded into its caller.
        if !frames.is_empty() {
            into.push(self.id(profile, &frames));
        }
        self.scratch = frames;
    }

    fn id(&mut self, profile: &Profile, frames: &[FrameId]) -> u64 {
        let known = match frames {
            [frame] => self.single.get(frame.index()).copied().filter(|id| *id != 0),
            frames => self.folded.get(frames).copied(),
        };
        known.unwrap_or_else(|| self.add(profile, frames))
    }

    fn add(&mut self, profile: &Profile, frames: &[FrameId]) -> u64 {
        let outermost = frames.last().map(|frame| profile.function(profile.frame(*frame).function).object);
        let object = outermost.filter(|object| *object != StringId::EMPTY).map(|object| self.object(object));
        self.locations.push(Location { frames: frames.into(), object });
        let id = self.locations.len() as u64;
        if let [frame] = frames {
            self.single.resize(profile.frames().len(), 0);
            self.single[frame.index()] = id;
        } else {
            self.folded.insert(frames.into(), id);
        }
        id
    }

    fn object(&mut self, object: StringId) -> u64 {
        *self.object_ids.entry(object).or_insert_with(|| {
            self.objects.push(object);
            self.objects.len() as u64
        })
    }
}

/// The functions in use, by the order of first use. Ids begin at one.
#[derive(Default)]
struct Functions {
    rows: Vec<usize>,
    ids: FxHashMap<usize, u64>,
}

impl Functions {
    fn id(&mut self, function: usize) -> u64 {
        if let Some(id) = self.ids.get(&function) {
            return *id;
        }
        self.rows.push(function);
        let id = self.rows.len() as u64;
        self.ids.insert(function, id);
        id
    }
}
