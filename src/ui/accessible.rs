//! What is painted and is no widget, told to screen readers and to tests.

use super::ViewCtx;
use crate::analyze::CallTree;
use crate::model::format;
use egui::{Id, Rect, Ui, accesskit};

/// The widest of some shapes, so many of them: nobody listens to thousands.
pub(super) fn widest<T>(mut shapes: Vec<&T>, most: usize, width: impl Fn(&T) -> f64) -> Vec<&T> {
    if shapes.len() > most {
        shapes.select_nth_unstable_by(most, |a, b| width(b).total_cmp(&width(a)));
        shapes.truncate(most);
    }
    shapes
}

/// Tells of the box or arc of a node as a button. Whether it was activated; `None` where nobody listens.
pub(super) fn node_ui(ui: &Ui, ctx: &ViewCtx<'_>, id: Id, (tree, node): (&CallTree, usize), at: Rect) -> Option<bool> {
    ui.ctx().accesskit_node_builder(id, |access| {
        access.set_role(accesskit::Role::Button);
        access.set_label(node_name(ctx, tree, node));
        access.set_bounds(bounds(at));
        access.add_action(accesskit::Action::Click);
        if ctx.selection == Some(tree.group(node)) {
            access.set_selected(true);
        }
    })?;
    Some(ui.input(|i| i.has_accesskit_action_request(id, accesskit::Action::Click)))
}

/// Where something is, for who cannot see it.
pub(super) fn bounds(at: Rect) -> accesskit::Rect {
    accesskit::Rect { x0: at.left().into(), y0: at.top().into(), x1: at.right().into(), y1: at.bottom().into() }
}

/// `parse, 1.2 s`; in a tree of both sides `parse, 1.2 s → 0.4 s, faster`.
fn node_name(ctx: &ViewCtx<'_>, tree: &CallTree, node: usize) -> String {
    let about = if tree.is_exact(node) { "" } else { ", estimated" };
    if let Some(difference) = ctx.difference(tree, node) {
        let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| format::value(v, &ctx.metric().unit));
        let (base, new) = (side(difference.base), side(difference.new));
        let name = ctx.analysis.name(tree.group(node));
        return format!("{name}, {base} → {new}, {}{about}", difference.status.name());
    }
    let value = format::value(tree.total(node), &ctx.metric().unit);
    format!("{}, {value}{about}", ctx.analysis.name(tree.group(node)))
}
