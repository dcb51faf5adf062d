//! How a comparison is looked at.

use crate::analyze::GroupId;
use crate::analyze::diff::{BoxWidth, Comparison, DiffNeighbours, Measure, Renamed, Side};

/// How a comparison is looked at. What stands beside it in [`super::ViewCtx`] is of one side: the one that is drawn where
/// both are drawn side by side, New where they are drawn as one.
#[derive(Clone, Copy)]
pub struct CompareCtx<'a> {
    /// Both sides and what lies between.
    pub comparison: &'a Comparison,
    /// Which cost rows are sorted and boxes coloured by.
    pub measure: Measure,
    /// Whose cost the boxes of both sides drawn as one are as wide as.
    pub box_width: BoxWidth,
    /// The side a view draws; `None` where it draws both as one.
    pub side: Option<Side>,
    /// Callers and callees of the selection on both sides, once they are known.
    pub neighbours: Option<&'a DiffNeighbours>,
    /// Functions that the user has paired by hand.
    pub renamed: &'a [Renamed],
}

impl CompareCtx<'_> {
    /// Whether both sides are drawn as one.
    pub fn is_merged(&self) -> bool {
        self.side.is_none()
    }

    /// Whether a side has a group.
    pub fn has(&self, side: Side, group: GroupId) -> bool {
        let row = self.comparison.table().row(group);
        match side {
            Side::Base => row.base.is_some(),
            Side::New => row.new.is_some(),
        }
    }
}
