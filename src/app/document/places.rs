//! Where a document is looked at from, and going back and forward.

use super::Document;
use crate::analyze::GroupId;
use crate::app::history::Place;
use crate::app::jobs::Workers;
use crate::app::subject::{Part, Request};

impl Document {
    /// What is looked at, and how.
    pub(super) fn here(&self) -> Place {
        let shown = || self.shown_parts().iter().map(|part| self.views.get(*part));
        let longest = |paths: &mut dyn Iterator<Item = &[GroupId]>| {
            paths.max_by_key(|path| path.len()).map(<[GroupId]>::to_vec).unwrap_or_default()
        };
        Place {
            view: self.view,
            arrangement: self.arrangement,
            selection: self.selection,
            order: self.views.get(self.lead()).flame.order,
            // One side may lack the end of the path that the other is zoomed to.
            zoom: longest(&mut shown().map(|views| views.flame.canvas.zoomed())),
            root: longest(&mut shown().map(|views| views.sunburst.root())),
            request: self.request.clone(),
        }
    }

    /// Whether groups are asked for that are not counted yet: what is selected and zoomed to is of other ones.
    pub(super) fn is_regrouping(&self) -> bool {
        self.request.query.by != self.subject.by()
    }

    /// What is asked for, or, where that is about groups that have no names yet, what is answered.
    pub(super) fn named_request(&self) -> Request {
        if self.is_regrouping() { self.subject.request(self.request.width) } else { self.request.clone() }
    }

    /// The place to come back to.
    fn place(&self) -> Place {
        let here = self.here();
        if !self.is_regrouping() {
            return here;
        }
        let going = self.going.as_ref().filter(|place| place.request.query.by == here.request.query.by);
        let (selection, order) = going.map_or((None, here.order), |place| (place.selection, place.order));
        let (zoom, root) = going.map(|place| (place.zoom.clone(), place.root.clone())).unwrap_or_default();
        Place { selection, order, zoom, root, ..here }
    }

    /// Remembers where we are before going elsewhere.
    pub(super) fn leave(&mut self) {
        let place = self.place();
        self.history.leave(place);
    }

    pub(in crate::app) fn go_back(&mut self, workers: &Workers) {
        let place = self.place();
        if let Some(place) = self.history.back(place) {
            self.go_to(place, workers);
        }
    }

    pub(in crate::app) fn go_forward(&mut self, workers: &Workers) {
        let place = self.place();
        if let Some(place) = self.history.forward(place) {
            self.go_to(place, workers);
        }
    }

    pub(super) fn go_to(&mut self, place: Place, workers: &Workers) {
        self.view = place.view;
        self.arrangement = place.arrangement;
        if place.request != self.request {
            self.request = place.request.clone();
            self.recount(workers);
        }
        self.going = None;
        if self.is_regrouping() {
            self.going = Some(place);
            return;
        }
        self.look_from(&place);
        self.set_selection(place.selection, workers);
    }

    /// Selects, orders and zooms as at a place, of the groups that are counted.
    pub(super) fn look_from(&mut self, place: &Place) {
        self.selection = place.selection;
        for part in Part::ALL {
            let (orderly, views) = (self.subject.can_order(part, place.order), self.views.get_mut(part));
            if orderly {
                views.order_by(place.order);
            }
            if views.flame.canvas.zoomed() != place.zoom {
                views.flame.canvas.zoom_to(place.zoom.clone());
            }
            views.sunburst.root_at(place.root.clone());
        }
    }
}
