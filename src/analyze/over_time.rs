//! How the cost of a recording divides over time: by what the program did, or by whose code it ran.
//!
//! Time is cut into bins, about as many as there are pixels, and each sample is spread over those it lasted through. What
//! falls on a bin's edge is divided to the last nanosecond, so that all bins together are what was counted:
//!
//! ```text
//!     main;parse  @0 30        bin        0..20   20..40   40..60
//!     main;sleep  @30 25       Python       20      10        0
//!                              sleeping      0      10       15
//! ```

use super::bounds::stack_activities;
use super::{Activity, Analysis, Package, Query};
use crate::model::{MetricId, Profile, Samples, StackProfile, TimeMeaning, TrackId, Unit};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cmp::Reverse;

/// What bands are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum DivideBy {
    /// What the program did, or waited for.
    #[default]
    Activity,
    /// Whose code ran: the package of the innermost function.
    Package,
}

/// A part of the time axis, and how finely it is divided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeWindow {
    /// From where to where; `None` for everything.
    pub range: Option<(i64, i64)>,
    /// Into how many bins, at most.
    pub bins: usize,
}

/// What a band stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BandKind {
    /// An activity.
    Activity(Activity),
    /// The code of a package.
    Package(Package),
    /// So many packages more.
    Others(usize),
    /// Samples without a stack.
    Nothing,
}

impl BandKind {
    /// What it is called.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Activity(activity) => activity.name().into(),
            Self::Package(package) => package.name.as_str().into(),
            Self::Others(1) => "1 other package".into(),
            Self::Others(count) => format!("{count} other packages").into(),
            Self::Nothing => "no stack".into(),
        }
    }
}

/// One of the layers that lie on one another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Band {
    /// What it stands for.
    pub kind: BandKind,
    /// What it costs in the whole recording.
    pub total: i64,
    amounts: Vec<i64>,
}

impl Band {
    /// What it costs in each bin, in the metric's base unit.
    pub fn amounts(&self) -> &[i64] {
        &self.amounts
    }

    /// Whether it only waits.
    pub fn waits(&self) -> bool {
        matches!(&self.kind, BandKind::Activity(activity) if !activity.is_active())
    }
}

/// Cost over time, in bands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OverTime {
    meaning: TimeMeaning,
    track: Option<TrackId>,
    lasting: bool,
    extent: i64,
    range: (i64, i64),
    bins: usize,
    bands: Vec<Band>,
    by: DivideBy,
}

/// Packages that have a band of their own.
const MOST_PACKAGES: usize = 10;
/// Bins hold so many samples on average, unless there would be fewer bins than that.
const SAMPLES_IN_BIN: usize = 4;
const LEAST_BINS: usize = 48;
/// More bins than any screen has pixels.
const MOST_BINS: usize = 1 << 14;

impl OverTime {
    /// Divides what a query counts, its time range aside; `None` where the profile knows neither times nor order. Where
    /// only the order of samples is known, threads have no time in common: then it is about one thread.
    pub fn new(analysis: &Analysis, by: DivideBy, window: TimeWindow) -> Option<Self> {
        let (body, tree) = analysis.stacks()?;
        let profile = analysis.profile();
        let (samples, meaning) = (&body.samples, profile.origin().time);
        let starts = samples.starts_ns().filter(|_| meaning != TimeMeaning::None)?;
        let query = analysis.query();
        let track = match meaning {
            TimeMeaning::Clock => query.track,
            TimeMeaning::Order | TimeMeaning::None => Some(query.time_track(profile)),
        };
        let axis = Axis { samples, starts, lengths: lengths(profile, samples, meaning) };
        let extent = axis.extent(track.filter(|_| meaning == TimeMeaning::Order));
        let (from, to) = window.range.unwrap_or((0, extent));
        let range = (from.clamp(0, extent), to.clamp(0, extent));
        let length = range.1.saturating_sub(range.0).max(0);
        // In a bin that holds one sample everything is of one kind; bins are to show how time divides.
        let inside = axis.begins_within(range, track);
        let bins = window.bins.clamp(1, MOST_BINS).min((inside / SAMPLES_IN_BIN).max(LEAST_BINS));
        let bins = bins.min(usize::try_from(length).unwrap_or(MOST_BINS).max(1));
        let lasting = samples.lasts(query.metric) || (meaning == TimeMeaning::Order && axis.measures(query.metric));

        let counted: Query = Query { track, time_ns: None, ..query.clone() };
        let (bands, band_of) = bands(analysis, body, by, &counted);
        let mut bands: Vec<Band> =
            bands.into_iter().map(|(kind, total)| Band { kind, total, amounts: vec![0; bins] }).collect();
        let weights = samples.weights(query.metric);
        let grid = Grid { range, bins };
        for (i, &stack) in samples.stacks().iter().enumerate() {
            let other_track = track.is_some_and(|t| samples.tracks()[i] != t);
            if other_track || weights[i] <= 0 || tree.node_of(stack).is_none() {
                continue;
            }
            if let Some(band) = bands.get_mut(band_of[stack.index()] as usize) {
                grid.spread(starts[i], if lasting { weights[i] } else { 0 }, weights[i], &mut band.amounts);
            }
        }
        Some(Self { meaning, track, lasting, extent, range, bins, bands, by })
    }

