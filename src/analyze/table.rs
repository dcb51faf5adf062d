//! The function table: cost of each group in itself and with everything it called.

use super::{
    Flow, GroupBy, GroupId, Groups, MergedTree, PathWalk, Query, Step, Weights, merged::ROOT, tree::outermost,
};
use crate::model::{Body, CallGraph, FrameId, FunctionId, LineProfile, MetricId, Profile, StackProfile};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Costs by group. Columns are indexed by [`GroupId`].
#[derive(Debug, Clone)]
pub struct FunctionTable {
    own: Vec<i64>,
    total: Vec<i64>,
    calls: Option<Calls>,
    sum: i64,
    present: Vec<bool>,
    totals_exact: bool,
    inclusive: bool,
}

/// Stands for a count the profiler did not record.
const NOT_RECORDED: i64 = -1;

#[derive(Debug, Clone)]
struct Calls {
    all: Vec<i64>,
    primitive: Vec<i64>,
}

/// A column the table can be sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum SortKey {
    /// Cost in the function itself.
    #[default]
    Own,
    /// Cost in the function and everything it called.
    Total,
    /// All calls.
    Calls,
    /// Own cost for each call.
    OwnPerCall,
    /// Total cost for each primitive call.
    TotalPerCall,
    /// Name.
    Name,
    /// Module.
    Module,
    /// File and line.
    Place,
}

impl FunctionTable {
    /// The table of recorded stacks. A sample counts once for a function however often the function recurs on it. A group
    /// occurs if a sample counted has it on its stack, whatever the sample's value: what was seen to run and cost nothing
    /// in this metric is told from what did not run.
    pub fn of_stacks(tree: &MergedTree, weights: &Weights, groups: usize) -> Self {
        let mut table = Self::empty(groups);
        for node in 1..tree.len() {
            let group = tree.groups[node].index();
            table.own[group] += weights.own[node];
            if !tree.recursive[node] {
                table.total[group] += weights.total[node];
            }
            table.present[group] |= weights.occurs[node];
        }
        table.sum = weights.total[ROOT as usize];
        table
    }

    /// The table a query without transforms asks for, when nothing else of the profile is wanted: no tree is built.
    pub fn new(profile: &Profile, groups: &Groups, query: &Query) -> Self {
        debug_assert!(query.transforms.is_empty());
        match profile.body() {
            Body::Stacks(body) => Self::of_samples(body, groups, query),
            Body::Graph(graph) => match groups.regroup(graph) {
                Some(grouped) => Self::of_grouped_graph(&grouped, query.metric, &Flow::new(&grouped, query.metric)),
                None => Self::of_graph(graph, query.metric),
            },
            Body::Lines(lines) => Self::of_lines(lines, groups, query.metric),
        }
    }

    /// The table of recorded lines. What a line cost includes what it called, and that is all there is to know: own costs
    /// are not told from totals. Hits stand for the calls of a line; how often a function was called is not recorded.
    pub fn of_lines(lines: &LineProfile, groups: &Groups, metric: MetricId) -> Self {
        let mut table = Self::empty(groups.len());
        let mut hits = vec![0_i64; groups.len()];
        let figures = lines.costs(metric).iter().zip(lines.hits()).zip(groups.of_frames()).enumerate();
        for (frame, ((&cost, &hit), group)) in figures {
            if !lines.holds_line(FrameId::at(frame)) {
                continue;
            }
            let row = group.index();
            table.total[row] = table.total[row].saturating_add(cost);
            hits[row] = hits[row].saturating_add(hit);
            table.present[row] = true;
            table.sum = table.sum.saturating_add(cost);
        }
        table.own.clone_from(&table.total);
        table.inclusive = true;
        if groups.by() == GroupBy::Line {
            let primitive = vec![NOT_RECORDED; groups.len()];
            table.calls = Some(Calls { all: hits, primitive });
        } else {
            // A function that was watched and never ran has no line.
            for (function, group) in groups.of_functions().iter().enumerate() {
                table.present[group.index()] |= lines.holds(FunctionId::at(function));
            }
        }
        table
    }

