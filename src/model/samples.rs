//! Samples as columns.

use super::{LabelsId, MetricId, StackId, StringId, TrackId};

/// A label a profiler attached to a sample: a request id, a span, an object size.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    /// Its key.
    pub key: StringId,
    /// Its value.
    pub value: LabelValue,
}

/// The value of a [`Label`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LabelValue {
    /// A text.
    Text(StringId),
    /// A number and its unit's name, which may be empty.
    Number(i64, StringId),
}

/// The samples of a profile: parallel columns.
#[derive(Debug, Default)]
pub struct Samples {
    pub(super) stacks: Vec<StackId>,
    pub(super) tracks: Vec<TrackId>,
    /// `[metric][sample]`
    pub(super) weights: Vec<Vec<i64>>,
    /// When the sample begins, in nanoseconds from the beginning of the recording; empty where time is not known.
    pub(super) starts_ns: Vec<i64>,
    /// `[metric]`: whether its values are how long samples lasted.
    pub(super) lasting: Vec<bool>,
    /// Empty where no sample has a label.
    pub(super) labels: Vec<LabelsId>,
    pub(super) label_sets: Vec<Box<[Label]>>,
}

impl Samples {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.stacks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty()
    }

    /// The stack of each sample.
    pub fn stacks(&self) -> &[StackId] {
        &self.stacks
    }

    /// The thread of each sample.
    pub fn tracks(&self) -> &[TrackId] {
        &self.tracks
    }

    /// The value of each sample in one metric, in the metric's base unit. May be negative in a difference.
    pub fn weights(&self, metric: MetricId) -> &[i64] {
        &self.weights[metric.index()]
    }

    /// When each sample begins, in nanoseconds from the beginning of the recording.
    pub fn starts_ns(&self) -> Option<&[i64]> {
        (!self.starts_ns.is_empty()).then_some(&self.starts_ns)
    }

    /// Whether the values of a metric are how long samples lasted: from when a sample begins, for as long as its value.
    pub fn lasts(&self, metric: MetricId) -> bool {
        !self.starts_ns.is_empty() && self.lasting.get(metric.index()).copied().unwrap_or(false)
    }

    /// The labels of one sample.
    pub fn labels(&self, sample: usize) -> &[Label] {
        let set = self.labels.get(sample).map_or(0, |id| id.index());
        self.label_sets.get(set).map_or(&[], |set| set)
    }

    /// Every different set of labels in use.
    pub fn label_sets(&self) -> &[Box<[Label]>] {
        &self.label_sets
    }
}
