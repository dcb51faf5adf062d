//! Numbers as people read them: the one formatter of the program, so that a table, a tooltip, an export and the command
//! line never disagree about a value.
//!
//! Values come as integers in a metric's base unit. Scaling and rounding are integer arithmetic, half away from zero;
//! thousands are set off by commas, and negative numbers carry a true minus sign (`−`). Machine-readable output does not
//! pass through here: it writes the integers as they are.

use super::Unit;
use std::borrow::Cow;

/// What stands where there is no number.
const NOTHING: &str = "–";

/// One step of a unit: `ms` is 1,000,000 of the base unit.
struct Step {
    name: &'static str,
    factor: u64,
}

const TIME: &[Step] = &[
    Step { name: "ns", factor: 1 },
    Step { name: "µs", factor: 1_000 },
    Step { name: "ms", factor: 1_000_000 },
    Step { name: "s", factor: 1_000_000_000 },
];

const MEMORY: &[Step] = &[
    Step { name: "B", factor: 1 },
    Step { name: "KiB", factor: 1 << 10 },
    Step { name: "MiB", factor: 1 << 20 },
    Step { name: "GiB", factor: 1 << 30 },
    Step { name: "TiB", factor: 1 << 40 },
    Step { name: "PiB", factor: 1 << 50 },
    Step { name: "EiB", factor: 1 << 60 },
];

/// How a unit is written.
struct Style {
    steps: &'static [Step],
    /// Decimals to try, most first; the first that keeps a number short is taken.
    decimals: &'static [u32],
}

/// The steps of a unit; `None` for what is counted and never scaled.
fn style(unit: &Unit) -> Option<Style> {
    match unit {
        Unit::Nanoseconds => Some(Style { steps: TIME, decimals: &[2, 1, 0] }),
        Unit::Bytes => Some(Style { steps: MEMORY, decimals: &[1, 0] }),
        Unit::Samples | Unit::Count | Unit::Other(_) => None,
    }
}

/// What is written behind a number that is not scaled.
fn plain_name(unit: &Unit) -> &str {
    match unit {
        Unit::Other(name) => name,
        Unit::Samples => "samples",
        Unit::Nanoseconds | Unit::Bytes | Unit::Count => "",
    }
}

/// A value with its unit, in about three digits: `123 ms`, `1.24 s`, `850 ns`, `3.4 MiB`; samples and counts in full:
/// `12,345`; a unit of the profiler's own in full with its name: `12,345 cycles`.
///
/// ```
/// use helioscope::model::{Unit, format};
/// assert_eq!(format::value(1_240_000_000, &Unit::Nanoseconds), "1.24 s");
/// assert_eq!(format::value(-12_345, &Unit::Samples), "−12,345");
/// ```
pub fn value(value: i64, unit: &Unit) -> String {
    let sign = if value < 0 { "−" } else { "" };
    let magnitude = value.unsigned_abs();
    match (style(unit), unit) {
        (Some(_), Unit::Nanoseconds) if magnitude == 0 => "0 s".to_owned(),
        (Some(style), _) => {
            let (step, decimals) = style.fit(magnitude);
            format!("{sign}{} {}", fixed(magnitude, step.factor, decimals), step.name)
        }
        (None, Unit::Other(name)) => format!("{sign}{} {name}", grouped(magnitude.into())),
        (None, _) => count(value),
    }
}

/// A whole number with its thousands set off: `12,345`.
pub fn count(n: i64) -> String {
    let sign = if n < 0 { "−" } else { "" };
    format!("{sign}{}", grouped(n.unsigned_abs().into()))
}

/// A whole number of things, in the singular or the plural: `1 call`, `12,345 calls`.
pub fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A share of a whole, 1 being all of it: `41.2 %`, `0.03 %`, `<0.01 %`, `>99.9 %`, `100 %`, `0 %`. Only all of it is
/// `100 %` and only nothing is `0 %`. What is not a number is written `–`.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return NOTHING.to_owned();
    }
    let percent = share.abs() * 100.0;
    // Sums of shares miss a whole by the last bit of a float; that is still all of it, or nothing.
    let percent = if (percent - 100.0).abs() < 1e-9 { 100.0 } else { percent };
    let text = match percent {
        p if p < 1e-12 => return "0 %".to_owned(),
        p if p < 0.005 => "<0.01 %".to_owned(),
        p if p < 0.995 => format!("{p:.2} %"),
        p if p < 99.95 => format!("{p:.1} %"),
        p if p < 100.0 => ">99.9 %".to_owned(),
        p => format!("{} %", grouped(p.round() as u128)),
    };
    if share < 0.0 { format!("−{text}") } else { text }
}

