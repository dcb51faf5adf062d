//! The lines on screen: margin, number, figures, text. Only what is visible is laid out.

use super::columns::{Cell, Columns};
use super::{Aim, SourceCtx, SourceState};
use crate::analyze::{GroupId, GroupKey, LineHeat};
use crate::model::format;
use crate::source::{Ink, SourceFile};
use crate::ui::source_page::{CallHeat, HeatBy, SourcePage};
use crate::ui::{Action, Actions, Theme, ViewCtx, theme};
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Align2, Color32, FontId, Pos2, Rect, Response, Role, ScrollArea, Sense, Stroke, TextStyle, Ui, Vec2,
    WidgetInfo,
};

/// Lines longer than this are cut: no screen is as wide, and a file may be one line.
const MOST_BYTES: usize = 2_000;

/// What every row is drawn with.
struct Rows<'a> {
    ctx: &'a ViewCtx<'a>,
    source: &'a SourceCtx<'a>,
    page: &'a SourcePage,
    file: &'a SourceFile,
    columns: Columns,
    font: FontId,
    small: FontId,
    /// Where the parts of a row begin, from its left end.
    number_right: f32,
    figures_left: f32,
    text_left: f32,
    /// The cost the strongest colour stands for.
    hottest: i64,
    by: HeatBy,
}

/// Draws the head and the lines.
pub(super) fn rows_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    source: &SourceCtx<'_>,
    page: &SourcePage,
    state: &mut SourceState,
    actions: &mut Actions,
) {
    let Some(found) = page.found() else { return };
    let file = &found.file;
    let font = TextStyle::Monospace.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let by = page.by(state.by);
    let columns = Columns::new(ui, ctx, page, by, &small);
    let digit = ui.fonts_mut(|f| f.glyph_width(&font, '0'));
    let digits = file.line_count().max(100).to_string().len() as f32;
    let number_right = theme::SOURCE_MARGIN + digits * digit;
    let figures_left = number_right + theme::GAP;
    let figures: f32 = columns.shown.iter().map(|c| c.width + theme::MARGIN).sum();
    let text_left = figures_left + figures + theme::GAP;
    let hottest = page.largest.cost(by);
    let rows =
        Rows { ctx, source, page, file, columns, font, small, number_right, figures_left, text_left, hottest, by };
    head_ui(ui, &rows);
    let count = file.line_count();
    let mut area = ScrollArea::vertical().id_salt("source lines").auto_shrink(false).animated(false);
    if let Some(Aim::Line(line)) = state.aim.take() {
        area = area.vertical_scroll_offset(offset_for(line, state.rows_on_screen, ui));
    }
    let mut widest = 0.0_f32;
    let shown = area.show_rows(ui, theme::SOURCE_ROW, count.max(1), |ui, range| {
        let first = range.start;
        for index in range {
            let line = index as u32 + 1;
            if line as usize > count {
                break;
            }
            let response = rows.row_ui(ui, line, state.scrolled_right, state.line == line, &mut widest);
            if index == first && count > 0 {
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_position_in_set(index));
            }
            if response.clicked() || response.secondary_clicked() {
                state.line = line;
                if let Some(group) = rows.group_of(line) {
                    actions.push(Action::Select(Some(group)));
                }
            }
            if response.double_clicked() {
                actions.push(Action::OpenInEditor(line));
            }
            let over_figures = response.hover_pos().is_some_and(|p| p.x < response.rect.left() + rows.text_left);
            let response = match page.calls_on(line).filter(|_| over_figures && page.heat.line(line).is_none()) {
                Some(calls) => response.on_hover_text(calls.in_words(ctx)),
                None => response,
            };
            response.context_menu(|ui| menu_ui(ui, &rows, line, actions));
        }
    });
    state.rows_on_screen = (shown.inner_rect.height() / theme::SOURCE_ROW) as usize;
    // The text moves under the figures, which stay.
    if ui.rect_contains_pointer(shown.inner_rect) {
        state.scrolled_right -= ui.input(|i| i.smooth_scroll_delta().x);
    }
    let room = shown.inner_rect.width() - rows.text_left - theme::MARGIN;
    state.scrolled_right = state.scrolled_right.clamp(0.0, (widest - room).max(0.0));
}

/// Puts a line a quarter from the top.
fn offset_for(line: u32, rows_on_screen: usize, ui: &Ui) -> f32 {
    let rows = if rows_on_screen > 0 { rows_on_screen as f32 } else { ui.available_height() / theme::SOURCE_ROW };
    ((line as f32 - 1.0 - rows / 4.0) * theme::SOURCE_ROW).max(0.0)
}