    /// What positions mean.
    pub fn meaning(&self) -> TimeMeaning {
        self.meaning
    }

    /// The thread it is about; `None` for all of them.
    pub fn track(&self) -> Option<TrackId> {
        self.track
    }

    /// What bands are.
    pub fn by(&self) -> DivideBy {
        self.by
    }

    /// The end of the axis; it begins at 0.
    pub fn extent(&self) -> i64 {
        self.extent
    }

    /// The part of the axis that is divided.
    pub fn range(&self) -> (i64, i64) {
        self.range
    }

    /// How many bins there are.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// The layers, from the lowest upwards.
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// Whether values are how long samples lasted. Then what a bin holds, divided by its length, is how many threads were
    /// at it.
    pub fn is_lasting(&self) -> bool {
        self.lasting
    }

    /// From where to where a bin lies.
    pub fn bin(&self, bin: usize) -> (i64, i64) {
        let grid = Grid { range: self.range, bins: self.bins };
        (grid.edge(bin), grid.edge(bin + 1))
    }

    /// The bin a position lies in.
    pub fn bin_at(&self, position: i64) -> Option<usize> {
        let grid = Grid { range: self.range, bins: self.bins };
        (self.range.0..self.range.1).contains(&position).then(|| grid.bin_of(position))
    }

    /// What all bands cost in the whole recording.
    pub fn total(&self) -> i64 {
        self.bands.iter().map(|band| band.total).sum()
    }
}

impl Analysis {
    /// Whether samples have times, or an order, to divide cost over.
    pub fn has_time(&self) -> bool {
        self.profile().origin().time != TimeMeaning::None
            && self.stacks().is_some_and(|(body, _)| body.samples.starts_ns().is_some())
    }

    /// The unit of positions in time: nanoseconds by the clock; where only order is known, what samples are weighed in.
    pub fn time_unit(&self) -> &Unit {
        match self.profile().origin().time {
            TimeMeaning::Clock => &Unit::Nanoseconds,
            TimeMeaning::Order | TimeMeaning::None => &self.profile().metric(self.profile().default_metric()).unit,
        }
    }
}

/// How long samples lasted: the first metric that says so, or in order of samples what they are weighed in.
fn lengths(profile: &Profile, samples: &Samples, meaning: TimeMeaning) -> Option<MetricId> {
    let lasting = (0..profile.metrics().len()).map(MetricId::at).find(|m| samples.lasts(*m));
    lasting.or_else(|| (meaning == TimeMeaning::Order).then(|| profile.default_metric()))
}

struct Axis<'a> {
    samples: &'a Samples,
    starts: &'a [i64],
    lengths: Option<MetricId>,
}

impl Axis<'_> {
    fn measures(&self, metric: MetricId) -> bool {
        self.lengths == Some(metric)
    }

    /// How many samples begin within a range.
    fn begins_within(&self, (from, to): (i64, i64), track: Option<TrackId>) -> usize {
        let of_track = |i: usize| track.is_none_or(|t| self.samples.tracks()[i] == t);
        self.starts.iter().enumerate().filter(|(i, start)| (from..to).contains(*start) && of_track(*i)).count()
    }

    /// Where the last sample of a thread, or of all of them, ends.
    fn extent(&self, track: Option<TrackId>) -> i64 {
        let lengths = self.lengths.map(|metric| self.samples.weights(metric));
        let of_track = |i: &usize| track.is_none_or(|t| self.samples.tracks()[*i] == t);
        let end = |i: usize| self.starts[i].saturating_add(lengths.map_or(1, |lengths| lengths[i].max(0)));
        (0..self.starts.len()).filter(of_track).map(end).max().unwrap_or(0).max(0)
    }
}

/// Bins of as equal a length as whole numbers allow.
struct Grid {
    range: (i64, i64),
    bins: usize,
}

impl Grid {
    fn edge(&self, bin: usize) -> i64 {
        let (from, to) = self.range;
        from + ((i128::from(to - from) * bin as i128) / self.bins as i128) as i64
    }

    /// The bin of a position within the range.
    fn bin_of(&self, position: i64) -> usize {
        let (from, to) = self.range;
        let guess = i128::from(position - from) * self.bins as i128 / i128::from((to - from).max(1));
        let mut bin = (guess as usize).min(self.bins - 1);
        // Edges are rounded down, so the guess may be one short.
        while bin + 1 < self.bins && self.edge(bin + 1) <= position {
            bin += 1;
        }
        bin
    }

