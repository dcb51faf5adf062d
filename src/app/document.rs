//! An open profile, or two that are compared, and how they are looked at.

mod look;
mod places;
mod requests;

use super::annotations::Annotations;
use super::export::Shown;
use super::hints::DocumentHints;
use super::history::{History, Place};
use super::jobs::{DocumentId, Workers};
use super::options::Options;
use super::pane::{Answers, Choices, Parts, Views};
use super::recordings::Recordings;
use super::sources::DocumentSources;
use super::subject::{Part, Request, Subject};
use crate::analyze::diff::{BoxWidth, DiffNeighbours, Measure, Renamed, Side, Status};
use crate::analyze::{GroupId, Matches, Order, Query, SearchText};
use crate::hints::FindingKey;
use crate::layout::{Palette, Scheme};
use crate::model::{TimeMeaning, TrackId};
use crate::ui::annotations::AnnotationsCtx;
use crate::ui::canvas::{CanvasLink, Linked};
use crate::ui::search_field::Found;
use crate::ui::views::ViewKind;
use crate::ui::{Arrangement, Command, CompareCtx, Theme, TreeKind, ViewCtx};
use regex::Regex;
use std::cmp::Reverse;
use std::path::PathBuf;

/// An open profile or comparison.
pub(super) struct Document {
    pub(super) id: DocumentId,
    subject: Subject,
    /// What is asked for; the subject may still be the answer to the request before.
    request: Request,
    /// Counts requests.
    generation: u64,
    counting: bool,
    /// The request whose functions are being put where the base side recorded them.
    placing: Option<u64>,
    answers: Parts<Answers>,
    /// Callers and callees on both sides, once those of each are known.
    of_both: Option<(GroupId, DiffNeighbours)>,
    views: Parts<Views>,
    /// Of the flame graphs, of those of callers, and of those of callees.
    links: [CanvasLink; 3],
    pub(super) sources: DocumentSources,
    pub(super) hints: DocumentHints,
    /// What colours that are kept are of.
    palette: Palette,

    pub(super) view: ViewKind,
    arrangement: Arrangement,
    /// Whether boxes of both sides stand on one scale where they stand side by side.
    pub(super) equal_scale: bool,
    pub(super) findings_open: bool,
    pub(super) measure: Measure,

    selection: Option<GroupId>,
    hovered: Option<GroupId>,
    hovering: Option<GroupId>,

    pub(super) search: SearchText,
    pub(super) search_error: Option<String>,
    search_number: u64,
    /// What is searched for.
    pub(super) matcher: Option<Regex>,
    /// Which of the matches is selected, by cost, and how many there are.
    rank: (Option<usize>, usize),

    /// What is marked.
    pub(super) annotations: Annotations,

    history: History,
    /// A place of another grouping that was gone to: its groups mean something once they are counted.
    going: Option<Place>,
}

impl Document {
    /// A document, with what is remembered from earlier ones.
    pub(super) fn new(id: DocumentId, subject: Subject, sources: DocumentSources, options: &Options) -> Self {
        // Lines without calls have no flame graph.
        let has_trees = subject.profiles().iter().all(|(_, profile)| profile.has_trees());
        let mut views = Parts::<Views>::default();
        for part in Part::ALL {
            let flame = &mut views.get_mut(part).flame;
            flame.growth = options.growth;
            flame.minimap = options.minimap;
            if subject.time(part) != TimeMeaning::None || options.order != Order::Time {
                flame.order = options.order;
            }
        }
        Self {
            id,
            request: subject.request(BoxWidth::default()),
            subject,
            generation: 0,
            counting: false,
            placing: None,
            answers: Parts::default(),
            of_both: None,
            views,
            links: Default::default(),
            sources,
            hints: DocumentHints::default(),
            palette: Palette::new(Scheme::default()),
            view: if has_trees { ViewKind::default() } else { ViewKind::Source },
            arrangement: options.arrangement,
            equal_scale: true,
            findings_open: true,
            measure: Measure::default(),
            selection: None,
            hovered: None,
            hovering: None,
            search: SearchText::default(),
            search_error: None,
            search_number: 0,
            matcher: None,
            rank: (None, 0),
            annotations: Annotations::default(),
            history: History::default(),
            going: None,
        }
    }

    pub(super) fn subject(&self) -> &Subject {
        &self.subject
    }

