//! Making two recordings comparable: as recorded, scaled to equal totals, or by call.

/// What deltas are made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum Normalize {
    /// Values as recorded.
    #[default]
    None,
    /// The base side scaled to the new side's total: what changed is what part of the whole a function is.
    Total,
    /// What each call cost: own cost by all calls, total cost by primitive calls. Trees stay as recorded.
    PerCall,
}

impl Normalize {
    /// Every one of them, in the order menus show them.
    pub const ALL: [Self; 3] = [Self::None, Self::Total, Self::PerCall];

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Total => "total",
            Self::PerCall => "per-call",
        }
    }

    /// What it does, for a legend.
    pub fn legend(self) -> &'static str {
        match self {
            Self::None => "as recorded",
            Self::Total => "base scaled to the total of new",
            Self::PerCall => "cost of each call",
        }
    }
}

/// An exact factor: values are multiplied and divided as integers, and rounded once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    multiplier: i64,
    divisor: i128,
}

impl Scale {
    /// Leaves values as they are.
    pub const ONE: Self = Self { multiplier: 1, divisor: 1 };

    /// Turns `from` into `to`; leaves values as they are where that cannot be.
    pub fn new(from: i64, to: i64) -> Self {
        if from > 0 && to > 0 { Self { multiplier: to, divisor: i128::from(from) } } else { Self::ONE }
    }

    /// The mean of so many runs whose sum is scaled.
    #[must_use]
    pub fn mean_of(self, runs: usize) -> Self {
        Self { divisor: self.divisor * (runs.max(1) as i128), ..self }
    }

    /// The scaled value, rounded to the nearest integer, halves away from zero; at most what an integer holds.
    pub fn apply(self, value: i64) -> i64 {
        if self.is_one() {
            return value;
        }
        rounded(i128::from(value) * i128::from(self.multiplier), self.divisor)
    }

    /// As a number.
    pub fn factor(self) -> f64 {
        self.multiplier as f64 / self.divisor as f64
    }

    /// Whether it changes nothing.
    pub fn is_one(self) -> bool {
        i128::from(self.multiplier) == self.divisor
    }

    /// Scales parts of a sum so that they add up to the scaled sum. Each is rounded to the nearest integer; those that
    /// lie nearest to the half give or take the unit that is too much or too little.
    pub fn apply_to_parts(self, parts: &mut [i64]) {
        if self.is_one() {
            return;
        }
        let (multiplier, divisor) = (i128::from(self.multiplier), self.divisor);
        let exact = parts.iter().fold(0_i128, |sum, v| sum + i128::from(*v));
        let target = i128::from(rounded(exact * multiplier, divisor));
        let scaled: Vec<i64> = parts.iter().map(|v| self.apply(*v)).collect();
        let left = target - scaled.iter().fold(0_i128, |sum, v| sum + i128::from(*v));
        let mut rests: Vec<(i128, usize)> = Vec::new();
        if left != 0 {
            // How far the exact value lies above the rounded one, in parts of the divisor.
            let rest = |i: usize| i128::from(parts[i]) * multiplier - i128::from(scaled[i]) * divisor;
            rests = (0..parts.len()).filter(|&i| parts[i] != 0).map(|i| (rest(i) * -left.signum(), i)).collect();
            rests.sort_unstable();
        }
        parts.copy_from_slice(&scaled);
        for (_, i) in rests.into_iter().take(left.unsigned_abs() as usize) {
            parts[i] = parts[i].saturating_add(left.signum() as i64);
        }
    }
}

/// A quotient rounded to the nearest integer, halves away from zero, at most what an integer holds; 0 for a divisor of 0.
pub(super) fn rounded(dividend: i128, divisor: i128) -> i64 {
    if divisor == 0 {
        return 0;
    }
    let (sign, dividend, divisor) = ((dividend < 0) ^ (divisor < 0), dividend.unsigned_abs(), divisor.unsigned_abs());
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    let magnitude = quotient + u128::from(rest >= divisor - rest);
    let value = i64::try_from(magnitude).unwrap_or(i64::MAX);
    if sign { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rounded_once_and_halves_away_from_zero() {
        let half = Scale::new(2, 1);
        assert_eq!([-3, -1, 0, 1, 3].map(|v| half.apply(v)), [-2, -1, 0, 1, 2]);
        assert_eq!(Scale::new(i64::MAX, i64::MAX - 1).apply(i64::MAX), i64::MAX - 1);
        assert_eq!(Scale::new(1, i64::MAX).apply(-2), -i64::MAX);
    }

    #[test]
    fn what_cannot_be_scaled_stays() {
        for scale in [Scale::new(0, 5), Scale::new(5, 0), Scale::new(-1, 3)] {
            assert_eq!(scale, Scale::ONE);
        }
    }

    #[test]
    fn parts_add_up_to_the_scaled_sum() {
        let mut parts = [1, 1, 1, 0, 4];
        Scale::new(7, 10).apply_to_parts(&mut parts);
        assert_eq!(parts.iter().sum::<i64>(), 10);
        assert_eq!(parts[3], 0);
        // 10/7 = 1.43 and 40/7 = 5.71: the unit too few goes to one of the first.
        assert!(parts.iter().zip([1.43, 1.43, 1.43, 0.0, 5.71]).all(|(p, exact)| (*p as f64 - exact).abs() < 1.0));
    }
}
