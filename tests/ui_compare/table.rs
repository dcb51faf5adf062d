use crate::stage::{Show, Stage, harness, picture, recorded};
use egui::Vec2;
use helioscope::layout::Scheme;

const SIZE: Vec2 = Vec2::new(1180.0, 560.0);

#[test]
fn looks_right_in_both_themes() {
    for (scheme, name) in [(Scheme::Dark, "differences_dark"), (Scheme::Light, "differences_light")] {
        let comparison = recorded(&["base-1.prof"], &["new-1.prof"]);
        picture(harness(Stage::new(Show::Table, scheme, comparison), SIZE), name);
    }
}

#[test]
fn looks_right_with_sampling_error() {
    let comparison = recorded(&["base-1.raw.gz"], &["new-1.raw.gz"]);
    picture(harness(Stage::new(Show::Table, Scheme::Dark, comparison), SIZE), "differences_sampled_dark");
}
