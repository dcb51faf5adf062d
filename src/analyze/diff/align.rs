//! Two recordings over one table of functions, so that an id means the same on both sides.
//!
//! Groups, selections, zoom paths and searches then need no translation, and each side is a profile like any other.

use super::Side;
use super::matching::{Matched, Matching, matched};
use super::runs::{Merged, merge};
use crate::model::{
    Body, BuildError, Frame, FrameId, Function, FunctionId, Metric, MetricId, Profile, Renumbering, StringId, Track,
    TrackId, UnionBuilder, UnionTables, Unit, moved,
};
use std::sync::Arc;

/// Whether values of the two sides can be subtracted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// Both measured the same thing in the same way.
    Values,
    /// They did not: only what part of the whole each function is can be compared.
    Shares,
}

/// Why two recordings cannot be compared.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AlignError {
    /// Nothing was measured on both sides.
    #[error("the two recordings measured different things: {base} on the base side, {new} on the new side")]
    NothingInCommon {
        /// The base side's metrics.
        base: String,
        /// The new side's metrics.
        new: String,
    },
    /// There is no recording on a side.
    #[error("there is no recording on the {} side", .0.name())]
    Empty(Side),
    /// Runs of one side that cannot be added up.
    #[error("the runs of the {} side cannot be added up: {why}", .side.name())]
    Runs {
        /// Which.
        side: Side,
        /// Why not.
        why: String,
    },
    /// Together they are larger than a profile can be.
    #[error("together the recordings cannot be held: {0}")]
    Build(#[from] BuildError),
}

/// A metric both sides have. Its id is its position, in the aligned profiles of both sides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommonMetric {
    /// As the base side has it.
    pub base: Metric,
    /// As the new side has it.
    pub new: Metric,
}

/// What one side of an [`Aligned`] is made of.
#[derive(Debug)]
struct Recording {
    /// As it was opened; the sum of the runs where there are several.
    recorded: Arc<Profile>,
    /// Over the common tables.
    aligned: Arc<Profile>,
    /// Over the common tables, each run alone; empty where there is one.
    runs: Vec<Arc<Profile>>,
    /// By function of the common table: what it is in `recorded`.
    of_union: Vec<Option<FunctionId>>,
}

/// Two recordings over one table of functions, frames, texts and threads, with the metrics both have.
///
/// A function both sides have stands with the name and the place that it has on the new side. A file that only the base
/// side has is spelled as it would be on the new side, where that can be told.
#[derive(Debug)]
pub struct Aligned {
    base: Recording,
    new: Recording,
    metrics: Vec<CommonMetric>,
    basis: Basis,
    main_files: Option<(String, String)>,
}

/// Aligns two recordings.
pub fn align(base: &Arc<Profile>, new: &Arc<Profile>, rules: &Matching) -> Result<Aligned, AlignError> {
    align_runs(std::slice::from_ref(base), std::slice::from_ref(new), rules)
}

/// Aligns several runs a side. The runs of a side are added up as `pstats.Stats.add` and pprof do: functions of the same
/// name, file and line are the same.
pub fn align_runs(base: &[Arc<Profile>], new: &[Arc<Profile>], rules: &Matching) -> Result<Aligned, AlignError> {
    let added = |runs: &[Arc<Profile>], side: Side| match runs {
        [] => Err(AlignError::Empty(side)),
        [one] => Ok(Added { sum: Arc::clone(one), runs: Vec::new() }),
        several => merge(several)
            .map(|Merged { profile, numberings }| Added {
                sum: Arc::new(profile),
                runs: several.iter().cloned().zip(numberings).collect(),
            })
            .map_err(|why| AlignError::Runs { side, why: why.to_string() }),
    };
    let (base, new) = (added(base, Side::Base)?, added(new, Side::New)?);
    let (pairs, basis) = common_metrics(&base.sum, &new.sum)?;
    let matched = matched(&base.sum, &new.sum, rules);
    let mut union = UnionBuilder::new(&new.sum);
    let base_ids = base_numbering(&base.sum, &new.sum, &matched, &mut union, pairs.iter().map(|p| p.0).collect())?;
    let new_ids = Renumbering::of_first(&new.sum, pairs.iter().map(|p| p.1).collect());
    let tables = union.finish();
    let metrics =
        pairs.iter().map(|(b, n)| CommonMetric { base: base.sum.metric(*b).clone(), new: new.sum.metric(*n).clone() });
    Ok(Aligned {
        metrics: metrics.collect(),
        basis,
        main_files: matched.files.renamed,
        base: base.over(&tables, &base_ids),
        new: new.over(&tables, &new_ids),
    })
}

