//! What each edge of a call graph weighs, and what that makes for each function.

use crate::model::{CallEdge, CallGraph, FunctionId, MetricId};

/// What a function is called for along several edges.
#[derive(Clone, Copy, Default)]
pub(super) struct Called {
    pub(super) calls: i64,
    pub(super) weight: f64,
}

impl Called {
    #[inline]
    pub(super) fn add(&mut self, edge: &CallEdge, weight: f64) {
        self.calls = self.calls.saturating_add(edge.calls.max(0));
        self.weight += weight;
    }
}

/// What a function calls itself for.
#[derive(Clone, Copy, Default)]
pub(super) struct CalledByItself {
    /// 0 or 1.
    pub(super) edges: u32,
    pub(super) calls: i64,
}

/// The weights of edges, summed by callee.
pub(super) struct Weights {
    /// By edge: its time; where a callee's edges have none, calls; where there are no calls, evenly.
    pub(super) of_edges: Vec<f64>,
    /// By function: what other functions call it for.
    pub(super) by_others: Vec<Called>,
    /// By function. Few call themselves: the pages of the others are never written to.
    pub(super) by_itself: Vec<CalledByItself>,
}

impl Weights {
    pub(super) fn new(graph: &CallGraph, metric: MetricId) -> Self {
        let functions = graph.calls().len();
        let mut weights = Self {
            of_edges: Vec::with_capacity(graph.edges().len()),
            by_others: vec![Called::default(); functions],
            by_itself: vec![CalledByItself::default(); functions],
        };
        let mut timed_by_itself = Vec::new();
        for (edge, &total) in graph.edges().iter().zip(graph.edge_total(metric)) {
            let weight = total.max(0) as f64;
            weights.of_edges.push(weight);
            if edge.caller == edge.callee {
                weights.by_itself[edge.callee.index()] = CalledByItself { edges: 1, calls: edge.calls.max(0) };
                if weight > 0.0 {
                    timed_by_itself.push(edge.callee);
                }
            } else {
                weights.by_others[edge.callee.index()].add(edge, weight);
            }
        }
        for f in (0..functions).map(FunctionId::at) {
            // Edges are sorted by caller, so these are sorted too.
            if weights.by_others[f.index()].weight <= 0.0 && timed_by_itself.binary_search(&f).is_err() {
                weights.weigh_by_calls(graph, metric, f);
            }
        }
        weights
    }

    /// Weighs the edges into a function that has no time on any of them.
    fn weigh_by_calls(&mut self, graph: &CallGraph, metric: MetricId, f: FunctionId) {
        let incoming = graph.incoming(f);
        // Where nobody made some of the calls, those cost what was recorded, and the others did cost nothing.
        let called: i64 = incoming.iter().map(|&e| graph.edges()[e as usize].calls).sum();
        if graph.has_calls() && graph.has_edge_costs() && graph.calls()[f.index()] > called {
            return;
        }
        // Scaled so that the edges together account for the function's total.
        let total = (graph.total(metric)[f.index()].max(0) as f64).max(1.0);
        let calls = |e: u32| graph.edges()[e as usize].calls.max(0) as f64;
        let sum: f64 = incoming.iter().map(|&e| calls(e)).sum();
        let mut by_others = 0.0;
        for &e in incoming {
            let part = if sum > 0.0 { calls(e) / sum } else { 1.0 / incoming.len() as f64 };
            self.of_edges[e as usize] = total * part;
            if graph.edges()[e as usize].caller != f {
                by_others += total * part;
            }
        }
        self.by_others[f.index()].weight = by_others;
    }
}
