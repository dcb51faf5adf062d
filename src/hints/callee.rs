//! The rule that covers most of the catalogue: something expensive is called, and it is known what to do about it.
//!
//! Where every call was counted, and where Python functions were sampled, the callee is in the profile. Where a sampled
//! callee is a built-in function it is not: then the lines that call it are found in the source, and their samples count.

use super::context::Site;
use super::spot::Spot;
use super::{Confidence, Ctx, Evidence, Finding, Recording, Rule, Severity};
use crate::analyze::{Activity, Class};
use crate::model::FunctionId;
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};
use std::rc::Rc;

/// What a share is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Of {
    /// The time the program was active.
    Active,
    /// All of the recording, waiting included.
    All,
}

/// What of a callee's time counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Time {
    /// Its own and that of all it called.
    Total,
    /// Its own: what it called would have to be done anyway.
    Own,
}

/// Through whom the callee has to be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    /// By the user's functions, or by what they call.
    Anyhow,
    /// By the user's functions or Python's own library: what another library does on its own is not the user's matter.
    Directly,
}

/// A callee that is worth a word when it is hot.
pub(super) struct CalleeRule {
    /// Patterns as [`Ctx::find`] takes them.
    pub(super) callees: &'static [&'static str],
    /// How the call is written, as [`Facts::callee`] names it.
    pub(super) written: &'static [&'static str],
    pub(super) of: Of,
    pub(super) time: Time,
    pub(super) min_share: f64,
    /// Calls into the callees; of those in `counted`, where that is not empty.
    pub(super) min_calls: i64,
    pub(super) counted: &'static [&'static str],
    /// The mean time of a call, in nanoseconds.
    pub(super) min_per_call_ns: f64,
    pub(super) max_per_call_ns: f64,
    /// Whether the call has to stand in a loop, or in a function that is called often, where the source is known.
    pub(super) repeated: bool,
    /// Whether a call found in the source is of the kind meant; `None` where that can't be told.
    pub(super) accepts: Option<fn(&Facts, NodeId) -> Option<bool>>,
    /// Whether the remedy does away with all of the function that calls it.
    pub(super) whole_function: bool,
    /// Whether it is meant to happen when a module is run, which happens once.
    pub(super) once_is_fine: bool,
    /// How sure it is where the source is not known.
    pub(super) without_source: Confidence,
    pub(super) asked: Asked,
    /// What speaks against it.
    pub(super) unless: Option<fn(&Ctx<'_>) -> bool>,
    /// How sure it is where nothing more is known.
    pub(super) confidence: Confidence,
    /// Whether there is something to do, or the cost is one the program may simply have to pay.
    pub(super) severity: Severity,
}

impl CalleeRule {
    /// A tenth of the active time in a callee.
    pub(super) const HOT: Self = Self {
        callees: &[],
        written: &[],
        of: Of::Active,
        time: Time::Total,
        min_share: 0.10,
        min_calls: 0,
        counted: &[],
        min_per_call_ns: 0.0,
        max_per_call_ns: f64::INFINITY,
        repeated: false,
        accepts: None,
        whole_function: false,
        once_is_fine: false,
        without_source: Confidence::High,
        asked: Asked::Anyhow,
        unless: None,
        confidence: Confidence::High,
        severity: Severity::Hint,
    };

    /// How many of the user's functions one rule speaks about.
    const MOST_SITES: usize = 3;

    pub(super) fn check(&'static self, ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
        if self.unless.is_some_and(|unless| unless(ctx)) {
            return Vec::new();
        }
        let set = ctx.find(self.callees);
        let found = if set.is_empty() { Vec::new() } else { self.check_recorded(ctx, rule, &set) };
        // Python functions are sampled themselves: only for what is built in the lines that call it stand.
        let unseen = match ctx.recording {
            Recording::Samples => set.is_empty(),
            Recording::Lines => true,
            _ => false,
        };
        let mut found = if found.is_empty() && unseen { self.check_written(ctx, rule) } else { found };
        if self.severity == Severity::Info {
            for finding in &mut found {
                finding.severity = Severity::Info;
            }
        }
        found
    }

    fn share(&self, ctx: &Ctx<'_>, amount: i64) -> f64 {
        match self.of {
            Of::Active => ctx.share(amount),
            Of::All => ctx.share_of_all(amount),
        }
    }

