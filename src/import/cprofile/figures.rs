//! Numbers of the file → counts and nanoseconds, and a tally of those that are neither.

use crate::import::marshal::Number;

/// What a time of the file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TimeUnit {
    /// Seconds, kept as nanoseconds: what `pstats` takes every time for.
    Seconds,
    /// Ticks of a timer of the program's own, where the times are too long for seconds.
    TimerUnits,
}

/// A time that nanoseconds cannot hold: over 292 years.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TooLong;

/// How many figures could not be kept as they stand.
#[derive(Default, Debug)]
pub(super) struct Odd {
    pub(super) negative_times: u64,
    pub(super) times_not_finite: u64,
    pub(super) impossible_counts: u64,
}

/// 2⁶³: the first float that a signed 64-bit integer does not hold.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;
const NS_PER_SECOND: i64 = 1_000_000_000;

/// A count of calls or samples; `None` where the profiler writes −1 because it did not count.
#[inline]
pub(super) fn count(number: Number, odd: &mut Odd) -> Option<i64> {
    match number {
        Number::Int(value) if value >= 0 => Some(value),
        Number::Int(_) | Number::None => None,
        Number::Float(value) if value < 0.0 => None,
        Number::Float(value) if value < LIMIT => Some(nearest(value)),
        Number::Float(_) => {
            odd.impossible_counts += 1;
            Some(0)
        }
    }
}

/// A time in nanoseconds or in the timer's units, never negative.
#[inline]
pub(super) fn time(number: Number, unit: TimeUnit, odd: &mut Odd) -> Result<i64, TooLong> {
    let value = match (number, unit) {
        (Number::Int(value), TimeUnit::TimerUnits) => value,
        (Number::Int(value), TimeUnit::Seconds) => value.checked_mul(NS_PER_SECOND).ok_or(TooLong)?,
        (Number::Float(value), _) => return float_time(value, unit, odd),
        (Number::None, _) => {
            odd.times_not_finite += 1;
            0
        }
    };
    if value < 0 {
        odd.negative_times += 1;
    }
    Ok(value.max(0))
}

#[inline]
fn float_time(value: f64, unit: TimeUnit, odd: &mut Odd) -> Result<i64, TooLong> {
    let factor = if unit == TimeUnit::Seconds { NS_PER_SECOND as f64 } else { 1.0 };
    let scaled = value * factor;
    if (0.0..LIMIT).contains(&scaled) {
        return Ok(nearest(scaled));
    }
    if scaled < 0.0 {
        // What rounds to nothing is no more than a rounding error of the profiler's own subtraction.
        odd.negative_times += u64::from(scaled < -0.5);
        return Ok(0);
    }
    if value < LIMIT {
        return Err(TooLong);
    }
    odd.times_not_finite += 1;
    Ok(0)
}

/// `value`, from 0 to below 2⁶³, rounded as Python rounds: halves go to the even neighbour.
#[inline]
fn nearest(value: f64) -> i64 {
    // `f64::round_ties_even` is a call into a software routine on x86-64 without SSE 4.1, which is what is built for.
    let whole = value as i64;
    let rest = value - whole as f64;
    let up = rest > 0.5 || (whole & 1 == 1 && (0.5..=0.5).contains(&rest));
    whole + i64::from(up)
}

/// Splits `whole` in proportion to `weights`, to the last unit: the parts add up to it.
pub(super) fn split(whole: i64, weights: impl Iterator<Item = i64>, weight_sum: i64) -> impl Iterator<Item = i64> {
    let (mut before, mut given) = (0_i128, 0_i128);
    weights.map(move |weight| {
        before += i128::from(weight);
        let up_to_here = i128::from(whole) * before / i128::from(weight_sum.max(1));
        let part = up_to_here - given;
        given = up_to_here;
        part as i64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_the_nearest_nanosecond() {
        let mut odd = Odd::default();
        let cases = [
            (0.25, 250_000_000),
            (0.5e-9, 0),
            (1.5e-9, 2),
            (2.5e-9, 2),
            (2.500_000_1e-9, 3),
            (7.620_000_000_000_001e-7, 762),
            (1e-10, 0),
            (-0.0, 0),
            (-1e-12, 0),
        ];
        for (seconds, ns) in cases {
            assert_eq!(time(Number::Float(seconds), TimeUnit::Seconds, &mut odd), Ok(ns), "{seconds}");
        }
        assert_eq!(time(Number::Int(503), TimeUnit::Seconds, &mut odd), Ok(503_000_000_000));
        assert_eq!((odd.negative_times, odd.times_not_finite), (0, 0));
    }

    #[test]
    fn times_that_are_no_times_become_zero_and_are_counted() {
        let mut odd = Odd::default();
        for value in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(time(Number::Float(value), TimeUnit::Seconds, &mut odd), Ok(0), "{value}");
        }
        for number in [Number::Float(-0.5), Number::Float(f64::NEG_INFINITY), Number::Int(-3)] {
            assert_eq!(time(number, TimeUnit::Seconds, &mut odd), Ok(0), "{number:?}");
        }
        assert_eq!((odd.negative_times, odd.times_not_finite), (3, 3));
    }

    #[test]
    fn times_beyond_292_years_call_for_the_timers_own_unit() {
        let mut odd = Odd::default();
        for number in [Number::Int(20_000_000_000), Number::Float(2e10)] {
            assert_eq!(time(number, TimeUnit::Seconds, &mut odd), Err(TooLong));
            assert_eq!(time(number, TimeUnit::TimerUnits, &mut odd), Ok(20_000_000_000));
        }
    }

    #[test]
    fn negative_counts_are_not_recorded_and_impossible_ones_are_counted() {
        let mut odd = Odd::default();
        assert_eq!(count(Number::Int(-1), &mut odd), None);
        assert_eq!(count(Number::Float(f64::NAN), &mut odd), Some(0));
        assert_eq!(count(Number::Float(2_f64.powi(70)), &mut odd), Some(0));
        assert_eq!(count(Number::Float(12.0), &mut odd), Some(12));
        assert_eq!(odd.impossible_counts, 2);
    }

    #[test]
    fn split_parts_add_up_to_the_whole() {
        let parts: Vec<i64> = split(100, [1, 1, 1].into_iter(), 3).collect();
        assert_eq!(parts, [33, 33, 34]);
        assert_eq!(split(7, [0, 0].into_iter(), 0).collect::<Vec<_>>(), [0, 0]);
        assert_eq!(split(i64::MAX, [i64::MAX].into_iter(), i64::MAX).collect::<Vec<_>>(), [i64::MAX]);
    }
}
