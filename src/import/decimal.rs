//! Decimal text → integers in a base unit, by decimal arithmetic.
//!
//! Two events that touch, written as decimal microseconds, overlap once they have been through a float. So `"1.0005"`
//! milliseconds becomes 1,000,500 ns digit by digit.

/// `text × 10^scale`, rounded half away from zero: `("1.5", 9)` is 1,500,000,000.
///
/// Takes JSON's grammar of numbers (sign, fraction, exponent) and a leading `+`. `None` for anything else, `NaN` and
/// infinities among it, and for results that do not fit.
pub(super) fn scaled(text: &[u8], scale: i32) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    let mut value: i64 = 0;
    let mut i = 0;
    let mut point_shift: i32 = 0;
    let mut any = false;
    let mut seen_point = false;
    // Digits that no longer fit are dropped, the first of them kept for rounding.
    let mut dropped_first: Option<u8> = None;
    let mut dropped: i32 = 0;
    while let Some(&byte) = digits.get(i) {
        match byte {
            b'0'..=b'9' => {
                any = true;
                let digit = byte - b'0';
                let next = value.checked_mul(10).and_then(|v| v.checked_add(i64::from(digit)));
                match next {
                    Some(next) if dropped_first.is_none() => value = next,
                    _ => {
                        dropped_first.get_or_insert(digit);
                        dropped += 1;
                    }
                }
                point_shift += i32::from(seen_point);
            }
            b'.' if !seen_point => seen_point = true,
            b'e' | b'E' => break,
            _ => return None,
        }
        i += 1;
    }
    if !any {
        return None;
    }
    let exponent = match digits.get(i..) {
        Some([_, rest @ ..]) => exponent(rest)?,
        _ => 0,
    };
    let power = exponent.checked_add(scale)?.checked_sub(point_shift)?.checked_add(dropped)?;
    let magnitude = shift(value, power, dropped_first)?;
    Some(if negative { -magnitude } else { magnitude })
}

/// A line number; 0 for none, `null` and whatever else is no plain number.
pub(super) fn line(word: Option<&[u8]>) -> u32 {
    word.and_then(|word| scaled(word, 0)).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// A plain number without a sign, as ids are.
pub(super) fn id(word: Option<&[u8]>) -> Option<u64> {
    std::str::from_utf8(word?).ok()?.parse().ok()
}

/// Whether a minus stands before the digits, and the digits.
fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    }
}

fn exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0_i32, |v, d| v.saturating_mul(10).saturating_add(i32::from(d - b'0')).min(1 << 20));
    Some(if negative { -value } else { value })
}

fn shift(value: i64, power: i32, dropped_first: Option<u8>) -> Option<i64> {
    if value == 0 {
        return Some(0);
    }
    if power > 0 && dropped_first.is_some() {
        // Digits were dropped because the value is already as large as fits.
        return None;
    }
    if power >= 0 {
        let factor = 10_i64.checked_pow(u32::try_from(power).ok()?)?;
        let round = i64::from(power == 0 && dropped_first.is_some_and(|d| d >= 5));
        return value.checked_mul(factor)?.checked_add(round);
    }
    let places = power.unsigned_abs();
    if places > 19 {
        return Some(0);
    }
    let divisor = 10_u64.checked_pow(places)?;
    let value = value as u64;
    let (quotient, rest) = (value / divisor, value % divisor);
    Some((quotient + u64::from(rest >= divisor - rest)) as i64)
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn decimals_become_integers_without_a_float() {
        let cases: &[(&str, i32, Option<i64>)] = &[
            ("1.5", 9, Some(1_500_000_000)),
            ("0.000001", 9, Some(1_000)),
            ("1000000.001", 3, Some(1_000_000_001)),
            ("4503599627370497.5", 3, Some(4_503_599_627_370_497_500)),
            ("-2.5", 0, Some(-3)),
            ("2.4999", 0, Some(2)),
            ("1e3", 0, Some(1000)),
            ("1.25E-2", 6, Some(12_500)),
            ("0.01", 9, Some(10_000_000)),
            ("7", 0, Some(7)),
            ("0.1234567890123456789012345", 9, Some(123_456_789)),
            ("9223372036854775807", 0, Some(i64::MAX)),
            ("9223372036854775808", 0, None),
            ("1e400", 0, None),
            ("1e-400", 9, Some(0)),
            ("NaN", 9, None),
            ("", 9, None),
            ("-", 9, None),
            ("1.2.3", 9, None),
            ("1e", 9, None),
            ("+3", 1, Some(30)),
        ];
        for (text, scale, expected) in cases {
            assert_eq!(scaled(text.as_bytes(), *scale), *expected, "{text} × 10^{scale}");
        }
    }
}
