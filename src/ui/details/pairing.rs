//! Pairing a function that is gone with the one it became, by hand.

use crate::analyze::diff::{Comparison, DiffRow, FunctionName, Measure, Renamed, Side};
use crate::analyze::{GroupBy, GroupId};
use crate::model::format;
use crate::ui::{Action, Actions, CompareCtx, ViewCtx, cell, theme};
use egui::{
    Align2, Id, Key, Label, Popup, PopupCloseBehavior, Response, RichText, Role, ScrollArea, Sense, TextEdit,
    TextStyle, Ui, Vec2, WidgetInfo,
};
use std::sync::Arc;

/// Functions that are listed at once; the field finds the others.
const MOST_LISTED: usize = 100;
const LIST_WIDTH: f32 = 300.0;
const LIST_HEIGHT: f32 = 220.0;

/// Offers to pair a function only one side has, or to take apart what was paired.
pub(super) fn pairing_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    compare: &CompareCtx<'_>,
    group: GroupId,
    row: &DiffRow,
    actions: &mut Actions,
) {
    if ctx.analysis.query().by != GroupBy::Function {
        return;
    }
    match (row.base.is_some(), row.new.is_some()) {
        (true, true) => paired_ui(ui, ctx, compare, group, actions),
        (true, false) => offer_ui(ui, ctx, compare, (Side::Base, group), actions),
        (false, true) => offer_ui(ui, ctx, compare, (Side::New, group), actions),
        (false, false) => {}
    }
}

/// Says that a function was paired by hand.
fn paired_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, group: GroupId, actions: &mut Actions) {
    let names = Side::BOTH.map(|side| name_of(compare.comparison, side, group));
    let [Some(base), Some(new)] = names else { return };
    let Some(pair) = compare.renamed.iter().find(|r| r.base == base && r.new == new) else { return };
    ui.add_space(theme::GAP);
    let text = format!("Paired by hand with {} of base.", format::one_line(&pair.base.name));
    ui.add(Label::new(RichText::new(text).color(ctx.theme.text_weak)).wrap());
    if ui.button("Take apart").on_hover_text("Show them as gone and new again.").clicked() {
        actions.push(Action::Unpair(pair.clone()));
    }
}

fn name_of(comparison: &Comparison, side: Side, group: GroupId) -> Option<FunctionName> {
    let function = comparison.side(side).groups().example(group);
    let own = comparison.aligned().function(side, function)?;
    Some(FunctionName::of(comparison.aligned().recorded(side), own))
}

/// The pair of a function of one side and one of the other.
fn pair_of(comparison: &Comparison, (side, group): (Side, GroupId), other: GroupId) -> Option<Renamed> {
    let (base, new) = match side {
        Side::Base => (group, other),
        Side::New => (other, group),
    };
    Some(Renamed { base: name_of(comparison, Side::Base, base)?, new: name_of(comparison, Side::New, new)? })
}

fn offer_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, of: (Side, GroupId), actions: &mut Actions) {
    ui.add_space(theme::GAP);
    let hint = match of.0 {
        Side::Base => "Was it renamed? Choose what it is called in new.",
        Side::New => "Was it renamed? Choose what it was called in base.",
    };
    let button = ui.button("Pair with…").on_hover_text(hint);
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(LIST_WIDTH);
        if let Some(other) = list_ui(ui, ctx, compare, of) {
            actions.extend(pair_of(compare.comparison, of, other).map(Action::Pair));
            ui.close();
        }
    });
}

