//! Code as it is and as it could be, in the colours of source.

use crate::hints::Finding;
use crate::source::Highlights;
use crate::ui::{Theme, ViewCtx, theme};
use egui::text::{LayoutJob, TextFormat};
use egui::{Frame, Label, RichText, TextStyle, Ui};

/// Narrower than this, the code after stands below the code before.
const BESIDE_WIDTH: f32 = 620.0;
/// More than this is no example.
const MOST_BYTES: usize = 4_000;

/// Draws both, beside each other where there is room.
pub(super) fn before_and_after_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, finding: &Finding) {
    let both = [("Before", &finding.before), ("After", &finding.after)].map(|(caption, code)| (caption, code.as_str()));
    let shown: Vec<(&str, &str)> = both.into_iter().filter(|(_, code)| !code.is_empty()).collect();
    if ui.available_width() >= BESIDE_WIDTH && shown.len() > 1 {
        ui.columns(shown.len(), |columns| {
            for (ui, (caption, code)) in columns.iter_mut().zip(&shown) {
                code_ui(ui, ctx, caption, code);
            }
        });
    } else {
        for (caption, code) in &shown {
            code_ui(ui, ctx, caption, code);
        }
    }
}

fn code_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, caption: &str, code: &str) {
    ui.label(RichText::new(caption).small().color(ctx.theme.text_weak));
    Frame::new().fill(ctx.theme.ground).corner_radius(theme::CARD_RADIUS).inner_margin(theme::GAP).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let font = TextStyle::Monospace.resolve(ui.style());
        ui.add(Label::new(coloured(ctx.theme, &font, code)).wrap());
    });
}

fn coloured(theme: &Theme, font: &egui::FontId, code: &str) -> LayoutJob {
    let code = &code[..code.floor_char_boundary(MOST_BYTES)];
    let mut job = LayoutJob::default();
    let mut at = 0;
    let mut push = |from: usize, to: usize, color| {
        job.append(code.get(from..to).unwrap_or_default(), 0.0, TextFormat::simple(font.clone(), color));
    };
    for span in Highlights::of_python(code).within(0, code.len()) {
        let (from, to) = (span.start as usize, span.end as usize);
        push(at, from, theme.text);
        push(from, to, theme.ink(span.ink));
        at = to;
    }
    push(at, code.len(), theme.text);
    job
}
