//! Rectangles, arcs and lines, as far as notes need them.

use crate::layout::sunburst::Rings;
use std::f32::consts::TAU;

/// A point, in pixels right of and below the upper left corner.
pub type Point = (f32, f32);

/// A rectangle, in pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rectangle {
    /// Its left edge.
    pub x: f32,
    /// Its upper edge.
    pub y: f32,
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
}

impl Rectangle {
    /// Its right edge.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// Its lower edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// Its middle.
    pub fn center(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The same, so much larger on each side, or smaller.
    #[must_use]
    pub fn grown(&self, by: f32) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: (self.width + 2.0 * by).max(0.0),
            height: (self.height + 2.0 * by).max(0.0),
        }
    }

    /// What it has in common with another, in square pixels.
    pub fn common(&self, other: &Self) -> f32 {
        let width = self.right().min(other.right()) - self.x.max(other.x);
        let height = self.bottom().min(other.bottom()) - self.y.max(other.y);
        if width > 0.0 && height > 0.0 { width * height } else { 0.0 }
    }

    /// The point of it that is nearest to another.
    pub fn nearest(&self, (x, y): Point) -> Point {
        (x.max(self.x).min(self.right()), y.max(self.y).min(self.bottom()))
    }

    /// Whether a point lies in it.
    pub fn contains(&self, point: Point) -> bool {
        self.nearest(point) == point
    }

    /// Whether a line comes through it.
    pub fn meets(&self, [from, to]: [Point; 2]) -> bool {
        // Liang and Barsky: the part of the line that lies between both pairs of edges.
        let (mut begin, mut end) = (0.0_f32, 1.0_f32);
        let sides = [(from.0, to.0 - from.0, self.x, self.right()), (from.1, to.1 - from.1, self.y, self.bottom())];
        for (start, step, low, high) in sides {
            if step.abs() < f32::EPSILON {
                if start < low || start > high {
                    return false;
                }
                continue;
            }
            let (first, last) = ((low - start) / step, (high - start) / step);
            begin = begin.max(first.min(last));
            end = end.min(first.max(last));
        }
        begin < end
    }
}

/// What a note points at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Target {
    /// A box.
    Box(Rectangle),
    /// A part of a ring.
    Arc {
        /// The middle of the rings.
        center: Point,
        /// The radius of its inner edge.
        inner: f32,
        /// The radius of its outer edge.
        outer: f32,
        /// Where it begins, in turns from the top.
        from: f64,
        /// Where it ends.
        to: f64,
    },
}

impl Target {
    /// The point of its edge an arrow from another ends at.
    pub fn edge_towards(&self, point: Point) -> Point {
        match *self {
            Self::Box(rectangle) => {
                let (x, y) = rectangle.nearest(point);
                if !rectangle.contains(point) {
                    if point.1 >= rectangle.y && point.1 <= rectangle.bottom() {
                        return (x, y);
                    }
                    // An arrow at a corner could mean the neighbour.
                    let inset = (rectangle.width * 0.25).min(CORNER);
                    return (x.max(rectangle.x + inset).min(rectangle.right() - inset), y);
                }
                // From within: out by the nearest edge.
                let edges = [
                    (x - rectangle.x, (rectangle.x, y)),
                    (rectangle.right() - x, (rectangle.right(), y)),
                    (y - rectangle.y, (x, rectangle.y)),
                    (rectangle.bottom() - y, (x, rectangle.bottom())),
                ];
                edges.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or((x, y), |(_, point)| point)
            }
            Self::Arc { center, inner, outer, from, to } => {
                let (right, below) = (point.0 - center.0, point.1 - center.1);
                let turns = f64::from((right.atan2(-below) / TAU).rem_euclid(1.0));
                // An arrow at the very end of an arc could mean its neighbour.
                let inset = (to - from) * 0.15;
                let turns = if turns >= from + inset && turns <= to - inset {
                    turns
                } else {
                    let away = |end: f64| ((turns - end).rem_euclid(1.0)).min((end - turns).rem_euclid(1.0));
                    if away(from) < away(to) { from + inset } else { to - inset }
                };
                let radius = if right.hypot(below) < f32::midpoint(inner, outer) { inner } else { outer };
                let (right, below) = Rings::offset(radius, turns);
                (center.0 + right, center.1 + below)
            }
        }
    }

    /// Whether it lies under a rectangle, as a whole or in part.
    pub fn lies_under(&self, rectangle: &Rectangle) -> bool {
        match *self {
            Self::Box(own) => own.common(rectangle) > 0.0,
            Self::Arc { center, inner, outer, from, to } => {
                let steps = (((to - from) as f32 * TAU * outer / SAMPLED).ceil() as usize).clamp(2, 400);
                let across = (((outer - inner) / SAMPLED).ceil() as usize).clamp(1, 20);
                (0..=steps).any(|step| {
                    let turns = from + (to - from) * step as f64 / steps as f64;
                    (0..=across).any(|ring| {
                        let radius = inner + (outer - inner) * ring as f32 / across as f32;
                        let (right, below) = Rings::offset(radius, turns);
                        rectangle.contains((center.0 + right, center.1 + below))
                    })
                })
            }
        }
    }
}

/// How far arrows to the long side of a box keep from its corners.
const CORNER: f32 = 14.0;
/// Pixels between the points of an arc that are looked at: no note is so small that it fits between them.
const SAMPLED: f32 = 8.0;

/// How far two points are apart.
pub(super) fn distance(a: Point, b: Point) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Whether two lines cross.
pub(super) fn cross(a: [Point; 2], b: [Point; 2]) -> bool {
    let side = |[from, to]: [Point; 2], point: Point| {
        (to.0 - from.0) * (point.1 - from.1) - (to.1 - from.1) * (point.0 - from.0) > 0.0
    };
    side(a, b[0]) != side(a, b[1]) && side(b, a[0]) != side(b, a[1])
}
