//! A source file with what its lines cost, ready to be drawn.

use crate::analyze::{Analysis, FileHeat, HeatKind, LineHeat};
use crate::model::{Body, CallGraph, FunctionId, StringId};
use crate::source::{
    Answer, Fit, Found, FunctionLines, Highlights, How, Recorded, Sources, Tree, call_sites, called_as, fit,
};
use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

/// A file of a profile, found or not, with what its lines cost. Made away from the window's thread: files are read and
/// parsed for it.
pub struct SourcePage {
    /// The file as the profile names it.
    pub file: StringId,
    /// The same in words.
    pub recorded: String,
    /// The file, or why there is none.
    pub answer: Answer,
    /// What its lines cost.
    pub heat: FileHeat,
    /// Where only calls were recorded: what the calls on a line cost, by line.
    pub calls: Vec<CallHeat>,
    /// What of the text is coloured.
    pub highlights: Highlights,
    /// What to know before believing that the text is what ran.
    pub doubts: Vec<String>,
    /// The largest figures, which scales are chosen by.
    pub largest: Largest,
    /// Lines that cost something, by what they cost themselves and with everything they called.
    costs: [Vec<(u32, i64)>; 2],
    /// Where the functions of the file stand in it, by function.
    stands: Vec<(FunctionId, Fit)>,
}

/// The largest figures of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Largest {
    /// Cost of a line itself, or of the built-in functions it calls.
    pub own: i64,
    /// Cost of a line with everything it called.
    pub total: i64,
    /// Hits or calls.
    pub hits: Option<i64>,
}

impl Largest {
    fn of(heat: &FileHeat, calls: &[CallHeat]) -> Self {
        let figures = heat.lines.iter().map(|l| (l.own, l.total, l.hits));
        let called = calls.iter().map(|c| (c.built_in, c.total, c.calls));
        figures.chain(called).fold(Self::default(), |largest, (own, total, hits)| Self {
            own: largest.own.max(own.saturating_abs()),
            total: largest.total.max(total.saturating_abs()),
            hits: largest.hits.max(hits),
        })
    }

    /// The cost the strongest colour stands for.
    pub fn cost(&self, by: HeatBy) -> i64 {
        match by {
            HeatBy::Own => self.own,
            HeatBy::Total => self.total,
        }
    }
}

/// Which cost lines are coloured and ranked by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HeatBy {
    /// Cost in the line itself.
    #[default]
    Own,
    /// Cost in the line and everything it called.
    Total,
}

impl HeatBy {
    /// The cost of a line.
    pub fn cost(self, line: &LineHeat) -> i64 {
        match self {
            Self::Own => line.own,
            Self::Total => line.total,
        }
    }

    /// The cost of a line's calls.
    pub fn cost_of_calls(self, calls: &CallHeat) -> i64 {
        match self {
            Self::Own => calls.built_in,
            Self::Total => calls.total,
        }
    }
}

/// The line with the largest cost, and that cost.
pub fn hottest(costs: &[(u32, i64)]) -> Option<(u32, i64)> {
    costs.iter().copied().max_by_key(|&(line, cost)| (cost, std::cmp::Reverse(line)))
}

/// The nearest hot line below or above a line, beginning anew at the other end: one with at least a twentieth of the
/// hottest line's cost. `costs` are in the order of lines.
pub fn next_hot(costs: &[(u32, i64)], from: u32, forward: bool) -> Option<u32> {
    let least = (hottest(costs)?.1 / 20).max(1);
    let mut hot = costs.iter().filter(|(_, cost)| *cost >= least).map(|(line, _)| *line);
    if forward {
        let first = hot.clone().next();
        hot.find(|&line| line > from).or(first)
    } else {
        let last = hot.clone().next_back();
        hot.rfind(|&line| line < from).or(last)
    }
}

