//! Where notes stand: near what they are about, on free ground, and never on each other where that can be helped.
//!
//! ```text
//! ┌──────────────────────────────────────────────┐
//! │ main                                         │
//! ├───────────────────────────┬──────────────────┤
//! │ parse                     │ log              │
//! ├──────────┬────────────────┴──────────────────┘
//! │ read     │◄──── grows with the
//! └──────────┘      number of files
//! ```

mod ground;
mod shape;
#[cfg(test)]
mod tests;
mod text;

pub use ground::Ground;
pub use shape::{Point, Rectangle, Target};
pub use text::wrap_note;

use super::sunburst::Rings;
use shape::{cross, distance};

/// The widest text of a note.
pub const NOTE_WIDTH: f32 = 230.0;
/// Size of the text.
pub const NOTE_TEXT: f32 = 13.0;
/// Height of its lines.
pub const NOTE_LINE: f32 = 17.0;
/// Between the text and the edge of a note, to the side and above.
pub const NOTE_PADDING: (f32, f32) = (9.0, 6.0);
/// Thickness of the ring around what is marked.
pub const RING: f32 = 2.5;
/// Thickness of what sets the ring off from what it lies on.
pub const RING_HALO: f32 = 1.25;
/// Thickness of arrows.
pub const ARROW: f32 = 2.0;

/// Between notes, and between a note and the edge of the picture.
const GAP: f32 = 6.0;
/// The shortest arrow that is seen as one.
const LEADER: f32 = 22.0;
/// About how many places are tried for a note where there are few.
const TRIED: f32 = 2_600.0;
/// Length of an arrow's head, and half its width.
const HEAD: (f32, f32) = (8.0, 4.5);

/// A note to be placed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Note {
    /// What it points at.
    pub target: Target,
    /// Its width, padding included.
    pub width: f32,
    /// Its height.
    pub height: f32,
}

/// A note in its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Callout {
    /// Where it stands.
    pub at: Rectangle,
    /// From its edge to the edge of what it is about; `None` where it lies on that, because there is no other place.
    pub arrow: Option<[Point; 2]>,
}

/// The size of a note with these lines: its padding included.
pub fn note_size(lines: &[String], width_of: impl FnMut(&str) -> f32) -> (f32, f32) {
    let widest = lines.iter().map(String::as_str).map(width_of).fold(0.0, f32::max);
    (widest.ceil() + 2.0 * NOTE_PADDING.0, lines.len() as f32 * NOTE_LINE + 2.0 * NOTE_PADDING.1)
}

/// How wide the text of a note may be in a picture, and how many lines it may have.
pub fn note_room(area: &Rectangle) -> (f32, usize) {
    let room = (area.width - 2.0 * (GAP + NOTE_PADDING.0)).clamp(20.0, NOTE_WIDTH);
    let lines = ((area.height - 2.0 * (GAP + NOTE_PADDING.1)) / NOTE_LINE).max(1.0) as usize;
    (room, lines)
}

/// The head of an arrow: a triangle with its tip at the end.
pub fn arrow_head([from, to]: [Point; 2]) -> [Point; 3] {
    let length = distance(from, to).max(f32::EPSILON);
    let (right, below) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let base = (to.0 - right * HEAD.0, to.1 - below * HEAD.0);
    [to, (base.0 - below * HEAD.1, base.1 + right * HEAD.1), (base.0 + below * HEAD.1, base.1 - right * HEAD.1)]
}

/// Gives each note a place within an area, the first ones first: they stay where they are when more are added.
pub fn place_callouts(area: Rectangle, ground: &Ground, notes: &[Note]) -> Vec<Callout> {
    let within = area.grown(-GAP);
    let mut placing = Placing { within, ground, notes, placed: Vec::with_capacity(notes.len()) };
    for note in 0..notes.len() {
        let best = placing.best(note, &placing.places(note));
        placing.placed.push(best);
    }
    if placing.overlaps() {
        placing.placed.clear();
        let mut cells = placing.cells();
        for note in 0..notes.len() {
            let best = placing.best(note, &cells);
            cells.retain(|cell| *cell != (best.x, best.y));
            placing.placed.push(best);
        }
    }
    let callout = |(note, at): (&Note, &Rectangle)| Callout { at: *at, arrow: leader(at, &note.target) };
    notes.iter().zip(&placing.placed).map(callout).collect()
}

/// Notes on their way to their places.
struct Placing<'a> {
    within: Rectangle,
    ground: &'a Ground,
    notes: &'a [Note],
    placed: Vec<Rectangle>,
}

