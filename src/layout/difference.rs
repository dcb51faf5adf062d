//! What lies between two recordings as colours, stripes, signs and words.
//!
//! Blue costs less, orange costs more, grey is neither: hues that people who see fewer colours tell apart, too. Colour
//! never stands alone. What only one side has is striped, and signs and words say the same.

use super::colour::{Palette, Rgb, Scheme, oklch};
use crate::analyze::CallTree;
use crate::analyze::diff::{Comparison, DiffRow, Measure, Side, Status};
use crate::model::{Unit, format};

/// What one function or one box cost on either side, and what that amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The base side's cost; `None` where it lacks it.
    pub base: Option<i64>,
    /// The new side's cost.
    pub new: Option<i64>,
    /// What it did.
    pub status: Status,
}

impl Difference {
    /// Of a row of the table.
    pub fn of_row(row: &DiffRow, measure: Measure) -> Self {
        Self { base: row.cost(Side::Base, measure), new: row.cost(Side::New, measure), status: row.status(measure) }
    }

    /// Of a node of a tree of both sides; `None` where the tree is of one.
    pub fn of_node(tree: &CallTree, node: usize, measure: Measure) -> Option<Self> {
        let sides = tree.sides(node)?;
        Some(match measure {
            Measure::Own => {
                let own = |side: (i64, i64)| side.0;
                Self { base: sides.base.map(own), new: sides.new.map(own), status: sides.own_status }
            }
            Measure::Total => {
                let total = |side: (i64, i64)| side.1;
                Self { base: sides.base.map(total), new: sides.new.map(total), status: sides.total_status }
            }
        })
    }

    /// New less base; a side that lacks it counts as nothing.
    pub fn delta(&self) -> i64 {
        self.new.unwrap_or(0).saturating_sub(self.base.unwrap_or(0))
    }

    /// The delta as a part of base; `None` where base is nothing.
    pub fn relative(&self) -> Option<f64> {
        let base = self.base.filter(|b| *b != 0)?;
        Some(self.delta() as f64 / base.unsigned_abs() as f64)
    }

    /// `▲ +0.81 s`, `▼ −0.81 s`, `new +0.81 s`, `gone −0.81 s`, `± noise`; empty where nothing changed.
    pub fn label(&self, unit: &Unit) -> String {
        match self.status {
            Status::Same => String::new(),
            Status::WithinNoise => "± noise".to_owned(),
            status => format!("{} {}", sign(status), signed(self.delta(), unit)),
        }
    }

    /// The stripes of a box.
    pub fn stripes(&self) -> Option<Stripes> {
        match self.status {
            Status::New => Some(Stripes::Rising),
            Status::Gone => Some(Stripes::Falling),
            Status::Slower | Status::Faster | Status::Same | Status::WithinNoise => None,
        }
    }
}

/// The sign a status is told by where there is little room.
pub fn sign(status: Status) -> &'static str {
    match status {
        Status::Slower => "▲",
        Status::Faster => "▼",
        Status::New => "new",
        Status::Gone => "gone",
        Status::Same => "=",
        Status::WithinNoise => "±",
    }
}

/// A difference with its sign: `+0.81 s`, `−0.81 s`, `0 s`.
pub fn signed(delta: i64, unit: &Unit) -> String {
    let plus = if delta > 0 { "+" } else { "" };
    format!("{plus}{}", format::value(delta, unit))
}

/// Which delta has the strongest colour. The scale reaches as far down as up, so that equal strength is equal size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DifferenceScale {
    limit: i64,
}

/// What is within noise is this part as strong as it would be.
const NOISE_STRENGTH: f32 = 0.2;

impl DifferenceScale {
    /// Reaches to the largest change of any function.
    pub fn of(comparison: &Comparison, measure: Measure) -> Self {
        Self::to(comparison.largest_change(measure))
    }

    /// Reaches to a delta, up and down.
    pub fn to(limit: i64) -> Self {
        Self { limit: limit.saturating_abs() }
    }

    /// The delta at its upper end.
    pub fn limit(self) -> i64 {
        self.limit
    }

    /// Where a difference stands: −1 costs least, 0 is no change, 1 costs most. Small ones are given more room than large
    /// ones: a quarter of the limit stands in the middle.
    pub fn position(self, difference: &Difference) -> f32 {
        let position = self.position_of(difference.delta());
        match difference.status {
            Status::Same => 0.0,
            Status::WithinNoise => position * NOISE_STRENGTH,
            Status::Slower | Status::Faster | Status::New | Status::Gone => position,
        }
    }

