//! The surface flame graphs are drawn on: pan, zoom, hover, keyboard, accessibility. One for every view of that kind.
//!
//! Coordinates: a *position* is in the unit of the tree (nanoseconds, samples); *x* and *y* are points on screen.

use super::annotations::{self, Marks};
use super::{Action, Actions, Theme, TreeKind, TreeNeed, ViewCtx, canvas_paint, theme};
use crate::analyze::{CallTree, Detail, GroupId};
pub use crate::layout::Growth;
use crate::layout::{FlameBox, FlameView, Ground, Marked, Paths, Target, flame_boxes};
use crate::ui::tooltip::node_tooltip;
use egui::{Key, Modifiers, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2};

/// What is on screen, and what is pointed at.
#[derive(Clone, Debug, Default)]
pub struct CanvasState {
    /// Positions at the left and right edge; nothing yet shows everything.
    window: Option<(f64, f64)>,
    /// Where the window is moving to.
    target: Option<(f64, f64)>,
    /// Points scrolled away from the outermost row.
    scroll: f32,
    scroll_target: Option<f32>,
    /// The calls down to the box the keyboard is at.
    current: Vec<GroupId>,
    /// Where that box begins, if it was clicked: in time order the same calls stand again and again.
    current_start: Option<i64>,
    marks: Marks,
    /// The calls down to the box that was zoomed to.
    zoomed: Vec<GroupId>,
    /// A path to zoom to as soon as the tree is there.
    pending_zoom: Option<Vec<GroupId>>,
    boxes: Vec<FlameBox>,
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

