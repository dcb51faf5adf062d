//! `helioscope report`: a profile in a few lines and a picture, for a review.

use super::counted::{Asked, Counted};
use super::failure::Failure;
use super::options::{ScrubArguments, SelectArguments, Theme, TransformArguments, normalize};
use super::output::{self, file_name};
use super::render::scheme;
use super::{load, warn};
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
    /// How many functions to list in Markdown
    #[arg(short = 'n', long = "rows", value_name = "N", default_value_t = 15)]
    pub(super) rows: usize,
    /// Dark or light [default: light; a page follows the reader's system]
    #[arg(long, value_enum, hide_default_value = true)]
    pub(super) theme: Option<Theme>,
    /// How to make the two comparable
    #[arg(long, value_name = "HOW", requires = "base", default_value = Normalize::default().name(), value_parser = normalize())]
    pub(super) normalize: Normalize,
    /// Look for sources in this folder, too, for hints; may be given more than once
    #[arg(long, value_name = "DIR")]
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
    let extension = arguments.output.extension().map(|e| e.to_string_lossy().to_lowercase());
    let markdown = match extension.as_deref() {
        Some("md" | "markdown") => true,
        Some("html" | "htm") => false,
        _ => {
            let name = file_name(&arguments.output);
            return Err(Failure::usage(format!("{name} names no kind of report: end it in .md or .html")));
        }
    };
    output::spare(&arguments.output, arguments.base.iter().chain([&arguments.file]).map(PathBuf::as_path))?;
    let profile = load(&arguments.file)?;
    let base = arguments.base.as_deref().map(|path| Ok::<_, Failure>((file_name(path), load(path)?))).transpose()?;
    let profiles: Vec<&Profile> = base.iter().map(|(_, base)| &**base).chain([&*profile]).collect();
    let scrub = arguments.scrub.scrub(&profiles);
    let asked =
        Asked { select: &arguments.select, transform: &TransformArguments::default(), normalize: arguments.normalize };
    let counted = ManuallyDrop::new(Counted::new(&profile, base.as_ref().map(|(_, base)| base), &asked)?);
    let subject = Subject {
        name: &file_name(&arguments.file),
        analysis: counted.analysis(),
        base: counted.base(base.as_ref().map_or("", |(name, _)| name)),
        scrub: &scrub,
        search: None,
    };
    for profile in profiles {
        warn(profile.warnings());
    }
    let view = PictureView::Flame { order: Order::LeftHeavy, growth: Growth::Down, zoom: Vec::new() };
    let picture =
        Picture { height: Height::AsNeeded, ..Picture::new(view, scheme(arguments.theme.unwrap_or(Theme::Light))) };
    let drawn = |error: PictureError| Failure::usage(error.to_string());
    let sources =
        |path: &Path| Sources::new(Places { roots: arguments.source_root.clone(), ..Places::of_profile(path) });
    let hints = hints(&profile, &sources(&arguments.file));
    let base_hints = match (&base, &arguments.base) {
        (Some((_, base)), Some(path)) => Some(self::hints(base, &sources(path))),
        _ => None,
    };
    let found = match (subject.base, &base_hints) {
        (Some(base), Some(before)) => Found::both(base.comparison, before, &hints),
        _ => Found::one(&hints),
    };
    if !markdown {
        let page = Page { picture: &picture, scheme: arguments.theme.map(scheme), found: Some(&found) };
        let page = page.html(&subject).map_err(drawn)?;
        return output::write(&arguments.output, |out| out.write_all(page.as_bytes()));
    }
    let stem = arguments.output.file_stem().unwrap_or_default().to_string_lossy();
    let beside = arguments.output.with_file_name(format!("{stem}.flame.png"));
    let name = file_name(&beside);
    let picture = match picture.svg(&subject) {
        Ok(svg) => {
            let png = png::from_svg(&svg, SCALE).map_err(drawn)?;
            output::write(&beside, |out| out.write_all(&png))?;
            Some(&*name)
        }
        // Figures of lines are worth a report without a picture.
        Err(PictureError::NoCalls) => None,
        Err(error) => return Err(drawn(error)),
    };
    let parts = Review { rows: arguments.rows, picture, found: Some(&found), annotations: &[] };
    let text = match subject.base {
        Some(base) => review_of_both(&subject, base, parts),
        None => review(&subject, parts),
    };
    output::write(&arguments.output, |out| out.write_all(text.as_bytes()))
}

/// What the rules find in a profile as it was recorded, whatever is counted of it.
fn hints(profile: &Arc<Profile>, sources: &Sources) -> Hints {
    let analysis = Analysis::new(Arc::clone(profile), Query::new(profile), None);
    Hints::new(&analysis, sources, Options::default())
}
