//! Both recordings of a comparison beside each other, as the window shows them: two pictures in one file.

use super::flame::Flame;
use super::recording::Recording;
use super::{Height, Picture, PictureError, PictureView, Subject};
use crate::export::svg::Svg;
use crate::layout::Tones;

/// Between both pictures.
const GAP: u32 = 4;
/// Pictures narrower than this stand one below the other.
const NARROWEST: u32 = 480;
/// Numbers one of the pictures leaves to the other.
const NUMBERS: usize = 1_000_000;

impl Picture {
    /// Draws two recordings, each by itself and with a stamp of its own, into one SVG file. With `factors`, what a position
    /// of either counts for, flame graphs stand on one scale; without, each fills its width.
    pub fn side_by_side(&self, subjects: [&Subject<'_>; 2], factors: Option<[f64; 2]>) -> Result<String, PictureError> {
        let beside = self.width >= 2 * NARROWEST + GAP;
        let width = if beside { (self.width - GAP) / 2 } else { self.width };
        let mut halves = [0, NUMBERS].map(|numbered_from| Self { width, numbered_from, ..self.clone() });
        if let (Height::Pixels(height), false) = (self.height, beside) {
            for half in &mut halves {
                half.height = Height::Pixels(height.saturating_sub(GAP) / 2);
            }
        }
        if let Some(factors) = factors {
            let mut spans = [0.0; 2];
            for ((span, half), (subject, factor)) in
                spans.iter_mut().zip(&halves).zip(subjects.into_iter().zip(factors))
            {
                *span = half.span(subject)? as f64 * factor;
            }
            let most = spans[0].max(spans[1]);
            for (half, factor) in halves.iter_mut().zip(factors) {
                half.least_span = if factor > 0.0 { (most / factor) as i64 } else { 0 };
            }
        }
        let mut drawn = [halves[0].drawn(subjects[0])?, halves[1].drawn(subjects[1])?];
        let [base, new] = [drawn[0].1, drawn[1].1];
        if beside && base != new {
            // The lower one is drawn again as high as the other.
            let lower = usize::from(new < base);
            halves[lower].height = Height::Pixels(base.max(new));
            drawn[lower] = halves[lower].drawn(subjects[lower])?;
        }
        let height = if beside { base.max(new) } else { base + GAP + new };
        let titles = subjects.map(|subject| subject.scrub.text(subject.name).into_owned()).join(", ");
        let about = "Two recordings beside each other; each has a title and a description of its own.";
        let mut svg = Svg::new(self.width, height, &titles, about);
        svg.rect(0.0, 0.0, self.width as f32, height as f32, Tones::new(self.scheme).line);
        svg.line();
        let second = if beside { (self.width - width, 0) } else { (0, base + GAP) };
        for ((x, y), (half, _)) in [(0, 0), second].into_iter().zip(&drawn) {
            svg.picture(x, y, half);
        }
        Ok(svg.finish())
    }

    /// Positions across a flame graph; 0 of what is none.
    fn span(&self, subject: &Subject<'_>) -> Result<i64, PictureError> {
        match &self.view {
            PictureView::Flame { order, zoom, .. } if subject.has_calls() => {
                let recording = Recording::one(subject.analysis, self.below);
                Ok(Flame::new(recording, subject.analysis, *order, zoom, (self.width, 0))?.span())
            }
            _ => Ok(0),
        }
    }
}
