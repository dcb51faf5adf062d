//! Recorded stacks as a tree of groups: transforms applied, frames of one group under one parent merged.
//!
//! Made once for a profile, a grouping and a list of transforms; metrics, threads and time ranges only change the
//! weights that [`Weights`] puts on it.

use super::{Class, Classes, GroupBy, GroupId, Groups, PathWalk, Query, Step, Transform};
use crate::model::{Profile, StackId, StackProfile};
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// The node every stack hangs from: the empty stack.
pub(super) const ROOT: u32 = 0;
/// The stack is dropped by a transform.
const DROPPED: u32 = u32::MAX;
/// Under a focus, the stack has not reached the focused function.
const OUTSIDE: u32 = u32::MAX - 1;

/// The tree. A parent always precedes its children; node 0 is the root and belongs to no group.
#[derive(Debug)]
pub struct MergedTree {
    pub(super) parents: Vec<u32>,
    pub(super) groups: Vec<GroupId>,
    /// Whether the node's group occurs among its ancestors.
    pub(super) recursive: Vec<bool>,
    /// The node each stack ends in; [`DROPPED`] where it is not counted.
    of_stack: Vec<u32>,
    /// `child_list[first_child[n]..first_child[n + 1]]` are the children of `n`.
    first_child: Vec<u32>,
    child_list: Vec<u32>,
}

impl MergedTree {
    /// Builds the tree of a profile.
    pub fn new(body: &StackProfile, groups: &Groups, classes: &Classes, transforms: &[Transform]) -> Self {
        let rules = Rules::new(groups, classes, transforms);
        let stacks = &body.stacks;
        let mut tree = Self {
            parents: vec![ROOT],
            groups: vec![GroupId(u32::MAX)],
            recursive: vec![false],
            of_stack: Vec::with_capacity(stacks.len()),
            first_child: Vec::new(),
            child_list: Vec::new(),
        };
        let mut builder = NodeIndex::default();
        tree.of_stack.push(if rules.focus.is_some() { OUTSIDE } else { ROOT });
        for s in 1..stacks.len() {
            let parent = tree.of_stack[stacks.parents()[s].index()];
            let group = groups.of_frames()[stacks.frames()[s].index()];
            let node = tree.step(&rules, &mut builder, parent, group);
            tree.of_stack.push(node);
        }
        for node in &mut tree.of_stack {
            if *node == OUTSIDE {
                *node = DROPPED;
            }
        }
        tree.mark_recursion(groups.len());
        tree.index_children();
        tree
    }

    fn step(&mut self, rules: &Rules, index: &mut NodeIndex, parent: u32, group: GroupId) -> u32 {
        if parent == DROPPED || rules.drop.get(group.index()) == Some(&true) {
            return DROPPED;
        }
        let parent = match (parent, rules.focus) {
            (OUTSIDE, Some(focus)) if focus == group => ROOT,
            (OUTSIDE, _) => return OUTSIDE,
            _ => parent,
        };
        if rules.hide.get(group.index()) == Some(&true) {
            return parent;
        }
        // A call within one file, module or package is not a box of its own.
        if rules.fold_neighbours && parent != ROOT && self.groups[parent as usize] == group {
            return parent;
        }
        if rules.collapse_recursion
            && let Some(same) = self.ancestor_of_group(parent, group)
        {
            return same;
        }
        index.child(self, parent, group)
    }

    fn ancestor_of_group(&self, node: u32, group: GroupId) -> Option<u32> {
        let mut at = node;
        while at != ROOT {
            if self.groups[at as usize] == group {
                return Some(at);
            }
            at = self.parents[at as usize];
        }
        None
    }

    /// How many nodes there are, the root included.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// Whether there is no node but the root.
    pub fn is_empty(&self) -> bool {
        self.parents.len() <= 1
    }

    /// The children of a node, in no particular order.
    #[inline]
    pub(super) fn children(&self, node: u32) -> &[u32] {
        &self.child_list[self.first_child[node as usize] as usize..self.first_child[node as usize + 1] as usize]
    }

    /// The node a stack ends in, or `None` where a transform drops it.
    #[inline]
    pub fn node_of(&self, stack: StackId) -> Option<u32> {
        let node = self.of_stack[stack.index()];
        (node != DROPPED).then_some(node)
    }

    /// The group of a node; `None` for the root.
    pub fn group(&self, node: u32) -> Option<GroupId> {
        (node != ROOT).then(|| self.groups[node as usize])
    }

    /// The parent of a node; the root is its own.
    pub fn parent(&self, node: u32) -> u32 {
        self.parents[node as usize]
    }

