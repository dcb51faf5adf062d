//! The signs of hints on rows, boxes and arcs.

use super::{Action, Actions, ViewCtx, theme};
use crate::analyze::GroupId;
use crate::hints::Finding;
use egui::{Color32, Pos2, Rect, Response, RichText, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

/// Boxes and arcs narrower than this carry no sign.
pub(super) const MARK_ROOM: f32 = 26.0;

/// The best that can be done about a group; `None` where nothing was found.
pub(super) fn best<'a>(ctx: &ViewCtx<'a>, group: GroupId) -> Option<&'a Finding> {
    let page = ctx.hints?;
    page.of_group(ctx.analysis.groups(), group).first().map(|&i| page.finding(i))
}

/// The mark of a hint on a box: a corner folded over, in a colour that is told apart on every fill.
pub(super) fn corner(rect: Rect, color: Color32) -> Shape {
    // Within the box, so that it does not look like a piece cut out of it.
    let side = theme::HINT_CORNER.min(rect.width()).min(rect.height());
    let top = rect.right_top() + Vec2::new(-theme::SMALL_RADIUS, theme::SMALL_RADIUS);
    let points = vec![top, top + Vec2::new(-side, 0.0), top + Vec2::new(0.0, side)];
    Shape::convex_polygon(points, color, Stroke::NONE)
}

/// The sign of a hint beside the name in a row, if there is one; gives the room left for the name.
pub(super) fn badge_ui(ui: &Ui, ctx: &ViewCtx<'_>, group: GroupId, rect: Rect) -> Rect {
    let Some(finding) = best(ctx, group) else { return rect };
    let center = Pos2::new(rect.right() - theme::ARROW, rect.center().y);
    ui.painter().circle_filled(center, theme::ARROW - 0.5, ctx.theme.warning);
    let spot = Rect::from_center_size(center, Vec2::splat(theme::SOURCE_ROW));
    let response = ui.interact(spot, ui.scope_id().with(("hint", group)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Hint: {}", finding.rule.title)));
    response.on_hover_text(finding.rule.title);
    rect.with_max_x(center.x - theme::GAP)
}

/// What can be done about the selected function; a click leads to it.
pub(super) fn hints_of_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, actions: &mut Actions) {
    let Some(page) = ctx.hints else { return };
    let found = page.of_group(ctx.analysis.groups(), group);
    if found.is_empty() {
        return;
    }
    ui.add_space(theme::MARGIN);
    ui.label(RichText::new("Hints").strong());
    for &index in found {
        let finding = page.finding(index);
        if hint_ui(ui, ctx, finding).clicked() {
            actions.push(Action::ShowHint(finding.key()));
        }
    }
}

fn hint_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, finding: &Finding) -> Response {
    let text = RichText::new(finding.rule.title);
    let button = egui::Button::new(text).wrap().frame(false);
    let response = ui.horizontal(|ui| {
        let (spot, _) = ui.allocate_exact_size(Vec2::splat(theme::SWATCH), Sense::hover());
        ui.painter().circle_filled(spot.center(), theme::ARROW - 0.5, ctx.theme.warning);
        ui.add(button)
    });
    let gain = format!("{} · {} confidence", super::views::gain_text(finding), finding.confidence.name());
    ui.label(RichText::new(gain).small().color(ctx.theme.text_weak));
    response.inner.on_hover_text("Show it with its evidence.")
}
