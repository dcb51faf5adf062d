//! Two aligned recordings, asked the same question.

use super::{
    Aligned, Basis, BoxWidth, DiffTable, Finding, Interval, Measure, NoiseKind, Normalize, Scale, Side, Status,
    comparability::findings,
    noise::{Sampled, Sampling, Welch, sample_counts},
    summary::summary,
    table::{RunTables, TableSide},
    tree::{Both, SideSource},
};
use crate::analyze::{
    Analysis, CallTree, Detail, FunctionTable, GroupId, Query,
    tree::{Source, expand},
};
use crate::model::{Metric, Unit};
use std::sync::{Arc, OnceLock};

/// What is asked of both sides.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Question {
    /// Ids are those of the aligned profiles, the same on both sides.
    pub query: Query,
    /// How values are made comparable.
    pub normalize: Normalize,
}

impl Question {
    /// Everything, by function, as recorded, in the metric to show first.
    pub fn new(aligned: &Aligned) -> Self {
        Self { query: Query::new(aligned.profile(Side::New)), normalize: Normalize::None }
    }
}

/// One side of a comparison.
struct Answer {
    analysis: Arc<Analysis>,
    /// From the side's values to those of the comparison.
    scale: Scale,
    runs: usize,
    /// The number of samples by group, and of all, where the side was sampled.
    counts: Option<FunctionTable>,
}

/// The comparison of two recordings: what each side answers, and what lies between. Cheap to share, never changed.
pub struct Comparison {
    aligned: Arc<Aligned>,
    question: Question,
    base: Answer,
    new: Answer,
    table: DiffTable,
    noise: NoiseKind,
    /// What each run cost, base first, where both sides have several.
    runs: Option<[RunTables; 2]>,
    /// Of own and of total cost.
    largest_changes: [i64; 2],
    /// The base side where it was recorded, once that is asked for.
    base_in_place: OnceLock<Arc<Analysis>>,
}

impl Comparison {
    /// Asks both sides. What an earlier comparison of the same recordings can lend is not computed again.
    ///
    /// Where only shares can be compared, both sides are scaled to one total whatever is asked for.
    pub fn new(aligned: Arc<Aligned>, mut question: Question, earlier: Option<&Self>) -> Self {
        let earlier = earlier.filter(|e| Arc::ptr_eq(&e.aligned, &aligned));
        if aligned.basis() == Basis::Shares {
            question.normalize = Normalize::Total;
        }
        let (base, new) = match earlier.filter(|e| e.question.query == question.query) {
            Some(earlier) => (Arc::clone(&earlier.base.analysis), Arc::clone(&earlier.new.analysis)),
            None => analyses(&aligned, &question.query, earlier),
        };
        let mean = |side: Side| Scale::ONE.mean_of(aligned.runs(side).len());
        let new_total = mean(Side::New).apply(new.sum());
        let base_scale = match question.normalize {
            Normalize::None | Normalize::PerCall => mean(Side::Base),
            Normalize::Total => Scale::new(base.sum(), new_total),
        };
        let answer = |side: Side, analysis: Arc<Analysis>, scale: Scale| Answer {
            counts: counts(&aligned, side, &analysis),
            runs: aligned.runs(side).len().max(1),
            analysis,
            scale,
        };
        let base = answer(Side::Base, base, base_scale);
        let new = answer(Side::New, new, mean(Side::New));
        let several = Side::BOTH.iter().all(|side| aligned.runs(*side).len() > 1);
        let run_tables =
            several.then(|| Side::BOTH.map(|side| run_tables(&aligned, side, &question, &new.analysis, new_total)));
        let [base_runs, new_runs] = run_tables.as_ref().map_or([None, None], |[b, n]| [Some(b), Some(n)]);
        let groups = new.analysis.groups().len();
        let table = DiffTable::new(&base.table_side(base_runs), &new.table_side(new_runs), groups, question.normalize);
        let noise = match &run_tables {
            _ if question.normalize == Normalize::PerCall => NoiseKind::Unknown,
            Some(_) => NoiseKind::Runs,
            None if table.sampling().is_some() => NoiseKind::Sampling,
            None => NoiseKind::Unknown,
        };
        let largest_changes = [FunctionTable::own, FunctionTable::total].map(|cost| largest_change(&base, &new, cost));
        Self {
            aligned,
            question,
            base,
            new,
            table,
            noise,
            runs: run_tables,
            largest_changes,
            base_in_place: OnceLock::new(),
        }
    }

    /// The recordings.
    pub fn aligned(&self) -> &Arc<Aligned> {
        &self.aligned
    }

    /// What was asked. Its normalisation is the one in force.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// How values were made comparable.
    pub fn normalize(&self) -> Normalize {
        self.question.normalize
    }

    /// What a side answers, as recorded: for views side by side. Groups are the same on both sides.
    pub fn side(&self, side: Side) -> &Arc<Analysis> {
        match side {
            Side::Base => &self.base.analysis,
            Side::New => &self.new.analysis,
        }
    }

