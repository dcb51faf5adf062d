//! Code as it is and as it could be, in the colours of source.

use crate::hints::Finding;
use crate::source::Highlights;
use crate::ui::theme::{CARD_RADIUS, GAP};
use crate::ui::{Theme, ViewCtx};
use egui::cache::{ComputerMut, FrameCache};
use egui::text::{LayoutJob, TextFormat};
use egui::{Frame, Label, RichText, TextStyle, Ui};
use std::sync::Arc;

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
                code_ui(ui, ctx.theme, caption, code);
            }
        });
    } else {
        for (caption, code) in &shown {
            code_ui(ui, ctx.theme, caption, code);
        }
    }
}

fn code_ui(ui: &mut Ui, theme: &Theme, caption: &str, code: &str) {
    ui.label(RichText::new(caption).small().color(theme.text_weak));
    Frame::new().fill(theme.ground).corner_radius(CARD_RADIUS).inner_margin(GAP).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let font = TextStyle::Monospace.resolve(ui.style());
        // Columns justify their texts, and a row that is justified loses its indentation.
        ui.vertical(|ui| ui.add(Label::new(coloured(ui, theme, &font, code)).wrap()));
    });
}

/// Parses code; what it finds is kept while the code is on screen.
#[derive(Default)]
struct Colours;

impl ComputerMut<&str, Arc<Highlights>> for Colours {
    fn compute(&mut self, code: &str) -> Arc<Highlights> {
        Arc::new(Highlights::of_python(code))
    }
}

fn coloured(ui: &Ui, theme: &Theme, font: &egui::FontId, code: &str) -> LayoutJob {
    let code = &code[..code.floor_char_boundary(MOST_BYTES)];
    let highlights = ui.memory_mut(|m| Arc::clone(m.caches.cache::<FrameCache<Arc<Highlights>, Colours>>().get(code)));
    let mut job = LayoutJob::default();
    let mut at = 0;
    let mut push = |from: usize, to: usize, color| {
        job.append(code.get(from..to).unwrap_or_default(), 0.0, TextFormat::simple(font.clone(), color));
    };
    for span in highlights.within(0, code.len()) {
        let (from, to) = (span.start as usize, span.end as usize);
        push(at, from, theme.text);
        push(from, to, theme.ink(span.ink));
        at = to;
    }
    push(at, code.len(), theme.text);
    job
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Scheme;
    use egui::Shape;
    use egui::epaint::TextShape;

    #[test]
    fn code_beside_other_code_keeps_its_indentation() {
        let theme = Theme::new(Scheme::Dark);
        let egui = egui::Context::default();
        let mut shapes = Vec::new();
        // The first frame has no sizes yet.
        for _ in 0..2 {
            let mut output = egui.run_ui(egui::RawInput::default(), |ui| {
                ui.columns(2, |columns| {
                    for ui in columns {
                        code_ui(ui, &theme, "Before", "for x in y:\n    f(x)");
                    }
                });
            });
            output.textures_delta.clear();
            shapes = output.shapes;
        }
        let is_code = |text: &&TextShape| text.galley.text().starts_with("for");
        let texts = shapes.iter().filter_map(|clipped| match &clipped.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        });
        let codes: Vec<&TextShape> = texts.filter(is_code).collect();
        assert_eq!(codes.len(), 2);
        for code in codes {
            let rows = &code.galley.rows;
            let [first, second] = [0, 1].map(|row| {
                rows[row].pos.x + rows[row].glyphs.iter().find(|g| !g.chr.is_whitespace()).map_or(0.0, |g| g.pos.x)
            });
            assert!(second > first + 10.0, "{first} {second}");
        }
    }
}
