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

use super::{Class, Classes, GroupBy, GroupId, Groups, Query, Transform, tree::outermost};
use crate::model::{Profile, StackId, StackProfile};
use std::ops::Range;

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

/// A tree to be merged: recorded stacks, or what an earlier pass made of them. Row 0 is its root; parents come first.
struct Rows<P, G> {
    len: usize,
    parent: P,
    group: G,
    group_count: usize,
}

/// Children of each row as linked lists; 0 ends a list, because row 0 is nobody's child.
struct Links {
    first: Vec<u32>,
    next: Vec<u32>,
}

impl Links {
    fn new(len: usize) -> Self {
        Self { first: vec![0; len], next: vec![0; len] }
    }

    #[inline]
    fn link(&mut self, parent: u32, child: u32) {
        self.next[child as usize] = self.first[parent as usize];
        self.first[parent as usize] = child;
    }

    #[inline]
    fn children(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.first[row as usize];
        std::iter::from_fn(move || {
            let child = at;
            at = self.next[child as usize];
            (child != 0).then_some(child)
        })
    }
}

impl<P: Fn(usize) -> u32, G: Fn(usize) -> GroupId> Rows<P, G> {
    /// Applies one pass of transforms and merges rows of one group under one parent.
    fn merge(&self, pass: &Pass) -> MergedTree {
        let joined = match pass {
            Pass::Rules(rules) if rules.is_empty() && !rules.fold_neighbours => None,
            Pass::Rules(rules) => Some(self.apply(rules)),
            Pass::CollapseRecursion => Some(self.collapse_recursion()),
            Pass::Collapse(within) => Some(self.collapse(within)),
            Pass::Subtree(path) => Some(self.subtree(path)),
        };
        let Some(joined) = joined else { return self.gather(&self.links()) };
        let mut links = Links::new(self.len);
        // Backwards, so that lists run forwards.
        for row in (1..self.len).rev().filter(|&row| joined[row] == row as u32) {
            let parent = match joined[(self.parent)(row) as usize] {
                OUTSIDE => ROOT,
                parent => parent,
            };
            links.link(parent, row as u32);
        }
        let mut tree = self.gather(&links);
        for (row, &kept) in joined.iter().enumerate() {
            tree.of_stack[row] = match kept {
                OUTSIDE | DROPPED => DROPPED,
                kept => tree.of_stack[kept as usize],
            };
        }
        tree
    }

    fn links(&self) -> Links {
        let mut links = Links::new(self.len);
        for row in (1..self.len).rev() {
            links.link((self.parent)(row), row as u32);
        }
        links
    }

    /// Merges linked rows. Also marks recursion, since the walk knows the path to each node.
    fn gather(&self, links: &Links) -> MergedTree {
        let mut tree = MergedTree::with_root(self.len);
        tree.of_stack = vec![DROPPED; self.len];
        tree.of_stack[0] = ROOT;
        // The rows that make up a node: `rows_of[node]`, and from each row to the next of the same node.
        let mut rows_of: Vec<u32> = Vec::with_capacity(self.len);
        rows_of.push(0);
        let mut same_node = vec![0_u32; self.len];
        // The last node made for each group. It is a child of the node at work if it is not older than its first child.
        let mut last_of_group = vec![0_u32; self.group_count];
        let mut on_path = vec![0_u32; self.group_count];
        let mut path: Vec<u32> = Vec::new();
        let mut open = vec![ROOT];
        while let Some(node) = open.pop() {
            if node != ROOT {
                let parent = tree.parents[node as usize];
                while let Some(left) = path.pop_if(|last| parent == ROOT || *last != parent) {
                    on_path[tree.groups[left as usize].index()] -= 1;
                }
                let group = tree.groups[node as usize].index();
                tree.recursive[node as usize] = on_path[group] > 0;
                on_path[group] += 1;
                path.push(node);
            }
            let begin = tree.len() as u32;
            let mut row = rows_of[node as usize];
            loop {
                for child in links.children(row) {
                    let group = (self.group)(child as usize);
                    let last = &mut last_of_group[group.index()];
                    if *last < begin {
                        *last = tree.add(node, group);
                        rows_of.push(child);
                    } else {
                        same_node[child as usize] = rows_of[*last as usize];
                        rows_of[*last as usize] = child;
                    }
                    tree.of_stack[child as usize] = *last;
                }
                row = same_node[row as usize];
                if row == 0 {
                    break;
                }
            }
            tree.first_child[node as usize] = begin;
            tree.child_count[node as usize] = tree.len() as u32 - begin;
            open.extend((begin..tree.len() as u32).rev());
        }
        tree.shrink();
        tree
    }

