//! Whose time it was: what a group of functions cost, and which of the user's functions asked for it.

use super::super::spot::LineCosts;
use super::Ctx;
use crate::analyze::{Class, Classes};
use crate::model::{Body, CallGraph, FunctionId, MetricId, Profile, StackProfile};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// What a group of functions cost, counted once however they call each other.
#[derive(Clone, Copy, Default, Debug)]
pub(in super::super) struct Cost {
    /// With everything they called.
    pub(in super::super) total: i64,
    /// Calls from outside the group; `None` where calls were not counted.
    pub(in super::super) calls: Option<i64>,
}

/// A function of the user's that asked for something.
#[derive(Clone, Debug)]
pub(in super::super) struct Site {
    /// The function.
    pub(in super::super) function: FunctionId,
    /// What it called, directly, on the way there.
    pub(in super::super) via: FunctionId,
    /// The time it took.
    pub(in super::super) total: i64,
    /// Calls of `via`, where counted and `via` belongs to what was asked about.
    pub(in super::super) calls: Option<i64>,
    /// The line with most of it, 0 where not known.
    pub(in super::super) line: u32,
}

/// How far up a call graph the user's function is looked for.
const MAX_CLIMB: usize = 24;

impl Ctx<'_> {
    /// What a group of functions cost.
    pub(in super::super) fn cost(&self, set: &[FunctionId]) -> Cost {
        if set.is_empty() {
            return Cost::default();
        }
        let all: i64 = set.iter().map(|&f| self.inclusive(f)).sum();
        match (self.analysis.profile().body(), &self.stacks) {
            (Body::Graph(_), _) => {
                let entries = self.entries(set);
                let total: i64 = entries.iter().map(|e| e.total).sum();
                let calls = entries.iter().map(|e| e.calls).sum();
                Cost { total: total.min(all), calls: Some(calls) }
            }
            (Body::Stacks(body), Some(stacks)) => {
                let profile = self.analysis.profile();
                let mut total = 0;
                stacks.each_entry(profile, body, &self.members(set), |stack| total += stacks.totals[stack]);
                Cost { total, calls: None }
            }
            (Body::Stacks(_), None) | (Body::Lines(_), _) => Cost::default(),
        }
    }

    fn members(&self, set: &[FunctionId]) -> Vec<bool> {
        let mut members = vec![false; self.analysis.profile().functions().len()];
        for f in set {
            members[f.index()] = true;
        }
        members
    }

    /// Calls that enter a group from outside.
    fn entries(&self, set: &[FunctionId]) -> Vec<Entry> {
        let Some(graph) = self.graph() else { return Vec::new() };
        let metric = self.analysis.query().metric;
        let mixed = self.threads_are_mixed();
        let mut entries = Vec::new();
        for &callee in set {
            let recorded: i64 = graph.incoming(callee).iter().map(|&e| graph.edges()[e as usize].calls.max(0)).sum();
            let mut called = false;
            for &e in graph.incoming(callee) {
                let edge = &graph.edges()[e as usize];
                called = true;
                if set.binary_search(&edge.caller).is_err() {
                    // What importing calls is another matter.
                    let kept = 1.0 - self.bounds().imported(edge.caller);
                    let mut total = graph.edge_total(metric)[e as usize] as f64;
                    if mixed && recorded > 0 {
                        // Calls that another thread interrupted are recorded without their time.
                        let part = edge.calls.max(0) as f64 / recorded as f64;
                        total = total.max(graph.total(metric)[callee.index()] as f64 * part);
                    }
                    let total = (total * kept) as i64;
                    let calls = (edge.calls.max(0) as f64 * kept).round() as i64;
                    entries.push(Entry { caller: Some(edge.caller), callee, total, calls });
                }
            }
            if !called {
                let calls = graph.calls()[callee.index()].max(0);
                entries.push(Entry { caller: None, callee, total: graph.total(metric)[callee.index()], calls });
            }
        }
        entries
    }

    /// What would go away at most if a function of the user's stopped calling certain functions: what it calls on the way
    /// there, its own work around the calls, and what its callers do around theirs.
    pub(in super::super) fn around(&self, function: FunctionId, vias: &[FunctionId]) -> i64 {
        let Some(graph) = self.graph() else {
            let called: i64 = self.below(function, vias);
            return (called + self.own(function) + self.own_of_callers(function)).min(self.total());
        };
        let metric = self.analysis.query().metric;
        let called: i64 = graph
            .outgoing(function)
            .filter(|&e| vias.contains(&graph.edges()[e].callee))
            .map(|e| graph.edge_total(metric)[e])
            .sum();
        (called + self.work(function) + self.own_of_callers(function)).min(self.total())
    }

    /// The own time of the user's functions that call a function: making a call costs there.
    pub(in super::super) fn own_of_callers(&self, function: FunctionId) -> i64 {
        let mut callers: Vec<FunctionId> = match (self.graph(), self.stack_body()) {
            (Some(graph), _) => graph.incoming(function).iter().map(|&e| graph.edges()[e as usize].caller).collect(),
            (None, Some(body)) => self.calling_stacks(body, |f| f == function).map(|(caller, _)| caller).collect(),
            (None, None) => Vec::new(),
        };
        callers.sort_unstable();
        callers.dedup();
        callers.into_iter().filter(|&c| c != function && self.is_yours(c)).map(|c| self.own(c)).sum()
    }

    /// What a function's calls of certain others took, where stacks were sampled.
    fn below(&self, function: FunctionId, vias: &[FunctionId]) -> i64 {
        let (Some(body), Some(stacks)) = (self.stack_body(), &self.stacks) else { return 0 };
        let calls = self.calling_stacks(body, |f| vias.contains(&f));
        calls.filter(|(caller, _)| *caller == function).map(|(_, stack)| stacks.totals[stack]).sum()
    }

    /// Each stack that ends in a function of a kind, with the function that called it.
    fn calling_stacks<'s>(
        &'s self,
        body: &'s StackProfile,
        is_called: impl Fn(FunctionId) -> bool + 's,
    ) -> impl Iterator<Item = (FunctionId, usize)> + 's {
        let function = |stack: usize| self.analysis.profile().frame(body.stacks.frames()[stack]).function;
        (1..body.stacks.len()).filter_map(move |stack| {
            let parent = body.stacks.parents()[stack].index();
            (parent != 0 && is_called(function(stack))).then(|| (function(parent), stack))
        })
    }

    /// The user's functions that asked for a group of functions, those that asked for most first.
    pub(in super::super) fn sites(&self, set: &[FunctionId]) -> Vec<Site> {
        let mut sites: FxHashMap<(FunctionId, FunctionId), Site> = FxHashMap::default();
        match (self.analysis.profile().body(), &self.stacks) {
            (Body::Graph(_), _) => {
                for entry in self.entries(set) {
                    let Some(caller) = entry.caller else { continue };
                    self.climb(caller, &entry, &mut sites);
                }
            }
            (Body::Stacks(body), Some(stacks)) => {
                let profile = self.analysis.profile();
                let mut lines: FxHashMap<(FunctionId, FunctionId, u32), i64> = FxHashMap::default();
                stacks.each_entry(profile, body, &self.members(set), |stack| {
                    let mut via = body.stacks.frames()[stack];
                    let mut at = body.stacks.parents()[stack].index();
                    while at != 0 {
                        let frame = profile.frame(body.stacks.frames()[at]);
                        if self.is_yours(frame.function) {
                            let via = profile.frame(via).function;
                            *lines.entry((frame.function, via, frame.line)).or_default() += stacks.totals[stack];
                            return;
                        }
                        via = body.stacks.frames()[at];
                        at = body.stacks.parents()[at].index();
                    }
                });
                let mut lines: Vec<_> = lines.into_iter().collect();
                lines.sort_unstable_by_key(|&(key, total)| (Reverse(total), key));
                for ((function, via, line), total) in lines {
                    let site =
                        sites.entry((function, via)).or_insert(Site { function, via, total: 0, calls: None, line });
                    site.total += total;
                }
            }
            (Body::Stacks(_), None) | (Body::Lines(_), _) => {}
        }
        let mut sites: Vec<Site> = sites.into_values().collect();
        sites.sort_unstable_by_key(|s| (Reverse(s.total), s.function, s.via));
        sites
    }

    /// Divides what entered a group among the user's functions above, in the proportion of the recorded edges.
    fn climb(&self, from: FunctionId, entry: &Entry, sites: &mut FxHashMap<(FunctionId, FunctionId), Site>) {
        let Some(graph) = self.graph() else { return };
        let metric = self.analysis.query().metric;
        let mut open: Vec<(FunctionId, FunctionId, f64, usize)> = vec![(from, entry.callee, entry.total as f64, 0)];
        let mut seen: Vec<FunctionId> = Vec::new();
        while let Some((function, via, total, height)) = open.pop() {
            if self.is_yours(function) {
                let site =
                    sites.entry((function, via)).or_insert(Site { function, via, total: 0, calls: None, line: 0 });
                site.total += total.round() as i64;
                if via == entry.callee {
                    *site.calls.get_or_insert(0) += entry.calls;
                }
                continue;
            }
            if height == MAX_CLIMB || seen.contains(&function) {
                continue;
            }
            seen.push(function);
            let edges = graph.incoming(function);
            let all: i64 = edges.iter().map(|&e| graph.edge_total(metric)[e as usize].max(1)).sum();
            for &e in edges {
                let part = graph.edge_total(metric)[e as usize].max(1) as f64 / all as f64;
                // Less than one part in a hundred does not change who asked for it.
                if part >= 0.01 {
                    open.push((graph.edges()[e as usize].caller, function, total * part, height + 1));
                }
            }
        }
    }
}

