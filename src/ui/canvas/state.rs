//! What a canvas shows, and how that is moved.

use crate::analyze::{CallTree, GroupId};
use crate::layout::{FlameBox, Marked, Paths};
use crate::ui::annotations::Marks;
use crate::ui::theme;
use egui::{Rect, Ui};

/// What is on screen, and what is pointed at.
#[derive(Clone, Debug, Default)]
pub struct CanvasState {
    /// Positions at the left and right edge; nothing yet shows everything.
    window: Option<(f64, f64)>,
    /// Where the window is moving to.
    target: Option<(f64, f64)>,
    /// Points scrolled away from the outermost row.
    pub(super) scroll: f32,
    scroll_target: Option<f32>,
    /// The calls down to the box the keyboard is at.
    pub(super) current: Vec<GroupId>,
    /// Where that box begins, if it was clicked: in time order the same calls stand again and again.
    pub(super) current_start: Option<i64>,
    pub(super) marks: Marks,
    /// The calls down to the box that was zoomed to.
    zoomed: Vec<GroupId>,
    /// A path to zoom to as soon as the tree is there.
    pending_zoom: Option<Vec<GroupId>>,
    pub(super) boxes: Vec<FlameBox>,
    /// Positions across what is zoomed to, or everything.
    span: f64,
    /// Least positions across, so that two graphs stand on one scale; 0 where one stands alone.
    least_span: f64,
    /// How it was moved since that was last asked.
    pub(super) moved: Option<Moved>,
    /// While nothing has the focus, keys are for another canvas.
    pub(crate) yields_keys: bool,
}

/// How a canvas was moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moved {
    /// By hand: pointer, wheel or keys.
    ByHand,
    /// To a path of calls, as all graphs of the document were.
    ToPath,
}

/// How far a window may be zoomed in: positions across. A single sample can fill it.
const SMALLEST_WINDOW: f64 = 1.0;

impl CanvasState {
    /// Zooms to the end of a path of calls, now or when the tree is there. An empty path shows everything.
    pub fn zoom_to(&mut self, path: Vec<GroupId>) {
        self.pending_zoom = Some(path);
        self.moved = Some(Moved::ToPath);
    }

    /// The calls down to the box that was zoomed to; empty where everything or a free range is shown.
    pub fn zoomed(&self) -> &[GroupId] {
        &self.zoomed
    }

    /// The calls down to the box the keyboard is at.
    pub fn current(&self) -> &[GroupId] {
        &self.current
    }

    /// Puts the keyboard at a box.
    pub(super) fn step_to(&mut self, path: &[GroupId]) {
        self.current.clear();
        self.current.extend_from_slice(path);
        self.current_start = None;
    }

    /// Puts the keyboard at the widest box of what was selected elsewhere, or at none where no box of it is drawn.
    pub(super) fn follow_selection(&mut self, tree: &CallTree, selection: Option<GroupId>) {
        let Some(selected) = selection.filter(|selected| self.current.last() != Some(selected)) else { return };
        let drawn = self.boxes.iter().filter(|one| one.node.is_some_and(|node| tree.group(node as usize) == selected));
        let widest = drawn.max_by(|a, b| a.width.total_cmp(&b.width)).and_then(|one| one.node);
        self.step_to(&widest.map(|node| tree.path(node as usize)).unwrap_or_default());
    }

    /// What the box stands for that the keyboard is at.
    pub fn marked(&self, tree: &CallTree, paths: Paths) -> Option<Marked> {
        self.node(tree, paths).map(|node| Marked::of(tree, node, paths))
    }

    /// The box the keyboard is at.
    pub fn node(&self, tree: &CallTree, paths: Paths) -> Option<usize> {
        let depth = self.current.len().checked_sub(1)?;
        let clicked = self.current_start.filter(|_| paths == Paths::InTime).and_then(|start| tree.at(depth, start));
        let first = || tree.find(&self.current).filter(|(_, found)| *found == self.current.len()).map(|(node, _)| node);
        clicked.filter(|&node| tree.path(node) == self.current).or_else(first)
    }

    /// The numbers of annotations that are drawn.
    pub fn annotated(&self) -> &[u32] {
        self.marks.drawn()
    }

