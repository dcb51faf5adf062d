//! Speedscope's own JSON, which py-spy, pyinstrument, Austin and many others write.
//!
//! <https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources>,
//! <https://www.speedscope.app/file-format-schema.json>
//!
//! ```text
//! {"$schema":"https://www.speedscope.app/file-format-schema.json",
//!  "shared":{"frames":[{"name":"main","file":"app.py","line":7}, …]},
//!  "profiles":[
//!    {"type":"sampled","name":"Thread 4711 \"MainThread\"","unit":"seconds","startValue":0.0,"endValue":0.65,
//!     "samples":[[0,3,11],[0,3], …],"weights":[0.01,0.01, …]},
//!    {"type":"evented","name":"worker","unit":"milliseconds","startValue":0,"endValue":14,
//!     "events":[{"type":"O","frame":0,"at":0},{"type":"C","frame":0,"at":2.5}, …]}],
//!  "exporter":"py-spy@0.4.1"}
//! ```
//!
//! Keys come in any order, so the file is read twice: first its [`outline`], passing over the arrays, then the frames and
//! the arrays where they stand. Nothing is held but the file itself and the profile.

mod evented;
mod outline;
mod sampled;

use super::frame_text::{self, scope::Scope};
use super::json::{self, Json, JsonError, Kind, ReadError};
use super::{Format, ImportError, Input, Job, Recipe, Sniff, decimal};
use crate::model::{FrameId, Profile, ProfileBuilder, TimeMeaning, Track, TrackId, Unit};
use outline::{Outline, ProfileKind, ProfileOutline};
use rustc_hash::FxHashMap;

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "sampled and evented profiles, every thread and unit, of py-spy, pyinstrument, Austin and others",
    extensions: &["speedscope", "json"],
    recipes: &[
        Recipe { tool: "py-spy", command: "py-spy record -f speedscope -o out.speedscope -- python your_program.py" },
        Recipe { tool: "pyinstrument", command: "pyinstrument -r speedscope -o out.speedscope your_program.py" },
    ],
    timed: true,
    sniff,
    parse,
};

const NAME: &str = "speedscope";

/// Ends the exporter's name in files of Helioscope whose frames carry the line that was running.
pub(crate) const RUNNING_LINES: &str = ", lines as they ran";

/// Most units of one file. The format knows seven.
const MOST_UNITS: usize = 32;

/// Rows between two reports of progress.
const ROWS: usize = 8192;

/// Frames whose index the file does not define.
const MISSING_FRAME: &str = "[missing frame]";

fn sniff(head: &[u8]) -> Sniff {
    let keys = json::keys_in_head(head);
    let has = |key: &[u8]| keys.contains(&key);
    let names_schema = has(b"$schema") && memchr::memmem::find(head, b"speedscope.app").is_some();
    if names_schema || (has(b"shared") && has(b"profiles")) {
        return Sniff::Yes;
    }
    // The other key may stand behind an array longer than the head.
    if has(b"shared") || has(b"profiles") { Sniff::Maybe } else { Sniff::No }
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let bytes = input.bytes(job)?;
    let outline = Outline::read(bytes, job)?;
    Reader::new(bytes, job, &outline)?.read(&outline)
}

/// What a profile's weights or times are: the unit they are kept in, and the power of ten that takes the file's numbers
/// there.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Measure {
    unit: Unit,
    scale: i32,
}

impl Measure {
    fn of_unit(name: &str) -> Self {
        let (unit, scale) = match name {
            "none" | "" => (Unit::Count, 0),
            "nanoseconds" => (Unit::Nanoseconds, 0),
            "microseconds" => (Unit::Nanoseconds, 3),
            "milliseconds" => (Unit::Nanoseconds, 6),
            "seconds" => (Unit::Nanoseconds, 9),
            "bytes" => (Unit::Bytes, 0),
            other => (Unit::Other(other.into()), 0),
        };
        Self { unit, scale }
    }

    fn samples() -> Self {
        Self { unit: Unit::Samples, scale: 0 }
    }

