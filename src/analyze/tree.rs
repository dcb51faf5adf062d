//! Call trees, as far as they are wide enough to see.
//!
//! A [`CallTree`] stands in level order: the nodes of one depth follow each other from left to right, and so do the
//! children of one node. Finding what lies at a position is a binary search, and drawing costs by pixels.
//!
//! Every tree is made by one walk, [`expand`], over a [`Source`] that knows the children of a place. The walk stops at
//! nodes narrower than asked for and outside the window asked for, so the tree of a graph with endless paths or of a
//! million stacks is as cheap as the picture it is for. Positions do not depend on where the walk stops.

mod graph;
mod stacks;

pub(super) use graph::{Direction, GraphTree};
pub(super) use stacks::{CalleesOf, Callers, TopDown, outermost};

use super::GroupId;
use super::diff::Status;

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
        let span = to.saturating_sub(from).max(1);
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
                let third = other_to.saturating_sub(other_from) / 3;
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

/// What a node of a comparison cost on either side; `None` where that side has no such path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sides {
    /// Own and total cost on the base side.
    pub base: Option<(i64, i64)>,
    /// Own and total cost on the new side.
    pub new: Option<(i64, i64)>,
    /// What its own cost did. Judged once for a tree, since every frame asks for every box.
    pub own_status: Status,
    /// What its total cost did.
    pub total_status: Status,
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
    /// Empty but for a comparison.
    sides: Vec<Sides>,
    exactness: Exactness,
    total: i64,
    extent: i64,
    root_rest: i64,
    detail: Detail,
}

/// Marks the parent of a node of depth 0.
pub(super) const NO_PARENT: u32 = u32::MAX;

impl CallTree {
    /// The tree of a profile without calls.
    pub(super) fn empty(detail: Detail) -> Self {
        Boxes::default().into_tree(0, 0, detail)
    }

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

    /// What it cost on either side, where the tree is of a comparison. Its width is one of these, or the larger.
    pub fn sides(&self, node: usize) -> Option<Sides> {
        self.sides.get(node).copied()
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

/// Something that can be expanded into a tree. Sources keep scratch space, hence `&mut`.
pub(super) trait Source {
    /// A place in it.
    type Cursor;

    /// Appends the outermost nodes of at least `min_total`, and gives the sum of the others.
    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Self::Cursor>>) -> i64;

    /// Appends the nodes below a place that have at least `min_total`, and gives the sum of the others.
    fn children(&mut self, of: &Self::Cursor, min_total: i64, out: &mut Vec<Child<Self::Cursor>>) -> i64;

    /// Whether all its numbers are as recorded.
    fn exactness(&self) -> Exactness;

    /// What a place cost on either side, where the source is a comparison.
    fn sides(&self, _group: GroupId, _of: &Self::Cursor) -> Option<Sides> {
        None
    }
}

/// Expands a source level by level.
pub(super) fn expand<S: Source>(mut source: S, sum: i64, detail: Detail) -> CallTree {
    let detail = Detail { min_total: detail.min_total.max(1), ..detail };
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
        sides: Vec::new(),
        exactness: source.exactness(),
        total: sum,
        extent: sum,
        root_rest: 0,
        detail,
    };
    let mut found = Vec::new();
    let mut level: Vec<(u32, S::Cursor)> = Vec::new();
    tree.root_rest = source.roots(detail.min_total, &mut found);
    tree.place(&source, &mut found, NO_PARENT, 0, &mut level);
    let mut next = Vec::new();
    while !level.is_empty() {
        tree.levels.push(tree.len() as u32);
        for (node, cursor) in level.drain(..) {
            let node_index = node as usize;
            tree.first_child[node_index] = tree.len() as u32;
            let (start, total) = (tree.starts[node_index], tree.totals[node_index]);
            let visible = detail.window.is_none_or(|(from, to)| start < to && start + total > from);
            if !visible || tree.len() >= detail.max_nodes {
                tree.rests[node_index] = total - tree.owns[node_index];
                continue;
            }
            tree.rests[node_index] = source.children(&cursor, detail.min_total, &mut found);
            tree.place(&source, &mut found, node, start, &mut next);
            tree.child_count[node_index] = tree.len() as u32 - tree.first_child[node_index];
        }
        std::mem::swap(&mut level, &mut next);
    }
    tree
}

impl CallTree {
    /// Adds the children of a node, widest first.
    fn place<S: Source>(
        &mut self,
        source: &S,
        found: &mut Vec<Child<S::Cursor>>,
        parent: u32,
        start: i64,
        next: &mut Vec<(u32, S::Cursor)>,
    ) {
        found.sort_unstable_by_key(|c| (std::cmp::Reverse(c.total), c.group));
        let mut at = start;
        for child in found.drain(..) {
            self.sides.extend(source.sides(child.group, &child.cursor));
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
    }
}

/// A tree made of boxes that are known already, in time order: see [`super::timeline`].
#[derive(Default)]
pub(super) struct Boxes {
    /// By depth: start, end, group and the index of the parent in the level above.
    levels: Vec<Vec<(i64, i64, GroupId, u32)>>,
}

impl Boxes {
    /// Begins a box; answers its index in its level.
    pub(super) fn open(&mut self, depth: usize, start: i64, group: GroupId, parent: u32) -> u32 {
        if self.levels.len() == depth {
            self.levels.push(Vec::new());
        }
        self.levels[depth].push((start, start, group, parent));
        self.levels[depth].len() as u32 - 1
    }

    /// Ends the open boxes from a depth on, given by their index in their level.
    pub(super) fn close(&mut self, open: &mut Vec<(u32, u32)>, depth: usize, end: i64) {
        for (depth, (_, index)) in open.drain(depth..).enumerate().map(|(i, b)| (depth + i, b)) {
            self.levels[depth][index as usize].1 = end;
        }
    }

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
            sides: Vec::new(),
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
