//! Findings as Markdown of GitHub and GitLab. Writing to a string cannot fail, and what it answers is not looked at.

use super::super::markdown::{plain, plain_around_code};
use super::super::scrub::Scrub;
use super::super::table::{WIDEST, code_span};
use super::{bounds_line, changes_sentence, evidence_line, gain, measured, name_and_place, told_by};
use crate::analyze::diff::Comparison;
use crate::hints::{Change, Fate, Finding, Hints};
use crate::layout::{fit_name, shorten_middle};
use crate::model::format;
use std::fmt::Write;

/// The most important findings as a list, each with its evidence; empty where there is none.
pub(in crate::export) fn list(hints: &Hints, shown: &[usize], most: usize, scrub: &Scrub) -> String {
    let findings = shown.iter().filter_map(|i| hints.findings.get(*i));
    let mut text: String = findings.take(most).map(|finding| item(finding, None, scrub)).collect();
    text += &left_out(shown.len(), most);
    text
}

/// What became of the findings of two recordings, a list for each fate; empty where there is nothing to tell.
pub(in crate::export) fn changes(
    (comparison, base, new): (&Comparison, &Hints, &Hints),
    changes: &[Change],
    most: usize,
    scrub: &Scrub,
) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut text = changes_sentence(changes) + "\n";
    for fate in Fate::ALL {
        let found: Vec<&Change> = changes.iter().filter(|c| c.fate() == fate).collect();
        if found.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{} ({}):\n\n", fate.heading(), found.len());
        for change in found.iter().take(most) {
            if let Some(finding) = told_by(change, base, new) {
                text += &item(finding, measured(comparison, change, finding), scrub);
            }
        }
        text += &left_out(found.len(), most);
    }
    text
}

fn item(finding: &Finding, measured: Option<String>, scrub: &Scrub) -> String {
    let (name, place) = name_and_place(finding, scrub);
    let mut at = String::new();
    if !name.is_empty() {
        at = format!(" in {}", code_span(&fit_name(&name, WIDEST)));
    }
    if !place.is_empty() {
        let _ = write!(at, " {}", code_span(&shorten_middle(&place, WIDEST)));
    }
    let gain = gain(finding).map_or_else(String::new, |gain| format!("{gain}; "));
    let measured = measured.map_or_else(String::new, |costs| format!("its function {costs}; "));
    [
        "- **",
        &plain(finding.rule.title),
        "**",
        &at,
        ": ",
        &gain,
        &measured,
        &plain(&scrub.text(&evidence_line(finding))),
        ". ",
        &plain_around_code(&scrub.text(&finding.advice)),
        " [`",
        finding.rule.id,
        "`](",
        finding.rule.docs,
        ")\n",
    ]
    .concat()
}

fn left_out(all: usize, most: usize) -> String {
    match all.saturating_sub(most) {
        0 => String::new(),
        more => format!("\n{}: `helioscope hints`.\n", format::counted(more as i64, "more hint", "more hints")),
    }
}

/// Everything that was found, a section a finding.
pub fn document(hints: &Hints, scrub: &Scrub) -> String {
    let mut text = format!("**Time**: {}. {}\n", bounds_line(hints), plain_around_code(&hints.approach));
    for finding in &hints.findings {
        let _ = write!(text, "\n### {}\n\n", plain(finding.rule.title));
        let (name, place) = name_and_place(finding, scrub);
        if !name.is_empty() {
            text += &code_span(&name);
            if !place.is_empty() {
                let _ = write!(text, " {}", code_span(&place));
            }
            text += "\n\n";
        }
        let gain = gain(finding).map_or_else(String::new, |gain| format!("{gain}; "));
        let (confidence, reason) = (finding.confidence.name(), plain_around_code(&scrub.text(&finding.reason)));
        let evidence = plain(&scrub.text(&evidence_line(finding)));
        let _ = write!(text, "{gain}confidence {confidence} ({reason}). {evidence}.\n\n");
        let _ = write!(text, "{}\n\n", plain_around_code(&scrub.text(&finding.advice)));
        for code in [&finding.before, &finding.after] {
            if !code.is_empty() {
                let _ = write!(text, "```python\n{}\n```\n\n", fenced(&scrub.text(code)));
            }
        }
        let _ = writeln!(text, "[`{}`]({})", finding.rule.id, finding.rule.docs);
    }
    if hints.findings.is_empty() {
        text += "\nNo hints.\n";
    }
    text
}

/// Code that cannot end the fence it stands in.
fn fenced(code: &str) -> String {
    code.lines().map(|line| format::one_line(line).replace("```", "'''")).collect::<Vec<_>>().join("\n")
}