    /// Adds what a sample costs to the bins it lasted through.
    fn spread(&self, start: i64, length: i64, value: i64, amounts: &mut [i64]) {
        let (from, to) = self.range;
        if length <= 0 {
            if (from..to).contains(&start) {
                amounts[self.bin_of(start)] += value;
            }
            return;
        }
        let end = start.saturating_add(length);
        let (first, last) = (start.max(from), end.min(to));
        if first >= last {
            return;
        }
        // What was spent up to a position: differences of it add up to all of it.
        let until = |position: i64| {
            let lasted = i128::from(position) - i128::from(start);
            (i128::from(value) * lasted / i128::from(length)) as i64
        };
        let mut bin = self.bin_of(first);
        let mut at = first;
        while at < last {
            let edge = if bin + 1 == self.bins { last } else { self.edge(bin + 1).min(last) };
            amounts[bin] += until(edge) - until(at);
            at = edge;
            bin += 1;
        }
    }
}

/// The bands, each with its total, and the band of each stack.
fn bands(analysis: &Analysis, body: &StackProfile, by: DivideBy, counted: &Query) -> (Vec<(BandKind, i64)>, Vec<u32>) {
    match by {
        DivideBy::Activity => by_activity(analysis, body, counted),
        DivideBy::Package => by_package(analysis, body, counted),
    }
}

/// What is counted of each stack and not below zero, what transforms drop aside.
fn totals(analysis: &Analysis, body: &StackProfile, counted: &Query, mut add: impl FnMut(usize, i64)) {
    let Some((_, tree)) = analysis.stacks() else { return };
    for (stack, value) in counted.counted(&body.samples) {
        if value > 0 && tree.node_of(stack).is_some() {
            add(stack.index(), value);
        }
    }
}

fn by_activity(analysis: &Analysis, body: &StackProfile, counted: &Query) -> (Vec<(BandKind, i64)>, Vec<u32>) {
    let of_stack = stack_activities(body, analysis.profile(), analysis.classes());
    let mut amounts = [0_i64; Activity::ALL.len()];
    totals(analysis, body, counted, |stack, value| amounts[of_stack[stack] as usize] += value);
    // What computes lies below what waits.
    let mut order = Activity::ALL;
    order.sort_by_key(|activity| !activity.is_active());
    let mut place = [u32::MAX; Activity::ALL.len()];
    let mut bands = Vec::new();
    for activity in order.into_iter().filter(|activity| amounts[*activity as usize] > 0) {
        place[activity as usize] = bands.len() as u32;
        bands.push((BandKind::Activity(activity), amounts[activity as usize]));
    }
    (bands, of_stack.into_iter().map(|activity| place[activity as usize]).collect())
}

/// The dearest packages, the dearest of them lowest, and the others as one.
fn by_package(analysis: &Analysis, body: &StackProfile, counted: &Query) -> (Vec<(BandKind, i64)>, Vec<u32>) {
    const NONE: u32 = u32::MAX;
    let Some((_, tree)) = analysis.stacks() else { return (Vec::new(), Vec::new()) };
    let classes = analysis.classes();
    let package_of = |stack: usize| {
        let group = tree.group(tree.node_of(crate::model::StackId(stack as u32))?)?;
        Some(classes.package_of(analysis.groups().example(group)))
    };
    let of_stack: Vec<u32> = (0..body.stacks.len()).map(|stack| package_of(stack).unwrap_or(NONE)).collect();
    let mut amounts: FxHashMap<u32, i64> = FxHashMap::default();
    totals(analysis, body, counted, |stack, value| *amounts.entry(of_stack[stack]).or_default() += value);
    let nothing = amounts.remove(&NONE);
    let mut dearest: Vec<(u32, i64)> = amounts.into_iter().collect();
    dearest.sort_by_key(|&(package, amount)| (Reverse(amount), package));
    let others = dearest.split_off(dearest.len().min(MOST_PACKAGES));
    let mut place: FxHashMap<u32, u32> = FxHashMap::default();
    let mut bands = Vec::new();
    for (package, amount) in dearest {
        place.insert(package, bands.len() as u32);
        bands.push((BandKind::Package(classes.packages()[package as usize].clone()), amount));
    }
    if !others.is_empty() {
        place.extend(others.iter().map(|(package, _)| (*package, bands.len() as u32)));
        bands.push((BandKind::Others(others.len()), others.iter().map(|(_, amount)| amount).sum()));
    }
    if let Some(amount) = nothing {
        place.insert(NONE, bands.len() as u32);
        bands.push((BandKind::Nothing, amount));
    }
    (bands, of_stack.into_iter().map(|package| place.get(&package).copied().unwrap_or(NONE)).collect())
}
