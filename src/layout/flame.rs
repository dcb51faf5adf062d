//! A call tree → the boxes of a flame graph that can be seen.
//!
//! Every level of a [`CallTree`] is sorted by position, so a row costs a binary search and its visible boxes; runs of
//! boxes too narrow to tell apart become one. Drawing costs by pixels, not by the size of the profile.

use crate::analyze::CallTree;
use std::ops::Range;

/// Height of a row of boxes, the line of ground below it included.
pub const ROW_HEIGHT: f32 = 20.0;
/// Boxes narrower than this have no label.
pub const LABEL_ROOM: f32 = 26.0;
/// Between the edge of a box and its label.
pub const LABEL_INSET: f32 = 4.0;
/// Size of the text in boxes.
pub const LABEL_SIZE: f32 = 12.0;

/// Which way calls grow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum Growth {
    /// Callers above callees: an icicle.
    #[default]
    Down,
    /// Callers below callees: a flame.
    Up,
}

/// Boxes narrower than this, in pixels, are drawn as one with their neighbours.
const NARROW: f64 = 1.5;

/// The part of a tree that is on screen.
#[derive(Clone, PartialEq, Debug)]
pub struct FlameView {
    /// The position at the left edge.
    pub from: f64,
    /// The position at the right edge.
    pub to: f64,
    /// The width, in pixels.
    pub width: f32,
    /// The depths on screen.
    pub rows: Range<usize>,
}

impl FlameView {
    /// Where a position is, in pixels from the left edge.
    pub fn x_from_position(&self, position: i64) -> f64 {
        (position as f64 - self.from) * self.pixels_per_unit()
    }

    /// The position under a pixel.
    pub fn position_from_x(&self, x: f32) -> f64 {
        self.from + f64::from(x) / self.pixels_per_unit()
    }

    fn pixels_per_unit(&self) -> f64 {
        f64::from(self.width) / (self.to - self.from).max(f64::MIN_POSITIVE)
    }
}

/// A box, in pixels from the left edge of the view.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FlameBox {
    /// Its left edge; boxes that begin outside the view are cut at its edge.
    pub x: f32,
    /// Its width.
    pub width: f32,
    /// Its depth in the tree.
    pub depth: u32,
    /// The node, or `None` for several that are too narrow to tell apart.
    pub node: Option<u32>,
}

impl FlameBox {
    /// Its width as it is filled: a point of ground parts neighbours, where there is room for it.
    pub fn filled_width(&self) -> f32 {
        if self.width > 4.0 { self.width - 1.0 } else { self.width }
    }
}

/// The boxes of a view, row after row, each row from left to right. Reuses `out`.
pub fn flame_boxes(tree: &CallTree, view: &FlameView, out: &mut Vec<FlameBox>) {
    out.clear();
    let last_row = view.rows.end.min(tree.depth());
    for depth in view.rows.start..last_row {
        row(tree, view, depth, out);
    }
}

fn row(tree: &CallTree, view: &FlameView, depth: usize, out: &mut Vec<FlameBox>) {
    let level = tree.level(depth);
    let (starts, totals) = (&tree.starts()[level.clone()], &tree.totals()[level.clone()]);
    let scale = view.pixels_per_unit();
    let width = f64::from(view.width);
    let narrow_units = NARROW / scale;
    // The first box that ends to the right of the left edge. Boxes of a level do not overlap.
    let mut i = starts.partition_point(|&s| (s as f64) < view.from);
    if i > 0 && (starts[i - 1] + totals[i - 1]) as f64 > view.from {
        i -= 1;
    }
    let mut narrow: Option<(f64, f64)> = None;
    while let Some(&start) = starts.get(i) {
        let left = (start as f64 - view.from) * scale;
        if left >= width {
            break;
        }
        let total = totals[i] as f64;
        if total >= narrow_units {
            flush(&mut narrow, depth, out);
            let right = left + total * scale;
            push(left.max(0.0), right.min(width), depth, Some((level.start + i) as u32), out);
            i += 1;
            continue;
        }
        // Everything that begins within this pixel and a half goes into one run; skip to what lies beyond.
        let limit = start as f64 + narrow_units;
        let next = i + leading(&starts[i..], limit).max(1);
        let end = (starts[next - 1] + totals[next - 1]) as f64;
        // A wide box among them is not narrow: stop the run before it.
        let wide = (i..next).find(|&k| totals[k] as f64 >= narrow_units).unwrap_or(next);
        let (next, end) = if wide < next { (wide, starts[wide] as f64) } else { (next, end) };
        let right = (end - view.from) * scale;
        narrow = match narrow {
            Some((from, to)) if left - to <= NARROW => Some((from, right.max(to))),
            other => {
                narrow = other;
                flush(&mut narrow, depth, out);
                Some((left, right))
            }
        };
        i = next;
    }
    flush(&mut narrow, depth, out);
    if depth > 0 {
        rests(tree, view, depth, out);
    }
}

/// Children the tree left out as too narrow: one box beside their drawn siblings.
fn rests(tree: &CallTree, view: &FlameView, depth: usize, out: &mut Vec<FlameBox>) {
    let scale = view.pixels_per_unit();
    let width = f64::from(view.width);
    let above = tree.level(depth - 1);
    let starts = &tree.starts()[above.clone()];
    let mut i = starts.partition_point(|&s| (s as f64) < view.from).saturating_sub(1);
    while let Some(&start) = starts.get(i) {
        if (start as f64 - view.from) * scale >= width {
            break;
        }
        let node = above.start + i;
        let rest = tree.rest(node) as f64 * scale;
        if rest >= 1.0 {
            let begin = tree.children(node).last().map_or(start, |c| tree.start(c) + tree.total(c));
            let left = (begin as f64 - view.from) * scale;
            push(left.max(0.0), (left + rest).min(width), depth, None, out);
            i += 1;
        } else if (tree.total(node) as f64) * scale < 1.0 {
            // Nothing below a box narrower than a pixel can be seen: on to the next pixel.
            let limit = start as f64 + 1.0 / scale;
            i += leading(&starts[i..], limit).max(1);
        } else {
            i += 1;
        }
    }
}

/// How many of the starts lie before a limit. Mostly the first few do, so the search begins there and doubles its step.
fn leading(starts: &[i64], limit: f64) -> usize {
    let is_before = |start: &i64| (*start as f64) < limit;
    let mut reach = 1;
    while starts.get(reach).is_some_and(is_before) {
        reach *= 2;
    }
    let known = reach / 2;
    known + starts[known..reach.min(starts.len())].partition_point(is_before)
}

fn flush(narrow: &mut Option<(f64, f64)>, depth: usize, out: &mut Vec<FlameBox>) {
    if let Some((left, right)) = narrow.take() {
        push(left.max(0.0), right.max(left + 1.0), depth, None, out);
    }
}

fn push(left: f64, right: f64, depth: usize, node: Option<u32>, out: &mut Vec<FlameBox>) {
    if right > left {
        out.push(FlameBox { x: left as f32, width: (right - left) as f32, depth: depth as u32, node });
    }
}

#[cfg(test)]
mod tests {
    use super::leading;

    #[test]
    fn starts_before_a_limit_are_counted_from_the_front() {
        let starts = [1, 2, 3, 5, 8, 13, 21];
        for limit in 0..25_i64 {
            let counted = starts.iter().filter(|&&s| s < limit).count();
            assert_eq!(leading(&starts, limit as f64), counted, "{limit}");
        }
        assert_eq!(leading(&[], 1.0), 0);
    }
}
