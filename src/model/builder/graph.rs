//! Builds a profile of functions and who called whom.

use super::super::{
    Body, CallEdge, CallGraph, Function, FunctionId, MetricId, Origin, Profile, StringId, Track, Unit, graph::EdgeRows,
};
use super::{BuildError, Tables, add_columns, grow_and_add, is_saturated};

/// Builds a profile of functions and caller → callee edges.
pub struct GraphBuilder {
    tables: Tables,
    calls: Vec<i64>,
    primitive_calls: Vec<i64>,
    own: Vec<Vec<i64>>,
    total: Vec<Vec<i64>>,
    edges: EdgeRows,
    has_calls: bool,
    has_edge_costs: bool,
}

impl GraphBuilder {
    /// An empty call graph of the named format. Add its metrics before its functions.
    pub fn new(format: &'static str) -> Self {
        Self {
            tables: Tables::new(format),
            calls: Vec::new(),
            primitive_calls: Vec::new(),
            own: Vec::new(),
            total: Vec::new(),
            edges: EdgeRows::default(),
            has_calls: true,
            has_edge_costs: true,
        }
    }

    shared_methods!();

    /// The file does not say how often functions were called.
    pub fn without_calls(&mut self) {
        self.has_calls = false;
    }

    /// The file counts the calls along edges but not their cost: the costs given to [`add_edge`](Self::add_edge) are
    /// the callee's own figures, split.
    pub fn without_edge_costs(&mut self) {
        self.has_edge_costs = false;
    }

    /// The functions so far, by id.
    pub fn functions(&self) -> &[Function] {
        &self.tables.functions
    }

    /// How many edges were added so far.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// Adds to a function's figures; `own` and `total` hold one value for each metric.
    pub fn add(&mut self, function: FunctionId, calls: i64, primitive_calls: i64, own: &[i64], total: &[i64]) {
        let row = function.index();
        grow_and_add(&mut self.calls, row, calls);
        grow_and_add(&mut self.primitive_calls, row, primitive_calls);
        add_columns(&mut self.own, row, own);
        add_columns(&mut self.total, row, total);
    }

    /// Adds to an edge's figures: the callee's calls and cost when called by `caller`. Edges that are added twice are
    /// summed.
    pub fn add_edge(
        &mut self,
        caller: FunctionId,
        callee: FunctionId,
        (calls, primitive_calls): (i64, i64),
        own: &[i64],
        total: &[i64],
    ) {
        let metrics = self.tables.metrics.len();
        debug_assert!(own.len() == metrics && total.len() == metrics);
        if self.edges.len() >= u32::MAX as usize {
            self.tables.fail(BuildError::TooManyRows("edges"));
            return;
        }
        self.edges.push(CallEdge { caller, callee, calls, primitive_calls }, own, total);
    }

    /// Numbers the functions in the order of `listed` and drops all others with their edges; answers how many edges
    /// were dropped. For files that mention functions before, or without, giving their figures.
    ///
    /// Ids given out before have no meaning afterwards.
    pub fn keep_functions(&mut self, listed: &[FunctionId]) -> usize {
        const DROPPED: u32 = u32::MAX;
        let mut new_ids = vec![DROPPED; self.tables.functions.len()];
        for (new, old) in listed.iter().enumerate() {
            new_ids[old.index()] = new as u32;
        }
        self.tables.functions = listed.iter().map(|old| self.tables.functions[old.index()]).collect();
        self.tables.function_index.retain(|id| {
            id.0 = new_ids[id.index()];
            id.0 != DROPPED
        });
        let figures = [&mut self.calls, &mut self.primitive_calls].into_iter();
        for column in figures.chain(&mut self.own).chain(&mut self.total) {
            *column = listed.iter().map(|old| column.get(old.index()).copied().unwrap_or(0)).collect();
        }
        self.edges.renumber(self.tables.metrics.len(), |f| {
            (new_ids[f.index()] != DROPPED).then(|| FunctionId(new_ids[f.index()]))
        })
    }

    /// Checks and seals the profile.
    pub fn finish(mut self) -> Result<Profile, BuildError> {
        if let Some(error) = self.tables.failed.take() {
            return Err(error);
        }
        if self.tables.metrics.is_empty() {
            self.tables.metric("time", Unit::Nanoseconds);
        }
        let functions = self.tables.functions.len();
        let metrics = self.tables.metrics.len();
        self.calls.resize(functions, 0);
        self.primitive_calls.resize(functions, 0);
        for columns in [&mut self.own, &mut self.total] {
            columns.resize_with(metrics, Vec::new);
            for column in columns {
                column.resize(functions, 0);
            }
        }
        for (i, own) in self.own.iter().enumerate() {
            self.tables.check_sum(MetricId::at(i), own)?;
            self.tables.check_each(MetricId::at(i), own)?;
        }
        for (i, total) in self.total.iter().enumerate() {
            self.tables.check_each(MetricId::at(i), total)?;
        }
        if functions == 0 {
            self.tables.warn("The file is a valid profile, but it holds no function.", 1);
        }
        let mut graph = CallGraph {
            own: self.own,
            total: self.total,
            calls: self.calls,
            primitive_calls: self.primitive_calls,
            has_calls: self.has_calls,
            has_edge_costs: self.has_edge_costs,
            ..CallGraph::default()
        };
        self.edges.index_into(&mut graph, functions, metrics);
        for (i, (own, total)) in graph.edge_own.iter().zip(&graph.edge_total).enumerate() {
            self.tables.check_each(MetricId::at(i), own)?;
            self.tables.check_each(MetricId::at(i), total)?;
        }
        let edge_calls = graph.edges.iter().flat_map(|edge| [edge.calls, edge.primitive_calls]);
        let mut calls = graph.calls.iter().chain(&graph.primitive_calls).copied().chain(edge_calls);
        if calls.any(is_saturated) {
            return Err(BuildError::Overflow("calls".to_owned()));
        }
        Ok(self.tables.into_profile(Vec::new(), vec![Track::default()], Body::Graph(graph)))
    }
}
