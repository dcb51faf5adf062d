//! Pictures of a profile: the geometry of [`crate::layout`], which the window paints too, written as SVG.
//!
//! A picture is a pure function of what is counted, so the same profile gives the same bytes. It carries a [`Stamp`],
//! because whoever finds it in a code review has nothing else to tell what it shows.

mod activity;
mod annotations;
mod boxes;
mod callers;
mod difference;
mod flame;
mod look;
mod neighbours;
mod recording;
mod sides;
mod stamp;
mod sunburst;

pub(crate) use activity::describe_activity;
pub(crate) use annotations::marked_name;
pub(crate) use difference::{ByDifference, stamp as stamp_of_both};
pub(crate) use flame::{describe_flame, flame_tree};
pub use look::{LegendEntry, Listed, Look, OfProfile};
pub(crate) use recording::Recording;
pub use stamp::{Stamp, transform_text};

use super::scrub::Scrub;
use super::svg::Svg;
use crate::analyze::diff::{BoxWidth, Comparison, Measure};
use crate::analyze::{Analysis, DivideBy, GroupId, Matches, Order};
use crate::layout::{Annotation, ColourBy, Ground, Growth, Palette, Scheme, Tones, fit_name};
use crate::model::{Body, format};
use annotations::Marks;
use stamp::StampLayout;

/// What a picture shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PictureView {
    /// A flame graph.
    Flame {
        /// The order of stacks; in time order, of one thread.
        order: Order,
        /// Which way calls grow.
        growth: Growth,
        /// The calls down to the box that fills the width; none for everything.
        zoom: Vec<GroupId>,
    },
    /// Rings around a centre.
    Sunburst {
        /// The calls down to what is in the centre; none for everything.
        root: Vec<GroupId>,
    },
    /// Who calls a function above it, what it calls below.
    Callers {
        /// The function.
        of: GroupId,
    },
    /// How cost divides over time.
    Activity {
        /// Into what.
        by: DivideBy,
        /// The part of the time axis that is shown; `None` for everything.
        range: Option<(i64, i64)>,
    },
}

/// The height of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Height {
    /// So many pixels; what does not fit is left out, and the picture says so.
    Pixels(u32),
    /// As many as it takes to show every row, up to a limit.
    AsNeeded,
}

/// A picture to be drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// What it shows.
    pub view: PictureView,
    /// Its width, in pixels.
    pub width: u32,
    /// Its height.
    pub height: Height,
    /// Dark or light.
    pub scheme: Scheme,
    /// What the colours of a single profile's functions tell.
    pub colour_by: ColourBy,
    /// At most so many levels of calls.
    pub depth: Option<usize>,
    /// The function that flame graphs from the outermost calls and sunbursts begin at, where stacks were not recorded and a
    /// focus cannot be counted; none for everything.
    pub below: Option<GroupId>,
    /// The function whose boxes and arcs are outlined.
    pub selection: Option<GroupId>,
    /// Whether the picture says what it is a picture of.
    pub stamped: bool,
    /// What is marked in it.
    pub annotations: Vec<Annotation>,
    /// Positions across a flame graph are at least so many, so that two stand on one scale; 0 lets it fill the width.
    pub least_span: i64,
    /// Where the numbers of shapes begin: pictures in one file must not share any.
    pub numbered_from: usize,
}

impl Picture {
    /// A picture of the default size.
    pub fn new(view: PictureView, scheme: Scheme) -> Self {
        Self {
            view,
            width: 1600,
            height: Height::Pixels(900),
            scheme,
            colour_by: ColourBy::default(),
            depth: None,
            below: None,
            selection: None,
            stamped: true,
            annotations: Vec::new(),
            least_span: 0,
            numbered_from: 0,
        }
    }

    /// Draws it as an SVG file.
    pub fn svg(&self, subject: &Subject<'_>) -> Result<String, PictureError> {
        self.drawn(subject).map(|(svg, _)| svg)
    }

    /// The file, and how high it is.
    fn drawn(&self, subject: &Subject<'_>) -> Result<(String, u32), PictureError> {
        if !subject.has_calls() {
            return Err(PictureError::NoCalls);
        }
        let palette = Palette::new(self.scheme).telling(self.colour_by);
        let found = subject.search.map(|(_, found)| found);
        let picture = self.scrubbed(subject.scrub);
        match subject.base {
            None => {
                let look = OfProfile::new(subject.analysis, palette, subject.scrub, found);
                let stamp = Stamp::new(subject.name, subject.analysis, subject.scrub, subject.search);
                picture.draw(Recording::one(subject.analysis, self.below), subject, &look, stamp)
            }
            Some(base) => {
                let look = ByDifference::new(&base, palette, subject.scrub, found);
                let stamp = difference::stamp(&base, subject.name, subject.scrub, subject.search);
                picture.draw(Recording::both(&base, self.below), subject, &look, stamp)
            }
        }
    }

