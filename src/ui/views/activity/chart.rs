//! The chart of activity: bands over time, and the spans of time that are marked in it.

use super::ActivityState;
use crate::analyze::{OverTime, share};
use crate::layout::{Layers, Stripes, ruler_marks};
use crate::model::{TimeMeaning, format};
use crate::ui::difference::add_quad;
use crate::ui::{Action, Actions, Theme, ViewCtx, cell, theme};
use egui::{
    Align, CursorIcon, Grid, Key, Layout, Mesh, Pos2, Rect, Response, RichText, Role, Ui, Vec2, Vec2b, WidgetInfo,
};
use egui_plot::{FilledArea, GridMark, Plot, PlotPoint, PlotTransform, PlotUi, Span, VLine};

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

/// Draws the chart.
pub(super) fn chart_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    over_time: &OverTime,
    state: &mut ActivityState,
    actions: &mut Actions,
) {
    let extent = (over_time.extent() as f64).max(1.0);
    // Read again, the recording may be shorter.
    state.window = state.window.filter(|(from, _)| *from < extent).map(|(from, to)| (from, to.min(extent)));
    let window = state.window.unwrap_or((0.0, extent));
    let layers = Layers::new(over_time);
    let small = egui::TextStyle::Small.resolve(ui.style());
    ui.style_mut().text_styles.insert(egui::TextStyle::Body, small);
    let plot = plot(ctx, &layers, ui.available_width() - AXIS_WIDTH);
    let shown = plot.show(ui, |plot| {
        plot.set_plot_bounds_x(window.0..=window.1);
        plot.set_plot_bounds_y(0.0..=layers.top());
        add_bands(plot, ctx, over_time, &layers);
        add_span(plot, ctx, state, window);
    });
    let chart = Chart { ctx, over_time, transform: shown.transform, extent, window };
    chart.hatch(ui, &layers);
    let response = shown.response;
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, chart.in_words()));
    chart.mark(ui, &response, state, actions);
    chart.keys(ui, &response, state, actions);
    chart.zoom(ui, &response, state);
    chart.tooltip_ui(ui, response, state);
}

/// The axes, and nothing that moves by itself.
fn plot<'a>(ctx: &'a ViewCtx<'_>, layers: &'a Layers, width: f32) -> Plot<'a> {
    let top = layers.top();
    let (metric_unit, time_unit) = (&ctx.metric().unit, ctx.analysis.time_unit());
    Plot::new("activity over time")
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
        .x_axis_formatter(move |mark, shown| {
            let to_end = (shown.end() - mark.value) / (shown.end() - shown.start()) * f64::from(width);
            if to_end < LAST_MARK_ROOM { String::new() } else { format::value(mark.value.round() as i64, time_unit) }
        })
        .y_grid_spacer(move |_| Layers::heights(top).map(|value| GridMark { value, step_size: top }).collect())
        .y_axis_formatter(move |mark, _| match mark.value {
            // The corner is where the other axis begins.
            0.0 => String::new(),
            height => layers.height_text(height, top, metric_unit),
        })
        .y_axis_label(RichText::new(layers.height_title(top)).small())
        .y_axis_min_width(AXIS_WIDTH)
        .cursor_color(ctx.theme.text_weak)
}

fn add_bands(plot: &mut PlotUi<'_>, ctx: &ViewCtx<'_>, over_time: &OverTime, layers: &Layers) {
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
}

/// The span that is being marked, or is counted alone, and where the pointer or the keyboard is.
fn add_span(plot: &mut PlotUi<'_>, ctx: &ViewCtx<'_>, state: &ActivityState, window: (f64, f64)) {
    let chosen = ctx.analysis.query().time_ns.map(|(from, to)| (from as f64, to as f64));
    let pointer = plot.pointer_coordinate().map(|point| point.x).filter(|_| plot.response().hovered());
    let at = pointer.or(state.cursor);
    let marked = state.mark.zip(at).map(|(from, to)| (from.min(to), from.max(to)));
    if let Some((from, to)) = marked.or(chosen) {
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

    /// What is said where the pointer is, or else the keyboard.
    fn tooltip_ui(&self, ui: &Ui, response: Response, state: &ActivityState) {
        if let Some(at) = response.hover_pos().map(|pos| self.position(pos)) {
            let response = response.on_hover_cursor(CursorIcon::Crosshair);
            response.on_hover_ui_at_pointer(|ui| self.tooltip(ui, state.mark, at));
        } else if let (Some(at), true) = (state.cursor, response.has_focus()) {
            let place = self.transform.position_from_point(&PlotPoint::new(at, 0.0));
            egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), response.id, place)
                .show(|ui| self.tooltip(ui, state.mark, at));
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
                    cell::square(ui, Theme::color(theme.palette.band(&band.kind)));
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
