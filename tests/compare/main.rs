//! Comparisons of two profiles.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

mod oracles;
