//! A call tree → the arcs of a sunburst.
//!
//! The centre is the node the picture is rooted at; each ring is a level of calls. Angles go clockwise from the top, in
//! turns: 0.25 is three o'clock.

use crate::analyze::CallTree;

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
