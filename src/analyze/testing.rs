//! Profiles from text and trees as text, for tests. Also compiled into the property tests.

use crate::analyze::{Analysis, CallTree, Query};
use crate::model::{
    Frame, FrameId, Function, FunctionId, GraphBuilder, Profile, ProfileBuilder, StringId, TimeMeaning, Track, Unit,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A profile of samples, a line each: `main;parse;read 12`, outermost frame first.
///
/// A frame is `name`, `name:line`, `name@file` or `name:line@file`; `-` is the empty stack. Before the frames may stand
/// the thread, `#worker`, and the time the sample begins, `@20`; with times the weights are nanoseconds.
pub(crate) fn stacks(lines: &[&str]) -> Arc<Profile> {
    let timed = lines.iter().any(|line| line.split_whitespace().any(|word| word.starts_with('@')));
    let mut b = ProfileBuilder::new("test");
    b.metric("weight", if timed { Unit::Nanoseconds } else { Unit::Samples });
    b.origin_mut().time = if timed { TimeMeaning::Clock } else { TimeMeaning::Order };
    for line in lines {
        let (mut name, mut start, mut words) = ("main thread", None, Vec::new());
        for word in line.split_whitespace() {
            if let Some(thread) = word.strip_prefix('#') {
                name = thread;
            } else if let Some(time) = word.strip_prefix('@') {
                start = Some(number(time));
            } else {
                words.push(word);
            }
        }
        let [path, weight] = words[..] else { panic!("not a sample: {line}") };
        let frames: Vec<FrameId> =
            path.split(';').filter(|frame| *frame != "-").map(|text| frame(&mut b, text)).collect();
        let stack = b.stack_of(&frames);
        let track = b.track_like(&Track { name: name.to_owned(), ..Track::default() });
        b.sample(track, stack, start, &[number(weight)]);
    }
    Arc::new(b.finish().expect("the text is a profile"))
}

fn frame(b: &mut ProfileBuilder, text: &str) -> FrameId {
    let (text, file) = text.split_once('@').unwrap_or((text, ""));
    let (name, line) = text.split_once(':').unwrap_or((text, "0"));
    let function = b.function_named(name, file, 0);
    b.frame_of(Frame { function, line: number(line) as u32, inlined: false })
}

/// A call graph, a line for each function or edge: `main 10 100` is a function with its own and total cost,
/// `main>parse 90` what calls of an edge cost. `x5/2` after it: called five times, two of them not from within.
pub(crate) fn graph(lines: &[&str]) -> Arc<Profile> {
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    for line in lines {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let (mut calls, mut costs) = ((1, 1), Vec::new());
        for word in words {
            match word.strip_prefix('x') {
                Some(counts) => {
                    let (all, primitive) = counts.split_once('/').unwrap_or((counts, counts));
                    calls = (number(all), number(primitive));
                }
                None => costs.push(number(word)),
            }
        }
        match (name.split_once('>'), &costs[..]) {
            (Some((caller, callee)), &[total]) => {
                let (caller, callee) = (function(&mut b, caller), function(&mut b, callee));
                b.add_edge(caller, callee, calls, &[0], &[total]);
            }
            (None, &[own, total]) => {
                let function = function(&mut b, name);
                b.add(function, calls.0, calls.1, &[own], &[total]);
            }
            _ => panic!("neither a function nor an edge: {line}"),
        }
    }
    Arc::new(b.finish().expect("the text is a call graph"))
}

fn function(b: &mut GraphBuilder, text: &str) -> FunctionId {
    let (name, file) = text.split_once('@').unwrap_or((text, ""));
    let (name, file) = (b.string(name), b.string(file));
    b.function(Function { name, file, line: 0, object: StringId::EMPTY })
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

/// What cProfile would have recorded of a run, given its whole stacks: each line is one call of its innermost function
/// and what that cost itself. Totals are counted as cProfile does, for outermost calls of a function or an edge.
pub(crate) fn recorded_by_cprofile(lines: &[&str]) -> Arc<Profile> {
    let mut functions: BTreeMap<&str, Counted> = BTreeMap::new();
    let mut edges: BTreeMap<(&str, &str), Counted> = BTreeMap::new();
    for line in lines {
        let Some((path, cost)) = line.rsplit_once(' ') else { panic!("not a call: {line}") };
        let (path, cost): (Vec<&str>, i64) = (path.split(';').collect(), number(cost));
        let links: Vec<(&str, &str)> = path.windows(2).map(|pair| (pair[0], pair[1])).collect();
        for name in path.iter().copied().collect::<BTreeSet<_>>() {
            functions.entry(name).or_default().total += cost;
        }
        for link in links.iter().copied().collect::<BTreeSet<_>>() {
            edges.entry(link).or_default().total += cost;
        }
        let Some((innermost, outer)) = path.split_last() else { continue };
        let counted = functions.entry(innermost).or_default();
        counted.own += cost;
        counted.count(!outer.contains(innermost));
        if let Some((link, outer)) = links.split_last() {
            edges.entry(*link).or_default().count(!outer.contains(link));
        }
    }
    let function = |(name, c): (&&str, &Counted)| format!("{name} {} {} x{}/{}", c.own, c.total, c.calls, c.primitive);
    let edge = |((a, b), c): (&(&str, &str), &Counted)| format!("{a}>{b} {} x{}/{}", c.total, c.calls, c.primitive);
    let text: Vec<String> = functions.iter().map(function).chain(edges.iter().map(edge)).collect();
    graph(&text.iter().map(String::as_str).collect::<Vec<_>>())
}

#[derive(Default)]
struct Counted {
    own: i64,
    total: i64,
    calls: i64,
    primitive: i64,
}

impl Counted {
    fn count(&mut self, outermost: bool) {
        self.calls += 1;
        self.primitive += i64::from(outermost);
    }
}

/// Everything in a profile.
pub(crate) fn analysis(profile: &Arc<Profile>) -> Analysis {
    Analysis::new(Arc::clone(profile), Query::new(profile), None)
}

/// What a query asks for.
pub(crate) fn asked(profile: &Arc<Profile>, change: impl FnOnce(&mut Query)) -> Analysis {
    let mut query = Query::new(profile);
    change(&mut query);
    Analysis::new(Arc::clone(profile), query, None)
}

/// A tree as lines `name total own`, indented by two spaces a level.
pub(crate) fn tree_text(analysis: &Analysis, tree: &CallTree) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open: Vec<usize> = tree.level(0).rev().collect();
    while let Some(node) = open.pop() {
        let indent = "  ".repeat(tree.depth_of(node));
        let name = analysis.name(tree.group(node));
        lines.push(format!("{indent}{name} {} {}", tree.total(node), tree.own(node)));
        open.extend(tree.children(node).rev());
    }
    lines
}

/// The rows of the table as lines `name own total`, in the order of the profile.
pub(crate) fn table_text(analysis: &Analysis) -> Vec<String> {
    let table = analysis.table();
    table.present().map(|g| format!("{} {} {}", analysis.name(g), table.own(g), table.total(g))).collect()
}
