//! What each line of one file cost.

use super::{Analysis, MergedTree, PathWalk, Step, analysis::Counted};
use crate::model::{Body, CallGraph, FunctionId, LineProfile, MetricId, Profile, StackProfile, StringId};
use std::collections::BTreeMap;

/// What the figures of a [`FileHeat`] were made from, which decides what they mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeatKind {
    /// Recorded line by line: time and hits are exact, and a line's time includes what it called.
    Recorded,
    /// Counted from the lines on recorded stacks: own and total cost of each line, each sample once.
    Sampled,
    /// The profile names no lines: the figures are those of whole functions and stand where each begins.
    Functions,
}

/// A line that cost something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineHeat {
    /// Counted from one.
    pub line: u32,
    /// Cost in the line itself; where lines were recorded, the same as the total.
    pub own: i64,
    /// Cost in the line and everything it called.
    pub total: i64,
    /// How often the line ran, or the function was called, where recorded.
    pub hits: Option<i64>,
    /// The function it belongs to; the costliest, where several share a line.
    pub function: FunctionId,
    /// The function's total: what `line_profiler` takes shares of.
    pub function_total: i64,
}

/// The lines of one file that cost something, from the first to the last.
#[derive(Clone, PartialEq, Debug)]
pub struct FileHeat {
    /// What the figures mean.
    pub kind: HeatKind,
    /// By line.
    pub lines: Vec<LineHeat>,
    /// The functions of the profile in this file.
    pub functions: Vec<FunctionId>,
    /// The sum of everything counted, in every file.
    pub sum: i64,
}

impl FileHeat {
    /// The figures of a line.
    pub fn line(&self, line: u32) -> Option<&LineHeat> {
        self.lines.binary_search_by_key(&line, |l| l.line).ok().map(|i| &self.lines[i])
    }
}

impl Analysis {
    /// What each line of a file cost, of the samples, thread and metric the query asks for.
    ///
    /// A line is what it is: transforms leave samples out (focus, drop), but move no cost from one line to another.
    pub fn file_heat(&self, file: StringId) -> FileHeat {
        let profile = self.profile();
        let functions: Vec<FunctionId> =
            (0..profile.functions().len()).map(FunctionId::at).filter(|&f| profile.function(f).file == file).collect();
        let metric = self.query().metric;
        let (kind, lines) = match (profile.body(), &self.counted) {
            (Body::Lines(lines), _) => (HeatKind::Recorded, recorded(profile, lines, metric, file)),
            (Body::Stacks(body), Counted::Stacks { tree, .. }) => self.sampled(body, tree, file),
            (Body::Graph(graph), _) => (HeatKind::Functions, of_graph(profile, graph, metric, &functions)),
            // An analysis counts its own profile.
            (Body::Stacks(_), _) => (HeatKind::Sampled, Vec::new()),
        };
        FileHeat { kind, lines, functions, sum: self.sum() }
    }

    fn sampled(&self, body: &StackProfile, tree: &MergedTree, file: StringId) -> (HeatKind, Vec<LineHeat>) {
        let (profile, stacks) = (self.profile(), &body.stacks);
        let mut own = vec![0_i64; stacks.len()];
        for (stack, weight) in self.query().counted(&body.samples) {
            if tree.node_of(stack).is_some() {
                own[stack.index()] = own[stack.index()].saturating_add(weight);
            }
        }
        let mut total = own.clone();
        for stack in (1..stacks.len()).rev() {
            let parent = stacks.parents()[stack].index();
            total[parent] = total[parent].saturating_add(total[stack]);
        }
        // The frames of this file, and where each stands: on its line, or at its function's first where it names none.
        let has_lines = profile.frames().iter().any(|f| f.line != 0 && profile.function(f.function).file == file);
        let place = |stack: u32| {
            let frame = profile.frame(stacks.frames()[stack as usize]);
            let function = profile.function(frame.function);
            (function.file == file).then_some((if has_lines { frame.line } else { function.line }, frame.function))
        };
        let mut lines: BTreeMap<u32, Sums> = BTreeMap::new();
        let mut function_totals: BTreeMap<FunctionId, i64> = BTreeMap::new();
        let mut on_path: BTreeMap<u32, u32> = BTreeMap::new();
        let mut functions_on_path: BTreeMap<FunctionId, u32> = BTreeMap::new();
        let mut walk = PathWalk::new(stacks.len());
        for stack in (1..stacks.len() as u32).filter(|&s| total[s as usize] != 0 || own[s as usize] != 0) {
            walk.go_to(
                stack,
                |s| stacks.parents()[s as usize].0,
                |step| match step {
                    Step::Leave(s) => {
                        if let Some((line, function)) = place(s) {
                            *on_path.entry(line).or_default() -= 1;
                            *functions_on_path.entry(function).or_default() -= 1;
                        }
                    }
                    Step::Enter(s) => {
                        let Some((line, function)) = place(s) else { return };
                        let (here, inside) =
                            (on_path.entry(line).or_default(), functions_on_path.entry(function).or_default());
                        // Rows entered on the way were counted when it was their turn.
                        if s == stack {
                            let sums = lines.entry(line).or_default();
                            let cost = if *here == 0 { total[s as usize] } else { 0 };
                            sums.add(function, own[s as usize], cost);
                            if *inside == 0 {
                                *function_totals.entry(function).or_default() += total[s as usize];
                            }
                        }
                        *here += 1;
                        *inside += 1;
                    }
                },
            );
        }
        lines.remove(&0);
        let kind = if has_lines { HeatKind::Sampled } else { HeatKind::Functions };
        let total_of = |f: FunctionId| function_totals.get(&f).copied().unwrap_or(0);
        (kind, lines.into_iter().map(|(line, sums)| sums.into_line(line, total_of)).collect())
    }
}

