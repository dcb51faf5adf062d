//! Sampled profiles: an array of stacks beside an array of weights.

use super::outline::ProfileOutline;
use super::{Measure, Period, ROWS, Reader, track_named};
use crate::import::json::{IndexRows, Items, Json, ReadError};
use crate::model::{StackId, TrackId, Unit};

/// Reads one sampled profile. Samples and weights are walked side by side, so neither is held.
pub(super) fn read(reader: &mut Reader<'_>, profile: &ProfileOutline<'_>) -> Result<(), ReadError> {
    let Some(at) = profile.samples else { return Ok(()) };
    let metric = reader.metric(&profile.measure);
    let samples_metric = reader.measures.iter().position(|m| m.unit == Unit::Samples);
    let track = reader.builder.track(track_named(&profile.name));
    let mut weights = Weights::of(reader, profile)?;
    let mut values = vec![0; reader.measures.len()];
    let mut json = Json::at(reader.bytes, at);
    let mut items = json.array()?;
    let (mut rows, mut path) = (IndexRows::default(), Vec::new());
    let mut start = 0_i64;
    let mut row = 0_usize;
    while items.next(&mut json)? {
        let stack = read_stack(reader, &mut json, &mut rows, &mut path, track)?;
        let weight = weights.next(reader)?;
        if let Some(samples) = samples_metric {
            values[samples] = 1;
        }
        values[metric] = weight;
        reader.builder.sample(track, stack, Some(start), &values);
        start = start.saturating_add(weight.max(0));
        row += 1;
        if row.is_multiple_of(ROWS) {
            reader.job.progress(json.offset() as u64, reader.bytes.len() as u64)?;
        }
    }
    weights.count_rest(reader)
}

/// Reads a stack; `path` holds the stacks that are its beginnings.
fn read_stack(
    reader: &mut Reader<'_>,
    json: &mut Json<'_>,
    rows: &mut IndexRows,
    path: &mut Vec<StackId>,
    track: TrackId,
) -> Result<StackId, ReadError> {
    let shared = rows.read(json)?;
    path.truncate(shared);
    let mut stack = path.last().copied().unwrap_or(StackId::EMPTY);
    for &index in rows.values().iter().skip(shared) {
        if stack != StackId::EMPTY || !reader.is_scope(index, track) {
            let frame = reader.frame(index);
            stack = reader.builder.stack(stack, frame);
        }
        path.push(stack);
    }
    reader.tally.empty_stacks += u64::from(stack == StackId::EMPTY);
    Ok(stack)
}

/// The weights of a profile, one after another.
struct Weights<'a> {
    /// `None` where the file has none, or no more.
    at: Option<(Json<'a>, Items)>,
    measure: Measure,
}

impl<'a> Weights<'a> {
    fn of(reader: &mut Reader<'a>, profile: &ProfileOutline<'_>) -> Result<Self, ReadError> {
        let measure = profile.measure.clone();
        let Some(at) = profile.weights else {
            reader.builder.warn("A profile of the file has no weights: each of its samples counts as one.");
            return Ok(Self { at: None, measure });
        };
        let mut json = Json::at(reader.bytes, at);
        let items = json.array()?;
        Ok(Self { at: Some((json, items)), measure })
    }

    fn next(&mut self, reader: &mut Reader<'a>) -> Result<i64, ReadError> {
        if self.measure.unit == Unit::Samples {
            return Ok(1);
        }
        let Some((json, items)) = &mut self.at else {
            reader.tally.without_weight += 1;
            return Ok(0);
        };
        if !items.next(json)? {
            self.at = None;
            return self.next(reader);
        }
        let number = json.scalar()?;
        let Some((number, weight)) = number.and_then(|n| Some((n, self.measure.value(n)?))) else {
            reader.tally.bad_weights += 1;
            return Ok(0);
        };
        reader.tally.negative_weights += u64::from(weight < 0);
        reader.tally.fractions += u64::from(self.measure.loses_fraction(number));
        if self.measure.is_time() {
            reader.period = match reader.period {
                Period::Unknown => Period::Always(weight),
                Period::Always(always) if always != weight => Period::Varies,
                same => same,
            };
        }
        Ok(weight)
    }

    fn count_rest(&mut self, reader: &mut Reader<'a>) -> Result<(), ReadError> {
        let Some((json, items)) = &mut self.at else { return Ok(()) };
        while items.next(json)? {
            json.skip()?;
            reader.tally.extra_weights += 1;
        }
        Ok(())
    }
}
