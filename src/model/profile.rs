//! The profile itself.

use super::{
    CallGraph, FrameId, FunctionId, LineProfile, Metric, MetricId, Origin, Samples, Stacks, StringId, Strings,
    TimeMeaning, Track, TrackId, Unit, Warning, format,
};

/// A function as the profile names it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Function {
    /// Its name, as recorded: `parse`, `<module>`, `<built-in method time.sleep>`.
    pub name: StringId,
    /// The file it is defined in, as recorded; empty where not known.
    pub file: StringId,
    /// Its first line, counted from one; 0 where not known. Never the line that was running.
    pub line: u32,
    /// The shared library or executable a native function lives in; empty where not known.
    pub object: StringId,
}

/// A place in a function: what one entry of a stack says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    /// The function.
    pub function: FunctionId,
    /// The line that was running, counted from one; 0 where not known.
    pub line: u32,
    /// Whether the compiler folded this call into its caller.
    pub inlined: bool,
}

/// Whole stacks and the samples that hit them.
#[derive(Debug)]
pub struct StackProfile {
    /// The prefix tree of stacks.
    pub stacks: Stacks,
    /// The samples.
    pub samples: Samples,
}

/// What was recorded. It decides what may be claimed: a call tree is exact only where whole stacks were seen.
#[derive(Debug)]
pub enum Body {
    /// Whole stacks: py-spy, pprof, speedscope, collapsed stacks. Trees are exact.
    Stacks(StackProfile),
    /// Functions and edges only: cProfile. Tables are exact, trees are estimated.
    Graph(CallGraph),
    /// Lines only: `line_profiler`. Figures of lines are exact; there is no tree.
    Lines(LineProfile),
}

/// A profile: facts as recorded, never changed once built.
#[derive(Debug)]
pub struct Profile {
    pub(super) strings: Strings,
    pub(super) functions: Vec<Function>,
    pub(super) frames: Vec<Frame>,
    pub(super) tracks: Vec<Track>,
    pub(super) metrics: Vec<Metric>,
    pub(super) default_metric: MetricId,
    pub(super) body: Body,
    pub(super) origin: Origin,
    pub(super) warnings: Vec<Warning>,
}

impl Profile {
    /// Every text of the profile.
    pub fn strings(&self) -> &Strings {
        &self.strings
    }

    /// The text behind an id.
    #[inline]
    pub fn text(&self, id: StringId) -> &str {
        self.strings.get(id)
    }

    /// Every function, by id.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// One function.
    #[inline]
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// A function's name.
    pub fn name(&self, id: FunctionId) -> &str {
        self.text(self.function(id).name)
    }

    /// A function's file as recorded; empty where not known.
    pub fn file(&self, id: FunctionId) -> &str {
        self.text(self.function(id).file)
    }

    /// Every frame, by id: an entry of a stack; where lines were recorded, a line of a function.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// One frame.
    #[inline]
    pub fn frame(&self, id: FrameId) -> &Frame {
        &self.frames[id.index()]
    }

    /// Every thread, by id; never empty.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// One thread.
    pub fn track(&self, id: TrackId) -> &Track {
        &self.tracks[id.index()]
    }

    /// What was measured; never empty.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// One metric.
    pub fn metric(&self, id: MetricId) -> &Metric {
        &self.metrics[id.index()]
    }

    /// The metric to show first: the file's own choice, or time before counts.
    pub fn default_metric(&self) -> MetricId {
        self.default_metric
    }

    /// What was recorded.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Whether it tells who called whom, exactly or nearly: lines alone do not.
    pub fn has_trees(&self) -> bool {
        !matches!(self.body, Body::Lines(_))
    }

    /// Where it came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Adds what is only known once everything is read.
    pub(crate) fn warn(&mut self, text: &str) {
        self.warnings.push(Warning { text: text.to_owned(), count: 1 });
    }

    /// What to know before believing it.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// How many samples were recorded; 0 for a call graph and for lines.
    pub fn sample_count(&self) -> usize {
        match &self.body {
            Body::Stacks(stacks) => stacks.samples.len(),
            Body::Graph(_) | Body::Lines(_) => 0,
        }
    }

    /// Whether equal samples stand as one row with their number: then rows are stacks, and how many samples there were is
    /// the total of a metric.
    pub fn samples_are_stacks(&self) -> bool {
        let counts_samples = |metric: &Metric| match metric.unit {
            Unit::Samples => true,
            // pprof writes them as `samples/count`.
            Unit::Count => matches!(metric.name.as_str(), "samples" | "sample"),
            _ => false,
        };
        self.origin.time == TimeMeaning::None && self.metrics.iter().any(counts_samples)
    }

    /// A number of samples in words: `1,000 samples`, or, where they [are stacks](Self::samples_are_stacks), `12 stacks`.
    pub fn samples_text(&self, rows: usize) -> String {
        let (one, many) = if self.samples_are_stacks() { ("stack", "stacks") } else { ("sample", "samples") };
        format::counted(rows as i64, one, many)
    }

    /// The sum of everything recorded in a metric, in its base unit.
    pub fn total(&self, metric: MetricId) -> i64 {
        match &self.body {
            Body::Stacks(stacks) => saturating_sum(stacks.samples.weights(metric)),
            Body::Graph(graph) => saturating_sum(graph.own(metric)),
            Body::Lines(lines) => saturating_sum(lines.costs(metric)),
        }
    }

    /// The sum of a metric over each thread, in one pass over the samples.
    pub fn track_totals(&self, metric: MetricId) -> Vec<i64> {
        let Body::Stacks(stacks) = &self.body else { return vec![self.total(metric); self.tracks.len()] };
        let samples = &stacks.samples;
        let mut totals = vec![0_i64; self.tracks.len()];
        for (track, weight) in samples.tracks().iter().zip(samples.weights(metric)) {
            if let Some(total) = totals.get_mut(track.index()) {
                *total = total.saturating_add(*weight);
            }
        }
        totals
    }
}

fn saturating_sum(values: &[i64]) -> i64 {
    values.iter().fold(0_i64, |sum, v| sum.saturating_add(*v))
}
