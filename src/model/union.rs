//! Tables that several profiles share, so that one id means one thing in each of them.

use super::{
    Body, BuildError, CallEdge, CallGraph, Frame, FrameId, Function, FunctionId, Label, LabelValue, LineProfile,
    MetricId, Profile, Samples, StackProfile, Stacks, StringId, Strings, Track, TrackId, graph::EdgeRows,
    strings::Interner,
};
use rustc_hash::FxHashMap;

/// The tables of one profile, to which those of others are added. The first profile's own ids stay valid.
#[derive(Debug)]
pub struct UnionBuilder {
    strings: Interner,
    functions: Vec<Function>,
    frames: Vec<Frame>,
    frame_index: FxHashMap<Frame, FrameId>,
    tracks: Vec<Track>,
}

impl UnionBuilder {
    /// Begins with the tables of a profile.
    pub fn new(first: &Profile) -> Self {
        Self {
            strings: Interner::of(first.strings.clone()),
            functions: first.functions.clone(),
            frame_index: first.frames.iter().enumerate().map(|(i, f)| (*f, FrameId::at(i))).collect(),
            frames: first.frames.clone(),
            tracks: first.tracks.clone(),
        }
    }

    /// The id of a text.
    pub fn string(&mut self, text: &str) -> Result<StringId, BuildError> {
        self.strings.intern(text)
    }

    /// The functions so far, by id.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The threads so far, by id.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// Adds a function that no other stands for.
    pub fn add_function(&mut self, function: Function) -> Result<FunctionId, BuildError> {
        let id = FunctionId(free_row(self.functions.len(), "functions")?);
        self.functions.push(function);
        Ok(id)
    }

    /// The id of a frame; equal frames share one.
    pub fn frame(&mut self, frame: Frame) -> Result<FrameId, BuildError> {
        if let Some(&id) = self.frame_index.get(&frame) {
            return Ok(id);
        }
        let id = FrameId(free_row(self.frames.len(), "frames")?);
        self.frames.push(frame);
        self.frame_index.insert(frame, id);
        Ok(id)
    }

    /// Adds a thread that no other stands for.
    pub fn add_track(&mut self, track: Track) -> Result<TrackId, BuildError> {
        let id = TrackId(free_row(self.tracks.len(), "threads")?);
        self.tracks.push(track);
        Ok(id)
    }

    /// The sets of labels of a profile's samples, with their texts as this union numbers them.
    pub fn label_sets(&mut self, profile: &Profile) -> Result<Vec<Box<[Label]>>, BuildError> {
        let Body::Stacks(body) = profile.body() else { return Ok(Vec::new()) };
        let mut sets = Vec::with_capacity(body.samples.label_sets.len());
        for set in &body.samples.label_sets {
            let mut labels = Vec::with_capacity(set.len());
            for label in set {
                let key = self.string(profile.text(label.key))?;
                let value = match label.value {
                    LabelValue::Text(text) => LabelValue::Text(self.string(profile.text(text))?),
                    LabelValue::Number(n, unit) => LabelValue::Number(n, self.string(profile.text(unit))?),
                };
                labels.push(Label { key, value });
            }
            sets.push(labels.into_boxed_slice());
        }
        Ok(sets)
    }

    /// Seals the tables.
    pub fn finish(self) -> UnionTables {
        UnionTables {
            strings: self.strings.finish(),
            functions: self.functions,
            frames: self.frames,
            tracks: self.tracks,
        }
    }
}

fn free_row(rows: usize, what: &'static str) -> Result<u32, BuildError> {
    // The last id is kept free for "none".
    if rows < u32::MAX as usize { Ok(rows as u32) } else { Err(BuildError::TooManyRows(what)) }
}

/// The tables that several profiles share.
#[derive(Debug)]
pub struct UnionTables {
    strings: Strings,
    functions: Vec<Function>,
    frames: Vec<Frame>,
    tracks: Vec<Track>,
}

/// What the ids of one profile are in a union: by function, frame and thread.
#[derive(Debug, Default)]
pub struct Renumbering {
    /// Several functions may become one: its figures are theirs added up, as far as that can be done.
    pub functions: Vec<FunctionId>,
    /// Several frames may become one.
    pub frames: Vec<FrameId>,
    /// Several threads may become one.
    pub tracks: Vec<TrackId>,
    /// From [`UnionBuilder::label_sets`].
    pub label_sets: Vec<Box<[Label]>>,
    /// The metrics to keep, in their new order.
    pub metrics: Vec<MetricId>,
}

