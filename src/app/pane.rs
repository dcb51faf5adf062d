//! One drawing of a subject: the answers that are ready for it, and the views' own states.
//!
//! A profile is drawn whole. A comparison can be drawn whole, both sides as one, and each side for itself.

use super::subject::Part;
use crate::analyze::diff::Side;
use crate::analyze::{DivideBy, GroupId, Matches, Neighbours, Order, OverTime, Query, SearchText, SortKey, Timeline};
use crate::model::{Profile, TrackId};
use crate::ui::canvas::{CanvasState, Growth};
use crate::ui::source_page::HeatBy;
use crate::ui::views::{
    ActivityState, CallersState, FlameState, HintsState, SourceState, SunburstState, TableState, ViewKind,
};
use crate::ui::{OverTimeNeed, TreeKind, TreeNeed, Trees};
use egui::Color32;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

/// Something for each part of a subject.
#[derive(Clone, Default)]
pub(super) struct Parts<T> {
    whole: T,
    base: T,
    new: T,
}

impl<T> Parts<T> {
    pub(super) fn get(&self, part: Part) -> &T {
        match part {
            Part::Whole => &self.whole,
            Part::Side(Side::Base) => &self.base,
            Part::Side(Side::New) => &self.new,
        }
    }

    pub(super) fn get_mut(&mut self, part: Part) -> &mut T {
        match part {
            Part::Whole => &mut self.whole,
            Part::Side(Side::Base) => &mut self.base,
            Part::Side(Side::New) => &mut self.new,
        }
    }

    /// Those of the sides, base first.
    pub(super) fn sides(&self) -> [&T; 2] {
        [&self.base, &self.new]
    }

    /// Those of the sides, base first.
    pub(super) fn sides_mut(&mut self) -> [&mut T; 2] {
        [&mut self.base, &mut self.new]
    }

    pub(super) fn each_mut(&mut self) -> [&mut T; 3] {
        [&mut self.whole, &mut self.base, &mut self.new]
    }
}

/// What workers have found out about a part, and what they are asked.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) trees: Trees,
    pub(super) making: HashMap<TreeKind, TreeNeed>,
    pub(super) timeline: Option<(TrackId, Option<Arc<Timeline>>)>,
    pub(super) ordering: Option<TrackId>,
    /// The thread time order shows where none is chosen: to find it, all samples are added up.
    pub(super) default_track: OnceCell<TrackId>,
    pub(super) matches: Option<Matches>,
    pub(super) neighbours: Option<(GroupId, Neighbours)>,
    pub(super) colours: RefCell<Vec<Option<Color32>>>,
    pub(super) over_time: Option<Arc<OverTime>>,
    /// What `over_time` is the answer to; `None` once the question is another.
    pub(super) over_time_of: Option<OverTimeNeed>,
    pub(super) dividing: Option<OverTimeNeed>,
}

impl Answers {
    /// The thread time order shows.
    pub(super) fn time_track(&self, query: &Query, profile: &Profile) -> TrackId {
        query.track.unwrap_or_else(|| *self.default_track.get_or_init(|| query.time_track(profile)))
    }

    /// Forgets what was answered: the question is another. What the search found, and the chart over time, are replaced
    /// when they are done.
    pub(super) fn forget(&mut self) {
        *self = Self { matches: self.matches.take(), over_time: self.over_time.take(), ..Self::default() };
    }
}

/// The states of the views of a part.
#[derive(Default)]
pub(super) struct Views {
    pub(super) table: TableState,
    pub(super) flame: FlameState,
    pub(super) sunburst: SunburstState,
    pub(super) callers: CallersState,
    pub(super) source: SourceState,
    pub(super) activity: ActivityState,
    pub(super) hints: HintsState,
}

/// Choices in views that hold for both sides.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Choices {
    pub(super) order: Order,
    pub(super) growth: Growth,
    pub(super) minimap: bool,
    pub(super) sort: SortKey,
    pub(super) descending: bool,
    pub(super) filter: SearchText,
    pub(super) rings: Option<usize>,
    pub(super) cutoff: f64,
    pub(super) heat: HeatBy,
    pub(super) divide: DivideBy,
}

impl Choices {
    /// The same, in another order.
    pub(super) fn ordered(&self, order: Order) -> Self {
        Self { order, ..self.clone() }
    }
}

impl Views {
    /// Finds what is zoomed to in another subject.
    pub(super) fn translate(&mut self, find: impl Fn(GroupId) -> Option<GroupId>) {
        self.flame.canvas.translate(&find);
        self.sunburst.translate(&find);
        self.callers.translate(&find);
        self.source.forget();
    }

    /// Puts stacks in another order: positions mean something else then.
    pub(super) fn order_by(&mut self, order: Order) {
        if self.flame.order != order {
            self.flame.order = order;
            self.flame.canvas.tree_changed();
        }
    }

    /// The graphs of a view, with what they draw.
    pub(super) fn canvases(&mut self, view: ViewKind) -> Vec<(&mut CanvasState, TreeKind)> {
        match view {
            ViewKind::Flame => vec![(&mut self.flame.canvas, TreeKind::Whole(self.flame.order))],
            ViewKind::Callers => self.callers.canvases().map(Vec::from).unwrap_or_default(),
            ViewKind::Table | ViewKind::Sunburst | ViewKind::Source | ViewKind::Activity | ViewKind::Hints => {
                Vec::new()
            }
        }
    }

    /// The box or arc of a view that was chosen last, where it is a call of the whole recording.
    pub(super) fn chosen(&self, view: ViewKind, trees: &Trees) -> Option<(TreeKind, usize)> {
        let kind = match view {
            ViewKind::Flame => TreeKind::Whole(self.flame.order),
            ViewKind::Sunburst => TreeKind::Sunburst,
            ViewKind::Table | ViewKind::Callers | ViewKind::Source | ViewKind::Activity | ViewKind::Hints => {
                return None;
            }
        };
        let tree = trees.get(kind)?;
        let node =
            if view == ViewKind::Flame { self.flame.canvas.node(tree, kind.paths()) } else { self.sunburst.node(tree) };
        node.map(|node| (kind, node))
    }

    pub(super) fn choices(&self) -> Choices {
        Choices {
            order: self.flame.order,
            growth: self.flame.growth,
            minimap: self.flame.minimap,
            sort: self.table.sort,
            descending: self.table.descending,
            filter: self.table.filter.clone(),
            rings: self.sunburst.rings,
            cutoff: self.sunburst.cutoff,
            heat: self.source.by,
            divide: self.activity.by,
        }
    }

    /// Makes choices hold.
    pub(super) fn choose(&mut self, choices: &Choices) {
        if self.flame.order != choices.order {
            self.order_by(choices.order);
            self.flame.canvas.zoom_to(Vec::new());
        }
        self.flame.growth = choices.growth;
        self.flame.minimap = choices.minimap;
        self.table.sort = choices.sort;
        self.table.descending = choices.descending;
        self.table.filter.clone_from(&choices.filter);
        self.sunburst.rings = choices.rings;
        self.sunburst.cutoff = choices.cutoff;
        self.source.by = choices.heat;
        self.activity.by = choices.divide;
    }
}

impl Parts<Views> {
    /// Makes what was chosen on one side hold on the other; `before` is what held on both. Whether anything changed.
    pub(super) fn link_sides(&mut self, before: &Choices) -> bool {
        if self.base.choices() != *before {
            self.new.choose(&self.base.choices());
            true
        } else if self.new.choices() != *before {
            self.base.choose(&self.new.choices());
            true
        } else {
            false
        }
    }
}
