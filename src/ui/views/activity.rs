//! Activity over time: what the program did while time passed, band upon band.

use crate::analyze::{DivideBy, OverTime, TimeWindow, share};
use crate::import::FORMATS;
use crate::layout::{Layers, Stripes, ruler_marks};
use crate::model::{Body, TimeMeaning, format};
use crate::ui::difference::add_quad;
use crate::ui::start::recipe_ui;
use crate::ui::{Action, Actions, Arrangement, OverTimeNeed, Theme, ViewCtx, theme};
use egui::{
    Align, Button, CornerRadius, CursorIcon, Frame, Grid, Key, Layout, Margin, Mesh, Panel, Pos2, Rect, Response,
    RichText, Role, Sense, Ui, Vec2, Vec2b, WidgetInfo,
};
use egui_plot::{FilledArea, GridMark, Plot, PlotPoint, PlotTransform, Span, VLine};

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
/// The least part of the axis that fills the width, in nanoseconds or samples.
const LEAST_WINDOW: f64 = 100.0;
/// A drag over fewer points is a click with an unsteady hand.
const LEAST_DRAG: f32 = 3.0;
/// How far an arrow key goes: a part of what is shown.
const KEY_STEP: f64 = 1.0 / 100.0;
/// Room for the heights beside the chart, and between their lines.
const AXIS_WIDTH: f32 = 58.0;
/// A time nearer to the end of the chart than this would be cut, because it stands below the middle of its mark.
const LAST_MARK_ROOM: f64 = 20.0;

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
        crate::ui::empty_message(ui, ui.available_rect_before_wrap(), ctx.theme, "Dividing the time…");
        return;
    };
    if over_time.bands().is_empty() {
        crate::ui::empty_message(ui, ui.available_rect_before_wrap(), ctx.theme, &ctx.why_empty());
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
        ui.horizontal(|ui| {
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
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(notes(ctx)).small().color(ctx.theme.text_weak)).truncate());
            });
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
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = theme::GAP / 2.0;
                swatch_ui(ui, Theme::color(ctx.theme.palette.band(&band.kind)));
                ui.label(RichText::new(band.kind.name()).small());
                let part = format::percent(share(band.total, over_time.total()));
                ui.label(RichText::new(part).small().color(ctx.theme.text_weak))
                    .on_hover_text(format!("{} of the whole recording", format::value(band.total, unit)));
            });
        }
    });
}

fn swatch_ui(ui: &mut Ui, colour: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::SWATCH), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(2), colour);
}

