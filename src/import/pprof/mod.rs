//! pprof: profiles of Go, of Rust, C++ and .NET tools, of Austin and Parca for Python.
//!
//! Specification: <https://github.com/google/pprof/blob/main/proto/profile.proto>
//!
//! One protobuf message, mostly gzipped; its parts may come in any order.
//!
//! ```text
//! 1 sample_type   { type: 1 "cpu", unit: 2 "nanoseconds" }
//! 2 sample        { location_id: [7, 3, 1] (innermost first), value: [10000000], label: [{ "thread": "main" }] }
//! 3 mapping       { id: 1, filename: 9 "/usr/lib/libc.so.6" }
//! 4 location      { id: 7, mapping_id: 1, address: 0x4f2a10, line: [{ function_id: 4, line: 12 }, …] (inlined first) }
//! 5 function      { id: 4, name: 5 "parse", filename: 6 "app/csv.py", start_line: 9 }
//! 6 string_table  "", "cpu", "nanoseconds", …       texts are numbers into this table everywhere else
//! ```
//!
//! The tables are read first and the samples afterwards, straight from the bytes: a sample is never held as an object.

mod dropped;
mod labels;
mod messages;
mod places;
mod samples;
mod sniff;
mod texts;

use super::protobuf::WireError;
use super::{Format, ImportError, Input, Job, Recipe};
use crate::model::{MetricId, Profile, ProfileBuilder, Unit};
use messages::{Contents, ValueType};
use places::Places;
use samples::SampleReader;
use texts::TextIds;

const NAME: &str = "pprof";

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "gzipped or raw; every sample type, label, thread and inlined call",
    extensions: &["pb.gz", "pb", "pprof"],
    recipes: &[
        Recipe { tool: "Austin", command: "austin -o out.austin python app.py && austin2pprof out.austin out.pprof" },
        Recipe { tool: "Go", command: "go test -cpuprofile cpu.pprof" },
    ],
    timed: false,
    sniff: sniff::sniff,
    parse,
};

/// Most types of samples. Profilers write a handful; each has a name of its own and is a column to choose.
const MOST_SAMPLE_TYPES: usize = 256;

/// Most bytes of remarks.
const MOST_REMARKS: usize = 1 << 20;

impl From<WireError> for ImportError {
    fn from(error: WireError) -> Self {
        Self::malformed(NAME, error.offset, error.why)
    }
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let bytes = input.bytes(job)?;
    let contents = Contents::read(bytes, job)?;
    check(&contents)?;

    let mut builder = ProfileBuilder::new(NAME);
    let factors = add_metrics(&contents, &mut builder)?;
    add_origin(&contents, &mut builder)?;
    let mut texts = TextIds::new(&contents);
    let places = Places::read(&contents, &mut texts, &mut builder, job)?;
    SampleReader::new(&contents, &places, &factors, &mut texts).read(bytes, &mut builder, job)?;
    builder
        .warn_times("A name or label is not valid UTF-8; its odd bytes are shown as \\xNN.", contents.texts.invalid());
    Ok(builder.finish()?)
}

/// Tells a pprof from another protobuf message, and a whole one from one cut short between two fields.
fn check(contents: &Contents<'_>) -> Result<(), ImportError> {
    let has_tables = contents.has_samples() || !contents.locations.is_empty() || !contents.functions.is_empty();
    match contents.texts.bytes(0) {
        Some(b"") if contents.sample_types.is_empty() && contents.has_samples() => {
            Err(ImportError::malformed(NAME, None, "its samples have values, but it does not say of what"))
        }
        Some(b"") if contents.sample_types.len() > MOST_SAMPLE_TYPES => {
            let why = format!("it names {} types of samples, more than any profiler", contents.sample_types.len());
            Err(ImportError::malformed(NAME, None, why))
        }
        Some(b"") => Ok(()),
        None if has_tables || !contents.sample_types.is_empty() => {
            Err(ImportError::malformed(NAME, contents.size, "it ends too early: its table of texts is missing"))
        }
        _ => Err(ImportError::NotThisFormat),
    }
}

/// Adds a metric for every sample type. Returns what a value of each is to be multiplied by to be in its base unit.
fn add_metrics(contents: &Contents<'_>, builder: &mut ProfileBuilder) -> Result<Vec<i64>, ImportError> {
    let wanted = contents.text(contents.default_sample_type)?;
    let mut default = contents.sample_types.len().checked_sub(1);
    let mut factors = Vec::with_capacity(contents.sample_types.len());
    for (i, sample_type) in contents.sample_types.iter().enumerate().rev() {
        if !wanted.is_empty() && contents.text(sample_type.kind)? == wanted {
            default = Some(i);
        }
    }
    for sample_type in &contents.sample_types {
        let name = contents.text(sample_type.kind)?;
        let (unit, factor) = unit_of(contents, *sample_type)?;
        builder.metric(if name.is_empty() { "value" } else { &name }, unit);
        factors.push(factor);
    }
    if let Some(default) = default {
        builder.set_default_metric(MetricId::at(default));
    }
    Ok(factors)
}

fn unit_of(contents: &Contents<'_>, of: ValueType) -> Result<(Unit, i64), ImportError> {
    Ok(Unit::from_name(&contents.text(of.unit)?))
}

fn add_origin(contents: &Contents<'_>, builder: &mut ProfileBuilder) -> Result<(), ImportError> {
    let mut comments = Vec::new();
    let mut room = MOST_REMARKS;
    for (i, comment) in contents.comments.iter().enumerate() {
        let text = contents.text(*comment)?;
        let Some(left) = room.checked_sub(text.len().max(1)) else {
            let rest = contents.comments.len() - i;
            builder.warn_times("A remark in the file is left out: its remarks are longer than 1 MiB.", rest as u64);
            break;
        };
        room = left;
        comments.push(text.into_owned());
    }
    let remarks = [
        ("drop_frames", contents.drop_frames),
        ("keep_frames", contents.keep_frames),
        ("documentation", contents.doc_url),
    ];
    for (what, text) in remarks {
        let text = contents.text(text)?;
        if !text.is_empty() {
            comments.push(format!("{what}: {text}"));
        }
    }
    let (unit, factor) = unit_of(contents, contents.period_type)?;
    let period = Some(contents.period).filter(|period| *period != 0);
    let origin = builder.origin_mut();
    match (period, unit) {
        (Some(period), Unit::Nanoseconds) => origin.period_ns = period.checked_mul(factor),
        (Some(period), _) => {
            let (of, unit) = (contents.text(contents.period_type.kind)?, contents.text(contents.period_type.unit)?);
            comments.push(format!("period: {period} {unit} of {of}"));
        }
        (None, _) => {}
    }
    origin.start_unix_ns = Some(contents.time_nanos).filter(|time| *time != 0);
    origin.duration_ns = Some(contents.duration_nanos).filter(|duration| *duration != 0);
    origin.comments = comments;
    Ok(())
}
