//! A page that shows a profile, or what changed between two, in any browser: one file, no network, nothing to install.
//!
//! The page holds the flame graph as data and draws it with a script of ours (`assets/export/page.js`). Text from a
//! profile is only ever text: in markup it is escaped, in data it is JSON without `<`, and the script puts it on the
//! page by `textContent`. Should all of that fail, the page's content security policy still runs no script but the one
//! whose hash it names, and loads nothing from anywhere.

mod data;
mod differences;
mod findings;
mod notes;
mod style;
mod table;

use super::findings::Found;
use super::markdown;
use super::picture::{
    ByDifference, LegendEntry, Look, OfProfile, Picture, PictureError, PictureView, Recording, Stamp, Subject,
    describe_activity, stamp_of_both,
};
use super::svg::Escaped;
use crate::layout::{Palette, Scheme};
use data::Data;
use std::fmt::{self, Write};
use style::head;

const STYLE: &str = include_str!("../../../assets/export/page.css");
const SCRIPT: &str =
    concat!(include_str!("../../../assets/export/notes.js"), include_str!("../../../assets/export/page.js"));

/// A page to be written.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// What its picture shows. The size of the picture is that of the browser's window.
    pub picture: &'a Picture,
    /// Dark or light; `None` follows the reader's system.
    pub scheme: Option<Scheme>,
    /// What the rules found.
    pub found: Option<&'a Found<'a>>,
}

impl Page<'_> {
    /// Writes the page. Flame graphs can be zoomed and searched; other views stand in it as pictures.
    pub fn html(&self, subject: &Subject<'_>) -> Result<String, PictureError> {
        let schemes: &[Scheme] = match self.scheme {
            None => &[Scheme::Light, Scheme::Dark],
            Some(Scheme::Light) => &[Scheme::Light],
            Some(Scheme::Dark) => &[Scheme::Dark],
        };
        let looks: Vec<Box<dyn Look + '_>> =
            schemes.iter().map(|scheme| look(subject, self.palette(*scheme))).collect();
        let (recording, mut stamp) = match &subject.base {
            None => {
                let stamp = Stamp::new(subject.name, subject.analysis, subject.scrub, None);
                (Recording::one(subject.analysis, self.picture.below), stamp)
            }
            Some(base) => {
                let stamp = stamp_of_both(base, subject.name, subject.scrub, None);
                (Recording::both(base, self.picture.below), stamp)
            }
        };
        self.picture.describe_focus(&*looks[0], &mut stamp);
        let legends: Vec<Vec<LegendEntry>> = match &self.picture.view {
            &PictureView::Activity { by, range } => {
                let described = |scheme: &Scheme| {
                    let mut stamp = stamp.clone();
                    describe_activity(recording, subject, (by, range), Palette::new(*scheme), &mut stamp)?;
                    Ok(stamp)
                };
                let stamps: Vec<Stamp> = schemes.iter().map(described).collect::<Result<_, PictureError>>()?;
                stamp.clone_from(&stamps[0]);
                stamps.into_iter().map(|stamp| stamp.legend).collect()
            }
            _ => looks.iter().map(|look| look.legend()).collect(),
        };
        let listed = match &subject.base {
            None => table::rows(subject.analysis),
            Some(base) => differences::rows(base.comparison),
        };
        let data = Data::new(self.picture, subject, recording, (schemes, &looks), &listed, &mut stamp)?;
        let mut page = head(&stamp, schemes, &legends);
        // Writing to a string cannot fail.
        let _ = self.header(&mut page, subject, &stamp);
        page.push_str("<main>\n");
        let _ = self.graph(&mut page, subject, schemes, (&legends[0], data.cut.as_deref()))?;
        let _ = notes::write(&mut page, &data.noted);
        if let Some(found) = self.found {
            let comparison = subject.base.map(|base| base.comparison);
            let _ = findings::write(&mut page, found, comparison, subject.scrub);
        }
        let _ = match &subject.base {
            None => table::write(&mut page, subject, &data.functions, &listed),
            Some(base) => differences::write(&mut page, base, subject, &data.functions, &listed),
        };
        let version = env!("CARGO_PKG_VERSION");
        let _ = writeln!(page, "</main>\n<footer>\n<p class=\"weak\">Helioscope {version}</p>\n</footer>");
        let _ = writeln!(page, "<script type=\"application/json\" id=\"profile\">{}</script>", data.json);
        let _ = writeln!(page, "<script>{SCRIPT}</script>\n</body>\n</html>");
        Ok(page)
    }

    /// What the page is of, in a sentence and in facts, and what to know before believing it.
    fn header(&self, page: &mut String, subject: &Subject<'_>, stamp: &Stamp) -> fmt::Result {
        writeln!(page, "<header>\n<h1>{}</h1>", Escaped(&stamp.name))?;
        let summary = match &subject.base {
            None => markdown::summary(subject, |name| format!("`{}`", name.replace('`', "'"))),
            Some(base) => subject.scrub.text(&base.comparison.summary()).into_owned(),
        };
        writeln!(page, "<p class=\"lead\">{}</p>", AroundCode(&summary))?;
        if self.picture.stamped {
            writeln!(page, "<p class=\"weak\">{} · {}</p>", Escaped(&stamp.view), Escaped(&stamp.facts.join(" · ")))?;
        }
        if !stamp.filters.is_empty() {
            writeln!(page, "<p class=\"filters\">{}</p>", Escaped(&stamp.filters.join(" · ")))?;
        }
        if !stamp.notes.is_empty() {
            writeln!(page, "<ul class=\"notes\" aria-label=\"What to know\">")?;
            for note in &stamp.notes {
                writeln!(page, "<li>{}</li>", Escaped(note))?;
            }
            writeln!(page, "</ul>")?;
        }
        writeln!(page, "</header>")
    }

    fn palette(&self, scheme: Scheme) -> Palette {
        Palette::new(scheme).telling(self.picture.colour_by)
    }

    /// The picture with what zooms and searches it, and its legend.
    fn graph(
        &self,
        page: &mut String,
        subject: &Subject<'_>,
        schemes: &[Scheme],
        (legend, cut): (&[LegendEntry], Option<&str>),
    ) -> Result<fmt::Result, PictureError> {
        let drawings = self.drawings(subject, schemes)?;
        Ok(write_graph(page, subject, drawings.as_deref(), (legend, cut)))
    }

    /// The picture where it is no flame graph, in each of the schemes.
    fn drawings(&self, subject: &Subject<'_>, schemes: &[Scheme]) -> Result<Option<Vec<Drawing>>, PictureError> {
        match &self.picture.view {
            // A page without a picture still has the table.
            _ if !subject.has_calls() => Ok(Some(Vec::new())),
            PictureView::Flame { .. } => Ok(None),
            PictureView::Sunburst { .. } | PictureView::Callers { .. } | PictureView::Activity { .. } => {
                let subject = Subject { search: None, ..*subject };
                let drawing = |&scheme: &Scheme| {
                    // The page says what the stamp says.
                    let picture = Picture { stamped: false, scheme, ..self.picture.clone() };
                    let class = match (schemes, scheme) {
                        ([_], _) => "picture",
                        (_, Scheme::Light) => "picture light",
                        (_, Scheme::Dark) => "picture dark",
                    };
                    Ok((class, picture.svg(&subject)?))
                };
                schemes.iter().map(drawing).collect::<Result<_, _>>().map(Some)
            }
        }
    }
}

