//! Paints what [`super::canvas_ui`] has laid out: one mesh for all boxes, a text for each box that has room.

use super::{Growth, Placement};
use crate::analyze::{CallTree, GroupId};
use crate::layout::{FlameBox, FlameView, LABEL_INSET, LABEL_ROOM, Names, flame_boxes};
use crate::ui::{Action, Actions, Theme, ViewCtx, accessible, difference, hint_marks, theme};
use egui::{Color32, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2};

/// Most boxes a screen reader is told of at once: the widest ones.
const ACCESSIBLE_BOXES: usize = 250;

/// The boxes of a canvas with their labels and outlines.
pub(super) fn boxes(
    ui: &Ui,
    painter: &Painter,
    ctx: &ViewCtx<'_>,
    tree: &CallTree,
    boxes: &[FlameBox],
    place: &Placement,
    current: &[GroupId],
) {
    let mut mesh = Mesh::default();
    mesh.reserve_vertices(boxes.len() * 4);
    mesh.reserve_triangles(boxes.len() * 2);
    if ctx.merged().is_some() {
        let stripes = difference::most_stripes(place.rect);
        mesh.reserve_vertices(stripes * 4);
        mesh.reserve_triangles(stripes * 2);
    }
    let mut outlines: Vec<Shape> = Vec::new();
    let narrow = Theme::color(ctx.theme.palette.narrow());
    let current = tree.find(current).filter(|(_, found)| *found == current.len()).map(|(node, _)| node as u32);
    for flame_box in boxes {
        let rect = place.filled(flame_box);
        let Some(node) = flame_box.node else {
            mesh.add_colored_rect(rect, if ctx.matches.is_some() { ctx.theme.dimmed(narrow) } else { narrow });
            continue;
        };
        let group = tree.group(node as usize);
        let look = ctx.node_look(tree, node as usize);
        mesh.add_colored_rect(rect, look.fill);
        if let Some((stripes, stripe)) = look.stripes {
            difference::add_stripes(&mut mesh, rect, place.rect.left(), stripes, stripe);
        }
        if flame_box.width >= hint_marks::MARK_ROOM && hint_marks::best(ctx, group).is_some() {
            outlines.push(hint_marks::corner(rect, Theme::color(ctx.theme.palette.text_on_fill())));
        }
        if current == Some(node) {
            outlines.push(Shape::rect_stroke(rect, 0.0, selection_stroke(ctx.theme), StrokeKind::Inside));
        } else if ctx.selection == Some(group) && flame_box.width > 3.0 {
            let thin = Stroke::new(1.0, ctx.theme.selection);
            outlines.push(Shape::rect_stroke(rect, 0.0, thin, StrokeKind::Inside));
        }
    }
    painter.add(Shape::mesh(mesh));
    painter.extend(outlines);
    labels(ui, painter, ctx, tree, boxes, place);
}

fn labels(ui: &Ui, painter: &Painter, ctx: &ViewCtx<'_>, tree: &CallTree, boxes: &[FlameBox], place: &Placement) {
    let font = FontId::monospace(theme::BOX_TEXT);
    let (char_width, row_height) = ui.fonts_mut(|f| (f.glyph_width(&font, 'm'), f.row_height(&font)));
    let color = Theme::color(ctx.theme.palette.text_on_fill());
    let dimmed = ctx.theme.text_weak;
    for flame_box in boxes.iter().filter(|b| b.width >= LABEL_ROOM) {
        let Some(node) = flame_box.node else { continue };
        let group = tree.group(node as usize);
        let room = ((flame_box.width - 2.0 * LABEL_INSET) / char_width) as usize;
        let Some(text) = label(ctx, tree, node as usize, room) else { continue };
        let rect = place.rect_of(flame_box);
        let color = if ctx.is_dimmed(group) { dimmed } else { color };
        let galley = painter.layout_no_wrap(text, font.clone(), color);
        let pos = Pos2::new(rect.left() + LABEL_INSET, rect.top() + (theme::FLAME_ROW - 1.0 - row_height) / 2.0);
        // Characters of other scripts are wider than the estimate: those are cut by their box.
        if galley.size().x > flame_box.width - 6.0 {
            painter.with_clip_rect(place.filled(flame_box).intersect(painter.clip_rect())).galley(pos, galley, color);
        } else {
            painter.galley(pos, galley, color);
        }
    }
}

