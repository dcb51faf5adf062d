//! The boxes of a tree with their labels.

use super::annotations::Found;
use super::{Area, Frame, Look};
use crate::analyze::{Analysis, CallTree};
use crate::export::font::{MONOSPACE, PROPORTIONAL};
use crate::export::svg::{Anchor, Style, Svg};
use crate::layout::{
    Annotation, FlameBox, FlameView, Growth, LABEL_INSET, LABEL_ROOM, LABEL_SIZE, Names, Palette, Paths, ROW_HEIGHT,
    Rectangle, Target, flame_boxes,
};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A tree, and the part of it that is shown.
pub(super) struct Boxes<'a> {
    pub(super) tree: &'a CallTree,
    pub(super) look: &'a dyn Look,
    pub(super) growth: Growth,
    /// Positions at the left and the right edge.
    pub(super) window: (f64, f64),
    /// Levels that are shown.
    pub(super) rows: Range<usize>,
}

/// How many rows fit.
pub(super) fn rows_in(height: f32) -> usize {
    (height / ROW_HEIGHT).max(0.0) as usize
}

/// How far stripes stand out from the box they cross, and how thick they are.
pub(super) const STRIPE_STRENGTH: f32 = 0.34;
pub(super) const STRIPE_WIDTH: f32 = 1.5;

/// The base line of a text in the middle of a row.
const BASE_LINE: f32 = 14.0;

impl Boxes<'_> {
    pub(super) fn draw(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area) {
        let palette = Palette::new(frame.picture.scheme);
        let view = FlameView { from: self.window.0, to: self.window.1, width: area.width, rows: self.rows.clone() };
        let mut boxes = Vec::new();
        flame_boxes(self.tree, &view, &mut boxes);
        svg.begin_texts(Style { font: &MONOSPACE, size: LABEL_SIZE, fill: palette.text_on_fill() });
        let mut dimmed_labels = Vec::new();
        for flame_box in &boxes {
            let (x, y, height) = (area.x + flame_box.x, self.top(flame_box, area), ROW_HEIGHT - 1.0);
            let Some(node) = flame_box.node.map(|n| n as usize) else {
                svg.rect(x, y, flame_box.filled_width(), height, palette.narrow());
                continue;
            };
            let dimmed = self.look.is_dimmed(self.tree, node);
            let fill = self.look.fill(self.tree, node);
            let fill = if dimmed { fill.dimmed(frame.tones.ground) } else { fill };
            svg.begin_titled(&self.look.about(self.tree, node));
            svg.rect(x, y, flame_box.filled_width(), height, fill);
            if let Some(stripes) = self.look.stripes(self.tree, node) {
                let width = flame_box.filled_width();
                let colour = fill.mix(palette.text_on_fill(), STRIPE_STRENGTH);
                svg.lines((x, y), stripes.lines(flame_box.x, width, height), (STRIPE_WIDTH, colour));
            }
            if let Some(label) = self.label(flame_box, node) {
                if dimmed {
                    dimmed_labels.push((x + LABEL_INSET, y + BASE_LINE, label));
                } else {
                    svg.text(x + LABEL_INSET, y + BASE_LINE, Anchor::Start, &label);
                }
            }
            svg.end();
            if frame.picture.selection == Some(self.tree.group(node)) && flame_box.width > 3.0 {
                svg.outline(x, y, flame_box.filled_width(), height, (1.5, frame.tones.selection));
            }
        }
        svg.end();
        if !dimmed_labels.is_empty() {
            svg.begin_texts(Style { font: &MONOSPACE, size: LABEL_SIZE, fill: frame.tones.text_weak });
            for (x, y, label) in dimmed_labels {
                svg.text(x, y, Anchor::Start, &label);
            }
            svg.end();
        }
        if boxes.is_empty() {
            let style = Style { font: &PROPORTIONAL, size: 14.0, fill: frame.tones.text_weak };
            let place = (area.x + area.width / 2.0, area.y + area.height / 2.0);
            svg.styled_text(place, Anchor::Middle, style, "Nothing was recorded in this metric under these filters.");
        }
    }

    /// Finds what is marked among its boxes, and what they cover.
    pub(super) fn marks(
        &self,
        frame: &Frame<'_>,
        analysis: &Analysis,
        paths: Paths,
        area: &Area,
        found: &mut Vec<Found>,
        covered: &mut Vec<Rectangle>,
    ) {
        let view = FlameView { from: self.window.0, to: self.window.1, width: area.width, rows: self.rows.clone() };
        let mut boxes = Vec::new();
        flame_boxes(self.tree, &view, &mut boxes);
        let rectangle = |flame_box: &FlameBox| Rectangle {
            x: area.x + flame_box.x,
            y: self.top(flame_box, area),
            width: flame_box.filled_width(),
            height: ROW_HEIGHT - 1.0,
        };
        covered.extend(boxes.iter().map(rectangle));
        let of_node: FxHashMap<u32, &FlameBox> = boxes.iter().filter_map(|one| Some((one.node?, one))).collect();
        for (annotation, Annotation { marked, .. }) in frame.picture.annotations.iter().enumerate() {
            let node = marked.node(analysis, self.tree, paths);
            let Some((node, flame_box)) = node.and_then(|node| Some((node, of_node.get(&(node as u32))?))) else {
                continue;
            };
            let name = self.look.names(self.tree, node).name.into_owned();
            let target = Target::Box(rectangle(flame_box));
            found.push(Found { annotation, target, outline: String::new(), name });
        }
    }

    fn top(&self, flame_box: &FlameBox, area: &Area) -> f32 {
        let row = (flame_box.depth as usize - self.rows.start) as f32;
        match self.growth {
            Growth::Down => area.y + row * ROW_HEIGHT,
            Growth::Up => area.y + area.height - (row + 1.0) * ROW_HEIGHT,
        }
    }

    fn label(&self, flame_box: &FlameBox, node: usize) -> Option<String> {
        if flame_box.width < LABEL_ROOM {
            return None;
        }
        self.look.label(self.tree, node, flame_box.width - 2.0 * LABEL_INSET)
    }
}

/// The longest label that fits into so much room.
pub(super) fn label_in(names: &Names<'_>, room: f32) -> Option<String> {
    let mut characters = (room / MONOSPACE.width("m", LABEL_SIZE)) as usize;
    loop {
        let label = names.fit(characters)?;
        // Characters of other scripts are wider than those of the font.
        if MONOSPACE.width(&label, LABEL_SIZE) <= room + 0.01 {
            return Some(label.into_owned());
        }
        characters = characters.min(label.chars().count()) - 1;
    }
}
