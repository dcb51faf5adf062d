use crate::one_view::{harness, picture, stacks};
use crate::stage::{Show, Stage, pair, recorded};
use egui::Vec2;
use egui_kittest::kittest::{NodeT, Queryable};
use helioscope::analyze::diff::{BoxWidth, Comparison, Measure, Normalize};
use helioscope::layout::Scheme;

const SIZE: Vec2 = Vec2::new(1180.0, 560.0);

fn rewritten() -> Comparison {
    let base = stacks(&["main;parse;split 4000", "main;old_write 3000", "main;steady 3000"]);
    let new = stacks(&["main;parse;split 1500", "main;fast_write 800", "main;steady 3000"]);
    pair(base, new)
}

#[test]
fn boxes_say_what_both_sides_cost_and_what_they_did() {
    for show in [Show::Flame, Show::Sunburst] {
        let h = harness(Stage::new(show, Scheme::Dark, rewritten()), SIZE);
        for label in [
            "main, 10,000 → 5,300, faster",
            "parse, 4,000 → 1,500, faster",
            "old_write, 3,000 → –, gone",
            "fast_write, – → 800, new",
            "steady, 3,000 → 3,000, same",
        ] {
            h.get_by_label(label);
        }
    }
}

#[test]
fn boxes_tell_own_cost_where_that_is_compared() {
    let mut stage = Stage::new(Show::Flame, Scheme::Dark, rewritten());
    stage.measure = Measure::Own;
    let h = harness(stage, SIZE);
    h.get_by_label("parse, 0 → 0, same");
    h.get_by_label("split, 4,000 → 1,500, faster");
}

#[test]
fn boxes_as_wide_as_new_leave_out_what_is_gone() {
    let mut stage = Stage::new(Show::Flame, Scheme::Dark, rewritten());
    stage.box_width = BoxWidth::New;
    let h = harness(stage, SIZE);
    h.get_by_label("fast_write, – → 800, new");
    assert!(h.query_by_label("old_write, 3,000 → –, gone").is_none());
    h.get_by_label("colour by total · as wide as new · as recorded");
}

#[test]
fn the_legend_writes_the_ends_of_the_scale_and_how_values_were_made_comparable() {
    for show in [Show::Flame, Show::Sunburst] {
        let h = harness(Stage::new(show, Scheme::Dark, rewritten()), SIZE);
        h.get_by_label(
            "Legend: −4,700 faster to +4,700 slower, colour by total · as wide as the larger side · as recorded",
        );
    }
    let stage = Stage::new(Show::Flame, Scheme::Dark, rewritten()).normalized(Normalize::Total);
    harness(stage, SIZE).get_by_label("colour by total · as wide as the larger side · base scaled to the total of new");
}

#[test]
fn two_recordings_have_no_time_in_common() {
    let h = harness(Stage::new(Show::Flame, Scheme::Dark, rewritten()), SIZE);
    assert!(h.get_by_label("Time order").accesskit_node().is_disabled());
}

#[test]
fn a_search_dims_what_it_does_not_match_and_keeps_the_rest() {
    let mut stage = Stage::new(Show::Flame, Scheme::Dark, rewritten());
    stage.search("write");
    let h = harness(stage, Vec2::new(900.0, 320.0));
    picture(h, "difference_searched_dark");
}

#[test]
fn callers_and_callees_stand_with_both_sides() {
    let mut stage = Stage::new(Show::Callers, Scheme::Dark, recorded(&["base-1.prof"], &["new-1.prof"]));
    stage.select("parse_row");
    let h = harness(stage, SIZE);
    h.get_by_label("Callers (1)");
    h.get_by_label("settings");
    h.get_by_label("parse_note");
    picture(h, "difference_callers_dark");
}

#[test]
fn picture_in_the_dark() {
    let comparison = recorded(&["base-1.prof"], &["new-1.prof"]);
    picture(harness(Stage::new(Show::Flame, Scheme::Dark, comparison), SIZE), "difference_flame_dark");
}

#[test]
fn picture_in_the_light() {
    let comparison = recorded(&["base-1.prof"], &["new-1.prof"]);
    picture(harness(Stage::new(Show::Flame, Scheme::Light, comparison), SIZE), "difference_flame_light");
}

#[test]
fn picture_of_a_sunburst() {
    let comparison = recorded(&["base-1.raw.gz"], &["new-1.raw.gz"]);
    picture(harness(Stage::new(Show::Sunburst, Scheme::Light, comparison), SIZE), "difference_sunburst_light");
}

#[test]
fn picture_of_stripes() {
    let stage = Stage::new(Show::Flame, Scheme::Dark, rewritten());
    picture(harness(stage, Vec2::new(900.0, 320.0)), "difference_stripes_dark");
}
