//! A flame graph as a picture.

use super::annotations::Marks;
use super::boxes::{Boxes, rows_in};
use super::recording::Recording;
use super::{Area, Content, Frame, Look, Picture, PictureError, Stamp};
use crate::analyze::{Analysis, CallTree, Detail, GroupId, Order, Timeline};
use crate::export::font::PROPORTIONAL;
use crate::export::scrub::Scrub;
use crate::export::svg::{Anchor, Style, Svg};
use crate::layout::{Ground, Growth, Paths, ROW_HEIGHT, ruler_marks};
use crate::model::{TimeMeaning, format};

/// The tree of a flame graph and what of it is shown.
pub(super) struct Flame<'a> {
    trees: Trees<'a>,
    tree: CallTree,
    window: (i64, i64),
    /// The node that fills the width.
    zoomed: Option<usize>,
}

/// Height of the axis above stacks in time order.
const RULER: f32 = 20.0;

/// What boxes of an order are made of.
struct Trees<'a> {
    recording: Recording<'a>,
    /// The recording, or the new one of two: what says of which threads and in which unit.
    analysis: &'a Analysis,
    order: Order,
    timeline: Option<Timeline>,
}

impl<'a> Trees<'a> {
    fn new(recording: Recording<'a>, analysis: &'a Analysis, order: Order) -> Result<Self, PictureError> {
        let query = analysis.query();
        let timeline = match order {
            Order::Time if recording.comparison().is_some() => return Err(PictureError::NoOrderOfTwo),
            Order::Time => {
                let track = query.time_track(analysis.profile());
                Some(analysis.timeline(track).ok_or(PictureError::NoOrder)?)
            }
            Order::LeftHeavy | Order::Inverted => None,
        };
        Ok(Self { recording, analysis, order, timeline })
    }

    /// Where the last position is.
    fn extent(&self) -> i64 {
        self.timeline.as_ref().map_or_else(|| self.recording.sum(), Timeline::extent).max(1)
    }

    fn tree(&self, detail: Detail) -> Result<CallTree, PictureError> {
        match (&self.timeline, self.order) {
            (Some(timeline), _) => self.analysis.timeline_tree(timeline, detail).ok_or(PictureError::NoOrder),
            (None, Order::Inverted) => Ok(self.recording.inverted(detail)),
            (None, _) => Ok(self.recording.tree(detail)),
        }
    }

    fn describe(&self, scrub: &Scrub, stamp: &mut Stamp) {
        let view = match self.order {
            Order::LeftHeavy => "Flame graph, left heavy",
            Order::Time => "Flame graph, time order",
            Order::Inverted => "Flame graph, inverted: below each box, who called it",
        };
        view.clone_into(&mut stamp.view);
        let Some(timeline) = &self.timeline else { return };
        let (profile, query) = (self.analysis.profile(), self.analysis.query());
        if query.track.is_none() && profile.tracks().len() > 1 {
            let title = profile.track(timeline.track()).title();
            stamp.filters.push(format!("{} alone", format::one_line(&scrub.text(&title))));
        }
        if timeline.meaning() == TimeMeaning::Order {
            stamp.notes.push("Samples stand in the order they were taken; gaps were not recorded.".to_owned());
        }
    }
}

/// The boxes of at least a share of everything, and what a stamp says of them.
pub(crate) fn flame_tree(
    recording: Recording<'_>,
    analysis: &Analysis,
    order: Order,
    finest: f64,
) -> Result<CallTree, PictureError> {
    let trees = Trees::new(recording, analysis, order)?;
    let min_total = (trees.extent() as f64 * finest) as i64;
    trees.tree(Detail { min_total, ..Detail::ALL })
}

/// What a stamp says of the flame graph of an order.
pub(crate) fn describe_flame(
    recording: Recording<'_>,
    analysis: &Analysis,
    order: Order,
    scrub: &Scrub,
    stamp: &mut Stamp,
) -> Result<(), PictureError> {
    Trees::new(recording, analysis, order)?.describe(scrub, stamp);
    Ok(())
}

impl<'a> Flame<'a> {
    pub(super) fn new(
        recording: Recording<'a>,
        analysis: &'a Analysis,
        order: Order,
        zoom: &[GroupId],
        (width, least_span): (u32, i64),
    ) -> Result<Self, PictureError> {
        let trees = Trees::new(recording, analysis, order)?;
        let tree = trees.tree(Detail::for_window(0, trees.extent(), width as f32))?;
        let window = (0, tree.extent().max(1));
        let mut flame = Self { trees, tree, window, zoomed: None };
        flame.zoom_to(zoom, width)?;
        flame.window.1 = flame.window.1.max(flame.window.0.saturating_add(least_span));
        Ok(flame)
    }

