//! Chance that is the same every time.

/// A generator of the kind PCG (O'Neill 2014), small enough to stand here.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.bits();
        random
    }

    fn bits(&mut self) -> u32 {
        let state = self.0;
        self.0 = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let shifted = (((state >> 18) ^ state) >> 27) as u32;
        shifted.rotate_right((state >> 59) as u32)
    }

    /// From 0 up to, but without, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.bits()) / 4_294_967_296.0
    }

    /// A count that came by chance, of which there are `mean` on average (Knuth's method, a part at a time).
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        let (mut left, mut product, mut count) = (mean, 1.0, 0);
        loop {
            product *= self.unit();
            while product < 1.0 && left > 0.0 {
                let part = left.min(500.0);
                product *= part.exp();
                left -= part;
            }
            if product <= 1.0 {
                return count;
            }
            count += 1;
        }
    }

    /// Which of the weights is hit.
    pub(crate) fn choose(&mut self, weights: &[f64]) -> usize {
        let mut at = self.unit() * weights.iter().sum::<f64>();
        for (i, weight) in weights.iter().enumerate() {
            at -= weight;
            if at < 0.0 {
                return i;
            }
        }
        weights.len() - 1
    }
}
