//! What can be exported, and how.

use crate::analyze::diff::Side;
use crate::layout::Scheme;
use crate::ui::annotations::Listed;
use crate::ui::views::ViewKind;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// A picture in pixels.
    Png,
    /// A picture of shapes and text.
    Svg,
    /// A page for any browser.
    Html,
    /// A few lines and a table, for a review.
    Markdown,
    /// The table of functions, or of differences.
    Csv,
    /// The same for programs.
    Json,
    /// Collapsed stacks.
    Folded,
    /// speedscope's file.
    Speedscope,
    /// pprof's file.
    Pprof,
}

impl Format {
    /// Every format, in the order of the dialog.
    pub const ALL: [Self; 9] = [
        Self::Png,
        Self::Svg,
        Self::Html,
        Self::Markdown,
        Self::Csv,
        Self::Json,
        Self::Folded,
        Self::Speedscope,
        Self::Pprof,
    ];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Svg => "SVG",
            Self::Html => "HTML",
            Self::Markdown => "Markdown",
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Folded => "Folded",
            Self::Speedscope => "speedscope",
            Self::Pprof => "pprof",
        }
    }

    /// What it is good for.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Png => "A picture that shows everywhere.",
            Self::Svg => "A picture whose text can be searched and selected.",
            Self::Html => "One file for any browser: zoom, search, and a table to sort.",
            Self::Markdown => "A summary, the top functions or differences, and findings, for a pull request.",
            Self::Csv => "Every function, for spreadsheets: whole numbers in the base unit.",
            Self::Json => "Every function, for programs: whole numbers in the base unit.",
            Self::Folded => "Collapsed stacks, as flamegraph.pl reads them.",
            Self::Speedscope => "For speedscope.app.",
            Self::Pprof => "For go tool pprof and what else reads pprof.",
        }
    }

    /// How names of such files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Folded => "folded",
            Self::Speedscope => "speedscope.json",
            Self::Pprof => "pb.gz",
        }
    }

    /// Whether it shows a drawing.
    pub fn is_drawn(self) -> bool {
        matches!(self, Self::Png | Self::Svg | Self::Html)
    }

    /// Whether it has a size of its own; a page is as large as the browser's window.
    pub fn has_size(self) -> bool {
        matches!(self, Self::Png | Self::Svg)
    }

    /// Whether it is made of stacks.
    pub fn needs_stacks(self) -> bool {
        self.is_drawn() || matches!(self, Self::Folded | Self::Speedscope | Self::Pprof)
    }

    /// Whether it can be put on the clipboard.
    pub fn can_be_copied(self) -> bool {
        !matches!(self, Self::Html | Self::Speedscope | Self::Pprof)
    }
}

/// What a picture shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Drawing {
    /// A flame graph.
    Flame,
    /// A sunburst.
    Sunburst,
    /// Callers and callees of the selection.
    Callers,
    /// How cost divides over time.
    Activity,
}

impl Drawing {
    /// Every drawing.
    pub const ALL: [Self; 4] = [Self::Flame, Self::Sunburst, Self::Callers, Self::Activity];

    /// What is drawn where a view is on screen; the table, the source and the hints have no picture of their own.
    pub fn of(view: ViewKind) -> Option<Self> {
        match view {
            ViewKind::Flame => Some(Self::Flame),
            ViewKind::Sunburst => Some(Self::Sunburst),
            ViewKind::Callers => Some(Self::Callers),
            ViewKind::Activity => Some(Self::Activity),
            ViewKind::Table | ViewKind::Source | ViewKind::Hints => None,
        }
    }

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Flame => "Flame graph",
            Self::Sunburst => "Sunburst",
            Self::Callers => "Callers and callees",
            Self::Activity => "Activity over time",
        }
    }

    /// How files of it are called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Flame => "flame",
            Self::Sunburst => "sunburst",
            Self::Callers => "callers",
            Self::Activity => "activity",
        }
    }
}

/// Which recordings of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Which {
    /// Both, as one.
    Both,
    /// Both, beside each other.
    Beside,
    /// One of them.
    Side(Side),
}

impl Which {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Both, Self::Beside, Self::Side(Side::Base), Self::Side(Side::New)];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Both => "Both as one",
            Self::Beside => "Both side by side",
            Self::Side(Side::Base) => "Base alone",
            Self::Side(Side::New) => "New alone",
        }
    }
}

/// What is exported, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a box of the dialog to tick, by itself")]
pub struct ExportChoice {
    /// What the file is.
    pub format: Format,
    /// What a picture shows.
    pub drawing: Drawing,
    /// Which recordings of a comparison; of no meaning elsewhere.
    pub which: Which,
    /// The width of a picture in pixels, before scaling.
    pub width: u32,
    /// The height of a picture in pixels, before scaling.
    pub height: u32,
    /// Whether it is as high as it takes to show everything instead.
    pub fits: bool,
    /// Pixels of a PNG for each of the size's.
    pub scale: u32,
    /// Dark or light.
    pub scheme: Scheme,
    /// Whether names of people and machines are removed.
    pub scrub: bool,
    /// Whether a picture says what it is a picture of.
    pub stamped: bool,
    /// Whether what the search did not find stands back.
    pub search: bool,
    /// Whether the selected function is outlined.
    pub selection: bool,
    /// Whether findings are told.
    pub hints: bool,
    /// Whether what is marked is drawn, or listed.
    pub annotations: bool,
}

impl ExportChoice {
    /// What is chosen at first.
    pub fn new(drawing: Drawing, scheme: Scheme) -> Self {
        Self {
            format: Format::Png,
            drawing,
            which: Which::Both,
            width: 1600,
            height: 900,
            fits: true,
            scale: 2,
            scheme,
            scrub: true,
            stamped: true,
            search: true,
            selection: true,
            hints: true,
            annotations: true,
        }
    }
}

/// What there is to export.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it is, as tabs call it.
    pub title: String,
    /// Whether two recordings are compared.
    pub compared: bool,
    /// Whether there are calls; a profile of lines has none.
    pub has_calls: bool,
    /// The selected function.
    pub selection: Option<String>,
    /// What is searched for.
    pub search: Option<String>,
    /// What is marked.
    pub annotations: Vec<Listed>,
}

impl Offer {
    /// Whether a choice is about both recordings of a comparison.
    pub fn is_about_both(&self, choice: &ExportChoice) -> bool {
        self.compared && matches!(choice.which, Which::Both | Which::Beside)
    }

    /// Why a choice cannot be exported; `None` where it can.
    pub fn refusal(&self, choice: &ExportChoice) -> Option<&'static str> {
        let stacks = matches!(choice.format, Format::Folded | Format::Speedscope | Format::Pprof);
        if !self.has_calls && choice.format.needs_stacks() {
            Some("This profile records lines, not calls: export its figures as Markdown, CSV or JSON.")
        } else if self.is_about_both(choice) && stacks {
            Some("This format holds one recording. Choose base or new alone.")
        } else if self.compared && choice.which == Which::Beside && choice.format == Format::Html {
            Some("A page shows both as one, or one of them. Side by side they stand in a picture.")
        } else if choice.format.is_drawn() && choice.drawing == Drawing::Callers && self.selection.is_none() {
            Some("Select a function first: this picture shows who calls it, and what it calls.")
        } else {
            None
        }
    }
}