    /// What the box stands for that the keyboard is at.
    pub fn marked(&self, tree: &CallTree, paths: Paths) -> Option<Marked> {
        let depth = self.current.len().checked_sub(1)?;
        let clicked = self.current_start.filter(|_| paths == Paths::InTime).and_then(|start| tree.at(depth, start));
        let first = || tree.find(&self.current).filter(|(_, found)| *found == self.current.len()).map(|(node, _)| node);
        let node = clicked.filter(|&node| tree.path(node) == self.current).or_else(first)?;
        Some(Marked::of(tree, node, paths))
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

    /// Positions at the left and right edge.
    pub fn shown_window(&self, extent: f64) -> (f64, f64) {
        self.shown(extent)
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
        let now = self.target.unwrap_or_else(|| self.shown(extent));
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

    fn shown(&self, extent: f64) -> (f64, f64) {
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
    fn animate(&mut self, ui: &Ui, extent: f64) -> bool {
        let dt = ui.input(|i| i.stable_dt).min(0.05);
        let part = f64::from(1.0 - (-dt * 18.0).exp());
        let mut moving = false;
        if let Some(target) = self.target {
            let now = self.shown(extent);
            let next = (now.0 + (target.0 - now.0) * part, now.1 + (target.1 - now.1) * part);
            self.window = Some(next);
            moving = true;
            if is_near(next, target) {
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
}

/// Draws the tree of a kind into the space that is left.
pub fn canvas_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    kind: TreeKind,
    growth: Growth,
    state: &mut CanvasState,
    actions: &mut Actions,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, ctx.theme.ground);
    let Some(tree) = ctx.trees.get(kind) else {
        let detail = Detail::for_window(0, ctx.sum().max(1), rect.width());
        actions.push(Action::Need(TreeNeed { kind, detail }));
        canvas_paint::message(ui, rect, ctx.theme, "Laying out…");
        return response;
    };
    if tree.is_empty() {
        canvas_paint::message(ui, rect, ctx.theme, &ctx.why_empty());
        return response;
    }
    if let Some(path) = state.pending_zoom.take() {
        zoom_to_path(state, tree, &path, rect);
    }
    let zoomed = tree.find(&state.zoomed).filter(|_| !state.zoomed.is_empty());
    state.span = zoomed.map_or(tree.extent(), |(node, _)| tree.total(node)) as f64;
    let extent = state.reach(tree);
    navigate(ui, &response, tree, growth, rect, state);
    if state.animate(ui, extent) {
        ui.request_repaint();
    }
    let rows_high = tree.depth() as f32 * theme::FLAME_ROW;
    state.scroll = state.scroll.clamp(0.0, (rows_high - rect.height()).max(0.0));
    let (from, to) = state.shown(extent);
    need_finer(ctx, kind, (from, to), rect.width(), actions);

    let first_row = (state.scroll / theme::FLAME_ROW) as usize;
    let last_row = ((state.scroll + rect.height()) / theme::FLAME_ROW) as usize + 1;
    let view = FlameView { from, to, width: rect.width(), rows: first_row..last_row };
    flame_boxes(tree, &view, &mut state.boxes);
    let place = Placement { rect, growth, scroll: state.scroll };

    let pointed = response.hover_pos().and_then(|p| place.row_at(p).map(|row| (p, row)));
    let under = pointed.and_then(|(p, row)| node_at(tree, &view, &state.boxes, row, p.x - rect.left()));
    if let Some(Under::Node(node)) = under {
        actions.push(Action::Hover(tree.group(node)));
    }
    canvas_paint::boxes(ui, &painter, ctx, tree, &state.boxes, &place, &state.current);
    canvas_paint::accessible_boxes(ui, ctx, tree, &state.boxes, &place, actions);
    annotate(ui, &painter, ctx, (tree, kind.paths()), &place, state, actions);
    let surface = Surface { kind, tree, rect };
    clicks(ctx, &response, &surface, under, state, actions);
    keys(ui, &response, &surface, state, actions);
    response.clone().on_hover_ui_at_pointer_if(under, |ui, under| match under {
        Under::Node(node) => node_tooltip(ui, ctx, tree, node),
        Under::Narrow => {
            ui.label("Several calls narrower than a pixel. Zoom in to see them.");
        }
    });
    response
}

/// Draws what is marked.
fn annotate(
    ui: &Ui,
    painter: &egui::Painter,
    ctx: &ViewCtx<'_>,
    (tree, paths): (&CallTree, Paths),
    place: &Placement,
    state: &mut CanvasState,
    actions: &mut Actions,
) {
    let boxes = &state.boxes;
    let visible = |flame_box: &FlameBox| annotations::rectangle_of(place.filled(flame_box).intersect(place.rect));
    let find = |node: usize| {
        let found = boxes.iter().find(|one| one.node == Some(node as u32)).map(&visible)?;
        (found.width > 0.0 && found.height > 0.0).then_some(Target::Box(found))
    };
    let ground = |area| Ground::under_boxes(area, boxes.iter().map(&visible));
    state.marks.ui(ui, painter, ctx, (tree, paths), (find, ground), actions);
}

trait HoverIf {
    fn on_hover_ui_at_pointer_if<T>(self, what: Option<T>, add: impl FnOnce(&mut Ui, T));
}

impl HoverIf for Response {
    fn on_hover_ui_at_pointer_if<T>(self, what: Option<T>, add: impl FnOnce(&mut Ui, T)) {
        if let Some(what) = what
            && !self.dragged()
        {
            self.on_hover_ui_at_pointer(|ui| {
                ui.set_max_width(460.0);
                add(ui, what);
            });
        }
    }
}

/// Where rows lie on screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placement {
    pub(super) rect: Rect,
    pub(super) growth: Growth,
    pub(super) scroll: f32,
}

impl Placement {
    /// The rectangle of a box, without the gaps between boxes.
    pub(super) fn rect_of(&self, flame_box: &FlameBox) -> Rect {
        let offset = flame_box.depth as f32 * theme::FLAME_ROW - self.scroll;
        let top = match self.growth {
            Growth::Down => self.rect.top() + offset,
            Growth::Up => self.rect.bottom() - offset - theme::FLAME_ROW,
        };
        Rect::from_min_size(
            Pos2::new(self.rect.left() + flame_box.x, top),
            Vec2::new(flame_box.width, theme::FLAME_ROW),
        )
    }

    /// What is filled of a box: a point of ground parts it from its neighbours.
    pub(super) fn filled(&self, flame_box: &FlameBox) -> Rect {
        let rect = self.rect_of(flame_box);
        Rect::from_min_size(rect.min, Vec2::new(flame_box.filled_width(), rect.height() - 1.0))
    }

    fn row_at(&self, pos: Pos2) -> Option<usize> {
        if !self.rect.contains(pos) {
            return None;
        }
        let from_root = match self.growth {
            Growth::Down => pos.y - self.rect.top(),
            Growth::Up => self.rect.bottom() - pos.y,
        };
        Some(((from_root + self.scroll) / theme::FLAME_ROW) as usize)
    }
}

/// What is under the pointer.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Under {
    Node(usize),
    Narrow,
}

fn node_at(tree: &CallTree, view: &FlameView, boxes: &[FlameBox], row: usize, x: f32) -> Option<Under> {
    let first = boxes.partition_point(|b| (b.depth as usize) < row);
    let last = boxes.partition_point(|b| b.depth as usize <= row);
    let found = boxes[first..last].iter().find(|b| x >= b.x && x < b.x + b.width.max(1.0))?;
    match found.node {
        Some(node) => Some(Under::Node(node as usize)),
        None => match tree.at(row, view.position_from_x(x) as i64) {
            // A narrow box that stands alone can still be told.
            Some(node) if found.width <= 2.0 => Some(Under::Node(node)),
            _ => Some(Under::Narrow),
        },
    }
}

fn need_finer(ctx: &ViewCtx<'_>, kind: TreeKind, (from, to): (f64, f64), width: f32, actions: &mut Actions) {
    let need = TreeNeed { kind, detail: Detail::for_window(from.floor() as i64, to.ceil() as i64, width) };
    if !ctx.trees.satisfies(&need) {
        actions.push(Action::Need(need));
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

fn zoom_to_path(state: &mut CanvasState, tree: &CallTree, path: &[GroupId], rect: Rect) {
    match tree.find(path) {
        Some((node, found)) if !path.is_empty() => {
            zoom_to_node(state, tree, node, rect);
            if found < path.len() {
                // The rest of the path is too narrow for this tree: look again when a finer one is there.
                state.pending_zoom = Some(path.to_vec()).filter(|_| tree.rest(node) > 0);
            }
        }
        _ => {
            state.zoomed.clear();
            let extent = state.reach(tree);
            state.go((0.0, extent), extent);
            state.scroll_target = Some(0.0);
        }
    }
}

fn zoom_to_node(state: &mut CanvasState, tree: &CallTree, node: usize, rect: Rect) {
    let start = tree.start(node) as f64;
    state.zoomed = tree.path(node);
    let span = (tree.total(node) as f64).max(1.0).max(state.least_span);
    state.go((start, start + span), state.reach(tree));
    state.current = state.zoomed.clone();
    show_row(state, tree.depth_of(node), rect);
}

/// A tree and where it is drawn.
struct Surface<'a> {
    kind: TreeKind,
    tree: &'a CallTree,
    rect: Rect,
}

impl Surface<'_> {
    /// Zooms to a node, or to everything. The views of the whole recording do so together, when the action is applied,
    /// and the way back leads to what is shown until then; any other tree is zoomed by itself.
    fn zoom(&self, state: &mut CanvasState, node: Option<usize>, actions: &mut Actions) {
        let path = node.map(|n| self.tree.path(n)).unwrap_or_default();
        if let TreeKind::Whole(_) = self.kind {
            state.current.clone_from(&path);
            actions.push(Action::ZoomTo(path));
        } else {
            zoom_to_path(state, self.tree, &path, self.rect);
            state.moved = Some(Moved::ByHand);
        }
    }
}

/// Scrolls so that a row and a few of its callers can be seen.
fn show_row(state: &mut CanvasState, row: usize, rect: Rect) {
    let top = row as f32 * theme::FLAME_ROW;
    let visible = state.scroll..state.scroll + rect.height() - theme::FLAME_ROW * 2.0;
    if !visible.contains(&top) {
        state.scroll_target = Some((top - theme::FLAME_ROW * 4.0).max(0.0));
    }
}

/// Pointer and wheel.
fn navigate(ui: &Ui, response: &Response, tree: &CallTree, growth: Growth, rect: Rect, state: &mut CanvasState) {
    let extent = state.reach(tree);
    let direction = if growth == Growth::Down { 1.0 } else { -1.0 };
    if response.dragged() {
        let delta = response.drag_delta();
        pan(state, extent, -f64::from(delta.x / rect.width()), true);
        scroll_by(state, -delta.y * direction);
    }
    if !response.contains_pointer() {
        return;
    }
    let (scroll, zoom, pointer) = ui.input(|i| (i.smooth_scroll_delta(), i.zoom_delta(), i.pointer.hover_pos()));
    if (zoom - 1.0).abs() > 1e-4
        && let Some(pointer) = pointer
    {
        zoom_at(state, extent, f64::from((pointer.x - rect.left()) / rect.width()), f64::from(zoom), true);
    }
    if scroll.x != 0.0 {
        pan(state, extent, -f64::from(scroll.x / rect.width()), true);
    }
    if scroll.y != 0.0 {
        scroll_by(state, -scroll.y * direction);
    }
}

fn scroll_by(state: &mut CanvasState, points: f32) {
    state.scroll += points;
    state.scroll_target = None;
    state.moved = Some(Moved::ByHand);
}

/// Moves the window by a part of its width.
fn pan(state: &mut CanvasState, extent: f64, part: f64, at_once: bool) {
    let (from, to) = state.target.unwrap_or_else(|| state.shown(extent));
    let by = (to - from) * part;
    move_to(state, (from + by, to + by), extent, at_once);
}

/// Zooms by a factor, keeping what lies at a part of the width.
fn zoom_at(state: &mut CanvasState, extent: f64, part: f64, factor: f64, at_once: bool) {
    let (from, to) = state.target.unwrap_or_else(|| state.shown(extent));
    let fixed = from + (to - from) * part;
    let (least, most) = state.limits(extent);
    let span = ((to - from) / factor).clamp(SMALLEST_WINDOW.min(extent), most - least);
    move_to(state, (fixed - span * part, fixed + span * (1.0 - part)), extent, at_once);
}

/// Where there is no room to move, what is zoomed to stays so.
fn move_to(state: &mut CanvasState, window: (f64, f64), extent: f64, at_once: bool) {
    let window = clamped(window, state.limits(extent));
    if window == state.target.unwrap_or_else(|| state.shown(extent)) {
        return;
    }
    state.zoomed.clear();
    state.moved = Some(Moved::ByHand);
    if at_once {
        state.settle(window, extent);
    } else {
        state.target = Some(window);
    }
}

fn clicks(
    ctx: &ViewCtx<'_>,
    response: &Response,
    surface: &Surface<'_>,
    under: Option<Under>,
    state: &mut CanvasState,
    actions: &mut Actions,
) {
    // Enter and Space click what has the focus: that is not a click on the box that happens to be under the pointer.
    let clicked = response.clicked_by(PointerButton::Primary);
    if clicked {
        response.request_focus();
    }
    match under {
        Some(Under::Node(node)) if clicked || response.secondary_clicked() => {
            state.current = surface.tree.path(node);
            state.current_start = Some(surface.tree.start(node));
            actions.push(Action::Select(Some(surface.tree.group(node))));
            // Both clicks may have come within one frame.
            if response.double_clicked() {
                surface.zoom(state, Some(node), actions);
            }
        }
        None if clicked => {
            state.current.clear();
            actions.push(Action::Select(None));
        }
        _ => {}
    }
    response.context_menu(|ui| {
        let marked = state.marked(surface.tree, surface.kind.paths());
        super::menus::group_menu(ui, ctx, (surface.kind, &state.current), marked.as_ref(), actions);
    });
}

/// Keys, while the canvas has the focus or nothing else has.
fn keys(ui: &Ui, response: &Response, surface: &Surface<'_>, state: &mut CanvasState, actions: &mut Actions) {
    let Surface { tree, rect, .. } = *surface;
    let elsewhere = ui.memory(|m| m.focused().map_or(state.yields_keys, |id| id != response.id));
    if elsewhere || !ui.is_enabled() {
        return;
    }
    if response.has_focus() {
        // Arrows move within the graph instead of to the next widget.
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape: true };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
    let extent = state.reach(tree);
    let pressed = |key: Key| ui.input(|i| i.key_pressed(key) && i.modifiers.is_none());
    let shifted = |key: Key| ui.input(|i| i.key_pressed(key) && i.modifiers.matches_logically(Modifiers::SHIFT));
    for (key, part) in [(Key::A, -0.2), (Key::D, 0.2)] {
        if pressed(key) {
            pan(state, extent, part, false);
        }
    }
    for (key, factor) in [(Key::W, 1.5), (Key::S, 1.0 / 1.5), (Key::Minus, 1.0 / 1.5), (Key::Equals, 1.5)] {
        if pressed(key) {
            zoom_at(state, extent, 0.5, factor, false);
        }
    }
    if pressed(Key::Plus) || shifted(Key::Plus) {
        zoom_at(state, extent, 0.5, 1.5, false);
    }
    if pressed(Key::Num0) || pressed(Key::Escape) {
        surface.zoom(state, None, actions);
    }
    let steps = [
        (Key::ArrowUp, Step::Outwards),
        (Key::ArrowDown, Step::Inwards),
        (Key::ArrowLeft, Step::Left),
        (Key::ArrowRight, Step::Right),
    ];
    for (key, step) in steps {
        if pressed(key)
            && let Some(node) = step.from(tree, &state.current)
        {
            state.current = tree.path(node);
            actions.push(Action::Select(Some(tree.group(node))));
            show_row(state, tree.depth_of(node), rect);
        }
    }
    if pressed(Key::Enter)
        && let Some((node, found)) = tree.find(&state.current)
        && found == state.current.len()
    {
        surface.zoom(state, Some(node), actions);
    }
}

/// A step of the keyboard from box to box.
#[derive(Clone, Copy)]
enum Step {
    Outwards,
    Inwards,
    Left,
    Right,
}

impl Step {
    fn from(self, tree: &CallTree, current: &[GroupId]) -> Option<usize> {
        let Some((node, _)) = tree.find(current) else { return (!tree.is_empty()).then_some(0) };
        match self {
            Self::Outwards => tree.parent(node),
            Self::Inwards => tree.children(node).max_by_key(|&c| tree.total(c)),
            Self::Left => node.checked_sub(1).filter(|&n| tree.level(tree.depth_of(node)).contains(&n)),
            Self::Right => Some(node + 1).filter(|&n| tree.level(tree.depth_of(node)).contains(&n)),
        }
    }
}

/// The whole recording in a strip, with a frame around what the canvas shows; a click or drag moves it there.
pub fn minimap_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    kind: TreeKind,
    growth: Growth,
    state: &mut CanvasState,
    actions: &mut Actions,
) {
    let size = Vec2::new(ui.available_width(), theme::MINIMAP_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, ctx.theme.panel);
    let Some(tree) = ctx.trees.get(kind) else {
        let detail = Detail::for_window(0, ctx.sum().max(1), rect.width());
        actions.push(Action::Need(TreeNeed { kind, detail }));
        return;
    };
    let extent = tree.extent() as f64;
    need_finer(ctx, kind, (0.0, extent), rect.width(), actions);
    canvas_paint::minimap(&painter, ctx, tree, rect, growth);
    let (from, to) = state.shown(state.reach(tree));
    if let Some(pointer) = response.interact_pointer_pos()
        && extent > 0.0
    {
        let at = f64::from((pointer.x - rect.left()) / rect.width()) * extent;
        let half = (to - from) / 2.0;
        move_to(state, (at - half, at + half), extent, true);
    }
    let x = |position: f64| rect.left() + (position / extent.max(1.0)) as f32 * rect.width();
    let shown = Rect::from_x_y_ranges(x(from)..=x(to).max(x(from) + 2.0), rect.y_range());
    canvas_paint::minimap_frame(&painter, ctx.theme, rect, shown);
    let label = "Overview: click or drag to move";
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ScrollBar, true, label));
    response.on_hover_text(label);
}

/// The outline of what is selected, as thick as the theme has it.
pub(super) fn selection_stroke(theme: &Theme) -> egui::Stroke {
    egui::Stroke::new(2.0, theme.selection)
}
