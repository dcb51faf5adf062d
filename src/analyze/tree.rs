//! Call trees, as far as they are wide enough to see.
//!
//! A [`CallTree`] stands in level order: the nodes of one depth follow each other from left to right, and so do the
//! children of one node. Finding what lies at a position is a binary search, and drawing costs by pixels.
//!
//! Every tree is made by one walk, [`expand`], over a [`Source`] that knows the children of a place. The walk stops at
//! nodes narrower than asked for and outside the window asked for, so the tree of a graph with endless paths or of a
//! million stacks is as cheap as the picture it is for. Positions do not depend on where the walk stops.

use super::{Flow, GroupId, MergedTree, Weights, flow::PlaceId, merged::ROOT};
use crate::model::FunctionId;
use rustc_hash::FxHashMap;

/// How far to expand a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Detail {
    /// Nodes below this are left out; their sum is kept in [`CallTree::rest`]. At least 1.
    pub min_total: i64,
    /// Only nodes that overlap this range of positions are expanded.
    pub window: Option<(i64, i64)>,
    /// No more nodes than about this.
    pub max_nodes: usize,
}

impl Detail {
    /// Everything down to the smallest weight, within a bound on the number of nodes.
    pub const ALL: Self = Self { min_total: 1, window: None, max_nodes: 4_000_000 };

    /// What can be told apart in a window that is `pixels` wide.
    pub fn for_window(from: i64, to: i64, pixels: f32) -> Self {
        let span = (to - from).max(1);
        let min_total = ((span as f64) / f64::from(pixels.max(1.0)) / 2.0) as i64;
        // As much again on both sides, so that a little panning needs no new tree.
        let window = Some((from.saturating_sub(span), to.saturating_add(span)));
        Self { min_total: min_total.max(1), window, max_nodes: 400_000 }
    }

    /// Whether a tree of this detail shows what `other` asks for, or nearly: a zoom of a half asks for no new tree.
    pub fn covers(&self, other: &Self) -> bool {
        let fine = self.min_total <= other.min_total.saturating_mul(3) / 2;
        let wide = match (self.window, other.window) {
            (None, _) => true,
            (Some(_), None) => false,
            // The other window has margins of its own: its middle third is what is seen.
            (Some((from, to)), Some((other_from, other_to))) => {
                let third = (other_to - other_from) / 3;
                from <= other_from.saturating_add(third) && to >= other_to.saturating_sub(third)
            }
        };
        fine && wide
    }
}

/// How the tree's numbers relate to what was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exactness {
    /// Every node is as recorded.
    Exact,
    /// Nodes are estimated but for those marked exact.
    Estimated,
}

/// A tree in level order. Columns by node; see the module's text.
#[derive(Debug, Clone)]
pub struct CallTree {
    /// Nodes of depth `d` are `levels[d]..levels[d + 1]`.
    levels: Vec<u32>,
    groups: Vec<GroupId>,
    parents: Vec<u32>,
    /// Children of `n` are `first_child[n]..first_child[n] + child_count[n]`.
    first_child: Vec<u32>,
    child_count: Vec<u32>,
    starts: Vec<i64>,
    totals: Vec<i64>,
    owns: Vec<i64>,
    rests: Vec<i64>,
    exact: Vec<bool>,
    exactness: Exactness,
    total: i64,
    extent: i64,
    root_rest: i64,
    detail: Detail,
}

/// Marks the parent of a node of depth 0.
pub(super) const NO_PARENT: u32 = u32::MAX;

impl CallTree {
    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many levels there are.
    pub fn depth(&self) -> usize {
        self.levels.len().saturating_sub(1)
    }

    /// The nodes of a depth, from left to right.
    pub fn level(&self, depth: usize) -> std::ops::Range<usize> {
        match self.levels.get(depth..depth + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            _ => 0..0,
        }
    }

    /// The depth of a node.
    pub fn depth_of(&self, node: usize) -> usize {
        self.levels.partition_point(|&first| first as usize <= node).saturating_sub(1)
    }

    /// What a node stands for.
    pub fn group(&self, node: usize) -> GroupId {
        self.groups[node]
    }

    /// The node it hangs from; `None` at depth 0.
    pub fn parent(&self, node: usize) -> Option<usize> {
        let parent = self.parents[node];
        (parent != NO_PARENT).then_some(parent as usize)
    }

