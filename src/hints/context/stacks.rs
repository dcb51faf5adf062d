//! What recorded stacks cost, by frame and line, and who asked for what in them.

use super::super::spot::LineCosts;
use crate::analyze::{Class, Classes};
use crate::model::{FunctionId, MetricId, Profile, StackProfile};

/// Recorded stacks by frame and line.
pub(super) struct StackCosts {
    /// By stack, with everything below it.
    pub(super) totals: Vec<i64>,
    /// Whether a module was being imported, by stack.
    importing: Vec<bool>,
    /// By stack: the next function of the user's further out, and what that called on the way there, as stacks.
    asked: Vec<(u32, u32)>,
    /// By frame: own and total.
    frames: Vec<(i64, i64)>,
    /// Frames by function: `frames_of[first[f]..first[f + 1]]`.
    first: Vec<u32>,
    frames_of: Vec<u32>,
    lines: Vec<u32>,
}

impl StackCosts {
    pub(super) fn new(profile: &Profile, body: &StackProfile, metric: MetricId, classes: &Classes) -> Self {
        let stacks = &body.stacks;
        let function = |stack: usize| profile.frame(stacks.frames()[stack]).function;
        // What a built-in function cost belongs to the line that called it, as where built-ins are not recorded.
        let mut charged = vec![0_u32; stacks.len()];
        let mut asked = vec![(0_u32, 0_u32); stacks.len()];
        let mut importing = vec![false; stacks.len()];
        for stack in 1..stacks.len() {
            let parent = stacks.parents()[stack].index();
            let class = classes.class_of(function(stack));
            charged[stack] = if class == Class::BuiltIn { charged[parent] } else { stack as u32 };
            let by_yours = parent != 0 && classes.class_of(function(parent)) == Class::Yours;
            asked[stack] = if by_yours { (parent as u32, stack as u32) } else { asked[parent] };
            importing[stack] = importing[parent] || classes.module(function(stack)).starts_with("importlib");
        }
        let mut totals = vec![0_i64; stacks.len()];
        let mut frames = vec![(0_i64, 0_i64); profile.frames().len()];
        for (stack, weight) in body.samples.stacks().iter().zip(body.samples.weights(metric)) {
            totals[stack.index()] += weight;
            let at = charged[stack.index()] as usize;
            if at != 0 {
                frames[stacks.frames()[at].index()].0 += weight;
            }
        }
        for stack in (1..stacks.len()).rev() {
            let total = totals[stack];
            let parent = stacks.parents()[stack].index();
            totals[parent] += total;
            frames[stacks.frames()[stack].index()].1 += total;
        }
        Self { totals, importing, asked, ..Self::of_frames(profile, frames) }
    }

    /// Timed lines: a line's time includes what it called, and there are no stacks.
    pub(super) fn of_lines(profile: &Profile, costs: &[i64]) -> Self {
        Self::of_frames(profile, costs.iter().map(|&cost| (cost, cost)).collect())
    }

    fn of_frames(profile: &Profile, frames: Vec<(i64, i64)>) -> Self {
        let mut first = vec![0_u32; profile.functions().len() + 1];
        for frame in profile.frames() {
            first[frame.function.index() + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut frames_of = vec![0_u32; profile.frames().len()];
        for (i, frame) in profile.frames().iter().enumerate() {
            let place = &mut next[frame.function.index()];
            frames_of[*place as usize] = i as u32;
            *place += 1;
        }
        let lines = profile.frames().iter().map(|f| f.line).collect();
        Self { totals: Vec::new(), importing: Vec::new(), asked: Vec::new(), frames, first, frames_of, lines }
    }

    fn frames_of(&self, function: FunctionId) -> impl Iterator<Item = usize> + '_ {
        let range = self.first[function.index()] as usize..self.first[function.index() + 1] as usize;
        self.frames_of[range].iter().map(|&f| f as usize)
    }

    /// A line that ran in a function, where lines were recorded.
    pub(super) fn line_ran(&self, function: FunctionId) -> Option<u32> {
        let busiest = self.frames_of(function).max_by_key(|&f| self.frames[f].1)?;
        (self.lines[busiest] > 0).then_some(self.lines[busiest])
    }

    /// Time by line of a function; `None` where lines were not recorded.
    pub(super) fn line_costs(&self, function: FunctionId) -> Option<LineCosts> {
        let mut costs = LineCosts::default();
        for f in self.frames_of(function).filter(|&f| self.lines[f] > 0) {
            let line = costs.0.entry(self.lines[f]).or_insert((0, 0));
            line.0 += self.frames[f].0;
            line.1 += self.frames[f].1;
        }
        (!costs.0.is_empty()).then_some(costs)
    }

    /// The next stack further out that ends in a function of the user's, and the one that it called on the way to a stack;
    /// `None` where nothing of the user's asked for it.
    pub(super) fn asked_by(&self, stack: usize) -> Option<(usize, usize)> {
        let (yours, via) = self.asked[stack];
        (yours != 0).then_some((yours as usize, via as usize))
    }

    /// Every stack whose innermost frame is a member while none further out is.
    pub(super) fn each_entry(
        &self,
        profile: &Profile,
        body: &StackProfile,
        members: &[bool],
        mut visit: impl FnMut(usize),
    ) {
        let stacks = &body.stacks;
        let mut inside = vec![false; stacks.len()];
        for stack in 1..stacks.len() {
            let outer = inside[stacks.parents()[stack].index()];
            let member = members[profile.frame(stacks.frames()[stack]).function.index()];
            inside[stack] = outer || member;
            if member && !outer && self.totals[stack] != 0 && !self.importing[stack] {
                visit(stack);
            }
        }
    }
}