    /// Forgets positions, because they mean something else now; keeps the zoom by its path.
    pub fn tree_changed(&mut self) {
        self.window = None;
        self.target = None;
        let path = std::mem::take(&mut self.zoomed);
        if !path.is_empty() {
            self.pending_zoom = Some(path);
        }
    }

    /// Translates groups after a reload; what is gone ends the path.
    pub fn translate(&mut self, group: impl Fn(GroupId) -> Option<GroupId>) {
        let path = |from: &[GroupId]| from.iter().map_while(|&g| group(g)).collect::<Vec<_>>();
        self.zoomed = path(&self.zoomed);
        self.current = path(&self.current);
        self.tree_changed();
    }

    /// Positions across what is zoomed to, or everything, by the last drawing.
    pub fn span(&self) -> f64 {
        self.span
    }

    /// Shows at least so many positions across, so that this graph stands on one scale with another; 0 lets what is
    /// zoomed to fill the width. Whether anything changed.
    pub fn show_at_least(&mut self, positions: f64) -> bool {
        if (self.least_span - positions).abs() < 0.5 {
            return false;
        }
        self.least_span = positions;
        if !self.zoomed.is_empty() {
            self.pending_zoom.get_or_insert(self.zoomed.clone());
        }
        true
    }

    /// Positions at the left and right edge, and points scrolled away; `None` for everything.
    pub(super) fn view(&self) -> (Option<(f64, f64)>, f32) {
        (self.window, self.scroll)
    }

    /// Shows what another canvas leads to: a window, or everything. Whether anything changed.
    pub(super) fn follow(&mut self, window: Option<(f64, f64)>, extent: f64, at_once: bool) -> bool {
        let goal = window.unwrap_or((0.0, extent));
        let now = self.goal(extent);
        let free = self.zoomed.is_empty() && self.pending_zoom.is_none();
        if free && is_near(now, goal) {
            return false;
        }
        self.zoomed.clear();
        self.pending_zoom = None;
        if at_once && self.target.is_none() {
            self.window = window;
        } else {
            self.target = Some(goal);
        }
        true
    }

    /// Zooms to where another canvas leads.
    pub(super) fn zoom_again(&mut self, path: Vec<GroupId>) {
        self.pending_zoom = Some(path);
    }

    /// Scrolls as far as another canvas.
    pub(super) fn follow_scroll(&mut self, scroll: f32) {
        self.scroll = scroll;
        self.scroll_target = None;
    }

    /// How far positions reach: beyond the tree where another graph of the same scale does.
    pub(super) fn reach(&self, tree: &CallTree) -> f64 {
        let extent = tree.extent() as f64;
        let beyond = if self.zoomed.is_empty() { self.least_span } else { extent + self.least_span };
        extent.max(beyond)
    }

    /// Positions at the left and right edge.
    pub fn shown(&self, extent: f64) -> (f64, f64) {
        self.window.unwrap_or((0.0, extent.max(1.0)))
    }

    /// How far the window can be moved: over everything, and over where another canvas has led it.
    fn limits(&self, extent: f64) -> (f64, f64) {
        let (from, to) = self.shown(extent);
        (from.min(0.0), to.max(extent))
    }

    fn go(&mut self, window: (f64, f64), extent: f64) {
        self.target = Some(clamped(window, (0.0, extent)));
    }

    /// Stays at a window. One of everything stays one of everything, whatever that will be.
    fn settle(&mut self, window: (f64, f64), extent: f64) {
        let everything = self.zoomed.is_empty() && window == (0.0, extent);
        self.window = (!everything).then_some(window);
        self.target = None;
    }

    /// Moves a part of the way to the target; whether it is still moving.
    pub(super) fn animate(&mut self, ui: &Ui, extent: f64) -> bool {
        let dt = ui.input(|i| i.stable_dt).min(0.05);
        let part = f64::from(1.0 - (-dt * 18.0).exp());
        let mut moving = false;
        if let Some(target) = self.target {
            let now = self.shown(extent);
            let next = (now.0 + (target.0 - now.0) * part, now.1 + (target.1 - now.1) * part);
            self.window = Some(next);
            moving = true;
            // Far from zero the last steps may be smaller than a position can tell.
            if is_near(next, target) || next == now {
                self.settle(target, extent);
                moving = false;
            }
        }
        if let Some(target) = self.scroll_target {
            let next = self.scroll + (target - self.scroll) * part as f32;
            let near = (next - target).abs() < 0.5;
            self.scroll = if near { target } else { next };
            if near { self.scroll_target = None } else { moving = true }
        }
        moving
    }

