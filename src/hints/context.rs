//! What rules ask: how much time something took, who of the user's functions asked for it, and what their source says.

mod attribution;
mod names;
mod stacks;
mod threads;
mod waiting;
mod within;

pub(super) use attribution::Site;
pub(super) use within::Within;

use super::spot::{LineCosts, Spot};
use super::{Files, Options};
use crate::analyze::{Activity, Analysis, Bounds, Class};
use crate::model::{Body, CallGraph, FunctionId, StackProfile, Unit};
use crate::source::{Facts, ScopeId, module_of};
use names::Names;
use rustc_hash::{FxHashMap, FxHashSet};
use stacks::StackCosts;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// What kind of recording it is, as far as rules mind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recording {
    /// Every call was counted.
    Calls,
    /// Stacks were sampled.
    Samples,
    /// Lines were timed, without calls.
    Lines,
    /// Something that is not time.
    NotTime,
}

/// A profile as the rules see it.
pub struct Ctx<'a> {
    pub(super) analysis: &'a Analysis,
    pub(super) options: Options,
    pub(super) recording: Recording,
    /// Minor version of Python 3, where it can be told.
    pub(super) minor: Option<u32>,
    /// Whether the interpreter is known to have no GIL.
    pub(super) free_threaded: bool,
    bounds: Bounds,
    active: i64,
    names: Names,
    files: &'a dyn Files,
    loaded: RefCell<FxHashMap<String, Option<Rc<Facts>>>>,
    /// Files that others were compared with: as they are written, without what their own neighbours say.
    neighbours: RefCell<FxHashMap<String, Option<Rc<Facts>>>>,
    spots: OnceCell<Vec<Spot>>,
    /// The user's files, those with most time first.
    yours: Vec<String>,
    stacks: Option<StackCosts>,
}

impl<'a> Ctx<'a> {
    /// Looks at a profile. The analysis must be one by function, without transforms.
    pub fn new(analysis: &'a Analysis, files: &'a dyn Files, options: Options) -> Self {
        let profile = analysis.profile();
        let metric = analysis.query().metric;
        let time = profile.metric(metric).unit == Unit::Nanoseconds;
        let counts_samples = profile.metric(metric).unit == Unit::Samples;
        let recording = match profile.body() {
            Body::Graph(_) if time => Recording::Calls,
            Body::Stacks(_) if time || counts_samples => Recording::Samples,
            Body::Lines(_) if time => Recording::Lines,
            _ => Recording::NotTime,
        };
        let bounds = Bounds::new(analysis);
        let stacks = match profile.body() {
            Body::Stacks(body) => Some(StackCosts::new(profile, body, metric, analysis.classes())),
            Body::Lines(lines) => Some(StackCosts::of_lines(profile, lines.costs(metric))),
            Body::Graph(_) => None,
        };
        Self {
            options,
            recording,
            minor: names::python_minor(profile),
            free_threaded: names::is_free_threaded(profile),
            active: bounds.active(),
            bounds,
            names: Names::new(profile, analysis.classes()),
            files,
            loaded: RefCell::default(),
            neighbours: RefCell::default(),
            spots: OnceCell::new(),
            yours: your_files(analysis),
            stacks,
            analysis,
        }
    }

    pub(super) fn into_bounds(self) -> Bounds {
        self.bounds
    }

    /// How the time divides.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Everything recorded.
    pub(super) fn total(&self) -> i64 {
        self.bounds.total()
    }

    /// The share of the whole recording that a part of it is; 0 where that is too little to have been measured.
    pub(super) fn share_of_all(&self, amount: i64) -> f64 {
        /// A handful of samples, and less than a person notices.
        const LEAST_NS: i64 = 25_000_000;
        if self.total() <= 0 || self.nanoseconds(amount).is_none_or(|ns| ns < LEAST_NS) {
            0.0
        } else {
            (amount as f64 / self.total() as f64).clamp(0.0, 1.0)
        }
    }

    /// The share of the active time. Where a program was hardly ever active no share of that is worth a word, and it is 0.
    pub(super) fn share(&self, amount: i64) -> f64 {
        /// Below this part of the recording, work is not what the program's time goes to.
        const HARDLY: f64 = 0.02;
        if self.active <= 0 || self.share_of_all(amount) < HARDLY {
            return 0.0;
        }
        (amount as f64 / self.active as f64).clamp(0.0, 1.0)
    }

