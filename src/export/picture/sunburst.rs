//! A sunburst as a picture. A reader of a picture cannot point at an arc, so arcs carry their names where there is
//! room, and the functions that cost most are listed beside.

use super::annotations::{Found, Marks};
use super::boxes::{STRIPE_STRENGTH, STRIPE_WIDTH, label_in};
use super::recording::Recording;
use super::{Area, Content, Frame, Look, Picture, Stamp};
use crate::analyze::{Analysis, CallTree, Detail, GroupId};
use crate::export::font::{MONOSPACE, PROPORTIONAL};
use crate::export::svg::{Anchor, Number, Style, Svg};
use crate::layout::{
    Annotation, Arc, Ground, LABEL_SIZE, Palette, Paths, Rings, Scheme, Stripes, SunburstView, sunburst_arcs,
};
use crate::model::format;
use std::f32::consts::TAU;

/// The tree of a sunburst and its centre.
pub(super) struct Sunburst<'a> {
    analysis: &'a Analysis,
    tree: CallTree,
    root: Option<usize>,
    /// What the centre costs.
    center: String,
}

/// Arcs narrower than this part of the circle are left out.
const CUTOFF: f64 = 0.001;
/// The rings of a picture that does not say how many.
const RINGS: usize = 10;
/// No picture tells more parts of a circle apart.
const FINEST: i64 = 8192;
/// Room around the circle.
const MARGIN: f32 = 16.0;
/// Width of the list beside the circle, and the height of its rows.
const LIST: f32 = 380.0;
const LIST_ROW: f32 = 24.0;
/// Rings thinner than this have no room for names.
const LABEL_RING: f32 = 16.0;

impl<'s> Sunburst<'s> {
    pub(super) fn new(recording: Recording<'_>, analysis: &'s Analysis, root: &[GroupId]) -> Self {
        let unit = &analysis.profile().metric(analysis.query().metric).unit;
        let mut window = (0, recording.sum().max(1));
        let tree_of = |(from, to): (i64, i64)| {
            let least = (((to - from) as f64 * CUTOFF) as i64).min((to - from) / FINEST).max(1);
            recording.tree(Detail { min_total: least, window: Some((from, to)), max_nodes: 200_000 })
        };
        let mut tree = tree_of(window);
        let mut reached = 0;
        while let Some((node, found)) = tree.find(root).filter(|(_, found)| *found > reached) {
            reached = found;
            window = (tree.start(node), tree.start(node) + tree.total(node).max(1));
            tree = tree_of(window);
        }
        let node = tree.find(root).map(|(node, _)| node);
        let total = node.map_or(tree.sum(), |n| tree.total(n));
        Self { analysis, root: node, center: format::value(total, unit), tree }
    }

    pub(super) fn describe(&self, look: &dyn Look, stamp: &mut Stamp) {
        "Sunburst".clone_into(&mut stamp.view);
        if let Some(node) = self.root {
            let (name, value) = (look.names(&self.tree, node).name, look.value(&self.tree, node));
            stamp.filters.push(format!("below {} ({value})", format::one_line(&name)));
        }
    }

    pub(super) fn content<'a>(&'a self, look: &'a dyn Look) -> SunburstContent<'a> {
        SunburstContent { sunburst: self, look }
    }

    fn arcs(&self, rings: usize) -> Vec<Arc> {
        let mut arcs = Vec::new();
        sunburst_arcs(&self.tree, &SunburstView { root: self.root, rings, cutoff: CUTOFF }, &mut arcs);
        arcs
    }
}

/// A sunburst to be drawn.
pub(super) struct SunburstContent<'a> {
    sunburst: &'a Sunburst<'a>,
    look: &'a dyn Look,
}

