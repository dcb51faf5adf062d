//! What the nodes of a merged tree cost.

use super::{MergedTree, ROOT};
use crate::analyze::{GroupId, Query, tree::outermost};
use crate::model::{StackId, StackProfile};

/// One metric of the samples a query asks for, on the nodes of a [`MergedTree`].
#[derive(Debug)]
pub struct Weights {
    /// What ends in each node.
    pub(in crate::analyze) own: Vec<i64>,
    /// What ends in each node or below it.
    pub(in crate::analyze) total: Vec<i64>,
    /// Whether a counted sample ends in each node or below it, whatever its value.
    pub(in crate::analyze) occurs: Vec<bool>,
    /// How many samples were counted.
    samples: usize,
    /// Without what is below zero, where anything is.
    drawn: Option<Box<Weights>>,
}

impl Weights {
    /// Puts the samples a query asks for on the tree.
    pub fn new(body: &StackProfile, tree: &MergedTree, query: &Query) -> Self {
        Self::of_counted(tree, query.counted(&body.samples))
    }

    /// Puts a value of each sample a query asks for on the tree.
    pub(in crate::analyze) fn of_values(body: &StackProfile, tree: &MergedTree, query: &Query, values: &[i64]) -> Self {
        Self::of_counted(tree, query.counted_as(&body.samples, values))
    }

    fn of_counted(tree: &MergedTree, samples: impl Iterator<Item = (StackId, i64)>) -> Self {
        let mut own = vec![0_i64; tree.len()];
        let mut occurs = vec![false; tree.len()];
        let mut counted = 0;
        for (stack, weight) in samples {
            if let Some(node) = tree.node_of(stack) {
                own[node as usize] += weight;
                occurs[node as usize] = true;
                counted += 1;
            }
        }
        for node in (1..occurs.len()).rev() {
            if occurs[node] {
                occurs[tree.parents[node] as usize] = true;
            }
        }
        let below_zero = own.iter().any(|w| *w < 0);
        let drawn = below_zero.then(|| {
            let own = own.iter().map(|w| (*w).max(0)).collect();
            Box::new(Self::summed(tree, own, occurs.clone(), counted, None))
        });
        Self::summed(tree, own, occurs, counted, drawn)
    }

    fn summed(tree: &MergedTree, own: Vec<i64>, occurs: Vec<bool>, samples: usize, drawn: Option<Box<Self>>) -> Self {
        let mut total = own.clone();
        for node in (1..total.len()).rev() {
            let value = total[node];
            if value != 0 {
                total[tree.parents[node] as usize] += value;
            }
        }
        Self { own, total, occurs, samples, drawn }
    }

    /// What a picture can show: a difference of two profiles holds values below zero, which have no width.
    pub fn drawn(&self) -> &Self {
        self.drawn.as_deref().unwrap_or(self)
    }

    /// The sum of everything counted.
    pub fn sum(&self) -> i64 {
        self.total[ROOT as usize]
    }

    /// What ran in a group or below it, each sample once.
    pub(in crate::analyze) fn total_of(&self, tree: &MergedTree, group: GroupId) -> i64 {
        outermost(tree, group).map(|node| self.total[node as usize]).sum()
    }

    /// How many samples were counted.
    pub fn samples(&self) -> usize {
        self.samples
    }
}
