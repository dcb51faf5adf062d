//! Round numbers along an axis.

/// Room each mark is given.
const MARK_ROOM: f32 = 110.0;

/// The marks of an axis `width` wide that shows positions `from..to`: each a position that is a round number, and where
/// it is from the left edge.
pub fn ruler_marks(from: f64, to: f64, width: f32) -> impl Iterator<Item = (i64, f32)> {
    let span = to - from;
    let step = round_step(span / f64::from(width / MARK_ROOM).max(1.0));
    let first = (from / step).ceil();
    let count = if span > 0.0 { ((to / step).ceil() - first).clamp(0.0, f64::from(width)) as usize } else { 0 };
    (0..count).map(move |i| {
        let at = (first + i as f64) * step;
        (at.round() as i64, ((at - from) / span) as f32 * width)
    })
}

/// The next 1, 2 or 5 times a power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= least).unwrap_or(power * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_have_room() {
        let marks: Vec<_> = ruler_marks(150.0, 950.0, 440.0).collect();
        assert_eq!(marks, [(200, 27.5), (400, 137.5), (600, 247.5), (800, 357.5)]);
        assert_eq!(ruler_marks(0.0, 0.0, 400.0).count(), 0);
        assert_eq!(ruler_marks(0.0, 1000.0, 50.0).collect::<Vec<_>>(), [(0, 0.0)]);
    }
}
