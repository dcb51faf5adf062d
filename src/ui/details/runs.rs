//! Each run of both sides as a point, with the mean of a side and how far it may stray.

use crate::analyze::GroupId;
use crate::analyze::diff::{Side, Spread};
use crate::model::format;
use crate::ui::difference::measure_name;
use crate::ui::{CompareCtx, ViewCtx, theme};
use egui::{Align2, FontId, Pos2, Rect, RichText, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

const ROW: f32 = 26.0;
const AXIS: f32 = 18.0;
const NAMES: f32 = 38.0;
const POINT: f32 = 3.2;

/// Draws the runs of a function, or of everything, where both sides have several.
pub(super) fn runs_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, group: Option<GroupId>) {
    let [Some(base), Some(new)] = Side::BOTH.map(|side| compare.comparison.runs(side, group, compare.measure)) else {
        return;
    };
    ui.add_space(theme::GAP);
    let what = if group.is_some() { measure_name(compare.measure) } else { "everything" };
    ui.label(RichText::new(format!("Each run, {what}")).small().color(ctx.theme.text_weak));
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 2.0 * ROW + AXIS), Sense::hover());
    let unit = &ctx.metric().unit;
    let told = |values: &[i64]| {
        let all: Vec<String> = values.iter().map(|v| format::value(*v, unit)).collect();
        format!("{} (mean {})", all.join(", "), mean_text(ctx, values))
    };
    let text = format!("Base: {}\nNew: {}", told(&base), told(&new));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, text.replace('\n', ". ")));
    let plot = rect.with_min_x(rect.left() + NAMES).with_max_y(rect.bottom() - AXIS).shrink2(Vec2::new(POINT, 0.0));
    let spreads = [&base, &new].map(|values| Spread::of_runs(values));
    let bands = spreads.iter().filter_map(|s| s.reach_of_mean().map(|reach| [s.mean - reach, s.mean + reach]));
    let scale = Axis::of(base.iter().chain(&new).map(|v| *v as f64).chain(bands.flatten()), plot);
    axis_ui(ui, ctx, &scale, plot);
    let sides = [("Base", ctx.theme.base, &base), ("New", ctx.theme.new, &new)];
    for (i, ((name, color, values), spread)) in sides.into_iter().zip(spreads).enumerate() {
        let y = plot.top() + (i as f32 + 0.5) * ROW;
        let at = Pos2::new(rect.left(), y);
        ui.painter().text(at, Align2::LEFT_CENTER, name, FontId::proportional(theme::BOX_TEXT), color);
        if let Some(reach) = spread.reach_of_mean() {
            let ends = scale.x(spread.mean - reach)..=scale.x(spread.mean + reach);
            let band = Rect::from_x_y_ranges(ends, y - ROW * 0.3..=y + ROW * 0.3);
            ui.painter().rect_filled(band, theme::SMALL_RADIUS, color.gamma_multiply(0.22));
        }
        let mean = scale.x(spread.mean);
        ui.painter().vline(mean, y - ROW * 0.36..=y + ROW * 0.36, Stroke::new(2.0, color));
        for value in values {
            ui.painter().circle(Pos2::new(scale.x(*value as f64), y), POINT, color, Stroke::new(1.0, ctx.theme.panel));
        }
    }
    response.on_hover_text(format!("{text}\nLines are means, bands their 95 % intervals."));
}

fn mean_text(ctx: &ViewCtx<'_>, values: &[i64]) -> String {
    format::value(Spread::of_runs(values).mean.round() as i64, &ctx.metric().unit)
}

/// Where values lie.
struct Axis {
    from: f64,
    to: f64,
    plot: Rect,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>, plot: Rect) -> Self {
        let ends = values.fold(None, |ends: Option<(f64, f64)>, v| {
            Some(ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
        });
        let (low, high) = ends.unwrap_or_default();
        let air = ((high - low) * 0.04).max(high.abs() * 0.01).max(1.0);
        Self { from: low - air, to: high + air, plot }
    }

    fn x(&self, value: f64) -> f32 {
        let part = (value - self.from) / (self.to - self.from);
        self.plot.left() + self.plot.width() * part as f32
    }
}

/// A line below, with the smallest and the largest value.
fn axis_ui(ui: &Ui, ctx: &ViewCtx<'_>, axis: &Axis, plot: Rect) {
    ui.painter().hline(plot.x_range(), plot.bottom(), Stroke::new(1.0, ctx.theme.line));
    let font = FontId::proportional(theme::BOX_TEXT);
    for (at, align, value) in
        [(plot.left_bottom(), Align2::LEFT_TOP, axis.from), (plot.right_bottom(), Align2::RIGHT_TOP, axis.to)]
    {
        let text = format::value(value.round() as i64, &ctx.metric().unit);
        ui.painter().text(at + Vec2::new(0.0, 2.0), align, text, font.clone(), ctx.theme.text_weak);
    }
}
