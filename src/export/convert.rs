//! A profile in another format: what it holds, written so that other programs read it.

use super::scrub::Scrub;
use super::table::{Counted, Table};
use super::{estimated, folded, pprof, speedscope};
use crate::analyze::{Analysis, Classes, FunctionTable, Groups, Query};
use crate::model::{Body, Profile, TimeMeaning, Warning};
use std::io::{self, Write};
use std::sync::Arc;

/// A format that holds a profile's stacks or its figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Collapsed stacks, as `flamegraph.pl` reads them.
    Folded,
    /// speedscope's JSON.
    Speedscope,
    /// pprof's protocol buffer, compressed.
    Pprof,
    /// The table of functions as comma-separated values.
    Csv,
    /// The table of functions as JSON.
    Json,
}

impl Target {
    /// Whether it is made of stacks, which a profile of lines does not have.
    pub fn needs_stacks(self) -> bool {
        !matches!(self, Self::Csv | Self::Json)
    }
}

/// Writes a profile, and says what the format has no place for. `name` is what the profile is called in it.
///
/// Of a profile without stacks only tables can be written; ask [`Target::needs_stacks`] first.
pub fn write(
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
            Body::Graph(_) | Body::Lines(_) => {
                let analysis = Analysis::new(Arc::clone(profile), query, None);
                let stacks = match estimated::as_stacks(&analysis) {
                    Some(stacks) => stacks.map_err(|error| io::Error::other(error.to_string()))?,
                    None => return Err(io::Error::other("this profile records lines, not calls")),
                };
                let query = Query::new(&stacks);
                let new = |warning: &&Warning| !profile.warnings().contains(warning);
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
    let rows = Table::new(&counted, &counted.largest(|group| table.own(group), usize::MAX));
    if target == Target::Csv { rows.write_csv(out) } else { rows.write_json(out) }
}
