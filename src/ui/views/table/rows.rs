//! Which rows the table shows, and in what order: kept from frame to frame, and counted again only when the analysis,
//! the order or the filter has changed.

use crate::analyze::{Analysis, FunctionTable, GroupId, SearchText, SortKey};
use crate::model::format::Scale;
use crate::ui::views::group_rows::RowFilter;

/// An order of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RowOrder {
    pub(super) key: SortKey,
    pub(super) descending: bool,
}

/// The rows of a table. Each part remembers what it was made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// Groups with anything in them, by own cost, of the analysis with this serial number.
    present: Option<(u64, Vec<GroupId>)>,
    scales: Option<Scales>,
    sorted: Option<(RowOrder, Vec<GroupId>)>,
    filter: RowFilter,
    /// `None` where every row is shown.
    shown: Option<Vec<GroupId>>,
}

/// What the figures of the columns have in common.
#[derive(Clone, Debug)]
pub(super) struct Scales {
    pub(super) own: Scale,
    pub(super) total: Scale,
    /// The largest of each, up or down.
    pub(super) largest_own: i64,
    pub(super) largest_total: i64,
    /// The widest that numbers of calls get.
    pub(super) widest_calls: Option<(i64, i64)>,
}

impl Rows {
    /// Makes the rows fit an analysis, an order and a filter.
    pub(super) fn update(&mut self, analysis: &Analysis, order: RowOrder, filter: &SearchText) {
        let new_analysis = self.present.as_ref().is_none_or(|(serial, _)| *serial != analysis.serial());
        if new_analysis {
            let mut present: Vec<GroupId> = analysis.table().present().collect();
            sort(analysis, &mut present, RowOrder { key: SortKey::Own, descending: true });
            self.scales = Some(Scales::of(analysis, &present));
            self.present = Some((analysis.serial(), present));
            self.sorted = None;
        }
        let new_filter = self.filter.update(analysis, filter, new_analysis);
        let new_order = self.sorted.as_ref().is_none_or(|(of, _)| *of != order);
        if new_order {
            // From the same beginning every time, so that equal rows stand by own cost however one got here.
            let mut rows = self.present.as_ref().map(|(_, rows)| rows.clone()).unwrap_or_default();
            if order != (RowOrder { key: SortKey::Own, descending: true }) {
                sort(analysis, &mut rows, order);
            }
            self.sorted = Some((order, rows));
        }
        if new_filter || new_order {
            let filtered = || self.all().iter().copied().filter(|g| self.filter.passes(*g)).collect();
            self.shown = (!self.filter.is_open()).then(filtered);
        }
    }

    fn all(&self) -> &[GroupId] {
        self.sorted.as_ref().map_or(&[], |(_, rows)| rows)
    }

    /// The rows that are shown, in order.
    pub(super) fn shown(&self) -> &[GroupId] {
        self.shown.as_deref().unwrap_or_else(|| self.all())
    }

    /// How many rows there would be without a filter.
    pub(super) fn unfiltered(&self) -> usize {
        self.all().len()
    }

    /// Where a group stands.
    pub(super) fn position(&self, group: GroupId) -> Option<usize> {
        self.shown().iter().position(|&g| g == group)
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
    fn of(analysis: &Analysis, rows: &[GroupId]) -> Self {
        let unit = &analysis.profile().metric(analysis.query().metric).unit;
        let table = analysis.table();
        let largest = |value: fn(&FunctionTable, GroupId) -> i64| {
            rows.iter().map(|&g| value(table, g)).max_by_key(|v| v.unsigned_abs()).unwrap_or(0)
        };
        let (largest_own, largest_total) = (largest(FunctionTable::own), largest(FunctionTable::total));
        let own = Scale::for_max(largest_own, unit);
        let total = Scale::for_max(largest_total, unit).as_fine_as(&own);
        let widest_calls = rows.iter().filter_map(|&g| table.calls(g)).reduce(|widest, calls| {
            // One that is not recursive has nothing to say about the second number.
            let recursive = if calls.0 == calls.1 { 0 } else { calls.1 };
            let second = if widest.0 == widest.1 { recursive } else { widest.1.max(recursive) };
            (widest.0.max(calls.0), if second == 0 { widest.0.max(calls.0) } else { second })
        });
        Self { own, total, largest_own, largest_total, widest_calls }
    }
}

fn sort(analysis: &Analysis, rows: &mut [GroupId], order: RowOrder) {
    let RowOrder { key, descending } = order;
    if key == SortKey::Place {
        // Lines are numbers: sorted before the files, whose sort leaves equal ones as they stand.
        let line = |g: &GroupId| analysis.place(*g).1;
        if descending {
            rows.sort_by_cached_key(|g| std::cmp::Reverse(line(g)));
        } else {
            rows.sort_by_cached_key(line);
        }
    }
    analysis.table().sort(rows, key, descending, |g| match key {
        SortKey::Module => analysis.groups().module(analysis.classes(), g).into(),
        SortKey::Place => analysis.place(g).0.into(),
        _ => analysis.name(g),
    });
}
