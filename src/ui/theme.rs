//! Every colour and size of the window.
//!
//! The only place that may name a literal colour: see `clippy.toml`.

use crate::layout::{Palette, Rgb, Scheme};
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Vec2, Visuals};

/// Colours and sizes of one scheme.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Colours of boxes and arcs.
    pub palette: Palette,
    /// The ground of views.
    pub ground: Color32,
    /// The ground of bars and side panels.
    pub panel: Color32,
    /// A raised surface: cards, chips, the pointed-at row.
    pub raised: Color32,
    /// Thin lines.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text of less weight: units, paths, hints.
    pub text_weak: Color32,
    /// The accent: what is active, bars in tables.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// The outline of the selected box or arc.
    pub selection: Color32,
    /// The outline of the box under the pointer.
    pub hover: Color32,
    /// The ground of the selected row.
    pub selected_row: Color32,
    /// Warnings.
    pub warning: Color32,
    /// Errors.
    pub error: Color32,
    /// What is estimated.
    pub estimated: Color32,
    /// The base side of a comparison: no hue of a difference.
    pub base: Color32,
    /// The new side.
    pub new: Color32,
    /// Text about what costs more.
    pub slower: Color32,
    /// Text about what costs less.
    pub faster: Color32,
    /// The stripes of boxes that only one side has.
    pub stripe: Color32,
}

/// Height of a row of a flame graph.
pub const FLAME_ROW: f32 = 20.0;
/// Height of the overview strip.
pub const MINIMAP_HEIGHT: f32 = 44.0;
/// Height of a row of a table.
pub const TABLE_ROW: f32 = 22.0;
/// Height of bars at the edges of the window.
pub const BAR_HEIGHT: f32 = 34.0;
/// The gap between neighbouring things.
pub const GAP: f32 = 8.0;
/// The margin around the contents of panels.
pub const MARGIN: f32 = 12.0;
/// Height of the head of a table.
pub const TABLE_HEAD: f32 = 28.0;
/// Side of the square that shows a colour beside a name.
pub const SWATCH: f32 = 9.0;
/// Half the width of the arrow that shows an order.
pub const ARROW: f32 = 4.0;
/// Width of a field to search or filter by.
pub const FIELD_WIDTH: f32 = 240.0;
/// Height of a bar that stands by itself.
pub const METER: f32 = 5.0;
/// Rounding of bars and swatches.
pub const SMALL_RADIUS: f32 = 2.0;
/// Thickness of the stripes of boxes and arcs that only one side of a comparison has.
pub const STRIPE: f32 = 1.8;
/// Size of a figure that is read first.
pub const FIGURE_TEXT: f32 = 17.0;
/// Size of the name of what a panel is about.
pub const NAME_TEXT: f32 = 14.5;
/// Size of the text in boxes.
pub const BOX_TEXT: f32 = 12.0;

impl Theme {
    /// The theme of a scheme.
    pub fn new(scheme: Scheme) -> Self {
        let c = Color32::from_rgb;
        let palette = Palette::new(scheme);
        let (faster, slower) =
            (Self::color(palette.difference_text(false)), Self::color(palette.difference_text(true)));
        let stripe = Self::color(palette.text_on_fill()).gamma_multiply(0.34);
        match scheme {
            Scheme::Dark => Self {
                palette,
                ground: c(0x17, 0x19, 0x1f),
                panel: c(0x1e, 0x21, 0x29),
                raised: c(0x2a, 0x2e, 0x39),
                line: c(0x36, 0x3b, 0x47),
                text: c(0xe6, 0xe8, 0xed),
                text_weak: c(0xa3, 0xaa, 0xb8),
                accent: c(0xf2, 0xb1, 0x3c),
                on_accent: c(0x1b, 0x16, 0x08),
                selection: c(0xff, 0xff, 0xff),
                hover: c(0xff, 0xd9, 0x8a),
                selected_row: c(0x3a, 0x35, 0x26),
                warning: c(0xf5, 0xc0, 0x5c),
                error: c(0xff, 0x8f, 0x80),
                estimated: c(0x9f, 0xb8, 0xe8),
                base: c(0xc0, 0xa6, 0xf0),
                new: c(0x74, 0xcf, 0xb0),
                slower,
                faster,
                stripe,
            },
            Scheme::Light => Self {
                palette,
                ground: c(0xfc, 0xfc, 0xfd),
                panel: c(0xf1, 0xf3, 0xf6),
                raised: c(0xe4, 0xe7, 0xec),
                line: c(0xcd, 0xd2, 0xda),
                text: c(0x1b, 0x1e, 0x26),
                text_weak: c(0x56, 0x5e, 0x6d),
                accent: c(0x9a, 0x5b, 0x00),
                on_accent: c(0xff, 0xff, 0xff),
                selection: c(0x10, 0x12, 0x18),
                hover: c(0x8a, 0x52, 0x00),
                selected_row: c(0xfb, 0xea, 0xc8),
                warning: c(0x8a, 0x52, 0x00),
                error: c(0xb3, 0x26, 0x1e),
                estimated: c(0x2f, 0x56, 0xa6),
                base: c(0x6b, 0x3f, 0xb0),
                new: c(0x0b, 0x6a, 0x50),
                slower,
                faster,
                stripe,
            },
        }
    }

