//! Strongly connected components of a graph: nodes that can reach each other.

/// The components, callees before callers (Tarjan's algorithm, with a stack of its own).
#[derive(Debug, Default)]
pub(super) struct Components {
    /// Nodes, component after component; sorted within each.
    order: Vec<u32>,
    ends: Vec<u32>,
}

impl Components {
    pub(super) fn new<I: Iterator<Item = u32>>(nodes: usize, callees: impl Fn(u32) -> I) -> Self {
        const UNSEEN: u32 = u32::MAX;
        let mut number = vec![UNSEEN; nodes];
        let mut low = vec![0_u32; nodes];
        let mut done = vec![false; nodes];
        let mut open: Vec<u32> = Vec::new();
        let mut walk: Vec<(u32, I)> = Vec::new();
        let mut next = 0;
        let mut found = Self { order: Vec::with_capacity(nodes), ends: Vec::new() };
        for start in 0..nodes as u32 {
            if number[start as usize] != UNSEEN {
                continue;
            }
            walk.push((start, callees(start)));
            while let Some((node, edges)) = walk.last_mut() {
                let n = *node as usize;
                if number[n] == UNSEEN {
                    number[n] = next;
                    low[n] = next;
                    next += 1;
                    open.push(n as u32);
                }
                if let Some(callee) = edges.next() {
                    let c = callee as usize;
                    if number[c] == UNSEEN {
                        walk.push((callee, callees(callee)));
                    } else if !done[c] {
                        low[n] = low[n].min(number[c]);
                    }
                    continue;
                }
                walk.pop();
                if let Some(&(caller, _)) = walk.last() {
                    low[caller as usize] = low[caller as usize].min(low[n]);
                }
                if low[n] == number[n] {
                    found.close(&mut open, &mut done, n as u32);
                }
            }
        }
        found
    }

    fn close(&mut self, open: &mut Vec<u32>, done: &mut [bool], first: u32) {
        let begin = self.order.len();
        while let Some(node) = open.pop() {
            done[node as usize] = true;
            self.order.push(node);
            if node == first {
                break;
            }
        }
        self.order[begin..].sort_unstable();
        self.ends.push(self.order.len() as u32);
    }

    /// The component of each node.
    pub(super) fn numbers(&self, nodes: usize) -> Vec<u32> {
        let mut numbers = vec![0; nodes];
        for (i, component) in self.iter().enumerate() {
            for &node in component {
                numbers[node as usize] = i as u32;
            }
        }
        numbers
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).map(|i| self.component(i))
    }

    pub(super) fn iter_reversed(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).rev().map(|i| self.component(i))
    }

    fn component(&self, i: usize) -> &[u32] {
        let begin = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.order[begin..self.ends[i] as usize]
    }
}