    /// What a side answers, with every function in the file and on the line that side recorded, to be shown beside its
    /// source. Counted anew for the base side when it is first asked for.
    pub fn in_place(&self, side: Side) -> &Arc<Analysis> {
        match side {
            Side::New => &self.new.analysis,
            Side::Base => self.base_in_place.get_or_init(|| {
                let profile = self.aligned.as_recorded(side);
                Arc::new(Analysis::beside(profile, self.question.query.clone(), &self.base.analysis))
            }),
        }
    }

    /// The same, where it is known already.
    pub fn in_place_by_now(&self, side: Side) -> Option<&Arc<Analysis>> {
        match side {
            Side::New => Some(&self.new.analysis),
            Side::Base => self.base_in_place.get(),
        }
    }

    /// How a side's recorded values become those of the table and the trees.
    pub fn scale(&self, side: Side) -> Scale {
        match side {
            Side::Base => self.base.scale,
            Side::New => self.new.scale,
        }
    }

    /// What everything cost on a side, as recorded; the mean where there are several runs.
    pub fn recorded_sum(&self, side: Side) -> i64 {
        let answer = match side {
            Side::Base => &self.base,
            Side::New => &self.new,
        };
        Scale::ONE.mean_of(answer.runs).apply(answer.analysis.sum())
    }

    /// The table.
    pub fn table(&self) -> &DiffTable {
        &self.table
    }

    /// The metric of the values: the new side's.
    pub fn metric(&self) -> &Metric {
        self.new.analysis.profile().metric(self.question.query.metric)
    }

    /// What is known of noise.
    pub fn noise(&self) -> NoiseKind {
        self.noise
    }

    /// The text to show for a group.
    pub fn name(&self, group: GroupId) -> std::borrow::Cow<'_, str> {
        self.new.analysis.name(group)
    }

    /// The file and line to show for a group: the new side's, where it has the group.
    pub fn place(&self, group: GroupId) -> (&str, u32) {
        self.new.analysis.place(group)
    }

    /// What the two sides have in common and what not, for the reader to know first.
    pub fn findings(&self) -> Vec<Finding> {
        findings(self)
    }

    /// What a group, or everything, cost in each run of a side, as the comparison is scaled but not by call; `None` unless
    /// both sides have several.
    pub fn runs(&self, side: Side, group: Option<GroupId>, measure: Measure) -> Option<Vec<i64>> {
        let [base, new] = self.runs.as_ref()?;
        let side = match side {
            Side::Base => base,
            Side::New => new,
        };
        Some(side.values(|table| match (group, measure) {
            (None, _) => table.sum(),
            (Some(group), Measure::Own) => table.own(group),
            (Some(group), Measure::Total) => table.total(group),
        }))
    }

    /// The comparison in one sentence.
    pub fn summary(&self) -> String {
        summary(self)
    }

    /// The call trees of both sides as one, from the outermost calls inwards.
    pub fn tree(&self, width: BoxWidth, detail: Detail) -> CallTree {
        self.merged(self.base.analysis.top_down(), self.new.analysis.top_down(), width, detail)
    }

    /// The call trees of both sides as one, from the innermost frames outwards.
    pub fn inverted(&self, width: BoxWidth, detail: Detail) -> CallTree {
        self.merged(self.base.analysis.bottom_up(None), self.new.analysis.bottom_up(None), width, detail)
    }

    /// Everything called below one group on either side; the group is the only node of depth 0.
    pub fn callees_tree(&self, group: GroupId, width: BoxWidth, detail: Detail) -> CallTree {
        self.merged(self.base.analysis.below(group), self.new.analysis.below(group), width, detail)
    }

    /// Everything that calls one group on either side; the group is the only node of depth 0.
    pub fn callers_tree(&self, group: GroupId, width: BoxWidth, detail: Detail) -> CallTree {
        let of = Some(group);
        self.merged(self.base.analysis.bottom_up(of), self.new.analysis.bottom_up(of), width, detail)
    }

    fn merged<B: Source, N: Source>(
        &self,
        (base, base_sum): (B, i64),
        (new, new_sum): (N, i64),
        width: BoxWidth,
        detail: Detail,
    ) -> CallTree {
        let sum = width.of(self.base.scale.apply(base_sum), self.new.scale.apply(new_sum));
        let base = SideSource { source: base, scale: self.base.scale };
        let new = SideSource { source: new, scale: self.new.scale };
        expand(Both { comparison: self, base, new, width, sum }, sum, detail)
    }

    /// What a box of a group did.
    pub(super) fn judge_box(&self, group: GroupId, measure: Measure, base: Option<i64>, new: Option<i64>) -> Status {
        let status = self.judge(base, new);
        // What lies between runs is known of functions: no path through one is surer than the function.
        if matches!(status, Status::Slower | Status::Faster)
            && self.noise == NoiseKind::Runs
            && self.table.row(group).status(measure) == Status::WithinNoise
        {
            return Status::WithinNoise;
        }
        status
    }

    /// What two costs amount to; `None` where a side does not have it.
    pub fn judge(&self, base: Option<i64>, new: Option<i64>) -> Status {
        Status::of(base, new, self.noise_of(base.unwrap_or(0), new.unwrap_or(0)))
    }

    /// The largest change of any group, up or down, in the values of the trees.
    pub fn largest_change(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Own => self.largest_changes[0],
            Measure::Total => self.largest_changes[1],
        }
    }

    /// The 95 % interval of the difference of two costs; `None` where the recordings were not sampled. Samples are taken
    /// to stand for equal costs.
    pub fn noise_of(&self, base: i64, new: i64) -> Option<Interval> {
        let sampling = self.table.sampling()?;
        Some(sampling.interval(self.base.sampled(base), self.new.sampled(new)))
    }
}

