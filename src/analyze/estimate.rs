//! An estimated call tree as stacks, few enough to be written down one by one.
//!
//! The estimated tree of an ordinary program has millions of boxes, and more than half of its time lies in boxes
//! narrower than a ten-thousandth of the run. Cut off there, or counted in their callers, they would falsify what
//! functions cost themselves. So narrow boxes are thinned out instead, much as a sampling profiler would: where the
//! callees of a box are narrower than a quantum each, a few of them stand for all. What the others are owed is
//! remembered for each edge, and they stand in at the next box.
//!
//! Boxes wider than the quantum are as wide as in the estimated tree, to about a quantum. What each function cost itself
//! is kept to the last unit.

use super::{Flow, flow::PlaceId};
use crate::model::{CallGraph, FunctionId};

/// Where recursion is followed no further.
const MAX_DEPTH: u32 = 1_000;

/// Stacks as a prefix tree: a parent precedes its children, and row 0 is the empty stack.
#[derive(Debug)]
pub struct EstimatedStacks {
    parents: Vec<u32>,
    functions: Vec<FunctionId>,
    own: Vec<i64>,
    quantum: i64,
}

impl EstimatedStacks {
    /// About `most` stacks at most; more only where there are more functions, each of which is kept.
    pub(super) fn new(graph: &CallGraph, flow: &Flow, most: usize) -> Self {
        let sum = flow.sum().round() as i64;
        let whole = Grower::new(flow, 1).grow(sum, most);
        let quantum = (sum / most.max(1) as i64).max(1);
        let mut stacks =
            whole.or_else(|| Grower::new(flow, quantum).grow(sum, usize::MAX)).unwrap_or_else(|| Self::empty(quantum));
        stacks.settle_own(graph, flow);
        stacks
    }

    fn empty(quantum: i64) -> Self {
        Self { parents: vec![0], functions: vec![FunctionId(0)], own: vec![0], quantum }
    }

    /// Parents by row; the empty stack's is itself.
    pub fn parents(&self) -> &[u32] {
        &self.parents
    }

    /// Innermost functions by row. The value of row 0 has no meaning.
    pub fn functions(&self) -> &[FunctionId] {
        &self.functions
    }

    /// What ends in each stack; 0 for stacks that only lead to others.
    pub fn own(&self) -> &[i64] {
        &self.own
    }

    /// Stacks below this were thinned out; 1 where none were.
    pub fn quantum(&self) -> i64 {
        self.quantum
    }

    fn push(&mut self, parent: u32, function: FunctionId, own: i64) -> u32 {
        self.parents.push(parent);
        self.functions.push(function);
        self.own.push(own);
        (self.parents.len() - 1) as u32
    }

    /// Gives each function exactly what it cost itself. Thinning out leaves it a few quanta off: that is taken from or
    /// added to its widest stack, and functions left without a stack get one along their costliest callers.
    fn settle_own(&mut self, graph: &CallGraph, flow: &Flow) {
        let functions = (0..graph.calls().len()).map(FunctionId::at);
        let mut missing: Vec<i64> = functions.map(|f| flow.own(f).round() as i64).collect();
        let mut widest: Vec<u32> = vec![0; missing.len()];
        for row in 1..self.own.len() {
            let f = self.functions[row].index();
            missing[f] -= self.own[row];
            if self.own[row] > self.own[widest[f] as usize] {
                widest[f] = row as u32;
            }
        }
        for (f, &row) in widest.iter().enumerate().filter(|(_, row)| **row != 0) {
            let settled = (self.own[row as usize] + missing[f]).max(0);
            missing[f] -= settled - self.own[row as usize];
            self.own[row as usize] = settled;
        }
        for row in 1..self.own.len() {
            let missing = &mut missing[self.functions[row].index()];
            if *missing < 0 {
                let taken = self.own[row].min(-*missing);
                self.own[row] -= taken;
                *missing += taken;
            }
        }
        let mut rows: Vec<u32> = vec![0; missing.len()];
        for (f, &own) in missing.iter().enumerate().filter(|(_, own)| **own > 0) {
            let row = self.along_costliest_callers(flow, FunctionId::at(f), &mut rows);
            self.own[row as usize] += own;
        }
    }

