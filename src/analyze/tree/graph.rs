//! The estimated tree of a call graph.

use super::{Child, Exactness, Source};
use crate::analyze::{Flow, GroupId, flow::PlaceId};
use crate::model::FunctionId;

/// Which way to walk a call graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::analyze) enum Direction {
    /// From callers to callees.
    Down,
    /// From callees to callers.
    Up,
}

/// The estimated tree of a call graph. Groups are the graph's functions.
pub(in crate::analyze) struct GraphTree<'a> {
    pub(in crate::analyze) flow: &'a Flow,
    pub(in crate::analyze) direction: Direction,
    /// Begin at one function with this total, or at all the roots.
    pub(in crate::analyze) of: Option<(FunctionId, i64)>,
}

/// The calls of one function on a path: its places with the cost that reaches each, and their sum as it is drawn.
pub(in crate::analyze) struct Calls {
    places: Vec<(PlaceId, f64)>,
    total: i64,
}

impl Source for GraphTree<'_> {
    type Cursor = Calls;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Calls>>) -> i64 {
        if let Some((function, total)) = self.of {
            if total < min_total {
                return total;
            }
            let places = self.flow.places_of(function, total as f64);
            let places = places.into_iter().filter(|(_, mass)| *mass > 0.0).collect();
            out.push(self.child(function, true, Calls { places, total }));
            return 0;
        }
        let sum = self.flow.sum().round() as i64;
        match self.direction {
            Direction::Down => {
                let masses = self.flow.places().map(|p| (p, self.flow.root_mass_at(p)));
                self.gather(masses, sum, min_total, false, out)
            }
            Direction::Up => {
                let masses = self.flow.places().map(|p| (p, self.flow.own_at(p)));
                self.gather(masses, sum, min_total, true, out)
            }
        }
    }

    fn children(&mut self, of: &Calls, min_total: i64, out: &mut Vec<Child<Calls>>) -> i64 {
        let below = of.total - self.own(of);
        if below < min_total {
            return below;
        }
        let flow = self.flow;
        let scaled = of.places.iter().filter_map(|&(place, mass)| {
            let inflow = flow.inflow_at(place);
            (inflow > 0.0).then(|| (place, mass / inflow))
        });
        match self.direction {
            Direction::Down => {
                let masses = scaled.flat_map(|(p, scale)| flow.callees(p).map(move |(to, m)| (to, m * scale)));
                self.gather(masses, below, min_total, false, out)
            }
            Direction::Up => {
                let masses = scaled.flat_map(|(p, scale)| flow.callers(p).map(move |(from, m)| (from, m * scale)));
                self.gather(masses, below, min_total, false, out)
            }
        }
    }

    fn exactness(&self) -> Exactness {
        if self.direction == Direction::Down && self.of.is_none() && self.flow.all_proven() {
            Exactness::Exact
        } else {
            Exactness::Estimated
        }
    }
}

impl GraphTree<'_> {
    fn child(&self, function: FunctionId, exact: bool, calls: Calls) -> Child<Calls> {
        Child { group: GroupId(function.0), total: calls.total, own: self.own(&calls), exact, cursor: calls }
    }

    /// What of a box is its own cost: all that its children do not get.
    fn own(&self, calls: &Calls) -> i64 {
        let (mut all, mut own) = (0.0, 0.0);
        for &(place, mass) in &calls.places {
            let part = match self.direction {
                Direction::Down => self.flow.own_at(place),
                Direction::Up => self.flow.root_mass_at(place),
            };
            let inflow = self.flow.inflow_at(place);
            all += mass;
            own += if inflow > 0.0 { part / inflow * mass } else { mass };
        }
        if all <= 0.0 {
            return calls.total;
        }
        // From the unrounded cost: a rounded one would hand itself on through a recursion without end.
        let below = (all - own).round() as i64;
        calls.total - below.clamp(0, calls.total)
    }

    /// Puts the places of each function together, and makes integers of the parts so that they add up to `sum`: their
    /// ends are rounded, not their lengths. Gives the sum of those narrower than `min_total`.
    fn gather(
        &self,
        masses: impl Iterator<Item = (PlaceId, f64)>,
        sum: i64,
        min_total: i64,
        certain: bool,
        out: &mut Vec<Child<Calls>>,
    ) -> i64 {
        let mut places: Vec<(PlaceId, f64)> = masses.filter(|(_, mass)| *mass > 0.0).collect();
        places.sort_unstable_by_key(|(place, _)| *place);
        // Rounding adds less than one to a part, so only these can come out wide enough; all others come after them.
        let narrowest = (min_total - 1) as f64;
        let mut left_out = false;
        let mut wide: Vec<(f64, &[(PlaceId, f64)])> = Vec::new();
        for run in places.chunk_by(|a, b| a.0.function() == b.0.function()) {
            let mass: f64 = run.iter().map(|(_, mass)| mass).sum();
            if mass >= narrowest { wide.push((mass, run)) } else { left_out = true }
        }
        wide.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut end, mut last, mut placed) = (0.0, 0_i64, 0_i64);
        let count = wide.len();
        for (i, (mass, run)) in wide.into_iter().enumerate() {
            end += mass;
            let is_last = i + 1 == count && !left_out;
            let to = if is_last { sum } else { (end.round() as i64).clamp(last, sum) };
            let total = to - last;
            last = to;
            if total < min_total {
                continue;
            }
            let function = run[0].0.function();
            let proven = self.direction == Direction::Down && self.of.is_none() && self.flow.is_proven(function);
            // Several links to one place add up.
            let places = run.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|s| s.1).sum()));
            out.push(self.child(function, certain || proven, Calls { places: places.collect(), total }));
            placed += total;
        }
        sum - placed
    }
}
