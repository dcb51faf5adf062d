//! Functions and caller → callee edges: what cProfile and callgrind record instead of stacks.

use super::{Components, FunctionId, MetricId, both};

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
    /// By edge: its callee. A column of its own, since walks from call to call need nothing else.
    pub(super) callees: Vec<FunctionId>,
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
    /// Functions that call each other in circles, and an order of callees before callers.
    pub(super) cycles: Components,
    /// Functions of a union that this graph does not hold; empty where it holds every one.
    pub(super) missing: Vec<bool>,
    /// Whether the file recorded how often each function was called.
    pub(super) has_calls: bool,
    /// Whether the file recorded costs along edges.
    pub(super) has_edge_costs: bool,
}

impl CallGraph {
    /// The graph of groups of functions: `group_of[f]` is the group of function `f`, below `groups`. Costs in the groups
    /// themselves are exact; calls and totals are those that come from outside the group.
    #[must_use]
    pub fn grouped(&self, group_of: &[u32], groups: usize) -> Self {
        let metrics = self.own.len();
        let mut grouped = Self {
            own: vec![vec![0; groups]; metrics],
            total: vec![vec![0; groups]; metrics],
            edge_own: vec![Vec::new(); metrics],
            edge_total: vec![Vec::new(); metrics],
            calls: vec![0; groups],
            primitive_calls: vec![0; groups],
            has_calls: self.has_calls,
            has_edge_costs: self.has_edge_costs,
            ..Self::default()
        };
        if !self.missing.is_empty() {
            grouped.missing = vec![true; groups];
            for f in (0..self.calls.len()).filter(|&f| !self.missing[f]) {
                grouped.missing[group_of[f] as usize] = false;
            }
        }
        let functions = self.calls.len();
        // By function: calls from its own group, and what was recorded along all calls of it.
        let mut within = vec![(0_i64, 0_i64); functions];
        let mut through_callers = vec![vec![0_i64; functions]; metrics];
        let starts = run_starts(groups, group_of.iter().map(|g| FunctionId(*g)));
        let members = counting_sort(&starts, 0..functions as u32, |f| FunctionId(group_of[f as usize]));
        let mut joined = JoinedEdges::new(groups, metrics);
        for (group, run) in (0..).zip(starts.windows(2)) {
            for &f in &members[run[0] as usize..run[1] as usize] {
                for e in self.outgoing(FunctionId(f)) {
                    let callee = self.callees[e].index();
                    for (through, total) in through_callers.iter_mut().zip(&self.edge_total) {
                        through[callee] = through[callee].saturating_add(total[e]);
                    }
                    let (edge, to) = (&self.edges[e], group_of[callee]);
                    if to == group {
                        within[callee].0 = within[callee].0.saturating_add(edge.calls);
                        within[callee].1 = within[callee].1.saturating_add(edge.primitive_calls);
                        continue;
                    }
                    for (grouped, total) in grouped.total.iter_mut().zip(&self.edge_total) {
                        let grouped = &mut grouped[to as usize];
                        *grouped = grouped.saturating_add(total[e]);
                    }
                    joined.add(group, to, edge, self.edge_own.iter().chain(&self.edge_total).map(|column| column[e]));
                }
            }
            joined.end_caller(&mut grouped);
        }
        for f in 0..functions {
            let group = group_of[f] as usize;
            let from_outside = |calls: i64, within: i64| calls.saturating_sub(within).max(0);
            let all = from_outside(self.calls[f], within[f].0);
            let primitive = from_outside(self.primitive_calls[f], within[f].1);
            grouped.calls[group] = grouped.calls[group].saturating_add(all);
            grouped.primitive_calls[group] = grouped.primitive_calls[group].saturating_add(primitive);
            for (m, through) in through_callers.iter().enumerate() {
                grouped.own[m][group] = grouped.own[m][group].saturating_add(self.own[m][f]);
                let uncalled = self.total[m][f].saturating_sub(through[f]).max(0);
                grouped.total[m][group] = grouped.total[m][group].saturating_add(uncalled);
            }
        }
        grouped.index_edges(groups);
        grouped
    }

