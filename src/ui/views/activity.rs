//! Activity over time: what the program did while time passed, band upon band.

mod chart;

use crate::analyze::{DivideBy, OverTime, TimeWindow, share};
use crate::import::FORMATS;
use crate::model::{Body, TimeMeaning, format};
use crate::ui::legend::keep_together;
use crate::ui::start::recipes_ui;
use crate::ui::{Action, Actions, Arrangement, OverTimeNeed, Theme, ViewCtx, cell, empty_message, theme};
use chart::chart_ui;
use egui::{Align, Button, Frame, Layout, Margin, Panel, RichText, TextStyle, Ui, Vec2};

/// State of the view.
#[derive(Clone, Debug, Default)]
pub struct ActivityState {
    /// What bands are.
    pub by: DivideBy,
    /// The part of the axis that is shown; `None` for everything.
    window: Option<(f64, f64)>,
    /// Where the span begins that is being marked.
    mark: Option<f64>,
    /// Where the keyboard is on the axis.
    cursor: Option<f64>,
}

impl ActivityState {
    /// The part of the axis that is shown; `None` for everything.
    pub fn shown(&self) -> Option<(i64, i64)> {
        self.window.map(|(from, to)| (from as i64, to as i64))
    }
}

/// Bins are about so many points wide, and their number goes in such steps, so that a window made wider by a point
/// needs nothing new.
const BIN_WIDTH: f32 = 3.0;
const BIN_STEP: usize = 64;
/// In less room beside the controls, what to know about the chart stands below them.
const LEAST_NOTES: f32 = 140.0;

/// Draws the view.
pub fn activity_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut ActivityState, actions: &mut Actions) {
    if ctx.merged().is_some() {
        two_ui(ui, ctx.theme, actions);
        return;
    }
    if !ctx.analysis.has_time() {
        timeless_ui(ui, ctx, actions);
        return;
    }
    controls_ui(ui, ctx, state, actions);
    let bins = (ui.available_width() / BIN_WIDTH) as usize;
    let bins = bins.next_multiple_of(BIN_STEP);
    actions
        .push(Action::NeedOverTime(OverTimeNeed { by: state.by, window: TimeWindow { range: state.shown(), bins } }));
    let Some(over_time) = ctx.over_time else {
        empty_message(ui, ui.available_rect_before_wrap(), ctx.theme, "Dividing the time…");
        return;
    };
    if over_time.bands().is_empty() {
        empty_message(ui, ui.available_rect_before_wrap(), ctx.theme, &ctx.why_empty());
        return;
    }
    Panel::bottom(ui.scope_id().with("bands"))
        .resizable(false)
        .frame(Frame::new().fill(ctx.theme.panel).inner_margin(Margin::symmetric(theme::MARGIN as i8, 6)))
        .show(ui, |ui| legend_ui(ui, ctx, over_time));
    let margin = Margin { left: 4, right: theme::MARGIN as i8, top: theme::MARGIN as i8, bottom: 4 };
    Frame::new().inner_margin(margin).show(ui, |ui| chart_ui(ui, ctx, over_time, state, actions));
}

fn controls_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, state: &mut ActivityState, actions: &mut Actions) {
    Frame::new().inner_margin(Margin::symmetric(theme::MARGIN as i8, 6)).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            for (by, label, hint) in [
                (DivideBy::Activity, "By activity", "What the program did, or waited for."),
                (DivideBy::Package, "By package", "Whose code ran: the package of the innermost function."),
            ] {
                ui.selectable_value(&mut state.by, by, label).on_hover_text(hint);
            }
            ui.separator();
            let span = ctx.analysis.query().time_ns;
            let zoom = ui.add_enabled(span.is_some(), Button::new("Zoom to span"));
            if zoom.on_hover_text("Let the marked span fill the width.").clicked() {
                state.window = span.map(|(from, to)| (from as f64, to as f64));
            }
            let all = ui.add_enabled(state.window.is_some(), Button::new("All of the time"));
            if all.on_hover_text("Show the whole recording. The same: a double click.").clicked() {
                state.window = None;
            }
            if ui.add_enabled(span.is_some(), Button::new("Clear span")).clicked() {
                actions.push(Action::TimeRange(None, ctx.analysis.query().track));
            }
            let notes = egui::Label::new(RichText::new(notes(ctx)).small().color(ctx.theme.text_weak)).truncate();
            if ui.available_size_before_wrap().x < LEAST_NOTES {
                ui.end_row();
                ui.add(notes);
            } else {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(notes));
            }
        });
    });
}

