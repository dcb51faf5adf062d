//! Every colour and size of the window.
//!
//! The only place that may name a literal colour: see `clippy.toml`.

use crate::analyze::Activity;
use crate::layout::{self, ColourBy, Palette, Rgb, Scheme, Tones};
use crate::source::Ink;
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
    /// What people marked.
    pub mark: Color32,
    /// Between a mark and what it lies on.
    pub mark_halo: Color32,
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
    /// Fills of boxes from what costs least to what costs most.
    differences: Vec<Color32>,
    /// Parts of source text.
    inks: Inks,
}

/// Steps from no difference to the strongest: twice as many as a channel of a colour has.
const DIFFERENCE_STEPS: usize = 512;

/// Colours of source text.
#[derive(Clone, Debug)]
struct Inks {
    keyword: Color32,
    constant: Color32,
    text: Color32,
    comment: Color32,
    definition: Color32,
    decorator: Color32,
}

/// What a picture is multiplied with to be shown as it is.
pub const UNTINTED: Color32 = Color32::WHITE;
/// Lets what is behind be seen as it is.
pub const CLEAR: Color32 = Color32::TRANSPARENT;
/// Over everything while files are held over the window.
pub const VEIL: Color32 = Color32::from_black_alpha(0x99);
/// Text on it.
pub const ON_VEIL: Color32 = Color32::WHITE;
/// Size of what is read from afar.
pub const TITLE_TEXT: f32 = 26.0;
/// The widest a box under the pointer is described.
pub const TOOLTIP_WIDTH: f32 = 460.0;
/// Width of the field a note is written in.
pub const NOTE_FIELD: f32 = 300.0;
/// Rounding of notes.
pub const NOTE_RADIUS: f32 = 4.0;
/// Height of a row of a flame graph.
pub const FLAME_ROW: f32 = layout::ROW_HEIGHT;
/// Height of the overview strip.
pub const MINIMAP_HEIGHT: f32 = 44.0;
/// Height of a row of a table.
pub const TABLE_ROW: f32 = 22.0;
/// Height of bars at the edges of the window.
pub const BAR_HEIGHT: f32 = 34.0;
/// Side of a button with a sign in the place of words.
pub const SIGN_BUTTON: f32 = 24.0;
/// Radius of the moon on such a button.
pub const MOON: f32 = 6.0;
/// Thickness of its outline.
pub const MOON_LINE: f32 = 1.3;
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
/// Height of a line of source.
pub const SOURCE_ROW: f32 = 18.0;
/// The margin before line numbers, where remarks stand.
pub const SOURCE_MARGIN: f32 = 20.0;
/// Where line numbers end in an excerpt.
pub const SOURCE_NUMBER: f32 = 34.0;
/// Width of the strip between figures and source that shows how hot a line is.
pub const SOURCE_STRIP: f32 = 3.0;
/// How far an arrow key scrolls source to the side.
pub const SOURCE_STEP: f32 = 40.0;
/// The widest a paragraph is comfortable to read.
pub const READING_WIDTH: f32 = 720.0;
/// The widest the hints are comfortable to read.
pub const HINTS_WIDTH: f32 = 1040.0;
/// Least width of what stands beside the hints; with less, it stands below them.
pub const HINT_LISTS_WIDTH: f32 = 380.0;
/// Height of a finding that is not opened.
pub const HINT_HEAD: f32 = 54.0;
/// How far the text of a finding stands from its left edge.
pub const HINT_INDENT: f32 = 34.0;
/// Side of the corner that marks boxes with a hint.
pub const HINT_CORNER: f32 = 7.0;
/// Rounding of cards.
pub const CARD_RADIUS: f32 = 5.0;
/// Width of captions beside paragraphs.
pub const CAPTION_WIDTH: f32 = 120.0;
/// The longest the strip of the status bar gets, without its words.
pub const STRIP_WIDTH: f32 = 260.0;
/// Height of the strip by itself.
pub const STRIP_HEIGHT: f32 = 12.0;
/// Size of code beside other things: an excerpt of a source, the beginning of a file that is to be saved.
pub const CODE_TEXT: f32 = 11.0;
/// Size of the text in boxes.
pub const BOX_TEXT: f32 = layout::LABEL_SIZE;

impl Theme {
    /// The same, with colours of functions that tell something else.
    #[must_use]
    pub fn telling(self, by: ColourBy) -> Self {
        Self { palette: self.palette.telling(by), ..self }
    }

