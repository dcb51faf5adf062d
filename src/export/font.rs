//! The fonts pictures are set in, carried in the program, and how wide their characters are.
//!
//! The widths are read from the fonts' own tables, so that a label is cut where it ends and not where it might:
//! <https://learn.microsoft.com/en-us/typography/opentype/spec/hmtx>, `cmap` (format 4), `head` and `hhea`.

use std::sync::LazyLock;

/// The font of labels and code.
pub(crate) static MONOSPACE: LazyLock<Font> = LazyLock::new(|| {
    Font::new(epaint_default_fonts::HACK_REGULAR, "Hack, Menlo, Consolas, 'DejaVu Sans Mono', monospace")
});

/// The font of running text.
pub(crate) static PROPORTIONAL: LazyLock<Font> = LazyLock::new(|| {
    Font::new(epaint_default_fonts::UBUNTU_LIGHT, "Ubuntu, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif")
});

/// A font and the widths of its characters.
pub(crate) struct Font {
    /// The file.
    pub(crate) bytes: &'static [u8],
    /// What to ask a browser for: this font, or others like it.
    pub(crate) family: &'static str,
    tables: Tables,
    /// Widths of the characters below 128, in parts of the font's size.
    ascii: [f32; 128],
}

impl Font {
    fn new(bytes: &'static [u8], family: &'static str) -> Self {
        let tables = Tables::find(bytes).unwrap_or_default();
        let mut ascii = [0.0; 128];
        for (code, width) in (0_u16..).zip(&mut ascii) {
            *width = tables.advance(bytes, code).unwrap_or(FOREIGN);
        }
        Self { bytes, family, tables, ascii }
    }

    /// The width of a text set in a size.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(c)).sum::<f32>() * size
    }

    fn advance(&self, c: char) -> f32 {
        if let Some(width) = self.ascii.get(c as usize) {
            return *width;
        }
        let known = u16::try_from(u32::from(c)).ok().and_then(|code| self.tables.advance(self.bytes, code));
        // Another font will draw it: scripts from Hangul on are mostly set as wide as high.
        known.unwrap_or(if c >= '\u{1100}' { 1.0 } else { FOREIGN })
    }

    /// A text cut at its end so that it is no wider than `room`; `None` where not even three characters fit.
    pub(crate) fn cut(&self, text: &str, size: f32, room: f32) -> Option<String> {
        if self.width(text, size) <= room {
            return Some(text.to_owned());
        }
        let room = room - self.width("…", size);
        let (mut used, mut end, mut count) = (0.0, 0, 0);
        for (at, c) in text.char_indices() {
            used += self.advance(c) * size;
            if used > room {
                break;
            }
            end = at + c.len_utf8();
            count += 1;
        }
        (count >= 2).then(|| format!("{}…", text[..end].trim_end()))
    }
}

/// The width of a character of another font, in parts of the size.
const FOREIGN: f32 = 0.6;

/// Where in the file the tables are that tell widths.
#[derive(Default)]
struct Tables {
    units_per_em: u16,
    metrics: usize,
    metrics_count: u16,
    /// The subtable of `cmap` for the Basic Multilingual Plane, format 4.
    characters: usize,
}

impl Tables {
    fn find(bytes: &[u8]) -> Option<Self> {
        let count = u16_at(bytes, 4)?;
        let table = |tag: &[u8]| {
            let record = (0..usize::from(count)).map(|i| 12 + i * 16).find(|&at| bytes.get(at..at + 4) == Some(tag))?;
            u32_at(bytes, record + 8)
        };
        let map = table(b"cmap")?;
        let subtables = usize::from(u16_at(bytes, map + 2)?);
        let characters = (0..subtables)
            .map(|i| map + 4 + i * 8)
            .filter(|&at| (u16_at(bytes, at), u16_at(bytes, at + 2)) == (Some(3), Some(1)))
            .find_map(|at| Some(map + u32_at(bytes, at + 4)?))
            .filter(|&at| u16_at(bytes, at) == Some(4))?;
        Some(Self {
            units_per_em: u16_at(bytes, table(b"head")? + 18)?,
            metrics: table(b"hmtx")?,
            metrics_count: u16_at(bytes, table(b"hhea")? + 34)?,
            characters,
        })
    }

    /// The width of a character; `None` where the font does not have it.
    fn advance(&self, bytes: &[u8], code: u16) -> Option<f32> {
        let glyph = self.glyph(bytes, code)?;
        // The last width stands for all glyphs behind it.
        let row = glyph.min(self.metrics_count.checked_sub(1)?);
        let width = u16_at(bytes, self.metrics + usize::from(row) * 4)?;
        (self.units_per_em > 0).then(|| f32::from(width) / f32::from(self.units_per_em))
    }

    fn glyph(&self, bytes: &[u8], code: u16) -> Option<u16> {
        if self.characters == 0 {
            return None;
        }
        // Four columns, one row a segment: the last code, the first code, what to add, where the glyphs are listed.
        let twice = usize::from(u16_at(bytes, self.characters + 6)?);
        let ends = self.characters + 14;
        let segment = (0..twice / 2).find(|s| u16_at(bytes, ends + s * 2).is_some_and(|end| end >= code))?;
        let (starts, row) = (ends + twice + 2, segment * 2);
        let start = u16_at(bytes, starts + row)?;
        if start > code {
            return None;
        }
        let delta = u16_at(bytes, starts + twice + row)?;
        let offset_at = starts + twice * 2 + row;
        let glyph = match u16_at(bytes, offset_at)? {
            0 => code.wrapping_add(delta),
            offset => match u16_at(bytes, offset_at + usize::from(offset) + usize::from(code - start) * 2)? {
                0 => 0,
                listed => listed.wrapping_add(delta),
            },
        };
        (glyph != 0).then_some(glyph)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_fonts() {
        // `fc-query` and `ttx` say: Hack sets every character 1233 of 2048 units wide.
        for c in ['i', 'm', '…', 'é', 'Ж', '→'] {
            assert!((MONOSPACE.advance(c) - 1233.0 / 2048.0).abs() < 1e-6, "{c}");
        }
        assert!(PROPORTIONAL.advance('i') < PROPORTIONAL.advance('m') / 2.0);
        assert!((MONOSPACE.advance('漢') - 1.0).abs() < 1e-6, "another font draws it");
    }

    #[test]
    fn a_text_is_cut_where_its_room_ends() {
        let advance = 1233.0 / 2048.0 * 12.0;
        let cut = |text: &str, characters: f32| MONOSPACE.cut(text, 12.0, characters * advance + 0.01);
        assert_eq!(cut("parse_rows", 10.0).as_deref(), Some("parse_rows"));
        assert_eq!(cut("parse_rows", 9.0).as_deref(), Some("parse_ro…"));
        assert_eq!(cut("parse_rows", 3.0).as_deref(), Some("pa…"));
        assert_eq!(cut("parse_rows", 2.0), None);
    }
}