    /// What each row becomes: itself, part of another row, [`DROPPED`] or [`OUTSIDE`].
    fn apply(&self, rules: &Rules) -> Vec<u32> {
        let mut joined = vec![if rules.focus.is_empty() { ROOT } else { OUTSIDE }; self.len];
        for row in 1..self.len {
            let group = (self.group)(row);
            let mut above = joined[(self.parent)(row) as usize];
            if above == OUTSIDE {
                match rules.before.of(group) {
                    Rule::Keep if rules.focus.get(group.index()) == Some(&true) => above = ROOT,
                    Rule::Keep | Rule::Hide => continue,
                    Rule::Drop => above = DROPPED,
                }
            } else if above != DROPPED && rules.before.of(group) == Rule::Hide {
                joined[row] = above;
                continue;
            } else if rules.before.of(group) == Rule::Drop {
                above = DROPPED;
            }
            joined[row] = match (above, rules.after.of(group)) {
                (DROPPED, _) | (_, Rule::Drop) => DROPPED,
                (_, Rule::Hide) => above,
                // A call within one file, module or package is not a box of its own.
                _ if rules.fold_neighbours && above != ROOT && (self.group)(above as usize) == group => above,
                _ => row as u32,
            };
        }
        joined
    }

    /// Joins each row of the groups within to the row above it that is of them, too.
    fn collapse(&self, within: &[bool]) -> Vec<u32> {
        let is_within = |row: usize| within[(self.group)(row).index()];
        let mut joined = vec![ROOT; self.len];
        for row in 1..self.len {
            let above = joined[(self.parent)(row) as usize];
            let folds = above != ROOT && is_within(row) && is_within(above as usize);
            joined[row] = if folds { above } else { row as u32 };
        }
        joined
    }

    /// Keeps the rows at the end of a path from the root, and what is below them.
    fn subtree(&self, path: &[GroupId]) -> Vec<u32> {
        // How much of the path leads to each row; nothing where the row is beside it.
        let mut on_path: Vec<Option<usize>> = vec![None; self.len];
        on_path[0] = Some(0);
        let mut joined = vec![OUTSIDE; self.len];
        for row in 1..self.len {
            let parent = (self.parent)(row) as usize;
            let is_end = |so_far: usize| so_far + 1 == path.len();
            let next = on_path[parent].filter(|&so_far| path.get(so_far) == Some(&(self.group)(row)));
            if joined[parent] != OUTSIDE || next.is_some_and(is_end) {
                joined[row] = row as u32;
            } else {
                on_path[row] = next.map(|so_far| so_far + 1);
            }
        }
        joined
    }

    /// Joins each row to the outermost row of its group on its path, from which the path then goes on.
    ///
    /// The walk keeps the path as it is after folding. Going back to an outer row leaves the inner part in place, until
    /// it is overwritten; what is overwritten is put back when the walk returns, so that each step takes the same time
    /// however deep the recursion.
    fn collapse_recursion(&self) -> Vec<u32> {
        enum Step {
            Enter(u32),
            Restore { depth: usize, row: u32, group: GroupId, place: u32 },
        }
        let links = self.links();
        let mut joined = vec![ROOT; self.len];
        let mut depth_of = vec![0_u32; self.len];
        let mut path = vec![ROOT];
        // Where each group was put on the path last.
        let mut place = vec![0_u32; self.group_count];
        let mut steps: Vec<Step> = links.children(ROOT).map(Step::Enter).collect();
        while let Some(step) = steps.pop() {
            let row = match step {
                Step::Restore { depth, row, group, place: old } => {
                    path[depth] = row;
                    place[group.index()] = old;
                    continue;
                }
                Step::Enter(row) => row,
            };
            let group = (self.group)(row as usize);
            let depth = depth_of[joined[(self.parent)(row as usize) as usize] as usize] as usize;
            let outer = place[group.index()] as usize;
            if outer != 0 && outer <= depth && (self.group)(path[outer] as usize) == group {
                joined[row as usize] = path[outer];
            } else {
                let depth = depth + 1;
                if depth == path.len() {
                    path.push(ROOT);
                }
                steps.push(Step::Restore { depth, row: path[depth], group, place: outer as u32 });
                path[depth] = row;
                place[group.index()] = depth as u32;
                depth_of[row as usize] = depth as u32;
                joined[row as usize] = row;
            }
            steps.extend(links.children(row).map(Step::Enter));
        }
        joined
    }
}

