//! The bars around the views: tabs, choices and search above, transforms, and the state of things below.

use super::bounds_strip::{Strip, bounds_strip_ui};
use super::compare_bar::{side_colour, side_title};
use super::menus::command_button;
use super::overlays::Profiles;
use super::views::ViewKind;
use super::{Action, Actions, Command, Theme, theme};
use crate::analyze::{Analysis, GroupBy, Matches, SearchText, Transform};
use crate::layout::{fit, fit_name, shorten_middle};
use crate::model::{Body, MetricId, Profile, TrackId, Unit, format};
use egui::cache::{ComputerMut, FrameCache};
use egui::{Button, Frame, Key, Margin, Response, RichText, TextEdit, Ui};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What stands in a tab.
pub struct Tab {
    /// The file's name.
    pub title: String,
    /// The whole path, shown when pointed at.
    pub path: String,
    /// How far loading is, while it loads: `Some(None)` where that cannot be told.
    pub loading: Option<Option<f32>>,
    /// Whether the file could not be read.
    pub failed: bool,
}

/// What is on screen, which decides what the main menu offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Shown {
    /// The start page.
    #[default]
    StartPage,
    /// A tab with nothing open in it, by now or for good.
    Tab,
    /// A profile.
    Profile {
        /// Whether it is known what its file held before it was reloaded.
        has_earlier: bool,
    },
    /// A comparison.
    Comparison,
}

impl Shown {
    fn allows(self, command: Command) -> bool {
        match command {
            Command::OpenDialog | Command::SwitchTheme | Command::Palette | Command::Shortcuts | Command::Quit => true,
            Command::CompareWith | Command::ReloadAndCompare => matches!(self, Self::Profile { .. }),
            Command::CompareWithEarlier => self == Self::Profile { has_earlier: true },
            Command::SwapSides | Command::SwitchArrangement | Command::NextNormalization => self == Self::Comparison,
            _ => self != Self::StartPage,
        }
    }
}

/// What the main menu shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct MenuState {
    /// What is on screen.
    pub shown: Shown,
    /// Whether open files are watched.
    pub watching: bool,
}

/// The row of tabs with the main menu.
pub fn tabs_ui(
    ui: &mut Ui,
    theme: &Theme,
    tabs: &[Tab],
    active: Option<usize>,
    menu: MenuState,
    actions: &mut Actions,
) {
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(8, 5)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.menu_button("Menu", |ui| main_menu(ui, menu, actions));
            let home = Button::selectable(active.is_none(), "Start");
            if ui.add(home).on_hover_text("Recent files, samples, and how to record a profile").clicked() {
                actions.push(Action::Run(Command::StartPage));
            }
            tab_row(ui, theme, tabs, active, actions);
        });
    });
}

/// The tabs, as many as there is room for; the one that is shown is among them when it begins to be.
fn tab_row(ui: &mut Ui, theme: &Theme, tabs: &[Tab], active: Option<usize>, actions: &mut Actions) {
    let id = ui.scope_id().with("tab in view");
    let now = (active, tabs.len());
    let is_new = ui.data(|d| d.get_temp(id)) != Some(now);
    ui.data_mut(|d| d.insert_temp(id, now));
    egui::ScrollArea::horizontal().id_salt("tabs").show(ui, |ui| {
        for (i, tab) in tabs.iter().enumerate() {
            let response = tab_ui(ui, theme, tab, i, active == Some(i), actions);
            if is_new && active == Some(i) {
                response.scroll_to_me(None);
            }
        }
        if ui.add(Button::new("+").frame(false)).on_hover_text(Command::OpenDialog.tooltip()).clicked() {
            actions.push(Action::Run(Command::OpenDialog));
        }
    });
}