    /// Zooms to what was asked for before the tree was there, and measures what is zoomed to.
    pub(super) fn meet(&mut self, tree: &CallTree, rect: Rect) {
        if let Some(path) = self.pending_zoom.take() {
            self.zoom_to_path(tree, &path, rect);
        }
        let zoomed = tree.find(&self.zoomed).filter(|_| !self.zoomed.is_empty());
        self.span = zoomed.map_or(tree.extent(), |(node, _)| tree.total(node)) as f64;
    }

    /// Zooms to the end of a path as far as the tree has it.
    pub(super) fn zoom_to_path(&mut self, tree: &CallTree, path: &[GroupId], rect: Rect) {
        match tree.find(path) {
            Some((node, found)) if !path.is_empty() => {
                self.zoom_to_node(tree, node, rect);
                if found < path.len() {
                    // The rest of the path is too narrow for this tree: look again when a finer one is there.
                    self.pending_zoom = Some(path.to_vec()).filter(|_| tree.rest(node) > 0);
                }
            }
            _ => {
                self.zoomed.clear();
                let extent = self.reach(tree);
                self.go((0.0, extent), extent);
                self.scroll_target = Some(0.0);
            }
        }
    }

    fn zoom_to_node(&mut self, tree: &CallTree, node: usize, rect: Rect) {
        let start = tree.start(node) as f64;
        self.zoomed = tree.path(node);
        let span = (tree.total(node) as f64).max(1.0).max(self.least_span);
        self.go((start, start + span), self.reach(tree));
        self.current.clone_from(&self.zoomed);
        self.show_row(tree.depth_of(node), rect);
    }

    /// Scrolls so that a row and a few of its callers can be seen.
    pub(super) fn show_row(&mut self, row: usize, rect: Rect) {
        let top = row as f32 * theme::FLAME_ROW;
        let visible = self.scroll..self.scroll + rect.height() - theme::FLAME_ROW * 2.0;
        if !visible.contains(&top) {
            self.scroll_target = Some((top - theme::FLAME_ROW * 4.0).max(0.0));
        }
    }

    pub(super) fn scroll_by(&mut self, points: f32) {
        self.scroll += points;
        self.scroll_target = None;
        self.moved = Some(Moved::ByHand);
    }

    /// Moves the window by a part of its width.
    pub(super) fn pan(&mut self, extent: f64, part: f64, at_once: bool) {
        let (from, to) = self.goal(extent);
        let by = (to - from) * part;
        self.move_to((from + by, to + by), extent, at_once);
    }

    /// Zooms by a factor, keeping what lies at a part of the width.
    pub(super) fn zoom_at(&mut self, extent: f64, part: f64, factor: f64, at_once: bool) {
        let (from, to) = self.goal(extent);
        let fixed = from + (to - from) * part;
        let (least, most) = self.limits(extent);
        let span = ((to - from) / factor).clamp(SMALLEST_WINDOW.min(extent), most - least);
        self.move_to((fixed - span * part, fixed + span * (1.0 - part)), extent, at_once);
    }

    /// Where there is no room to move, what is zoomed to stays so.
    pub(super) fn move_to(&mut self, window: (f64, f64), extent: f64, at_once: bool) {
        let window = clamped(window, self.limits(extent));
        if window == self.goal(extent) {
            return;
        }
        self.zoomed.clear();
        self.moved = Some(Moved::ByHand);
        if at_once {
            self.settle(window, extent);
        } else {
            self.target = Some(window);
        }
    }

    /// The window it is moving to, or is at.
    fn goal(&self, extent: f64) -> (f64, f64) {
        self.target.unwrap_or_else(|| self.shown(extent))
    }
}

fn clamped((from, to): (f64, f64), (least, most): (f64, f64)) -> (f64, f64) {
    let room = most - least;
    let span = (to - from).clamp(SMALLEST_WINDOW.min(room), room.max(1.0));
    let from = from.clamp(least, (most - span).max(least));
    (from, from + span)
}

/// Whether two windows are drawn alike.
fn is_near(one: (f64, f64), other: (f64, f64)) -> bool {
    (one.0 - other.0).abs() + (one.1 - other.1).abs() < (other.1 - other.0) * 2e-3
}
