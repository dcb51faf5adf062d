//! A window with one view in it, and what tests of such windows have in common.

use crate::picture::compare;
use egui::{Color32, Ui, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use helioscope::model::{FrameId, Profile, ProfileBuilder, Track, Unit};
use helioscope::ui::Theme;

/// A session in small: it draws one view, and applies what changes what is drawn.
pub(crate) trait Session: 'static {
    /// Draws a frame.
    fn draw(&mut self, ui: &mut Ui);
}

/// The window of a session, drawn until nothing moves.
pub(crate) fn harness<S: Session>(session: S, size: Vec2) -> Harness<'static, S> {
    let mut harness = Harness::builder()
        .with_size(size)
        // Frames as on a screen: two clicks a quarter of a second apart are not a double click.
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(120)
        .build_ui_state(|ui, session: &mut S| session.draw(ui), session);
    harness.run();
    harness
}

/// Draws a view into all of the window, on a ground and with a margin.
pub(crate) fn view_ui(ui: &mut Ui, theme: &Theme, ground: Color32, margin: f32, add: impl FnOnce(&mut Ui)) {
    ui.ctx().set_global_style(theme.style());
    ui.set_style(theme.style());
    ui.painter().rect_filled(ui.ctx().content_rect(), 0.0, ground);
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        add(ui);
    });
}

/// Compares a picture with the stored one.
pub(crate) fn picture<S>(harness: Harness<'_, S>, name: &str) {
    compare(harness, "tests/snapshots", name);
}

/// The rows with these names from top to bottom.
pub(crate) fn order<S>(harness: &Harness<'_, S>, names: &[&str]) -> Vec<String> {
    let mut found: Vec<(f32, String)> = names
        .iter()
        .filter_map(|name| Some((harness.query_by_label(name)?.rect().top(), (*name).to_owned())))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, name)| name).collect()
}

/// `main;parse;read 2`: stacks as text, outermost first, each a number of samples.
pub(crate) fn stacks(lines: &[&str]) -> Profile {
    let mut b = ProfileBuilder::new("collapsed");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    for line in lines {
        let (path, count) = line.rsplit_once(' ').expect("a stack and a count");
        let frames: Vec<FrameId> = path
            .split(';')
            .map(|name| {
                let function = b.function_named(name, "/srv/shop/pipeline.py", 1);
                b.frame(function, 7)
            })
            .collect();
        let stack = b.stack_of(&frames);
        b.sample(track, stack, None, &[count.parse().expect("a count")]);
    }
    b.finish().expect("builds")
}
