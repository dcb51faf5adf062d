//! What benches of drawing have in common: the calls that are drawn, the screen, the tour a view is taken on, and how its
//! frames are reported.

use criterion::BenchmarkGroup;
use criterion::measurement::WallTime;
use egui::{Context, Event, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Ui, Vec2};
use helioscope::model::FrameId;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Points of the screen, one pixel each.
pub(crate) const SCREEN: Vec2 = Vec2::new(1920.0, 1080.0);

/// Numbers that are the same every time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Small numbers more often, as some functions are called more often than others.
    pub(crate) fn skewed(&mut self, bound: u64) -> u64 {
        let part = self.below(1 << 30) as f64 / f64::from(1 << 30);
        (part.powi(5) * bound as f64) as u64
    }
}

/// A walk of calls and returns through some functions, 10 to 60 deep.
pub(crate) struct Walk {
    pub(crate) random: Random,
    frames: Vec<FrameId>,
    stack: Vec<FrameId>,
}

impl Walk {
    pub(crate) fn through(frames: Vec<FrameId>) -> Self {
        Self { random: Random(0x9e37_79b9_7f4a_7c15), stack: vec![frames[0]], frames }
    }

    /// Returns from some calls, makes others, and gives the stack, outermost call first.
    pub(crate) fn next_stack(&mut self) -> &[FrameId] {
        let functions = self.frames.len() as u64;
        let keep = self.stack.len().saturating_sub(self.random.below(6) as usize).max(1);
        self.stack.truncate(keep);
        let depth = 10 + self.random.below(50) as usize;
        while self.stack.len() < depth {
            // Few callees a function, popular ones more often: trees that branch as programs do.
            let caller = u64::from(self.stack[self.stack.len() - 1].0);
            let callee = (caller * 31 + self.random.below(4) * self.random.below(4) * 7 + 1) % functions;
            self.stack.push(self.frames[callee as usize]);
        }
        self.stack.push(self.frames[self.random.skewed(functions) as usize]);
        &self.stack
    }
}

/// Draws a frame and tessellates it; `now` goes on by a sixtieth of a second.
pub(crate) fn timed_frame(egui: &Context, now: &mut f64, events: Vec<Event>, draw: impl FnMut(&mut Ui)) -> Duration {
    *now += 1.0 / 60.0;
    let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, SCREEN));
    let input = RawInput { screen_rect, time: Some(*now), events, ..RawInput::default() };
    let begin = Instant::now();
    let mut output = egui.run_ui(input, draw);
    let shapes = std::mem::take(&mut output.shapes);
    black_box(egui.tessellate(shapes, output.pixels_per_point).len());
    let taken = begin.elapsed();
    output.textures_delta.clear();
    taken
}

/// Frame by frame, what the user does: zooms in at a place until a few samples fill the screen, then pans and scrolls.
fn journey() -> Vec<Vec<Event>> {
    const DOWN: [f32; 2] = [0.25, 0.75];
    let wheel = |delta: Vec2| Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta,
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    };
    let mut frames = Vec::new();
    for (across, down) in [0.03_f32, 0.2, 0.4, 0.6, 0.8].into_iter().zip(DOWN.into_iter().cycle()) {
        let at = Event::PointerMoved(Pos2::new(SCREEN.x * across, SCREEN.y * down));
        frames.extend((0..40).map(|_| vec![at.clone(), Event::Zoom(1.4)]));
        for delta in [Vec2::new(-150.0, 0.0), Vec2::new(0.0, -90.0), Vec2::new(300.0, 0.0), Vec2::new(0.0, 120.0)] {
            frames.extend((0..12).map(|_| vec![at.clone(), wheel(delta)]));
        }
        frames.extend((0..40).map(|_| vec![at.clone(), Event::Zoom(1.0 / 1.4)]));
    }
    frames
}

/// Takes a view on a tour, and has criterion measure a frame that does not move. `frame` draws one with what happened in it.
pub(crate) fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut frame: impl FnMut(Vec<Event>) -> Duration,
) {
    // The first frames ask for trees.
    for _ in 0..3 {
        frame(Vec::new());
    }
    report(name, journey().into_iter().map(&mut frame).collect());
    group.bench_function(name, |b| b.iter_custom(|times| (0..times).map(|_| frame(Vec::new())).sum()));
}

/// Reports the frames of a tour.
pub(crate) fn report(name: &str, mut frames: Vec<Duration>) {
    frames.sort_unstable();
    let at = |part: usize| frames[(frames.len() - 1) * part / 100].as_secs_f64() * 1_000.0;
    let (median, p95, most) = (at(50), at(95), at(100));
    println!("tour: {name:<24} median {median:6.2} ms   p95 {p95:6.2} ms   slowest {most:6.2} ms");
}
