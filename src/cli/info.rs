//! `helioscope info`: what a profile holds.

use super::failure::Failure;
use super::{load, select, warn};
use crate::analyze::{Analysis, Exactness, Query};
use crate::model::{Body, MetricId, Profile, Unit, format};
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Say what a profile holds: format, metrics, threads, duration, and what to know before believing it
#[derive(Args, Debug)]
#[command(after_help = INFO_HELP)]
pub(super) struct InfoArguments {
    /// The profile
    pub(super) file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

const INFO_HELP: &str = "\
The call tree is `exact` where whole stacks were recorded, or where callers and callees leave no
doubt; `estimated` where they do; and `none` where the profile is empty or records lines alone. JSON
gives integers in each metric's base unit, and null for what was not recorded. `samples` counts what
stands in the file: where equal samples stand as one row with their number, that is stacks, and how
many samples there were is a metric.

Examples:
  helioscope info out.prof
  helioscope info out.prof --json | jq .warnings";

/// What JSON says; a contract with scripts. Nothing is `null` but what was not recorded.
#[derive(Serialize)]
struct Info<'a> {
    path: String,
    format: &'a str,
    producer: Option<&'a str>,
    metrics: Vec<MetricInfo<'a>>,
    functions: usize,
    samples: usize,
    threads: Vec<ThreadInfo<'a>>,
    duration_ns: Option<i64>,
    tree: Tree,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct MetricInfo<'a> {
    name: &'a str,
    unit: &'a str,
    total: i64,
}

#[derive(Serialize)]
struct ThreadInfo<'a> {
    name: Option<&'a str>,
    pid: Option<u64>,
    tid: Option<u64>,
    /// In the metric to show first.
    total: i64,
}

#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Tree {
    Exact,
    Estimated,
    None,
}

pub(super) fn run(arguments: &InfoArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let profile = load(&arguments.file)?;
    let info = Info::new(arguments.file.display().to_string(), &profile);
    let printed = if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &info).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else {
        warn(profile.warnings());
        info.print(&profile, out)
    };
    printed.map_err(Failure::Stdout)
}

impl<'a> Info<'a> {
    fn new(path: String, profile: &'a Arc<Profile>) -> Self {
        let origin = profile.origin();
        let metrics = profile.metrics().iter().enumerate().map(|(i, metric)| MetricInfo {
            name: &metric.name,
            unit: metric.unit.name(),
            total: profile.total(MetricId::at(i)),
        });
        let threads =
            profile.tracks().iter().zip(profile.track_totals(profile.default_metric())).map(|(track, total)| {
                ThreadInfo { name: some_text(&track.name), pid: track.pid, tid: track.tid, total }
            });
        Self {
            path,
            format: origin.format,
            producer: some_text(&origin.producer),
            metrics: metrics.collect(),
            functions: profile.functions().len(),
            samples: profile.sample_count(),
            threads: threads.collect(),
            duration_ns: origin.duration_ns,
            tree: tree(profile),
            warnings: profile.warnings().iter().map(ToString::to_string).collect(),
        }
    }

    fn print(&self, profile: &Profile, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}\n", self.path)?;
        let mut fact = |name: &str, value: &str| match value {
            "" => Ok(()),
            _ => writeln!(out, "  {name:<12} {}", format::one_line(value)),
        };
        let time = |ns: Option<i64>| ns.map_or_else(String::new, |ns| format::value(ns, &Unit::Nanoseconds));
        let origin = profile.origin();
        fact("format", self.format)?;
        fact("producer", self.producer.unwrap_or_default())?;
        fact("interpreter", origin.interpreter.as_deref().unwrap_or_default())?;
        fact("command", origin.command.as_deref().unwrap_or_default())?;
        fact("duration", &time(self.duration_ns))?;
        fact("period", &time(origin.period_ns))?;
        fact("functions", &format::count(self.functions as i64))?;
        if self.samples > 0 {
            let what = if profile.samples_are_stacks() { "stacks" } else { "samples" };
            fact(what, &format::count(self.samples as i64))?;
        }
        fact("call tree", self.tree.in_words(profile))?;
        for comment in &origin.comments {
            fact("comment", comment)?;
        }
        writeln!(out, "\nMetrics")?;
        for (i, metric) in profile.metrics().iter().enumerate() {
            let id = MetricId::at(i);
            let first = if id == profile.default_metric() { "  (shown first)" } else { "" };
            writeln!(
                out,
                "  {}: {}{first}",
                format::one_line(&metric.name),
                format::value(profile.total(id), &metric.unit)
            )?;
        }
        let metric = profile.metric(profile.default_metric());
        writeln!(out, "\nThreads")?;
        for (track, thread) in profile.tracks().iter().zip(&self.threads) {
            writeln!(
                out,
                "  {}: {}",
                format::one_line(&select::label(track)),
                format::value(thread.total, &metric.unit)
            )?;
        }
        Ok(())
    }
}

impl Tree {
    fn in_words(self, profile: &Profile) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Estimated => "estimated from callers and callees",
            Self::None if profile.functions().is_empty() => "none: the profile is empty",
            Self::None if profile.has_trees() => "none: there are no samples",
            Self::None => "none: lines were recorded, not calls",
        }
    }
}

fn tree(profile: &Arc<Profile>) -> Tree {
    match profile.body() {
        Body::Stacks(body) if body.samples.is_empty() => Tree::None,
        Body::Stacks(_) => Tree::Exact,
        Body::Lines(_) => Tree::None,
        Body::Graph(_) if profile.functions().is_empty() => Tree::None,
        Body::Graph(_) => match Analysis::new(Arc::clone(profile), Query::new(profile), None).exactness() {
            Exactness::Exact => Tree::Exact,
            Exactness::Estimated => Tree::Estimated,
        },
    }
}

fn some_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