    /// As [`of_stacks`](Self::of_stacks), from the samples themselves.
    fn of_samples(body: &StackProfile, groups: &Groups, query: &Query) -> Self {
        let stacks = &body.stacks;
        let group_of = |stack: u32| groups.of_frames()[stacks.frames()[stack as usize].index()].index();
        let mut table = Self::empty(groups.len());
        let mut total = vec![0_i64; stacks.len()];
        let mut occurs = vec![false; stacks.len()];
        for (stack, weight) in query.counted(&body.samples) {
            total[stack.index()] += weight;
            occurs[stack.index()] = true;
            table.sum += weight;
            if stack.0 != ROOT {
                table.own[group_of(stack.0)] += weight;
            }
        }
        for stack in (1..stacks.len()).rev() {
            if occurs[stack] {
                let parent = stacks.parents()[stack].index();
                total[parent] += total[stack];
                occurs[parent] = true;
            }
        }
        let mut on_path = vec![0_u32; groups.len()];
        let mut walk = PathWalk::new(stacks.len());
        for stack in (1..stacks.len() as u32).filter(|&s| occurs[s as usize]) {
            walk.go_to(
                stack,
                |s| stacks.parents()[s as usize].0,
                |step| match step {
                    Step::Leave(s) => on_path[group_of(s)] -= 1,
                    // Rows entered on the way were counted when it was their turn.
                    Step::Enter(s) => {
                        let group = group_of(s);
                        if s == stack && on_path[group] == 0 {
                            table.total[group] += total[s as usize];
                            table.present[group] = true;
                        }
                        on_path[group] += 1;
                    }
                },
            );
        }
        table
    }

    /// The table of a call graph whose functions are the groups, as the profiler computed it.
    pub fn of_graph(graph: &CallGraph, metric: MetricId) -> Self {
        let mut table = Self::empty(graph.calls().len());
        table.own = graph.own(metric).to_vec();
        table.total = graph.total(metric).to_vec();
        table.sum = table.own.iter().fold(0_i64, |sum, v| sum.saturating_add(*v));
        table.present = (0..graph.calls().len()).map(|f| graph.holds(FunctionId::at(f))).collect();
        if graph.has_calls() {
            let (all, primitive) = (graph.calls().to_vec(), graph.primitive_calls().to_vec());
            table.calls = Some(Calls { all, primitive });
        }
        table
    }

    /// The table of a call graph whose functions are files, modules or packages. These have no recorded total: it is
    /// what flows into them from outside.
    pub fn of_grouped_graph(graph: &CallGraph, metric: MetricId, flow: &Flow) -> Self {
        let mut table = Self::of_graph(graph, metric);
        table.totals_exact = false;
        for (f, total) in table.total.iter_mut().enumerate() {
            *total = (flow.inflow(FunctionId::at(f)).round() as i64).min(table.sum);
        }
        table
    }

    fn empty(groups: usize) -> Self {
        Self {
            own: vec![0; groups],
            total: vec![0; groups],
            calls: None,
            sum: 0,
            present: vec![false; groups],
            totals_exact: true,
            inclusive: false,
        }
    }

    /// Cost in the group itself.
    pub fn own(&self, group: GroupId) -> i64 {
        self.own[group.index()]
    }

    /// Cost in the group and everything it called.
    pub fn total(&self, group: GroupId) -> i64 {
        self.total[group.index()]
    }

    /// All calls and primitive calls; `None` where not recorded. A negative count was not recorded for this function.
    pub fn calls(&self, group: GroupId) -> Option<(i64, i64)> {
        let calls = self.calls.as_ref()?;
        let (all, primitive) = (calls.all[group.index()], calls.primitive[group.index()]);
        (all >= 0).then_some((all, primitive))
    }

    /// Whether the profiler counted calls.
    pub fn has_calls(&self) -> bool {
        self.calls.is_some()
    }

    /// Own cost for each call, as pstats computes it: own ÷ all calls.
    pub fn own_per_call(&self, group: GroupId) -> Option<f64> {
        let (all, _) = self.calls(group)?;
        (all > 0).then(|| self.own(group) as f64 / all as f64)
    }

    /// Total cost for each call, as pstats computes it: total ÷ primitive calls.
    pub fn total_per_call(&self, group: GroupId) -> Option<f64> {
        let (_, primitive) = self.calls(group)?;
        (primitive > 0).then(|| self.total(group) as f64 / primitive as f64)
    }