    fn metric_name(&self) -> &str {
        match &self.unit {
            Unit::Nanoseconds => "time",
            Unit::Count => "weight",
            unit => unit.name(),
        }
    }

    fn is_time(&self) -> bool {
        self.unit == Unit::Nanoseconds
    }

    /// A number of the file in the base unit.
    fn value(&self, number: &[u8]) -> Option<i64> {
        decimal::scaled(number, self.scale)
    }

    /// Whether keeping the number as an integer loses something worth telling. A part of a nanosecond is not.
    fn loses_fraction(&self, number: &[u8]) -> bool {
        !self.is_time()
            && memchr::memchr3(b'.', b'e', b'E', number).is_some()
            && decimal::scaled(number, 6).is_some_and(|millionths| millionths % 1_000_000 != 0)
    }
}

/// What happened to the file's rows, to be told at the end.
#[derive(Debug, Default)]
struct Tally {
    missing_frames: u64,
    empty_stacks: u64,
    without_weight: u64,
    extra_weights: u64,
    bad_weights: u64,
    negative_weights: u64,
    fractions: u64,
    bad_events: u64,
    backward_events: u64,
    unmatched_closes: u64,
    crossed_closes: u64,
    unclosed: u64,
}

impl Tally {
    fn warn(&self, builder: &mut ProfileBuilder) {
        let rows = [
            (self.missing_frames, "A stack holds a frame the file does not define; it is shown as “[missing frame]”."),
            (
                self.empty_stacks,
                "A sample has an empty stack: it counts towards the total, but belongs to no function.",
            ),
            (self.without_weight, "A sample has no weight in the file, so it counts as 0."),
            (self.extra_weights, "A weight belongs to no sample and is left out."),
            (
                self.bad_weights,
                "The weight of a sample is not a number that can be kept (NaN, infinite, too large), so it counts as 0.",
            ),
            (self.negative_weights, "The weight of a sample is negative; it is kept as it is."),
            (self.fractions, "A weight is not a whole number and is rounded, so sums differ a little from the file's."),
            (self.bad_events, "An event has no readable type, frame or time and is left out."),
            (
                self.backward_events,
                "An event goes back in time; it is taken to happen together with the one before it.",
            ),
            (self.unmatched_closes, "An event closes a frame that is not open; it is left out."),
            (self.crossed_closes, "A frame is closed while frames it called are still open; they are closed with it."),
            (self.unclosed, "A frame is never closed; it is taken to last until its profile ends."),
        ];
        for (count, text) in rows {
            builder.warn_times(text, count);
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    job: &'a Job,
    builder: ProfileBuilder,
    /// By the file's index.
    frames: Vec<FrameId>,
    missing_frame: Option<FrameId>,
    /// By the file's index, the frames that stand for a process or a thread: py-spy writes them with `--threads` and
    /// `--subprocesses`, outermost, though each profile of the file is one thread's already.
    scopes: FxHashMap<u32, (Scope, String)>,
    /// One a metric, in order; a sample sets its own and leaves the others 0.
    measures: Vec<Measure>,
    tally: Tally,
    cut: bool,
    /// The weight every sample of time had so far, which is then the sampling period.
    period: Period,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Period {
    Unknown,
    Always(i64),
    Varies,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], job: &'a Job, outline: &Outline<'_>) -> Result<Self, ImportError> {
        let mut reader = Self {
            bytes,
            job,
            builder: ProfileBuilder::new(NAME),
            frames: Vec::new(),
            missing_frame: None,
            scopes: FxHashMap::default(),
            measures: Vec::new(),
            tally: Tally::default(),
            cut: outline.cut,
            period: Period::Unknown,
        };
        reader.read_origin(outline);
        reader.add_metrics(outline)?;
        match outline.frames {
            Some(at) => reader.read_frames(at, outline)?,
            // A file whose samples come first was cut before its names.
            None if outline.cut => {
                let why = "it is cut short before the table that holds the names of its functions";
                return Err(ImportError::malformed(NAME, bytes.len() as u64, why));
            }
            None => {}
        }
        Ok(reader)
    }

    fn read_origin(&mut self, outline: &Outline<'_>) {
        let origin = self.builder.origin_mut();
        origin.producer.clone_from(&outline.exporter);
        if !outline.name.is_empty() && outline.profiles.iter().all(|p| p.name != outline.name) {
            origin.comments.push(outline.name.clone());
        }
    }

    /// Metrics must be known before the first sample.
    fn add_metrics(&mut self, outline: &Outline<'_>) -> Result<(), ImportError> {
        for profile in outline.profiles.iter().filter(|p| p.kind != ProfileKind::Unknown) {
            self.metric(&profile.measure);
            // Each sample has a value for every unit.
            if self.measures.len() > MOST_UNITS {
                let why = format!("its profiles count in more than {MOST_UNITS} different units");
                return Err(ImportError::malformed(NAME, None, why));
            }
        }
        // Where weights are time, how often a stack was seen is worth knowing too.
        if outline.profiles.iter().any(|p| p.kind == ProfileKind::Sampled && p.measure.is_time()) {
            self.metric(&Measure::samples());
        }
        Ok(())
    }

    /// The position of the metric for a measure. Seconds and milliseconds share one.
    fn metric(&mut self, measure: &Measure) -> usize {
        if let Some(i) = self.measures.iter().position(|m| m.unit == measure.unit) {
            return i;
        }
        self.builder.metric(measure.metric_name(), measure.unit.clone());
        self.measures.push(measure.clone());
        self.measures.len() - 1
    }

    fn json_error(&self, error: JsonError) -> ImportError {
        error.of_format(NAME, self.bytes.len())
    }

    /// What a cut leaves is kept.
    fn keep_if_cut(&mut self, result: Result<(), ReadError>) -> Result<(), ImportError> {
        match result {
            Ok(()) => Ok(()),
            Err(ReadError::Json(JsonError::Truncated)) => {
                self.cut = true;
                Ok(())
            }
            Err(ReadError::Json(error)) => Err(self.json_error(error)),
            Err(ReadError::Stopped(error)) => Err(error),
        }
    }

    fn read_frames(&mut self, at: usize, outline: &Outline<'_>) -> Result<(), ImportError> {
        let mut json = Json::at(self.bytes, at);
        let result = self.read_frames_at(&mut json, outline.line_is_running(), outline.is_of("py-spy"));
        self.keep_if_cut(result)
    }

    fn read_frames_at(
        &mut self,
        json: &mut Json<'_>,
        line_is_running: bool,
        has_scopes: bool,
    ) -> Result<(), ReadError> {
        let mut items = json.array()?;
        while items.next(json)? {
            if self.frames.len().is_multiple_of(ROWS) {
                self.job.progress(json.offset() as u64, self.bytes.len() as u64)?;
            }
            if json.peek()? != Kind::Object {
                json.skip()?;
                let missing = self.missing_frame();
                self.frames.push(missing);
                continue;
            }
            let (mut name, mut file, mut line) = (None, None, 0);
            let mut members = json.object()?;
            while let Some(key) = members.next(json)? {
                match key.raw() {
                    b"name" => name = json.string_or_skip()?,
                    b"file" => file = json.string_or_skip()?,
                    b"line" => line = decimal::line(json.scalar()?),
                    _ => json.skip()?,
                }
            }
            let name = name.map(|t| t.text()).unwrap_or_default();
            let file = file.map(|t| t.text()).unwrap_or_default();
            if has_scopes
                && file.is_empty()
                && let Some(scope) = Scope::of_frame(&name)
            {
                self.scopes.insert(self.frames.len() as u32, (scope, name.into_owned()));
                // Nothing stands for it until it is found among the frames of a stack.
                self.frames.push(FrameId(u32::MAX));
                continue;
            }
            let (first_line, running) = if line_is_running { (0, line) } else { (line, 0) };
            let function = frame_text::function_in(&mut self.builder, (&name, &file), line, first_line);
            self.frames.push(self.builder.frame(function, running));
        }
        Ok(())
    }

    fn frame(&mut self, index: u32) -> FrameId {
        if let Some(&frame) = self.frames.get(index as usize) {
            return match self.scopes.get(&index) {
                None => frame,
                // Further in, it is a frame like any other.
                Some((_, name)) => {
                    let function = self.builder.function_named(name, "", 0);
                    self.builder.frame(function, 0)
                }
            };
        }
        self.tally.missing_frames += 1;
        self.missing_frame()
    }

    /// Whether an outermost frame stands for the process or the thread. What it tells and the name of the profile does not
    /// is kept.
    fn is_scope(&mut self, index: u32, track: TrackId) -> bool {
        let Some((scope, _)) = self.scopes.get(&index) else { return false };
        if let Some(track) = self.builder.tracks_mut().get_mut(track.index())
            && track.process.is_empty()
        {
            scope.command_line().clone_into(&mut track.process);
        }
        true
    }

    fn missing_frame(&mut self) -> FrameId {
        if let Some(frame) = self.missing_frame {
            return frame;
        }
        let function = self.builder.function_named(MISSING_FRAME, "", 0);
        let frame = self.builder.frame(function, 0);
        self.missing_frame = Some(frame);
        frame
    }

    fn read(mut self, outline: &Outline<'a>) -> Result<Profile, ImportError> {
        let base = outline.clock_start();
        for profile in &outline.profiles {
            self.warn_of_profile(profile);
            let result = match profile.kind {
                ProfileKind::Sampled => sampled::read(&mut self, profile),
                ProfileKind::Evented => evented::read(&mut self, profile, base),
                ProfileKind::Unknown => Ok(()),
            };
            self.keep_if_cut(result)?;
        }
        self.finish(outline)
    }

    fn warn_of_profile(&mut self, profile: &ProfileOutline<'_>) {
        if profile.kind == ProfileKind::Unknown {
            let what = profile.kind_text.as_deref().unwrap_or("no type");
            self.builder
                .warn(&format!("A profile of the file is of a kind that cannot be read ({what}); it is left out."));
        } else if let Unit::Other(unit) = &profile.measure.unit {
            self.builder.warn(&format!("The unit “{unit}” is none of speedscope's; its values are kept as they are."));
        }
    }

    fn finish(mut self, outline: &Outline<'_>) -> Result<Profile, ImportError> {
        self.tally.warn(&mut self.builder);
        if self.cut {
            self.builder.warn("The file is cut short: what comes before the cut is shown, the rest is missing.");
        }
        if outline.has_more {
            self.builder.warn(json::LEFT_OUT);
        }
        if let Some(active) = outline.active
            && active >= outline.profiles.len() as u64
        {
            self.builder.warn("The file wants a profile to be shown first that it does not hold.");
        }
        let origin = self.builder.origin_mut();
        origin.time = if outline.is_clocked() { TimeMeaning::Clock } else { TimeMeaning::Order };
        origin.duration_ns = outline.clock_duration();
        if let Period::Always(period) = self.period {
            origin.period_ns = Some(period);
        }
        Ok(self.builder.finish()?)
    }
}

/// The thread a profile is of. py-spy names it `Thread 4711 "MainThread"`, and with several processes
/// `Process 12 Thread 4711 "MainThread"`.
fn track_named(name: &str) -> Track {
    pyspy_track(name).unwrap_or_else(|| Track { name: name.to_owned(), ..Track::default() })
}

fn pyspy_track(name: &str) -> Option<Track> {
    let (pid, rest) = match name.strip_prefix("Process ") {
        Some(rest) => {
            let (pid, rest) = rest.split_once(' ')?;
            (Some(pid.parse().ok()?), rest)
        }
        None => (None, name),
    };
    let rest = rest.strip_prefix("Thread ")?;
    let (id, title) = rest.split_once(' ').unwrap_or((rest, ""));
    let tid = match id.strip_prefix("0x").or_else(|| id.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None => id.parse().ok()?,
    };
    let title = match title {
        "" => "",
        quoted => quoted.strip_prefix('"')?.strip_suffix('"')?,
    };
    Some(Track { name: title.to_owned(), pid, tid: Some(tid), process: String::new() })
}
