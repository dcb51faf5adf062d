//! Callers and callees of a group on both sides.

use super::{Comparison, Scale, Side};
use crate::analyze::{GroupId, Neighbour, Neighbours};
use rustc_hash::FxHashMap;

/// A caller or a callee of a group, as either side has it; costs are scaled as the comparison is, but not by call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DiffNeighbour {
    /// The other group.
    pub group: GroupId,
    /// Along the base side's edge; `None` where it has none.
    pub base: Option<Neighbour>,
    /// Along the new side's edge.
    pub new: Option<Neighbour>,
}

impl DiffNeighbour {
    /// Total cost along the edge, new less base.
    pub fn delta(&self) -> i64 {
        let total = |side: Option<Neighbour>| side.map_or(0, |n| n.total);
        total(self.new).saturating_sub(total(self.base))
    }

    /// All calls along the edge, new less base; `None` where they are not recorded.
    pub fn delta_calls(&self) -> Option<i64> {
        let calls = |side: Option<Neighbour>| side.map_or(Some(0), |n| n.calls.map(|c| c.0));
        Some(calls(self.new)?.saturating_sub(calls(self.base)?))
    }

    /// The size of its change, and where these are equal, its cost.
    fn rank(&self) -> (u64, u64) {
        let size = |side: Option<Neighbour>| side.map_or(0, |n| n.total.unsigned_abs());
        (self.delta().unsigned_abs(), size(self.base).max(size(self.new)))
    }
}

/// Who calls a group on either side and whom it calls: what changed most, first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DiffNeighbours {
    /// Groups that call it.
    pub callers: Vec<DiffNeighbour>,
    /// Groups it calls.
    pub callees: Vec<DiffNeighbour>,
}

impl Comparison {
    /// Puts the callers and callees of a group on both sides together, as each side's analysis tells them.
    pub fn neighbours(&self, base: &Neighbours, new: &Neighbours) -> DiffNeighbours {
        let joined = |of: fn(&Neighbours) -> &[Neighbour]| {
            let scaled = |side: Side, from: &[Neighbour]| -> Vec<Neighbour> {
                let mean = Scale::ONE.mean_of(self.aligned().runs(side).len());
                from.iter().map(|n| scaled(n, self.scale(side), mean)).collect()
            };
            join(scaled(Side::Base, of(base)), scaled(Side::New, of(new)))
        };
        DiffNeighbours { callers: joined(|n| &n.callers), callees: joined(|n| &n.callees) }
    }
}

fn scaled(neighbour: &Neighbour, cost: Scale, calls: Scale) -> Neighbour {
    Neighbour {
        group: neighbour.group,
        own: neighbour.own.map(|v| cost.apply(v)),
        total: cost.apply(neighbour.total),
        calls: neighbour.calls.map(|(all, primitive)| (calls.apply(all), calls.apply(primitive))),
    }
}

fn join(base: Vec<Neighbour>, new: Vec<Neighbour>) -> Vec<DiffNeighbour> {
    let mut positions: FxHashMap<GroupId, usize> = FxHashMap::default();
    let mut joined: Vec<DiffNeighbour> = Vec::with_capacity(base.len().max(new.len()));
    for neighbour in new {
        positions.insert(neighbour.group, joined.len());
        joined.push(DiffNeighbour { group: neighbour.group, base: None, new: Some(neighbour) });
    }
    for neighbour in base {
        match positions.get(&neighbour.group) {
            Some(&at) => joined[at].base = Some(neighbour),
            None => joined.push(DiffNeighbour { group: neighbour.group, base: Some(neighbour), new: None }),
        }
    }
    joined.sort_by_key(|n| (std::cmp::Reverse(n.rank()), n.group));
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_either_side_stand_once_what_changed_most_first() {
        let edge = |group: usize, total: i64, calls: i64| Neighbour {
            group: GroupId::at(group),
            own: None,
            total,
            calls: Some((calls, calls)),
        };
        let joined = join(vec![edge(1, 50, 5), edge(2, 400, 1)], vec![edge(3, 70, 7), edge(1, 90, 2)]);
        let told: Vec<_> = joined.iter().map(|n| (n.group.index(), n.delta(), n.delta_calls())).collect();
        assert_eq!(told, [(2, -400, Some(-1)), (3, 70, Some(7)), (1, 40, Some(-3))]);
    }
}
