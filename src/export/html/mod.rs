//! A page that shows a profile in any browser: one file, no network, nothing to install.
//!
//! The page holds the flame graph as data and draws it with a script of ours (`assets/export/page.js`). Text from a
//! profile is only ever text: in markup it is escaped, in data it is JSON without `<`, and the script puts it on the
//! page by `textContent`. Should all of that fail, the page's content security policy still runs no script but the one
//! whose hash it names, and loads nothing from anywhere.

mod data;
mod notes;
mod table;

use super::picture::{ByPackage, LegendEntry, Look, Picture, PictureError, PictureView, Stamp, Subject};
use super::svg::Escaped;
use crate::layout::{Palette, Scheme, Tones};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data::Data;
use sha2::{Digest, Sha256};
use std::fmt::Write;

const STYLE: &str = include_str!("../../../assets/export/page.css");
const SCRIPT: &str =
    concat!(include_str!("../../../assets/export/notes.js"), include_str!("../../../assets/export/page.js"));

/// A page about a profile. Flame graphs can be zoomed and searched; other views stand in it as pictures. The size of the
/// picture is that of the browser's window.
pub fn page(picture: &Picture, subject: &Subject<'_>) -> Result<String, PictureError> {
    let palette = Palette::new(picture.scheme);
    let look = ByPackage::new(subject.analysis, palette, subject.scrub, None);
    let mut stamp = Stamp::new(subject.name, subject.analysis, subject.scrub, None);
    stamp.legend = look.legend();
    let data = Data::new(picture, subject, &look, &mut stamp)?;
    let table = table::Table::new(subject, data.functions());
    let drawing = match &picture.view {
        // A page without a picture still has the table.
        _ if !subject.has_calls() => Some(String::new()),
        PictureView::Flame { .. } => None,
        PictureView::Sunburst { .. } | PictureView::Callers { .. } => {
            // The page says what the stamp says.
            Some(Picture { stamped: false, ..picture.clone() }.svg(&Subject { search: None, ..*subject })?)
        }
    };
    let style = format!(":root {{ {} }}\n{STYLE}", variables(picture.scheme, palette));
    let mut page = head(&stamp, &style);
    // Writing to a string cannot fail.
    let _ = header(&mut page, picture, &stamp);
    let _ = flame(&mut page, drawing.as_deref(), subject);
    let _ = notes::write(&mut page, data.annotations());
    let _ = table.write(&mut page);
    let _ = footer(&mut page, &stamp);
    let _ = writeln!(page, "<script type=\"application/json\" id=\"profile\">{}</script>", data.json());
    let _ = writeln!(page, "<script>{SCRIPT}</script>\n</body>\n</html>");
    Ok(page)
}

/// The value of a `Content-Security-Policy` source that allows one text.
fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn variables(scheme: Scheme, palette: Palette) -> String {
    let tones = Tones::new(scheme);
    let name = match scheme {
        Scheme::Dark => "dark",
        Scheme::Light => "light",
    };
    let colours = [
        ("ground", tones.ground),
        ("panel", tones.panel),
        ("raised", tones.raised),
        ("line", tones.line),
        ("text", tones.text),
        ("text-weak", tones.text_weak),
        ("accent", tones.accent),
        ("selection", tones.selection),
        ("estimated", tones.estimated),
        ("mark", tones.mark),
        ("mark-halo", tones.mark_halo),
        ("on-fill", palette.text_on_fill()),
    ];
    let colours: Vec<String> = colours.iter().map(|(name, colour)| format!("--{name}: {colour};")).collect();
    format!("color-scheme: {name}; {}", colours.join(" "))
}

fn head(stamp: &Stamp, style: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src {}; script-src {}; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"Helioscope {}\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n",
        source_hash(style),
        source_hash(SCRIPT),
        env!("CARGO_PKG_VERSION"),
        Escaped(&stamp.title()),
    )
}

fn header(page: &mut String, picture: &Picture, stamp: &Stamp) -> std::fmt::Result {
    writeln!(page, "<header>\n<h1>{}</h1>", Escaped(&stamp.name))?;
    if picture.stamped {
        writeln!(page, "<p class=\"weak\">{} · {}</p>", Escaped(&stamp.view), Escaped(&stamp.facts.join(" · ")))?;
    }
    if !stamp.filters.is_empty() {
        writeln!(page, "<p class=\"filters\">{}</p>", Escaped(&stamp.filters.join(" · ")))?;
    }
    writeln!(page, "</header>")
}

fn flame(page: &mut String, drawing: Option<&str>, subject: &Subject<'_>) -> std::fmt::Result {
    let searched = subject.search.map_or("", |(text, _)| text);
    let checked = if searched.is_empty() { "" } else { " checked" };
    write!(
        page,
        "<main>\n<div class=\"bar\">\n<button type=\"button\" id=\"reset\" disabled>Reset zoom</button>\n\
         <label>Search <input type=\"search\" id=\"search\" value=\"{}\" autocomplete=\"off\" spellcheck=\"false\"></label>\n\
         <label><input type=\"checkbox\" id=\"regex\"{checked}> Regular expression</label>\n\
         <output id=\"found\" for=\"search regex\" class=\"weak\"></output>\n</div>\n",
        Escaped(&subject.scrub.text(searched))
    )?;
    let hidden = if let Some(svg) = drawing {
        writeln!(page, "<div class=\"picture\">\n{svg}</div>")?;
        " hidden"
    } else {
        ""
    };
    write!(
        page,
        "<div id=\"flame\"{hidden} tabindex=\"0\" role=\"tree\" aria-label=\"Flame graph\"><noscript>The flame graph needs \
         JavaScript; the table below does not.</noscript></div>\n\
         <p id=\"about\"{hidden} aria-live=\"polite\">Point at a box to see what it is. Click to zoom, Esc to zoom out. With \
         the keyboard: Tab to the graph, arrows to move, Enter to zoom, / to search.</p>\n"
    )
}

fn footer(page: &mut String, stamp: &Stamp) -> std::fmt::Result {
    writeln!(page, "</main>\n<footer>")?;
    for note in &stamp.notes {
        writeln!(page, "<p class=\"notes\">{}</p>", Escaped(note))?;
    }
    writeln!(page, "<ul class=\"legend\">")?;
    for LegendEntry { fill, text, .. } in &stamp.legend {
        writeln!(
            page,
            "<li><svg width=\"11\" height=\"11\" aria-hidden=\"true\"><rect width=\"11\" height=\"11\" rx=\"2\" \
             fill=\"{fill}\"/></svg>{}</li>",
            Escaped(text)
        )?;
    }
    writeln!(page, "</ul>\n<p class=\"weak\">Helioscope {}</p>\n</footer>", env!("CARGO_PKG_VERSION"))
}
