//! The sunburst: who called whom, in rings around the centre.

use crate::analyze::{CallTree, Detail, Exactness, GroupId};
use crate::layout::{
    self, Arc, Ground, Marked, Paths, RingPlace, Stripes, SunburstView, arc_at, shorten_middle, signed, sunburst_arcs,
};
use crate::model::format;
use crate::ui::annotations::{Marks, outside_ui};
use crate::ui::difference::legend_panel_ui;
use crate::ui::hint_marks;
use crate::ui::tooltip::node_tooltip;
use crate::ui::{
    Action, Actions, TreeKind, TreeNeed, ViewCtx, accessible_name, canvas_message, no_trees_message, theme,
};
use egui::{Align2, FontId, Mesh, Painter, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2, accesskit};
use std::f32::consts::TAU;

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
        let found = tree.find(&self.current).filter(|(_, found)| *found == self.current.len());
        found.map(|(node, _)| Marked::of(tree, node, Paths::FromRoot))
    }

    /// Translates groups after a reload; what is gone ends the path.
    pub fn translate(&mut self, group: impl Fn(GroupId) -> Option<GroupId>) {
        self.root = self.root.iter().map_while(|&g| group(g)).collect();
        self.current.clear();
    }
}

/// Choices for the number of rings, as SnakeViz has them.
const RINGS: [Option<usize>; 6] = [Some(3), Some(5), Some(10), Some(15), Some(20), None];
/// Choices for the cutoff.
const CUTOFFS: [f64; 4] = [0.01, 0.001, 0.0001, 0.0];

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
                side(ui, ctx, state, actions);
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
        canvas_message(ui, rect, ctx.theme, "Laying out…");
        return;
    };
    if tree.is_empty() {
        canvas_message(ui, rect, ctx.theme, &ctx.why_empty());
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
    paint(&painter, ctx, tree, &state.arcs, &rings);
    center(&painter, ctx, tree, root, &rings, pointed == Some(RingPlace::Center));
    accessible(ui, ctx, tree, state, &rings, actions);
    if let Some(arc) = arc {
        outline(&painter, &rings, &arc, Stroke::new(2.0, ctx.theme.hover));
    }

    let find = |node: usize| {
        let arc = state.arcs.iter().find(|arc| arc.node as usize == node)?;
        Some(rings.rings.target((rings.center.x, rings.center.y), arc))
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
            ui.set_max_width(460.0);
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

/// Where rings lie on screen.
struct Rings {
    center: Pos2,
    rings: layout::Rings,
}

impl Rings {
    fn locate(&self, pos: Pos2) -> RingPlace {
        let offset = pos - self.center;
        self.rings.at(offset.x, offset.y)
    }

    fn point(&self, radius: f32, turns: f64) -> Pos2 {
        let (right, below) = layout::Rings::offset(radius, turns);
        self.center + Vec2::new(right, below)
    }

    fn inner(&self, ring: u32) -> f32 {
        self.rings.inner(ring)
    }
}

fn paint(painter: &Painter, ctx: &ViewCtx<'_>, tree: &CallTree, arcs: &[Arc], rings: &Rings) {
    let mut mesh = Mesh::default();
    let mut edges: Vec<Shape> = Vec::new();
    let ground = Stroke::new(1.0, ctx.theme.ground);
    for arc in arcs {
        let group = tree.group(arc.node as usize);
        let difference = ctx.difference(tree, arc.node as usize);
        let mut fill = ctx.node_fill(tree, arc.node as usize, difference.as_ref());
        let mut stripe = ctx.theme.stripe;
        if ctx.is_dimmed(group) {
            fill = ctx.theme.dimmed(fill);
            stripe = stripe.gamma_multiply(0.5);
        }
        if ctx.hovered == Some(group) {
            fill = fill.lerp_to_gamma(ctx.theme.hover, 0.45);
        }
        add_arc(&mut mesh, rings, arc, fill);
        if let Some(stripes) = difference.and_then(|d| d.stripes()) {
            edges.extend(stripe_lines(rings, arc, stripes, Stroke::new(theme::STRIPE, stripe)));
        }
        let (inner, outer) = (rings.inner(arc.ring), rings.inner(arc.ring + 1));
        if (arc.to - arc.from) as f32 * TAU * outer > 3.0 && arc.to - arc.from < 0.9999 {
            edges.push(Shape::line_segment([rings.point(inner, arc.from), rings.point(outer, arc.from)], ground));
            edges.push(Shape::line_segment([rings.point(inner, arc.to), rings.point(outer, arc.to)], ground));
        }
    }
    let mark = crate::ui::Theme::color(ctx.theme.palette.text_on_fill());
    for arc in arcs.iter().filter(|a| hint_marks::best(ctx, tree.group(a.node as usize)).is_some()) {
        let outer = rings.inner(arc.ring + 1);
        if (arc.to - arc.from) as f32 * TAU * outer >= hint_marks::MARK_ROOM {
            edges.push(hint_mark(rings, arc, mark));
        }
    }
    painter.add(Shape::mesh(mesh));
    painter.extend(edges);
    // Thin circles in the colour of the ground part the rings, and smooth their edges.
    let last = arcs.last().map_or(0, |a| a.ring + 1);
    for ring in 0..=last {
        painter.circle_stroke(rings.center, rings.inner(ring), Stroke::new(1.4, ctx.theme.ground));
    }
    for arc in arcs.iter().filter(|a| ctx.selection == Some(tree.group(a.node as usize))) {
        outline(painter, rings, arc, Stroke::new(1.5, ctx.theme.selection));
    }
}

/// Steps along an arc so short that the polygon looks round.
fn steps(rings: &Rings, arc: &Arc) -> usize {
    let length = (arc.to - arc.from) as f32 * TAU * rings.inner(arc.ring + 1);
    ((length / 4.0).ceil() as usize).clamp(1, 360)
}

fn add_arc(mesh: &mut Mesh, rings: &Rings, arc: &Arc, fill: egui::Color32) {
    let (inner, outer) = (rings.inner(arc.ring), rings.inner(arc.ring + 1));
    let steps = steps(rings, arc);
    let first = mesh.vertices.len() as u32;
    for step in 0..=steps {
        let turns = arc.from + (arc.to - arc.from) * step as f64 / steps as f64;
        mesh.colored_vertex(rings.point(inner, turns), fill);
        mesh.colored_vertex(rings.point(outer, turns), fill);
        if step > 0 {
            let at = first + step as u32 * 2;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
}

/// The mark of a hint: the outer corner at the end of the arc, folded over.
fn hint_mark(rings: &Rings, arc: &Arc, color: egui::Color32) -> Shape {
    let outer = rings.inner(arc.ring + 1);
    let side = theme::HINT_CORNER;
    let turns = f64::from(side / (outer * TAU));
    let corners = [rings.point(outer, arc.to), rings.point(outer, arc.to - turns), rings.point(outer - side, arc.to)];
    Shape::convex_polygon(corners.to_vec(), color, Stroke::NONE)
}

/// The stripes of an arc, as those of a box that is as long as the middle of the arc.
fn stripe_lines(rings: &Rings, arc: &Arc, stripes: Stripes, stroke: Stroke) -> impl Iterator<Item = Shape> {
    let (inner, outer) = (rings.inner(arc.ring), rings.inner(arc.ring + 1));
    let turn = f32::midpoint(inner, outer) * TAU;
    let point = move |(x, y): (f32, f32)| rings.point(outer - y, arc.from + f64::from(x / turn));
    stripes
        .lines(arc.from as f32 * turn, (arc.to - arc.from) as f32 * turn, outer - inner)
        .map(move |line| Shape::line_segment(line.map(point), stroke))
}

fn outline(painter: &Painter, rings: &Rings, arc: &Arc, stroke: Stroke) {
    let (inner, outer) = (rings.inner(arc.ring), rings.inner(arc.ring + 1));
    let steps = steps(rings, arc);
    let along =
        |radius: f32, step: usize| rings.point(radius, arc.from + (arc.to - arc.from) * step as f64 / steps as f64);
    let mut points: Vec<Pos2> = (0..=steps).map(|s| along(outer, s)).collect();
    points.extend((0..=steps).rev().map(|s| along(inner, s)));
    painter.add(Shape::closed_line(points, stroke));
}

fn center(painter: &Painter, ctx: &ViewCtx<'_>, tree: &CallTree, root: Option<usize>, rings: &Rings, pointed: bool) {
    let fill = if pointed && root.is_some() { ctx.theme.raised } else { ctx.theme.panel };
    painter.circle_filled(rings.center, rings.rings.hole - 2.0, fill);
    let (name, total) = match root {
        Some(node) => (ctx.analysis.name(tree.group(node)).into_owned(), tree.total(node)),
        None => ("everything".to_owned(), tree.sum()),
    };
    let room = (rings.rings.hole * 1.7 / 7.0) as usize;
    let text = layout::fit_name(&name, room.max(4)).into_owned();
    let value = match ctx.merged().map(|_| root.and_then(|node| ctx.difference(tree, node))) {
        Some(Some(difference)) => signed(difference.delta(), &ctx.metric().unit),
        Some(None) => everything_changed(ctx),
        None => format::value(total, &ctx.metric().unit),
    };
    painter.text(
        rings.center - Vec2::new(0.0, 2.0),
        Align2::CENTER_BOTTOM,
        text,
        FontId::monospace(11.5),
        ctx.theme.text,
    );
    painter.text(
        rings.center + Vec2::new(0.0, 2.0),
        Align2::CENTER_TOP,
        value,
        FontId::proportional(13.0),
        ctx.theme.text,
    );
}

/// What the whole did, in a tree of both sides.
fn everything_changed(ctx: &ViewCtx<'_>) -> String {
    let table = ctx.merged().map(|c| c.comparison.table());
    let delta = table.map_or(0, |t| t.new_sum().saturating_sub(t.base_sum()));
    signed(delta, &ctx.metric().unit)
}

/// Tells screen readers, and tests, of the arcs that are wide enough to point at.
fn accessible(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    tree: &CallTree,
    state: &SunburstState,
    rings: &Rings,
    actions: &mut Actions,
) {
    let mut widest: Vec<&Arc> = state.arcs.iter().collect();
    widest.sort_by(|a, b| (b.to - b.from).total_cmp(&(a.to - a.from)));
    for arc in widest.into_iter().take(150) {
        let node = arc.node as usize;
        let id = ui.scope_id().with(("arc", node));
        let middle = rings.point(rings.inner(arc.ring) + rings.rings.thickness / 2.0, f64::midpoint(arc.from, arc.to));
        let bounds = Rect::from_center_size(middle, Vec2::splat(rings.rings.thickness.min(12.0)));
        let added = ui.ctx().accesskit_node_builder(id, |access| {
            access.set_role(accesskit::Role::Button);
            access.set_label(accessible_name(ctx, tree, node));
            access.set_bounds(accesskit::Rect {
                x0: bounds.left().into(),
                y0: bounds.top().into(),
                x1: bounds.right().into(),
                y1: bounds.bottom().into(),
            });
            access.add_action(accesskit::Action::Click);
        });
        if added.is_none() {
            return;
        }
        if ui.input(|i| i.has_accesskit_action_request(id, accesskit::Action::Click)) {
            actions.push(Action::Select(Some(tree.group(node))));
            actions.push(Action::ZoomTo(tree.path(node)));
        }
    }
}

/// Depth, cutoff, and the calls down to the centre.
fn side(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut SunburstState, actions: &mut Actions) {
    ui.add_space(GAP_TOP);
    egui::Grid::new("sunburst options").num_columns(2).spacing([theme::GAP, 6.0]).show(ui, |ui| {
        let label = ui.label("Depth");
        let shown = state.rings.map_or_else(|| "all".to_owned(), |n| n.to_string());
        egui::ComboBox::from_id_salt("depth")
            .selected_text(shown)
            .width(90.0)
            .show_ui(ui, |ui| {
                for rings in RINGS {
                    let text = rings.map_or_else(|| "all".to_owned(), |n| n.to_string());
                    ui.selectable_value(&mut state.rings, rings, text);
                }
            })
            .response
            .labelled_by(label.id);
        ui.end_row();
        let label = ui.label("Cutoff").on_hover_text("Calls below this part of the centre are left out.");
        let text = |cutoff: f64| if cutoff > 0.0 { format::percent(cutoff) } else { "none".to_owned() };
        egui::ComboBox::from_id_salt("cutoff")
            .selected_text(text(state.cutoff))
            .width(90.0)
            .show_ui(ui, |ui| {
                for cutoff in CUTOFFS {
                    ui.selectable_value(&mut state.cutoff, cutoff, text(cutoff));
                }
            })
            .response
            .labelled_by(label.id);
        ui.end_row();
    });
    if ctx.exactness() == Exactness::Estimated {
        ui.label(RichText::new("≈ estimated from a call graph").small().color(ctx.theme.estimated));
    }
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Call stack").strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.add_enabled(!state.root.is_empty(), egui::Button::new("Reset").small()).clicked() {
                actions.push(Action::ZoomTo(Vec::new()));
            }
        });
    });
    let Some(tree) = ctx.trees.get(TreeKind::Sunburst) else { return };
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let Some((node, _)) = tree.find(&state.root) else {
            ui.label(
                RichText::new("Click an arc to put it in the centre; click the centre to go up.")
                    .color(ctx.theme.text_weak),
            );
            return;
        };
        call_list(ui, ctx, tree, node, actions);
    });
}

