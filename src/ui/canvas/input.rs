//! What hands do on a canvas: pointer, wheel and keys.

use super::Under;
use super::state::{CanvasState, Moved};
use crate::analyze::{CallTree, GroupId};
use crate::layout::Growth;
use crate::ui::{Action, Actions, TreeKind, ViewCtx, menus};
use egui::{Key, Modifiers, PointerButton, Rect, Response, Ui};

/// A tree and where it is drawn.
pub(super) struct Surface<'a> {
    pub(super) kind: TreeKind,
    pub(super) tree: &'a CallTree,
    pub(super) rect: Rect,
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
            state.zoom_to_path(self.tree, &path, self.rect);
            state.moved = Some(Moved::ByHand);
        }
    }
}

/// Pointer and wheel.
pub(super) fn navigate(ui: &Ui, response: &Response, surface: &Surface<'_>, growth: Growth, state: &mut CanvasState) {
    let Surface { tree, rect, .. } = *surface;
    let extent = state.reach(tree);
    let direction = if growth == Growth::Down { 1.0 } else { -1.0 };
    if response.dragged() {
        let delta = response.drag_delta();
        state.pan(extent, -f64::from(delta.x / rect.width()), true);
        state.scroll_by(-delta.y * direction);
    }
    if !response.contains_pointer() {
        return;
    }
    let (scroll, zoom, pointer) = ui.input(|i| (i.smooth_scroll_delta(), i.zoom_delta(), i.pointer.hover_pos()));
    if (zoom - 1.0).abs() > 1e-4
        && let Some(pointer) = pointer
    {
        state.zoom_at(extent, f64::from((pointer.x - rect.left()) / rect.width()), f64::from(zoom), true);
    }
    if scroll.x != 0.0 {
        state.pan(extent, -f64::from(scroll.x / rect.width()), true);
    }
    if scroll.y != 0.0 {
        state.scroll_by(-scroll.y * direction);
    }
}

/// Clicks and the menu.
pub(super) fn clicks(
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
        menus::group_menu(ui, ctx, (surface.kind, &state.current), marked.as_ref(), actions);
    });
}

/// Keys, while the canvas has the focus or nothing else has.
pub(super) fn keys(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    response: &Response,
    surface: &Surface<'_>,
    state: &mut CanvasState,
    actions: &mut Actions,
) {
    let Surface { kind, tree, rect } = *surface;
    let elsewhere = ui.memory(|m| m.focused().map_or(state.yields_keys, |id| id != response.id));
    if elsewhere || !ctx.takes_keys {
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
            state.pan(extent, part, false);
        }
    }
    for (key, factor) in [(Key::W, 1.5), (Key::S, 1.0 / 1.5), (Key::Minus, 1.0 / 1.5), (Key::Equals, 1.5)] {
        if pressed(key) {
            state.zoom_at(extent, 0.5, factor, false);
        }
    }
    if pressed(Key::Plus) || shifted(Key::Plus) {
        state.zoom_at(extent, 0.5, 1.5, false);
    }
    if pressed(Key::Num0) || pressed(Key::Escape) {
        surface.zoom(state, None, actions);
    }
    // A sandwich has two graphs: one press is one step, through the callees until the callers have the focus.
    if matches!(kind, TreeKind::CallersOf(_)) && !response.has_focus() {
        return;
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
            state.show_row(tree.depth_of(node), rect);
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
