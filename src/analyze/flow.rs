//! A call graph as a flow, from which a call tree can be estimated.
//!
//! cProfile records functions and caller → callee edges. A call tree cannot be rebuilt from that, but it can be
//! estimated: what a function and everything below it cost is divided among its callers in the proportion the edges
//! give, and what a box of the tree received is handed on to its callees in the same proportion.
//!
//! Naively drawn (each callee as wide as its edge says), recursion makes boxes wider than the run. Here the widths are
//! carried upwards instead: `inflow(f) = own(f) + Σ share(f → g) × inflow(g)` over the callees `g`, where the shares of
//! `g`'s callers and of the root add up to one. So every nanosecond of own time reaches the root exactly once, whatever
//! the cycles, and the root is as wide as the run. Without recursion `inflow` is the cumulative time the profiler
//! recorded.
//!
//! In a cycle of calls a function stands both outside and inside itself, and what it calls differs: the outermost
//! `exec` of a program runs its main module, the ones inside run what is imported. So a function of a cycle has two
//! *places*, its outer call and its recursive ones:
//!
//! ```text
//! exec ─► main ─► import ─► exec' ─► module ─► import' ─► exec' …
//! └────── outer ───────┘    └────────── recursive ─────────────┘
//! ```
//!
//! How often a function was called from outside its own calls is recorded (its primitive calls), and its cumulative
//! time counts those calls only. That tells how much of what comes along the edges of a cycle is recursive. It also
//! tells how much room the outer call has: its dearest callees are placed there until it is full, and the others below
//! the recursive calls.

mod components;
mod entries;
mod places;

use self::{
    components::Components,
    entries::{Entries, ROUNDING_NS},
    places::places,
};
use crate::model::{CallGraph, FunctionId, MetricId};

/// A function's outer call, or its recursive ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct PlaceId(u32);

impl PlaceId {
    fn outer(function: FunctionId) -> Self {
        Self(function.0 * 2)
    }

    fn recursive(function: FunctionId) -> Self {
        Self(function.0 * 2 + 1)
    }

