//! The places "back" and "forward" lead to.

use super::subject::Request;
use crate::analyze::{GroupId, Order};
use crate::ui::Arrangement;
use crate::ui::views::ViewKind;

/// Most steps "back" remembers.
const MOST: usize = 200;

/// What is looked at, and how. Groups are those of the request's grouping.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Place {
    pub(super) view: ViewKind,
    pub(super) arrangement: Arrangement,
    pub(super) selection: Option<GroupId>,
    pub(super) order: Order,
    pub(super) zoom: Vec<GroupId>,
    pub(super) root: Vec<GroupId>,
    pub(super) request: Request,
}

/// Where we were.
#[derive(Default)]
pub(super) struct History {
    past: Vec<Place>,
    future: Vec<Place>,
}

impl History {
    pub(super) fn can_go_back(&self) -> bool {
        !self.past.is_empty()
    }

    pub(super) fn can_go_forward(&self) -> bool {
        !self.future.is_empty()
    }

    /// Remembers where we are before going elsewhere.
    pub(super) fn leave(&mut self, here: Place) {
        if self.past.last() != Some(&here) {
            self.past.push(here);
            if self.past.len() > MOST {
                self.past.remove(0);
            }
        }
        self.future.clear();
    }

    /// The place before `here`.
    pub(super) fn back(&mut self, here: Place) -> Option<Place> {
        let place = self.past.pop()?;
        self.future.push(here);
        Some(place)
    }

    /// The place `here` was reached from by going back.
    pub(super) fn forward(&mut self, here: Place) -> Option<Place> {
        let place = self.future.pop()?;
        self.past.push(here);
        Some(place)
    }

    /// Forgets everything: groups of another recording mean something else.
    pub(super) fn clear(&mut self) {
        self.past.clear();
        self.future.clear();
    }
}