/// Transforms that are applied in one go.
enum Pass {
    Rules(Box<Rules>),
    CollapseRecursion,
    /// Of groups of one package or module, by group whether it is of it.
    Collapse(Vec<bool>),
    /// Of the calls from the root that lead to it.
    Subtree(Vec<GroupId>),
}

impl Default for Pass {
    fn default() -> Self {
        Self::Rules(Box::default())
    }
}

/// What happens to frames of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    Keep,
    /// Leave it out of the stack.
    Hide,
    /// Leave the whole stack out.
    Drop,
}

/// A rule for each group; empty where all are kept.
#[derive(Default)]
struct Mask(Vec<Rule>);

impl Mask {
    #[inline]
    fn of(&self, group: GroupId) -> Rule {
        self.0.get(group.index()).copied().unwrap_or(Rule::Keep)
    }

    /// The first rule for a group stays: after it, a later transform does not meet the group any more.
    fn set(&mut self, group: GroupId, rule: Rule, groups: usize) {
        self.0.resize(groups, Rule::Keep);
        if let Some(slot) = self.0.get_mut(group.index()).filter(|slot| **slot == Rule::Keep) {
            *slot = rule;
        }
    }
}

/// Rules for every frame, then perhaps a focus, then rules for the frames the focus leaves.
#[derive(Default)]
struct Rules {
    before: Mask,
    /// By group, whether it is focused on; nothing where none is.
    focus: Vec<bool>,
    after: Mask,
    fold_neighbours: bool,
}

impl Rules {
    fn is_empty(&self) -> bool {
        self.before.0.is_empty() && self.focus.is_empty() && self.after.0.is_empty()
    }
}

/// Splits transforms into passes, so that each meets the stacks as the ones before it left them.
fn passes(groups: &Groups, classes: &Classes, transforms: &[Transform]) -> Vec<Pass> {
    let fold_neighbours = !matches!(groups.by(), GroupBy::Function | GroupBy::Line);
    let start = || Box::new(Rules { fold_neighbours, ..Rules::default() });
    let mut passes = Vec::new();
    let mut rules = start();
    for transform in transforms {
        let mut set = |group: GroupId, rule: Rule| {
            let mask = if rules.focus.is_empty() { &mut rules.before } else { &mut rules.after };
            mask.set(group, rule, groups.len());
        };
        match transform {
            Transform::Hide(group) => set(*group, Rule::Hide),
            Transform::Drop(group) => set(*group, Rule::Drop),
            Transform::OnlyMine => {
                for group in groups.ids().filter(|&g| groups.class(classes, g) != Class::Yours) {
                    set(group, Rule::Hide);
                }
            }
            Transform::Focus(_) | Transform::FocusAny(_) => {
                if !rules.focus.is_empty() {
                    passes.push(Pass::Rules(std::mem::replace(&mut rules, start())));
                }
                // Where nothing is meant, nothing is left.
                rules.focus = vec![false; groups.len().max(1)];
                for group in transform.focused() {
                    if let Some(slot) = rules.focus.get_mut(group.index()) {
                        *slot = true;
                    }
                }
            }
            Transform::FocusSubtree(_)
            | Transform::CollapsePackage(_)
            | Transform::CollapseModule(_)
            | Transform::CollapseRecursion => {
                // These passes meet calls that are one box as one.
                if !rules.is_empty() || (passes.is_empty() && fold_neighbours) {
                    passes.push(Pass::Rules(std::mem::replace(&mut rules, start())));
                }
                passes.extend(pass_alone(groups, classes, transform));
            }
        }
    }
    // Every pass leaves neighbours folded, so a pass for that alone is needed only where there is no other.
    if passes.is_empty() || !rules.is_empty() {
        passes.push(Pass::Rules(rules));
    }
    passes
}

