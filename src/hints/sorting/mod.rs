//! Sorting more than is needed.

mod comparator;
mod ends;

pub(super) use comparator::{COMPARATOR as SORT_COMPARATOR, KEY as SORT_KEY};
pub(super) use ends::RULE as SORTED_FOR_MINMAX;
