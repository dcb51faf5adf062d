//! The program as scripts run it: what it prints, in full, and how it ends.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

mod agree;
mod export;
mod info;
mod lines;
mod readme;
mod support;
mod top;
mod usage;
