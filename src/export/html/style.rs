//! The head of a page: its style in each colour scheme, and the policy that lets nothing else in.

use super::{SCRIPT, STYLE};
use crate::export::picture::{LegendEntry, Stamp};
use crate::export::svg::Escaped;
use crate::layout::{Palette, Rgb, Scheme, Tones};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The value of a `Content-Security-Policy` source that allows one text.
fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// Everything before the content of a page, in one scheme or in two that follow the reader's system.
pub(super) fn head(stamp: &Stamp, schemes: &[Scheme], legends: &[Vec<LegendEntry>]) -> String {
    let style = style(schemes, legends);
    let names: Vec<&str> = schemes.iter().copied().map(name).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src {}; script-src {}; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"{}\">\n\
         <meta name=\"generator\" content=\"Helioscope {}\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n",
        source_hash(&style),
        source_hash(SCRIPT),
        names.join(" "),
        env!("CARGO_PKG_VERSION"),
        Escaped(&stamp.title()),
    )
}

fn style(schemes: &[Scheme], legends: &[Vec<LegendEntry>]) -> String {
    let mut style = String::new();
    for (i, (scheme, legend)) in schemes.iter().zip(legends).enumerate() {
        let variables = variables(*scheme, legend);
        let names: Vec<&str> = schemes.iter().copied().map(name).collect();
        // Writing to a string cannot fail.
        let _ = match i {
            0 => writeln!(style, ":root {{ color-scheme: {}; {variables} }}", names.join(" ")),
            _ => writeln!(style, "@media (prefers-color-scheme: {}) {{ :root {{ {variables} }} }}", name(*scheme)),
        };
    }
    for entry in 0..legends.first().map_or(0, Vec::len) {
        let _ = writeln!(style, ".legend-{entry} {{ fill: var(--legend-{entry}); }}");
    }
    style + STYLE
}

fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Dark => "dark",
        Scheme::Light => "light",
    }
}

fn variables(scheme: Scheme, legend: &[LegendEntry]) -> String {
    let (tones, palette) = (Tones::new(scheme), Palette::new(scheme));
    let mut colours: Vec<(String, Rgb)> = [
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
        ("less", palette.difference_text(false)),
        ("more", palette.difference_text(true)),
    ]
    .map(|(name, colour)| (name.to_owned(), colour))
    .into();
    colours.extend(legend.iter().enumerate().map(|(i, entry)| (format!("legend-{i}"), entry.fill)));
    let colours: Vec<String> = colours.iter().map(|(name, colour)| format!("--{name}: {colour};")).collect();
    colours.join(" ")
}