/// The pass of a transform that has one of its own.
fn pass_alone(groups: &Groups, classes: &Classes, transform: &Transform) -> Option<Pass> {
    match transform {
        Transform::CollapseRecursion => Some(Pass::CollapseRecursion),
        Transform::FocusSubtree(path) => Some(Pass::Subtree(path.clone())),
        _ => transform.collapsed(groups, classes).map(Pass::Collapse),
    }
}

/// One metric of the samples a query asks for, on the nodes of a [`MergedTree`].
#[derive(Debug)]
pub struct Weights {
    /// What ends in each node.
    pub(super) own: Vec<i64>,
    /// What ends in each node or below it.
    pub(super) total: Vec<i64>,
    /// Whether a counted sample ends in each node or below it, whatever its value.
    pub(super) occurs: Vec<bool>,
    /// How many samples were counted.
    samples: usize,
    /// Without what is below zero, where anything is.
    drawn: Option<Box<Weights>>,
}

impl Weights {
    /// Puts the samples a query asks for on the tree.
    pub fn new(body: &StackProfile, tree: &MergedTree, query: &Query) -> Self {
        Self::of_counted(tree, query.counted(&body.samples))
    }

    /// Puts a value of each sample a query asks for on the tree.
    pub(super) fn of_values(body: &StackProfile, tree: &MergedTree, query: &Query, values: &[i64]) -> Self {
        Self::of_counted(tree, query.counted_as(&body.samples, values))
    }

    fn of_counted(tree: &MergedTree, samples: impl Iterator<Item = (StackId, i64)>) -> Self {
        let mut own = vec![0_i64; tree.len()];
        let mut occurs = vec![false; tree.len()];
        let mut counted = 0;
        for (stack, weight) in samples {
            if let Some(node) = tree.node_of(stack) {
                own[node as usize] += weight;
                occurs[node as usize] = true;
                counted += 1;
            }
        }
        for node in (1..occurs.len()).rev() {
            if occurs[node] {
                occurs[tree.parents[node] as usize] = true;
            }
        }
        let below_zero = own.iter().any(|w| *w < 0);
        let drawn = below_zero.then(|| {
            let own = own.iter().map(|w| (*w).max(0)).collect();
            Box::new(Self::summed(tree, own, occurs.clone(), counted, None))
        });
        Self::summed(tree, own, occurs, counted, drawn)
    }

    fn summed(tree: &MergedTree, own: Vec<i64>, occurs: Vec<bool>, samples: usize, drawn: Option<Box<Self>>) -> Self {
        let mut total = own.clone();
        for node in (1..total.len()).rev() {
            let value = total[node];
            if value != 0 {
                total[tree.parents[node] as usize] += value;
            }
        }
        Self { own, total, occurs, samples, drawn }
    }

    /// What a picture can show: a difference of two profiles holds values below zero, which have no width.
    pub fn drawn(&self) -> &Self {
        self.drawn.as_deref().unwrap_or(self)
    }

    /// The sum of everything counted.
    pub fn sum(&self) -> i64 {
        self.total[ROOT as usize]
    }

    /// What ran in a group or below it, each sample once.
    pub(super) fn total_of(&self, tree: &MergedTree, group: GroupId) -> i64 {
        outermost(tree, group).map(|node| self.total[node as usize]).sum()
    }

    /// How many samples were counted.
    pub fn samples(&self) -> usize {
        self.samples
    }
}

/// The stacks of a profile, or `None` where none were recorded.
pub(super) fn stack_body(profile: &Profile) -> Option<&StackProfile> {
    match profile.body() {
        crate::model::Body::Stacks(body) => Some(body),
        crate::model::Body::Graph(_) | crate::model::Body::Lines(_) => None,
    }
}
