//! Where the calls of each function come from: from the root, from outside its cycle, or from within its own calls.

use super::{Link, PlaceId, components::Components};
use crate::model::{CallGraph, FunctionId, MetricId};

/// Times in a file are rounded to about this much.
pub(super) const ROUNDING_NS: f64 = 1_000.0;

/// Where the calls of each function come from.
pub(super) struct Entries {
    /// The part of each edge's weight that goes to recursive calls.
    pub(super) recursive_part: Vec<f64>,
    /// By function: what comes from no recorded caller, as a weight.
    pub(super) from_root: Vec<f64>,
}

impl Entries {
    pub(super) fn new(graph: &CallGraph, metric: MetricId, cycles: &Components, weights: &[f64]) -> Self {
        let functions = graph.calls().len();
        let in_cycle = cycles.numbers(functions);
        let mut entries = Self { recursive_part: vec![0.0; weights.len()], from_root: vec![0.0; functions] };
        for f in (0..functions).map(FunctionId::at) {
            let total = graph.total(metric)[f.index()].max(0) as f64;
            let incoming = graph.incoming(f);
            let is_within = |e: usize| in_cycle[graph.edges()[e].caller.index()] == in_cycle[f.index()];
            let (mut within, mut outside, mut itself) = (Called::default(), Called::default(), Called::default());
            for &e in incoming {
                let e = e as usize;
                let called = match graph.edges()[e].caller == f {
                    true => &mut itself,
                    false if is_within(e) => &mut within,
                    false => &mut outside,
                };
                called.weight += weights[e];
                called.calls += graph.edges()[e].calls.max(0);
            }
            let all_calls = graph.calls()[f.index()];
            let counted = graph.has_calls() && all_calls > 0;
            let calls = within.calls + outside.calls + itself.calls;
            let root_calls = if counted { (all_calls - calls).max(0) } else { 0 };
            // The part of the calls within the cycle that are outermost calls of the function.
            let outermost = if within.weight <= 0.0 {
                1.0
            } else if counted && root_calls > 0 {
                let primitive = graph.primitive_calls()[f.index()] - outside.calls - root_calls;
                primitive.max(0) as f64 / within.calls.max(1) as f64
            } else {
                (total - outside.weight) / within.weight
            };
            // Crumbs of rounding are no recursion.
            let recursive_part = 1.0 - outermost.clamp(0.0, 1.0);
            let recursive_part = if recursive_part < 1e-4 { 0.0 } else { recursive_part };
            for &e in incoming.iter().filter(|&&e| is_within(e as usize)) {
                // A call of itself is recursive by definition.
                let by_itself = graph.edges()[e as usize].caller == f;
                entries.recursive_part[e as usize] = if by_itself { 1.0 } else { recursive_part };
            }
            let called = outside.weight + within.weight * (1.0 - recursive_part);
            let rounding = incoming.len() as f64 * ROUNDING_NS + total * 1e-6;
            entries.from_root[f.index()] = if incoming.is_empty() || root_calls > 0 {
                (total - called).max(1.0)
            } else if !counted && total - called > rounding {
                total - called
            } else {
                0.0
            };
        }
        entries
    }

    /// Adds the links an edge makes out of a place: to the callee's outer call, to its recursive ones, or both.
    pub(super) fn push_link(&self, graph: &CallGraph, links: &mut Vec<Link>, from: PlaceId, edge: usize, weight: f64) {
        let callee = graph.edges()[edge].callee;
        let back = weight * self.recursive_part[edge];
        if weight > back {
            links.push(Link { from, to: PlaceId::outer(callee), mass: weight - back });
        }
        if back > 0.0 {
            links.push(Link { from, to: PlaceId::recursive(callee), mass: back });
        }
    }
}

#[derive(Default)]
struct Called {
    calls: i64,
    weight: f64,
}
