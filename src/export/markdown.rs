//! A profile in a few lines of Markdown, for a pull request: GitHub's and GitLab's.
//!
//! ```text
//! **`out.prof`**: time 1.24 s. Most expensive in themselves: `parse` (41.2 %), `read` (22.0 %), `log` (8.1 %).
//!
//! cProfile · Python 3.12 · time 1.24 s
//!
//! ![Flame graph of out.prof](report.flame.png)
//!
//! | Self, ms | Self % | … | Function |
//! ```

use super::diff::DiffExport;
use super::findings;
use super::picture::{Base, Stamp, Subject, marked_name};
use super::scrub::Scrub;
use super::table::{Counted, Table, code_span};
use crate::analyze::diff::Measure;
use crate::analyze::{Exactness, FunctionTable, GroupId};
use crate::hints::Hints;
use crate::layout::{Annotation, shorten_middle};
use crate::model::format;
use std::fmt::Write;

/// What a review holds beside its summary.
#[derive(Clone, Copy)]
pub struct Review<'a> {
    /// How many functions are listed.
    pub rows: usize,
    /// Where the picture is, as a reference from where the text will be; `None` for no picture.
    pub picture: Option<&'a str>,
    /// What could be done about it.
    pub hints: Option<&'a Hints>,
    /// What is marked in the picture.
    pub annotations: &'a [Annotation],
}

/// How many findings are listed.
const FINDINGS: usize = 5;
/// How many functions the summary names.
const NAMED: usize = 3;
/// The longest name in the summary, in characters.
const LONGEST_NAME: usize = 60;

/// The review of a profile.
pub fn review(subject: &Subject<'_>, review: Review<'_>) -> String {
    let analysis = subject.analysis;
    let (profile, query, table) = (analysis.profile(), analysis.query(), analysis.table());
    let stamp = Stamp::new(subject.name, analysis, subject.scrub, subject.search);
    let mut functions: Vec<GroupId> = table.present().collect();
    functions.sort_by_key(|&g| (std::cmp::Reverse(table.own(g)), std::cmp::Reverse(table.total(g)), g));
    let mut text = format!("**{}**: {}\n\n", code_span(&stamp.name), summary(subject, table, &functions));
    let line = |text: &mut String, line: &str| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}\n\n", plain(line));
    };
    line(&mut text, &stamp.facts.join(" · "));
    if !stamp.filters.is_empty() {
        line(&mut text, &stamp.filters.join(" · "));
    }
    if let Some(picture) = review.picture {
        let _ = write!(text, "![Flame graph of {}]({})\n\n", plain(&stamp.name), reference(picture));
    }
    text.push_str(&annotations(subject, review.annotations));
    let counted = Counted {
        profile,
        classes: analysis.classes(),
        groups: analysis.groups(),
        table,
        metric: query.metric,
        scrub: subject.scrub,
    };
    functions.truncate(review.rows);
    let rows = Table::new(&counted, &functions);
    let mut bytes = Vec::new();
    if rows.write_markdown(&mut bytes).is_ok() {
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    if rows.left_out() > 0 {
        let _ = write!(text, "\n{} more functions are left out.\n", format::count(rows.left_out() as i64));
    }
    if let Some(hints) = review.hints.filter(|hints| !hints.findings.is_empty()) {
        text.push('\n');
        text.push_str(&findings::markdown(hints, FINDINGS, subject.scrub, plain));
    }
    // What is estimated is the tree: where totals are those of the recording, the table is not meant.
    let table_is_exact = analysis.exactness() == Exactness::Estimated && table.totals_are_exact();
    for note in &stamp.notes {
        let _ = write!(text, "\n> {}", plain(note));
        text.push_str(if table_is_exact && note.starts_with('≈') { " The table is exact.\n" } else { "\n" });
    }
    text
}

/// What is marked, in a list; empty where nothing is.
pub fn annotations(subject: &Subject<'_>, annotations: &[Annotation]) -> String {
    let mut text = String::new();
    for (number, Annotation { marked, note, .. }) in (1..).zip(annotations) {
        let name = code_span(&marked_name(subject, marked));
        let said = if note.is_empty() {
            " is highlighted".to_owned()
        } else {
            format!(": {}", plain(&note_line(&subject.scrub.text(note))))
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{number}. {name}{said}");
    }
    if text.is_empty() { text } else { format!("Notes:\n\n{text}\n") }
}

/// The review of a comparison: what changed in a sentence, the picture, and the functions whose own costs differ most.
pub fn review_of_both(subject: &Subject<'_>, base: Base<'_>, rows: usize, picture: Option<&str>) -> String {
    let table = base.comparison.table();
    let mut changed: Vec<_> = table.rows().filter(|row| row.delta(Measure::Own) != 0).collect();
    changed.sort_by_key(|row| (std::cmp::Reverse(row.delta(Measure::Own).unsigned_abs()), row.group));
    changed.truncate(rows);
    let groups: Vec<GroupId> = changed.iter().map(|row| row.group).collect();
    let names = [base.name, subject.name].map(|name| subject.scrub.text(name).into_owned());
    let mut text = format!("**{} → {}**\n\n", code_span(&names[0]), code_span(&names[1]));
    if let Some(picture) = picture {
        let title = plain(&format!("Flame graph of what changed from {} to {}", names[0], names[1]));
        // Writing to a string cannot fail.
        let _ = write!(text, "![{title}]({})\n\n", reference(picture));
    }
    let export = DiffExport::new(base.comparison, &names[..1], &names[1..], &groups);
    let mut bytes = Vec::new();
    if export.write_markdown(&mut bytes).is_ok() {
        for line in String::from_utf8_lossy(&bytes).lines() {
            let _ = writeln!(text, "{}", subject.scrub.text(line));
        }
    }
    text
}

/// A note in one line.
fn note_line(note: &str) -> String {
    note.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn summary(subject: &Subject<'_>, table: &FunctionTable, functions: &[GroupId]) -> String {
    let analysis = subject.analysis;
    let metric = analysis.profile().metric(analysis.query().metric);
    let sum = format::value(analysis.sum(), &metric.unit);
    let named: Vec<String> = functions
        .iter()
        .filter(|&&g| table.own(g) > 0)
        .take(NAMED)
        .map(|&g| {
            let name = analysis.name(g);
            let name = function_name(subject.scrub, &name);
            format!("{} ({})", code_span(&name), format::percent(table.share(table.own(g))))
        })
        .collect();
    let summary = format!("{} {sum}.", plain(&metric.name));
    if named.is_empty() { summary } else { format!("{summary} Most expensive in themselves: {}.", named.join(", ")) }
}

fn function_name(scrub: &Scrub, name: &str) -> String {
    shorten_middle(&format::one_line(&scrub.name(name)), LONGEST_NAME).into_owned()
}

/// Text that no character of changes into markup.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in format::one_line(text).chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            // So that nobody is called and no issue is linked.
            '@' => plain.push_str("&#64;"),
            '#' => plain.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

/// A reference to a file: what has a meaning in a link is escaped as URLs do it.
fn reference(path: &str) -> String {
    let mut reference = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            reference.push(char::from(byte));
        } else {
            let _ = write!(reference, "%{byte:02X}");
        }
    }
    reference
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_stays_text() {
        assert_eq!(plain("a|b_c*d`e<f>@g#1 [x](y) !"), "a\\|b\\_c\\*d\\`e&lt;f&gt;&#64;g&#35;1 \\[x\\](y) \\!");
        assert_eq!(reference("a b(1)é.png"), "a%20b%281%29%C3%A9.png");
    }
}
