//! A finding: a line that says what and how much, and, opened, everything needed to judge it.

use super::compared::{Measured, measured_ui};
use super::dismissing::{Dismissing, dismissing_ui};
use super::{HintsState, code, gain_text, plain};
use crate::analyze::GroupId;
use crate::hints::{Finding, FindingKey, Severity, evidence_name};
use crate::ui::hints_page::HintsPage;
use crate::ui::views::ViewKind;
use crate::ui::{Action, Actions, ViewCtx, cell, theme};
use egui::{
    Align, Button, Color32, CursorIcon, FontId, Frame, Label, Layout, Margin, Pos2, Rect, Response, RichText, Role,
    Sense, Shape, Stroke, TextStyle, Ui, Vec2, WidgetInfo,
};

/// A finding to draw.
#[derive(Clone, Copy)]
pub(super) struct Card<'a> {
    pub(super) page: &'a HintsPage,
    pub(super) index: usize,
    /// Others on the same time.
    pub(super) others: &'a [usize],
    /// In a comparison, what came of it.
    pub(super) change: Option<&'a Measured>,
}

impl<'a> Card<'a> {
    fn finding(&self) -> &'a Finding {
        self.page.finding(self.index)
    }

    /// What stands for the finding's function in every view.
    fn group(&self, ctx: &ViewCtx<'_>) -> Option<GroupId> {
        let function = self.page.function(self.index)?;
        ctx.analysis.groups().of_functions().get(function.index()).copied()
    }
}

/// Draws a finding, with everything about it where it is opened.
pub(super) fn card_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    card: &Card<'_>,
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    let finding = card.finding();
    let group = card.group(ctx);
    let selected = group.is_some() && group == ctx.selection;
    let edge = if selected { ctx.theme.accent } else { ctx.theme.line };
    let frame = Frame::new().fill(ctx.theme.panel).stroke(Stroke::new(1.0, edge)).corner_radius(theme::CARD_RADIUS);
    ui.push_id(("finding", card.page.profile(), card.index), |ui| {
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            let is_open = state.is_open(finding);
            let response = head_ui(ui, ctx, finding, is_open);
            if response.hovered()
                && let Some(group) = group
            {
                actions.push(Action::Hover(group));
            }
            if response.clicked() {
                state.toggle(finding);
                if group.is_some() && !is_open {
                    actions.push(Action::Select(group));
                }
            }
            if aim.is_some_and(|(key, line)| *line == finding.line && *key == finding.key()) {
                response.scroll_to_me(Some(Align::TOP));
            }
            if is_open {
                let margin = Margin { left: theme::HINT_INDENT as i8, right: theme::MARGIN as i8, top: 0, bottom: 10 };
                Frame::new().inner_margin(margin).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    body_ui(ui, ctx, card, state, aim, actions);
                });
            }
        });
    });
}

/// What and how much, in two lines.
fn head_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, finding: &Finding, is_open: bool) -> Response {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::HINT_HEAD), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken(finding)));
    response.ctx.accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::CARD_RADIUS, theme.raised.gamma_multiply(0.6));
    }
    let inner = rect.shrink2(Vec2::new(theme::MARGIN, theme::GAP));
    ui.painter().add(chevron(Pos2::new(inner.left() + theme::ARROW, inner.top() + 9.0), is_open, theme.text_weak));
    let left = rect.left() + theme::HINT_INDENT;
    let small = TextStyle::Small.resolve(ui.style());
    let body = FontId::proportional(theme::NAME_TEXT);
    let (gain, about) = figures(finding);
    let gain = ui.painter().layout_no_wrap(gain, body.clone(), theme.text);
    let about = ui.painter().layout_no_wrap(about, small.clone(), theme.text_weak);
    let half = (inner.right() - left) * 0.5;
    let (top, bottom) = (inner.top() + 8.0, inner.bottom() - 8.0);
    let mut room = [inner.right(); 2];
    for (i, (galley, y)) in [(gain, top), (about, bottom)].into_iter().enumerate() {
        // Where there is no room for both, the name says more than the figures: they stand in the body, too.
        if galley.size().x <= half {
            let at = Pos2::new(inner.right() - galley.size().x, y - galley.size().y / 2.0);
            room[i] = at.x - theme::MARGIN;
            ui.painter().galley(at, galley, theme.text);
        }
    }
    let line = |y: f32, right: f32| Rect::from_x_y_ranges(left..=right, y - 9.0..=y + 9.0);
    let cut = cell::text_of(ui, line(top, room[0]), finding.rule.title, body, theme.text);
    cell::text_of(ui, line(bottom, room[1]), &place(finding), small, theme.text_weak);
    share_bar(ui, ctx, rect, finding);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if cut { response.on_hover_text(finding.rule.title) } else { response }
}

/// The share of the active time, along the lower edge.
fn share_bar(ui: &Ui, ctx: &ViewCtx<'_>, rect: Rect, finding: &Finding) {
    if finding.severity == Severity::Info {
        return;
    }
    let whole = rect.with_min_x(rect.left() + theme::HINT_INDENT).with_max_x(rect.right() - theme::MARGIN);
    let whole = whole.with_min_y(rect.bottom() - theme::SOURCE_STRIP);
    ui.painter().rect_filled(whole, theme::SMALL_RADIUS, ctx.theme.line);
    let part = whole.with_max_x(whole.left() + whole.width() * finding.share as f32);
    ui.painter().rect_filled(part, theme::SMALL_RADIUS, ctx.theme.accent);
}