    /// Positions across it.
    pub(super) fn span(&self) -> i64 {
        self.window.1 - self.window.0
    }

    /// Goes down a path as far as there are boxes, with a finer tree where the coarse one ends before the path does.
    fn zoom_to(&mut self, path: &[GroupId], width: u32) -> Result<(), PictureError> {
        let mut reached = 0;
        while let Some((node, found)) = self.tree.find(path).filter(|(_, found)| *found > reached) {
            reached = found;
            let start = self.tree.start(node);
            self.window = (start, start + self.tree.total(node).max(1));
            self.tree = self.trees.tree(Detail::for_window(self.window.0, self.window.1, width as f32))?;
            self.zoomed = self.tree.find(path).map(|(node, _)| node);
            if reached == path.len() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn describe(&self, scrub: &Scrub, look: &dyn Look, stamp: &mut Stamp) {
        self.trees.describe(scrub, stamp);
        if let Some(node) = self.zoomed {
            let (name, value) = (look.names(&self.tree, node).name, look.value(&self.tree, node));
            stamp.filters.push(format!("zoomed to {} ({value})", format::one_line(&name)));
        }
    }

    pub(super) fn content(&'a self, growth: Growth, look: &'a dyn Look) -> FlameContent<'a> {
        FlameContent { flame: self, growth, look }
    }

    fn ruler_height(&self) -> f32 {
        if self.trees.timeline.is_some() { RULER } else { 0.0 }
    }

    /// How many levels there are to show.
    fn levels(&self, picture: &Picture) -> usize {
        self.tree.depth().min(picture.depth.unwrap_or(usize::MAX))
    }
}

/// A flame graph to be drawn.
pub(super) struct FlameContent<'a> {
    flame: &'a Flame<'a>,
    growth: Growth,
    look: &'a dyn Look,
}

impl Content for FlameContent<'_> {
    fn height(&self, picture: &Picture) -> f32 {
        self.flame.ruler_height() + self.flame.levels(picture).max(1) as f32 * ROW_HEIGHT
    }

    fn cut(&self, frame: &Frame<'_>, height: f32) -> Option<String> {
        let shown = self.flame.levels(frame.picture).min(rows_in(height - self.flame.ruler_height()));
        let left_out = self.flame.tree.depth() - shown;
        (left_out > 0).then(|| levels_left_out(shown, left_out))
    }

    fn draw(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area) {
        let flame = self.flame;
        let ruler = flame.ruler_height();
        let (from, to) = (flame.window.0 as f64, flame.window.1 as f64);
        if flame.trees.timeline.is_some() {
            let analysis = flame.trees.analysis;
            let unit = &analysis.profile().metric(analysis.query().metric).unit;
            let style = Style { font: &PROPORTIONAL, size: 11.0, fill: frame.tones.text_weak };
            svg.begin_texts(style);
            for (at, x) in ruler_marks(from, to, area.width) {
                svg.rect(area.x + x, area.y + ruler - 6.0, 1.0, 5.0, frame.tones.line);
                let text = format::value(at, unit);
                // The last one may have no room.
                if x + 4.0 + style.font.width(&text, style.size) <= area.width {
                    svg.text(area.x + x + 4.0, area.y + 13.0, Anchor::Start, &text);
                }
            }
            svg.end();
        }
        let area = self.area_of_boxes(area);
        self.boxes(frame, &area).draw(frame, svg, &area);
    }

    fn marks(&self, frame: &Frame<'_>, area: &Area) -> Marks {
        let area = self.area_of_boxes(area);
        let paths = Paths::of(self.flame.trees.order);
        let (mut found, mut covered) = (Vec::new(), Vec::new());
        let analysis = self.flame.trees.analysis;
        self.boxes(frame, &area).marks(frame, analysis, paths, &area, &mut found, &mut covered);
        let area = area.rectangle();
        Marks { found, ground: Ground::under_boxes(area, covered), area }
    }

    fn leaves_room(&self) -> bool {
        true
    }
}

impl FlameContent<'_> {
    fn area_of_boxes(&self, area: &Area) -> Area {
        let ruler = self.flame.ruler_height();
        Area { y: area.y + ruler, height: area.height - ruler, ..*area }
    }

    fn boxes(&self, frame: &Frame<'_>, area: &Area) -> Boxes<'_> {
        let Flame { tree, window, .. } = self.flame;
        let rows = 0..self.flame.levels(frame.picture).min(rows_in(area.height));
        Boxes { tree, look: self.look, growth: self.growth, window: (window.0 as f64, window.1 as f64), rows }
    }
}

/// Says that rows are missing.
pub(super) fn levels_left_out(shown: usize, left_out: usize) -> String {
    let levels = if left_out == 1 { "level is" } else { "levels are" };
    format!("The first {shown} levels of calls are shown; {left_out} deeper {levels} left out.")
}