    /// The sum of own costs: everything that was recorded.
    pub fn sum(&self) -> i64 {
        self.sum
    }

    /// A value as a share of everything, never above 1: overlapping recordings can hold totals larger than the run.
    pub fn share(&self, value: i64) -> f64 {
        share(value, self.sum)
    }

    /// Whether totals are as recorded.
    pub fn totals_are_exact(&self) -> bool {
        self.totals_exact
    }

    /// Whether own costs were not recorded: both columns hold what lines cost with everything they called.
    pub fn is_inclusive(&self) -> bool {
        self.inclusive
    }

    /// Groups that occur in what was counted.
    pub fn present(&self) -> impl Iterator<Item = GroupId> + '_ {
        self.present.iter().enumerate().filter(|(_, p)| **p).map(|(i, _)| GroupId::at(i))
    }

    /// Whether a group occurs in what was counted.
    pub fn is_present(&self, group: GroupId) -> bool {
        self.present.get(group.index()).copied().unwrap_or(false)
    }

    /// Sorts groups by a column of numbers, or by a text the caller knows. Ties keep the groups' order.
    pub fn sort<'a>(
        &self,
        rows: &mut [GroupId],
        key: SortKey,
        descending: bool,
        text: impl Fn(GroupId) -> Cow<'a, str>,
    ) {
        let none = f64::NEG_INFINITY;
        match key {
            SortKey::Own => sort_by(rows, descending, |g| self.own(g)),
            SortKey::Total => sort_by(rows, descending, |g| self.total(g)),
            SortKey::Calls => sort_by(rows, descending, |g| self.calls(g).map_or(-1, |c| c.0)),
            SortKey::OwnPerCall => sort_by(rows, descending, |g| Ordered(self.own_per_call(g).unwrap_or(none))),
            SortKey::TotalPerCall => sort_by(rows, descending, |g| Ordered(self.total_per_call(g).unwrap_or(none))),
            SortKey::Name | SortKey::Module | SortKey::Place => sort_by_text(rows, descending, text),
        }
    }
}

/// A value as a share of a sum, between −1 and 1; 0 where there is nothing.
pub fn share(value: i64, sum: i64) -> f64 {
    if sum == 0 { 0.0 } else { (value as f64 / sum as f64).clamp(-1.0, 1.0) }
}

fn sort_by<K: Ord>(rows: &mut [GroupId], descending: bool, key: impl Fn(GroupId) -> K) {
    if descending {
        rows.sort_by_cached_key(|&g| std::cmp::Reverse(key(g)));
    } else {
        rows.sort_by_cached_key(|&g| key(g));
    }
}

/// Many rows have one text, which lies in one place in memory: texts are sorted once for each place, and rows by the rank
/// of theirs.
fn sort_by_text<'a>(rows: &mut [GroupId], descending: bool, text: impl Fn(GroupId) -> Cow<'a, str>) {
    let mut numbers = FxHashMap::default();
    // All of them are kept until the end, so that no two can have had the same place.
    let mut texts = Vec::new();
    let mut keyed: Vec<(u32, u32, GroupId)> = (0..)
        .zip(rows.iter())
        .map(|(row, &group)| {
            let text = text(group);
            let number = *numbers.entry((text.as_ptr(), text.len())).or_insert_with(|| {
                texts.push(text);
                (texts.len() - 1) as u32
            });
            (number, row, group)
        })
        .collect();
    let ranks = ranks(&texts, descending);
    for (key, ..) in &mut keyed {
        *key = ranks[*key as usize];
    }
    keyed.sort_unstable();
    for (row, (.., group)) in rows.iter_mut().zip(keyed) {
        *row = group;
    }
}

