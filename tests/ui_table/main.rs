//! The table, the details of the selection, and the tables of callers and callees, driven by their accessible names.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops at what it did not expect, and says what it left out"
)]

mod callers;
mod details;
#[path = "../support/one_view.rs"]
mod one_view;
#[path = "../support/picture.rs"]
mod picture;
mod stage;
mod table;
