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
use super::findings::{self, Found};
use super::picture::{Base, Stamp, Subject, marked_name};
use super::scrub::Scrub;
use super::table::{Counted, Table, code_span};
use crate::analyze::diff::{DiffRow, Measure, Status};
use crate::analyze::{Exactness, FunctionTable, GroupBy, GroupId};
use crate::layout::{Annotation, fit_name};
use crate::model::format;
use std::cmp::Reverse;
use std::fmt::Write;

/// What a review holds beside its summary.
#[derive(Clone, Copy)]
pub struct Review<'a> {
    /// How many functions are listed.
    pub rows: usize,
    /// Where the picture is, as a reference from where the text will be; `None` for no picture.
    pub picture: Option<&'a str>,
    /// What the rules found.
    pub found: Option<&'a Found<'a>>,
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
    functions.sort_by_key(|&g| by_cost(table, g));
    let mut text = format!("**{}**: {}\n\n", code_span(&stamp.name), summary(subject, code_span));
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
        let _ = write!(text, "\n{} left out.\n", more(query.by, rows.left_out(), ""));
    }
    if let Some(Found::One { hints, shown }) = review.found
        && !shown.is_empty()
    {
        text.push('\n');
        text.push_str(&findings::list(hints, shown, FINDINGS, subject.scrub));
    }
    // What is estimated is the tree: where totals are those of the recording, the table is not meant.
    let table_is_exact = analysis.exactness() == Exactness::Estimated && table.totals_are_exact();
    for note in &stamp.notes {
        let _ = write!(text, "\n> {}", plain(note));
        text.push_str(if table_is_exact && note.starts_with('≈') { " The table is exact.\n" } else { "\n" });
    }
    text
}

/// The review of a comparison: what changed in a sentence, the picture, the functions whose own costs differ most, and
/// what became of the findings.
pub fn review_of_both(subject: &Subject<'_>, base: Base<'_>, review: Review<'_>) -> String {
    let table = base.comparison.table();
    let differs = |row: &DiffRow| row.delta(Measure::Own) != 0 || row.status(Measure::Total) != Status::Same;
    let mut changed: Vec<DiffRow> = table.rows().filter(differs).collect();
    let size = |row: &DiffRow, measure| Reverse(row.delta(measure).unsigned_abs());
    changed.sort_by_key(|row| (size(row, Measure::Own), size(row, Measure::Total), row.group));
    let left_out = changed.len().saturating_sub(review.rows);
    changed.truncate(review.rows);
    let groups: Vec<GroupId> = changed.iter().map(|row| row.group).collect();
    let names = [base.name, subject.name].map(|name| subject.scrub.text(name).into_owned());
    let mut text = format!("**{} → {}**\n\n", code_span(&names[0]), code_span(&names[1]));
    if let Some(picture) = review.picture {
        let title = plain(&format!("Flame graph of what changed from {} to {}", names[0], names[1]));
        // Writing to a string cannot fail.
        let _ = write!(text, "![{title}]({})\n\n", reference(picture));
    }
    text.push_str(&annotations(subject, review.annotations));
    let export = DiffExport::new(base.comparison, [&names[..1], &names[1..]], &groups, subject.scrub);
    let mut bytes = Vec::new();
    if export.write_markdown(&mut bytes).is_ok() {
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    if !groups.is_empty() {
        text.push_str("\nThe largest difference in self cost comes first");
        if left_out > 0 {
            let by = base.comparison.question().query.by;
            let _ = write!(text, "; {} left out", more(by, left_out, " that differ"));
        }
        text.push_str(".\n");
    }
    if let Some(Found::Both { base: before, new, changes }) = review.found
        && !changes.is_empty()
    {
        text.push('\n');
        text.push_str(&findings::changes((base.comparison, before, new), changes, FINDINGS, subject.scrub));
    }
    text
}

/// What is marked, in a list; empty where nothing is.
fn annotations(subject: &Subject<'_>, annotations: &[Annotation]) -> String {
    let mut text = String::new();
    for (number, Annotation { marked, note, .. }) in (1..).zip(annotations) {
        let name = code_span(&marked_name(subject, marked));
        let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = if note.is_empty() {
            " is highlighted".to_owned()
        } else {
            format!(": {}", plain(&subject.scrub.text(&note)))
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{number}. {name}{said}");
    }
    if text.is_empty() { text } else { format!("Notes:\n\n{text}\n") }
}

/// What everything cost, and the functions that cost most themselves; `code` sets a name apart.
pub(super) fn summary(subject: &Subject<'_>, code: impl Fn(&str) -> String) -> String {
    let (analysis, table) = (subject.analysis, subject.analysis.table());
    let metric = analysis.profile().metric(analysis.query().metric);
    let sum = format::value(analysis.sum(), &metric.unit);
    let mut functions: Vec<GroupId> = table.present().filter(|&g| table.own(g) > 0).collect();
    functions.sort_by_key(|&g| by_cost(table, g));
    let named: Vec<String> = functions
        .iter()
        .take(NAMED)
        .map(|&g| {
            let name = name_of(subject.scrub, &analysis.name(g));
            format!("{} ({})", code(&name), format::percent(table.share(table.own(g))))
        })
        .collect();
    let summary = format!("{} {sum}.", metric.name);
    if named.is_empty() { summary } else { format!("{summary} Most expensive in themselves: {}.", named.join(", ")) }
}

/// `2 more functions are`, with words before the verb.
fn more(by: GroupBy, count: usize, which: &str) -> String {
    let name = by.name();
    format::counted(count as i64, &format!("more {name}{which} is"), &format!("more {name}s{which} are"))
}

/// The order of functions: what costs most itself first.
fn by_cost(table: &FunctionTable, group: GroupId) -> (Reverse<i64>, Reverse<i64>, GroupId) {
    (Reverse(table.own(group)), Reverse(table.total(group)), group)
}

fn name_of(scrub: &Scrub, name: &str) -> String {
    fit_name(&format::one_line(&scrub.name(name)), LONGEST_NAME).into_owned()
}

/// Text that no character of changes into markup.
pub(super) fn plain(text: &str) -> String {
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

/// A sentence with code in it: `` `name` `` stays code, all else is text.
pub(super) fn plain_around_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(i, part)| if i % 2 == 1 { code_span(part) } else { plain(part) }).collect()
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
