//! Where the calls of each function come from: from the root, from outside its cycle, or from within its own calls.

use super::components::Components;
use crate::model::{CallEdge, CallGraph, FunctionId, MetricId};

/// Times in a file are rounded to about this much.
pub(super) const ROUNDING_NS: f64 = 1_000.0;

/// Where the calls of each function come from.
pub(super) struct Entries {
    /// By function: the part of what its cycle calls it for that goes to recursive calls.
    recursive_part: Vec<f64>,
    calls_itself: Vec<bool>,
    /// By function: what comes from no recorded caller, as a weight.
    pub(super) from_root: Vec<f64>,
}

#[derive(Clone, Copy, Default)]
struct Called {
    calls: i64,
    weight: f64,
}

impl Called {
    fn add(&mut self, edge: &CallEdge, weight: f64) {
        self.calls = self.calls.saturating_add(edge.calls.max(0));
        self.weight += weight;
    }
}

/// The calls of a function by where they come from.
struct Sources {
    callers: usize,
    outside: Called,
    /// From other functions of its cycle.
    within: Called,
    by_itself: i64,
}

impl Entries {
    pub(super) fn new(graph: &CallGraph, metric: MetricId, cycles: &Components, weights: &[f64]) -> Self {
        let functions = graph.calls().len();
        // Columns, since few functions have calls from within: those of the others are never touched.
        let mut outside = vec![Called::default(); functions];
        let mut within = vec![Called::default(); functions];
        let mut by_itself = vec![0_i64; functions];
        let mut entries = Self {
            recursive_part: vec![0.0; functions],
            calls_itself: vec![false; functions],
            from_root: vec![0.0; functions],
        };
        for (edge, &weight) in graph.edges().iter().zip(weights) {
            let callee = edge.callee.index();
            if edge.caller == edge.callee {
                by_itself[callee] = by_itself[callee].saturating_add(edge.calls.max(0));
                entries.calls_itself[callee] = true;
            } else if cycles.are_together(edge.caller.0, edge.callee.0) {
                within[callee].add(edge, weight);
            } else {
                outside[callee].add(edge, weight);
            }
        }
        for f in (0..functions).map(FunctionId::at) {
            let sources = Sources {
                callers: graph.incoming(f).len(),
                outside: outside[f.index()],
                within: within[f.index()],
                by_itself: by_itself[f.index()],
            };
            entries.enter(graph, metric, f, &sources);
        }
        entries
    }

    fn enter(&mut self, graph: &CallGraph, metric: MetricId, f: FunctionId, sources: &Sources) {
        let Sources { callers, outside, within, by_itself } = sources;
        let total = graph.total(metric)[f.index()].max(0) as f64;
        let all_calls = graph.calls()[f.index()];
        let counted = graph.has_calls() && all_calls > 0;
        let calls = within.calls.saturating_add(outside.calls).saturating_add(*by_itself);
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
        self.recursive_part[f.index()] = recursive_part;
        let called = outside.weight + within.weight * (1.0 - recursive_part);
        let rounding = *callers as f64 * ROUNDING_NS + total * 1e-6;
        self.from_root[f.index()] = if *callers == 0 || root_calls > 0 {
            (total - called).max(1.0)
        } else if !counted && total - called > rounding {
            total - called
        } else {
            0.0
        };
    }

    /// Whether a function has recursive calls.
    pub(super) fn is_recursive(&self, function: FunctionId) -> bool {
        self.calls_itself[function.index()] || self.recursive_part[function.index()] > 0.0
    }

    /// The part of what an edge carries that goes to recursive calls.
    #[inline]
    pub(super) fn recursive_part(&self, edge: &CallEdge, cycles: &Components) -> f64 {
        if edge.caller == edge.callee {
            // A call of itself is recursive by definition.
            return 1.0;
        }
        let part = self.recursive_part[edge.callee.index()];
        if part > 0.0 && cycles.are_together(edge.caller.0, edge.callee.0) { part } else { 0.0 }
    }
}
