//! Strongly connected components of a graph: nodes that can reach each other.

/// The components, callees before callers (Tarjan's algorithm, with a stack of its own).
#[derive(Debug, Default)]
pub(super) struct Components {
    /// Nodes, component after component; within one, callees tend to come before callers.
    order: Vec<u32>,
    ends: Vec<u32>,
    /// The component of each node.
    of: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Components {
    /// The components of a graph of so many nodes.
    pub(super) fn new<I: Iterator<Item = u32>>(nodes: usize, callees: impl Fn(u32) -> I) -> Self {
        let mut search = Search::new(nodes);
        (0..nodes as u32).for_each(|node| search.visit(node, &callees));
        search.found
    }

    /// The components of a graph whose nodes are parts of the nodes of this one, `2 n` and `2 n + 1` of node `n`. The
    /// second calls the first never, unless other nodes call back.
    pub(super) fn halved<I: Iterator<Item = u32>>(&self, callees: impl Fn(u32) -> I) -> Self {
        let mut search = Search::new(self.of.len() * 2);
        for component in self.iter() {
            if let &[node] = component {
                search.add_alone(2 * node + 1);
                search.add_alone(2 * node);
            } else {
                component.iter().flat_map(|n| [2 * n + 1, 2 * n]).for_each(|half| search.visit(half, &callees));
            }
        }
        search.found
    }

    /// How many components there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of a node's component.
    #[inline]
    pub(super) fn of(&self, node: u32) -> usize {
        self.of[node as usize] as usize
    }

    /// The nodes of each component; callees come before callers.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u32]> {
        (0..self.ends.len()).map(|i| {
            let begin = if i == 0 { 0 } else { self.ends[i - 1] as usize };
            &self.order[begin..self.ends[i] as usize]
        })
    }
}

/// A search that goes on from node to node; what was found before stays found.
struct Search {
    number: Vec<u32>,
    low: Vec<u32>,
    open: Vec<u32>,
    next: u32,
    found: Components,
}

impl Search {
    fn new(nodes: usize) -> Self {
        Self {
            number: vec![NONE; nodes],
            low: vec![0; nodes],
            open: Vec::new(),
            next: 0,
            found: Components { order: Vec::with_capacity(nodes), ends: Vec::new(), of: vec![NONE; nodes] },
        }
    }

    /// Adds a node that is known to reach only nodes that were found before, and itself.
    fn add_alone(&mut self, node: u32) {
        self.number[node as usize] = 0;
        self.open.push(node);
        self.close(node);
    }

    fn visit<I: Iterator<Item = u32>>(&mut self, start: u32, callees: impl Fn(u32) -> I) {
        if self.number[start as usize] != NONE {
            return;
        }
        let mut walk: Vec<(u32, I)> = vec![(start, callees(start))];
        while let Some((node, edges)) = walk.last_mut() {
            let node = *node;
            let n = node as usize;
            if self.number[n] == NONE {
                self.number[n] = self.next;
                self.low[n] = self.next;
                self.next += 1;
                self.open.push(node);
            }
            if let Some(callee) = edges.next() {
                let c = callee as usize;
                if self.number[c] == NONE {
                    walk.push((callee, callees(callee)));
                } else if self.found.of[c] == NONE {
                    self.low[n] = self.low[n].min(self.number[c]);
                }
                continue;
            }
            walk.pop();
            if let Some(&(caller, _)) = walk.last() {
                let caller = caller as usize;
                self.low[caller] = self.low[caller].min(self.low[n]);
            }
            if self.low[n] == self.number[n] {
                self.close(node);
            }
        }
    }

    fn close(&mut self, first: u32) {
        let component = self.found.ends.len() as u32;
        while let Some(node) = self.open.pop() {
            self.found.of[node as usize] = component;
            self.found.order.push(node);
            if node == first {
                break;
            }
        }
        self.found.ends.push(self.found.order.len() as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn components(edges: &[(u32, u32)], nodes: usize) -> (Components, Vec<Vec<u32>>) {
        let callees =
            |node: u32| edges.iter().filter(move |e| e.0 == node).map(|e| e.1).collect::<Vec<_>>().into_iter();
        let found = Components::new(nodes, callees);
        let mut sorted: Vec<Vec<u32>> = found.iter().map(<[u32]>::to_vec).collect();
        sorted.iter_mut().for_each(|component| component.sort_unstable());
        (found, sorted)
    }

    #[test]
    fn nodes_that_reach_each_other_stand_together_after_those_they_reach() {
        // 0 → 1 ⇄ 2 → 3, 3 → 3, and 4 alone.
        let (found, sorted) = components(&[(0, 1), (1, 2), (2, 1), (2, 3), (3, 3)], 5);
        assert_eq!(sorted, [vec![3], vec![1, 2], vec![0], vec![4]]);
        assert_eq!((found.len(), found.of(1), found.of(2), found.of(3)), (4, 1, 1, 0));
    }

    #[test]
    fn halves_of_a_cycle_are_told_apart_where_the_cycle_does_not_lead_back() {
        // 0 ⇄ 1 as a whole; of their halves only the second ones reach each other.
        let (whole, _) = components(&[(0, 1), (1, 0)], 2);
        let edges: [(u32, u32); 4] = [(0, 2), (2, 1), (1, 3), (3, 1)];
        let halves = whole.halved(|n| edges.into_iter().filter(move |e| e.0 == n).map(|e| e.1));
        let mut sorted: Vec<Vec<u32>> = halves.iter().map(<[u32]>::to_vec).collect();
        sorted.iter_mut().for_each(|component| component.sort_unstable());
        assert_eq!(sorted, [vec![1, 3], vec![2], vec![0]]);
    }
}