/// Where each text stands among them; equal texts stand in one place.
fn ranks(texts: &[Cow<'_, str>], descending: bool) -> Vec<u32> {
    // The first eight bytes as a number decide most comparisons without a look at the text.
    let mut order: Vec<(u64, u32)> = (0..).zip(texts).map(|(number, text)| (first_bytes(text), number)).collect();
    let ascending =
        |a: &(u64, u32), b: &(u64, u32)| a.0.cmp(&b.0).then_with(|| texts[a.1 as usize].cmp(&texts[b.1 as usize]));
    if descending {
        order.sort_unstable_by(|a, b| ascending(b, a));
    } else {
        order.sort_unstable_by(ascending);
    }
    let mut ranks = vec![0; texts.len()];
    for (before, at) in order.iter().zip(order.iter().skip(1)) {
        ranks[at.1 as usize] = ranks[before.1 as usize] + u32::from(ascending(before, at).is_ne());
    }
    ranks
}

fn first_bytes(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A caller or a callee of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Neighbour {
    /// The other group.
    pub group: GroupId,
    /// Own cost of the callee along this edge; `None` where only totals are known.
    pub own: Option<i64>,
    /// Total cost of the callee along this edge.
    pub total: i64,
    /// All calls and primitive calls along this edge, where recorded.
    pub calls: Option<(i64, i64)>,
}

/// Who calls a group and whom it calls, most expensive first.
#[derive(Debug, Default, Clone)]
pub struct Neighbours {
    /// Groups that call it.
    pub callers: Vec<Neighbour>,
    /// Groups it calls.
    pub callees: Vec<Neighbour>,
}

impl Neighbours {
    /// From recorded stacks. A sample counts once for an edge however often the edge recurs on it.
    pub fn of_stacks(tree: &MergedTree, weights: &Weights, of: GroupId) -> Self {
        let (mut callers, mut callees) = (Edges::default(), Edges::default());
        let recurs = (1..tree.len()).any(|n| tree.groups[n] == of && tree.recursive[n]);
        if recurs {
            for node in outermost(tree, of) {
                count_below(tree, weights, node, &mut callers, &mut callees);
            }
        } else {
            for node in 1..tree.len() {
                let (group, parent) = (tree.groups[node], tree.parents[node]);
                if parent == ROOT {
                    continue;
                }
                let caller = tree.groups[parent as usize];
                if group == of {
                    callers.add(caller, weights.total[node]);
                } else if caller == of {
                    callees.add(group, weights.total[node]);
                }
            }
        }
        Self { callers: callers.into_rows(), callees: callees.into_rows() }
    }

    /// From recorded edges, exactly.
    pub fn of_graph(graph: &CallGraph, metric: MetricId, of: GroupId) -> Self {
        let function = FunctionId(of.0);
        let edge = |e: usize, group: FunctionId| Neighbour {
            group: GroupId(group.0),
            own: Some(graph.edge_own(metric)[e]),
            total: graph.edge_total(metric)[e],
            calls: graph.has_calls().then(|| (graph.edges()[e].calls, graph.edges()[e].primitive_calls)),
        };
        let callers = graph.incoming(function).iter().map(|&e| edge(e as usize, graph.edges()[e as usize].caller));
        let callees = graph.outgoing(function).map(|e| edge(e, graph.edges()[e].callee));
        Self { callers: sorted(callers.collect()), callees: sorted(callees.collect()) }
    }
}

fn sorted(mut rows: Vec<Neighbour>) -> Vec<Neighbour> {
    rows.sort_by_key(|n| (std::cmp::Reverse(n.total), n.group));
    rows
}

/// Edges from or to one group, by the group at the other end.
#[derive(Default)]
struct Edges(FxHashMap<GroupId, Edge>);

#[derive(Default)]
struct Edge {
    total: i64,
    /// How often it occurs on the path that is being walked.
    on_path: u32,
}

impl Edges {
    fn add(&mut self, group: GroupId, weight: i64) {
        if weight != 0 {
            self.0.entry(group).or_default().total += weight;
        }
    }

    /// Counts a node the edge leads to, unless it stands below another one.
    fn enter(&mut self, group: GroupId, weight: i64) {
        let edge = self.0.entry(group).or_default();
        if edge.on_path == 0 {
            edge.total += weight;
        }
        edge.on_path += 1;
    }

    fn leave(&mut self, group: GroupId) {
        if let Some(edge) = self.0.get_mut(&group) {
            edge.on_path -= 1;
        }
    }

    fn into_rows(self) -> Vec<Neighbour> {
        let rows = self.0.into_iter().filter(|(_, edge)| edge.total != 0);
        let rows = rows.map(|(group, edge)| Neighbour { group, own: None, total: edge.total, calls: None });
        sorted(rows.collect())
    }
}

/// Counts the edges from and to a recursive group at and below one of its outermost nodes.
fn count_below(tree: &MergedTree, weights: &Weights, outermost: u32, callers: &mut Edges, callees: &mut Edges) {
    enum Step {
        Enter(u32),
        Leave { caller: GroupId, callee: GroupId },
    }
    let of = tree.groups[outermost as usize];
    let mut steps = vec![Step::Enter(outermost)];
    while let Some(step) = steps.pop() {
        let node = match step {
            Step::Leave { caller, callee } => {
                if callee == of {
                    callers.leave(caller);
                }
                if caller == of {
                    callees.leave(callee);
                }
                continue;
            }
            Step::Enter(node) => node,
        };
        let (callee, weight) = (tree.groups[node as usize], weights.total[node as usize]);
        let caller = tree.group(tree.parent(node));
        if let Some(caller) = caller.filter(|caller| *caller == of || callee == of) {
            if callee == of {
                callers.enter(caller, weight);
            }
            if caller == of {
                callees.enter(callee, weight);
            }
            steps.push(Step::Leave { caller, callee });
        }
        steps.extend(tree.children(node).map(Step::Enter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{Analysis, Classes};
    use crate::model::{ProfileBuilder, Track, TrackId, Unit};
    use std::sync::Arc;

    /// Samples as text, taken by two threads in turn.
    fn profile(samples: &[(&str, i64)]) -> Profile {
        let mut b = ProfileBuilder::new("test");
        b.metric("samples", Unit::Samples);
        let tracks = [1, 2].map(|tid| b.track(Track { tid: Some(tid), ..Track::default() }));
        for (i, (text, weight)) in samples.iter().enumerate() {
            let frames: Vec<_> = text
                .split(';')
                .filter(|name| !name.is_empty())
                .map(|name| {
                    let function = b.function_named(name, if name.len() > 3 { "long.py" } else { "short.py" }, 0);
                    b.frame(function, 0)
                })
                .collect();
            let stack = b.stack_of(&frames);
            b.sample(tracks[i % 2], stack, None, &[*weight]);
        }
        b.finish().expect("builds")
    }

    const SAMPLES: &[(&str, i64)] = &[
        ("main;parse;parse;log", 3),
        ("main;log", 4),
        ("", 5),
        ("main;parse;read;parse", 2),
        ("run;main;log;log;main", -1),
        ("main;parse;parse;log", 7),
        ("gc", 0),
    ];

    #[test]
    fn the_table_alone_equals_the_table_beside_a_tree() {
        let profile = Arc::new(profile(SAMPLES));
        let classes = Classes::new(&profile);
        for by in crate::analyze::GroupBy::ALL {
            for track in [None, Some(TrackId(0)), Some(TrackId(1))] {
                let query = Query { track, by, ..Query::new(&profile) };
                let groups = Groups::new(&profile, &classes, by);
                let alone = FunctionTable::new(&profile, &groups, &query);
                let analysis = Analysis::new(Arc::clone(&profile), query, None);
                let beside = analysis.table();
                assert_eq!((&alone.own, &alone.total, alone.sum), (&beside.own, &beside.total, beside.sum));
            }
        }
    }

    #[test]
    fn a_sample_counts_once_for_a_function_and_one_of_no_value_still_occurs() {
        let profile = profile(SAMPLES);
        let groups = Groups::new(&profile, &Classes::default(), crate::analyze::GroupBy::Function);
        let table = FunctionTable::new(&profile, &groups, &Query::new(&profile));
        let rows: Vec<_> = table
            .present()
            .map(|g| (groups.name(&profile, &Classes::default(), g).into_owned(), table.own(g), table.total(g)))
            .collect();
        let expected =
            [("main", -1, 15), ("parse", 2, 12), ("log", 14, 13), ("read", 0, 2), ("run", 0, -1), ("gc", 0, 0)];
        assert_eq!(rows, expected.map(|(name, own, total)| (name.to_owned(), own, total)));
        assert_eq!(table.sum(), 20);
    }
}
