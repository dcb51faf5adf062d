//! What a view is given to draw.

use super::annotations::AnnotationsCtx;
use super::hints_page::HintsPage;
use super::source_page::SourcePage;
use super::{CompareCtx, Theme};
use crate::analyze::diff::Side;
use crate::analyze::{
    Analysis, CallTree, Detail, DivideBy, Exactness, GroupId, Matches, Neighbours, Order, OverTime, TimeWindow,
};
use crate::layout::{Difference, DifferenceScale, Stripes};
use crate::model::{Metric, TimeMeaning, TrackId};
use egui::{Color32, Popup, Ui};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Which tree a view draws.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TreeKind {
    /// The whole recording in one of the orders; in time order, of one thread.
    Whole(Order),
    /// The same, all of it and coarse, for the overview.
    Overview(Order),
    /// The whole recording below what the sunburst is rooted at.
    Sunburst,
    /// Everything that calls a group.
    CallersOf(GroupId),
    /// Everything a group calls.
    CalleesOf(GroupId),
}

/// A tree a view would like, and how finely.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeNeed {
    /// Which.
    pub kind: TreeKind,
    /// How finely.
    pub detail: Detail,
}

/// How cost divides over time, as a view would like to know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OverTimeNeed {
    /// Into what.
    pub by: DivideBy,
    /// When, and how finely.
    pub window: TimeWindow,
}

/// The trees that are ready. They are made away from the window's thread and replaced when finer ones are done.
#[derive(Default)]
pub struct Trees {
    ready: HashMap<TreeKind, Arc<CallTree>>,
}

impl Trees {
    /// The tree of a kind, as fine as it is by now.
    pub fn get(&self, kind: TreeKind) -> Option<&Arc<CallTree>> {
        self.ready.get(&kind)
    }

    /// Replaces a tree.
    pub fn put(&mut self, kind: TreeKind, tree: Arc<CallTree>) {
        self.ready.insert(kind, tree);
    }

    /// Forgets every tree: the question has changed.
    pub fn clear(&mut self) {
        self.ready.clear();
    }

    /// Whether the tree of a kind shows a window as finely as asked for.
    pub fn satisfies(&self, need: &TreeNeed) -> bool {
        self.get(need.kind).is_some_and(|tree| tree.detail().covers(&need.detail))
    }
}

/// How a box or an arc is painted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NodeLook {
    /// Its fill.
    pub fill: Color32,
    /// Its stripes and their colour, where one side of a comparison lacks it.
    pub stripes: Option<(Stripes, Color32)>,
}

/// Everything a view may look at. Views change nothing but their own state; what they want done they say in
/// [`super::Actions`].
pub struct ViewCtx<'a> {
    /// The profile, counted.
    pub analysis: &'a Analysis,
    /// Trees that are ready.
    pub trees: &'a Trees,
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// The selected group, the same in every view.
    pub selection: Option<GroupId>,
    /// The box or arc it was chosen by: a node of the tree of a kind.
    pub chosen: Option<(TreeKind, usize)>,
    /// The group under the pointer in the frame before, in whatever view.
    pub hovered: Option<GroupId>,
    /// What the search found; `None` while nothing is searched for.
    pub matches: Option<&'a Matches>,
    /// Callers and callees of the selection, once they are known.
    pub neighbours: Option<&'a Neighbours>,
    /// The thread time order is drawn for.
    pub time_track: TrackId,
    /// What positions in time order mean.
    pub time_meaning: TimeMeaning,
    /// How cost divides over time, once that is known: perhaps of another part of the time than asked for last.
    pub over_time: Option<&'a OverTime>,
    /// Whether a part of the source is shown beside the view: not where the view is the source.
    pub excerpts: bool,
    /// The source file that is ready, which may be another than the selection's.
    pub source: Option<&'a SourcePage>,
    /// Fills by group, filled in as they are asked for.
    pub colours: &'a RefCell<Vec<Option<Color32>>>,
    /// Whether a new analysis is on its way.
    pub busy: bool,
    /// What the rules found, once they have looked.
    pub hints: Option<&'a HintsPage>,
    /// The comparison that is looked at, where it is one.
    pub compare: Option<CompareCtx<'a>>,
    /// What is marked.
    pub annotations: AnnotationsCtx<'a>,
    /// Whether keys are for views: nothing lies over them, and nothing was left by this press of Escape.
    pub takes_keys: bool,
}