impl Content for SunburstContent<'_> {
    fn height(&self, picture: &Picture) -> f32 {
        (picture.width as f32 * 0.5).clamp(240.0, 1000.0)
    }

    fn cut(&self, frame: &Frame<'_>, height: f32) -> Option<String> {
        let radius = height.min(frame.picture.width as f32) / 2.0 - MARGIN;
        let shown = rings(frame.picture, radius);
        let deeper = self.sunburst.arcs(shown + 1).last().is_some_and(|arc| arc.ring as usize == shown);
        deeper.then(|| {
            format!("The first {shown} levels of calls are shown, and arcs of at least {} of the circle.", percent())
        })
    }

    fn draw(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area) {
        let (arcs, circle, list) = self.arrange(frame, area);
        for arc in &arcs {
            self.draw_arc(frame, svg, &circle, arc);
        }
        let label =
            Style { font: &MONOSPACE, size: LABEL_SIZE, fill: Palette::new(frame.picture.scheme).text_on_fill() };
        let weak = Style { fill: frame.tones.text_weak, ..label };
        // A page may hold the picture in both schemes.
        let ids = match frame.picture.scheme {
            Scheme::Dark => "dark",
            Scheme::Light => "light",
        };
        for (id, arc) in arcs.iter().enumerate() {
            let dimmed = self.look.is_dimmed(&self.sunburst.tree, arc.node as usize);
            let id = format!("{ids}-{}", frame.picture.numbered_from + id);
            self.draw_label(svg, &circle, &id, arc, if dimmed { weak } else { label });
        }
        self.draw_center(frame, svg, &circle);
        if let Some(list) = list {
            self.draw_list(frame, svg, &list);
        }
    }

    fn marks(&self, frame: &Frame<'_>, area: &Area) -> Marks {
        let (arcs, circle, list) = self.arrange(frame, area);
        let Sunburst { analysis, tree, .. } = self.sunburst;
        let mut found = Vec::new();
        for (annotation, Annotation { marked, .. }) in frame.picture.annotations.iter().enumerate() {
            let node = marked.node(analysis, tree, Paths::FromRoot);
            let Some(arc) = node.and_then(|node| arcs.iter().find(|arc| arc.node as usize == node)) else { continue };
            let name = self.look.names(tree, arc.node as usize).name.into_owned();
            let outline = circle.outline(arc);
            found.push(Found { annotation, target: circle.rings.target(circle.center, arc), outline, name });
        }
        let whole = area.rectangle();
        let list = list.map(|list| list.rectangle());
        let ground = Ground::drawn_at(whole, |point| {
            circle.rings.covers(&arcs, (point.0 - circle.center.0, point.1 - circle.center.1))
                || list.is_some_and(|list| list.contains(point))
        });
        Marks { found, ground, area: whole }
    }
}

fn percent() -> String {
    format::percent(CUTOFF)
}

fn rings(picture: &Picture, radius: f32) -> usize {
    picture.depth.unwrap_or(RINGS).min(Rings::fitting(radius)).max(1)
}

struct Circle {
    center: (f32, f32),
    rings: Rings,
}

impl Circle {
    fn point(&self, radius: f32, turns: f64) -> String {
        let (right, below) = Rings::offset(radius, turns);
        format!("{} {}", Number(self.center.0 + right), Number(self.center.1 + below))
    }

    /// A part of a circle, as path data that goes on from its beginning.
    fn sweep(&self, radius: f32, from: f64, to: f64) -> String {
        let large = u8::from((to - from).abs() > 0.5);
        let clockwise = u8::from(to > from);
        let r = Number(radius);
        format!("A {r} {r} 0 {large} {clockwise} {}", self.point(radius, to))
    }

    /// The stripes of an arc, as those of a box that is as long as the middle of the arc.
    fn stripes(&self, arc: &Arc, stripes: Stripes) -> impl Iterator<Item = [(f32, f32); 2]> {
        let (inner, outer) = (self.rings.inner(arc.ring), self.rings.inner(arc.ring + 1));
        let turn = f32::midpoint(inner, outer) * TAU;
        let point = move |(x, y): (f32, f32)| {
            let (right, below) = Rings::offset(outer - y, arc.from + f64::from(x / turn));
            (self.center.0 + right, self.center.1 + below)
        };
        let lines = stripes.lines(arc.from as f32 * turn, (arc.to - arc.from) as f32 * turn, outer - inner);
        lines.map(move |line| line.map(point))
    }

    /// The outline of an arc. A full circle is drawn as two halves: an arc that ends where it begins is none.
    fn outline(&self, arc: &Arc) -> String {
        let (inner, outer) = (self.rings.inner(arc.ring), self.rings.inner(arc.ring + 1));
        let (from, to) = (arc.from, arc.to);
        if to - from < 0.9999 {
            return format!(
                "M {} {} L {} {} Z",
                self.point(outer, from),
                self.sweep(outer, from, to),
                self.point(inner, to),
                self.sweep(inner, to, from)
            );
        }
        let half = from + 0.5;
        format!(
            "M {} {} {} Z M {} {} {} Z",
            self.point(outer, from),
            self.sweep(outer, from, half),
            self.sweep(outer, half, from + 1.0),
            self.point(inner, from),
            self.sweep(inner, from + 1.0, half),
            self.sweep(inner, half, from)
        )
    }
}

