//! What is on screen, as something to be drawn and written on another thread.

use crate::analyze::diff::{BoxWidth, Comparison, Measure, Side};
use crate::analyze::{Analysis, DivideBy, GroupId, Matches, Order};
use crate::app::hints::DocumentHints;
use crate::app::recordings::{Recordings, file_name};
use crate::app::subject::{Part, Subject};
use crate::export::convert::{self, Target};
use crate::export::diff::DiffExport;
use crate::export::findings::Found;
use crate::export::html::Page;
use crate::export::markdown::{Review, review, review_of_both};
use crate::export::picture::{self, Base, Height, Picture, PictureView};
use crate::export::png::{self, Raster};
use crate::export::scrub::Scrub;
use crate::layout::{Annotation, ColourBy, Growth};
use crate::model::Profile;
use crate::ui::export_dialog::{Drawing, ExportChoice, Format, Which};
use crate::ui::hints_page::{HintsPage, changes};
use regex::Regex;
use std::cmp::Reverse;
use std::io::{self, Write};
use std::sync::Arc;

/// How many functions a review lists.
const ROWS: usize = 20;

/// What is on screen. Cheap to share with workers.
#[derive(Clone)]
pub(in crate::app) struct Shown {
    pub(in crate::app) subject: Subject,
    pub(in crate::app) recordings: Recordings,
    pub(in crate::app) order: Order,
    pub(in crate::app) growth: Growth,
    /// The calls down to the box that fills the flame graph.
    pub(in crate::app) zoom: Vec<GroupId>,
    /// The calls down to the centre of the sunburst.
    pub(in crate::app) root: Vec<GroupId>,
    /// How many rings the sunburst has.
    pub(in crate::app) rings: Option<usize>,
    /// What activity over time is divided into, and the part of the time that is shown.
    pub(in crate::app) divide: DivideBy,
    pub(in crate::app) time_range: Option<(i64, i64)>,
    pub(in crate::app) selection: Option<GroupId>,
    pub(in crate::app) search: Option<(String, Regex)>,
    /// Whether both sides stand beside each other.
    pub(in crate::app) side_by_side: bool,
    /// Whether they stand on one scale there.
    pub(in crate::app) equal_scale: bool,
    /// What is marked.
    pub(in crate::app) annotations: Vec<Annotation>,
    /// What the colours of a single profile's functions tell.
    pub(in crate::app) colour_by: ColourBy,
    /// Whose cost boxes of two recordings are as wide as.
    pub(in crate::app) box_width: BoxWidth,
    /// Which cost they are coloured by.
    pub(in crate::app) measure: Measure,
    /// What was found, without what was dismissed.
    pub(in crate::app) hints: DocumentHints,
}

impl Shown {
    /// The part of a comparison a choice is about; all there is of a profile.
    fn part(&self, choice: &ExportChoice) -> Part {
        match (&self.subject, choice.which) {
            (Subject::Comparison(_), Which::Side(side)) => Part::Side(side),
            _ => Part::Whole,
        }
    }

    /// A choice with both sides beside each other where they stand so on screen.
    pub(super) fn as_shown(&self, mut choice: ExportChoice) -> ExportChoice {
        choice.which = if self.side_by_side { Which::Beside } else { Which::Both };
        choice
    }

    /// What a recording is called, without its folder.
    fn name(&self, side: Option<Side>) -> String {
        match &self.recordings {
            Recordings::File(path) => file_name(path),
            Recordings::Comparison(sides) => sides.title(side.unwrap_or(Side::New)),
        }
    }

    /// The name of a file to save as, without its ending.
    pub(in crate::app) fn stem(&self, choice: &ExportChoice) -> String {
        let word = if choice.format.is_drawn() { choice.drawing.word() } else { "helioscope" };
        let stem = |name: String| name.split('.').find(|part| !part.is_empty()).unwrap_or("profile").to_owned();
        match (&self.subject, self.part(choice)) {
            (Subject::Comparison(_), Part::Whole) => {
                format!("{}-to-{}.{word}", stem(self.name(Some(Side::Base))), stem(self.name(Some(Side::New))))
            }
            (_, part) => format!("{}.{word}", stem(self.name(part.side()))),
        }
    }

    fn scrub(&self, choice: &ExportChoice) -> Scrub {
        if choice.scrub {
            let profiles: Vec<&Profile> = self.subject.profiles().into_iter().map(|(_, profile)| &**profile).collect();
            Scrub::new(&profiles)
        } else {
            Scrub::off()
        }
    }

