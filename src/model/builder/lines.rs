//! Builds a profile of lines.

use super::super::{
    Body, Frame, FrameId, Function, FunctionId, LineProfile, MetricId, Origin, Profile, StringId, Track, Unit,
};
use super::{BuildError, Tables, add_columns, grow_and_add, is_saturated, next_id};
use rustc_hash::FxHashMap;

/// Builds a profile of lines, which knows what each line cost but not who called it.
pub struct LineBuilder {
    tables: Tables,
    frames: Vec<Frame>,
    frame_index: FxHashMap<(FunctionId, u32), FrameId>,
    hits: Vec<i64>,
    costs: Vec<Vec<i64>>,
}

impl LineBuilder {
    /// An empty profile of the named format. Add its metrics before its lines.
    pub fn new(format: &'static str) -> Self {
        Self {
            tables: Tables::new(format),
            frames: Vec::new(),
            frame_index: FxHashMap::default(),
            hits: Vec::new(),
            costs: Vec::new(),
        }
    }

    shared_methods!();

    /// Adds to the figures of a line; `costs` holds one value for each metric. A line given twice is summed.
    pub fn add(&mut self, function: FunctionId, line: u32, hits: i64, costs: &[i64]) {
        let frames = &mut self.frames;
        let failed = &mut self.tables.failed;
        let frame = *self.frame_index.entry((function, line)).or_insert_with(|| {
            let id = next_id(frames.len(), "lines", failed).map_or(FrameId(0), FrameId);
            frames.push(Frame { function, line, inlined: false });
            id
        });
        grow_and_add(&mut self.hits, frame.index(), hits);
        add_columns(&mut self.costs, frame.index(), costs);
    }

    /// Checks and seals the profile.
    pub fn finish(mut self) -> Result<Profile, BuildError> {
        if let Some(error) = self.tables.failed.take() {
            return Err(error);
        }
        if self.tables.metrics.is_empty() {
            self.tables.metric("time", Unit::Nanoseconds);
        }
        self.hits.resize(self.frames.len(), 0);
        self.costs.resize_with(self.tables.metrics.len(), Vec::new);
        for (i, column) in self.costs.iter_mut().enumerate() {
            column.resize(self.frames.len(), 0);
            self.tables.check_sum(MetricId::at(i), column)?;
            self.tables.check_each(MetricId::at(i), column)?;
        }
        if self.hits.iter().any(|hits| is_saturated(*hits)) {
            return Err(BuildError::Overflow("hits".to_owned()));
        }
        if self.tables.functions.is_empty() {
            self.tables.warn("The file is a valid profile, but it holds no function.", 1);
        }
        let lines = LineProfile { hits: self.hits, costs: self.costs, ..LineProfile::default() };
        Ok(self.tables.into_profile(self.frames, vec![Track::default()], Body::Lines(lines)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(b: &mut LineBuilder, name: &str) -> FunctionId {
        let name = b.string(name);
        b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY })
    }

    #[test]
    fn a_line_given_twice_stands_once_with_both_figures() {
        let mut b = LineBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let (f, g) = (function(&mut b, "f"), function(&mut b, "g"));
        b.add(f, 3, 1, &[10]);
        b.add(g, 3, 2, &[20]);
        b.add(f, 3, 4, &[40]);
        let profile = b.finish().expect("builds");
        let Body::Lines(lines) = profile.body() else { panic!("built of lines") };
        assert_eq!((lines.hits(), lines.costs(MetricId(0))), (&[5, 2][..], &[50, 20][..]));
        assert_eq!(profile.frames().iter().map(|f| (f.function, f.line)).collect::<Vec<_>>(), [(f, 3), (g, 3)]);
        assert_eq!((profile.total(MetricId(0)), profile.sample_count()), (70, 0));
    }

    #[test]
    fn sums_that_do_not_fit_are_an_error() {
        let mut b = LineBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let f = function(&mut b, "f");
        b.add(f, 1, 1, &[i64::MAX]);
        b.add(f, 2, 1, &[1]);
        assert_eq!(b.finish().err(), Some(BuildError::Overflow("time".to_owned())));
    }
}