impl Comparison {
    /// What everything recorded did.
    pub fn status_of_sums(&self) -> Status {
        Status::of(Some(self.table.base_sum()), Some(self.table.new_sum()), self.noise_of_sums())
    }

    /// The 95 % interval of the difference of everything recorded; `None` where nothing is known of noise.
    pub fn noise_of_sums(&self) -> Option<Interval> {
        if let Some([base, new]) = &self.runs {
            return Welch::default().interval(base.sum_spread(), new.sum_spread());
        }
        match self.table.sampling()? {
            Sampling::WithinTotal => None,
            Sampling::AsRecorded | Sampling::Drifting => {
                let (base, new) = (self.base.sampled(self.table.base_sum()), self.new.sampled(self.table.new_sum()));
                Some(Sampling::AsRecorded.interval(base, new))
            }
        }
    }

    /// Whether a side was sampled at one rate, so that its values are numbers of samples.
    pub(super) fn was_sampled(&self, side: Side) -> bool {
        match side {
            Side::Base => self.base.counts.is_some(),
            Side::New => self.new.counts.is_some(),
        }
    }

    /// The side that was sampled, where the other one was not and shares are compared.
    pub(super) fn sampled_alone(&self) -> Option<Side> {
        match (self.table.sampling()?, &self.base.counts, &self.new.counts) {
            (Sampling::WithinTotal, Some(_), None) => Some(Side::Base),
            (Sampling::WithinTotal, None, Some(_)) => Some(Side::New),
            _ => None,
        }
    }

    /// Whether the whole changed beyond the error of sampling, but no function's part of it did.
    pub fn drifted(&self) -> bool {
        self.table.sampling() == Some(Sampling::Drifting)
            && matches!(self.status_of_sums(), Status::Slower | Status::Faster)
    }
}

fn largest_change(base: &Answer, new: &Answer, cost: fn(&FunctionTable, GroupId) -> i64) -> i64 {
    let of = |side: &Answer, group: GroupId| side.scale.apply(cost(side.analysis.table(), group));
    let changes = new.analysis.groups().ids().map(|g| of(new, g).saturating_sub(of(base, g)).saturating_abs());
    changes.max().unwrap_or(0)
}

impl Answer {
    fn table_side<'a>(&'a self, run_tables: Option<&'a RunTables>) -> TableSide<'a> {
        TableSide {
            table: self.analysis.table(),
            scale: self.scale,
            runs: self.runs,
            counts: self.counts.as_ref(),
            run_tables,
        }
    }

    fn sampled(&self, value: i64) -> Sampled {
        let sum = self.scale.apply(self.analysis.sum());
        let Some(counts) = &self.counts else { return Sampled::exact(value, sum) };
        let sum_count = counts.sum();
        let count = Scale::new(sum, sum_count).apply(value).min(sum_count);
        Sampled { value, count, sum, sum_count: Some(sum_count) }
    }
}

fn analyses(aligned: &Aligned, query: &Query, earlier: Option<&Comparison>) -> (Arc<Analysis>, Arc<Analysis>) {
    let profiles = (Arc::clone(aligned.profile(Side::Base)), Arc::clone(aligned.profile(Side::New)));
    let earlier = earlier.map(|e| (&*e.base.analysis, &*e.new.analysis));
    let (base, new) = Analysis::of_pair(profiles, query, earlier);
    (Arc::new(base), Arc::new(new))
}

/// How many samples each group is, where a side was sampled.
fn counts(aligned: &Aligned, side: Side, analysis: &Analysis) -> Option<FunctionTable> {
    let recorded = aligned.recorded(side);
    let unit: &Unit = &analysis.profile().metric(analysis.query().metric).unit;
    // Samples stand in the same order in the recording and in the profile made of it.
    analysis.table_as(&sample_counts(recorded, unit)?)
}

/// The table of each run of a side, scaled as the comparison is.
fn run_tables(aligned: &Aligned, side: Side, question: &Question, new: &Analysis, new_total: i64) -> RunTables {
    let query = &question.query;
    let tables: Vec<FunctionTable> = aligned
        .runs(side)
        .iter()
        .map(|run| {
            if query.transforms.is_empty() {
                FunctionTable::new(run, new.groups(), query)
            } else {
                Analysis::beside(Arc::clone(run), query.clone(), new).table().clone()
            }
        })
        .collect();
    let factor = |table: &FunctionTable| match question.normalize {
        Normalize::None | Normalize::PerCall => 1.0,
        Normalize::Total => Scale::new(table.sum(), new_total).factor(),
    };
    RunTables { factors: tables.iter().map(factor).collect(), tables }
}
