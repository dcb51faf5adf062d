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
        exactness: source.exactness(),
        total: sum,
        extent: sum,
        root_rest: 0,
        detail,
    };
    let mut found = Vec::new();
    let mut level: Vec<(u32, S::Cursor)> = Vec::new();
    tree.root_rest = source.roots(detail.min_total, &mut found);
    tree.place(&mut found, NO_PARENT, 0, &mut level);
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
            tree.place(&mut found, node, start, &mut next);
            tree.child_count[node_index] = tree.len() as u32 - tree.first_child[node_index];
        }
        std::mem::swap(&mut level, &mut next);
    }
    tree
}

impl CallTree {
    /// Adds the children of a node, widest first.
    fn place<C>(&mut self, found: &mut Vec<Child<C>>, parent: u32, start: i64, next: &mut Vec<(u32, C)>) {
        found.sort_unstable_by_key(|c| (std::cmp::Reverse(c.total), c.group));
        let mut at = start;
        for child in found.drain(..) {
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

/// The tree of recorded stacks from the outermost frame inwards.
pub(super) struct TopDown<'a> {
    pub(super) tree: &'a MergedTree,
    pub(super) weights: &'a Weights,
}

impl Source for TopDown<'_> {
    type Cursor = u32;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<u32>>) -> i64 {
        self.children(&ROOT, min_total, out)
    }

    fn children(&mut self, of: &u32, min_total: i64, out: &mut Vec<Child<u32>>) -> i64 {
        let mut rest = 0;
        for node in self.tree.children(*of) {
            let total = self.weights.total[node as usize];
            if total < min_total {
                rest += total;
                continue;
            }
            let (group, own) = (self.tree.groups[node as usize], self.weights.own[node as usize]);
            out.push(Child { group, total, own, exact: true, cursor: node });
        }
        rest
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

/// A node of a merged tree that is part of a box, and how much of the box it stands for.
#[derive(Clone, Copy)]
pub(super) struct Place {
    node: u32,
    weight: i64,
}

/// Gathers places by group: first their sums, then, for the groups that are wide enough, the places themselves.
struct Gather {
    /// By group; zero between calls.
    sums: Vec<i64>,
    counts: Vec<u32>,
    /// By group: the child it became. Only read for groups that were just touched.
    slots: Vec<u32>,
    touched: Vec<GroupId>,
}

impl Gather {
    fn new(groups: usize) -> Self {
        Self { sums: vec![0; groups], counts: vec![0; groups], slots: vec![0; groups], touched: Vec::new() }
    }

    /// Appends a child for each group of at least `min_total` and gives the sum of the others. `own` tells the own cost
    /// of a place.
    fn children(
        &mut self,
        tree: &MergedTree,
        places: impl Iterator<Item = Place> + Clone,
        min_total: i64,
        own: impl Fn(Place) -> i64,
        out: &mut Vec<Child<Vec<Place>>>,
    ) -> i64 {
        const TOO_NARROW: u32 = u32::MAX;
        for place in places.clone() {
            let group = tree.groups[place.node as usize];
            let count = &mut self.counts[group.index()];
            if *count == 0 {
                self.touched.push(group);
            }
            *count += 1;
            self.sums[group.index()] += place.weight;
        }
        let mut rest = 0;
        for &group in &self.touched {
            let total = std::mem::take(&mut self.sums[group.index()]);
            let count = std::mem::take(&mut self.counts[group.index()]);
            if total < min_total {
                rest += total;
                self.slots[group.index()] = TOO_NARROW;
                continue;
            }
            self.slots[group.index()] = out.len() as u32;
            out.push(Child { group, total, own: 0, exact: true, cursor: Vec::with_capacity(count as usize) });
        }
        self.touched.clear();
        if out.is_empty() {
            return rest;
        }
        for place in places {
            let slot = self.slots[tree.groups[place.node as usize].index()];
            if slot == TOO_NARROW {
                continue;
            }
            let child = &mut out[slot as usize];
            child.own += own(place);
            // Stacks that part further in meet again on the way out: their nodes follow each other.
            match child.cursor.last_mut() {
                Some(last) if last.node == place.node => last.weight += place.weight,
                _ => child.cursor.push(place),
            }
        }
        rest
    }
}

/// Everything called below the outermost calls of one group.
pub(super) struct CalleesOf<'a> {
    tree: &'a MergedTree,
    weights: &'a Weights,
    group: GroupId,
    gather: Gather,
}

impl<'a> CalleesOf<'a> {
    pub(super) fn new(tree: &'a MergedTree, weights: &'a Weights, group: GroupId, groups: usize) -> Self {
        Self { tree, weights, group, gather: Gather::new(groups) }
    }
}

impl Source for CalleesOf<'_> {
    type Cursor = Vec<Place>;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let (tree, weights) = (self.tree, self.weights);
        let places = outermost(tree, self.group).map(|node| Place { node, weight: weights.total[node as usize] });
        self.gather.children(tree, places, min_total, |p| weights.own[p.node as usize], out)
    }

    fn children(&mut self, of: &Vec<Place>, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let (tree, weights) = (self.tree, self.weights);
        let below = of.iter().flat_map(|place| tree.children(place.node));
        let places =
            below.map(|node| Place { node, weight: weights.total[node as usize] }).filter(|place| place.weight != 0);
        self.gather.children(tree, places, min_total, |p| weights.own[p.node as usize], out)
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

/// Nodes of a group that do not lie below another node of the same group.
pub(super) fn outermost(tree: &MergedTree, group: GroupId) -> impl Iterator<Item = u32> + Clone + '_ {
    let nodes = tree.groups.iter().enumerate().skip(1);
    nodes.filter(move |(n, g)| **g == group && !tree.recursive[*n]).map(|(n, _)| n as u32)
}

