//! What is asked of a profile. Every view, export and command is a function of the profile and one of these.

use super::{Classes, GroupId, Groups};
use crate::model::{MetricId, Profile, Samples, StackId, TrackId};

/// What one row of a table or one box of a tree stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum GroupBy {
    /// A function: name, file and first line.
    #[default]
    Function,
    /// A line of a function.
    Line,
    /// A source file.
    File,
    /// A Python module.
    Module,
    /// A distribution package, the standard library, the built-ins, or the user's own code.
    Package,
}

impl GroupBy {
    /// Every grouping, in the order menus show them.
    pub const ALL: [Self; 5] = [Self::Function, Self::Line, Self::File, Self::Module, Self::Package];

    /// Its name in menus and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Line => "line",
            Self::File => "file",
            Self::Module => "module",
            Self::Package => "package",
        }
    }
}

/// A change to the stacks before they are counted. Terms follow pprof and the Firefox Profiler.
///
/// Shown on `main;parse;read 2`, `main;parse;parse;log 3`, `main;log 4`:
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Transform {
    /// Begin every stack at the outermost call of a function and drop stacks without it.
    /// Focus `parse`: `parse;read 2`, `parse;parse;log 3`.
    Focus(GroupId),
    /// The same for the outermost call of any of several functions.
    /// Focus `read` and `log`: `read 2`, `log 3`, `log 4`.
    FocusAny(Vec<GroupId>),
    /// Keep only the stacks that begin with these calls, and begin them at the last of those.
    /// Focus subtree `main;parse`: `parse;read 2`, `parse;parse;log 3`.
    FocusSubtree(Vec<GroupId>),
    /// Take a function out of every stack; its time goes to its caller.
    /// Hide `log`: `main;parse;read 2`, `main;parse;parse 3`, `main 4`.
    Hide(GroupId),
    /// Drop every stack that contains a function.
    /// Drop `parse`: `main;log 4`.
    Drop(GroupId),
    /// Fold recursion: a repeated function stands once, with everything it called.
    /// `main;parse;read 2`, `main;parse;log 3`, `main;log 4`.
    CollapseRecursion,
    /// Fold what a function's package calls within itself into the call that entered the package; what it calls of others
    /// stays. Where `parse` and `read` are of one package: `main;parse 2`, `main;parse;log 3`, `main;log 4`.
    CollapsePackage(GroupId),
    /// The same for a function's module.
    CollapseModule(GroupId),
    /// Take everything but the user's own code out of every stack; its time goes to the code that called it.
    OnlyMine,
}

impl Transform {
    /// The groups stacks begin at.
    pub fn focused(&self) -> &[GroupId] {
        match self {
            Self::Focus(group) => std::slice::from_ref(group),
            Self::FocusAny(groups) => groups,
            Self::FocusSubtree(path) => path.last().map_or(&[], std::slice::from_ref),
            Self::Hide(_)
            | Self::Drop(_)
            | Self::CollapsePackage(_)
            | Self::CollapseModule(_)
            | Self::CollapseRecursion
            | Self::OnlyMine => &[],
        }
    }

    /// The name of the package or the module that is collapsed; `None` for any other transform.
    pub fn collapsed_name<'a>(&self, groups: &Groups, classes: &'a Classes) -> Option<&'a str> {
        match self.collapses(groups, classes)? {
            Collapsed::Package(package) => classes.packages().get(package as usize).map(|package| &*package.name),
            Collapsed::Module(module) => classes.modules().get(module as usize).map(|module| &**module),
        }
    }

    /// By group, whether it is of the package or the module that is collapsed; `None` for any other transform.
    pub fn collapsed(&self, groups: &Groups, classes: &Classes) -> Option<Vec<bool>> {
        let of = self.collapses(groups, classes)?;
        let is_of_it = |group: GroupId| match of {
            Collapsed::Package(package) => classes.package_of(groups.example(group)) == package,
            Collapsed::Module(module) => classes.module_of(groups.example(group)) == module,
        };
        Some(groups.ids().map(is_of_it).collect())
    }

    fn collapses(&self, groups: &Groups, classes: &Classes) -> Option<Collapsed> {
        let function = |group: GroupId| (group.index() < groups.len()).then(|| groups.example(group));
        match self {
            Self::CollapsePackage(one) => Some(Collapsed::Package(classes.package_of(function(*one)?))),
            Self::CollapseModule(one) => Some(Collapsed::Module(classes.module_of(function(*one)?))),
            _ => None,
        }
    }
}

