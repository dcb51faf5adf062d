//! What people mark in a picture before they share it: a stack of calls, perhaps with a note.
//!
//! A mark names calls and no place on a screen, so that it is found again after a zoom, in another order and under
//! other transforms. Where no box or arc stands for exactly these calls, nothing is marked.

use crate::analyze::{Analysis, CallTree, Class, GroupBy, GroupId, Order, Transform};

/// Calls a box or an arc stands for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Marked {
    /// The calls, the outermost first.
    pub calls: Vec<GroupId>,
    /// Which part of a stack they are.
    pub chain: Chain,
    /// Where a box of time order begins, in the unit of its tree: there the same calls stand again and again.
    pub at: Option<i64>,
}

/// Which part of a stack calls are, and which of them has the box that is marked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum Chain {
    /// All of it as far as the last, which is marked.
    #[default]
    FromRoot,
    /// Its end, or what lies above a call of a function: the first is marked, as a caller of the last.
    Callers,
    /// Something within it: the last is marked, as it is called by the first.
    Callees,
}

/// Something that is marked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Annotation {
    /// Its number; no other of the same document has it.
    pub id: u32,
    /// What is marked.
    pub marked: Marked,
    /// What is said about it; empty where it is highlighted alone.
    pub note: String,
}

/// The most annotations of one document: more than anyone reads.
pub const MOST_ANNOTATIONS: usize = 200;
/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 280;

/// One part in so many of a function's cost may stand elsewhere when a stack is taken for all of it: estimates are
/// rounded.
const ALL_OF_IT: i64 = 1000;

/// How the paths of a tree are to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paths {
    /// Inwards, from where stacks begin; each path stands once.
    FromRoot,
    /// The same in time order.
    InTime,
    /// From the innermost function outwards.
    Inverted,
    /// From a function outwards.
    CallersOf(GroupId),
    /// From a function inwards.
    CalleesOf(GroupId),
}

impl Paths {
    /// Those of the tree of everything in an order.
    pub fn of(order: Order) -> Self {
        match order {
            Order::LeftHeavy => Self::FromRoot,
            Order::Time => Self::InTime,
            Order::Inverted => Self::Inverted,
        }
    }

    fn outwards(self) -> bool {
        matches!(self, Self::Inverted | Self::CallersOf(_))
    }
}

impl Marked {
    /// What a node stands for.
    pub fn of(tree: &CallTree, node: usize, paths: Paths) -> Self {
        let mut calls = tree.path(node);
        if paths.outwards() {
            calls.reverse();
        }
        let chain = match paths {
            Paths::FromRoot | Paths::InTime => Chain::FromRoot,
            Paths::Inverted | Paths::CallersOf(_) => Chain::Callers,
            Paths::CalleesOf(_) => Chain::Callees,
        };
        Self { calls, chain, at: (paths == Paths::InTime).then(|| tree.start(node)) }
    }

    /// The node of a tree that stands for these calls. `None` where none does, or where it was left out as too narrow.
    pub fn node(&self, analysis: &Analysis, tree: &CallTree, paths: Paths) -> Option<usize> {
        let mut path = self.under(analysis)?;
        match (paths, self.chain) {
            (Paths::FromRoot, Chain::FromRoot) => {}
            (Paths::InTime, Chain::FromRoot) => {
                let Some(at) = self.at else { return widest(tree, &path) };
                let node = tree.at(path.len().checked_sub(1)?, at)?;
                return (tree.path(node) == path).then_some(node);
            }
            (Paths::Inverted, Chain::FromRoot | Chain::Callers) => path.reverse(),
            (Paths::CallersOf(of), Chain::FromRoot | Chain::Callers) if path.last() == Some(&of) => path.reverse(),
            (Paths::CalleesOf(of), Chain::FromRoot | Chain::Callees) if path.first() == Some(&of) => {}
            _ => return None,
        }
        let (node, found) = tree.find(&path)?;
        if found < path.len() {
            return None;
        }
        if !paths.outwards() || self.chain == Chain::Callers {
            return Some(node);
        }
        // From the function outwards, the node at the end is its outermost caller's. Its own node stands for all calls of
        // it: for this stack where there is no other.
        let (own, _) = tree.find(&path[..1])?;
        let elsewhere = tree.total(own).saturating_sub(tree.total(node));
        (elsewhere.saturating_mul(ALL_OF_IT) <= tree.total(own)).then_some(own)
    }

