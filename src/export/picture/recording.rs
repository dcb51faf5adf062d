//! What a picture is drawn of: one recording, or two as one.

use super::Base;
use crate::analyze::diff::{BoxWidth, Comparison, Measure, Side};
use crate::analyze::{Analysis, CallTree, Detail, GroupId};
use crate::model::{Unit, format};

/// The trees of one recording, or of two.
#[derive(Clone, Copy)]
pub(crate) struct Recording<'a> {
    of: Of<'a>,
    /// The function everything begins at; none for all there is.
    below: Option<GroupId>,
}

/// One recording, or two with whose cost boxes are as wide as.
#[derive(Clone, Copy)]
pub(crate) enum Of<'a> {
    One(&'a Analysis),
    Both(&'a Comparison, BoxWidth),
}

impl<'a> Recording<'a> {
    pub(crate) fn one(analysis: &'a Analysis, below: Option<GroupId>) -> Self {
        Self { of: Of::One(analysis), below }
    }

    pub(crate) fn both(base: &Base<'a>, below: Option<GroupId>) -> Self {
        Self { of: Of::Both(base.comparison, base.width), below }
    }

    /// What there is.
    pub(crate) fn sides(self) -> Of<'a> {
        self.of
    }

    /// Both recordings, where there are two.
    pub(crate) fn comparison(&self) -> Option<&'a Comparison> {
        match self.of {
            Of::One(_) => None,
            Of::Both(comparison, _) => Some(comparison),
        }
    }

    /// What everything costs; of two sides what boxes are as wide as.
    pub(crate) fn sum(self) -> i64 {
        match (self.of, self.below) {
            (_, Some(of)) => self.total(of),
            (Of::One(analysis), None) => analysis.sum(),
            (Of::Both(comparison, width), None) => {
                width.of(comparison.table().base_sum(), comparison.table().new_sum())
            }
        }
    }

    pub(crate) fn tree(self, detail: Detail) -> CallTree {
        match (self.of, self.below) {
            (_, Some(of)) => self.callees_tree(of, detail),
            (Of::One(analysis), None) => analysis.tree(detail),
            (Of::Both(comparison, width), None) => comparison.tree(width, detail),
        }
    }

    pub(crate) fn inverted(self, detail: Detail) -> CallTree {
        match self.of {
            Of::One(analysis) => analysis.inverted(detail),
            Of::Both(comparison, width) => comparison.inverted(width, detail),
        }
    }

    pub(crate) fn callers_tree(self, of: GroupId, detail: Detail) -> CallTree {
        match self.of {
            Of::One(analysis) => analysis.callers_tree(of, detail),
            Of::Both(comparison, width) => comparison.callers_tree(of, width, detail),
        }
    }

    pub(crate) fn callees_tree(self, of: GroupId, detail: Detail) -> CallTree {
        match self.of {
            Of::One(analysis) => analysis.callees_tree(of, detail),
            Of::Both(comparison, width) => comparison.callees_tree(of, width, detail),
        }
    }

    /// What a function costs with all it calls; of two sides what boxes are as wide as.
    pub(crate) fn total(self, of: GroupId) -> i64 {
        match self.of {
            Of::One(analysis) => analysis.table().total(of),
            Of::Both(comparison, width) => {
                let row = comparison.table().row(of);
                let side = |side| row.cost(side, Measure::Total).unwrap_or(0);
                width.of(side(Side::Base), side(Side::New))
            }
        }
    }

    /// `1.24 s total (41.2 %), 0.3 s own`, or `1.24 s → 0.98 s total`.
    pub(crate) fn figures(self, of: GroupId) -> String {
        match self.of {
            Of::One(analysis) => {
                let (table, unit) = (analysis.table(), unit_of(analysis));
                format!(
                    "{} total ({}), {} own",
                    format::value(table.total(of), unit),
                    format::percent(table.share(table.total(of))),
                    format::value(table.own(of), unit)
                )
            }
            Of::Both(comparison, _) => {
                let (row, unit) = (comparison.table().row(of), &comparison.metric().unit);
                let sides = |measure| {
                    let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| format::value(v, unit));
                    format!("{} → {}", side(row.cost(Side::Base, measure)), side(row.cost(Side::New, measure)))
                };
                format!("{} total, {} own", sides(Measure::Total), sides(Measure::Own))
            }
        }
    }
}

fn unit_of(analysis: &Analysis) -> &Unit {
    &analysis.profile().metric(analysis.query().metric).unit
}
