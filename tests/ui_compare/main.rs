//! Views of a comparison drawn as one: the table of differences, boxes and arcs by difference, the details of both sides.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops at what it did not expect, and says what it left out"
)]

mod boxes;
mod details;
#[path = "../support/one_view.rs"]
mod one_view;
#[path = "../support/picture.rs"]
mod picture;
mod stage;
mod table;