    /// Its children, from left to right.
    pub fn children(&self, node: usize) -> std::ops::Range<usize> {
        let first = self.first_child[node] as usize;
        first..first + self.child_count[node] as usize
    }

    /// Where it begins.
    pub fn start(&self, node: usize) -> i64 {
        self.starts[node]
    }

    /// Its cost with everything below it; also its width.
    pub fn total(&self, node: usize) -> i64 {
        self.totals[node]
    }

    /// Its own cost.
    pub fn own(&self, node: usize) -> i64 {
        self.owns[node]
    }

    /// The sum of its children that were left out as too narrow or outside the window.
    pub fn rest(&self, node: usize) -> i64 {
        self.rests[node]
    }

    /// Whether its numbers are as recorded rather than estimated.
    pub fn is_exact(&self, node: usize) -> bool {
        self.exactness == Exactness::Exact || self.exact[node]
    }

    /// Whether anything in it is estimated.
    pub fn exactness(&self) -> Exactness {
        self.exactness
    }

    /// The sum of everything the tree stands for.
    pub fn sum(&self) -> i64 {
        self.total
    }

    /// Where the last position is: the sum, or the end of the recording where positions are times.
    pub fn extent(&self) -> i64 {
        self.extent
    }

    /// The sum of the outermost nodes that were left out.
    pub fn root_rest(&self) -> i64 {
        self.root_rest
    }

    /// How far it was expanded.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// The groups from the outermost node down to this one.
    pub fn path(&self, node: usize) -> Vec<GroupId> {
        let mut path = vec![self.group(node)];
        let mut at = node;
        while let Some(parent) = self.parent(at) {
            path.push(self.group(parent));
            at = parent;
        }
        path.reverse();
        path
    }

    /// The node at the end of a path of groups, or the last one on it that is there, with how much of the path it is.
    pub fn find(&self, path: &[GroupId]) -> Option<(usize, usize)> {
        let mut found = None;
        let mut among = self.level(0);
        for (i, &group) in path.iter().enumerate() {
            let Some(node) = among.find(|&n| self.group(n) == group) else { break };
            found = Some((node, i + 1));
            among = self.children(node);
        }
        found
    }

    /// The node at a depth that covers a position.
    pub fn at(&self, depth: usize, position: i64) -> Option<usize> {
        let level = self.level(depth);
        let starts = &self.starts[level.clone()];
        let i = starts.partition_point(|&s| s <= position).checked_sub(1)?;
        let node = level.start + i;
        (position < self.starts[node] + self.totals[node]).then_some(node)
    }

    /// Starts by node; within a level they never decrease.
    pub fn starts(&self) -> &[i64] {
        &self.starts
    }

    /// Totals by node.
    pub fn totals(&self) -> &[i64] {
        &self.totals
    }
}

/// A node as its [`Source`] tells it.
pub(super) struct Child<C> {
    pub(super) group: GroupId,
    pub(super) total: i64,
    pub(super) own: i64,
    pub(super) exact: bool,
    pub(super) cursor: C,
}

/// Something that can be expanded into a tree.
pub(super) trait Source {
    /// A place in it.
    type Cursor;

    /// The outermost nodes.
    fn roots(&self, out: &mut Vec<Child<Self::Cursor>>);

    /// The nodes below a place.
    fn children(&self, of: &Self::Cursor, out: &mut Vec<Child<Self::Cursor>>);

    /// Whether all its numbers are as recorded.
    fn exactness(&self) -> Exactness;
}

/// Expands a source level by level.
pub(super) fn expand<S: Source>(source: &S, sum: i64, detail: Detail) -> CallTree {
    let mut tree = CallTree {
        levels: vec![0],
        groups: Vec::new(),
        parents: Vec::new(),
        first_child: Vec::new(),
        child_count: Vec::new(),
        starts: Vec::new(),
        totals: Vec::new(),
        owns: Vec::new(),
        rests: Vec::new(),
        exact: Vec::new(),
        exactness: source.exactness(),
        total: sum,
        extent: sum,
        root_rest: 0,
        detail,
    };
    let mut found = Vec::new();
    let mut level: Vec<(u32, S::Cursor)> = Vec::new();
    source.roots(&mut found);
    tree.root_rest = tree.place(&mut found, NO_PARENT, 0, &mut level, detail);
    tree.levels.push(tree.len() as u32);
    while !level.is_empty() {
        let mut next = Vec::new();
        for (node, cursor) in level.drain(..) {
            let node_index = node as usize;
            tree.first_child[node_index] = tree.len() as u32;
            let (start, total) = (tree.starts[node_index], tree.totals[node_index]);
            let visible = detail.window.is_none_or(|(from, to)| start < to && start + total > from);
            if !visible || tree.len() >= detail.max_nodes {
                tree.rests[node_index] = total - tree.owns[node_index];
                continue;
            }
            source.children(&cursor, &mut found);
            let rest = tree.place(&mut found, node, start, &mut next, detail);
            tree.child_count[node_index] = tree.len() as u32 - tree.first_child[node_index];
            tree.rests[node_index] = rest;
        }
        if tree.len() as u32 > tree.levels.last().copied().unwrap_or(0) {
            tree.levels.push(tree.len() as u32);
        }
        level = next;
    }
    tree
}