    /// How many times what is worth a word an amount is.
    fn weight(&self, ctx: &Ctx<'_>, amount: i64) -> f64 {
        let of_run = match self.of {
            Of::Active => ctx.share_of_run(amount),
            Of::All => ctx.share_of_all(amount),
        };
        (of_run / self.min_share).min(self.share(ctx, amount) / ctx.options.min_share)
    }

    fn check_recorded(&'static self, ctx: &Ctx<'_>, rule: &'static Rule, set: &[FunctionId]) -> Vec<Finding> {
        let cost = ctx.cost(set);
        let own: i64 = set.iter().map(|&f| ctx.own(f)).sum();
        let amount = if self.time == Time::Own { own } else { cost.total };
        if self.weight(ctx, amount) < 1.0 {
            return Vec::new();
        }
        let calls = match self.counted {
            [] => cost.calls,
            counted => cost
                .calls
                .map(|_| ctx.find(counted).iter().filter_map(|&f| ctx.calls(f)).map(|(_, primitive)| primitive).sum()),
        };
        if calls.is_some_and(|calls| calls < self.min_calls) {
            return Vec::new();
        }
        let per_call = calls.filter(|&c| c > 0).and_then(|c| Some(ctx.nanoseconds(amount)? as f64 / c as f64));
        if per_call.is_some_and(|ns| ns < self.min_per_call_ns || ns > self.max_per_call_ns) {
            return Vec::new();
        }
        if ctx.threads_are_mixed()
            && let Some(finding) = self.check_mixed(ctx, rule, self.share(ctx, amount))
        {
            return vec![finding];
        }
        let mut sites = ctx.sites(set);
        // What importing a module does happens once.
        sites.retain(|s| ctx.bounds().activity_of(s.via) != Activity::Importing);
        sites.retain(|s| self.asked == Asked::Anyhow || ctx.analysis.classes().class_of(s.via) != Class::ThirdParty);
        let asked: i64 = sites.iter().map(|s| s.total).sum();
        let mut findings = Vec::new();
        for (function, sites) in by_function(sites).into_iter().take(Self::MOST_SITES) {
            let total: i64 = sites.iter().map(|s| s.total).sum();
            // Own time is divided as the whole time is.
            let part = if asked > 0 { (amount as f64 * total as f64 / asked as f64) as i64 } else { 0 };
            let share = self.share(ctx, part);
            let weight = self.weight(ctx, part);
            if weight < 1.0 && !(findings.is_empty() && weight >= 0.5) {
                break;
            }
            if self.once_is_fine && ctx.name(function) == "<module>" {
                continue;
            }
            let Some(place) = self.place(ctx, function, &sites) else { continue };
            let vias: Vec<FunctionId> = sites.iter().map(|s| s.via).collect();
            let around = if self.whole_function { ctx.inclusive(function) } else { ctx.around(function, &vias) };
            let mut finding =
                Finding::new(rule, share, place.confidence, place.reason).at_most(self.share(ctx, around.max(part)));
            if let Some(calls) = calls {
                finding = finding.with("calls", Evidence::Count(calls));
            }
            if let Some(ns) = per_call {
                finding = finding.with("per_call_ns", Evidence::PerCall(ns));
            }
            let callee = ctx.analysis.profile().name(sites[0].via).to_owned();
            finding = finding.with("callee", Evidence::Text(callee));
            findings.push(place.fill(ctx, finding, function));
        }
        findings
    }

    /// Where threads are mixed, callers may belong to another thread: then the source tells who calls it.
    fn check_mixed(&'static self, ctx: &Ctx<'_>, rule: &'static Rule, share: f64) -> Option<Finding> {
        /// The user's functions that are looked at.
        const MOST: usize = 100;
        ctx.yours_by_total().into_iter().take(MOST).find_map(|function| {
            let spot = ctx.spot_of(function)?;
            let facts = &spot.facts;
            let calls: Vec<NodeId> = facts
                .calls_in(spot.scope)
                .filter(|&c| self.written.contains(&facts.callee(c).as_str()))
                .filter(|&c| !self.repeated || facts.in_loop(c) || is_called_in_loop(facts, spot.scope))
                .filter(|&c| self.accepts.is_none_or(|accepts| accepts(facts, c) == Some(true)))
                .collect();
            let reason = "threads are mixed in this recording, so callers are uncertain; the source shows the call";
            let finding = Finding::new(rule, share, self.confidence.min(Confidence::Medium), reason);
            (!calls.is_empty()).then(|| at_node(ctx, finding, &spot, &calls))
        })
    }