    /// The row of a function below its costliest caller, and so on outwards; `rows` remembers those made before.
    fn along_costliest_callers(&mut self, flow: &Flow, function: FunctionId, rows: &mut [u32]) -> u32 {
        let mut path = vec![function];
        let mut seen = rustc_hash::FxHashSet::default();
        let mut at = function;
        while rows[at.index()] == 0 && seen.insert(at) {
            match flow.costliest_caller(at) {
                Some(caller) => at = caller,
                None => break,
            }
            path.push(at);
        }
        let mut row = 0;
        for &function in path.iter().rev() {
            if rows[function.index()] == 0 {
                rows[function.index()] = self.push(row, function, 0);
            }
            row = rows[function.index()];
        }
        row
    }
}

/// One part of a box: its own cost, or a callee.
#[derive(Clone, Copy)]
struct Part {
    /// `None` is the box itself.
    callee: Option<PlaceId>,
    /// Where its debt is kept.
    debt: usize,
    cost: f64,
}

/// A box that is still to be divided.
struct Open {
    parent: u32,
    place: PlaceId,
    total: i64,
    depth: u32,
}

struct Grower<'a> {
    flow: &'a Flow,
    quantum: i64,
    /// What each link, each place itself and each outermost place is owed by boxes that left it out.
    debts: Vec<f64>,
    parts: Vec<Part>,
    shares: Vec<(Option<PlaceId>, i64)>,
}

impl<'a> Grower<'a> {
    fn new(flow: &'a Flow, quantum: i64) -> Self {
        let debts = vec![0.0; flow.link_count() + 2 * flow.place_bound()];
        Self { flow, quantum, debts, parts: Vec::new(), shares: Vec::new() }
    }

    /// All stacks, or `None` where there are more than `most`.
    fn grow(mut self, sum: i64, most: usize) -> Option<EstimatedStacks> {
        let mut stacks = EstimatedStacks::empty(self.quantum);
        let mut open: Vec<Open> = Vec::new();
        let flow = self.flow;
        let outermost = flow.link_count() + flow.place_bound();
        let roots = flow.places().map(|p| (p, flow.root_mass_at(p))).filter(|(_, cost)| *cost > 0.0);
        self.parts.extend(roots.map(|(p, cost)| Part { callee: Some(p), debt: outermost + p.index(), cost }));
        self.divide(sum);
        self.open_shares(0, 0, &mut open);
        while let Some(next) = open.pop() {
            if stacks.parents.len() > most {
                return None;
            }
            self.parts_of(&next);
            self.divide(next.total);
            let own = self.shares.iter().filter(|(callee, _)| callee.is_none()).map(|(_, share)| share).sum();
            let row = stacks.push(next.parent, next.place.function(), own);
            self.open_shares(row, next.depth + 1, &mut open);
        }
        Some(stacks)
    }

    /// The first share is opened last, to be divided first.
    fn open_shares(&self, parent: u32, depth: u32, open: &mut Vec<Open>) {
        let callees = self.shares.iter().rev().filter(|(_, share)| *share > 0);
        open.extend(callees.filter_map(|&(callee, total)| callee.map(|place| Open { parent, place, total, depth })));
    }

    fn parts_of(&mut self, of: &Open) {
        let flow = self.flow;
        let inflow = flow.inflow_at(of.place);
        let own = Part { callee: None, debt: flow.link_count() + of.place.index(), cost: of.total as f64 };
        self.parts.clear();
        if inflow <= 0.0 || of.depth >= MAX_DEPTH {
            self.parts.push(own);
            return;
        }
        let scale = of.total as f64 / inflow;
        let calls = flow.numbered_callees(of.place);
        let calls = calls.map(|(link, to, mass)| Part { callee: Some(to), debt: link, cost: mass * scale });
        self.parts.push(Part { cost: flow.own_at(of.place) * scale, ..own });
        self.parts.extend(calls.filter(|part| part.cost > 0.0));
    }

