//! The table of a comparison: one row for each group that either side has.

use super::{
    Effects, Interval, Normalize, Scale, Side, Spread,
    noise::{Sampled, Sampling, Welch},
    scale,
};
use crate::analyze::{FunctionTable, GroupId};
use std::cmp::Reverse;

/// What a row or a box did from base to new.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Status {
    /// It costs more, beyond noise.
    Slower,
    /// It costs less, beyond noise.
    Faster,
    /// The base side does not have it.
    New,
    /// The new side does not have it.
    Gone,
    /// It costs the same, to a hundredth of a per cent.
    Same,
    /// What lies between may be chance.
    WithinNoise,
}

impl Status {
    /// Every one of them, in the order legends show them.
    pub const ALL: [Self; 6] = [Self::Slower, Self::Faster, Self::New, Self::Gone, Self::Same, Self::WithinNoise];

    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Same => "same",
            Self::WithinNoise => "within noise",
        }
    }

    /// Judges two costs; `None` where a side does not have it. No interval: nothing is known of noise.
    pub(super) fn of(base: Option<i64>, new: Option<i64>, noise: Option<Interval>) -> Self {
        let (base, new) = match (base, new) {
            (None, None) => return Self::Same,
            (None, Some(_)) => return Self::New,
            (Some(_), None) => return Self::Gone,
            (Some(base), Some(new)) => (base, new),
        };
        if is_same(base, new) {
            Self::Same
        } else if noise.is_some_and(Interval::holds_zero) {
            Self::WithinNoise
        } else if new > base {
            Self::Slower
        } else {
            Self::Faster
        }
    }
}

/// Whether two costs differ by less than half a hundredth of a per cent of the larger, which is written 0.00 %.
fn is_same(base: i64, new: i64) -> bool {
    let larger = u128::from(base.unsigned_abs().max(new.unsigned_abs()));
    base == new || u128::from(new.abs_diff(base)) * 20_000 < larger
}

/// Which of a function's costs is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum Measure {
    /// What it cost itself.
    Own,
    /// What it cost with everything it called.
    #[default]
    Total,
}

/// What a group cost on one side, normalised as the comparison is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Costs {
    /// In itself.
    pub own: i64,
    /// With everything it called.
    pub total: i64,
    /// All calls; `None` where not recorded.
    pub calls: Option<i64>,
    /// Calls that were not part of a recursion; `None` where not recorded.
    pub primitive_calls: Option<i64>,
}

