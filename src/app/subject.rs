//! What a tab is about, a profile or two recordings compared, and the answers it gives. Cheap to share with workers.

use super::session::Look;
use crate::analyze::diff::{Aligned, BoxWidth, Comparison, Finding, Normalize, Question, Side};
use crate::analyze::{Analysis, CallTree, FunctionTable, GroupBy, GroupId, Order, Query, Timeline};
use crate::model::{Body, MetricId, Profile, TimeMeaning, Track, TrackId};
use crate::ui::{TreeKind, TreeNeed};
use std::cmp::Reverse;
use std::sync::Arc;

/// What a document is about.
#[derive(Clone)]
pub(super) enum Subject {
    Profile(Arc<Analysis>),
    Comparison(Arc<Compared>),
}

/// A comparison with what it says of itself.
pub(super) struct Compared {
    pub(super) comparison: Comparison,
    pub(super) summary: String,
    pub(super) findings: Vec<Finding>,
}

/// What of a subject is drawn by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Part {
    /// A profile; both sides of a comparison as one.
    Whole,
    /// One side of a comparison.
    Side(Side),
}

impl Part {
    /// The parts of a comparison that stand side by side.
    pub(super) const SIDES: [Self; 2] = [Self::Side(Side::Base), Self::Side(Side::New)];
    /// Every part.
    pub(super) const ALL: [Self; 3] = [Self::Whole, Self::Side(Side::Base), Self::Side(Side::New)];

    /// The side, where it is one.
    pub(super) fn side(self) -> Option<Side> {
        match self {
            Self::Whole => None,
            Self::Side(side) => Some(side),
        }
    }
}

/// What is asked of a subject. A profile has no use for all but the query.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Request {
    pub(super) query: Query,
    pub(super) normalize: Normalize,
    pub(super) width: BoxWidth,
}

/// What of a request survives a reload: things are named, because ids are only good for one profile.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    metric: String,
    /// How many metrics of the same name stand before it.
    earlier: usize,
    track: Option<Track>,
    by: GroupBy,
    normalize: Normalize,
}

impl Wish {
    /// What a review wishes for.
    pub(super) fn of_look(look: &Look) -> Self {
        Self {
            metric: look.metric.clone(),
            earlier: 0,
            track: look.thread.as_ref().map(Track::from),
            by: look.by.unwrap_or(GroupBy::Function),
            normalize: look.normalize,
        }
    }

    /// What is wished for of another profile.
    pub(super) fn query(&self, profile: &Profile) -> Query {
        let mut query = Query::new(profile);
        let named = |i: &usize| profile.metrics()[*i].name == self.metric;
        let mut metrics = (0..profile.metrics().len()).filter(named);
        if let Some(first) = metrics.next() {
            let one = self.earlier.checked_sub(1).and_then(|skipped| metrics.nth(skipped));
            query.metric = MetricId::at(one.unwrap_or(first));
        }
        query.track =
            self.track.as_ref().and_then(|t| profile.tracks().iter().position(|other| other == t)).map(TrackId::at);
        query.by = self.by;
        query
    }
}

impl Compared {
    fn new(comparison: Comparison) -> Self {
        Self { summary: comparison.summary(), findings: comparison.findings(), comparison }
    }
}

impl Subject {
    /// A profile, asked what is wished for, or what is shown first.
    pub(super) fn of_profile(profile: Arc<Profile>, wish: Option<&Wish>) -> Self {
        let query = wish.map_or_else(|| Query::new(&profile), |wish| wish.query(&profile));
        Self::Profile(Arc::new(Analysis::new(profile, query, None)))
    }

    /// Two recordings, asked what is wished for, or what is shown first.
    pub(super) fn of_aligned(aligned: Aligned, wish: Option<&Wish>) -> Self {
        let question = wish.map_or_else(
            || Question::new(&aligned),
            |wish| Question { query: wish.query(aligned.profile(Side::New)), normalize: wish.normalize },
        );
        Self::Comparison(Arc::new(Compared::new(Comparison::new(Arc::new(aligned), question, None))))
    }

    /// The comparison, where it is one.
    pub(super) fn compared(&self) -> Option<&Arc<Compared>> {
        match self {
            Self::Profile(_) => None,
            Self::Comparison(compared) => Some(compared),
        }
    }

