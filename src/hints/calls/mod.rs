//! Functions that are called too often for what they do.

mod property;
mod pure;
mod recursion;
mod tiny;

pub(super) use property::RULE as PROPERTY_RECOMPUTE;
pub(super) use pure::RULE as REPEATED_PURE;
pub(super) use recursion::RULE as EXPONENTIAL_RECURSION;
pub(super) use tiny::{SLOTS as MISSING_SLOTS, TINY as TINY_FUNCTION};
