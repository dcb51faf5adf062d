//! What became of findings from one recording of a program to the next.

use super::{Finding, Hints, Severity};
use crate::analyze::diff::{Aligned, Side};
use crate::model::FunctionId;
use rustc_hash::FxHashMap;

/// What became of a finding from one recording to the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fate {
    /// Only the base has it.
    WentAway,
    /// Only the new recording has it.
    Came,
    /// Both have it.
    Stayed,
}

impl Fate {
    /// Every one of them, in the order they are told.
    pub const ALL: [Self; 3] = [Self::WentAway, Self::Came, Self::Stayed];

    /// What stands above such findings.
    pub fn heading(self) -> &'static str {
        match self {
            Self::WentAway => "Went away",
            Self::Came => "Came",
            Self::Stayed => "Still there",
        }
    }
}

/// A finding of one recording or of both, as positions among their findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Among those of the base.
    pub base: Option<usize>,
    /// Among those of the new side.
    pub new: Option<usize>,
}

impl Change {
    /// What became of it.
    pub fn fate(&self) -> Fate {
        match (self.base, self.new) {
            (Some(_), Some(_)) => Fate::Stayed,
            (Some(_), None) => Fate::WentAway,
            (None, _) => Fate::Came,
        }
    }
}

/// Matches the findings of two recordings, each a position and what tells it apart on both sides; one of them with one.
pub fn changes<K: PartialEq>(base: Vec<(usize, K)>, mut new: Vec<(usize, K)>) -> Vec<Change> {
    let matched = base.into_iter().map(|(i, key)| {
        let same = new.iter().position(|(_, other)| *other == key);
        Change { base: Some(i), new: same.map(|at| new.remove(at).0) }
    });
    let mut changes: Vec<Change> = matched.collect();
    changes.extend(new.into_iter().map(|(j, _)| Change { base: None, new: Some(j) }));
    changes
}

/// Matches what can be done about two recordings by rule and function. Functions are compared as the comparison knows
/// them, so that one that was renamed is still the same.
pub fn changes_between(aligned: &Aligned, base: &Hints, new: &Hints) -> Vec<Change> {
    let keyed = |side: Side, hints: &Hints| -> Vec<(usize, (&'static str, Option<FunctionId>))> {
        let common: FxHashMap<FunctionId, FunctionId> = (0..aligned.profile(side).functions().len())
            .map(FunctionId::at)
            .filter_map(|f| Some((aligned.function(side, f)?, f)))
            .collect();
        let function = |f: &Finding| f.function.and_then(|f| common.get(&f).copied());
        let is_hint = |f: &Finding| f.severity == Severity::Hint;
        let found = hints.findings.iter().enumerate().filter(|(_, f)| is_hint(f));
        found.map(|(i, f)| (i, (f.rule.id, function(f)))).collect()
    };
    changes(keyed(Side::Base, base), keyed(Side::New, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_matched_once() {
        let fates = |base: &[(usize, char)], new: &[(usize, char)]| {
            let all = changes(base.to_vec(), new.to_vec());
            all.iter().map(|c| (c.base, c.new, c.fate())).collect::<Vec<_>>()
        };
        assert_eq!(
            fates(&[(0, 'a'), (1, 'a'), (4, 'b')], &[(2, 'c'), (3, 'a')]),
            [
                (Some(0), Some(3), Fate::Stayed),
                (Some(1), None, Fate::WentAway),
                (Some(4), None, Fate::WentAway),
                (None, Some(2), Fate::Came),
            ]
        );
    }
}