impl Renumbering {
    /// The numbering of the profile that the union began with.
    pub fn of_first(profile: &Profile, metrics: Vec<MetricId>) -> Self {
        let label_sets = match profile.body() {
            Body::Stacks(body) => body.samples.label_sets.clone(),
            Body::Graph(_) | Body::Lines(_) => Vec::new(),
        };
        Self {
            functions: (0..profile.functions.len()).map(FunctionId::at).collect(),
            frames: (0..profile.frames.len()).map(FrameId::at).collect(),
            tracks: (0..profile.tracks.len()).map(TrackId::at).collect(),
            label_sets,
            metrics,
        }
    }
}

impl Profile {
    /// The same recording over the tables of a union: figures as they are, ids as the union numbers them.
    #[must_use]
    pub fn renumbered(&self, union: &UnionTables, ids: &Renumbering) -> Self {
        let body = match &self.body {
            Body::Stacks(body) => Body::Stacks(renumbered_stacks(body, ids)),
            Body::Graph(graph) => Body::Graph(renumbered_graph(graph, union.functions.len(), ids)),
            Body::Lines(lines) => Body::Lines(renumbered_lines(lines, union, ids)),
        };
        let default_metric = ids.metrics.iter().position(|m| *m == self.default_metric).unwrap_or(0);
        Self {
            strings: union.strings.clone(),
            functions: union.functions.clone(),
            frames: union.frames.clone(),
            tracks: union.tracks.clone(),
            metrics: ids.metrics.iter().map(|m| self.metrics[m.index()].clone()).collect(),
            default_metric: MetricId::at(default_metric),
            body,
            origin: self.origin.clone(),
            warnings: self.warnings.clone(),
        }
    }
}

impl Profile {
    /// The same recording with functions at other places: file and first line, `None` where they stay. The lines of a
    /// function move with it.
    pub fn placed(&self, place: impl Fn(FunctionId) -> Option<(String, u32)>) -> Result<Self, BuildError> {
        let mut union = UnionBuilder::new(self);
        for i in 0..union.functions.len() {
            let Some((file, line)) = place(FunctionId::at(i)) else { continue };
            let file = union.string(&file)?;
            let function = &mut union.functions[i];
            function.file = file;
            function.line = line;
        }
        for frame in &mut union.frames {
            let (from, to) =
                (self.functions[frame.function.index()].line, union.functions[frame.function.index()].line);
            frame.line = moved(frame.line, from, to);
        }
        let metrics = (0..self.metrics.len()).map(MetricId::at).collect();
        Ok(self.renumbered(&union.finish(), &Renumbering::of_first(self, metrics)))
    }
}

/// Where a line of a function is, after its first line has moved; where one of them is not known, it stays.
pub fn moved(line: u32, from: u32, to: u32) -> u32 {
    if line == 0 || from == 0 || to == 0 {
        return line;
    }
    u32::try_from(i64::from(line) + i64::from(to) - i64::from(from)).unwrap_or(line)
}

fn renumbered_stacks(body: &StackProfile, ids: &Renumbering) -> StackProfile {
    let (stacks, samples) = (&body.stacks, &body.samples);
    // The empty stack's frame has no meaning, and no row to look up.
    let frames = stacks.frames.iter().map(|f| ids.frames.get(f.index()).copied().unwrap_or(*f)).collect();
    StackProfile {
        stacks: Stacks { parents: stacks.parents.clone(), frames },
        samples: Samples {
            stacks: samples.stacks.clone(),
            tracks: samples.tracks.iter().map(|t| ids.tracks[t.index()]).collect(),
            weights: ids.metrics.iter().map(|m| samples.weights[m.index()].clone()).collect(),
            starts_ns: samples.starts_ns.clone(),
            lasting: ids.metrics.iter().map(|m| samples.lasting.get(m.index()).copied().unwrap_or(false)).collect(),
            labels: samples.labels.clone(),
            label_sets: ids.label_sets.clone(),
        },
    }
}

fn renumbered_lines(lines: &LineProfile, union: &UnionTables, ids: &Renumbering) -> LineProfile {
    let column = |values: &[i64]| {
        let mut column = vec![0_i64; union.frames.len()];
        for (value, id) in values.iter().zip(&ids.frames) {
            column[id.index()] = column[id.index()].saturating_add(*value);
        }
        column
    };
    let mut missing_lines = vec![true; union.frames.len()];
    for (frame, id) in ids.frames.iter().enumerate() {
        missing_lines[id.index()] &= !lines.holds_line(FrameId::at(frame));
    }
    let mut missing_functions = vec![true; union.functions.len()];
    for (function, id) in ids.functions.iter().enumerate() {
        missing_functions[id.index()] = !lines.holds(FunctionId::at(function));
    }
    LineProfile {
        hits: column(&lines.hits),
        costs: ids.metrics.iter().map(|m| column(&lines.costs[m.index()])).collect(),
        missing_lines,
        missing_functions,
    }
}

