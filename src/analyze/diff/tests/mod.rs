//! What comparisons answer, on profiles written as text.

mod comparability;
mod matching;
mod runs;
mod tables;
mod trees;

use super::{Comparison, Matching, Question, align};
use crate::analyze::GroupBy;
use crate::model::{Function, GraphBuilder, Profile, StringId, Unit};
use std::sync::Arc;

/// A comparison by function, changed before it is asked.
fn compared(base: &Arc<Profile>, new: &Arc<Profile>, change: impl FnOnce(&mut Question)) -> Comparison {
    let aligned = Arc::new(align(base, new, &Matching::default()).expect("can be compared"));
    let mut question = Question::new(&aligned);
    change(&mut question);
    Comparison::new(aligned, question, None)
}

/// Functions as cProfile lists them, `file:line(name)` and own time; each was called once.
fn listed(functions: &[(&str, i64)]) -> Arc<Profile> {
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    for (text, own) in functions {
        let (place, name) = text.trim_end_matches(')').split_once('(').expect("file:line(name)");
        let (file, line) = place.rsplit_once(':').expect("file:line");
        let (name, file) = (b.string(name), b.string(file));
        let line = line.parse().expect("a line");
        let function = b.function(Function { name, file, line, object: StringId::EMPTY });
        b.add(function, 1, 1, &[*own], &[*own]);
    }
    Arc::new(b.finish().expect("builds"))
}

/// Rows as `name base new`, by own cost; `-` for a side that lacks the function.
fn rows(comparison: &Comparison) -> Vec<String> {
    let cost = |costs: Option<super::Costs>| costs.map_or("-".to_owned(), |c| c.own.to_string());
    let text = |row: super::DiffRow| format!("{} {} {}", comparison.name(row.group), cost(row.base), cost(row.new));
    comparison.table().rows().map(text).collect()
}

#[test]
fn groups_are_the_same_on_both_sides_whatever_rows_stand_for() {
    let base = listed(&[("/a/x.py:1(f)", 1), ("/a/y.py:1(gone)", 2), ("~:0(<built-in method len>)", 3)]);
    let new = listed(&[("/b/y.py:1(g)", 1), ("/b/x.py:1(f)", 2)]);
    for by in GroupBy::ALL {
        let comparison = compared(&base, &new, |q| q.query.by = by);
        let [base, new] = super::Side::BOTH.map(|side| comparison.side(side));
        assert_eq!(base.groups().len(), new.groups().len());
        for group in new.groups().ids() {
            assert_eq!(base.name(group), new.name(group), "{by:?}");
            assert_eq!(base.place(group), new.place(group), "{by:?}");
        }
    }
}
