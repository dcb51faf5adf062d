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

mod entries;
mod places;
mod weights;

use self::{
    entries::{Entries, ROUNDING_NS},
    places::{Links, Places, Rows},
    weights::Weights,
};
use crate::model::{CallGraph, Components, FunctionId, MetricId};
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

/// Links by callee.
#[derive(Debug)]
struct Incoming {
    /// Numbers of links, with the row of the caller.
    links: Vec<(u32, u32)>,
    /// `first[r]..first[r + 1]` in `links` are those into a row.
    first: Vec<u32>,
}

/// What flows through a place. A record a place, not a column a figure: places are met in the order of calls, which is
/// none of memory, and what is far away is fetched once.
#[derive(Clone, Copy, Default, Debug)]
struct PlaceFlow {
    /// Its own cost, never negative: negative and missing times are drawn as nothing.
    own: f64,
    /// What its callers and the root ask of it.
    asked: f64,
    /// Everything that reaches the root through it.
    inflow: f64,
    /// The part of `inflow` that no recorded caller asked for; the part of `asked` until the inflow is known.
    from_root: f64,
}

/// What reaches a place.
#[derive(Clone, Copy)]
struct Received {
    /// What it asks of itself: how much that is depends on what it receives altogether.
    from_itself: f64,
    /// Its own cost, and what others hand on to it.
    others: f64,
}