fn head_ui(ui: &mut Ui, rows: &Rows<'_>) {
    let theme = rows.ctx.theme;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::TABLE_HEAD), Sense::hover());
    let mut left = rect.left() + rows.figures_left;
    for (i, column) in rows.columns.shown.iter().enumerate() {
        let cell = Rect::from_min_size(Pos2::new(left, rect.top()), Vec2::new(column.width, rect.height()));
        let font = rows.small.clone();
        ui.painter().text(cell.right_center(), Align2::RIGHT_CENTER, &column.head, font, theme.text_weak);
        let response = ui.interact(cell, ui.scope_id().with(("head", i)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &column.head));
        response.on_hover_text(column.tooltip);
        left += column.width + theme::MARGIN;
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.line));
}

impl Rows<'_> {
    fn row_ui(&self, ui: &mut Ui, line: u32, scrolled: f32, is_current: bool, widest: &mut f32) -> Response {
        let theme = self.ctx.theme;
        let size = Vec2::new(ui.available_width(), theme::SOURCE_ROW);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let (heat, calls) = (self.page.heat.line(line), self.page.calls_on(line));
        let text = self.file.line(line).unwrap_or_default();
        self.ground(ui, rect, (heat, calls), is_current, response.hovered());
        self.margin(ui, rect, line);
        let number = Pos2::new(rect.left() + self.number_right, rect.center().y);
        let number_color = if heat.is_some() || is_current { theme.text } else { theme.text_weak };
        ui.painter().text(number, Align2::RIGHT_CENTER, line.to_string(), self.small.clone(), number_color);
        let cells: Vec<Cell> = self.columns.shown.iter().map(|c| self.columns.cell(self.ctx, c, heat, calls)).collect();
        let mut left = rect.left() + self.figures_left;
        for (column, cell) in self.columns.shown.iter().zip(&cells) {
            let at = Pos2::new(left + column.width, rect.center().y);
            let color = if cell.estimated { theme.estimated } else { theme.text };
            if !cell.text.is_empty() {
                ui.painter().text(at, Align2::RIGHT_CENTER, &cell.text, self.small.clone(), color);
            }
            left += column.width + theme::MARGIN;
        }
        let room = rect.with_min_x(rect.left() + self.text_left);
        let galley = ui.painter().layout_job(self.code(line, text));
        *widest = widest.max(galley.size().x);
        let top = rect.center().y - galley.size().y / 2.0;
        ui.painter().with_clip_rect(room.intersect(ui.clip_rect())).galley(
            Pos2::new(room.left() - scrolled, top),
            galley,
            theme.text,
        );
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, self.spoken(line, text, &cells)));
        response
    }

    /// The colour behind a line: the hotter, the stronger.
    fn ground(
        &self,
        ui: &Ui,
        rect: Rect,
        (heat, calls): (Option<&LineHeat>, Option<&CallHeat>),
        is_current: bool,
        is_hovered: bool,
    ) {
        let theme = self.ctx.theme;
        let painter = ui.painter();
        let text = rect.with_min_x(rect.left() + self.text_left - theme::GAP);
        if is_current {
            // Beside the text alone: below it, it would change the colour of the heat.
            painter.rect_filled(rect.with_max_x(text.left()), 0.0, theme.selected_row);
            let edges = Stroke::new(1.0, theme.selected_row);
            painter.hline(text.x_range(), rect.top() + 0.5, edges);
            painter.hline(text.x_range(), rect.bottom() - 0.5, edges);
        } else if is_hovered {
            painter.rect_filled(rect, 0.0, theme.raised.gamma_multiply(0.5));
        }
        let (cost, color) = match (heat, calls) {
            (Some(line), _) => (self.by.cost(line), theme.accent),
            (None, Some(calls)) => (self.by.cost_of_calls(calls), theme.estimated),
            (None, None) => return,
        };
        if cost <= 0 || self.hottest <= 0 {
            return;
        }
        let part = (cost as f64 / self.hottest as f64) as f32;
        painter.rect_filled(text, 0.0, Theme::heat(color, part));
        let strip = text.with_max_x(text.left() + theme::SOURCE_STRIP);
        painter.rect_filled(strip, 0.0, color.gamma_multiply(part.sqrt().max(0.25)));
    }

    /// Remarks on the line.
    fn margin(&self, ui: &Ui, rect: Rect, line: u32) {
        let first = self.source.marks.partition_point(|m| m.line < line);
        let marks = self.source.marks[first..].iter().take_while(|m| m.line == line);
        let text: Vec<&str> = marks.map(|m| m.text.as_str()).collect();
        if text.is_empty() {
            return;
        }
        let theme = self.ctx.theme;
        let center = Pos2::new(rect.left() + theme::GAP, rect.center().y);
        ui.painter().circle_filled(center, theme::ARROW, theme.warning);
        let spot = Rect::from_center_size(center, Vec2::splat(theme::SOURCE_ROW));
        let response = ui.interact(spot, ui.scope_id().with(("mark", line)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text.join("; ")));
        response.on_hover_text(text.join("\n"));
    }

    /// A line's text in its colours, with what the search matches marked.
    fn code(&self, line: u32, text: &str) -> LayoutJob {
        let theme = self.ctx.theme;
        let cut = text.floor_char_boundary(MOST_BYTES);
        let shown = &text[..cut];
        let start = self.file.line_range(line).map_or(0, |(start, _)| start);
        let mut job = LayoutJob { halign: Align::LEFT, ..LayoutJob::default() };
        job.wrap.max_width = f32::INFINITY;
        let matches: Vec<(usize, usize)> = match self.source.search {
            Some(search) => search.find_iter(shown).map(|m| (m.start(), m.end())).filter(|(a, b)| a < b).collect(),
            None => Vec::new(),
        };
        let mut push = |from: usize, to: usize, color: Color32| {
            // Where a match begins or ends within it, a part is cut.
            let mut at = from;
            while at < to {
                let within = matches.iter().find(|(a, b)| *a <= at && at < *b);
                let end = match within {
                    Some((_, end)) => (*end).min(to),
                    None => matches.iter().map(|(a, _)| *a).find(|a| *a > at).unwrap_or(to).min(to),
                };
                let background = if within.is_some() { theme.accent.gamma_multiply(0.4) } else { theme::CLEAR };
                let format = TextFormat { font_id: self.font.clone(), color, background, ..TextFormat::default() };
                job.append(shown.get(at..end).unwrap_or_default(), 0.0, format);
                at = end;
            }
        };
        let mut at = 0;
        for span in self.page.highlights.within(start, start + cut) {
            let (from, to) = (span.start as usize - start, (span.end as usize - start).min(cut));
            push(at, from, theme.text);
            push(from, to, theme.ink(span.ink));
            at = to;
        }
        push(at, cut, theme.text);
        if cut < text.len() {
            let format = TextFormat::simple(self.font.clone(), theme.ink(Ink::Comment));
            job.append(&format!(" … {} more characters", format::count((text.len() - cut) as i64)), 0.0, format);
        }
        job
    }

    /// What screen readers say, and tests look for: `12: total += i (45.0 %, 1.2 ms)`.
    fn spoken(&self, line: u32, text: &str, cells: &[Cell]) -> String {
        let cut = text.floor_char_boundary(200);
        let figures: Vec<String> = self
            .columns
            .shown
            .iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.text.is_empty())
            .map(|(column, cell)| format!("{} {}", column.head, cell.text))
            .collect();
        format!("{line}: {} [{}]", text[..cut].trim(), figures.join(", "))
    }

    /// The group a line's cost belongs to.
    fn group_of(&self, line: u32) -> Option<GroupId> {
        let function = self.page.heat.line(line)?.function;
        let groups = self.ctx.analysis.groups();
        let of_function = groups.of_functions()[function.index()];
        let exact = groups.ids().find(|&g| groups.key(g) == GroupKey::Line(function, line));
        Some(exact.unwrap_or(of_function))
    }
}

fn menu_ui(ui: &mut Ui, rows: &Rows<'_>, line: u32, actions: &mut Actions) {
    if ui.button("Open in editor").on_hover_text("Runs the editor's command with this file and line.").clicked() {
        actions.push(Action::OpenInEditor(line));
    }
    if ui.button("Copy file:line").clicked() {
        actions.push(Action::Copy(format!("{}:{line}", rows.file.path().display()), "Place copied"));
    }
    if ui.button("Copy line").clicked() {
        let text = rows.file.line(line).unwrap_or_default().trim().to_owned();
        actions.push(Action::Copy(text, "Line copied"));
    }
}

impl CallHeat {
    /// What the line's calls are, in a sentence.
    pub(super) fn in_words(&self, ctx: &ViewCtx<'_>) -> String {
        let cost = format::value(self.total, &ctx.metric().unit);
        format!("What this line calls cost {cost}: estimated, because the profile records calls but not their lines.")
    }
}
