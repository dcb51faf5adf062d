//! What each thread did, where they are told apart.

use super::super::context::Within;
use super::Ctx;
use crate::analyze::Activity;
use crate::model::{FrameId, FunctionId};
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// What a thread computed in Python code of the user's.
pub(in super::super) struct ThreadWork {
    /// Where most of it was.
    pub(in super::super) function: FunctionId,
    pub(in super::super) amount: i64,
}

/// What a function did in samples that follow each other.
pub(in super::super) struct Stretches {
    pub(in super::super) function: FunctionId,
    /// The line with most of it, 0 where lines were not recorded.
    pub(in super::super) line: u32,
    pub(in super::super) amount: i64,
    /// How many runs of samples that is.
    pub(in super::super) runs: i64,
    /// What one sample stands for, on average.
    pub(in super::super) of_a_sample: i64,
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

    /// What part of a recording its one thread spent waiting for threads and processes that it started; `None` where the
    /// others were recorded, too, or that is no large part.
    pub(in super::super) fn waiting_for_threads(&self) -> Option<f64> {
        const LARGE: f64 = 0.4;
        let started = [
            "_thread.start_new_thread",
            "_thread.start_joinable_thread",
            "multiprocessing.pool:__init__",
            "concurrent.futures.process:submit",
        ];
        if self.recording != super::Recording::Calls || self.threads_are_mixed() || !self.has(&started) {
            return None;
        }
        let waiting = self.bounds().share(Activity::Locks) + self.bounds().share(Activity::Waiting);
        (waiting >= LARGE).then_some(waiting)
    }

    /// The functions of the files at hand that are handed to threads and executors, and those of the same file that
    /// these call.
    pub(in super::super) fn handed_to_threads(&self) -> Vec<(Rc<Facts>, ScopeId)> {
        /// The user's functions whose files are looked into.
        const MOST: usize = 50;
        let mut found: Vec<(Rc<Facts>, ScopeId)> = Vec::new();
        let mut files: Vec<Rc<Facts>> = Vec::new();
        for (facts, _) in self.yours_by_total().into_iter().take(MOST).filter_map(|f| self.source(f)) {
            if !files.iter().any(|f| Rc::ptr_eq(f, &facts)) {
                files.push(facts);
            }
        }
        for facts in files {
            let mut open = handed_over(&facts);
            let mut seen: FxHashSet<ScopeId> = FxHashSet::default();
            while let Some(scope) = open.pop() {
                if !seen.insert(scope) {
                    continue;
                }
                found.push((Rc::clone(&facts), scope));
                let names = facts.calls_in(scope).filter_map(|c| facts.tree().child(c, Role::Func));
                open.extend(names.filter_map(|n| only_one(facts.functions_named(facts.tree().name(n)))));
            }
        }
        found
    }

    /// What ran in threads that the program started.
    pub(in super::super) fn within_threads(&self) -> Within {
        self.within(&self.find(&["threading:_bootstrap"]))
    }

    /// What some functions did, with all they called, in lines that do not `wait` and not in the functions of `without`;
    /// for each function, in samples that follow each other. Empty where samples have no order.
    pub(in super::super) fn work_at_a_stretch(
        &self,
        functions: &[FunctionId],
        without: &[FunctionId],
        waits: impl Fn(FunctionId, u32) -> bool,
    ) -> Vec<Stretches> {
        let Some(body) = self.stack_body() else { return Vec::new() };
        let profile = self.analysis.profile();
        if profile.origin().time == crate::model::TimeMeaning::None {
            return Vec::new();
        }
        // By stack: the innermost of the functions that is at work in it, and the frame it is in.
        let stacks = &body.stacks;
        let mut at_work: Vec<Option<(usize, FrameId)>> = vec![None; stacks.len()];
        let mut waiting: FxHashMap<FrameId, bool> = FxHashMap::default();
        let without: FxHashSet<FunctionId> = without.iter().copied().collect();
        for stack in 1..stacks.len() {
            let id = stacks.frames()[stack];
            let frame = profile.frame(id);
            let around = at_work[stacks.parents()[stack].index()];
            let here = functions.iter().position(|&f| f == frame.function).map(|i| (i, id)).or(around);
            // Only below one of the functions is it worth a look at the source.
            let yours = here.is_some() && self.is_yours(frame.function);
            let waits = without.contains(&frame.function)
                || yours && *waiting.entry(id).or_insert_with(|| waits(frame.function, frame.line));
            at_work[stack] = here.filter(|_| !waits);
        }
        let metric = self.analysis.query().metric;
        let samples = &body.samples;
        let mut found: Vec<(Stretches, FxHashMap<FrameId, i64>, i64)> = functions
            .iter()
            .map(|&function| {
                let none = Stretches { function, line: 0, amount: 0, runs: 0, of_a_sample: 0 };
                (none, FxHashMap::default(), 0)
            })
            .collect();
        let mut last: FxHashMap<u32, Option<usize>> = FxHashMap::default();
        for ((stack, track), &weight) in samples.stacks().iter().zip(samples.tracks()).zip(samples.weights(metric)) {
            let here = at_work[stack.index()];
            let before = last.insert(track.0, here.map(|(i, _)| i)).flatten();
            if let Some((i, frame)) = here {
                let (work, frames, count) = &mut found[i];
                work.amount += weight;
                work.runs += i64::from(before != Some(i));
                *frames.entry(frame).or_default() += weight;
                *count += 1;
            }
        }
        found.retain(|(work, ..)| work.runs > 0);
        let placed = found.into_iter().map(|(mut work, frames, count)| {
            let most = frames.into_iter().max_by_key(|&(frame, amount)| (amount, std::cmp::Reverse(frame)));
            work.line = most.map_or(0, |(frame, _)| profile.frame(frame).line);
            work.of_a_sample = work.amount / count.max(1);
            work
        });
        placed.collect()
    }
}

/// The functions of a file that are handed to something that runs them elsewhere, and the `run` of its threads.
fn handed_over(facts: &Facts) -> Vec<ScopeId> {
    let tree = facts.tree();
    let named = |n: NodeId| matches!(tree.kind(n), Kind::Name | Kind::Attribute).then(|| tree.name(n));
    let calls = ["Thread", "submit", "map", "imap", "imap_unordered", "apply_async", "starmap"]
        .iter()
        .flat_map(|called| facts.calls_of(called).iter().copied());
    let first = calls.filter_map(|c| facts.keyword(c, "target").or_else(|| facts.arguments(c).next()));
    let mut found: Vec<ScopeId> =
        first.filter_map(named).filter_map(|name| only_one(facts.functions_named(name))).collect();
    let is_thread = |scope: &ScopeId| {
        facts.class_around(*scope).is_some_and(|class| {
            let mut bases = tree.children_as(facts.scope(class).node, Role::Base);
            bases.any(|b| matches!(tree.name(b), "Thread" | "Process"))
        })
    };
    found.extend(facts.functions_named("run").iter().copied().filter(is_thread));
    found
}

fn only_one(all: &[ScopeId]) -> Option<ScopeId> {
    match all {
        [only] => Some(*only),
        _ => None,
    }
}
