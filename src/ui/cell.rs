//! What tables and lists are painted with: numbers, bars, swatches, and texts that are cut to fit.
//!
//! Cells are painted, not laid out as widgets: a screen full of them is drawn in every frame. Each says what it shows to
//! screen readers through the response of the [`Ui`] it stands in.

use super::{Theme, ViewCtx, figures, theme};
use crate::analyze::GroupId;
use crate::layout;
use crate::model::format;
use egui::{
    Color32, FontId, Galley, Id, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, TextFormat, TextStyle, Ui,
    Vec2, WidgetInfo, accesskit, text::LayoutJob,
};
use egui_extras::{TableBuilder, TableRow};
use std::{borrow::Cow, sync::Arc};

/// Columns are set off by air, rows by the line under the pointer.
pub(super) const TABLE_SPACING: Vec2 = Vec2::new(theme::MARGIN, 0.0);
/// Names longer than this are not laid out whole: no screen is as wide.
const MOST_CHARACTERS: usize = 600;

/// A number, flush right. One that does not fit is cut at its end with a `…`, never silently at its front. Tells whether
/// it was cut.
pub(super) fn number(ui: &Ui, text: &str, color: Color32) -> bool {
    let rect = ui.max_rect();
    let font = TextStyle::Body.resolve(ui.style());
    let whole = figures::layout(ui, text, &font);
    let fits = whole.size().x <= rect.width();
    let (galley, cut) = if fits { (whole, false) } else { cut_end(ui, text, font, rect.width()) };
    let left = rect.right() - galley.size().x;
    paint(ui.painter(), rect.with_min_x(left), galley, color);
    cut
}

/// A table in the colours of the theme. Rows are clicked, but not reached by Tab: a screen of them would be in its way.
pub(super) fn table<'a>(ui: &'a mut Ui, theme: &Theme) -> TableBuilder<'a> {
    let spacing = ui.spacing_mut();
    spacing.item_spacing = TABLE_SPACING;
    // Who steps down with keys is always at the last row: that it would pale there says nothing.
    spacing.scroll.fade.strength = 0.0;
    let visuals = ui.visuals_mut();
    visuals.selection.bg_fill = theme.selected_row;
    visuals.widgets.hovered.bg_fill = theme.raised;
    // Edges of columns show when they are pointed at.
    visuals.widgets.noninteractive.bg_stroke = Stroke::NONE;
    TableBuilder::new(ui).sense(Sense::CLICK).auto_shrink(false).min_scrolled_height(0.0)
}

/// The head of a column, with the unit of its figures if it has one; weak unless the column is what rows are sorted by.
/// Gives the part of the cell it covers.
pub(super) fn head(ui: &Ui, theme: &Theme, head: &Head<'_>, is_sorted: bool) -> Rect {
    let rect = ui.max_rect();
    let font = TextStyle::Body.resolve(ui.style());
    let color = if is_sorted { theme.text } else { theme.text_weak };
    let mut job = LayoutJob::simple_singleline(head.name.to_owned(), font.clone(), color);
    if !head.unit.is_empty() {
        let format = TextFormat::simple(font, theme.text_weak);
        job.append(&format!("({})", head.unit), theme::GAP / 2.0, format);
    }
    let galley = ui.painter().layout_job(job);
    let left = if head.is_number { (rect.right() - galley.size().x).max(rect.left()) } else { rect.left() };
    let covered = Rect::from_min_size(Pos2::new(left, rect.top()), Vec2::new(galley.size().x, rect.height()));
    // A column can be dragged narrower than its head.
    paint(&ui.painter_at(rect), covered, galley, color);
    covered
}

