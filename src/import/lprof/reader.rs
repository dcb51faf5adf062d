//! From the pickled object to lines.

use super::NAME;
use super::pickle::{self, Expected, Pickle, Stop, Value, ValueId};
use crate::import::{ImportError, Job};
use crate::model::{Function, LineBuilder, Profile, StringId, Unit};
use rustc_hash::FxHashMap;

/// What a recording may name: the class itself, and by which Python 2 made objects of it.
const EXPECTED: &[Expected] = &[
    |module, name| name == "LineStats" && module.len() < 80 && module.ends_with("line_profiler"),
    |module, name| matches!(module, "copy_reg" | "copyreg") && name == "_reconstructor",
    |module, name| matches!(module, "__builtin__" | "builtins") && name == "object",
];

pub(super) fn read(bytes: &[u8], job: &Job) -> Result<Profile, ImportError> {
    let pickle = pickle::read(bytes, EXPECTED, job).map_err(|stop| match stop {
        Stop::Damage { at, why } => ImportError::malformed(NAME, at as u64, why),
        Stop::Import(error) => error,
    })?;
    let recording = Recording::of(&pickle).map_err(|why| ImportError::malformed(NAME, None, why))?;
    // A list shared by many functions would be read again for each: more lines than bytes are a bomb.
    let mut reader = Reader {
        pickle: &pickle,
        builder: LineBuilder::new(NAME),
        unit: recording.unit,
        texts: FxHashMap::default(),
        left: bytes.len(),
        functions_that_ran: 0,
    };
    reader.builder.metric("time", Unit::Nanoseconds);
    for (done, &(key, lines)) in recording.timings.iter().enumerate() {
        if done.is_multiple_of(1024) {
            job.progress(done as u64, recording.timings.len() as u64)?;
        }
        reader.function(key, lines)?;
    }
    reader.finish()
}

/// The two attributes of the object.
struct Recording<'p> {
    timings: &'p [(ValueId, ValueId)],
    unit: TimeUnit,
}

impl<'p> Recording<'p> {
    fn of(pickle: &'p Pickle<'_>) -> Result<Self, String> {
        let Value::Object { arguments, state, .. } = pickle.root() else {
            return Err("it holds something else than a recording".to_owned());
        };
        let (timings, unit) = match state.map(|s| pickle.get(s)) {
            // Slots, where a class has them, stand beside the attributes.
            Some(Value::Tuple(parts)) => attributes(pickle, parts.iter().map(|&part| pickle.get(part))),
            Some(state) => attributes(pickle, [state].into_iter()),
            None => match pickle.get(*arguments) {
                Value::Tuple(arguments) => (arguments.first().copied(), arguments.get(1).copied()),
                _ => (None, None),
            },
        };
        let timings = match timings.map(|t| pickle.get(t)) {
            Some(Value::Dict(timings)) => timings,
            Some(_) => return Err("its timings are no dictionary".to_owned()),
            None => return Err("it has no timings".to_owned()),
        };
        let unit = match unit.map(|u| pickle.get(u)) {
            Some(Value::Float(seconds)) => TimeUnit::new(*seconds),
            Some(Value::Int(seconds)) => TimeUnit::new(*seconds as f64),
            _ => None,
        };
        let unit = unit.ok_or("it does not say how long its unit of time is")?;
        Ok(Self { timings, unit })
    }
}

/// `timings` and `unit` of an object's state; what is set last counts.
fn attributes<'p>(
    pickle: &Pickle<'_>,
    parts: impl Iterator<Item = &'p Value<'p>>,
) -> (Option<ValueId>, Option<ValueId>) {
    let (mut timings, mut unit) = (None, None);
    for part in parts {
        let Value::Dict(items) = part else { continue };
        for &(key, value) in items {
            match pickle.get(key) {
                Value::Text(name) if name == "timings" => timings = Some(value),
                Value::Text(name) if name == "unit" => unit = Some(value),
                _ => {}
            }
        }
    }
    (timings, unit)
}

/// How many nanoseconds a unit of the file is.
#[derive(Clone, Copy, PartialEq, Debug)]
enum TimeUnit {
    /// A whole number of them, as all but some old recordings of Windows have: times are exact.
    Whole(i64),
    /// A part: times are rounded.
    Part(f64),
}

