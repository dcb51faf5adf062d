//! How a profile is looked at, in names: the ids of functions are only good while a profile is open.

use crate::analyze::diff::{BoxWidth, Measure, Normalize};
use crate::analyze::{Analysis, GroupBy, GroupId, Order, SearchText, SortKey, Transform};
use crate::hints::{Dismissal, Extent};
use crate::layout::{Chain, Growth, LONGEST_NOTE};
use crate::model::{Track, format};
use crate::ui::Arrangement;
use crate::ui::views::ViewKind;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How a profile or a comparison is looked at.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::app) struct Look {
    pub(in crate::app) view: ViewKind,
    pub(in crate::app) arrangement: Arrangement,
    pub(in crate::app) order: Option<Order>,
    pub(in crate::app) growth: Growth,
    /// Calls down to the box that fills the flame graph.
    pub(in crate::app) zoom: Vec<Place>,
    /// Calls down to the centre of the sunburst.
    pub(in crate::app) root: Vec<Place>,
    pub(in crate::app) rings: Option<usize>,
    pub(in crate::app) selection: Option<Place>,
    pub(in crate::app) search: SearchText,
    pub(in crate::app) sort: Option<(SortKey, bool)>,
    pub(in crate::app) filter: SearchText,
    /// The name of the metric; empty for the first to show.
    pub(in crate::app) metric: String,
    pub(in crate::app) thread: Option<Thread>,
    pub(in crate::app) by: Option<GroupBy>,
    pub(in crate::app) transforms: Vec<Change>,
    pub(in crate::app) time_ns: Option<(i64, i64)>,
    pub(in crate::app) normalize: Normalize,
    pub(in crate::app) box_width: BoxWidth,
    pub(in crate::app) measure: Measure,
    /// Findings that were dismissed in its profiles.
    pub(in crate::app) dismissed: Vec<Dismissed>,
    /// What is marked.
    pub(in crate::app) annotations: Vec<Annotated>,
}

/// Calls that are marked, perhaps with a note.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::app) struct Annotated {
    /// The calls, the outermost first.
    pub(in crate::app) calls: Vec<Place>,
    /// Which part of a stack they are.
    #[serde(default)]
    pub(in crate::app) chain: Chain,
    /// Where a box of time order begins, in the unit of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::app) at: Option<i64>,
    /// What the calls stand for.
    #[serde(default)]
    pub(in crate::app) by: GroupBy,
    /// What is said about them.
    #[serde(default)]
    pub(in crate::app) note: String,
}

impl Annotated {
    /// What is marked, for people: the function, or the calls where they are no whole stack.
    pub(in crate::app) fn name(&self) -> String {
        let last = if self.chain == Chain::FromRoot { self.calls.len().saturating_sub(1) } else { 0 };
        let names: Vec<&str> = self.calls[last..].iter().map(|place| place.name.as_str()).collect();
        format::one_line(&names.join(" → ")).into_owned()
    }

    /// The same with a note no longer than one that is written in the window.
    pub(in crate::app) fn shortened(&self) -> Self {
        Self { note: self.note.chars().take(LONGEST_NOTE).collect(), ..self.clone() }
    }
}

/// A function, or what else rows stand for.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(in crate::app) struct Place {
    name: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    line: u32,
}

/// A thread.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::app) struct Thread {
    name: String,
    pid: Option<u64>,
    tid: Option<u64>,
    process: String,
}

/// A transform.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::app) enum Change {
    Focus(Place),
    FocusAny(Vec<Place>),
    FocusSubtree(Vec<Place>),
    CollapsePackage(Place),
    CollapseModule(Place),
    Hide(Place),
    Drop(Place),
    CollapseRecursion,
    OnlyMine,
}

/// A finding that was dismissed in a profile.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::app) struct Dismissed {
    /// Which profile of the review, counted from 0, the base side's first.
    pub(in crate::app) recording: usize,
    rule: String,
    #[serde(default)]
    function: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    reason: String,
}

impl Dismissed {
    /// What was dismissed in one of these profiles alone: the rest is not the review's.
    pub(in crate::app) fn in_profiles(all: &[Dismissal], profiles: &[&Path]) -> Vec<Self> {
        let of = |dismissal: &Dismissal| {
            Some(Self {
                recording: profiles.iter().position(|path| *path == dismissal.profile)?,
                rule: dismissal.rule.clone(),
                function: dismissal.function.clone(),
                file: dismissal.file.clone(),
                reason: dismissal.reason.clone(),
            })
        };
        all.iter().filter(|dismissal| dismissal.extent == Extent::Profile).filter_map(of).collect()
    }

    /// The same, in the profile at a path.
    pub(in crate::app) fn at(&self, profile: &Path) -> Dismissal {
        Dismissal {
            rule: self.rule.clone(),
            extent: Extent::Profile,
            function: self.function.clone(),
            file: self.file.clone(),
            profile: profile.to_owned(),
            reason: self.reason.clone(),
        }
    }
}

impl Place {
    /// What a group is called.
    pub(in crate::app) fn of(analysis: &Analysis, group: GroupId) -> Self {
        let (file, line) = analysis.place(group);
        Self { name: analysis.name(group).into_owned(), file: file.to_owned(), line }
    }
}

impl From<&Track> for Thread {
    fn from(track: &Track) -> Self {
        Self { name: track.name.clone(), pid: track.pid, tid: track.tid, process: track.process.clone() }
    }
}

