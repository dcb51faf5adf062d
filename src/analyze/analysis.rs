//! The answer to one query, from which every view takes what it shows.

mod sources;

use super::{
    CallTree, Classes, Detail, EstimatedStacks, Exactness, Flow, FunctionTable, GroupBy, GroupId, Groups, Matches,
    MergedTree, Neighbours, Query, Timeline, Weights,
    merged::stack_body,
    tree::{CalleesOf, Callers, Direction, GraphTree, TopDown, expand},
};
use crate::model::{Body, CallGraph, FunctionId, Profile, StackProfile, TrackId, both};
use regex::Regex;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The order of a call tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum Order {
    /// From the outermost call inwards, equal stacks together, widest first.
    #[default]
    LeftHeavy,
    /// As recorded, from left to right.
    Time,
    /// From the innermost frame outwards: who called it.
    Inverted,
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(0);

/// A profile, counted as a query asks. Cheap to share, never changed.
pub struct Analysis {
    serial: u64,
    profile: Arc<Profile>,
    classes: Arc<Classes>,
    groups: Arc<Groups>,
    query: Query,
    pub(super) counted: Counted,
    table: FunctionTable,
}

pub(super) enum Counted {
    Stacks {
        tree: Arc<MergedTree>,
        weights: Weights,
    },
    Graph {
        /// `None` where groups are the profile's own functions.
        grouped: Option<Arc<CallGraph>>,
        flow: Box<Flow>,
    },
    /// Lines, without calls: there is nothing to count but the table.
    Lines,
}

impl Analysis {
    /// Counts a profile. What an earlier analysis of the same profile can lend is not computed again.
    pub fn new(profile: Arc<Profile>, query: Query, earlier: Option<&Self>) -> Self {
        let earlier = earlier.filter(|e| Arc::ptr_eq(&e.profile, &profile));
        let same_groups = earlier.filter(|e| e.query.by == query.by);
        let (of, by) = (Arc::clone(&profile), query.by);
        let classify = || {
            let classes = earlier.map_or_else(|| Arc::new(Classes::new(&of)), |e| Arc::clone(&e.classes));
            let groups =
                same_groups.map_or_else(|| Arc::new(Groups::new(&of, &classes, by)), |e| Arc::clone(&e.groups));
            (classes, groups)
        };
        Self::of_groups(profile, query, classify, same_groups)
    }

    /// Counts two profiles that share their functions and frames, and so their groups, at once. Earlier analyses of them
    /// lend what they can.
    pub(super) fn of_pair(
        (base, new): (Arc<Profile>, Arc<Profile>),
        query: &Query,
        earlier: Option<(&Self, &Self)>,
    ) -> (Self, Self) {
        let same = earlier.filter(|(b, n)| Arc::ptr_eq(&b.profile, &base) && Arc::ptr_eq(&n.profile, &new));
        let classes = same.map_or_else(|| Arc::new(Classes::new(&new)), |(_, n)| Arc::clone(&n.classes));
        let same_groups = same.filter(|(_, n)| n.query.by == query.by);
        let groups =
            same_groups.map_or_else(|| Arc::new(Groups::new(&new, &classes, query.by)), |(_, n)| Arc::clone(&n.groups));
        let side = |profile, earlier| {
            let shared = || (Arc::clone(&classes), Arc::clone(&groups));
            Self::of_groups(profile, query.clone(), shared, earlier)
        };
        both(|| side(Arc::clone(&base), same_groups.map(|(b, _)| b)), || side(new, same_groups.map(|(_, n)| n)))
    }

    /// Counts a profile that shares its functions and frames with the profile of another analysis: groups are the same.
    pub(super) fn beside(profile: Arc<Profile>, query: Query, other: &Self) -> Self {
        Self::of_groups(profile, query, || (Arc::clone(&other.classes), Arc::clone(&other.groups)), None)
    }

    /// Counts a profile whose functions are classified and grouped by `classify`, at the same time where nothing counted
    /// depends on it.
    fn of_groups(
        profile: Arc<Profile>,
        query: Query,
        classify: impl FnOnce() -> (Arc<Classes>, Arc<Groups>) + Send,
        same_groups: Option<&Self>,
    ) -> Self {
        let (classes, groups, counted, table) = match profile.body() {
            Body::Stacks(body) => {
                let (classes, groups) = classify();
                let tree = match same_groups.filter(|e| e.query.transforms == query.transforms).map(|e| &e.counted) {
                    Some(Counted::Stacks { tree, .. }) => Arc::clone(tree),
                    _ => Arc::new(MergedTree::new(body, &groups, &classes, &query.transforms)),
                };
                let weights = Weights::new(body, &tree, &query);
                let table = FunctionTable::of_stacks(&tree, &weights, groups.len());
                (classes, groups, Counted::Stacks { tree, weights }, table)
            }
            Body::Graph(graph) if query.by == GroupBy::Function => {
                let (flow, (classes, groups, table)) = both(
                    || Flow::new(graph, query.metric),
                    || {
                        let (classes, groups) = classify();
                        (classes, groups, FunctionTable::of_graph(graph, query.metric))
                    },
                );
                (classes, groups, Counted::Graph { grouped: None, flow: Box::new(flow) }, table)
            }
            Body::Graph(graph) => {
                let (classes, groups) = classify();
                let grouped = match same_groups.map(|e| &e.counted) {
                    Some(Counted::Graph { grouped, .. }) => grouped.clone(),
                    _ => groups.regroup(graph).map(Arc::new),
                };
                let flow = Flow::new(grouped.as_deref().unwrap_or(graph), query.metric);
                let table = match &grouped {
                    Some(grouped) => FunctionTable::of_grouped_graph(grouped, query.metric, &flow),
                    None => FunctionTable::of_graph(graph, query.metric),
                };
                (classes, groups, Counted::Graph { grouped, flow: Box::new(flow) }, table)
            }
            Body::Lines(lines) => {
                let (classes, groups) = classify();
                let table = FunctionTable::of_lines(lines, &groups, query.metric);
                (classes, groups, Counted::Lines, table)
            }
        };
        let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
        Self { serial, profile, classes, groups, query, counted, table }
    }

    /// A number no other analysis of this run of the program has: what caches outside go by.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The profile.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// Whose code its functions are.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// What rows and boxes stand for.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The question.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Costs by group.
    pub fn table(&self) -> &FunctionTable {
        &self.table
    }

    /// The text to show for a group.
    pub fn name(&self, group: GroupId) -> std::borrow::Cow<'_, str> {
        self.groups.name(&self.profile, &self.classes, group)
    }

    /// The file and line to show for a group.
    pub fn place(&self, group: GroupId) -> (&str, u32) {
        self.groups.place(&self.profile, group)
    }

    /// The sum of everything counted.
    pub fn sum(&self) -> i64 {
        self.table.sum()
    }

    /// How many samples were counted; `None` where the profile holds none.
    pub fn samples(&self) -> Option<usize> {
        match &self.counted {
            Counted::Stacks { weights, .. } => Some(weights.samples()),
            Counted::Graph { .. } | Counted::Lines => None,
        }
    }

    /// Whether trees are as recorded; those of [a profile without any](Profile::has_trees) are empty.
    ///
    /// For a call graph they are estimated unless every function has one caller.
    pub fn exactness(&self) -> Exactness {
        match &self.counted {
            Counted::Stacks { .. } | Counted::Lines => Exactness::Exact,
            Counted::Graph { flow, .. } if flow.all_proven() => Exactness::Exact,
            Counted::Graph { .. } => Exactness::Estimated,
        }
    }

    /// The call tree from the outermost calls inwards.
    pub fn tree(&self, detail: Detail) -> CallTree {
        match &self.counted {
            Counted::Stacks { tree, weights } => {
                let weights = weights.drawn();
                expand(TopDown { tree, weights }, weights.sum(), detail)
            }
            Counted::Graph { flow, .. } => self.graph_tree(flow, Direction::Down, None, detail),
            Counted::Lines => CallTree::empty(detail),
        }
    }

    /// The call tree from the innermost frames outwards.
    pub fn inverted(&self, detail: Detail) -> CallTree {
        match &self.counted {
            Counted::Stacks { tree, weights } => {
                let weights = weights.drawn();
                expand(Callers::new(tree, weights, None, self.groups.len()), weights.sum(), detail)
            }
            Counted::Graph { flow, .. } => self.graph_tree(flow, Direction::Up, None, detail),
            Counted::Lines => CallTree::empty(detail),
        }
    }

    /// Everything called below one group; the group is the only node of depth 0.
    pub fn callees_tree(&self, group: GroupId, detail: Detail) -> CallTree {
        match &self.counted {
            Counted::Stacks { tree, weights } => {
                let weights = weights.drawn();
                let total = weights.total_of(tree, group);
                expand(CalleesOf::new(tree, weights, group, self.groups.len()), total, detail)
            }
            Counted::Graph { flow, .. } => self.graph_tree(flow, Direction::Down, Some(group), detail),
            Counted::Lines => CallTree::empty(detail),
        }
    }

    /// Everything that calls one group; the group is the only node of depth 0.
    pub fn callers_tree(&self, group: GroupId, detail: Detail) -> CallTree {
        match &self.counted {
            Counted::Stacks { tree, weights } => {
                let weights = weights.drawn();
                let total = weights.total_of(tree, group);
                expand(Callers::new(tree, weights, Some(group), self.groups.len()), total, detail)
            }
            Counted::Graph { flow, .. } => self.graph_tree(flow, Direction::Up, Some(group), detail),
            Counted::Lines => CallTree::empty(detail),
        }
    }

    fn graph_tree(&self, flow: &Flow, direction: Direction, of: Option<GroupId>, detail: Detail) -> CallTree {
        let of = of.map(|g| (FunctionId(g.0), self.table.total(g).max(0)));
        // What is drawn adds up to the positive own times; the table's sum may hold negative ones too.
        let drawn = flow.sum().round() as i64;
        expand(GraphTree { flow, direction, of }, of.map_or(drawn, |(_, total)| total), detail)
    }

    /// The estimated tree of a call graph as about `most` stacks; `None` where stacks were recorded.
    pub fn estimated_stacks(&self, most: usize) -> Option<EstimatedStacks> {
        match (&self.counted, self.graph()) {
            (Counted::Graph { flow, .. }, Some(graph)) => Some(EstimatedStacks::new(graph, flow, most)),
            _ => None,
        }
    }

    fn graph(&self) -> Option<&CallGraph> {
        match (&self.counted, self.profile.body()) {
            (Counted::Graph { grouped: Some(graph), .. }, _) => Some(graph),
            (_, Body::Graph(graph)) => Some(graph),
            (_, Body::Stacks(_) | Body::Lines(_)) => None,
        }
    }

    /// Whether what went along each call is as recorded. Where a profiler counted the calls and not their cost, that is
    /// each callee's own figure divided by how often each caller called it.
    pub fn neighbours_are_exact(&self) -> bool {
        self.graph().is_none_or(CallGraph::has_edge_costs)
    }

    /// Who calls a group and whom it calls.
    pub fn neighbours(&self, group: GroupId) -> Neighbours {
        match (&self.counted, self.graph()) {
            (Counted::Stacks { tree, weights }, _) => Neighbours::of_stacks(tree, weights, group),
            (_, Some(graph)) => Neighbours::of_graph(graph, self.query.metric, group),
            (Counted::Graph { .. } | Counted::Lines, None) => Neighbours::default(),
        }
    }

    /// The groups that match, and what part of everything ran in or below them.
    pub fn search(&self, matcher: &Regex) -> Matches {
        let found = Matches::find(&self.profile, &self.classes, &self.groups, matcher);
        match &self.counted {
            Counted::Stacks { tree, weights } => found.with_stack_share(tree, weights),
            Counted::Graph { flow, .. } => found.with_graph_share(flow),
            Counted::Lines => found.with_line_share(&self.table),
        }
    }

    /// The stacks of a thread in the order they were taken, with the tree to draw them by; `None` where the profile has
    /// no order.
    pub fn timeline(&self, track: TrackId) -> Option<Timeline> {
        let (body, tree) = self.stacks()?;
        let unit = &self.profile.metric(self.query.metric).unit;
        Timeline::new(body, tree, &self.query, track, self.profile.origin().time, unit)
    }

    /// The boxes of a timeline made by [`timeline`](Self::timeline) of this analysis.
    pub fn timeline_tree(&self, timeline: &Timeline, detail: Detail) -> Option<CallTree> {
        self.stacks().map(|(_, tree)| timeline.tree(tree, detail))
    }

    pub(super) fn stacks(&self) -> Option<(&StackProfile, &MergedTree)> {
        match &self.counted {
            Counted::Stacks { tree, .. } => Some((stack_body(&self.profile)?, tree)),
            Counted::Graph { .. } | Counted::Lines => None,
        }
    }
}