    /// The share of the active time beside imports: what a short run did, however long it took to start.
    pub(super) fn share_of_run(&self, amount: i64) -> f64 {
        let run = self.active - self.bounds.amount(Activity::Importing);
        if run <= 0 || self.share(amount) == 0.0 {
            return 0.0;
        }
        (amount as f64 / run as f64).clamp(0.0, 1.0)
    }

    /// Nanoseconds, where time was recorded.
    pub(super) fn nanoseconds(&self, amount: i64) -> Option<i64> {
        match (
            &self.analysis.profile().metric(self.analysis.query().metric).unit,
            self.analysis.profile().origin().period_ns,
        ) {
            (Unit::Nanoseconds, _) => Some(amount),
            (Unit::Samples, Some(period)) => amount.checked_mul(period),
            // py-spy's default, which its raw format does not record.
            (Unit::Samples, None) => amount.checked_mul(10_000_000),
            _ => None,
        }
    }

    pub(super) fn graph(&self) -> Option<&CallGraph> {
        match self.analysis.profile().body() {
            Body::Graph(graph) => Some(graph),
            Body::Stacks(_) | Body::Lines(_) => None,
        }
    }

    pub(super) fn stack_body(&self) -> Option<&StackProfile> {
        match self.analysis.profile().body() {
            Body::Stacks(body) => Some(body),
            Body::Graph(_) | Body::Lines(_) => None,
        }
    }

    /// The last part of a function's name: `parse` of `Reader.parse`.
    pub(super) fn name(&self, function: FunctionId) -> &str {
        names::last_part(self.analysis.profile().name(function))
    }

    pub(super) fn is_yours(&self, function: FunctionId) -> bool {
        self.analysis.classes().class_of(function) == Class::Yours
    }

    /// Whether a row of the profile is only a part of a function: a comprehension or a generator expression.
    pub(super) fn is_part(&self, function: FunctionId) -> bool {
        matches!(self.name(function), "<genexpr>" | "<listcomp>" | "<setcomp>" | "<dictcomp>")
    }

    /// Time in the function itself.
    pub(super) fn own(&self, function: FunctionId) -> i64 {
        self.analysis.table().own(crate::analyze::GroupId(function.0))
    }

    /// Time in the function and everything below it.
    pub(super) fn inclusive(&self, function: FunctionId) -> i64 {
        self.analysis.table().total(crate::analyze::GroupId(function.0))
    }

    /// All calls and those that are no recursion; `None` where not counted.
    pub(super) fn calls(&self, function: FunctionId) -> Option<(i64, i64)> {
        self.analysis.table().calls(crate::analyze::GroupId(function.0))
    }

    /// How often functions that patterns name were called; 0 where that was not counted.
    pub(super) fn calls_to(&self, patterns: &[&str]) -> i64 {
        self.find(patterns).into_iter().filter_map(|f| self.calls(f)).map(|(all, _)| all).sum()
    }

    /// The functions that a pattern names.
    ///
    /// `list.pop` and `time.sleep` name built-in methods and functions, `copy:deepcopy` a function of a module,
    /// `logging:*` all of a module and `yaml.*:*` all of a package; `:__eq__` names the user's own functions.
    pub(super) fn find(&self, patterns: &[&str]) -> Vec<FunctionId> {
        self.names.find(self.analysis, patterns)
    }

    /// Whether anything a pattern names was recorded.
    pub(super) fn has(&self, patterns: &[&str]) -> bool {
        !self.find(patterns).is_empty()
    }

    /// Whether one cProfile recorded several threads as one, which Python does from 3.12 on.
    pub(super) fn threads_are_mixed(&self) -> bool {
        self.recording == Recording::Calls && self.has(&["threading:_bootstrap", "threading:_bootstrap_inner"])
    }

    /// Whether the source of any function that matters was found.
    pub(super) fn has_source(&self) -> bool {
        /// Looking at these few is enough: they usually lie in one folder.
        const LOOKED_AT: usize = 12;
        self.yours_by_total().into_iter().take(LOOKED_AT).any(|f| self.source(f).is_some())
    }

