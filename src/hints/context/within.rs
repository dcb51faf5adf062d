//! What happened below certain functions: on an event loop, in threads.

use super::Ctx;
use crate::analyze::shares_below;
use crate::model::{Body, FunctionId};

/// How often shares are passed on from callers to callees; deeper calls keep what the last round gave them.
const ROUNDS: usize = 24;

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
                let given = |f: FunctionId| match (is_root[f.index()], threads[f.index()]) {
                    (true, _) => Some(1.0),
                    (false, true) => Some(0.0),
                    (false, false) => None,
                };
                Within::Graph(shares_below(graph, metric, ROUNDS, !self.threads_are_mixed(), given))
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
