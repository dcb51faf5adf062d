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
    /// Whether the file recorded costs along edges.
    pub(super) has_edge_costs: bool,
}

impl CallGraph {
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

    /// Whether the file recorded what calls along each edge cost. If not, the costs of edges are the callee's figures
    /// split by how often each caller called it: an estimate.
    pub fn has_edge_costs(&self) -> bool {
        self.has_edge_costs
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
