//! A call graph as a flow, from which a call tree can be estimated.
//!
//! cProfile records functions and caller → callee edges. A call tree cannot be rebuilt from that, but it can be
//! estimated: what a function and everything below it cost is divided among its callers in the proportion the edges
//! give, and what a box of the tree received is handed on to its callees in the same proportion everywhere.
//!
//! Naively drawn (each callee as wide as its edge says), recursion makes boxes wider than the run. Here the widths are
//! carried upwards instead: `inflow(f) = own(f) + Σ share(f → g) × inflow(g)` over the callees `g`, where the shares of
//! `g`'s callers and of the root add up to one. So every nanosecond of own time reaches the root exactly once, whatever
//! the cycles, and the root is as wide as the run. Without recursion `inflow` is the cumulative time the profiler
//! recorded.

use crate::model::{CallGraph, FunctionId, MetricId};

/// The flow of one metric through a call graph.
#[derive(Debug)]
pub struct Flow {
    /// Cost in the function itself, never negative: negative and missing times are drawn as nothing.
    pub(super) own: Vec<f64>,
    /// Everything that reaches the root through the function, by function.
    pub(super) inflow: Vec<f64>,
    /// The part of `inflow` that no recorded caller asked for, by function.
    pub(super) from_root: Vec<f64>,
    /// What the callee of an edge hands to its caller, by edge.
    pub(super) along: Vec<f64>,
    /// Whether the path to the function is proven by the data: it and all its callers have one caller each.
    pub(super) proven: Vec<bool>,
    /// The functions in the order callees before callers, and where each strongly connected component ends.
    components: Components,
}

/// Relative change below which the flow through a cycle counts as settled.
const SETTLED: f64 = 1e-12;
/// A cycle hands on less each time round; this many rounds settle any that the data can mean.
const MAX_ROUNDS: usize = 500;

impl Flow {
    /// Computes the flow of one metric.
    pub fn new(graph: &CallGraph, metric: MetricId) -> Self {
        let own: Vec<f64> = graph.own(metric).iter().map(|&v| v.max(0) as f64).collect();
        let components = Components::new(graph);
        let (shares, root_shares) = shares(graph, metric, &components);
        let mut inflow = own.clone();
        for component in components.iter() {
            settle(graph, component, &own, &shares, &mut inflow);
        }
        let along = graph.edges().iter().zip(&shares).map(|(e, s)| s * inflow[e.callee.index()]).collect();
        let from_root = root_shares.iter().zip(&inflow).map(|(s, i)| s * i).collect();
        let proven = proven(graph, &root_shares, &components);
        Self { own, inflow, from_root, along, proven, components }
    }

