use crate::stage::{Show, Stage, harness, pair, picture, recorded, stacks};
use egui::Vec2;
use helioscope::layout::Scheme;

const SIZE: Vec2 = Vec2::new(1180.0, 560.0);

#[test]
fn looks_right_as_a_flame_graph_in_both_themes() {
    for (scheme, name) in [(Scheme::Dark, "difference_flame_dark"), (Scheme::Light, "difference_flame_light")] {
        let comparison = recorded(&["base-1.prof"], &["new-1.prof"]);
        picture(harness(Stage::new(Show::Flame, scheme, comparison), SIZE), name);
    }
}

#[test]
fn looks_right_as_a_sunburst() {
    let comparison = recorded(&["base-1.raw.gz"], &["new-1.raw.gz"]);
    picture(harness(Stage::new(Show::Sunburst, Scheme::Light, comparison), SIZE), "difference_sunburst_light");
}

#[test]
fn looks_right_around_a_function() {
    let comparison = recorded(&["base-1.prof"], &["new-1.prof"]);
    let mut stage = Stage::new(Show::Callers, Scheme::Dark, comparison);
    stage.select("parse_row");
    picture(harness(stage, SIZE), "difference_callers_dark");
}

#[test]
fn what_only_one_side_has_is_striped_and_said() {
    let base = stacks(&["main;parse;split 400", "main;old_write 300", "main;steady 300"]);
    let new = stacks(&["main;parse;split 150", "main;fast_write 80", "main;steady 300"]);
    picture(
        harness(Stage::new(Show::Flame, Scheme::Dark, pair(base, new)), Vec2::new(900.0, 320.0)),
        "difference_stripes_dark",
    );
}
