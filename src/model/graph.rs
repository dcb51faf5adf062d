//! Functions and caller → callee edges: what cProfile and callgrind record instead of stacks.

use super::{FunctionId, MetricId};

/// Calls of one function by another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallEdge {
    /// The function that calls.
    pub caller: FunctionId,
    /// The function that is called.
    pub callee: FunctionId,
    /// All calls along this edge.
    pub calls: i64,
    /// Calls that were not part of a recursion.
    pub primitive_calls: i64,
}

/// A call graph with exact figures per function and per edge. Whole stacks cannot be rebuilt from it.
#[derive(Debug, Default)]
pub struct CallGraph {
    /// Time or cost in the function itself: `[metric][function]`.
    pub(super) own: Vec<Vec<i64>>,
    /// Time or cost in the function and all it called: `[metric][function]`.
    pub(super) total: Vec<Vec<i64>>,
    /// All calls by function.
    pub(super) calls: Vec<i64>,
    /// Calls by function that were not part of a recursion.
    pub(super) primitive_calls: Vec<i64>,
    /// Sorted by caller, then callee; each pair once.
    pub(super) edges: Vec<CallEdge>,
    /// The callee's own cost when called along the edge: `[metric][edge]`.
    pub(super) edge_own: Vec<Vec<i64>>,
    /// The callee's total cost when called along the edge: `[metric][edge]`.
    pub(super) edge_total: Vec<Vec<i64>>,
    /// `first_out[f]..first_out[f + 1]` are the edges whose caller is `f`.
    pub(super) first_out: Vec<u32>,
    /// Edge numbers sorted by callee.
    pub(super) incoming: Vec<u32>,
    /// `first_in[f]..first_in[f + 1]` in `incoming` are the edges whose callee is `f`.
    pub(super) first_in: Vec<u32>,
    /// Whether the file recorded how often each function was called.
    pub(super) has_calls: bool,
}

impl CallGraph {
    /// The graph of groups of functions: `group_of[f]` is the group of function `f`, below `groups`. Costs in the groups
    /// themselves are exact; calls and totals are those that come from outside the group.
    pub fn grouped(&self, group_of: &[u32], groups: usize) -> Self {
        let metrics = self.own.len();
        let mut grouped = Self {
            own: vec![vec![0; groups]; metrics],
            total: vec![vec![0; groups]; metrics],
            calls: vec![0; groups],
            primitive_calls: vec![0; groups],
            has_calls: self.has_calls,
            ..Self::default()
        };
        let mut rows = EdgeRows::new(metrics);
        for f in (0..self.calls.len()).map(FunctionId::at) {
            let group = group_of[f.index()] as usize;
            let mut called_within = (0, 0);
            for &e in self.incoming(f) {
                let e = e as usize;
                let edge = self.edges[e];
                let caller = group_of[edge.caller.index()];
                if caller as usize == group {
                    called_within.0 += edge.calls;
                    called_within.1 += edge.primitive_calls;
                    continue;
                }
                rows.push(FunctionId(caller), FunctionId::at(group), (edge.calls, edge.primitive_calls), |m| {
                    (self.edge_own[m][e], self.edge_total[m][e])
                });
                for m in 0..metrics {
                    grouped.total[m][group] = grouped.total[m][group].saturating_add(self.edge_total[m][e]);
                }
            }
            grouped.calls[group] += (self.calls[f.index()] - called_within.0).max(0);
            grouped.primitive_calls[group] += (self.primitive_calls[f.index()] - called_within.1).max(0);
            for m in 0..metrics {
                grouped.own[m][group] = grouped.own[m][group].saturating_add(self.own[m][f.index()]);
                let through_callers: i64 = self.incoming(f).iter().map(|&e| self.edge_total[m][e as usize]).sum();
                let uncalled = (self.total[m][f.index()] - through_callers).max(0);
                grouped.total[m][group] = grouped.total[m][group].saturating_add(uncalled);
            }
        }
        rows.index_into(&mut grouped, groups);
        grouped
    }

    /// Cost in each function itself.
    pub fn own(&self, metric: MetricId) -> &[i64] {
        &self.own[metric.index()]
    }

    /// Cost in each function and all it called, as the profiler computed it.
    pub fn total(&self, metric: MetricId) -> &[i64] {
        &self.total[metric.index()]
    }

    /// All calls of each function, recursive ones included.
    pub fn calls(&self) -> &[i64] {
        &self.calls
    }

    /// Calls of each function that were not part of a recursion.
    pub fn primitive_calls(&self) -> &[i64] {
        &self.primitive_calls
    }

