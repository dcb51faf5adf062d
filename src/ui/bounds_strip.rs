//! The strip in the status bar: what a program spent its time on.

use super::compare_bar::side_title;
use super::difference::add_stripes;
use super::legend::keep_together;
use super::views::ViewKind;
use super::{Action, Actions, Theme, theme};
use crate::analyze::diff::Side;
use crate::analyze::{Activity, Bounds};
use crate::layout::Stripes;
use crate::model::{Unit, format};
use egui::{Color32, CursorIcon, Grid, Mesh, Pos2, Rect, RichText, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo};

/// Less of the time than this has no room in words.
const LEAST_SHARE: f64 = 0.005;
/// Narrower than this there is no strip at all.
const LEAST_WIDTH: f32 = 48.0;
/// Narrower than this it is a bar without words.
const WORDS_WIDTH: f32 = 190.0;

/// How the time of a recording divides.
#[derive(Clone, Copy)]
pub struct Strip<'a> {
    /// The side of a comparison.
    pub side: Option<Side>,
    /// How its time divides.
    pub bounds: &'a Bounds,
    /// What it is measured in.
    pub unit: &'a Unit,
}

/// Draws the strips of a profile, or of both sides one above the other, into the width that is left.
pub fn bounds_strip_ui(ui: &mut Ui, theme: &Theme, strips: &[Strip<'_>], actions: &mut Actions) {
    let strips: Vec<&Strip<'_>> = strips.iter().filter(|s| s.bounds.total() > 0).collect();
    let width = ui.available_width() - theme::GAP;
    let (Some(last), true) = (strips.last(), width >= LEAST_WIDTH) else { return };
    let height = ui.text_style_height(&TextStyle::Body);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height), Sense::click());
    let bar_width = if width < WORDS_WIDTH { width } else { (width * 0.34).clamp(LEAST_WIDTH, theme::STRIP_WIDTH) };
    let bars = Rect::from_min_size(rect.min, Vec2::new(bar_width, rect.height())).shrink2(Vec2::new(0.0, 3.0));
    let each = bars.height() / strips.len() as f32;
    for (i, strip) in strips.iter().enumerate() {
        let top = bars.top() + i as f32 * each;
        let bar = Rect::from_x_y_ranges(bars.x_range(), top..=top + each - if strips.len() > 1 { 1.0 } else { 0.0 });
        bar_ui(ui, theme, strip.bounds, bar);
    }
    if width >= WORDS_WIDTH {
        words_ui(ui, theme, last.bounds, rect.with_min_x(bars.right() + theme::GAP));
    }
    response.widget_info(|| {
        let said = strips.iter().map(|s| match s.side {
            Some(side) => format!("{}: {}", side_title(side), in_words(s.bounds)),
            None => in_words(s.bounds),
        });
        WidgetInfo::labeled(Role::Button, true, format!("What bounds it: {}", said.collect::<Vec<_>>().join("; ")))
    });
    if response.clicked() {
        actions.push(Action::Show(ViewKind::Hints));
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| table_ui(ui, theme, &strips));
}

/// The activities that took a part of the time worth naming, the largest first.
pub(super) fn largest_first(bounds: &Bounds) -> Vec<(Activity, f64)> {
    let mut shares: Vec<(Activity, f64)> = Activity::ALL.map(|a| (a, bounds.share(a))).to_vec();
    shares.retain(|(_, share)| *share >= LEAST_SHARE);
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    shares
}

fn in_words(bounds: &Bounds) -> String {
    let parts = largest_first(bounds).into_iter().map(|(a, share)| format!("{} {}", a.name(), format::percent(share)));
    parts.collect::<Vec<_>>().join(", ")
}

/// The parts in the order of activities, so that two bars can be compared. What only waits is hatched: it is told apart
/// without colours.
pub(super) fn bar_ui(ui: &Ui, theme: &Theme, bounds: &Bounds, rect: Rect) {
    let mut mesh = Mesh::default();
    let mut left = rect.left();
    for activity in Activity::ALL {
        let width = rect.width() * bounds.share(activity) as f32;
        if width <= 0.0 {
            continue;
        }
        let gap = if width > 3.0 { 1.0 } else { 0.0 };
        let part = Rect::from_x_y_ranges(left..=left + width - gap, rect.y_range());
        add_part(&mut mesh, theme, activity, part);
        left += width;
    }
    ui.painter().add(egui::Shape::mesh(mesh));
}

