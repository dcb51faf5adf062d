//! What the analysis answers, on profiles small enough to check by hand, and that it stays fast on monstrous ones.

mod flow;
mod grouping;
mod limits;
mod over_time;
mod search;
mod tables;
mod timeline;
mod transforms;
mod trees;

use super::{Analysis, GroupId};

/// The group with a name.
fn named(analysis: &Analysis, name: &str) -> GroupId {
    analysis.groups().ids().find(|&g| analysis.name(g) == name).expect("a group of this name")
}

/// The lines of a profile that was written by a loop.
fn borrowed(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// The stacks most tests look at: recursion, a function called from two places, and time in every kind of node.
const STACKS: &[&str] = &["main;parse;read 2", "main;parse;parse;log 3", "main;log 4"];
