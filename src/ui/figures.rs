//! Figures, set letter by letter.
//!
//! A table that jumps shows hundreds of figures that were never on the screen. Laid out as texts, the font's features would
//! be planned anew for each. But figures are made of few letters, which nothing joins: so these are laid out once a frame,
//! at each of the four places between two pixels that letters are drawn for, and figures are put together from them. All
//! digits are as wide as each other, and no pair of them is moved closer: columns stand in line.

use egui::emath::GuiRounding as _;
use egui::epaint::text::{Glyph, PlacedRow, RowVisuals};
use egui::mutex::Mutex;
use egui::{Color32, FontId, Galley, Id, Mesh, Pos2, Rect, Ui, Vec2, text::LayoutJob};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Places between two pixels that letters are drawn for.
const STEPS: f32 = 4.0;

/// Lays out a figure on one line, without a colour of its own. It is for painting alone: it does not know its text.
pub(super) fn layout(ui: &Ui, text: &str, font: &FontId) -> Arc<Galley> {
    let id = Id::unique(("letters of figures", font));
    let letters: Arc<Mutex<Letters>> = ui.data_mut(|data| Arc::clone(data.get_temp_mut_or_default(id)));
    let mut letters = letters.lock();
    letters.set(ui, text, font)
}

/// Letters of a font, as they were laid out in a frame: the next one may have put them elsewhere in the atlas.
#[derive(Default)]
struct Letters {
    frame: u64,
    /// By letter and step. `None` where a font shows nothing for one.
    glyphs: FxHashMap<(char, u8), Option<Glyph>>,
    /// A text of no letters, which figures are made from.
    blank: Option<Arc<Galley>>,
}

impl Letters {
    fn set(&mut self, ui: &Ui, text: &str, font: &FontId) -> Arc<Galley> {
        let frame = ui.ctx().cumulative_pass_nr();
        if self.frame != frame {
            *self = Self { frame, ..Self::default() };
        }
        let blank = self.blank.get_or_insert_with(|| ui.painter().layout_job(job("", font)));
        let mut galley = Galley::clone(blank);
        let Some(PlacedRow { row, .. }) = galley.rows.first_mut() else { return Arc::new(galley) };

        let pixels = galley.pixels_per_point;
        let mut mesh = Mesh::default();
        mesh.reserve_triangles(text.len() * 2);
        mesh.reserve_vertices(text.len() * 4);
        let mut cursor = 0.0; // in pixels
        for letter in text.chars() {
            let steps = (cursor * STEPS).round();
            let whole = (steps / STEPS).floor();
            let step = (steps - whole * STEPS) as u8;
            let Some(glyph) = self.glyph(ui, font, pixels, letter, step) else { continue };
            add(&mut mesh, &glyph, whole / pixels, pixels);
            cursor += glyph.advance_width * pixels;
        }
        galley.rect.max.x = (cursor / pixels).round_ui();
        galley.mesh_bounds = mesh.calc_bounds();
        (galley.num_vertices, galley.num_indices) = (mesh.vertices.len(), mesh.indices.len());
        let row = Arc::make_mut(row);
        row.size.x = galley.rect.max.x;
        row.visuals = RowVisuals {
            mesh_bounds: galley.mesh_bounds,
            glyph_index_start: 0,
            glyph_vertex_range: 0..mesh.vertices.len(),
            mesh,
        };
        Arc::new(galley)
    }

    /// A letter at a step right of a pixel.
    fn glyph(&mut self, ui: &Ui, font: &FontId, pixels: f32, letter: char, step: u8) -> Option<Glyph> {
        *self.glyphs.entry((letter, step)).or_insert_with(|| {
            let mut job = job(letter.encode_utf8(&mut [0; 4]), font);
            for section in &mut job.sections {
                section.leading_space = f32::from(step) / STEPS / pixels;
            }
            let galley = ui.painter().layout_job(job);
            galley.rows.first().and_then(|row| row.glyphs.first()).copied()
        })
    }
}

/// A text without a colour: it gets one when it is painted.
fn job(text: impl Into<String>, font: &FontId) -> LayoutJob {
    LayoutJob::simple_singleline(text.into(), font.clone(), Color32::PLACEHOLDER)
}

/// Adds the rectangle of a glyph, so many points further right, with its place in the atlas.
fn add(mesh: &mut Mesh, glyph: &Glyph, right: f32, pixels: f32) {
    let place = &glyph.uv_rect;
    if place.is_nothing() {
        return;
    }
    let corner = (glyph.pos + place.offset + Vec2::new(right, 0.0)).round_to_pixels(pixels);
    let [min, max] = [place.min, place.max].map(|[x, y]| Pos2::new(f32::from(x), f32::from(y)));
    mesh.add_rect_with_uv(Rect::from_min_size(corner, place.size), Rect::from_min_max(min, max), Color32::PLACEHOLDER);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Theme;
    use egui::TextStyle;

    /// What `layout` gives for some texts, and what egui gives for the same.
    fn both(pixels: f32, texts: &[&str]) -> Vec<[Arc<Galley>; 2]> {
        let ctx = egui::Context::default();
        ctx.set_fonts(Theme::fonts());
        ctx.set_pixels_per_point(pixels);
        let mut found = Vec::new();
        for _ in 0..3 {
            found.clear();
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                let font = TextStyle::Body.resolve(ui.style());
                for text in texts {
                    let plain = ui.painter().layout_job(job(*text, &font));
                    found.push([layout(ui, text, &font), plain]);
                }
            });
            output.textures_delta.clear();
        }
        found
    }

    #[test]
    fn figures_look_as_egui_lays_them_out() {
        let texts = [
            "0",
            "1,234,567.890",
            "29.97",
            "−0.003",
            "<0.01 %",
            "41.2 %",
            "100 %",
            "8.49 µs",
            "1.24 s",
            "3.4 MiB",
            "–",
            "11,492,650 / 4,999,981",
            "+12.5 %",
            "≈ 12 ms",
            "=",
            "",
        ];
        for pixels in [1.0, 1.25, 1.5, 2.0] {
            for [set, plain] in both(pixels, &texts) {
                let text = plain.text();
                assert_eq!(set.rect, plain.rect, "{text} at {pixels}");
                let [set, plain] = [&set, &plain].map(|g| &g.rows[0]);
                assert_eq!(set.row.visuals.mesh, plain.row.visuals.mesh, "{text} at {pixels}");
            }
        }
    }

    #[test]
    fn digits_are_as_wide_as_each_other() {
        let texts: Vec<String> = (0..10).map(|digit| digit.to_string().repeat(8)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let widths: Vec<f32> = both(1.0, &texts).iter().map(|[set, _]| set.size().x).collect();
        assert_eq!(widths, vec![widths[0]; 10]);
    }
}
