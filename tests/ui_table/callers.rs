use crate::one_view::{harness, picture};
use crate::stage::{Show, Stage, shop};
use egui::Vec2;
use egui_kittest::kittest::Queryable;
use helioscope::layout::Scheme;

const SIZE: Vec2 = Vec2::new(980.0, 340.0);

#[test]
fn callers_and_callees_stand_side_by_side_with_the_calls_between() {
    let mut stage = Stage::new(Show::Callers, Scheme::Dark, shop());
    stage.select("walk");
    let mut h = harness(stage, SIZE);
    h.get_by_label("Callers (2)");
    h.get_by_label("Callees (3)");
    assert!(h.query_all_by_label("48,320 / 0").next().is_some(), "calls of itself: none of them primitive");
    let middle = SIZE.x / 2.0;
    assert!(h.get_by_label("render_basket").rect().right() < middle);
    assert!(h.get_by_label("deepcopy").rect().left() > middle);
    h.get_by_label("render_basket").click();
    h.run();
    assert_eq!(h.state().selected_name(), "render_basket");
}

#[test]
fn a_function_nothing_calls_says_so() {
    let mut stage = Stage::new(Show::Callers, Scheme::Dark, shop());
    stage.select("<module>");
    harness(stage, SIZE).get_by_label("Nothing calls it: it is where stacks begin.");
}

#[test]
fn nothing_selected_is_explained() {
    harness(Stage::new(Show::Callers, Scheme::Dark, shop()), SIZE)
        .get_by_label("Select a function to see who calls it and what it calls.");
}

#[test]
fn picture_in_the_dark() {
    let mut stage = Stage::new(Show::Callers, Scheme::Dark, shop());
    stage.select("handle_request");
    picture(harness(stage, SIZE), "callers_tables_dark");
}