fn tab_ui(ui: &mut Ui, theme: &Theme, tab: &Tab, index: usize, active: bool, actions: &mut Actions) -> Response {
    let fill = if active { theme.ground } else { theme.raised };
    let frame = Frame::new().fill(fill).corner_radius(5.0).inner_margin(Margin::symmetric(8, 2));
    let frame = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let mut text = RichText::new(shorten_middle(&tab.title, 32));
        if active {
            text = text.strong();
        }
        if tab.failed {
            text = text.color(theme.error);
        }
        if tab.loading.is_some() {
            ui.add(egui::Spinner::new().size(13.0));
        }
        let response = ui.add(Button::new(text).frame(false)).on_hover_text(&tab.path);
        if response.clicked() {
            actions.push(Action::ShowTab(index));
        }
        if response.middle_clicked() {
            actions.push(Action::CloseTab(index));
        }
        if let Some(Some(fraction)) = tab.loading {
            ui.label(RichText::new(format!("{:.0} %", fraction * 100.0)).small().color(theme.text_weak));
        }
        let close = ui.add(Button::new(RichText::new("×").color(theme.text_weak)).frame(false));
        let close = close.on_hover_text(if tab.loading.is_some() { "Cancel" } else { "Close" });
        close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Close {}", tab.title)));
        if close.clicked() {
            actions.push(Action::CloseTab(index));
        }
    });
    frame.response
}

fn main_menu(ui: &mut Ui, menu: MenuState, actions: &mut Actions) {
    let sections: [&[Command]; 6] = [
        &[Command::OpenDialog, Command::Reload, Command::ToggleWatching, Command::CloseTab],
        &[Command::Export, Command::CopyPicture, Command::CopyReview, Command::SaveScreen, Command::SaveReview],
        &[
            Command::CompareWith,
            Command::ReloadAndCompare,
            Command::CompareWithEarlier,
            Command::SwapSides,
            Command::SwitchArrangement,
            Command::NextNormalization,
        ],
        &[Command::Find, Command::Back, Command::Forward, Command::ResetZoom],
        &[Command::ToggleDetails, Command::ShowWarnings, Command::SwitchTheme],
        &[Command::Palette, Command::Shortcuts, Command::Quit],
    ];
    for (i, section) in sections.into_iter().enumerate() {
        if i > 0 {
            ui.separator();
        }
        for &command in section {
            if command == Command::ToggleWatching {
                let mut on = menu.watching;
                if ui.checkbox(&mut on, command.label()).on_hover_text(command.tooltip()).clicked() {
                    actions.push(Action::Run(command));
                    ui.close();
                }
                continue;
            }
            command_button(ui, command, menu.shown.allows(command), actions);
        }
    }
}

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
    /// The search text being typed.
    pub search: &'a SearchText,
    /// Why the search text is no expression.
    pub search_error: Option<&'a str>,
    /// What the search found.
    pub found: Option<Found<'a>>,
    /// Put the cursor into the search field.
    pub focus_search: bool,
    /// Whether there is a way back.
    pub can_go_back: bool,
    /// Whether there is a way forward.
    pub can_go_forward: bool,
}

/// What a search found.
pub struct Found<'a> {
    /// The groups that match, and their share.
    pub matches: &'a Matches,
    /// Which of them is selected, by cost, from one on.
    pub rank: Option<usize>,
    /// How many of them are counted.
    pub count: usize,
}

/// The narrowest and the widest the search field is, and the room for what stands beside it: `12 of 345 · ≈ 67.8 %`, the
/// switch for expressions, the ways back and forward.
const SEARCH_WIDTH: std::ops::RangeInclusive<f32> = 120.0..=190.0;
const BESIDE_SEARCH: f32 = 190.0;

