//! Builds a [`Profile`] row by row, and checks it once at the end.

use super::{
    Body, Frame, FrameId, Function, FunctionId, Label, LabelsId, Metric, MetricId, Origin, Profile, Samples, StackId,
    StackProfile, Stacks, StringId, TimeMeaning, Track, TrackId, Unit, Warning, strings::Interner,
};
use hashbrown::hash_table::{Entry, HashTable};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// Why a profile cannot be built, whatever its format.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BuildError {
    /// Names and paths together are over 4 GiB.
    #[error("its names and paths together are larger than 4 GiB")]
    TooMuchText,
    /// A column would need more than 2³² rows.
    #[error("it holds more than 4,294,967,295 {0}")]
    TooManyRows(&'static str),
    /// Far more different stacks than a file of its size can mean.
    #[error("it unfolds into more than {0} different stacks, which no recording of its size holds")]
    TooManyStacks(usize),
    /// The values of one metric add up to more than a 64-bit integer holds.
    #[error("its values of “{0}” add up to more than 9.2 × 10¹⁸")]
    Overflow(String),
}

/// What every profile has, whichever body it gets.
#[derive(Debug)]
struct Tables {
    strings: Interner,
    functions: Vec<Function>,
    function_index: HashTable<FunctionId>,
    metrics: Vec<Metric>,
    default_metric: Option<MetricId>,
    origin: Origin,
    warnings: Vec<Warning>,
    failed: Option<BuildError>,
}

impl Tables {
    fn new(format: &'static str) -> Self {
        Self {
            strings: Interner::new(),
            functions: Vec::new(),
            function_index: HashTable::new(),
            metrics: Vec::new(),
            default_metric: None,
            origin: Origin { format, ..Origin::default() },
            warnings: Vec::new(),
            failed: None,
        }
    }

    fn string(&mut self, text: &str) -> StringId {
        match self.strings.intern(text) {
            Ok(id) => id,
            Err(error) => {
                self.fail(error);
                StringId::EMPTY
            }
        }
    }

    fn fail(&mut self, error: BuildError) {
        self.failed.get_or_insert(error);
    }

    fn function(&mut self, function: Function) -> FunctionId {
        let hash = function_hash(&function);
        let functions = &mut self.functions;
        let found = self.function_index.entry(
            hash,
            |id| functions[id.index()] == function,
            |id| function_hash(&functions[id.index()]),
        );
        match found {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(free) => {
                let id = next_id(functions.len(), "functions", &mut self.failed).map_or(FunctionId(0), FunctionId);
                free.insert(id);
                functions.push(function);
                id
            }
        }
    }

    fn metric(&mut self, name: &str, unit: Unit) -> MetricId {
        self.metrics.push(Metric { name: name.to_owned(), unit });
        MetricId::at(self.metrics.len() - 1)
    }

    fn warn(&mut self, text: &str, count: u64) {
        if count == 0 {
            return;
        }
        let listed = |text: &str, warnings: &[Warning]| warnings.iter().position(|w| w.text == text);
        let text = match listed(text, &self.warnings) {
            None if self.warnings.len() >= MOST_WARNINGS => MORE_WARNINGS,
            _ => text,
        };
        match listed(text, &self.warnings) {
            Some(at) => self.warnings[at].count += count,
            None => self.warnings.push(Warning { text: text.to_owned(), count }),
        }
    }

    fn check_sum(&self, metric: MetricId, values: &[i64]) -> Result<(), BuildError> {
        let sum: u128 = values.iter().map(|v| u128::from(v.unsigned_abs())).sum();
        if sum > i64::MAX as u128 { Err(self.overflow(metric)) } else { Ok(()) }
    }

    /// Figures that were added up row by row: a sum that does not fit has stopped at the largest number there is.
    fn check_each(&self, metric: MetricId, values: &[i64]) -> Result<(), BuildError> {
        if values.iter().any(|value| is_saturated(*value)) { Err(self.overflow(metric)) } else { Ok(()) }
    }

    fn overflow(&self, metric: MetricId) -> BuildError {
        BuildError::Overflow(self.metrics[metric.index()].name.clone())
    }

    fn into_profile(mut self, frames: Vec<Frame>, tracks: Vec<Track>, body: Body) -> Profile {
        if self.metrics.is_empty() {
            self.metric("samples", Unit::Samples);
        }
        let first_time = self.metrics.iter().position(|m| m.unit == Unit::Nanoseconds);
        let default_metric = self.default_metric.unwrap_or(MetricId::at(first_time.unwrap_or(0)));
        Profile {
            strings: self.strings.finish(),
            functions: self.functions,
            frames,
            tracks,
            metrics: self.metrics,
            default_metric,
            body,
            origin: self.origin,
            warnings: self.warnings,
        }
    }
}

