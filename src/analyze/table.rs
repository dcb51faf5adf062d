//! The function table: cost of each group in itself and with everything it called.

use super::{Flow, GroupBy, GroupId, MergedTree, Weights, merged::ROOT, text_order::text_order};
use crate::model::{CallGraph, FunctionId, MetricId};

/// Costs by group. Columns are indexed by [`GroupId`].
#[derive(Debug, Clone)]
pub struct FunctionTable {
    own: Vec<i64>,
    total: Vec<i64>,
    calls: Option<Calls>,
    sum: i64,
    present: Vec<bool>,
    totals_exact: bool,
}

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
    /// The table of recorded stacks. A sample counts once for a function however often the function recurs on it.
    pub fn of_stacks(tree: &MergedTree, weights: &Weights, groups: usize) -> Self {
        let mut table = Self::empty(groups);
        for node in 1..tree.len() {
            let group = tree.groups[node].index();
            table.own[group] += weights.own[node];
            if !tree.recursive[node] {
                table.total[group] += weights.total[node];
            }
            table.present[group] |= weights.total[node] != 0 || weights.own[node] != 0;
        }
        table.sum = weights.total[ROOT as usize];
        table
    }

    /// The table of a call graph whose functions are the groups.
    pub fn of_graph(graph: &CallGraph, metric: MetricId, by: GroupBy, flow: &Flow) -> Self {
        let mut table = Self::empty(graph.calls().len());
        table.own = graph.own(metric).to_vec();
        table.total = graph.total(metric).to_vec();
        table.sum = table.own.iter().fold(0_i64, |sum, v| sum.saturating_add(*v));
        table.present = vec![true; graph.calls().len()];
        table.totals_exact = matches!(by, GroupBy::Function | GroupBy::Line);
        if !table.totals_exact {
            // A file or package has no recorded total: it is what flows into it from outside.
            for (total, inflow) in table.total.iter_mut().zip(&flow.inflow) {
                *total = (inflow.round() as i64).min(table.sum);
            }
        }
        if graph.has_calls() {
            let (all, primitive) = (graph.calls().to_vec(), graph.primitive_calls().to_vec());
            table.calls = Some(Calls { all, primitive });
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

    /// Groups that occur in what was counted.
    pub fn present(&self) -> impl Iterator<Item = GroupId> + '_ {
        self.present.iter().enumerate().filter(|(_, p)| **p).map(|(i, _)| GroupId::at(i))
    }

    /// Sorts groups by a column of numbers, or by a text the caller knows. Ties keep the groups' order.
    pub fn sort<'a>(
        &self,
        rows: &mut [GroupId],
        key: SortKey,
        descending: bool,
        text: impl Fn(GroupId) -> std::borrow::Cow<'a, str>,
    ) {
        let none = f64::NEG_INFINITY;
        match key {
            SortKey::Own => sort_by(rows, descending, |g| self.own(g)),
            SortKey::Total => sort_by(rows, descending, |g| self.total(g)),
            SortKey::Calls => sort_by(rows, descending, |g| self.calls(g).map_or(-1, |c| c.0)),
            SortKey::OwnPerCall => sort_by(rows, descending, |g| Ordered(self.own_per_call(g).unwrap_or(none))),
            SortKey::TotalPerCall => sort_by(rows, descending, |g| Ordered(self.total_per_call(g).unwrap_or(none))),
            SortKey::Name => sort_by_text(rows, descending, text),
            SortKey::Module | SortKey::Place => sort_by_shared_text(rows, descending, text),
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

fn sort_by_text<'a>(rows: &mut [GroupId], descending: bool, text: impl Fn(GroupId) -> std::borrow::Cow<'a, str>) {
    let texts: Vec<_> = rows.iter().map(|&g| text(g)).collect();
    rearrange(rows, text_order(&texts, descending));
}

/// Many rows have one text, which lies in one place in memory: each is compared once.
fn sort_by_shared_text<'a>(
    rows: &mut [GroupId],
    descending: bool,
    text: impl Fn(GroupId) -> std::borrow::Cow<'a, str>,
) {
    let mut numbers = rustc_hash::FxHashMap::default();
    let mut texts = Vec::new();
    let of_row: Vec<u32> = rows
        .iter()
        .map(|&g| {
            let text = text(g);
            *numbers.entry((text.as_ptr(), text.len())).or_insert_with(|| {
                texts.push(text);
                (texts.len() - 1) as u32
            })
        })
        .collect();
    let mut ranks = vec![0_u32; texts.len()];
    let mut before: Option<u32> = None;
    for at in text_order(&texts, descending) {
        if let Some(before) = before {
            let differs = texts[before as usize] != texts[at as usize];
            ranks[at as usize] = ranks[before as usize] + u32::from(differs);
        }
        before = Some(at);
    }
    let mut keyed: Vec<(u32, u32)> = (0_u32..).zip(of_row).map(|(row, text)| (ranks[text as usize], row)).collect();
    keyed.sort_unstable();
    rearrange(rows, keyed.into_iter().map(|(_, row)| row));
}

fn rearrange(rows: &mut [GroupId], order: impl IntoIterator<Item = u32>) {
    let before = rows.to_vec();
    for (row, at) in rows.iter_mut().zip(order) {
        *row = before[at as usize];
    }
}

#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
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
        let mut callers = rustc_hash::FxHashMap::default();
        let mut callees = rustc_hash::FxHashMap::default();
        for node in 1..tree.len() {
            let group = tree.groups[node];
            let parent = tree.parents[node];
            if parent == ROOT || weights.total[node] == 0 {
                continue;
            }
            let caller = tree.groups[parent as usize];
            let involved = group == of || caller == of;
            if !involved || (tree.recursive[node] && edge_recurs(tree, node, caller, group)) {
                continue;
            }
            if group == of {
                *callers.entry(caller).or_insert(0) += weights.total[node];
            }
            if caller == of {
                *callees.entry(group).or_insert(0) += weights.total[node];
            }
        }
        let list = |map: rustc_hash::FxHashMap<GroupId, i64>| {
            let rows = map.into_iter().map(|(group, total)| Neighbour { group, own: None, total, calls: None });
            sorted(rows.collect())
        };
        Self { callers: list(callers), callees: list(callees) }
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

/// Whether the same caller calls the same callee further out on the path as well.
fn edge_recurs(tree: &MergedTree, node: usize, caller: GroupId, callee: GroupId) -> bool {
    let mut inner = tree.parents[node];
    while inner != ROOT {
        let outer = tree.parents[inner as usize];
        if outer != ROOT && tree.groups[inner as usize] == callee && tree.groups[outer as usize] == caller {
            return true;
        }
        inner = outer;
    }
    false
}