/// The head of a column rows can be sorted by, with an arrow where they are: `Some(true)` where the largest comes first.
pub(super) fn sort_head(
    row: &mut TableRow<'_, '_>,
    theme: &Theme,
    head: &Head<'_>,
    sorted: Option<bool>,
    tooltip: &str,
) -> Response {
    let (_, response) = row.col(|ui| {
        let covered = self::head(ui, theme, head, sorted.is_some());
        if let Some(descending) = sorted {
            let beside = theme::SWATCH;
            let x = if head.is_number { covered.left() - beside } else { covered.right() + beside };
            ui.painter_at(ui.max_rect()).add(arrow(Pos2::new(x, covered.center().y), descending, theme.accent));
        }
    });
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, head.label()));
    response.ctx.accesskit_node_builder(response.id, |node| {
        if let Some(descending) = sorted {
            let (down, up) = (accesskit::SortDirection::Descending, accesskit::SortDirection::Ascending);
            node.set_sort_direction(if descending { down } else { up });
        }
    });
    response.on_hover_text(tooltip).on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// A triangle that points the way values go: drawn, because not every font has one.
fn arrow(center: Pos2, descending: bool, color: Color32) -> Shape {
    let half = Vec2::new(theme::ARROW, theme::ARROW * if descending { 0.6 } else { -0.6 });
    let corners = [Vec2::new(-half.x, -half.y), Vec2::new(half.x, -half.y), Vec2::new(0.0, half.y)];
    Shape::convex_polygon(corners.map(|c| center + c).to_vec(), color, Stroke::NONE)
}

/// What stands at the head of a column.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    /// `ms`, `MiB`; empty where its figures say themselves what they are.
    pub(super) unit: String,
    /// Whether its cells are flush right.
    pub(super) is_number: bool,
}

impl Head<'_> {
    /// `Self (ms)`.
    pub(super) fn label(&self) -> String {
        if self.unit.is_empty() { self.name.to_owned() } else { format!("{} ({})", self.name, self.unit) }
    }

    /// How wide a column must be to show it, and the arrow of an order beside it.
    pub(super) fn width(&self, ui: &Ui) -> f32 {
        width(ui, &self.label()) + 2.0 * theme::SWATCH + theme::GAP / 2.0
    }
}

/// Draws the line under the head of a table; call it between the head and the body.
pub(super) fn head_line(ui: &Ui, theme: &Theme) {
    let y = ui.cursor().top() - 1.0;
    ui.painter().hline(ui.max_rect().x_range(), y, Stroke::new(1.0, theme.line));
}

/// How wide a text is in a cell.
pub(super) fn width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), TextStyle::Body.resolve(ui.style()), Color32::PLACEHOLDER).size().x
}

/// A text, flush left, cut at its end. Tells whether it was cut.
pub(super) fn text(ui: &Ui, rect: Rect, text: &str, color: Color32) -> bool {
    let (galley, cut) = cut_end(ui, text, TextStyle::Body.resolve(ui.style()), rect.width());
    paint(ui.painter(), rect, galley, color);
    cut
}

/// The same in another type.
pub(super) fn text_of(ui: &Ui, rect: Rect, text: &str, font: FontId, color: Color32) -> bool {
    let (galley, cut) = cut_end(ui, text, font, rect.width());
    paint(ui.painter(), rect, galley, color);
    cut
}

/// A path, flush left, cut at its front, because the ends of paths say most. Tells whether it was cut.
pub(super) fn path(ui: &Ui, rect: Rect, text: &str, color: Color32) -> bool {
    let font = TextStyle::Body.resolve(ui.style());
    // Positions are rounded to pixels when it is laid out. Added up from the widths of letters: laying out attempts
    // would cost more than the rest of a row.
    let room = rect.width() - 1.0;
    let short = layout::fit_place(text, room, letter_width(ui, &font));
    let (galley, _) = cut_end(ui, &short, font, rect.width());
    paint(ui.painter(), rect, galley, color);
    matches!(short, Cow::Owned(_))
}

