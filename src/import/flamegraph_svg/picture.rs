//! The boxes of a picture, as its XML gives them.

use super::NAME;
use super::title::{Invocation, Title};
use crate::import::{ImportError, Job, decimal};
use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Pixels are counted in ten thousandths.
pub(super) const PIXEL: i64 = 10_000;

/// A box: `x` and `width` in samples where the picture is exact, in ten thousandths of a pixel otherwise.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) name: String,
    /// The count in its title.
    pub(super) count: Option<i64>,
    pub(super) x: i64,
    pub(super) width: i64,
    pub(super) y: i64,
}

/// What a picture shows.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) frames: Vec<Frame>,
    /// Whether every box says its place in samples.
    pub(super) is_exact: bool,
    /// The text above it all.
    pub(super) title: String,
    /// What titles count.
    pub(super) unit: Option<String>,
    /// The page's script says that the root is at the top.
    pub(super) script_says_inverted: bool,
    /// The producer says that it was given nothing to draw.
    pub(super) says_no_input: bool,
    /// Boxes left out because nothing says how much they count.
    pub(super) uncounted: u64,
    /// Entities of the file's own, left as they are written.
    pub(super) entities: u64,
    renderer: Renderer,
}

/// What wrote the SVG, by its comment and its namespace; where two are told, the later one here is the true one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Renderer {
    #[default]
    Unknown,
    FlameGraphPl,
    Inferno,
}

impl Renderer {
    /// inferno leaves no blank before its text, flamegraph.pl does.
    fn of_comment(comment: &str) -> Self {
        const TEXT: &str = "Flame graph stack visualization";
        if comment.starts_with(TEXT) {
            Self::Inferno
        } else if comment.trim_start().starts_with(TEXT) {
            Self::FlameGraphPl
        } else {
            Self::Unknown
        }
    }
}

/// An offset and a width.
type Span = (i64, i64);

/// Which text is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    FrameTitle,
    PictureTitle,
    Text,
    Elsewhere,
}

struct Walk {
    picture: Picture,
    within: Within,
    text: String,
    /// How many elements are open, and how many of them may hold a frame.
    open: u64,
    groups: u64,
    title: Option<String>,
    /// Boxes with the places they give: in samples, in pixels.
    boxes: Vec<(Frame, Option<Span>, Option<Span>)>,
}

impl Picture {
    /// Reads the boxes of an SVG.
    pub(super) fn read(text: &str, job: &Job) -> Result<Self, ImportError> {
        let mut walk = Walk {
            picture: Self::default(),
            within: Within::Elsewhere,
            text: String::new(),
            open: 0,
            groups: 0,
            title: None,
            boxes: Vec::new(),
        };
        let mut reader = Reader::from_str(text);
        let mut events = 0_u64;
        loop {
            events += 1;
            if events.is_multiple_of(1 << 16) {
                job.progress(reader.buffer_position() / 2, text.len() as u64)?;
            }
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => walk.event(event),
                Err(Error::Syntax(error)) if error != SyntaxError::InvalidBangMarkup => {
                    return Err(walk.cut_short(reader.error_position()));
                }
                Err(error) => {
                    let why = format!("its XML cannot be read: {error}");
                    return Err(ImportError::malformed(NAME, reader.error_position(), why));
                }
            }
        }
        if walk.open > 0 {
            return Err(walk.cut_short(text.len() as u64));
        }
        walk.picture.script_says_inverted = memchr::memmem::find(text.as_bytes(), b"inverted = true").is_some();
        Ok(walk.finish())
    }

    /// The program that drew it.
    pub(super) fn producer(&self) -> &'static str {
        if Invocation::of(&self.title).is_py_spy {
            return "py-spy";
        }
        match self.renderer {
            Renderer::Inferno => "inferno",
            Renderer::FlameGraphPl => "flamegraph.pl",
            Renderer::Unknown => "",
        }
    }

    /// The widest frame, which is the root.
    fn widest(&self) -> Option<&Frame> {
        self.frames.iter().max_by_key(|f| f.width)
    }

    /// How wide the whole is.
    pub(super) fn width(&self) -> i64 {
        self.widest().map_or(0, |f| f.width)
    }

    /// Whether titles show other numbers than the exact widths: `--factor` of inferno.
    pub(super) fn titles_are_scaled(&self) -> bool {
        self.widest().is_some_and(|f| f.count.is_some_and(|count| count != f.width))
    }

    /// How much a frame counts.
    pub(super) fn value(&self, frame: &Frame) -> i64 {
        if self.is_exact { frame.width } else { frame.count.unwrap_or(0) }
    }
}

