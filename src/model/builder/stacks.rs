//! Builds a profile of whole stacks.

use super::super::{
    Body, Frame, FrameId, Function, FunctionId, Label, LabelsId, MetricId, Origin, Profile, Samples, StackId,
    StackProfile, Stacks, StringId, TimeMeaning, Track, TrackId, Unit,
};
use super::{BuildError, Tables, next_id};
use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

#[derive(Clone, Copy)]
struct StackKey {
    parent: StackId,
    frame: FrameId,
    id: StackId,
}

/// What a stack was extended with so far. Most stacks are extended by one frame only; those need no entry in the index,
/// and a stack made a moment ago, which is the one asked for next, is found without a miss of the cache.
#[derive(Clone, Copy, Default)]
struct Children {
    /// The stack made first, or 0, which is no child of any.
    first: u32,
    /// Whether there are others, which the index holds.
    more: bool,
}

fn stack_hash(parent: StackId, frame: FrameId) -> u64 {
    let mut hasher = FxHasher::default();
    ((u64::from(parent.0) << 32) | u64::from(frame.0)).hash(&mut hasher);
    hasher.finish()
}

/// Builds a profile of whole stacks.
///
/// A problem that makes the whole profile unusable (too many rows, sums that overflow) is reported by
/// [`finish`](Self::finish), so that readers need not check every row.
pub struct ProfileBuilder {
    tables: Tables,
    frames: Vec<Frame>,
    frame_index: FxHashMap<Frame, FrameId>,
    stacks: Stacks,
    /// By stack.
    children: Vec<Children>,
    /// Stacks that are not the first child of their parent.
    stack_index: HashTable<StackKey>,
    tracks: Vec<Track>,
    samples: Samples,
    label_index: FxHashMap<Box<[Label]>, LabelsId>,
    timed: bool,
    most_stacks: usize,
    /// The frames of the stack asked for last and the ids of its prefixes, because the next one mostly begins alike.
    last_path: Vec<(FrameId, StackId)>,
}

impl ProfileBuilder {
    /// An empty profile of the named format.
    pub fn new(format: &'static str) -> Self {
        Self {
            tables: Tables::new(format),
            frames: Vec::new(),
            frame_index: FxHashMap::default(),
            stacks: Stacks { parents: vec![StackId::EMPTY], frames: vec![FrameId(u32::MAX)] },
            children: vec![Children::default()],
            stack_index: HashTable::new(),
            tracks: Vec::new(),
            samples: Samples { label_sets: vec![Box::from([])], ..Samples::default() },
            label_index: FxHashMap::default(),
            timed: true,
            most_stacks: usize::MAX,
            last_path: Vec::new(),
        }
    }

    shared_methods!();

    /// The id of a function known by its name and file alone, or by its first line too (0: not known).
    pub fn function_named(&mut self, name: &str, file: &str, line: u32) -> FunctionId {
        let function = Function { name: self.string(name), file: self.string(file), line, object: StringId::EMPTY };
        self.function(function)
    }

    /// The id of a place in a function; `line` is the line that was running, 0 where not known.
    pub fn frame(&mut self, function: FunctionId, line: u32) -> FrameId {
        self.frame_of(Frame { function, line, inlined: false })
    }

    /// The id of a frame; equal frames share one.
    pub fn frame_of(&mut self, frame: Frame) -> FrameId {
        if let Some(&id) = self.frame_index.get(&frame) {
            return id;
        }
        let id = next_id(self.frames.len(), "frames", &mut self.tables.failed).map_or(FrameId(0), FrameId);
        self.frames.push(frame);
        self.frame_index.insert(frame, id);
        id
    }

    /// The stack `parent` with `frame` called on top of it.
    #[inline]
    pub fn stack(&mut self, parent: StackId, frame: FrameId) -> StackId {
        let children = self.children[parent.index()];
        if children.first != 0 && self.stacks.frames[children.first as usize] == frame {
            return StackId(children.first);
        }
        if children.more {
            let hash = stack_hash(parent, frame);
            if let Some(found) = self.stack_index.find(hash, |k| k.parent == parent && k.frame == frame) {
                return found.id;
            }
        }
        self.new_stack(parent, frame)
    }

    fn new_stack(&mut self, parent: StackId, frame: FrameId) -> StackId {
        if self.stacks.parents.len() >= self.most_stacks {
            self.tables.fail(BuildError::TooManyStacks(self.most_stacks));
            return StackId::EMPTY;
        }
        let Some(id) = next_id(self.stacks.parents.len(), "stacks", &mut self.tables.failed).map(StackId) else {
            return StackId::EMPTY;
        };
        self.stacks.parents.push(parent);
        self.stacks.frames.push(frame);
        self.children.push(Children::default());
        let children = &mut self.children[parent.index()];
        if children.first == 0 {
            children.first = id.0;
        } else {
            children.more = true;
            let hash = stack_hash(parent, frame);
            self.stack_index.insert_unique(hash, StackKey { parent, frame, id }, |k| stack_hash(k.parent, k.frame));
        }
        id
    }

