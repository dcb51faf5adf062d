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
//! the recursive calls. Calls along one edge that are nested in each other are found in the same way ([`nested`]).

mod components;
mod entries;
mod places;

use self::{components::Components, entries::Entries, entries::ROUNDING_NS, places::places};
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

    fn is_recursive(self) -> bool {
        self.0 % 2 == 1
    }
}

/// A call from place to place.
#[derive(Clone, Copy, Debug)]
struct Link {
    from: PlaceId,
    to: PlaceId,
    /// What `to` hands to `from`.
    mass: f64,
}

/// Links by callee.
#[derive(Debug)]
struct Incoming {
    /// Numbers of links.
    links: Vec<u32>,
    /// `first[p]..first[p + 1]` in `links` are those into a place.
    first: Vec<u32>,
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
/// In cycles so large that a round takes long, fewer are made: so many links are looked at.
const MAX_STEPS: usize = 20_000_000;
/// How far a box may be from the recorded total and still be proven: times in a file are rounded.
const PROVEN_NS: f64 = 1_000.0;

impl Flow {
    /// Computes the flow of one metric.
    pub fn new(graph: &CallGraph, metric: MetricId) -> Self {
        let mut weights = edge_weights(graph, metric);
        let cycles = cycles(graph, &weights);
        let nested = Nested::new(graph, &weights);
        let mut entries = Entries::new(graph, metric, &cycles, &weights);
        if !nested.is_empty() {
            let surplus = surplus(graph, metric, &weights, &entries);
            nested.unfold(&mut weights, &surplus, graph.own(metric).iter().map(|&own| own.max(0) as f64).sum());
            entries = Entries::new(graph, metric, &cycles, &weights);
        }
        let Places { own, links, .. } = Places::new(graph, metric, &cycles, &weights, &entries);
        let mut flow = Self {
            inflow: Vec::new(),
            from_root: entries.from_root.into_iter().flat_map(|outer| [outer, 0.0]).collect(),
            first_out: run_starts(own.len(), links.iter().map(|l| l.from)),
            own,
            links,
            incoming: OnceLock::new(),
            proven: Vec::new(),
            components: Components::default(),
        };
        flow.components = cycles.halved(|p| flow.links_from(PlaceId(p)).iter().map(|l| l.to.0));
        flow.give_entries(graph.total(metric));
        flow.carry_upwards();
        flow.proven = flow.find_proven(graph, metric, &cycles);
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

    /// Gives each cycle nothing leads into an entry: its function with the largest total. So a graph in which every
    /// function has a caller is still drawn whole.
    fn give_entries(&mut self, totals: &[i64]) {
        let mut outside = vec![0.0; self.components.len()];
        let mut inside = outside.clone();
        for (p, mass) in (0..).zip(&self.from_root) {
            outside[self.components.of(p)] += mass;
        }
        for link in &self.links {
            let to = self.components.of(link.to.0);
            let from_inside = self.components.of(link.from.0) == to;
            if from_inside { inside[to] += link.mass } else { outside[to] += link.mass }
        }
        for (component, (outside, inside)) in self.components.iter().zip(outside.into_iter().zip(inside)) {
            if outside > inside * 1e-9 && outside > 0.0 {
                continue;
            }
            let total = |p: u32| totals[PlaceId(p).function().index()];
            if let Some(&entry) = component.iter().max_by_key(|&&p| (total(p), std::cmp::Reverse(p))) {
                self.from_root[entry as usize] = (total(entry).max(0) as f64).max(inside).max(1.0);
            }
        }
    }

    /// Makes what flows along links, from the root and into places agree: in each place, the proportions of what its
    /// callers and the root ask for stay as they are, and their sum becomes what it spends and hands on.
    fn carry_upwards(&mut self) {
        let asked = self.asked();
        // What the figures of a place's callers have to be multiplied with.
        let mut scale = vec![0.0; self.own.len()];
        for component in self.components.iter() {
            if let &[p] = component {
                scale[p as usize] = self.solved(PlaceId(p), &asked, &scale);
                continue;
            }
            // Where the figures agree with each other, this is the solution already.
            component.iter().for_each(|&p| scale[p as usize] = 1.0);
            for _ in 0..self.rounds(component) {
                let mut change: f64 = 0.0;
                for &p in component {
                    let next = self.solved(PlaceId(p), &asked, &scale);
                    change = change.max((next - scale[p as usize]).abs() / next.max(1e-9));
                    scale[p as usize] = next;
                }
                if change < SETTLED {
                    break;
                }
            }
        }
        for link in &mut self.links {
            link.mass *= scale[link.to.index()];
        }
        self.from_root.iter_mut().zip(&scale).for_each(|(mass, scale)| *mass *= scale);
        self.inflow = asked.into_iter().zip(scale).map(|(asked, scale)| asked * scale).collect();
        // A cycle that is not quite settled has not carried everything to the root.
        let (spent, arrived) = (self.sum(), self.from_root.iter().sum::<f64>());
        if arrived > 0.0 {
            self.from_root.iter_mut().for_each(|mass| *mass *= spent / arrived);
        }
    }

    /// What the callers of each place and the root ask for.
    fn asked(&self) -> Vec<f64> {
        let mut asked = self.from_root.clone();
        for link in &self.links {
            asked[link.to.index()] += link.mass;
        }
        asked
    }

    /// The factor at which a place receives what it spends and hands on, with those of its callees as they are.
    fn solved(&self, place: PlaceId, asked: &[f64], scale: &[f64]) -> f64 {
        let (mut by_itself, mut sum) = (0.0, self.own[place.index()]);
        for link in self.links_from(place) {
            // A place that calls itself is solved, not iterated.
            if link.to == place { by_itself += link.mass } else { sum += link.mass * scale[link.to.index()] }
        }
        let by_others = asked[place.index()] - by_itself;
        if by_others > 0.0 { sum / by_others } else { 0.0 }
    }

    fn rounds(&self, component: &[u32]) -> usize {
        let links: usize = component.iter().map(|&p| self.links_from(PlaceId(p)).len()).sum();
        (MAX_STEPS / links.max(1)).clamp(10, MAX_ROUNDS)
    }

    fn find_proven(&self, graph: &CallGraph, metric: MetricId, cycles: &Components) -> Vec<bool> {
        let mut proven = vec![false; graph.calls().len()];
        // Callers before callees: the components backwards.
        for component in cycles.iter().rev() {
            let [f] = component else { continue };
            let function = FunctionId(*f);
            let total = graph.total(metric)[function.index()] as f64;
            let as_recorded = (self.inflow(function) - total).abs() <= total * 1e-6 + PROVEN_NS;
            proven[function.index()] = as_recorded
                && match graph.incoming(function) {
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
            for _ in 0..self.rounds(component) {
                let mut change: f64 = 0.0;
                for &p in component {
                    let place = PlaceId(p);
                    let inflow = self.inflow_at(place);
                    if is_marked(place.index()) || inflow <= 0.0 {
                        continue;
                    }
                    let (mut by_itself, mut below) = (0.0, 0.0);
                    for link in self.links_from(place) {
                        if link.to == place {
                            by_itself += link.mass
                        } else {
                            below += link.mass * hit[link.to.index()]
                        }
                    }
                    let next = (below / (inflow - by_itself).max(inflow * 1e-9)).min(1.0);
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
    let mut timed = vec![false; graph.calls().len()];
    for (edge, weight) in graph.edges().iter().zip(&weights) {
        timed[edge.callee.index()] |= *weight > 0.0;
    }
    for f in (0..timed.len()).filter(|&f| !timed[f]).map(FunctionId::at) {
        // Scaled so that the edges together account for the function's total.
        let total = (graph.total(metric)[f.index()].max(0) as f64).max(1.0);
        let incoming = graph.incoming(f);
        let calls = |e: u32| graph.edges()[e as usize].calls.max(0) as f64;
        let sum: f64 = incoming.iter().map(|&e| calls(e)).sum();
        for &e in incoming {
            let part = if sum > 0.0 { calls(e) / sum } else { 1.0 / incoming.len() as f64 };
            weights[e as usize] = total * part;
        }
    }
    weights
}

/// The cycles of calls that cost anything.
fn cycles(graph: &CallGraph, weights: &[f64]) -> Components {
    const NOBODY: u32 = u32::MAX;
    // The search jumps through the edges; this fits the caches better than they do.
    let callees = graph.edges().iter().zip(weights).map(|(edge, w)| if *w > 0.0 { edge.callee.0 } else { NOBODY });
    let callees: Vec<u32> = callees.collect();
    Components::new(graph.calls().len(), |f| {
        callees[graph.outgoing(FunctionId(f))].iter().copied().filter(|callee| *callee != NOBODY)
    })
}

impl Incoming {
    fn new(places: usize, of: &[Link]) -> Self {
        let first = run_starts(places, of.iter().map(|l| l.to));
        let mut next = first.clone();
        let mut links = vec![0_u32; of.len()];
        for (i, link) in (0..).zip(of) {
            let slot = &mut next[link.to.index()];
            links[*slot as usize] = i;
            *slot += 1;
        }
        Self { links, first }
    }
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
