//! Labels, and the threads some of them name.
//!
//! ```text
//! { key: 3 "thread", str: 7 "MainThread" }   { key: 4 "thread id", num: 4711 }   { key: 8 "size", num: 512, unit: 9 "B" }
//! ```

use super::super::ImportError;
use super::super::frame_text::scope::LONGEST_NAMES;
use super::super::protobuf::Reader;
use super::messages::Contents;
use super::texts::TextIds;
use crate::model::{Label, LabelValue, LabelsId, ProfileBuilder, Track, TrackId};
use rustc_hash::FxHashMap;

/// Every set of labels seen, known by its bytes.
pub(super) struct Labels<'a> {
    contents: &'a Contents<'a>,
    texts: &'a mut TextIds,
    sets: FxHashMap<Box<[u8]>, (TrackId, LabelsId)>,
    tracks: FxHashMap<Track, TrackId>,
}

impl<'a> Labels<'a> {
    pub(super) fn new(contents: &'a Contents<'a>, texts: &'a mut TextIds) -> Self {
        Self { contents, texts, sets: FxHashMap::default(), tracks: FxHashMap::default() }
    }

    /// The thread and the other labels of a sample, from its label messages, each after its length.
    #[inline]
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        builder: &mut ProfileBuilder,
    ) -> Result<(TrackId, LabelsId), ImportError> {
        match self.sets.get(bytes) {
            Some(known) => Ok(*known),
            None => self.decode(bytes, builder),
        }
    }

    #[cold]
    fn decode(&mut self, bytes: &[u8], builder: &mut ProfileBuilder) -> Result<(TrackId, LabelsId), ImportError> {
        let mut track = Track::default();
        let mut labels = Vec::new();
        let mut reader = Reader::new(bytes);
        while !reader.is_empty() {
            let raw = RawLabel::read(reader.length_delimited()?)?;
            let key = self.texts.id(raw.key, self.contents, builder)?;
            let text = self.texts.id(raw.text, self.contents, builder)?;
            let part = Part::of(builder.text(key));
            if part.is_some_and(|part| part.put(&mut track, builder.text(text), raw.number)) {
                continue;
            }
            let value = if raw.text == 0 {
                LabelValue::Number(raw.number, self.texts.id(raw.unit, self.contents, builder)?)
            } else {
                LabelValue::Text(text)
            };
            labels.push(Label { key, value });
        }
        let track = *self.tracks.entry(track).or_insert_with_key(|track| builder.track(track.clone()));
        let known = (track, builder.labels(&labels));
        self.sets.insert(bytes.into(), known);
        Ok(known)
    }

    /// Where only some samples name a thread, those that do not must not pass for all of them.
    pub(super) fn finish(self, builder: &mut ProfileBuilder) {
        if let Some(id) = self.tracks.get(&Track::default())
            && self.tracks.len() > 1
            && let Some(track) = builder.tracks_mut().get_mut(id.index())
        {
            "no thread".clone_into(&mut track.name);
        }
    }
}

/// A label as the file has it.
#[derive(Default)]
struct RawLabel {
    key: u64,
    text: u64,
    number: i64,
    unit: u64,
}

impl RawLabel {
    fn read(mut message: Reader<'_>) -> Result<Self, ImportError> {
        let mut label = Self::default();
        while let Some(field) = message.field()? {
            match field.number {
                1 => label.key = field.varint()?,
                2 => label.text = field.varint()?,
                3 => label.number = field.varint()?.cast_signed(),
                4 => label.unit = field.varint()?,
                _ => {}
            }
        }
        Ok(label)
    }
}

/// What a label says about the thread a sample was taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    ThreadName,
    ThreadId,
    ProcessName,
    ProcessId,
}

impl Part {
    /// Writers agree on the idea, not on the spelling: `thread id`, `thread_id`, `Thread ID`, `tid`.
    fn of(key: &str) -> Option<Self> {
        const LONGEST: usize = "process name".len();
        if key.len() > LONGEST {
            return None;
        }
        match key.to_ascii_lowercase().replace(['_', '-', '.'], " ").as_str() {
            "thread" | "thread name" => Some(Self::ThreadName),
            "thread id" | "threadid" | "tid" => Some(Self::ThreadId),
            "process" | "process name" => Some(Self::ProcessName),
            "process id" | "processid" | "pid" => Some(Self::ProcessId),
            _ => None,
        }
    }

    /// Puts a label's value into a thread; `false` where it does not fit, or the place is taken by another label.
    fn put(self, track: &mut Track, text: &str, number: i64) -> bool {
        let id = match text {
            "" => u64::try_from(number).ok(),
            text => text.parse().ok(),
        };
        match self {
            // A writer that knows no name gives the number as the name.
            Self::ThreadName if text.is_empty() => put_id(&mut track.tid, id),
            Self::ThreadName => put_name(&mut track.name, text),
            Self::ThreadId => put_id(&mut track.tid, id),
            Self::ProcessName => put_name(&mut track.process, text),
            Self::ProcessId => put_id(&mut track.pid, id),
        }
    }
}

fn put_id(place: &mut Option<u64>, id: Option<u64>) -> bool {
    let fits = place.is_none() && id.is_some();
    if fits {
        *place = id;
    }
    fits
}

fn put_name(place: &mut String, name: &str) -> bool {
    let fits = place.is_empty() && !name.is_empty() && name.len() <= LONGEST_NAMES;
    if fits {
        name.clone_into(place);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_named_by_many_spellings() {
        let track = |labels: &[(&str, &str, i64)]| {
            let mut track = Track::default();
            let left =
                labels.iter().filter(|(key, text, n)| !Part::of(key).is_some_and(|p| p.put(&mut track, text, *n)));
            (left.count(), track.name, track.tid, track.process, track.pid)
        };
        assert_eq!(
            track(&[("thread", "MainThread", 0), ("thread id", "", 7), ("process", "a.py", 0), ("pid", "12", 0)]),
            (0, "MainThread".to_owned(), Some(7), "a.py".to_owned(), Some(12))
        );
        assert_eq!(track(&[("Thread ID", "28546", 0)]).2, Some(28546));
        assert_eq!(track(&[("thread", "", 5)]).2, Some(5));
        assert_eq!(track(&[("thread_id", "0x7f", 0), ("tid", "", -1), ("request", "12", 0)]).0, 3);
        assert_eq!(
            track(&[("thread", "a", 0), ("thread_name", "b", 0)]),
            (1, "a".to_owned(), None, String::new(), None)
        );
    }
}
