//! Hints against real recordings of small programs, slow and mended, and of healthy ones.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod catalogue;
mod command;
mod hostile;
mod score;
mod support;