    /// The calls as transforms leave them; `None` where they drop the marked one.
    fn under(&self, analysis: &Analysis) -> Option<Vec<GroupId>> {
        let mut calls = self.calls.clone();
        for transform in &analysis.query().transforms {
            let (first, last) = (*calls.first()?, *calls.last()?);
            match transform {
                Transform::Focus(_) | Transform::FocusAny(_) => {
                    match calls.iter().position(|call| transform.focused().contains(call)) {
                        Some(first) => drop(calls.drain(..first)),
                        // The function may stand above what is known of the stack.
                        None if self.chain == Chain::FromRoot => return None,
                        None => {}
                    }
                }
                Transform::FocusSubtree(path) => {
                    if self.chain != Chain::FromRoot || !calls.starts_with(path) {
                        return None;
                    }
                    calls.drain(..path.len().saturating_sub(1));
                }
                Transform::CollapsePackage(_) | Transform::CollapseModule(_) => {
                    let within = transform.collapsed(analysis.groups(), analysis.classes()).unwrap_or_default();
                    let is_within = |call: GroupId| within.get(call.index()) == Some(&true);
                    calls.dedup_by(|inner, outer| is_within(*inner) && is_within(*outer));
                }
                Transform::Hide(group) => calls.retain(|call| call != group),
                Transform::Drop(group) if calls.contains(group) => return None,
                Transform::Drop(_) => {}
                Transform::OnlyMine => {
                    calls.retain(|&call| analysis.groups().class(analysis.classes(), call) == Class::Yours);
                }
                Transform::CollapseRecursion => {
                    let mut folded: Vec<GroupId> = Vec::with_capacity(calls.len());
                    for call in calls {
                        match folded.iter().position(|outer| *outer == call) {
                            Some(outer) => folded.truncate(outer + 1),
                            None => folded.push(call),
                        }
                    }
                    calls = folded;
                }
            }
            if calls.last() != Some(&last) || (self.chain != Chain::FromRoot && calls.first() != Some(&first)) {
                return None;
            }
        }
        // As trees are made: neighbours of one file or module are one box.
        if !matches!(analysis.groups().by(), GroupBy::Function | GroupBy::Line) {
            calls.dedup();
        }
        (!calls.is_empty()).then_some(calls)
    }
}