/// The mean cost of one call, in the metric's base unit, which may be a fraction of it: `3.21 µs`, `0.25 ns`, `2.5`.
/// `–` where calls were not recorded.
pub fn per_call(value: Option<f64>, unit: &Unit) -> String {
    let Some(value) = value.filter(|v| v.is_finite()) else { return NOTHING.to_owned() };
    let magnitude = value.abs();
    let sign = if value < 0.0 { "−" } else { "" };
    if magnitude < 0.005 {
        return self::value(0, unit);
    }
    // From a thousand of the base unit on, a fraction of it is beyond the digits shown.
    if magnitude >= 1_000.0 {
        // Cut, not rounded: rounding twice would round 8,044.6 ns up to 8.05 µs.
        return self::value(value.trunc() as i64, unit);
    }
    let number = short(magnitude);
    let name = style(unit).and_then(|s| s.steps.first()).map(|s| s.name);
    match (name, unit) {
        (Some(name), _) => format!("{sign}{number} {name}"),
        (None, Unit::Other(name)) => format!("{sign}{} {name}", without_trailing_zeros(&number)),
        (None, _) => format!("{sign}{}", without_trailing_zeros(&number)),
    }
}

/// A text from a file on one line of a terminal or a label, which its control characters cannot steer.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The unit and the decimals of a whole column, so that its numbers line up and compare at a glance.
///
/// ```
/// use helioscope::model::{Unit, format::Scale};
/// let scale = Scale::for_max(1_240_000_000, &Unit::Nanoseconds);
/// assert_eq!((scale.format(1_240_000_000), scale.format(3_000_000), scale.unit_name()), ("1.240".into(), "0.003".into(), "s"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scale {
    name: Box<str>,
    factor: u64,
    decimals: u32,
}

/// Decimals in a column, at most.
const MOST_DECIMALS: u32 = 3;

impl Scale {
    /// The scale of a column whose largest value, up or down, is `max_abs`: that value is written in about four digits,
    /// and nothing is written finer than the base unit.
    pub fn for_max(max_abs: i64, unit: &Unit) -> Self {
        let Some(style) = style(unit) else {
            return Self { name: plain_name(unit).into(), factor: 1, decimals: 0 };
        };
        let magnitude = max_abs.unsigned_abs();
        let (step, _) = style.fit(magnitude);
        let decimals = match magnitude / step.factor {
            _ if step.factor == 1 => 0,
            0..10 => 3,
            10..100 => 2,
            100..1000 => 1,
            _ => 0,
        };
        Self { name: step.name.into(), factor: step.factor, decimals }
    }

    /// The same unit, with the decimals it takes to be as fine as the column beside it, at most three: beside a self cost
    /// of `16.13`, a total that is rounded to `16` reads as less.
    #[must_use]
    pub fn as_fine_as(self, beside: &Self) -> Self {
        let one = |scale: &Self, decimals| u128::from(scale.factor) * 10_u128.pow(decimals);
        let is_as_fine = |decimals: &u32| one(&self, beside.decimals) <= one(beside, *decimals);
        let decimals = (self.decimals..MOST_DECIMALS).find(is_as_fine).unwrap_or(MOST_DECIMALS);
        Self { decimals, ..self }
    }

    /// What the numbers are in, for the column's head: `ms`, `MiB`, `samples`; empty for plain counts.
    pub fn unit_name(&self) -> &str {
        &self.name
    }

    /// A value of the column without its unit, always with the same number of decimals.
    pub fn format(&self, value: i64) -> String {
        let number = fixed(value.unsigned_abs(), self.factor, self.decimals);
        // A value that rounds to nothing has no sign.
        let nothing = number.bytes().all(|b| matches!(b, b'0' | b'.'));
        if value < 0 && !nothing { format!("−{number}") } else { number }
    }
}

