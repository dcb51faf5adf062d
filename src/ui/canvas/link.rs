//! Two canvases that show the two sides of a comparison, moved as one.
//!
//! Zooming to a box is the document's: it zooms every graph to the path. What is moved by hand, by the pointer, the wheel
//! or keys, leads, and the other side follows it by the path of calls.

use super::state::{CanvasState, Moved};
use crate::analyze::diff::Side;
use crate::analyze::{CallTree, GroupId};
use crate::layout::{FollowScale, Followed, follow};

/// Which of two canvases was moved last.
#[derive(Clone, Debug, Default)]
pub struct CanvasLink {
    leader: Option<Side>,
    /// The calls down to the box that both were last seen to show.
    by: Vec<GroupId>,
    /// What the follower was last told to zoom to.
    zoomed: Vec<GroupId>,
    /// The calls down to the box the keyboard is at, on both.
    current: Vec<GroupId>,
    /// How far the follower was last told to scroll: it may not be as deep.
    scroll: Option<f32>,
}

/// What two linked canvases draw, and how wide.
#[derive(Clone, Copy)]
pub struct Linked<'a> {
    /// The trees of base and new that are ready.
    pub trees: [Option<&'a CallTree>; 2],
    /// What a recorded position of either side is worth where both stand on one scale.
    pub worth: Option<[f64; 2]>,
    /// Whether positions are times: then the same time is shown, not the same calls.
    pub in_time: bool,
}

impl CanvasLink {
    /// Makes the canvas that was not moved show what the other does. Whether anything changed.
    pub fn link(&mut self, [base, new]: [&mut CanvasState; 2], linked: &Linked<'_>) -> bool {
        let stepped = self.step([base, new]);
        match (base.moved.take(), new.moved.take()) {
            (Some(Moved::ToPath), _) | (_, Some(Moved::ToPath)) => {
                *self = Self { current: std::mem::take(&mut self.current), ..Self::default() };
            }
            (_, Some(Moved::ByHand)) => self.leader = Some(Side::New),
            (Some(Moved::ByHand), _) => self.leader = Some(Side::Base),
            (None, None) => {}
        }
        let [base_tree, new_tree] = linked.trees;
        let (leader, follower, trees, worth) = match self.leader {
            Some(Side::Base) => (base, new, (base_tree, new_tree), linked.worth),
            Some(Side::New) => (new, base, (new_tree, base_tree), linked.worth.map(|[b, n]| [n, b])),
            None => return stepped,
        };
        let (window, scroll) = leader.view();
        let mut changed = stepped;
        if self.scroll != Some(scroll) {
            self.scroll = Some(scroll);
            follower.follow_scroll(scroll);
            changed = true;
        }
        if !leader.zoomed().is_empty() {
            if self.zoomed != leader.zoomed() {
                self.zoomed = leader.zoomed().to_vec();
                follower.zoom_again(self.zoomed.clone());
                changed = true;
            }
            return changed;
        }
        self.zoomed.clear();
        let (Some(leading), Some(following)) = trees else { return changed };
        let extent = follower.reach(following);
        let Some(window) = window else { return follower.follow(None, extent, false) || changed };
        let scale = match worth {
            Some([leader, follower]) if follower > 0.0 => FollowScale::Fixed(leader / follower),
            _ => FollowScale::Fitted,
        };
        let Followed { window, by } = if linked.in_time {
            same_times(leading, following, window, scale)
        } else {
            follow(leading, following, window, scale)
        };
        let by = by.map(|node| leading.path(node)).unwrap_or_default();
        let same = by == self.by;
        self.by = by;
        // From one box to another it may be far: that way is shown.
        follower.follow(Some(window), extent, same) || changed
    }

    /// Puts the keyboard at the same box on both.
    fn step(&mut self, canvases: [&mut CanvasState; 2]) -> bool {
        let Some(moved) = canvases.iter().find(|canvas| canvas.current() != self.current) else { return false };
        self.current = moved.current().to_vec();
        for canvas in canvases {
            canvas.step_to(&self.current);
        }
        true
    }
}

fn same_times(leading: &CallTree, following: &CallTree, (from, to): (f64, f64), scale: FollowScale) -> Followed {
    let factor = match scale {
        FollowScale::Fixed(factor) => factor,
        FollowScale::Fitted => following.extent() as f64 / (leading.extent() as f64).max(1.0),
    };
    Followed { window: (from * factor, to * factor), by: None }
}
