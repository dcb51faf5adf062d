//! SVG → PNG, with the fonts the program carries, so that a picture looks the same on every machine.

use super::font::{MONOSPACE, PROPORTIONAL};
use super::picture::{PictureError, check_size};
use resvg::tiny_skia::{IntSize, Pixmap, Transform};
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

/// A picture in pixels.
pub struct Raster {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Row by row, four bytes a pixel; red, green and blue are multiplied by alpha.
    pub rgba: Vec<u8>,
}

/// Draws a picture of [`super::picture`] with `scale` pixels for each of its own, as a PNG file.
pub fn from_svg(svg: &str, scale: u32) -> Result<Vec<u8>, PictureError> {
    let tree = parse(svg)?;
    let size = tree.size().to_int_size();
    check_size(size.width(), size.height(), scale)?;
    encode(&draw(&tree, size.width() * scale, size.height() * scale)?)
}

/// Draws a picture with `scale` pixels for each of its own.
pub fn raster(svg: &str, scale: u32) -> Result<Raster, PictureError> {
    let tree = parse(svg)?;
    let size = tree.size().to_int_size();
    check_size(size.width(), size.height(), scale)?;
    Ok(raster_of(draw(&tree, size.width() * scale, size.height() * scale)?))
}

/// Draws a picture as large as fits into a size, but no larger than it is.
pub fn raster_within(svg: &str, width: u32, height: u32) -> Result<Raster, PictureError> {
    let tree = parse(svg)?;
    let size = tree.size().to_int_size();
    check_size(size.width(), size.height(), 1)?;
    let part = |room: u32, whole: u32| f64::from(room) / f64::from(whole.max(1));
    let scale = part(width, size.width()).min(part(height, size.height())).min(1.0);
    let scaled = |length: u32| ((f64::from(length) * scale) as u32).max(1);
    Ok(raster_of(draw(&tree, scaled(size.width()), scaled(size.height()))?))
}

/// A raster as a PNG file.
pub fn from_raster(raster: &Raster) -> Result<Vec<u8>, PictureError> {
    let size = IntSize::from_wh(raster.width, raster.height);
    let pixels = size.and_then(|size| Pixmap::from_vec(raster.rgba.clone(), size));
    encode(&pixels.ok_or_else(|| PictureError::Render("its size is not that of its pixels".to_owned()))?)
}

fn parse(svg: &str) -> Result<usvg::Tree, PictureError> {
    let options = usvg::Options { fontdb: Arc::clone(&FONTS), ..usvg::Options::default() };
    usvg::Tree::from_str(svg, &options).map_err(|e| PictureError::Render(e.to_string()))
}

fn draw(tree: &usvg::Tree, width: u32, height: u32) -> Result<Pixmap, PictureError> {
    let mut pixels = Pixmap::new(width, height)
        .ok_or_else(|| PictureError::Render("there is no memory for so many pixels".to_owned()))?;
    let (x, y) = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(tree, Transform::from_scale(x, y), &mut pixels.as_mut());
    Ok(pixels)
}

fn raster_of(pixels: Pixmap) -> Raster {
    Raster { width: pixels.width(), height: pixels.height(), rgba: pixels.take() }
}

fn encode(pixels: &Pixmap) -> Result<Vec<u8>, PictureError> {
    pixels.encode_png().map_err(|e| PictureError::Render(e.to_string()))
}