/// Views, metric, thread, grouping and search: in a row, or in two where the window is too narrow for one.
pub fn bar_ui(ui: &mut Ui, theme: &Theme, state: &BarState<'_>, actions: &mut Actions) {
    let right_to_left = egui::Layout::right_to_left(egui::Align::Center);
    let steps = |ui: &mut Ui, actions: &mut Actions| {
        step_button(ui, "→", Command::Forward, state.can_go_forward, actions);
        step_button(ui, "←", Command::Back, state.can_go_back, actions);
    };
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(8, 5)).show(ui, |ui| {
        // What the choices need is known once they were drawn.
        let id = ui.scope_id().with("width of choices");
        let needed = ui.data(|d| d.get_temp::<f32>(id)).unwrap_or_default();
        let mut drawn = needed;
        let in_one_row = ui.horizontal(|ui| {
            view_choice(ui, state, actions);
            let in_one_row = ui.available_width() >= needed + SEARCH_WIDTH.start() + BESIDE_SEARCH;
            if in_one_row {
                ui.separator();
                drawn = choices(ui, theme, state, actions);
            }
            ui.with_layout(right_to_left, |ui| {
                steps(ui, actions);
                if in_one_row {
                    search_field(ui, theme, state, actions);
                }
            });
            in_one_row
        });
        if !in_one_row.inner {
            ui.horizontal(|ui| {
                drawn = choices(ui, theme, state, actions);
                ui.with_layout(right_to_left, |ui| search_field(ui, theme, state, actions));
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

fn step_button(ui: &mut Ui, text: &str, command: Command, enabled: bool, actions: &mut Actions) {
    let keys = command.keys(ui.ctx());
    let response = ui.add_enabled(enabled, Button::new(text).frame(false));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, command.label()));
    if response.on_hover_text(format!("{} ({keys})", command.tooltip())).clicked() {
        actions.push(Action::Run(command));
    }
}

fn metric_choice(ui: &mut Ui, theme: &Theme, state: &BarState<'_>, actions: &mut Actions) {
    let (profile, metric) = (state.analysis.profile(), state.analysis.query().metric);
    let label = |metric: MetricId, sum: i64, between: &str| {
        let about = profile.metric(metric);
        match state.sum {
            Some(_) => format!("{}{between}{}", about.name, format::value(sum, &about.unit)),
            None => about.name.clone(),
        }
    };
    let text = label(metric, state.sum.unwrap_or(0), " · ");
    if profile.metrics().len() == 1 {
        ui.label(RichText::new(text).color(theme.text_weak)).on_hover_text("What was measured, and its sum.");
        return;
    }
    let combo = egui::ComboBox::from_id_salt("metric").selected_text(text).width(120.0).show_ui(ui, |ui| {
        let totals = kept_totals(ui, profile, Of::Metrics);
        let mut rows: Vec<(i64, MetricId)> =
            totals.iter().enumerate().map(|(metric, total)| (*total, MetricId::at(metric))).collect();
        rows.sort_by_key(|(total, _)| std::cmp::Reverse(*total));
        for (total, other) in rows {
            if ui.selectable_label(other == metric, label(other, total, "  ·  ")).clicked() {
                actions.push(Action::Metric(other));
            }
        }
    });
    let hint = if state.sum.is_some() { "What is counted." } else { "What is compared; only what both sides have." };
    combo.response.on_hover_text(hint);
}

/// What sums over all samples are listed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    Metrics,
    TracksIn(MetricId),
}

/// The sums that lists show, kept while a list is open: a million samples are not to be added up in every frame.
fn kept_totals(ui: &Ui, profile: &Profile, of: Of) -> Arc<[i64]> {
    /// Told from others by where it lies.
    #[derive(Clone, Copy)]
    struct Asked<'a>(&'a Profile, Of);
    impl Hash for Asked<'_> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            std::ptr::hash(self.0, state);
            self.1.hash(state);
        }
    }
    #[derive(Default)]
    struct Sums;
    impl ComputerMut<Asked<'_>, Arc<[i64]>> for Sums {
        fn compute(&mut self, Asked(profile, of): Asked<'_>) -> Arc<[i64]> {
            match of {
                Of::Metrics => (0..profile.metrics().len()).map(|m| profile.total(MetricId::at(m))).collect(),
                Of::TracksIn(metric) => profile.track_totals(metric).into(),
            }
        }
    }
    ui.memory_mut(|m| Arc::clone(m.caches.cache::<FrameCache<Arc<[i64]>, Sums>>().get(Asked(profile, of))))
}

