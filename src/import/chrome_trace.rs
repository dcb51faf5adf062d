//! The Trace Event Format of Chrome, which `viztracer`, `py-spy record -f chrometrace` and many others write.
//!
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>
//!
//! ```text
//! {"traceEvents":[
//!    {"ph":"M","pid":4711,"tid":4711,"name":"thread_name","args":{"name":"MainThread"}},
//!    {"ph":"X","pid":4711,"tid":4711,"ts":1000030.643,"dur":24.765,"name":"parse (/srv/app/csv.py:12)","cat":"FEE"},
//!    {"ph":"B","pid":4711,"tid":4712,"ts":1000031,"name":"work","cat":"py-spy","args":{"filename":"a.py","line":3}},
//!    {"ph":"E","pid":4711,"tid":4712,"ts":1000040, …}],
//!  "viztracer_metadata":{"version":"1.1.1","overflow":false}}
//! ```
//!
//! or the array of events alone, which may lack its closing bracket. Times are decimal microseconds. A duration is one
//! `X`, or a `B` and an `E` that nest within their thread. Each stretch of time in which a thread's stack stays the same
//! becomes a sample. A trace of a browser holds a sampled CPU profile instead, in chunks: see [`sampled`].

mod events;
mod sampled;
mod spans;
mod threads;

use super::json::{self, Json, JsonError, Kind, ReadError};
use super::{Format, ImportError, Input, Job, Recipe, Sniff};
use crate::model::{Profile, ProfileBuilder, TimeMeaning};
use events::Events;

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "durations of VizTracer, py-spy and others, and the CPU profiles of browsers",
    extensions: &["json", "chrometrace"],
    recipes: &[
        Recipe { tool: "VizTracer", command: "viztracer -o out.json your_program.py" },
        Recipe { tool: "py-spy", command: "py-spy record -f chrometrace -o out.json -- python your_program.py" },
    ],
    timed: true,
    sniff,
    parse,
};

const NAME: &str = "Chrome trace";

fn sniff(head: &[u8]) -> Sniff {
    if let Some(keys) = json::keys_of_first_item(head) {
        let known = [&b"name"[..], b"cat", b"pid", b"tid", b"ts", b"args"].iter().filter(|k| keys.contains(k)).count();
        return match keys.contains(&&b"ph"[..]) {
            true => Sniff::Yes,
            // Arguments longer than the head may stand before the phase.
            false if known >= 1 && !keys.contains(&&b"frames"[..]) => Sniff::Maybe,
            false => Sniff::No,
        };
    }
    let keys = json::keys_in_head(head);
    let has = |key: &[u8]| keys.contains(&key);
    if has(b"traceEvents") {
        return Sniff::Yes;
    }
    let beside = [&b"metadata"[..], b"stackFrames", b"samples", b"displayTimeUnit", b"otherData", b"systemTraceEvents"];
    if beside.iter().any(|key| has(key)) { Sniff::Maybe } else { Sniff::No }
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let bytes = input.bytes(job)?;
    let trace = Trace::read(bytes, job)?;
    let mut builder = ProfileBuilder::new(NAME);
    trace.warn(&mut builder);
    let mut book = trace.events.book(bytes, &mut builder);
    if sampled::read(&trace, bytes, &mut book, &mut builder, job)? {
        return finish(builder, trace.about);
    }
    let groups = trace.events.into_groups(&mut book, &mut builder);
    let about = trace.about;
    // What is needed of the file's bytes has been taken; the samples may have their place.
    input.rewind();
    spans::build(groups, &mut book, &mut builder, job)?;
    finish(builder, about)
}

fn finish(mut builder: ProfileBuilder, about: About) -> Result<Profile, ImportError> {
    let origin = builder.origin_mut();
    origin.time = TimeMeaning::Clock;
    origin.producer = about.producer;
    Ok(builder.finish()?)
}

/// What stands beside the events.
#[derive(Debug, Default)]
struct About {
    producer: String,
    overflow: bool,
}

/// The file, read once: events as rows, and where the rest stands.
struct Trace<'a> {
    events: Events<'a>,
    about: About,
    /// Positions of the global arrays of samples and stack frames.
    samples: Option<usize>,
    stack_frames: Option<usize>,
    cut: bool,
    /// Something stands behind its end.
    has_more: bool,
}

impl<'a> Trace<'a> {
    fn read(bytes: &'a [u8], job: &Job) -> Result<Self, ImportError> {
        let mut trace = Self {
            events: Events::default(),
            about: About::default(),
            samples: None,
            stack_frames: None,
            cut: false,
            has_more: false,
        };
        let mut json = Json::new(bytes);
        let result = match json.peek() {
            Ok(Kind::Array) => trace.events.read(&mut json, job).map(|()| true),
            Ok(Kind::Object) => trace.read_members(&mut json, job),
            _ => Ok(false),
        };
        match result {
            Ok(true) => trace.has_more = json.has_more(),
            Ok(false) => return Err(ImportError::NotThisFormat),
            Err(ReadError::Json(JsonError::Truncated)) => trace.cut = true,
            Err(ReadError::Json(error)) => return Err(error.of_format(NAME, bytes.len())),
            Err(ReadError::Stopped(error)) => return Err(error),
        }
        if trace.about.producer.is_empty() && trace.events.has_pyspy() {
            trace.about.producer.push_str("py-spy");
        }
        Ok(trace)
    }

    /// Whether there were events.
    fn read_members(&mut self, json: &mut Json<'a>, job: &Job) -> Result<bool, ReadError> {
        let mut has_events = false;
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match (key.raw(), json.peek()?) {
                (b"traceEvents", Kind::Array) => {
                    has_events = true;
                    self.events.read(json, job)?;
                }
                (b"viztracer_metadata", Kind::Object) => self.read_viztracer(json)?,
                (b"samples", Kind::Array) => {
                    let at = json.offset();
                    json.skip_for(job)?;
                    let mut inside = Json::at(json.bytes(), at);
                    if inside.array()?.next(&mut inside)? {
                        self.samples = Some(at);
                    }
                }
                (b"stackFrames", Kind::Object) => {
                    self.stack_frames = Some(json.offset());
                    json.skip()?;
                }
                _ => json.skip()?,
            }
        }
        Ok(has_events)
    }

    fn read_viztracer(&mut self, json: &mut Json<'a>) -> Result<(), JsonError> {
        "viztracer".clone_into(&mut self.about.producer);
        let mut members = json.object()?;
        while let Some(key) = members.next(json)? {
            match key.raw() {
                b"version" => {
                    if let Some(version) = json.string_or_skip()? {
                        self.about.producer = format!("viztracer@{}", version.text());
                    }
                }
                b"overflow" => self.about.overflow = json.scalar()? == Some(b"true"),
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn warn(&self, builder: &mut ProfileBuilder) {
        if self.cut {
            builder.warn("The trace is cut short: what comes before the cut is shown, the rest is missing.");
        }
        if self.has_more {
            builder.warn(json::LEFT_OUT);
        }
        if self.about.overflow {
            builder.warn(
                "VizTracer's buffer was full and wrapped around: the trace holds the end of the recording only. \
                 Record with a larger `--tracer_entries` to keep it whole.",
            );
        }
        self.events.warn(builder);
    }
}
