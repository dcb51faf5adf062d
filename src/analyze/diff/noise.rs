//! How sure a difference is.
//!
//! A sampling profiler looks now and then, so a function's time is a count of samples times what each stands for. Two
//! recordings of the same program differ in these counts by chance. A difference counts as one only where its 95 %
//! interval does not hold zero.
//!
//! - **Scaled to equal totals**, a count is binomial within its total: Wilson's score interval of either proportion,
//!   and Newcombe's of their difference (*Interval estimation for the difference between independent proportions*,
//!   Statistics in Medicine 17, 1998, method 10).
//! - **As recorded**, the number of samples is itself left to chance, and so is how busy the machine was: counts are
//!   taken as Poisson, which is wider. The score interval of either count, and their difference by the same rule, which
//!   in general is called MOVER (Zou and Donner 2008).
//! - **Several runs a side** show what lies between runs, whatever its cause: Welch's interval of the difference of
//!   means. It is used instead of the others.
//! - A profiler that sees every call has no sampling error, and from one run nothing is known of what lies between runs.
//!   Nothing is made up then.
//!
//! Samples that follow each other are alike, so that a long function's count strays less than a binomial's: for one
//! program the intervals are rather too wide than too narrow.

use crate::model::{Body, Profile, Unit};
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::cell::RefCell;
use std::collections::HashMap;

/// The 97.5th percentile of the normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// What is known of how far a delta could stray.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoiseKind {
    /// Nothing: one run a side, of a profiler that sees every call.
    Unknown,
    /// The error of sampling.
    Sampling,
    /// What lies between several runs.
    Runs,
}

/// The 95 % interval of a delta, in the metric's base unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// Its lower end.
    pub low: i64,
    /// Its upper end.
    pub high: i64,
}

impl Interval {
    /// Whether the delta may be nothing but chance.
    pub fn holds_zero(self) -> bool {
        self.low <= 0 && 0 <= self.high
    }

    fn around(delta: f64, down: f64, up: f64) -> Self {
        Self { low: (delta - down).floor() as i64, high: (delta + up).ceil() as i64 }
    }
}

/// A value that was counted in samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampled {
    /// In the values of the comparison.
    pub(super) value: i64,
    /// How many samples it is.
    pub(super) count: i64,
    /// Everything the side holds, in the values of the comparison.
    pub(super) sum: i64,
    /// How many samples that is.
    pub(super) sum_count: i64,
}

impl Sampled {
    /// What one sample stands for.
    fn each(self) -> f64 {
        if self.count > 0 && self.value != 0 {
            self.value as f64 / self.count as f64
        } else if self.sum_count > 0 {
            self.sum as f64 / self.sum_count as f64
        } else {
            0.0
        }
    }

    /// How far below and above the value the truth may lie.
    fn reach(self, within_total: bool) -> (f64, f64) {
        let count = self.count.max(0) as f64;
        let (low, high) = if within_total { wilson(count, self.sum_count.max(0) as f64) } else { poisson(count) };
        let each = self.each().abs();
        ((count - low).max(0.0) * each, (high - count).max(0.0) * each)
    }
}

/// The interval of new less base. `within_total` where both sides are scaled to one total.
pub(super) fn sampling_interval(base: Sampled, new: Sampled, within_total: bool) -> Interval {
    let ((base_down, base_up), (new_down, new_up)) = (base.reach(within_total), new.reach(within_total));
    let delta = new.value as f64 - base.value as f64;
    Interval::around(delta, new_down.hypot(base_up), new_up.hypot(base_down))
}

/// Wilson's score interval of a count within a total, as counts.
fn wilson(count: f64, of: f64) -> (f64, f64) {
    if of <= 0.0 {
        return (0.0, 0.0);
    }
    let share = (count / of).min(1.0);
    let middle = share + Z * Z / (2.0 * of);
    let half = Z * (share * (1.0 - share) / of + Z * Z / (4.0 * of * of)).sqrt();
    let scale = of / (1.0 + Z * Z / of);
    (((middle - half) * scale).max(0.0), ((middle + half) * scale).min(of))
}

/// The score interval of a count that came by chance.
fn poisson(count: f64) -> (f64, f64) {
    let half = Z * (count + Z * Z / 4.0).sqrt();
    ((count + Z * Z / 2.0 - half).max(0.0), count + Z * Z / 2.0 + half)
}

/// How many samples each row of a profile's samples stands for; `None` where it was not sampled, or nothing tells.
pub(super) fn sample_counts(profile: &Profile, unit: &Unit) -> Option<Vec<i64>> {
    // Bytes and objects are not taken at a rate.
    if !matches!(unit, Unit::Nanoseconds | Unit::Samples) {
        return None;
    }
    let Body::Stacks(body) = profile.body() else { return None };
    let counts_samples = |m: &&crate::model::Metric| {
        m.unit == Unit::Samples || (m.unit == Unit::Count && m.name.eq_ignore_ascii_case("samples"))
    };
    let metric_of = |wanted: &crate::model::Metric| {
        profile.metrics().iter().position(|m| m == wanted).map(crate::model::MetricId::at)
    };
    let counts = if let Some(metric) = profile.metrics().iter().find(counts_samples).and_then(metric_of) {
        body.samples.weights(metric).to_vec()
    } else {
        let period = profile.origin().period_ns.filter(|p| *p > 0)?;
        let time = profile.metrics().iter().find(|m| m.unit == Unit::Nanoseconds).and_then(metric_of)?;
        let of = |weight: &i64| (weight.saturating_add(period / 2) / period).max(0);
        body.samples.weights(time).iter().map(of).collect()
    };
    // A difference of two profiles holds counts below zero, which are no counts.
    counts.iter().all(|c| *c >= 0).then_some(counts)
}

