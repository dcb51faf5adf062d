//! How a document is looked at, to be saved and to be looked at like that again.

use super::Document;
use crate::analyze::{GroupId, Order};
use crate::app::history::Place as Here;
use crate::app::jobs::Workers;
use crate::app::pane::Choices;
use crate::app::session::{Change, Known, Look, Place, Thread};
use crate::app::subject::Part;

impl Document {
    /// How it is looked at now. What is dismissed is the window's to say.
    pub(in crate::app) fn look(&self) -> Look {
        let (here, choices) = (self.here(), self.choices());
        let analysis = self.subject.analysis(Part::Whole);
        let path = |path: &[GroupId]| path.iter().map(|&group| Place::of(analysis, group)).collect();
        // What is counted now may still be the answer to an earlier request; its names hold for both.
        let request = self.named_request();
        let query = &request.query;
        Look {
            view: here.view,
            arrangement: here.arrangement,
            order: Some(here.order),
            growth: choices.growth,
            zoom: path(&here.zoom),
            root: path(&here.root),
            rings: choices.rings,
            selection: here.selection.map(|group| Place::of(analysis, group)),
            search: self.search.clone(),
            sort: Some((choices.sort, choices.descending)),
            filter: choices.filter,
            metric: analysis.profile().metric(query.metric).name.clone(),
            thread: query.track.map(|track| Thread::from(analysis.profile().track(track))),
            by: Some(query.by),
            transforms: query.transforms.iter().map(|transform| Change::of(analysis, transform)).collect(),
            time_ns: query.time_ns,
            normalize: request.normalize,
            box_width: request.width,
            measure: self.measure,
            dismissed: Vec::new(),
            annotations: self.annotations.named(),
        }
    }

    /// Looks at it as a review does. What the review names and the profile lacks is passed over.
    pub(in crate::app) fn look_at(&mut self, look: &Look, workers: &Workers) {
        let known = Known::new(look, self.subject.analysis(Part::Whole));
        self.annotations.load(&look.annotations, self.subject.analysis(Part::Whole));
        self.measure = look.measure;
        self.arrangement = look.arrangement;
        let now = self.choices();
        let (sort, descending) = look.sort.unwrap_or((now.sort, now.descending));
        for part in Part::ALL {
            let order = look.order.filter(|order| self.subject.can_order(part, *order));
            self.views.get_mut(part).choose(&Choices {
                order: order.unwrap_or(Order::LeftHeavy),
                growth: look.growth,
                rings: look.rings,
                sort,
                descending,
                filter: look.filter.clone(),
                ..now.clone()
            });
        }
        let mut request = self.request.clone();
        request.width = look.box_width;
        if self.subject.can_transform() {
            request.query.transforms = look.transforms.iter().filter_map(|change| change.transform(&known)).collect();
        }
        request.query.time_ns = look.time_ns.filter(|(from, to)| 0 <= *from && from <= to);
        let selection = look.selection.as_ref().and_then(|place| known.group(place));
        let place = Here {
            view: look.view,
            arrangement: look.arrangement,
            selection,
            order: look.order.unwrap_or(Order::LeftHeavy),
            zoom: known.path(&look.zoom),
            root: known.path(&look.root),
            request,
        };
        self.go_to(place, workers);
        self.set_search(look.search.clone(), workers);
    }
}
