//! The table, the details of the selection, and the tables of callers and callees, driven by their accessible names.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]
#![allow(clippy::print_stderr, reason = "a picture that could not be compared is told")]

mod callers;
mod details;
mod stage;
mod table;
