//! What is counted, of which thread, and by what it is grouped: lists to choose from.

use super::BarState;
use crate::analyze::{Analysis, GroupBy};
use crate::layout::fit;
use crate::model::{Body, MetricId, Profile, TrackId, format};
use crate::ui::{Action, Actions, Theme};
use egui::cache::{ComputerMut, FrameCache};
use egui::{RichText, Ui};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

pub(super) fn metric_choice(ui: &mut Ui, theme: &Theme, state: &BarState<'_>, actions: &mut Actions) {
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

pub(super) fn track_choice(ui: &mut Ui, theme: &Theme, analysis: &Analysis, actions: &mut Actions) {
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

pub(super) fn group_choice(ui: &mut Ui, analysis: &Analysis, actions: &mut Actions) {
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
