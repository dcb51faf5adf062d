//! `helioscope report`: a profile in a few lines and a picture, for a review.

use super::counted::{Asked, Counted, Loaded};
use super::failure::Failure;
use super::options::{RowLimit, ScrubArguments, SelectArguments, Theme, TransformArguments, folder, normalize};
use super::output::{self, file_name};
use super::render::scheme;
use crate::analyze::diff::Normalize;
use crate::analyze::{Analysis, Order, Query};
use crate::export::findings::Found;
use crate::export::html::Page;
use crate::export::markdown::{Review, review, review_of_both};
use crate::export::picture::{Height, Picture, PictureError, PictureView, Subject};
use crate::export::png;
use crate::hints::{Hints, Options};
use crate::layout::Growth;
use crate::model::Profile;
use crate::source::{Places, Sources};
use clap::Args;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sum a profile up for a review: Markdown with a picture beside it, or one HTML page
#[derive(Args, Debug)]
#[command(after_help = REPORT_HELP)]
pub(super) struct ReportArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// The file to write, .md or .html; the picture of a report in Markdown stands beside it
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    /// Report what changed since this profile
    #[arg(long, value_name = "FILE")]
    pub(super) base: Option<PathBuf>,
    /// How many functions to list in Markdown, or `all`
    #[arg(short = 'n', long = "rows", value_name = "N", default_value = "15")]
    pub(super) rows: RowLimit,
    /// Dark or light [default: light; a page follows the reader's system]
    #[arg(long, value_enum, hide_default_value = true)]
    pub(super) theme: Option<Theme>,
    /// How to make the two comparable
    #[arg(long, value_name = "HOW", requires = "base", default_value = Normalize::default().name(), value_parser = normalize())]
    pub(super) normalize: Normalize,
    /// Look for sources in this folder, too, for hints; may be given more than once
    #[arg(long, value_name = "DIR", value_parser = folder())]
    pub(super) source_root: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const REPORT_HELP: &str = "\
Examples:
  helioscope report out.prof -o report.md          and report.flame.png beside it
  helioscope report new.prof --base old.prof -o change.html
  helioscope report out.prof -o report.html        one file, opens in any browser";

/// Pixels of the picture's file for each of its own.
const SCALE: u32 = 2;

pub(super) fn run(arguments: &ReportArguments) -> Result<(), Failure> {
    let kind = kind(&arguments.output)?;
    let loaded = Loaded::read(&arguments.file, arguments.base.as_deref(), &arguments.output)?;
    let scrub = arguments.scrub.scrub(&loaded.profiles());
    let asked =
        Asked { select: &arguments.select, transform: &TransformArguments::default(), normalize: arguments.normalize };
    let counted = ManuallyDrop::new(Counted::new(&loaded, &asked)?);
    let subject = Subject {
        name: &loaded.name,
        analysis: counted.analysis(),
        base: counted.base(&loaded),
        scrub: &scrub,
        search: None,
    };
    loaded.warn();
    let hints = hints(&loaded.profile, &arguments.file, &arguments.source_root);
    let base_hints = loaded.base().zip(arguments.base.as_ref());
    let base_hints = base_hints.map(|(base, path)| self::hints(base, path, &arguments.source_root));
    let found = match (subject.base, &base_hints) {
        (Some(base), Some(before)) => Found::both(base.comparison, before, &hints),
        _ => Found::one(&hints),
    };
    let view = PictureView::Flame { order: Order::LeftHeavy, growth: Growth::Down, zoom: Vec::new() };
    let picture =
        Picture { height: Height::AsNeeded, ..Picture::new(view, scheme(arguments.theme.unwrap_or(Theme::Light))) };
    match kind {
        Kind::Markdown => write_markdown(arguments, &picture, &subject, &found),
        Kind::Html => {
            let page = Page { picture: &picture, scheme: arguments.theme.map(scheme), found: Some(&found) };
            let page = page.html(&subject)?;
            output::write(&arguments.output, |out| out.write_all(page.as_bytes()))
        }
    }
}

/// What is written, told by the name of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Markdown,
    Html,
}

fn kind(output: &Path) -> Result<Kind, Failure> {
    let extension = output.extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("md" | "markdown") => Ok(Kind::Markdown),
        Some("html" | "htm") => Ok(Kind::Html),
        _ => Err(Failure::usage(format!("{} names no kind of report: end it in .md or .html", output.display()))),
    }
}

/// Writes the text, and its picture beside it.
fn write_markdown(
    arguments: &ReportArguments,
    picture: &Picture,
    subject: &Subject<'_>,
    found: &Found<'_>,
) -> Result<(), Failure> {
    let stem = arguments.output.file_stem().unwrap_or_default().to_string_lossy();
    let beside = arguments.output.with_file_name(format!("{stem}.flame.png"));
    let name = file_name(&beside);
    let picture = match picture.svg(subject) {
        Ok(svg) => {
            let png = png::from_svg(&svg, SCALE)?;
            output::write(&beside, |out| out.write_all(&png))?;
            Some(&*name)
        }
        // Figures of lines are worth a report without a picture.
        Err(PictureError::NoCalls) => None,
        Err(error) => return Err(error.into()),
    };
    let parts = Review { rows: arguments.rows.most(), picture, found: Some(found), annotations: &[] };
    let text = match subject.base {
        Some(base) => review_of_both(subject, base, parts),
        None => review(subject, parts),
    };
    output::write(&arguments.output, |out| out.write_all(text.as_bytes()))
}

/// What the rules find in a profile as it was recorded, whatever is counted of it.
fn hints(profile: &Arc<Profile>, path: &Path, source_root: &[PathBuf]) -> Hints {
    let sources = Sources::new(Places { roots: source_root.to_vec(), ..Places::of_profile(path) });
    let analysis = Analysis::new(Arc::clone(profile), Query::new(profile), None);
    Hints::new(&analysis, &sources, Options::default())
}