impl CallTree {
    /// Adds the children of a node that are wide enough, widest first, and gives the sum of the others.
    fn place<C>(
        &mut self,
        found: &mut Vec<Child<C>>,
        parent: u32,
        start: i64,
        next: &mut Vec<(u32, C)>,
        detail: Detail,
    ) -> i64 {
        found.sort_unstable_by_key(|c| (std::cmp::Reverse(c.total), c.group));
        let mut at = start;
        let mut rest = 0;
        for child in found.drain(..) {
            if child.total < detail.min_total {
                rest += child.total.max(0);
                continue;
            }
            next.push((self.len() as u32, child.cursor));
            self.groups.push(child.group);
            self.parents.push(parent);
            self.first_child.push(0);
            self.child_count.push(0);
            self.starts.push(at);
            self.totals.push(child.total);
            self.owns.push(child.own);
            self.rests.push(0);
            self.exact.push(child.exact);
            at += child.total;
        }
        rest
    }
}

/// The tree of recorded stacks from the outermost frame inwards.
pub(super) struct TopDown<'a> {
    pub(super) tree: &'a MergedTree,
    pub(super) weights: &'a Weights,
}

impl Source for TopDown<'_> {
    type Cursor = u32;

    fn roots(&self, out: &mut Vec<Child<u32>>) {
        self.children(&ROOT, out);
    }

    fn children(&self, of: &u32, out: &mut Vec<Child<u32>>) {
        out.extend(self.tree.children(*of).iter().map(|&node| Child {
            group: self.tree.groups[node as usize],
            total: self.weights.total[node as usize],
            own: self.weights.own[node as usize],
            exact: true,
            cursor: node,
        }));
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

/// Everything called below the outermost calls of one group.
pub(super) struct CalleesOf<'a> {
    pub(super) tree: &'a MergedTree,
    pub(super) weights: &'a Weights,
    pub(super) group: GroupId,
}

