//! Stacks → speedscope's JSON: <https://www.speedscope.app/file-format-schema.json>.
//!
//! ```text
//! {"$schema":"https://www.speedscope.app/file-format-schema.json",
//!  "shared":{"frames":[{"name":"main","file":"app/run.py","line":3}]},
//!  "profiles":[{"type":"sampled","name":"MainThread","unit":"nanoseconds","startValue":0,"endValue":7,
//!    "samples":[[0]],"weights":[7]}],
//!  "name":"out.pb.gz","activeProfileIndex":0,"exporter":"Helioscope 0.1.0"}
//! ```
//!
//! A profile of the file is a thread, and has one metric. A frame has one line: the first of its function, or, where the
//! recording knows no first lines, the one that was running; `exporter` says which.

use super::scrub::Scrub;
use crate::analyze::Query;
use crate::import::RUNNING_LINES;
use crate::model::{FrameId, Profile, StackProfile, TimeMeaning, TrackId, Unit, format};
use serde::Serialize;
use std::io::{self, Write};

const EXPORTER: &str = concat!("Helioscope ", env!("CARGO_PKG_VERSION"));

#[derive(Serialize)]
struct SharedFrame<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    file: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(line: &u32) -> bool {
    *line == 0
}

/// Writes what a query counts of recorded stacks. `name` is the name of the file they come from. Says in full sentences what
/// the format has no place for.
pub fn write(
    out: &mut dyn Write,
    profile: &Profile,
    body: &StackProfile,
    query: &Query,
    name: &str,
    scrub: &Scrub,
) -> io::Result<Vec<String>> {
    let samples = &body.samples;
    let running = profile.functions().iter().all(|function| function.line == 0);
    let mut negative = 0;
    out.write_all(b"{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n\"shared\":{\"frames\":[")?;
    let numbers = write_frames(out, profile, running, scrub)?;
    out.write_all(b"\n]},\n\"profiles\":[")?;
    let mut first = true;
    for (track, rows) in rows_by_track(profile, body, query) {
        out.write_all(if first { b"\n" } else { b",\n" })?;
        first = false;
        negative += rows.iter().filter(|(_, weight)| *weight < 0).count();
        let sum = rows.iter().fold(0_i64, |sum, (_, weight)| sum.saturating_add(*weight));
        out.write_all(b"{\"type\":\"sampled\",\"name\":")?;
        text(out, &scrub.text(&profile.track(track).title()))?;
        let unit = unit_name(&profile.metric(query.metric).unit);
        write!(out, ",\"unit\":\"{unit}\",\"startValue\":0,\"endValue\":{sum},\n\"samples\":[")?;
        let mut stack: Vec<FrameId> = Vec::new();
        for (i, &(row, _)) in rows.iter().enumerate() {
            stack.clear();
            stack.extend(body.stacks.walk(samples.stacks()[row]));
            out.write_all(if i == 0 { b"[" } else { b",[" })?;
            for (depth, frame) in stack.iter().rev().enumerate() {
                write!(out, "{}{}", if depth == 0 { "" } else { "," }, numbers[frame.index()])?;
            }
            out.write_all(b"]")?;
        }
        out.write_all(b"],\n\"weights\":[")?;
        for (i, (_, weight)) in rows.iter().enumerate() {
            write!(out, "{}{weight}", if i == 0 { "" } else { "," })?;
        }
        out.write_all(b"]}")?;
    }
    out.write_all(b"\n],\n\"name\":")?;
    text(out, &scrub.text(name))?;
    out.write_all(b",\"activeProfileIndex\":0,\"exporter\":")?;
    text(out, &if running { format!("{EXPORTER}{RUNNING_LINES}") } else { EXPORTER.to_owned() })?;
    out.write_all(b"}\n")?;
    Ok(left_out(profile, body, running, negative))
}

/// What the file does not hold, or holds and should not be believed.
fn left_out(profile: &Profile, body: &StackProfile, running: bool, negative: usize) -> Vec<String> {
    let lines = !running && profile.frames().iter().any(|frame| frame.line != 0);
    let labels = body.samples.label_sets().iter().any(|set| !set.is_empty());
    let time = profile.origin().time;
    let mut notes = Vec::new();
    for (is, text) in [
        (
            profile.metrics().len() > 1,
            "The format holds one metric a thread: the others are left out. Choose another with --metric.",
        ),
        (lines, "The lines that were running are left out: the format has one line a frame, its function's first."),
        (time == TimeMeaning::Clock, "The times of samples are left out: the file holds their order, without gaps."),
        (time == TimeMeaning::None, "The order of samples was not recorded: “time order” of this file has no meaning."),
        (labels, "The labels of samples are left out."),
    ] {
        if is {
            notes.push(text.to_owned());
        }
    }
    if negative > 0 {
        let samples = format::counted(negative as i64, "sample has a negative value", "samples have negative values");
        notes.push(format!("{samples}, which speedscope refuses."));
    }
    notes
}

/// Writes frames that differ in what the format tells of them, and gives the number of each.
fn write_frames(out: &mut dyn Write, profile: &Profile, running: bool, scrub: &Scrub) -> io::Result<Vec<usize>> {
    let mut known = rustc_hash::FxHashMap::default();
    let mut numbers = Vec::with_capacity(profile.frames().len());
    for frame in profile.frames() {
        let function = profile.function(frame.function);
        let line = if running { frame.line } else { function.line };
        let next = known.len();
        let number = *known.entry((frame.function, line)).or_insert(next);
        numbers.push(number);
        if number < next {
            continue;
        }
        let (file, object) = (profile.text(function.file), profile.text(function.object));
        let shared = SharedFrame {
            name: &scrub.name(profile.text(function.name)),
            file: &scrub.text(if file.is_empty() { object } else { file }),
            line,
        };
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &shared)?;
    }
    Ok(numbers)
}

/// The rows a query counts, each with its weight, thread by thread, in their order.
fn rows_by_track(profile: &Profile, body: &StackProfile, query: &Query) -> Vec<(TrackId, Vec<(usize, i64)>)> {
    let mut rows: Vec<Vec<(usize, i64)>> = vec![Vec::new(); profile.tracks().len()];
    for row in 0..body.samples.len() {
        if let Some(weight) = query.part(&body.samples, query.metric, row) {
            rows[body.samples.tracks()[row].index()].push((row, weight));
        }
    }
    if let Some(starts) = body.samples.starts_ns() {
        for rows in &mut rows {
            rows.sort_by_key(|&(row, _)| starts[row]);
        }
    }
    let tracks = rows.into_iter().enumerate().map(|(i, rows)| (TrackId::at(i), rows));
    tracks.filter(|(_, rows)| !rows.is_empty()).collect()
}

fn text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    Ok(serde_json::to_writer(out, text)?)
}

fn unit_name(unit: &Unit) -> &'static str {
    match unit {
        Unit::Nanoseconds => "nanoseconds",
        Unit::Bytes => "bytes",
        Unit::Samples | Unit::Count | Unit::Other(_) => "none",
    }
}
