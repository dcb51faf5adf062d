//! Bands of cost over time as layers that lie on one another.

use crate::analyze::OverTime;
use crate::model::{Unit, format};

/// Layers in the chart's own space: along the axis positions in time, upwards how many threads are at it, or, where
/// values are no times, what each bin holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Layers {
    /// Where bins begin, and where the last one ends.
    edges: Vec<f64>,
    /// `[layer][bin]`: the upper side of each layer; the layer before lies below it.
    tops: Vec<Vec<f64>>,
    lasting: bool,
}

impl Layers {
    /// Lays the bands on one another, the first lowest.
    pub fn new(over_time: &OverTime) -> Self {
        let bins = over_time.bins();
        let lengths: Vec<f64> = (0..bins)
            .map(|bin| {
                let (from, to) = over_time.bin(bin);
                if over_time.is_lasting() { (to - from).max(1) as f64 } else { 1.0 }
            })
            .collect();
        let mut edges: Vec<f64> = (0..bins).map(|bin| over_time.bin(bin).0 as f64).collect();
        edges.push(over_time.range().1 as f64);
        let mut below = vec![0.0; bins];
        let mut tops = Vec::with_capacity(over_time.bands().len());
        for band in over_time.bands() {
            for ((top, amount), length) in below.iter_mut().zip(band.amounts()).zip(&lengths) {
                *top += *amount as f64 / length;
            }
            tops.push(below.clone());
        }
        Self { edges, tops, lasting: over_time.is_lasting() }
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.tops.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tops.is_empty()
    }

    /// Both sides of a layer as steps: position, lower and upper side, at both ends of each bin. Bins beside each other
    /// that are equally high are one step.
    pub fn steps(&self, layer: usize) -> impl Iterator<Item = [f64; 3]> + '_ {
        let bottom = move |bin: usize| if layer == 0 { 0.0 } else { self.tops[layer - 1][bin] };
        let bins = self.edges.len().saturating_sub(1);
        let side = move |bin: usize| (bottom(bin), self.tops[layer][bin]);
        (0..bins).flat_map(move |bin| {
            let (low, high) = side(bin);
            let begins = bin == 0 || side(bin - 1) != (low, high);
            let ends = bin + 1 == bins || side(bin + 1) != (low, high);
            let begin = begins.then(|| [self.edges[bin], low, high]);
            let end = ends.then(|| [self.edges[bin + 1], low, high]);
            begin.into_iter().chain(end)
        })
    }

    /// The top of a chart that holds everything: a round number, and at least one thread.
    pub fn top(&self) -> f64 {
        let highest = self.tops.last().into_iter().flatten().copied().fold(0.0, f64::max);
        // Bins are divided to whole nanoseconds, so a full one may seem to hold a little more.
        if self.lasting && highest <= 1.02 {
            return 1.0;
        }
        let power = 10_f64.powf(highest.max(1.0).log10().floor());
        let rounds = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
        rounds.into_iter().map(|m| m * power).find(|round| *round >= highest).unwrap_or(highest)
    }

    /// Round heights for lines across a chart up to `top`: a line a thread where there are few.
    pub fn heights(top: f64) -> impl Iterator<Item = f64> {
        let whole = top > 1.0 && top <= 8.0 && top.fract() == 0.0;
        let steps = if whole { top as u32 } else { 4 };
        (0..=steps).map(move |i| top * f64::from(i) / f64::from(steps))
    }

    /// A height in words: a share of one thread, a number of threads, or a value.
    pub fn height_text(&self, height: f64, top: f64, unit: &Unit) -> String {
        match self.lasting {
            true if top <= 1.0 => format!("{:.0} %", height * 100.0),
            true if (height * 100.0).round() % 100.0 == 0.0 => format!("{height:.0}"),
            true => format!("{height:.2}").trim_end_matches('0').to_owned(),
            false => format::value(height.round() as i64, unit),
        }
    }

    /// What heights are.
    pub fn height_title(&self, top: f64) -> &'static str {
        match (self.lasting, top <= 1.0) {
            (true, true) => "share of the time",
            (true, false) => "threads at a time",
            (false, _) => "each step of the axis",
        }
    }
}