    /// Whether the data prove every path.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.iter().all(|p| *p)
    }

    /// The fraction of everything that passes through at least one of the marked functions.
    pub fn fraction_through(&self, graph: &CallGraph, marked: &[bool]) -> f64 {
        let mut hit: Vec<f64> = marked.iter().map(|&m| f64::from(u8::from(m))).collect();
        for component in self.components.iter() {
            for _ in 0..MAX_ROUNDS {
                let mut change: f64 = 0.0;
                for &f in component {
                    let f = FunctionId(f);
                    let inflow = self.inflow[f.index()];
                    if marked[f.index()] || inflow <= 0.0 {
                        continue;
                    }
                    let below: f64 =
                        graph.outgoing(f).map(|e| self.along[e] * hit[graph.edges()[e].callee.index()]).sum();
                    let next = (below / inflow).min(1.0);
                    change = change.max((next - hit[f.index()]).abs());
                    hit[f.index()] = next;
                }
                if component.len() == 1 || change < 1e-9 {
                    break;
                }
            }
        }
        let sum: f64 = self.from_root.iter().sum();
        let through: f64 = self.from_root.iter().zip(&hit).map(|(mass, h)| mass * h).sum();
        if sum > 0.0 { (through / sum).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// Solves `inflow` within one strongly connected component, the callees outside it being known.
fn settle(graph: &CallGraph, component: &[u32], own: &[f64], shares: &[f64], inflow: &mut [f64]) {
    for _ in 0..MAX_ROUNDS {
        let mut change: f64 = 0.0;
        for &f in component {
            let f = FunctionId(f);
            let mut own_call = 0.0;
            let mut sum = own[f.index()];
            for e in graph.outgoing(f) {
                let callee = graph.edges()[e].callee;
                // A function that calls itself: solved, not iterated.
                if callee == f { own_call = shares[e] } else { sum += shares[e] * inflow[callee.index()] }
            }
            let next = sum / (1.0 - own_call).max(1e-6);
            change = change.max((next - inflow[f.index()]).abs() / next.max(1e-9));
            inflow[f.index()] = next;
        }
        if component.len() == 1 || change < SETTLED {
            break;
        }
    }
}

/// What part of each function's flow goes to each of its callers (by edge) and to the root (by function); they add up
/// to one for each function.
fn shares(graph: &CallGraph, metric: MetricId, components: &Components) -> (Vec<f64>, Vec<f64>) {
    let functions = graph.calls().len();
    let totals = graph.total(metric);
    let edge_totals = graph.edge_total(metric);
    let mut weight: Vec<f64> = edge_totals.iter().map(|&t| t.max(0) as f64).collect();
    let mut root: Vec<f64> = vec![0.0; functions];
    for f in (0..functions).map(FunctionId::at) {
        let incoming = graph.incoming(f);
        let timed = incoming.iter().any(|&e| weight[e as usize] > 0.0);
        if !timed {
            // No times on the edges: divide by calls, or evenly where there are no counts either.
            for &e in incoming {
                weight[e as usize] = graph.edges()[e as usize].calls.max(0) as f64;
            }
            if incoming.iter().all(|&e| weight[e as usize] <= 0.0) {
                incoming.iter().for_each(|&e| weight[e as usize] = 1.0);
            }
        }
        let called: f64 =
            incoming.iter().map(|&e| e as usize).filter(|&e| graph.edges()[e].caller != f).map(|e| weight[e]).sum();
        let total = totals[f.index()].max(0) as f64;
        root[f.index()] = if called <= 0.0 {
            total.max(1.0)
        } else if timed {
            uncalled(total, called, incoming.len())
        } else {
            0.0
        };
    }
    for component in components.iter() {
        give_entry(graph, component, &weight, &mut root, totals);
    }
    for f in (0..functions).map(FunctionId::at) {
        let sum: f64 = root[f.index()] + graph.incoming(f).iter().map(|&e| weight[e as usize]).sum::<f64>();
        for &e in graph.incoming(f) {
            weight[e as usize] /= sum;
        }
        root[f.index()] /= sum;
    }
    (weight, root)
}

/// What of a function's total no caller accounts for. Times in a file are rounded, each edge by itself.
fn uncalled(total: f64, called: f64, edges: usize) -> f64 {
    let rest = total - called;
    let rounding = edges as f64 * 1_000.0 + total * 1e-6;
    if rest > rounding { rest } else { 0.0 }
}

/// Gives a cycle nothing leads into an entry: its function with the largest total. So a graph in which every function
/// has a caller is still drawn whole.
fn give_entry(graph: &CallGraph, component: &[u32], weight: &[f64], root: &mut [f64], totals: &[i64]) {
    let mut inside = 0.0;
    let mut outside = 0.0;
    for &f in component {
        outside += root[f as usize];
        for &e in graph.incoming(FunctionId(f)) {
            let from_inside = component.binary_search(&graph.edges()[e as usize].caller.0).is_ok();
            if from_inside { inside += weight[e as usize] } else { outside += weight[e as usize] }
        }
    }
    if outside > inside * 1e-9 && outside > 0.0 {
        return;
    }
    if let Some(&entry) = component.iter().max_by_key(|&&f| (totals[f as usize], std::cmp::Reverse(f))) {
        let entry = entry as usize;
        let called: f64 = graph.incoming(FunctionId::at(entry)).iter().map(|&e| weight[e as usize]).sum();
        root[entry] = (totals[entry].max(0) as f64).max(called).max(1.0);
    }
}

fn proven(graph: &CallGraph, root_shares: &[f64], components: &Components) -> Vec<bool> {
    let mut proven = vec![false; root_shares.len()];
    // Callers before callees: the components backwards.
    for component in components.iter_reversed() {
        let [f] = component else { continue };
        let f = *f as usize;
        proven[f] = match graph.incoming(FunctionId::at(f)) {
            [] => true,
            [e] => root_shares[f] == 0.0 && proven[graph.edges()[*e as usize].caller.index()],
            _ => false,
        };
    }
    proven
}

/// Strongly connected components, callees before callers (Tarjan's algorithm, with a stack of its own).
#[derive(Debug, Default)]
struct Components {
    /// Functions, component after component; sorted within each.
    order: Vec<u32>,
    ends: Vec<u32>,
}

impl Components {
    fn new(graph: &CallGraph) -> Self {
        const UNSEEN: u32 = u32::MAX;
        let n = graph.calls().len();
        let mut number = vec![UNSEEN; n];
        let mut low = vec![0_u32; n];
        let mut done = vec![false; n];
        let mut open: Vec<u32> = Vec::new();
        let mut walk: Vec<(u32, usize)> = Vec::new();
        let mut next = 0;
        let mut found = Self { order: Vec::with_capacity(n), ends: Vec::new() };
        for start in 0..n as u32 {
            if number[start as usize] != UNSEEN {
                continue;
            }
            walk.push((start, graph.outgoing(FunctionId(start)).start));
            while let Some((f, edge)) = walk.last_mut() {
                let f = *f as usize;
                if number[f] == UNSEEN {
                    number[f] = next;
                    low[f] = next;
                    next += 1;
                    open.push(f as u32);
                }
                if *edge < graph.outgoing(FunctionId::at(f)).end {
                    let callee = graph.edges()[*edge].callee.index();
                    *edge += 1;
                    if number[callee] == UNSEEN {
                        walk.push((callee as u32, graph.outgoing(FunctionId::at(callee)).start));
                    } else if !done[callee] {
                        low[f] = low[f].min(number[callee]);
                    }
                    continue;
                }
                walk.pop();
                if let Some(&(caller, _)) = walk.last() {
                    low[caller as usize] = low[caller as usize].min(low[f]);
                }
                if low[f] == number[f] {
                    found.close(&mut open, &mut done, f as u32);
                }
            }
        }
        found
    }

    fn close(&mut self, open: &mut Vec<u32>, done: &mut [bool], first: u32) {
        let begin = self.order.len();
        while let Some(f) = open.pop() {
            done[f as usize] = true;
            self.order.push(f);
            if f == first {
                break;
            }
        }
        self.order[begin..].sort_unstable();
        self.ends.push(self.order.len() as u32);
    }

    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).map(|i| self.component(i))
    }

    fn iter_reversed(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).rev().map(|i| self.component(i))
    }

    fn component(&self, i: usize) -> &[u32] {
        let begin = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.order[begin..self.ends[i] as usize]
    }
}
