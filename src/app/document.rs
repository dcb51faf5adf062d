//! An open profile and how it is looked at.

use super::jobs::{DocumentId, Outcome, QueryWish, Workers};
use super::sources::DocumentSources;
use crate::analyze::{Analysis, GroupBy, GroupId, Matches, Neighbours, Order, Query, SearchText, Timeline, Transform};
use crate::model::{Body, Profile, StringId, TimeMeaning, TrackId};
use crate::source::Places;
use crate::ui::views::{CallersState, FlameState, SourceState, SunburstState, TableState, ViewKind};
use crate::ui::{Command, Theme, TreeKind, TreeNeed, Trees, ViewCtx};
use egui::Color32;
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most steps "back" remembers.
const HISTORY: usize = 200;

/// An open profile.
pub(super) struct Document {
    pub(super) id: DocumentId,
    pub(super) profile: Arc<Profile>,
    pub(super) analysis: Arc<Analysis>,
    /// What is asked for; the analysis may still be the answer to the question before.
    query: Query,
    /// Counts questions.
    generation: u64,
    counting: bool,
    trees: Trees,
    making: HashMap<TreeKind, TreeNeed>,
    timeline: Option<(TrackId, Option<Arc<Timeline>>)>,
    ordering: Option<TrackId>,
    colours: RefCell<Vec<Option<Color32>>>,
    colour_scheme: crate::layout::Scheme,

    pub(super) view: ViewKind,
    pub(super) table: TableState,
    pub(super) flame: FlameState,
    pub(super) sunburst: SunburstState,
    pub(super) callers: CallersState,
    pub(super) source: SourceState,
    pub(super) sources: DocumentSources,

    selection: Option<GroupId>,
    hovered: Option<GroupId>,
    hovering: Option<GroupId>,
    neighbours: Option<(GroupId, Neighbours)>,

    pub(super) search: SearchText,
    pub(super) search_error: Option<String>,
    search_number: u64,
    matches: Option<Matches>,
    /// What is searched for.
    pub(super) matcher: Option<Regex>,

    past: Vec<Place>,
    future: Vec<Place>,
}

/// A place "back" leads to.
#[derive(Clone, PartialEq, Debug)]
struct Place {
    view: ViewKind,
    selection: Option<GroupId>,
    order: Order,
    zoom: Vec<GroupId>,
    root: Vec<GroupId>,
    query: Query,
}

impl Document {
    pub(super) fn new(id: DocumentId, profile: Arc<Profile>, analysis: Analysis, path: &Path, named: &Places) -> Self {
        let query = analysis.query().clone();
        let sources = DocumentSources::new(path, &profile, named);
        // Lines without calls have no flame graph.
        let view = if profile.has_trees() { ViewKind::default() } else { ViewKind::Source };
        Self {
            id,
            profile,
            analysis: Arc::new(analysis),
            query,
            generation: 0,
            counting: false,
            trees: Trees::default(),
            making: HashMap::new(),
            timeline: None,
            ordering: None,
            colours: RefCell::default(),
            colour_scheme: crate::layout::Scheme::default(),
            view,
            table: TableState::default(),
            flame: FlameState::default(),
            sunburst: SunburstState::default(),
            callers: CallersState::default(),
            source: SourceState::default(),
            sources,
            selection: None,
            hovered: None,
            hovering: None,
            neighbours: None,
            search: SearchText::default(),
            search_error: None,
            search_number: 0,
            matches: None,
            matcher: None,
            past: Vec::new(),
            future: Vec::new(),
        }
    }

    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    pub(super) fn selection(&self) -> Option<GroupId> {
        self.selection
    }

    pub(super) fn matches(&self) -> Option<&Matches> {
        self.matches.as_ref()
    }

