//! Callers and callees of a group, with what each edge cost.

use super::{GroupId, MergedTree, Weights, merged::ROOT, tree::outermost};
use crate::model::{CallGraph, FunctionId, MetricId};
use rustc_hash::FxHashMap;

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