/// The recording of a side, before it is aligned.
struct Added {
    sum: Arc<Profile>,
    /// Each with its numbering in the sum; empty where there is one.
    runs: Vec<(Arc<Profile>, Renumbering)>,
}

impl Added {
    fn over(self, tables: &UnionTables, ids: &Renumbering) -> Recording {
        let aligned = Arc::new(self.sum.renumbered(tables, ids));
        let mut of_union = vec![None; aligned.functions().len()];
        for (own, id) in ids.functions.iter().enumerate() {
            of_union[id.index()] = Some(FunctionId::at(own));
        }
        let runs = self.runs.iter().map(|(run, in_sum)| {
            let composed = Renumbering {
                functions: in_sum.functions.iter().map(|f| ids.functions[f.index()]).collect(),
                frames: in_sum.frames.iter().map(|f| ids.frames[f.index()]).collect(),
                tracks: in_sum.tracks.iter().map(|t| ids.tracks[t.index()]).collect(),
                // Only costs are taken from a run.
                label_sets: vec![Box::from([])],
                metrics: ids.metrics.iter().map(|m| in_sum.metrics[m.index()]).collect(),
            };
            Arc::new(run.renumbered(tables, &composed))
        });
        let runs = runs.collect();
        Recording { recorded: self.sum, aligned, runs, of_union }
    }
}

impl Aligned {
    fn recording(&self, side: Side) -> &Recording {
        match side {
            Side::Base => &self.base,
            Side::New => &self.new,
        }
    }

    /// A side over the common tables.
    pub fn profile(&self, side: Side) -> &Arc<Profile> {
        &self.recording(side).aligned
    }

    /// A side as it was opened; the sum of its runs where there are several.
    pub fn recorded(&self, side: Side) -> &Arc<Profile> {
        &self.recording(side).recorded
    }

    /// The runs of a side over the common tables; empty where there is one.
    pub fn runs(&self, side: Side) -> &[Arc<Profile>] {
        &self.recording(side).runs
    }

    /// What a function of the common table is in the profile that was opened; `None` where that side lacks it.
    pub fn function(&self, side: Side, function: FunctionId) -> Option<FunctionId> {
        self.recording(side).of_union.get(function.index()).copied().flatten()
    }

    /// File and first line of a function as a side recorded them.
    pub fn place(&self, side: Side, function: FunctionId) -> Option<(&str, u32)> {
        let own = self.function(side, function)?;
        let recorded = self.recorded(side);
        Some((recorded.file(own), recorded.function(own).line))
    }

    /// A side over the common tables, but with every function it has in the file and on the line it was recorded at.
    pub(super) fn as_recorded(&self, side: Side) -> Arc<Profile> {
        let profile = self.profile(side);
        if side == Side::New {
            return Arc::clone(profile);
        }
        let placed = profile.placed(|f| self.place(side, f).map(|(file, line)| (file.to_owned(), line)));
        placed.map_or_else(|_| Arc::clone(profile), Arc::new)
    }

    /// The metrics both sides have, by id.
    pub fn metrics(&self) -> &[CommonMetric] {
        &self.metrics
    }

    /// Whether values can be subtracted, or only shares.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The one file of each side's own code, where they are compared although they have other names.
    pub fn main_files(&self) -> Option<(&str, &str)> {
        self.main_files.as_ref().map(|(base, new)| (base.as_str(), new.as_str()))
    }
}

/// What the base side's ids are in the common tables, which begin with those of the new side.
fn base_numbering(
    base: &Profile,
    new: &Profile,
    matched: &Matched,
    union: &mut UnionBuilder,
    metrics: Vec<MetricId>,
) -> Result<Renumbering, BuildError> {
    // Files both sides have are spelled as the new side does.
    let mut spelling: Vec<Option<StringId>> = vec![None; base.strings().len()];
    let mut of_number = rustc_hash::FxHashMap::default();
    for (file, number) in &matched.files.of_new {
        of_number.entry(*number).or_insert(*file);
    }
    for (file, number) in &matched.files.of_base {
        spelling[file.index()] = of_number.get(number).copied();
    }
    for (file, path) in &matched.files.spelled_as_new {
        spelling[file.index()] = Some(union.string(path)?);
    }
    let mut functions = Vec::with_capacity(base.functions().len());
    for (function, new_function) in base.functions().iter().zip(&matched.new_of) {
        if let Some(id) = new_function {
            functions.push(*id);
            continue;
        }
        let file = match spelling[function.file.index()] {
            Some(file) => file,
            None => union.string(base.text(function.file))?,
        };
        let name = union.string(base.text(function.name))?;
        let object = union.string(base.text(function.object))?;
        functions.push(union.add_function(Function { name, file, object, ..*function })?);
    }
    let mut frames: Vec<FrameId> = Vec::with_capacity(base.frames().len());
    for frame in base.frames() {
        let function = functions[frame.function.index()];
        let (old_first, new_first) =
            (base.function(frame.function).line, new.functions().get(function.index()).map_or(0, |f| f.line));
        // A function that moved took its lines with it.
        let line = moved(frame.line, old_first, new_first);
        frames.push(union.frame(Frame { function, line, ..*frame })?);
    }
    let tracks = base_tracks(base, new, union)?;
    let label_sets = union.label_sets(base)?;
    Ok(Renumbering { functions, frames, tracks, label_sets, metrics })
}

