//! The function table: cost of each group in itself and with everything it called.

mod sort;

pub use sort::SortKey;

use super::{Flow, GroupBy, GroupId, Groups, MergedTree, PathWalk, Query, Step, Weights, merged::ROOT};
use crate::model::{Body, CallGraph, FrameId, FunctionId, LineProfile, MetricId, Profile, StackProfile};

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
}

/// A value as a share of a sum, between −1 and 1; 0 where there is nothing.
pub fn share(value: i64, sum: i64) -> f64 {
    if sum == 0 { 0.0 } else { (value as f64 / sum as f64).clamp(-1.0, 1.0) }
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
