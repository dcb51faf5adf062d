//! `helioscope rules`: the catalogue behind the hints.

use super::failure::Failure;
use crate::hints::{HINTS, document, rule, write_rule};
use clap::{Args, ValueEnum};
use std::io::{self, Write};

/// List the rules behind the hints, or explain one
#[derive(Args, Debug)]
pub(super) struct RulesArguments {
    /// The rule to explain
    pub(super) rule: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: RulesFormat,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum RulesFormat {
    /// For a terminal
    #[default]
    Table,
    /// The page `docs/hints.md`
    Markdown,
}

pub(super) fn run(arguments: &RulesArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let printed = match (&arguments.rule, arguments.format) {
        (Some(id), _) => {
            let rule = rule(id)
                .ok_or_else(|| Failure::usage(format!("there is no rule “{id}”; `helioscope rules` lists them")))?;
            write!(out, "{}", write_rule(rule))
        }
        (None, RulesFormat::Markdown) => write!(out, "{}", document()),
        (None, RulesFormat::Table) => print_table(out),
    };
    printed.map_err(Failure::Stdout)
}

fn print_table(out: &mut dyn Write) -> io::Result<()> {
    let width =
        |text: fn(&crate::hints::Rule) -> &str| HINTS.iter().map(|r| text(r).chars().count()).max().unwrap_or(0);
    let (ids, categories) = (width(|r| r.id), width(|r| r.category.name()));
    for rule in HINTS {
        writeln!(out, "{:<ids$}  {:<categories$}  {}", rule.id, rule.category.name(), rule.title)?;
    }
    writeln!(out, "\n{} rules; `helioscope rules RULE` explains one.", HINTS.len())
}
