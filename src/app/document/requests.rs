//! What a document asks of workers, and taking what they answer.

use super::Document;
use crate::analyze::diff::{BoxWidth, Normalize, Side};
use crate::analyze::{GroupBy, GroupId, Order, Query, SearchText, Transform};
use crate::app::jobs::{Outcome, TreeWanted, Workers};
use crate::app::options::Options;
use crate::app::recordings::Recordings;
use crate::app::subject::{Part, Request, Subject, Wish};
use crate::app::translate::Translation;
use crate::model::{StringId, TimeMeaning, TrackId};
use crate::source::Places;
use crate::ui::{OverTimeNeed, TreeKind, TreeNeed};
use std::sync::Arc;

impl Document {
    pub(in crate::app) fn set_selection(&mut self, group: Option<GroupId>, workers: &Workers) {
        self.selection = group;
        self.rank_matches();
        // While the question changes, they are asked for when it is answered.
        if let Some(group) = group.filter(|_| !self.counting) {
            for &part in self.subject.answering_parts() {
                workers.neighbours(self.id, self.generation, part, group, self.subject.clone());
            }
        }
    }

    /// Changes the question.
    pub(in crate::app) fn ask(&mut self, change: impl FnOnce(&mut Query), workers: &Workers) {
        self.request(|request| change(&mut request.query), workers);
    }

    /// Counts one thread, or all of them. Where only the order of samples is known, a span of one thread means nothing to
    /// another.
    pub(in crate::app) fn show_track(&mut self, track: Option<TrackId>, workers: &Workers) {
        let clocked = self.subject.analysis(Part::Whole).profile().origin().time == TimeMeaning::Clock;
        self.ask(
            |query| {
                query.track = track;
                query.time_ns = query.time_ns.filter(|_| clocked);
            },
            workers,
        );
    }

    /// Makes both sides comparable otherwise.
    pub(in crate::app) fn normalize(&mut self, normalize: Normalize, workers: &Workers) {
        self.request(|request| request.normalize = normalize, workers);
    }

    /// Draws the boxes of both sides as one as wide as another side.
    pub(in crate::app) fn set_box_width(&mut self, width: BoxWidth, workers: &Workers) {
        self.request(|request| request.width = width, workers);
    }

    fn request(&mut self, change: impl FnOnce(&mut Request), workers: &Workers) {
        let mut request = self.request.clone();
        change(&mut request);
        if request != self.request {
            self.leave();
            self.request = request;
            self.recount(workers);
        }
    }

    /// Groups rows and boxes otherwise: groups mean something else then, so what is selected is found again by name.
    pub(in crate::app) fn group_by(&mut self, by: GroupBy, workers: &Workers) {
        self.ask(
            |query| {
                query.by = by;
                query.transforms.retain(|t| matches!(t, Transform::CollapseRecursion | Transform::OnlyMine));
            },
            workers,
        );
    }

    pub(in crate::app) fn transform(&mut self, transform: Transform, workers: &Workers) {
        // Views still show other groups than those that are asked for: what was chosen there means nothing to them.
        if self.subject.can_transform() && !self.is_regrouping() {
            self.ask(
                |query| match query.transforms.iter().position(|t| *t == transform) {
                    // A switch that is on goes off.
                    Some(i) if matches!(transform, Transform::CollapseRecursion | Transform::OnlyMine) => {
                        query.transforms.remove(i);
                    }
                    Some(_) => {}
                    None => query.transforms.push(transform),
                },
                workers,
            );
        }
    }

    pub(super) fn recount(&mut self, workers: &Workers) {
        self.generation += 1;
        self.counting = true;
        workers.count(self.id, self.generation, self.request.clone(), self.subject.clone());
    }

    pub(in crate::app) fn set_search(&mut self, search: SearchText, workers: &Workers) {
        if search != self.search {
            self.search = search;
            self.run_search(workers);
        }
    }