impl Style {
    /// The step and the decimals that write a magnitude in about three digits.
    fn fit(&self, magnitude: u64) -> (&'static Step, u32) {
        let mut steps = self.steps;
        while let [step, rest @ ..] = steps {
            let room = rest.first().map_or(u128::MAX, |next| u128::from(next.factor / step.factor));
            // The base unit has no fractions.
            let decimals = if step.factor == 1 { &[0] } else { self.decimals };
            for &d in decimals {
                // Rounded before it is judged: 999.6 µs is 1.00 ms and 9.996 s is 10.0 s.
                let limit = if d == 0 { room } else { 1_000 };
                if rounded(magnitude, step.factor, d) < limit {
                    return (step, d);
                }
            }
            steps = rest;
        }
        (&Step { name: "", factor: 1 }, 0)
    }
}

/// `magnitude / factor` in units of the last decimal, rounded half up.
fn rounded(magnitude: u64, factor: u64, decimals: u32) -> u128 {
    let factor = u128::from(factor);
    (u128::from(magnitude) * 10_u128.pow(decimals) + factor / 2) / factor
}

/// `magnitude / factor` with so many decimals.
fn fixed(magnitude: u64, factor: u64, decimals: u32) -> String {
    let all = rounded(magnitude, factor, decimals);
    let one = 10_u128.pow(decimals);
    let whole = grouped(all / one);
    if decimals == 0 { whole } else { format!("{whole}.{:0width$}", all % one, width = decimals as usize) }
}

/// A number below a thousand in about three digits.
fn short(number: f64) -> String {
    match number {
        n if n < 9.995 => format!("{n:.2}"),
        n if n < 99.95 => format!("{n:.1}"),
        n => grouped(n.round() as u128),
    }
}