impl Costs {
    /// One of them.
    pub fn get(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Own => self.own,
            Measure::Total => self.total,
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DiffRow {
    /// What it stands for, on both sides.
    pub group: GroupId,
    /// The base side's costs; `None` where it lacks the group.
    pub base: Option<Costs>,
    /// The new side's costs.
    pub new: Option<Costs>,
    /// What more and dearer calls make of the delta of own cost; `None` where calls are not recorded on both sides.
    pub effects: Option<Effects>,
    /// The 95 % interval of the delta of own cost; `None` where nothing is known of noise.
    pub own_noise: Option<Interval>,
    /// The 95 % interval of the delta of total cost.
    pub total_noise: Option<Interval>,
}

impl DiffRow {
    /// A side's cost; `None` where it lacks the group.
    pub fn cost(&self, side: Side, measure: Measure) -> Option<i64> {
        let costs = match side {
            Side::Base => self.base,
            Side::New => self.new,
        };
        costs.map(|c| c.get(measure))
    }

    /// New less base; a side that lacks the group counts as nothing.
    pub fn delta(&self, measure: Measure) -> i64 {
        self.cost(Side::New, measure).unwrap_or(0).saturating_sub(self.cost(Side::Base, measure).unwrap_or(0))
    }

    /// The delta as a part of base; `None` where base is nothing.
    pub fn relative(&self, measure: Measure) -> Option<f64> {
        let base = self.cost(Side::Base, measure).filter(|b| *b != 0)?;
        Some(self.delta(measure) as f64 / base.unsigned_abs() as f64)
    }

    /// New calls less base calls; `None` where they are not recorded. A side that lacks the group made none.
    pub fn delta_calls(&self) -> Option<i64> {
        let calls = |side: Option<Costs>| side.map_or(Some(0), |c| c.calls);
        // A group both sides lack calls of has none to subtract.
        (self.base.and_then(|c| c.calls).is_some() || self.new.and_then(|c| c.calls).is_some())
            .then(|| Some(calls(self.new)?.saturating_sub(calls(self.base)?)))
            .flatten()
    }

    /// The 95 % interval of a delta; `None` where nothing is known of noise.
    pub fn noise(&self, measure: Measure) -> Option<Interval> {
        match measure {
            Measure::Own => self.own_noise,
            Measure::Total => self.total_noise,
        }
    }

    /// What it did, by one of its costs.
    pub fn status(&self, measure: Measure) -> Status {
        Status::of(self.cost(Side::Base, measure), self.cost(Side::New, measure), self.noise(measure))
    }
}

/// What a table can be sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum DiffSort {
    /// The size of the delta, up or down.
    #[default]
    DeltaSize,
    /// The delta, from what got dearest to what got cheapest.
    Delta,
    /// The delta as a part of base; what base lacks comes first.
    Relative,
    /// The base side's cost.
    Base,
    /// The new side's cost.
    New,
    /// The difference in calls.
    DeltaCalls,
    /// What more calls make of the delta.
    EffectOfCalls,
    /// What dearer calls make of it.
    EffectOfPerCall,
    /// Slower, faster, new, gone, same, within noise.
    Status,
    /// How wide the interval of the delta is.
    Error,
    /// A text the caller knows.
    Name,
}

/// Costs of one side by group.
#[derive(Debug)]
struct Column {
    own: Vec<i64>,
    total: Vec<i64>,
    calls: Vec<Option<(i64, i64)>>,
    present: Vec<bool>,
    /// Without calls by call.
    recorded_own: Vec<i64>,
    sum: i64,
}

/// What each group cost in each run of a side, with the scale of that side.
pub(super) struct RunTables {
    pub(super) tables: Vec<FunctionTable>,
    /// From a run's value to one of the comparison.
    pub(super) factors: Vec<f64>,
}

impl RunTables {
    /// Of everything a run recorded.
    pub(super) fn sum_spread(&self) -> Spread {
        self.spread(FunctionTable::sum)
    }

    /// A cost of each run, in the order they were given.
    pub(super) fn values(&self, value: impl Fn(&FunctionTable) -> i64) -> Vec<i64> {
        self.tables
            .iter()
            .zip(&self.factors)
            .map(|(table, factor)| (value(table) as f64 * factor).round() as i64)
            .collect()
    }

    fn spread(&self, value: impl Fn(&FunctionTable) -> i64) -> Spread {
        let values: Vec<f64> =
            self.tables.iter().zip(&self.factors).map(|(table, factor)| value(table) as f64 * factor).collect();
        Spread::of(values.iter().copied())
    }
}

/// Costs by group on both sides.
#[derive(Debug)]
pub struct DiffTable {
    base: Column,
    new: Column,
    has_calls: bool,
    own_noise: Vec<Option<Interval>>,
    total_noise: Vec<Option<Interval>>,
    sampling: Option<Sampling>,
    /// By group, base then new: own, then total.
    spreads: Vec<[(Spread, Spread); 2]>,
}

/// What a table is made of, for one side.
pub(super) struct TableSide<'a> {
    pub(super) table: &'a FunctionTable,
    pub(super) scale: Scale,
    /// How many runs the table is the sum of.
    pub(super) runs: usize,
    /// The table of samples, where the side was sampled.
    pub(super) counts: Option<&'a FunctionTable>,
    pub(super) run_tables: Option<&'a RunTables>,
}

impl TableSide<'_> {
    fn column(&self, groups: usize, normalize: Normalize) -> Column {
        let table = self.table;
        let ids = || (0..groups).map(GroupId::at);
        let mut own: Vec<i64> = ids().map(|g| table.own(g)).collect();
        self.scale.apply_to_parts(&mut own);
        let total = ids().zip(&own).map(|(g, scaled_own)| {
            let total = self.scale.apply(table.total(g));
            // Own costs are rounded so that they add up: a total must not fall below.
            if table.total(g) >= table.own(g) { total.max(*scaled_own) } else { total }
        });
        let mut total: Vec<i64> = total.collect();
        let mean = Scale::ONE.mean_of(self.runs);
        let calls: Vec<Option<(i64, i64)>> =
            ids().map(|g| table.calls(g).map(|(all, primitive)| (mean.apply(all), mean.apply(primitive)))).collect();
        let mut present = vec![false; groups];
        for group in table.present() {
            present[group.index()] = true;
        }
        let recorded_own = own.clone();
        if normalize == Normalize::PerCall {
            for group in ids() {
                let (all, primitive) = table.calls(group).unwrap_or_default();
                let i = group.index();
                own[i] = scale::rounded(i128::from(table.own(group)), i128::from(all));
                total[i] = scale::rounded(i128::from(table.total(group)), i128::from(primitive));
            }
        }
        Column { own, total, calls, present, recorded_own, sum: self.scale.apply(table.sum()) }
    }
}