    /// The user's functions, those that take most with all they call first.
    pub(super) fn yours_by_total(&self) -> Vec<FunctionId> {
        let mut yours: Vec<FunctionId> =
            self.analysis.table().present().map(|g| FunctionId(g.0)).filter(|&f| self.is_yours(f)).collect();
        yours.sort_by_key(|&f| std::cmp::Reverse(self.inclusive(f)));
        yours
    }

    /// The facts of a file, read once.
    pub(super) fn facts(&self, file: &str) -> Option<Rc<Facts>> {
        if let Some(known) = self.loaded.borrow().get(file) {
            return known.clone();
        }
        let mut facts = self.files.facts(file);
        if let Some(own) = facts.as_mut().and_then(Rc::get_mut) {
            self.learn_from_neighbours(own, file);
        }
        self.loaded.borrow_mut().insert(file.to_owned(), facts.clone());
        facts
    }

    /// Tells a file what the recorded files that it imports, or that import it, say about it.
    fn learn_from_neighbours(&self, facts: &mut Facts, file: &str) {
        /// Files looked into for the sake of one.
        const MOST: usize = 6;
        /// Imports for which a file beside it is looked for.
        const MOST_IMPORTS: usize = 24;
        let Some(own) = module_of(file) else { return };
        let folder = file.strip_suffix(own_file(file)).unwrap_or_default();
        // What a module beside it does may take too little time to be in the recording.
        let beside = facts.imports().filter_map(|path| path.trim_start_matches('.').split('.').next());
        let beside: Vec<String> = beside.take(MOST_IMPORTS).map(|module| format!("{folder}{module}.py")).collect();
        let imports = |file: &&String| module_of(file).is_some_and(|m| facts.imports_module(m));
        let (imported, others): (Vec<&String>, Vec<&String>) = self.yours.iter().partition(imports);
        let mut looked: Vec<&str> = vec![file];
        // Those it imports say what they return; those with most time may be the ones that call it.
        for other in imported.into_iter().chain(&beside).chain(others.into_iter().take(MOST / 2)).map(String::as_str) {
            let Some(module) = module_of(other).filter(|_| looked.len() <= MOST && !looked.contains(&other)) else {
                continue;
            };
            if let Some(from) = self.neighbour(other) {
                looked.push(other);
                facts.learn(module, &from, own);
            }
        }
    }

    /// A file as it is written, read once for all that it is a neighbour of.
    fn neighbour(&self, file: &str) -> Option<Rc<Facts>> {
        if let Some(known) = self.neighbours.borrow().get(file) {
            return known.clone();
        }
        let facts = self.files.facts(file);
        self.neighbours.borrow_mut().insert(file.to_owned(), facts.clone());
        facts
    }

    /// The source of a function: its file, and the scope in it. A comprehension's or a generator expression's is that of
    /// the function it stands in.
    pub(super) fn source(&self, function: FunctionId) -> Option<(Rc<Facts>, ScopeId)> {
        let profile = self.analysis.profile();
        let recorded = profile.function(function);
        let facts = self.facts(profile.text(recorded.file))?;
        let ran = self.stacks.as_ref().and_then(|s| s.line_ran(function));
        let name = profile.name(function);
        let scope = match names::last_part(name) {
            "<genexpr>" | "<listcomp>" | "<setcomp>" | "<dictcomp>" => {
                let line = if recorded.line > 0 { recorded.line } else { ran? };
                let tree = facts.tree();
                let at = tree
                    .all()
                    .find(|&n| tree.kind(n).is_comprehension() && tree.line(n) <= line && line <= tree.last_line(n))?;
                facts.scope_of(at)
            }
            _ => facts.scope_at(name, recorded.line, ran)?,
        };
        Some((facts, scope))
    }

    /// The user's functions with known source on which a rule may speak, those with most work first.
    pub(super) fn spots(&self) -> &[Spot] {
        self.spots.get_or_init(|| self.find_spots())
    }

