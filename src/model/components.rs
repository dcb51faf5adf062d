//! Strongly connected components of a graph: nodes that can reach each other.

/// The components, callees before callers.
///
/// Found by Pearce's algorithm ("An Improved Algorithm for Finding the Strongly Connected Components of a Directed
/// Graph", 2005) with a stack of its own. Like Tarjan's it looks at each edge once, but keeps one number for each node.
#[derive(Debug, Default)]
pub(crate) struct Components {
    /// Nodes, component after component; within one, callees tend to come before callers.
    order: Vec<u32>,
    ends: Vec<u32>,
    /// Equal for nodes of one component; 0 for nodes that are known to be alone.
    of: Vec<u32>,
}

impl Components {
    /// The components of a graph of so many nodes.
    pub(crate) fn new<I: Iterator<Item = u32>>(nodes: usize, callees: impl Fn(u32) -> I) -> Self {
        let mut search = Search::new(nodes, nodes);
        (0..nodes as u32).for_each(|node| search.visit(node, &callees));
        search.found
    }

    /// The components of a graph whose nodes are halves of the nodes of this one: node `n` keeps its number and, where
    /// `second` has one, gets another half of that number. Numbers are below `halves`, and `whole` gives the node of each.
    /// Without a cycle of the whole nodes, the second half of a node is never a caller of the first.
    pub(crate) fn halved<I: Iterator<Item = u32>>(
        &self,
        halves: usize,
        second: impl Fn(u32) -> Option<u32>,
        whole: impl Fn(u32) -> u32,
        callees: impl Fn(u32) -> I,
    ) -> Self {
        let mut search = Search::new(halves, halves);
        // What lies outside a component was found before.
        let within = |half: u32| {
            let node = whole(half);
            let whole = &whole;
            callees(half).filter(move |&callee| self.are_together(node, whole(callee)))
        };
        for component in self.iter() {
            if let &[node] = component {
                if let Some(second) = second(node) {
                    search.found.add_alone(second);
                }
                search.found.add_alone(node);
                continue;
            }
            for &node in component {
                if let Some(second) = second(node) {
                    search.visit(second, within);
                }
                search.visit(node, within);
            }
        }
        search.found
    }

    /// Whether two nodes are in one component.
    #[inline]
    pub(crate) fn are_together(&self, a: u32, b: u32) -> bool {
        let of = self.of[a as usize];
        a == b || (of != 0 && of == self.of[b as usize])
    }

    /// The nodes of each component; callees come before callers.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u32]> {
        (0..self.ends.len()).map(|i| {
            let begin = if i == 0 { 0 } else { self.ends[i - 1] as usize };
            &self.order[begin..self.ends[i] as usize]
        })
    }

    fn add_alone(&mut self, node: u32) {
        self.order.push(node);
        self.ends.push(self.order.len() as u32);
    }
}

/// A search that goes on from node to node; what was found before stays found.
struct Search {
    /// While searching, `found.of` is 0 for nodes not seen yet, then the number of the first open node they reach, and at
    /// last the number of their component. Components are numbered from above, so that theirs are larger than all others.
    found: Components,
    next: u32,
    next_component: u32,
    /// Nodes that reach an earlier one, callees before callers.
    open: Vec<u32>,
}

/// A node on the path of the search.
struct Visit<I> {
    node: u32,
    reaches_earlier: bool,
    callees: I,
}

impl Search {
    fn new(nodes: usize, most_components: usize) -> Self {
        let ends = Vec::with_capacity(most_components);
        let found = Components { order: Vec::with_capacity(most_components), ends, of: vec![0; nodes] };
        Self { found, next: 1, next_component: u32::MAX, open: Vec::new() }
    }

    fn visit<I: Iterator<Item = u32>>(&mut self, start: u32, callees: impl Fn(u32) -> I) {
        if self.found.of[start as usize] != 0 {
            return;
        }
        let mut path = vec![self.enter(start, &callees)];
        while let Some(visit) = path.last_mut() {
            let here = visit.node as usize;
            if let Some(callee) = visit.callees.next() {
                let reached = self.found.of[callee as usize];
                if reached == 0 {
                    path.push(self.enter(callee, &callees));
                } else if reached < self.found.of[here] {
                    self.found.of[here] = reached;
                    visit.reaches_earlier = true;
                }
                continue;
            }
            let reached = if visit.reaches_earlier {
                self.open.push(visit.node);
                self.found.of[here]
            } else {
                self.close(visit.node);
                u32::MAX
            };
            path.pop();
            if let Some(caller) = path.last_mut()
                && reached < self.found.of[caller.node as usize]
            {
                self.found.of[caller.node as usize] = reached;
                caller.reaches_earlier = true;
            }
        }
    }