/// The tables of samples of base and new, where they were sampled.
pub(super) type SampleTables<'a> = (Option<&'a FunctionTable>, Option<&'a FunctionTable>);

/// Whether the error of sampling is known: of both sides, or of the one that was sampled, where shares are compared.
pub(super) fn knows_sampling(counts: SampleTables<'_>, normalize: Normalize) -> bool {
    match counts {
        (Some(_), Some(_)) => true,
        (None, None) => false,
        _ => normalize == Normalize::Total,
    }
}

impl DiffTable {
    /// The table of two sides over the same groups.
    pub(super) fn new(base: &TableSide<'_>, new: &TableSide<'_>, groups: usize, normalize: Normalize) -> Self {
        let has_calls = base.table.has_calls() && new.table.has_calls();
        let mut table = Self {
            base: base.column(groups, normalize),
            new: new.column(groups, normalize),
            has_calls,
            own_noise: Vec::new(),
            total_noise: Vec::new(),
            sampling: None,
            spreads: Vec::new(),
        };
        if normalize == Normalize::PerCall {
            return table;
        }
        match ((base.run_tables, new.run_tables), (base.counts, new.counts)) {
            ((Some(base_runs), Some(new_runs)), _) => table.add_run_noise(base_runs, new_runs, groups),
            (_, counts) if knows_sampling(counts, normalize) => {
                table.add_sampling_noise(counts, groups, normalize);
            }
            _ => {}
        }
        table
    }

    fn add_run_noise(&mut self, base: &RunTables, new: &RunTables, groups: usize) {
        let welch = Welch::default();
        for group in (0..groups).map(GroupId::at) {
            let spreads = [base, new].map(|runs| (runs.spread(|t| t.own(group)), runs.spread(|t| t.total(group))));
            let [(base_own, base_total), (new_own, new_total)] = spreads;
            self.own_noise.push(welch.interval(base_own, new_own));
            self.total_noise.push(welch.interval(base_total, new_total));
            self.spreads.push(spreads);
        }
    }

    /// `base` and `new` are tables of samples; `None` for a side that was not sampled.
    fn add_sampling_noise(&mut self, (base, new): SampleTables<'_>, groups: usize, normalize: Normalize) {
        type Count = fn(&FunctionTable, GroupId) -> i64;
        let ids = (0..groups).map(GroupId::at);
        let sampled = |column: &Column, values: &[i64], counts: Option<&FunctionTable>, g: GroupId, count: Count| {
            let (value, sum) = (values[g.index()], column.sum);
            counts.map_or(Sampled::exact(value, sum), |counts| Sampled {
                value,
                count: count(counts, g),
                sum,
                sum_count: Some(counts.sum()),
            })
        };
        let own = |g: GroupId| {
            (
                sampled(&self.base, &self.base.own, base, g, FunctionTable::own),
                sampled(&self.new, &self.new.own, new, g, FunctionTable::own),
            )
        };
        let total = |g: GroupId| {
            (
                sampled(&self.base, &self.base.total, base, g, FunctionTable::total),
                sampled(&self.new, &self.new.total, new, g, FunctionTable::total),
            )
        };
        let sampling = match normalize {
            Normalize::Total => Sampling::WithinTotal,
            Normalize::None | Normalize::PerCall => Sampling::as_recorded(ids.clone().map(own)),
        };
        let interval = |(base, new): (Sampled, Sampled)| Some(sampling.interval(base, new));
        let own_noise = ids.clone().map(|g| interval(own(g))).collect();
        self.total_noise = ids.map(|g| interval(total(g))).collect();
        self.own_noise = own_noise;
        self.sampling = Some(sampling);
    }

    /// How deltas stray, where both sides were sampled and there is one run of each.
    pub(super) fn sampling(&self) -> Option<Sampling> {
        self.sampling
    }

