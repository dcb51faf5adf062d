//! One frame of each view of a comparison, layout and tessellation on the processor, at 1920 × 1080, on the tour of
//! `draw`; and how long it takes to compare.
//!
//! The pair is of 100,000 call paths a side, sampled, so that every box is judged against the error of sampling. Some of
//! its functions got slower, some went and some came.

#![allow(missing_docs, reason = "criterion's macros make items without documentation")]
#![allow(clippy::print_stdout, reason = "tours report to the terminal, as criterion does")]

mod tour;

use criterion::{Criterion, criterion_group, criterion_main};
use egui::{Context, Event, Rect, Ui, UiBuilder, Vec2};
use helioscope::analyze::diff::{Aligned, BoxWidth, Comparison, Matching, Measure, Question, Side, align};
use helioscope::analyze::{Analysis, CallTree, Detail, GroupId, Order};
use helioscope::layout::Scheme;
use helioscope::model::{FrameId, Profile, ProfileBuilder, Track, Unit};
use helioscope::ui::views::{
    FlameState, SunburstState, flame_ui, sunburst_ui,
    table::{TableState, table_ui},
};
use helioscope::ui::{Action, Actions, CompareCtx, Theme, TreeKind, TreeNeed, Trees, ViewCtx};
use std::cell::RefCell;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;
use tour::{Random, Walk, measure, report, timed_frame};

/// Call paths a side.
const NODES: usize = 100_000;
const FUNCTIONS: u64 = 5_000;
/// Samples that end in a path a side already has, beside those that make a new one.
const REPEATED: u64 = 3;

/// Samples of a walk of calls and returns until there are enough call paths. `changed` leaves out some functions,
/// calls others in their place, and samples every seventh twice as often.
fn samples(changed: bool) -> Profile {
    let mut b = ProfileBuilder::new("bench");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    let frames: Vec<FrameId> = (0..FUNCTIONS)
        .map(|i| {
            let name = if changed && i % 50 == 7 { format!("replacement_{i}") } else { format!("function_{i}") };
            let function = b.function_named(&name, &format!("/srv/app/module_{}.py", i % 200), 1);
            b.frame(function, 0)
        })
        .collect();
    let mut walk = Walk::through(frames);
    let mut paths = 1;
    while paths < NODES {
        let stack = walk.next_stack();
        let (id, leaf) = (b.stack_of(stack), stack[stack.len() - 1].0);
        paths = paths.max(id.index());
        let times = 1 + walk.random.below(REPEATED);
        for _ in 0..if changed && leaf % 7 == 0 { 2 * times } else { times } {
            b.sample(track, id, None, &[1]);
        }
    }
    b.finish().unwrap_or_else(|e| panic!("{e}"))
}

fn aligned(base: &Arc<Profile>, new: &Arc<Profile>) -> Arc<Aligned> {
    Arc::new(align(base, new, &Matching::default()).unwrap_or_else(|e| panic!("{e}")))
}

fn compared(aligned: Arc<Aligned>) -> Comparison {
    let question = Question::new(&aligned);
    Comparison::new(aligned, question, None)
}

/// What is drawn of a comparison: a side, or both as one.
type Part = Option<Side>;

/// A comparison that is looked at, and what the views need for it.
struct Stage {
    egui: Context,
    now: f64,
    comparison: Comparison,
    /// Of both as one, of base, of new.
    trees: [Trees; 3],
    theme: Theme,
    selection: Option<GroupId>,
    colours: RefCell<Vec<Option<egui::Color32>>>,
}

fn slot(part: Part) -> usize {
    match part {
        None => 0,
        Some(Side::Base) => 1,
        Some(Side::New) => 2,
    }
}

impl Stage {
    fn new(comparison: Comparison) -> Self {
        let table = comparison.side(Side::New).table();
        let selection = table.present().max_by_key(|&group| table.own(group));
        let egui = Context::default();
        egui.set_fonts(Theme::fonts());
        let theme = Theme::new(Scheme::Dark);
        Self { egui, now: 0.0, comparison, trees: Default::default(), theme, selection, colours: RefCell::default() }
    }

    fn analysis(&self, part: Part) -> &Analysis {
        self.comparison.side(part.unwrap_or(Side::New))
    }

    /// Draws parts, one above the other, then makes the trees they ask for.
    fn frame(
        &mut self,
        events: Vec<Event>,
        parts: &[Part],
        mut view: impl FnMut(&mut Ui, &ViewCtx<'_>, Part, &mut Actions),
    ) -> Duration {
        let mut needs: Vec<(Part, TreeNeed)> = Vec::new();
        let mut now = self.now;
        let taken = timed_frame(&self.egui, &mut now, events, |ui| {
            let whole = ui.max_rect();
            let height = whole.height() / parts.len() as f32;
            for (i, &part) in parts.iter().enumerate() {
                let corner = whole.min + Vec2::new(0.0, height * i as f32);
                let rect = Rect::from_min_size(corner, Vec2::new(whole.width(), height));
                let ctx = self.ctx(part);
                let mut actions = Vec::new();
                ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt(i), |ui| {
                    ui.set_clip_rect(rect);
                    view(ui, &ctx, part, &mut actions);
                });
                needs.extend(actions.into_iter().filter_map(|action| match action {
                    Action::Need(need) => Some((part, need)),
                    _ => None,
                }));
            }
        });
        self.now = now;
        for (part, need) in needs {
            let tree = self.tree(part, need.kind, need.detail);
            self.trees[slot(part)].put(need.kind, Arc::new(tree));
        }
        taken
    }

