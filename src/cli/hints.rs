//! `helioscope hints`: what to do about it.

use super::failure::Failure;
use super::options::{ScrubArguments, folder, percent_of_whole};
use super::{load, warn};
use crate::analyze::{Activity, Analysis, Query};
use crate::export::findings::{bounds_line, document, evidence_line, gain, name_and_place, silent_line};
use crate::export::scrub::Scrub;
use crate::hints::{Evidence, Files, Finding, Hints, NoFiles, Options};
use crate::model::format;
use crate::source::{Mapping, Places, Sources};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::path::PathBuf;

/// Say what to do about it: patterns that cost time, with the evidence
#[derive(Args, Debug)]
#[command(after_help = HINTS_HELP)]
pub(super) struct HintsArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// Look for sources in this folder, too; may be given more than once
    #[arg(long, value_name = "DIR", value_parser = folder())]
    pub(super) source_root: Vec<PathBuf>,
    /// What was recorded under FROM lies in TO; may be given more than once
    #[arg(long, value_name = "FROM=TO")]
    pub(super) map: Vec<Mapping>,
    /// Read no source
    #[arg(long, conflicts_with_all = ["source_root", "map"])]
    pub(super) no_source: bool,
    /// Leave out what takes less than this of the active time
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = percent_of_whole)]
    pub(super) min_share: f64,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ReportFormat,
    #[command(flatten)]
    pub(super) scrub: ScrubArguments,
}

const HINTS_HELP: &str = "\
Shares are of the time the program was active, not waiting. The most a finding can gain is
1 / (1 - share), however well it is mended; findings on the same time are said to be, since their
gains don't add up. Nothing is executed: sources are read and parsed.

Examples:
  helioscope hints out.prof
  helioscope hints out.json --source-root src --map /app=~/work/app
  helioscope hints out.prof --format json | jq '.findings[0]'";

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum ReportFormat {
    /// For a terminal
    #[default]
    Table,
    /// One object, for programs
    Json,
    /// For a pull request or an issue
    Markdown,
}

pub(super) fn run(arguments: &HintsArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let profile = load(&arguments.file)?;
    warn(profile.warnings());
    let query = Query::new(&profile);
    let analysis = Analysis::new(profile, query, None);
    let places = Places {
        mappings: arguments.map.clone(),
        roots: arguments.source_root.clone(),
        ..Places::of_profile(&arguments.file)
    };
    let sources = Sources::new(places);
    let files: &dyn Files = if arguments.no_source { &NoFiles } else { &sources };
    let hints = Hints::new(&analysis, files, Options { min_share: arguments.min_share / 100.0 });
    let scrub = arguments.scrub.scrub_printed(&[analysis.profile()], arguments.format == ReportFormat::Markdown);
    let printed = match arguments.format {
        ReportFormat::Table => print_text(out, &hints),
        ReportFormat::Json => print_json(out, &hints, &scrub),
        ReportFormat::Markdown => out.write_all(document(&hints, &scrub).as_bytes()),
    };
    printed.map_err(Failure::Stdout)
}

/// The contract with scripts.
fn print_json(out: &mut dyn Write, hints: &Hints, scrub: &Scrub) -> io::Result<()> {
    let bounds: Map<String, Value> =
        Activity::ALL.iter().map(|&a| (a.key().to_owned(), json!(rounded(hints.bounds.share(a))))).collect();
    let findings: Vec<Value> = hints.findings.iter().map(|finding| finding_json(finding, scrub)).collect();
    let checked: Vec<&str> = hints.checked.iter().map(|r| r.id).collect();
    let not_applicable: Vec<Value> =
        hints.not_applicable.iter().map(|n| json!({ "rule": n.rule.id, "why": n.why })).collect();
    let report = json!({
        "bounds": bounds,
        "approach": hints.approach,
        "findings": findings,
        "checked": checked,
        "not_applicable": not_applicable,
    });
    serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
    writeln!(out)
}

fn finding_json(finding: &Finding, scrub: &Scrub) -> Value {
    let text = |text: &str| scrub.text(text).into_owned();
    let evidence: Map<String, Value> =
        finding.evidence.iter().map(|(name, value)| ((*name).to_owned(), evidence_json(value, scrub))).collect();
    let known = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    json!({
        "rule": finding.rule.id,
        "severity": finding.severity.name(),
        "title": finding.rule.title,
        "category": finding.rule.category.name(),
        "function": known(&scrub.name(&finding.name)),
        "file": known(&text(&finding.file)),
        "line": if finding.line == 0 { Value::Null } else { json!(finding.line) },
        "lines": finding.lines.iter().filter(|&&l| l > 0).collect::<Vec<_>>(),
        "share": rounded(finding.share),
        "ceiling": rounded(finding.ceiling),
        "likely_gain": rounded(finding.likely_gain),
        "confidence": finding.confidence.name(),
        "reason": text(&finding.reason),
        "evidence": evidence,
        "advice": text(&finding.advice),
        "before": text(&finding.before),
        "after": text(&finding.after),
        "settle": finding.rule.settle,
        "wrong_if": finding.rule.wrong_if,
        "same_time_as": finding.same_time_as,
        "docs": finding.rule.docs,
    })
}

fn evidence_json(evidence: &Evidence, scrub: &Scrub) -> Value {
    match evidence {
        Evidence::Count(n) | Evidence::Time(n) => json!(n),
        Evidence::Share(x) | Evidence::PerCall(x) | Evidence::Ratio(x) => json!(rounded(*x)),
        Evidence::Text(text) => json!(scrub.text(text)),
    }
}

/// Digits beyond these would only be noise.
fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

fn print_text(out: &mut dyn Write, hints: &Hints) -> io::Result<()> {
    writeln!(out, "Time: {}", bounds_line(hints))?;
    writeln!(out, "{}\n", hints.approach)?;
    if hints.findings.is_empty() {
        writeln!(out, "No hints.")?;
    }
    for (i, finding) in hints.findings.iter().enumerate() {
        writeln!(out, "{}. {}  [{}]", i + 1, finding.rule.title, finding.rule.id)?;
        match name_and_place(finding, &Scrub::off()) {
            (name, _) if name.is_empty() => {}
            (name, place) if place.is_empty() => writeln!(out, "   {name}")?,
            (name, place) => writeln!(out, "   {name} ({place})")?,
        }
        let mut facts: Vec<String> = gain(finding).into_iter().collect();
        facts.push(format!("confidence {}: {}", finding.confidence.name(), finding.reason));
        writeln!(out, "   {}", facts.join("; "))?;
        writeln!(out, "   {}", evidence_line(finding))?;
        if let Some(other) = finding.same_time_as {
            writeln!(out, "   On the same time as {}: gains don't add up.", other + 1)?;
        }
        writeln!(out, "   {}", finding.advice)?;
        print_code(out, "   - ", &finding.before)?;
        print_code(out, "   + ", &finding.after)?;
        writeln!(out, "   To be sure: {}. Wrong if: {}.", finding.rule.settle, finding.rule.wrong_if)?;
        writeln!(out, "   {}\n", finding.rule.docs)?;
    }
    writeln!(out, "{} `--format json` lists them.", silent_line(hints))
}

fn print_code(out: &mut dyn Write, margin: &str, code: &str) -> io::Result<()> {
    for line in code.lines() {
        writeln!(out, "{margin}{}", format::one_line(line))?;
    }
    Ok(())
}
