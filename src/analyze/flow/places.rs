//! What a call graph says of each function's outer call and of its recursive ones.

use super::{PlaceFlow, PlaceId, entries::Entries, weights::Weights};
use crate::model::{CallGraph, FunctionId, MetricId};
use std::ops::Range;

/// Where the figures of places stand in columns. Few functions have recursive calls, so a column holds the outer calls
/// of all functions, by function, and after them the recursive calls of those that have any.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Functions that have recursive calls, in order.
    recursive: Vec<FunctionId>,
    /// By function: the row of its recursive calls, or 0.
    row_of: Vec<u32>,
}

impl Rows {
    fn new(functions: usize, is_recursive: impl Fn(FunctionId) -> bool) -> Self {
        let mut rows = Self { recursive: Vec::new(), row_of: vec![0; functions] };
        for f in (0..functions).map(FunctionId::at).filter(|f| is_recursive(*f)) {
            rows.row_of[f.index()] = (functions + rows.recursive.len()) as u32;
            rows.recursive.push(f);
        }
        rows
    }

    pub(super) fn len(&self) -> usize {
        self.row_of.len() + self.recursive.len()
    }

    pub(super) fn functions(&self) -> usize {
        self.row_of.len()
    }

    /// The row of a function's recursive calls.
    pub(super) fn recursive(&self, function: FunctionId) -> Option<u32> {
        Some(self.row_of[function.index()]).filter(|row| *row != 0)
    }

    /// The row of a place; `None` for recursive calls of a function that has none.
    #[inline]
    pub(super) fn of(&self, place: PlaceId) -> Option<usize> {
        let function = place.function();
        if place == PlaceId::outer(function) {
            Some(function.index())
        } else {
            self.recursive(function).map(|row| row as usize)
        }
    }

    #[inline]
    pub(super) fn place(&self, row: u32) -> PlaceId {
        match (row as usize).checked_sub(self.functions()) {
            None => PlaceId::outer(FunctionId(row)),
            Some(i) => PlaceId::recursive(self.recursive[i]),
        }
    }

    #[inline]
    pub(super) fn function(&self, row: u32) -> FunctionId {
        (row as usize).checked_sub(self.functions()).map_or(FunctionId(row), |i| self.recursive[i])
    }

    /// Every row, function after function.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.row_of.iter().zip(0..).flat_map(|(&recursive, f)| {
            let recursive = (recursive != 0).then_some(recursive);
            std::iter::once(f).chain(recursive)
        })
    }
}

/// Calls from place to place, those of one caller together.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Rows of the places that are called.
    pub(super) to: Vec<u32>,
    /// What the caller asks the callee to take over. What that gets depends on what others ask for: see `Flow::granted`.
    pub(super) asked: Vec<f64>,
    /// By row of the caller: the ends of its links.
    ends: Vec<[u32; 2]>,
}

impl Links {
    /// The numbers of the links out of a place.
    #[inline]
    pub(super) fn range(&self, row: u32) -> Range<usize> {
        let [begin, end] = self.ends[row as usize];
        begin as usize..end as usize
    }

    /// The rows a place calls, with what it asks of each.
    #[inline]
    pub(super) fn from(&self, row: u32) -> impl Iterator<Item = (u32, f64)> {
        let range = self.range(row);
        self.to[range.clone()].iter().copied().zip(self.asked[range].iter().copied())
    }

    fn push(&mut self, to: u32, asked: f64) {
        self.to.push(to);
        self.asked.push(asked);
    }

    fn len(&self) -> u32 {
        self.to.len() as u32
    }
}

/// The places with what they spend and are asked for, and the links between them.
pub(super) struct Places<'a> {
    graph: &'a CallGraph,
    weights: &'a Weights,
    entries: &'a Entries,
    pub(super) rows: Rows,
    pub(super) through: Vec<PlaceFlow>,
    pub(super) links: Links,
    /// By row of recursive calls, counted from the first of them: whether another place calls it.
    reached: Vec<bool>,
}

