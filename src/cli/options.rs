//! Options that several commands have.

use crate::analyze::GroupBy;
use crate::analyze::diff::Normalize;
use crate::export::scrub::Scrub;
use crate::model::Profile;
use clap::builder::{PathBufValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What to change about the stacks before they are counted.
#[derive(Args, Debug, Default)]
pub(super) struct TransformArguments {
    /// Begin every stack at the outermost function whose name or file matches a regular expression, and drop stacks without
    /// one; functions that are called exactly so go before others
    #[arg(long, value_name = "RE")]
    pub(super) focus: Option<String>,
    /// Take functions whose name or file matches out of every stack; their time goes to their callers
    #[arg(long, value_name = "RE")]
    pub(super) hide: Option<String>,
}

/// What to remove before a file leaves the machine.
#[derive(Args, Debug)]
pub(super) struct ScrubArguments {
    /// Keep home folders, user and host names, which are removed from what is made to be passed on: pictures, pages, Markdown,
    /// other files, and all forms of a comparison but the table in the terminal
    #[arg(long)]
    pub(super) no_scrub: bool,
}

impl ScrubArguments {
    /// What is to be removed from the texts of profiles.
    pub(super) fn scrub(&self, profiles: &[&Profile]) -> Scrub {
        if self.no_scrub { Scrub::off() } else { Scrub::new(profiles) }
    }

    /// What is to be removed from what a command prints, where that is made to be passed on. A table in the terminal is for the
    /// eyes of who typed the command, and figures for a program name files it may look up.
    pub(super) fn scrub_printed(&self, profiles: &[&Profile], is_passed_on: bool) -> Scrub {
        if is_passed_on { self.scrub(profiles) } else { Scrub::off() }
    }
}

/// Colours of a picture.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Theme {
    /// Light text on dark ground
    Dark,
    /// Dark text on light ground
    Light,
}

/// What part of a profile to count.
#[derive(Args, Debug)]
pub(super) struct SelectArguments {
    /// What to count: the name of a metric of the profile, or `#2` for the second that `info` lists [default: the profile's own
    /// choice, or time]
    #[arg(long, value_name = "METRIC")]
    pub(super) metric: Option<String>,
    /// Count one thread alone: its id, its name, a part of its name that no other has, or `#2` for the second that `info` lists
    #[arg(long, value_name = "THREAD")]
    pub(super) thread: Option<String>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum TableFormat {
    /// Columns for a terminal
    #[default]
    Table,
    /// One object, for programs
    Json,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// A table for a pull request or an issue
    Markdown,
}

/// Rows people are shown unless they ask for more.
const ROWS_TO_READ: usize = 30;

impl TableFormat {
    /// Whether it is read by people, and not by programs.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Markdown)
    }

    /// The most rows that are printed where nobody says how many.
    pub(super) fn rows_to_print(self) -> usize {
        if self.is_for_people() { ROWS_TO_READ } else { usize::MAX }
    }
}

/// How many rows to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RowLimit {
    All,
    First(usize),
}

impl RowLimit {
    /// The most rows that are printed.
    pub(super) fn most(self) -> usize {
        match self {
            Self::All => usize::MAX,
            Self::First(rows) => rows,
        }
    }
}

impl std::str::FromStr for RowLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            _ => text.parse().map(Self::First).map_err(|_| "expected a number or `all`"),
        }
    }
}

/// A folder that is there: one that is misspelt would be looked into in vain.
pub(super) fn folder() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| if path.is_dir() { Ok(path) } else { Err("there is no such folder") })
}

/// A number of per cent, not below zero; `5` and `5 %` are the same.
pub(super) fn percent(text: &str) -> Result<f64, &'static str> {
    let number: f64 = text.trim_end_matches('%').trim_end().parse().map_err(|_| "expected a number of per cent")?;
    if number.is_finite() && number >= 0.0 { Ok(number) } else { Err("expected a number of per cent, not below zero") }
}

/// A part of a whole in per cent.
pub(super) fn percent_of_whole(text: &str) -> Result<f64, &'static str> {
    percent(text).and_then(|number| if number <= 100.0 { Ok(number) } else { Err("expected per cent, from 0 to 100") })
}

pub(super) fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    PossibleValuesParser::new(GroupBy::ALL.map(GroupBy::name))
        .map(|name| GroupBy::ALL.into_iter().find(|by| by.name() == name).unwrap_or_default())
}

pub(super) fn normalize() -> impl TypedValueParser<Value = Normalize> {
    PossibleValuesParser::new(Normalize::ALL.map(Normalize::name))
        .map(|name| Normalize::ALL.into_iter().find(|n| n.name() == name).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cent_may_carry_its_sign_and_is_not_below_zero() {
        assert_eq!(percent("5"), Ok(5.0));
        assert_eq!(percent("0.5 %"), Ok(0.5));
        assert_eq!(percent("250%"), Ok(250.0));
        assert_eq!(percent_of_whole("100%"), Ok(100.0));
        for wrong in ["", "%", "five", "-1", "nan", "inf"] {
            assert!(percent(wrong).is_err() && percent_of_whole(wrong).is_err(), "{wrong}");
        }
        assert!(percent_of_whole("100.1").is_err());
    }

    #[test]
    fn rows_are_a_number_or_all() {
        assert_eq!("all".parse(), Ok(RowLimit::All));
        assert_eq!("0".parse(), Ok(RowLimit::First(0)));
        assert!("-1".parse::<RowLimit>().is_err());
        assert!("many".parse::<RowLimit>().is_err());
    }
}
