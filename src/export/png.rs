//! SVG → PNG, with the fonts the program carries, so that a picture looks the same on every machine.

use super::font::{MONOSPACE, PROPORTIONAL};
use super::picture::{PictureError, check_size};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};
use std::sync::{Arc, LazyLock};

/// The carried fonts, and no other.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for bytes in [MONOSPACE.bytes, PROPORTIONAL.bytes] {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    fonts.set_monospace_family("Hack");
    fonts.set_sans_serif_family("Ubuntu");
    Arc::new(fonts)
});

/// Draws a picture of [`super::picture`] with `scale` pixels for each of its own.
pub fn from_svg(svg: &str, scale: u32) -> Result<Vec<u8>, PictureError> {
    let options = usvg::Options { fontdb: Arc::clone(&FONTS), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| PictureError::Render(e.to_string()))?;
    let size = tree.size().to_int_size();
    check_size(size.width(), size.height(), scale)?;
    let mut pixels = Pixmap::new(size.width() * scale, size.height() * scale)
        .ok_or_else(|| PictureError::Render("there is no memory for so many pixels".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixels.as_mut());
    pixels.encode_png().map_err(|e| PictureError::Render(e.to_string()))
}
