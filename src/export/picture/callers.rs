//! The sandwich as a picture: who calls a function above it, what it calls below, and both as tables.

use super::annotations::Marks;
use super::boxes::{Boxes, label_in, rows_in};
use super::flame::levels_left_out;
use super::neighbours::Neighbours;
use super::recording::Recording;
use super::{Area, Content, Frame, Look, Picture, Stamp};
use crate::analyze::{Analysis, CallTree, Detail, GroupId};
use crate::export::font::{MONOSPACE, PROPORTIONAL};
use crate::export::svg::{Anchor, Style, Svg};
use crate::layout::{Ground, Growth, Paths, ROW_HEIGHT};
use crate::model::format;
use rustc_hash::FxHashSet;

/// Callers and callees of a function.
pub(super) struct Callers<'a> {
    analysis: &'a Analysis,
    of: GroupId,
    above: CallTree,
    below: CallTree,
    neighbours: Neighbours,
    figures: String,
}

/// Height of the bar between callers and callees.
const BAR: f32 = 34.0;

impl<'c> Callers<'c> {
    pub(super) fn new(recording: Recording<'_>, analysis: &'c Analysis, of: GroupId, width: u32) -> Self {
        let detail = Detail::for_window(0, recording.total(of).max(1), width as f32);
        let figures = recording.figures(of);
        Self {
            analysis,
            of,
            above: recording.callers_tree(of, detail),
            below: recording.callees_tree(of, detail),
            neighbours: Neighbours::new(recording, of),
            figures,
        }
    }

    pub(super) fn describe(&self, look: &dyn Look, stamp: &mut Stamp) {
        stamp.view = if self.above.is_empty() {
            "Callers and callees".to_owned()
        } else {
            let name = look.names(&self.above, 0).name;
            format!("Callers and callees of {}", crate::layout::fit_name(&format::one_line(&name), 60))
        };
    }

    pub(super) fn content<'a>(&'a self, look: &'a dyn Look) -> CallersContent<'a> {
        CallersContent { callers: self, look }
    }

    /// Levels of callers and of callees there are to show.
    fn levels(&self, picture: &Picture) -> (usize, usize) {
        let most = picture.depth.unwrap_or(usize::MAX);
        (self.above.depth().min(most), self.below.depth().min(most))
    }

    /// The height of the tables in that of everything.
    fn tables(&self, picture: &Picture, height: f32) -> f32 {
        let (up, down) = self.levels(picture);
        self.neighbours.height_within(height - BAR, (up + down).max(2) as f32 * ROW_HEIGHT)
    }

    /// Levels of callers and callees in a height: each side gets half, and what the other does not need.
    fn rows(&self, picture: &Picture, height: f32) -> (usize, usize) {
        let (up, down) = self.levels(picture);
        let rows = rows_in(height - BAR - self.tables(picture, height));
        let half = rows / 2;
        let up_rows = up.min(rows - down.min(rows - half));
        (up_rows, down.min(rows - up_rows))
    }
}

/// A sandwich to be drawn.
pub(super) struct CallersContent<'a> {
    callers: &'a Callers<'a>,
    look: &'a dyn Look,
}

impl Content for CallersContent<'_> {
    fn height(&self, picture: &Picture) -> f32 {
        let (up, down) = self.callers.levels(picture);
        BAR + (up + down).max(2) as f32 * ROW_HEIGHT + self.callers.neighbours.height()
    }

    fn cut(&self, frame: &Frame<'_>, height: f32) -> Option<String> {
        let (up, down) = self.callers.rows(frame.picture, height);
        let left_out = (self.callers.above.depth() - up).max(self.callers.below.depth() - down);
        (left_out > 0).then(|| levels_left_out(up.max(down), left_out))
    }

    fn draw(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area) {
        let [(above, callers), (below, callees)] = self.halves(frame, area);
        callers.draw(frame, svg, &above);
        let bar = Area { y: above.y + above.height, height: BAR, ..*area };
        self.draw_bar(frame, svg, &bar, &self.callers.figures);
        callees.draw(frame, svg, &below);
        self.callers.neighbours.draw(frame, svg, self.look, &self.tables(frame, area));
    }

    fn marks(&self, frame: &Frame<'_>, area: &Area) -> Marks {
        let (mut found, mut covered) = (Vec::new(), Vec::new());
        let [(above, callers), (below, callees)] = self.halves(frame, area);
        let Callers { analysis, of, .. } = *self.callers;
        callers.marks(frame, analysis, Paths::CallersOf(of), &above, &mut found, &mut covered);
        callees.marks(frame, analysis, Paths::CalleesOf(of), &below, &mut found, &mut covered);
        // The function itself begins both graphs: once is enough.
        let mut seen = FxHashSet::default();
        found.retain(|one| seen.insert(one.annotation));
        let bar = Area { y: above.y + above.height, height: BAR, ..*area };
        covered.extend([bar.rectangle(), self.tables(frame, area).rectangle()]);
        let area = area.rectangle();
        Marks { found, ground: Ground::under_boxes(area, covered), area }
    }

    fn leaves_room(&self) -> bool {
        true
    }
}

impl CallersContent<'_> {
    /// Where the tables stand: below everything.
    fn tables(&self, frame: &Frame<'_>, area: &Area) -> Area {
        let height = self.callers.tables(frame.picture, area.height);
        Area { y: area.y + area.height - height, height, ..*area }
    }

    /// Callers and callees, and where each of them stands.
    fn halves(&self, frame: &Frame<'_>, area: &Area) -> [(Area, Boxes<'_>); 2] {
        let Callers { above: callers, below: callees, .. } = self.callers;
        let (up, down) = self.callers.rows(frame.picture, area.height);
        let window = |tree: &CallTree| (0.0, tree.extent().max(1) as f64);
        let above = Area { height: up as f32 * ROW_HEIGHT, ..*area };
        let below = Area { y: above.y + above.height + BAR, height: down as f32 * ROW_HEIGHT, ..*area };
        let look = self.look;
        [
            (above, Boxes { tree: callers, look, growth: Growth::Up, window: window(callers), rows: 0..up }),
            (below, Boxes { tree: callees, look, growth: Growth::Down, window: window(callees), rows: 0..down }),
        ]
    }

    fn draw_bar(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area, figures: &str) {
        const INSET: f32 = 16.0;
        let weak = Style { font: &PROPORTIONAL, size: 12.5, fill: frame.tones.text_weak };
        let strong = Style { font: &MONOSPACE, size: 13.0, fill: frame.tones.text };
        let base = area.y + area.height / 2.0 + 4.5;
        let figures_width = PROPORTIONAL.width(figures, weak.size) * 1.15;
        let room = (area.width - figures_width - 260.0) * crate::layout::LABEL_SIZE / strong.size;
        let tree = &self.callers.above;
        let name = if tree.is_empty() { None } else { label_in(&self.look.names(tree, 0), room) }.unwrap_or_default();
        let sign = Style { font: &MONOSPACE, ..weak };
        let right = area.x + area.width - INSET;
        svg.styled_text((area.x + INSET, base), Anchor::Start, sign, "▲");
        svg.styled_text((area.x + INSET + 14.0, base), Anchor::Start, weak, "callers");
        svg.styled_text((area.x + 100.0, base), Anchor::Start, strong, &name);
        let x = area.x + 100.0 + MONOSPACE.width(&name, strong.size) + INSET;
        svg.styled_text((x, base), Anchor::Start, weak, figures);
        svg.styled_text((right - 62.0, base), Anchor::Start, sign, "▼");
        svg.styled_text((right, base), Anchor::End, weak, "callees");
    }
}
