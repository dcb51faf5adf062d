//! One frame of a view, layout and tessellation on the processor, for a profile of a million samples.
//!
//! The floor is a frame of an empty panel.

#![allow(missing_docs, reason = "criterion's macros make items without documentation")]

use criterion::{Criterion, criterion_group, criterion_main};
use egui::{Context, Pos2, RawInput, Rect, Vec2};
use helioscope::analyze::{Analysis, Detail, Order, Query};
use helioscope::layout::Scheme;
use helioscope::model::{FrameId, Profile, ProfileBuilder, TimeMeaning, Track, TrackId, Unit};
use helioscope::ui::views::{FlameState, SunburstState, flame_ui, sunburst_ui, table::TableState, table::table_ui};
use helioscope::ui::{Action, Theme, Trees, ViewCtx};
use std::cell::RefCell;
use std::hint::black_box;
use std::sync::Arc;

const SAMPLES: usize = 1_000_000;
const FUNCTIONS: u64 = 20_000;

/// A walk of calls and returns through 20,000 functions, 10 to 60 deep.
fn profile() -> Profile {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut b = ProfileBuilder::new("bench");
    b.metric("samples", Unit::Samples);
    b.origin_mut().time = TimeMeaning::Order;
    let track = b.track(Track::default());
    let frames: Vec<FrameId> = (0..FUNCTIONS)
        .map(|i| {
            let function = b.function_named(&format!("function_{i}"), &format!("/srv/app/module_{}.py", i % 400), 1);
            b.frame(function, 0)
        })
        .collect();
    let mut stack = vec![frames[0]];
    for _ in 0..SAMPLES {
        let keep = stack.len().saturating_sub(random(6) as usize).max(1);
        stack.truncate(keep);
        let depth = 10 + random(50) as usize;
        while stack.len() < depth {
            // Few callees a function, popular ones more often: trees that branch as programs do.
            let caller = u64::from(stack[stack.len() - 1].0);
            let callee = (caller * 31 + random(4) * random(4) * 7 + 1) % FUNCTIONS;
            stack.push(frames[callee as usize]);
        }
        let id = b.stack_of(&stack);
        b.sample(track, id, None, &[1]);
    }
    b.finish().unwrap_or_else(|e| panic!("{e}"))
}

fn input() -> RawInput {
    let screen = Rect::from_min_size(Pos2::ZERO, Vec2::new(1920.0, 1080.0));
    RawInput { screen_rect: Some(screen), ..RawInput::default() }
}

/// Draws a frame and tessellates it; gives what the view asked for.
fn frame(egui: &Context, draw: impl FnMut(&mut egui::Ui)) -> usize {
    let mut output = egui.run_ui(input(), draw);
    output.textures_delta.clear();
    egui.tessellate(output.shapes, output.pixels_per_point).len()
}

struct Stage {
    analysis: Analysis,
    trees: Trees,
    theme: Theme,
    colours: RefCell<Vec<Option<egui::Color32>>>,
}

impl Stage {
    fn ctx(&self) -> ViewCtx<'_> {
        ViewCtx {
            analysis: &self.analysis,
            trees: &self.trees,
            theme: &self.theme,
            selection: None,
            hovered: None,
            matches: None,
            neighbours: None,
            time_track: TrackId(0),
            time_meaning: TimeMeaning::Order,
            colours: &self.colours,
            busy: false,
            hints: None,
            compare: None,
        }
    }

    /// Makes the trees a view asks for, as the program does on its other threads.
    fn serve(&mut self, actions: Vec<Action>) {
        use helioscope::ui::TreeKind::{CalleesOf, CallersOf, Overview, Sunburst, Whole};
        for action in actions {
            let Action::Need(need) = action else { continue };
            let detail: Detail = need.detail;
            let tree = match need.kind {
                Whole(Order::Inverted) | Overview(Order::Inverted) => self.analysis.inverted(detail),
                Whole(Order::Time) | Overview(Order::Time) => {
                    let Some(timeline) = self.analysis.timeline(TrackId(0)) else { continue };
                    let Some(tree) = self.analysis.timeline_tree(&timeline, detail) else { continue };
                    tree
                }
                CallersOf(group) => self.analysis.callers_tree(group, detail),
                CalleesOf(group) => self.analysis.callees_tree(group, detail),
                Whole(Order::LeftHeavy) | Overview(Order::LeftHeavy) | Sunburst => self.analysis.tree(detail),
            };
            self.trees.put(need.kind, Arc::new(tree));
        }
    }
}

fn draw(c: &mut Criterion) {
    let profile = Arc::new(profile());
    let query = Query::new(&profile);
    let analysis = Analysis::new(profile, query, None);
    let theme = Theme::new(Scheme::Dark);
    let mut stage = Stage { analysis, trees: Trees::default(), theme, colours: RefCell::default() };
    let egui = Context::default();
    egui.set_fonts(Theme::fonts());
    let mut group = c.benchmark_group("frame");
    group.bench_function("floor: an empty panel", |b| b.iter(|| frame(&egui, |_| {})));
    for order in [Order::LeftHeavy, Order::Time, Order::Inverted] {
        let mut state = FlameState { order, ..FlameState::default() };
        // The first frames ask for trees.
        for _ in 0..3 {
            let mut actions = Vec::new();
            frame(&egui, |ui| flame_ui(ui, &stage.ctx(), &mut state, &mut actions));
            stage.serve(actions);
        }
        group.bench_function(format!("flame, {order:?}"), |b| {
            b.iter(|| {
                let mut actions = Vec::new();
                black_box(frame(&egui, |ui| flame_ui(ui, &stage.ctx(), &mut state, &mut actions)))
            });
        });
    }
    let mut sunburst = SunburstState::default();
    for _ in 0..3 {
        let mut actions = Vec::new();
        frame(&egui, |ui| sunburst_ui(ui, &stage.ctx(), &mut sunburst, &mut actions));
        stage.serve(actions);
    }
    group.bench_function("sunburst", |b| {
        b.iter(|| {
            let mut actions = Vec::new();
            black_box(frame(&egui, |ui| sunburst_ui(ui, &stage.ctx(), &mut sunburst, &mut actions)))
        });
    });
    let mut table = TableState::default();
    group.bench_function("table", |b| {
        b.iter(|| {
            let mut actions = Vec::new();
            black_box(frame(&egui, |ui| table_ui(ui, &stage.ctx(), &mut table, &mut actions)))
        });
    });
    group.finish();
}

criterion_group!(benches, draw);
criterion_main!(benches);
