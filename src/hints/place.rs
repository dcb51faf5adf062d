//! Where a finding points: its function, its line, and the code that is quoted.

use super::context::Site;
use super::spot::Spot;
use super::{Ctx, Finding};
use crate::model::FunctionId;
use crate::source::{Facts, Kind, NodeId, Role, ScopeId};
use std::rc::Rc;

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
    finding.name = facts.qualified(scope);
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