fn track_choice(ui: &mut Ui, theme: &Theme, analysis: &Analysis, actions: &mut Actions) {
    let profile = analysis.profile();
    if profile.tracks().len() < 2 {
        return;
    }
    let query = analysis.query();
    let unit = &profile.metric(query.metric).unit;
    let all = format!("all {} threads", profile.tracks().len());
    let selected = query.track.map_or_else(|| all.clone(), |t| profile.track(t).title());
    let combo = egui::ComboBox::from_id_salt("thread")
        .selected_text(fit(&selected, 28).into_owned())
        .width(140.0)
        .height(420.0)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show_ui(ui, |ui| {
            if ui.selectable_label(query.track.is_none(), all).clicked() {
                actions.push(Action::Track(None));
                ui.close();
            }
            let totals = kept_totals(ui, profile, Of::TracksIn(query.metric));
            let mut rows: Vec<(i64, TrackId)> =
                totals.iter().enumerate().map(|(track, total)| (*total, TrackId::at(track))).collect();
            match track_order_ui(ui, theme) {
                TrackOrder::Cost => rows.sort_by_key(|(total, t)| (std::cmp::Reverse(*total), *t)),
                TrackOrder::Name => rows.sort_by_cached_key(|(_, t)| (profile.track(*t).title().to_lowercase(), *t)),
                TrackOrder::Recorded => {}
            }
            for (total, track) in rows {
                let about = profile.track(track);
                let title = fit(&about.title(), 40).into_owned();
                let label = format!("{title}  ·  {}", format::value(total, unit));
                let response = ui.selectable_label(query.track == Some(track), label);
                if !about.process.is_empty() || about.pid.is_some() || about.tid.is_some() {
                    let id = |name: &str, id: Option<u64>| id.map_or_else(String::new, |i| format!("{name} {i}  "));
                    response.clone().on_hover_text(format!(
                        "{}{}{}",
                        id("process", about.pid),
                        id("thread", about.tid),
                        about.process
                    ));
                }
                if response.clicked() {
                    actions.push(Action::Track(Some(track)));
                    ui.close();
                }
            }
        });
    combo.response.on_hover_text("Whose samples are counted.");
}

/// How the threads of a profile stand in the list.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum TrackOrder {
    #[default]
    Cost,
    Name,
    Recorded,
}

/// Asks for the order of the threads; the choice holds for every profile until the window closes.
fn track_order_ui(ui: &mut Ui, theme: &Theme) -> TrackOrder {
    let id = egui::Id::unique("thread order");
    let mut order = ui.data(|d| d.get_temp::<TrackOrder>(id)).unwrap_or_default();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Sorted by").small().color(theme.text_weak));
        for (other, label) in [(TrackOrder::Cost, "cost"), (TrackOrder::Name, "name"), (TrackOrder::Recorded, "file")] {
            let choice = ui.selectable_label(order == other, RichText::new(label).small());
            if choice.on_hover_text("In which order threads are listed.").clicked() {
                order = other;
            }
        }
    });
    ui.data_mut(|d| d.insert_temp(id, order));
    ui.separator();
    order
}

fn group_choice(ui: &mut Ui, analysis: &Analysis, actions: &mut Actions) {
    let by = analysis.query().by;
    let combo = egui::ComboBox::from_id_salt("group by")
        .selected_text(format!("by {}", by.name()))
        .width(96.0)
        .show_ui(ui, |ui| {
            for other in GroupBy::ALL {
                let possible = other != GroupBy::Line || !matches!(analysis.profile().body(), Body::Graph(_));
                ui.add_enabled_ui(possible, |ui| {
                    let choice = ui
                        .selectable_label(by == other, format!("by {}", other.name()))
                        .on_disabled_hover_text("A call graph records functions, not the lines that ran in them.");
                    if choice.clicked() {
                        actions.push(Action::Group(other));
                    }
                });
            }
        });
    combo.response.on_hover_text("What a row and a box stand for.");
}

fn search_field(ui: &mut Ui, theme: &Theme, state: &BarState<'_>, actions: &mut Actions) {
    let mut search = state.search.clone();
    ui.toggle_value(&mut search.regex, ".*").on_hover_text("Regular expression");
    let answer = answer(theme, state);
    let beside = answer.as_ref().map_or(0.0, |(text, _)| galley_width(ui, text) + ui.spacing().item_spacing.x);
    // The frame of the field stands around its width.
    let room = ui.available_width() - beside - 2.0 * theme::GAP;
    let width = room.clamp(*SEARCH_WIDTH.start(), *SEARCH_WIDTH.end());
    let field = TextEdit::singleline(&mut search.text).hint_text("Search names and files").desired_width(width);
    let response = ui.add(field);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search names and files"));
    if state.focus_search {
        response.request_focus();
    }
    if response.lost_focus() || response.has_focus() {
        let (enter, shift, escape) =
            ui.input(|i| (i.key_pressed(Key::Enter), i.modifiers.shift, i.key_pressed(Key::Escape)));
        if enter {
            actions.push(Action::Run(if shift { Command::PreviousMatch } else { Command::NextMatch }));
            response.request_focus();
        }
        if escape {
            search.text.clear();
        }
    }
    if search != *state.search {
        actions.push(Action::Search(search));
    }
    // Last, which is leftmost: the field stays where it is, and keeps the cursor, when this comes and goes.
    if let Some((text, about)) = answer {
        ui.label(text).on_hover_text(about);
    }
}

