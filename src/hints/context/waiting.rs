//! What part of a call was spent waiting, however deep below it.

use super::Ctx;
use crate::analyze::Activity;
use crate::model::FunctionId;
use rustc_hash::{FxHashMap, FxHashSet};

/// How often parts are passed on from callees to callers; what is called more deeply counts as work.
const ROUNDS: usize = 32;

impl Ctx<'_> {
    /// What part of each function's time, with all it called, it waited or was in one of some other functions; by
    /// function, between 0 and 1. Only call graphs tell: everywhere else it is 0.
    pub(in super::super) fn waiting_below(&self, also: &[FunctionId]) -> Vec<f64> {
        let mut parts = vec![0.0; self.analysis.profile().functions().len()];
        let Some(graph) = self.graph() else { return parts };
        let metric = self.analysis.query().metric;
        let also = self.members(also);
        for (f, part) in parts.iter_mut().enumerate() {
            if also[f] || !self.bounds().activity_of(FunctionId::at(f)).is_active() {
                *part = 1.0;
            }
        }
        let settled: Vec<bool> = parts.iter().map(|&p| p > 0.0).collect();
        for _ in 0..ROUNDS {
            let mut changed = 0.0_f64;
            for f in (0..parts.len()).filter(|&f| !settled[f]) {
                let total = graph.total(metric)[f];
                if total <= 0 {
                    continue;
                }
                let waited: f64 = graph
                    .outgoing(FunctionId::at(f))
                    .filter(|&e| graph.edges()[e].callee.index() != f)
                    .map(|e| graph.edge_total(metric)[e].max(0) as f64 * parts[graph.edges()[e].callee.index()])
                    .sum();
                let part = (waited / total as f64).clamp(0.0, 1.0);
                changed = changed.max((part - parts[f]).abs());
                parts[f] = part;
            }
            if changed < 0.005 {
                break;
            }
        }
        parts
    }

    /// How much of its thread's time, imports aside, some functions took with all they called, and what part of that they
    /// waited; of the thread where that is most. `None` where nothing was sampled in them.
    pub(in super::super) fn waiting_of_its_thread(&self, functions: &[FunctionId]) -> Option<(f64, f64)> {
        let body = self.stack_body()?;
        let profile = self.analysis.profile();
        let stacks = &body.stacks;
        let members: FxHashSet<FunctionId> = functions.iter().copied().collect();
        let (mut inside, mut importing) = (vec![false; stacks.len()], vec![false; stacks.len()]);
        for stack in 1..stacks.len() {
            let function = profile.frame(stacks.frames()[stack]).function;
            let parent = stacks.parents()[stack].index();
            inside[stack] = inside[parent] || members.contains(&function);
            importing[stack] = importing[parent] || self.bounds().activity_of(function) == Activity::Importing;
        }
        // By thread: all, in the functions, and waiting there.
        let mut threads: FxHashMap<u32, (i64, i64, i64)> = FxHashMap::default();
        let metric = self.analysis.query().metric;
        let samples = &body.samples;
        for ((&stack, track), &weight) in samples.stacks().iter().zip(samples.tracks()).zip(samples.weights(metric)) {
            if importing[stack.index()] {
                continue;
            }
            let thread = threads.entry(track.0).or_default();
            thread.0 += weight;
            if inside[stack.index()] {
                thread.1 += weight;
                let leaf = body.stacks.frame(stack).map(|frame| profile.frame(frame).function);
                let waits = leaf.is_some_and(|f| !self.bounds().activity_of(f).is_active());
                thread.2 += if waits { weight } else { 0 };
            }
        }
        let (all, within, waiting) = threads.into_values().max_by_key(|&(_, within, _)| within)?;
        (within > 0).then(|| (within as f64 / all as f64, waiting as f64 / within as f64))
    }
}