/// Calls of a function of a group by one outside it.
struct Entry {
    /// `None` where nothing in the recording calls it.
    caller: Option<FunctionId>,
    callee: FunctionId,
    total: i64,
    calls: i64,
}

/// Recorded stacks by frame and line.
pub(super) struct StackCosts {
    /// By stack, with everything below it.
    pub(super) totals: Vec<i64>,
    /// Whether a module was being imported, by stack.
    importing: Vec<bool>,
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
        let mut totals = vec![0_i64; stacks.len()];
        let mut frames = vec![(0_i64, 0_i64); profile.frames().len()];
        for (stack, weight) in body.samples.stacks().iter().zip(body.samples.weights(metric)) {
            totals[stack.index()] += weight;
            // What a built-in function cost belongs to the line that called it, as where built-ins are not recorded.
            let mut at = stack.index();
            while at != 0 && classes.class_of(profile.frame(stacks.frames()[at]).function) == Class::BuiltIn {
                at = stacks.parents()[at].index();
            }
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
        let mut importing = vec![false; stacks.len()];
        for stack in 1..stacks.len() {
            let module = classes.module(profile.frame(stacks.frames()[stack]).function);
            importing[stack] = importing[stacks.parents()[stack].index()] || module.starts_with("importlib");
        }
        Self { totals, importing, ..Self::of_frames(profile, frames) }
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
        Self { totals: Vec::new(), importing: Vec::new(), frames, first, frames_of, lines }
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

    /// Every stack whose innermost frame is a member while none further out is.
    fn each_entry(&self, profile: &Profile, body: &StackProfile, members: &[bool], mut visit: impl FnMut(usize)) {
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

/// Which calls happened below certain functions.
pub(in super::super) enum Within {
    /// What part of each function's calls, by function.
    Graph(Vec<f64>),
    /// By stack.
    Stacks(Vec<bool>),
}

impl Ctx<'_> {
    /// What happened below `roots`, on their own thread: what a thread runs does not belong to the function that is on
    /// the stack where a recording mixes threads.
    pub(in super::super) fn within(&self, roots: &[FunctionId]) -> Within {
        let is_root = self.members(roots);
        let threads = self.members(&self.find(&["threading:_bootstrap"]));
        match self.analysis.profile().body() {
            Body::Graph(graph) => {
                let metric = self.analysis.query().metric;
                let begins = |f: usize| {
                    if is_root[f] {
                        Some(1.0)
                    } else if threads[f] {
                        Some(0.0)
                    } else {
                        None
                    }
                };
                Within::Graph(shares_below(graph, metric, !self.threads_are_mixed(), begins))
            }
            Body::Stacks(body) => {
                let stacks = &body.stacks;
                let mut inside = vec![false; stacks.len()];
                for stack in 1..stacks.len() {
                    let function = self.analysis.profile().frame(stacks.frames()[stack]).function;
                    inside[stack] = inside[stacks.parents()[stack].index()] || is_root[function.index()];
                }
                Within::Stacks(inside)
            }
            Body::Lines(_) => Within::Stacks(Vec::new()),
        }
    }

    /// What a group of functions cost below the roots of `within`, and the user's functions that asked for it there.
    pub(in super::super) fn sites_within(&self, set: &[FunctionId], within: &Within) -> Vec<Site> {
        let mut sites: FxHashMap<(FunctionId, FunctionId), Site> = FxHashMap::default();
        match (within, self.analysis.profile().body(), &self.stacks) {
            (Within::Graph(share), ..) => {
                for entry in self.entries(set) {
                    let Some(caller) = entry.caller else { continue };
                    let share = share[caller.index()];
                    if share > 0.05 {
                        let total = (entry.total as f64 * share) as i64;
                        self.climb(caller, &Entry { total, ..entry }, &mut sites);
                    }
                }
            }
            (Within::Stacks(inside), Body::Stacks(body), Some(stacks)) => {
                let profile = self.analysis.profile();
                stacks.each_entry(profile, body, &self.members(set), |stack| {
                    if !inside[stack] {
                        return;
                    }
                    let via = profile.frame(body.stacks.frames()[stack]).function;
                    let mut at = body.stacks.parents()[stack].index();
                    while at != 0 {
                        let frame = profile.frame(body.stacks.frames()[at]);
                        if self.is_yours(frame.function) {
                            let function = frame.function;
                            let site = Site { function, via, total: 0, calls: None, line: frame.line };
                            sites.entry((function, via)).or_insert(site).total += stacks.totals[stack];
                            return;
                        }
                        at = body.stacks.parents()[at].index();
                    }
                });
            }
            _ => {}
        }
        let mut sites: Vec<Site> = sites.into_values().collect();
        sites.sort_unstable_by_key(|s| (Reverse(s.total), s.function, s.via));
        sites
    }

    /// What part of a function's time passed below the roots of `within`.
    pub(in super::super) fn share_within(&self, function: FunctionId, within: &Within) -> f64 {
        match (within, self.analysis.profile().body(), &self.stacks) {
            (Within::Graph(share), ..) => share[function.index()],
            (Within::Stacks(inside), Body::Stacks(body), Some(stacks)) => {
                let (mut all, mut some) = (0, 0);
                stacks.each_entry(self.analysis.profile(), body, &self.members(&[function]), |stack| {
                    all += stacks.totals[stack];
                    some += if inside[stack] { stacks.totals[stack] } else { 0 };
                });
                if all > 0 { some as f64 / all as f64 } else { 0.0 }
            }
            _ => 0.0,
        }
    }
}

/// How often shares are passed on from callers to callees; deeper calls keep what the last round gave them.
const ROUNDS: usize = 24;

/// What part of each function's calls came from below certain functions, passed on along the edges by their time.
fn shares_below(
    graph: &CallGraph,
    metric: MetricId,
    totals_hold: bool,
    begins: impl Fn(usize) -> Option<f64>,
) -> Vec<f64> {
    let count = graph.calls().len();
    let mut shares: Vec<f64> = (0..count).map(|f| begins(f).unwrap_or(0.0)).collect();
    if shares.iter().all(|&s| s == 0.0) {
        return shares;
    }
    let totals = graph.edge_total(metric);
    for _ in 0..ROUNDS {
        let mut changed = 0.0_f64;
        for f in (0..count).filter(|&f| begins(f).is_none()) {
            let (mut all, mut below) = (0.0, 0.0);
            for &e in graph.incoming(FunctionId::at(f)) {
                let caller = graph.edges()[e as usize].caller;
                if caller.index() != f {
                    let weight = totals[e as usize].max(1) as f64;
                    all += weight;
                    below += weight * shares[caller.index()];
                }
            }
            // What no recorded call explains began outside. Where threads are mixed, totals exceed what was called.
            if totals_hold {
                all = all.max(graph.total(metric)[f] as f64);
            }
            let share = if all > 0.0 { below / all } else { 0.0 };
            changed = changed.max((share - shares[f]).abs());
            shares[f] = share;
        }
        if changed < 0.01 {
            break;
        }
    }
    shares
}
