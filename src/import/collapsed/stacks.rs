//! Stacks as text → stacks as ids.
//!
//! Lines are mostly sorted, so a stack mostly begins as the one before it. The two are compared byte by byte first, and
//! frames within the common beginning are neither split nor looked up again:
//!
//! ```text
//! main (a.py:3);parse (a.py:9);read (io.py:7)     levels: main│parse│read│
//! main (a.py:3);parse (a.py:9);split (re.py:2)    common  main│parse│      looked up: split
//! ```

use crate::import::frame_text::{self, Dialect, scope::Scope, scope::Tracks};
use crate::import::{prefix, utf8};
use crate::model::{FrameId, ProfileBuilder, StackId, TrackId};
use rustc_hash::FxHashMap;

/// A frame of the last stack.
#[derive(Clone, Copy)]
struct Level {
    /// Where its text ends within the line, which is shorter than 4 GiB.
    end: u32,
    /// The stack up to and including it.
    stack: StackId,
}

/// The last stack's text: in the block at hand, or kept from the block before.
#[derive(Clone, Copy)]
enum Last {
    Kept,
    InBlock { start: usize, end: usize },
}

/// Builds samples from lines.
pub(super) struct StackReader {
    builder: ProfileBuilder,
    dialect: Dialect,
    frames: FxHashMap<Box<[u8]>, FrameId>,
    tracks: Tracks,
    levels: Vec<Level>,
    last: Last,
    kept: Vec<u8>,
    track: Option<TrackId>,
    scoped: bool,
    not_utf8: u64,
    without_frames: u64,
}

impl StackReader {
    pub(super) fn new(builder: ProfileBuilder, dialect: Dialect) -> Self {
        Self {
            builder,
            dialect,
            frames: FxHashMap::default(),
            tracks: Tracks::default(),
            levels: Vec::new(),
            last: Last::Kept,
            kept: Vec::new(),
            track: None,
            scoped: false,
            not_utf8: 0,
            without_frames: 0,
        }
    }

    /// A new block: the last stack's text is the kept one.
    pub(super) fn begin_block(&mut self) {
        self.last = Last::Kept;
    }

    /// Keeps the last stack's text for the next block.
    pub(super) fn end_block(&mut self, block: &[u8]) {
        if let Last::InBlock { start, end } = self.last {
            self.kept.clear();
            self.kept.extend_from_slice(block.get(start..end).unwrap_or_default());
        }
    }

    /// Adds a sample with the stack that stands at `start..end` in the block.
    #[inline]
    pub(super) fn sample(&mut self, block: &[u8], start: usize, end: usize, values: &[i64]) {
        let stack = block.get(start..end).unwrap_or_default();
        let last = match self.last {
            Last::Kept => self.kept.as_slice(),
            Last::InBlock { start, end } => block.get(start..end).unwrap_or_default(),
        };
        let common = prefix::common(last, stack);
        // A frame is the same if its text is, and if it ends there in both.
        let ends_at = |end: usize| end < common || (end == common && stack.get(end).is_none_or(|b| *b == b';'));
        while self.levels.last().is_some_and(|level| !ends_at(level.end as usize)) {
            self.levels.pop();
        }
        self.last = Last::InBlock { start, end };

        let (mut from, mut id) = match self.levels.last() {
            Some(level) => (level.end as usize + 1, level.stack),
            None => (self.scope(stack), StackId::EMPTY),
        };
        while let Some(rest) = stack.get(from..).filter(|_| !stack.is_empty()) {
            let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
            let frame = self.frame(rest.get(..end).unwrap_or(rest));
            id = self.builder.stack(id, frame);
            self.levels.push(Level { end: (from + end) as u32, stack: id });
            from += end + 1;
        }
        self.without_frames += u64::from(self.levels.is_empty());
        let track = match self.track {
            Some(track) => track,
            None => self.track_of(&Scope::default()),
        };
        self.builder.sample(track, id, None, values);
    }

    fn frame(&mut self, text: &[u8]) -> FrameId {
        if let Some(&id) = self.frames.get(text) {
            return id;
        }
        let (name, damaged) = utf8::decoded(text);
        self.not_utf8 += u64::from(damaged);
        let id = frame_text::intern(&mut self.builder, &name, self.dialect);
        self.frames.insert(text.into(), id);
        id
    }

    /// Takes processes and threads off the beginning of a stack, and says where its frames begin.
    fn scope(&mut self, stack: &[u8]) -> usize {
        let mut scope = Scope::default();
        let mut from = 0;
        let (mut whole, mut begin) = (Scope::default(), 0);
        while let Some(rest) = stack.get(from..) {
            let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
            let text = rest.get(..end).unwrap_or(rest);
            // Most stacks begin with an ordinary frame, which has been seen before.
            if from == 0 && self.frames.contains_key(text) {
                break;
            }
            let Some(next) = scope.with(&utf8::decoded(text).0) else { break };
            scope = next;
            from += end + 1;
            if scope.is_whole() {
                (whole, begin) = (scope.clone(), from);
            }
        }
        self.scoped |= begin > 0;
        self.track = Some(self.track_of(&whole));
        begin
    }

    fn track_of(&mut self, scope: &Scope) -> TrackId {
        self.tracks.track(&mut self.builder, scope)
    }

    /// Remembers a remark.
    pub(super) fn comment(&mut self, text: &[u8]) {
        const MOST: usize = 20;
        let comments = &mut self.builder.origin_mut().comments;
        if comments.len() < MOST {
            comments.push(utf8::decoded(text).0.trim().to_owned());
        }
    }

    /// Whether the profile is lost already.
    pub(super) fn has_failed(&self) -> bool {
        self.builder.has_failed()
    }

    /// The builder, with what there is to be told about stacks.
    pub(super) fn finish(mut self) -> ProfileBuilder {
        if self.scoped {
            let producer = if self.dialect == Dialect::Colons { "profiling.sampling" } else { "py-spy" };
            producer.clone_into(&mut self.builder.origin_mut().producer);
        }
        self.tracks.name_the_rest(&mut self.builder);
        self.builder.warn_times(
            "A line has a count but no frame: its samples are part of the total, under no function.",
            self.without_frames,
        );
        self.builder.warn_times(
            "A name is not valid UTF-8: the bytes in question are shown as \\x and their value.",
            self.not_utf8,
        );
        self.builder
    }
}
