//! `helioscope report`: a profile in a few lines and a picture, for a review.

use super::args::{ReportArguments, Theme, TransformArguments};
use super::failure::Failure;
use super::render::{Asked, Counted, file_name, scheme, scrub, write_bytes};
use super::{load, warn};
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
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;

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
    let profile = load(&arguments.file)?;
    let base = arguments.base.as_deref().map(|path| Ok::<_, Failure>((file_name(path), load(path)?))).transpose()?;
    let profiles: Vec<&Profile> = base.iter().map(|(_, base)| &**base).chain([&*profile]).collect();
    let scrub = scrub(&profiles, &arguments.scrub);
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
        return write_bytes(&arguments.output, page.html(&subject).map_err(drawn)?.as_bytes());
    }
    let stem = arguments.output.file_stem().unwrap_or_default().to_string_lossy();
    let beside = arguments.output.with_file_name(format!("{stem}.flame.png"));
    let name = file_name(&beside);
    let picture = match picture.svg(&subject) {
        Ok(svg) => {
            write_bytes(&beside, &png::from_svg(&svg, SCALE).map_err(drawn)?)?;
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
    write_bytes(&arguments.output, text.as_bytes())
}

/// What the rules find in a profile as it was recorded, whatever is counted of it.
fn hints(profile: &Arc<Profile>, sources: &Sources) -> Hints {
    let analysis = Analysis::new(Arc::clone(profile), Query::new(profile), None);
    Hints::new(&analysis, sources, Options::default())
}
