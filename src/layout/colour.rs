//! Colours of boxes and arcs, by package or by what functions cost themselves: told apart by people who see fewer colours,
//! too.

use crate::analyze::{Activity, Analysis, BandKind, Class, GroupId};

/// A colour, 8 bits a channel, sRGB.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// A part of the way to another colour: 0 is this one, 1 the other.
    #[must_use]
    pub fn mix(self, other: Self, part: f32) -> Self {
        let channel = |from: u8, to: u8| (f32::from(from) + (f32::from(to) - f32::from(from)) * part).round() as u8;
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// A fill that stands back: mixed with the ground it lies on.
    #[must_use]
    pub fn dimmed(self, ground: Self) -> Self {
        self.mix(ground, DIMMED)
    }
}

/// As CSS and SVG write it: `#e6e8ed`.
impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// How far what stands back is mixed with the ground.
pub const DIMMED: f32 = 0.72;

/// Dark or light.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Scheme {
    /// Light text on dark ground.
    #[default]
    Dark,
    /// Dark text on light ground.
    Light,
}

/// The colours around boxes and arcs: grounds, lines, text, and what marks them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tones {
    /// The ground of views.
    pub ground: Rgb,
    /// The ground of bars and panels.
    pub panel: Rgb,
    /// A raised surface.
    pub raised: Rgb,
    /// Thin lines.
    pub line: Rgb,
    /// Text.
    pub text: Rgb,
    /// Text of less weight: units, paths, hints.
    pub text_weak: Rgb,
    /// What is active, bars in tables.
    pub accent: Rgb,
    /// The outline of the selected box or arc.
    pub selection: Rgb,
    /// What is estimated.
    pub estimated: Rgb,
    /// What people marked: a hue of no package, of no difference, and told from both by its strength.
    pub mark: Rgb,
    /// Between a mark and the fills it lies on.
    pub mark_halo: Rgb,
}

impl Tones {
    /// The tones of a scheme.
    pub fn new(scheme: Scheme) -> Self {
        match scheme {
            Scheme::Dark => Self {
                ground: Rgb(0x17, 0x19, 0x1f),
                panel: Rgb(0x1e, 0x21, 0x29),
                raised: Rgb(0x2a, 0x2e, 0x39),
                line: Rgb(0x36, 0x3b, 0x47),
                text: Rgb(0xe6, 0xe8, 0xed),
                text_weak: Rgb(0xa3, 0xaa, 0xb8),
                accent: Rgb(0xf2, 0xb1, 0x3c),
                selection: Rgb(0xff, 0xff, 0xff),
                estimated: Rgb(0x9f, 0xb8, 0xe8),
                mark: Rgb(0xff, 0x5c, 0xb8),
                mark_halo: Rgb(0x14, 0x16, 0x1c),
            },
            Scheme::Light => Self {
                ground: Rgb(0xfc, 0xfc, 0xfd),
                panel: Rgb(0xf1, 0xf3, 0xf6),
                raised: Rgb(0xe4, 0xe7, 0xec),
                line: Rgb(0xcd, 0xd2, 0xda),
                text: Rgb(0x1b, 0x1e, 0x26),
                text_weak: Rgb(0x56, 0x5e, 0x6d),
                accent: Rgb(0x9a, 0x5b, 0x00),
                selection: Rgb(0x10, 0x12, 0x18),
                estimated: Rgb(0x2f, 0x56, 0xa6),
                mark: Rgb(0x9c, 0x00, 0x66),
                mark_halo: Rgb(0xff, 0xff, 0xff),
            },
        }
    }
}

/// Hues for third-party packages, in degrees of OKLCH: far enough apart to be told from one another and from the
/// fixed ones of [`Palette::fill`]. A package keeps its hue in every profile, because it is chosen by its name.
const PACKAGE_HUES: [f32; 9] = [262.0, 145.0, 330.0, 205.0, 285.0, 170.0, 238.0, 305.0, 120.0];

/// What the colours of functions tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum ColourBy {
    /// Whose code they are.
    #[default]
    Package,
    /// What part of everything they cost themselves.
    OwnShare,
}

/// The colours of a scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Palette {
    /// The scheme.
    pub scheme: Scheme,
    /// What the colours of functions tell.
    pub by: ColourBy,
}

/// The share of everything from which on a function is as hot as can be: few programs have one that costs more.
const HOTTEST: f64 = 0.25;

impl Palette {
    /// The palette of a scheme, by package.
    pub fn new(scheme: Scheme) -> Self {
        Self { scheme, by: ColourBy::Package }
    }