    /// Where a function of the user's calls it, if the source does not say that it is something else.
    fn place(&self, ctx: &Ctx<'_>, function: FunctionId, sites: &[Site]) -> Option<Place> {
        let line = sites.iter().map(|s| s.line).find(|&l| l > 0).unwrap_or(0);
        let Some((facts, scope)) = ctx.source(function) else {
            if self.repeated && ctx.recording == Recording::Samples && ctx.name(function) == "<module>" {
                return None;
            }
            let reason = "the profile shows the calls and what they cost; the source was not looked at";
            let confidence = self.confidence.min(self.without_source);
            return Some(Place { confidence, reason, line, lines: Vec::new(), source: None });
        };
        let direct: Vec<&str> = sites.iter().map(|s| ctx.name(s.via)).map(called_name).collect();
        let calls: Vec<NodeId> = facts
            .calls_in(scope)
            .filter(|&c| {
                let callee = facts.callee(c);
                self.written.contains(&callee.as_str())
                    || direct.contains(&callee.rsplit('.').next().unwrap_or(&callee))
            })
            .collect();
        let judged: Vec<(NodeId, Option<bool>)> =
            calls.iter().map(|&c| (c, self.accepts.map_or(Some(true), |accepts| accepts(&facts, c)))).collect();
        if !judged.is_empty() && judged.iter().all(|(_, verdict)| *verdict == Some(false)) {
            return None;
        }
        let spot_calls = ctx.calls(function).map(|(all, _)| all);
        let repeated =
            |c: NodeId| facts.in_loop(c) || spot_calls.is_some_and(|n| n >= 20) || is_called_in_loop(&facts, scope);
        let mut fitting: Vec<NodeId> = judged.iter().filter(|(_, v)| *v != Some(false)).map(|(c, _)| *c).collect();
        if self.repeated {
            if !fitting.is_empty() && !fitting.iter().any(|&c| repeated(c)) {
                return None;
            }
            fitting.retain(|&c| repeated(c));
        }
        let certain = judged.iter().any(|(_, v)| *v == Some(true));
        let tree = facts.tree();
        // The deepest in loops is the one that counts; a sampled line knows better.
        fitting.sort_by_key(|&c| std::cmp::Reverse(facts.loop_depth(c)));
        let at = fitting
            .iter()
            .copied()
            .find(|&c| tree.line(c) <= line && line <= tree.last_line(c))
            .or(fitting.first().copied());
        let (confidence, reason) = match (certain, fitting.is_empty()) {
            (true, _) => (self.confidence, "the profile shows the cost and the source shows the call"),
            (false, false) => {
                (self.confidence.lowered(), "the profile shows the cost; the source leaves open what is called on")
            }
            (false, true) => (
                if self.accepts.is_some() { self.confidence.lowered() } else { self.confidence },
                "the profile shows the cost; the call stands somewhere in this function",
            ),
        };
        let lines = fitting.iter().map(|&c| tree.line(c)).collect();
        // Nothing there is written as a call: it is an operator, and most likely where loops run it.
        let looped = || {
            let statements = facts.nodes(scope).filter(|&n| tree.kind(n).is_statement());
            let (depth, std::cmp::Reverse(n)) =
                statements.map(|n| (facts.loop_depth(n), std::cmp::Reverse(n))).max()?;
            (depth > 0).then(|| tree.line(n))
        };
        let line = if line > 0 { line } else { at.map(|c| tree.line(c)).or_else(looped).unwrap_or(0) };
        Some(Place { confidence, reason, line, lines, source: Some((facts, at, scope)) })
    }

