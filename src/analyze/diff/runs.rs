//! Several runs of one program: their sum, and what lies between them.

use super::matching::plain;
use crate::model::{
    Body, BuildError, Frame, FrameId, Function, FunctionId, GraphBuilder, LineBuilder, Metric, MetricId, Origin,
    Profile, ProfileBuilder, Renumbering, StackId, Stacks, StringId, TimeMeaning, Track, TrackId,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The sum of several runs.
pub(super) struct Merged {
    pub(super) profile: Profile,
    /// What the ids of each run are in the sum. Metrics run the other way: by metric of the sum, that of the run.
    pub(super) numberings: Vec<Renumbering>,
}

/// Why runs cannot be added up.
#[derive(Debug, thiserror::Error)]
pub(super) enum MergeError {
    #[error("some hold whole stacks, others a call graph or lines")]
    Kinds,
    #[error("no metric is in all of them")]
    Metrics,
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// Adds up runs: functions of one name, file, line and object are the same, as for `pstats.Stats.add` and pprof. Built-ins
/// whose names hold an address, which pstats keeps apart, are the same without it.
pub(super) fn merge(runs: &[Arc<Profile>]) -> Result<Merged, MergeError> {
    let Some(first) = runs.first() else { return Err(MergeError::Metrics) };
    let common: Vec<&Metric> =
        first.metrics().iter().filter(|m| runs.iter().all(|run| run.metrics().contains(m))).collect();
    if common.is_empty() {
        return Err(MergeError::Metrics);
    }
    let default = common.iter().position(|m| *m == first.metric(first.default_metric()));
    let sum = Sum { runs, common, default };
    let all = |kind: fn(&Body) -> bool| runs.iter().all(|run| kind(run.body()));
    if all(|body| matches!(body, Body::Graph(_))) {
        sum.of_graphs()
    } else if all(|body| matches!(body, Body::Stacks(_))) {
        sum.of_stacks()
    } else if all(|body| matches!(body, Body::Lines(_))) {
        sum.of_lines()
    } else {
        Err(MergeError::Kinds)
    }
}

/// What every builder has.
trait Builder {
    fn metric(&mut self, metric: &Metric);
    fn set_default_metric(&mut self, metric: MetricId);
    fn string(&mut self, text: &str) -> StringId;
    fn function(&mut self, function: Function) -> FunctionId;
    fn origin_mut(&mut self) -> &mut Origin;
}

macro_rules! builders {
    ($($name:ident),*) => {$(
        impl Builder for $name {
            fn metric(&mut self, metric: &Metric) {
                self.metric(&metric.name, metric.unit.clone());
            }

            fn set_default_metric(&mut self, metric: MetricId) {
                self.set_default_metric(metric);
            }

            fn string(&mut self, text: &str) -> StringId {
                self.string(text)
            }

            fn function(&mut self, function: Function) -> FunctionId {
                self.function(function)
            }

            fn origin_mut(&mut self) -> &mut Origin {
                self.origin_mut()
            }
        }
    )*};
}

builders!(ProfileBuilder, GraphBuilder, LineBuilder);

/// Runs that are to be added up.
struct Sum<'a> {
    runs: &'a [Arc<Profile>],
    /// The metrics all of them have.
    common: Vec<&'a Metric>,
    /// The one to show first, by position.
    default: Option<usize>,
}

impl Sum<'_> {
    /// A builder that knows the metrics and where the runs come from.
    fn begun<B: Builder>(&self, new: fn(&'static str) -> B) -> B {
        let mut b = new(self.runs.first().map_or("", |run| run.origin().format));
        for metric in &self.common {
            b.metric(metric);
        }
        if let Some(default) = self.default {
            b.set_default_metric(MetricId::at(default));
        }
        // The runs lie one after another: the order of samples means nothing between them.
        fill_origin(b.origin_mut(), self.runs);
        b
    }

    /// By metric of the sum, that of a run.
    fn metrics(&self, run: &Profile) -> Vec<MetricId> {
        let position = |m: &&Metric| run.metrics().iter().position(|other| other == *m);
        self.common.iter().filter_map(position).map(MetricId::at).collect()
    }

    fn of_stacks(&self) -> Result<Merged, MergeError> {
        let mut b = self.begun(ProfileBuilder::new);
        let mut numberings = Vec::with_capacity(self.runs.len());
        for run in self.runs {
            let Body::Stacks(body) = run.body() else { return Err(MergeError::Kinds) };
            let (metrics, functions) = (self.metrics(run), functions(&mut b, run));
            let frames: Vec<FrameId> = run
                .frames()
                .iter()
                .map(|frame| b.frame_of(Frame { function: functions[frame.function.index()], ..*frame }))
                .collect();
            let tracks: Vec<TrackId> = run.tracks().iter().map(|t| b.track_like(&without_ids(t))).collect();
            let stacks = added_stacks(&mut b, &body.stacks, &frames);
            let samples = &body.samples;
            let mut values = vec![0; metrics.len()];
            for (i, (stack, track)) in samples.stacks().iter().zip(samples.tracks()).enumerate() {
                for (value, metric) in values.iter_mut().zip(&metrics) {
                    *value = samples.weights(*metric)[i];
                }
                b.sample(tracks[track.index()], stacks[stack.index()], None, &values);
            }
            numberings.push(Renumbering { functions, frames, tracks, label_sets: Vec::new(), metrics });
        }
        Ok(Merged { profile: b.finish()?, numberings })
    }

    fn of_graphs(&self) -> Result<Merged, MergeError> {
        let mut b = self.begun(GraphBuilder::new);
        let mut numberings = Vec::with_capacity(self.runs.len());
        for run in self.runs {
            let Body::Graph(graph) = run.body() else { return Err(MergeError::Kinds) };
            let (metrics, functions) = (self.metrics(run), functions(&mut b, run));
            if !graph.has_calls() {
                b.without_calls();
            }
            if !graph.has_edge_costs() {
                b.without_edge_costs();
            }
            for (f, id) in functions.iter().enumerate() {
                let costs = |of: &dyn Fn(MetricId) -> i64| metrics.iter().map(|m| of(*m)).collect::<Vec<i64>>();
                let (own, total) = (costs(&|m| graph.own(m)[f]), costs(&|m| graph.total(m)[f]));
                b.add(*id, graph.calls()[f], graph.primitive_calls()[f], &own, &total);
            }
            for (e, edge) in graph.edges().iter().enumerate() {
                let costs = |of: &dyn Fn(MetricId) -> i64| metrics.iter().map(|m| of(*m)).collect::<Vec<i64>>();
                let (own, total) = (costs(&|m| graph.edge_own(m)[e]), costs(&|m| graph.edge_total(m)[e]));
                let (caller, callee) = (functions[edge.caller.index()], functions[edge.callee.index()]);
                b.add_edge(caller, callee, (edge.calls, edge.primitive_calls), &own, &total);
            }
            numberings.push(of_one_track(run, functions, Vec::new(), metrics));
        }
        Ok(Merged { profile: b.finish()?, numberings })
    }

    /// Lines of the same function and number are the same.
    fn of_lines(&self) -> Result<Merged, MergeError> {
        let mut b = self.begun(LineBuilder::new);
        let mut added = Vec::with_capacity(self.runs.len());
        for run in self.runs {
            let Body::Lines(lines) = run.body() else { return Err(MergeError::Kinds) };
            let (metrics, functions) = (self.metrics(run), functions(&mut b, run));
            for (i, (frame, hits)) in run.frames().iter().zip(lines.hits()).enumerate() {
                let costs: Vec<i64> = metrics.iter().map(|m| lines.costs(*m)[i]).collect();
                b.add(functions[frame.function.index()], frame.line, *hits, &costs);
            }
            added.push((functions, metrics));
        }
        let profile = b.finish()?;
        let rows = profile.frames().iter().enumerate().map(|(i, f)| ((f.function, f.line), FrameId::at(i)));
        let rows: FxHashMap<(FunctionId, u32), FrameId> = rows.collect();
        let numberings = self.runs.iter().zip(added).map(|(run, (functions, metrics))| {
            let row = |frame: &Frame| rows.get(&(functions[frame.function.index()], frame.line)).copied();
            let frames = run.frames().iter().filter_map(row).collect();
            of_one_track(run, functions, frames, metrics)
        });
        let numberings = numberings.collect();
        Ok(Merged { profile, numberings })
    }
}

/// The functions of a run in the sum.
fn functions<B: Builder>(b: &mut B, run: &Profile) -> Vec<FunctionId> {
    let add = |f: &Function| {
        let [file, object] = [f.file, f.object].map(|text| b.string(run.text(text)));
        // Addresses differ from run to run.
        let name = b.string(&plain(run.text(f.name)));
        b.function(Function { name, file, line: f.line, object })
    };
    run.functions().iter().map(add).collect()
}

/// The numbering of a run that was recorded as one.
fn of_one_track(
    run: &Profile,
    functions: Vec<FunctionId>,
    frames: Vec<FrameId>,
    metrics: Vec<MetricId>,
) -> Renumbering {
    let tracks = vec![TrackId(0); run.tracks().len()];
    Renumbering { functions, frames, tracks, label_sets: Vec::new(), metrics }
}

/// The id of each stack of a run. Parents come before their children.
fn added_stacks(b: &mut ProfileBuilder, stacks: &Stacks, frames: &[FrameId]) -> Vec<StackId> {
    let mut added = vec![StackId::EMPTY; stacks.len()];
    for row in 1..stacks.len() {
        let parent = added[stacks.parents()[row].index()];
        added[row] = b.stack(parent, frames[stacks.frames()[row].index()]);
    }
    added
}

/// Ids of threads and processes differ from run to run.
fn without_ids(track: &Track) -> Track {
    let tid = if track.name.is_empty() { track.tid } else { None };
    Track { pid: None, tid, ..track.clone() }
}

fn fill_origin(origin: &mut Origin, runs: &[Arc<Profile>]) {
    let Some(first) = runs.first() else { return };
    let of = first.origin();
    let shared = |same: fn(&Origin, &Origin) -> bool| runs.iter().all(|r| same(r.origin(), of));
    if shared(|a, b| a.producer == b.producer) {
        origin.producer.clone_from(&of.producer);
    }
    if shared(|a, b| a.interpreter == b.interpreter) {
        origin.interpreter.clone_from(&of.interpreter);
    }
    if shared(|a, b| a.period_ns == b.period_ns) {
        origin.period_ns = of.period_ns;
    }
    let mut durations = runs.iter().map(|r| r.origin().duration_ns);
    origin.duration_ns = durations.try_fold(0_i64, |sum, d| sum.checked_add(d?));
    origin.start_unix_ns = of.start_unix_ns;
    origin.time = TimeMeaning::None;
}
