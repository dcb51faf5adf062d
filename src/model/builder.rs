//! Builds a [`Profile`] row by row, and checks it once at the end.

use super::{
    Body, Frame, Function, FunctionId, Metric, MetricId, Origin, Profile, StringId, Track, Unit, Warning,
    strings::Interner,
};
use hashbrown::hash_table::{Entry, HashTable};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// Why a profile cannot be built, whatever its format.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BuildError {
    /// Names and paths together are over 4 GiB.
    #[error("its names and paths together are larger than 4 GiB")]
    TooMuchText,
    /// A column would need more than 2³² rows.
    #[error("it holds more than 4,294,967,295 {0}")]
    TooManyRows(&'static str),
    /// Far more different stacks than a file of its size can mean.
    #[error("it unfolds into more than {0} different stacks, which no recording of its size holds")]
    TooManyStacks(usize),
    /// The values of one metric add up to more than a 64-bit integer holds.
    #[error("its values of “{0}” add up to more than 9.2 × 10¹⁸")]
    Overflow(String),
}

/// What every profile has, whichever body it gets.
#[derive(Debug)]
struct Tables {
    strings: Interner,
    functions: Vec<Function>,
    function_index: HashTable<FunctionId>,
    metrics: Vec<Metric>,
    default_metric: Option<MetricId>,
    origin: Origin,
    warnings: Vec<Warning>,
    failed: Option<BuildError>,
}

impl Tables {
    fn new(format: &'static str) -> Self {
        Self {
            strings: Interner::new(),
            functions: Vec::new(),
            function_index: HashTable::new(),
            metrics: Vec::new(),
            default_metric: None,
            origin: Origin { format, ..Origin::default() },
            warnings: Vec::new(),
            failed: None,
        }
    }

    fn string(&mut self, text: &str) -> StringId {
        match self.strings.intern(text) {
            Ok(id) => id,
            Err(error) => {
                self.fail(error);
                StringId::EMPTY
            }
        }
    }

    fn fail(&mut self, error: BuildError) {
        self.failed.get_or_insert(error);
    }

    fn function(&mut self, function: Function) -> FunctionId {
        let hash = function_hash(&function);
        let functions = &mut self.functions;
        let found = self.function_index.entry(
            hash,
            |id| functions[id.index()] == function,
            |id| function_hash(&functions[id.index()]),
        );
        match found {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(free) => {
                let id = next_id(functions.len(), "functions", &mut self.failed).map_or(FunctionId(0), FunctionId);
                free.insert(id);
                functions.push(function);
                id
            }
        }
    }

    fn metric(&mut self, name: &str, unit: Unit) -> MetricId {
        self.metrics.push(Metric { name: name.to_owned(), unit });
        MetricId::at(self.metrics.len() - 1)
    }

    fn warn(&mut self, text: &str, count: u64) {
        if count == 0 {
            return;
        }
        let listed = |text: &str, warnings: &[Warning]| warnings.iter().position(|w| w.text == text);
        let text = match listed(text, &self.warnings) {
            None if self.warnings.len() >= MOST_WARNINGS => MORE_WARNINGS,
            _ => text,
        };
        match listed(text, &self.warnings) {
            Some(at) => self.warnings[at].count += count,
            None => self.warnings.push(Warning { text: text.to_owned(), count }),
        }
    }

    fn check_sum(&self, metric: MetricId, values: &[i64]) -> Result<(), BuildError> {
        let sum: u128 = values.iter().map(|v| u128::from(v.unsigned_abs())).sum();
        if sum > i64::MAX as u128 { Err(self.overflow(metric)) } else { Ok(()) }
    }

    /// Figures that were added up row by row: a sum that does not fit has stopped at the largest number there is.
    fn check_each(&self, metric: MetricId, values: &[i64]) -> Result<(), BuildError> {
        if values.iter().any(|value| is_saturated(*value)) { Err(self.overflow(metric)) } else { Ok(()) }
    }

    fn overflow(&self, metric: MetricId) -> BuildError {
        BuildError::Overflow(self.metrics[metric.index()].name.clone())
    }

    fn into_profile(mut self, frames: Vec<Frame>, tracks: Vec<Track>, body: Body) -> Profile {
        if self.metrics.is_empty() {
            self.metric("samples", Unit::Samples);
        }
        let first_time = self.metrics.iter().position(|m| m.unit == Unit::Nanoseconds);
        let default_metric = self.default_metric.unwrap_or(MetricId::at(first_time.unwrap_or(0)));
        Profile {
            strings: self.strings.finish(),
            functions: self.functions,
            frames,
            tracks,
            metrics: self.metrics,
            default_metric,
            body,
            origin: self.origin,
            warnings: self.warnings,
        }
    }
}

/// Most warnings of different texts; a file of a million odd names is not to be read about name by name.
const MOST_WARNINGS: usize = 100;
const MORE_WARNINGS: &str = "There is more like this, which is not listed.";

fn is_saturated(value: i64) -> bool {
    matches!(value, i64::MIN | i64::MAX)
}

fn function_hash(function: &Function) -> u64 {
    let mut hasher = FxHasher::default();
    function.hash(&mut hasher);
    hasher.finish()
}

fn next_id(rows: usize, what: &'static str, failed: &mut Option<BuildError>) -> Option<u32> {
    // The last id is kept free for "none".
    if rows < u32::MAX as usize {
        return Some(rows as u32);
    }
    failed.get_or_insert(BuildError::TooManyRows(what));
    None
}

macro_rules! shared_methods {
    () => {
        /// The id of a text.
        pub fn string(&mut self, text: &str) -> StringId {
            self.tables.string(text)
        }

        /// The text behind an id given by [`Self::string`].
        pub fn text(&self, id: StringId) -> &str {
            self.tables.strings.get(id)
        }

        /// The id of a function; equal functions share one.
        pub fn function(&mut self, function: Function) -> FunctionId {
            self.tables.function(function)
        }

        /// Adds a metric; values are given in the order metrics were added.
        pub fn metric(&mut self, name: &str, unit: Unit) -> MetricId {
            self.tables.metric(name, unit)
        }

        /// The metric to show first.
        pub fn set_default_metric(&mut self, metric: MetricId) {
            self.tables.default_metric = Some(metric);
        }

        /// Provenance, to be filled in.
        pub fn origin_mut(&mut self) -> &mut Origin {
            &mut self.tables.origin
        }

        /// Remembers something the reader must know. Equal texts are counted, not repeated.
        pub fn warn(&mut self, text: &str) {
            self.tables.warn(text, 1);
        }

        /// Remembers something that happened `count` times; nothing where that is 0.
        pub fn warn_times(&mut self, text: &str, count: u64) {
            self.tables.warn(text, count);
        }
    };
}

mod graph;
mod lines;
mod stacks;
#[cfg(test)]
mod tests;

pub use graph::GraphBuilder;
pub use lines::LineBuilder;
pub use stacks::ProfileBuilder;

fn grow_and_add(column: &mut Vec<i64>, row: usize, value: i64) {
    if column.len() <= row {
        column.resize(row + 1, 0);
    }
    column[row] = column[row].saturating_add(value);
}

fn add_columns(columns: &mut Vec<Vec<i64>>, row: usize, values: &[i64]) {
    if columns.len() < values.len() {
        columns.resize_with(values.len(), Vec::new);
    }
    for (column, value) in columns.iter_mut().zip(values) {
        grow_and_add(column, row, *value);
    }
}
