//! Lists where a set, a dict or a deque would do, and lists built for nothing.

mod concatenation;
mod counting;
mod join;
mod membership;
mod short_circuit;

pub(super) use concatenation::RULE as REPEATED_CONCAT;
pub(super) use counting::RULE as MANUAL_COUNTING;
pub(super) use join::RULE as NESTED_JOIN;
pub(super) use membership::RULE as LIST_MEMBERSHIP;
pub(super) use short_circuit::RULE as SHORT_CIRCUIT;
