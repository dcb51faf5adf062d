//! A call tree → the arcs of a sunburst.
//!
//! The centre is the node the picture is rooted at; each ring is a level of calls. Angles go clockwise from the top, in
//! turns: 0.25 is three o'clock.

use super::callout::{Point, Target};
use crate::analyze::CallTree;
use std::f32::consts::TAU;

/// What of a tree is shown.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SunburstView {
    /// The node in the centre; `None` for everything.
    pub root: Option<usize>,
    /// How many rings.
    pub rings: usize,
    /// Arcs narrower than this part of the circle are left out, and what they called with them.
    pub cutoff: f64,
}

/// An arc: a part of a ring.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arc {
    /// The node.
    pub node: u32,
    /// The ring, counted from 0 around the centre.
    pub ring: u32,
    /// Where it begins, in turns.
    pub from: f64,
    /// Where it ends, in turns.
    pub to: f64,
}

/// The thinnest ring that can be pointed at.
const THINNEST_RING: f32 = 5.0;
/// The thickest, so that a shallow profile does not fill the picture with one colour.
const THICKEST_RING: f32 = 56.0;

/// Where rings lie around the centre.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rings {
    /// The radius of the hole in the middle.
    pub hole: f32,
    /// The thickness of each ring.
    pub thickness: f32,
}

/// A place of a sunburst.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum RingPlace {
    /// The hole in the middle.
    Center,
    /// A ring, counted from 0, and the angle in turns.
    Ring(u32, f64),
}

impl Rings {
    /// So many rings within a radius.
    pub fn within(radius: f32, rings: usize) -> Self {
        let hole = Self::hole_of(radius);
        let thickness = ((radius - hole) / rings.max(1) as f32).clamp(THINNEST_RING, THICKEST_RING);
        Self { hole, thickness }
    }

    /// How many rings fit within a radius.
    pub fn fitting(radius: f32) -> usize {
        ((radius - Self::hole_of(radius)) / THINNEST_RING) as usize
    }

    fn hole_of(radius: f32) -> f32 {
        (radius * 0.2).clamp(28.0, 90.0)
    }

    /// The inner radius of a ring.
    pub fn inner(&self, ring: u32) -> f32 {
        self.hole + ring as f32 * self.thickness
    }

    /// Where a radius and an angle are, right of and below the centre.
    pub fn offset(radius: f32, turns: f64) -> (f32, f32) {
        let (sin, cos) = (turns as f32 * TAU).sin_cos();
        (sin * radius, -cos * radius)
    }

    /// An arc as something a note points at.
    pub fn target(&self, center: Point, arc: &Arc) -> Target {
        Target::Arc { center, inner: self.inner(arc.ring), outer: self.inner(arc.ring + 1), from: arc.from, to: arc.to }
    }

    /// Whether an arc, or the hole in the middle, lies so far right of and below the centre.
    pub fn covers(&self, arcs: &[Arc], (right, below): Point) -> bool {
        match self.at(right, below) {
            RingPlace::Center => true,
            RingPlace::Ring(ring, turns) => arc_at(arcs, ring, turns).is_some(),
        }
    }

    /// What lies so far right of and below the centre.
    pub fn at(&self, right: f32, below: f32) -> RingPlace {
        let distance = right.hypot(below);
        if distance < self.hole {
            return RingPlace::Center;
        }
        let turns = f64::from((right.atan2(-below) / TAU).rem_euclid(1.0));
        RingPlace::Ring(((distance - self.hole) / self.thickness) as u32, turns)
    }
}

/// The arcs of a view, ring after ring, each clockwise. Reuses `out`.
pub fn sunburst_arcs(tree: &CallTree, view: &SunburstView, out: &mut Vec<Arc>) {
    out.clear();
    let (start, extent, mut among) = match view.root {
        Some(root) => (tree.start(root), tree.total(root), vec![tree.children(root)]),
        None => (0, tree.sum(), vec![tree.level(0)]),
    };
    if extent <= 0 {
        return;
    }
    let turns = |position: i64| (position - start) as f64 / extent as f64;
    for ring in 0..view.rings {
        let mut next = Vec::new();
        for node in among.into_iter().flatten() {
            let (from, to) = (turns(tree.start(node)), turns(tree.start(node) + tree.total(node)));
            if to - from >= view.cutoff {
                out.push(Arc { node: node as u32, ring: ring as u32, from, to });
                next.push(tree.children(node));
            }
        }
        if next.is_empty() {
            break;
        }
        among = next;
    }
}

/// The arc at an angle of a ring.
pub fn arc_at(arcs: &[Arc], ring: u32, turns: f64) -> Option<&Arc> {
    let first = arcs.partition_point(|a| a.ring < ring);
    let last = arcs.partition_point(|a| a.ring <= ring);
    let ring = &arcs[first..last];
    let i = ring.partition_point(|a| a.from <= turns).checked_sub(1)?;
    ring.get(i).filter(|a| turns < a.to)
}
