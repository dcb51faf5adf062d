//! What a picture is drawn of: one recording, or two as one.

use crate::analyze::diff::{BoxWidth, Comparison, Measure, Side};
use crate::analyze::{Analysis, CallTree, Detail, GroupId};
use crate::model::{Unit, format};

/// The trees of one recording, or of two.
#[derive(Clone, Copy)]
pub(crate) enum Recording<'a> {
    One(&'a Analysis),
    Both(&'a Comparison),
}

/// Whose cost the boxes of two recordings are as wide as.
const WIDTH: BoxWidth = BoxWidth::Larger;

impl Recording<'_> {
    /// What everything costs; of two sides the larger one.
    pub(crate) fn sum(self) -> i64 {
        match self {
            Self::One(analysis) => analysis.sum(),
            Self::Both(comparison) => comparison.table().base_sum().max(comparison.table().new_sum()),
        }
    }

    pub(crate) fn tree(self, detail: Detail) -> CallTree {
        match self {
            Self::One(analysis) => analysis.tree(detail),
            Self::Both(comparison) => comparison.tree(WIDTH, detail),
        }
    }

    pub(crate) fn inverted(self, detail: Detail) -> CallTree {
        match self {
            Self::One(analysis) => analysis.inverted(detail),
            Self::Both(comparison) => comparison.inverted(WIDTH, detail),
        }
    }

    pub(crate) fn callers_tree(self, of: GroupId, detail: Detail) -> CallTree {
        match self {
            Self::One(analysis) => analysis.callers_tree(of, detail),
            Self::Both(comparison) => comparison.callers_tree(of, WIDTH, detail),
        }
    }

    pub(crate) fn callees_tree(self, of: GroupId, detail: Detail) -> CallTree {
        match self {
            Self::One(analysis) => analysis.callees_tree(of, detail),
            Self::Both(comparison) => comparison.callees_tree(of, WIDTH, detail),
        }
    }

    /// What a function costs with all it calls; of two sides the larger one.
    pub(crate) fn total(self, of: GroupId) -> i64 {
        match self {
            Self::One(analysis) => analysis.table().total(of),
            Self::Both(comparison) => {
                let row = comparison.table().row(of);
                row.cost(Side::Base, Measure::Total).max(row.cost(Side::New, Measure::Total)).unwrap_or(0)
            }
        }
    }

    /// `1.24 s total (41.2 %), 0.3 s own`, or `1.24 s → 0.98 s total`.
    pub(crate) fn figures(self, of: GroupId) -> String {
        match self {
            Self::One(analysis) => {
                let (table, unit) = (analysis.table(), unit_of(analysis));
                format!(
                    "{} total ({}), {} own",
                    format::value(table.total(of), unit),
                    format::percent(table.share(table.total(of))),
                    format::value(table.own(of), unit)
                )
            }
            Self::Both(comparison) => {
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