    /// Groups that either side has.
    pub fn present(&self) -> impl Iterator<Item = GroupId> + '_ {
        let both = self.base.present.iter().zip(&self.new.present).enumerate();
        both.filter(|(_, (b, n))| **b || **n).map(|(i, _)| GroupId::at(i))
    }

    /// The row of a group. A group neither side has gives a row with no side.
    pub fn row(&self, group: GroupId) -> DiffRow {
        let i = group.index();
        let side = |column: &Column| {
            column.present.get(i).copied().unwrap_or(false).then(|| Costs {
                own: column.own[i],
                total: column.total[i],
                calls: column.calls[i].map(|c| c.0),
                primitive_calls: column.calls[i].map(|c| c.1).filter(|n| *n >= 0),
            })
        };
        let (base, new) = (side(&self.base), side(&self.new));
        let noise = |of: &Vec<Option<Interval>>| of.get(i).copied().flatten();
        DiffRow {
            group,
            base,
            new,
            effects: self.effects(i, base.is_some(), new.is_some()),
            own_noise: noise(&self.own_noise),
            total_noise: noise(&self.total_noise),
        }
    }

    fn effects(&self, i: usize, in_base: bool, in_new: bool) -> Option<Effects> {
        if !self.has_calls {
            return None;
        }
        let of = |column: &Column, present: bool| match (present, column.calls[i]) {
            (false, _) => Some((0, 0)),
            (true, Some((calls, _))) => Some((column.recorded_own[i], calls)),
            (true, None) => None,
        };
        Some(Effects::of(of(&self.base, in_base)?, of(&self.new, in_new)?))
    }

    /// Every row, by group.
    pub fn rows(&self) -> impl Iterator<Item = DiffRow> + '_ {
        self.present().map(|group| self.row(group))
    }

    /// What everything cost on the base side, normalised but not by call.
    pub fn base_sum(&self) -> i64 {
        self.base.sum
    }

    /// What everything cost on the new side.
    pub fn new_sum(&self) -> i64 {
        self.new.sum
    }

    /// Whether calls were recorded on both sides.
    pub fn has_calls(&self) -> bool {
        self.has_calls
    }

    /// Mean and spread over runs: of own and total cost, on the base and on the new side; `None` unless both have several.
    pub fn spreads(&self, group: GroupId) -> Option<[(Spread, Spread); 2]> {
        self.spreads.get(group.index()).copied()
    }

    /// Sorts groups; those that are equal keep their order. `text` is only asked for names.
    pub fn sort<T: Ord>(
        &self,
        rows: &mut [GroupId],
        key: DiffSort,
        measure: Measure,
        descending: bool,
        text: impl Fn(GroupId) -> T,
    ) {
        let row = |g: GroupId| self.row(g);
        match key {
            DiffSort::DeltaSize => by_key(rows, descending, |g| row(g).delta(measure).unsigned_abs()),
            DiffSort::Delta => by_key(rows, descending, |g| row(g).delta(measure)),
            DiffSort::Relative => by_key(rows, descending, |g| {
                let row = row(g);
                let infinite = if row.delta(measure) > 0 { f64::INFINITY } else { 0.0 };
                Ordered(row.relative(measure).unwrap_or(infinite))
            }),
            DiffSort::Base => by_key(rows, descending, |g| row(g).cost(Side::Base, measure)),
            DiffSort::New => by_key(rows, descending, |g| row(g).cost(Side::New, measure)),
            DiffSort::DeltaCalls => by_key(rows, descending, |g| row(g).delta_calls()),
            DiffSort::EffectOfCalls => by_key(rows, descending, |g| row(g).effects.map(|e| e.calls)),
            DiffSort::EffectOfPerCall => by_key(rows, descending, |g| row(g).effects.map(|e| e.per_call)),
            DiffSort::Status => by_key(rows, !descending, |g| row(g).status(measure)),
            DiffSort::Error => {
                by_key(rows, descending, |g| row(g).noise(measure).map(|i| i.high.saturating_sub(i.low)));
            }
            DiffSort::Name => by_key(rows, descending, text),
        }
    }
}

fn by_key<K: Ord>(rows: &mut [GroupId], descending: bool, key: impl Fn(GroupId) -> K) {
    if descending {
        rows.sort_by_cached_key(|&g| Reverse(key(g)));
    } else {
        rows.sort_by_cached_key(|&g| key(g));
    }
}

struct Ordered(f64);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
