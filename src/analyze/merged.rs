//! Recorded stacks as a tree of groups: transforms applied, frames of one group under one parent merged.
//!
//! Made once for a profile, a grouping and a list of transforms; metrics, threads and time ranges only change the
//! weights that [`Weights`] puts on it.
//!
//! Stacks are a tree already, of frames (`main:3`, `main:7`), with parents before children. It is merged from the root
//! down: the stacks that make up one node are known, their children are gathered, and children of one group become one
//! node. Nothing is looked up by hash, and children of one node stand side by side:
//!
//! ```text
//! main:3 ─┬─ parse:9  ── read:2            main ─┬─ parse ─── read
//!         └─ log:4                   ──►         └─ log
//! main:7 ─┬─ parse:9  ── read:2
//!         └─ parse:12
//! ```

mod passes;
mod rows;
mod weights;

pub use weights::Weights;

use super::{Classes, GroupId, Groups, Transform};
use crate::model::{Profile, StackId, StackProfile};
use passes::passes;
use rows::Rows;
use std::ops::Range;

/// The node every stack hangs from: the empty stack.
pub(super) const ROOT: u32 = 0;
/// The stack is dropped by a transform.
const DROPPED: u32 = u32::MAX;

/// The tree. A parent always precedes its children; node 0 is the root and belongs to no group.
#[derive(Debug)]
pub struct MergedTree {
    pub(super) parents: Vec<u32>,
    pub(super) groups: Vec<GroupId>,
    /// Whether the node's group occurs among its ancestors.
    pub(super) recursive: Vec<bool>,
    /// The node each stack ends in; [`DROPPED`] where it is not counted.
    of_stack: Vec<u32>,
    /// The children of `n` are `first_child[n]..first_child[n] + child_count[n]`.
    first_child: Vec<u32>,
    child_count: Vec<u32>,
}

impl MergedTree {
    /// Builds the tree of a profile.
    pub fn new(body: &StackProfile, groups: &Groups, classes: &Classes, transforms: &[Transform]) -> Self {
        let stacks = &body.stacks;
        let (parents, frames, of_frames) = (stacks.parents(), stacks.frames(), groups.of_frames());
        let recorded = Rows {
            len: stacks.len(),
            parent: |row: usize| parents[row].0,
            group: |row: usize| of_frames[frames[row].index()],
            group_count: groups.len(),
        };
        let mut passes = passes(groups, classes, transforms).into_iter();
        let mut tree = recorded.merge(&passes.next().unwrap_or_default());
        for pass in passes {
            let (parents, groups_of) = (&tree.parents, &tree.groups);
            let rows = Rows {
                len: tree.len(),
                parent: |row: usize| parents[row],
                group: |row: usize| groups_of[row],
                group_count: groups.len(),
            };
            let next = rows.merge(&pass);
            let of_stack = tree.of_stack.iter().map(|&node| match node {
                DROPPED => DROPPED,
                node => next.of_stack[node as usize],
            });
            tree = Self { of_stack: of_stack.collect(), ..next };
        }
        tree
    }

    fn with_root(capacity: usize) -> Self {
        let column = |first: u32| {
            let mut column = Vec::with_capacity(capacity);
            column.push(first);
            column
        };
        let mut groups = Vec::with_capacity(capacity);
        groups.push(GroupId(u32::MAX));
        let mut recursive = Vec::with_capacity(capacity);
        recursive.push(false);
        Self {
            parents: column(ROOT),
            groups,
            recursive,
            of_stack: Vec::new(),
            first_child: column(1),
            child_count: column(0),
        }
    }

    fn add(&mut self, parent: u32, group: GroupId) -> u32 {
        let node = self.parents.len() as u32;
        self.parents.push(parent);
        self.groups.push(group);
        self.recursive.push(false);
        self.first_child.push(0);
        self.child_count.push(0);
        node
    }

    fn shrink(&mut self) {
        self.parents.shrink_to_fit();
        self.groups.shrink_to_fit();
        self.recursive.shrink_to_fit();
        self.first_child.shrink_to_fit();
        self.child_count.shrink_to_fit();
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
    pub(super) fn children(&self, node: u32) -> Range<u32> {
        let first = self.first_child[node as usize];
        first..first + self.child_count[node as usize]
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
}

/// The stacks of a profile, or `None` where none were recorded.
pub(super) fn stack_body(profile: &Profile) -> Option<&StackProfile> {
    match profile.body() {
        crate::model::Body::Stacks(body) => Some(body),
        crate::model::Body::Graph(_) | crate::model::Body::Lines(_) => None,
    }
}
