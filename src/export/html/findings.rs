//! Findings on a page: each a box that opens, with everything needed to judge it.

use super::AroundCode;
use crate::analyze::diff::Comparison;
use crate::export::findings::{
    Found, bounds_line, changes_sentence, in_words, measured, name_and_place, silent_line, told_by,
};
use crate::export::scrub::Scrub;
use crate::export::svg::Escaped;
use crate::hints::{Change, Fate, Finding, Hints, Severity, evidence_name};
use crate::model::format;
use std::fmt::{self, Write};

/// How many findings are open at first.
const OPEN: usize = 2;

/// Writes what the rules found; in a comparison, what became of it.
pub(super) fn write(
    page: &mut String,
    found: &Found<'_>,
    comparison: Option<&Comparison>,
    scrub: &Scrub,
) -> fmt::Result {
    writeln!(page, "<section class=\"hints\" aria-label=\"Hints\">\n<h2>Hints</h2>")?;
    match (found, comparison) {
        (Found::One { hints, shown }, _) => one(page, hints, shown, scrub)?,
        (Found::Both { base, new, changes }, Some(comparison)) => both(page, comparison, (base, new), changes, scrub)?,
        (Found::Both { .. }, None) => {}
    }
    writeln!(page, "</section>")
}

fn one(page: &mut String, hints: &Hints, shown: &[usize], scrub: &Scrub) -> fmt::Result {
    writeln!(page, "<p>{}</p>", AroundCode(&hints.approach))?;
    let bounds = bounds_line(hints);
    if !bounds.is_empty() {
        writeln!(page, "<p class=\"weak\">Time: {}.</p>", Escaped(&bounds))?;
    }
    for (at, &index) in shown.iter().enumerate() {
        let Some(finding) = hints.findings.get(index) else { continue };
        // What stands first on the page explains the time best.
        let with = finding.same_time_as.filter(|other| shown[..at].contains(other));
        let same_time = with.and_then(|other| hints.findings.get(other)).map(|other| other.rule.title);
        card(page, finding, &Card { open: at < OPEN, same_time, measured: None }, scrub)?;
    }
    let none = if shown.is_empty() { "No hints: " } else { "" };
    writeln!(page, "<p class=\"weak\">{none}{}</p>", Escaped(&silent_line(hints)))
}

fn both(
    page: &mut String,
    comparison: &Comparison,
    (base, new): (&Hints, &Hints),
    changes: &[Change],
    scrub: &Scrub,
) -> fmt::Result {
    writeln!(page, "<p>{}</p>", Escaped(&changes_sentence(changes)))?;
    for fate in Fate::ALL {
        let found: Vec<&Change> = changes.iter().filter(|c| c.fate() == fate).collect();
        if found.is_empty() {
            continue;
        }
        writeln!(page, "<h3>{} ({})</h3>", fate.heading(), found.len())?;
        for (at, change) in found.into_iter().enumerate() {
            let Some(finding) = told_by(change, base, new) else { continue };
            let open = fate == Fate::Came && at < OPEN;
            let measured = measured(comparison, change, finding);
            card(page, finding, &Card { open, same_time: None, measured }, scrub)?;
        }
    }
    Ok(())
}

/// What a finding does not know of itself.
struct Card {
    /// Whether it is open at first.
    open: bool,
    /// Another one that explains the same time better.
    same_time: Option<&'static str>,
    /// What its function cost before and after.
    measured: Option<String>,
}

fn card(page: &mut String, finding: &Finding, card: &Card, scrub: &Scrub) -> fmt::Result {
    let text = |text: &str| scrub.text(text).into_owned();
    let open = if card.open { " open" } else { "" };
    let (name, place) = name_and_place(finding, scrub);
    writeln!(page, "<details class=\"finding\"{open}>\n<summary>\n<b>{}</b>", Escaped(finding.rule.title))?;
    if finding.severity == Severity::Hint {
        writeln!(page, "<span class=\"gain\">likely {} faster</span>", finding.likely_in_words())?;
    }
    if !name.is_empty() {
        writeln!(page, "<span class=\"at\"><code>{}</code> <span>{}</span></span>", Escaped(&name), Escaped(&place))?;
    }
    writeln!(page, "</summary>\n<p>{}</p>\n<dl class=\"evidence\">", AroundCode(&text(&finding.advice)))?;
    let mut fact =
        |name: &str, value: &str| writeln!(page, "<div><dt>{}</dt><dd>{}</dd></div>", Escaped(name), Escaped(value));
    if finding.severity == Severity::Hint {
        fact("likely gain", &finding.likely_in_words())?;
        fact("limit", &finding.limit_in_words())?;
    }
    if let Some(measured) = &card.measured {
        fact("its function, base → new", measured)?;
    }
    for (name, value) in &finding.evidence {
        fact(&evidence_name(name), &in_words(value, scrub))?;
    }
    writeln!(page, "</dl>")?;
    if !finding.before.is_empty() || !finding.after.is_empty() {
        writeln!(page, "<div class=\"code\">")?;
        let pieces = [("Before", &finding.before), ("After", &finding.after)];
        for (caption, code) in pieces.into_iter().filter(|(_, code)| !code.is_empty()) {
            let code: Vec<String> = code.lines().map(|line| text(&format::one_line(line))).collect();
            let code = code.join("\n");
            writeln!(page, "<figure><figcaption>{caption}</figcaption><pre>{}</pre></figure>", Escaped(&code))?;
        }
        writeln!(page, "</div>")?;
    }
    let confidence = format!("{}: {}", finding.confidence.name(), finding.reason);
    let remarks = [
        ("Confidence", confidence.as_str()),
        ("What would settle it", finding.rule.settle),
        ("It would be wrong if", finding.rule.wrong_if),
        ("On the same time as", card.same_time.unwrap_or_default()),
    ];
    writeln!(page, "<dl class=\"remarks\">")?;
    for (caption, remark) in remarks.iter().filter(|(_, remark)| !remark.is_empty()) {
        writeln!(page, "<dt>{caption}</dt><dd>{}</dd>", AroundCode(&text(remark)))?;
    }
    writeln!(
        page,
        "</dl>\n<p class=\"weak\"><a href=\"{}\" rel=\"noreferrer\">Documentation</a> · <code>{}</code></p>\n</details>",
        Escaped(finding.rule.docs),
        Escaped(finding.rule.id)
    )
}
