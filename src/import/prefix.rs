//! How far two texts begin alike: rows that follow each other mostly do, and what they share is not read twice.

/// How many bytes two texts have in common at their beginning.
#[inline]
pub(super) fn common(a: &[u8], b: &[u8]) -> usize {
    const STEP: usize = 32;
    let steps = a.as_chunks::<STEP>().0.iter().zip(b.as_chunks::<STEP>().0);
    let same = STEP * steps.take_while(|(x, y)| x == y).count();
    let rest = a.get(same..).unwrap_or_default().iter().zip(b.get(same..).unwrap_or_default());
    same + rest.take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests {
    use super::common;

    #[test]
    fn common_beginnings_are_measured_across_steps() {
        let a = b"0123456789abcdef0123456789abcdef0123456789abcdef".as_slice();
        for n in 0..=a.len() {
            let mut b = a.to_vec();
            b.truncate(n);
            assert_eq!(common(a, &b), n);
            b.push(b'!');
            assert_eq!(common(a, &b), n);
        }
    }
}
