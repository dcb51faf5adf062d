//! The boxes of a picture, as its XML gives them.

use super::NAME;
use super::title::{Invocation, Title};
use crate::import::input::HEAD_BYTES;
use crate::import::{ImportError, Job, decimal};
use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use rustc_hash::FxHashMap;

/// Pixels are counted in ten thousandths.
pub(super) const PIXEL: i64 = 10_000;

/// A box: `x` and `width` in samples where the picture is exact, in ten thousandths of a pixel otherwise.
#[derive(Debug)]
pub(super) struct Frame {
    /// An index into [`Picture::names`].
    pub(super) name: usize,
    /// The count in its title.
    pub(super) count: Option<i64>,
    in_pixels: bool,
    pub(super) x: i64,
    pub(super) width: i64,
    pub(super) y: i64,
}

/// What a picture shows.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) frames: Vec<Frame>,
    /// Every name once.
    pub(super) names: Vec<String>,
    /// Whether boxes say their places in samples.
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
    /// The program that drew it, where that is known.
    drawn_by: &'static str,
}

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
    /// The title of the box to come, where there is one.
    title: String,
    has_title: bool,
    names: FxHashMap<String, usize>,
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
            title: String::new(),
            has_title: false,
            names: FxHashMap::default(),
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
        let script = text.as_bytes().get(..HEAD_BYTES).unwrap_or(text.as_bytes());
        walk.picture.script_says_inverted = memchr::memmem::find(script, b"inverted = true").is_some();
        Ok(walk.finish())
    }

    /// The program that drew it.
    pub(super) fn producer(&self) -> &'static str {
        if Invocation::of(&self.title).is_py_spy { "py-spy" } else { self.drawn_by }
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

    /// A frame's name.
    pub(super) fn name(&self, frame: &Frame) -> &str {
        self.names.get(frame.name).map_or("", String::as_str)
    }

    /// How much a frame counts.
    pub(super) fn value(&self, frame: &Frame) -> i64 {
        if self.is_exact { frame.width } else { frame.count.unwrap_or(0) }
    }
}

impl Walk {
    fn cut_short(&self, at: u64) -> ImportError {
        let why = format!("it ends in the middle, after {} frames", self.picture.frames.len());
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
            Event::Comment(comment) => {
                // inferno leaves no blank before its text, flamegraph.pl does.
                if comment.starts_with("Flame graph stack visualization") {
                    self.picture.drawn_by = "inferno";
                } else if comment.trim_start().starts_with("Flame graph stack visualization") {
                    self.picture.drawn_by = "flamegraph.pl";
                }
            }
            _ => {}
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        match start.local_name().as_ref() {
            "g" | "a" => {
                self.groups += 1;
                self.has_title = false;
            }
            "title" if self.groups > 0 => self.begin(Within::FrameTitle),
            "text" if self.groups == 0 => {
                let is_title = attribute(start, "id").is_some_and(|id| id == "title");
                self.begin(if is_title { Within::PictureTitle } else { Within::Text });
            }
            "rect" => self.rect(start),
            "svg" if attribute(start, "xmlns:fg").is_some() => self.picture.drawn_by = "inferno",
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
                self.has_title = false;
            }
            ("title", Within::FrameTitle) => {
                std::mem::swap(&mut self.title, &mut self.text);
                self.has_title = true;
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
        if !std::mem::take(&mut self.has_title) {
            return;
        }
        let place = Place::of(rect);
        let Some(y) = place.y.and_then(pixels) else { return };
        let Title { name, count, unit } = Title::parse(&self.title);
        let exact = place.exact();
        // A box in pixels counts what its title says.
        let Some((x, width)) = exact.or_else(|| place.pixels().filter(|_| count.is_some())) else {
            self.picture.uncounted += 1;
            return;
        };
        if self.picture.unit.is_none() {
            self.picture.unit = unit.map(str::to_owned);
        }
        let known = self.names.get(name).copied();
        let name = known.unwrap_or_else(|| {
            let new = self.picture.names.len();
            self.picture.names.push(name.to_owned());
            self.names.insert(name.to_owned(), new);
            new
        });
        self.picture.frames.push(Frame { name, count, in_pixels: exact.is_none(), x, width, y });
    }

    /// Samples and pixels cannot be compared: where there are boxes in samples, those in pixels are left out.
    fn finish(self) -> Picture {
        let mut picture = self.picture;
        picture.is_exact = picture.frames.iter().any(|f| !f.in_pixels);
        if picture.is_exact {
            let before = picture.frames.len();
            picture.frames.retain(|f| !f.in_pixels);
            picture.uncounted += (before - picture.frames.len()) as u64;
        }
        picture
    }
}

/// The attributes of a box that say where it is, as written.
#[derive(Default)]
struct Place<'a> {
    y: Option<&'a str>,
    x: Option<&'a str>,
    width: Option<&'a str>,
    fg_x: Option<&'a str>,
    fg_w: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(rect: &'a BytesStart<'_>) -> Self {
        let mut place = Self::default();
        for (key, value) in Attributes(rect.attributes_raw()) {
            match key {
                "y" => place.y = Some(value),
                "x" => place.x = Some(value),
                "width" => place.width = Some(value),
                "fg:x" => place.fg_x = Some(value),
                "fg:w" => place.fg_w = Some(value),
                _ => {}
            }
        }
        place
    }

    /// The box in samples.
    fn exact(&self) -> Option<(i64, i64)> {
        interval(decimal::scaled(self.fg_x?.as_bytes(), 0)?, decimal::scaled(self.fg_w?.as_bytes(), 0)?)
    }

    /// The box in pixels, or in hundredths of the picture's width.
    fn pixels(&self) -> Option<(i64, i64)> {
        interval(pixels(self.x?)?, pixels(self.width?)?)
    }
}

/// `key="value"` pairs. Boxes are nearly all there is in a picture, and their values are plain numbers, so there is
/// nothing to unescape or to check.
struct Attributes<'a>(&'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, rest) = self.0.split_at_checked(memchr::memchr(b'=', self.0.as_bytes())?)?;
        let rest = rest.get(1..)?.trim_ascii_start();
        let quote = *rest.as_bytes().first().filter(|b| matches!(b, b'"' | b'\''))?;
        let rest = rest.get(1..)?;
        let (value, rest) = rest.split_at_checked(memchr::memchr(quote, rest.as_bytes())?)?;
        self.0 = rest.get(1..)?;
        Some((key.trim_ascii(), value))
    }
}

fn pixels(value: &str) -> Option<i64> {
    const PLACES: i32 = 4;
    decimal::scaled(value.strip_suffix('%').unwrap_or(value).as_bytes(), PLACES)
}

/// An offset and a width, if both make sense.
fn interval(x: i64, width: i64) -> Option<(i64, i64)> {
    (x >= 0 && width >= 0 && x.checked_add(width).is_some()).then_some((x, width))
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    Some(start.try_get_attribute(name).ok()??.value.into_owned())
}
