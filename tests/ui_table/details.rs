use crate::one_view::{harness, picture, stacks};
use crate::stage::{Show, Stage, shop};
use egui::Vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use helioscope::analyze::Transform;
use helioscope::layout::Scheme;
use helioscope::model::{Profile, ProfileBuilder, Track, Unit};
use helioscope::ui::Action;
use helioscope::ui::views::ViewKind;

const SIZE: Vec2 = Vec2::new(320.0, 760.0);

fn details_of(profile: Profile, name: &str) -> Harness<'static, Stage> {
    let mut stage = Stage::new(Show::Details, Scheme::Dark, profile);
    stage.select(name);
    harness(stage, SIZE)
}

#[test]
fn nothing_selected_is_explained() {
    let h = harness(Stage::new(Show::Details, Scheme::Dark, shop()), SIZE);
    h.get_by_label("Nothing selected");
}

#[test]
fn figures_calls_and_neighbours_of_a_function_are_shown() {
    let h = details_of(shop(), "walk");
    for text in ["walk", "391 ms", "604 ms", "48,640", "320", "8.04 µs", "1.89 ms", "your code"] {
        assert!(h.query_all_by_label(text).next().is_some(), "{text}");
    }
    h.get_by_label("render_basket");
    h.get_by_label("deepcopy");
}

#[test]
fn a_neighbour_is_selected_by_a_click() {
    let mut h = details_of(shop(), "walk");
    h.get_by_label("deepcopy").click();
    h.run();
    assert_eq!(h.state().selected_name(), "deepcopy");
}

#[test]
fn many_neighbours_are_counted_and_shown_in_the_callers_view() {
    let lines: Vec<String> = (0..15).map(|i| format!("main;child_{i:02} {}", 40 - i)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut h = details_of(stacks(&lines), "main");
    h.get_by_label("child_11");
    assert!(h.query_by_label("child_12").is_none());
    h.get_by_label("… and 3 more").click();
    h.run();
    assert_eq!(h.state().actions.last(), Some(&Action::Show(ViewKind::Callers)));
}

#[test]
fn buttons_act_on_the_selection() {
    let mut h = details_of(stacks(&["main;parse;read 3", "main;parse 1"]), "parse");
    h.get_by_label("4 of 4 samples");
    h.get_by_label("Focus").click();
    h.run();
    let parse = h.state().selection.expect("it is selected");
    assert_eq!(h.state().actions.last(), Some(&Action::Transform(Transform::Focus(parse))));
    let h = details_of(shop(), "walk");
    assert!(h.get_by_label("Drop").accesskit_node().is_disabled(), "a call graph holds no stacks");
}

#[test]
fn nothing_is_wider_than_the_narrowest_panel() {
    let mut stage = Stage::new(Show::Details, Scheme::Dark, shop());
    stage.select("NodeList.render_annotated_with_a_name_that_goes_on");
    let h = harness(stage, Vec2::new(280.0, 760.0));
    for label in ["Show in flame", "Callers", "Focus", "Hide", "Drop", "Copy file:line", "Template.render"] {
        let rect = h.get_by_label(label).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 280.0, "{label}: {rect:?}");
    }
}

/// Whose code it is, the name, and what stands below it before the place.
fn head_of(file: &str) -> Vec<String> {
    let mut b = ProfileBuilder::new("pprof");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    let function = b.function_named("net/http.Get", file, 1);
    let frame = b.frame(function, 7);
    let stack = b.stack_of(&[frame]);
    b.sample(track, stack, None, &[1]);
    let h = details_of(b.finish().expect("builds"), "net/http.Get");
    let mut texts: Vec<String> = h.root().children_recursive().filter_map(|n| n.accesskit_node().value()).collect();
    texts.dedup();
    texts.into_iter().take_while(|text| text != "Self").collect()
}

#[test]
fn a_function_of_another_language_lies_in_no_module_of_its_path() {
    assert_eq!(head_of("/srv/shop/net/client.go"), ["your code", "net/http.Get"]);
    assert_eq!(head_of("/srv/shop/net/client.py"), ["your code", "net/http.Get", "client"]);
}

fn picture_of(scheme: Scheme, name: &str) {
    let mut stage = Stage::new(Show::Details, scheme, shop());
    stage.select("walk");
    picture(harness(stage, SIZE), name);
}

#[test]
fn picture_in_the_dark() {
    picture_of(Scheme::Dark, "details_dark");
}

#[test]
fn picture_in_the_light() {
    picture_of(Scheme::Light, "details_light");
}
