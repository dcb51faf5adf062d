//! Trees of recorded stacks: from the outermost frame inwards, from the innermost outwards, and around one group.

use super::{Child, Exactness, Source};
use crate::analyze::{GroupId, MergedTree, Weights, merged::ROOT};

/// The tree of recorded stacks from the outermost frame inwards.
pub(in crate::analyze) struct TopDown<'a> {
    pub(in crate::analyze) tree: &'a MergedTree,
    pub(in crate::analyze) weights: &'a Weights,
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
pub(in crate::analyze) struct Place {
    node: u32,
    group: GroupId,
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
    /// The places at hand, so that nodes all over memory are looked up once.
    places: Vec<Place>,
}

impl Gather {
    fn new(groups: usize) -> Self {
        let (sums, counts, slots) = (vec![0; groups], vec![0; groups], vec![0; groups]);
        Self { sums, counts, slots, touched: Vec::new(), places: Vec::new() }
    }

    /// Appends a child for each group of at least `min_total` and gives the sum of the others. `parts` are nodes with
    /// what of them counts; `own` tells the own cost of a place.
    fn children(
        &mut self,
        tree: &MergedTree,
        parts: impl Iterator<Item = (u32, i64)>,
        min_total: i64,
        own: impl Fn(&Place) -> i64,
        out: &mut Vec<Child<Vec<Place>>>,
    ) -> i64 {
        const TOO_NARROW: u32 = u32::MAX;
        self.places.clear();
        for (node, weight) in parts {
            // Stacks that part further in meet again on the way out: their nodes follow each other.
            if let Some(last) = self.places.last_mut().filter(|last| last.node == node) {
                last.weight += weight;
                self.sums[last.group.index()] += weight;
                continue;
            }
            let group = tree.groups[node as usize];
            let count = &mut self.counts[group.index()];
            if *count == 0 {
                self.touched.push(group);
            }
            *count += 1;
            self.sums[group.index()] += weight;
            self.places.push(Place { node, group, weight });
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
        for place in &self.places {
            let slot = self.slots[place.group.index()];
            if slot != TOO_NARROW {
                let child = &mut out[slot as usize];
                child.own += own(place);
                child.cursor.push(*place);
            }
        }
        rest
    }
}

/// Everything called below the outermost calls of one group.
pub(in crate::analyze) struct CalleesOf<'a> {
    tree: &'a MergedTree,
    weights: &'a Weights,
    group: GroupId,
    gather: Gather,
}

impl<'a> CalleesOf<'a> {
    pub(in crate::analyze) fn new(tree: &'a MergedTree, weights: &'a Weights, group: GroupId, groups: usize) -> Self {
        Self { tree, weights, group, gather: Gather::new(groups) }
    }
}

impl Source for CalleesOf<'_> {
    type Cursor = Vec<Place>;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let (tree, weights) = (self.tree, self.weights);
        let parts = outermost(tree, self.group).map(|node| (node, weights.total[node as usize]));
        self.gather.children(tree, parts, min_total, |p| weights.own[p.node as usize], out)
    }

    fn children(&mut self, of: &Vec<Place>, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let (tree, weights) = (self.tree, self.weights);
        let below = of.iter().flat_map(|place| tree.children(place.node));
        let parts = below.map(|node| (node, weights.total[node as usize])).filter(|(_, weight)| *weight != 0);
        self.gather.children(tree, parts, min_total, |p| weights.own[p.node as usize], out)
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

/// Nodes of a group that do not lie below another node of the same group.
pub(in crate::analyze) fn outermost(tree: &MergedTree, group: GroupId) -> impl Iterator<Item = u32> + Clone + '_ {
    let nodes = tree.groups.iter().enumerate().skip(1);
    nodes.filter(move |(n, g)| **g == group && !tree.recursive[*n]).map(|(n, _)| n as u32)
}

/// Stacks from the inside out: below each box, who called it.
pub(in crate::analyze) struct Callers<'a> {
    tree: &'a MergedTree,
    weights: &'a Weights,
    /// The callers of one group, or those of every group by its own cost.
    of: Option<GroupId>,
    gather: Gather,
}

impl<'a> Callers<'a> {
    pub(in crate::analyze) fn new(
        tree: &'a MergedTree,
        weights: &'a Weights,
        of: Option<GroupId>,
        groups: usize,
    ) -> Self {
        Self { tree, weights, of, gather: Gather::new(groups) }
    }
}

impl Source for Callers<'_> {
    type Cursor = Vec<Place>;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let (tree, weights) = (self.tree, self.weights);
        if let Some(group) = self.of {
            let parts = outermost(tree, group).map(|node| (node, weights.total[node as usize]));
            self.gather.children(tree, parts, min_total, from_nowhere(tree), out)
        } else {
            let owns = weights.own.iter().enumerate().skip(1).filter(|(_, weight)| **weight != 0);
            let parts = owns.map(|(node, weight)| (node as u32, *weight));
            self.gather.children(tree, parts, min_total, from_nowhere(tree), out)
        }
    }

    fn children(&mut self, of: &Vec<Place>, min_total: i64, out: &mut Vec<Child<Vec<Place>>>) -> i64 {
        let tree = self.tree;
        let up = of.iter().map(|place| (tree.parents[place.node as usize], place.weight));
        self.gather.children(tree, up.filter(|(node, _)| *node != ROOT), min_total, from_nowhere(tree), out)
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }
}

/// What nobody called: the outermost frames.
fn from_nowhere(tree: &MergedTree) -> impl Fn(&Place) -> i64 {
    let outermost = tree.children(ROOT);
    move |place| if outermost.contains(&place.node) { place.weight } else { 0 }
}
