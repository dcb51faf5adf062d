//! The sunburst: who called whom, in rings around the centre.

mod paint;
mod side;

use crate::analyze::{CallTree, Detail, GroupId};
use crate::layout::{self, Arc, Ground, Marked, Paths, RingPlace, SunburstView, arc_at, sunburst_arcs};
use crate::ui::annotations::{Marks, outside_ui};
use crate::ui::legend::legend_panel_ui;
use crate::ui::tooltip::node_tooltip;
use crate::ui::{Action, Actions, TreeKind, TreeNeed, ViewCtx, accessible, empty_message, no_trees_message, theme};
use egui::{Rect, Sense, Stroke, Ui, Vec2};
use paint::Rings;
use side::side_ui;

/// State of the sunburst.
#[derive(Clone, Debug)]
pub struct SunburstState {
    /// The calls down to the centre.
    root: Vec<GroupId>,
    /// How many rings; `None` for as many as fit.
    pub rings: Option<usize>,
    /// Arcs below this part of the circle are left out.
    pub cutoff: f64,
    /// The calls down to the arc a menu was opened on.
    current: Vec<GroupId>,
    arcs: Vec<Arc>,
    marks: Marks,
}

impl Default for SunburstState {
    fn default() -> Self {
        Self {
            root: Vec::new(),
            rings: Some(10),
            cutoff: 0.001,
            current: Vec::new(),
            arcs: Vec::new(),
            marks: Marks::default(),
        }
    }
}

impl SunburstState {
    /// Puts the end of a path of calls in the centre; an empty path shows everything.
    pub fn root_at(&mut self, path: Vec<GroupId>) {
        self.root = path;
    }

    /// The calls down to the centre.
    pub fn root(&self) -> &[GroupId] {
        &self.root
    }

    /// What the arc stands for that was chosen last.
    pub fn marked(&self, tree: &CallTree) -> Option<Marked> {
        self.node(tree).map(|node| Marked::of(tree, node, Paths::FromRoot))
    }

    /// The arc that was chosen last.
    pub fn node(&self, tree: &CallTree) -> Option<usize> {
        tree.find(&self.current).filter(|(_, found)| *found == self.current.len()).map(|(node, _)| node)
    }

    /// Translates groups after a reload; what is gone ends the path.
    pub fn translate(&mut self, group: impl Fn(GroupId) -> Option<GroupId>) {
        self.root = self.root.iter().map_while(|&g| group(g)).collect();
        self.current.clear();
    }
}

/// From this width on, one of two sunbursts has its list of calls beside it.
const ROOM_FOR_LIST: f32 = 600.0;

