//! What colours mean, along the lower edge of views of boxes and arcs.

use super::theme::CLEAR;
use super::{Theme, ViewCtx, cell, difference, theme};
use crate::layout::ColourBy;
use egui::{Frame, Label, Margin, Panel, RichText, Role, Sense, TextStyle, Ui, WidgetInfo};

/// The legend of a view that draws both sides of a comparison as one, or whose colours tell shares. Colours by package need
/// none: names say the same, and the details whose they are.
pub(super) fn legend_panel_ui(ui: &mut Ui, ctx: &ViewCtx<'_>) {
    let merged = ctx.merged();
    if merged.is_none() && ctx.theme.palette.by == ColourBy::Package {
        return;
    }
    let frame = Frame::new().fill(ctx.theme.panel).inner_margin(Margin::symmetric(theme::MARGIN as i8, 4));
    Panel::bottom("legend").resizable(false).frame(frame).show(ui, |ui| match merged {
        Some(compare) => difference::legend_ui(ui, ctx, compare),
        None => shares_ui(ui, ctx.theme),
    });
}

/// Begins the next line of a wrapped row where a square and words do not fit beside what is there: they are not parted.
/// `gap` is what lies between each of them.
pub(super) fn keep_together(ui: &mut Ui, square: f32, words: &[&str], style: &TextStyle, gap: f32) {
    let font = style.resolve(ui.style());
    let width = |text: &&str| ui.painter().layout_no_wrap((*text).to_owned(), font.clone(), CLEAR).size().x;
    let needed = square + words.iter().map(|text| gap + width(text)).sum::<f32>();
    if ui.available_size_before_wrap().x < needed {
        ui.end_row();
    }
}

fn shares_ui(ui: &mut Ui, theme: &Theme) {
    let shown = ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Self").small().color(theme.text_weak));
        for (heat, share) in theme.palette.heat_legend() {
            cell::square(ui, Theme::color(heat));
            ui.add(Label::new(RichText::new(share).small().color(theme.text)).extend());
        }
    });
    let response = shown.response.interact(Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, "Legend: colours by self share"));
    response.on_hover_text(
        "Colours tell what part of everything that was counted a function costs itself, in all places together. They mean the \
         same in every profile.",
    );
}