    /// Where the callee itself was not recorded: lines of the source that call it, by their samples.
    fn check_written(&'static self, ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
        if self.written.is_empty() {
            return Vec::new();
        }
        let mut findings = Vec::new();
        for spot in ctx.spots().iter().filter(|s| s.lines.is_some()) {
            let facts = &spot.facts;
            let calls: Vec<NodeId> = facts
                .calls_in(spot.scope)
                .filter(|&c| self.written.contains(&facts.callee(c).as_str()))
                .filter(|&c| !self.repeated || facts.in_loop(c) || is_called_in_loop(facts, spot.scope))
                .filter(|&c| self.accepts.is_none_or(|accepts| accepts(facts, c) == Some(true)))
                .collect();
            if calls.is_empty() {
                continue;
            }
            let part = spot.part(&calls, 0);
            let tree = facts.tree();
            // A key that sorting calls is sampled below the line.
            let keyed = calls.iter().filter(|&&c| facts.keyword(c, "key").is_some());
            let below: i64 = keyed
                .filter_map(|&c| {
                    let (lines, range) = (spot.lines.as_ref()?, tree.line(c)..=tree.last_line(c));
                    Some(lines.total(range.clone()) - lines.own(range))
                })
                .sum();
            let amount = (part.amount + below).min(ctx.inclusive(spot.function));
            let share = self.share(ctx, amount);
            if self.weight(ctx, amount) < 1.0 || (self.once_is_fine && spot.scope == ScopeId::MODULE) {
                continue;
            }
            let confidence =
                self.confidence.min(if part.of_function > 0.4 { Confidence::High } else { Confidence::Medium });
            let reason = "the lines that call it took the samples";
            let whole = if self.whole_function { ctx.inclusive(spot.function) } else { spot.work + below };
            let finding = Finding::new(rule, share, confidence, reason)
                .at_most(self.share(ctx, whole + ctx.own_of_callers(spot.function)));
            findings.push(at_node(ctx, finding, spot, &calls));
            if findings.len() == Self::MOST_SITES {
                break;
            }
        }
        findings
    }
}

/// Where a finding points.
struct Place {
    confidence: Confidence,
    reason: &'static str,
    line: u32,
    lines: Vec<u32>,
    source: Option<(Rc<Facts>, Option<NodeId>, ScopeId)>,
}

impl Place {
    fn fill(self, ctx: &Ctx<'_>, mut finding: Finding, function: FunctionId) -> Finding {
        finding = at_function(ctx, finding, function);
        if self.line > 0 {
            finding.line = self.line;
        }
        finding.lines = self.lines;
        if !finding.lines.contains(&finding.line) {
            finding.lines.insert(0, finding.line);
        }
        if let Some((facts, at, scope)) = self.source {
            // A lambda or a generator expression is named by what it stands in.
            if ctx.is_part(function) {
                finding.name.clone_from(&facts.scope(scope).qualified);
            }
            if let Some(at) = at {
                finding.before = quote(&facts, at);
            }
        }
        finding
    }
}

/// Names the function a finding is about.
pub(super) fn at_function(ctx: &Ctx<'_>, mut finding: Finding, function: FunctionId) -> Finding {
    let profile = ctx.analysis.profile();
    finding.function = Some(function);
    profile.name(function).clone_into(&mut finding.name);
    profile.file(function).clone_into(&mut finding.file);
    finding.line = profile.function(function).line;
    finding.lines = vec![finding.line];
    finding
}

/// Points a finding at a function that was not recorded, in a file that was: by its name and lines.
pub(super) fn at_unrecorded(
    ctx: &Ctx<'_>,
    mut finding: Finding,
    facts: &Rc<Facts>,
    scope: ScopeId,
    node: NodeId,
) -> Finding {
    // What hands it over stands for it: only what was recorded can be selected.
    let file = ctx.yours_by_total().into_iter().find(|&f| ctx.source(f).is_some_and(|(of, _)| Rc::ptr_eq(&of, facts)));
    if let Some(function) = file {
        finding = at_function(ctx, finding, function);
    }
    finding.name.clone_from(&facts.scope(scope).qualified);
    finding.line = facts.tree().line(node);
    finding.lines = vec![finding.line];
    finding.before = quote(facts, node);
    finding
}