impl<'a> ViewCtx<'a> {
    /// A counted profile of which nothing is selected, searched for or marked, and nothing else is known yet.
    pub fn new(
        analysis: &'a Analysis,
        trees: &'a Trees,
        theme: &'a Theme,
        colours: &'a RefCell<Vec<Option<Color32>>>,
    ) -> Self {
        Self {
            analysis,
            trees,
            theme,
            selection: None,
            chosen: None,
            hovered: None,
            matches: None,
            neighbours: None,
            time_track: TrackId(0),
            time_meaning: TimeMeaning::None,
            over_time: None,
            excerpts: false,
            source: None,
            colours,
            busy: false,
            hints: None,
            compare: None,
            annotations: AnnotationsCtx::default(),
            takes_keys: true,
        }
    }

    /// Whether keys are for the view as a whole: for nothing that has the focus, and nothing that lies over it. To be asked
    /// before the view's own fields are drawn, which may give up the focus.
    pub fn keys_are_free(&self, ui: &Ui) -> bool {
        self.takes_keys && ui.memory(|m| m.focused().is_none()) && !Popup::is_any_open(ui.ctx())
    }

    /// The metric that is shown.
    pub fn metric(&self) -> &Metric {
        self.analysis.profile().metric(self.analysis.query().metric)
    }

    /// The fill of a group's boxes and arcs.
    pub fn colour(&self, group: GroupId) -> Color32 {
        let mut colours = self.colours.borrow_mut();
        if colours.len() <= group.index() {
            colours.resize(self.analysis.groups().len().max(group.index() + 1), None);
        }
        *colours[group.index()].get_or_insert_with(|| Theme::color(self.theme.palette.fill(self.analysis, group)))
    }

    /// Whether a group should stand back because the search does not match it.
    pub fn is_dimmed(&self, group: GroupId) -> bool {
        self.matches.is_some_and(|m| !m.contains(group))
    }

    /// The comparison, where both sides are drawn as one.
    pub fn merged(&self) -> Option<&CompareCtx<'a>> {
        self.compare.as_ref().filter(|c| c.is_merged())
    }

    /// What a node did, in a tree of both sides.
    pub fn difference(&self, tree: &CallTree, node: usize) -> Option<Difference> {
        let compare = self.merged()?;
        Difference::of_node(tree, node, compare.measure)
    }

    /// The fill of a node: by what it did in a tree of both sides, by its group elsewhere.
    pub fn node_fill(&self, tree: &CallTree, node: usize, difference: Option<&Difference>) -> Color32 {
        match (self.merged(), difference) {
            (Some(compare), Some(difference)) => {
                let scale = DifferenceScale::of(compare.comparison, compare.measure);
                self.theme.difference(scale.position(difference))
            }
            _ => self.colour(tree.group(node)),
        }
    }

    /// How a box or an arc is painted: it stands back where the search does not match it, and comes forward where its group
    /// is pointed at in any view.
    pub fn node_look(&self, tree: &CallTree, node: usize) -> NodeLook {
        let (group, difference) = (tree.group(node), self.difference(tree, node));
        let (mut fill, mut stripe) = (self.node_fill(tree, node, difference.as_ref()), self.theme.stripe);
        if self.is_dimmed(group) {
            fill = self.theme.dimmed(fill);
            stripe = stripe.gamma_multiply(0.5);
        }
        if self.hovered == Some(group) {
            fill = fill.lerp_to_gamma(self.theme.hover, 0.45);
        }
        NodeLook { fill, stripes: difference.and_then(|d| d.stripes()).map(|stripes| (stripes, stripe)) }
    }

    /// About as wide as everything is, before there is a tree to tell.
    pub fn sum(&self) -> i64 {
        match self.merged() {
            Some(compare) => {
                let table = compare.comparison.table();
                table.base_sum().max(table.new_sum())
            }
            None => self.analysis.sum(),
        }
    }

    /// Why there is nothing to see, and what to do about it.
    pub fn why_empty(&self) -> String {
        let query = self.analysis.query();
        if !query.transforms.is_empty() || query.track.is_some() || query.time_ns.is_some() {
            return "Nothing is left under these filters. Take one off, or choose another thread.".to_owned();
        }
        if self.analysis.table().present().next().is_none() {
            return "This profile holds no samples. Record for longer, or open another one.".to_owned();
        }
        let name = &self.metric().name;
        match self.analysis.profile().metrics().len() {
            1 => format!("Everything that was recorded cost nothing in “{name}”. The table lists it."),
            _ => format!("Nothing was recorded in “{name}”. Choose another metric."),
        }
    }

    /// Whether boxes are as recorded.
    pub fn exactness(&self) -> Exactness {
        match self.merged() {
            Some(compare)
                if Side::BOTH.iter().any(|s| compare.comparison.side(*s).exactness() == Exactness::Estimated) =>
            {
                Exactness::Estimated
            }
            Some(_) => Exactness::Exact,
            None => self.analysis.exactness(),
        }
    }
}
