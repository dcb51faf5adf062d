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
    /// By function: what functions outside its cycle call it for.
    pub(super) from_outside: Vec<Called>,
    /// By function: what other functions of its cycle call it for. Few are in cycles, and fewer call themselves: the
    /// pages of the others are never written to.
    pub(super) from_cycle: Vec<Called>,
    /// By function.
    pub(super) by_itself: Vec<CalledByItself>,
}

impl Weights {
    pub(super) fn new(graph: &CallGraph, metric: MetricId) -> Self {
        let functions = graph.calls().len();
        let mut weights = Self {
            of_edges: Vec::with_capacity(graph.edges().len()),
            from_outside: vec![Called::default(); functions],
            from_cycle: vec![Called::default(); functions],
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
                weights.called_from_other(graph, edge).add(edge, weight);
            }
        }
        for f in (0..functions).map(FunctionId::at) {
            // Edges are sorted by caller, so these are sorted too.
            if weights.by_others(f) <= 0.0 && timed_by_itself.binary_search(&f).is_err() {
                weights.weigh_by_calls(graph, metric, f);
            }
        }
        weights
    }

    /// Weighs the edges into a function that has no time on any of them.
    fn weigh_by_calls(&mut self, graph: &CallGraph, metric: MetricId, f: FunctionId) {
        let incoming = graph.incoming(f);
        // Where nobody made some of the calls, those cost what was recorded, and the others did cost nothing.
        let called = incoming.iter().fold(0_i64, |sum, &e| sum.saturating_add(graph.edges()[e as usize].calls));
        if graph.has_calls() && graph.has_edge_costs() && graph.calls()[f.index()] > called {
            return;
        }
        // Scaled so that the edges together account for the function's total.
        let total = (graph.total(metric)[f.index()].max(0) as f64).max(1.0);
        let calls = |e: u32| graph.edges()[e as usize].calls.max(0) as f64;
        let sum: f64 = incoming.iter().map(|&e| calls(e)).sum();
        self.from_outside[f.index()].weight = 0.0;
        self.from_cycle[f.index()].weight = 0.0;
        for &e in incoming {
            let part = if sum > 0.0 { calls(e) / sum } else { 1.0 / incoming.len() as f64 };
            let (edge, weight) = (&graph.edges()[e as usize], total * part);
            self.of_edges[e as usize] = weight;
            if edge.caller != f {
                self.called_from_other(graph, edge).weight += weight;
            }
        }
    }

    /// What an edge between two functions counts for.
    #[inline]
    fn called_from_other(&mut self, graph: &CallGraph, edge: &CallEdge) -> &mut Called {
        let together = graph.cycles().are_together(edge.caller.0, edge.callee.0);
        let column = if together { &mut self.from_cycle } else { &mut self.from_outside };
        &mut column[edge.callee.index()]
    }

    /// What other functions call a function for.
    #[inline]
    pub(super) fn by_others(&self, f: FunctionId) -> f64 {
        self.from_outside[f.index()].weight + self.from_cycle[f.index()].weight
    }
}
