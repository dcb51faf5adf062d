//! Evented profiles: frames opened and closed at times. Each stretch of time with one stack becomes a sample.

use super::outline::ProfileOutline;
use super::{ROWS, Reader, track_named};
use crate::import::json::{Json, Kind, ReadError};
use crate::model::{FrameId, MetricId, StackId, TrackId};

/// Reads one evented profile; times are counted from `base`, the beginning of the recording.
pub(super) fn read(reader: &mut Reader<'_>, profile: &ProfileOutline<'_>, base: i64) -> Result<(), ReadError> {
    let Some(at) = profile.events else { return Ok(()) };
    let base = if profile.measure.is_time() { base } else { profile.start().unwrap_or(0) };
    let metric = reader.metric(&profile.measure);
    let mut walk = Walk {
        track: reader.builder.track(track_named(&profile.name)),
        values: vec![0; reader.measures.len()],
        metric,
        base,
        now: None,
        open: Vec::new(),
        open_count: Vec::new(),
    };
    let mut json = Json::at(reader.bytes, at);
    let result = walk.read_events(reader, profile, &mut json);
    // A cut leaves frames open, which is no fault of theirs.
    let end = if result.is_ok() { profile.end() } else { None };
    walk.close_all(reader, end, result.is_ok());
    result
}

/// An event as written.
enum Change {
    Open,
    Close,
}

struct Walk {
    track: TrackId,
    values: Vec<i64>,
    metric: usize,
    base: i64,
    /// The time of the last event.
    now: Option<i64>,
    /// Frames that are open, outermost first, each with the stack that ends in it.
    open: Vec<(FrameId, StackId)>,
    /// How often each frame is open, so that a close that matches none costs no search.
    open_count: Vec<u32>,
}

impl Walk {
    fn read_events(
        &mut self,
        reader: &mut Reader<'_>,
        profile: &ProfileOutline<'_>,
        json: &mut Json<'_>,
    ) -> Result<(), ReadError> {
        let mut items = json.array()?;
        let mut row = 0_usize;
        while items.next(json)? {
            row += 1;
            if row.is_multiple_of(ROWS) {
                reader.job.progress(json.offset() as u64, reader.bytes.len() as u64)?;
            }
            if json.peek()? != Kind::Object {
                json.skip()?;
                reader.tally.bad_events += 1;
                continue;
            }
            let (mut change, mut frame, mut at) = (None, None, None);
            let mut members = json.object()?;
            while let Some(key) = members.next(json)? {
                match key.raw() {
                    b"type" => {
                        change = match json.scalar()? {
                            Some(b"O") => Some(Change::Open),
                            Some(b"C") => Some(Change::Close),
                            _ => None,
                        }
                    }
                    b"frame" => frame = json.scalar()?.and_then(|w| std::str::from_utf8(w).ok()?.parse().ok()),
                    b"at" => at = json.scalar()?.and_then(|w| profile.measure.value(w)),
                    _ => json.skip()?,
                }
            }
            match (change, frame, at) {
                (Some(change), Some(frame), Some(at)) => {
                    let frame = reader.frame(frame);
                    self.advance(reader, at);
                    match change {
                        Change::Open => self.open(reader, frame),
                        Change::Close => self.close(reader, frame),
                    }
                }
                _ => reader.tally.bad_events += 1,
            }
        }
        Ok(())
    }

    /// Time passes with the stack as it is.
    fn advance(&mut self, reader: &mut Reader<'_>, at: i64) {
        let Some(now) = self.now else {
            self.now = Some(at);
            return;
        };
        if at < now {
            reader.tally.backward_events += 1;
            return;
        }
        if at > now {
            if let Some(&(_, stack)) = self.open.last() {
                self.values[self.metric] = at.checked_sub(now).unwrap_or_else(|| {
                    reader.builder.fail_overflow(MetricId::at(self.metric));
                    0
                });
                reader.builder.sample(self.track, stack, now.checked_sub(self.base), &self.values);
            }
            self.now = Some(at);
        }
    }

    fn open(&mut self, reader: &mut Reader<'_>, frame: FrameId) {
        let parent = self.open.last().map_or(StackId::EMPTY, |(_, stack)| *stack);
        self.open.push((frame, reader.builder.stack(parent, frame)));
        if self.open_count.len() <= frame.index() {
            self.open_count.resize(frame.index() + 1, 0);
        }
        self.open_count[frame.index()] += 1;
    }

    fn close(&mut self, reader: &mut Reader<'_>, frame: FrameId) {
        if self.open_count.get(frame.index()).is_none_or(|n| *n == 0) {
            reader.tally.unmatched_closes += 1;
            return;
        }
        let mut is_inner = false;
        while let Some((top, _)) = self.open.pop() {
            self.open_count[top.index()] -= 1;
            if top == frame {
                break;
            }
            is_inner = true;
        }
        reader.tally.crossed_closes += u64::from(is_inner);
    }

    /// Ends what is still open, at the time the profile ends or else at the last event.
    fn close_all(&mut self, reader: &mut Reader<'_>, end: Option<i64>, tell: bool) {
        if self.open.is_empty() {
            return;
        }
        if tell {
            reader.tally.unclosed += self.open.len() as u64;
        }
        if let (Some(end), Some(now)) = (end, self.now) {
            self.advance(reader, end.max(now));
        }
        self.open.clear();
    }
}