/// Most warnings of different texts; a file of a million odd names is not to be read about name by name.
const MOST_WARNINGS: usize = 100;
const MORE_WARNINGS: &str = "There is more like this, which is not listed.";

fn is_saturated(value: i64) -> bool {
    matches!(value, i64::MIN | i64::MAX)
}

fn function_hash(function: &Function) -> u64 {
    let mut hasher = FxHasher::default();
    function.hash(&mut hasher);
    hasher.finish()
}

fn next_id(rows: usize, what: &'static str, failed: &mut Option<BuildError>) -> Option<u32> {
    // The last id is kept free for "none".
    if rows < u32::MAX as usize {
        return Some(rows as u32);
    }
    failed.get_or_insert(BuildError::TooManyRows(what));
    None
}

macro_rules! shared_methods {
    () => {
        /// The id of a text.
        pub fn string(&mut self, text: &str) -> StringId {
            self.tables.string(text)
        }

        /// The text behind an id given by [`Self::string`].
        pub fn text(&self, id: StringId) -> &str {
            self.tables.strings.get(id)
        }

        /// The id of a function; equal functions share one.
        pub fn function(&mut self, function: Function) -> FunctionId {
            self.tables.function(function)
        }

        /// Adds a metric; values are given in the order metrics were added.
        pub fn metric(&mut self, name: &str, unit: Unit) -> MetricId {
            self.tables.metric(name, unit)
        }

        /// The metric to show first.
        pub fn set_default_metric(&mut self, metric: MetricId) {
            self.tables.default_metric = Some(metric);
        }

        /// Provenance, to be filled in.
        pub fn origin_mut(&mut self) -> &mut Origin {
            &mut self.tables.origin
        }

        /// Remembers something the reader must know. Equal texts are counted, not repeated.
        pub fn warn(&mut self, text: &str) {
            self.tables.warn(text, 1);
        }

        /// Remembers something that happened `count` times; nothing where that is 0.
        pub fn warn_times(&mut self, text: &str, count: u64) {
            self.tables.warn(text, count);
        }
    };
}

mod graph;
mod lines;

pub use graph::GraphBuilder;
pub use lines::LineBuilder;

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

fn grow_and_add(column: &mut Vec<i64>, row: usize, value: i64) {
    if column.len() <= row {
        column.resize(row + 1, 0);
    }
    column[row] = column[row].saturating_add(value);
}

