//! What recursion hides from a call graph.
//!
//! A profiler that counts a function's total once, however often it recurs, does the same for an edge: the cost of
//! `visit → visit_call` is what the outermost of such calls took. Calls nested in it are counted (`calls` is larger than
//! `primitive_calls`), but what they took is not. So an edge without nested calls carries exactly what was recorded, and
//! one with nested calls carries more.
//!
//! How much more must let every function hand on what it received, and begins at a guess: a nested call takes as long as
//! an outermost one, up to [`DEEPEST`] times the recorded cost. From there the edges are scaled as little as possible
//! (in the sense of relative entropy: all edges out of a function by one factor, all edges into it by its inverse).
//! Programs of several thousand functions have a few dozen such edges.

use crate::model::{CallGraph, FunctionId};
use rustc_hash::FxHashMap;

/// How much of its recorded cost again nested calls are believed to take at most.
const DEEPEST: f64 = 2.0;
/// What may be missing at a function at the end, as a part of everything recorded.
const BALANCED: f64 = 1e-9;
const MAX_ROUNDS: usize = 100;

/// The edges with nested calls, and the functions at their ends.
pub(super) struct Nested {
    edges: Vec<Edge>,
    /// Functions that have such an edge; edges name them by their place here.
    functions: Vec<FunctionId>,
}

struct Edge {
    number: usize,
    caller: u32,
    callee: u32,
    extra: f64,
}

impl Nested {
    /// Finds the edges with nested calls among those that cost anything.
    pub(super) fn new(graph: &CallGraph, costs: &[f64]) -> Self {
        let mut found = Self { edges: Vec::new(), functions: Vec::new() };
        let mut places = FxHashMap::default();
        for (number, edge) in graph.edges().iter().enumerate() {
            let nested = edge.calls.saturating_sub(edge.primitive_calls);
            if nested <= 0 || costs[number] <= 0.0 {
                continue;
            }
            let extra = costs[number] * (nested as f64 / edge.primitive_calls.max(1) as f64).min(DEEPEST);
            let mut place = |function: FunctionId| {
                *places.entry(function).or_insert_with(|| {
                    found.functions.push(function);
                    found.functions.len() as u32 - 1
                })
            };
            let (caller, callee) = (place(edge.caller), place(edge.callee));
            found.edges.push(Edge { number, caller, callee, extra });
        }
        found
    }

    /// Whether no call is nested in another of its edge.
    pub(super) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Adds to the edges what nested calls took. `surplus` tells by function what it received beyond what it handed on,
    /// by the figures so far; `sum` is everything recorded.
    pub(super) fn unfold(mut self, costs: &mut [f64], surplus: &[f64], sum: f64) {
        let count = self.functions.len();
        let (mut outgoing, mut incoming) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (i, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.caller != edge.callee) {
            outgoing[edge.caller as usize].push(i);
            incoming[edge.callee as usize].push(i);
        }
        for _ in 0..MAX_ROUNDS {
            let mut largest: f64 = 0.0;
            for (place, function) in self.functions.iter().enumerate() {
                let sum_of = |edges: &[usize]| edges.iter().map(|&e| self.edges[e].extra).sum::<f64>();
                let (out, into) = (sum_of(&outgoing[place]), sum_of(&incoming[place]));
                let surplus = surplus[function.index()];
                if out + into <= 0.0 {
                    continue;
                }
                largest = largest.max((out - into - surplus).abs());
                let factor = balancing_factor(out, into, surplus);
                outgoing[place].iter().for_each(|&e| self.edges[e].extra *= factor);
                incoming[place].iter().for_each(|&e| self.edges[e].extra /= factor);
            }
            if largest <= sum * BALANCED {
                break;
            }
        }
        for edge in self.edges {
            costs[edge.number] += edge.extra;
        }
    }
}

/// The `z` for which `out × z − into ÷ z = surplus`, kept within what the data can mean.
fn balancing_factor(out: f64, into: f64, surplus: f64) -> f64 {
    let root = (surplus * surplus + 4.0 * out * into).sqrt();
    // Two ways to write the same, of which one does not cancel out.
    let factor = if surplus >= 0.0 { (surplus + root) / (2.0 * out) } else { 2.0 * into / (root - surplus) };
    if factor.is_finite() { factor.clamp(1e-6, 1e6) } else { 1e6 }
}