/// Stacks from the inside out: below each box, who called it.
pub(super) struct Callers<'a> {
    tree: &'a MergedTree,
    weights: &'a Weights,
    /// The callers of one group, or those of every group by its own cost.
    of: Option<GroupId>,
    gather: Gather,
}

impl<'a> Callers<'a> {
    pub(super) fn new(tree: &'a MergedTree, weights: &'a Weights, of: Option<GroupId>, groups: usize) -> Self {
        Self { tree, weights, of, gather: Gather::new(groups) }
    }
}

impl Source for Callers<'_> {
    type Cursor = Vec<Place>;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let (tree, weights) = (self.tree, self.weights);
        if let Some(group) = self.of {
            let places = outermost(tree, group).map(|node| Place { node, weight: weights.total[node as usize] });
            self.gather.children(tree, places, min_total, |p| from_nowhere(tree, p), out)
        } else {
            let owns = weights.own.iter().enumerate().skip(1).filter(|(_, weight)| **weight != 0);
            let places = owns.map(|(node, weight)| Place { node: node as u32, weight: *weight });
            self.gather.children(tree, places, min_total, |p| from_nowhere(tree, p), out)
        }
    }

    fn children(&mut self, of: &Vec<Place>, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let tree = self.tree;
        let up = of.iter().map(|place| Place { node: tree.parents[place.node as usize], ..*place });
        let places = up.filter(|place| place.node != ROOT);
        self.gather.children(tree, places, min_total, |p| from_nowhere(tree, p), out)
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

/// What nobody called: the outermost frames.
fn from_nowhere(tree: &MergedTree, place: Place) -> i64 {
    if tree.parents[place.node as usize] == ROOT { place.weight } else { 0 }
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

/// The calls of one function on a path: its places with the cost that reaches each, and their sum as it is drawn.
pub(super) struct Calls {
    places: Vec<(PlaceId, f64)>,
    total: i64,
}

impl Source for GraphTree<'_> {
    type Cursor = Calls;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Calls>>) -> i64 {
        if let Some((function, total)) = self.of {
            if total < min_total {
                return total;
            }
            let places = self.flow.places_of(function, total as f64);
            let places = places.into_iter().filter(|(_, mass)| *mass > 0.0).collect();
            out.push(self.child(function, true, Calls { places, total }));
            return 0;
        }
        let sum = self.flow.sum().round() as i64;
        match self.direction {
            Direction::Down => {
                let masses = self.flow.places().map(|p| (p, self.flow.root_mass_at(p)));
                self.gather(masses, sum, min_total, false, out)
            }
            Direction::Up => {
                let masses = self.flow.places().map(|p| (p, self.flow.own_at(p)));
                self.gather(masses, sum, min_total, true, out)
            }
        }
    }

    fn children(&mut self, of: &Calls, min_total: i64, out: &mut Vec<Child<Calls>>) -> i64 {
        let below = of.total - self.own(of);
        if below < min_total {
            return below;
        }
        let flow = self.flow;
        let scaled = of.places.iter().filter_map(|&(place, mass)| {
            let inflow = flow.inflow_at(place);
            (inflow > 0.0).then(|| (place, mass / inflow))
        });
        match self.direction {
            Direction::Down => {
                let masses = scaled.flat_map(|(p, scale)| flow.callees(p).map(move |(to, m)| (to, m * scale)));
                self.gather(masses, below, min_total, false, out)
            }
            Direction::Up => {
                let masses = scaled.flat_map(|(p, scale)| flow.callers(p).map(move |(from, m)| (from, m * scale)));
                self.gather(masses, below, min_total, false, out)
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
    fn child(&self, function: FunctionId, exact: bool, calls: Calls) -> Child<Calls> {
        Child { group: GroupId(function.0), total: calls.total, own: self.own(&calls), exact, cursor: calls }
    }

    /// What of a box is its own cost: all that its children do not get.
    fn own(&self, calls: &Calls) -> i64 {
        let (mut all, mut own) = (0.0, 0.0);
        for &(place, mass) in &calls.places {
            let part = match self.direction {
                Direction::Down => self.flow.own_at(place),
                Direction::Up => self.flow.root_mass_at(place),
            };
            let inflow = self.flow.inflow_at(place);
            all += mass;
            own += if inflow > 0.0 { part / inflow * mass } else { mass };
        }
        if all <= 0.0 {
            return calls.total;
        }
        let below = (calls.total as f64 * (1.0 - own / all)).round() as i64;
        calls.total - below.clamp(0, calls.total)
    }

    /// Puts the places of each function together, and makes integers of the parts so that they add up to `sum`: their
    /// ends are rounded, not their lengths. Gives the sum of those narrower than `min_total`.
    fn gather(
        &self,
        masses: impl Iterator<Item = (PlaceId, f64)>,
        sum: i64,
        min_total: i64,
        certain: bool,
        out: &mut Vec<Child<Calls>>,
    ) -> i64 {
        let mut places: Vec<(PlaceId, f64)> = masses.filter(|(_, mass)| *mass > 0.0).collect();
        places.sort_unstable_by_key(|(place, _)| *place);
        // Rounding adds less than one to a part, so only these can come out wide enough; all others come after them.
        let narrowest = (min_total - 1) as f64;
        let mut left_out = false;
        let mut wide: Vec<(f64, &[(PlaceId, f64)])> = Vec::new();
        for run in places.chunk_by(|a, b| a.0.function() == b.0.function()) {
            let mass: f64 = run.iter().map(|(_, mass)| mass).sum();
            if mass >= narrowest { wide.push((mass, run)) } else { left_out = true }
        }
        wide.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut end, mut last, mut placed) = (0.0, 0_i64, 0_i64);
        let count = wide.len();
        for (i, (mass, run)) in wide.into_iter().enumerate() {
            end += mass;
            let is_last = i + 1 == count && !left_out;
            let to = if is_last { sum } else { (end.round() as i64).clamp(last, sum) };
            let total = to - last;
            last = to;
            if total < min_total {
                continue;
            }
            let function = run[0].0.function();
            let proven = self.direction == Direction::Down && self.of.is_none() && self.flow.is_proven(function);
            // Several links to one place add up.
            let places = run.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|s| s.1).sum()));
            out.push(self.child(function, certain || proven, Calls { places: places.collect(), total }));
            placed += total;
        }
        sum - placed
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