impl SunburstContent<'_> {
    /// The arcs, the circle they make, and where the list beside it stands, where there is room for one.
    fn arrange(&self, frame: &Frame<'_>, area: &Area) -> (Vec<Arc>, Circle, Option<Area>) {
        let listed = area.width - area.height >= LIST;
        let across = if listed { area.width - LIST } else { area.width };
        let center = (area.x + across / 2.0, area.y + area.height / 2.0);
        let radius = area.height.min(across) / 2.0 - MARGIN;
        let arcs = self.sunburst.arcs(rings(frame.picture, radius));
        let used = arcs.last().map_or(1, |arc| arc.ring as usize + 1);
        let circle = Circle { center, rings: Rings::within(radius, used) };
        (arcs, circle, listed.then_some(Area { x: area.x + across, width: LIST, ..*area }))
    }

    fn draw_arc(&self, frame: &Frame<'_>, svg: &mut Svg, circle: &Circle, arc: &Arc) {
        let (tree, node) = (&self.sunburst.tree, arc.node as usize);
        let fill = self.look.fill(tree, node);
        let fill = if self.look.is_dimmed(tree, node) { fill.dimmed(frame.tones.ground) } else { fill };
        let stroke = if frame.picture.selection == Some(tree.group(node)) {
            (2.0, frame.tones.selection)
        } else {
            // The edge parts neighbours, and must not hide an arc that is hardly wider.
            let length = (arc.to - arc.from) as f32 * TAU * circle.rings.inner(arc.ring + 1);
            (if length > 3.0 { 1.0 } else { 0.2 }, frame.tones.ground)
        };
        svg.begin_titled(&self.look.about(tree, node));
        svg.path(&circle.outline(arc), fill, stroke);
        if let Some(stripes) = self.look.stripes(tree, node) {
            let colour = fill.mix(Palette::new(frame.picture.scheme).text_on_fill(), STRIPE_STRENGTH);
            svg.lines((0.0, 0.0), circle.stripes(arc, stripes), (STRIPE_WIDTH, colour));
        }
        svg.end();
    }

    /// The name along the middle of an arc, upright in both halves of the circle.
    fn draw_label(&self, svg: &mut Svg, circle: &Circle, id: &str, arc: &Arc, style: Style<'_>) {
        const ENDS: f32 = 6.0;
        if circle.rings.thickness < LABEL_RING {
            return;
        }
        let middle = circle.rings.inner(arc.ring) + circle.rings.thickness / 2.0;
        let length = (arc.to - arc.from) as f32 * TAU * middle - 2.0 * ENDS;
        let Some(label) = self.look.label(&self.sunburst.tree, arc.node as usize, length) else { return };
        // Half the height of a letter: text stands on its line, and here the line is to go through its middle.
        let lift = LABEL_SIZE * 0.35;
        let (from, to) = if arc.to - arc.from >= 0.9999 { (-0.499, 0.499) } else { (arc.from, arc.to) };
        let below = (0.25..0.75).contains(&f64::midpoint(from, to).rem_euclid(1.0));
        let (radius, from, to) = if below { (middle + lift, to, from) } else { (middle - lift, from, to) };
        let line = format!("M {} {}", circle.point(radius, from), circle.sweep(radius, from, to));
        svg.text_along(id, &line, style, &label);
        svg.line();
    }

    fn draw_center(&self, frame: &Frame<'_>, svg: &mut Svg, circle: &Circle) {
        let (x, y) = circle.center;
        let hole = circle.rings.hole;
        svg.circle(x, y, hole - 2.0, frame.tones.panel);
        let (size, room) = (11.5, hole * 1.6);
        let name = match self.sunburst.root {
            Some(node) => label_in(&self.look.names(&self.sunburst.tree, node), room).unwrap_or_default(),
            None if MONOSPACE.width("everything", size) < room => "everything".to_owned(),
            None => "all".to_owned(),
        };
        let (style, value) = (Style { font: &MONOSPACE, size, fill: frame.tones.text }, &self.sunburst.center);
        svg.styled_text((x, y - 5.0), Anchor::Middle, style, &name);
        svg.styled_text((x, y + 13.0), Anchor::Middle, Style { font: &PROPORTIONAL, size: 13.0, ..style }, value);
    }

    fn draw_list(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area) {
        const SWATCH: f32 = 10.0;
        // The list counts the whole recording; where a part of it is shown, it would mislead.
        if self.sunburst.root.is_some() {
            return;
        }
        let rows = (((area.height - 2.0 * MARGIN) / LIST_ROW) as usize).saturating_sub(1);
        let listed = self.look.most_expensive(rows.min(30));
        let used = (listed.len() + 1) as f32 * LIST_ROW;
        let mut y = area.y + ((area.height - used) / 2.0).max(MARGIN) + 14.0;
        let right = area.x + area.width - MARGIN;
        let weak = Style { font: &PROPORTIONAL, size: 12.5, fill: frame.tones.text_weak };
        svg.styled_text((area.x, y), Anchor::Start, weak, "Function");
        svg.styled_text((right, y), Anchor::End, weak, self.look.listed_by());
        let name_style = Style { font: &MONOSPACE, size: LABEL_SIZE, fill: frame.tones.text };
        for entry in listed {
            y += LIST_ROW;
            svg.rect(area.x, y - SWATCH + 1.0, SWATCH, SWATCH, entry.fill);
            let value_width = PROPORTIONAL.width(&entry.value, weak.size) * 1.12;
            let room = area.width - MARGIN - SWATCH - 24.0 - value_width;
            let name = label_in(&entry.names, room).unwrap_or_default();
            svg.styled_text((area.x + SWATCH + 8.0, y), Anchor::Start, name_style, &name);
            svg.styled_text((right, y), Anchor::End, weak, &entry.value);
        }
    }
}
