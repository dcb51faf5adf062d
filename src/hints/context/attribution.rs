//! Whose time it was: what a group of functions cost, and which of the user's functions asked for it.

use super::Ctx;
use super::stacks::StackCosts;
use super::within::Within;
use crate::model::{Body, FunctionId, StackProfile};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BTreeMap;

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

/// Sites by the function that asked, and what it called.
type Sites = FxHashMap<(FunctionId, FunctionId), Site>;

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

    pub(super) fn members(&self, set: &[FunctionId]) -> Vec<bool> {
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
        self.sites_where(set, None)
    }

    /// The user's functions that asked for a group of functions below the roots of `within`.
    pub(in super::super) fn sites_within(&self, set: &[FunctionId], within: &Within) -> Vec<Site> {
        self.sites_where(set, Some(within))
    }

    fn sites_where(&self, set: &[FunctionId], within: Option<&Within>) -> Vec<Site> {
        let sites = match (self.analysis.profile().body(), &self.stacks) {
            (Body::Graph(_), _) => self.counted_sites(set, within),
            (Body::Stacks(body), Some(stacks)) => self.sampled_sites(body, stacks, set, within),
            (Body::Stacks(_), None) | (Body::Lines(_), _) => Sites::default(),
        };
        let mut sites: Vec<Site> = sites.into_values().collect();
        sites.sort_unstable_by_key(|s| (Reverse(s.total), s.function, s.via));
        sites
    }

    /// Divides what entered a group among the user's functions above, in the proportion of the recorded edges.
    fn counted_sites(&self, set: &[FunctionId], within: Option<&Within>) -> Sites {
        let Some(graph) = self.graph() else { return Sites::default() };
        let mut sites = Sites::default();
        let none = |function, via| Site { function, via, total: 0, calls: None, line: 0 };
        // What others than the user's functions asked for, by who asked.
        let mut open: BTreeMap<FunctionId, f64> = BTreeMap::new();
        for entry in self.entries(set) {
            let Some(caller) = entry.caller else { continue };
            let share = match within {
                Some(Within::Graph(shares)) => shares[caller.index()],
                _ => 1.0,
            };
            // What hardly ever happened there happened elsewhere.
            if share <= 0.05 {
                continue;
            }
            if self.is_yours(caller) {
                let site = sites.entry((caller, entry.callee)).or_insert(none(caller, entry.callee));
                site.total += (entry.total as f64 * share) as i64;
                *site.calls.get_or_insert(0) += entry.calls;
            } else {
                *open.entry(caller).or_default() += entry.total as f64 * share;
            }
        }
        let totals = graph.edge_total(self.analysis.query().metric);
        for _ in 0..MAX_CLIMB {
            let mut above: BTreeMap<FunctionId, f64> = BTreeMap::new();
            for (function, amount) in open {
                // A function is not asked by itself.
                let callers = graph.incoming(function).iter().map(|&e| e as usize);
                let callers = callers.filter(|&e| graph.edges()[e].caller != function);
                let all: f64 = callers.clone().map(|e| totals[e].max(1) as f64).sum();
                for e in callers {
                    let (caller, part) = (graph.edges()[e].caller, totals[e].max(1) as f64 / all);
                    if self.is_yours(caller) {
                        let site = sites.entry((caller, function)).or_insert(none(caller, function));
                        site.total += (amount * part).round() as i64;
                    } else if part >= 0.01 {
                        // Less than one part in a hundred does not change who asked for it.
                        *above.entry(caller).or_default() += amount * part;
                    }
                }
            }
            open = above;
        }
        sites
    }

    fn sampled_sites(
        &self,
        body: &StackProfile,
        stacks: &StackCosts,
        set: &[FunctionId],
        within: Option<&Within>,
    ) -> Sites {
        let profile = self.analysis.profile();
        let frame = |stack: usize| profile.frame(body.stacks.frames()[stack]);
        let mut lines: FxHashMap<(FunctionId, FunctionId, u32), i64> = FxHashMap::default();
        stacks.each_entry(profile, body, &self.members(set), |stack| {
            if matches!(within, Some(Within::Stacks(inside)) if !inside[stack]) {
                return;
            }
            if let Some((yours, via)) = stacks.asked_by(stack) {
                let (yours, via) = (frame(yours), frame(via).function);
                *lines.entry((yours.function, via, yours.line)).or_default() += stacks.totals[stack];
            }
        });
        let mut lines: Vec<_> = lines.into_iter().collect();
        lines.sort_unstable_by_key(|&(key, total)| (Reverse(total), key));
        let mut sites = Sites::default();
        for ((function, via, line), total) in lines {
            let none = Site { function, via, total: 0, calls: None, line };
            sites.entry((function, via)).or_insert(none).total += total;
        }
        sites
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