/// The figures of a line while they are added up.
#[derive(Default)]
struct Sums {
    own: i64,
    total: i64,
    hits: Option<i64>,
    by_function: BTreeMap<FunctionId, i64>,
}

impl Sums {
    fn add(&mut self, function: FunctionId, own: i64, total: i64) {
        self.own = self.own.saturating_add(own);
        self.total = self.total.saturating_add(total);
        let of_function = self.by_function.entry(function).or_default();
        *of_function = of_function.saturating_add(total);
    }

    fn into_line(self, line: u32, total_of: impl Fn(FunctionId) -> i64) -> LineHeat {
        let costliest = self.by_function.iter().max_by_key(|(f, cost)| (**cost, std::cmp::Reverse(**f)));
        let function = costliest.map_or(FunctionId(0), |(f, _)| *f);
        let function_total = total_of(function);
        LineHeat { line, own: self.own, total: self.total, hits: self.hits, function, function_total }
    }
}

fn recorded(profile: &Profile, recorded: &LineProfile, metric: MetricId, file: StringId) -> Vec<LineHeat> {
    let mut lines: BTreeMap<u32, Sums> = BTreeMap::new();
    let mut function_totals: BTreeMap<FunctionId, i64> = BTreeMap::new();
    for ((frame, &cost), &hits) in profile.frames().iter().zip(recorded.costs(metric)).zip(recorded.hits()) {
        if profile.function(frame.function).file != file {
            continue;
        }
        let sums = lines.entry(frame.line).or_default();
        sums.add(frame.function, cost, cost);
        sums.hits = Some(sums.hits.unwrap_or(0).saturating_add(hits));
        let total = function_totals.entry(frame.function).or_default();
        *total = total.saturating_add(cost);
    }
    let total_of = |f: FunctionId| function_totals.get(&f).copied().unwrap_or(0);
    lines.into_iter().map(|(line, sums)| sums.into_line(line, total_of)).collect()
}

