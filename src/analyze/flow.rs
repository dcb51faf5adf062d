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
    places::Places,
};
use crate::model::{CallGraph, FunctionId, MetricId};
use std::sync::OnceLock;

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
    /// What `from` asks `to` to take over. What it gets depends on what others ask for: see [`Flow::granted`].
    asked: f64,
}

/// Links by callee.
#[derive(Debug)]
struct Incoming {
    /// Numbers of links.
    links: Vec<u32>,
    /// `first[p]..first[p + 1]` in `links` are those into a place.
    first: Vec<u32>,
}

/// What is asked of each place.
struct Asked {
    /// By its callers and the root.
    all: Vec<f64>,
    /// By the places of its cycle, itself included.
    inside: Vec<f64>,
}

impl Asked {
    fn outside(&self, place: u32) -> f64 {
        self.all[place as usize] - self.inside[place as usize]
    }
}

/// What reaches a place.
#[derive(Clone, Copy)]
struct Received {
    /// What it asks of itself: how much that is depends on what it receives altogether.
    from_itself: f64,
    /// Its own cost, and what others hand on to it.
    others: f64,
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
    /// What a place hands on for each unit it is asked for.
    granted: Vec<f64>,
    /// Sorted by caller.
    links: Vec<Link>,
    /// `first_out[p]..first_out[p + 1]` are the links out of a place.
    first_out: Vec<u32>,
    /// Made when somebody asks who calls.
    incoming: OnceLock<Incoming>,
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
/// In cycles so large that a round takes long, fewer are made: about so many links are looked at.
const MAX_STEPS: usize = 20_000_000;

impl Flow {
    /// Computes the flow of one metric.
    pub fn new(graph: &CallGraph, metric: MetricId) -> Self {
        let functions = graph.calls().len();
        let (edges, totals) = (graph.edges(), graph.total(metric));
        let cycles = Components::new(functions, |f| edges[graph.outgoing(FunctionId(f))].iter().map(|e| e.callee.0));
        let weights = edge_weights(graph, metric);
        let entries = Entries::new(graph, metric, &cycles, &weights);
        let Places { own, links, first_out, .. } = Places::new(graph, metric, &cycles, &weights, &entries);
        let mut flow = Self {
            inflow: vec![0.0; own.len()],
            granted: vec![0.0; own.len()],
            from_root: entries.from_root.iter().flat_map(|&outer| [outer, 0.0]).collect(),
            own,
            links,
            first_out,
            incoming: OnceLock::new(),
            proven: Vec::new(),
            as_recorded: Vec::new(),
            components: Components::default(),
        };
        flow.components = cycles.halved(
            |f| entries.is_recursive(FunctionId(f)),
            |p| flow.links_from(PlaceId(p)).iter().map(|link| link.to.0),
        );
        flow.settle(totals);
        flow.proven = flow.find_proven(graph, &cycles);
        flow.as_recorded = (0..).map(FunctionId).zip(totals).map(|(f, &total)| flow.agrees(f, total)).collect();
        flow
    }

    fn links_from(&self, place: PlaceId) -> &[Link] {
        &self.links[self.first_out[place.index()] as usize..self.first_out[place.index() + 1] as usize]
    }

    fn links_to(&self, place: PlaceId) -> impl Iterator<Item = &Link> {
        let incoming = self.incoming.get_or_init(|| Incoming::new(self.own.len(), &self.links));
        let range = incoming.first[place.index()] as usize..incoming.first[place.index() + 1] as usize;
        incoming.links[range].iter().map(|&i| &self.links[i as usize])
    }

    /// What a link carries.
    #[inline]
    fn carried(&self, link: &Link) -> f64 {
        link.asked * self.granted[link.to.index()]
    }

    /// Solves for the inflows, callees before callers: each place divides what it spends and hands on in the proportions
    /// in which its callers and the root ask for it.
    fn settle(&mut self, totals: &[i64]) {
        let mut asked = Asked { all: self.from_root.clone(), inside: vec![0.0; self.own.len()] };
        for link in &self.links {
            asked.all[link.to.index()] += link.asked;
        }
        let components = std::mem::take(&mut self.components);
        for component in components.iter() {
            if let &[p] = component {
                let received = self.received(PlaceId(p));
                if received.from_itself > 0.0 {
                    asked.inside[p as usize] = received.from_itself;
                }
                self.give_entry(component, &mut asked, totals);
                self.grant(PlaceId(p), received, &asked);
            } else {
                self.settle_cycle(component, &components, &mut asked, totals);
            }
        }
        self.components = components;
        self.from_root.iter_mut().zip(&self.granted).for_each(|(root, granted)| *root *= granted);
    }

    /// Solves for the inflows within a cycle by going round it.
    ///
    /// Where nearly everything in a cycle goes round, a round changes little, and thousands would be needed. So after
    /// each round the cycle as a whole is balanced: what it hands on must be what it spends and receives.
    fn settle_cycle(&mut self, component: &[u32], components: &Components, asked: &mut Asked, totals: &[i64]) {
        let mut received = 0.0;
        for &p in component {
            received += self.own[p as usize];
            for link in self.links_from(PlaceId(p)) {
                if components.are_together(p, link.to.0) {
                    asked.inside[link.to.index()] += link.asked;
                } else {
                    received += self.carried(link);
                }
            }
        }
        self.give_entry(component, asked, totals);
        // Where the figures agree with each other, this is the solution already.
        for &p in component {
            self.inflow[p as usize] = asked.all[p as usize];
            self.granted[p as usize] = 1.0;
        }
        for _ in 0..self.rounds(component) {
            let (mut change, mut handed_on): (f64, f64) = (0.0, 0.0);
            for &p in component {
                let received = self.received(PlaceId(p));
                change = change.max(self.grant(PlaceId(p), received, asked));
                handed_on += asked.outside(p) * self.granted[p as usize];
            }
            if handed_on > 0.0 {
                let balance = received / handed_on;
                for &p in component {
                    self.inflow[p as usize] *= balance;
                    self.granted[p as usize] *= balance;
                }
            }
            if change < SETTLED {
                break;
            }
        }
    }