    fn ctx(&self, part: Part) -> ViewCtx<'_> {
        ViewCtx {
            selection: self.selection,
            compare: Some(CompareCtx {
                comparison: &self.comparison,
                measure: Measure::Total,
                box_width: BoxWidth::Larger,
                side: part,
                neighbours: None,
                renamed: &[],
            }),
            ..ViewCtx::new(self.analysis(part), &self.trees[slot(part)], &self.theme, &self.colours)
        }
    }

    fn tree(&self, part: Part, kind: TreeKind, detail: Detail) -> CallTree {
        use TreeKind::{CalleesOf, CallersOf, Overview, Sunburst, Whole};
        let width = BoxWidth::Larger;
        match (part, kind) {
            (None, Whole(Order::Inverted) | Overview(Order::Inverted)) => self.comparison.inverted(width, detail),
            (None, CallersOf(group)) => self.comparison.callers_tree(group, width, detail),
            (None, CalleesOf(group)) => self.comparison.callees_tree(group, width, detail),
            (None, Whole(_) | Overview(_) | Sunburst) => self.comparison.tree(width, detail),
            (_, Whole(Order::Inverted) | Overview(Order::Inverted)) => self.analysis(part).inverted(detail),
            (_, CallersOf(group)) => self.analysis(part).callers_tree(group, detail),
            (_, CalleesOf(group)) => self.analysis(part).callees_tree(group, detail),
            (_, Whole(_) | Overview(_) | Sunburst) => self.analysis(part).tree(detail),
        }
    }
}

fn compare(c: &mut Criterion) {
    let (base, new) = (Arc::new(samples(false)), Arc::new(samples(true)));
    let mut group = c.benchmark_group("compare");
    group.sample_size(10);
    group.bench_function("align", |b| b.iter(|| black_box(aligned(&base, &new))));
    let pair = aligned(&base, &new);
    group.bench_function("count both sides", |b| b.iter(|| black_box(compared(Arc::clone(&pair)))));
    let comparison = compared(pair);
    let detail = Detail::for_window(0, comparison.side(Side::New).sum().max(1), tour::SCREEN.x);
    group.bench_function("merged tree", |b| b.iter(|| black_box(comparison.tree(BoxWidth::Larger, detail))));
    group.finish();

    let mut group = c.benchmark_group("frame");
    let mut stage = Stage::new(comparison);
    for order in [Order::LeftHeavy, Order::Inverted] {
        let mut state = FlameState { order, ..FlameState::default() };
        let name = format!("merged flame, {order:?}");
        measure(&mut group, &name, |events| {
            stage.frame(events, &[None], |ui, ctx, _, actions| flame_ui(ui, ctx, &mut state, actions))
        });
    }
    let mut state = SunburstState::default();
    measure(&mut group, "merged sunburst", |events| {
        stage.frame(events, &[None], |ui, ctx, _, actions| sunburst_ui(ui, ctx, &mut state, actions))
    });
    let sides = Side::BOTH.map(Some);
    let mut states = [FlameState::default(), FlameState::default()];
    measure(&mut group, "flames side by side", |events| {
        stage.frame(events, &sides, |ui, ctx, part, actions| flame_ui(ui, ctx, &mut states[slot(part) - 1], actions))
    });
    let mut states = [SunburstState::default(), SunburstState::default()];
    measure(&mut group, "sunbursts side by side", |events| {
        stage.frame(events, &sides, |ui, ctx, part, actions| sunburst_ui(ui, ctx, &mut states[slot(part) - 1], actions))
    });
    let mut state = TableState::default();
    measure(&mut group, "table of differences", |events| {
        stage.frame(events, &[None], |ui, ctx, _, actions| table_ui(ui, ctx, &mut state, actions))
    });
    let groups = stage.comparison.side(Side::New).groups().len() as u64;
    let mut random = Random(1);
    let jumps = (0..200).map(|_| {
        stage.selection = Some(GroupId::at(random.below(groups) as usize));
        let mut frame =
            || stage.frame(Vec::new(), &[None], |ui, ctx, _, actions| table_ui(ui, ctx, &mut state, actions));
        // The rows come into sight one frame after they were asked for.
        frame().max(frame())
    });
    report("differences, jumps", jumps.collect());
    group.finish();
}

criterion_group!(benches, compare);
criterion_main!(benches);
