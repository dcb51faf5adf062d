//! `helioscope render`: a picture of a profile.

use super::counted::{Asked, Counted, Loaded};
use super::failure::Failure;
use super::options::{ScrubArguments, SelectArguments, Theme, TransformArguments, normalize};
use super::output;
use super::select;
use crate::analyze::diff::{BoxWidth, Normalize};
use crate::analyze::{Analysis, DivideBy, GroupId, Order};
use crate::export::html::Page;
use crate::export::picture::{Base, Height, Picture, PictureView, Subject};
use crate::export::png;
use crate::layout::{ColourBy, Growth, Scheme};
use crate::model::Profile;
use clap::{Args, ValueEnum};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

/// Draw a picture of a profile: a flame graph, a sunburst, or the callers and callees of a function
#[derive(Args, Debug)]
#[command(after_help = RENDER_HELP)]
pub(super) struct RenderArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// The file to write, .svg, .png or .html; `-` for SVG on standard output
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: PathBuf,
    /// What to draw
    #[arg(long, value_enum, default_value_t)]
    pub(super) view: View,
    /// Draw what changed since this profile, in blue what costs less and in orange what costs more
    #[arg(long, value_name = "FILE")]
    pub(super) base: Option<PathBuf>,
    /// How to make the two comparable
    #[arg(long, value_name = "HOW", requires = "base", default_value = Normalize::default().name(), value_parser = normalize())]
    pub(super) normalize: Normalize,
    /// Whose cost boxes are as wide as
    #[arg(long, value_enum, value_name = "SIDE", requires = "base", default_value_t)]
    pub(super) width: Width,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    #[command(flatten)]
    pub(super) transform: TransformArguments,
    /// Emphasise functions whose name or file matches a regular expression
    #[arg(long, value_name = "RE")]
    pub(super) search: Option<String>,
    /// The function whose callers and callees are drawn, or whose boxes are outlined: its name, or a regular expression
    #[arg(long, value_name = "RE")]
    pub(super) function: Option<String>,
    /// At most so many levels of calls
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) depth: Option<u16>,
    /// Width and height; a height of `auto` shows every level
    #[arg(long, value_name = "WxH", default_value = "1600x900")]
    pub(super) size: PictureSize,
    /// Pixels of a PNG for each of the size's
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=4))]
    pub(super) scale: u32,
    /// Dark or light [default: dark; a page follows the reader's system]
    #[arg(long, value_enum, hide_default_value = true)]
    pub(super) theme: Option<Theme>,
    /// What the colours of functions tell
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "base", default_value_t)]
    pub(super) colour_by: Colours,
    /// Leave out the text that says what the picture is of
    #[arg(long)]
    pub(super) no_stamp: bool,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const RENDER_HELP: &str = "\
A picture says of which file it is, what was counted, what was left out, and what its colours mean.
It needs no display, and the same profile gives the same bytes.

Examples:
  helioscope render out.prof -o out.svg
  helioscope render out.prof --view sunburst --theme light -o out.png
  helioscope render profile.pb.gz --focus '^handle$' --hide 'logging' --size 1600xauto -o handle.png
  helioscope render out.prof --view callers --function load -o load.svg
  helioscope render new.prof --base old.prof -o change.png
  helioscope render new.prof --base old.prof --width new -o change.html
  helioscope render out.prof -o out.html            zoom, search and sort in any browser";

/// What the colours of functions tell.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Colours {
    /// Whose code they are
    #[default]
    Package,
    /// What part of everything they cost themselves
    #[value(name = "self")]
    OwnShare,
}

/// What to draw.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum View {
    /// Callees above their callers, equal stacks together
    Flame,
    /// Callees below their callers, equal stacks together
    #[default]
    LeftHeavy,
    /// Stacks of one thread in the order they were recorded
    Time,
    /// From the innermost function outwards
    Inverted,
    /// Rings around a centre
    Sunburst,
    /// Who calls a function, and what it calls
    Callers,
    /// What the program did or waited for, over time
    Activity,
    /// Whose code ran, over time
    Packages,
}

/// Whose cost the boxes of two recordings are as wide as.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Width {
    /// That of the larger side
    #[default]
    Larger,
    /// That of the new side: what is gone is not drawn
    New,
    /// That of the base side: what is new is not drawn
    Base,
}

/// The size of a picture; no height for as much as is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PictureSize {
    pub(super) width: u32,
    pub(super) height: Option<u32>,
}

impl std::str::FromStr for PictureSize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "expected WIDTHxHEIGHT in pixels, like 1600x900 or 1600xauto";
        let (width, height) = text.split_once(['x', '×']).ok_or(wrong)?;
        let height = if height == "auto" { None } else { Some(height.parse().map_err(|_| wrong)?) };
        Ok(Self { width: width.parse().map_err(|_| wrong)?, height })
    }
}

