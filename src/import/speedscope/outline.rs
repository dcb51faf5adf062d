//! Where in the file things stand, found without reading the arrays.

use super::{Measure, NAME};
use crate::import::json::{Json, JsonError, Kind, ReadError};
use crate::import::{ImportError, Job};

/// The file without its arrays.
#[derive(Debug, Default)]
pub(super) struct Outline<'a> {
    /// Position of `shared.frames`.
    pub(super) frames: Option<usize>,
    pub(super) profiles: Vec<ProfileOutline<'a>>,
    pub(super) exporter: String,
    pub(super) name: String,
    pub(super) active: Option<u64>,
    /// The file ends too early.
    pub(super) cut: bool,
    /// Something stands behind its end.
    pub(super) has_more: bool,
    has_profiles: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ProfileKind {
    Sampled,
    Evented,
    Unknown,
}

/// One profile of the file without its arrays.
#[derive(Debug)]
pub(super) struct ProfileOutline<'a> {
    pub(super) kind: ProfileKind,
    /// The type as it is written, where there is one.
    pub(super) kind_text: Option<String>,
    pub(super) name: String,
    pub(super) measure: Measure,
    start: Option<&'a [u8]>,
    end: Option<&'a [u8]>,
    /// Positions of the arrays.
    pub(super) samples: Option<usize>,
    pub(super) weights: Option<usize>,
    pub(super) events: Option<usize>,
}

impl<'a> Outline<'a> {
    pub(super) fn read(bytes: &'a [u8], job: &Job) -> Result<Self, ImportError> {
        let mut outline = Self::default();
        let mut json = Json::new(bytes);
        match outline.read_members(&mut json, job) {
            Ok(()) => outline.has_more = json.has_more(),
            Err(ReadError::Json(JsonError::Truncated)) => outline.cut = true,
            Err(ReadError::Json(error)) => return Err(error.of_format(NAME, bytes.len())),
            Err(ReadError::Stopped(error)) => return Err(error),
        }
        if outline.has_profiles { Ok(outline) } else { Err(ImportError::NotThisFormat) }
    }

    fn read_members(&mut self, json: &mut Json<'a>, job: &Job) -> Result<(), ReadError> {
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match (key.raw(), json.peek()?) {
                (b"shared", Kind::Object) => self.read_shared(json, job)?,
                (b"profiles", Kind::Array) => self.read_profiles(json, job)?,
                (b"exporter", Kind::String) => self.exporter = json.string()?.text().into_owned(),
                (b"name", Kind::String) => self.name = json.string()?.text().into_owned(),
                (b"activeProfileIndex", Kind::Word) => {
                    self.active = std::str::from_utf8(json.word()?).ok().and_then(|w| w.parse().ok());
                }
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn read_shared(&mut self, json: &mut Json<'a>, job: &Job) -> Result<(), ReadError> {
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            if key.raw() == b"frames" && json.peek()? == Kind::Array {
                self.frames = Some(json.offset());
            }
            json.skip_for(job)?;
        }
        Ok(())
    }

    fn read_profiles(&mut self, json: &mut Json<'a>, job: &Job) -> Result<(), ReadError> {
        self.has_profiles = true;
        let mut items = json.array()?;
        while items.next(json)? {
            job.progress(0, 0)?;
            if json.peek()? != Kind::Object {
                json.skip()?;
                continue;
            }
            let mut profile = ProfileOutline::new();
            // What stands before a cut is kept.
            let result = profile.read_members(json, job);
            self.profiles.push(profile.completed());
            result?;
        }
        Ok(())
    }

    /// Whether frames carry the line that was running, as the samplers of Python write it, rather than the line their
    /// function begins at.
    pub(super) fn line_is_running(&self) -> bool {
        self.exporter.ends_with(super::RUNNING_LINES) || ["py-spy", "austin"].iter().any(|tool| self.is_of(tool))
    }

    /// Whether a tool wrote the file.
    pub(super) fn is_of(&self, tool: &str) -> bool {
        self.exporter.get(..tool.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tool))
    }

    fn clocked(&self) -> impl Iterator<Item = &ProfileOutline<'a>> {
        self.profiles.iter().filter(|p| p.kind == ProfileKind::Evented && p.measure.is_time())
    }

    /// Whether all times are of a clock, rather than sums of weights.
    pub(super) fn is_clocked(&self) -> bool {
        self.profiles.iter().filter(|p| p.kind != ProfileKind::Unknown).count() == self.clocked().count()
    }

    /// The earliest time of the evented profiles, from which the others are counted.
    pub(super) fn clock_start(&self) -> i64 {
        self.clocked().filter_map(ProfileOutline::start).min().unwrap_or(0)
    }

    /// From the earliest to the latest time of the evented profiles.
    pub(super) fn clock_duration(&self) -> Option<i64> {
        let end = self.clocked().filter_map(ProfileOutline::end).max()?;
        end.checked_sub(self.clock_start()).filter(|d| *d > 0)
    }
}

impl<'a> ProfileOutline<'a> {
    fn new() -> Self {
        Self {
            kind: ProfileKind::Unknown,
            kind_text: None,
            name: String::new(),
            measure: Measure::of_unit("none"),
            start: None,
            end: None,
            samples: None,
            weights: None,
            events: None,
        }
    }

    fn read_members(&mut self, json: &mut Json<'a>, job: &Job) -> Result<(), ReadError> {
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match (key.raw(), json.peek()?) {
                (b"type", Kind::String) => self.kind_text = Some(json.string()?.text().into_owned()),
                (b"name", Kind::String) => self.name = json.string()?.text().into_owned(),
                (b"unit", Kind::String) => self.measure = Measure::of_unit(&json.string()?.text()),
                (b"startValue", _) => self.start = json.scalar()?,
                (b"endValue", _) => self.end = json.scalar()?,
                (b"samples", Kind::Array) => Self::pass(&mut self.samples, json, job)?,
                (b"weights", Kind::Array) => Self::pass(&mut self.weights, json, job)?,
                (b"events", Kind::Array) => Self::pass(&mut self.events, json, job)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn pass(place: &mut Option<usize>, json: &mut Json<'a>, job: &Job) -> Result<(), ReadError> {
        *place = Some(json.offset());
        json.skip_for(job)
    }

    /// Draws the conclusions that need all members.
    fn completed(mut self) -> Self {
        self.kind = match self.kind_text.as_deref() {
            Some("sampled") => ProfileKind::Sampled,
            Some("evented") => ProfileKind::Evented,
            // A cut may have taken the type.
            None if self.samples.is_some() => ProfileKind::Sampled,
            None if self.events.is_some() => ProfileKind::Evented,
            _ => ProfileKind::Unknown,
        };
        if self.kind == ProfileKind::Sampled && self.weights.is_none() {
            self.measure = Measure::samples();
        }
        self
    }

    pub(super) fn start(&self) -> Option<i64> {
        self.measure.value(self.start?)
    }

    pub(super) fn end(&self) -> Option<i64> {
        self.measure.value(self.end?)
    }
}