fn add_part(mesh: &mut Mesh, theme: &Theme, activity: Activity, rect: Rect) {
    mesh.add_colored_rect(rect, theme.activity(activity));
    if !activity.is_active() {
        add_stripes(mesh, rect, rect.left(), Stripes::Rising, theme.panel.gamma_multiply(0.75));
    }
}

/// `■ Python 41.0 %  ■ sleeping 22.0 %  …`, as far as there is room.
fn words_ui(ui: &Ui, theme: &Theme, bounds: &Bounds, rect: Rect) {
    let font = TextStyle::Small.resolve(ui.style());
    let lay_out = |text: String, color: Color32| ui.painter().layout_no_wrap(text, font.clone(), color);
    let dots = lay_out("…".to_owned(), theme.text_weak);
    let all = largest_first(bounds);
    let mut left = rect.left();
    let mut mesh = Mesh::default();
    for (i, &(activity, share)) in all.iter().enumerate() {
        let words = lay_out(format!("{} {}", activity.name(), format::percent(share)), theme.text_weak);
        let width = theme::SWATCH + theme::GAP / 2.0 + words.size().x;
        let reserved = if i + 1 < all.len() { theme::GAP + dots.size().x } else { 0.0 };
        if left + width + reserved > rect.right() {
            let at = Pos2::new(left, rect.center().y - dots.size().y / 2.0);
            ui.painter().galley(at, dots, theme.text_weak);
            break;
        }
        let swatch =
            Rect::from_center_size(Pos2::new(left + theme::SWATCH / 2.0, rect.center().y), Vec2::splat(theme::SWATCH));
        add_part(&mut mesh, theme, activity, swatch);
        let at = Pos2::new(swatch.right() + theme::GAP / 2.0, rect.center().y - words.size().y / 2.0);
        ui.painter().galley(at, words, theme.text_weak);
        left += width + theme::MARGIN;
    }
    ui.painter().add(egui::Shape::mesh(mesh));
}

/// All of it, with times.
fn table_ui(ui: &mut Ui, theme: &Theme, strips: &[&Strip<'_>]) {
    ui.label(RichText::new("What bounds the program").strong());
    Grid::new("what bounds it").spacing([theme::MARGIN, 2.0]).show(ui, |ui| {
        if strips.len() > 1 {
            ui.label("");
            for strip in strips {
                ui.label(RichText::new(strip.side.map_or("", side_title)).strong());
            }
            ui.end_row();
        }
        for activity in Activity::ALL {
            if strips.iter().all(|s| s.bounds.amount(activity) == 0) {
                continue;
            }
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::SWATCH), Sense::hover());
                let mut mesh = Mesh::default();
                add_part(&mut mesh, theme, activity, rect);
                ui.painter().add(egui::Shape::mesh(mesh));
                ui.label(activity.name());
            });
            for strip in strips {
                let (amount, share) = (strip.bounds.amount(activity), strip.bounds.share(activity));
                let text = format!("{}  ({})", format::value(amount, strip.unit), format::percent(share));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(text));
            }
            ui.end_row();
        }
    });
    let note = "Own time of every function, by what it does. Hatched is waiting; hints count shares of the rest.";
    ui.label(RichText::new(note).small().color(theme.text_weak));
}

/// A strip by itself, as high as its words, with all of them: for the head of the hints.
pub(super) fn bounds_ui(ui: &mut Ui, theme: &Theme, bounds: &Bounds) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::STRIP_HEIGHT), Sense::hover());
    bar_ui(ui, theme, bounds, rect);
    ui.horizontal_wrapped(|ui| {
        for (activity, share) in largest_first(bounds) {
            let words = format!("{} {}", activity.name(), format::percent(share));
            let gap = theme::GAP / 2.0;
            keep_together(ui, theme::SWATCH, &[&words], &TextStyle::Body, gap);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                let (swatch, _) = ui.allocate_exact_size(Vec2::splat(theme::SWATCH), Sense::hover());
                let mut mesh = Mesh::default();
                add_part(&mut mesh, theme, activity, swatch);
                ui.painter().add(egui::Shape::mesh(mesh));
                ui.label(words);
            });
        }
    });
}
