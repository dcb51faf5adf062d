//! What happened below certain functions: on an event loop, in threads.

use super::Ctx;
use crate::model::{Body, CallGraph, FunctionId, MetricId};

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