impl Source for CalleesOf<'_> {
    type Cursor = Vec<u32>;

    fn roots(&self, out: &mut Vec<Child<Vec<u32>>>) {
        let nodes = outermost(self.tree, self.group);
        let total = nodes.iter().map(|&n| self.weights.total[n as usize]).sum();
        let own = nodes.iter().map(|&n| self.weights.own[n as usize]).sum();
        out.push(Child { group: self.group, total, own, exact: true, cursor: nodes });
    }

    fn children(&self, of: &Vec<u32>, out: &mut Vec<Child<Vec<u32>>>) {
        let mut index: FxHashMap<GroupId, usize> = FxHashMap::default();
        for &node in of.iter().flat_map(|&n| self.tree.children(n)) {
            let (group, total) = (self.tree.groups[node as usize], self.weights.total[node as usize]);
            if total == 0 {
                continue;
            }
            let slot = *index.entry(group).or_insert_with(|| {
                out.push(Child { group, total: 0, own: 0, exact: true, cursor: Vec::new() });
                out.len() - 1
            });
            out[slot].total += total;
            out[slot].own += self.weights.own[node as usize];
            out[slot].cursor.push(node);
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

/// Nodes of a group that do not lie below another node of the same group.
fn outermost(tree: &MergedTree, group: GroupId) -> Vec<u32> {
    (1..tree.len() as u32).filter(|&n| tree.groups[n as usize] == group && !tree.recursive[n as usize]).collect()
}

/// Stacks from the inside out: below each box, who called it.
pub(super) struct Callers<'a> {
    pub(super) tree: &'a MergedTree,
    pub(super) weights: &'a Weights,
    /// The callers of one group, or those of every group by its own cost.
    pub(super) of: Option<GroupId>,
}

impl Source for Callers<'_> {
    /// Nodes reached, and how much of the root's cost came through each.
    type Cursor = Vec<(u32, i64)>;

    fn roots(&self, out: &mut Vec<Child<Self::Cursor>>) {
        match self.of {
            Some(group) => {
                let cursor: Vec<_> =
                    outermost(self.tree, group).into_iter().map(|n| (n, self.weights.total[n as usize])).collect();
                let total = cursor.iter().map(|(_, w)| w).sum();
                let own = self.from_nowhere(&cursor);
                out.push(Child { group, total, own, exact: true, cursor });
            }
            None => {
                let owns = self.weights.own.iter().enumerate().skip(1).filter(|(_, w)| **w != 0);
                self.gather(owns.map(|(n, w)| (n as u32, *w)), out);
            }
        }
    }

    fn children(&self, of: &Self::Cursor, out: &mut Vec<Child<Self::Cursor>>) {
        let up = of.iter().map(|&(n, w)| (self.tree.parents[n as usize], w)).filter(|(n, _)| *n != ROOT);
        self.gather(up, out);
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

impl Callers<'_> {
    fn gather(&self, places: impl Iterator<Item = (u32, i64)>, out: &mut Vec<Child<Vec<(u32, i64)>>>) {
        let mut index: FxHashMap<GroupId, usize> = FxHashMap::default();
        for (node, weight) in places {
            let group = self.tree.groups[node as usize];
            let slot = *index.entry(group).or_insert_with(|| {
                out.push(Child { group, total: 0, own: 0, exact: true, cursor: Vec::new() });
                out.len() - 1
            });
            out[slot].total += weight;
            out[slot].cursor.push((node, weight));
        }
        for child in out {
            child.own = self.from_nowhere(&child.cursor);
        }
    }

    /// What was called by nobody: the outermost frames.
    fn from_nowhere(&self, cursor: &[(u32, i64)]) -> i64 {
        cursor.iter().filter(|(n, _)| self.tree.parents[*n as usize] == ROOT).map(|(_, w)| w).sum()
    }
}

/// Which way to walk a call graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    /// From callers to callees.
    Down,
    /// From callees to callers.
    Up,
}

/// The estimated tree of a call graph. Groups are the graph's functions.
pub(super) struct GraphTree<'a> {
    pub(super) flow: &'a Flow,
    pub(super) direction: Direction,
    /// Begin at one function with this total, or at all the roots.
    pub(super) of: Option<(FunctionId, i64)>,
}

impl Source for GraphTree<'_> {
    /// The places of one function and the cost that reaches each on this path.
    type Cursor = Vec<(PlaceId, f64)>;

    fn roots(&self, out: &mut Vec<Child<Self::Cursor>>) {
        if let Some((function, total)) = self.of {
            let places = self.flow.places_of(function, total as f64);
            let cursor = places.into_iter().filter(|(_, mass)| *mass > 0.0).collect();
            out.push(self.child(function, total, true, cursor));
            return;
        }
        let mass = |place: PlaceId| match self.direction {
            Direction::Down => self.flow.from_root_at(place),
            Direction::Up => self.flow.own_at(place),
        };
        self.gather(self.flow.places().map(|p| (p, mass(p))), None, out);
    }

    fn children(&self, of: &Self::Cursor, out: &mut Vec<Child<Self::Cursor>>) {
        let total: f64 = of.iter().map(|(_, mass)| mass).sum();
        let scaled = of.iter().filter_map(|&(place, mass)| {
            let inflow = self.flow.inflow_at(place);
            (inflow > 0.0).then(|| (place, mass / inflow))
        });
        match self.direction {
            Direction::Down => {
                let masses = scaled.flat_map(|(p, scale)| self.flow.callees(p).map(move |(to, m)| (to, m * scale)));
                self.gather(masses, Some(total), out);
            }
            Direction::Up => {
                let masses = scaled.flat_map(|(p, scale)| self.flow.callers(p).map(move |(from, m)| (from, m * scale)));
                self.gather(masses, Some(total), out);
            }
        }
    }

    fn exactness(&self) -> Exactness {
        if self.direction == Direction::Down && self.of.is_none() && self.flow.all_proven() {
            Exactness::Exact
        } else {
            Exactness::Estimated
        }
    }
}