/// The flow of one metric through a call graph. Its columns are by row: see `places::Rows`.
#[derive(Debug)]
pub struct Flow {
    rows: Rows,
    through: Vec<PlaceFlow>,
    /// What a place hands on for each unit it is asked for.
    granted: Vec<f64>,
    links: Links,
    /// Made when somebody asks who calls.
    incoming: OnceLock<Incoming>,
    /// By function: whether the path to it is proven by the data: it and all its callers have one caller each.
    proven: Vec<bool>,
    /// By function: whether what flows through it is what was recorded for it. Recursion further in can be shared out
    /// otherwise than it was.
    as_recorded: Vec<bool>,
    /// Rows in the order callees before callers, cycles together.
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
        let (totals, cycles) = (graph.total(metric), graph.cycles());
        let weights = Weights::new(graph, metric);
        let entries = Entries::new(graph, metric, &weights);
        let Places { rows, through, links, .. } = Places::new(graph, metric, &weights, &entries);
        let components = cycles.halved(
            rows.len(),
            |f| rows.recursive(FunctionId(f)),
            |row| rows.function(row).0,
            |row| links.from(row).map(|(to, _)| to),
        );
        let mut flow = Self {
            granted: vec![0.0; rows.len()],
            through,
            links,
            incoming: OnceLock::new(),
            proven: Vec::new(),
            as_recorded: Vec::new(),
            components: Components::default(),
            rows,
        };
        flow.settle(&components, totals);
        flow.components = components;
        flow.proven = flow.find_proven(graph);
        flow.as_recorded = (0..).map(FunctionId).zip(totals).map(|(f, &total)| flow.agrees(f, total)).collect();
        flow
    }

    /// The links into a place: the row of the caller, and what the link carries.
    fn links_to(&self, place: PlaceId) -> impl Iterator<Item = (u32, f64)> {
        let incoming = self.incoming.get_or_init(|| Incoming::new(&self.rows, &self.links));
        let row = self.rows.of(place);
        let range = row.map_or(0..0, |row| incoming.first[row] as usize..incoming.first[row + 1] as usize);
        let granted = row.map_or(0.0, |row| self.granted[row]);
        incoming.links[range].iter().map(move |&(link, from)| (from, self.links.asked[link as usize] * granted))
    }

    /// Solves for the inflows, callees before callers: each place divides what it spends and hands on in the proportions
    /// in which its callers and the root ask for it.
    fn settle(&mut self, components: &Components, totals: &[i64]) {
        // What is asked of each place by those of its cycle. Only places in cycles are ever looked at here.
        let mut inside = vec![0.0; self.rows.len()];
        for component in components.iter() {
            if let &[row] = component {
                let received = self.received(row);
                let outside = self.through[row as usize].asked - received.from_itself;
                self.give_entry(component, outside, received.from_itself, totals);
                self.grant(row, received);
            } else {
                self.settle_cycle(component, components, &mut inside, totals);
            }
        }
        self.through.iter_mut().zip(&self.granted).for_each(|(place, granted)| place.from_root *= granted);
    }

    /// Solves for the inflows within a cycle by going round it.
    ///
    /// Where nearly everything in a cycle goes round, a round changes little, and thousands would be needed. So after
    /// each round the cycle as a whole is balanced: what it hands on must be what it spends and receives.
    fn settle_cycle(&mut self, component: &[u32], components: &Components, inside: &mut [f64], totals: &[i64]) {
        let mut received = 0.0;
        for &row in component {
            received += self.through[row as usize].own;
            for (to, weight) in self.links.from(row) {
                if components.are_together(row, to) {
                    inside[to as usize] += weight;
                } else {
                    received += weight * self.granted[to as usize];
                }
            }
        }
        let outside = |flow: &Self, row: u32| flow.through[row as usize].asked - inside[row as usize];
        let from_outside = component.iter().map(|&row| outside(self, row)).sum();
        self.give_entry(component, from_outside, component.iter().map(|&row| inside[row as usize]).sum(), totals);
        // Where the figures agree with each other, this is the solution already.
        for &row in component {
            let place = &mut self.through[row as usize];
            place.inflow = place.asked;
            self.granted[row as usize] = 1.0;
        }
        for _ in 0..self.rounds(component) {
            let (mut change, mut handed_on): (f64, f64) = (0.0, 0.0);
            for &row in component {
                let received = self.received(row);
                change = change.max(self.grant(row, received));
                handed_on += outside(self, row) * self.granted[row as usize];
            }
            if handed_on > 0.0 {
                let balance = received / handed_on;
                for &row in component {
                    self.through[row as usize].inflow *= balance;
                    self.granted[row as usize] *= balance;
                }
            }
            if change < SETTLED {
                break;
            }
        }
    }

    /// Gives a cycle nothing leads into an entry: its function with the largest total. So a graph in which every
    /// function has a caller is still drawn whole. `outside` is what is asked of its places from outside the cycle,
    /// `inside` what they ask of each other.
    #[inline]
    fn give_entry(&mut self, component: &[u32], outside: f64, inside: f64, totals: &[i64]) {
        if outside > inside * 1e-9 && outside > 0.0 {
            return;
        }
        let total = |row: u32| totals[self.rows.function(row).index()];
        let entry = component.iter().max_by_key(|&&row| (total(row), std::cmp::Reverse(self.rows.place(row))));
        if let Some(&entry) = entry {
            let total = total(entry).max(0) as f64;
            let place = &mut self.through[entry as usize];
            let called = place.asked - place.from_root;
            place.from_root = total.max(called).max(1.0);
            place.asked = called + place.from_root;
        }
    }

    /// What a place spends and what its callees hand on to it.
    #[inline]
    fn received(&self, row: u32) -> Received {
        let mut received = Received { from_itself: 0.0, others: self.through[row as usize].own };
        for (to, asked) in self.links.from(row) {
            if to == row {
                received.from_itself += asked;
            } else {
                received.others += asked * self.granted[to as usize];
            }
        }
        received
    }

    /// Lets a place hand on what it received. Gives by what part that has changed.
    #[inline]
    fn grant(&mut self, row: u32, received: Received) -> f64 {
        let place = &mut self.through[row as usize];
        // A place that calls itself is solved, not iterated.
        let by_others = if place.asked > 0.0 { 1.0 - received.from_itself / place.asked } else { 1.0 };
        let inflow = received.others / by_others.max(1e-6);
        let change = (inflow - place.inflow).abs() / inflow.max(1e-9);
        place.inflow = inflow;
        self.granted[row as usize] = if place.asked > 0.0 { inflow / place.asked } else { 0.0 };
        change
    }

    fn rounds(&self, component: &[u32]) -> usize {
        let links: usize = component.iter().map(|&row| self.links.range(row).len()).sum();
        (MAX_STEPS / links.max(1)).clamp(10, MAX_ROUNDS)
    }

    fn find_proven(&self, graph: &CallGraph) -> Vec<bool> {
        let mut proven = vec![false; graph.calls().len()];
        // Callers before callees: the components backwards.
        for component in graph.cycles().iter().rev() {
            let [f] = component else { continue };
            let function = FunctionId(*f);
            proven[function.index()] = match graph.incoming(function) {
                [] => true,
                [e] => {
                    let caller = graph.edges()[*e as usize].caller;
                    caller != function && self.through[function.index()].from_root == 0.0 && proven[caller.index()]
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
        self.through.iter().map(|place| place.own).sum()
    }

    /// A function's own cost.
    pub(super) fn own(&self, function: FunctionId) -> f64 {
        self.of_both(function, |place| place.own)
    }

    /// Everything that reaches the root through a function's outer and recursive calls together.
    #[inline]
    pub(super) fn inflow(&self, function: FunctionId) -> f64 {
        self.of_both(function, |place| place.inflow)
    }

    #[inline]
    fn of_both(&self, function: FunctionId, figure: impl Fn(&PlaceFlow) -> f64) -> f64 {
        let recursive = self.rows.recursive(function).map_or(0.0, |row| figure(&self.through[row as usize]));
        figure(&self.through[function.index()]) + recursive
    }

    #[inline]
    fn at(&self, place: PlaceId, figure: impl Fn(&PlaceFlow) -> f64) -> f64 {
        self.rows.of(place).map_or(0.0, |row| figure(&self.through[row]))
    }

    /// A place's inflow.
    pub(super) fn inflow_at(&self, place: PlaceId) -> f64 {
        self.at(place, |flow| flow.inflow)
    }

    /// A place's own cost.
    pub(super) fn own_at(&self, place: PlaceId) -> f64 {
        self.at(place, |flow| flow.own)
    }

    /// What of a place's inflow no caller asked for.
    pub(super) fn root_mass_at(&self, place: PlaceId) -> f64 {
        self.at(place, |flow| flow.from_root)
    }

    /// Every place, in order.
    pub(super) fn places(&self) -> impl Iterator<Item = PlaceId> {
        self.rows.iter().map(|row| self.rows.place(row))
    }

    /// What every [`PlaceId::index`] is below.
    pub(super) fn place_bound(&self) -> usize {
        2 * self.rows.functions()
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
        self.numbered_callees(place).map(|(_, to, mass)| (to, mass))
    }

    /// How many links there are.
    pub(super) fn link_count(&self) -> usize {
        self.links.to.len()
    }

    /// The number of each link out of a place, the place called, and what that hands to it.
    pub(super) fn numbered_callees(&self, place: PlaceId) -> impl Iterator<Item = (usize, PlaceId, f64)> {
        let range = self.rows.of(place).map_or(0..0, |row| self.links.range(row as u32));
        range.map(|link| {
            let to = self.links.to[link];
            (link, self.rows.place(to), self.links.asked[link] * self.granted[to as usize])
        })
    }

    /// The caller a function hands most to; `None` where it hands more to the root.
    pub(super) fn costliest_caller(&self, function: FunctionId) -> Option<FunctionId> {
        let places = [PlaceId::outer(function), PlaceId::recursive(function)];
        let from_root: f64 = places.iter().map(|p| self.root_mass_at(*p)).sum();
        let costs = places.iter().flat_map(|p| self.callers(*p)).filter(|(from, _)| from.function() != function);
        let (caller, cost) = costs.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        (cost > from_root).then(|| caller.function())
    }

    /// The places that call a place, with what it hands to each.
    pub(super) fn callers(&self, place: PlaceId) -> impl Iterator<Item = (PlaceId, f64)> {
        self.links_to(place).map(|(from, mass)| (self.rows.place(from), mass))
    }

    /// The fraction of everything that passes through at least one of the marked functions.
    pub fn fraction_through(&self, marked: &[bool]) -> f64 {
        let is_marked = |row: u32| marked.get(self.rows.function(row).index()).copied().unwrap_or(false);
        let mut hit: Vec<f64> = (0..self.rows.len() as u32).map(|row| f64::from(u8::from(is_marked(row)))).collect();
        for component in self.components.iter() {
            for _ in 0..MAX_ROUNDS {
                let mut change: f64 = 0.0;
                for &row in component {
                    let inflow = self.through[row as usize].inflow;
                    if is_marked(row) || inflow <= 0.0 {
                        continue;
                    }
                    let carried = |(to, asked): (u32, f64)| asked * self.granted[to as usize] * hit[to as usize];
                    let below: f64 = self.links.from(row).map(carried).sum();
                    let next = (below / inflow).min(1.0);
                    change = change.max((next - hit[row as usize]).abs());
                    hit[row as usize] = next;
                }
                if component.len() == 1 || change < 1e-9 {
                    break;
                }
            }
        }
        let sum: f64 = self.through.iter().map(|place| place.from_root).sum();
        let through = self.through.iter().zip(&hit).fold(0.0, |through, (place, h)| through + place.from_root * h);
        if sum > 0.0 { (through / sum).clamp(0.0, 1.0) } else { 0.0 }
    }
}

impl Incoming {
    fn new(rows: &Rows, links: &Links) -> Self {
        let mut first = vec![0_u32; rows.len() + 1];
        for to in &links.to {
            first[*to as usize + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut into = vec![(0, 0); links.to.len()];
        for row in rows.iter() {
            for link in links.range(row) {
                let slot = &mut next[links.to[link] as usize];
                into[*slot as usize] = (link as u32, row);
                *slot += 1;
            }
        }
        Self { links: into, first }
    }
}