    fn run_search(&mut self, workers: &Workers) {
        self.search_number += 1;
        self.search_error = None;
        self.matcher = match self.search.matcher() {
            Ok(matcher) => matcher,
            Err(why) => {
                self.search_error = Some(why);
                None
            }
        };
        let Some(matcher) = &self.matcher else {
            for answers in self.answers.each_mut() {
                answers.matches = None;
            }
            return;
        };
        for &part in self.subject.answering_parts() {
            let (matcher, subject) = (matcher.clone(), self.subject.clone());
            workers.search(self.id, (self.generation, self.search_number), part, matcher, subject);
        }
    }

    /// Finds out which of the matches is selected.
    fn rank_matches(&mut self) {
        let rank = self.matches().map(|matches| self.subject.rank(|group| matches.contains(group), self.selection));
        self.rank = rank.unwrap_or_default();
    }

    /// Has a tree made unless one like it is being made.
    pub(in crate::app) fn need(&mut self, part: Part, need: TreeNeed, workers: &Workers) {
        let answers = self.answers.get_mut(part);
        if self.counting || answers.making.contains_key(&need.kind) {
            return;
        }
        let mut timeline = None;
        if let TreeKind::Whole(Order::Time) | TreeKind::Overview(Order::Time) = need.kind {
            let track = answers.time_track(&self.request.query, self.subject.analysis(part).profile());
            match &answers.timeline {
                Some((of, ready)) if *of == track => timeline.clone_from(ready),
                _ => {
                    if answers.ordering != Some(track) {
                        answers.ordering = Some(track);
                        workers.order(self.id, self.generation, part, track, self.subject.clone());
                    }
                    return;
                }
            }
            if timeline.is_none() {
                return;
            }
        }
        answers.making.insert(need.kind, need);
        let wanted = TreeWanted { part, need, width: self.request.width, timeline };
        workers.tree(self.id, self.generation, self.subject.clone(), wanted);
    }

    /// Has cost divided over time unless that is known, or on its way.
    pub(in crate::app) fn need_over_time(&mut self, part: Part, need: OverTimeNeed, workers: &Workers) {
        let answers = self.answers.get_mut(part);
        if !self.counting && answers.over_time_of != Some(need) && answers.dividing.is_none() {
            answers.dividing = Some(need);
            workers.divide(self.id, self.generation, part, need, self.subject.clone());
        }
    }

    /// Has a source file of a part read; before it is known which, has its functions put where they were recorded.
    pub(in crate::app) fn need_source(&mut self, part: Part, file: Option<StringId>, workers: &Workers) {
        if self.counting {
            return;
        }
        match (file, self.subject.in_place(part)) {
            (Some(file), Some(analysis)) => self.sources.need(part, file, self.id, analysis, workers),
            (_, None) if self.placing != Some(self.generation) => {
                self.placing = Some(self.generation);
                if let Some(compared) = self.subject.compared().cloned() {
                    workers.run_soon(move || {
                        compared.comparison.in_place(Side::Base);
                        None
                    });
                }
            }
            _ => {}
        }
    }

    /// Looks for sources in other places, or anew.
    pub(in crate::app) fn look_for_sources_again(&mut self, recordings: &Recordings, places: &Places) {
        self.sources.look_again(recordings, &self.subject, places);
    }

    /// Has the rules look at it, with the sources that can be found.
    pub(in crate::app) fn look_for_hints(&mut self, recordings: &Recordings, options: &Options, workers: &Workers) {
        let sources = (self.sources.shared(), &options.source_places());
        self.hints.look(self.id, &self.subject, recordings, sources, &options.dismissed, workers);
    }