    /// The profile, counted; of a comparison as a whole, its new side. Groups are the same on both sides.
    pub(super) fn analysis(&self, part: Part) -> &Arc<Analysis> {
        match self {
            Self::Profile(analysis) => analysis,
            Self::Comparison(compared) => compared.comparison.side(part.side().unwrap_or(Side::New)),
        }
    }

    /// A part with every function where that part recorded it; `None` until it is known.
    pub(super) fn in_place(&self, part: Part) -> Option<&Arc<Analysis>> {
        match (self, part) {
            (Self::Comparison(compared), Part::Side(side)) => compared.comparison.in_place_by_now(side),
            _ => Some(self.analysis(part)),
        }
    }

    /// The part that is searched, and asked for callers and callees, in the place of another: the sides answer for both
    /// of them as one.
    pub(super) fn answering(&self, part: Part) -> Part {
        match (self, part) {
            (Self::Comparison(_), Part::Whole) => Part::Side(Side::New),
            _ => part,
        }
    }

    /// The parts that are searched, and asked for callers and callees.
    pub(super) fn answering_parts(&self) -> &'static [Part] {
        match self {
            Self::Profile(_) => &[Part::Whole],
            Self::Comparison(_) => &Part::SIDES,
        }
    }

    /// The profile whose sources are shown: of a comparison, the new one.
    pub(super) fn newest(&self) -> &Arc<Profile> {
        match self {
            Self::Profile(analysis) => analysis.profile(),
            Self::Comparison(compared) => compared.comparison.aligned().recorded(Side::New),
        }
    }

    /// Every profile in it, with its side.
    pub(super) fn profiles(&self) -> Vec<(Option<Side>, &Arc<Profile>)> {
        match self {
            Self::Profile(analysis) => vec![(None, analysis.profile())],
            Self::Comparison(compared) => {
                Side::BOTH.map(|side| (Some(side), compared.comparison.aligned().recorded(side))).to_vec()
            }
        }
    }

    /// What its groups stand for.
    pub(super) fn by(&self) -> GroupBy {
        self.analysis(Part::Whole).query().by
    }

    /// What was asked, and is answered now.
    pub(super) fn request(&self, width: BoxWidth) -> Request {
        match self {
            Self::Profile(analysis) => {
                Request { query: analysis.query().clone(), normalize: Normalize::default(), width }
            }
            Self::Comparison(compared) => {
                let question = compared.comparison.question();
                Request { query: question.query.clone(), normalize: question.normalize, width }
            }
        }
    }

    /// What of a request survives a reload.
    pub(super) fn wish(&self, request: &Request) -> Wish {
        let profile = self.analysis(Part::Whole).profile();
        let metric = &profile.metric(request.query.metric).name;
        let before = &profile.metrics()[..request.query.metric.index()];
        Wish {
            earlier: before.iter().filter(|m| m.name == *metric).count(),
            metric: metric.clone(),
            track: request.query.track.map(|t| profile.track(t).clone()),
            by: request.query.by,
            normalize: request.normalize,
        }
    }

    /// The answer to another request.
    pub(super) fn ask(&self, request: &Request) -> Self {
        match self {
            Self::Profile(analysis) => {
                let profile = Arc::clone(analysis.profile());
                Self::Profile(Arc::new(Analysis::new(profile, request.query.clone(), Some(analysis))))
            }
            Self::Comparison(compared) => {
                let earlier = &compared.comparison;
                let question = Question { query: request.query.clone(), normalize: request.normalize };
                let comparison = Comparison::new(Arc::clone(earlier.aligned()), question, Some(earlier));
                Self::Comparison(Arc::new(Compared::new(comparison)))
            }
        }
    }

    /// A tree; `None` where there is none of that kind. In time order it is made from the timeline.
    pub(super) fn tree(
        &self,
        part: Part,
        need: TreeNeed,
        width: BoxWidth,
        timeline: Option<&Timeline>,
    ) -> Option<CallTree> {
        match (self, part) {
            (Self::Comparison(compared), Part::Whole) => merged_tree(&compared.comparison, need, width),
            _ => tree(self.analysis(part), need, timeline),
        }
    }

    /// Whether stacks can be transformed: both sides must have whole ones.
    pub(super) fn can_transform(&self) -> bool {
        self.profiles().iter().all(|(_, profile)| matches!(profile.body(), Body::Stacks(_)))
    }

    /// Whether a part can be drawn in time order. Two recordings as one have no common time.
    pub(super) fn time(&self, part: Part) -> TimeMeaning {
        match (self, part) {
            (Self::Comparison(_), Part::Whole) => TimeMeaning::None,
            _ => self.analysis(part).profile().origin().time,
        }
    }

    /// Whether a part can be drawn in an order.
    pub(super) fn can_order(&self, part: Part, order: Order) -> bool {
        order != Order::Time || self.time(part) != TimeMeaning::None
    }

    /// Groups that are counted, the dearest first; of a comparison, by the dearer side.
    pub(super) fn by_cost(&self, wanted: impl Fn(GroupId) -> bool) -> Vec<GroupId> {
        let mut found = self.counted(wanted);
        found.sort_by_key(|&group| self.order_by_cost(group));
        found
    }

    /// How many groups are wanted and counted, and which of them one is by cost, from one on.
    pub(super) fn rank(&self, wanted: impl Fn(GroupId) -> bool, one: Option<GroupId>) -> (Option<usize>, usize) {
        let found = self.counted(wanted);
        let rank = one.filter(|one| found.binary_search(one).is_ok()).map(|one| {
            let order = self.order_by_cost(one);
            found.iter().filter(|&&group| self.order_by_cost(group) <= order).count()
        });
        (rank, found.len())
    }

    /// Groups that are counted, each once.
    fn counted(&self, wanted: impl Fn(GroupId) -> bool) -> Vec<GroupId> {
        let mut found: Vec<GroupId> = self.tables().flat_map(FunctionTable::present).filter(|g| wanted(*g)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The dearest first, and of those that cost the same, the first.
    fn order_by_cost(&self, group: GroupId) -> (Reverse<Option<i64>>, GroupId) {
        (Reverse(self.tables().map(|table| table.total(group)).max()), group)
    }

    /// What functions cost, on every side.
    fn tables(&self) -> impl Iterator<Item = &FunctionTable> {
        let [first, second] = match self {
            Self::Profile(analysis) => [Some(analysis.table()), None],
            Self::Comparison(compared) => Side::BOTH.map(|side| Some(compared.comparison.side(side).table())),
        };
        first.into_iter().chain(second)
    }
}

fn tree(analysis: &Analysis, need: TreeNeed, timeline: Option<&Timeline>) -> Option<CallTree> {
    let detail = need.detail;
    Some(match need.kind {
        TreeKind::Whole(Order::LeftHeavy) | TreeKind::Overview(Order::LeftHeavy) | TreeKind::Sunburst => {
            analysis.tree(detail)
        }
        TreeKind::Whole(Order::Inverted) | TreeKind::Overview(Order::Inverted) => analysis.inverted(detail),
        TreeKind::Whole(Order::Time) | TreeKind::Overview(Order::Time) => analysis.timeline_tree(timeline?, detail)?,
        TreeKind::CallersOf(group) => analysis.callers_tree(group, detail),
        TreeKind::CalleesOf(group) => analysis.callees_tree(group, detail),
    })
}

fn merged_tree(comparison: &Comparison, need: TreeNeed, width: BoxWidth) -> Option<CallTree> {
    let detail = need.detail;
    Some(match need.kind {
        TreeKind::Whole(Order::LeftHeavy) | TreeKind::Overview(Order::LeftHeavy) | TreeKind::Sunburst => {
            comparison.tree(width, detail)
        }
        TreeKind::Whole(Order::Inverted) | TreeKind::Overview(Order::Inverted) => comparison.inverted(width, detail),
        TreeKind::Whole(Order::Time) | TreeKind::Overview(Order::Time) => return None,
        TreeKind::CallersOf(group) => comparison.callers_tree(group, width, detail),
        TreeKind::CalleesOf(group) => comparison.callees_tree(group, width, detail),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProfileBuilder, Unit};

    fn profile(metrics: &[&str]) -> Arc<Profile> {
        let mut b = ProfileBuilder::new("test");
        for name in metrics {
            b.metric(name, Unit::Count);
        }
        Arc::new(b.finish().expect("builds"))
    }

    #[test]
    fn one_of_several_metrics_of_a_name_survives_a_reload() {
        let subject = Subject::of_profile(profile(&["cpu", "wall", "cpu"]), None);
        let mut request = subject.request(BoxWidth::default());
        request.query.metric = MetricId::at(2);
        let wish = subject.wish(&request);
        let metric = |metrics: &[&str]| wish.query(&profile(metrics)).metric.index();
        assert_eq!(metric(&["cpu", "wall", "cpu"]), 2);
        assert_eq!(metric(&["wall", "cpu"]), 1, "the one that is left");
    }
}
