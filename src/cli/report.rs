//! `helioscope report`: a profile in a few lines and a picture, for a review.

use super::args::{ReportArguments, TransformArguments};
use super::failure::Failure;
use super::render::{Asked, Counted, file_name, scheme, scrub, write_bytes};
use super::{load, warn};
use crate::analyze::Order;
use crate::analyze::diff::Normalize;
use crate::export::markdown::{Review, review, review_of_both};
use crate::export::picture::{Height, Picture, PictureError, PictureView, Subject};
use crate::export::{html, png};
use crate::hints::{Hints, Options};
use crate::layout::Growth;
use crate::model::Profile;
use crate::source::{Places, Sources};
use std::mem::ManuallyDrop;

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
    if arguments.base.is_some() && !markdown {
        return Err(Failure::usage("a comparison is reported in Markdown: end the name in .md"));
    }
    let profile = load(&arguments.file)?;
    let base = arguments.base.as_deref().map(|path| Ok::<_, Failure>((file_name(path), load(path)?))).transpose()?;
    let profiles: Vec<&Profile> = base.iter().map(|(_, base)| &**base).chain([&*profile]).collect();
    let scrub = scrub(&profiles, &arguments.scrub);
    let asked =
        Asked { select: &arguments.select, transform: &TransformArguments::default(), normalize: Normalize::None };
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
    let picture = Picture { height: Height::AsNeeded, ..Picture::new(view, scheme(arguments.theme)) };
    let drawn = |error: PictureError| Failure::usage(error.to_string());
    if !markdown {
        return write_bytes(&arguments.output, html::page(&picture, &subject).map_err(drawn)?.as_bytes());
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
    let text = if let Some(base) = subject.base {
        review_of_both(&subject, base, arguments.rows, picture)
    } else {
        let sources = Sources::new(Places::of_profile(&arguments.file));
        let hints = Hints::new(subject.analysis, &sources, Options::default());
        review(&subject, Review { rows: arguments.rows, picture, hints: Some(&hints), annotations: &[] })
    };
    write_bytes(&arguments.output, text.as_bytes())
}