    fn enter<I>(&mut self, node: u32, callees: impl Fn(u32) -> I) -> Visit<I> {
        self.found.of[node as usize] = self.next;
        self.next += 1;
        Visit { node, reaches_earlier: false, callees: callees(node) }
    }

    /// Ends the component that was entered at a node: it, and the open nodes that reach it.
    fn close(&mut self, first: u32) {
        let number = self.found.of[first as usize];
        let from = self.open.iter().rposition(|&node| self.found.of[node as usize] < number).map_or(0, |i| i + 1);
        for &node in &self.open[from..] {
            self.found.of[node as usize] = self.next_component;
            self.found.order.push(node);
        }
        self.open.truncate(from);
        self.found.of[first as usize] = self.next_component;
        self.found.add_alone(first);
        self.next_component -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Edges = Vec<(u32, u32)>;

    fn callees(edges: &Edges, node: u32) -> impl Iterator<Item = u32> {
        edges.iter().filter(move |e| e.0 == node).map(|e| e.1)
    }

    fn sorted(found: &Components) -> Vec<Vec<u32>> {
        let mut sorted: Vec<Vec<u32>> = found.iter().map(<[u32]>::to_vec).collect();
        for component in &mut sorted {
            component.sort_unstable();
        }
        sorted
    }

    #[test]
    fn nodes_that_reach_each_other_stand_together_after_those_they_reach() {
        // 0 → 1 ⇄ 2 → 3, 3 → 3, and 4 alone.
        let edges = vec![(0, 1), (1, 2), (2, 1), (2, 3), (3, 3)];
        let found = Components::new(5, |n| callees(&edges, n));
        assert_eq!(sorted(&found), [vec![3], vec![1, 2], vec![0], vec![4]]);
        assert!(found.are_together(1, 2) && found.are_together(4, 4) && !found.are_together(0, 1));
    }

    #[test]
    fn halves_of_a_cycle_are_told_apart_where_the_cycle_does_not_lead_back() {
        // 0 ⇄ 1 as a whole; of their halves only the second ones reach each other.
        let whole_edges = vec![(0, 1), (1, 0)];
        let whole = Components::new(2, |n| callees(&whole_edges, n));
        // The halves of 0 are 0 and 2, those of 1 are 1 and 3.
        let edges = vec![(0, 1), (1, 2), (2, 3), (3, 2)];
        let halves = whole.halved(4, |n| Some(n + 2), |half| half % 2, |n| callees(&edges, n));
        assert_eq!(sorted(&halves), [vec![2, 3], vec![1], vec![0]]);
    }

    proptest! {
        #[test]
        fn together_are_those_that_reach_each_other(edges in prop::collection::vec((0_u32..12, 0_u32..12), 0..40)) {
            let mut reaches = [[false; 12]; 12];
            for (from, to) in (0..12).map(|n| (n, n)).chain(edges.iter().copied()) {
                reaches[from as usize][to as usize] = true;
            }
            for via in 0..12 {
                for from in 0..12 {
                    for to in 0..12 {
                        reaches[from][to] |= reaches[from][via] && reaches[via][to];
                    }
                }
            }
            let found = Components::new(12, |n| callees(&edges, n));
            let mut earlier: Vec<u32> = Vec::new();
            for component in found.iter() {
                for &node in component {
                    for other in 0..12 {
                        let mutual = reaches[node as usize][other as usize] && reaches[other as usize][node as usize];
                        prop_assert_eq!(component.contains(&other), mutual);
                        prop_assert_eq!(found.are_together(node, other), mutual);
                        let called_later = reaches[node as usize][other as usize] && !mutual && !earlier.contains(&other);
                        prop_assert!(!called_later, "callees come before callers");
                    }
                }
                earlier.extend(component);
            }
            prop_assert_eq!(earlier.len(), 12);
        }
    }
}
