//! What a call graph says of each function's outer call and of its recursive ones.

use super::{Link, PlaceId, entries::Entries};
use crate::model::{CallGraph, FunctionId, MetricId};

/// Own costs by place, and the links between places with their weights.
pub(super) fn places(graph: &CallGraph, metric: MetricId, weights: &[f64], entries: &Entries) -> (Vec<f64>, Vec<Link>) {
    let functions = graph.calls().len();
    let totals = graph.total(metric);
    let mut own = vec![0.0; functions * 2];
    let mut links = Vec::with_capacity(graph.edges().len());
    let mut by_weight: Vec<usize> = Vec::new();
    for f in (0..functions).map(FunctionId::at) {
        let cost = graph.own(metric)[f.index()].max(0) as f64;
        let recursive = graph.incoming(f).iter().any(|&e| entries.recursive_part[e as usize] > 0.0);
        let (outer, inner) = (PlaceId::outer(f), PlaceId::recursive(f));
        if !recursive {
            own[outer.index()] = cost;
            graph.outgoing(f).for_each(|e| entries.push_link(graph, &mut links, outer, e, weights[e]));
            continue;
        }
        let calls = graph.calls()[f.index()].max(1) as f64;
        let outer_part = (graph.primitive_calls()[f.index()].max(0) as f64 / calls).clamp(0.0, 1.0);
        let outer_part = if graph.has_calls() { outer_part } else { 1.0 };
        own[outer.index()] = cost * outer_part;
        own[inner.index()] = cost - own[outer.index()];
        // The dearest callees lie below the outer call, until that is full.
        let mut room = (totals[f.index()].max(0) as f64 - own[outer.index()]).max(0.0);
        by_weight.clear();
        by_weight.extend(graph.outgoing(f));
        by_weight.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
        for &e in &by_weight {
            let below_outer = weights[e].min(room);
            room -= below_outer;
            entries.push_link(graph, &mut links, outer, e, below_outer);
            entries.push_link(graph, &mut links, inner, e, weights[e] - below_outer);
        }
    }
    merge_unreached(&mut own, &mut links);
    (own, links)
}

/// Recursive calls nobody is known to make are outer calls.
fn merge_unreached(own: &mut [f64], links: &mut [Link]) {
    let mut reached = vec![false; own.len()];
    for link in &*links {
        reached[link.to.index()] |= link.from != link.to;
    }
    let is_unreached = |place: PlaceId| place.0 % 2 == 1 && !reached[place.index()];
    for p in (1..own.len()).step_by(2).filter(|&p| !reached[p]) {
        own[p - 1] += own[p];
        own[p] = 0.0;
    }
    for link in links {
        if is_unreached(link.from) {
            link.from = PlaceId::outer(link.from.function());
            if is_unreached(link.to) {
                link.to = link.from;
            }
        }
    }
}