/// A function's name, flush left. One that does not fit keeps its last part. Tells whether it was cut.
pub(super) fn name(ui: &Ui, rect: Rect, name: &str, color: Color32) -> bool {
    let font = TextStyle::Body.resolve(ui.style());
    // As for paths: letters are added up.
    let room = rect.width() - 1.0;
    let short = layout::fit_name_in(name, room, letter_width(ui, &font));
    let (galley, cut) = cut_end(ui, &short, font, rect.width());
    paint(ui.painter(), rect, galley, color);
    cut || *short != *name
}

/// How wide each letter of a font is. Those of ASCII are looked up once: a screen of names has thousands.
fn letter_width(ui: &Ui, font: &FontId) -> impl FnMut(char) -> f32 {
    let id = Id::unique(("widths of letters", font));
    let ascii: Arc<[f32]> = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| {
        let ascii: Arc<[f32]> =
            ui.fonts_mut(|f| (0_u8..128).map(|letter| f.glyph_width(font, letter.into())).collect());
        ui.data_mut(|data| data.insert_temp(id, Arc::clone(&ascii)));
        ascii
    });
    move |letter| match ascii.get(letter as usize) {
        Some(width) => *width,
        None => ui.fonts_mut(|fonts| fonts.glyph_width(font, letter)),
    }
}

/// A square in the colour of a name, before it; gives the room left for the name.
pub(super) fn swatch(ui: &Ui, rect: Rect, color: Color32) -> Rect {
    let side = theme::SWATCH;
    let square = Rect::from_center_size(rect.left_center() + Vec2::new(side / 2.0, 0.0), Vec2::splat(side));
    ui.painter().rect_filled(square, theme::SMALL_RADIUS, color);
    rect.with_min_x((square.right() + theme::GAP).min(rect.right()))
}

/// A square in the colour of a name, as a widget in a row of others.
pub(super) fn square(ui: &mut Ui, color: Color32) {
    let (_, square) = ui.allocate_space(Vec2::splat(theme::SWATCH));
    ui.painter().rect_filled(square, theme::SMALL_RADIUS, color);
}

/// The colour of a bar behind the figures of a group.
pub(super) fn bar_colour(ctx: &ViewCtx<'_>, group: GroupId) -> Color32 {
    if ctx.is_dimmed(group) { ctx.theme.bar().gamma_multiply(0.4) } else { ctx.theme.bar() }
}

/// A bar behind a cell: as wide a part of it as the share is of everything.
pub(super) fn bar(ui: &Ui, rect: Rect, share: f64, color: Color32) {
    if share <= 0.0 {
        return;
    }
    let width = (rect.width() * share.min(1.0) as f32).max(1.0);
    let bar = Rect::from_min_size(rect.min, Vec2::new(width, rect.height())).shrink2(Vec2::new(0.0, 3.0));
    ui.painter().rect_filled(bar, theme::SMALL_RADIUS, color);
}

/// A bar from the middle of a cell: to the right for what is more, to the left for what is less. `part` is from −1 to 1,
/// which reaches an edge.
pub(super) fn diverging_bar(ui: &Ui, rect: Rect, part: f32, color: Color32) {
    let middle = rect.center().x;
    ui.painter().vline(
        middle,
        rect.shrink2(Vec2::new(0.0, 3.0)).y_range(),
        Stroke::new(1.0, color.gamma_multiply(0.6)),
    );
    if part == 0.0 {
        return;
    }
    let length = (rect.width() / 2.0 * part.abs().min(1.0)).max(1.0);
    let (from, to) = if part > 0.0 { (middle, middle + length) } else { (middle - length, middle) };
    let bar = Rect::from_x_y_ranges(from..=to, rect.y_range()).shrink2(Vec2::new(0.0, 3.0));
    ui.painter().rect_filled(bar, theme::SMALL_RADIUS, color);
}

