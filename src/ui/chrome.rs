//! The bars around the views: tabs, choices and search above, transforms, and the state of things below.

mod lists;
mod status;
mod tabs;

pub use status::status_ui;
pub use tabs::{MenuState, Shown, Tab, tabs_ui};

use super::menus::sign_button;
use super::search_field::{self, Search, search_field_ui};
use super::views::ViewKind;
use super::{Action, Actions, Command, Theme};
use crate::analyze::{Analysis, Transform};
use crate::layout::fit_name;
use crate::model::format;
use egui::{Align, Button, Frame, Layout, Margin, RichText, TextStyle, Ui, Vec2};
use lists::{group_choice, metric_choice, track_choice};

/// What the bar of a profile shows and changes.
pub struct BarState<'a> {
    /// The profile, counted.
    pub analysis: &'a Analysis,
    /// What everything cost; `None` for a comparison, which has two sums, and its own bar for them.
    pub sum: Option<i64>,
    /// The view that is shown.
    pub view: ViewKind,
    /// How many things could be done, once the rules have looked.
    pub hints: Option<usize>,
    /// What is searched for, and what was found.
    pub search: Search<'a>,
    /// Whether there is a way back.
    pub can_go_back: bool,
    /// Whether there is a way forward.
    pub can_go_forward: bool,
}

/// Room for what stands beside the search field: `12 of 345 · ≈ 67.8 %`, the switch for expressions, the ways back and
/// forward.
const BESIDE_SEARCH: f32 = 190.0;

/// Views, metric, thread, grouping and search: in a row, or in two where the window is too narrow for one.
pub fn bar_ui(ui: &mut Ui, theme: &Theme, state: &BarState<'_>, actions: &mut Actions) {
    let right_to_left = Layout::right_to_left(Align::Center);
    let steps = |ui: &mut Ui, actions: &mut Actions| {
        sign_button(ui, "→", Command::Forward, state.can_go_forward, actions);
        sign_button(ui, "←", Command::Back, state.can_go_back, actions);
    };
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(8, 5)).show(ui, |ui| {
        // What the choices need is known once they were drawn.
        let id = ui.scope_id().with("width of choices");
        let needed = ui.data(|d| d.get_temp::<f32>(id)).unwrap_or_default();
        let mut drawn = needed;
        let in_one_row = ui.horizontal(|ui| {
            view_choice(ui, state, actions);
            let in_one_row = ui.available_width() >= needed + search_field::LEAST_WIDTH + BESIDE_SEARCH;
            if in_one_row {
                ui.separator();
                drawn = choices(ui, theme, state, actions);
            }
            ui.with_layout(right_to_left, |ui| {
                steps(ui, actions);
                if in_one_row {
                    search_field_ui(ui, theme, &state.search, actions);
                }
            });
            in_one_row
        });
        if !in_one_row.inner {
            // A text that comes first is centred only in a row whose height is known.
            let height = ui.text_style_height(&TextStyle::Button) + 2.0 * ui.spacing().button_padding.y;
            let row = Vec2::new(ui.available_width(), height);
            ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
                drawn = choices(ui, theme, state, actions);
                ui.with_layout(right_to_left, |ui| search_field_ui(ui, theme, &state.search, actions));
            });
        }
        if (drawn - needed).abs() > 0.5 {
            ui.data_mut(|d| d.insert_temp(id, drawn));
            ui.ctx().request_discard("the choices of the bar have another width");
        }
    });
}

fn view_choice(ui: &mut Ui, state: &BarState<'_>, actions: &mut Actions) {
    for view in ViewKind::ALL {
        let label = match (view, state.hints) {
            (ViewKind::Hints, Some(count)) => format!("{} ({count})", view.label()),
            _ => view.label().to_owned(),
        };
        let button = Button::selectable(state.view == view, label);
        let keys = Command::View(view).keys(ui.ctx());
        if ui.add(button).on_hover_text(format!("{} ({keys})", view.tooltip())).clicked() {
            actions.push(Action::Show(view));
        }
    }
}

/// What is counted: metric, thread, grouping. Gives how wide they are.
fn choices(ui: &mut Ui, theme: &Theme, state: &BarState<'_>, actions: &mut Actions) -> f32 {
    let left = ui.cursor().left();
    metric_choice(ui, theme, state, actions);
    track_choice(ui, theme, state.analysis, actions);
    group_choice(ui, state.analysis, actions);
    ui.cursor().left() - left
}

/// The transforms in force, each with a cross that takes it off.
pub fn transforms_ui(ui: &mut Ui, theme: &Theme, analysis: &Analysis, actions: &mut Actions) {
    let query = analysis.query();
    if query.transforms.is_empty() && query.time_ns.is_none() {
        return;
    }
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(10, 4)).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new("Filters").small().color(theme.text_weak));
            for transform in &query.transforms {
                let text = transform_text(analysis, transform);
                let chip = Button::new(RichText::new(format!("{text}  ×")).small()).corner_radius(9.0);
                if ui.add(chip).on_hover_text("Take this filter off.").clicked() {
                    actions.push(Action::RemoveTransform(transform.clone()));
                }
            }
            if let Some((from, to)) = query.time_ns {
                let [from, to] = [from, to].map(|at| format::value(at, analysis.time_unit()));
                let chip = Button::new(RichText::new(format!("time {from} to {to}  ×")).small()).corner_radius(9.0);
                if ui.add(chip).on_hover_text("Count all of the time again.").clicked() {
                    actions.push(Action::TimeRange(None, query.track));
                }
            }
        });
    });
}

fn transform_text(analysis: &Analysis, transform: &Transform) -> String {
    let named = |verb: &str, group| format!("{verb} {}", fit_name(&analysis.name(group), 40));
    match transform {
        Transform::Focus(group) => named("focus", *group),
        Transform::FocusAny(groups) => format!("focus {} functions", groups.len()),
        Transform::FocusSubtree(path) => path.last().map_or_else(String::new, |last| named("focus subtree", *last)),
        Transform::CollapsePackage(_) | Transform::CollapseModule(_) => {
            let name = transform.collapsed_name(analysis.groups(), analysis.classes()).unwrap_or_default();
            format!("collapse {}", fit_name(name, 40))
        }
        Transform::Hide(group) => named("hide", *group),
        Transform::Drop(group) => named("drop", *group),
        Transform::CollapseRecursion => "recursion collapsed".to_owned(),
        Transform::OnlyMine => "only my code".to_owned(),
    }
}
