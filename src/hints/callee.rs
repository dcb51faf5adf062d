//! The rule that covers most of the catalogue: something expensive is called, and it is known what to do about it.
//!
//! Where every call was counted, and where Python functions were sampled, the callee is in the profile. Where a sampled
//! callee is a built-in function it is not: then the lines that call it are found in the source, and their samples count.

use super::context::Site;
use super::place::{at_function, at_node, called_name, quote};
use super::spot::Spot;
use super::{Confidence, Ctx, Evidence, Finding, Recording, Rule, Severity};
use crate::analyze::{Activity, Class};
use crate::model::FunctionId;
use crate::source::{Facts, NodeId, ScopeId};
use std::collections::BTreeMap;
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
    /// How many calls in one function are judged.
    const MOST_CALLS: usize = 200;

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
            let calls = self.written_in(&spot);
            let reason = "threads are mixed in this recording, so callers are uncertain; the source shows the call";
            let finding = Finding::new(rule, share, self.confidence.min(Confidence::Medium), reason);
            (!calls.is_empty()).then(|| at_node(ctx, finding, &spot, &calls))
        })
    }

    /// The calls of a function that are certainly of the kind meant.
    fn written_in(&self, spot: &Spot) -> Vec<NodeId> {
        let facts = &spot.facts;
        facts
            .calls_in(spot.scope)
            .filter(|&c| self.written.contains(&facts.callee(c).as_str()))
            .take(Self::MOST_CALLS)
            .filter(|&c| !self.repeated || facts.in_loop(c) || facts.is_called_in_loop(spot.scope))
            .filter(|&c| self.accepts.is_none_or(|accepts| accepts(facts, c) == Some(true)))
            .collect()
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
            .take(Self::MOST_CALLS)
            .collect();
        let judged: Vec<(NodeId, Option<bool>)> =
            calls.iter().map(|&c| (c, self.accepts.map_or(Some(true), |accepts| accepts(&facts, c)))).collect();
        if !judged.is_empty() && judged.iter().all(|(_, verdict)| *verdict == Some(false)) {
            return None;
        }
        let spot_calls = ctx.calls(function).map(|(all, _)| all);
        let repeated =
            |c: NodeId| facts.in_loop(c) || spot_calls.is_some_and(|n| n >= 20) || facts.is_called_in_loop(scope);
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
            let calls = self.written_in(spot);
            if calls.is_empty() {
                continue;
            }
            let part = spot.part(&calls, 0);
            let (facts, tree) = (&spot.facts, spot.facts.tree());
            // A key that sorting calls is sampled below the line.
            let keyed: Vec<NodeId> = calls.iter().copied().filter(|&c| facts.keyword(c, "key").is_some()).collect();
            let below = spot.lines.as_ref().map_or(0, |l| l.total_of(tree, &keyed) - l.own_of(tree, &keyed));
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
                finding.name = facts.qualified(scope);
            }
            if let Some(at) = at {
                finding.before = quote(&facts, at);
            }
        }
        finding
    }
}

/// Sites of one function together, the functions that asked for most first.
fn by_function(sites: Vec<Site>) -> Vec<(FunctionId, Vec<Site>)> {
    let mut grouped: BTreeMap<FunctionId, Vec<Site>> = BTreeMap::new();
    for site in sites {
        grouped.entry(site.function).or_default().push(site);
    }
    let mut grouped: Vec<(FunctionId, Vec<Site>)> = grouped.into_iter().collect();
    grouped.sort_by_key(|(_, sites)| std::cmp::Reverse(sites.iter().map(|s| s.total).sum::<i64>()));
    grouped
}
