//! Activity over time as a picture.

use super::recording::Recording;
use super::{Area, Content, Frame, LegendEntry, Picture, PictureError, Stamp, Subject};
use crate::analyze::{Analysis, Band, DivideBy, OverTime, TimeWindow, share};
use crate::export::font::PROPORTIONAL;
use crate::export::scrub::Scrub;
use crate::export::svg::{Anchor, Number, Style, Svg};
use crate::layout::{LABEL_SIZE, Layers, Palette, ruler_marks};
use crate::model::{TimeMeaning, Unit, format};
use std::fmt::Write;

/// Room for heights beside the chart, and for times below it.
const BESIDE: f32 = 64.0;
const BELOW: f32 = 24.0;
/// Room above the chart and to its right.
const MARGIN: f32 = 12.0;
/// A time nearer than this to an edge does not stand in the middle of its place.
const MARK_ROOM: f32 = 32.0;
/// Pixels a bin has.
const BIN: u32 = 2;

/// A chart to be drawn.
pub(super) struct Activity<'a> {
    analysis: &'a Analysis,
    scrub: &'a Scrub,
    over_time: OverTime,
    layers: Layers,
}

/// What a stamp says of activity over time, colours included, in a palette.
pub(crate) fn describe_activity(
    recording: Recording<'_>,
    subject: &Subject<'_>,
    shown: (DivideBy, Option<(i64, i64)>),
    palette: Palette,
    stamp: &mut Stamp,
) -> Result<(), PictureError> {
    Activity::new(recording, subject.analysis, subject.scrub, shown, BIN)?.describe(palette, stamp);
    Ok(())
}

impl<'a> Activity<'a> {
    pub(super) fn new(
        recording: Recording<'_>,
        analysis: &'a Analysis,
        scrub: &'a Scrub,
        (by, range): (DivideBy, Option<(i64, i64)>),
        width: u32,
    ) -> Result<Self, PictureError> {
        if recording.comparison().is_some() {
            return Err(PictureError::NoTimeOfTwo);
        }
        let window = TimeWindow { range, bins: (width / BIN) as usize };
        let over_time = OverTime::new(analysis, by, window).ok_or(PictureError::NoTime)?;
        let layers = Layers::new(&over_time);
        Ok(Self { analysis, scrub, over_time, layers })
    }

    fn unit(&self) -> &'a Unit {
        &self.analysis.profile().metric(self.analysis.query().metric).unit
    }

    /// What a band is of and costs, as it may leave the machine: `waiting`, `820 ms`, `41.2 %`.
    fn figures(&self, band: &Band) -> [String; 3] {
        let name = self.scrub.text(&band.kind.name()).into_owned();
        let part = format::percent(share(band.total, self.over_time.total()));
        [name, format::value(band.total, self.unit()), part]
    }

    pub(super) fn describe(&self, palette: Palette, stamp: &mut Stamp) {
        let view = match self.over_time.by() {
            DivideBy::Activity => "Activity over time",
            DivideBy::Package => "Packages over time",
        };
        stamp.view = format!("{view}, {}", self.layers.height_title(self.layers.top()));
        let (profile, query) = (self.analysis.profile(), self.analysis.query());
        match self.over_time.track() {
            Some(track) if query.track.is_none() && profile.tracks().len() > 1 => {
                let title = profile.track(track).title();
                stamp.filters.push(format!("{} alone", format::one_line(&self.scrub.text(&title))));
            }
            _ => {}
        }
        if self.over_time.meaning() == TimeMeaning::Order {
            stamp.notes.push("Samples stand in the order they were taken; gaps were not recorded.".to_owned());
        }
        let entry = |band: &Band| {
            let [name, _, part] = self.figures(band);
            let text = format!("{} {part}", format::one_line(&name));
            LegendEntry { fill: palette.band(&band.kind), stripes: None, text }
        };
        stamp.legend = self.over_time.bands().iter().map(entry).collect();
    }

    fn draw_layer(&self, frame: &Frame<'_>, svg: &mut Svg, layer: usize, place: &Place) {
        let band = &self.over_time.bands()[layer];
        let mut points: Vec<(f32, f32)> = Vec::new();
        let mut back: Vec<(f32, f32)> = Vec::new();
        for [x, low, high] in self.layers.steps(layer) {
            points.push((place.x(x), place.y(high)));
            back.push((place.x(x), place.y(low)));
        }
        points.extend(back.into_iter().rev());
        let mut data = String::new();
        for (i, (x, y)) in points.into_iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(data, "{}{} {}", if i == 0 { 'M' } else { 'L' }, Number(x), Number(y));
        }
        data.push('Z');
        let fill = Palette::new(frame.picture.scheme).band(&band.kind);
        let [name, value, part] = self.figures(band);
        svg.begin_titled(&format!("{name}\n{value} ({part})"));
        svg.path(&data, fill, (0.0, fill));
        svg.end();
    }
}

/// From the chart's space to pixels.
struct Place {
    area: Area,
    from: f64,
    to: f64,
    top: f64,
}

impl Place {
    fn x(&self, at: f64) -> f32 {
        let part = (at - self.from) / (self.to - self.from).max(1.0);
        self.area.x + part as f32 * self.area.width
    }

    fn y(&self, height: f64) -> f32 {
        self.area.y + self.area.height * (1.0 - (height / self.top) as f32)
    }
}

impl Content for Activity<'_> {
    fn height(&self, picture: &Picture) -> f32 {
        (picture.width as f32 * 0.3).clamp(200.0, 600.0)
    }

    fn cut(&self, _frame: &Frame<'_>, _height: f32) -> Option<String> {
        None
    }

    fn draw(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area) {
        let (from, to) = self.over_time.range();
        let top = self.layers.top();
        let chart = Area {
            x: area.x + BESIDE,
            y: area.y + MARGIN,
            width: (area.width - BESIDE - MARGIN).max(1.0),
            height: (area.height - MARGIN - BELOW).max(1.0),
        };
        let place = Place { area: chart, from: from as f64, to: to as f64, top };
        let tones = frame.tones;
        for height in Layers::heights(top) {
            svg.rect(chart.x, place.y(height), chart.width, 1.0, tones.line);
        }
        svg.line();
        for layer in 0..self.layers.len() {
            self.draw_layer(frame, svg, layer, &place);
        }
        if let Some((from, to)) = self.analysis.query().time_ns {
            for at in [from, to].map(|at| at as f64).into_iter().filter(|at| (place.from..=place.to).contains(at)) {
                svg.rect(place.x(at), chart.y, 1.0, chart.height, tones.selection);
            }
        }
        svg.begin_texts(Style { font: &PROPORTIONAL, size: LABEL_SIZE, fill: tones.text_weak });
        for height in Layers::heights(top) {
            let text = self.layers.height_text(height, top, self.unit());
            svg.text(chart.x - 6.0, place.y(height) + 4.0, Anchor::End, &text);
        }
        for (at, x) in ruler_marks(from as f64, to as f64, chart.width) {
            let text = format::value(at, self.analysis.time_unit());
            let anchor = match x {
                x if x < MARK_ROOM => Anchor::Start,
                x if chart.width - x < MARK_ROOM => Anchor::End,
                _ => Anchor::Middle,
            };
            svg.text(chart.x + x, chart.y + chart.height + 16.0, anchor, &text);
        }
        svg.end();
    }
}
