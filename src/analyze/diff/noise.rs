//! How sure a difference is.
//!
//! A sampling profiler looks now and then, so a function's time is a count of samples times what each stands for. Two
//! recordings of the same program differ in these counts by chance. A difference counts as one only where its 95 %
//! interval does not hold zero.
//!
//! - **Scaled to equal totals**, a count is binomial within its total: Wilson's score interval of either proportion,
//!   and Newcombe's of their difference (*Interval estimation for the difference between independent proportions*,
//!   Statistics in Medicine 17, 1998, method 10).
//! - **As recorded**, the number of samples is itself left to chance: counts are taken as Poisson, which is wider. The
//!   score interval of either count, and their difference by the same rule, which in general is called MOVER (Zou and
//!   Donner 2008).
//! - **As recorded, where the whole changed a little and no part did.** A busier machine makes everything slower. Where
//!   no function takes another part of the whole than chance allows, such a drift says nothing about any one of them,
//!   and intervals reach as far as either of the two above. More than half as much again is no drift.
//! - **Several runs a side** show what lies between runs, whatever its cause: Welch's interval of the difference of
//!   means. It is used instead of the others.
//! - A profiler that sees every call has no sampling error, and from one run nothing is known of what lies between runs.
//!   Nothing is made up then. Where its shares are compared with those of one that samples, the error is that one's.
//!
//! Samples that follow each other are alike, so that a long function's count strays less than a binomial's: for one
//! program the intervals are rather too wide than too narrow.

use super::Scale;
use crate::model::{Body, Profile, Unit};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use std::cell::RefCell;
use std::collections::HashMap;

/// The 97.5th percentile of the normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The larger total is at most this many times the smaller where the machine may be the reason.
const LARGEST_DRIFT: f64 = 1.5;

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
    /// How many samples that is; `None` where every call was seen.
    pub(super) sum_count: Option<i64>,
}

impl Sampled {
    /// A value of a profiler that sees every call.
    pub(super) fn exact(value: i64, sum: i64) -> Self {
        Self { value, count: 0, sum, sum_count: None }
    }

    /// What one sample stands for.
    fn each(self) -> f64 {
        if self.count > 0 && self.value != 0 {
            self.value as f64 / self.count as f64
        } else {
            let of = self.sum_count.filter(|count| *count > 0);
            of.map_or(0.0, |count| self.sum as f64 / count as f64)
        }
    }

    /// How far below and above the value the truth may lie, at `z` standard deviations.
    fn reach(self, chance: Chance, z: f64) -> (f64, f64) {
        let Some(sum_count) = self.sum_count else { return (0.0, 0.0) };
        let count = self.count.max(0) as f64;
        let (low, high) = match chance {
            Chance::WithinTotal => wilson(count, sum_count.max(0) as f64, z),
            Chance::OfCounts => poisson(count, z),
        };
        let each = self.each().abs();
        ((count - low).max(0.0) * each, (high - count).max(0.0) * each)
    }

    /// Scaled so that the whole is `sum`.
    fn scaled_to(self, sum: i64) -> Self {
        Self { value: Scale::new(self.sum, sum).apply(self.value), sum, ..self }
    }
}

/// What is left to chance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Chance {
    /// Which of a fixed number of samples hit what.
    WithinTotal,
    /// How many samples there are of anything.
    OfCounts,
}

/// How the deltas of two sampled recordings stray.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sampling {
    /// Both sides are scaled to one total.
    WithinTotal,
    /// As recorded.
    AsRecorded,
    /// As recorded, where the whole changed and no part of it.
    Drifting,
}

impl Sampling {
    /// How values as recorded stray, given the own costs of every function on both sides.
    pub(super) fn as_recorded(own: impl Iterator<Item = (Sampled, Sampled)> + Clone) -> Self {
        let sums = own.clone().next().map_or((0, 0), |(base, new)| (base.sum.max(0), new.sum.max(0)));
        if sums.0.max(sums.1) as f64 > sums.0.min(sums.1) as f64 * LARGEST_DRIFT {
            return Self::AsRecorded;
        }
        let counted = |(base, new): &(Sampled, Sampled)| base.count > 0 || new.count > 0;
        let functions = own.clone().filter(counted).count();
        // With many functions one or the other differs by chance: Bonferroni's rule keeps that to one time in twenty.
        let z = normal_quantile(1.0 - 0.025 / functions.max(1) as f64);
        let changed = |(base, new): (Sampled, Sampled)| {
            let base = base.scaled_to(new.sum);
            !difference(base, new, Chance::WithinTotal, z).holds_zero()
        };
        if own.into_iter().filter(counted).any(changed) { Self::AsRecorded } else { Self::Drifting }
    }