/// Draws the sunburst with its list of calls.
pub fn sunburst_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut SunburstState, actions: &mut Actions) {
    if !ctx.analysis.profile().has_trees() {
        no_trees_message(ui, ctx.theme);
        return;
    }
    let width = (ui.available_width() * 0.28).clamp(200.0, 320.0);
    // Beside another one in a narrow window, the picture needs the room.
    if ctx.compare.is_none_or(|c| c.is_merged()) || ui.available_width() >= ROOM_FOR_LIST {
        egui::Panel::right("sunburst list").exact_size(width).resizable(false).show_separator_line(true).show(
            ui,
            |ui| {
                side_ui(ui, ctx, state, actions);
            },
        );
    }
    legend_panel_ui(ui, ctx);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Sunburst"));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, ctx.theme.ground);
    let Some(tree) = ctx.trees.get(TreeKind::Sunburst) else {
        need(ctx, (0, ctx.sum()), state.cutoff, actions);
        empty_message(ui, rect, ctx.theme, "Laying out…");
        return;
    };
    if tree.is_empty() {
        empty_message(ui, rect, ctx.theme, &ctx.why_empty());
        return;
    }
    let root = tree.find(&state.root).map(|(node, _)| node);
    let window = root.map_or((0, tree.sum()), |n| (tree.start(n), tree.start(n) + tree.total(n)));
    need(ctx, window, state.cutoff, actions);

    let radius = (rect.size().min_elem() / 2.0 - theme::MARGIN).max(40.0);
    let fitting = layout::Rings::fitting(radius);
    let view = SunburstView { root, rings: state.rings.unwrap_or(fitting).min(fitting).max(1), cutoff: state.cutoff };
    sunburst_arcs(tree, &view, &mut state.arcs);
    let used = state.arcs.last().map_or(1, |a| a.ring as usize + 1);
    let rings = Rings { center: rect.center(), rings: layout::Rings::within(radius, used) };

    let pointed = response.hover_pos().map(|p| rings.locate(p));
    let arc = match pointed {
        Some(RingPlace::Ring(ring, turns)) => arc_at(&state.arcs, ring, turns).copied(),
        _ => None,
    };
    if let Some(arc) = arc {
        actions.push(Action::Hover(tree.group(arc.node as usize)));
    }
    rings.paint(&painter, ctx, tree, &state.arcs);
    rings.paint_center(&painter, ctx, tree, root, pointed == Some(RingPlace::Center));
    accessible_arcs(ui, ctx, tree, &state.arcs, &rings, actions);
    if let Some(arc) = arc {
        rings.outline(&painter, &arc, Stroke::new(2.0, ctx.theme.hover));
    }

    let find = |node: usize| {
        let arc = state.arcs.iter().find(|arc| arc.node as usize == node)?;
        Some(rings.target(arc))
    };
    let ground = |area| {
        Ground::drawn_at(area, |(x, y)| rings.rings.covers(&state.arcs, (x - rings.center.x, y - rings.center.y)))
    };
    state.marks.ui(ui, &painter, ctx, (tree, Paths::FromRoot), (find, ground), actions);
    outside_ui(ui, ctx, rect, &[state.marks.drawn()], actions);

    if response.clicked_by(egui::PointerButton::Primary) {
        match (pointed, arc) {
            (Some(RingPlace::Center), _) => {
                let mut path = root.map(|n| tree.path(n)).unwrap_or_default();
                path.pop();
                actions.push(Action::ZoomTo(path));
            }
            (_, Some(arc)) => {
                state.current = tree.path(arc.node as usize);
                actions.push(Action::Select(Some(tree.group(arc.node as usize))));
                actions.push(Action::ZoomTo(tree.path(arc.node as usize)));
            }
            _ => actions.push(Action::Select(None)),
        }
    }
    if response.secondary_clicked()
        && let Some(arc) = arc
    {
        state.current = tree.path(arc.node as usize);
        actions.push(Action::Select(Some(tree.group(arc.node as usize))));
    }
    response.context_menu(|ui| {
        let marked = state.marked(tree);
        crate::ui::menus::group_menu(ui, ctx, (TreeKind::Sunburst, &state.current), marked.as_ref(), actions);
    });
    if let Some(arc) = arc {
        response.on_hover_ui_at_pointer(|ui| {
            ui.set_max_width(theme::TOOLTIP_WIDTH);
            node_tooltip(ui, ctx, tree, arc.node as usize);
        });
    } else if pointed == Some(RingPlace::Center) && root.is_some() {
        response.on_hover_text_at_pointer("Click to go up one call.");
    }
}

fn need(ctx: &ViewCtx<'_>, (from, to): (i64, i64), cutoff: f64, actions: &mut Actions) {
    // No screen tells more than this apart on a circle.
    let finest = (to - from) / 8192;
    let min_total = (((to - from) as f64 * cutoff) as i64).max(finest).max(1);
    let detail = Detail { min_total, window: Some((from, to)), max_nodes: 200_000 };
    let need = TreeNeed { kind: TreeKind::Sunburst, detail };
    let enough = ctx.trees.get(need.kind).is_some_and(|t| {
        let has = t.detail();
        has.min_total <= min_total && has.window.is_some_and(|(a, b)| a <= from && b >= to)
    });
    if !enough {
        actions.push(Action::Need(need));
    }
}

/// Most arcs a screen reader is told of at once.
const ACCESSIBLE_ARCS: usize = 150;

/// Tells screen readers, and tests, of the widest arcs; activating one puts it in the centre.
fn accessible_arcs(ui: &Ui, ctx: &ViewCtx<'_>, tree: &CallTree, arcs: &[Arc], rings: &Rings, actions: &mut Actions) {
    for arc in accessible::widest(arcs.iter().collect(), ACCESSIBLE_ARCS, |arc| arc.to - arc.from) {
        let node = arc.node as usize;
        let (middle, thickness) = rings.middle(arc);
        let at = Rect::from_center_size(middle, Vec2::splat(thickness.min(12.0)));
        match accessible::node_ui(ui, ctx, ui.scope_id().with(("arc", node)), (tree, node), at) {
            None => return,
            Some(true) => {
                actions.push(Action::Select(Some(tree.group(node))));
                actions.push(Action::ZoomTo(tree.path(node)));
            }
            Some(false) => {}
        }
    }
}
