//! Texts grown piece by piece, walked character by character, and matched by costly patterns.

mod characters;
mod concatenation;
mod eager_logging;
mod patterns;

pub(super) use characters::RULE as CHAR_BY_CHAR;
pub(super) use concatenation::RULE as STRING_CONCAT;
pub(super) use eager_logging::RULE as LOGGING_EAGER;
pub(super) use patterns::{BACKTRACKING as REGEX_BACKTRACKING, LITERAL as REGEX_LITERAL};