/// Functions where they begin. Totals of functions on one line (two lambdas) are not added up: one may call the other.
fn of_graph(profile: &Profile, graph: &CallGraph, metric: MetricId, functions: &[FunctionId]) -> Vec<LineHeat> {
    let mut lines: BTreeMap<u32, Sums> = BTreeMap::new();
    for &f in functions.iter().filter(|&&f| profile.function(f).line != 0) {
        let (own, total) = (graph.own(metric)[f.index()], graph.total(metric)[f.index()]);
        let sums = lines.entry(profile.function(f).line).or_default();
        let largest = sums.total.max(total);
        sums.add(f, own, total);
        sums.total = largest;
        let calls = graph.calls()[f.index()];
        if graph.has_calls() && calls >= 0 {
            sums.hits = Some(sums.hits.unwrap_or(0).saturating_add(calls));
        }
    }
    let total_of = |f: FunctionId| graph.total(metric)[f.index()];
    lines.into_iter().map(|(line, sums)| sums.into_line(line, total_of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{GroupId, Query, Transform};
    use crate::model::{Function, GraphBuilder, LineBuilder, ProfileBuilder, Track, Unit};
    use std::sync::Arc;

    /// Stacks as text, outermost first: `main:3;parse:9`. All functions lie in `a.py` but those that begin with `lib`.
    fn stacks(samples: &[(&str, i64)]) -> Analysis {
        let mut b = ProfileBuilder::new("test");
        b.metric("samples", Unit::Samples);
        let track = b.track(Track::default());
        for (text, weight) in samples {
            let frames: Vec<_> = text
                .split(';')
                .map(|frame| {
                    let (name, line) = frame.split_once(':').unwrap_or((frame, "0"));
                    let file = if name.starts_with("lib") { "lib.py" } else { "a.py" };
                    let function = b.function_named(name, file, 1);
                    b.frame(function, line.parse().expect("a line"))
                })
                .collect();
            let stack = b.stack_of(&frames);
            b.sample(track, stack, None, &[*weight]);
        }
        analysis(b.finish().expect("builds"), Vec::new())
    }

    fn analysis(profile: Profile, transforms: Vec<Transform>) -> Analysis {
        let profile = Arc::new(profile);
        let query = Query { transforms, ..Query::new(&profile) };
        Analysis::new(profile, query, None)
    }

    fn heat(analysis: &Analysis) -> FileHeat {
        let profile = analysis.profile();
        let file = profile.functions().iter().find(|f| profile.text(f.file) == "a.py").expect("is there").file;
        analysis.file_heat(file)
    }

    fn figures(heat: &FileHeat) -> Vec<(u32, i64, i64)> {
        heat.lines.iter().map(|l| (l.line, l.own, l.total)).collect()
    }

    const SAMPLES: &[(&str, i64)] =
        &[("main:3;parse:9", 5), ("main:3;parse:9;parse:9", 2), ("main:3;lib:1", 4), ("main:7", 1), ("lib:8", 9)];

    #[test]
    fn a_sample_counts_once_for_a_line_however_often_it_recurs() {
        let heat = heat(&stacks(SAMPLES));
        assert_eq!(figures(&heat), [(3, 0, 11), (7, 1, 1), (9, 7, 7)]);
        assert_eq!((heat.kind, heat.sum), (HeatKind::Sampled, 21));
        assert_eq!(heat.line(9).map(|l| l.function_total), Some(7));
        assert_eq!(heat.line(8), None, "another file's line");
    }

    #[test]
    fn dropped_samples_do_not_count() {
        let all = stacks(SAMPLES);
        let parse = all.groups().ids().find(|&g| all.name(g) == "parse").expect("is there");
        let query = Query { transforms: vec![Transform::Drop(parse)], ..all.query().clone() };
        let fewer = Analysis::new(Arc::clone(all.profile()), query, None);
        assert_eq!(figures(&heat(&fewer)), [(3, 0, 4), (7, 1, 1)]);
    }

    #[test]
    fn without_lines_the_figures_are_those_of_functions() {
        let heat = heat(&stacks(&[("main;parse", 5), ("main;parse;parse", 2), ("main", 1)]));
        assert_eq!(heat.kind, HeatKind::Functions);
        assert_eq!(figures(&heat), [(1, 8, 8)], "both begin at line 1");
    }

    #[test]
    fn call_graphs_give_functions_where_they_begin() {
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let file = b.string("a.py");
        for (name, line, own, total) in [("f", 4, 10, 30), ("<lambda>", 9, 5, 5), ("<lambda>2", 9, 7, 12)] {
            let name = b.string(name);
            let f = b.function(Function { name, file, line, object: StringId::EMPTY });
            b.add(f, 3, 3, &[own], &[total]);
        }
        let heat = heat(&analysis(b.finish().expect("builds"), Vec::new()));
        assert_eq!(figures(&heat), [(4, 10, 30), (9, 12, 12)]);
        assert_eq!((heat.kind, heat.line(9).and_then(|l| l.hits)), (HeatKind::Functions, Some(6)));
    }

    #[test]
    fn recorded_lines_keep_hits_and_their_functions_total() {
        let mut b = LineBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let (name, file) = (b.string("f"), b.string("a.py"));
        let f = b.function(Function { name, file, line: 1, object: StringId::EMPTY });
        b.add(f, 2, 10, &[30]);
        b.add(f, 3, 20, &[70]);
        let all = analysis(b.finish().expect("builds"), Vec::new());
        let heat = heat(&all);
        assert_eq!(figures(&heat), [(2, 30, 30), (3, 70, 70)]);
        let line = heat.line(3).expect("cost something");
        assert_eq!((line.hits, line.function_total, heat.kind), (Some(20), 100, HeatKind::Recorded));
        assert_eq!(all.table().total(GroupId(0)), 100);
        assert!(all.tree(crate::analyze::Detail::ALL).is_empty());
    }
}