fn add_columns(columns: &mut Vec<Vec<i64>>, row: usize, values: &[i64]) {
    if columns.len() < values.len() {
        columns.resize_with(values.len(), Vec::new);
    }
    for (column, value) in columns.iter_mut().zip(values) {
        grow_and_add(column, row, *value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CallEdge;

    fn stacks(profile: &Profile) -> &StackProfile {
        match profile.body() {
            Body::Stacks(stacks) => stacks,
            Body::Graph(_) | Body::Lines(_) => panic!("built from stacks"),
        }
    }

    #[test]
    fn stacks_that_begin_alike_share_their_beginning_and_parents_come_first() {
        let mut b = ProfileBuilder::new("test");
        let frames: Vec<FrameId> = ["main", "parse", "read"]
            .iter()
            .map(|name| {
                let f = b.function_named(name, "a.py", 0);
                b.frame(f, 0)
            })
            .collect();
        let long = b.stack_of(&frames);
        let short = b.stack_of(&frames[..2]);
        let again = b.stack_of(&frames);
        assert_eq!(long, again);
        let profile = b.finish().expect("builds");
        let stacks = &stacks(&profile).stacks;
        assert_eq!(stacks.parent(long), short);
        assert_eq!(stacks.len(), 4);
        assert!((1..stacks.len()).all(|i| stacks.parents()[i].index() < i));
        let names: Vec<_> = stacks.walk(long).map(|f| profile.name(profile.frame(f).function)).collect();
        assert_eq!(names, ["read", "parse", "main"]);
    }

    #[test]
    fn one_sample_without_a_time_takes_the_timeline_away() {
        let mut b = ProfileBuilder::new("test");
        b.metric("samples", Unit::Samples);
        let track = b.track(Track::default());
        b.origin_mut().time = TimeMeaning::Clock;
        b.sample(track, StackId::EMPTY, Some(5), &[1]);
        b.sample(track, StackId::EMPTY, None, &[1]);
        let profile = b.finish().expect("builds");
        assert_eq!(stacks(&profile).samples.starts_ns(), None);
        assert_eq!(profile.origin().time, TimeMeaning::None);
    }

    #[test]
    fn sums_that_do_not_fit_are_an_error_not_a_wrong_number() {
        let mut b = ProfileBuilder::new("test");
        b.metric("bytes", Unit::Bytes);
        let track = b.track(Track::default());
        b.sample(track, StackId::EMPTY, None, &[i64::MAX]);
        b.sample(track, StackId::EMPTY, None, &[i64::MAX]);
        assert_eq!(b.finish().err(), Some(BuildError::Overflow("bytes".to_owned())));
    }

    #[test]
    fn a_sum_that_stopped_at_the_largest_number_is_an_error() {
        for (own, total, calls) in [(i64::MAX, 0, 0), (0, i64::MAX, 0), (0, 0, i64::MAX)] {
            let mut b = GraphBuilder::new("test");
            b.metric("time", Unit::Nanoseconds);
            let name = b.string("f");
            let f = b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY });
            b.add(f, calls, 1, &[own], &[total]);
            b.add(f, calls, 1, &[own], &[total]);
            let what = if calls > 0 { "calls" } else { "time" };
            assert_eq!(b.finish().err(), Some(BuildError::Overflow(what.to_owned())));
        }
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let name = b.string("f");
        let f = b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY });
        b.add(f, 1, 1, &[1], &[1]);
        b.add_edge(f, f, (1, 1), &[1], &[i64::MAX]);
        b.add_edge(f, f, (1, 1), &[1], &[i64::MAX]);
        assert_eq!(b.finish().err(), Some(BuildError::Overflow("time".to_owned())));
    }

    #[test]
    fn warnings_of_ever_new_texts_are_counted_and_no_longer_listed() {
        let mut b = ProfileBuilder::new("test");
        for i in 0..1000 {
            b.warn(&format!("odd thing {i}"));
        }
        b.warn("odd thing 7");
        b.metric("samples", Unit::Samples);
        let track = b.track(Track::default());
        b.sample(track, StackId::EMPTY, None, &[1]);
        let profile = b.finish().expect("builds");
        assert_eq!(profile.warnings().len(), MOST_WARNINGS + 1);
        assert_eq!(profile.warnings()[7].count, 2);
        let rest = Warning { text: MORE_WARNINGS.to_owned(), count: 1000 - MOST_WARNINGS as u64 };
        assert_eq!(profile.warnings().last(), Some(&rest));
    }

    #[test]
    fn more_stacks_than_a_file_can_mean_are_an_error() {
        let mut b = ProfileBuilder::new("test");
        b.limit_stacks(3);
        let f = b.function_named("f", "", 0);
        let f = b.frame(f, 0);
        b.stack_of(&[f, f]);
        assert!(!b.has_failed());
        b.stack_of(&[f, f, f]);
        assert_eq!(b.finish().err(), Some(BuildError::TooManyStacks(3)));
    }

    #[test]
    fn edges_added_twice_are_summed_and_found_from_both_ends() {
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let name = b.string("f");
        let f = b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY });
        let g = b.function(Function { name, file: StringId::EMPTY, line: 2, object: StringId::EMPTY });
        b.add(f, 1, 1, &[10], &[30]);
        b.add(g, 2, 2, &[20], &[20]);
        b.add_edge(f, g, (1, 1), &[5], &[5]);
        b.add_edge(f, g, (1, 1), &[15], &[15]);
        let profile = b.finish().expect("builds");
        let Body::Graph(graph) = profile.body() else { panic!("built as a graph") };
        assert_eq!(graph.edges().len(), 1);
        assert_eq!(graph.outgoing(f), 0..1);
        assert_eq!(graph.incoming(g), &[0]);
        assert!(graph.incoming(f).is_empty());
        assert_eq!(graph.edge_total(MetricId(0)), &[20]);
        assert_eq!(graph.edges()[0].calls, 2);
    }

    #[test]
    fn kept_functions_take_the_order_asked_for_and_others_leave_with_their_edges() {
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let [f, g, gone] = ["f", "g", "gone"].map(|name| {
            let name = b.string(name);
            b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY })
        });
        b.add(g, 2, 2, &[20], &[20]);
        b.add(f, 1, 1, &[10], &[30]);
        b.add_edge(gone, f, (9, 9), &[9], &[9]);
        b.add_edge(f, g, (2, 2), &[20], &[20]);
        assert_eq!(b.keep_functions(&[g, f]), 1);
        let profile = b.finish().expect("builds");
        let Body::Graph(graph) = profile.body() else { panic!("built as a graph") };
        let names: Vec<_> = (0..profile.functions().len()).map(|i| profile.name(FunctionId::at(i))).collect();
        assert_eq!(names, ["g", "f"]);
        assert_eq!((graph.calls(), graph.own(MetricId(0))), (&[2, 1][..], &[20, 10][..]));
        assert_eq!(
            graph.edges(),
            [CallEdge { caller: FunctionId(1), callee: FunctionId(0), calls: 2, primitive_calls: 2 }]
        );
        assert_eq!(graph.edge_total(MetricId(0)), &[20]);
    }
}