    /// Takes what a worker has done; results of an earlier request are dropped.
    pub(in crate::app) fn take(&mut self, outcome: Outcome, workers: &Workers) {
        match outcome {
            Outcome::Counted { generation, subject, .. } if generation == self.generation => {
                self.counted(subject, workers);
            }
            Outcome::Tree { generation, part, need, tree, .. } if generation == self.generation => {
                let answers = self.answers.get_mut(part);
                answers.making.remove(&need.kind);
                answers.trees.put(need.kind, tree);
            }
            Outcome::Ordered { generation, part, track, timeline, .. } if generation == self.generation => {
                let answers = self.answers.get_mut(part);
                answers.ordering = None;
                answers.timeline = Some((track, timeline.map(Arc::new)));
            }
            Outcome::Divided { generation, part, need, over_time, .. } if generation == self.generation => {
                let answers = self.answers.get_mut(part);
                answers.dividing = None;
                answers.over_time_of = Some(need);
                answers.over_time = over_time.map(Arc::new);
            }
            Outcome::Found { generation, search, part, matches, .. }
                if generation == self.generation && search == self.search_number =>
            {
                self.answers.get_mut(part).matches = Some(matches);
                self.rank_matches();
            }
            Outcome::Source { epoch, part, page, .. } => self.sources.take(part, epoch, *page),
            Outcome::Hints { epoch, part, hints, .. } => self.hints.take(epoch, part, hints, &self.subject),
            // Those of an earlier selection may come after those of this one.
            Outcome::Neighbours { generation, part, group, neighbours, .. }
                if generation == self.generation && Some(group) == self.selection =>
            {
                self.answers.get_mut(part).neighbours = Some((group, neighbours));
                self.join_neighbours(group);
            }
            _ => {}
        }
    }

    /// Puts the callers and callees on both sides together, as soon as both are there.
    fn join_neighbours(&mut self, group: GroupId) {
        let Some(compared) = self.subject.compared() else { return };
        let known = self.answers.sides().map(|answers| answers.neighbours.as_ref().filter(|(of, _)| *of == group));
        if let [Some((_, base)), Some((_, new))] = known {
            self.of_both = Some((group, compared.comparison.neighbours(base, new)));
        }
    }

    fn counted(&mut self, subject: Subject, workers: &Workers) {
        let old = std::mem::replace(&mut self.subject, subject);
        self.counting = false;
        // Where only shares can be compared, nothing else is answered.
        self.request = self.subject.request(self.request.width);
        self.forget_answers();
        if old.by() == self.subject.by() {
            for views in self.views.each_mut() {
                views.flame.canvas.tree_changed();
            }
        } else {
            self.translate(&Translation::new(&old, &self.subject));
        }
        if let Some(place) = self.going.take().filter(|place| place.request.query.by == self.subject.by()) {
            self.look_from(&place);
        }
        self.annotations.find(self.subject.analysis(Part::Whole));
        let selection = self.selection;
        self.set_selection(selection, workers);
        self.run_search(workers);
    }

    fn forget_answers(&mut self) {
        for answers in self.answers.each_mut() {
            answers.forget();
        }
        self.of_both = None;
        self.sources.forget_counts();
    }

    /// Finds what is selected and zoomed in another subject.
    fn translate(&mut self, translation: &Translation) {
        self.selection = self.selection.and_then(|g| translation.group(g));
        self.hovered = None;
        for views in self.views.each_mut() {
            views.translate(|g| translation.group(g));
        }
    }

    /// What of the request survives a reload.
    pub(in crate::app) fn wish(&self) -> Wish {
        self.subject.wish(&self.request)
    }

