//! Comparisons of two recordings: laws that hold for every pair, what chance does to sampled ones, the command, and real
//! pairs against the figures of pprof and pstats.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod cases;
mod command;
mod laws;
mod noise;
mod oracles;
mod random;
