//! What a call graph says of each function's outer call and of its recursive ones.

use super::{Link, PlaceId, components::Components, entries::Entries};
use crate::model::{CallGraph, FunctionId, MetricId};

/// Own costs by place, and the links between places with what the caller asks for.
pub(super) struct Places<'a> {
    graph: &'a CallGraph,
    cycles: &'a Components,
    weights: &'a [f64],
    entries: &'a Entries,
    pub(super) own: Vec<f64>,
    /// Sorted by caller.
    pub(super) links: Vec<Link>,
    /// `first_out[p]..first_out[p + 1]` are the links out of a place.
    pub(super) first_out: Vec<u32>,
    /// Functions that have recursive calls.
    recursive: Vec<FunctionId>,
    /// By place of recursive calls: whether another place calls it.
    reached: Vec<bool>,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        graph: &'a CallGraph,
        metric: MetricId,
        cycles: &'a Components,
        weights: &'a [f64],
        entries: &'a Entries,
    ) -> Self {
        let functions = graph.calls().len();
        let mut places = Self {
            graph,
            cycles,
            weights,
            entries,
            own: vec![0.0; functions * 2],
            links: Vec::with_capacity(graph.edges().len()),
            first_out: Vec::with_capacity(functions * 2 + 1),
            recursive: Vec::new(),
            reached: vec![false; functions],
        };
        places.first_out.push(0);
        for f in (0..functions).map(FunctionId::at) {
            let own = graph.own(metric)[f.index()].max(0) as f64;
            if entries.is_recursive(f) {
                places.add_divided(f, own, graph.total(metric)[f.index()].max(0) as f64);
                continue;
            }
            let outer = PlaceId::outer(f);
            places.own[outer.index()] = own;
            for edge in graph.outgoing(f) {
                places.link(outer, edge, weights[edge]);
            }
            places.end_links();
            places.end_links();
        }
        places.merge_unreached();
        places
    }

    fn end_links(&mut self) {
        self.first_out.push(self.links.len() as u32);
    }

    /// Divides a function into its outer call and its recursive ones. The dearest callees lie below the outer call,
    /// until that is full.
    fn add_divided(&mut self, f: FunctionId, own: f64, total: f64) {
        let (graph, weights) = (self.graph, self.weights);
        let (outer, inner) = (PlaceId::outer(f), PlaceId::recursive(f));
        let calls = graph.calls()[f.index()].max(1) as f64;
        let outer_part = (graph.primitive_calls()[f.index()].max(0) as f64 / calls).clamp(0.0, 1.0);
        let outer_own = if graph.has_calls() { own * outer_part } else { own };
        self.own[outer.index()] = outer_own;
        self.own[inner.index()] = own - outer_own;
        let mut dearest: Vec<usize> = graph.outgoing(f).collect();
        dearest.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
        let mut room = (total - outer_own).max(0.0);
        let mut below_inner = Vec::with_capacity(dearest.len());
        for edge in dearest {
            let below_outer = weights[edge].min(room);
            room -= below_outer;
            self.link(outer, edge, below_outer);
            below_inner.push((edge, weights[edge] - below_outer));
        }
        self.end_links();
        for (edge, weight) in below_inner {
            self.link(inner, edge, weight);
        }
        self.end_links();
        self.recursive.push(f);
    }

    /// Adds the links an edge makes out of a place: to the callee's outer call, to its recursive ones, or both.
    #[inline]
    fn link(&mut self, from: PlaceId, edge: usize, weight: f64) {
        let edge = &self.graph.edges()[edge];
        let back = weight * self.entries.recursive_part(edge, self.cycles);
        if weight > back {
            self.links.push(Link { from, to: PlaceId::outer(edge.callee), asked: weight - back });
        }
        if back > 0.0 {
            let to = PlaceId::recursive(edge.callee);
            self.reached[edge.callee.index()] |= from != to;
            self.links.push(Link { from, to, asked: back });
        }
    }

    /// Recursive calls nobody is known to make are outer calls.
    fn merge_unreached(&mut self) {
        for &f in self.recursive.iter().filter(|f| !self.reached[f.index()]) {
            let (outer, inner) = (PlaceId::outer(f), PlaceId::recursive(f));
            self.own[outer.index()] += self.own[inner.index()];
            self.own[inner.index()] = 0.0;
            let end = self.first_out[inner.index() + 1];
            for link in &mut self.links[self.first_out[inner.index()] as usize..end as usize] {
                link.from = outer;
                if link.to == inner {
                    link.to = outer;
                }
            }
            self.first_out[inner.index()] = end;
        }
    }
}