/// The widest of the nodes at the end of a path, in a tree where it may occur more than once.
fn widest(tree: &CallTree, path: &[GroupId]) -> Option<usize> {
    let mut among: Vec<usize> = tree.level(0).collect();
    for (depth, group) in path.iter().enumerate() {
        among.retain(|&node| tree.group(node) == *group);
        if depth + 1 < path.len() {
            among = among.into_iter().flat_map(|node| tree.children(node)).collect();
        }
    }
    among.into_iter().max_by_key(|&node| (tree.total(node), std::cmp::Reverse(node)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Detail;
    use crate::analyze::testing::{analysis, asked, stacks};
    use std::sync::Arc;

    const STACKS: &[&str] = &["main;parse;read 2", "main;parse;parse;log 3", "main;log 4"];

    fn group(analysis: &Analysis, name: &str) -> GroupId {
        analysis.groups().ids().find(|&g| analysis.name(g) == name).expect("it was recorded")
    }

    fn marked(analysis: &Analysis, path: &str) -> Marked {
        let calls = path.split(';').map(|name| group(analysis, name)).collect();
        Marked { calls, chain: Chain::FromRoot, at: None }
    }

    /// What the node that was found stands for, as its tree has it.
    fn found(analysis: &Analysis, tree: &CallTree, marked: &Marked, paths: Paths) -> Option<String> {
        let node = marked.node(analysis, tree, paths)?;
        Some(tree.path(node).iter().map(|&g| analysis.name(g).into_owned()).collect::<Vec<_>>().join(";"))
    }

    #[test]
    fn a_stack_is_found_where_a_node_stands_for_it_and_for_no_other() {
        let a = analysis(&stacks(STACKS));
        let (read, log) = (marked(&a, "main;parse;read"), marked(&a, "main;log"));
        let of = |name: &str| group(&a, name);
        let (callers, callees) =
            (|name| a.callers_tree(of(name), Detail::ALL), |name| a.callees_tree(of(name), Detail::ALL));
        for (stack, tree, paths, expected) in [
            (&read, a.tree(Detail::ALL), Paths::FromRoot, Some("main;parse;read")),
            (&read, a.inverted(Detail::ALL), Paths::Inverted, Some("read")),
            (&read, callers("read"), Paths::CallersOf(of("read")), Some("read")),
            (&read, callees("main"), Paths::CalleesOf(of("main")), Some("main;parse;read")),
            // These stand for every caller.
            (&read, callees("parse"), Paths::CalleesOf(of("parse")), None),
            (&log, a.inverted(Detail::ALL), Paths::Inverted, None),
            (&log, callers("log"), Paths::CallersOf(of("log")), None),
        ] {
            assert_eq!(found(&a, &tree, stack, paths).as_deref(), expected, "{paths:?}");
        }
    }

    #[test]
    fn what_is_marked_in_a_tree_is_found_in_it_again() {
        let a = analysis(&stacks(STACKS));
        let of = group(&a, "parse");
        for (tree, paths) in [
            (a.tree(Detail::ALL), Paths::FromRoot),
            (a.inverted(Detail::ALL), Paths::Inverted),
            (a.callers_tree(of, Detail::ALL), Paths::CallersOf(of)),
            (a.callees_tree(of, Detail::ALL), Paths::CalleesOf(of)),
        ] {
            for node in 0..tree.len() {
                assert_eq!(Marked::of(&tree, node, paths).node(&a, &tree, paths), Some(node), "{paths:?} {node}");
            }
        }
    }

    #[test]
    fn a_caller_is_no_box_of_a_tree_from_the_root() {
        let a = analysis(&stacks(STACKS));
        let inverted = a.inverted(Detail::ALL);
        let node = inverted.find(&[group(&a, "read"), group(&a, "parse")]).expect("found").0;
        let caller = Marked::of(&inverted, node, Paths::Inverted);
        assert_eq!(found(&a, &a.tree(Detail::ALL), &caller, Paths::FromRoot), None);
        let of = group(&a, "read");
        let callers = a.callers_tree(of, Detail::ALL);
        assert_eq!(found(&a, &callers, &caller, Paths::CallersOf(of)).as_deref(), Some("read;parse"));
        let of = group(&a, "parse");
        assert_eq!(found(&a, &a.callees_tree(of, Detail::ALL), &caller, Paths::CalleesOf(of)), None);
    }

    #[test]
    fn a_stack_is_found_under_transforms_as_far_as_they_leave_it() {
        let profile = stacks(STACKS);
        let plain = analysis(&profile);
        let log = marked(&plain, "main;parse;parse;log");
        let of = |name: &str| group(&plain, name);
        for (transform, expected) in [
            (Transform::Focus(of("parse")), Some("parse;parse;log")),
            (Transform::Focus(of("read")), None),
            (Transform::FocusAny(vec![of("read"), of("parse")]), Some("parse;parse;log")),
            (Transform::Hide(of("parse")), Some("main;log")),
            (Transform::Hide(of("log")), None),
            (Transform::Drop(of("parse")), None),
            (Transform::Drop(of("read")), Some("main;parse;parse;log")),
            (Transform::CollapseRecursion, Some("main;parse;log")),
            (Transform::OnlyMine, Some("main;parse;parse;log")),
        ] {
            let a = asked(&profile, |q| q.transforms = vec![transform.clone()]);
            assert_eq!(
                found(&a, &a.tree(Detail::ALL), &log, Paths::FromRoot).as_deref(),
                expected,
                "under {transform:?}"
            );
        }
    }

    #[test]
    fn in_time_order_the_call_that_was_marked_is_found_and_not_another_like_it() {
        let profile = stacks(&["@0 main;work 10", "@10 main;rest 5", "@15 main;work 30"]);
        let a = analysis(&profile);
        let timeline = Arc::new(a.timeline(crate::model::TrackId(0)).expect("there are times"));
        let tree = a.timeline_tree(&timeline, Detail::ALL).expect("a tree");
        let calls: Vec<usize> = tree.level(1).filter(|&n| a.name(tree.group(n)) == "work").collect();
        assert_eq!(calls.len(), 2);
        for &node in &calls {
            let one = Marked::of(&tree, node, Paths::InTime);
            assert_eq!(one.node(&a, &tree, Paths::InTime), Some(node));
            assert_eq!(found(&a, &a.tree(Detail::ALL), &one, Paths::FromRoot).as_deref(), Some("main;work"));
        }
        let either = marked(&a, "main;work");
        assert_eq!(either.node(&a, &tree, Paths::InTime), Some(calls[1]), "the longer one");
    }

    #[test]
    fn calls_too_narrow_for_a_tree_are_not_marked_on_their_caller() {
        let a = analysis(&stacks(&["main;parse;read 1", "main;parse;log 999"]));
        let coarse = a.tree(Detail { min_total: 10, ..Detail::ALL });
        assert_eq!(found(&a, &coarse, &marked(&a, "main;parse;read"), Paths::FromRoot), None);
    }
}
