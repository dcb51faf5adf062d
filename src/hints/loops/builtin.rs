//! A loop that a built-in function runs in C.

use crate::hints::pattern::{Pattern, loops};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, CmpOp, Facts, Kind, NodeId, Operator, Role, ValueKind};

pub(in crate::hints) static RULE: Rule = Rule {
    id: "hand-rolled-builtin",
    title: "Loop re-implements a C built-in",
    category: Category::Algorithm,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "30 % of the active time in a function with loops that only add up, count, copy or look for the largest",
    advice: "sum(), str/list.count(), map()/filter(), itertools.accumulate, max()/min(), any()/all() run the loop in C. From Python 3.12 on, sum() of floats also rounds less than a loop does.",
    before: "t = 0\nfor v in xs: t += v",
    after: "t = sum(xs)",
    docs: "https://docs.python.org/3/library/functions.html",
    removable: 0.65,
    settle: "replace the loop by the built-in and record again",
    wrong_if: "the loop has effects the built-in does not, or what it walks may be empty (max() and min() then need default=)",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let found: Vec<(NodeId, String)> =
            loops(facts, spot).into_iter().filter_map(|l| Some((l, replacement(facts, l)?))).collect();
        let nodes: Vec<NodeId> = found.iter().map(|(n, _)| *n).collect();
        if nodes.is_empty() {
            continue;
        }
        let pattern = Pattern { rule, nodes: &nodes, hidden: 0, min_share: 0.3, certainty: Confidence::High };
        if let Some(mut finding) = pattern.found(ctx, spot) {
            finding.after = found.into_iter().map(|(_, after)| after).collect::<Vec<_>>().join("\n");
            findings.push(finding);
        }
    }
    findings
}

/// What a loop could be written as.
fn replacement(facts: &Facts, node: NodeId) -> Option<String> {
    let tree = facts.tree();
    let mut body: Vec<NodeId> = tree.children_as(node, Role::Body).collect();
    if tree.kind(node) == Kind::While {
        let (sequence, position) = counted_walk(facts, node)?;
        body.pop();
        let over = Over { facts, iter: Some(sequence), target: tree.source(position), direct: false, walked: "" };
        return over.replaced(&body);
    }
    let iter = tree.child(node, Role::Iter)?;
    let target = tree.child(node, Role::Target)?;
    let over = Over {
        facts,
        iter: indexed(facts, iter),
        target: tree.source(target),
        direct: indexed(facts, iter).is_none(),
        walked: tree.source(iter),
    };
    over.replaced(&body)
}

/// The sequence of `range(len(sequence))`.
fn indexed(facts: &Facts, iter: NodeId) -> Option<NodeId> {
    if facts.tree().kind(iter) != Kind::Call || facts.callee(iter) != "builtins.range" {
        return None;
    }
    measured(facts, facts.arguments(iter).next()?)
}

/// The sequence of `len(sequence)`.
fn measured(facts: &Facts, length: NodeId) -> Option<NodeId> {
    let is_length = facts.tree().kind(length) == Kind::Call && facts.callee(length) == "builtins.len";
    facts.arguments(length).next().filter(|_| is_length)
}

/// The sequence and the position of `while i < len(sequence): …; i += 1`.
fn counted_walk(facts: &Facts, node: NodeId) -> Option<(NodeId, NodeId)> {
    let tree = facts.tree();
    let test =
        tree.child(node, Role::Test).filter(|&t| matches!(tree.kind(t), Kind::Compare(CmpOp::Lt | CmpOp::NotEq)))?;
    let (position, length) = (tree.child(test, Role::Left)?, tree.child(test, Role::Right)?);
    let step = tree.children_as(node, Role::Body).last()?;
    let counts = tree.kind(step) == Kind::AugAssign(Operator::Add)
        && tree.child(step, Role::Target).is_some_and(|t| tree.source(t) == tree.source(position))
        && tree.child(step, Role::Value).is_some_and(|v| tree.source(v) == "1");
    Some((measured(facts, length)?, position)).filter(|_| counts && tree.kind(position) == Kind::Name)
}

struct Over<'a> {
    facts: &'a Facts,
    /// Where positions are walked, the sequence they belong to.
    iter: Option<NodeId>,
    target: &'a str,
    direct: bool,
    walked: &'a str,
}

