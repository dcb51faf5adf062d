//! A flame graph as a picture.

use super::boxes::{Boxes, rows_in};
use super::{Area, Content, Frame, Look, Picture, PictureError, Stamp};
use crate::analyze::{Analysis, CallTree, Detail, GroupId, Order};
use crate::export::font::PROPORTIONAL;
use crate::export::scrub::Scrub;
use crate::export::svg::{Anchor, Style, Svg};
use crate::layout::{Growth, ROW_HEIGHT, ruler_marks};
use crate::model::{TimeMeaning, TrackId, Unit, format};

/// The tree of a flame graph and what of it is shown.
pub(super) struct Flame {
    tree: CallTree,
    order: Order,
    window: (i64, i64),
    /// The node that fills the width.
    zoomed: Option<usize>,
    /// The unit of the axis, where there is one.
    axis: Option<(Unit, TrackId, TimeMeaning)>,
}

/// Height of the axis above stacks in time order.
const RULER: f32 = 20.0;

impl Flame {
    pub(super) fn new(analysis: &Analysis, order: Order, zoom: &[GroupId], width: u32) -> Result<Self, PictureError> {
        let unit = analysis.profile().metric(analysis.query().metric).unit.clone();
        let timeline = match order {
            Order::Time => {
                Some(analysis.timeline(analysis.query().time_track(analysis.profile())).ok_or(PictureError::NoOrder)?)
            }
            Order::LeftHeavy | Order::Inverted => None,
        };
        let tree_of = |detail| match (&timeline, order) {
            (Some(timeline), _) => analysis.timeline_tree(timeline, detail).ok_or(PictureError::NoOrder),
            (None, Order::Inverted) => Ok(analysis.inverted(detail)),
            (None, _) => Ok(analysis.tree(detail)),
        };
        let extent = timeline.as_ref().map_or_else(|| analysis.sum(), |t| t.extent()).max(1);
        let tree = tree_of(Detail::for_window(0, extent, width as f32))?;
        let window = (0, tree.extent().max(1));
        let axis = timeline.as_ref().map(|t| (unit, t.track(), t.meaning()));
        let mut flame = Self { tree, order, window, zoomed: None, axis };
        flame.zoom_to(zoom, |from, to| tree_of(Detail::for_window(from, to, width as f32)))?;
        Ok(flame)
    }

    /// Goes down a path as far as there are boxes, with a finer tree where the coarse one ends before the path does.
    fn zoom_to(
        &mut self,
        path: &[GroupId],
        tree_of: impl Fn(i64, i64) -> Result<CallTree, PictureError>,
    ) -> Result<(), PictureError> {
        let mut reached = 0;
        while let Some((node, found)) = self.tree.find(path).filter(|(_, found)| *found > reached) {
            reached = found;
            let start = self.tree.start(node);
            self.window = (start, start + self.tree.total(node).max(1));
            self.tree = tree_of(self.window.0, self.window.1)?;
            self.zoomed = self.tree.find(path).map(|(node, _)| node);
            if reached == path.len() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn describe(&self, analysis: &Analysis, scrub: &Scrub, look: &dyn Look, stamp: &mut Stamp) {
        stamp.view = match self.order {
            Order::LeftHeavy => "Flame graph, left heavy",
            Order::Time => "Flame graph, time order",
            Order::Inverted => "Flame graph, inverted: below each box, who called it",
        }
        .to_owned();
        if let Some(node) = self.zoomed {
            stamp.filters.push(format!(
                "zoomed to {} ({})",
                look.names(&self.tree, node).name,
                look.value(&self.tree, node)
            ));
        }
        if let Some((_, track, meaning)) = &self.axis {
            if analysis.query().track.is_none() && analysis.profile().tracks().len() > 1 {
                let title = analysis.profile().track(*track).title();
                stamp.filters.push(format!("{} alone", format::one_line(&scrub.text(&title))));
            }
            if *meaning == TimeMeaning::Order {
                stamp.notes.push("Samples stand in the order they were taken; gaps were not recorded.".to_owned());
            }
        }
    }

    pub(super) fn content<'a>(&'a self, growth: Growth, look: &'a dyn Look) -> FlameContent<'a> {
        FlameContent { flame: self, growth, look }
    }

    fn ruler_height(&self) -> f32 {
        if self.axis.is_some() { RULER } else { 0.0 }
    }

    /// How many levels there are to show.
    fn levels(&self, picture: &Picture) -> usize {
        self.tree.depth().min(picture.depth.unwrap_or(usize::MAX))
    }
}

/// A flame graph to be drawn.
pub(super) struct FlameContent<'a> {
    flame: &'a Flame,
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
        if let Some((unit, ..)) = &flame.axis {
            let style = Style { font: &PROPORTIONAL, size: 11.0, fill: frame.tones.text_weak };
            svg.begin_texts(style);
            for (at, x) in ruler_marks(from, to, area.width) {
                svg.rect(area.x + x, area.y + ruler - 6.0, 1.0, 5.0, frame.tones.line);
                svg.text(area.x + x + 4.0, area.y + 13.0, Anchor::Start, &format::value(at, unit));
            }
            svg.end();
        }
        let area = Area { y: area.y + ruler, height: area.height - ruler, ..*area };
        let rows = 0..flame.levels(frame.picture).min(rows_in(area.height));
        Boxes { tree: &flame.tree, look: self.look, growth: self.growth, window: (from, to), rows }
            .draw(frame, svg, &area);
    }
}

/// Says that rows are missing.
pub(super) fn levels_left_out(shown: usize, left_out: usize) -> String {
    let levels = if left_out == 1 { "level" } else { "levels" };
    format!("The first {shown} levels of calls are shown; {left_out} deeper {levels} are left out.")
}