/// A bar by itself, with the rest of the whole shown behind it.
pub(super) fn meter(ui: &mut Ui, theme: &Theme, share: f64) {
    let (_, rect) = ui.allocate_space(Vec2::new(ui.available_width(), theme::METER));
    ui.painter().rect_filled(rect, theme::SMALL_RADIUS, theme.line);
    if share > 0.0 {
        let width = (rect.width() * share.min(1.0) as f32).max(theme::SMALL_RADIUS);
        let filled = rect.with_max_x(rect.left() + width);
        ui.painter().rect_filled(filled, theme::SMALL_RADIUS, theme.accent);
    }
}

/// What a cell was painted with.
pub(super) struct Painted<'a> {
    /// Its text, whole.
    pub(super) text: Cow<'a, str>,
    /// Whether some of it was cut off.
    pub(super) is_cut: bool,
    /// What there is to say about it, if that is not its text.
    pub(super) note: Option<String>,
}

/// Adds a cell to a row. Says its text to screen readers, and to tests; on hovering, what it does not show.
///
/// Cells keep within their columns by themselves: with a clip of its own, each would be a mesh and a draw call of its own.
pub(super) fn add<'a>(row: &mut TableRow<'_, '_>, paint: impl FnOnce(&Ui) -> Painted<'a>) {
    let mut painted = None;
    let (_, response) = row.col(|ui| painted = Some(paint(ui)));
    let Some(Painted { text, is_cut, note }) = painted else { return };
    response.widget_info(|| WidgetInfo::labeled(Role::Cell, true, &*text));
    if response.hovered()
        && let Some(more) = note.as_deref().or(is_cut.then_some(&*text))
    {
        response.on_hover_text(more);
    }
}

/// `12 / 4`: all calls and primitive calls, as pstats shows them; `12` where they are the same.
pub(super) fn calls(calls: Option<(i64, i64)>) -> String {
    match calls {
        None => "–".to_owned(),
        Some((all, primitive)) if all == primitive || primitive < 0 => format::count(all),
        Some((all, primitive)) => format!("{} / {}", format::count(all), format::count(primitive)),
    }
}

/// `file:line`, or as much of it as is known.
pub(super) fn place(ctx: &ViewCtx<'_>, group: GroupId) -> String {
    match ctx.analysis.place(group) {
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}"),
    }
}

/// The colour of a group in every view.
pub(super) fn swatch_colour(ctx: &ViewCtx<'_>, group: GroupId) -> Color32 {
    let fill = ctx.colour(group);
    if ctx.is_dimmed(group) { ctx.theme.dimmed(fill) } else { fill }
}

/// The colours of texts of more and of less weight; paler where the search does not match.
pub(super) fn colours(ctx: &ViewCtx<'_>, group: GroupId) -> (Color32, Color32) {
    let theme = ctx.theme;
    if ctx.is_dimmed(group) {
        (theme.dimmed(theme.text), theme.dimmed(theme.text_weak))
    } else {
        (theme.text, theme.text_weak)
    }
}

fn paint(painter: &Painter, rect: Rect, galley: Arc<Galley>, color: Color32) {
    let top = rect.center().y - galley.size().y / 2.0;
    painter.galley(Pos2::new(rect.left(), top), galley, color);
}

/// A text as wide as fits. It has no colour before it is painted, so that one in another colour, as where rows are dimmed,
/// is not laid out again.
fn cut_end(ui: &Ui, text: &str, font: FontId, width: f32) -> (Arc<Galley>, bool) {
    let whole = layout::fit(text, MOST_CHARACTERS);
    // Looking for where to cut a text costs as much again as laying it out.
    let fits = whole.chars().map(letter_width(ui, &font)).sum::<f32>() < width - 1.0;
    let mut job = LayoutJob::simple_singleline(whole.into_owned(), font, Color32::PLACEHOLDER);
    job.wrap.max_width = if fits { f32::INFINITY } else { width };
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = ui.painter().layout_job(job);
    let cut = galley.elided;
    (galley, cut)
}
