//! One thread's stacks in the order they were taken.
//!
//! A recording of a million samples is not laid out whole. Its stacks are looked at once a pixel, and neighbours that
//! run the same function under the same parent become one box. What is narrower than a pixel shows when it is zoomed.

use super::{CallTree, Detail, GroupId, MergedTree, Query, merged::ROOT, tree::Boxes};
use crate::model::{StackProfile, TimeMeaning, TrackId, Unit};

/// The samples of one thread along an axis: clock time, or the sum of weights where there is none.
#[derive(Debug)]
pub struct Timeline {
    starts: Vec<i64>,
    ends: Vec<i64>,
    nodes: Vec<u32>,
    sum: i64,
    meaning: TimeMeaning,
    track: TrackId,
}

impl Timeline {
    /// The samples of `track` under a query; `None` where the profile has no order.
    pub fn new(
        body: &StackProfile,
        tree: &MergedTree,
        query: &Query,
        track: TrackId,
        meaning: TimeMeaning,
        unit: &Unit,
    ) -> Option<Self> {
        if meaning == TimeMeaning::None {
            return None;
        }
        let samples = &body.samples;
        let weights = samples.weights(query.metric);
        let clock = samples.starts_ns().filter(|_| meaning == TimeMeaning::Clock && *unit == Unit::Nanoseconds);
        let mut rows: Vec<(i64, i64, u32)> = Vec::new();
        let mut at = 0;
        let mut sum = 0;
        for i in (0..samples.len()).filter(|&i| samples.tracks()[i] == track) {
            let weight = weights[i].max(0);
            let start = clock.map_or(at, |starts| starts[i]);
            at = start + weight;
            let Some(node) = tree.node_of(samples.stacks()[i]) else { continue };
            let in_range = query
                .time_ns
                .is_none_or(|(from, to)| samples.starts_ns().is_none_or(|starts| starts[i] >= from && starts[i] < to));
            if weight > 0 && in_range {
                rows.push((start, at, node));
                sum += weight;
            }
        }
        if !rows.is_sorted_by_key(|r| r.0) {
            rows.sort_by_key(|r| r.0);
        }
        // Times are shown from the thread's first sample on.
        let origin = rows.first().map_or(0, |r| r.0);
        let mut timeline = Self { starts: Vec::new(), ends: Vec::new(), nodes: Vec::new(), sum, meaning, track };
        let mut last_end = 0;
        for (start, end, node) in rows {
            // Samples of one thread cannot overlap: clocks that step back are clipped.
            let start = (start - origin).max(last_end);
            let end = (end - origin).max(start);
            last_end = end;
            if end > start {
                timeline.starts.push(start);
                timeline.ends.push(end);
                timeline.nodes.push(node);
            }
        }
        if clock.is_none() {
            timeline.meaning = TimeMeaning::Order;
        }
        Some(timeline)
    }

    /// The end of the axis.
    pub fn extent(&self) -> i64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// What positions mean.
    pub fn meaning(&self) -> TimeMeaning {
        self.meaning
    }

    /// Whose samples these are.
    pub fn track(&self) -> TrackId {
        self.track
    }

    /// How many stretches with one stack there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The boxes that can be told apart.
    pub fn tree(&self, merged: &MergedTree, detail: Detail) -> CallTree {
        let (from, to) = detail.window.unwrap_or((0, self.extent()));
        let mut boxes = Boxes { levels: Vec::new() };
        let mut path: Vec<u32> = Vec::new();
        // The box open at each depth: the merged node, and its index in the level.
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut last_end = i64::MIN;
        let mut count = 0;
        for i in self.visible(from, to, detail.min_total) {
            let (start, end) = (self.starts[i], self.ends[i]);
            path_to(merged, self.nodes[i], &mut path);
            // A gap that can be seen ends every box.
            let touching = start.saturating_sub(last_end) <= detail.min_total.max(1);
            let shared =
                if touching { open.iter().zip(&path).take_while(|((node, _), at)| node == *at).count() } else { 0 };
            for (depth, &(_, index)) in open.iter().enumerate().take(shared) {
                boxes.levels[depth][index as usize].1 = end;
            }
            open.truncate(shared);
            for (depth, &node) in path.iter().enumerate().skip(shared) {
                if boxes.levels.len() == depth {
                    boxes.levels.push(Vec::new());
                }
                let parent = depth.checked_sub(1).map_or(0, |d| open[d].1);
                let group: GroupId = merged.groups[node as usize];
                boxes.levels[depth].push((start, end, group, parent));
                open.push((node, boxes.levels[depth].len() as u32 - 1));
                count += 1;
            }
            last_end = end;
            if count > detail.max_nodes {
                break;
            }
        }
        boxes.into_tree(self.sum, self.extent(), detail)
    }

    /// The stretches in a window, thinned to about one every `step`.
    fn visible(&self, from: i64, to: i64, step: i64) -> impl Iterator<Item = usize> + '_ {
        let mut i = self.ends.partition_point(|&end| end <= from);
        std::iter::from_fn(move || {
            let first = i;
            let start = *self.starts.get(first)?;
            if start >= to {
                return None;
            }
            let limit = start.saturating_add(step.max(1));
            // The next one that reaches beyond this step; everything before it is too narrow to see.
            let next = first + self.ends[first..].partition_point(|&end| end <= limit);
            i = next.max(first + 1);
            Some(first)
        })
    }
}

/// The nodes from the outermost down to `node`.
fn path_to(merged: &MergedTree, node: u32, path: &mut Vec<u32>) {
    path.clear();
    let mut at = node;
    while at != ROOT {
        path.push(at);
        at = merged.parents[at as usize];
    }
    path.reverse();
}