    /// Gives a cycle nothing leads into an entry: its function with the largest total. So a graph in which every
    /// function has a caller is still drawn whole.
    fn give_entry(&mut self, component: &[u32], asked: &mut Asked, totals: &[i64]) {
        let outside: f64 = component.iter().map(|&p| asked.outside(p)).sum();
        let inside: f64 = component.iter().map(|&p| asked.inside[p as usize]).sum();
        if outside > inside * 1e-9 && outside > 0.0 {
            return;
        }
        let total = |p: u32| totals[PlaceId(p).function().index()];
        if let Some(&entry) = component.iter().max_by_key(|&&p| (total(p), std::cmp::Reverse(p))) {
            let entry_index = entry as usize;
            let called = asked.all[entry_index] - self.from_root[entry_index];
            let root = (total(entry).max(0) as f64).max(called).max(1.0);
            asked.all[entry_index] = called + root;
            self.from_root[entry_index] = root;
        }
    }

    /// What a place spends and what its callees hand on to it.
    fn received(&self, place: PlaceId) -> Received {
        let mut received = Received { from_itself: 0.0, others: self.own[place.index()] };
        for link in self.links_from(place) {
            if link.to == place {
                received.from_itself += link.asked;
            } else {
                received.others += self.carried(link);
            }
        }
        received
    }

    /// Lets a place hand on what it received. Gives by what part that has changed.
    fn grant(&mut self, place: PlaceId, received: Received, asked: &Asked) -> f64 {
        let asked = asked.all[place.index()];
        // A place that calls itself is solved, not iterated.
        let by_others = if asked > 0.0 { 1.0 - received.from_itself / asked } else { 1.0 };
        let inflow = received.others / by_others.max(1e-6);
        let change = (inflow - self.inflow[place.index()]).abs() / inflow.max(1e-9);
        self.inflow[place.index()] = inflow;
        self.granted[place.index()] = if asked > 0.0 { inflow / asked } else { 0.0 };
        change
    }

    fn rounds(&self, component: &[u32]) -> usize {
        let links: usize = component.iter().map(|&p| self.links_from(PlaceId(p)).len()).sum();
        (MAX_STEPS / links.max(1)).clamp(10, MAX_ROUNDS)
    }

    fn find_proven(&self, graph: &CallGraph, cycles: &Components) -> Vec<bool> {
        let mut proven = vec![false; graph.calls().len()];
        // Callers before callees: the components backwards.
        for component in cycles.iter().rev() {
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
        self.links_from(place).iter().map(|l| (l.to, self.carried(l)))
    }

    /// How many links there are.
    pub(super) fn link_count(&self) -> usize {
        self.links.len()
    }

    /// The number of each link out of a place, the place called, and what that hands to it.
    pub(super) fn numbered_callees(&self, place: PlaceId) -> impl Iterator<Item = (usize, PlaceId, f64)> {
        let first = self.first_out[place.index()] as usize;
        self.links_from(place).iter().enumerate().map(move |(i, l)| (first + i, l.to, self.carried(l)))
    }

    /// The caller a function hands most to; `None` where it hands more to the root.
    pub(super) fn costliest_caller(&self, function: FunctionId) -> Option<FunctionId> {
        let places = [PlaceId::outer(function), PlaceId::recursive(function)];
        let from_root: f64 = places.iter().map(|p| self.root_mass_at(*p)).sum();
        let links = places.iter().flat_map(|p| self.links_to(*p)).filter(|l| l.from.function() != function);
        let costs = links.map(|l| (l.from, self.carried(l)));
        let (caller, cost) = costs.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        (cost > from_root).then(|| caller.function())
    }

    /// The places that call a place, with what it hands to each.
    pub(super) fn callers(&self, place: PlaceId) -> impl Iterator<Item = (PlaceId, f64)> {
        self.links_to(place).map(|l| (l.from, self.carried(l)))
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
                    let below: f64 = self.links_from(place).iter().map(|l| self.carried(l) * hit[l.to.index()]).sum();
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
    let mut is_timed = vec![false; graph.calls().len()];
    for (edge, &weight) in graph.edges().iter().zip(&weights) {
        is_timed[edge.callee.index()] |= weight > 0.0;
    }
    for f in (0..graph.calls().len()).map(FunctionId::at).filter(|f| !is_timed[f.index()]) {
        let incoming = graph.incoming(f);
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

impl Incoming {
    fn new(places: usize, links: &[Link]) -> Self {
        let mut first = vec![0_u32; places + 1];
        for link in links {
            first[link.to.index() + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut numbers = vec![0_u32; links.len()];
        for (i, link) in (0..).zip(links) {
            let slot = &mut next[link.to.index()];
            numbers[*slot as usize] = i;
            *slot += 1;
        }
        Self { links: numbers, first }
    }
}