/// What is gained, and on what it rests.
fn figures(finding: &Finding) -> (String, String) {
    match finding.severity {
        Severity::Info => (String::new(), finding.rule.category.name().to_owned()),
        Severity::Hint => (
            format!("likely {} faster", finding.likely_in_words()),
            format!(
                "{} · {} of active time · {} confidence",
                finding.limit_in_words(),
                finding.share_in_words(),
                finding.confidence.name()
            ),
        ),
    }
}

/// What screen readers say, and tests look for.
fn spoken(finding: &Finding) -> String {
    let parts = [finding.rule.title.to_owned(), place(finding), gain_text(finding)];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

/// `parse  app.py:12`
fn place(finding: &Finding) -> String {
    match (finding.name.as_str(), finding.file.as_str(), finding.line) {
        ("", ..) => "the whole recording".to_owned(),
        (name, "", _) => name.to_owned(),
        (name, file, 0) => format!("{name}  {file}"),
        (name, file, line) => format!("{name}  {file}:{line}"),
    }
}

/// A triangle that points to what is opened: drawn, because not every font has one.
fn chevron(center: Pos2, is_open: bool, color: Color32) -> Shape {
    let side = theme::ARROW;
    let corners = if is_open {
        [Vec2::new(-side, -side * 0.6), Vec2::new(side, -side * 0.6), Vec2::new(0.0, side * 0.8)]
    } else {
        [Vec2::new(-side * 0.6, -side), Vec2::new(side * 0.8, 0.0), Vec2::new(-side * 0.6, side)]
    };
    Shape::convex_polygon(corners.map(|c| center + c).to_vec(), color, Stroke::NONE)
}

fn body_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    card: &Card<'_>,
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    let finding = card.finding();
    if let Some(measured) = card.change {
        measured_ui(ui, ctx, finding, measured);
    }
    ui.add(Label::new(plain(&finding.advice)).wrap());
    evidence_ui(ui, ctx, finding);
    code::before_and_after_ui(ui, ctx, finding);
    let confidence = format!("{}: {}", finding.confidence.name(), plain(&finding.reason));
    let remarks = [
        ("Confidence", confidence),
        ("What would settle it", plain(finding.rule.settle)),
        ("It would be wrong if", plain(finding.rule.wrong_if)),
    ];
    for (caption, text) in remarks.iter().filter(|(_, text)| !text.is_empty()) {
        remark_ui(ui, ctx, caption, text);
    }
    others_ui(ui, ctx, card, state, aim, actions);
    buttons_ui(ui, ctx, card, state, actions);
    dismissing_ui(ui, ctx, card.page, finding, &mut state.dismissing, actions);
}

/// A caption on the left and a text that wraps beside it.
fn remark_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, caption: &str, text: &str) {
    ui.horizontal_top(|ui| {
        let width = theme::CAPTION_WIDTH;
        ui.allocate_ui_with_layout(Vec2::new(width, 0.0), Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(width);
            ui.label(RichText::new(caption).small().color(ctx.theme.text_weak));
        });
        ui.add(Label::new(RichText::new(text).color(ctx.theme.text)).wrap());
    });
}

/// The numbers it rests on, each with its name under it.
fn evidence_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, finding: &Finding) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(theme::GAP);
        for (name, value) in &finding.evidence {
            let frame = Frame::new().fill(ctx.theme.raised).corner_radius(theme::CARD_RADIUS);
            frame.inner_margin(Margin::symmetric(10, 4)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.x = theme::GAP / 2.0;
                ui.label(RichText::new(evidence_name(name)).small().color(ctx.theme.text_weak));
                ui.label(crate::layout::fit(&value.in_words(), 60).into_owned());
            });
        }
    });
}

/// What else was found on the same time: gains are not added up.
fn others_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    card: &Card<'_>,
    state: &mut HintsState,
    aim: Option<&(FindingKey, u32)>,
    actions: &mut Actions,
) {
    if card.others.is_empty() {
        return;
    }
    ui.label(RichText::new("On the same time, so that gains do not add up").small().color(ctx.theme.text_weak));
    for &index in card.others {
        card_ui(ui, ctx, &Card { index, others: &[], ..*card }, state, aim, actions);
    }
}

fn buttons_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, card: &Card<'_>, state: &mut HintsState, actions: &mut Actions) {
    let finding = card.finding();
    ui.horizontal_wrapped(|ui| {
        if let Some(group) = card.group(ctx) {
            let source = Button::new("Show in source");
            if ui.add(source).on_hover_text("The line, with what each one cost.").clicked() {
                actions.push(Action::ShowLine(group, finding.line));
            }
            for (label, view) in [("Show in flame", ViewKind::Flame), ("Callers", ViewKind::Callers)] {
                if ui.button(label).on_hover_text(view.tooltip()).clicked() {
                    actions.push(Action::Select(Some(group)));
                    actions.push(Action::Show(view));
                }
            }
        }
        if finding.severity == Severity::Hint && ctx.compare.is_none() {
            let fixed = ui.button("Compare after fix…");
            let tooltip = "Choose a profile recorded after mending this, and see what it gained.";
            if fixed.on_hover_text(tooltip).clicked() {
                actions.push(Action::ChooseAfterFix(finding.key()));
            }
        }
        let dismiss = ui.button("Dismiss…").on_hover_text("Say that it does not apply, and why.");
        if dismiss.clicked() {
            state.dismissing = Some(Dismissing::of(finding));
        }
        ui.hyperlink_to("Documentation", finding.rule.docs).on_hover_text(finding.rule.docs);
        ui.label(RichText::new(finding.rule.id).small().color(ctx.theme.text_weak))
            .on_hover_text("The name of the rule: `helioscope rules` explains it.");
    });
}