impl Walk {
    fn cut_short(&self, at: u64) -> ImportError {
        let why = format!("it ends in the middle, after {} frames", self.boxes.len());
        ImportError::malformed(NAME, at, why)
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(start) => {
                self.open += 1;
                self.start(&start);
            }
            Event::Empty(start) if start.local_name().as_ref() == "rect" => self.rect(&start),
            Event::End(end) => {
                self.open = self.open.saturating_sub(1);
                self.end(end.local_name().as_ref());
            }
            Event::Text(text) if self.within != Within::Elsewhere => self.text.push_str(&text),
            Event::CData(text) if self.within != Within::Elsewhere => self.text.push_str(&text),
            Event::GeneralRef(reference) if self.within != Within::Elsewhere => self.reference(&reference),
            Event::Comment(comment) => self.rendered_by(Renderer::of_comment(&comment)),
            _ => {}
        }
    }

    fn rendered_by(&mut self, renderer: Renderer) {
        self.picture.renderer = self.picture.renderer.max(renderer);
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        match start.local_name().as_ref() {
            "g" | "a" => {
                self.groups += 1;
                self.title = None;
            }
            "title" if self.groups > 0 => self.begin(Within::FrameTitle),
            "text" if self.groups == 0 => {
                let is_title = attribute(start, "id").is_some_and(|id| id == "title");
                self.begin(if is_title { Within::PictureTitle } else { Within::Text });
            }
            "rect" => self.rect(start),
            "svg" if attribute(start, "xmlns:fg").is_some() => self.rendered_by(Renderer::Inferno),
            _ => {}
        }
    }

    fn begin(&mut self, within: Within) {
        self.within = within;
        self.text.clear();
    }

    fn end(&mut self, name: &str) {
        match (name, self.within) {
            ("g" | "a", _) => {
                self.groups = self.groups.saturating_sub(1);
                self.title = None;
            }
            ("title", Within::FrameTitle) => {
                self.title = Some(std::mem::take(&mut self.text));
                self.within = Within::Elsewhere;
            }
            ("text", Within::PictureTitle) => {
                self.text.trim().clone_into(&mut self.picture.title);
                self.within = Within::Elsewhere;
            }
            ("text", Within::Text) => {
                self.picture.says_no_input |=
                    self.text.contains("No valid input") || self.text.contains("No stack counts");
                self.within = Within::Elsewhere;
            }
            _ => {}
        }
    }

    /// Entities of the file's own are never expanded: a few lines of them could stand for gigabytes.
    fn reference(&mut self, reference: &BytesRef<'_>) {
        let predefined = quick_xml::escape::resolve_predefined_entity(reference);
        match (predefined, reference.resolve_char_ref()) {
            (Some(text), _) => self.text.push_str(text),
            (None, Ok(Some(char))) => self.text.push(char),
            _ => {
                self.picture.entities += 1;
                self.text.push('&');
                self.text.push_str(reference);
                self.text.push(';');
            }
        }
    }

    /// A box that follows a title is a frame.
    fn rect(&mut self, rect: &BytesStart<'_>) {
        let Some(title) = self.title.take() else { return };
        let mut place = Place::default();
        for attribute in rect.attributes().with_checks(false).flatten() {
            place.take(attribute.key.as_ref(), attribute.value.as_bytes());
        }
        let Some(y) = place.y else { return };
        let Title { name, count, unit } = Title::parse(&title);
        if self.picture.unit.is_none() {
            self.picture.unit = unit.map(str::to_owned);
        }
        let frame = Frame { name: name.to_owned(), count, x: 0, width: 0, y };
        self.boxes.push((frame, place.exact(), place.pixels()));
    }

    fn finish(self) -> Picture {
        let mut picture = self.picture;
        picture.is_exact = self.boxes.iter().all(|(_, exact, _)| exact.is_some());
        for (mut frame, exact, pixels) in self.boxes {
            let place = if picture.is_exact { exact } else { pixels.filter(|_| frame.count.is_some()) };
            match place {
                Some((x, width)) => {
                    (frame.x, frame.width) = (x, width);
                    picture.frames.push(frame);
                }
                None => picture.uncounted += 1,
            }
        }
        picture
    }
}

/// The attributes of a box that say where it is.
#[derive(Default)]
struct Place {
    y: Option<i64>,
    x: Option<i64>,
    width: Option<i64>,
    fg_x: Option<i64>,
    fg_w: Option<i64>,
}

impl Place {
    fn take(&mut self, key: &str, value: &[u8]) {
        const PIXEL_PLACES: i32 = 4;
        let pixels = || decimal::scaled(value.strip_suffix(b"%").unwrap_or(value), PIXEL_PLACES);
        match key {
            "y" => self.y = pixels(),
            "x" => self.x = pixels(),
            "width" => self.width = pixels(),
            "fg:x" => self.fg_x = decimal::scaled(value, 0),
            "fg:w" => self.fg_w = decimal::scaled(value, 0),
            _ => {}
        }
    }

    fn exact(&self) -> Option<Span> {
        interval(self.fg_x?, self.fg_w?)
    }

    fn pixels(&self) -> Option<Span> {
        interval(self.x?, self.width?)
    }
}

/// An offset and a width, if both make sense.
fn interval(x: i64, width: i64) -> Option<Span> {
    (x >= 0 && width >= 0 && x.checked_add(width).is_some()).then_some((x, width))
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    Some(start.try_get_attribute(name).ok()??.value.into_owned())
}