fn chart_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, over_time: &OverTime, state: &mut ActivityState, actions: &mut Actions) {
    let extent = (over_time.extent() as f64).max(1.0);
    // Read again, the recording may be shorter.
    state.window = state.window.filter(|(from, _)| *from < extent).map(|(from, to)| (from, to.min(extent)));
    let window = state.window.unwrap_or((0.0, extent));
    let layers = Layers::new(over_time);
    let top = layers.top();
    let (metric_unit, time_unit) = (&ctx.metric().unit, ctx.analysis.time_unit());
    let width = ui.available_width() - AXIS_WIDTH;
    let small = egui::TextStyle::Small.resolve(ui.style());
    ui.style_mut().text_styles.insert(egui::TextStyle::Body, small);
    let plot = Plot::new("activity over time")
        .allow_zoom(Vec2b::FALSE)
        .allow_scroll(Vec2b::FALSE)
        .allow_drag(Vec2b::FALSE)
        .allow_axis_zoom_drag(Vec2b::FALSE)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .set_margin_fraction(Vec2::ZERO)
        .show_crosshair(false)
        .label_formatter(|_| None)
        .show_background(false)
        .grid_color(ctx.theme.line)
        .grid_fade(0.0)
        .grid_spacing(1.0..=2.0)
        .x_grid_spacer(move |input| {
            let (from, to) = input.bounds;
            let marks = ruler_marks(from, to, width);
            marks.map(|(at, _)| GridMark { value: at as f64, step_size: to - from }).collect()
        })
        .x_axis_formatter(|mark, shown| {
            let to_end = (shown.end() - mark.value) / (shown.end() - shown.start()) * f64::from(width);
            if to_end < LAST_MARK_ROOM { String::new() } else { format::value(mark.value.round() as i64, time_unit) }
        })
        .y_grid_spacer(move |_| Layers::heights(top).map(|value| GridMark { value, step_size: top }).collect())
        .y_axis_formatter(|mark, _| match mark.value {
            // The corner is where the other axis begins.
            0.0 => String::new(),
            height => layers.height_text(height, top, metric_unit),
        })
        .y_axis_label(RichText::new(layers.height_title(top)).small())
        .y_axis_min_width(AXIS_WIDTH)
        .cursor_color(ctx.theme.text_weak);
    let chosen = ctx.analysis.query().time_ns;
    let (mark, cursor) = (state.mark, state.cursor);
    let shown = plot.show(ui, |plot| {
        plot.set_plot_bounds_x(window.0..=window.1);
        plot.set_plot_bounds_y(0.0..=top);
        for (layer, band) in over_time.bands().iter().enumerate() {
            let mut columns: [Vec<f64>; 3] = Default::default();
            for step in layers.steps(layer) {
                for (column, value) in columns.iter_mut().zip(step) {
                    column.push(value);
                }
            }
            let [xs, low, high] = columns;
            let colour = Theme::color(ctx.theme.palette.band(&band.kind));
            plot.add(FilledArea::new(band.kind.name(), &xs, &low, &high).fill_color(colour).allow_hover(false));
        }
        let at = plot.pointer_coordinate().map(|point| point.x).filter(|_| plot.response().hovered()).or(cursor);
        let marked = mark.zip(at).map(|(from, to)| (from.min(to), from.max(to)));
        if let Some((from, to)) = marked.or(chosen.map(|(from, to)| (from as f64, to as f64))) {
            // What lies outside stands back.
            for (from, to) in [(window.0.min(from), from), (to, window.1.max(to))] {
                plot.span(Span::new("", from..=to).fill(ctx.theme.ground.gamma_multiply(0.72)));
            }
            for edge in [from, to] {
                plot.vline(VLine::new("", edge).color(ctx.theme.selection).width(1.5).allow_hover(false));
            }
        }
        if let Some(at) = at {
            plot.vline(VLine::new("", at).color(ctx.theme.text).width(1.0).allow_hover(false));
        }
    });
    let chart = Chart { ctx, over_time, transform: shown.transform, extent, window };
    chart.hatch(ui, &layers);
    let response = shown.response;
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, chart.in_words()));
    chart.mark(ui, &response, state, actions);
    chart.keys(ui, &response, state, actions);
    chart.zoom(ui, &response, state);
    let hovered = response.hover_pos().map(|pos| chart.position(pos));
    if let Some(at) = hovered {
        let from = state.mark;
        response.on_hover_cursor(CursorIcon::Crosshair).on_hover_ui_at_pointer(|ui| chart.tooltip(ui, from, at));
    } else if let (Some(at), true) = (state.cursor, response.has_focus()) {
        let place = chart.transform.position_from_point(&PlotPoint::new(at, 0.0));
        egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), response.id, place)
            .show(|ui| chart.tooltip(ui, state.mark, at));
    }
}

/// The chart on screen.
struct Chart<'a> {
    ctx: &'a ViewCtx<'a>,
    over_time: &'a OverTime,
    transform: PlotTransform,
    extent: f64,
    window: (f64, f64),
}

