//! Several runs of one program: their sum, and what lies between them.

use super::matching::plain;
use crate::model::{
    Body, BuildError, FrameId, Function, FunctionId, GraphBuilder, Metric, MetricId, Profile, ProfileBuilder,
    Renumbering, Stacks, TimeMeaning, Track, TrackId,
};

/// The sum of several runs.
pub(super) struct Merged {
    pub(super) profile: Profile,
    /// What the ids of each run are in the sum. Metrics run the other way: by metric of the sum, that of the run.
    pub(super) numberings: Vec<Renumbering>,
}

/// Why runs cannot be added up.
#[derive(Debug, thiserror::Error)]
pub(super) enum MergeError {
    #[error("some hold whole stacks, others a call graph")]
    Kinds,
    #[error("no metric is in all of them")]
    Metrics,
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// Adds up runs: functions of one name, file, line and object are the same, as for `pstats.Stats.add` and pprof. Built-ins
/// whose names hold an address, which pstats keeps apart, are the same without it.
pub(super) fn merge(runs: &[std::sync::Arc<Profile>]) -> Result<Merged, MergeError> {
    let Some(first) = runs.first() else { return Err(MergeError::Metrics) };
    let common: Vec<&Metric> =
        first.metrics().iter().filter(|m| runs.iter().all(|run| run.metrics().contains(m))).collect();
    if common.is_empty() {
        return Err(MergeError::Metrics);
    }
    let metrics = |run: &Profile| -> Vec<MetricId> {
        let position = |m: &&Metric| run.metrics().iter().position(|other| other == *m);
        common.iter().filter_map(position).map(MetricId::at).collect()
    };
    let default = common.iter().position(|m| *m == first.metric(first.default_metric()));
    let graphs = runs.iter().filter(|run| super::align::is_graph(run)).count();
    if graphs == runs.len() {
        merge_graphs(runs, &common, default, metrics)
    } else if graphs == 0 {
        merge_stacks(runs, &common, default, metrics)
    } else {
        Err(MergeError::Kinds)
    }
}

fn merge_stacks(
    runs: &[std::sync::Arc<Profile>],
    common: &[&Metric],
    default: Option<usize>,
    metrics: impl Fn(&Profile) -> Vec<MetricId>,
) -> Result<Merged, MergeError> {
    let mut b = ProfileBuilder::new(runs.first().map_or("", |run| run.origin().format));
    for metric in common {
        b.metric(&metric.name, metric.unit.clone());
    }
    if let Some(default) = default {
        b.set_default_metric(MetricId::at(default));
    }
    let mut numberings = Vec::with_capacity(runs.len());
    for run in runs {
        let Body::Stacks(body) = run.body() else { continue };
        let metrics = metrics(run);
        let functions: Vec<FunctionId> = run
            .functions()
            .iter()
            .map(|f| {
                let [file, object] = [f.file, f.object].map(|text| b.string(run.text(text)));
                // Addresses differ from run to run.
                let name = b.string(&plain(run.text(f.name)));
                b.function(Function { name, file, line: f.line, object })
            })
            .collect();
        let frames: Vec<FrameId> = run
            .frames()
            .iter()
            .map(|frame| b.frame_of(crate::model::Frame { function: functions[frame.function.index()], ..*frame }))
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
    // The runs lie one after another: the order of samples means nothing between them.
    fill_origin(b.origin_mut(), runs);
    Ok(Merged { profile: b.finish()?, numberings })
}

/// The id of each stack of a run. Parents come before their children.
fn added_stacks(b: &mut ProfileBuilder, stacks: &Stacks, frames: &[FrameId]) -> Vec<crate::model::StackId> {
    let mut added = vec![crate::model::StackId::EMPTY; stacks.len()];
    for row in 1..stacks.len() {
        let parent = added[stacks.parents()[row].index()];
        added[row] = b.stack(parent, frames[stacks.frames()[row].index()]);
    }
    added
}

fn merge_graphs(
    runs: &[std::sync::Arc<Profile>],
    common: &[&Metric],
    default: Option<usize>,
    metrics: impl Fn(&Profile) -> Vec<MetricId>,
) -> Result<Merged, MergeError> {
    let mut b = GraphBuilder::new(runs.first().map_or("", |run| run.origin().format));
    for metric in common {
        b.metric(&metric.name, metric.unit.clone());
    }
    if let Some(default) = default {
        b.set_default_metric(MetricId::at(default));
    }
    let mut numberings = Vec::with_capacity(runs.len());
    for run in runs {
        let Body::Graph(graph) = run.body() else { continue };
        let metrics = metrics(run);
        if !graph.has_calls() {
            b.without_calls();
        }
        if !graph.has_edge_costs() {
            b.without_edge_costs();
        }
        let functions: Vec<FunctionId> = run
            .functions()
            .iter()
            .map(|f| {
                let [file, object] = [f.file, f.object].map(|text| b.string(run.text(text)));
                // Addresses differ from run to run.
                let name = b.string(&plain(run.text(f.name)));
                b.function(Function { name, file, line: f.line, object })
            })
            .collect();
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
        let tracks = vec![TrackId(0); run.tracks().len()];
        numberings.push(Renumbering { functions, frames: Vec::new(), tracks, label_sets: Vec::new(), metrics });
    }
    fill_origin(b.origin_mut(), runs);
    Ok(Merged { profile: b.finish()?, numberings })
}

/// Ids of threads and processes differ from run to run.
fn without_ids(track: &Track) -> Track {
    let tid = if track.name.is_empty() { track.tid } else { None };
    Track { pid: None, tid, ..track.clone() }
}

fn fill_origin(origin: &mut crate::model::Origin, runs: &[std::sync::Arc<Profile>]) {
    let Some(first) = runs.first() else { return };
    let of = first.origin();
    let shared =
        |same: fn(&crate::model::Origin, &crate::model::Origin) -> bool| runs.iter().all(|r| same(r.origin(), of));
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
