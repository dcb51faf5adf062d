//! Lines and what each of them cost: what `line_profiler` records instead of calls.

use super::MetricId;

/// Hits and costs by line. The frames of the profile are its rows: each is a line of a function, and stands once.
///
/// What a line cost includes what it called: a line that calls another function of the profile holds that one's lines,
/// too. Who called whom is not known.
#[derive(Debug, Default)]
pub struct LineProfile {
    pub(super) hits: Vec<i64>,
    /// `[metric][frame]`
    pub(super) costs: Vec<Vec<i64>>,
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
}