impl Chart<'_> {
    fn position(&self, pos: Pos2) -> f64 {
        self.transform.value_from_position(pos).x.clamp(0.0, self.extent)
    }

    fn frame(&self) -> &Rect {
        self.transform.frame()
    }

    /// Hatches what waits: it is told apart without colours.
    fn hatch(&self, ui: &Ui, layers: &Layers) {
        let mut mesh = Mesh::default();
        let colour = self.ctx.theme.ground.gamma_multiply(0.5);
        let waiting = self.over_time.bands().iter().enumerate().filter(|(_, band)| band.waits());
        for (layer, _) in waiting {
            let steps: Vec<[f64; 3]> = layers.steps(layer).collect();
            for pair in steps.windows(2) {
                if let [[from, low, high], [to, ..]] = *pair
                    && from < to
                    && low < high
                {
                    let [begin, end] = [(from, high), (to, low)]
                        .map(|(x, y)| self.transform.position_from_point(&PlotPoint::new(x, y)));
                    let rect = Rect::from_two_pos(begin, end).intersect(*self.frame());
                    if rect.is_positive() {
                        self.add_stripes(&mut mesh, rect, colour);
                    }
                }
            }
        }
        ui.painter().with_clip_rect(*self.frame()).add(egui::Shape::mesh(mesh));
    }

    /// Stripes across a step that may be many times as high as it is wide. Their ends reach over its edges by half their
    /// thickness: cut off, long thin stripes would lose most of it.
    fn add_stripes(&self, mesh: &mut Mesh, rect: Rect, colour: egui::Color32) {
        let across = Vec2::splat(theme::STRIPE / 2.0 * std::f32::consts::FRAC_1_SQRT_2);
        for line in Stripes::Rising.lines(rect.left() - self.frame().left(), rect.width(), rect.height()) {
            let [from, to] = line.map(|(x, y)| rect.min + Vec2::new(x, y));
            add_quad(mesh, [from - across, from + across, to + across, to - across], colour);
        }
    }

    /// A drag marks a span, which is then counted alone.
    fn mark(&self, ui: &Ui, response: &Response, state: &mut ActivityState, actions: &mut Actions) {
        if response.drag_started()
            && let Some(pos) = ui.input(|i| i.pointer.press_origin())
        {
            state.mark = Some(self.position(pos));
            state.cursor = None;
        }
        if response.drag_stopped()
            && let (Some(from), Some(pos)) = (state.mark.take(), response.interact_pointer_pos())
        {
            let to = self.position(pos);
            let points = (to - from).abs() / (self.window.1 - self.window.0) * f64::from(self.frame().width());
            if points >= f64::from(LEAST_DRAG) {
                self.choose(from, to, actions);
            }
        }
        if response.double_clicked() {
            state.window = None;
        }
    }

    fn choose(&self, from: f64, to: f64, actions: &mut Actions) {
        let (from, to) = (from.min(to).floor() as i64, from.max(to).ceil() as i64);
        if from < to {
            let track = match self.over_time.meaning() {
                TimeMeaning::Order => self.over_time.track(),
                TimeMeaning::Clock | TimeMeaning::None => self.ctx.analysis.query().track,
            };
            actions.push(Action::TimeRange(Some((from, to)), track));
        }
    }

    /// Arrows go along the axis, with Shift they mark a span, and Enter counts it alone.
    fn keys(&self, ui: &Ui, response: &Response, state: &mut ActivityState, actions: &mut Actions) {
        if response.clicked() {
            response.request_focus();
        }
        if !response.has_focus() || !self.ctx.takes_keys {
            return;
        }
        let arrows = egui::EventFilter { horizontal_arrows: true, escape: true, ..egui::EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, arrows));
        let (steps, marking, enter, escape) = ui.input(|i| {
            let pressed = |key| i.num_presses(key) as f64;
            let steps = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
            (steps, i.modifiers.shift, i.key_pressed(Key::Enter), i.key_pressed(Key::Escape))
        });
        let at = state.cursor.unwrap_or(self.window.0);
        if steps != 0.0 {
            if !marking {
                state.mark = None;
            } else if state.mark.is_none() {
                state.mark = Some(at);
            }
            let next = at + steps * KEY_STEP * (self.window.1 - self.window.0);
            state.cursor = Some(next.clamp(self.window.0, self.window.1));
        }
        if enter && let (Some(from), Some(to)) = (state.mark.take(), state.cursor) {
            self.choose(from, to, actions);
        }
        if escape {
            state.mark = None;
            state.cursor = None;
        }
    }

    /// Ctrl and the wheel, or two fingers, zoom at the pointer; the wheel pans.
    fn zoom(&self, ui: &Ui, response: &Response, state: &mut ActivityState) {
        let Some(pointer) = response.hover_pos() else { return };
        let (scroll, zoom) = ui.input(|i| (i.smooth_scroll_delta(), f64::from(i.zoom_delta())));
        let (from, to) = self.window;
        let mut window = (from, to);
        if (zoom - 1.0).abs() > 1e-4 {
            let at = self.position(pointer);
            let span = ((to - from) / zoom).max(LEAST_WINDOW.min(self.extent));
            let part = (at - from) / (to - from);
            window = (at - part * span, at + (1.0 - part) * span);
        } else if state.window.is_some() && scroll != Vec2::ZERO {
            let by = f64::from((scroll.x + scroll.y) / self.frame().width()) * (to - from);
            window = (from - by, to - by);
        }
        if window != (from, to) {
            let span = window.1 - window.0;
            let begin = window.0.clamp(0.0, (self.extent - span).max(0.0));
            state.window = (span < self.extent).then_some((begin, (begin + span).min(self.extent)));
        }
    }

    /// What a bin holds, band by band, from the top down as they lie; beside it the span that is being marked.
    fn tooltip(&self, ui: &mut Ui, from: Option<f64>, at: f64) {
        let (theme, unit, time) = (self.ctx.theme, &self.ctx.metric().unit, self.ctx.analysis.time_unit());
        let Some(bin) = self.over_time.bin_at(at as i64) else { return };
        let (begin, end) = self.over_time.bin(bin);
        let title = match from {
            Some(from) => {
                let (from, to) = (from.min(at) as i64, from.max(at) as i64);
                let [start, stop, length] = [from, to, to - from].map(|t| format::value(t, time));
                format!("{start} to {stop}: {length}")
            }
            None => format!("At {}, within {}", format::value(begin, time), format::value(end - begin, time)),
        };
        ui.label(RichText::new(title).strong());
        let sum: i64 = self.over_time.bands().iter().map(|band| band.amounts()[bin]).sum();
        Grid::new("a bin of the time").spacing([theme::MARGIN, 2.0]).show(ui, |ui| {
            for band in self.over_time.bands().iter().rev().filter(|band| band.amounts()[bin] > 0) {
                let amount = band.amounts()[bin];
                ui.horizontal(|ui| {
                    swatch_ui(ui, Theme::color(theme.palette.band(&band.kind)));
                    ui.label(band.kind.name());
                });
                let text = format!("{}  ({})", format::value(amount, unit), format::percent(share(amount, sum)));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
                ui.end_row();
            }
        });
        if sum == 0 {
            ui.label(RichText::new("nothing was recorded").color(theme.text_weak));
        }
    }

    /// The whole chart for those who cannot see it.
    fn in_words(&self) -> String {
        let parts =
            self.over_time.bands().iter().map(|band| {
                format!("{} {}", band.kind.name(), format::percent(share(band.total, self.over_time.total())))
            });
        format!(
            "Activity over {}: {}",
            format::value(self.over_time.extent(), self.ctx.analysis.time_unit()),
            parts.collect::<Vec<_>>().join(", ")
        )
    }
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
        for recipe in FORMATS.iter().filter(|format| format.timed).flat_map(|format| format.recipes) {
            recipe_ui(ui, ctx.theme, recipe, actions);
        }
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