impl Placing<'_> {
    /// Upper left corners to be tried for a note: a grid that moves along with what it is about, so that the note does
    /// not jump when that is moved a little; and right below and above it.
    fn places(&self, note: usize) -> Vec<Point> {
        let Note { target, width, height } = self.notes[note];
        let bounds = bounds(&target);
        let (right, bottom) =
            ((self.within.right() - width).max(self.within.x), (self.within.bottom() - height).max(self.within.y));
        let tried = (TRIED * 8.0 / self.notes.len().max(8) as f32).sqrt();
        let step = |room: f32, least: f32| (room / tried).max(least);
        let along = |first: f32, last: f32, through: f32, step: f32, more: &[f32]| -> Vec<f32> {
            let begin = first + (through - first).rem_euclid(step);
            let count = ((last - begin) / step).max(-1.0) + 1.0;
            let grid = (0..count as usize).map(|i| begin + i as f32 * step);
            let inside = more.iter().copied().filter(|at| *at >= first && *at <= last);
            grid.chain([first, last]).chain(inside).collect()
        };
        let (middle, _) = bounds.center();
        let columns = along(self.within.x, right, middle - width / 2.0, step(right - self.within.x, 12.0), &[bounds.x]);
        let rows = [bounds.bottom() + LEADER, bounds.y - LEADER - height];
        let rows = along(self.within.y, bottom, rows[0], step(bottom - self.within.y, 8.0), &rows);
        rows.iter().flat_map(|&y| columns.iter().map(move |&x| (x, y))).collect()
    }

    /// Upper left corners in rows and columns that keep notes apart, whatever stands in them.
    fn cells(&self) -> Vec<Point> {
        let largest = |size: fn(&Note) -> f32| self.notes.iter().map(size).fold(1.0, f32::max) + GAP;
        let (wide, high) = (largest(|note| note.width), largest(|note| note.height));
        let count = |room: f32, length: f32| (((room + GAP) / length).max(1.0) as usize).min(MOST_CELLS);
        let (columns, rows) = (count(self.within.width, wide), count(self.within.height, high));
        let (x, y) = (self.within.x, self.within.y);
        (0..columns * rows).map(|i| (x + (i % columns) as f32 * wide, y + (i / columns) as f32 * high)).collect()
    }

    /// The place that costs least.
    fn best(&self, note: usize, places: &[Point]) -> Rectangle {
        let Note { target, width, height } = self.notes[note];
        let at = |&(x, y): &Point| Rectangle { x, y, width, height };
        let mut best = Rectangle { x: self.within.x, y: self.within.y, width, height };
        let mut least = f32::INFINITY;
        for place in places.iter().map(at) {
            let cost = self.cost(&target, &place, least);
            if cost < least {
                (best, least) = (place, cost);
            }
        }
        best
    }

    /// What is bad about a place, in pixels that a note would rather be away for; `enough` and more is all the same.
    fn cost(&self, target: &Target, place: &Rectangle, enough: f32) -> f32 {
        let end = target.edge_towards(place.center());
        let line = [place.nearest(end), end];
        let length = distance(line[0], end);
        let mut cost = length + (LEADER - length).max(0.0) * 6.0;
        if cost >= enough {
            return cost;
        }
        cost += self.ground.drawn_part(place) * 260.0;
        let apart = place.grown(GAP);
        for other in &self.placed {
            let common = apart.common(other);
            if common > 0.0 {
                cost += 1e5 + common;
            }
            if other.meets(line) {
                cost += 400.0;
            }
        }
        for (note, other) in self.notes.iter().zip(&self.placed) {
            if leader(other, &note.target).is_some_and(|arrow| place.grown(2.0).meets(arrow) || cross(arrow, line)) {
                cost += 300.0;
            }
        }
        if cost >= enough {
            return cost;
        }
        let near = place.grown(RING + 1.0);
        if target.lies_under(&near) {
            cost += 1e6;
        }
        let covered = self.notes.iter().filter(|note| note.target != *target && note.target.lies_under(&near)).count();
        cost + covered as f32 * 500.0
    }

    fn overlaps(&self) -> bool {
        self.placed.iter().enumerate().any(|(i, place)| self.placed[..i].iter().any(|other| place.common(other) > 0.0))
    }
}

/// The most cells along a side.
const MOST_CELLS: usize = 40;

/// The line from a note to the edge of what it is about; `None` where there is none to be seen.
fn leader(place: &Rectangle, target: &Target) -> Option<[Point; 2]> {
    let end = target.edge_towards(place.center());
    let line = [place.nearest(end), end];
    (distance(line[0], end) >= 2.0 && !target.lies_under(place)).then_some(line)
}

/// What a grid of places is aligned with.
fn bounds(target: &Target) -> Rectangle {
    match *target {
        Target::Box(rectangle) => rectangle,
        Target::Arc { center, outer, from, to, .. } => {
            let (right, below) = Rings::offset(outer, f64::midpoint(from, to));
            Rectangle { x: center.0 + right, y: center.1 + below, width: 0.0, height: 0.0 }
        }
    }
}
