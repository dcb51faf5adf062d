//! Two flame graphs that are looked at together: what one shows, found in the other by the path of calls.
//!
//! ```text
//!  base   ┌ main ───────────────────┐        the window on base lies in main;parse, so the window on new is put
//!         │ parse ────────┐ write ──┐│        where main;parse is there, wherever that has gone:
//!         └──────[======]───────────┘│
//!  new    ┌ main ────────────┐                the same box stands at the same place on screen
//!         │ write ──┐ parse ─┐
//!         └──────────[======]┘
//! ```

use crate::analyze::CallTree;

/// How wide the follower is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FollowScale {
    /// A position of the leader is so many of the follower.
    Fixed(f64),
    /// The box both show is as wide on both.
    Fitted,
}

/// A window, and what it was found by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Followed {
    /// Positions at the left and the right edge. They can lie beyond the tree.
    pub window: (f64, f64),
    /// The node of the leader's tree that both show; `None` where it is everything.
    pub by: Option<usize>,
}

/// A box is what a window shows from this part of the window on.
const SHOWN_PART: f64 = 0.5;

/// The window of the follower that shows what the leader's does: the innermost box in the middle of the leader's window
/// that fills half of it and that both have stands at the same place on screen. Where it begins left of the screen, both
/// are as far into it.
pub fn follow(leader: &CallTree, follower: &CallTree, window: (f64, f64), scale: FollowScale) -> Followed {
    let (from, span) = (window.0, window.1 - window.0);
    let common = common_node(leader, follower, from + span / 2.0, span * SHOWN_PART);
    let place = |tree: &CallTree, node: usize| (tree.start(node) as f64, tree.total(node) as f64);
    let everything = |tree: &CallTree| (0.0, tree.extent() as f64);
    let ((start, total), (other_start, other_total)) = match common {
        Some((node, other)) => (place(leader, node), place(follower, other)),
        None => (everything(leader), everything(follower)),
    };
    let into = if total > 0.0 { other_total / total } else { 1.0 };
    let scale = match scale {
        FollowScale::Fixed(factor) => factor,
        FollowScale::Fitted if into > 0.0 => into,
        FollowScale::Fitted => 1.0,
    };
    let offset = from - start;
    let other_from = other_start + offset * if offset > 0.0 { into } else { scale };
    Followed { window: (other_from, other_from + span * scale), by: common.map(|(node, _)| node) }
}

/// The innermost node of the leader at a position, at least so wide, whose path the follower has, too; with the
/// follower's.
fn common_node(leader: &CallTree, follower: &CallTree, position: f64, least: f64) -> Option<(usize, usize)> {
    let mut found = None;
    let mut among = follower.level(0);
    for depth in 0..leader.depth() {
        let wide = |node: &usize| leader.total(*node) as f64 >= least;
        let Some(node) = leader.at(depth, position as i64).filter(wide) else { break };
        let group = leader.group(node);
        let Some(other) = among.find(|&n| follower.group(n) == group) else { break };
        found = Some((node, other));
        among = follower.children(other);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::diff::{Comparison, Matching, Question, Side, align};
    use crate::analyze::{Detail, GroupId};
    use crate::model::{Profile, ProfileBuilder, Track, Unit};
    use std::sync::Arc;

    /// Collapsed stacks, a line each.
    fn stacks(text: &str) -> Arc<Profile> {
        let mut b = ProfileBuilder::new("test");
        b.metric("samples", Unit::Samples);
        let track = b.track(Track::default());
        for line in text.lines() {
            let (path, weight) = line.rsplit_once(' ').expect("stack and weight");
            let frames: Vec<_> = path
                .split(';')
                .map(|name| {
                    let function = b.function_named(name, "", 0);
                    b.frame(function, 0)
                })
                .collect();
            let stack = b.stack_of(&frames);
            b.sample(track, stack, None, &[weight.parse().expect("a weight")]);
        }
        Arc::new(b.finish().expect("builds"))
    }

    struct Pair {
        comparison: Comparison,
        trees: [CallTree; 2],
    }

    impl Pair {
        fn new(base: &str, new: &str) -> Self {
            let aligned = align(&stacks(base), &stacks(new), &Matching::default()).expect("comparable");
            let aligned = Arc::new(aligned);
            let question = Question::new(&aligned);
            let comparison = Comparison::new(aligned, question, None);
            let trees = Side::BOTH.map(|side| comparison.side(side).tree(Detail::ALL));
            Self { comparison, trees }
        }

        fn node(&self, side: usize, path: &str) -> usize {
            let groups = self.comparison.side(Side::New).groups();
            let named = |name: &str| groups.ids().find(|g| self.comparison.name(*g) == name).expect("a function");
            let path: Vec<GroupId> = path.split(';').map(named).collect();
            let (node, found) = self.trees[side].find(&path).expect("a node");
            assert_eq!(found, path.len());
            node
        }

        fn follow(&self, window: (f64, f64), scale: FollowScale) -> (f64, f64) {
            follow(&self.trees[0], &self.trees[1], window, scale).window
        }
    }

    /// `write` stands first in new, because it is dearer there.
    fn swapped() -> Pair {
        Pair::new("main;parse;read 60\nmain;write 40\n", "main;parse;read 20\nmain;write 80\n")
    }

    #[test]
    fn the_box_that_fills_the_window_is_found_wherever_it_has_gone() {
        let pair = swapped();
        let parse = pair.node(1, "main;parse");
        assert_eq!(pair.trees[1].start(parse), 80);
        assert_eq!(pair.follow((0.0, 60.0), FollowScale::Fitted), (80.0, 100.0));
        assert_eq!(
            pair.follow((0.0, 60.0), FollowScale::Fixed(1.0)),
            (80.0, 140.0),
            "as wide, from the same left edge"
        );
    }

    #[test]
    fn both_are_as_far_into_what_begins_left_of_the_screen() {
        let pair = swapped();
        assert_eq!(pair.follow((30.0, 60.0), FollowScale::Fitted), (90.0, 100.0));
        assert_eq!(pair.follow((30.0, 60.0), FollowScale::Fixed(1.0)), (90.0, 120.0));
    }

    #[test]
    fn what_one_side_lacks_is_followed_by_its_caller() {
        let pair = Pair::new("main;parse;read 60\nmain;write 40\n", "main;write 50\n");
        // main;write of base is 40 from 60 on; in new it is 50 from 0 on.
        assert_eq!(pair.follow((60.0, 100.0), FollowScale::Fitted), (0.0, 50.0));
        // main;parse is gone: main is 100 in base and 50 in new.
        assert_eq!(pair.follow((0.0, 60.0), FollowScale::Fitted), (0.0, 30.0));
    }

    #[test]
    fn everything_is_followed_by_everything() {
        let pair = Pair::new("a 60\nb 40\n", "c 10\nd 10\n");
        assert_eq!(pair.follow((0.0, 100.0), FollowScale::Fitted), (0.0, 20.0));
        assert_eq!(pair.follow((50.0, 100.0), FollowScale::Fixed(1.0)), (10.0, 60.0));
    }

    #[test]
    fn a_recording_follows_itself_exactly() {
        let text = "main;parse;read 60\nmain;write 40\nother 7\n";
        let pair = Pair::new(text, text);
        for window in [(0.0, 107.0), (10.0, 20.0), (55.0, 65.0), (-5.0, 90.0), (100.5, 107.0)] {
            for scale in [FollowScale::Fitted, FollowScale::Fixed(1.0)] {
                assert_eq!(pair.follow(window, scale), window);
            }
        }
    }
}
