//! One frame of a view, layout and tessellation on the processor, at 1920 × 1080.
//!
//! Two measurements. `frame/…` is criterion's: a frame that does not move, beside the floor, a frame of an empty panel.
//! Before it, each view is taken on a *tour*: zoomed in at several places as far as it goes, panned and scrolled, jumped
//! about in; every single frame is timed, and the slowest twentieth is what counts. The profile has a million samples,
//! the table 200,000 rows.

#![allow(missing_docs, reason = "criterion's macros make items without documentation")]
#![allow(clippy::print_stdout, reason = "tours report to the terminal, as criterion does")]

mod tour;

use criterion::{Criterion, criterion_group, criterion_main};
use egui::{Context, Event, Ui};
use helioscope::analyze::{Analysis, Detail, GroupId, Order, Query};
use helioscope::layout::Scheme;
use helioscope::model::{
    FrameId, Function, GraphBuilder, Profile, ProfileBuilder, StringId, TimeMeaning, Track, TrackId, Unit,
};
use helioscope::ui::views::{
    CallersState, FlameState, SunburstState, callers_ui, flame_ui, sunburst_ui, table::TableState, table::table_ui,
};
use helioscope::ui::{Action, Actions, Theme, Trees, ViewCtx};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;
use tour::{Random, Walk, measure, report, timed_frame};

const SAMPLES: usize = 1_000_000;
const FUNCTIONS: u64 = 20_000;
const ROWS: u64 = 200_000;

/// A million samples of a walk through 20,000 functions.
fn samples() -> Profile {
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
    let mut walk = Walk::through(frames);
    for _ in 0..SAMPLES {
        let id = b.stack_of(walk.next_stack());
        b.sample(track, id, None, &[1]);
    }
    b.finish().unwrap_or_else(|e| panic!("{e}"))
}

/// A call graph of 200,000 functions, for its table.
fn functions() -> Profile {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut b = GraphBuilder::new("bench");
    b.metric("time", Unit::Nanoseconds);
    for i in 0..ROWS {
        let name = b.string(&format!("function_{i}"));
        let file = b.string(&format!("/srv/app/package_{}/module_{}.py", i % 60, i % 4_000));
        let function = b.function(Function { name, file, line: (i % 900) as u32, object: StringId::EMPTY });
        let (own, calls) = (random.skewed(1 << 40) as i64, 1 + random.skewed(1 << 20) as i64);
        b.add(function, calls, calls, &[own], &[own + random.skewed(1 << 40) as i64]);
    }
    b.finish().unwrap_or_else(|e| panic!("{e}"))
}

/// A profile that is looked at, and what the views need for it.
struct Stage {
    egui: Context,
    now: f64,
    analysis: Analysis,
    trees: Trees,
    theme: Theme,
    selection: Option<GroupId>,
    colours: RefCell<Vec<Option<egui::Color32>>>,
}

impl Stage {
    fn new(profile: Profile) -> Self {
        let profile = Arc::new(profile);
        let query = Query::new(&profile);
        let analysis = Analysis::new(profile, query, None);
        let table = analysis.table();
        let selection = table.present().max_by_key(|&group| table.own(group));
        let egui = Context::default();
        egui.set_fonts(Theme::fonts());
        let theme = Theme::new(Scheme::Dark);
        Self { egui, now: 0.0, analysis, trees: Trees::default(), theme, selection, colours: RefCell::default() }
    }

    /// Draws a frame and tessellates it, then makes the trees it asks for, as the program does on its other threads.
    fn frame(&mut self, events: Vec<Event>, mut view: impl FnMut(&mut Ui, &ViewCtx<'_>, &mut Actions)) -> Duration {
        let ctx = ViewCtx {
            selection: self.selection,
            time_meaning: TimeMeaning::Order,
            ..ViewCtx::new(&self.analysis, &self.trees, &self.theme, &self.colours)
        };
        let mut actions = Vec::new();
        let taken = timed_frame(&self.egui, &mut self.now, events, |ui| view(ui, &ctx, &mut actions));
        self.serve(actions);
        taken
    }

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
    let mut group = c.benchmark_group("frame");
    let mut stage = Stage::new(samples());
    group.bench_function("floor: an empty panel", |b| {
        b.iter_custom(|times| (0..times).map(|_| stage.frame(Vec::new(), |_, _, _| {})).sum());
    });
    for order in [Order::LeftHeavy, Order::Time, Order::Inverted] {
        let mut state = FlameState { order, ..FlameState::default() };
        measure(&mut group, &format!("flame, {order:?}"), |events| {
            stage.frame(events, |ui, ctx, actions| flame_ui(ui, ctx, &mut state, actions))
        });
    }
    let mut callers = CallersState::default();
    measure(&mut group, "callers", |events| {
        stage.frame(events, |ui, ctx, actions| callers_ui(ui, ctx, &mut callers, actions))
    });
    let mut sunburst = SunburstState::default();
    measure(&mut group, "sunburst", |events| {
        stage.frame(events, |ui, ctx, actions| sunburst_ui(ui, ctx, &mut sunburst, actions))
    });
    let mut table = TableState::default();
    measure(&mut group, "table", |events| {
        stage.frame(events, |ui, ctx, actions| table_ui(ui, ctx, &mut table, actions))
    });

    let mut stage = Stage::new(functions());
    let mut table = TableState::default();
    measure(&mut group, "table of 200,000", |events| {
        stage.frame(events, |ui, ctx, actions| table_ui(ui, ctx, &mut table, actions))
    });
    let mut random = Random(1);
    let jumps = (0..200).map(|_| {
        stage.selection = Some(GroupId::at(random.below(ROWS) as usize));
        let jump = stage.frame(Vec::new(), |ui, ctx, actions| table_ui(ui, ctx, &mut table, actions));
        // The rows come into sight one frame after they were asked for.
        jump.max(stage.frame(Vec::new(), |ui, ctx, actions| table_ui(ui, ctx, &mut table, actions)))
    });
    report("table, jumps", jumps.collect());
    group.finish();
}

criterion_group!(benches, draw);
criterion_main!(benches);