    fn picture(&self, choice: &ExportChoice, part: Part) -> Result<Picture, String> {
        let view = match choice.drawing {
            Drawing::Flame if self.subject.can_order(part, self.order) => {
                PictureView::Flame { order: self.order, growth: self.growth, zoom: self.zoom.clone() }
            }
            // Two recordings have no time in common; what is zoomed to in time order is no path of another order.
            Drawing::Flame => PictureView::Flame { order: Order::LeftHeavy, growth: self.growth, zoom: Vec::new() },
            Drawing::Sunburst => PictureView::Sunburst { root: self.root.clone() },
            Drawing::Callers => match self.selection {
                Some(of) => PictureView::Callers { of },
                None => return Err("no function is selected".to_owned()),
            },
            Drawing::Activity => PictureView::Activity { by: self.divide, range: self.time_range },
        };
        Ok(Picture {
            width: choice.width,
            height: if choice.fits { Height::AsNeeded } else { Height::Pixels(choice.height) },
            depth: self.rings.filter(|_| choice.drawing == Drawing::Sunburst),
            selection: self.selection.filter(|_| choice.selection),
            stamped: choice.stamped,
            annotations: self.marked(choice).to_vec(),
            colour_by: self.colour_by,
            ..Picture::new(view, choice.scheme)
        })
    }

    /// What is marked, where that is wanted.
    fn marked(&self, choice: &ExportChoice) -> &[Annotation] {
        if choice.annotations { &self.annotations } else { &[] }
    }