/// What the calls written on a line cost: estimated, because a call graph tells who calls whom, but not where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallHeat {
    /// Counted from one.
    pub line: u32,
    /// Cost of what is called.
    pub total: i64,
    /// The part of it that is in no Python code: what the line's function as good as spends itself.
    pub built_in: i64,
    /// How often, where recorded.
    pub calls: Option<i64>,
}

impl SourcePage {
    /// Finds, reads and parses a file, and counts its lines. `recorded_at` is when the profile was written.
    pub fn new(analysis: &Analysis, sources: &Sources, file: StringId, recorded_at: Option<SystemTime>) -> Self {
        let recorded = analysis.profile().text(file).to_owned();
        let answer = sources.get(&recorded);
        let heat = analysis.file_heat(file);
        let mut page = Self {
            file,
            recorded,
            answer,
            heat,
            calls: Vec::new(),
            highlights: Highlights::default(),
            doubts: Vec::new(),
            largest: Largest::default(),
            costs: Default::default(),
            stands: Vec::new(),
        };
        if let Ok(found) = page.answer.clone() {
            let text = found.file.text();
            if is_python(found.file.path()) {
                page.highlights = Highlights::of_python(text);
                if page.heat.kind == HeatKind::Functions
                    && let Body::Graph(graph) = analysis.profile().body()
                    && let Ok(tree) = Tree::parse(text.to_owned())
                {
                    page.calls = calls(analysis, graph, &page.heat.functions, &tree);
                }
            }
            let profile = analysis.profile();
            let stands = |&f: &FunctionId| (f, fit(&found.file, profile.name(f), profile.function(f).line));
            page.stands = page.heat.functions.iter().map(stands).collect();
            page.doubts = doubts(&page.stands, &found, recorded_at);
        }
        page.largest = Largest::of(&page.heat, &page.calls);
        page.costs = [HeatBy::Own, HeatBy::Total].map(|by| page.costs_by(by));
        page
    }

    /// The file, where there is one.
    pub fn found(&self) -> Option<&Found> {
        self.answer.as_deref().ok()
    }

    /// Every line that cost something, in the order of lines: its figures, or else an estimate from its calls.
    pub fn costs(&self, by: HeatBy) -> &[(u32, i64)] {
        let [own, total] = &self.costs;
        match self.by(by) {
            HeatBy::Own => own,
            HeatBy::Total => total,
        }
    }

    fn costs_by(&self, by: HeatBy) -> Vec<(u32, i64)> {
        let counted = self.heat.lines.iter().map(|l| (l.line, by.cost(l)));
        let called =
            self.calls.iter().filter(|c| self.heat.line(c.line).is_none()).map(|c| (c.line, by.cost_of_calls(c)));
        let mut costs: Vec<(u32, i64)> = counted.chain(called).filter(|(_, cost)| *cost > 0).collect();
        costs.sort_unstable();
        costs
    }

    /// By what the lines of the file can be ranked: recorded lines have one cost only.
    pub fn by(&self, wanted: HeatBy) -> HeatBy {
        if self.heat.kind == HeatKind::Recorded { HeatBy::Total } else { wanted }
    }

    /// What the calls on a line cost.
    pub fn calls_on(&self, line: u32) -> Option<&CallHeat> {
        self.calls.binary_search_by_key(&line, |c| c.line).ok().map(|i| &self.calls[i])
    }

    /// The line a function of the file is best shown at: that of its `def`, wherever it stands now.
    pub fn line_of(&self, analysis: &Analysis, function: FunctionId) -> u32 {
        let stands = self.stands.binary_search_by_key(&function, |(of, _)| *of);
        match stands.ok().map(|i| self.stands[i].1) {
            Some(Fit::Here { line } | Fit::Moved { line }) => line,
            Some(Fit::Gone | Fit::Unknown) | None => analysis.profile().function(function).line,
        }
    }
}

