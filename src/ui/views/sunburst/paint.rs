//! Paints what the sunburst has laid out: one mesh for all arcs, and the lines that part them.

use crate::analyze::CallTree;
use crate::layout::{self, Arc, RingPlace, Stripes, Target, signed};
use crate::model::format;
use crate::ui::annotations::edge_of;
use crate::ui::{Theme, ViewCtx, hint_marks, theme};
use egui::{Align2, Color32, FontId, Mesh, Painter, Pos2, Shape, Stroke, Vec2};
use std::f32::consts::TAU;

/// Where rings lie on screen.
pub(super) struct Rings {
    pub(super) center: Pos2,
    pub(super) rings: layout::Rings,
}

impl Rings {
    /// What lies at a point.
    pub(super) fn locate(&self, pos: Pos2) -> RingPlace {
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

    /// An arc as something a note points at.
    pub(super) fn target(&self, arc: &Arc) -> Target {
        self.rings.target((self.center.x, self.center.y), arc)
    }

    /// The middle of an arc, and how thick its ring is.
    pub(super) fn middle(&self, arc: &Arc) -> (Pos2, f32) {
        let thickness = self.rings.thickness;
        (self.point(self.inner(arc.ring) + thickness / 2.0, f64::midpoint(arc.from, arc.to)), thickness)
    }

    /// Paints the arcs with their stripes, hints and outlines.
    pub(super) fn paint(&self, painter: &Painter, ctx: &ViewCtx<'_>, tree: &CallTree, arcs: &[Arc]) {
        let mut mesh = Mesh::default();
        let mut edges: Vec<Shape> = Vec::new();
        let ground = Stroke::new(1.0, ctx.theme.ground);
        for arc in arcs {
            let look = ctx.node_look(tree, arc.node as usize);
            self.add_arc(&mut mesh, arc, look.fill);
            if let Some((stripes, stripe)) = look.stripes {
                edges.extend(self.stripe_lines(arc, stripes, Stroke::new(theme::STRIPE, stripe)));
            }
            let (inner, outer) = (self.inner(arc.ring), self.inner(arc.ring + 1));
            if (arc.to - arc.from) as f32 * TAU * outer > 3.0 && arc.to - arc.from < 0.9999 {
                edges.push(Shape::line_segment([self.point(inner, arc.from), self.point(outer, arc.from)], ground));
                edges.push(Shape::line_segment([self.point(inner, arc.to), self.point(outer, arc.to)], ground));
            }
        }
        let mark = Theme::color(ctx.theme.palette.text_on_fill());
        for arc in arcs.iter().filter(|a| hint_marks::best(ctx, tree.group(a.node as usize)).is_some()) {
            let outer = self.inner(arc.ring + 1);
            if (arc.to - arc.from) as f32 * TAU * outer >= hint_marks::MARK_ROOM {
                edges.push(self.hint_mark(arc, mark));
            }
        }
        painter.add(Shape::mesh(mesh));
        painter.extend(edges);
        // Thin circles in the colour of the ground part the rings, and smooth their edges.
        let last = arcs.last().map_or(0, |a| a.ring + 1);
        for ring in 0..=last {
            painter.circle_stroke(self.center, self.inner(ring), Stroke::new(1.4, ctx.theme.ground));
        }
        for arc in arcs.iter().filter(|a| ctx.selection == Some(tree.group(a.node as usize))) {
            self.outline(painter, arc, Stroke::new(1.5, ctx.theme.selection));
        }
    }

    /// Steps along an arc so short that the polygon looks round.
    fn steps(&self, arc: &Arc) -> usize {
        let length = (arc.to - arc.from) as f32 * TAU * self.inner(arc.ring + 1);
        ((length / 4.0).ceil() as usize).clamp(1, 360)
    }

    fn add_arc(&self, mesh: &mut Mesh, arc: &Arc, fill: Color32) {
        let (inner, outer) = (self.inner(arc.ring), self.inner(arc.ring + 1));
        let steps = self.steps(arc);
        let first = mesh.vertices.len() as u32;
        for step in 0..=steps {
            let turns = arc.from + (arc.to - arc.from) * step as f64 / steps as f64;
            mesh.colored_vertex(self.point(inner, turns), fill);
            mesh.colored_vertex(self.point(outer, turns), fill);
            if step > 0 {
                let at = first + step as u32 * 2;
                mesh.add_triangle(at - 2, at - 1, at);
                mesh.add_triangle(at - 1, at, at + 1);
            }
        }
    }

    /// The mark of a hint: the outer corner at the end of the arc, folded over.
    fn hint_mark(&self, arc: &Arc, color: Color32) -> Shape {
        let outer = self.inner(arc.ring + 1);
        let side = theme::HINT_CORNER;
        let turns = f64::from(side / (outer * TAU));
        let corners = [self.point(outer, arc.to), self.point(outer, arc.to - turns), self.point(outer - side, arc.to)];
        Shape::convex_polygon(corners.to_vec(), color, Stroke::NONE)
    }

    /// The stripes of an arc, as those of a box that is as long as the middle of the arc.
    fn stripe_lines(&self, arc: &Arc, stripes: Stripes, stroke: Stroke) -> impl Iterator<Item = Shape> {
        let (inner, outer) = (self.inner(arc.ring), self.inner(arc.ring + 1));
        let turn = f32::midpoint(inner, outer) * TAU;
        let point = move |(x, y): (f32, f32)| self.point(outer - y, arc.from + f64::from(x / turn));
        stripes
            .lines(arc.from as f32 * turn, (arc.to - arc.from) as f32 * turn, outer - inner)
            .map(move |line| Shape::line_segment(line.map(point), stroke))
    }

    /// A line around an arc.
    pub(super) fn outline(&self, painter: &Painter, arc: &Arc, stroke: Stroke) {
        painter.add(Shape::closed_line(edge_of(&self.target(arc)), stroke));
    }

    /// Paints the hole in the middle: what the rings are about.
    pub(super) fn paint_center(
        &self,
        painter: &Painter,
        ctx: &ViewCtx<'_>,
        tree: &CallTree,
        root: Option<usize>,
        pointed: bool,
    ) {
        let fill = if pointed && root.is_some() { ctx.theme.raised } else { ctx.theme.panel };
        painter.circle_filled(self.center, self.rings.hole - 2.0, fill);
        let (name, total) = match root {
            Some(node) => (ctx.analysis.name(tree.group(node)).into_owned(), tree.total(node)),
            None => ("everything".to_owned(), tree.sum()),
        };
        let room = (self.rings.hole * 1.7 / 7.0) as usize;
        let text = layout::fit_name(&name, room.max(4)).into_owned();
        let value = match ctx.merged().map(|_| root.and_then(|node| ctx.difference(tree, node))) {
            Some(Some(difference)) => signed(difference.delta(), &ctx.metric().unit),
            Some(None) => everything_changed(ctx),
            None => format::value(total, &ctx.metric().unit),
        };
        painter.text(
            self.center - Vec2::new(0.0, 2.0),
            Align2::CENTER_BOTTOM,
            text,
            FontId::monospace(11.5),
            ctx.theme.text,
        );
        painter.text(
            self.center + Vec2::new(0.0, 2.0),
            Align2::CENTER_TOP,
            value,
            FontId::proportional(13.0),
            ctx.theme.text,
        );
    }
}

/// What the whole did, in a tree of both sides.
fn everything_changed(ctx: &ViewCtx<'_>) -> String {
    let table = ctx.merged().map(|c| c.comparison.table());
    let delta = table.map_or(0, |t| t.new_sum().saturating_sub(t.base_sum()));
    signed(delta, &ctx.metric().unit)
}
