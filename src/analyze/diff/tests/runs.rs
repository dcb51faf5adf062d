//! Several runs a side.

use crate::analyze::diff::{AlignError, Comparison, Matching, Measure, NoiseKind, Question, Side, align_runs};
use crate::analyze::{GroupBy, testing};
use crate::model::{Function, LineBuilder, Profile, StringId, Unit};
use std::sync::Arc;

/// Lines of `f` in `a.py`, as `(line, hits, cost)`.
fn lines(of: &[(u32, i64, i64)]) -> Arc<Profile> {
    let mut b = LineBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let (name, file) = (b.string("f"), b.string("a.py"));
    let function = b.function(Function { name, file, line: 1, object: StringId::EMPTY });
    for &(line, hits, cost) in of {
        b.add(function, line, hits, &[cost]);
    }
    Arc::new(b.finish().expect("builds"))
}

fn compared(base: &[Arc<Profile>], new: &[Arc<Profile>], by: GroupBy) -> Comparison {
    let aligned = Arc::new(align_runs(base, new, &Matching::default()).expect("comparable"));
    let mut question = Question::new(&aligned);
    question.query.by = by;
    Comparison::new(aligned, question, None)
}

#[test]
fn runs_of_lines_are_added_line_by_line() {
    let base = [lines(&[(2, 10, 100), (3, 10, 900)]), lines(&[(2, 10, 120), (3, 10, 940)])];
    let new = [lines(&[(2, 10, 110), (4, 1, 300)]), lines(&[(2, 10, 110), (4, 1, 310)])];
    let comparison = compared(&base, &new, GroupBy::Line);
    assert_eq!(comparison.noise(), NoiseKind::Runs);
    assert_eq!((comparison.recorded_sum(Side::Base), comparison.recorded_sum(Side::New)), (1_030, 415));
    let mut rows: Vec<(String, i64)> = comparison
        .table()
        .rows()
        .map(|row| (comparison.name(row.group).into_owned(), row.delta(Measure::Own)))
        .collect();
    rows.sort();
    let deltas: Vec<i64> = rows.iter().map(|(_, delta)| *delta).collect();
    assert_eq!(deltas, [0, -920, 305], "{rows:?}");
}

#[test]
fn runs_of_lines_and_of_stacks_are_not_added() {
    let mixed = [lines(&[(2, 10, 100)]), testing::stacks(&["@0 main 3"])];
    let refused = align_runs(&mixed, &[lines(&[(2, 1, 1)])], &Matching::default()).err();
    assert!(matches!(refused, Some(AlignError::Runs { side: Side::Base, .. })), "{refused:?}");
}
