//! A delta split into more calls and dearer calls.

use super::scale::rounded;

/// The two parts of a delta of own cost. They add up to it exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effects {
    /// What the difference in calls would have cost at the base side's price: Δcalls × base cost per call.
    pub calls: i64,
    /// What the difference in price costs: Δcost per call × new calls.
    pub per_call: i64,
}

impl Effects {
    /// Splits the difference of own costs by all calls, as pstats divides them (`percall` of `tottime`). The first part is
    /// rounded to the metric's unit, the second is what remains.
    ///
    /// A function that one side lacks was called no times there: all of the delta is calls.
    pub fn of(base: (i64, i64), new: (i64, i64)) -> Self {
        let ((base_cost, base_calls), (new_cost, new_calls)) = (base, new);
        let delta = new_cost.saturating_sub(base_cost);
        let calls = if base_calls > 0 {
            let more = i128::from(new_calls) - i128::from(base_calls);
            // Both factors fit in 64 bits but for a difference of extremes, which is as good as infinite.
            rounded(more.saturating_mul(i128::from(base_cost)), i128::from(base_calls))
        } else {
            delta
        };
        Self { calls, per_call: delta.saturating_sub(calls) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_calls_and_dearer_calls_are_told_apart() {
        // 1,000 calls of 2 each become 100 calls of 5 each.
        assert_eq!(Effects::of((2_000, 1_000), (500, 100)), Effects { calls: -1_800, per_call: 300 });
    }

    #[test]
    fn what_comes_and_goes_is_calls() {
        assert_eq!(Effects::of((0, 0), (500, 100)), Effects { calls: 500, per_call: 0 });
        assert_eq!(Effects::of((500, 100), (0, 0)), Effects { calls: -500, per_call: 0 });
    }

    #[test]
    fn the_parts_add_up_where_a_price_is_no_whole_number() {
        let effects = Effects::of((10, 3), (11, 4));
        assert_eq!(effects, Effects { calls: 3, per_call: -2 });
    }
}