/// A class and a picture.
type Drawing = (&'static str, String);

/// How boxes look in a scheme. What is searched for is the script's business.
fn look<'a>(subject: &Subject<'a>, palette: Palette) -> Box<dyn Look + 'a> {
    match &subject.base {
        None => Box::new(OfProfile::new(subject.analysis, palette, subject.scrub, None)),
        Some(base) => Box::new(ByDifference::new(base, palette, subject.scrub, None)),
    }
}

fn write_graph(
    page: &mut String,
    subject: &Subject<'_>,
    drawings: Option<&[Drawing]>,
    (legend, cut): (&[LegendEntry], Option<&str>),
) -> fmt::Result {
    let searched = subject.search.map_or("", |(text, _)| text);
    let checked = if searched.is_empty() { "" } else { " checked" };
    write!(
        page,
        "<section aria-label=\"Picture\">\n<div class=\"bar\">\n\
         <button type=\"button\" id=\"reset\" disabled>Reset zoom</button>\n\
         <label>Search <input type=\"search\" id=\"search\" value=\"{}\" autocomplete=\"off\" spellcheck=\"false\"></label>\n\
         <label><input type=\"checkbox\" id=\"regex\"{checked}> Regular expression</label>\n\
         <output id=\"found\" for=\"search regex\" class=\"weak\"></output>\n</div>\n",
        Escaped(&subject.scrub.text(searched))
    )?;
    for (class, svg) in drawings.unwrap_or_default() {
        writeln!(page, "<div class=\"{class}\">\n{svg}</div>")?;
    }
    let hidden = if drawings.is_some() { " hidden" } else { "" };
    writeln!(
        page,
        "<div id=\"flame\"{hidden} tabindex=\"0\" role=\"tree\" aria-label=\"Flame graph\"><noscript>The flame graph needs \
         JavaScript; the table below does not.</noscript></div>"
    )?;
    if drawings.is_none_or(|drawings| !drawings.is_empty()) {
        write_legend(page, legend)?;
    }
    if let Some(cut) = cut {
        writeln!(page, "<p class=\"cut\">{}</p>", Escaped(cut))?;
    }
    writeln!(
        page,
        "<p id=\"about\"{hidden} aria-live=\"polite\">Point at a box to see what it is. Click to zoom, Esc to zoom out. With \
         the keyboard: Tab to the graph, arrows to move, Enter to zoom, / to search.</p>\n</section>"
    )
}

/// Colours are those of the style, where they follow the reader's system.
fn write_legend(page: &mut String, legend: &[LegendEntry]) -> fmt::Result {
    const SIDE: f32 = 12.0;
    writeln!(page, "<ul class=\"legend\" aria-label=\"Legend\">")?;
    for (i, LegendEntry { stripes, text, .. }) in legend.iter().enumerate() {
        write!(
            page,
            "<li><svg width=\"{SIDE}\" height=\"{SIDE}\" aria-hidden=\"true\"><rect class=\"legend-{i}\" \
             width=\"{SIDE}\" height=\"{SIDE}\" rx=\"2\"/>"
        )?;
        if let Some(stripes) = stripes {
            page.push_str("<path class=\"stripes\" d=\"");
            for [(x1, y1), (x2, y2)] in stripes.lines(0.0, SIDE, SIDE) {
                write!(page, "M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}")?;
            }
            page.push_str("\"/>");
        }
        writeln!(page, "</svg>{}</li>", Escaped(text))?;
    }
    writeln!(page, "</ul>")
}

/// A sentence with `` `code` `` in it, as HTML.
struct AroundCode<'a>(&'a str);

impl fmt::Display for AroundCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.split('`').enumerate().try_for_each(|(i, part)| {
            if i % 2 == 1 { write!(f, "<code>{}</code>", Escaped(part)) } else { Escaped(part).fmt(f) }
        })
    }
}
