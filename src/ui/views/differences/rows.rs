//! Which rows the table of differences shows, and in what order: counted again only when the comparison, the order or a
//! filter has changed.

use super::columns::Column;
use crate::analyze::diff::{Comparison, DiffRow, DiffSort, Effects, Measure, NoiseKind, Normalize, Side, Status};
use crate::analyze::{GroupId, SearchText};
use crate::model::format::Scale;
use crate::ui::views::group_rows::RowFilter;
use std::cmp::Reverse;

/// An order of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Order {
    pub(super) column: Column,
    /// Differences by their size, whichever way they go.
    pub(super) by_size: bool,
    pub(super) descending: bool,
}

impl Order {
    /// The largest differences first, up or down.
    pub(super) const LARGEST: Self = Self { column: Column::Delta, by_size: true, descending: true };

    /// The order after a click on the head of a column. Differences stand by size first, then from what costs more, then
    /// from what costs less.
    pub(super) fn clicked(self, column: Column) -> Self {
        match (self.column == column, column) {
            (false, Column::Delta) => Self::LARGEST,
            (false, _) => {
                // Statuses stand from slower on.
                Self { column, by_size: false, descending: column.is_number() || column == Column::Status }
            }
            (true, Column::Delta) if self.by_size => Self { by_size: false, descending: true, ..self },
            (true, Column::Delta) if !self.descending => Self::LARGEST,
            (true, _) => Self { descending: !self.descending, ..self },
        }
    }
}

/// What rows are made from: the analyses of both sides, how they are scaled, and which cost is compared.
type Source = (u64, u64, Normalize, Measure);

/// Statuses, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Statuses(u8);

impl Statuses {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn contains(self, status: Status) -> bool {
        self.0 & bit(status) != 0
    }

    pub(super) fn toggle(&mut self, status: Status) {
        self.0 ^= bit(status);
    }
}

fn bit(status: Status) -> u8 {
    1 << index(status)
}

/// Where a status stands among [`Status::ALL`].
pub(super) fn index(status: Status) -> usize {
    status as usize
}

/// The rows of the table. Each part remembers what it was made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    source: Option<Source>,
    /// Groups either side has, the largest difference first.
    present: Vec<GroupId>,
    /// By group.
    statuses: Vec<Status>,
    scales: Option<Scales>,
    order: Option<Order>,
    sorted: Vec<GroupId>,
    filter: RowFilter,
    only: Statuses,
    /// Rows of each status that the filter lets through.
    counts: [usize; Status::ALL.len()],
    shown: Vec<GroupId>,
}

/// What the figures of the columns have in common.
#[derive(Clone, Debug)]
pub(super) struct Scales {
    /// Of the costs of both sides.
    pub(super) costs: Scale,
    /// Of differences.
    pub(super) deltas: Scale,
    /// Of what differences of self cost are made of, which are not by call.
    pub(super) effects: Scale,
    /// Whether differences can be within noise.
    pub(super) knows_noise: bool,
    /// The largest cost of a side, up or down.
    pub(super) largest_cost: i64,
    /// The largest difference, up or down.
    pub(super) largest_delta: i64,
    /// The largest difference in calls.
    pub(super) largest_delta_calls: i64,
}

impl Rows {
    /// Makes the rows fit a comparison, an order and filters.
    pub(super) fn update(
        &mut self,
        comparison: &Comparison,
        measure: Measure,
        order: Order,
        filter: &SearchText,
        only: Statuses,
    ) {
        let [base, new] = Side::BOTH.map(|side| comparison.side(side).serial());
        let source = (base, new, comparison.normalize(), measure);
        let new_source = self.source != Some(source);
        if new_source {
            self.source = Some(source);
            self.set_source(comparison, measure);
        }
        let new_filter = self.filter.update(comparison.side(Side::New), filter, new_source);
        if new_filter {
            self.count_statuses();
        }
        let new_order = new_source || self.order != Some(order);
        if new_order {
            self.order = Some(order);
            self.sorted.clone_from(&self.present);
            if order != Order::LARGEST {
                sort(comparison, measure, &mut self.sorted, order);
            }
        }
        if new_filter || new_order || self.only != only {
            self.only = only;
            let passes = |g: &GroupId| self.filter.passes(*g);
            let has_status = |g: &GroupId| only.is_empty() || only.contains(self.statuses[g.index()]);
            self.shown = self.sorted.iter().copied().filter(|g| passes(g) && has_status(g)).collect();
        }
    }

    fn set_source(&mut self, comparison: &Comparison, measure: Measure) {
        let table = comparison.table();
        self.present = table.present().collect();
        let deltas = |g: GroupId| table.row(g).delta(measure).unsigned_abs();
        self.present.sort_by_cached_key(|g| Reverse(deltas(*g)));
        self.statuses = vec![Status::Same; comparison.side(Side::New).groups().len()];
        for group in &self.present {
            self.statuses[group.index()] = table.row(*group).status(measure);
        }
        self.scales = Some(Scales::of(comparison, measure));
        self.order = None;
    }