    /// Fails the profile if it gets more stacks than this: for files that are small but unfold into many.
    pub fn limit_stacks(&mut self, most: usize) {
        self.most_stacks = most;
    }

    /// The stack of the given frames, outermost first. Fastest where stacks that begin alike follow each other.
    pub fn stack_of(&mut self, outermost_first: &[FrameId]) -> StackId {
        let shared = self.last_path.iter().zip(outermost_first).take_while(|((f, _), g)| f == *g).count();
        self.last_path.truncate(shared);
        let mut stack = self.last_path.last().map_or(StackId::EMPTY, |(_, s)| *s);
        for &frame in &outermost_first[shared..] {
            stack = self.stack(stack, frame);
            self.last_path.push((frame, stack));
        }
        stack
    }

    /// Adds a thread.
    pub fn track(&mut self, track: Track) -> TrackId {
        let id = next_id(self.tracks.len(), "threads", &mut self.tables.failed).map_or(TrackId(0), TrackId);
        self.tracks.push(track);
        id
    }

    /// The id of an equal thread, added where there is none yet.
    pub fn track_like(&mut self, track: &Track) -> TrackId {
        match self.tracks.iter().position(|t| t == track) {
            Some(i) => TrackId::at(i),
            None => self.track(track.clone()),
        }
    }

    /// The threads so far, to be completed when their names turn up later in the file.
    pub fn tracks_mut(&mut self) -> &mut [Track] {
        &mut self.tracks
    }

    /// The id of a set of labels.
    pub fn labels(&mut self, labels: &[Label]) -> LabelsId {
        if labels.is_empty() {
            return LabelsId::NONE;
        }
        if let Some(&id) = self.label_index.get(labels) {
            return id;
        }
        let id = LabelsId::at(self.samples.label_sets.len());
        self.samples.label_sets.push(labels.into());
        self.label_index.insert(labels.into(), id);
        id
    }

    /// Adds a sample with one value for each metric, in the order the metrics were added.
    ///
    /// `start_ns` is the time from the beginning of the recording. If one sample has none, none of them keeps it.
    pub fn sample(&mut self, track: TrackId, stack: StackId, start_ns: Option<i64>, values: &[i64]) {
        debug_assert_eq!(values.len(), self.tables.metrics.len());
        if self.samples.stacks.len() >= u32::MAX as usize {
            self.tables.fail(BuildError::TooManyRows("samples"));
            return;
        }
        self.samples.stacks.push(stack);
        self.samples.tracks.push(track);
        self.samples.weights.resize_with(self.tables.metrics.len(), Vec::new);
        for (column, value) in self.samples.weights.iter_mut().zip(values) {
            column.push(*value);
        }
        match start_ns {
            Some(start) if self.timed => self.samples.starts_ns.push(start),
            _ => self.timed = false,
        }
        if !self.samples.labels.is_empty() {
            self.samples.labels.push(LabelsId::NONE);
        }
    }

    /// Gives the sample added last a set of labels.
    pub fn label_last_sample(&mut self, labels: LabelsId) {
        if labels != LabelsId::NONE && !self.samples.stacks.is_empty() {
            self.samples.labels.resize(self.samples.stacks.len(), LabelsId::NONE);
            if let Some(last) = self.samples.labels.last_mut() {
                *last = labels;
            }
        }
    }

    /// Fails the profile because a value of a metric does not fit 64 bits.
    pub fn fail_overflow(&mut self, metric: MetricId) {
        let error = self.tables.overflow(metric);
        self.tables.fail(error);
    }

    /// How many samples there are so far.
    pub fn sample_count(&self) -> usize {
        self.samples.stacks.len()
    }

    /// Whether something already made the profile unusable, so that a reader can stop early.
    pub fn has_failed(&self) -> bool {
        self.tables.failed.is_some()
    }

    /// Checks and seals the profile.
    pub fn finish(mut self) -> Result<Profile, BuildError> {
        if let Some(error) = self.tables.failed.take() {
            return Err(error);
        }
        if self.tables.metrics.is_empty() {
            self.tables.metric("samples", Unit::Samples);
        }
        self.samples.weights.resize_with(self.tables.metrics.len(), Vec::new);
        for (i, weights) in self.samples.weights.iter().enumerate() {
            self.tables.check_sum(MetricId::at(i), weights)?;
        }
        if !self.timed {
            self.samples.starts_ns = Vec::new();
            if self.tables.origin.time == TimeMeaning::Clock {
                self.tables.origin.time = TimeMeaning::None;
            }
        }
        self.samples.lasting = self.tables.metrics.iter().map(|m| m.unit == Unit::Nanoseconds).collect();
        if self.tracks.is_empty() {
            self.tracks.push(Track::default());
        }
        if self.samples.is_empty() {
            self.tables.warn("The file is a valid profile, but it holds no samples.", 1);
        }
        self.stacks.parents.shrink_to_fit();
        self.stacks.frames.shrink_to_fit();
        let body = Body::Stacks(StackProfile { stacks: self.stacks, samples: self.samples });
        Ok(self.tables.into_profile(self.frames, self.tracks, body))
    }
}
