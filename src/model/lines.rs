//! Lines and what each of them cost: what `line_profiler` records instead of calls.

use super::{FrameId, FunctionId, MetricId};

/// Hits and costs by line. The frames of the profile are its rows: each is a line of a function, and stands once.
///
/// What a line cost includes what it called: a line that calls another function of the profile holds that one's lines,
/// too. Who called whom is not known.
#[derive(Debug, Default)]
pub struct LineProfile {
    pub(super) hits: Vec<i64>,
    /// `[metric][frame]`
    pub(super) costs: Vec<Vec<i64>>,
    /// By frame, where tables are shared with another recording: whether only that one has it. Empty: all are here.
    pub(super) missing_lines: Vec<bool>,
    /// The same, by function.
    pub(super) missing_functions: Vec<bool>,
}

impl LineProfile {
    /// How often each line ran, by frame.
    pub fn hits(&self) -> &[i64] {
        &self.hits
    }

    /// What each line and all it called cost, by frame.
    pub fn costs(&self, metric: MetricId) -> &[i64] {
        &self.costs[metric.index()]
    }

    /// Whether it recorded a line; not where the tables are shared with another recording that did.
    pub fn holds_line(&self, frame: FrameId) -> bool {
        !self.missing_lines.get(frame.index()).is_some_and(|missing| *missing)
    }

    /// Whether it watched a function; not where the tables are shared with another recording that did.
    pub fn holds(&self, function: FunctionId) -> bool {
        !self.missing_functions.get(function.index()).is_some_and(|missing| *missing)
    }
}