    /// Whether an answer is on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.counting
    }

    pub(super) fn can_go_back(&self) -> bool {
        !self.past.is_empty()
    }

    pub(super) fn can_go_forward(&self) -> bool {
        !self.future.is_empty()
    }

    /// The thread time order shows: the chosen one, or the one with the most samples' weight.
    pub(super) fn time_track(&self) -> TrackId {
        self.query.time_track(&self.profile)
    }

    /// What views look at, with the states they change.
    pub(super) fn view_parts<'a>(&'a mut self, theme: &'a Theme) -> (ViewCtx<'a>, ViewStates<'a>) {
        if self.colour_scheme != theme.palette.scheme {
            self.colour_scheme = theme.palette.scheme;
            self.colours.borrow_mut().clear();
        }
        let time_track = match &self.timeline {
            Some((track, _)) if self.query.track.is_none_or(|t| t == *track) => *track,
            _ => self.time_track(),
        };
        let meaning = self.timeline.as_ref().and_then(|(_, t)| t.as_ref()).map(|t| t.meaning());
        let ctx = ViewCtx {
            analysis: &self.analysis,
            trees: &self.trees,
            theme,
            selection: self.selection,
            hovered: self.hovered,
            matches: self.matches.as_ref(),
            neighbours: self.neighbours.as_ref().filter(|(g, _)| Some(*g) == self.selection).map(|(_, n)| n),
            time_track,
            time_meaning: meaning.unwrap_or(self.profile.origin().time),
            colours: &self.colours,
            busy: self.counting,
            compare: None,
        };
        let states = ViewStates {
            table: &mut self.table,
            flame: &mut self.flame,
            sunburst: &mut self.sunburst,
            callers: &mut self.callers,
            source: &mut self.source,
        };
        (ctx, states)
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

    fn here(&self) -> Place {
        Place {
            view: self.view,
            selection: self.selection,
            order: self.flame.order,
            zoom: self.flame.canvas.zoomed().to_vec(),
            root: self.sunburst.root().to_vec(),
            query: self.query.clone(),
        }
    }

    /// Remembers where we are before going elsewhere.
    fn leave(&mut self) {
        let here = self.here();
        if self.past.last() != Some(&here) {
            self.past.push(here);
            if self.past.len() > HISTORY {
                self.past.remove(0);
            }
        }
        self.future.clear();
    }

    pub(super) fn go_back(&mut self, workers: &Workers) {
        if let Some(place) = self.past.pop() {
            self.future.push(self.here());
            self.go_to(place, workers);
        }
    }

    pub(super) fn go_forward(&mut self, workers: &Workers) {
        if let Some(place) = self.future.pop() {
            self.past.push(self.here());
            self.go_to(place, workers);
        }
    }

    fn go_to(&mut self, place: Place, workers: &Workers) {
        self.view = place.view;
        if place.query != self.query {
            self.query = place.query;
            self.recount(workers);
        }
        if self.flame.order != place.order {
            self.flame.order = place.order;
            self.flame.canvas.tree_changed();
        }
        if self.flame.canvas.zoomed() != place.zoom {
            self.flame.canvas.zoom_to(place.zoom);
        }
        self.sunburst.root_at(place.root);
        self.set_selection(place.selection, workers);
    }

    pub(super) fn show(&mut self, view: ViewKind) {
        if view != self.view {
            self.leave();
            self.view = view;
        }
    }

    pub(super) fn select(&mut self, group: Option<GroupId>, workers: &Workers) {
        if group != self.selection {
            self.leave();
            self.set_selection(group, workers);
        }
    }

    fn set_selection(&mut self, group: Option<GroupId>, workers: &Workers) {
        self.selection = group;
        if let Some(group) = group {
            workers.neighbours(self.id, self.generation, group, Arc::clone(&self.analysis));
        }
    }

    /// Zooms flame graph and sunburst to a path of calls; an empty one shows everything.
    pub(super) fn zoom_to(&mut self, path: Vec<GroupId>) {
        let everything = path.is_empty();
        // An inverted graph has paths of its own, from the innermost function outwards.
        let shared = everything || self.flame.order != Order::Inverted;
        let flame = shared || self.view != ViewKind::Sunburst;
        let sunburst = shared || self.view == ViewKind::Sunburst;
        if (flame && path != self.flame.canvas.zoomed()) || (sunburst && path != self.sunburst.root()) {
            self.leave();
        }
        if flame && (everything || path != self.flame.canvas.zoomed()) {
            self.flame.canvas.zoom_to(path.clone());
        }
        if sunburst {
            self.sunburst.root_at(path);
        }
        if everything {
            self.callers.show_everything();
        }
    }

    /// Changes the question.
    pub(super) fn ask(&mut self, change: impl FnOnce(&mut Query), workers: &Workers) {
        let mut query = self.query.clone();
        change(&mut query);
        if query == self.query {
            return;
        }
        self.leave();
        self.query = query;
        self.recount(workers);
    }

    /// Groups rows and boxes otherwise: groups mean something else then, so what is selected is found again by name.
    pub(super) fn group_by(&mut self, by: GroupBy, workers: &Workers) {
        self.ask(
            |query| {
                query.by = by;
                query.transforms.retain(|t| matches!(t, Transform::CollapseRecursion | Transform::OnlyMine));
            },
            workers,
        );
    }

    pub(super) fn can_transform(&self) -> bool {
        matches!(self.profile.body(), Body::Stacks(_))
    }

    pub(super) fn transform(&mut self, transform: Transform, workers: &Workers) {
        if self.can_transform() {
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

    fn recount(&mut self, workers: &Workers) {
        self.generation += 1;
        self.counting = true;
        workers.count(self.id, self.generation, self.query.clone(), Arc::clone(&self.analysis));
    }

    pub(super) fn set_search(&mut self, search: SearchText, workers: &Workers) {
        if search != self.search {
            self.search = search;
            self.run_search(workers);
        }
    }

    fn run_search(&mut self, workers: &Workers) {
        self.search_number += 1;
        self.search_error = None;
        self.matcher = self.search.matcher().ok().flatten();
        match self.search.matcher() {
            Ok(Some(matcher)) => {
                let analysis = Arc::clone(&self.analysis);
                workers.search(self.id, self.generation, self.search_number, matcher, analysis);
            }
            Ok(None) => self.matches = None,
            Err(why) => {
                self.matches = None;
                self.search_error = Some(why);
            }
        }
    }

    /// Selects the next or previous match, by total cost.
    pub(super) fn step_match(&mut self, forward: bool, workers: &Workers) {
        if self.view == ViewKind::Source
            && let (Some(page), Some(matcher)) = (self.sources.page().cloned(), &self.matcher)
            && self.source.step_match(&page, matcher, forward)
        {
            return;
        }
        let Some(matches) = &self.matches else { return };
        let table = self.analysis.table();
        let mut found: Vec<GroupId> = table.present().filter(|g| matches.contains(*g)).collect();
        found.sort_by_key(|&g| (std::cmp::Reverse(table.total(g)), g));
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

    /// Goes to a hot line of the source.
    pub(super) fn step_hot(&mut self, command: Command) {
        self.show(ViewKind::Source);
        let Some(page) = self.sources.page().cloned() else { return };
        match command {
            Command::NextHotLine => self.source.step_hot(&page, true),
            Command::PreviousHotLine => self.source.step_hot(&page, false),
            _ => self.source.go_to_hottest(),
        }
    }

    /// The file on the source view's screen, with a line; without one, the line the user is at.
    pub(super) fn source_place(&self, line: Option<u32>) -> Option<(PathBuf, u32)> {
        let found = self.sources.page()?.found()?;
        Some((found.file.path().to_owned(), line.or(self.source.line()).unwrap_or(1)))
    }

    /// Has a tree made unless one like it is being made.
    pub(super) fn need(&mut self, need: TreeNeed, workers: &Workers) {
        if self.counting || self.making.contains_key(&need.kind) {
            return;
        }
        let mut timeline = None;
        if let TreeKind::Whole(Order::Time) | TreeKind::Overview(Order::Time) = need.kind {
            let track = self.time_track();
            match &self.timeline {
                Some((of, ready)) if *of == track => timeline.clone_from(ready),
                _ => {
                    if self.ordering != Some(track) {
                        self.ordering = Some(track);
                        workers.order(self.id, self.generation, track, Arc::clone(&self.analysis));
                    }
                    return;
                }
            }
            if timeline.is_none() {
                return;
            }
        }
        self.making.insert(need.kind, need);
        workers.tree(self.id, self.generation, need, Arc::clone(&self.analysis), timeline);
    }

    /// Has a source file read.
    pub(super) fn need_source(&mut self, file: StringId, workers: &Workers) {
        if !self.counting {
            self.sources.need(file, self.id, &self.analysis, workers);
        }
    }

    /// Takes what a worker has done; results of an earlier question are dropped.
    pub(super) fn take(&mut self, outcome: Outcome, workers: &Workers) {
        match outcome {
            Outcome::Counted { generation, analysis, .. } if generation == self.generation => {
                self.replace_analysis(analysis, workers);
            }
            Outcome::Tree { generation, need, tree, .. } if generation == self.generation => {
                self.making.remove(&need.kind);
                self.trees.put(need.kind, Arc::new(tree));
            }
            Outcome::Ordered { generation, track, timeline, .. } if generation == self.generation => {
                self.ordering = None;
                self.timeline = Some((track, timeline.map(Arc::new)));
            }
            Outcome::Found { generation, search, matches, .. }
                if generation == self.generation && search == self.search_number =>
            {
                self.matches = Some(matches);
            }
            Outcome::Source { epoch, page, .. } => self.sources.take(epoch, *page),
            Outcome::Neighbours { generation, group, neighbours, .. } if generation == self.generation => {
                self.neighbours = Some((group, neighbours));
            }
            _ => {}
        }
    }

    fn replace_analysis(&mut self, analysis: Analysis, workers: &Workers) {
        let regrouped = analysis.query().by != self.analysis.query().by;
        let old = std::mem::replace(&mut self.analysis, Arc::new(analysis));
        self.counting = false;
        self.forget_answers();
        if regrouped {
            self.translate(&old);
        } else {
            self.flame.canvas.tree_changed();
        }
        let selection = self.selection;
        self.set_selection(selection, workers);
        self.run_search(workers);
    }

    fn forget_answers(&mut self) {
        self.trees.clear();
        self.making.clear();
        self.timeline = None;
        self.ordering = None;
        self.neighbours = None;
        self.sources.forget_counts();
        self.colours.borrow_mut().clear();
    }

    /// Finds what is selected and zoomed again by name.
    fn translate(&mut self, old: &Analysis) {
        let new = Arc::clone(&self.analysis);
        let find = |group: GroupId| {
            new.groups().find(&new.profile().clone(), new.classes(), &old.name(group), old.place(group).0)
        };
        self.selection = self.selection.and_then(find);
        self.hovered = None;
        self.flame.canvas.translate(find);
        self.sunburst.translate(find);
        self.callers.translate(find);
        self.source.forget();
        self.past.clear();
        self.future.clear();
    }

    /// What of the question survives a reload.
    pub(super) fn wish(&self) -> QueryWish {
        QueryWish {
            metric: self.profile.metric(self.query.metric).name.clone(),
            track: self.query.track.map(|t| self.profile.track(t).clone()),
            by: self.query.by,
        }
    }

    /// Replaces the profile by what the file holds now, keeping how it is looked at.
    pub(super) fn reload(&mut self, profile: Arc<Profile>, analysis: Analysis, workers: &Workers) {
        let transforms = self.query.transforms.clone();
        let old = std::mem::replace(&mut self.analysis, Arc::new(analysis));
        self.profile = profile;
        self.generation += 1;
        self.counting = false;
        self.query = self.analysis.query().clone();
        self.forget_answers();
        self.translate(&old);
        let new = Arc::clone(&self.analysis);
        let find =
            |group: &GroupId| new.groups().find(new.profile(), new.classes(), &old.name(*group), old.place(*group).0);
        let kept: Vec<Transform> = transforms
            .iter()
            .filter_map(|t| match t {
                Transform::Focus(g) => find(g).map(Transform::Focus),
                Transform::Hide(g) => find(g).map(Transform::Hide),
                Transform::Drop(g) => find(g).map(Transform::Drop),
                Transform::CollapseRecursion => Some(Transform::CollapseRecursion),
                Transform::OnlyMine => Some(Transform::OnlyMine),
            })
            .collect();
        if kept.is_empty() {
            let selection = self.selection;
            self.set_selection(selection, workers);
            self.run_search(workers);
        } else {
            self.query.transforms = kept;
            self.recount(workers);
        }
    }

    /// Whether time order can be drawn.
    pub(super) fn has_time(&self) -> bool {
        self.profile.origin().time != TimeMeaning::None
    }
}

/// The views' own states.
pub(super) struct ViewStates<'a> {
    pub(super) table: &'a mut TableState,
    pub(super) flame: &'a mut FlameState,
    pub(super) sunburst: &'a mut SunburstState,
    pub(super) callers: &'a mut CallersState,
    pub(super) source: &'a mut SourceState,
}

/// The name of a tab.
pub(super) fn title_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}
