//! The surface flame graphs are drawn on: pan, zoom, hover, keyboard, accessibility. One for every view of that kind.
//!
//! Coordinates: a *position* is in the unit of the tree (nanoseconds, samples); *x* and *y* are points on screen.

mod input;
mod link;
mod paint;
mod state;

pub use crate::layout::Growth;
pub use link::{CanvasLink, Linked};
pub use state::CanvasState;

use super::{Action, Actions, TreeKind, TreeNeed, ViewCtx, annotations, empty, theme};
use crate::analyze::{CallTree, Detail};
use crate::layout::{FlameBox, FlameView, Ground, Paths, Target, flame_boxes};
use crate::ui::tooltip::node_tooltip;
use egui::{Painter, Pos2, Rect, Response, Sense, Ui, Vec2};
use input::Surface;

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
        empty::message(ui, rect, ctx.theme, "Laying out…");
        return response;
    };
    if tree.is_empty() {
        empty::message(ui, rect, ctx.theme, &ctx.why_empty());
        return response;
    }
    state.meet(tree, rect);
    let extent = state.reach(tree);
    let surface = Surface { kind, tree, rect };
    input::navigate(ui, &response, &surface, growth, state);
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
    if let TreeKind::Whole(_) = kind {
        state.follow_selection(tree, ctx.selection);
    }
    let place = Placement { rect, growth, scroll: state.scroll };

    let pointed = response.hover_pos().and_then(|p| place.row_at(p).map(|row| (p, row)));
    let under = pointed.and_then(|(p, row)| node_at(tree, &view, &state.boxes, row, p.x - rect.left()));
    if let Some(Under::Node(node)) = under {
        actions.push(Action::Hover(tree.group(node)));
    }
    paint::boxes(ui, &painter, ctx, tree, &state.boxes, &place, &state.current);
    paint::accessible_boxes(ui, ctx, tree, &state.boxes, &place, actions);
    annotate(ui, &painter, ctx, (tree, kind.paths()), &place, state, actions);
    input::clicks(ctx, &response, &surface, under, state, actions);
    input::keys(ui, ctx, &response, &surface, state, actions);
    if let Some(under) = under.filter(|_| !response.dragged()) {
        response.clone().on_hover_ui_at_pointer(|ui| {
            ui.set_max_width(theme::TOOLTIP_WIDTH);
            match under {
                Under::Node(node) => node_tooltip(ui, ctx, tree, node),
                Under::Narrow => {
                    ui.label("Several calls narrower than a pixel. Zoom in to see them.");
                }
            }
        });
    }
    response
}

/// Draws what is marked.
fn annotate(
    ui: &Ui,
    painter: &Painter,
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
    paint::minimap(&painter, ctx, tree, rect, growth);
    let (from, to) = state.shown(state.reach(tree));
    if let Some(pointer) = response.interact_pointer_pos()
        && extent > 0.0
    {
        let at = f64::from((pointer.x - rect.left()) / rect.width()) * extent;
        let half = (to - from) / 2.0;
        state.move_to((at - half, at + half), extent, true);
    }
    let x = |position: f64| rect.left() + (position / extent.max(1.0)) as f32 * rect.width();
    let shown = Rect::from_x_y_ranges(x(from)..=x(to).max(x(from) + 2.0), rect.y_range());
    paint::minimap_frame(&painter, ctx.theme, rect, shown);
    let label = "Overview: click or drag to move";
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ScrollBar, true, label));
    response.on_hover_text(label);
}
