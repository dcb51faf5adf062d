//! Every rule, in the order of the documentation.

use super::{Rule, callees};

/// The rules. Ids are unique and never change: they are stored with what was dismissed.
pub static HINTS: &[&Rule] = callees::RULES;

/// The rule with an id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    HINTS.iter().copied().find(|r| r.id == id)
}