impl<'a> Places<'a> {
    pub(super) fn new(graph: &'a CallGraph, metric: MetricId, weights: &'a Weights, entries: &'a Entries) -> Self {
        let functions = graph.calls().len();
        let rows = Rows::new(functions, |f| entries.is_recursive(f));
        // What is asked of functions with recursive calls is added as links to them are made.
        let by_others = |f| if entries.is_recursive(f) { 0.0 } else { weights.by_others(f) };
        let of_functions = (0..).map(FunctionId).zip(&entries.from_root);
        let mut through = Vec::with_capacity(rows.len());
        through.extend(of_functions.map(|(f, &root)| PlaceFlow {
            asked: root + by_others(f),
            from_root: root,
            ..PlaceFlow::default()
        }));
        through.resize(rows.len(), PlaceFlow::default());
        let links = graph.edges().len();
        let mut places = Self {
            graph,
            weights,
            entries,
            through,
            links: Links {
                to: Vec::with_capacity(links),
                asked: Vec::with_capacity(links),
                ends: vec![[0, 0]; rows.len()],
            },
            reached: vec![false; rows.recursive.len()],
            rows,
        };
        for f in (0..functions).map(FunctionId::at) {
            let own = graph.own(metric)[f.index()].max(0) as f64;
            if let Some(inner) = places.rows.recursive(f) {
                places.add_divided(f, inner, own, graph.total(metric)[f.index()].max(0) as f64);
                continue;
            }
            places.through[f.index()].own = own;
            let begin = places.links.len();
            for (&callee, &weight) in graph.callees(f).iter().zip(&weights.of_edges[graph.outgoing(f)]) {
                places.link(f.0, f, callee, weight);
            }
            places.links.ends[f.index()] = [begin, places.links.len()];
        }
        places.merge_unreached();
        places
    }

    /// Divides a function into its outer call and its recursive ones. The dearest callees lie below the outer call,
    /// until that is full.
    fn add_divided(&mut self, f: FunctionId, inner: u32, own: f64, total: f64) {
        let (graph, weights) = (self.graph, &self.weights.of_edges);
        let outer = f.0;
        let calls = graph.calls()[f.index()].max(1) as f64;
        let outer_part = (graph.primitive_calls()[f.index()].max(0) as f64 / calls).clamp(0.0, 1.0);
        let outer_own = if graph.has_calls() { own * outer_part } else { own };
        self.through[outer as usize].own = outer_own;
        self.through[inner as usize].own = own - outer_own;
        let mut dearest: Vec<usize> = graph.outgoing(f).collect();
        dearest.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
        let mut room = (total - outer_own).max(0.0);
        let mut below_inner = Vec::with_capacity(dearest.len());
        let begin = self.links.len();
        for edge in dearest {
            let below_outer = weights[edge].min(room);
            room -= below_outer;
            let callee = graph.edges()[edge].callee;
            self.link(outer, f, callee, below_outer);
            below_inner.push((callee, weights[edge] - below_outer));
        }
        let middle = self.links.len();
        for (callee, weight) in below_inner {
            self.link(inner, f, callee, weight);
        }
        self.links.ends[outer as usize] = [begin, middle];
        self.links.ends[inner as usize] = [middle, self.links.len()];
    }

    /// Adds the links an edge makes out of a place of its caller: to the callee's outer call, to its recursive ones, or
    /// both.
    #[inline]
    fn link(&mut self, from: u32, caller: FunctionId, callee: FunctionId, weight: f64) {
        if !self.entries.is_recursive(callee) {
            if weight > 0.0 {
                self.links.push(callee.0, weight);
            }
            return;
        }
        let back = weight * self.entries.recursive_part(caller, callee, self.graph.cycles());
        if weight > back {
            self.links.push(callee.0, weight - back);
            self.through[callee.index()].asked += weight - back;
        }
        if back > 0.0
            && let Some(to) = self.rows.recursive(callee)
        {
            self.reached[to as usize - self.rows.functions()] |= from != to;
            self.links.push(to, back);
            self.through[to as usize].asked += back;
        }
    }

    /// Recursive calls nobody is known to make are outer calls.
    fn merge_unreached(&mut self) {
        let unreached = self.rows.recursive.iter().zip(&self.reached).filter(|(_, reached)| !**reached);
        for (&f, _) in unreached {
            let (outer, Some(inner)) = (f.0, self.rows.recursive(f)) else { continue };
            let PlaceFlow { own, asked, .. } = std::mem::take(&mut self.through[inner as usize]);
            self.through[outer as usize].own += own;
            self.through[outer as usize].asked += asked;
            let end = self.links.ends[inner as usize][1];
            for link in self.links.range(inner) {
                if self.links.to[link] == inner {
                    self.links.to[link] = outer;
                }
            }
            self.links.ends[outer as usize][1] = end;
            self.links.ends[inner as usize] = [end, end];
        }
    }
}