    /// Indexes edges that are sorted by caller, then callee.
    fn index_edges(&mut self, functions: usize) {
        self.callees = self.edges.iter().map(|e| e.callee).collect();
        self.first_out = run_starts(functions, self.edges.iter().map(|e| e.caller));
        self.first_in = run_starts(functions, self.callees.iter().copied());
        self.incoming = counting_sort(&self.first_in, 0..self.edges.len() as u32, |e| self.callees[e as usize]);
        self.cycles = Components::new(functions, |f| self.callees(FunctionId(f)).iter().map(|callee| callee.0));
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

    /// Whether the graph holds a function. One that was aligned with another lacks what only that has.
    pub fn holds(&self, function: FunctionId) -> bool {
        !self.missing.get(function.index()).copied().unwrap_or(false)
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

    /// The functions a function calls, in the order of its [outgoing](Self::outgoing) edges.
    #[inline]
    pub fn callees(&self, caller: FunctionId) -> &[FunctionId] {
        &self.callees[self.outgoing(caller)]
    }

    /// Numbers of the edges out of `caller`.
    pub fn outgoing(&self, caller: FunctionId) -> std::ops::Range<usize> {
        self.first_out[caller.index()] as usize..self.first_out[caller.index() + 1] as usize
    }

    /// Functions that call each other in circles. The order of callees before callers serves what is carried upwards.
    pub(crate) fn cycles(&self) -> &Components {
        &self.cycles
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
    /// Own costs, then total costs, of each edge in turn.
    costs: Vec<i64>,
}

impl EdgeRows {
    pub(super) fn len(&self) -> usize {
        self.edges.len()
    }

    /// Adds an edge with the callee's own and total cost along it, one value for each metric.
    pub(super) fn push(&mut self, edge: CallEdge, own: &[i64], total: &[i64]) {
        self.edges.push(edge);
        self.costs.extend_from_slice(own);
        self.costs.extend_from_slice(total);
    }

    /// Gives functions other numbers and drops the edges of those that get none; answers how many were dropped.
    pub(super) fn renumber(&mut self, metrics: usize, new: impl Fn(FunctionId) -> Option<FunctionId>) -> usize {
        let before = self.edges.len();
        let renumbered = |edge: &CallEdge| Some((new(edge.caller)?, new(edge.callee)?));
        if !self.edges.iter().all(|edge| renumbered(edge).is_some()) {
            let costs = self.costs.chunks_exact(2 * metrics.max(1)).zip(&self.edges);
            let kept = costs.filter(|(_, edge)| renumbered(edge).is_some());
            self.costs = kept.flat_map(|(costs, _)| costs).copied().collect();
            self.edges.retain(|edge| renumbered(edge).is_some());
        }
        for edge in &mut self.edges {
            if let Some((caller, callee)) = renumbered(edge) {
                (edge.caller, edge.callee) = (caller, callee);
            }
        }
        before - self.edges.len()
    }

    /// Edge numbers by caller, then callee, then as they were added. Counting keeps it linear.
    fn order(&self, functions: usize) -> Vec<u32> {
        let all = 0..self.edges.len() as u32;
        let callee = |e: u32| self.edges[e as usize].callee;
        let caller = |e: u32| self.edges[e as usize].caller;
        let callers = run_starts(functions, all.clone().map(caller));
        // Files that list callers by function are sorted by callee as they come.
        if self.edges.is_sorted_by_key(|e| e.callee) {
            return counting_sort(&callers, all, caller);
        }
        let by_callee = counting_sort(&run_starts(functions, all.clone().map(callee)), all, callee);
        counting_sort(&callers, by_callee.into_iter(), caller)
    }

    /// Sorts the edges into a graph of so many functions and metrics; edges that stand twice are summed.
    pub(super) fn index_into(mut self, graph: &mut CallGraph, functions: usize, metrics: usize) {
        let order = self.order(functions);
        graph.edges.reserve_exact(order.len());
        // Which row each edge becomes: edges of the same pair share one.
        let mut rows = Vec::with_capacity(order.len());
        for &e in &order {
            let edge = self.edges[e as usize];
            match graph.edges.last_mut() {
                Some(last) if last.caller == edge.caller && last.callee == edge.callee => {
                    last.calls = last.calls.saturating_add(edge.calls);
                    last.primitive_calls = last.primitive_calls.saturating_add(edge.primitive_calls);
                }
                _ => graph.edges.push(edge),
            }
            rows.push(graph.edges.len() as u32 - 1);
        }
        self.edges = Vec::new();
        let (joined, costs) = (graph.edges.len(), &self.costs);
        let column = |of: usize| {
            let mut sums = vec![0_i64; joined];
            for (&e, &row) in order.iter().zip(&rows) {
                let sum = &mut sums[row as usize];
                *sum = sum.saturating_add(costs[e as usize * 2 * metrics + of]);
            }
            sums
        };
        let columns = |of: std::ops::Range<usize>| of.map(column).collect();
        (graph.edge_own, graph.edge_total) =
            both(|| (columns(0..metrics), columns(metrics..2 * metrics)), || graph.index_edges(functions)).0;
    }
}

/// The edges out of one group after another, those between the same two groups as one.
struct JoinedEdges {
    metrics: usize,
    /// By group that is called: the last group that called it, and its row below.
    row_of: Vec<(u32, u32)>,
    /// Edges of the group at hand, as they were met.
    edges: Vec<CallEdge>,
    /// Own costs, then total costs, of each of them in turn.
    costs: Vec<i64>,
    order: Vec<(FunctionId, u32)>,
}

impl JoinedEdges {
    fn new(groups: usize, metrics: usize) -> Self {
        let row_of = vec![(u32::MAX, 0); groups];
        Self { metrics, row_of, edges: Vec::new(), costs: Vec::new(), order: Vec::new() }
    }

    fn add(&mut self, from: u32, to: u32, edge: &CallEdge, costs: impl Iterator<Item = i64>) {
        let (caller, row) = &mut self.row_of[to as usize];
        if *caller != from {
            (*caller, *row) = (from, self.edges.len() as u32);
            self.edges.push(CallEdge { caller: FunctionId(from), callee: FunctionId(to), ..*edge });
            self.costs.extend(costs);
            return;
        }
        let row = *row as usize;
        let joined = &mut self.edges[row];
        joined.calls = joined.calls.saturating_add(edge.calls);
        joined.primitive_calls = joined.primitive_calls.saturating_add(edge.primitive_calls);
        for (sum, cost) in self.costs[row * 2 * self.metrics..].iter_mut().zip(costs) {
            *sum = sum.saturating_add(cost);
        }
    }

    /// Moves the edges of the group at hand into a graph, sorted by callee.
    fn end_caller(&mut self, graph: &mut CallGraph) {
        self.order.extend(self.edges.iter().map(|e| e.callee).zip(0..));
        self.order.sort_unstable();
        for (_, row) in self.order.drain(..) {
            graph.edges.push(self.edges[row as usize]);
            let costs = &self.costs[row as usize * 2 * self.metrics..];
            let columns = graph.edge_own.iter_mut().chain(&mut graph.edge_total);
            columns.zip(costs).for_each(|(column, cost)| column.push(*cost));
        }
        self.edges.clear();
        self.costs.clear();
    }
}

/// Sorts numbers by a function each belongs to, keeping the order of equals; `starts` are the functions'
/// [runs](run_starts).
fn counting_sort(
    starts: &[u32],
    edges: impl ExactSizeIterator<Item = u32>,
    key: impl Fn(u32) -> FunctionId,
) -> Vec<u32> {
    let mut next = starts.to_vec();
    let mut sorted = vec![0_u32; edges.len()];
    for edge in edges {
        let slot = &mut next[key(edge).index()];
        sorted[*slot as usize] = edge;
        *slot += 1;
    }
    sorted
}

/// Where the run of each function begins once edges are sorted by it: `starts[f]..starts[f + 1]`.
fn run_starts(functions: usize, of_edges: impl Iterator<Item = FunctionId>) -> Vec<u32> {
    let mut starts = vec![0_u32; functions + 1];
    for function in of_edges {
        starts[function.index() + 1] += 1;
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    starts
}
