//! Findings in words, the same in the terminal and in reports.

use super::scrub::Scrub;
use super::table::code_span;
use crate::hints::{Finding, Hints, Severity, evidence_name};
use crate::layout::{fit_name, shorten_middle};
use crate::model::format;

/// The evidence of a finding in words: `share 41.2 %, calls 12,345, per call 3.21 µs`
pub fn evidence_line(finding: &Finding) -> String {
    let parts = finding.evidence.iter().map(|(name, value)| format!("{} {}", evidence_name(name), value.in_words()));
    parts.collect::<Vec<_>>().join(", ")
}

/// What acting on a finding gains: `at most 4.2× faster, likely 2.5×`; nothing where nothing is promised.
pub fn gain(finding: &Finding) -> Option<String> {
    let promises = finding.severity == Severity::Hint;
    promises.then(|| format!("at most {:.1}× faster, likely {:.1}×", finding.ceiling, finding.likely_gain))
}

/// The longest name and path of a finding, in characters.
const WIDEST: usize = 56;

/// The most important findings as a list of Markdown, each with its evidence; empty where there is none.
pub(super) fn markdown(hints: &Hints, most: usize, scrub: &Scrub, plain: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for finding in hints.findings.iter().take(most) {
        let mut place = String::new();
        if !finding.name.is_empty() {
            let name = format::one_line(&scrub.name(&finding.name)).into_owned();
            place = format!(" in {}", code_span(&fit_name(&name, WIDEST)));
            if !finding.file.is_empty() {
                let file = format::one_line(&scrub.text(&finding.file)).into_owned();
                let line = if finding.line > 0 { format!(":{}", finding.line) } else { String::new() };
                place += " ";
                place += &code_span(&shorten_middle(&format!("{file}{line}"), WIDEST));
            }
        }
        let gain = gain(finding).map_or_else(String::new, |gain| format!("{gain}; "));
        let evidence = evidence_line(finding);
        text += &[
            "- **",
            &plain(finding.rule.title),
            "**",
            &place,
            ": ",
            &gain,
            &plain(&scrub.text(&evidence)),
            ". ",
            &plain(&scrub.text(&finding.advice)),
            " [`",
            finding.rule.id,
            "`](",
            finding.rule.docs,
            ")\n",
        ]
        .concat();
    }
    let more = hints.findings.len().saturating_sub(most);
    if more > 0 {
        text += &["\n", &format::count(more as i64), " more hints: `helioscope hints`.\n"].concat();
    }
    text
}
