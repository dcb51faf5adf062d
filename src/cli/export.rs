//! `helioscope export`: a profile in another format.

use super::args::ExportArguments;
use super::failure::Failure;
use super::render::{file_name, scrub};
use super::{load, select, to_stdout, top, warn};
use crate::analyze::{Analysis, Classes, FunctionTable, Groups, Query};
use crate::export::scrub::Scrub;
use crate::export::table::{Counted, Table};
use crate::export::{estimated, folded, pprof, speedscope, write_file};
use crate::model::{Body, Profile, TimeMeaning};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Target {
    Folded,
    Speedscope,
    Pprof,
    Csv,
    Json,
}

/// Endings of names, the longer ones first.
const ENDINGS: [(&str, Target); 9] = [
    (".speedscope.json", Target::Speedscope),
    (".speedscope", Target::Speedscope),
    (".pb.gz", Target::Pprof),
    (".pprof", Target::Pprof),
    (".folded", Target::Folded),
    (".collapsed", Target::Folded),
    (".txt", Target::Folded),
    (".csv", Target::Csv),
    (".json", Target::Json),
];

pub(super) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let target = target(&arguments.output)?;
    let profile = load(&arguments.file)?;
    if !profile.has_trees() && !matches!(target, Target::Csv | Target::Json) {
        return Err(Failure::usage(
            "this profile records lines, not calls, so there is no call tree to write; \
             write its figures as .csv or .json",
        ));
    }
    let query = select::query(&profile, &arguments.select)?;
    let scrub = scrub(&[&profile], &arguments.scrub);
    warn(profile.warnings());
    let name = file_name(&arguments.file);
    let notes = if arguments.output.as_os_str() == "-" {
        to_stdout(|out| write(out, target, &profile, query, &name, &scrub).map_err(Failure::Stdout))?
    } else {
        write_file(&arguments.output, |out| write(out, target, &profile, query, &name, &scrub))
            .map_err(|source| Failure::Output { path: arguments.output.clone(), source })?
    };
    warn(notes);
    Ok(())
}

fn target(output: &Path) -> Result<Target, Failure> {
    let name = file_name(output).to_lowercase();
    let known = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, target)| *target);
    match known {
        Some(target) => Ok(target),
        // Pipes, devices and names without an ending get what `-` gets.
        None if output.extension().is_none() => Ok(Target::Folded),
        None => {
            let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
            let endings = endings.join(", ");
            Err(Failure::usage(format!("{} names no format to write; known are {endings}", output.display())))
        }
    }
}

/// Writes a profile, and says what the format has no place for.
fn write(
    out: &mut dyn Write,
    target: Target,
    profile: &Arc<Profile>,
    query: Query,
    name: &str,
    scrub: &Scrub,
) -> io::Result<Vec<String>> {
    match target {
        Target::Folded => {
            let unit = profile.metric(query.metric).unit.clone();
            Ok(folded::write(out, profile, query, scrub)?.notes(&unit))
        }
        Target::Csv | Target::Json => {
            write_table(out, target, profile, &query, scrub)?;
            Ok(Vec::new())
        }
        Target::Speedscope | Target::Pprof => match profile.body() {
            Body::Stacks(_) => write_stacks(out, target, profile, &query, name, scrub),
            // Lines have no stacks, and are refused before.
            Body::Graph(_) | Body::Lines(_) => {
                let analysis = Analysis::new(Arc::clone(profile), query, None);
                let stacks = match estimated::as_stacks(&analysis) {
                    Some(stacks) => stacks.map_err(|error| io::Error::other(error.to_string()))?,
                    None => return Ok(Vec::new()),
                };
                let query = Query::new(&stacks);
                let new = |warning: &&crate::model::Warning| !profile.warnings().contains(warning);
                let mut notes: Vec<String> = stacks.warnings().iter().filter(new).map(ToString::to_string).collect();
                notes.extend(write_stacks(out, target, &stacks, &query, name, scrub)?);
                Ok(notes)
            }
        },
    }
}

fn write_stacks(
    out: &mut dyn Write,
    target: Target,
    profile: &Profile,
    query: &Query,
    name: &str,
    scrub: &Scrub,
) -> io::Result<Vec<String>> {
    if let (Target::Speedscope, Body::Stacks(body)) = (target, profile.body()) {
        return speedscope::write(out, profile, body, query, name, scrub);
    }
    pprof::write(profile, query, scrub, out).map_err(|error| match error {
        pprof::WriteError::Io(error) => error,
        error @ pprof::WriteError::NoStacks => io::Error::other(error.to_string()),
    })?;
    Ok(if profile.origin().time == TimeMeaning::Clock {
        vec!["The times of samples are left out: pprof has no place for them.".to_owned()]
    } else {
        Vec::new()
    })
}

fn write_table(out: &mut dyn Write, target: Target, profile: &Profile, query: &Query, scrub: &Scrub) -> io::Result<()> {
    let classes = Classes::default();
    let groups = Groups::new(profile, &classes, query.by);
    let table = FunctionTable::new(profile, &groups, query);
    let counted = Counted { profile, classes: &classes, groups: &groups, table: &table, metric: query.metric, scrub };
    let rows = Table::new(&counted, &top::largest(&counted, super::args::Sort::Own, usize::MAX));
    if target == Target::Csv { rows.write_csv(out) } else { rows.write_json(out) }
}