/// What is collapsed: one of the packages or modules of [`Classes`].
#[derive(Clone, Copy)]
enum Collapsed {
    Package(u32),
    Module(u32),
}

/// A question to a profile.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Query {
    /// What is counted.
    pub metric: MetricId,
    /// One thread, or all of them.
    pub track: Option<TrackId>,
    /// What a row stands for.
    pub by: GroupBy,
    /// Changes to the stacks, applied in order. Only profiles of whole stacks can be transformed.
    pub transforms: Vec<Transform>,
    /// Count only what lies in this range of nanoseconds from the beginning of the recording.
    pub time_ns: Option<(i64, i64)>,
}

impl Query {
    /// Everything in the profile, by function, in the metric to show first.
    pub fn new(profile: &Profile) -> Self {
        Self {
            metric: profile.default_metric(),
            track: None,
            by: GroupBy::Function,
            transforms: Vec::new(),
            time_ns: None,
        }
    }

    /// The thread time order shows: the one that is counted, or the one with the largest total.
    pub fn time_track(&self, profile: &Profile) -> TrackId {
        self.track.unwrap_or_else(|| {
            let totals = profile.track_totals(self.metric).into_iter().enumerate();
            let dearest = totals.max_by_key(|&(track, total)| (total, std::cmp::Reverse(track)));
            dearest.map_or(TrackId(0), |(track, _)| TrackId::at(track))
        })
    }

    /// What of a sample's value in a metric the query asks for; `None` where it asks for nothing of the sample.
    ///
    /// A sample whose value is how long it lasted is cut at the edges of a time range, so that ranges beside each other
    /// add up to the whole. Any other value belongs to the moment the sample begins.
    pub fn part(&self, samples: &Samples, metric: MetricId, sample: usize) -> Option<i64> {
        if self.track.is_some_and(|track| samples.tracks()[sample] != track) {
            return None;
        }
        let value = samples.weights(metric)[sample];
        match self.range(samples, metric) {
            Some(range) => range.part(sample, value),
            None => Some(value),
        }
    }

    /// The stack and the value of every sample the query asks for, in the order of the recording. Of samples that a time
    /// range cuts, the value is that of the [part](Self::part) within it.
    pub fn counted<'a>(&'a self, samples: &'a Samples) -> impl Iterator<Item = (StackId, i64)> + 'a {
        let range = self.range(samples, self.metric);
        let values = samples.weights(self.metric);
        samples.stacks().iter().zip(values).enumerate().filter_map(move |(i, (&stack, &value))| {
            let other_track = self.track.is_some_and(|t| samples.tracks()[i] != t);
            if other_track {
                return None;
            }
            let part = range.as_ref().map_or(Some(value), |range| range.part(i, value));
            part.map(|part| (stack, part))
        })
    }

    /// As [`counted`](Self::counted), with other values for the samples, whole ones.
    pub fn counted_as<'a>(
        &'a self,
        samples: &'a Samples,
        values: &'a [i64],
    ) -> impl Iterator<Item = (StackId, i64)> + 'a {
        samples
            .stacks()
            .iter()
            .zip(values)
            .enumerate()
            .filter_map(move |(i, (&stack, &value))| self.part(samples, self.metric, i).map(|_| (stack, value)))
    }

    /// The time range that is asked for, where samples have times.
    fn range<'a>(&self, samples: &'a Samples, metric: MetricId) -> Option<Range<'a>> {
        let (from, to) = self.time_ns?;
        Some(Range { from, to, starts: samples.starts_ns()?, lasting: samples.lasts(metric) })
    }
}

/// A time range, with the times of samples.
struct Range<'a> {
    from: i64,
    to: i64,
    starts: &'a [i64],
    /// Whether values are how long samples lasted.
    lasting: bool,
}

impl Range<'_> {
    fn part(&self, sample: usize, value: i64) -> Option<i64> {
        let start = self.starts[sample];
        if self.lasting && value > 0 {
            let inside = start.saturating_add(value).min(self.to).saturating_sub(start.max(self.from));
            (inside > 0).then_some(inside)
        } else {
            (self.from..self.to).contains(&start).then_some(value)
        }
    }
}