    fn count_statuses(&mut self) {
        self.counts = [0; Status::ALL.len()];
        for group in self.present.iter().filter(|g| self.filter.passes(**g)) {
            self.counts[index(self.statuses[group.index()])] += 1;
        }
    }

    /// The rows that are shown, in order.
    pub(super) fn shown(&self) -> &[GroupId] {
        &self.shown
    }

    /// How many rows there would be without filters.
    pub(super) fn unfiltered(&self) -> usize {
        self.present.len()
    }

    /// How many rows of a status the filter lets through.
    pub(super) fn count(&self, status: Status) -> usize {
        self.counts[index(status)]
    }

    /// Where a group stands.
    pub(super) fn position(&self, group: GroupId) -> Option<usize> {
        self.shown.iter().position(|&g| g == group)
    }

    /// What is wrong with the filter.
    pub(super) fn error(&self) -> Option<&str> {
        self.filter.error()
    }

    /// The units of the columns; `None` before the first update.
    pub(super) fn scales(&self) -> Option<&Scales> {
        self.scales.as_ref()
    }
}

impl Scales {
    fn of(comparison: &Comparison, measure: Measure) -> Self {
        let unit = &comparison.metric().unit;
        let largest = |of: &dyn Fn(&DiffRow) -> u64| {
            i64::try_from(comparison.table().rows().map(|row| of(&row)).max().unwrap_or(0)).unwrap_or(i64::MAX)
        };
        let size = |value: Option<i64>| value.unwrap_or(0).unsigned_abs();
        let largest_cost = largest(&|row| size(row.cost(Side::Base, measure)).max(size(row.cost(Side::New, measure))));
        let largest_delta = largest(&|row| row.delta(measure).unsigned_abs());
        let deltas = Scale::for_max(largest_delta, unit);
        Self {
            costs: Scale::for_max(largest_cost, unit).as_fine_as(&deltas),
            deltas,
            effects: match comparison.normalize() {
                // In the unit of the difference they stand beside.
                Normalize::None | Normalize::Total => Scale::for_max(largest_delta, unit),
                Normalize::PerCall => Scale::for_max(largest(&|row| row.effects.map_or(0, largest_part)), unit),
            },
            knows_noise: comparison.noise() != NoiseKind::Unknown,
            largest_cost,
            largest_delta,
            largest_delta_calls: largest(&|row| size(row.delta_calls())),
        }
    }
}

fn largest_part(effects: Effects) -> u64 {
    effects.calls.unsigned_abs().max(effects.per_call.unsigned_abs())
}

fn sort(comparison: &Comparison, measure: Measure, rows: &mut [GroupId], order: Order) {
    let Order { column, by_size, descending } = order;
    let analysis = comparison.side(Side::New);
    if column == Column::Place {
        // Lines are numbers: sorted before the files, whose sort leaves equal ones as they stand.
        let line = |g: &GroupId| comparison.place(*g).1;
        if descending {
            rows.sort_by_cached_key(|g| Reverse(line(g)));
        } else {
            rows.sort_by_cached_key(line);
        }
    }
    let key = match column {
        Column::Base => DiffSort::Base,
        Column::New => DiffSort::New,
        Column::Delta if by_size => DiffSort::DeltaSize,
        Column::Delta => DiffSort::Delta,
        Column::Relative => DiffSort::Relative,
        Column::DeltaCalls => DiffSort::DeltaCalls,
        Column::EffectOfCalls => DiffSort::EffectOfCalls,
        Column::EffectOfPerCall => DiffSort::EffectOfPerCall,
        Column::Error => DiffSort::Error,
        Column::Status => DiffSort::Status,
        Column::Name | Column::Module | Column::Place => DiffSort::Name,
    };
    comparison.table().sort(rows, key, measure, descending, |g| match column {
        Column::Module => analysis.groups().module(analysis.classes(), g).into(),
        Column::Place => comparison.place(g).0.into(),
        _ => comparison.name(g),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_sort_by_size_then_from_more_then_from_less() {
        let first = Order::LARGEST;
        let second = first.clicked(Column::Delta);
        let third = second.clicked(Column::Delta);
        assert_eq!((second.by_size, second.descending), (false, true));
        assert_eq!((third.by_size, third.descending), (false, false));
        assert_eq!(third.clicked(Column::Delta), first);
        let name = first.clicked(Column::Name);
        assert_eq!((name.descending, name.clicked(Column::Name).descending), (false, true));
    }

    #[test]
    fn each_status_has_a_place_of_its_own() {
        for (i, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(index(status), i);
            let mut only = Statuses::default();
            only.toggle(status);
            assert!(Status::ALL.iter().all(|s| only.contains(*s) == (*s == status)));
            only.toggle(status);
            assert!(only.is_empty());
        }
    }
}