const GAP_TOP: f32 = 6.0;

fn call_list(ui: &mut Ui, ctx: &ViewCtx<'_>, tree: &CallTree, node: usize, actions: &mut Actions) {
    let mut chain = vec![node];
    while let Some(parent) = tree.parent(chain[chain.len() - 1]) {
        chain.push(parent);
    }
    let room = (ui.available_width() / 7.6) as usize;
    for (i, &at) in chain.iter().enumerate() {
        let group = tree.group(at);
        let difference = ctx.difference(tree, at);
        let name = ctx.analysis.name(group);
        let text = RichText::new(layout::fit_name(&name, room.saturating_sub(2))).monospace();
        let text = if i == 0 { text.strong() } else { text };
        let (swatch, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 18.0), Sense::hover());
        ui.painter().rect_filled(
            Rect::from_min_size(swatch.min + Vec2::new(0.0, 3.0), Vec2::splat(11.0)),
            2.0,
            ctx.node_fill(tree, at, difference.as_ref()),
        );
        let row = Rect::from_min_max(swatch.min + Vec2::new(17.0, 0.0), swatch.max);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let row = egui::UiBuilder::new().max_rect(row).layout(layout);
        let button = egui::Button::new(text).frame(false).truncate();
        let response = ui.scope_builder(row, |ui| ui.add(button)).inner;
        let (file, line) = ctx.analysis.place(group);
        let response = response.on_hover_text(format!("{name}\n{file}:{line}"));
        if response.hovered() {
            actions.push(Action::Hover(group));
        }
        if response.clicked() {
            actions.push(Action::Select(Some(group)));
            actions.push(Action::ZoomTo(tree.path(at)));
        }
        let unit = &ctx.metric().unit;
        let cost = difference.map_or_else(|| format::value(tree.total(at), unit), |d| signed(d.delta(), unit));
        let value = format!("{cost}  {}", shorten_middle(file, room));
        ui.label(RichText::new(value).small().color(ctx.theme.text_weak));
    }
}