fn without_trailing_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// Digits with a comma before every three from the right.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycles() -> Unit {
        Unit::Other("cycles".into())
    }

    #[test]
    fn a_value_is_written_in_three_digits_of_the_unit_that_fits() {
        let cases = [
            (0, "0 s"),
            (850, "850 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (999_499, "999 µs"),
            (999_600, "1.00 ms"),
            (9_996_000, "10.0 ms"),
            (123_000_000, "123 ms"),
            (1_240_000_000, "1.24 s"),
            (12_345_000_000_000, "12,345 s"),
            (-1_500, "−1.50 µs"),
            (i64::MAX, "9,223,372,037 s"),
            (i64::MIN, "−9,223,372,037 s"),
        ];
        for (ns, text) in cases {
            assert_eq!(value(ns, &Unit::Nanoseconds), text);
        }
    }

    #[test]
    fn memory_counts_in_powers_of_1024() {
        let cases = [
            (0, "0 B"),
            (1_023, "1,023 B"),
            (1_024, "1.0 KiB"),
            (3_565_158, "3.4 MiB"),
            (1_023 * 1_024, "1,023 KiB"),
            (1_048_575, "1.0 MiB"),
            (120 << 30, "120 GiB"),
            (i64::MAX, "8.0 EiB"),
            (i64::MIN, "−8.0 EiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(value(bytes, &Unit::Bytes), text);
        }
    }

    #[test]
    fn what_is_counted_is_written_in_full() {
        assert_eq!(value(12_345, &Unit::Samples), "12,345");
        assert_eq!(value(-999, &Unit::Count), "−999");
        assert_eq!(value(-1_000, &cycles()), "−1,000 cycles");
        assert_eq!(counted(1, "call", "calls"), "1 call");
        assert_eq!(counted(0, "call", "calls"), "0 calls");
        assert_eq!(counted(12_345, "call", "calls"), "12,345 calls");
        assert_eq!(count(0), "0");
        assert_eq!(count(i64::MAX), "9,223,372,036,854,775,807");
        assert_eq!(count(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn only_everything_is_100_percent_and_only_nothing_is_0() {
        let cases = [
            (0.0, "0 %"),
            (-0.0, "0 %"),
            (0.412, "41.2 %"),
            (0.000_3, "0.03 %"),
            (0.000_049, "<0.01 %"),
            (0.009_96, "1.0 %"),
            (0.999_7, ">99.9 %"),
            (1.0, "100 %"),
            (1.0 - f64::EPSILON, "100 %"),
            (3.135, "314 %"),
            (-0.25, "−25.0 %"),
            (-0.000_001, "−<0.01 %"),
            (f64::NAN, "–"),
            (f64::INFINITY, "–"),
        ];
        for (share, text) in cases {
            assert_eq!(percent(share), text, "{share}");
        }
        assert!(percent(f64::MAX).ends_with(" %"));
    }

    #[test]
    fn the_cost_of_a_call_may_be_less_than_one() {
        let cases = [
            (None, "–"),
            (Some(f64::NAN), "–"),
            (Some(0.0), "0 s"),
            (Some(0.25), "0.25 ns"),
            (Some(-12.34), "−12.3 ns"),
            (Some(999.6), "1,000 ns"),
            (Some(3_210.4), "3.21 µs"),
            (Some(1e300), "9,223,372,037 s"),
        ];
        for (mean, text) in cases {
            assert_eq!(per_call(mean, &Unit::Nanoseconds), text);
        }
        assert_eq!(per_call(Some(2.5), &Unit::Count), "2.5");
        assert_eq!(per_call(Some(100.0), &Unit::Samples), "100");
        assert_eq!(per_call(Some(0.5), &Unit::Bytes), "0.50 B");
        assert_eq!(per_call(Some(7.0), &cycles()), "7 cycles");
    }

    #[test]
    fn a_column_keeps_one_unit_and_one_number_of_decimals() {
        let column = |max, unit: &Unit, values: &[i64]| {
            let scale = Scale::for_max(max, unit);
            let mut texts: Vec<String> = values.iter().map(|&v| scale.format(v)).collect();
            texts.push(scale.unit_name().to_owned());
            texts
        };
        let ns = Unit::Nanoseconds;
        assert_eq!(column(1_240_000_000, &ns, &[1_240_000_000, -3_000_000, 0]), ["1.240", "−0.003", "0.000", "s"]);
        assert_eq!(column(-45_600_000, &ns, &[-45_600_000, -1]), ["−45.60", "0.00", "ms"]);
        assert_eq!(column(850, &ns, &[850, 1]), ["850", "1", "ns"]);
        assert_eq!(column(i64::MIN, &ns, &[i64::MIN, i64::MAX]), ["−9,223,372,037", "9,223,372,037", "s"]);
        assert_eq!(column(1 << 20, &Unit::Bytes, &[1 << 20, 1 << 19]), ["1.000", "0.500", "MiB"]);
        assert_eq!(column(i64::MAX, &Unit::Samples, &[12_345]), ["12,345", "samples"]);
        assert_eq!(column(5, &Unit::Count, &[-5]), ["−5", ""]);
        assert_eq!(column(5, &cycles(), &[5]), ["5", "cycles"]);
        assert_eq!(column(0, &ns, &[0]), ["0", "ns"]);
    }

    #[test]
    fn a_total_reads_no_less_than_the_self_cost_beside_it() {
        let beside = |own, total, unit: &Unit, value| {
            let own = Scale::for_max(own, unit);
            let total = Scale::for_max(total, unit).as_fine_as(&own);
            [own.format(value), total.format(value), own.unit_name().to_owned(), total.unit_name().to_owned()]
        };
        let ns = Unit::Nanoseconds;
        assert_eq!(beside(29_970_000_000, 12_335_000_000_000, &ns, 16_130_000_000), ["16.13", "16.13", "s", "s"]);
        assert_eq!(beside(900_000_000, 12_335_000_000_000, &ns, 4_300_000), ["4.3", "0.004", "ms", "s"]);
        assert_eq!(beside(12, 950, &ns, 7), ["7", "7", "ns", "ns"]);
        assert_eq!(beside(8, 1_950, &ns, 7), ["7", "0.007", "ns", "µs"]);
        assert_eq!(beside(3 << 20, 700 << 20, &Unit::Bytes, 3 << 19), ["1.500", "1.500", "MiB", "MiB"]);
        assert_eq!(beside(5, 5_000, &Unit::Samples, 4), ["4", "4", "samples", "samples"]);
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\x1b[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c");
        assert_eq!(one_line("parse_Ω"), "parse_Ω");
    }
}
