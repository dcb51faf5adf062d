//! The JSON of `py-spy dump --json`: every thread's stack at one moment.
//!
//! <https://github.com/benfred/py-spy/blob/master/src/stack_trace.rs>
//!
//! ```text
//! [{"pid":16586,"thread_id":140316334466752,"thread_name":"worker","os_thread_id":16589,"active":true,"owns_gil":false,
//!   "frames":[{"name":"leaf","filename":"/srv/spin.py","module":null,"short_filename":"spin.py","line":5,
//!              "locals":null,"is_entry":false,"is_shim_entry":false}, …],
//!   "process_info":{"pid":16586,"command_line":"python spin.py","parent":null}}]
//! ```
//!
//! Frames stand innermost first. Each thread becomes one sample.

use super::json::{self, Json, JsonError, Kind, ReadError};
use super::{Format, ImportError, Input, Job, Recipe, Sniff, decimal, frame_text};
use crate::model::{FrameId, Label, LabelValue, Profile, ProfileBuilder, TimeMeaning, Track, Unit};

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "the stacks of all threads at one moment",
    extensions: &["json"],
    recipes: &[Recipe { tool: "py-spy", command: "py-spy dump --json --pid 4711 > out.json" }],
    timed: false,
    sniff,
    parse,
};

const NAME: &str = "py-spy dump";

fn sniff(head: &[u8]) -> Sniff {
    let Some(keys) = json::keys_of_first_item(head) else { return Sniff::No };
    let has = |key: &[u8]| keys.contains(&key);
    match (has(b"thread_id") || has(b"os_thread_id"), has(b"frames")) {
        (true, true) => Sniff::Yes,
        // Frames with the values of their variables may be longer than the head.
        (true, false) | (false, true) => Sniff::Maybe,
        (false, false) => Sniff::No,
    }
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let bytes = input.bytes(job)?;
    let mut builder = ProfileBuilder::new(NAME);
    builder.metric("samples", Unit::Samples);
    let mut threads = 0;
    let mut json = Json::new(bytes);
    match read_threads(&mut json, &mut builder, &mut threads, job) {
        Ok(()) if json.has_more() => builder.warn(json::LEFT_OUT),
        Ok(()) => {}
        Err(ReadError::Json(JsonError::Truncated)) if threads > 0 => {
            builder.warn("The dump is cut short: threads that stood after the cut are missing.");
        }
        Err(ReadError::Json(error)) => return Err(error.of_format(NAME, bytes.len())),
        Err(ReadError::Stopped(error)) => return Err(error),
    }
    builder.warn("A dump is one moment, not a recording: it shows where each thread was, not where time went.");
    let origin = builder.origin_mut();
    "py-spy".clone_into(&mut origin.producer);
    origin.time = TimeMeaning::None;
    Ok(builder.finish()?)
}

fn read_threads(
    json: &mut Json<'_>,
    builder: &mut ProfileBuilder,
    threads: &mut u64,
    job: &Job,
) -> Result<(), ReadError> {
    let mut items = json.array()?;
    while items.next(json)? {
        job.progress(json.offset() as u64, json.bytes().len() as u64)?;
        if json.peek()? == Kind::Object {
            let thread = Thread::read(json, builder)?;
            thread.add(builder);
            *threads += 1;
        } else {
            json.skip()?;
        }
    }
    Ok(())
}

/// A thread of the dump.
#[derive(Default)]
struct Thread {
    track: Track,
    /// Python's own id of it, for where the system's is not known.
    python_id: Option<u64>,
    active: Option<bool>,
    owns_gil: Option<bool>,
    /// Innermost first.
    frames: Vec<FrameId>,
}

impl Thread {
    fn read(json: &mut Json<'_>, builder: &mut ProfileBuilder) -> Result<Self, JsonError> {
        let mut thread = Self::default();
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match (key.raw(), json.peek()?) {
                (b"pid", _) => thread.track.pid = decimal::id(json.scalar()?),
                (b"os_thread_id", _) => thread.track.tid = decimal::id(json.scalar()?),
                (b"thread_id", _) => thread.python_id = decimal::id(json.scalar()?),
                (b"thread_name", Kind::String) => thread.track.name = json.string()?.text().into_owned(),
                (b"active", _) => thread.active = truth(json.scalar()?),
                (b"owns_gil", _) => thread.owns_gil = truth(json.scalar()?),
                (b"frames", Kind::Array) => thread.read_frames(json, builder)?,
                (b"process_info", Kind::Object) => thread.read_process(json)?,
                _ => json.skip()?,
            }
        }
        Ok(thread)
    }

    fn read_frames(&mut self, json: &mut Json<'_>, builder: &mut ProfileBuilder) -> Result<(), JsonError> {
        let mut items = json.array()?;
        while items.next(json)? {
            if json.peek()? == Kind::Object {
                self.frames.push(read_frame(json, builder)?);
            } else {
                json.skip()?;
            }
        }
        Ok(())
    }

    fn read_process(&mut self, json: &mut Json<'_>) -> Result<(), JsonError> {
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match (key.raw(), json.peek()?) {
                (b"command_line", Kind::String) => self.track.process = json.string()?.text().into_owned(),
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn add(mut self, builder: &mut ProfileBuilder) {
        self.track.tid = self.track.tid.or(self.python_id);
        self.frames.reverse();
        let stack = builder.stack_of(&self.frames);
        let track = builder.track(self.track);
        builder.sample(track, stack, None, &[1]);
        let mut labels = Vec::new();
        for (key, value) in [("active", self.active), ("owns_gil", self.owns_gil)] {
            if let Some(value) = value {
                let value = LabelValue::Text(builder.string(if value { "true" } else { "false" }));
                labels.push(Label { key: builder.string(key), value });
            }
        }
        let labels = builder.labels(&labels);
        builder.label_last_sample(labels);
    }
}

fn read_frame(json: &mut Json<'_>, builder: &mut ProfileBuilder) -> Result<FrameId, JsonError> {
    let (mut name, mut file, mut line) = (None, None, 0);
    let mut members = json.object()?;
    while let Some(key) = members.next(json)? {
        match key.raw() {
            b"name" => name = json.string_or_skip()?,
            b"filename" => file = json.string_or_skip()?,
            b"line" => line = decimal::line(json.scalar()?),
            _ => json.skip()?,
        }
    }
    let name = name.map(|t| t.text()).unwrap_or_default();
    let file = file.map(|t| t.text()).unwrap_or_default();
    let function = frame_text::function_in(builder, (&name, &file), line, 0);
    Ok(builder.frame(function, line))
}

fn truth(word: Option<&[u8]>) -> Option<bool> {
    match word? {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}