/// What the search came to, and what that means.
fn answer<'a>(theme: &Theme, state: &BarState<'a>) -> Option<(RichText, &'a str)> {
    const ABOUT: &str = "Which match is selected, how many functions match, and the share of everything that ran in them or below them.";
    if let Some(error) = state.search_error {
        return Some((RichText::new("not an expression").small().color(theme.error), error));
    }
    let found = state.found.as_ref()?;
    Some((RichText::new(found_text(found)).small().color(theme.text_weak), ABOUT))
}

/// How wide a text is.
fn galley_width(ui: &Ui, text: &RichText) -> f32 {
    let text: egui::WidgetText = text.clone().into();
    text.into_galley(ui, Some(egui::TextWrapMode::Extend), f32::INFINITY, egui::TextStyle::Body).size().x
}

/// `3 of 14 · 21.4 %`; `14 · 21.4 %` where none of them is selected.
fn found_text(found: &Found<'_>) -> String {
    if found.count == 0 {
        return "no match".to_owned();
    }
    let rank = found.rank.map(|rank| format!("{} of ", format::count(rank as i64))).unwrap_or_default();
    let about = if found.matches.estimated { "≈ " } else { "" };
    format!("{rank}{} · {about}{}", format::count(found.count as i64), format::percent(found.matches.share))
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

/// The line at the bottom: what is shown, and what to know about it.
pub fn status_ui(
    ui: &mut Ui,
    theme: &Theme,
    analysis: &Analysis,
    profiles: &Profiles<'_>,
    strips: &[Strip<'_>],
    busy: bool,
    actions: &mut Actions,
) {
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(10, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            let warnings: usize = profiles.iter().map(|(_, profile)| profile.warnings().len()).sum();
            if warnings > 0 {
                let text = if warnings == 1 { "▲ 1 warning".to_owned() } else { format!("▲ {warnings} warnings") };
                let button = Button::new(RichText::new(text).small().color(theme.warning)).frame(false);
                if ui.add(button).on_hover_text(Command::ShowWarnings.tooltip()).clicked() {
                    actions.push(Action::Run(Command::ShowWarnings));
                }
                ui.separator();
            }
            for (side, profile) in profiles {
                if let Some(side) = side {
                    ui.label(RichText::new(side_title(*side)).small().color(side_colour(theme, *side)));
                }
                let room = if profiles.len() > 1 { 44 } else { 70 };
                ui.label(RichText::new(fit(&recorded_by(profile), room)).small().color(theme.text_weak));
            }
            if busy {
                ui.add(egui::Spinner::new().size(12.0));
                ui.label(RichText::new("counting…").small().color(theme.text_weak));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = if profiles.len() > 1 { compared_text(analysis) } else { counted_text(analysis) };
                ui.label(RichText::new(text).small().color(theme.text_weak));
                ui.separator();
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    bounds_strip_ui(ui, theme, strips, actions);
                });
            });
        });
    });
}

/// `cProfile · Python 3.12`
fn recorded_by(profile: &Profile) -> String {
    let origin = profile.origin();
    let mut parts = vec![origin.format.to_owned()];
    if !origin.producer.is_empty() && !origin.producer.eq_ignore_ascii_case(origin.format) {
        parts.push(origin.producer.clone());
    }
    parts.extend(origin.interpreter.clone());
    parts.join(" · ")
}

/// `123 functions   1,000 samples   5.0 s recorded`
fn counted_text(analysis: &Analysis) -> String {
    let profile = analysis.profile();
    let mut parts = vec![format::counted(profile.functions().len() as i64, "function", "functions")];
    parts.extend(analysis.samples().map(|rows| profile.samples_text(rows)));
    if let Some(duration) = profile.origin().duration_ns {
        parts.push(format!("{} recorded", format::value(duration, &Unit::Nanoseconds)));
    }
    parts.join("   ")
}

/// Aligned profiles hold the functions of both.
fn compared_text(analysis: &Analysis) -> String {
    format!("{} functions on either side", format::count(analysis.profile().functions().len() as i64))
}