    fn find_spots(&self) -> Vec<Spot> {
        // A function may take less than is worth a word but stand for several rows of the profile.
        let least = self.options.min_share * 0.4;
        let functions = self.analysis.table().present().map(|g| FunctionId(g.0));
        let mut candidates: Vec<(i64, FunctionId)> = functions
            .filter(|&f| self.is_yours(f))
            .map(|f| (self.work(f), f))
            .filter(|(work, _)| self.share(*work) >= least)
            .collect();
        candidates.sort_unstable_by_key(|&(work, f)| (std::cmp::Reverse(work), f));
        let mut spots: Vec<Spot> = Vec::new();
        for (work, function) in candidates {
            let Some((facts, scope)) = self.source(function) else { continue };
            let named = !self.is_part(function);
            let lines = self.line_costs(function);
            match spots.iter_mut().find(|s| s.scope == scope && Rc::ptr_eq(&s.facts, &facts)) {
                Some(spot) => spot.add(function, named, self.own(function), work, lines),
                None => spots.push(Spot {
                    function,
                    named,
                    facts,
                    scope,
                    own: self.own(function),
                    work,
                    calls: self.calls(function).map(|(all, _)| all),
                    lines,
                }),
            }
        }
        for spot in spots.iter_mut().filter(|s| !s.named) {
            // Only a generator expression was hot enough: calls and name are those of the function around it.
            self.name_spot(spot);
        }
        spots.sort_by_key(|s| std::cmp::Reverse(s.work));
        spots
    }

    /// The user's functions that take a share of the active time with all they call, those nearest to the work first.
    pub(super) fn costly_functions(&self, min_share: f64) -> Vec<FunctionId> {
        /// The outer functions of a deep stack all take much, and say nothing.
        const MOST: usize = 64;
        let functions = self.analysis.table().present().map(|g| FunctionId(g.0)).filter(|&f| self.is_yours(f));
        let mut costly: Vec<(i64, FunctionId)> =
            functions.map(|f| (self.inclusive(f), f)).filter(|(total, _)| self.share(*total) >= min_share).collect();
        costly.sort_unstable();
        costly.truncate(MOST);
        costly.into_iter().map(|(_, f)| f).collect()
    }

    /// A function as a spot, however little work it does itself; `None` where its source is not known.
    pub(super) fn spot_of(&self, function: FunctionId) -> Option<Spot> {
        let (facts, scope) = self.source(function)?;
        Some(Spot {
            function,
            named: true,
            facts,
            scope,
            own: self.own(function),
            work: self.work(function),
            calls: self.calls(function).map(|(all, _)| all),
            lines: self.line_costs(function),
        })
    }

    fn name_spot(&self, spot: &mut Spot) {
        let scope = spot.facts.scope(spot.scope);
        let file = self.analysis.profile().function(spot.function).file;
        let around = self.names.named(&scope.name).iter().copied().find(|&f| {
            self.analysis.profile().function(f).file == file && self.source(f).is_some_and(|(_, s)| s == spot.scope)
        });
        if let Some(around) = around {
            spot.function = around;
            spot.named = true;
            spot.calls = self.calls(around).map(|(all, _)| all);
        }
    }

    /// Time in a function itself and in the built-in functions it calls: what a sampling profiler would find in it.
    pub(super) fn work(&self, function: FunctionId) -> i64 {
        let own = self.own(function);
        let Some(graph) = self.graph() else { return own };
        let metric = self.analysis.query().metric;
        let built_in = graph.outgoing(function).filter(|&e| {
            let callee = graph.edges()[e].callee;
            self.analysis.classes().class_of(callee) == Class::BuiltIn
                && self.bounds.activity_of(callee) == Activity::Native
        });
        own + built_in.map(|e| graph.edge_own(metric)[e]).sum::<i64>()
    }

    /// Time by line, where the profile has lines.
    pub(super) fn line_costs(&self, function: FunctionId) -> Option<LineCosts> {
        self.stacks.as_ref()?.line_costs(function)
    }
}

/// The last part of a path.
fn own_file(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// The files of the user's functions, those with most time first, and no more than hints look at.
fn your_files(analysis: &Analysis) -> Vec<String> {
    const MOST: usize = 60;
    let table = analysis.table();
    let yours = |f: &FunctionId| analysis.classes().class_of(*f) == Class::Yours;
    let mut functions: Vec<FunctionId> = table.present().map(|g| FunctionId(g.0)).filter(yours).collect();
    functions.sort_by_key(|f| std::cmp::Reverse(table.total(crate::analyze::GroupId(f.0))));
    let mut files: Vec<String> = Vec::new();
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for function in functions {
        let file = analysis.profile().file(function);
        if files.len() < MOST && seen.insert(file) {
            files.push(file.to_owned());
        }
    }
    files
}
