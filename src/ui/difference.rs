//! How a difference looks: the legend of its colours, the stripes of boxes, and its figures in words.

use super::legend::keep_together;
use super::{CompareCtx, Theme, ViewCtx, theme};
use crate::analyze::GroupId;
use crate::analyze::diff::{Costs, Interval, Measure, NoiseKind, Normalize, Status};
use crate::layout::{Difference, DifferenceScale, STRIPE_STEP, Stripes, sign, signed};
use crate::model::{Unit, format};
use egui::{Align, Color32, Label, Layout, Mesh, Pos2, Rect, RichText, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo};

/// Boxes narrower than this show no stripes.
const STRIPES_ROOM: f32 = 6.0;
const GRADIENT_WIDTH: f32 = 150.0;
const GRADIENT_STEPS: usize = 48;
/// Below this width the legend says what colours mean, and no more.
const LEGEND_ROOM: f32 = 860.0;
/// Below this one it takes a second row.
const ONE_ROW: f32 = 600.0;

/// Adds the stripes of a box to a mesh. `origin` is what stripes of neighbours have in common.
pub(super) fn add_stripes(mesh: &mut Mesh, rect: Rect, origin: f32, stripes: Stripes, color: Color32) {
    if rect.width() < STRIPES_ROOM {
        return;
    }
    let half = Vec2::splat(theme::STRIPE / 2.0 * std::f32::consts::FRAC_1_SQRT_2);
    // Across a stripe: rising ones are thick towards the lower right, falling ones towards the upper right.
    let across = match stripes {
        Stripes::Rising => half,
        Stripes::Falling => Vec2::new(half.x, -half.y),
    };
    for line in stripes.lines(rect.left() - origin, rect.width(), rect.height()) {
        let [from, to] = line.map(|(x, y)| rect.min + Vec2::new(x, y));
        add_quad(mesh, [from - across, from + across, to + across, to - across].map(|p| rect.clamp(p)), color);
    }
}

/// About how many stripes there are where all boxes of a view are striped.
pub(super) fn most_stripes(view: Rect) -> usize {
    (view.area() / (STRIPE_STEP * theme::FLAME_ROW)).max(0.0) as usize
}

pub(super) fn add_quad(mesh: &mut Mesh, corners: [Pos2; 4], color: Color32) {
    let first = mesh.vertices.len() as u32;
    for corner in corners {
        mesh.colored_vertex(corner, color);
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}

/// The colour of a text about a difference.
pub(super) fn text_color(theme: &Theme, status: Status) -> Color32 {
    match status {
        Status::Slower | Status::New => theme.slower,
        Status::Faster | Status::Gone => theme.faster,
        Status::Same | Status::WithinNoise => theme.text_weak,
    }
}

/// What costing less and costing more is called.
pub(super) fn less_and_more(unit: &Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Nanoseconds | Unit::Samples => (Status::Faster.name(), Status::Slower.name()),
        _ => ("less", "more"),
    }
}

/// A status in a sentence of its own.
pub(super) fn status_sentence(status: Status, unit: &Unit) -> String {
    let (less, more) = less_and_more(unit);
    match status {
        Status::Slower => format!("▲ {more} than base"),
        Status::Faster => format!("▼ {less} than base"),
        Status::New => "Only in new".to_owned(),
        Status::Gone => "Only in base: gone".to_owned(),
        Status::Same => "The same on both sides".to_owned(),
        Status::WithinNoise => "± within noise: it may be chance".to_owned(),
    }
}

/// Which cost a measure is.
pub(super) fn measure_name(measure: Measure) -> &'static str {
    match measure {
        Measure::Own => "self",
        Measure::Total => "total",
    }
}

/// `+0.62 s … +0.99 s`
pub(super) fn interval_text(interval: Interval, unit: &Unit) -> String {
    format!("{} … {}", signed(interval.low, unit), signed(interval.high, unit))
}

/// `+25.9 %`; a dash where base is nothing.
pub(super) fn relative_text(relative: Option<f64>) -> String {
    relative.map_or_else(|| "–".to_owned(), |r| format!("{}{}", if r > 0.0 { "+" } else { "" }, format::percent(r)))
}