    /// The same, telling something else.
    #[must_use]
    pub fn telling(self, by: ColourBy) -> Self {
        Self { by, ..self }
    }

    /// The fill of a group. By package, the hue says whose code it is, and the lightness varies a little by name, so that
    /// neighbours are told apart.
    pub fn fill(self, analysis: &Analysis, group: GroupId) -> Rgb {
        if self.by == ColourBy::OwnShare {
            let table = analysis.table();
            return self.heat(table.share(table.own(group)));
        }
        let class = analysis.groups().class(analysis.classes(), group);
        let function = analysis.groups().example(group);
        let package = &analysis.classes().packages()[analysis.classes().package_of(function) as usize];
        let name = analysis.name(group);
        self.shade(class, &package.name, &name)
    }

    /// The colour a class or package has in legends.
    pub fn legend(self, class: Class, package: &str) -> Rgb {
        self.colour(class, package, 0.5)
    }

    /// The colour of a share of everything, from grey to strong: small shares are given more room than large ones. It does not
    /// depend on the profile, so the same colour means the same share in every picture.
    pub fn heat(self, share: f64) -> Rgb {
        let part = (share.abs() / HOTTEST).min(1.0).sqrt() as f32;
        let (from, to) = match self.scheme {
            Scheme::Dark => (0.66, 0.72),
            Scheme::Light => (0.88, 0.72),
        };
        oklch(from + (to - from) * part, 0.012 + 0.158 * part, 75.0 - 30.0 * part)
    }

