//! The trees of an analysis before they are expanded, for walks that go through two analyses at once.

use super::{Analysis, Counted};
use crate::analyze::{
    Exactness, Flow, FunctionTable, GroupId, Weights,
    merged::stack_body,
    tree::{CalleesOf, Callers, Child, Direction, GraphTree, Source, TopDown},
};
use crate::model::FunctionId;

/// A tree of recorded stacks, an estimated one of a call graph, or none where lines were recorded.
pub(in crate::analyze) enum Grown<S, G> {
    Stacks(S),
    Graph(G),
    Nothing,
}

impl<S: Source, G: Source> Source for Grown<S, G> {
    type Cursor = Grown<S::Cursor, G::Cursor>;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Self::Cursor>>) -> i64 {
        match self {
            Self::Stacks(source) => wrapped(out, Grown::Stacks, |out| source.roots(min_total, out)),
            Self::Graph(source) => wrapped(out, Grown::Graph, |out| source.roots(min_total, out)),
            Self::Nothing => 0,
        }
    }

    fn children(&mut self, of: &Self::Cursor, min_total: i64, out: &mut Vec<Child<Self::Cursor>>) -> i64 {
        match (self, of) {
            (Self::Stacks(source), Grown::Stacks(of)) => {
                wrapped(out, Grown::Stacks, |out| source.children(of, min_total, out))
            }
            (Self::Graph(source), Grown::Graph(of)) => {
                wrapped(out, Grown::Graph, |out| source.children(of, min_total, out))
            }
            // A cursor comes from the source it is given back to.
            (Self::Stacks(_) | Self::Graph(_) | Self::Nothing, _) => 0,
        }
    }

    fn exactness(&self) -> Exactness {
        match self {
            Self::Stacks(source) => source.exactness(),
            Self::Graph(source) => source.exactness(),
            Self::Nothing => Exactness::Exact,
        }
    }
}

fn wrapped<C, W>(
    out: &mut Vec<Child<W>>,
    wrap: impl Fn(C) -> W,
    children: impl FnOnce(&mut Vec<Child<C>>) -> i64,
) -> i64 {
    let mut found = Vec::new();
    let rest = children(&mut found);
    out.extend(found.into_iter().map(|c| Child {
        group: c.group,
        total: c.total,
        own: c.own,
        exact: c.exact,
        cursor: wrap(c.cursor),
    }));
    rest
}

impl Analysis {
    /// The table of what is counted, with other values for the samples; `None` where there are none.
    pub(in crate::analyze) fn table_as(&self, values: &[i64]) -> Option<FunctionTable> {
        let Counted::Stacks { tree, .. } = &self.counted else { return None };
        let weights = Weights::of_values(stack_body(&self.profile)?, tree, &self.query, values);
        Some(FunctionTable::of_stacks(tree, &weights, self.groups.len()))
    }

    /// The tree from the outermost calls inwards, and its sum.
    pub(in crate::analyze) fn top_down(&self) -> (Grown<TopDown<'_>, GraphTree<'_>>, i64) {
        match &self.counted {
            Counted::Stacks { tree, weights } => {
                let weights = weights.drawn();
                (Grown::Stacks(TopDown { tree, weights }), weights.sum())
            }
            Counted::Graph { flow, .. } => self.graph_source(flow, Direction::Down, None),
            Counted::Lines => (Grown::Nothing, 0),
        }
    }

    /// The tree from the innermost frames outwards, or that of the callers of one group, and its sum.
    pub(in crate::analyze) fn bottom_up(&self, of: Option<GroupId>) -> (Grown<Callers<'_>, GraphTree<'_>>, i64) {
        match &self.counted {
            Counted::Stacks { tree, weights } => {
                let weights = weights.drawn();
                let sum = of.map_or(weights.sum(), |group| weights.total_of(tree, group));
                (Grown::Stacks(Callers::new(tree, weights, of, self.groups.len())), sum)
            }
            Counted::Graph { flow, .. } => self.graph_source(flow, Direction::Up, of),
            Counted::Lines => (Grown::Nothing, 0),
        }
    }

    /// The tree of everything called below one group, and its sum.
    pub(in crate::analyze) fn below(&self, group: GroupId) -> (Grown<CalleesOf<'_>, GraphTree<'_>>, i64) {
        match &self.counted {
            Counted::Stacks { tree, weights } => {
                let weights = weights.drawn();
                let source = CalleesOf::new(tree, weights, group, self.groups.len());
                (Grown::Stacks(source), weights.total_of(tree, group))
            }
            Counted::Graph { flow, .. } => self.graph_source(flow, Direction::Down, Some(group)),
            Counted::Lines => (Grown::Nothing, 0),
        }
    }

    fn graph_source<'a, S>(
        &self,
        flow: &'a Flow,
        direction: Direction,
        of: Option<GroupId>,
    ) -> (Grown<S, GraphTree<'a>>, i64) {
        let of = of.map(|g| (FunctionId(g.0), self.table.total(g).max(0)));
        let sum = of.map_or_else(|| flow.sum().round() as i64, |(_, total)| total);
        (Grown::Graph(GraphTree { flow, direction, of }), sum)
    }
}