    pub(super) fn query(&self) -> &Query {
        &self.request.query
    }

    /// Whose cost the boxes of both sides as one are as wide as.
    pub(super) fn box_width(&self) -> BoxWidth {
        self.request.width
    }

    pub(super) fn selection(&self) -> Option<GroupId> {
        self.selection
    }

    /// What the search found; of a comparison, with the share of the new side.
    fn matches(&self) -> Option<&Matches> {
        self.answers.get(self.subject.answering(self.lead())).matches.as_ref()
    }

    /// The same, as it is said beside the search field.
    pub(super) fn found(&self) -> Option<Found<'_>> {
        let (rank, count) = self.rank;
        self.matches().map(|matches| Found { matches, rank, count })
    }

    /// Whether an answer is on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.counting
    }

    pub(super) fn history(&self) -> &History {
        &self.history
    }

    pub(super) fn arrangement(&self) -> Arrangement {
        self.arrangement
    }

    /// The parts that are on screen.
    pub(super) fn shown_parts(&self) -> &'static [Part] {
        match (&self.subject, self.arrangement) {
            (Subject::Comparison(_), Arrangement::SideBySide) if self.view.has_sides() => &Part::SIDES,
            _ => &[Part::Whole],
        }
    }

    /// The part whose state stands for all: the new side where there are two.
    fn lead(&self) -> Part {
        self.shown_parts().last().copied().unwrap_or(Part::Whole)
    }

    /// The states of the views of a part, and the answers that are ready for it.
    pub(super) fn pane(&self, part: Part) -> (&Views, &Answers) {
        (self.views.get(part), self.answers.get(part))
    }

    /// What was chosen in the views on screen.
    pub(super) fn choices(&self) -> Choices {
        self.views.get(self.lead()).choices()
    }

    /// What views look at, with the states they change.
    pub(super) fn view_parts<'a>(
        &'a mut self,
        part: Part,
        renamed: &'a [Renamed],
        theme: &'a Theme,
    ) -> (ViewCtx<'a>, &'a mut Views) {
        if self.palette != theme.palette {
            self.palette = theme.palette;
            for answers in self.answers.each_mut() {
                answers.colours.borrow_mut().clear();
            }
        }
        let answers = self.answers.get(part);
        let analysis = match self.view {
            // Beside its source, a function stands where it was recorded.
            ViewKind::Source => self.subject.in_place(part).unwrap_or(self.subject.analysis(part)),
            _ => self.subject.analysis(part),
        };
        let track = self.request.query.track;
        let time_track = match &answers.timeline {
            Some((of, _)) if track.is_none_or(|t| t == *of) => *of,
            _ => answers.time_track(&self.request.query, analysis.profile()),
        };
        let meaning = answers.timeline.as_ref().and_then(|(_, t)| t.as_ref()).map(|t| t.meaning());
        let answering = self.subject.answering(part);
        let neighbours = |part: Part| {
            let known = self.answers.get(part).neighbours.as_ref();
            known.filter(|(g, _)| Some(*g) == self.selection).map(|(_, n)| n)
        };
        let compare = self.subject.compared().map(|compared| CompareCtx {
            comparison: &compared.comparison,
            measure: self.measure,
            box_width: self.request.width,
            side: part.side(),
            neighbours: self.of_both.as_ref().filter(|(g, _)| Some(*g) == self.selection).map(|(_, both)| both),
            renamed,
        });
        let ctx = ViewCtx {
            analysis,
            trees: &answers.trees,
            theme,
            selection: self.selection,
            chosen: self.views.get(part).chosen(self.view, &answers.trees),
            hovered: self.hovered,
            matches: self.answers.get(answering).matches.as_ref(),
            neighbours: neighbours(answering),
            time_track,
            time_meaning: meaning.unwrap_or(self.subject.time(part)),
            over_time: answers.over_time.as_deref(),
            excerpts: self.view != ViewKind::Source,
            source: self.sources.page(part).map(|page| &**page),
            colours: &answers.colours,
            busy: self.counting,
            hints: self.hints.page(answering).map(|page| &**page),
            compare,
            annotations: AnnotationsCtx { all: self.annotations.found(), editing: None },
            takes_keys: true,
        };
        (ctx, self.views.get_mut(part))
    }

    /// Ends a frame: what was hovered in it is highlighted in the next. Whether anything changed.
    pub(super) fn end_frame(&mut self) -> bool {
        let changed = self.hovered != self.hovering;
        self.hovered = self.hovering.take();
        changed
    }

    pub(super) fn hover(&mut self, group: GroupId) {
        self.hovering = Some(group);
    }

    /// Makes what was chosen on one side hold on the other, and graphs show the same calls; `before` is what held on
    /// both. Whether anything changed.
    pub(super) fn link_sides(&mut self, before: &Choices) -> bool {
        if self.shown_parts().len() < 2 {
            return false;
        }
        let chosen = self.views.link_sides(before);
        self.link_canvases() || chosen
    }

    /// Puts the graphs of both sides on one scale, or lets each fill its width, and moves them as one.
    fn link_canvases(&mut self) -> bool {
        let Some(compared) = self.subject.compared() else { return false };
        // Positions are as recorded; what is compared is scaled.
        let factors = Side::BOTH.map(|side| compared.comparison.scale(side).factor());
        let worth = (self.equal_scale && factors.iter().all(|f| *f > 0.0)).then_some(factors);
        let trees = self.answers.sides().map(|answers| &answers.trees);
        let [base, new] = self.views.sides_mut().map(|views| views.canvases(self.view));
        let mut changed = false;
        let first = usize::from(self.view == ViewKind::Callers);
        for (i, ((base, base_kind), (new, new_kind))) in base.into_iter().zip(new).enumerate() {
            let spans = worth.map(|[b, n]| (base.span() * b).max(new.span() * n));
            for (canvas, factor) in [(&mut *base, factors[0]), (&mut *new, factors[1])] {
                changed |= canvas.show_at_least(spans.map_or(0.0, |span| span / factor));
            }
            let [base_trees, new_trees] = trees;
            let linked = Linked {
                trees: [base_trees.get(base_kind).map(|t| &**t), new_trees.get(new_kind).map(|t| &**t)],
                worth,
                in_time: base_kind == TreeKind::Whole(Order::Time),
            };
            changed |= self.links[first + i].link([base, new], &linked);
        }
        changed
    }

    /// What is on screen, to be exported.
    pub(super) fn shown(&self, recordings: Recordings) -> Shown {
        let (here, choices) = (self.here(), self.choices());
        let searched = self.matcher.clone().map(|matcher| (self.search.text.clone(), matcher));
        Shown {
            subject: self.subject.clone(),
            recordings,
            order: here.order,
            growth: choices.growth,
            zoom: here.zoom,
            root: here.root,
            rings: choices.rings,
            divide: choices.divide,
            time_range: self.views.get(self.lead()).activity.shown(),
            selection: self.selection,
            search: searched,
            side_by_side: self.shown_parts().len() > 1,
            colour_by: self.palette.by,
            equal_scale: self.equal_scale,
            annotations: self.annotations.found().to_vec(),
            box_width: self.request.width,
            measure: self.measure,
            hints: self.hints.clone(),
        }
    }

    pub(super) fn show(&mut self, view: ViewKind) {
        if view != self.view {
            self.leave();
            self.view = view;
        }
    }

    /// Draws both sides of a comparison as one or side by side, in the order and at the zoom they have.
    pub(super) fn arrange(&mut self, arrangement: Arrangement) {
        if arrangement == self.arrangement || self.subject.compared().is_none() {
            return;
        }
        self.leave();
        let (Place { order, zoom, root, .. }, choices) = (self.here(), self.choices());
        self.arrangement = arrangement;
        for &part in self.shown_parts() {
            let order = if self.subject.can_order(part, order) { order } else { Order::LeftHeavy };
            let views = self.views.get_mut(part);
            views.choose(&choices.ordered(order));
            views.flame.canvas.zoom_to(zoom.clone());
            views.sunburst.root_at(root.clone());
        }
    }

    pub(super) fn select(&mut self, group: Option<GroupId>, workers: &Workers) {
        if group != self.selection {
            self.leave();
            self.set_selection(group, workers);
        }
    }

    /// Zooms flame graphs and sunbursts to a path of calls; an empty one shows everything. A side that lacks the end of
    /// the path is zoomed to as much of it as it has.
    pub(super) fn zoom_to(&mut self, path: &[GroupId]) {
        let everything = path.is_empty();
        let now = self.here();
        // An inverted graph has paths of its own, from the innermost function outwards.
        let shared = everything || now.order != Order::Inverted;
        let flame = shared || self.view != ViewKind::Sunburst;
        let sunburst = shared || self.view == ViewKind::Sunburst;
        if (flame && path != now.zoom) || (sunburst && path != now.root) {
            self.leave();
        }
        for views in self.views.each_mut() {
            if flame && (everything || path != views.flame.canvas.zoomed()) {
                views.flame.canvas.zoom_to(path.to_vec());
            }
            if sunburst {
                views.sunburst.root_at(path.to_vec());
            }
            if everything {
                views.callers.show_everything();
            }
        }
    }

    /// Selects the next or previous match, by total cost.
    pub(super) fn step_match(&mut self, forward: bool, workers: &Workers) {
        let lead = self.lead();
        let views = self.views.get_mut(lead);
        if self.view == ViewKind::Source
            && let (Some(page), Some(matcher)) = (self.sources.page(lead), &self.matcher)
            && views.source.step_match(page, matcher, forward)
        {
            return;
        }
        let Some(matches) = self.matches() else { return };
        let found = self.subject.by_cost(|g| matches.contains(g));
        self.step(&found, forward, workers);
    }

    /// Shows a finding.
    pub(super) fn show_hint(&mut self, key: FindingKey) {
        self.show(ViewKind::Hints);
        self.views.get_mut(Part::Whole).hints.show(key);
    }

    /// Shows a line of the source of a group; with 0, where it begins.
    pub(super) fn show_line(&mut self, group: GroupId, line: u32, workers: &Workers) {
        self.select(Some(group), workers);
        self.show(ViewKind::Source);
        if line > 0 {
            let lead = self.lead();
            self.views.get_mut(lead).source.go_to(line);
        } else {
            for &part in self.shown_parts() {
                self.views.get_mut(part).source.go_to_selection();
            }
        }
    }

    /// Goes to a hot line of the source.
    pub(super) fn step_hot(&mut self, command: Command) {
        self.show(ViewKind::Source);
        for &part in self.shown_parts() {
            let Some(page) = self.sources.page(part) else { continue };
            let source = &mut self.views.get_mut(part).source;
            match command {
                Command::NextHotLine => source.step_hot(page, true),
                Command::PreviousHotLine => source.step_hot(page, false),
                _ => source.go_to_hottest(),
            }
        }
    }

    /// The file on the source view's screen, with a line; without one, the line the user is at.
    pub(super) fn source_place(&self, line: Option<u32>) -> Option<(PathBuf, u32)> {
        let lead = self.lead();
        let found = self.sources.page(lead)?.found()?;
        let at = self.views.get(lead).source.line();
        Some((found.file.path().to_owned(), line.or(at).unwrap_or(1)))
    }

    /// Selects the function with the next smaller, or the next larger, difference that is more than noise.
    pub(super) fn step_difference(&mut self, forward: bool, workers: &Workers) {
        let Some(compared) = self.subject.compared() else { return };
        let measure = self.measure;
        let differs = |status| !matches!(status, Status::Same | Status::WithinNoise);
        let rows = compared.comparison.table().rows().filter(|row| differs(row.status(measure)));
        let mut found: Vec<_> = rows.map(|row| (Reverse(row.delta(measure).unsigned_abs()), row.group)).collect();
        found.sort_unstable();
        let found: Vec<GroupId> = found.into_iter().map(|(_, group)| group).collect();
        self.step(&found, forward, workers);
    }

    fn step(&mut self, found: &[GroupId], forward: bool, workers: &Workers) {
        if found.is_empty() {
            return;
        }
        let at = self.selection.and_then(|s| found.iter().position(|&g| g == s));
        let next = match (at, forward) {
            (None, true) => 0,
            (None, false) => found.len() - 1,
            (Some(i), true) => (i + 1) % found.len(),
            (Some(i), false) => (i + found.len() - 1) % found.len(),
        };
        self.select(Some(found[next]), workers);
    }

    /// The thread after or before the one that is shown; all threads stand before the first.
    pub(super) fn next_track(&self, step: isize) -> Option<TrackId> {
        let tracks = self.subject.analysis(Part::Whole).profile().tracks().len() as isize;
        let at = self.query().track.map_or(0, |t| t.index() as isize + 1);
        let next = (at + step).rem_euclid(tracks + 1);
        (next > 0 && tracks > 1).then(|| TrackId::at(next as usize - 1))
    }
}