    /// Whether the file recorded calls at all.
    pub fn has_calls(&self) -> bool {
        self.has_calls
    }

    /// Every edge, sorted by caller and callee.
    pub fn edges(&self) -> &[CallEdge] {
        &self.edges
    }

    /// The callee's own cost along each edge.
    pub fn edge_own(&self, metric: MetricId) -> &[i64] {
        &self.edge_own[metric.index()]
    }

    /// The callee's total cost along each edge.
    pub fn edge_total(&self, metric: MetricId) -> &[i64] {
        &self.edge_total[metric.index()]
    }

    /// Numbers of the edges out of `caller`.
    pub fn outgoing(&self, caller: FunctionId) -> std::ops::Range<usize> {
        self.first_out[caller.index()] as usize..self.first_out[caller.index() + 1] as usize
    }

    /// Numbers of the edges into `callee`.
    pub fn incoming(&self, callee: FunctionId) -> &[u32] {
        &self.incoming[self.first_in[callee.index()] as usize..self.first_in[callee.index() + 1] as usize]
    }
}

/// Edges as they come, before they are sorted and summed.
#[derive(Debug, Default)]
pub(super) struct EdgeRows {
    edges: Vec<CallEdge>,
    own: Vec<Vec<i64>>,
    total: Vec<Vec<i64>>,
}

impl EdgeRows {
    pub(super) fn new(metrics: usize) -> Self {
        Self { edges: Vec::new(), own: vec![Vec::new(); metrics], total: vec![Vec::new(); metrics] }
    }

    /// Adds an edge; `costs` gives the callee's own and total cost along it for each metric.
    pub(super) fn push(
        &mut self,
        caller: FunctionId,
        callee: FunctionId,
        (calls, primitive_calls): (i64, i64),
        costs: impl Fn(usize) -> (i64, i64),
    ) {
        self.edges.push(CallEdge { caller, callee, calls, primitive_calls });
        for (m, (own, total)) in self.own.iter_mut().zip(&mut self.total).enumerate() {
            let (edge_own, edge_total) = costs(m);
            own.push(edge_own);
            total.push(edge_total);
        }
    }

    /// Sorts the edges into a graph of so many functions; edges that stand twice are summed.
    pub(super) fn index_into(self, graph: &mut CallGraph, functions: usize) {
        let mut order: Vec<u32> = (0..self.edges.len() as u32).collect();
        order.sort_unstable_by_key(|&e| {
            let edge = self.edges[e as usize];
            (edge.caller, edge.callee, e)
        });
        let metrics = self.own.len();
        graph.edges = Vec::with_capacity(order.len());
        graph.edge_own = vec![Vec::with_capacity(order.len()); metrics];
        graph.edge_total = vec![Vec::with_capacity(order.len()); metrics];
        for e in order.into_iter().map(|e| e as usize) {
            let edge = self.edges[e];
            match graph.edges.last_mut().filter(|l| l.caller == edge.caller && l.callee == edge.callee) {
                Some(last) => {
                    last.calls = last.calls.saturating_add(edge.calls);
                    last.primitive_calls = last.primitive_calls.saturating_add(edge.primitive_calls);
                    for m in 0..metrics {
                        add_to_last(&mut graph.edge_own[m], self.own[m][e]);
                        add_to_last(&mut graph.edge_total[m], self.total[m][e]);
                    }
                }
                None => {
                    graph.edges.push(edge);
                    for m in 0..metrics {
                        graph.edge_own[m].push(self.own[m][e]);
                        graph.edge_total[m].push(self.total[m][e]);
                    }
                }
            }
        }
        graph.first_out = offsets(functions, graph.edges.iter().map(|e| e.caller));
        graph.first_in = offsets(functions, graph.edges.iter().map(|e| e.callee));
        graph.incoming = (0..graph.edges.len() as u32).collect();
        graph.incoming.sort_by_key(|&e| graph.edges[e as usize].callee);
    }
}

fn add_to_last(column: &mut [i64], value: i64) {
    if let Some(last) = column.last_mut() {
        *last = last.saturating_add(value);
    }
}

/// `offsets[i]..offsets[i + 1]` is the run of row `i` in a list sorted by row.
fn offsets(rows: usize, of: impl Iterator<Item = FunctionId>) -> Vec<u32> {
    let mut offsets = vec![0_u32; rows + 1];
    for function in of {
        offsets[function.index() + 1] += 1;
    }
    for i in 1..offsets.len() {
        offsets[i] += offsets[i - 1];
    }
    offsets
}