fn is_python(path: &std::path::Path) -> bool {
    path.extension().is_none_or(|e| ["py", "pyw", "pyi", "pyx"].iter().any(|python| e == *python))
}

/// Reasons to doubt that the file is what ran, in sentences; the gravest first.
fn doubts(stands: &[(FunctionId, Fit)], found: &Found, recorded_at: Option<SystemTime>) -> Vec<String> {
    let mut doubts = Vec::new();
    let (mut misplaced, mut known) = (0, 0);
    for (_, fit) in stands {
        match fit {
            Fit::Here { .. } => known += 1,
            Fit::Moved { .. } | Fit::Gone => {
                known += 1;
                misplaced += 1;
            }
            Fit::Unknown => {}
        }
    }
    if misplaced > 0 {
        let what =
            if known == 1 { "Its function is".to_owned() } else { format!("{misplaced} of its {known} functions are") };
        doubts.push(format!("{what} not where the profile says: the file is another version than the one that ran."));
    }
    if let Some(version) = found.other_version() {
        doubts.push(format!("This is the file of Python {version}; another version ran, and lines may differ."));
    }
    if recorded_at.is_some_and(|at| found.is_newer_than(at)) {
        doubts.push("The file was changed after the profile was recorded: lines may have moved.".to_owned());
    }
    match found.how {
        How::NearProfile | How::UnderRoot if misplaced == 0 && known == 0 => {
            doubts.push("Found by its name alone: it may be another file than the one that ran.".to_owned());
        }
        _ => {}
    }
    doubts
}

/// What a function calls, on the lines where that is certain: its body calls something of this name on one line only, and
/// it calls only one function of this name.
fn calls(analysis: &Analysis, graph: &CallGraph, functions: &[FunctionId], tree: &Tree) -> Vec<CallHeat> {
    let profile = analysis.profile();
    let totals = graph.edge_total(analysis.query().metric);
    let mut lines: BTreeMap<u32, CallHeat> = BTreeMap::new();
    let written = FunctionLines::new(tree);
    for &caller in functions {
        let Some(node) = written.at(profile.name(caller), profile.function(caller).line) else { continue };
        // By name: the line it is called on, unless there are two.
        let mut sites: HashMap<String, Option<u32>> = HashMap::new();
        for site in call_sites(tree, node) {
            let line = site.line;
            sites.entry(site.name).and_modify(|l| *l = l.filter(|l| *l == line)).or_insert(Some(line));
        }
        let mut callees: HashMap<&str, Option<usize>> = HashMap::new();
        for e in graph.outgoing(caller) {
            let callee = graph.edges()[e].callee;
            if let Some(name) = called_as(profile.name(callee)).filter(|_| callee != caller) {
                callees.entry(name).and_modify(|e| *e = None).or_insert(Some(e));
            }
        }
        for (name, edge) in callees {
            let (Some(e), Some(&Some(line))) = (edge, sites.get(name)) else { continue };
            let calls = graph.has_calls().then(|| graph.edges()[e].calls);
            let heat = lines.entry(line).or_insert(CallHeat { line, total: 0, built_in: 0, calls: None });
            heat.total = heat.total.saturating_add(totals[e]);
            if Recorded::new(profile.file(graph.edges()[e].callee)) == Recorded::None {
                heat.built_in = heat.built_in.saturating_add(totals[e]);
            }
            heat.calls = heat.calls.max(calls);
        }
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_hot_line_begins_anew_at_the_end() {
        let costs = [(3, 100), (5, 1), (8, 50), (9, 60)];
        let next = |from, forward| next_hot(&costs, from, forward);
        assert_eq!((next(3, true), next(8, true), next(9, true)), (Some(8), Some(9), Some(3)));
        assert_eq!((next(9, false), next(4, false), next(3, false)), (Some(8), Some(3), Some(9)));
        assert_eq!((hottest(&costs), hottest(&[]), next_hot(&[], 1, true)), (Some((3, 100)), None, None));
    }
}
