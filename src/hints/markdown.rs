//! The documentation of the rules, made from the rules.

use super::catalogue::OUT_OF_SIGHT;
use super::{Category, HINTS, Needs, Rule};
use std::fmt::Write;

/// The page of all rules, `docs/hints.md`.
pub fn document() -> String {
    let mut page = String::from(
        "# Hints\n\n\
         This page is made by `helioscope rules --format markdown`; a test keeps it as the rules are.\n\n\
         A rule speaks only where its evidence is in the profile. Shares are of the time the program was active, unless \
         it is about waiting. What a finding gains at most is `1 / (1 − share)`, of its share and what may go away with it \
         and was not recorded apart: the calls themselves, the loop around.\n",
    );
    let mut categories: Vec<Category> = HINTS.iter().map(|r| r.category).collect();
    categories.sort_unstable();
    categories.dedup();
    for category in categories {
        let _ = write!(page, "\n## {}\n", capitalised(category.name()));
        for rule in HINTS.iter().filter(|r| r.category == category) {
            page.push('\n');
            page.push_str(&write_rule(rule));
        }
    }
    page.push_str("\n## Not looked for\n\n");
    for (name, why) in OUT_OF_SIGHT {
        let _ = writeln!(page, "- `{name}`: {why}.");
    }
    page
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// One rule as Markdown.
pub fn write_rule(rule: &Rule) -> String {
    let seen = match (rule.kinds.calls, rule.kinds.samples) {
        (true, true) => "profiles of calls and of samples",
        (true, false) => "profiles of calls",
        _ => "profiles of samples",
    };
    let source = match rule.needs {
        Needs::Nothing => "",
        Needs::Helps => "; more certain with the source",
        Needs::Source => ", with the source",
    };
    let threads = if rule.kinds.threads { ", threads apart" } else { "" };
    let mut text = format!("### `{}`: {}\n\n{}\n\n", rule.id, rule.title, rule.advice);
    let _ = write!(text, "- **Speaks when**: {}\n- **Seen in**: {seen}{threads}{source}\n", rule.signal);
    if rule.is_information() {
        text.push_str("- **Promises**: nothing; it is something to know\n");
    } else {
        let _ = writeln!(text, "- **Usually removes**: {:.0} % of that time", rule.removable * 100.0);
    }
    let _ = write!(
        text,
        "- **To be sure**: {}\n- **Wrong if**: {}\n- **More**: <{}>\n",
        rule.settle, rule.wrong_if, rule.docs
    );
    if !rule.before.is_empty() {
        let _ = write!(text, "\n```python\n{}\n```\n\n```python\n{}\n```\n", rule.before, rule.after);
    }
    text
}