    /// Divides a total among the parts into `shares`, which add up to it.
    fn divide(&mut self, total: i64) {
        let Self { parts, shares, debts, quantum, .. } = self;
        shares.clear();
        parts.sort_unstable_by(|a, b| b.cost.total_cmp(&a.cost).then(a.debt.cmp(&b.debt)));
        let wide = parts.partition_point(|part| part.cost >= *quantum as f64);
        let (wide, narrow) = parts.split_at_mut(wide);
        // The ends are rounded, not the lengths, so that the shares add up as the parts do.
        let (mut end, mut given) = (0.0, 0);
        for part in wide {
            end += part.cost;
            let to = (end.round() as i64).min(total);
            shares.push((part.callee, to - given));
            given = to;
        }
        let rest = total - given;
        for part in narrow.iter() {
            debts[part.debt] += part.cost;
        }
        if rest <= 0 {
            return;
        }
        if narrow.is_empty() {
            match shares.first_mut() {
                Some((_, widest)) => *widest += rest,
                None => shares.push((None, rest)),
            }
            return;
        }
        let chosen = ((rest / *quantum) as usize).clamp(1, narrow.len());
        let owed = |part: &Part| debts[part.debt];
        narrow.select_nth_unstable_by(chosen - 1, |a, b| owed(b).total_cmp(&owed(a)).then(a.debt.cmp(&b.debt)));
        for (i, part) in narrow.iter().take(chosen).enumerate() {
            let share = rest / chosen as i64 + i64::from((i as i64) < rest % chosen as i64);
            shares.push((part.callee, share));
            debts[part.debt] -= share as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, Function, GraphBuilder, MetricId, Profile, StringId, Unit};

    /// A graph of so many functions with cycles, own times of very different sizes, and edges as cProfile records them.
    fn graph(functions: usize) -> Profile {
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let ids: Vec<FunctionId> = (0..functions)
            .map(|i| {
                let name = b.string(&format!("f{i}"));
                b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY })
            })
            .collect();
        for (i, &f) in ids.iter().enumerate() {
            let own = 10_i64.pow(random(7) as u32) + random(1_000) as i64;
            b.add(f, 1, 1, &[own], &[own * 2]);
            for _ in 0..if i == 0 { 0 } else { 1 + random(3) } {
                // Mostly from functions further out, now and then from further in.
                let caller = if random(10) == 0 { random(functions as u64) } else { random(i as u64) };
                let total = own * 2 / 3;
                b.add_edge(ids[caller as usize], f, (1, 1), &[own / 3], &[total]);
            }
        }
        b.finish().expect("builds")
    }

    fn estimate(profile: &Profile, most: usize) -> (EstimatedStacks, Flow) {
        let Body::Graph(graph) = profile.body() else { panic!("built as a graph") };
        let flow = Flow::new(graph, MetricId(0));
        (EstimatedStacks::new(graph, &flow, most), flow)
    }

    fn own_by_function(stacks: &EstimatedStacks, functions: usize) -> Vec<i64> {
        let mut own = vec![0; functions];
        for (function, value) in stacks.functions().iter().zip(stacks.own()).skip(1) {
            own[function.index()] += value;
        }
        own
    }

    #[test]
    fn every_function_keeps_what_it_cost_itself_however_few_the_stacks() {
        let profile = graph(400);
        let Body::Graph(graph) = profile.body() else { panic!("built as a graph") };
        for most in [1, 50, 1_000, 20_000] {
            let (stacks, _) = estimate(&profile, most);
            assert_eq!(own_by_function(&stacks, 400), graph.own(MetricId(0)), "{most}");
            assert!(stacks.own().iter().all(|&own| own >= 0));
            assert!((1..stacks.own().len()).all(|row| (stacks.parents()[row] as usize) < row));
        }
    }

    #[test]
    fn wide_boxes_stay_as_wide_as_estimated() {
        let profile = graph(400);
        let (stacks, flow) = estimate(&profile, 5_000);
        assert!(stacks.quantum() > 1);
        let lines = stacks.own().iter().filter(|&&own| own > 0).count();
        assert!(lines < 20_000, "{lines}");
        let sum: i64 = stacks.own().iter().sum();
        let mut total = stacks.own().to_vec();
        for row in (1..total.len()).rev() {
            total[stacks.parents()[row] as usize] += total[row];
        }
        let roots = (0..400).map(FunctionId).map(|f| (f, flow.places_of(f, f64::INFINITY)));
        let roots = roots.map(|(f, places)| (f, places.iter().map(|(p, _)| flow.root_mass_at(*p)).sum::<f64>()));
        for (f, cost) in roots.filter(|(_, cost)| *cost > sum as f64 / 20.0) {
            let rows = (1..total.len()).filter(|&r| stacks.parents()[r] == 0 && stacks.functions()[r] == f);
            let width: i64 = rows.map(|r| total[r]).sum();
            let off = (width as f64 - cost).abs() / sum as f64;
            assert!(off < 0.01, "f{} is {off} off", f.0);
        }
    }

    #[test]
    fn few_stacks_are_written_as_they_are() {
        let profile = graph(6);
        let (stacks, _) = estimate(&profile, 100_000);
        assert_eq!(stacks.quantum(), 1);
    }

    #[test]
    fn nothing_has_no_stacks() {
        let (stacks, _) = estimate(&graph(0), 10);
        assert_eq!(stacks.own(), [0]);
    }
}