    fn mark_recursion(&mut self, group_count: usize) {
        let mut on_path = vec![0_u32; group_count];
        let mut walk = PathWalk::new(self.len());
        for node in 1..self.len() as u32 {
            let mut again = false;
            walk.go_to(
                node,
                |n| self.parents[n as usize],
                |step| match step {
                    Step::Leave(n) => on_path[self.groups[n as usize].index()] -= 1,
                    Step::Enter(n) => {
                        let times = &mut on_path[self.groups[n as usize].index()];
                        again = *times > 0;
                        *times += 1;
                    }
                },
            );
            self.recursive.push(again);
        }
    }

    fn index_children(&mut self) {
        let nodes = self.len();
        let mut first = vec![0_u32; nodes + 1];
        for &parent in &self.parents[1..] {
            first[parent as usize + 1] += 1;
        }
        for i in 1..=nodes {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut list = vec![0_u32; nodes.saturating_sub(1)];
        for node in 1..nodes {
            let slot = &mut next[self.parents[node] as usize];
            list[*slot as usize] = node as u32;
            *slot += 1;
        }
        self.first_child = first;
        self.child_list = list;
    }
}

#[derive(Default)]
struct NodeIndex {
    nodes: HashTable<(u32, GroupId, u32)>,
}

impl NodeIndex {
    fn child(&mut self, tree: &mut MergedTree, parent: u32, group: GroupId) -> u32 {
        let hash = node_hash(parent, group);
        if let Some(&(.., node)) = self.nodes.find(hash, |&(p, g, _)| p == parent && g == group) {
            return node;
        }
        let node = tree.parents.len() as u32;
        tree.parents.push(parent);
        tree.groups.push(group);
        self.nodes.insert_unique(hash, (parent, group, node), |&(p, g, _)| node_hash(p, g));
        node
    }
}

fn node_hash(parent: u32, group: GroupId) -> u64 {
    let mut hasher = FxHasher::default();
    ((u64::from(parent) << 32) | u64::from(group.0)).hash(&mut hasher);
    hasher.finish()
}

/// Transforms as one decision a group.
#[derive(Default)]
struct Rules {
    focus: Option<GroupId>,
    /// Empty where nothing is hidden.
    hide: Vec<bool>,
    /// Empty where nothing is dropped.
    drop: Vec<bool>,
    collapse_recursion: bool,
    fold_neighbours: bool,
}

impl Rules {
    fn new(groups: &Groups, classes: &Classes, transforms: &[Transform]) -> Self {
        let fold_neighbours = !matches!(groups.by(), GroupBy::Function | GroupBy::Line);
        let mut rules = Self { fold_neighbours, ..Self::default() };
        let set = |mask: &mut Vec<bool>, group: GroupId| {
            mask.resize(groups.len(), false);
            if let Some(slot) = mask.get_mut(group.index()) {
                *slot = true;
            }
        };
        for transform in transforms {
            match transform {
                // The last focus wins: it was asked for inside the one before.
                Transform::Focus(group) => rules.focus = Some(*group),
                Transform::Hide(group) => set(&mut rules.hide, *group),
                Transform::Drop(group) => set(&mut rules.drop, *group),
                Transform::CollapseRecursion => rules.collapse_recursion = true,
                Transform::OnlyMine => {
                    for group in groups.ids() {
                        if groups.class(classes, group) != Class::Yours {
                            set(&mut rules.hide, group);
                        }
                    }
                }
            }
        }
        rules
    }
}

/// One metric of the samples a query asks for, on the nodes of a [`MergedTree`].
#[derive(Debug)]
pub struct Weights {
    /// What ends in each node.
    pub(super) own: Vec<i64>,
    /// What ends in each node or below it.
    pub(super) total: Vec<i64>,
    /// How many samples were counted.
    samples: usize,
}

impl Weights {
    /// Puts the samples a query asks for on the tree.
    pub fn new(body: &StackProfile, tree: &MergedTree, query: &Query) -> Self {
        let mut own = vec![0_i64; tree.len()];
        let mut samples = 0;
        for (stack, weight) in query.counted(&body.samples) {
            if let Some(node) = tree.node_of(stack) {
                own[node as usize] += weight;
                samples += 1;
            }
        }
        let mut total = own.clone();
        for node in (1..total.len()).rev() {
            let value = total[node];
            if value != 0 {
                total[tree.parents[node] as usize] += value;
            }
        }
        Self { own, total, samples }
    }

    /// The sum of everything counted.
    pub fn sum(&self) -> i64 {
        self.total[ROOT as usize]
    }

    /// How many samples were counted.
    pub fn samples(&self) -> usize {
        self.samples
    }
}

/// The stacks of a profile, or `None` for a call graph.
pub(super) fn stack_body(profile: &Profile) -> Option<&StackProfile> {
    match profile.body() {
        crate::model::Body::Stacks(body) => Some(body),
        crate::model::Body::Graph(_) => None,
    }
}
