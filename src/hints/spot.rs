//! A function of the user's whose source is known and whose time is worth a look.

use crate::model::FunctionId;
use crate::source::{Facts, NodeId, ScopeId, Tree};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Time by line: in the line itself, and with everything it called.
#[derive(Clone, Default, Debug)]
pub(super) struct LineCosts(pub(super) BTreeMap<u32, (i64, i64)>);

impl LineCosts {
    /// Time in a range of lines themselves.
    pub(super) fn own(&self, lines: std::ops::RangeInclusive<u32>) -> i64 {
        self.0.range(lines).map(|(_, cost)| cost.0).sum()
    }

    fn total(&self, lines: std::ops::RangeInclusive<u32>) -> i64 {
        self.0.range(lines).map(|(_, cost)| cost.1).sum()
    }

    /// Time in the lines of some nodes themselves, each line counted once.
    pub(super) fn own_of(&self, tree: &Tree, nodes: &[NodeId]) -> i64 {
        lines_of(tree, nodes).into_iter().map(|line| self.own(line..=line)).sum()
    }

    /// Time in the lines of some nodes with everything they called, each line counted once.
    pub(super) fn total_of(&self, tree: &Tree, nodes: &[NodeId]) -> i64 {
        lines_of(tree, nodes).into_iter().map(|line| self.total(line..=line)).sum()
    }

    /// The line with most time of its own, within a range.
    pub(super) fn hottest(&self, lines: std::ops::RangeInclusive<u32>) -> Option<u32> {
        self.0.range(lines).max_by_key(|(_, cost)| cost.0).map(|(line, _)| *line)
    }
}

/// The lines of some nodes, in order.
fn lines_of(tree: &Tree, nodes: &[NodeId]) -> Vec<u32> {
    let mut lines: Vec<u32> = nodes.iter().flat_map(|&n| tree.line(n)..=tree.last_line(n)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// A function with its comprehensions and generator expressions.
pub(super) struct Spot {
    /// The function, for which the finding speaks.
    pub(super) function: FunctionId,
    /// Whether that is the function itself and not one of its comprehensions.
    pub(super) named: bool,
    pub(super) facts: Rc<Facts>,
    pub(super) scope: ScopeId,
    /// Time in the function itself.
    pub(super) own: i64,
    /// The same with the built-in functions it calls.
    pub(super) work: i64,
    /// How often it was called, where counted.
    pub(super) calls: Option<i64>,
    /// Time by line, where recorded.
    pub(super) lines: Option<LineCosts>,
}

/// What a part of a function took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// In the metric's base unit.
    pub(super) amount: i64,
    /// Whether the lines were recorded; otherwise it is judged by how deeply the part is nested in loops.
    pub(super) measured: bool,
    /// The share of the function's work.
    pub(super) of_function: f64,
}

/// How often a loop is assumed to go round when nothing was recorded of it. Only proportions matter.
const ROUNDS: f64 = 12.0;
/// Loops nested more deeply than this are judged alike.
const MAX_DEPTH: usize = 5;

impl Spot {
    pub(super) fn add(&mut self, function: FunctionId, named: bool, own: i64, work: i64, lines: Option<LineCosts>) {
        if named && !self.named {
            self.function = function;
            self.named = true;
        }
        self.own += own;
        self.work += work;
        if let Some(more) = lines {
            let all = self.lines.get_or_insert_default();
            for (line, (own, total)) in more.0 {
                let entry = all.0.entry(line).or_insert((0, 0));
                entry.0 += own;
                entry.1 += total;
            }
        }
    }

    /// What some nodes of the function took: by samples on their lines, or else by how often loops run them.
    ///
    /// `hidden` is how many loops run inside the interpreter for each of the nodes: one for a test of membership in a
    /// list, none for ordinary code.
    pub(super) fn part(&self, nodes: &[NodeId], hidden: usize) -> Part {
        let tree = self.facts.tree();
        let whole = self.work.max(1) as f64;
        if let Some(costs) = &self.lines {
            let amount = costs.own_of(tree, nodes);
            return Part { amount, measured: true, of_function: (amount as f64 / whole).min(1.0) };
        }
        let weight =
            |node: NodeId, extra: usize| ROUNDS.powi((self.facts.loop_depth(node) + extra).min(MAX_DEPTH) as i32);
        let (mut all, mut some) = (0.0, 0.0);
        // Both go through the file in its order.
        let mut nodes = nodes.to_vec();
        nodes.sort_unstable();
        let mut around = nodes.into_iter().peekable();
        for node in self.facts.nodes(self.scope) {
            while around.next_if(|&n| n < node && !tree.contains(n, node)).is_some() {}
            let inside = around.peek().is_some_and(|&n| tree.contains(n, node));
            let weight = weight(node, if inside { hidden } else { 0 });
            all += weight;
            some += if inside { weight } else { 0.0 };
        }
        let of_function = if all > 0.0 { some / all } else { 0.0 };
        Part { amount: (self.work as f64 * of_function) as i64, measured: false, of_function }
    }

    /// Time in the outermost loops around some nodes, where lines were recorded and all of the nodes stand in loops.
    pub(super) fn loops_around(&self, nodes: &[NodeId]) -> Option<i64> {
        let (tree, costs) = (self.facts.tree(), self.lines.as_ref()?);
        let loops: Option<Vec<NodeId>> = nodes.iter().map(|&n| self.facts.loops_around(n).last()).collect();
        Some(costs.own_of(tree, &loops?))
    }

    /// Whether a node runs very often: in a loop, or in a function that is called very often.
    pub(super) fn is_repeated(&self, node: NodeId) -> bool {
        /// Calls from which a function's body is as good as a loop's.
        const MANY: i64 = 1_000;
        let called = || self.facts.is_called_in_loop(self.scope);
        self.facts.in_loop(node) || self.calls.map_or_else(called, |c| c >= MANY)
    }
}