/// What is written, told by the name of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Svg,
    Png,
    Html,
}

pub(super) fn run(arguments: &RenderArguments) -> Result<(), Failure> {
    let kind = kind(&arguments.output)?;
    let loaded = Loaded::read(&arguments.file, arguments.base.as_deref(), &arguments.output)?;
    let scrub = arguments.scrub.scrub(&loaded.profiles());
    let asked = Asked { select: &arguments.select, transform: &arguments.transform, normalize: arguments.normalize };
    // The process ends with the command: what is not taken apart is not waited for.
    let counted = ManuallyDrop::new(Counted::new(&loaded, &asked)?);
    let analysis = counted.analysis();
    let picture = picture(arguments, analysis, &loaded.profiles())?;
    picture.check(if kind == Kind::Png { arguments.scale } else { 1 })?;
    let search = match arguments.search.as_deref() {
        Some(text) => Some((text, analysis.search(&select::matcher("--search", text)?))),
        None => None,
    };
    let subject = Subject {
        name: &loaded.name,
        analysis,
        base: counted.base(&loaded).map(|base| Base { width: width(arguments.width), ..base }),
        scrub: &scrub,
        search: search.as_ref().map(|(text, found)| (*text, found)),
    };
    loaded.warn();
    let written = match kind {
        Kind::Svg => picture.svg(&subject).map(String::into_bytes),
        Kind::Png => picture.svg(&subject).and_then(|svg| png::from_svg(&svg, arguments.scale)),
        Kind::Html => {
            let page = Page { picture: &picture, scheme: arguments.theme.map(scheme), found: None };
            page.html(&subject).map(String::into_bytes)
        }
    };
    let bytes = written?;
    output::write(&arguments.output, |out| out.write_all(&bytes))
}

/// The picture asked for.
fn picture(arguments: &RenderArguments, analysis: &Analysis, profiles: &[&Profile]) -> Result<Picture, Failure> {
    let function = match arguments.function.as_deref() {
        Some(text) => Some(select::function(analysis, "--function", text)?),
        None => None,
    };
    let below = select::below(analysis, profiles, &arguments.transform)?;
    if below.is_some() && matches!(arguments.view, View::Inverted | View::Callers) {
        return Err(Failure::usage(
            "the profile holds who calls whom and no stacks: --focus can begin a picture at a function, but not one of its \
             callers",
        ));
    }
    Ok(Picture {
        below,
        width: arguments.size.width,
        height: height(arguments.size),
        depth: arguments.depth.map(usize::from),
        selection: function,
        stamped: !arguments.no_stamp,
        colour_by: match arguments.colour_by {
            Colours::Package => ColourBy::Package,
            Colours::OwnShare => ColourBy::OwnShare,
        },
        ..Picture::new(view(arguments.view, function)?, scheme(arguments.theme.unwrap_or(Theme::Dark)))
    })
}

fn kind(output: &Path) -> Result<Kind, Failure> {
    let extension = output.extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("svg") => Ok(Kind::Svg),
        Some("png") => Ok(Kind::Png),
        Some("html" | "htm") => Ok(Kind::Html),
        None if output.as_os_str() == "-" => Ok(Kind::Svg),
        _ => {
            Err(Failure::usage(format!("{} names no kind of picture: end it in .svg, .png or .html", output.display())))
        }
    }
}

fn height(size: PictureSize) -> Height {
    size.height.map_or(Height::AsNeeded, Height::Pixels)
}

fn width(width: Width) -> BoxWidth {
    match width {
        Width::Larger => BoxWidth::Larger,
        Width::New => BoxWidth::New,
        Width::Base => BoxWidth::Base,
    }
}

/// The colours asked for.
pub(super) fn scheme(theme: Theme) -> Scheme {
    match theme {
        Theme::Dark => Scheme::Dark,
        Theme::Light => Scheme::Light,
    }
}

fn view(view: View, function: Option<GroupId>) -> Result<PictureView, Failure> {
    let flame = |order, growth| Ok(PictureView::Flame { order, growth, zoom: Vec::new() });
    match view {
        View::Flame => flame(Order::LeftHeavy, Growth::Up),
        View::LeftHeavy => flame(Order::LeftHeavy, Growth::Down),
        View::Time => flame(Order::Time, Growth::Down),
        View::Inverted => flame(Order::Inverted, Growth::Down),
        View::Sunburst => Ok(PictureView::Sunburst { root: Vec::new() }),
        View::Callers => match function {
            Some(of) => Ok(PictureView::Callers { of }),
            None => Err(Failure::usage("say whose callers to draw: --function NAME")),
        },
        View::Activity => Ok(PictureView::Activity { by: DivideBy::Activity, range: None }),
        View::Packages => Ok(PictureView::Activity { by: DivideBy::Package, range: None }),
    }
}