fn renumbered_graph(graph: &CallGraph, functions: usize, ids: &Renumbering) -> CallGraph {
    let column = |values: &[i64]| {
        let mut column = vec![0_i64; functions];
        for (value, id) in values.iter().zip(&ids.functions) {
            let sum = &mut column[id.index()];
            *sum = sum.saturating_add(*value);
        }
        column
    };
    let columns = |of: &[Vec<i64>]| ids.metrics.iter().map(|m| column(&of[m.index()])).collect();
    let mut missing = vec![true; functions];
    for (f, id) in ids.functions.iter().enumerate() {
        missing[id.index()] &= !graph.holds(FunctionId::at(f));
    }
    let mut renumbered = CallGraph {
        missing,
        own: columns(&graph.own),
        total: columns(&graph.total),
        calls: column(&graph.calls),
        primitive_calls: column(&graph.primitive_calls),
        has_calls: graph.has_calls,
        has_edge_costs: graph.has_edge_costs,
        ..CallGraph::default()
    };
    let mut rows = EdgeRows::default();
    let (mut own, mut total) = (Vec::new(), Vec::new());
    for (e, edge) in graph.edges.iter().enumerate() {
        let costs = |columns: &[Vec<i64>], costs: &mut Vec<i64>| {
            costs.clear();
            costs.extend(ids.metrics.iter().map(|m| columns[m.index()][e]));
        };
        costs(&graph.edge_own, &mut own);
        costs(&graph.edge_total, &mut total);
        let (caller, callee) = (ids.functions[edge.caller.index()], ids.functions[edge.callee.index()]);
        rows.push(CallEdge { caller, callee, ..*edge }, &own, &total);
    }
    rows.index_into(&mut renumbered, functions, ids.metrics.len());
    renumbered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{GraphBuilder, ProfileBuilder, Unit};

    #[test]
    fn a_call_graph_keeps_its_figures_and_edges_under_other_ids() -> Result<(), BuildError> {
        let mut b = GraphBuilder::new("test");
        b.metric("dropped", Unit::Bytes);
        b.metric("time", Unit::Nanoseconds);
        let [f, g] = ["f", "g"].map(|name| {
            let name = b.string(name);
            b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY })
        });
        b.add(f, 1, 1, &[1, 10], &[1, 30]);
        b.add(g, 2, 1, &[2, 20], &[2, 20]);
        b.add_edge(f, g, (2, 1), &[0, 20], &[0, 20]);
        let profile = b.finish()?;
        let mut other = ProfileBuilder::new("test");
        other.function_named("h", "", 0);
        let mut union = UnionBuilder::new(&other.finish()?);
        let functions = profile.functions().iter().rev().map(|function| {
            let name = union.string(profile.text(function.name))?;
            union.add_function(Function { name, ..*function })
        });
        let mut functions: Vec<FunctionId> = functions.collect::<Result<_, _>>()?;
        functions.reverse();
        let union = union.finish();
        let ids =
            Renumbering { functions, tracks: vec![TrackId(0)], metrics: vec![MetricId(1)], ..Renumbering::default() };
        let renumbered = profile.renumbered(&union, &ids);
        let names: Vec<_> = (0..3).map(|i| renumbered.name(FunctionId(i)).to_owned()).collect();
        assert_eq!(names, ["h", "g", "f"]);
        assert_eq!(renumbered.metrics(), &profile.metrics()[1..]);
        let Body::Graph(graph) = renumbered.body() else { panic!("still a graph") };
        assert_eq!(graph.own(MetricId(0)), [0, 20, 10]);
        assert_eq!(graph.calls(), [0, 2, 1]);
        assert_eq!([0, 1, 2].map(|f| graph.holds(FunctionId(f))), [false, true, true]);
        let edge = CallEdge { caller: FunctionId(2), callee: FunctionId(1), calls: 2, primitive_calls: 1 };
        assert_eq!(graph.edges(), [edge]);
        assert_eq!(graph.edge_total(MetricId(0)), [20]);
        Ok(())
    }
}
