//! A few lines of the selected function's source, around the one that cost most.

use crate::analyze::{GroupBy, GroupId};
use crate::model::StringId;
use crate::source::SourceFile;
use crate::ui::source_page::{HeatBy, SourcePage, hottest};
use crate::ui::{Action, Actions, Theme, ViewCtx, cell, hint_marks, theme};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, FontId, RichText, Role, Sense, Ui, Vec2, WidgetInfo};
use std::ops::RangeInclusive;

/// Lines above the hottest one, and below it.
const ABOVE: u32 = 4;
const BELOW: u32 = 5;
/// More of a line is not laid out.
const MOST_BYTES: usize = 200;

/// Draws the lines, and asks for the file until it is there. Where there is none, nothing is said: the source view says
/// why.
pub(super) fn excerpt_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, actions: &mut Actions) {
    if !ctx.excerpts || !matches!(ctx.analysis.query().by, GroupBy::Function | GroupBy::Line) {
        return;
    }
    let function = ctx.analysis.groups().example(group);
    let file = ctx.analysis.profile().function(function).file;
    if file == StringId::EMPTY {
        return;
    }
    let Some(page) = ctx.source.filter(|page| page.file == file) else {
        actions.push(Action::NeedSource(file));
        return;
    };
    let Some(found) = page.found() else { return };
    let first = page.line_of(ctx.analysis, function);
    let Some(lines) = lines(ctx, page, &found.file, group, first) else { return };
    ui.add_space(theme::MARGIN);
    ui.label(RichText::new("Source").strong());
    ui.scope(|ui| lines_ui(ui, ctx, page, &found.file, (group, lines), actions));
}

fn lines_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &SourcePage,
    file: &SourceFile,
    (group, lines): (GroupId, RangeInclusive<u32>),
    actions: &mut Actions,
) {
    let costs = page.costs(HeatBy::Own);
    let most = page.largest.cost(page.by(HeatBy::Own)).max(1);
    // What all of them are indented by says nothing.
    let indent = lines.clone().filter_map(|line| indent_of(file.line(line)?)).min().unwrap_or(0);
    ui.spacing_mut().item_spacing.y = 0.0;
    for line in lines {
        let Some(text) = file.line(line) else { break };
        let cost = costs.binary_search_by_key(&line, |(at, _)| *at).map_or(0, |i| costs[i].1);
        let code = coloured(ctx.theme, page, file, line, text, indent);
        let (rect, response) =
            ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::SOURCE_ROW), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Line {line}: {}", text.trim())));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, theme::SMALL_RADIUS, ctx.theme.raised);
        }
        cell::bar(ui, rect, cost as f64 / most as f64, ctx.theme.bar());
        let number = rect.left() + theme::SOURCE_NUMBER;
        let font = FontId::monospace(theme::CODE_TEXT);
        let at = egui::pos2(number, rect.center().y);
        ui.painter().text(at, Align2::RIGHT_CENTER, line, font, ctx.theme.text_weak);
        let galley = ui.painter().layout_job(code);
        let begin = egui::pos2(number + theme::GAP, rect.center().y - galley.size().y / 2.0);
        ui.painter().with_clip_rect(rect).galley(begin, galley, ctx.theme.text);
        if response.on_hover_text("Show it in the source.").clicked() {
            actions.push(Action::ShowLine(group, line));
        }
    }
}

/// The lines to show: around the one a hint is about, or the hottest of the function, or else from its first on.
fn lines(
    ctx: &ViewCtx<'_>,
    page: &SourcePage,
    file: &SourceFile,
    group: GroupId,
    first: u32,
) -> Option<RangeInclusive<u32>> {
    let function = ctx.analysis.groups().example(group);
    // Lines below belong to it until the next function begins that was recorded.
    let others = page.heat.functions.iter().filter(|f| **f != function);
    let end = others.map(|f| page.line_of(ctx.analysis, *f)).filter(|line| *line > first).min().unwrap_or(u32::MAX);
    let own: Vec<(u32, i64)> = page
        .costs(HeatBy::Own)
        .iter()
        .copied()
        .filter(|(line, _)| match page.heat.line(*line) {
            Some(heat) => heat.function == function,
            None => (first..end).contains(line),
        })
        .collect();
    let last = u32::try_from(file.line_count()).unwrap_or(u32::MAX);
    // Not every profiler says where a function begins.
    let hinted = hint_marks::best(ctx, group).map(|finding| finding.line).filter(|line| *line > 0);
    let from = match hinted.or(hottest(&own).map(|(line, _)| line)) {
        Some(line) if line < first => line.saturating_sub(ABOVE).max(1),
        Some(line) => line.saturating_sub(ABOVE).max(first).max(1),
        None => first,
    };
    (1..=last).contains(&from).then(|| from..=from.saturating_add(ABOVE + BELOW).min(last))
}

fn indent_of(text: &str) -> Option<usize> {
    let code = text.trim_start();
    (!code.is_empty()).then(|| text.len() - code.len())
}

fn coloured(theme: &Theme, page: &SourcePage, file: &SourceFile, line: u32, text: &str, indent: usize) -> LayoutJob {
    let start = file.line_range(line).map_or(0, |(start, _)| start);
    let from = text.floor_char_boundary(indent.min(text.len()));
    let to = text.floor_char_boundary((from + MOST_BYTES).min(text.len()));
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let mut push = |from: usize, to: usize, color| {
        let format = TextFormat::simple(FontId::monospace(theme::CODE_TEXT), color);
        job.append(text.get(from..to).unwrap_or_default(), 0.0, format);
    };
    let mut at = from;
    for span in page.highlights.within(start + from, start + to) {
        let (begin, end) = (span.start as usize - start, (span.end as usize - start).min(to));
        push(at, begin, theme.text);
        push(begin, end, theme.ink(span.ink));
        at = end;
    }
    push(at, to, theme.text);
    job
}
