//! A source file with what its lines cost, ready to be drawn.

use crate::analyze::{Analysis, FileHeat, HeatKind};
use crate::model::{Body, CallGraph, FunctionId, StringId};
use crate::source::{Answer, Fit, Found, Highlights, How, Sources, Tree, call_sites, called_as, fit, function_at};
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
}

/// What the calls written on a line cost: estimated, because a call graph tells who calls whom, but not where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallHeat {
    /// Counted from one.
    pub line: u32,
    /// Cost of what is called.
    pub total: i64,
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
            page.doubts = doubts(analysis, &page.heat.functions, &found, recorded_at);
        }
        page
    }

    /// The file, where there is one.
    pub fn found(&self) -> Option<&Found> {
        self.answer.as_deref().ok()
    }

    /// What the calls on a line cost.
    pub fn calls_on(&self, line: u32) -> Option<&CallHeat> {
        self.calls.binary_search_by_key(&line, |c| c.line).ok().map(|i| &self.calls[i])
    }

    /// The line a function is best shown at: that of its `def`, wherever it stands now.
    pub fn line_of(&self, analysis: &Analysis, function: FunctionId) -> u32 {
        let profile = analysis.profile();
        let recorded = profile.function(function).line;
        let Some(found) = self.found() else { return recorded };
        match fit(&found.file, profile.name(function), recorded) {
            Fit::Here { line } | Fit::Moved { line } => line,
            Fit::Gone | Fit::Unknown => recorded,
        }
    }
}

fn is_python(path: &std::path::Path) -> bool {
    path.extension().is_none_or(|e| ["py", "pyw", "pyi", "pyx"].iter().any(|python| e == *python))
}

/// Reasons to doubt that the file is what ran, in sentences; the gravest first.
fn doubts(
    analysis: &Analysis,
    functions: &[FunctionId],
    found: &Found,
    recorded_at: Option<SystemTime>,
) -> Vec<String> {
    let mut doubts = Vec::new();
    let profile = analysis.profile();
    let (mut misplaced, mut known) = (0, 0);
    for &f in functions {
        match fit(&found.file, profile.name(f), profile.function(f).line) {
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
    for &caller in functions {
        let Some(node) = function_at(tree, profile.name(caller), profile.function(caller).line) else { continue };
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
            let heat = lines.entry(line).or_insert(CallHeat { line, total: 0, calls: None });
            heat.total = heat.total.saturating_add(totals[e]);
            heat.calls = heat.calls.max(calls);
        }
    }
    lines.into_values().collect()
}