/// Names the function of a site, and the line that makes the call: where it was sampled, or the first that is written so.
pub(super) fn place_call(ctx: &Ctx<'_>, finding: Finding, site: &Site, is_call: impl Fn(&str) -> bool) -> Finding {
    let mut finding = at_function(ctx, finding, site.function);
    if let Some((facts, scope)) = ctx.source(site.function) {
        let tree = facts.tree();
        let mut calls: Vec<NodeId> = facts.calls_in(scope).filter(|&c| is_call(&facts.callee(c))).collect();
        if calls.is_empty() {
            // Reached through another function: what the user's function called on the way there.
            let name = called_name(ctx.name(site.via));
            calls = facts
                .calls_in(scope)
                .filter(|&c| tree.child(c, Role::Func).is_some_and(|f| tree.name(f) == name))
                .collect();
        }
        calls.sort_by_key(|&c| std::cmp::Reverse(facts.loop_depth(c)));
        let at = calls.iter().copied().find(|&c| tree.line(c) <= site.line && site.line <= tree.last_line(c));
        if let Some(at) = at.or(calls.first().copied()) {
            finding.line = tree.line(at);
            finding.before = quote(&facts, at);
        }
        finding.lines = calls.iter().map(|&c| tree.line(c)).collect();
    }
    if site.line > 0 {
        finding.line = site.line;
    }
    if !finding.lines.contains(&finding.line) {
        finding.lines.insert(0, finding.line);
    }
    finding
}

/// Names the function a finding is about, and its line with most samples where lines were recorded.
pub(super) fn at_hottest(ctx: &Ctx<'_>, finding: Finding, function: FunctionId) -> Finding {
    let mut finding = at_function(ctx, finding, function);
    let lines = ctx.line_costs(function);
    if let Some(line) = lines.and_then(|l| l.0.into_iter().max_by_key(|(_, cost)| cost.1)).map(|(line, _)| line) {
        finding.line = line;
        finding.lines = vec![line];
    } else if let Some((facts, scope)) = ctx.source(function) {
        // The head of a function says little: its first statement stands for its body.
        let tree = facts.tree();
        let body = tree.children_as(facts.scope(scope).node, Role::Body).find(|&n| {
            let documents = tree.kind(n) == Kind::Expression
                && tree.child(n, Role::Value).is_some_and(|v| tree.kind(v) == Kind::Str);
            !documents
        });
        let scope_nodes = facts.nodes(scope).filter(|&n| tree.kind(n).is_statement());
        let looped = scope_nodes.map(|n| (facts.loop_depth(n), std::cmp::Reverse(n))).max();
        let body = match looped {
            Some((depth, std::cmp::Reverse(n))) if depth > 0 => Some(n),
            _ => body,
        };
        if let Some(body) = body {
            finding.line = tree.line(body);
            finding.lines = vec![finding.line];
            finding.before = quote(&facts, body);
        }
    }
    finding
}

/// Points a finding at nodes of a function: at the one with most samples, or the one run most often.
pub(super) fn at_node(ctx: &Ctx<'_>, finding: Finding, spot: &Spot, nodes: &[NodeId]) -> Finding {
    let mut finding = at_function(ctx, finding, spot.function);
    let tree = spot.facts.tree();
    let cost = |n: NodeId| spot.lines.as_ref().map_or(0, |l| l.own(tree.line(n)..=tree.last_line(n)));
    // Of equals the first: what stands after it may run only now and then.
    let Some(at) = nodes.iter().rev().copied().max_by_key(|&n| (cost(n), spot.facts.loop_depth(n))) else {
        return finding;
    };
    let hottest = spot.lines.as_ref().and_then(|l| l.hottest(tree.line(at)..=tree.last_line(at)));
    finding.line = hottest.unwrap_or_else(|| tree.line(deepest(&spot.facts, at)));
    finding.lines = nodes.iter().map(|&n| tree.line(n)).collect();
    finding.lines.sort_unstable();
    finding.lines.dedup();
    finding.before = quote(&spot.facts, at);
    finding
}

/// The statement inside a node that most loops run, or the node itself where there is none.
fn deepest(facts: &Facts, node: NodeId) -> NodeId {
    let tree = facts.tree();
    let scope = facts.scope_of(node);
    let inside = tree.inside(node).filter(|&n| tree.kind(n).is_statement() && facts.scope_of(n) == scope);
    let mut best = (facts.loop_depth(node), node);
    for n in inside {
        let depth = facts.loop_depth(n);
        if depth > best.0 {
            best = (depth, n);
        }
    }
    best.1
}