    /// Where a delta stands.
    pub fn position_of(self, delta: i64) -> f32 {
        if self.limit == 0 {
            return 0.0;
        }
        let part = (delta as f64 / self.limit as f64).clamp(-1.0, 1.0);
        (part.abs().sqrt() * part.signum()) as f32
    }
}

/// What a box is striped with: what only one side has is told without colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stripes {
    /// `///`: new.
    Rising,
    /// `\\\`: gone.
    Falling,
}

/// Pixels from one stripe to the next.
pub const STRIPE_STEP: f32 = 7.0;

impl Stripes {
    /// The lines across a box, each from its lower to its upper end, in pixels from the upper left corner. They lie on a
    /// grid that begins at `left` pixels to the left of the box, so that the stripes of neighbours go on.
    pub fn lines(self, left: f32, width: f32, height: f32) -> impl Iterator<Item = [(f32, f32); 2]> {
        let first = (left / STRIPE_STEP).ceil() * STRIPE_STEP - left - STRIPE_STEP * (height / STRIPE_STEP).ceil();
        let count = ((width - first) / STRIPE_STEP).ceil().max(0.0) as usize;
        (0..count).filter_map(move |i| {
            let from = first + i as f32 * STRIPE_STEP;
            // At 45°: as far up as to the right, as long as both lie within the box.
            let (begin, end) = ((-from).max(0.0), (width - from).min(height));
            (begin < end).then(|| {
                let ends = [(from + begin, height - begin), (from + end, height - end)];
                match self {
                    Self::Rising => ends,
                    Self::Falling => ends.map(|(x, y)| (x, height - y)),
                }
            })
        })
    }
}

impl Palette {
    /// The fill of a box by what it did; `position` is from −1, costs less, to 1, costs more.
    /// Straight lines in `OKLab` from grey to either end.
    pub fn difference(self, position: f32) -> Rgb {
        let (grey, less, more) = match self.scheme {
            Scheme::Dark => (0.64, (0.68, 0.150, 252.0), (0.75, 0.160, 58.0)),
            Scheme::Light => (0.90, (0.70, 0.140, 252.0), (0.76, 0.165, 58.0)),
        };
        let (lightness, chroma, hue) = if position < 0.0 { less } else { more };
        let strength = position.abs().min(1.0);
        oklch(grey + (lightness - grey) * strength, chroma * strength, hue)
    }