    /// Does something with all a picture or a review is made of.
    fn with_subject<T>(&self, choice: &ExportChoice, then: impl FnOnce(&picture::Subject<'_>, Part) -> T) -> T {
        let part = self.part(choice);
        let analysis = self.subject.analysis(part);
        let base_name = self.name(Some(Side::Base));
        let base = match (&self.subject, part) {
            (Subject::Comparison(compared), Part::Whole) => Some(Base {
                width: self.box_width,
                measure: self.measure,
                ..Base::new(&base_name, &compared.comparison)
            }),
            _ => None,
        };
        let found: Option<(&str, Matches)> = match &self.search {
            Some((text, matcher)) if choice.search => Some((text, analysis.search(matcher))),
            _ => None,
        };
        let subject = picture::Subject {
            name: &self.name(part.side()),
            analysis,
            base,
            scrub: &self.scrub(choice),
            search: found.as_ref().map(|(text, found)| (*text, found)),
        };
        then(&subject, part)
    }

    /// Both recordings of a comparison beside each other, as SVG.
    fn sides(&self, choice: &ExportChoice, comparison: &Comparison) -> Result<String, String> {
        let of = |side| ExportChoice { which: Which::Side(side), ..choice.clone() };
        let factors = Side::BOTH.map(|side| comparison.scale(side).factor());
        self.with_subject(&of(Side::Base), |base, part| {
            self.with_subject(&of(Side::New), |new, _| {
                let names = [format!("base: {}", base.name), format!("new: {}", new.name)];
                let base = picture::Subject { name: &names[0], ..*base };
                let new = picture::Subject { name: &names[1], ..*new };
                let factors = Some(factors).filter(|_| self.equal_scale);
                let drawn = self.picture(choice, part)?.side_by_side([&base, &new], factors);
                drawn.map_err(|error| error.to_string())
            })
        })
    }

    /// The picture of a choice, as SVG.
    pub(super) fn svg(&self, choice: &ExportChoice) -> Result<String, String> {
        if let (Which::Beside, Some(compared)) = (choice.which, self.subject.compared()) {
            return self.sides(choice, &compared.comparison);
        }
        self.with_subject(choice, |subject, part| {
            self.picture(choice, part)?.svg(subject).map_err(|error| error.to_string())
        })
    }

    /// The picture of a choice, in its pixels.
    pub(super) fn raster(&self, choice: &ExportChoice) -> Result<Raster, String> {
        png::raster(&self.svg(choice)?, choice.scale).map_err(|error| error.to_string())
    }

    /// Writes the file of a choice, and says what its format has no place for.
    pub(super) fn write(&self, out: &mut dyn Write, choice: &ExportChoice) -> io::Result<Vec<String>> {
        match choice.format {
            Format::Png => {
                let svg = self.svg(choice).map_err(io::Error::other)?;
                // Pixels may take long: whether somebody still wants them is asked first.
                out.flush()?;
                out.write_all(&png::from_svg(&svg, choice.scale).map_err(io::Error::other)?)?;
            }
            Format::Svg => out.write_all(self.svg(choice).map_err(io::Error::other)?.as_bytes())?,
            Format::Html => {
                let page = self.with_subject(choice, |subject, part| {
                    let picture = self.picture(choice, part)?;
                    self.with_found(choice, part, |found| {
                        let page = Page { picture: &picture, scheme: Some(choice.scheme), found };
                        page.html(subject).map_err(|error| error.to_string())
                    })
                });
                out.write_all(page.map_err(io::Error::other)?.as_bytes())?;
            }
            Format::Markdown => out.write_all(self.review(choice).as_bytes())?,
            Format::Folded => return self.convert(out, Target::Folded, choice),
            Format::Speedscope => return self.convert(out, Target::Speedscope, choice),
            Format::Pprof => return self.convert(out, Target::Pprof, choice),
            Format::Csv if !self.is_about_both(choice) => return self.convert(out, Target::Csv, choice),
            Format::Json if !self.is_about_both(choice) => return self.convert(out, Target::Json, choice),
            Format::Csv | Format::Json => self.differences(out, choice)?,
        }
        Ok(Vec::new())
    }

    fn is_about_both(&self, choice: &ExportChoice) -> bool {
        self.subject.compared().is_some() && matches!(choice.which, Which::Both | Which::Beside)
    }

    fn convert(&self, out: &mut dyn Write, target: Target, choice: &ExportChoice) -> io::Result<Vec<String>> {
        let part = self.part(choice);
        let analysis: &Analysis = self.subject.analysis(part);
        let (profile, query) = (analysis.profile(), analysis.query().clone());
        convert::write(out, target, profile, query, &self.name(part.side()), &self.scrub(choice))
    }

    /// A profile, or what lies between two, in a few lines.
    fn review(&self, choice: &ExportChoice) -> String {
        self.with_subject(choice, |subject, part| {
            self.with_found(choice, part, |found| {
                let annotations = self.marked(choice);
                let parts = Review { rows: ROWS, picture: None, found, annotations };
                match subject.base {
                    Some(base) => review_of_both(subject, base, parts),
                    None => review(subject, parts),
                }
            })
        })
    }

    /// Does something with what the rules found, where that is to be told.
    fn with_found<T>(&self, choice: &ExportChoice, part: Part, then: impl FnOnce(Option<&Found<'_>>) -> T) -> T {
        if !choice.hints {
            return then(None);
        }
        if self.subject.compared().is_some() && part == Part::Whole {
            let [Some(base), Some(new)] = Side::BOTH.map(|side| self.hints_of(Part::Side(side))) else {
                return then(None);
            };
            let changes = changes(&base, &new);
            return then(Some(&Found::Both { base: base.hints(), new: new.hints(), changes }));
        }
        let Some(page) = self.hints_of(part) else { return then(None) };
        let shown = (0..page.hints().findings.len()).filter(|i| page.is_shown(*i)).collect();
        then(Some(&Found::One { hints: page.hints(), shown }))
    }

    /// What was found in a part; looked for now where that is not done yet.
    fn hints_of(&self, part: Part) -> Option<Arc<HintsPage>> {
        self.hints.page_now(self.subject.answering(part), &self.subject)
    }

    /// The differences of a comparison, the largest first.
    fn differences(&self, out: &mut dyn Write, choice: &ExportChoice) -> io::Result<()> {
        let Some(compared) = self.subject.compared() else { return Ok(()) };
        let comparison = &compared.comparison;
        let rows = comparison.table().rows();
        let mut rows: Vec<_> = rows.map(|row| (Reverse(row.delta(Measure::Own).unsigned_abs()), row.group)).collect();
        rows.sort_unstable();
        let rows: Vec<GroupId> = rows.into_iter().map(|(_, group)| group).collect();
        let names = |side: Side| match &self.recordings {
            Recordings::File(_) => Vec::new(),
            Recordings::Comparison(sides) => sides.side(side).iter().map(|r| file_name(&r.path)).collect::<Vec<_>>(),
        };
        let (base, new) = (names(Side::Base), names(Side::New));
        let scrub = self.scrub(choice);
        let export = DiffExport::new(comparison, [&base, &new], &rows, &scrub);
        match choice.format {
            Format::Csv => export.write_csv(out),
            _ => export.write_json(out),
        }
    }
}