    /// The 95 % interval of new less base.
    pub(super) fn interval(self, base: Sampled, new: Sampled) -> Interval {
        match self {
            Self::WithinTotal => difference(base, new, Chance::WithinTotal, Z),
            Self::AsRecorded => difference(base, new, Chance::OfCounts, Z),
            Self::Drifting => {
                let counts = difference(base, new, Chance::OfCounts, Z);
                let shares = difference(base.scaled_to(new.sum), new, Chance::WithinTotal, Z);
                Interval { low: counts.low.min(shares.low), high: counts.high.max(shares.high) }
            }
        }
    }
}

fn difference(base: Sampled, new: Sampled, chance: Chance, z: f64) -> Interval {
    let ((base_down, base_up), (new_down, new_up)) = (base.reach(chance, z), new.reach(chance, z));
    let delta = new.value as f64 - base.value as f64;
    Interval::around(delta, new_down.hypot(base_up), new_up.hypot(base_down))
}

fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

/// Wilson's score interval of a count within a total, as counts.
fn wilson(count: f64, of: f64, z: f64) -> (f64, f64) {
    if of <= 0.0 {
        return (0.0, 0.0);
    }
    let share = (count / of).min(1.0);
    let middle = share + z * z / (2.0 * of);
    let half = z * (share * (1.0 - share) / of + z * z / (4.0 * of * of)).sqrt();
    let scale = of / (1.0 + z * z / of);
    (((middle - half) * scale).max(0.0), ((middle + half) * scale).min(of))
}

/// The score interval of a count that came by chance.
fn poisson(count: f64, z: f64) -> (f64, f64) {
    let half = z * (count + z * z / 4.0).sqrt();
    ((count + z * z / 2.0 - half).max(0.0), count + z * z / 2.0 + half)
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

    /// Of whole numbers, one a run.
    pub fn of_runs(values: &[i64]) -> Self {
        Self::of(values.iter().map(|v| *v as f64))
    }

    /// How far from the mean of the runs the true mean may lie: 95 %, by Student's distribution; `None` of one run.
    pub fn reach_of_mean(&self) -> Option<f64> {
        let freedom = self.runs.checked_sub(1).filter(|f| *f > 0)?;
        let student = StudentsT::new(0.0, 1.0, freedom as f64).ok()?;
        Some(student.inverse_cdf(0.975) * self.variance_of_mean().sqrt())
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
        let (low, high) = wilson(81.0, 263.0, Z);
        assert!((low / 263.0 - 0.2553).abs() < 1e-4 && (high / 263.0 - 0.3662).abs() < 1e-4);
        let (low, high) = wilson(0.0, 20.0, Z);
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
            sum_count: Some(of),
        };
        let Interval { low, high } = Sampling::WithinTotal.interval(part(48, 80), part(56, 70));
        let share = |v: i64| v as f64 / total as f64;
        assert!((share(low) - 0.0524).abs() < 1e-4, "{low}");
        assert!((share(high) - 0.3339).abs() < 1e-4, "{high}");
    }

    /// With every call seen on the other side, what is left is Wilson's interval: 81 of 263, as published.
    #[test]
    fn the_error_of_one_sampled_side_is_all_there_is_where_the_other_saw_every_call() {
        let sampled = Sampled { value: 81, count: 81, sum: 263, sum_count: Some(263) };
        let delta = |exact: i64| Sampling::WithinTotal.interval(Sampled::exact(exact, 263), sampled);
        // 0.2553 and 0.3662 of 263 are 67.1 and 96.3.
        assert_eq!(delta(0), Interval { low: 67, high: 97 });
        assert!(delta(68).holds_zero() && delta(96).holds_zero());
        assert!(!delta(66).holds_zero() && !delta(98).holds_zero());
    }

    #[test]
    fn welch_as_computed_to_many_digits() {
        // 7.03 degrees of freedom; the percentile of Student's distribution computed to many digits is 2.36254.
        let spread = |values: [f64; 6]| Spread::of(values.map(|v| v * 1e6).into_iter());
        let a = spread([30.02, 29.99, 30.11, 29.97, 30.01, 29.99]);
        let b = spread([29.89, 29.93, 29.72, 29.98, 30.02, 29.98]);
        let interval = Welch::default().interval(b, a).expect("several runs");
        assert!((interval.low as f64 / 1e6 + 0.0196).abs() < 5e-4, "{interval:?}");
        assert!((interval.high as f64 / 1e6 - 0.2096).abs() < 5e-4, "{interval:?}");
    }

    #[test]
    fn nothing_counted_on_one_side_still_has_an_upper_end() {
        let nothing = Sampled { value: 0, count: 0, sum: 1_000, sum_count: Some(100) };
        let few = Sampled { value: 20, count: 2, ..nothing };
        assert!(Sampling::AsRecorded.interval(nothing, few).holds_zero());
        let many = Sampled { value: 300, count: 30, ..nothing };
        assert!(!Sampling::AsRecorded.interval(nothing, many).holds_zero());
        assert!(!Sampling::WithinTotal.interval(many, nothing).holds_zero());
    }
}