    /// The function.
    pub(super) fn function(self) -> FunctionId {
        FunctionId(self.0 / 2)
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A call from place to place.
#[derive(Clone, Copy, Debug)]
struct Link {
    from: PlaceId,
    to: PlaceId,
    /// What `to` hands to `from`: first a weight, then a share of `to`'s inflow, at last the cost itself.
    mass: f64,
}

/// The flow of one metric through a call graph.
#[derive(Debug)]
pub struct Flow {
    /// Cost in each place itself, never negative: negative and missing times are drawn as nothing.
    own: Vec<f64>,
    /// Everything that reaches the root through each place.
    inflow: Vec<f64>,
    /// The part of `inflow` that no recorded caller asked for.
    from_root: Vec<f64>,
    /// Sorted by caller.
    links: Vec<Link>,
    /// `first_out[p]..first_out[p + 1]` are the links out of a place.
    first_out: Vec<u32>,
    /// Numbers of links by callee.
    incoming: Vec<u32>,
    /// `first_in[p]..first_in[p + 1]` in `incoming` are the links into a place.
    first_in: Vec<u32>,
    /// Whether the path to the function is proven by the data: it and all its callers have one caller each.
    proven: Vec<bool>,
    /// Whether what flows through the function is what was recorded for it. Recursion further in can be shared out
    /// otherwise than it was.
    as_recorded: Vec<bool>,
    /// Places in the order callees before callers, cycles together.
    components: Components,
}

/// Relative change below which the flow through a cycle counts as settled.
const SETTLED: f64 = 1e-10;
/// A cycle hands on less each time round; this many rounds settle any that the data can mean.
const MAX_ROUNDS: usize = 400;

impl Flow {
    /// Computes the flow of one metric.
    pub fn new(graph: &CallGraph, metric: MetricId) -> Self {
        let functions = graph.calls().len();
        let cycles = Components::new(functions, |f| graph.outgoing(FunctionId(f)).map(|e| graph.edges()[e].callee.0));
        let weights = edge_weights(graph, metric);
        let entries = Entries::new(graph, metric, &cycles, &weights);
        let (own, links) = places(graph, metric, &weights, &entries);
        let mut flow = Self::indexed(own, links);
        flow.components = Components::new(functions * 2, |p| flow.links_from(PlaceId(p)).iter().map(|l| l.to.0));
        let roots = flow.root_weights(entries.from_root, graph.total(metric));
        flow.normalise(roots);
        flow.settle();
        flow.proven = flow.find_proven(graph, &cycles);
        let recorded = graph.total(metric).iter().enumerate();
        flow.as_recorded = recorded.map(|(f, &total)| flow.agrees(FunctionId::at(f), total)).collect();
        flow
    }

    fn indexed(own: Vec<f64>, mut links: Vec<Link>) -> Self {
        let places = own.len();
        links.sort_by_key(|l| l.from);
        let first_out = run_starts(places, links.iter().map(|l| l.from));
        let first_in = run_starts(places, links.iter().map(|l| l.to));
        let mut next = first_in.clone();
        let mut incoming = vec![0_u32; links.len()];
        for (i, link) in links.iter().enumerate() {
            let slot = &mut next[link.to.index()];
            incoming[*slot as usize] = i as u32;
            *slot += 1;
        }
        Self {
            inflow: own.clone(),
            from_root: vec![0.0; places],
            own,
            links,
            first_out,
            incoming,
            first_in,
            proven: Vec::new(),
            as_recorded: Vec::new(),
            components: Components::default(),
        }
    }

    fn links_from(&self, place: PlaceId) -> &[Link] {
        &self.links[self.first_out[place.index()] as usize..self.first_out[place.index() + 1] as usize]
    }

    fn links_to(&self, place: PlaceId) -> impl Iterator<Item = &Link> {
        let range = self.first_in[place.index()] as usize..self.first_in[place.index() + 1] as usize;
        self.incoming[range].iter().map(|&i| &self.links[i as usize])
    }

    /// What of each place no caller accounts for, as a weight beside those of its callers.
    fn root_weights(&self, from_root: Vec<f64>, totals: &[i64]) -> Vec<f64> {
        let mut roots: Vec<f64> = from_root.into_iter().flat_map(|outer| [outer, 0.0]).collect();
        for component in self.components.iter() {
            self.give_entry(component, &mut roots, totals);
        }
        roots
    }

    /// Gives a cycle nothing leads into an entry: its function with the largest total. So a graph in which every
    /// function has a caller is still drawn whole.
    fn give_entry(&self, component: &[u32], roots: &mut [f64], totals: &[i64]) {
        let (mut inside, mut outside) = (0.0, 0.0);
        for &p in component {
            outside += roots[p as usize];
            for link in self.links_to(PlaceId(p)) {
                let from_inside = component.len() > 1 && component.binary_search(&link.from.0).is_ok();
                if from_inside || link.from.0 == p { inside += link.mass } else { outside += link.mass }
            }
        }
        if outside > inside * 1e-9 && outside > 0.0 {
            return;
        }
        let total = |p: u32| totals[PlaceId(p).function().index()];
        if let Some(&entry) = component.iter().max_by_key(|&&p| (total(p), std::cmp::Reverse(p))) {
            let called: f64 = self.links_to(PlaceId(entry)).map(|l| l.mass).sum();
            roots[entry as usize] = (total(entry).max(0) as f64).max(called).max(1.0);
        }
    }

    /// Turns weights into shares: those of a place's callers and of the root add up to one.
    fn normalise(&mut self, roots: Vec<f64>) {
        self.from_root = roots;
        for p in 0..self.own.len() {
            let range = self.first_in[p] as usize..self.first_in[p + 1] as usize;
            let links = &self.incoming[range];
            let called: f64 = links.iter().map(|&i| self.links[i as usize].mass).sum();
            let sum = self.from_root[p] + called;
            if sum > 0.0 {
                for &i in links {
                    self.links[i as usize].mass /= sum;
                }
                self.from_root[p] /= sum;
            }
        }
    }

    /// Solves for the inflows, callees before callers, and turns shares into costs.
    fn settle(&mut self) {
        let mut inflow = std::mem::take(&mut self.inflow);
        for component in self.components.iter() {
            for _ in 0..MAX_ROUNDS {
                let mut change: f64 = 0.0;
                for &p in component {
                    let place = PlaceId(p);
                    let (mut own_call, mut sum) = (0.0, self.own[place.index()]);
                    for link in self.links_from(place) {
                        // A place that calls itself is solved, not iterated.
                        if link.to == place {
                            own_call += link.mass;
                        } else {
                            sum += link.mass * inflow[link.to.index()];
                        }
                    }
                    let next = sum / (1.0 - own_call).max(1e-6);
                    change = change.max((next - inflow[place.index()]).abs() / next.max(1e-9));
                    inflow[place.index()] = next;
                }
                if component.len() == 1 || change < SETTLED {
                    break;
                }
            }
        }
        for link in &mut self.links {
            link.mass *= inflow[link.to.index()];
        }
        for (root, inflow) in self.from_root.iter_mut().zip(&inflow) {
            *root *= inflow;
        }
        self.inflow = inflow;
    }

    fn find_proven(&self, graph: &CallGraph, cycles: &Components) -> Vec<bool> {
        let mut proven = vec![false; graph.calls().len()];
        // Callers before callees: the components backwards.
        for component in cycles.iter_reversed() {
            let [f] = component else { continue };
            let function = FunctionId(*f);
            proven[function.index()] = match graph.incoming(function) {
                [] => true,
                [e] => {
                    let caller = graph.edges()[*e as usize].caller;
                    caller != function
                        && self.from_root[PlaceId::outer(function).index()] == 0.0
                        && proven[caller.index()]
                }
                _ => false,
            };
        }
        proven
    }

    fn agrees(&self, function: FunctionId, total: i64) -> bool {
        let total = total as f64;
        (self.inflow(function) - total).abs() <= ROUNDING_NS + total.abs() * 1e-6
    }

    /// Whether the data prove the path to a function and what it cost there.
    pub(super) fn is_proven(&self, function: FunctionId) -> bool {
        self.proven[function.index()] && self.as_recorded[function.index()]
    }

    /// Whether the data prove every path: then the tree is exact.
    pub(super) fn all_proven(&self) -> bool {
        self.proven.iter().all(|p| *p)
    }

    /// Everything that is drawn: the sum of own costs that are not negative.
    pub(super) fn sum(&self) -> f64 {
        self.own.iter().sum()
    }

    /// A function's own cost.
    pub(super) fn own(&self, function: FunctionId) -> f64 {
        self.own[PlaceId::outer(function).index()] + self.own[PlaceId::recursive(function).index()]
    }

    /// Everything that reaches the root through a function's outer and recursive calls together.
    pub(super) fn inflow(&self, function: FunctionId) -> f64 {
        self.inflow[PlaceId::outer(function).index()] + self.inflow[PlaceId::recursive(function).index()]
    }

    /// A place's inflow.
    pub(super) fn inflow_at(&self, place: PlaceId) -> f64 {
        self.inflow[place.index()]
    }

    /// A place's own cost.
    pub(super) fn own_at(&self, place: PlaceId) -> f64 {
        self.own[place.index()]
    }

    /// What of a place's inflow no caller asked for.
    pub(super) fn root_mass_at(&self, place: PlaceId) -> f64 {
        self.from_root[place.index()]
    }

    /// Every place.
    pub(super) fn places(&self) -> impl Iterator<Item = PlaceId> + use<> {
        (0..self.own.len() as u32).map(PlaceId)
    }

    /// The places of a function and how much of `total` each holds: the outer call first, as far as it reaches.
    pub(super) fn places_of(&self, function: FunctionId, total: f64) -> [(PlaceId, f64); 2] {
        let (outer, recursive) = (PlaceId::outer(function), PlaceId::recursive(function));
        if self.inflow_at(recursive) <= 0.0 {
            return [(outer, total), (recursive, 0.0)];
        }
        let first = total.min(self.inflow_at(outer));
        [(outer, first), (recursive, total - first)]
    }

    /// The places a place calls, with what each hands to it.
    pub(super) fn callees(&self, place: PlaceId) -> impl Iterator<Item = (PlaceId, f64)> {
        self.links_from(place).iter().map(|l| (l.to, l.mass))
    }

    /// How many links there are.
    pub(super) fn link_count(&self) -> usize {
        self.links.len()
    }

    /// The number of each link out of a place, the place called, and what that hands to it.
    pub(super) fn numbered_callees(&self, place: PlaceId) -> impl Iterator<Item = (usize, PlaceId, f64)> {
        let first = self.first_out[place.index()] as usize;
        self.links_from(place).iter().enumerate().map(move |(i, l)| (first + i, l.to, l.mass))
    }

    /// The caller a function hands most to; `None` where it hands more to the root.
    pub(super) fn costliest_caller(&self, function: FunctionId) -> Option<FunctionId> {
        let places = [PlaceId::outer(function), PlaceId::recursive(function)];
        let from_root: f64 = places.iter().map(|p| self.root_mass_at(*p)).sum();
        let links = places.iter().flat_map(|p| self.links_to(*p)).filter(|l| l.from.function() != function);
        let costliest = links.max_by(|a, b| a.mass.total_cmp(&b.mass).then(b.from.cmp(&a.from)))?;
        (costliest.mass > from_root).then(|| costliest.from.function())
    }

    /// The places that call a place, with what it hands to each.
    pub(super) fn callers(&self, place: PlaceId) -> impl Iterator<Item = (PlaceId, f64)> {
        self.links_to(place).map(|l| (l.from, l.mass))
    }

    /// The fraction of everything that passes through at least one of the marked functions.
    pub fn fraction_through(&self, marked: &[bool]) -> f64 {
        let is_marked = |p: usize| marked.get(p / 2).copied().unwrap_or(false);
        let mut hit: Vec<f64> = (0..self.own.len()).map(|p| f64::from(u8::from(is_marked(p)))).collect();
        for component in self.components.iter() {
            for _ in 0..MAX_ROUNDS {
                let mut change: f64 = 0.0;
                for &p in component {
                    let place = PlaceId(p);
                    let inflow = self.inflow_at(place);
                    if is_marked(place.index()) || inflow <= 0.0 {
                        continue;
                    }
                    let below: f64 = self.links_from(place).iter().map(|l| l.mass * hit[l.to.index()]).sum();
                    let next = (below / inflow).min(1.0);
                    change = change.max((next - hit[place.index()]).abs());
                    hit[place.index()] = next;
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

/// The weight of each edge: its time; where a callee's edges have none, calls; where there are no calls, evenly.
fn edge_weights(graph: &CallGraph, metric: MetricId) -> Vec<f64> {
    let mut weights: Vec<f64> = graph.edge_total(metric).iter().map(|&t| t.max(0) as f64).collect();
    for f in (0..graph.calls().len()).map(FunctionId::at) {
        let incoming = graph.incoming(f);
        if incoming.iter().any(|&e| weights[e as usize] > 0.0) {
            continue;
        }
        // Where nobody made some of the calls, those cost what was recorded, and the others did cost nothing.
        let called: i64 = incoming.iter().map(|&e| graph.edges()[e as usize].calls).sum();
        if graph.has_calls() && graph.has_edge_costs() && graph.calls()[f.index()] > called {
            continue;
        }
        // Scaled so that the edges together account for the function's total.
        let total = (graph.total(metric)[f.index()].max(0) as f64).max(1.0);
        let calls = |e: u32| graph.edges()[e as usize].calls.max(0) as f64;
        let sum: f64 = incoming.iter().map(|&e| calls(e)).sum();
        for &e in incoming {
            let part = if sum > 0.0 { calls(e) / sum } else { 1.0 / incoming.len() as f64 };
            weights[e as usize] = total * part;
        }
    }
    weights
}

/// Where the run of each place begins once links are sorted by it: `starts[p]..starts[p + 1]`.
fn run_starts(places: usize, of_links: impl Iterator<Item = PlaceId>) -> Vec<u32> {
    let mut starts = vec![0_u32; places + 1];
    for place in of_links {
        starts[place.index() + 1] += 1;
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    starts
}
