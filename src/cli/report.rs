//! `helioscope report`: a profile in a few lines and a picture, for a review.

use super::args::ReportArguments;
use super::failure::Failure;
use super::render::{file_name, scheme, scrub, write_bytes};
use super::{load, select, warn};
use crate::analyze::{Analysis, Order};
use crate::export::markdown::{Review, review};
use crate::export::picture::{Height, Picture, PictureView, Subject};
use crate::export::{html, png};
use crate::layout::Growth;
use std::mem::ManuallyDrop;

/// Pixels of the picture's file for each of its own.
const SCALE: u32 = 2;

pub(super) fn run(arguments: &ReportArguments) -> Result<(), Failure> {
    let name = file_name(&arguments.output);
    let extension = arguments.output.extension().map(|e| e.to_string_lossy().to_lowercase());
    let markdown = match extension.as_deref() {
        Some("md" | "markdown") => true,
        Some("html" | "htm") => false,
        _ => return Err(Failure::usage(format!("{name} names no kind of report: end it in .md or .html"))),
    };
    let profile = load(&arguments.file)?;
    let query = select::query(&profile, &arguments.select)?;
    let analysis = ManuallyDrop::new(Analysis::new(profile.clone(), query, None));
    let scrub = scrub(&[&profile], &arguments.scrub);
    let subject =
        Subject { name: &file_name(&arguments.file), analysis: &analysis, base: None, scrub: &scrub, search: None };
    warn(profile.warnings());
    let view = PictureView::Flame { order: Order::LeftHeavy, growth: Growth::Down, zoom: Vec::new() };
    let picture = Picture { height: Height::AsNeeded, ..Picture::new(view, scheme(arguments.theme)) };
    let drawn = |error: crate::export::picture::PictureError| Failure::usage(error.to_string());
    if !markdown {
        return write_bytes(&arguments.output, html::page(&picture, &subject).map_err(drawn)?.as_bytes());
    }
    let stem = arguments.output.file_stem().unwrap_or_default().to_string_lossy();
    let beside = arguments.output.with_file_name(format!("{stem}.flame.png"));
    let svg = picture.svg(&subject).map_err(drawn)?;
    write_bytes(&beside, &png::from_svg(&svg, SCALE).map_err(drawn)?)?;
    let text = review(&subject, Review { rows: arguments.rows, picture: Some(&file_name(&beside)) });
    write_bytes(&arguments.output, text.as_bytes())
}