impl Over<'_> {
    /// What a loop with this body could be written as.
    fn replaced(&self, body: &[NodeId]) -> Option<String> {
        match *body {
            [only] => self.sum(only).or_else(|| self.count(only)).or_else(|| self.extreme(only)),
            [first, second] => self.accumulate(first, second),
            _ => None,
        }
    }

    /// Whether an expression is the element of the walk.
    fn is_element(&self, node: NodeId) -> bool {
        let tree = self.facts.tree();
        match self.iter {
            Some(sequence) => tree.source(node) == format!("{}[{}]", tree.source(sequence), self.target),
            None => self.direct && tree.kind(node) == Kind::Name && tree.source(node) == self.target,
        }
    }

    fn sequence(&self) -> &str {
        self.iter.map_or(self.walked, |s| self.facts.tree().source(s))
    }

    /// A number that is added to: a plain name, which is not a text or a list.
    fn adds(&self, statement: NodeId) -> Option<(NodeId, NodeId)> {
        let tree = self.facts.tree();
        let target = tree.child(statement, Role::Target).filter(|&t| tree.kind(t) == Kind::Name)?;
        let value = tree.child(statement, Role::Value)?;
        let added = match tree.kind(statement) {
            Kind::AugAssign(Operator::Add) => value,
            // `t = t + v`
            Kind::Assign if tree.kind(value) == Kind::Binary(Operator::Add) => {
                let same = tree.child(value, Role::Left).is_some_and(|l| tree.source(l) == tree.source(target));
                tree.child(value, Role::Right).filter(|_| same)?
            }
            _ => return None,
        };
        let number = self.facts.value(target).is_none_or(|v| v.kind == ValueKind::Number);
        number.then_some((target, added))
    }

    /// Whether a name is given one value before a loop that a statement stands in, outside of any other loop, and what
    /// that value is.
    fn begins_with(&self, name: NodeId, statement: NodeId, is: impl Fn(&str) -> bool) -> bool {
        let (facts, tree) = (self.facts, self.facts.tree());
        let before =
            |how: &&Bound| matches!(how, Bound::Assigned(value) if *value < statement && !facts.in_loop(*value));
        let bound = facts.bindings(facts.scope_of(name), tree.name(name));
        let mut given = bound.iter().filter(before);
        let first = given.next().filter(|_| given.next().is_none() && facts.loop_depth(statement) == 1);
        matches!(first, Some(Bound::Assigned(value)) if is(tree.source(*value)))
    }

    /// `total =` where it begins with nothing, `total +=` where it may hold something before.
    fn gets(&self, total: NodeId, statement: NodeId) -> String {
        let from_nothing = self.begins_with(total, statement, |first| matches!(first, "0" | "0.0"));
        format!("{} {}", self.facts.tree().source(total), if from_nothing { "=" } else { "+=" })
    }

    /// `t += v`
    fn sum(&self, statement: NodeId) -> Option<String> {
        let tree = self.facts.tree();
        let (total, value) = self.adds(statement)?;
        let field = matches!(tree.kind(value), Kind::Attribute | Kind::Subscript)
            && tree.child(value, Role::Value).is_some_and(|v| self.is_element(v));
        let gets = self.gets(total, statement);
        if self.is_element(value) {
            return Some(format!("{gets} sum({})", self.sequence()));
        }
        (field && self.iter.is_none())
            .then(|| format!("{gets} sum({} for {} in {})", tree.source(value), self.target, self.walked))
    }

    /// `if v == k: n += 1`
    fn count(&self, statement: NodeId) -> Option<String> {
        let tree = self.facts.tree();
        let test = tree.child(statement, Role::Test).filter(|_| tree.kind(statement) == Kind::If)?;
        if tree.child(statement, Role::Orelse).is_some() {
            return None;
        }
        let mut body = tree.children_as(statement, Role::Body);
        let (counter, one) = self.adds(body.next()?)?;
        if body.next().is_some() || tree.source(one) != "1" {
            return None;
        }
        let compared = tree.child(test, Role::Left).is_some_and(|l| self.is_element(l));
        match tree.kind(test) {
            Kind::Compare(CmpOp::Eq) if compared => {
                let wanted = tree.child(test, Role::Right).map_or("", |r| tree.source(r));
                Some(format!("{} {}.count({wanted})", self.gets(counter, statement), self.sequence()))
            }
            _ => None,
        }
    }

    /// `if v > m: m = v`
    fn extreme(&self, statement: NodeId) -> Option<String> {
        let tree = self.facts.tree();
        let test = tree.child(statement, Role::Test).filter(|_| tree.kind(statement) == Kind::If)?;
        let mut body = tree.children_as(statement, Role::Body);
        let assigned = body.next().filter(|&a| tree.kind(a) == Kind::Assign)?;
        let (best, value) = (tree.child(assigned, Role::Target)?, tree.child(assigned, Role::Value)?);
        if body.next().is_some() || !self.is_element(value) || tree.child(statement, Role::Orelse).is_some() {
            return None;
        }
        let (left, right) = (tree.child(test, Role::Left)?, tree.child(test, Role::Right)?);
        let (element_first, best_text) = (self.is_element(left), tree.source(best));
        let compares = (element_first && tree.source(right) == best_text)
            || (self.is_element(right) && tree.source(left) == best_text);
        let greater = match tree.kind(test) {
            Kind::Compare(CmpOp::Gt | CmpOp::GtE) => element_first,
            Kind::Compare(CmpOp::Lt | CmpOp::LtE) => !element_first,
            _ => return None,
        };
        let (name, sequence) = (if greater { "max" } else { "min" }, self.sequence());
        // What it begins with may be more extreme than all that is walked, unless it is the first of that.
        let begins = self.begins_with(best, statement, |first| first == format!("{sequence}[0]"));
        let call =
            if begins { format!("{name}({sequence})") } else { format!("{name}({best_text}, {name}({sequence}))") };
        compares.then(|| format!("{best_text} = {call}"))
    }

    /// `t += v; out.append(t)`
    fn accumulate(&self, first: NodeId, second: NodeId) -> Option<String> {
        let tree = self.facts.tree();
        let (total, value) = self.adds(first)?;
        let call = tree.child(second, Role::Value).filter(|&c| tree.kind(c) == Kind::Call)?;
        let appended = self.facts.arguments(call).next()?;
        let list = self.facts.receiver(call).filter(|_| self.facts.callee(call) == ".append")?;
        (self.is_element(value) && tree.source(appended) == tree.source(total))
            .then(|| format!("{} = list(itertools.accumulate({}))", tree.source(list), self.sequence()))
    }
}