impl TimeUnit {
    fn new(seconds: f64) -> Option<Self> {
        let ns = seconds * 1e9;
        if !ns.is_finite() || ns <= 0.0 {
            return None;
        }
        // `1e-06 × 1e9` is 999.9999999999999.
        let whole = ns.round();
        let is_whole = (1.0..1e15).contains(&whole) && (ns - whole).abs() <= whole * 1e-9;
        Some(if is_whole { Self::Whole(whole as i64) } else { Self::Part(ns) })
    }

    /// A time in nanoseconds; `None` where it is over 292 years.
    fn ns(self, ticks: i64) -> Option<i64> {
        const LIMIT: f64 = 9.2e18;
        match self {
            Self::Whole(ns) => ticks.checked_mul(ns),
            Self::Part(ns) => {
                let time = (ticks as f64 * ns).round();
                (time.abs() < LIMIT).then_some(time as i64)
            }
        }
    }
}

struct Reader<'p, 'a> {
    pickle: &'p Pickle<'a>,
    builder: LineBuilder,
    unit: TimeUnit,
    /// Texts by where they stand in the pickle: most names of files are the same value.
    texts: FxHashMap<ValueId, StringId>,
    /// How many lines may still come.
    left: usize,
    /// How many functions have lines.
    functions_that_ran: usize,
}

impl Reader<'_, '_> {
    fn function(&mut self, key: ValueId, lines: ValueId) -> Result<(), ImportError> {
        let (Some(function), Value::List(lines) | Value::Tuple(lines)) = (self.key(key), self.pickle.get(lines)) else {
            self.builder.warn("A function whose record has another shape was skipped.");
            return Ok(());
        };
        let function = self.builder.function(function);
        self.left = self
            .left
            .checked_sub(lines.len())
            .ok_or_else(|| ImportError::malformed(NAME, None, "its functions refer to the same lines over and over"))?;
        self.functions_that_ran += usize::from(!lines.is_empty());
        for &line in lines {
            match self.line(line) {
                Some((line, hits, ns)) => self.builder.add(function, line, hits, &[ns]),
                None => self.builder.warn("A line with impossible figures was skipped."),
            }
        }
        Ok(())
    }

    /// `('app/csv.py', 12, 'parse')`
    fn key(&mut self, key: ValueId) -> Option<Function> {
        let Value::Tuple(parts) = self.pickle.get(key) else { return None };
        let &[file, line, name] = parts.as_slice() else { return None };
        let line = u32::try_from(self.int(line)?).ok()?;
        let (name, file) = (self.text(name)?, self.text(file)?);
        Some(Function { name, file, line, object: StringId::EMPTY })
    }

    fn text(&mut self, id: ValueId) -> Option<StringId> {
        if let Some(&known) = self.texts.get(&id) {
            return Some(known);
        }
        let Value::Text(text) = self.pickle.get(id) else { return None };
        let string = self.builder.string(text);
        self.texts.insert(id, string);
        Some(string)
    }

    /// `(13, 100, 4506)`: line, hits and nanoseconds.
    fn line(&self, line: ValueId) -> Option<(u32, i64, i64)> {
        let Value::Tuple(parts) = self.pickle.get(line) else { return None };
        let &[number, hits, time] = parts.as_slice() else { return None };
        let number = u32::try_from(self.int(number)?).ok().filter(|&n| n > 0)?;
        let hits = self.int(hits).filter(|&h| h >= 0)?;
        let ns = self.unit.ns(self.int(time)?).filter(|&ns| ns >= 0)?;
        Some((number, hits, ns))
    }

    fn int(&self, id: ValueId) -> Option<i64> {
        match self.pickle.get(id) {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    fn finish(mut self) -> Result<Profile, ImportError> {
        if let TimeUnit::Part(ns) = self.unit {
            let text = format!("Times were recorded in units of {ns} ns and are rounded to whole nanoseconds.");
            self.builder.warn(&text);
        }
        if self.functions_that_ran > 1 {
            self.builder.warn(
                "line_profiler counts the time of a called function on the line that calls it: where both were watched, that time stands twice in sums.",
            );
        }
        self.builder.warn_times(
            "A name or path is not valid UTF-8; its odd bytes are shown as \\xNN.",
            self.pickle.damaged_texts,
        );
        if self.pickle.left > 0 {
            let text = format!(
                "{} bytes that are no part of the recording follow it in the file; they were left out.",
                self.pickle.left
            );
            self.builder.warn(&text);
        }
        "line_profiler".clone_into(&mut self.builder.origin_mut().producer);
        Ok(self.builder.finish()?)
    }
}