/// The statement a node stands in, as the user wrote it; its first lines where it is long.
pub(super) fn quote(facts: &Facts, node: NodeId) -> String {
    const MOST_LINES: u32 = 6;
    let tree = facts.tree();
    let statement = tree.statement(node);
    let (first, last) = (tree.line(statement), tree.last_line(statement));
    let last = last.min(first + MOST_LINES - 1).max(first);
    let lines: Vec<&str> = (first..=last).map(|l| tree.line_text(l)).collect();
    let indent =
        lines.iter().filter(|l| !l.trim().is_empty()).map(|l| l.len() - l.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|l| l.get(indent..).unwrap_or_default().trim_end()).collect::<Vec<_>>().join("\n")
}

/// What a function of the profile is called by in the source: `pop` of `<method 'pop' of 'list' objects>`.
pub(super) fn called_name(name: &str) -> &str {
    if let Some(rest) = name.split("method '").nth(1) {
        return rest.split('\'').next().unwrap_or(rest);
    }
    let name = name.split("built-in method ").nth(1).map_or(name, |n| n.trim_end_matches(['>', '}']));
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether a function of the file is called in a loop, in the file, or by a function that is.
pub(super) fn is_called_in_loop(facts: &Facts, scope: ScopeId) -> bool {
    /// Callers of callers that are followed.
    const HEIGHT: usize = 4;
    let mut level = vec![scope];
    let mut seen = vec![scope];
    for _ in 0..HEIGHT {
        let mut next = Vec::new();
        for at in level {
            let calls = facts.calls_of(called_as(facts, at));
            // A loop that goes round a few times, as written, is none.
            if calls.iter().any(|&c| facts.loops_around(c).any(|l| !is_short(facts, l))) || is_mapped(facts, at) {
                return true;
            }
            for around in calls.iter().map(|&c| facts.scope_of(c)).filter(|s| *s != ScopeId::MODULE) {
                if !seen.contains(&around) {
                    seen.push(around);
                    next.push(around);
                }
            }
        }
        level = next;
    }
    false
}

/// The name calls of a function are written with: a class's for its `__init__`.
fn called_as(facts: &Facts, scope: ScopeId) -> &str {
    let name = &facts.scope(scope).name;
    match facts.class_around(scope) {
        Some(class) if name == "__init__" => &facts.scope(class).name,
        _ => name,
    }
}

/// Whether a function is handed to something that calls it for each item: `map(f, items)`, `pool.imap(f, items)`.
fn is_mapped(facts: &Facts, scope: ScopeId) -> bool {
    let tree = facts.tree();
    let name = &facts.scope(scope).name;
    let is_it = |a: NodeId| matches!(tree.kind(a), Kind::Name | Kind::Attribute) && tree.name(a) == name;
    ["map", "filter", "imap", "imap_unordered", "starmap"]
        .iter()
        .any(|mapping| facts.calls_of(mapping).iter().any(|&c| facts.arguments(c).next().is_some_and(is_it)))
}

/// `for _ in range(3)`
fn is_short(facts: &Facts, around: NodeId) -> bool {
    const FEW: u32 = 9;
    let tree = facts.tree();
    let walk = if tree.kind(around).is_comprehension() { tree.child(around, Role::Clause) } else { Some(around) };
    let Some(iter) = walk.and_then(|w| tree.child(w, Role::Iter)) else { return false };
    let range = tree.kind(iter) == Kind::Call && facts.callee(iter) == "builtins.range";
    let arguments: Vec<NodeId> = if range { facts.arguments(iter).collect() } else { Vec::new() };
    matches!(arguments[..], [only] if tree.source(only).parse::<u32>().is_ok_and(|n| n <= FEW))
}

/// Sites of one function together, the functions that asked for most first.
fn by_function(sites: Vec<Site>) -> Vec<(FunctionId, Vec<Site>)> {
    let mut grouped: Vec<(FunctionId, Vec<Site>)> = Vec::new();
    for site in sites {
        match grouped.iter_mut().find(|(f, _)| *f == site.function) {
            Some((_, sites)) => sites.push(site),
            None => grouped.push((site.function, vec![site])),
        }
    }
    grouped.sort_by_key(|(_, sites)| std::cmp::Reverse(sites.iter().map(|s| s.total).sum::<i64>()));
    grouped
}