/// Mean and spread over runs, in the metric's base unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation between runs.
    pub deviation: f64,
    /// How many runs.
    pub runs: usize,
}

impl Spread {
    /// Of these values, one a run.
    pub(super) fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let runs = values.len();
        let mean = values.clone().sum::<f64>() / runs.max(1) as f64;
        let squares: f64 = values.map(|v| (v - mean) * (v - mean)).sum();
        let deviation = if runs > 1 { (squares / (runs - 1) as f64).sqrt() } else { 0.0 };
        Self { mean, deviation, runs }
    }

    fn variance_of_mean(self) -> f64 {
        self.deviation * self.deviation / self.runs.max(1) as f64
    }
}

/// Welch's intervals; remembers the percentiles of Student's distribution, which take long to find.
#[derive(Default)]
pub(super) struct Welch {
    percentiles: RefCell<HashMap<u32, f64>>,
}

impl Welch {
    /// The interval of the difference of two means; `None` with fewer than two runs a side.
    pub(super) fn interval(&self, base: Spread, new: Spread) -> Option<Interval> {
        if base.runs < 2 || new.runs < 2 {
            return None;
        }
        let (b, n) = (base.variance_of_mean(), new.variance_of_mean());
        let delta = new.mean - base.mean;
        let sum = b + n;
        if sum <= 0.0 {
            return Some(Interval::around(delta, 0.0, 0.0));
        }
        let freedom = sum * sum / (b * b / (base.runs - 1) as f64 + n * n / (new.runs - 1) as f64);
        let half = self.percentile(freedom) * sum.sqrt();
        Some(Interval::around(delta, half, half))
    }

    /// The 97.5th percentile. Degrees of freedom are rounded down to tenths, which makes it rather larger.
    fn percentile(&self, freedom: f64) -> f64 {
        let tenths = (freedom * 10.0).floor().clamp(10.0, 10_000.0) as u32;
        *self.percentiles.borrow_mut().entry(tenths).or_insert_with(|| {
            let student = StudentsT::new(0.0, 1.0, f64::from(tenths) / 10.0);
            student.map_or(Z, |student| student.inverse_cdf(0.975))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wilson's interval as published: 81 of 263 (Newcombe 1998, table I).
    #[test]
    fn wilson_as_published() {
        let (low, high) = wilson(81.0, 263.0);
        assert!((low / 263.0 - 0.2553).abs() < 1e-4 && (high / 263.0 - 0.3662).abs() < 1e-4);
        let (low, high) = wilson(0.0, 20.0);
        assert!(low == 0.0 && (high / 20.0 - 0.1611).abs() < 1e-4);
    }

    /// Newcombe's method 10 as published: 56/70 − 48/80 is 0.0524 to 0.3339 (Newcombe 1998, table II).
    #[test]
    fn newcombe_as_published() {
        let total = 1_000_000_000;
        let part = |count: i64, of: i64| Sampled {
            value: (total as f64 * count as f64 / of as f64).round() as i64,
            count,
            sum: total,
            sum_count: of,
        };
        let Interval { low, high } = sampling_interval(part(48, 80), part(56, 70), true);
        let share = |v: i64| v as f64 / total as f64;
        assert!((share(low) - 0.0524).abs() < 1e-4, "{low}");
        assert!((share(high) - 0.3339).abs() < 1e-4, "{high}");
    }

    #[test]
    fn welch_as_r_computes_it() {
        // R's t.test(c(30.02, 29.99, 30.11, 29.97, 30.01, 29.99), c(29.89, 29.93, 29.72, 29.98, 30.02, 29.98))
        // gives 7.03 degrees of freedom and the interval −0.0196 to 0.2096.
        let spread = |values: [f64; 6]| Spread::of(values.map(|v| v * 1e6).into_iter());
        let a = spread([30.02, 29.99, 30.11, 29.97, 30.01, 29.99]);
        let b = spread([29.89, 29.93, 29.72, 29.98, 30.02, 29.98]);
        let interval = Welch::default().interval(b, a).expect("several runs");
        assert!((interval.low as f64 / 1e6 + 0.0196).abs() < 5e-4, "{interval:?}");
        assert!((interval.high as f64 / 1e6 - 0.2096).abs() < 5e-4, "{interval:?}");
    }

    #[test]
    fn nothing_counted_on_one_side_still_has_an_upper_end() {
        let nothing = Sampled { value: 0, count: 0, sum: 1_000, sum_count: 100 };
        let few = Sampled { value: 20, count: 2, ..nothing };
        assert!(sampling_interval(nothing, few, false).holds_zero());
        let many = Sampled { value: 300, count: 30, ..nothing };
        assert!(!sampling_interval(nothing, many, false).holds_zero());
        assert!(!sampling_interval(many, nothing, true).holds_zero());
    }
}
