//! What each thread did, where they are told apart.

use super::super::context::Within;
use super::Ctx;
use crate::analyze::Activity;
use crate::model::FunctionId;
use rustc_hash::{FxHashMap, FxHashSet};

/// What a thread computed in Python code of the user's.
pub(in super::super) struct ThreadWork {
    /// Where most of it was.
    pub(in super::super) function: FunctionId,
    pub(in super::super) amount: i64,
}

impl Ctx<'_> {
    /// The user's Python code that each thread ran, itself.
    pub(in super::super) fn python_by_thread(&self) -> Vec<ThreadWork> {
        let Some(body) = self.stack_body() else { return Vec::new() };
        let profile = self.analysis.profile();
        let metric = self.analysis.query().metric;
        let samples = &body.samples;
        let mut by_function: FxHashMap<(u32, FunctionId), i64> = FxHashMap::default();
        for ((stack, track), weight) in samples.stacks().iter().zip(samples.tracks()).zip(samples.weights(metric)) {
            let Some(frame) = body.stacks.frame(*stack) else { continue };
            let function = profile.frame(frame).function;
            if self.is_yours(function) && self.bounds().activity_of(function) == Activity::Python {
                *by_function.entry((track.0, function)).or_default() += weight;
            }
        }
        let mut threads: FxHashMap<u32, (ThreadWork, i64)> = FxHashMap::default();
        let mut rows: Vec<_> = by_function.into_iter().collect();
        rows.sort_unstable();
        for ((track, function), amount) in rows {
            let (work, most) = threads.entry(track).or_insert((ThreadWork { function, amount: 0 }, 0));
            work.amount += amount;
            if amount > *most {
                *most = amount;
                work.function = function;
            }
        }
        let mut threads: Vec<(u32, ThreadWork)> = threads.into_iter().map(|(track, (work, _))| (track, work)).collect();
        threads.sort_by_key(|(track, _)| *track);
        threads.into_iter().map(|(_, work)| work).collect()
    }

    /// How many threads were found in a function itself.
    pub(in super::super) fn threads_with(&self, function: FunctionId) -> usize {
        let Some(body) = self.stack_body() else { return 0 };
        let profile = self.analysis.profile();
        let here = |stack| body.stacks.frame(stack).is_some_and(|f| profile.frame(f).function == function);
        let samples = body.samples.stacks().iter().zip(body.samples.tracks());
        samples.filter(|(stack, _)| here(**stack)).map(|(_, track)| track.0).collect::<FxHashSet<u32>>().len()
    }

    /// What ran in threads that the program started.
    pub(in super::super) fn within_threads(&self) -> Within {
        self.within(&self.find(&["threading:_bootstrap"]))
    }

    /// How long the samples that follow each other in a function last on average, in nanoseconds, and how many such
    /// stretches there are; `None` where samples have no order.
    pub(in super::super) fn mean_stretch(&self, function: FunctionId) -> Option<(f64, i64)> {
        let body = self.stack_body()?;
        let profile = self.analysis.profile();
        let stacks = &body.stacks;
        if profile.origin().time == crate::model::TimeMeaning::None {
            return None;
        }
        let mut holds = vec![false; stacks.len()];
        for stack in 1..stacks.len() {
            let here = profile.frame(stacks.frames()[stack]).function == function;
            holds[stack] = here || holds[stacks.parents()[stack].index()];
        }
        let metric = self.analysis.query().metric;
        let (mut all, mut stretches) = (0_i64, 0_i64);
        let mut last: FxHashMap<u32, bool> = FxHashMap::default();
        let samples = &body.samples;
        for ((stack, track), weight) in samples.stacks().iter().zip(samples.tracks()).zip(samples.weights(metric)) {
            let inside = holds[stack.index()];
            let before = last.insert(track.0, inside).unwrap_or(false);
            if inside {
                all += weight;
                stretches += i64::from(!before);
            }
        }
        let ns = self.nanoseconds(all)?;
        (stretches > 0).then(|| (ns as f64 / stretches as f64, stretches))
    }
}