impl From<&Thread> for Track {
    fn from(thread: &Thread) -> Self {
        Self { name: thread.name.clone(), pid: thread.pid, tid: thread.tid, process: thread.process.clone() }
    }
}

impl Change {
    /// A transform in names.
    pub(in crate::app) fn of(analysis: &Analysis, transform: &Transform) -> Self {
        match transform {
            Transform::Focus(group) => Self::Focus(Place::of(analysis, *group)),
            Transform::FocusAny(groups) => {
                Self::FocusAny(groups.iter().map(|group| Place::of(analysis, *group)).collect())
            }
            Transform::FocusSubtree(path) => {
                Self::FocusSubtree(path.iter().map(|group| Place::of(analysis, *group)).collect())
            }
            Transform::CollapsePackage(group) => Self::CollapsePackage(Place::of(analysis, *group)),
            Transform::CollapseModule(group) => Self::CollapseModule(Place::of(analysis, *group)),
            Transform::Hide(group) => Self::Hide(Place::of(analysis, *group)),
            Transform::Drop(group) => Self::Drop(Place::of(analysis, *group)),
            Transform::CollapseRecursion => Self::CollapseRecursion,
            Transform::OnlyMine => Self::OnlyMine,
        }
    }

    fn places(&self) -> &[Place] {
        match self {
            Self::Focus(place)
            | Self::Hide(place)
            | Self::Drop(place)
            | Self::CollapsePackage(place)
            | Self::CollapseModule(place) => std::slice::from_ref(place),
            Self::FocusAny(places) | Self::FocusSubtree(places) => places,
            Self::CollapseRecursion | Self::OnlyMine => &[],
        }
    }

    /// The transform, where its function is known.
    pub(in crate::app) fn transform(&self, known: &Known) -> Option<Transform> {
        Some(match self {
            Self::Focus(place) => Transform::Focus(known.group(place)?),
            Self::FocusAny(places) => {
                Transform::FocusAny(places.iter().map(|place| known.group(place)).collect::<Option<_>>()?)
            }
            Self::FocusSubtree(path) => {
                Transform::FocusSubtree(path.iter().map(|place| known.group(place)).collect::<Option<_>>()?)
            }
            Self::CollapsePackage(place) => Transform::CollapsePackage(known.group(place)?),
            Self::CollapseModule(place) => Transform::CollapseModule(known.group(place)?),
            Self::Hide(place) => Transform::Hide(known.group(place)?),
            Self::Drop(place) => Transform::Drop(known.group(place)?),
            Self::CollapseRecursion => Transform::CollapseRecursion,
            Self::OnlyMine => Transform::OnlyMine,
        })
    }
}

/// The groups a look names.
pub(in crate::app) struct Known(FxHashMap<Place, GroupId>);

impl Known {
    /// Finds them. A function that has moved within its file is found by its name and file.
    pub(in crate::app) fn new(look: &Look, analysis: &Analysis) -> Self {
        let changes = look.transforms.iter().flat_map(Change::places);
        Self::of(look.zoom.iter().chain(&look.root).chain(&look.selection).chain(changes), analysis)
    }

    /// Finds functions of these names.
    pub(in crate::app) fn of<'a>(places: impl Iterator<Item = &'a Place>, analysis: &Analysis) -> Self {
        let wanted: FxHashSet<&Place> = places.collect();
        let mut moved: FxHashMap<(&str, &str), Vec<&Place>> = FxHashMap::default();
        for place in &wanted {
            moved.entry((&place.name, &place.file)).or_default().push(place);
        }
        let (mut exact, mut found) = (FxHashMap::default(), FxHashMap::default());
        for group in analysis.groups().ids() {
            let (file, line) = analysis.place(group);
            for &place in moved.get(&(&*analysis.name(group), file)).into_iter().flatten() {
                let same = if place.line == line { &mut exact } else { &mut found };
                same.entry(place.clone()).or_insert(group);
            }
        }
        found.extend(exact);
        Self(found)
    }

    /// The group of a name.
    pub(in crate::app) fn group(&self, place: &Place) -> Option<GroupId> {
        self.0.get(place).copied()
    }

    /// A path of calls, as far as its functions are known.
    pub(in crate::app) fn path(&self, places: &[Place]) -> Vec<GroupId> {
        places.iter().map_while(|place| self.group(place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dismissal(extent: Extent, profile: &str) -> Dismissal {
        Dismissal {
            rule: "a-rule".to_owned(),
            extent,
            function: "work".to_owned(),
            file: "app.py".to_owned(),
            profile: profile.into(),
            reason: "measured".to_owned(),
        }
    }

    #[test]
    fn what_was_dismissed_in_a_profile_goes_with_it_and_names_no_folder() {
        let all = [
            dismissal(Extent::Profile, "/runs/new.prof"),
            dismissal(Extent::Profile, "/runs/other.prof"),
            dismissal(Extent::Rule, "/runs/new.prof"),
        ];
        let profiles = [Path::new("/runs/base.prof"), Path::new("/runs/new.prof")];
        let dismissed = Dismissed::in_profiles(&all, &profiles);
        let text = serde_json::to_string(&dismissed).expect("text");
        assert!(!text.contains("/runs"), "{text}");
        let read: Vec<Dismissed> = serde_json::from_str(&text).expect("the same");
        let [one] = &read[..] else { panic!("{text}") };
        assert_eq!(one.recording, 1);
        assert_eq!(one.at(Path::new("/elsewhere/new.prof")), dismissal(Extent::Profile, "/elsewhere/new.prof"));
    }
}
