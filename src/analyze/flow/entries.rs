//! Where the calls of each function come from: from the root, from outside its cycle, or from within its own calls.

use super::weights::Weights;
use crate::model::{CallGraph, Components, FunctionId, MetricId};

/// Times in a file are rounded to about this much.
pub(super) const ROUNDING_NS: f64 = 1_000.0;

/// Where the calls of each function come from.
pub(super) struct Entries {
    /// By function: the part of what its cycle calls it for that goes to recursive calls.
    recursive_part: Vec<f64>,
    /// By function: whether it has recursive calls.
    pub(super) recursive: Vec<bool>,
    /// By function: what comes from no recorded caller, as a weight.
    pub(super) from_root: Vec<f64>,
}

impl Entries {
    pub(super) fn new(graph: &CallGraph, metric: MetricId, weights: &Weights) -> Self {
        let functions = graph.calls().len();
        let mut entries = Self {
            recursive_part: vec![0.0; functions],
            recursive: vec![false; functions],
            from_root: Vec::with_capacity(functions),
        };
        for f in (0..functions).map(FunctionId::at) {
            entries.enter(graph, metric, f, weights);
        }
        entries
    }

    fn enter(&mut self, graph: &CallGraph, metric: MetricId, f: FunctionId, weights: &Weights) {
        let (outside, within) = (weights.from_outside[f.index()], weights.from_cycle[f.index()]);
        let by_itself = weights.by_itself[f.index()];
        let callers = graph.incoming(f).len();
        let total = graph.total(metric)[f.index()].max(0) as f64;
        let all_calls = graph.calls()[f.index()];
        let counted = graph.has_calls() && all_calls > 0;
        let calls = within.calls.saturating_add(outside.calls).saturating_add(by_itself.calls);
        let root_calls = if counted { all_calls.saturating_sub(calls).max(0) } else { 0 };
        // The part of the calls within the cycle that are outermost calls of the function.
        let outermost = if within.weight <= 0.0 {
            1.0
        } else if root_calls > 0 {
            let primitive = graph.primitive_calls()[f.index()].saturating_sub(outside.calls).saturating_sub(root_calls);
            primitive.max(0) as f64 / within.calls.max(1) as f64
        } else {
            (total - outside.weight) / within.weight
        };
        // Crumbs of rounding are no recursion.
        let recursive_part = 1.0 - outermost.clamp(0.0, 1.0);
        let recursive_part = if recursive_part < 1e-4 { 0.0 } else { recursive_part };
        if recursive_part > 0.0 {
            self.recursive_part[f.index()] = recursive_part;
        }
        self.recursive[f.index()] = recursive_part > 0.0 || by_itself.edges > 0;
        let called = outside.weight + within.weight * (1.0 - recursive_part);
        let rounding = callers as f64 * ROUNDING_NS + total * 1e-6;
        self.from_root.push(if callers == 0 || root_calls > 0 {
            (total - called).max(1.0)
        } else if !counted && total - called > rounding {
            total - called
        } else {
            0.0
        });
    }

    /// Whether a function has recursive calls.
    #[inline]
    pub(super) fn is_recursive(&self, function: FunctionId) -> bool {
        self.recursive[function.index()]
    }

    /// The part of what a call carries that goes to recursive calls.
    #[inline]
    pub(super) fn recursive_part(&self, caller: FunctionId, callee: FunctionId, cycles: &Components) -> f64 {
        if caller == callee {
            // A call of itself is recursive by definition.
            return 1.0;
        }
        let part = self.recursive_part[callee.index()];
        if part > 0.0 && cycles.are_together(caller.0, callee.0) { part } else { 0.0 }
    }
}