/// Characters of a name that are worth more than a difference beside it.
const NAME_FIRST: usize = 12;

/// The name of a box, and in a tree of both sides what it did, as far as there is room.
fn label(ctx: &ViewCtx<'_>, tree: &CallTree, node: usize, room: usize) -> Option<String> {
    let names = Names::of(ctx.analysis, tree.group(node));
    if let Some(difference) = ctx.difference(tree, node) {
        let change = difference.label(&ctx.metric().unit);
        let left = room.saturating_sub(change.chars().count() + 2);
        if !change.is_empty() && left >= names.name.chars().count().min(NAME_FIRST) {
            return names.fit(left).map(|name| format!("{name}  {change}"));
        }
    }
    names.fit(room).map(std::borrow::Cow::into_owned)
}

/// Tells screen readers, and tests, of the widest boxes; activating one selects it.
pub(super) fn accessible_boxes(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    tree: &CallTree,
    boxes: &[FlameBox],
    place: &Placement,
    actions: &mut Actions,
) {
    let labelled = boxes.iter().filter(|b| b.width >= LABEL_ROOM);
    let widest = accessible::widest(labelled.collect(), ACCESSIBLE_BOXES, |b| b.width.into());
    for flame_box in widest {
        let Some(node) = flame_box.node.map(|n| n as usize) else { continue };
        let id = ui.scope_id().with(("box", node));
        let at = place.rect_of(flame_box).intersect(place.rect);
        match accessible::node_ui(ui, ctx, id, (tree, node), at) {
            None => return,
            Some(true) => actions.push(Action::Select(Some(tree.group(node)))),
            Some(false) => {}
        }
    }
}

/// All rows of a tree in a strip, as far as they fit.
pub(super) fn minimap(painter: &Painter, ctx: &ViewCtx<'_>, tree: &CallTree, rect: Rect, growth: Growth) {
    let rows = tree.depth().clamp(1, 24);
    let row_height = (rect.height() / rows as f32).min(4.0);
    let view = FlameView { from: 0.0, to: (tree.extent() as f64).max(1.0), width: rect.width(), rows: 0..rows };
    let mut found = Vec::new();
    flame_boxes(tree, &view, &mut found);
    let narrow = Theme::color(ctx.theme.palette.narrow());
    let mut mesh = Mesh::default();
    for flame_box in found {
        let fill = match flame_box.node.map(|n| n as usize) {
            Some(node) => {
                let fill = ctx.node_fill(tree, node, ctx.difference(tree, node).as_ref());
                if ctx.is_dimmed(tree.group(node)) { ctx.theme.dimmed(fill) } else { fill }
            }
            None if ctx.matches.is_some() => ctx.theme.dimmed(narrow),
            None => narrow,
        };
        let offset = flame_box.depth as f32 * row_height;
        let top = match growth {
            Growth::Down => rect.top() + offset,
            Growth::Up => rect.bottom() - offset - row_height,
        };
        let corner = Pos2::new(rect.left() + flame_box.x, top);
        mesh.add_colored_rect(Rect::from_min_size(corner, Vec2::new(flame_box.width, row_height)), fill);
    }
    painter.add(Shape::mesh(mesh));
}

/// The frame around what is shown, everything else standing back.
pub(super) fn minimap_frame(painter: &Painter, theme: &Theme, rect: Rect, shown: Rect) {
    let veil: Color32 = theme.panel.gamma_multiply(0.7);
    let left = Rect::from_min_max(rect.min, Pos2::new(shown.left(), rect.bottom()));
    let right = Rect::from_min_max(Pos2::new(shown.right(), rect.top()), rect.max);
    painter.rect_filled(left, 0.0, veil);
    painter.rect_filled(right, 0.0, veil);
    painter.rect_stroke(shown, 2.0, Stroke::new(1.0, theme.text_weak), StrokeKind::Inside);
    painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.line));
}

/// The outline of what is selected.
fn selection_stroke(theme: &Theme) -> Stroke {
    Stroke::new(2.0, theme.selection)
}