    /// What colours of shares mean: some of them, the smallest first.
    pub fn heat_legend(self) -> [(Rgb, &'static str); 5] {
        [(0.0, "0 %"), (0.01, "1 %"), (0.05, "5 %"), (0.1, "10 %"), (HOTTEST, "25 % and more")]
            .map(|(share, text)| (self.heat(share), text))
    }

    fn shade(self, class: Class, package: &str, name: &str) -> Rgb {
        self.colour(class, package, (hash(name) % 1000) as f32 / 1000.0)
    }

    fn colour(self, class: Class, package: &str, vary: f32) -> Rgb {
        let (hue, chroma, lighter) = match class {
            Class::Yours => (72.0, 0.135, 0.05),
            Class::StandardLibrary => (228.0, 0.055, 0.0),
            Class::ThirdParty => (PACKAGE_HUES[(hash(package) % PACKAGE_HUES.len() as u64) as usize], 0.095, 0.0),
            Class::BuiltIn => (30.0, 0.085, -0.02),
            Class::Native => (15.0, 0.03, -0.05),
            Class::Idle => (250.0, 0.012, -0.065),
        };
        let (base, spread) = match self.scheme {
            Scheme::Dark => (0.70, 0.07),
            Scheme::Light => (0.80, 0.06),
        };
        oklch(base + lighter + (vary - 0.5) * spread, chroma, hue + (vary - 0.5) * 10.0)
    }

    /// The colour of what a program does, or waits for, told apart without red and green: after Okabe and Ito.
    pub fn activity(self, activity: Activity) -> Rgb {
        let (dark, light) = match activity {
            Activity::Python => (Rgb(0x5a, 0xb4, 0xea), Rgb(0x2b, 0x8c, 0xc9)),
            Activity::Native => (Rgb(0xe8, 0x86, 0x3a), Rgb(0xc8, 0x5a, 0x00)),
            Activity::Files => (Rgb(0xd8, 0x8f, 0xbb), Rgb(0xb0, 0x5a, 0x8a)),
            Activity::Waiting => (Rgb(0x3f, 0x8f, 0xd0), Rgb(0x00, 0x5f, 0x9e)),
            Activity::Locks => (Rgb(0xf0, 0xb4, 0x3c), Rgb(0xa8, 0x74, 0x00)),
            Activity::Sleeping => (Rgb(0x9a, 0xa2, 0xae), Rgb(0x74, 0x7c, 0x88)),
            Activity::EventLoop => (Rgb(0x6f, 0x78, 0x86), Rgb(0xa0, 0xa7, 0xb1)),
            Activity::Importing => (Rgb(0xe8, 0xdc, 0x58), Rgb(0xa3, 0x98, 0x00)),
            Activity::Garbage => (Rgb(0x35, 0xb3, 0x8a), Rgb(0x00, 0x80, 0x5c)),
        };
        match self.scheme {
            Scheme::Dark => dark,
            Scheme::Light => light,
        }
    }

    /// The colour of a band of cost over time.
    pub fn band(self, kind: &BandKind) -> Rgb {
        match kind {
            BandKind::Activity(activity) => self.activity(*activity),
            BandKind::Package(package) => self.legend(package.class, &package.name),
            BandKind::Others(_) | BandKind::Nothing => self.narrow(),
        }
    }

    /// Text on [`Palette::fill`].
    pub fn text_on_fill(self) -> Rgb {
        Rgb(0x14, 0x16, 0x1c)
    }

    /// Several boxes too narrow to tell apart.
    pub fn narrow(self) -> Rgb {
        match self.scheme {
            Scheme::Dark => Rgb(0x5a, 0x60, 0x6d),
            Scheme::Light => Rgb(0xb9, 0xbe, 0xc9),
        }
    }
}

/// FNV-1a: the same in every run and on every machine, unlike the standard library's hash.
fn hash(text: &str) -> u64 {
    let spread = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    spread ^ (spread >> 29)
}

/// OKLCH → sRGB, clipped to what a screen can show. Björn Ottosson's `OKLab`, <https://bottosson.github.io/posts/oklab/>.
#[expect(clippy::many_single_char_names, reason = "they are the letters of the published formulas")]
pub(super) fn oklch(lightness: f32, chroma: f32, hue_degrees: f32) -> Rgb {
    let (sin, cos) = hue_degrees.to_radians().sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    let [r, g, b] = linear.map(|c| {
        let c = c.clamp(0.0, 1.0);
        let c = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (c * 255.0).round() as u8
    });
    Rgb(r, g, b)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The light of each channel, 1 being all of it.
    pub(in crate::layout) fn linear(Rgb(r, g, b): Rgb) -> [f32; 3] {
        [r, g, b].map(|c| {
            let c = f32::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// The contrast of two colours as WCAG 2 has it, from 1 to 21.
    pub(in crate::layout) fn contrast(a: Rgb, b: Rgb) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(rgb: Rgb) -> f32 {
        let [r, g, b] = linear(rgb);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn text_on_every_fill_has_the_contrast_of_wcag_aa() {
        for scheme in [Scheme::Dark, Scheme::Light] {
            let palette = Palette::new(scheme);
            for class in Class::ALL {
                for name in ["a", "parse", "<module>", "django", "numpy", "x y z", "café"] {
                    let contrast = contrast(palette.shade(class, name, name), palette.text_on_fill());
                    assert!(contrast >= 4.5, "{scheme:?} {class:?} {name}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn a_share_has_a_colour_of_its_own_that_can_be_written_on() {
        for scheme in [Scheme::Dark, Scheme::Light] {
            let palette = Palette::new(scheme);
            let heats = palette.heat_legend().map(|(heat, _)| heat);
            for pair in heats.windows(2) {
                assert_ne!(pair[0], pair[1], "{scheme:?}");
                // Redder than blue, and more so: what no lack of cones hides.
                let warmth = |Rgb(r, _, b): Rgb| i32::from(r) - i32::from(b);
                assert!(warmth(pair[1]) > warmth(pair[0]) + 12, "{scheme:?}: {pair:?}");
            }
            for heat in heats {
                let contrast = contrast(heat, palette.text_on_fill());
                assert!(contrast >= 4.5, "{scheme:?}: {contrast:.2}");
            }
            assert_eq!(palette.heat(0.9), palette.heat(HOTTEST));
            assert_eq!(palette.heat(-0.1), palette.heat(0.1), "a difference of heaps holds values below zero");
        }
    }

    #[test]
    fn a_mark_stands_out_from_every_fill_or_from_the_halo_that_parts_them() {
        for scheme in [Scheme::Dark, Scheme::Light] {
            let (palette, tones) = (Palette::new(scheme), Tones::new(scheme));
            assert!(contrast(tones.mark, tones.ground) >= 4.5, "{scheme:?}: arrows on the ground");
            assert!(contrast(tones.mark, tones.mark_halo) >= 4.5, "{scheme:?}: the ring in its halo");
            for class in Class::ALL {
                for name in ["a", "parse", "<module>", "django", "numpy"] {
                    let fill = palette.shade(class, name, name);
                    let (ring, halo) = (contrast(fill, tones.mark), contrast(fill, tones.mark_halo));
                    assert!(ring.max(halo) >= 3.0, "{scheme:?} {class:?} {name}: {ring:.2} {halo:.2}");
                }
            }
        }
    }

    #[test]
    fn white_and_black_come_out_as_such() {
        assert_eq!(oklch(1.0, 0.0, 0.0), Rgb(255, 255, 255));
        assert_eq!(oklch(0.0, 0.0, 0.0), Rgb(0, 0, 0));
    }
}