    /// The colour of `Rgb`.
    pub fn color(rgb: Rgb) -> Color32 {
        Color32::from_rgb(rgb.0, rgb.1, rgb.2)
    }

    /// A fill that stands back: mixed with the ground.
    pub fn dimmed(&self, color: Color32) -> Color32 {
        color.lerp_to_gamma(self.ground, 0.72)
    }

    /// egui's fonts, with the arrows and signs of the monospaced one for proportional text too.
    pub fn fonts() -> egui::FontDefinitions {
        let mut fonts = egui::FontDefinitions::default();
        let mono = fonts.families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
        let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
        for name in mono {
            if !proportional.contains(&name) {
                proportional.push(name);
            }
        }
        fonts
    }

    /// The fill of a bar behind text.
    pub fn bar(&self) -> Color32 {
        self.accent.gamma_multiply(0.26)
    }

    /// Gives egui's own widgets this theme's colours and sizes.
    pub fn style(&self) -> Style {
        let dark = self.palette.scheme == Scheme::Dark;
        let mut visuals = if dark { Visuals::dark() } else { Visuals::light() };
        visuals.panel_fill = self.panel;
        visuals.window_fill = self.panel;
        visuals.extreme_bg_color = self.ground;
        visuals.faint_bg_color = self.raised.gamma_multiply(0.35);
        visuals.code_bg_color = self.raised;
        visuals.override_text_color = None;
        visuals.weak_text_color = Some(self.text_weak);
        visuals.hyperlink_color = self.accent;
        visuals.warn_fg_color = self.warning;
        visuals.error_fg_color = self.error;
        visuals.window_stroke = Stroke::new(1.0, self.line);
        visuals.selection.bg_fill = self.accent.gamma_multiply(0.35);
        visuals.selection.stroke = Stroke::new(1.0, self.text);
        let radius = CornerRadius::same(5);
        let widgets = &mut visuals.widgets;
        widgets.noninteractive.bg_stroke = Stroke::new(1.0, self.line);
        widgets.noninteractive.fg_stroke = Stroke::new(1.0, self.text);
        widgets.inactive.fg_stroke = Stroke::new(1.0, self.text);
        widgets.inactive.weak_bg_fill = self.raised;
        widgets.inactive.bg_fill = self.raised;
        widgets.hovered.weak_bg_fill = self.line;
        widgets.hovered.bg_fill = self.line;
        widgets.hovered.bg_stroke = Stroke::new(1.0, self.text_weak);
        widgets.hovered.fg_stroke = Stroke::new(1.0, self.text);
        widgets.active.weak_bg_fill = self.line;
        widgets.active.fg_stroke = Stroke::new(1.0, self.text);
        widgets.open.weak_bg_fill = self.raised;
        widgets.open.fg_stroke = Stroke::new(1.0, self.text);
        for widget in [
            &mut widgets.noninteractive,
            &mut widgets.inactive,
            &mut widgets.hovered,
            &mut widgets.active,
            &mut widgets.open,
        ] {
            widget.corner_radius = radius;
        }
        let mut style = Style { visuals, ..Style::default() };
        style.spacing.item_spacing = Vec2::new(GAP, 6.0);
        style.spacing.button_padding = Vec2::new(10.0, 4.0);
        style.spacing.window_margin = Margin::same(12);
        style.spacing.menu_margin = Margin::same(6);
        style.interaction.tooltip_delay = 0.35;
        let sizes = [
            (TextStyle::Small, 11.5, FontFamily::Proportional),
            (TextStyle::Body, 13.5, FontFamily::Proportional),
            (TextStyle::Button, 13.5, FontFamily::Proportional),
            (TextStyle::Heading, 19.0, FontFamily::Proportional),
            (TextStyle::Monospace, 12.5, FontFamily::Monospace),
        ];
        for (text_style, size, family) in sizes {
            style.text_styles.insert(text_style, FontId::new(size, family));
        }
        style
    }
}