/// The legend of boxes coloured by difference.
pub(super) fn legend_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>) {
    let unit = &ctx.metric().unit;
    let scale = DifferenceScale::of(compare.comparison, compare.measure);
    let (less, more) = less_and_more(unit);
    let ends = [signed(scale.limit().saturating_neg(), unit), signed(scale.limit(), unit)];
    let small = |text: String, color: Color32| RichText::new(text).small().color(color);
    let is_narrow = ui.available_width() < ONE_ROW;
    let entries = |ui: &mut Ui| {
        ui.label(small(format!("▼ {less} {}", ends[0]), ctx.theme.faster));
        gradient_ui(ui, ctx.theme);
        ui.label(small(format!("{} {more} ▲", ends[1]), ctx.theme.slower));
        for (status, stripes) in [(Status::New, Stripes::Rising), (Status::Gone, Stripes::Falling)] {
            let position = if stripes == Stripes::Rising { 0.6 } else { -0.6 };
            entry_ui(ui, ctx.theme, (position, Some(stripes)), status.name());
        }
        let grey = if compare.comparison.noise() == NoiseKind::Unknown { "same" } else { "same, within noise" };
        entry_ui(ui, ctx.theme, (0.0, None), grey);
        if !is_narrow && ui.available_width() + GRADIENT_WIDTH + ui.min_rect().width() > LEGEND_ROOM {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(Label::new(small(about(compare), ctx.theme.text_weak)).truncate());
            });
        }
    };
    let shown = if is_narrow { ui.horizontal_wrapped(entries) } else { ui.horizontal(entries) };
    let label = format!("Legend: {} {less} to {} {more}, {}", ends[0], ends[1], about(compare));
    let response = shown.response.interact(Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    response.on_hover_text(
        "Colours tell how much a call path changed. Small changes are given more room on the scale than large ones; its \
         ends are the largest change of any function.",
    );
}

/// `colour by total · as wide as the larger side · as recorded`
fn about(compare: &CompareCtx<'_>) -> String {
    let normalize = match compare.comparison.normalize() {
        // Trees stay as recorded.
        Normalize::PerCall => Normalize::None.legend(),
        normalize => normalize.legend(),
    };
    format!("colour by {} · {} · {normalize}", measure_name(compare.measure), compare.box_width.legend())
}

fn gradient_ui(ui: &mut Ui, theme: &Theme) {
    let (_, rect) = ui.allocate_space(Vec2::new(GRADIENT_WIDTH, theme::SWATCH + 2.0));
    let scale = DifferenceScale::to(GRADIENT_STEPS as i64);
    let mut mesh = Mesh::default();
    let steps = 2 * GRADIENT_STEPS;
    for step in 0..steps {
        let delta = step as i64 - GRADIENT_STEPS as i64;
        let x = |step: usize| rect.left() + rect.width() * step as f32 / steps as f32;
        let cell = Rect::from_x_y_ranges(x(step)..=x(step + 1), rect.y_range());
        mesh.add_colored_rect(cell, Theme::color(theme.palette.difference(scale.position_of(delta))));
    }
    ui.painter().add(mesh);
    ui.painter().vline(rect.center().x, rect.y_range(), egui::Stroke::new(1.0, theme.text_weak));
}

/// A colour and what it means, on one line.
fn entry_ui(ui: &mut Ui, theme: &Theme, (position, stripes): (f32, Option<Stripes>), text: &str) {
    let swatch = Vec2::new(theme::SWATCH * 2.2, theme::SWATCH + 2.0);
    let gap = ui.spacing().item_spacing.x;
    keep_together(ui, theme::GAP / 2.0 + swatch.x, &[text], &TextStyle::Small, gap);
    ui.add_space(theme::GAP / 2.0);
    let (_, rect) = ui.allocate_space(swatch);
    let mut mesh = Mesh::default();
    mesh.add_colored_rect(rect, Theme::color(theme.palette.difference(position)));
    if let Some(stripes) = stripes {
        add_stripes(&mut mesh, rect, rect.left(), stripes, theme.stripe);
    }
    ui.painter().add(mesh);
    ui.label(RichText::new(text).small().color(theme.text));
}