    fn draw(
        &self,
        recording: Recording<'_>,
        subject: &Subject<'_>,
        look: &dyn Look,
        mut stamp: Stamp,
    ) -> Result<(String, u32), PictureError> {
        stamp.legend = look.legend();
        self.describe_focus(look, &mut stamp);
        let analysis = subject.analysis;
        match &self.view {
            PictureView::Flame { order, growth, zoom } => {
                let flame = flame::Flame::new(recording, analysis, *order, zoom, (self.width, self.least_span))?;
                flame.describe(subject.scrub, look, &mut stamp);
                if self.least_span > 0 {
                    stamp.facts.push("on one scale with the other".to_owned());
                }
                self.compose(stamp, &flame.content(*growth, look))
            }
            PictureView::Sunburst { root } => {
                let sunburst = sunburst::Sunburst::new(recording, analysis, root);
                sunburst.describe(look, &mut stamp);
                self.compose(stamp, &sunburst.content(look))
            }
            PictureView::Callers { of } => {
                let callers = callers::Callers::new(recording, analysis, *of, self.width);
                callers.describe(look, &mut stamp);
                self.compose(stamp, &callers.content(look))
            }
            PictureView::Activity { by, range } => {
                let shown = (*by, *range);
                let activity = activity::Activity::new(recording, analysis, subject.scrub, shown, self.width)?;
                activity.describe(Palette::new(self.scheme), &mut stamp);
                self.compose(stamp, &activity)
            }
        }
    }

    /// Says where the picture begins.
    pub(crate) fn describe_focus(&self, look: &dyn Look, stamp: &mut Stamp) {
        if let Some(below) = self.below {
            let name = fit_name(&format::one_line(&look.names_of(below).name), 40).into_owned();
            stamp.filters.insert(0, format!("focus {name}"));
        }
    }

    /// Puts the stamp around a drawing; the file, and how high it is.
    fn compose(&self, mut stamp: Stamp, content: &dyn Content) -> Result<(String, u32), PictureError> {
        self.check(1)?;
        let tones = Tones::new(self.scheme);
        let width = self.width as f32;
        let frame = Frame { picture: self, tones };
        let for_notes = self.room_for_notes(&frame, content);
        // What is cut is known once there is a height, and saying so takes some of the height.
        let notes = stamp.notes.len();
        for _ in 0..3 {
            let around = if self.stamped { StampLayout::new(&stamp, width).around() } else { 0.0 };
            let height = self.height_of(content, around + for_notes) - around;
            let mut said: Vec<String> = content.cut(&frame, height).into_iter().collect();
            said.extend(self.outside(&frame, content, height));
            if stamp.notes[notes..] == said[..] {
                break;
            }
            stamp.notes.truncate(notes);
            stamp.notes.extend(said);
        }
        let layout = StampLayout::new(&stamp, width);
        let around = if self.stamped { layout.around() } else { 0.0 };
        let height = self.height_of(content, around + for_notes);
        let mut svg = Svg::new(self.width, height as u32, &stamp.title(), &stamp.description());
        svg.rect(0.0, 0.0, width, height, tones.ground);
        svg.line();
        let top = if self.stamped { layout.above() } else { 0.0 };
        let area = Area { x: 0.0, y: top, width, height: (height - around).max(0.0) };
        content.draw(&frame, &mut svg, &area);
        self.annotate(&frame, content, &mut svg, &area);
        if self.stamped {
            layout.draw(&mut svg, height, &tones);
        }
        Ok((svg.finish(), height as u32))
    }

    fn height_of(&self, content: &dyn Content, around: f32) -> f32 {
        match self.height {
            Height::Pixels(pixels) => pixels as f32,
            Height::AsNeeded => (content.height(self) + around).ceil().clamp(SMALLEST.1 as f32, TALLEST as f32),
        }
    }

    /// Whether the picture has a size that can be drawn at a scale.
    pub fn check(&self, scale: u32) -> Result<(), PictureError> {
        let height = match self.height {
            Height::Pixels(pixels) => pixels,
            Height::AsNeeded => SMALLEST.1,
        };
        check_size(self.width, height, scale)
    }
}

