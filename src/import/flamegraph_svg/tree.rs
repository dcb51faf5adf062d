//! Boxes → callers and callees.

use super::picture::{Frame, PIXEL, Picture};

/// A frame in its place in the tree.
#[derive(Debug)]
pub(super) struct Placed {
    /// Its index in [`Picture::frames`].
    pub(super) frame: usize,
    /// Its caller's index in [`Tree::placed`], which is smaller than its own.
    pub(super) caller: Option<usize>,
    /// Its self time: what its callees do not cover.
    pub(super) own: i64,
    /// It is the row `all` that producers put under everything.
    pub(super) is_root: bool,
}

/// The frames of a picture, callers before callees.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) placed: Vec<Placed>,
    /// Frames no frame of the row below spans.
    pub(super) strays: u64,
    /// Frames whose callees are wider than they are.
    pub(super) overfull: u64,
    /// Self time that is some hidden callee's for certain; not known for a flame chart, which is in the order of time.
    hidden_at_least: Option<i64>,
}

impl Tree {
    pub(super) fn of(picture: &Picture) -> Self {
        let mut tree = Self { hidden_at_least: Some(0), ..Self::default() };
        let mut below = 0..0;
        for row in rows(picture) {
            let begin = tree.placed.len();
            let is_root_row = begin == 0 && row.len() == 1;
            for index in row {
                let Some(frame) = picture.frames.get(index) else { continue };
                let caller = tree.caller(picture, below.clone(), frame);
                if begin > 0 && caller.is_none() {
                    tree.strays += 1;
                }
                let is_root = is_root_row && picture.name(frame) == "all";
                tree.placed.push(Placed { frame: index, caller, own: picture.value(frame), is_root });
            }
            tree.settle(picture, begin);
            below = begin..tree.placed.len();
        }
        tree.overfull = tree.placed.iter().filter(|p| p.own < 0).count() as u64;
        for placed in &mut tree.placed {
            placed.own = placed.own.max(0);
        }
        tree
    }

    /// The frame of the row below that spans `frame`.
    fn caller(&self, picture: &Picture, below: std::ops::Range<usize>, frame: &Frame) -> Option<usize> {
        // Pixels are rounded: there, the caller is the one under the middle.
        let row = self.placed.get(below.clone())?;
        let span = |placed: &Placed| picture.frames.get(placed.frame).map_or((0, 0), |f| (f.x, f.x + f.width));
        let (from, to, slack) = if picture.is_exact {
            (frame.x, frame.x + frame.width, 0)
        } else {
            let middle = frame.x + frame.width / 2;
            (middle, middle, PIXEL)
        };
        let at = row.partition_point(|placed| span(placed).0 <= from).saturating_sub(1);
        let (begin, end) = span(row.get(at)?);
        (begin <= from.saturating_add(slack) && to <= end.saturating_add(slack)).then_some(below.start + at)
    }

    /// Takes the widths of the row that begins at `begin` off its callers' self time.
    fn settle(&mut self, picture: &Picture, begin: usize) {
        let (callers, row) = self.placed.split_at_mut(begin);
        let mut last: Option<(usize, &Frame)> = None;
        for placed in row {
            let (Some(index), Some(frame)) = (placed.caller, picture.frames.get(placed.frame)) else { continue };
            let Some(caller) = callers.get_mut(index) else { continue };
            let own_before = caller.own;
            caller.own = caller.own.saturating_sub(picture.value(frame));
            let sibling = last.replace((index, frame)).filter(|(i, _)| *i == index).map(|(_, f)| f);
            let (Some(hidden), Some(span)) = (self.hidden_at_least.as_mut(), picture.frames.get(caller.frame)) else {
                continue;
            };
            match sibling {
                // Stacks are sorted, so a frame's own samples are drawn at its left, before its first callee. What
                // callees leave free further right is time of callees that are not drawn.
                None => *hidden = hidden.saturating_add(own_before.saturating_sub(frame.x - span.x).max(0)),
                Some(sibling) if !stands_before(picture, sibling, frame) => {
                    self.hidden_at_least = None;
                    continue;
                }
                Some(_) => {}
            }
            *hidden = hidden.saturating_sub(frame.width);
        }
    }

    /// What to tell about frames too narrow to be drawn; `None` where there can be none.
    pub(super) fn hidden(&self, picture: &Picture) -> Option<String> {
        if !picture.is_exact {
            return None;
        }
        let narrowest = picture.frames.iter().map(|f| f.width).min()?;
        let total = picture.width();
        let certain = self.hidden_at_least.unwrap_or(0).max(0);
        // py-spy draws nothing narrower than a thousandth; inferno's own limit is a tenth of that unless told otherwise.
        let (who, one_in) = match picture.producer() {
            "py-spy" => ("Frames narrower than 0.1 % of the picture", 1_000),
            _ => ("Frames too narrow to draw", 10_000),
        };
        if narrowest <= 1 || (certain == 0 && total <= one_in) {
            return None;
        }
        let percent = certain as f64 * 100.0 / total.max(1) as f64;
        let how_much = match self.hidden_at_least {
            Some(_) if certain > 0 => {
                format!("at least {certain} of {total} ({percent:.1} %); how much more, a picture does not tell.")
            }
            _ => "how much, a picture does not tell.".to_owned(),
        };
        Some(format!("{who} were left out of it, and what they count shows as self time of their callers: {how_much}"))
    }
}

/// Whether sorted stacks have `a` to the left of its sibling `b`.
fn stands_before(picture: &Picture, a: &Frame, b: &Frame) -> bool {
    let [a, b] = [a, b].map(|frame| picture.name(frame));
    a.bytes().chain([b';']).lt(b.bytes().chain([b';']))
}

/// The frames of each row from the root on, from left to right.
fn rows(picture: &Picture) -> Vec<Vec<usize>> {
    let mut heights: Vec<i64> = picture.frames.iter().map(|f| f.y).collect();
    heights.sort_unstable();
    heights.dedup();
    let mut rows = vec![Vec::new(); heights.len()];
    for (index, frame) in picture.frames.iter().enumerate() {
        if let Some(row) = heights.binary_search(&frame.y).ok().and_then(|row| rows.get_mut(row)) {
            row.push(index);
        }
    }
    let x_of = |index: &usize| picture.frames.get(*index).map_or((0, 0), |f| (f.x, -f.width));
    for row in &mut rows {
        row.sort_by_key(x_of);
    }
    if !root_is_at_top(picture, &rows) {
        rows.reverse();
    }
    rows
}

/// Whether the root's row is the one at the top: it is called `all`, and as wide as everything. Where the names do not
/// tell, and every row is that wide because there is one stack only, the page's script knows.
fn root_is_at_top(picture: &Picture, rows: &[Vec<usize>]) -> bool {
    let rank = |row: Option<&Vec<usize>>| {
        let frames = || row.into_iter().flatten().filter_map(|i| picture.frames.get(*i));
        (frames().all(|f| picture.name(f) == "all"), frames().fold(0_i64, |sum, f| sum.saturating_add(f.width)))
    };
    match rank(rows.first()).cmp(&rank(rows.last())) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => picture.script_says_inverted,
    }
}