/// Threads are the same by name, and those of one name in the order they were recorded: ids differ from run to run.
fn base_tracks(base: &Profile, new: &Profile, union: &mut UnionBuilder) -> Result<Vec<TrackId>, BuildError> {
    let mut taken = vec![false; new.tracks().len()];
    let sole = base.tracks().len() == 1 && new.tracks().len() == 1;
    let mut tracks = Vec::with_capacity(base.tracks().len());
    for track in base.tracks() {
        let same = |other: &Track| sole || other.name == track.name;
        let found = (0..taken.len()).find(|&i| !taken[i] && same(&new.tracks()[i]));
        tracks.push(match found {
            Some(i) => {
                taken[i] = true;
                TrackId::at(i)
            }
            None => union.add_track(track.clone())?,
        });
    }
    Ok(tracks)
}

/// The metrics both sides have, as pairs of ids, and how they can be compared.
fn common_metrics(base: &Profile, new: &Profile) -> Result<(Vec<(MetricId, MetricId)>, Basis), AlignError> {
    let ids = |profile: &Profile| (0..profile.metrics().len()).map(MetricId::at).collect::<Vec<_>>();
    let mut pairs: Vec<(MetricId, MetricId)> = Vec::new();
    for n in ids(new) {
        let same = |b: &MetricId| base.metric(*b) == new.metric(n) && pairs.iter().all(|(taken, _)| taken != b);
        if let Some(b) = ids(base).into_iter().find(same) {
            pairs.push((b, n));
        }
    }
    let same_profiler = profiler(base) == profiler(new) || unnamed(base, new).is_some();
    if !pairs.is_empty() {
        return Ok((pairs, if same_profiler { Basis::Values } else { Basis::Shares }));
    }
    let (b, n) = (base.default_metric(), new.default_metric());
    let (base_unit, new_unit) = (&base.metric(b).unit, &new.metric(n).unit);
    if base_unit == new_unit || (measures_time(base_unit) && measures_time(new_unit)) {
        let basis = if base_unit == new_unit && same_profiler { Basis::Values } else { Basis::Shares };
        return Ok((vec![(b, n)], basis));
    }
    Err(AlignError::NothingInCommon { base: metric_names(base), new: metric_names(new) })
}

/// The profiler, without its version; the format where the file does not say.
pub(super) fn profiler(profile: &Profile) -> &str {
    let origin = profile.origin();
    match origin.producer.split(['@', ' ']).next() {
        Some(name) if !name.is_empty() => name,
        _ => origin.format,
    }
}

/// The side that does not say which profiler counted its samples, where the other one does: collapsed stacks of py-spy
/// are told from others by their threads, if they have any. Counts of samples are the same thing everywhere.
pub(super) fn unnamed(base: &Profile, new: &Profile) -> Option<Side> {
    let counts_samples = |p: &Profile| !is_graph(p) && p.metric(p.default_metric()).unit == Unit::Samples;
    if !counts_samples(base) || !counts_samples(new) {
        return None;
    }
    match (base.origin().producer.is_empty(), new.origin().producer.is_empty()) {
        (true, false) => Some(Side::Base),
        (false, true) => Some(Side::New),
        _ => None,
    }
}

/// Samples stand for time, as long as they are taken at one rate.
fn measures_time(unit: &Unit) -> bool {
    matches!(unit, Unit::Nanoseconds | Unit::Samples)
}

fn metric_names(profile: &Profile) -> String {
    let names = profile.metrics().iter().map(|m| format!("{} ({})", m.name, m.unit.name()));
    names.collect::<Vec<_>>().join(", ")
}

/// Whether a profile holds a call graph.
pub(super) fn is_graph(profile: &Profile) -> bool {
    matches!(profile.body(), Body::Graph(_))
}