    /// Text that says that something costs less (−1) or more (1), on the ground of views.
    pub fn difference_text(self, costs_more: bool) -> Rgb {
        match (self.scheme, costs_more) {
            (Scheme::Dark, false) => oklch(0.78, 0.115, 250.0),
            (Scheme::Dark, true) => oklch(0.80, 0.130, 62.0),
            (Scheme::Light, false) => oklch(0.46, 0.150, 256.0),
            (Scheme::Light, true) => oklch(0.50, 0.125, 50.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::colour::tests::{contrast, linear};
    use super::*;

    /// What people without one kind of cones see: Machado, Oliveira and Fernandes, *A physiologically-based model for
    /// simulation of color vision deficiency*, 2009, severity 1. Linear RGB.
    const PROTANOPIA: [[f32; 3]; 3] =
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]];
    const DEUTERANOPIA: [[f32; 3]; 3] =
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]];
    const TRITANOPIA: [[f32; 3]; 3] =
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]];
    const ALL_CONES: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    fn seen(rgb: Rgb, by: &[[f32; 3]; 3]) -> [f32; 3] {
        let rgb = linear(rgb);
        by.map(|row| row.iter().zip(rgb).map(|(a, b)| a * b).sum::<f32>().clamp(0.0, 1.0))
    }

    /// The distance of two colours in `OKLab`; 0.02 is about what can just be told apart side by side.
    #[expect(clippy::many_single_char_names, reason = "they are the letters of the published formulas")]
    fn distance(a: Rgb, b: Rgb, by: &[[f32; 3]; 3]) -> f32 {
        let lab = |rgb: Rgb| {
            let [r, g, b] = seen(rgb, by);
            let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
            let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
            let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
            [
                0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
                1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
                0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
            ]
        };
        lab(a).iter().zip(lab(b)).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn less_and_more_are_told_apart_by_people_who_see_fewer_colours() {
        for scheme in [Scheme::Dark, Scheme::Light] {
            let palette = Palette::new(scheme);
            let eyes = [("all", ALL_CONES), ("protan", PROTANOPIA), ("deutan", DEUTERANOPIA), ("tritan", TRITANOPIA)];
            for (name, eyes) in &eyes {
                for strength in [0.5_f32, 1.0] {
                    let [less, none, more] = [-strength, 0.0, strength].map(|p| palette.difference(p));
                    let apart = [distance(less, more, eyes), distance(less, none, eyes), distance(more, none, eyes)];
                    let least = 0.05 * strength / 0.5;
                    // To people without blue cones, blue is a dark green-grey: told from orange, less so from grey.
                    let of = if *name == "tritan" { &apart[..1] } else { &apart[..] };
                    assert!(of.iter().all(|d| *d >= least), "{scheme:?} {name} {strength}: {apart:?}");
                }
            }
        }
    }

    #[test]
    fn text_on_every_fill_and_every_signed_text_on_the_ground_can_be_read() {
        let grounds = [(Scheme::Dark, Rgb(0x1e, 0x21, 0x29)), (Scheme::Light, Rgb(0xf1, 0xf3, 0xf6))];
        for (scheme, ground) in grounds {
            let palette = Palette::new(scheme);
            for step in -10_i8..=10 {
                let on_fill = contrast(palette.difference(f32::from(step) / 10.0), palette.text_on_fill());
                assert!(on_fill >= 4.5, "{scheme:?} {step}: {on_fill:.2}");
            }
            for costs_more in [false, true] {
                let on_ground = contrast(palette.difference_text(costs_more), ground);
                assert!(on_ground >= 4.5, "{scheme:?} {costs_more}: {on_ground:.2}");
            }
        }
    }

    #[test]
    fn what_did_not_change_has_no_colour_and_noise_hardly_any() {
        let scale = DifferenceScale::to(1_000);
        let of = |base: i64, new: i64, status: Status| {
            scale.position(&Difference { base: Some(base), new: Some(new), status })
        };
        assert!(of(500, 501, Status::Same).abs() < f32::EPSILON);
        assert!((of(0, 1_000, Status::Slower) - 1.0).abs() < f32::EPSILON);
        assert!((of(1_000, 0, Status::Faster) + 1.0).abs() < f32::EPSILON);
        assert!((of(0, 250, Status::Slower) - 0.5).abs() < 1e-6);
        assert!((of(0, 250, Status::WithinNoise) - 0.1).abs() < 1e-6);
        assert!(
            (of(0, 5_000, Status::Slower) - 1.0).abs() < f32::EPSILON,
            "an estimated box may cost more than any function"
        );
        assert!(DifferenceScale::to(0).position_of(5).abs() < f32::EPSILON);
        let Rgb(r, g, b) = Palette::new(Scheme::Dark).difference(0.0);
        assert!(r == g && g == b);
    }

    #[test]
    fn signs_say_what_colours_say() {
        let of = |base, new, status| Difference { base, new, status }.label(&Unit::Nanoseconds);
        assert_eq!(of(Some(0), Some(810_000_000), Status::Slower), "▲ +810 ms");
        assert_eq!(of(Some(810_000_000), Some(0), Status::Faster), "▼ −810 ms");
        assert_eq!(of(None, Some(810_000_000), Status::New), "new +810 ms");
        assert_eq!(of(Some(810_000_000), None, Status::Gone), "gone −810 ms");
        assert_eq!(of(Some(5), Some(5), Status::Same), "");
        assert_eq!(of(Some(5), Some(9), Status::WithinNoise), "± noise");
    }

    #[test]
    fn stripes_stay_in_their_box_and_go_on_in_the_next() {
        for stripes in [Stripes::Rising, Stripes::Falling] {
            let lines: Vec<_> = stripes.lines(3.0, 40.0, 19.0).collect();
            assert!(lines.len() >= 5);
            for (x, y) in lines.iter().flatten() {
                assert!((0.0..=40.0).contains(x) && (0.0..=19.0).contains(y), "{x} {y}");
            }
            assert!(lines.iter().all(|[a, b]| ((b.0 - a.0) - (b.1 - a.1).abs()).abs() < 1e-3), "45°");
        }
        // A line that leaves a box at x = 40 enters its neighbour, which begins there, at the same height.
        let leaves: Vec<f32> =
            Stripes::Rising.lines(3.0, 40.0, 19.0).filter(|l| l[1].0 > 39.99).map(|l| l[1].1).collect();
        let enters: Vec<f32> =
            Stripes::Rising.lines(43.0, 40.0, 19.0).filter(|l| l[0].0 < 0.01).map(|l| l[0].1).collect();
        assert!(!leaves.is_empty());
        assert!(
            leaves.iter().all(|y| *y < 0.01 || enters.iter().any(|e| (e - y).abs() < 1e-3)),
            "{leaves:?} {enters:?}"
        );
    }

    #[test]
    fn a_narrow_or_empty_box_has_no_endless_stripes() {
        assert_eq!(Stripes::Rising.lines(0.0, 0.0, 19.0).count(), 0);
        assert!(Stripes::Falling.lines(0.0, 1.0, 19.0).count() < 5);
    }
}