/// Whether a size can be drawn at a scale.
pub(crate) fn check_size(width: u32, height: u32, scale: u32) -> Result<(), PictureError> {
    let error = PictureError::Size { width, height, scale };
    if width < SMALLEST.0 || height < SMALLEST.1 || scale == 0 {
        return Err(error);
    }
    let (wide, high) = (u64::from(width) * u64::from(scale), u64::from(height) * u64::from(scale));
    if wide > LONGEST_SIDE || high > LONGEST_SIDE || wide * high > MOST_PIXELS { Err(error) } else { Ok(()) }
}

/// The least size that holds a stamp and a few rows.
const SMALLEST: (u32, u32) = (320, 160);
/// The most pixels a picture grows to by itself, before scaling.
const TALLEST: u32 = 6_000;
/// The longest side and the most pixels that are drawn: 4 bytes each in memory.
const LONGEST_SIDE: u64 = 32_000;
const MOST_PIXELS: u64 = 100_000_000;

/// What is drawn.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The name of the file, as it is to be read.
    pub name: &'a str,
    /// The profile, counted; in a comparison the new side.
    pub analysis: &'a Analysis,
    /// What it is compared with.
    pub base: Option<Base<'a>>,
    /// What is removed from texts.
    pub scrub: &'a Scrub,
    /// What is searched for, and what was found.
    pub search: Option<(&'a str, &'a Matches)>,
}

impl Subject<'_> {
    /// Whether there are calls to draw, and not lines alone.
    pub fn has_calls(&self) -> bool {
        !matches!(self.analysis.profile().body(), Body::Lines(_))
    }
}

/// The other side of a comparison.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// The name of its file, as it is to be read.
    pub name: &'a str,
    /// Both sides.
    pub comparison: &'a Comparison,
    /// Whose cost boxes are as wide as.
    pub width: BoxWidth,
    /// Which cost boxes are coloured by.
    pub measure: Measure,
}

impl<'a> Base<'a> {
    /// A comparison with a file of this name, in widths and colours as they are at first.
    pub fn new(name: &'a str, comparison: &'a Comparison) -> Self {
        Self { name, comparison, width: BoxWidth::default(), measure: Measure::Total }
    }
}

/// Why there is no picture.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PictureError {
    /// Time order was asked for, and there is none.
    #[error("this profile does not record the order of its stacks, so there is no picture in time order")]
    NoOrder,
    /// The recording holds no calls.
    #[error("this profile records lines, not calls, so there is no picture of its calls")]
    NoCalls,
    /// Time order was asked for of two recordings.
    #[error("two recordings cannot be drawn as one in time order; draw each by itself")]
    NoOrderOfTwo,
    /// Time was asked for, and none is known.
    #[error(
        "this profile does not record when its samples were taken, so activity over time cannot be drawn; record with \
         `py-spy record -f speedscope` or `py-spy record -f chrometrace`"
    )]
    NoTime,
    /// Time was asked for of two recordings.
    #[error("two recordings have no time in common, so their activity cannot be drawn as one; draw each by itself")]
    NoTimeOfTwo,
    /// The size cannot be drawn.
    #[error(
        "a picture of {width}×{height} pixels at scale {scale} cannot be drawn: at least {}×{} are needed, at scale 1, and \
         no more than {LONGEST_SIDE} a side or {} million in all, at any scale",
        SMALLEST.0, SMALLEST.1, MOST_PIXELS / 1_000_000
    )]
    Size {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// How many pixels of the file make one of these.
        scale: u32,
    },
    /// The renderer refused.
    #[error("the picture could not be drawn: {0}")]
    Render(String),
}

/// A drawing without its stamp.
pub(crate) trait Content {
    /// How high it would like to be.
    fn height(&self, picture: &Picture) -> f32;

    /// What does not fit into a height, in a sentence.
    fn cut(&self, frame: &Frame<'_>, height: f32) -> Option<String>;

    /// Draws it into an area.
    fn draw(&self, frame: &Frame<'_>, svg: &mut Svg, area: &Area);

    /// Where in an area the boxes and arcs are that the picture's annotations mark.
    fn marks(&self, _frame: &Frame<'_>, area: &Area) -> Marks {
        let area = area.rectangle();
        Marks { found: Vec::new(), ground: Ground::under_boxes(area, []), area }
    }

    /// Whether it leaves free what it is given above the height it would like to have.
    fn leaves_room(&self) -> bool {
        false
    }
}

/// What every drawing needs to know.
pub(crate) struct Frame<'a> {
    pub(crate) picture: &'a Picture,
    pub(crate) tones: Tones,
}

/// A part of a picture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}