    /// Replaces what is looked at, keeping how it is looked at: after a reload, a swap, or with more runs.
    pub(in crate::app) fn replace(&mut self, subject: Subject, workers: &Workers) {
        let transforms = self.named_request().query.transforms;
        let old = std::mem::replace(&mut self.subject, subject);
        self.generation += 1;
        self.counting = false;
        self.history.clear();
        self.going = None;
        self.request = self.subject.request(self.request.width);
        self.forget_answers();
        for answers in self.answers.each_mut() {
            answers.over_time = None;
        }
        let translation = Translation::new(&old, &self.subject);
        self.translate(&translation);
        self.annotations.find(self.subject.analysis(Part::Whole));
        let kept: Vec<Transform> = transforms.iter().filter_map(|t| translation.transform(t)).collect();
        if kept.is_empty() {
            let selection = self.selection;
            self.set_selection(selection, workers);
            self.run_search(workers);
        } else {
            self.request.query.transforms = kept;
            self.recount(workers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::testing;
    use crate::app::jobs::DocumentId;
    use crate::app::sources::DocumentSources;

    fn document() -> (Document, Workers) {
        let profile = testing::stacks(&["main;parse;read 2", "main;log 3", "#other main;parse 5"]);
        let subject = Subject::of_profile(profile, None);
        let sources = DocumentSources::new(&Recordings::File("run.folded".into()), &subject, &Places::default());
        let document = Document::new(DocumentId(1), subject, sources, &Options::default());
        (document, Workers::inline(egui::Context::default()))
    }

    fn group(document: &Document, name: &str) -> GroupId {
        let analysis = document.subject().analysis(Part::Whole);
        analysis.groups().ids().find(|g| analysis.name(*g) == name).expect("it was recorded")
    }

    /// The group whose callers are known, and what all of them cost.
    fn callers(document: &Document) -> Option<(GroupId, i64)> {
        let (group, neighbours) = document.pane(Part::Whole).1.neighbours.as_ref()?;
        Some((*group, neighbours.callers.iter().map(|n| n.total).sum()))
    }

    #[test]
    fn callers_of_an_earlier_selection_that_come_late_replace_none() {
        let (mut document, workers) = document();
        let (parse, log) = (group(&document, "parse"), group(&document, "log"));
        document.select(Some(parse), &workers);
        document.select(Some(log), &workers);
        for outcome in workers.outcomes().into_iter().rev() {
            document.take(outcome, &workers);
        }
        assert_eq!(callers(&document), Some((log, 3)));
    }

    /// Groups by files, and waits for it.
    fn by_files() -> (Document, Workers, GroupId) {
        let (mut document, workers) = document();
        let parse = group(&document, "parse");
        document.select(Some(parse), &workers);
        document.group_by(GroupBy::File, &workers);
        settle(&mut document, &workers);
        (document, workers, parse)
    }

    fn settle(document: &mut Document, workers: &Workers) {
        for outcome in workers.outcomes() {
            document.take(outcome, workers);
        }
    }

    #[test]
    fn back_and_forward_faster_than_groups_are_counted_lead_where_they_would() {
        let (mut document, workers, parse) = by_files();
        document.go_back(&workers);
        document.go_back(&workers);
        settle(&mut document, &workers);
        assert_eq!((document.subject().by(), document.selection()), (GroupBy::Function, None));
        document.go_forward(&workers);
        assert_eq!(document.selection(), Some(parse));
        document.go_forward(&workers);
        document.go_back(&workers);
        settle(&mut document, &workers);
        assert_eq!((document.subject().by(), document.selection()), (GroupBy::Function, Some(parse)));
    }

    #[test]
    fn what_is_chosen_before_groups_are_counted_changes_no_stacks() {
        let (mut document, workers, _) = by_files();
        let file = document.subject().analysis(Part::Whole).groups().ids().next().expect("a file");
        document.go_back(&workers);
        document.transform(Transform::Drop(file), &workers);
        settle(&mut document, &workers);
        assert_eq!(document.query().transforms, []);
        assert_eq!(document.subject().analysis(Part::Whole).table().sum(), 10);
    }

    #[test]
    fn a_reload_before_groups_are_counted_keeps_what_can_be_kept() {
        let (mut document, workers) = document();
        let log = group(&document, "log");
        document.transform(Transform::Hide(log), &workers);
        settle(&mut document, &workers);
        document.group_by(GroupBy::Package, &workers);
        settle(&mut document, &workers);
        // Back to functions, of which there are more than packages.
        document.go_back(&workers);
        let again = Subject::of_profile(testing::stacks(&["main;log 4"]), Some(&document.wish()));
        document.replace(again, &workers);
        settle(&mut document, &workers);
        assert_eq!(document.subject().by(), GroupBy::Function);
        assert!(document.query().transforms.is_empty() && !document.history().can_go_back());
    }

    #[test]
    fn callers_are_those_of_the_question_that_is_answered() {
        let (mut document, workers) = document();
        let parse = group(&document, "parse");
        document.show_track(Some(TrackId(1)), &workers);
        let mut late = workers.outcomes();
        // Selected while threads are counted anew: what was found in all of them may come after the answer.
        document.select(Some(parse), &workers);
        let stale = workers.outcomes();
        for outcome in late.drain(..) {
            document.take(outcome, &workers);
        }
        for outcome in workers.outcomes().into_iter().chain(stale) {
            document.take(outcome, &workers);
        }
        assert_eq!(callers(&document), Some((parse, 5)));
    }
}