/// Whose time it is, and what to know about it.
fn notes(ctx: &ViewCtx<'_>) -> String {
    let profile = ctx.analysis.profile();
    let threads = profile.tracks().len();
    let whose = match ctx.over_time.and_then(OverTime::track) {
        Some(track) if threads > 1 => profile.track(track).title(),
        None if threads > 1 => format!("all {threads} threads"),
        _ => String::new(),
    };
    let order = match profile.origin().time {
        TimeMeaning::Order => "order of samples, gaps not recorded",
        TimeMeaning::Clock | TimeMeaning::None => "",
    };
    let parts: Vec<&str> =
        [whose.as_str(), order, "drag to count a span alone"].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// The bands with what they cost in all, and what waits hatched.
fn legend_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, over_time: &OverTime) {
    let unit = &ctx.metric().unit;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(theme::MARGIN, 2.0);
        for band in over_time.bands() {
            let part = format::percent(share(band.total, over_time.total()));
            let gap = theme::GAP / 2.0;
            keep_together(ui, theme::SWATCH, &[&band.kind.name(), &part], &TextStyle::Small, gap);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                cell::square(ui, Theme::color(ctx.theme.palette.band(&band.kind)));
                ui.label(RichText::new(band.kind.name()).small());
                ui.label(RichText::new(part).small().color(ctx.theme.text_weak))
                    .on_hover_text(format!("{} of the whole recording", format::value(band.total, unit)));
            });
        }
    });
}

/// Both sides as one have no time.
fn two_ui(ui: &mut Ui, theme: &Theme, actions: &mut Actions) {
    column_ui(ui, |ui| {
        ui.heading("Two recordings have no time in common");
        let text = "Side by side, each shows its own.";
        ui.label(RichText::new(text).color(theme.text_weak));
        ui.add_space(theme::GAP);
        if ui.button("Show side by side").clicked() {
            actions.push(Action::Arrange(Arrangement::SideBySide));
        }
    });
}

/// Why there is nothing to see, and what to record with.
fn timeless_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, actions: &mut Actions) {
    let why = match ctx.analysis.profile().body() {
        Body::Graph(_) => {
            "The profiler added up the calls of each function, and kept no record of when they were made."
        }
        Body::Lines(_) => "The profiler added up the time of each line, and kept no record of when it ran.",
        Body::Stacks(_) => {
            "The samples of this profile were added up by stack; when each was taken is not in the file."
        }
    };
    column_ui(ui, |ui| {
        ui.heading("This profile does not tell when things happened");
        ui.label(RichText::new(why).color(ctx.theme.text_weak));
        ui.add_space(theme::MARGIN);
        ui.label("Recorded like this, it would:");
        ui.add_space(theme::GAP / 2.0);
        recipes_ui(ui, ctx.theme, FORMATS.iter().filter(|format| format.timed), actions);
    });
}

/// A column of text in the middle of the view.
fn column_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    egui::ScrollArea::vertical().show(ui, |ui| {
        let width = ui.available_width().min(theme::READING_WIDTH) - 2.0 * theme::MARGIN;
        ui.add_space((ui.available_height() * 0.12).max(theme::MARGIN));
        ui.vertical_centered(|ui| {
            ui.allocate_ui_with_layout(Vec2::new(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                contents(ui);
            });
        });
    });
}