/// Two sides and what lies between, as rows of a grid of three columns: words, figure, share.
pub(super) fn figures_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, difference: &Difference) {
    let unit = &ctx.metric().unit;
    let table = compare.comparison.table();
    let sides = [
        ("Base", ctx.theme.base, difference.base, table.base_sum()),
        ("New", ctx.theme.new, difference.new, table.new_sum()),
    ];
    for (name, color, value, sum) in sides {
        ui.label(RichText::new(name).color(color));
        if let Some(value) = value {
            ui.label(format::value(value, unit));
            ui.label(RichText::new(format::percent(crate::analyze::share(value, sum))).color(ctx.theme.text_weak));
        } else {
            ui.label(RichText::new("not there").color(ctx.theme.text_weak));
            ui.label("");
        }
        ui.end_row();
    }
    let color = text_color(ctx.theme, difference.status);
    ui.label("Difference");
    ui.label(RichText::new(signed(difference.delta(), unit)).color(color).strong());
    ui.label(RichText::new(relative_text(difference.relative())).color(color));
    ui.end_row();
}

/// `▲`, `new`, `±`: a status in a cell.
pub(super) fn status_text(status: Status) -> String {
    match status {
        Status::New | Status::Gone => status.name().to_owned(),
        status => format!("{} {}", sign(status), status.name()),
    }
}

/// What a function did everywhere, with its calls and what they make of it: lines of a tooltip.
pub(super) fn everywhere_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, group: GroupId) {
    let unit = &ctx.metric().unit;
    let row = compare.comparison.table().row(group);
    let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| format::value(v, unit));
    ui.add_space(2.0);
    let everywhere = match compare.comparison.normalize() {
        Normalize::PerCall => "Everywhere, by call",
        Normalize::None | Normalize::Total => "Everywhere",
    };
    ui.label(RichText::new(everywhere).small().color(ctx.theme.text_weak));
    egui::Grid::new("everywhere").num_columns(3).spacing([12.0, 2.0]).show(ui, |ui| {
        for measure in [Measure::Own, Measure::Total] {
            let difference = Difference::of_row(&row, measure);
            let color = text_color(ctx.theme, difference.status);
            ui.label(measure_name(measure));
            ui.label(format!("{} → {}", side(difference.base), side(difference.new)));
            let delta = if difference.delta() == 0 { "=".to_owned() } else { signed(difference.delta(), unit) };
            ui.label(RichText::new(delta).color(color));
            ui.end_row();
        }
        if let Some(delta) = row.delta_calls() {
            let calls = |side: Option<Costs>| side.and_then(|c| c.calls).map_or_else(|| "–".to_owned(), format::count);
            ui.label("calls");
            ui.label(format!("{} → {}", calls(row.base), calls(row.new)));
            ui.label(signed_count(delta));
            ui.end_row();
        }
        if let Some(effects) = row.effects {
            for (words, effect) in [("by number of calls", effects.calls), ("by cost of each", effects.per_call)] {
                ui.label("");
                ui.label(RichText::new(words).color(ctx.theme.text_weak));
                ui.label(signed(effect, unit));
                ui.end_row();
            }
        }
    });
}

/// `+900,000`, `−12`, `=`.
pub(super) fn signed_count(delta: i64) -> String {
    match delta {
        0 => "=".to_owned(),
        delta => format!("{}{}", if delta > 0 { "+" } else { "" }, format::count(delta)),
    }
}

/// `+0.810`, `−0.810`, `0.000`: a figure of a column of differences.
pub(super) fn signed_in(scale: &format::Scale, value: i64) -> String {
    let text = scale.format(value);
    let is_nothing = text.bytes().all(|b| matches!(b, b'0' | b'.' | b','));
    if value > 0 && !is_nothing { format!("+{text}") } else { text }
}
