//! One thread's stacks in the order they were taken.
//!
//! A recording of a million samples is not laid out whole. Its stacks are looked at once a pixel, and neighbours that
//! run the same function under the same parent become one box. What is narrower than a pixel shows when it is zoomed.

use super::{CallTree, Detail, MergedTree, Query, merged::ROOT, tree::Boxes};
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
        let starts = samples.starts_ns().filter(|_| meaning == TimeMeaning::Clock);
        // Only times last: other weights have no length on a clock, and are put end to end.
        let clock = starts.filter(|_| *unit == Unit::Nanoseconds);
        let mut order: Vec<usize> = (0..samples.len()).filter(|&i| samples.tracks()[i] == track).collect();
        if let Some(starts) = starts
            && !order.is_sorted_by_key(|&i| starts[i])
        {
            order.sort_by_key(|&i| starts[i]);
        }
        let of_track = Query { track: Some(track), ..query.clone() };
        let part = |i: usize| of_track.part(samples, query.metric, i);
        order.retain(|&i| part(i).is_some());
        // What a time range cuts off of a sample's beginning.
        let from = query.time_ns.map_or(i64::MIN, |(from, _)| from);
        // Times are shown from the thread's first sample on.
        let origin = clock.and_then(|starts| order.first().map(|&i| starts[i].max(from))).unwrap_or(0);
        let mut timeline = Self { starts: Vec::new(), ends: Vec::new(), nodes: Vec::new(), sum: 0, meaning, track };
        let mut end = 0_i64;
        for i in order {
            let weight = part(i).unwrap_or(0).max(0);
            // Samples of one thread cannot overlap: clocks that step back are clipped.
            let begins = clock.map_or(end, |starts| starts[i].max(from).saturating_sub(origin));
            let start = begins.max(end);
            let node = tree.node_of(samples.stacks()[i]);
            let until = match clock {
                Some(_) => begins.saturating_add(weight).max(start),
                None => start.saturating_add(weight),
            };
            end = until;
            let Some(node) = node else { continue };
            timeline.sum += weight;
            if until > start {
                timeline.starts.push(start);
                timeline.ends.push(until);
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
        let step = detail.min_total.max(1);
        let boxes = self.boxes(merged, from, to, step, usize::MAX, detail.max_nodes).unwrap_or_else(|| {
            // Too many: what lies deepest is left out, and not what comes last.
            let columns = self.visible(from, to, step).count().max(1);
            let depth = (detail.max_nodes / columns).max(1);
            self.boxes(merged, from, to, step, depth, usize::MAX).unwrap_or_default()
        });
        boxes.into_tree(self.sum, self.extent(), detail)
    }

    /// The boxes down to `max_depth`, or `None` where they are more than `max_boxes`.
    fn boxes(
        &self,
        merged: &MergedTree,
        from: i64,
        to: i64,
        step: i64,
        max_depth: usize,
        max_boxes: usize,
    ) -> Option<Boxes> {
        let mut boxes = Boxes::default();
        // The boxes open at this moment, outermost first: the merged node, and the box's index in its level.
        let mut open: Vec<(u32, u32)> = Vec::new();
        // By merged node: its position in `open`, valid if the node stands there.
        let mut position = vec![0_u32; merged.len()];
        let mut entered: Vec<u32> = Vec::new();
        let mut last_end = i64::MIN;
        let mut count = 0;
        for i in self.visible(from, to, step) {
            let (start, end) = (self.starts[i], self.ends[i]);
            // A gap that can be seen ends every box.
            if start.saturating_sub(last_end) > step {
                boxes.close(&mut open, 0, last_end);
            }
            // Up from the new stack's innermost frame to the first box that is open.
            entered.clear();
            let mut at = self.nodes[i];
            while at != ROOT && open.get(position[at as usize] as usize).is_none_or(|(node, _)| *node != at) {
                entered.push(at);
                at = merged.parents[at as usize];
            }
            let keep = if at == ROOT { 0 } else { position[at as usize] as usize + 1 };
            boxes.close(&mut open, keep, last_end);
            for &node in entered.iter().rev().take(max_depth - keep) {
                let parent = open.last().map_or(0, |(_, index)| *index);
                position[node as usize] = open.len() as u32;
                let index = boxes.open(open.len(), start, merged.groups[node as usize], parent);
                open.push((node, index));
                count += 1;
            }
            last_end = end;
            if count > max_boxes {
                return None;
            }
        }
        boxes.close(&mut open, 0, last_end);
        Some(boxes)
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
