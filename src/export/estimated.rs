//! A call graph as a profile of stacks, for formats that hold nothing else. The stacks are an estimate.

use crate::analyze::Analysis;
use crate::model::{BuildError, Frame, Profile, ProfileBuilder, StackId, TimeMeaning, Track, Unit, format};

/// About how many stacks of an estimated tree are written, beside one for each function. The tree can be endless, and
/// this is finer than any picture of it.
pub(crate) const MAX_STACKS: usize = 5_000;

/// What readers of an estimate must know.
pub(crate) const ESTIMATED: &str = "The recording holds who called whom, but no stacks: the call tree is an estimate that \
                                    divides each function among its callers.";

/// Says from where on stacks were thinned out.
pub(crate) fn thinned(quantum: i64, unit: &Unit) -> String {
    let least = format::value(quantum, unit);
    format!(
        "There are too many stacks below {least} to write them all: a few stand for the others, and every function keeps \
         its own cost."
    )
}

/// The estimated tree of a call graph as samples of one metric, with what to know of it among its warnings; `None` where
/// stacks were recorded. Each function keeps its own cost.
pub fn as_stacks(analysis: &Analysis) -> Option<Result<Profile, BuildError>> {
    let stacks = analysis.estimated_stacks(MAX_STACKS)?;
    let profile = analysis.profile();
    let metric = profile.metric(analysis.query().metric);
    let mut builder = ProfileBuilder::new(profile.origin().format);
    builder.metric(&metric.name, metric.unit.clone());
    *builder.origin_mut() = profile.origin().clone();
    builder.origin_mut().time = TimeMeaning::None;
    for warning in profile.warnings() {
        builder.warn_times(&warning.text, warning.count);
    }
    if analysis.exactness() == crate::analyze::Exactness::Estimated {
        builder.warn(ESTIMATED);
    }
    if stacks.quantum() > 1 {
        builder.warn(&thinned(stacks.quantum(), &metric.unit));
    }
    let track = builder.track(Track::default());
    let mut ids = vec![StackId::EMPTY];
    for row in 1..stacks.own().len() {
        let mut function = *profile.function(stacks.functions()[row]);
        function.name = builder.string(profile.text(function.name));
        function.file = builder.string(profile.text(function.file));
        function.object = builder.string(profile.text(function.object));
        let function = builder.function(function);
        let frame = builder.frame_of(Frame { function, line: 0, inlined: false });
        let stack = builder.stack(ids[stacks.parents()[row] as usize], frame);
        ids.push(stack);
    }
    for (stack, &own) in ids.iter().zip(stacks.own()).filter(|(_, own)| **own != 0) {
        builder.sample(track, *stack, None, &[own]);
    }
    Some(builder.finish())
}
