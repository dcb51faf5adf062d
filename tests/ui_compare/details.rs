use crate::one_view::{harness, picture, stacks};
use crate::stage::{Show, Stage, pair, recorded};
use egui::Vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use helioscope::analyze::diff::Comparison;
use helioscope::layout::Scheme;
use helioscope::ui::Action;

const SIZE: Vec2 = Vec2::new(340.0, 760.0);

fn calls() -> Comparison {
    recorded(&["base-1.prof"], &["new-1.prof"])
}

fn of(comparison: Comparison, name: &str) -> Harness<'static, Stage> {
    let mut stage = Stage::new(Show::Details, Scheme::Dark, comparison);
    stage.select(name);
    harness(stage, SIZE)
}

fn click(h: &mut Harness<'_, Stage>, label: &str) {
    h.get_by_label(label).click();
    h.run();
}

#[test]
fn both_sides_stand_with_what_lies_between_and_what_calls_make_of_it() {
    let h = of(calls(), "loads");
    h.get_by_label_contains("▼ faster than base: −");
    h.get_by_label("Of the difference in self cost");
    h.get_by_label("−4,961");
    h.get_by_label_contains("How far this strays by chance is not known");
}

#[test]
fn a_function_that_moved_stands_with_both_its_lines() {
    let h = of(calls(), "parse_note");
    h.get_by_label_contains("It moved from line ");
    assert_eq!(h.query_all_by_label("Copy file:line").count(), 2, "each place can be copied");
    let h = of(calls(), "loads");
    assert!(h.query_by_label_contains("It moved").is_none());
    assert_eq!(h.query_all_by_label("Copy file:line").count(), 1);
}

#[test]
fn callers_and_callees_of_both_sides_are_listed_and_can_be_selected() {
    let mut h = of(calls(), "parse_row");
    h.get_by_label("report");
    click(&mut h, "settings");
    assert_eq!(h.state().selected_name(), "settings");
    h.get_by_label("Only in base: gone");
}

#[test]
fn a_renamed_function_is_paired_by_hand_and_taken_apart_again() {
    let base = stacks(&["main;parse 500", "main;old_write 300"]);
    let new = stacks(&["main;parse 500", "main;fast_write 100", "main;other 20"]);
    let mut h = of(pair(base, new), "old_write");
    click(&mut h, "Pair with…");
    h.get_by_label("Pair with other");
    h.get_by_label("Filter functions to pair with").type_text("fast");
    h.run();
    assert!(h.query_by_label("Pair with other").is_none(), "the field narrows the list");
    click(&mut h, "Pair with fast_write");
    let paired = h.state().actions.iter().any(
        |a| matches!(a, Action::Pair(r) if (r.base.name.as_str(), r.new.name.as_str()) == ("old_write", "fast_write")),
    );
    assert!(paired);
    h.state_mut().select("fast_write");
    h.run();
    h.get_by_label("Paired by hand with old_write of base.");
    h.get_by_label_contains("▼ faster than base: −66.7 %");
    click(&mut h, "Take apart");
    h.state_mut().select("old_write");
    h.run();
    h.get_by_label("Pair with…");
}

#[test]
fn a_function_both_sides_have_is_not_offered_for_pairing() {
    let h = of(calls(), "parse_row");
    assert!(h.query_by_label("Pair with…").is_none());
}

#[test]
fn each_run_is_told_where_there_are_several_a_side() {
    let base = ["base-1.prof", "base-2.prof", "base-3.prof", "base-4.prof"];
    let new = ["new-1.prof", "new-2.prof", "new-3.prof", "new-4.prof"];
    let h = of(recorded(&base, &new), "parse_row");
    h.get_by_label_contains("Base: ");
    h.get_by_label_contains("from what lies between runs");
    picture(h, "difference_runs_dark");
    assert!(of(calls(), "parse_row").query_by_label_contains("Base: ").is_none(), "one run is no spread");
}

#[test]
fn picture_in_the_light() {
    let mut stage = Stage::new(Show::Details, Scheme::Light, calls());
    stage.select("parse_row");
    picture(harness(stage, SIZE), "difference_details_light");
}

#[test]
fn while_nothing_is_selected_both_wholes_are_compared() {
    let runs = recorded(&["base-1.prof", "base-2.prof"], &["new-1.prof", "new-2.prof"]);
    let h = harness(Stage::new(Show::Details, Scheme::Dark, runs), SIZE);
    h.get_by_label("Everything");
    h.get_by_label("Each run, everything");
    h.get_by_label_contains("95 % interval of the difference: ");
    let h = harness(Stage::new(Show::Details, Scheme::Dark, calls()), SIZE);
    h.get_by_label_contains("▼ faster than base: −");
    assert!(h.query_by_label("Each run, everything").is_none(), "one run is no spread");
}