    /// The theme of a scheme.
    pub fn new(scheme: Scheme) -> Self {
        let c = Color32::from_rgb;
        let tones = Tones::new(scheme);
        let palette = Palette::new(scheme);
        let (faster, slower) =
            (Self::color(palette.difference_text(false)), Self::color(palette.difference_text(true)));
        let stripe = Self::color(palette.text_on_fill()).gamma_multiply(0.26);
        let steps = -(DIFFERENCE_STEPS as i32)..=DIFFERENCE_STEPS as i32;
        let differences =
            steps.map(|step| Self::color(palette.difference(step as f32 / DIFFERENCE_STEPS as f32))).collect();
        match scheme {
            Scheme::Dark => Self {
                palette,
                ground: Self::color(tones.ground),
                panel: Self::color(tones.panel),
                raised: Self::color(tones.raised),
                line: Self::color(tones.line),
                text: Self::color(tones.text),
                text_weak: Self::color(tones.text_weak),
                accent: Self::color(tones.accent),
                on_accent: c(0x1b, 0x16, 0x08),
                selection: Self::color(tones.selection),
                hover: c(0xff, 0xd9, 0x8a),
                selected_row: c(0x3a, 0x35, 0x26),
                warning: c(0xf5, 0xc0, 0x5c),
                error: c(0xff, 0x8f, 0x80),
                estimated: Self::color(tones.estimated),
                mark: Self::color(tones.mark),
                mark_halo: Self::color(tones.mark_halo),
                base: c(0xc0, 0xa6, 0xf0),
                new: c(0x74, 0xcf, 0xb0),
                slower,
                faster,
                stripe,
                differences,
                inks: Inks {
                    keyword: c(0xc9, 0xa4, 0xf0),
                    constant: c(0x86, 0xc9, 0xdc),
                    text: c(0xa6, 0xcf, 0x93),
                    comment: c(0x8d, 0x96, 0xa7),
                    definition: c(0xf0, 0xcc, 0x80),
                    decorator: c(0xdf, 0xa8, 0x84),
                },
            },
            Scheme::Light => Self {
                palette,
                ground: Self::color(tones.ground),
                panel: Self::color(tones.panel),
                raised: Self::color(tones.raised),
                line: Self::color(tones.line),
                text: Self::color(tones.text),
                text_weak: Self::color(tones.text_weak),
                accent: Self::color(tones.accent),
                on_accent: c(0xff, 0xff, 0xff),
                selection: Self::color(tones.selection),
                hover: c(0x8a, 0x52, 0x00),
                selected_row: c(0xfb, 0xea, 0xc8),
                warning: c(0x8a, 0x52, 0x00),
                error: c(0xb3, 0x26, 0x1e),
                estimated: Self::color(tones.estimated),
                mark: Self::color(tones.mark),
                mark_halo: Self::color(tones.mark_halo),
                base: c(0x6b, 0x3f, 0xb0),
                new: c(0x0b, 0x6a, 0x50),
                slower,
                faster,
                stripe,
                differences,
                inks: Inks {
                    keyword: c(0x75, 0x35, 0xa6),
                    constant: c(0x06, 0x64, 0x80),
                    text: c(0x2f, 0x69, 0x1f),
                    comment: c(0x60, 0x68, 0x76),
                    definition: c(0x80, 0x4a, 0x00),
                    decorator: c(0x96, 0x45, 0x1d),
                },
            },
        }
    }

    /// The fill of a box by what it did, from −1, costs less, to 1, costs more: see [`Palette::difference`].
    pub fn difference(&self, position: f32) -> Color32 {
        let step = ((position.clamp(-1.0, 1.0) + 1.0) * DIFFERENCE_STEPS as f32).round() as usize;
        self.differences.get(step).copied().unwrap_or(self.text_weak)
    }

    /// The colour of what a program does, or waits for. What waits is hatched besides.
    pub fn activity(&self, activity: Activity) -> Color32 {
        Self::color(self.palette.activity(activity))
    }

    /// The colour of `Rgb`.
    pub fn color(rgb: Rgb) -> Color32 {
        Color32::from_rgb(rgb.0, rgb.1, rgb.2)
    }

    /// A fill that stands back: mixed with the ground.
    pub fn dimmed(&self, color: Color32) -> Color32 {
        color.lerp_to_gamma(self.ground, layout::DIMMED)
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

    /// The colour of a part of source text.
    pub fn ink(&self, ink: Ink) -> Color32 {
        match ink {
            Ink::Keyword => self.inks.keyword,
            Ink::Constant => self.inks.constant,
            Ink::Text => self.inks.text,
            Ink::Comment => self.inks.comment,
            Ink::Definition => self.inks.definition,
            Ink::Decorator => self.inks.decorator,
        }
    }

    /// The ground of a line that cost a part of what the hottest did.
    pub fn heat(color: Color32, part: f32) -> Color32 {
        color.gamma_multiply(0.05 + 0.23 * part.clamp(0.0, 1.0).sqrt())
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