impl GraphTree<'_> {
    fn child(
        &self,
        function: FunctionId,
        total: i64,
        exact: bool,
        cursor: Vec<(PlaceId, f64)>,
    ) -> Child<Vec<(PlaceId, f64)>> {
        let own: f64 = cursor
            .iter()
            .map(|&(place, mass)| {
                let part = match self.direction {
                    Direction::Down => self.flow.own_at(place),
                    Direction::Up => self.flow.from_root_at(place),
                };
                let inflow = self.flow.inflow_at(place);
                if inflow > 0.0 { part / inflow * mass } else { 0.0 }
            })
            .sum();
        Child { group: GroupId(function.0), total, own: (own.round() as i64).min(total), exact, cursor }
    }

    /// Puts the places of a function together, and makes integers of the parts so that they add up as the parts do:
    /// their ends are rounded, not their lengths.
    fn gather(
        &self,
        masses: impl Iterator<Item = (PlaceId, f64)>,
        within: Option<f64>,
        out: &mut Vec<Child<Vec<(PlaceId, f64)>>>,
    ) {
        let mut places: Vec<(PlaceId, f64)> = masses.filter(|(_, mass)| *mass > 0.0).collect();
        places.sort_unstable_by_key(|(place, _)| *place);
        let mut functions: Vec<(f64, std::ops::Range<usize>)> = Vec::new();
        for run in places.chunk_by(|a, b| a.0.function() == b.0.function()) {
            let from = functions.last().map_or(0, |(_, range)| range.end);
            functions.push((run.iter().map(|(_, mass)| mass).sum(), from..from + run.len()));
        }
        functions.sort_by(|a, b| b.0.total_cmp(&a.0));
        let limit = within.map_or(i64::MAX, |total| total.round() as i64);
        let (mut end, mut last) = (0.0, 0_i64);
        for (mass, range) in functions {
            end += mass;
            let to = (end.round() as i64).min(limit);
            let total = to - last;
            last = to;
            if total <= 0 {
                continue;
            }
            let run = &places[range];
            let function = run[0].0.function();
            let exact = match self.direction {
                Direction::Down => self.of.is_none() && self.flow.is_proven(function),
                Direction::Up => within.is_none() && self.of.is_none(),
            };
            // Neighbours of the same place add up.
            let cursor = run.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|s| s.1).sum()));
            out.push(self.child(function, total, exact, cursor.collect()));
        }
    }
}

/// A tree made of boxes that are known already, in time order: see [`super::timeline`].
pub(super) struct Boxes {
    /// By depth: start, end, group and the index of the parent in the level above.
    pub(super) levels: Vec<Vec<(i64, i64, GroupId, u32)>>,
}

impl Boxes {
    /// The tree. A box's own time is what its children leave.
    pub(super) fn into_tree(self, sum: i64, extent: i64, detail: Detail) -> CallTree {
        let count: usize = self.levels.iter().map(Vec::len).sum();
        let mut tree = CallTree {
            levels: vec![0],
            groups: Vec::with_capacity(count),
            parents: Vec::with_capacity(count),
            first_child: vec![0; count],
            child_count: vec![0; count],
            starts: Vec::with_capacity(count),
            totals: Vec::with_capacity(count),
            owns: Vec::with_capacity(count),
            rests: vec![0; count],
            exact: Vec::new(),
            exactness: Exactness::Exact,
            total: sum,
            extent,
            root_rest: 0,
            detail,
        };
        let mut above = 0_usize;
        for (depth, level) in self.levels.iter().enumerate() {
            let first = tree.len();
            for &(start, end, group, parent) in level {
                let node = tree.len();
                let parent = if depth == 0 { NO_PARENT } else { above as u32 + parent };
                tree.groups.push(group);
                tree.starts.push(start);
                tree.totals.push(end - start);
                tree.owns.push(end - start);
                tree.parents.push(parent);
                if parent != NO_PARENT {
                    let parent = parent as usize;
                    if tree.child_count[parent] == 0 {
                        tree.first_child[parent] = node as u32;
                    }
                    tree.child_count[parent] += 1;
                    tree.owns[parent] -= end - start;
                }
            }
            tree.levels.push(tree.len() as u32);
            above = first;
        }
        tree
    }
}
