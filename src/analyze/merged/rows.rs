//! Merges a tree of rows from the root down, as a pass of transforms leaves them.

use super::passes::{Pass, Rule, Rules};
use super::{DROPPED, MergedTree, ROOT};
use crate::analyze::GroupId;

/// Under a focus, the stack has not reached the focused function.
const OUTSIDE: u32 = u32::MAX - 1;

/// A tree to be merged: recorded stacks, or what an earlier pass made of them. Row 0 is its root; parents come first.
pub(super) struct Rows<P, G> {
    pub(super) len: usize,
    pub(super) parent: P,
    pub(super) group: G,
    pub(super) group_count: usize,
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
    pub(super) fn merge(&self, pass: &Pass) -> MergedTree {
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