/// The functions only the other side has; gives the one that is chosen.
fn list_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    compare: &CompareCtx<'_>,
    (side, group): (Side, GroupId),
) -> Option<GroupId> {
    let id = Id::unique("pair with");
    let mut text: String = ui.data(|d| d.get_temp(id)).unwrap_or_default();
    let field =
        ui.add(TextEdit::singleline(&mut text).hint_text("Filter names and files").desired_width(f32::INFINITY));
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Filter functions to pair with"));
    if ui.memory(|m| m.focused().is_none()) {
        field.request_focus();
    }
    ui.data_mut(|d| d.insert_temp(id, text.clone()));
    let lower = text.to_lowercase();
    let serials = Side::BOTH.map(|s| compare.comparison.side(s).serial());
    let all = kept(ui, "candidates", (serials, group), || candidates(compare.comparison, (side, group)));
    let found = kept(ui, "found", (serials, group, lower.clone()), || {
        let matches = |g: &GroupId| {
            lower.is_empty()
                || ctx.analysis.name(*g).to_lowercase().contains(&lower)
                || ctx.analysis.place(*g).0.to_lowercase().contains(&lower)
        };
        all.iter().copied().filter(matches).collect()
    });
    let listed = &found[..found.len().min(MOST_LISTED)];
    let more = found.len() - listed.len();
    if listed.is_empty() {
        let text = match (all.is_empty(), side) {
            (true, Side::Base) => "Everything new has is in base, too.".to_owned(),
            (true, Side::New) => "Everything base has is in new, too.".to_owned(),
            (false, _) => format!("No function matches “{text}”."),
        };
        ui.label(RichText::new(text).color(ctx.theme.text_weak));
        return None;
    }
    let enter = ui.input(|i| i.key_pressed(Key::Enter));
    let mut chosen = listed.first().copied().filter(|_| enter && !lower.is_empty());
    // Once the filter is empty again, the list is not to stay as short as what was found.
    let list = ScrollArea::vertical().max_height(LIST_HEIGHT).min_scrolled_height(LIST_HEIGHT);
    list.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for &other in listed {
            if candidate_ui(ui, ctx, compare.comparison, side.other(), other).clicked() {
                chosen = Some(other);
            }
        }
        if more > 0 {
            let text = format!("… and {} more: type to find them", format::count(more as i64));
            ui.label(RichText::new(text).small().color(ctx.theme.text_weak));
        }
    });
    chosen
}

/// Functions that only the other side has: those of the same file first, then by cost.
fn candidates(comparison: &Comparison, (side, group): (Side, GroupId)) -> Vec<GroupId> {
    let table = comparison.table();
    let file = comparison.place(group).0;
    let is_candidate = |g: &GroupId| {
        let row = table.row(*g);
        match side {
            Side::Base => row.base.is_none() && row.new.is_some(),
            Side::New => row.new.is_none() && row.base.is_some(),
        }
    };
    let mut found: Vec<GroupId> = table.present().filter(is_candidate).collect();
    found.sort_by_cached_key(|g| {
        let cost = table.row(*g).delta(Measure::Total).unsigned_abs();
        (comparison.place(*g).0 != file, std::cmp::Reverse(cost))
    });
    found
}

/// Groups that were looked for by a key, kept until they are looked for by another.
fn kept<K>(ui: &Ui, name: &'static str, key: K, look: impl FnOnce() -> Vec<GroupId>) -> Arc<[GroupId]>
where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    let id = Id::unique(name);
    match ui.data(|d| d.get_temp::<(K, Arc<[GroupId]>)>(id)) {
        Some((of, groups)) if of == key => groups,
        _ => {
            let groups: Arc<[GroupId]> = look().into();
            ui.data_mut(|d| d.insert_temp(id, (key, Arc::clone(&groups))));
            groups
        }
    }
}

fn candidate_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, comparison: &Comparison, side: Side, group: GroupId) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::TABLE_ROW), Sense::click());
    let name = ctx.analysis.name(group);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Pair with {name}")));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::SMALL_RADIUS, ctx.theme.raised);
    }
    let row = comparison.table().row(group);
    let cost = row.cost(side, Measure::Total);
    let value = format::value(cost.unwrap_or(0), &ctx.metric().unit);
    let inner = rect.shrink2(Vec2::new(theme::GAP / 2.0, 0.0));
    let font = TextStyle::Body.resolve(ui.style());
    let figure = ui.painter().text(inner.right_center(), Align2::RIGHT_CENTER, value, font, ctx.theme.text_weak);
    let room = cell::swatch(ui, inner, cell::swatch_colour(ctx, group));
    cell::name(ui, room.with_max_x(figure.left() - theme::GAP), &name, ctx.theme.text);
    response.on_hover_text(format!("{name}\n{}", cell::place(ctx, group)))
}
