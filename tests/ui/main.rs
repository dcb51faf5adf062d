//! The whole window, driven by its accessible names and by keys, and pictures of it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect, and says what it left out"
)]

#[path = "../support/picture.rs"]
mod picture;

mod activity;
mod annotations;
mod choices;
mod compare;
mod compare_linked;
mod compare_opening;
mod compare_source;
mod export;
mod filters;
mod gallery;
mod hints;
mod history;
mod hostile;
mod keys;
mod narrow;
mod opening;
mod overlays;
mod pictures;
mod reload;
mod review;
mod search;
mod selection;
mod source;
mod start_page;
mod views;
mod window;
