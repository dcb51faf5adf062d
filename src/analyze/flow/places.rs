//! What a call graph says of each function's outer call and of its recursive ones.

use super::{Link, PlaceId, components::Components, entries::Entries};
use crate::model::{CallGraph, FunctionId, MetricId};

/// Own costs by place, and the links between places with their weights, sorted by caller.
pub(super) struct Places<'a> {
    graph: &'a CallGraph,
    cycles: &'a Components,
    weights: &'a [f64],
    entries: &'a Entries,
    pub(super) own: Vec<f64>,
    pub(super) links: Vec<Link>,
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
        let (own, links) = (vec![0.0; functions * 2], Vec::with_capacity(graph.edges().len()));
        let mut places = Self { graph, cycles, weights, entries, own, links };
        for f in (0..functions).map(FunctionId::at) {
            let own = graph.own(metric)[f.index()].max(0) as f64;
            if entries.is_recursive(f) {
                places.add_recursive(f, own, graph.total(metric)[f.index()].max(0) as f64);
            } else {
                let outer = PlaceId::outer(f);
                places.own[outer.index()] = own;
                graph.outgoing(f).for_each(|e| places.link(outer, e, weights[e]));
            }
        }
        places.merge_unreached();
        places
    }

    /// Divides a function into its outer call and its recursive ones. The dearest callees lie below the outer call,
    /// until that is full.
    fn add_recursive(&mut self, f: FunctionId, own: f64, total: f64) {
        let (graph, weights) = (self.graph, self.weights);
        let (outer, inner) = (PlaceId::outer(f), PlaceId::recursive(f));
        let calls = graph.calls()[f.index()].max(1) as f64;
        let outer_part = (graph.primitive_calls()[f.index()].max(0) as f64 / calls).clamp(0.0, 1.0);
        let outer_own = if graph.has_calls() { own * outer_part } else { own };
        self.own[outer.index()] = outer_own;
        self.own[inner.index()] = own - outer_own;
        let mut room = (total - outer_own).max(0.0);
        let mut dearest: Vec<usize> = graph.outgoing(f).collect();
        dearest.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
        let below_outer: Vec<f64> = dearest
            .iter()
            .map(|&e| {
                let part = weights[e].min(room);
                room -= part;
                part
            })
            .collect();
        for (&e, &part) in dearest.iter().zip(&below_outer) {
            self.link(outer, e, part);
        }
        for (&e, &part) in dearest.iter().zip(&below_outer) {
            self.link(inner, e, weights[e] - part);
        }
    }

    /// Adds the links an edge makes out of a place: to the callee's outer call, to its recursive ones, or both.
    fn link(&mut self, from: PlaceId, edge: usize, weight: f64) {
        let edge = &self.graph.edges()[edge];
        let back = weight * self.entries.recursive_part(edge, self.cycles);
        if weight > back {
            self.links.push(Link { from, to: PlaceId::outer(edge.callee), mass: weight - back });
        }
        if back > 0.0 {
            self.links.push(Link { from, to: PlaceId::recursive(edge.callee), mass: back });
        }
    }

    /// Recursive calls nobody is known to make are outer calls.
    fn merge_unreached(&mut self) {
        let mut reached = vec![false; self.own.len()];
        for link in &self.links {
            reached[link.to.index()] |= link.from != link.to;
        }
        let is_unreached = |place: PlaceId| place.is_recursive() && !reached[place.index()];
        for p in (1..self.own.len()).step_by(2).filter(|&p| !reached[p]) {
            self.own[p - 1] += self.own[p];
            self.own[p] = 0.0;
        }
        for link in self.links.iter_mut().filter(|link| is_unreached(link.from)) {
            link.from = PlaceId::outer(link.from.function());
            if is_unreached(link.to) {
                link.to = link.from;
            }
        }
    }
}
