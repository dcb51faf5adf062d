//! What the rules find in an open profile, or in both sides of a comparison: looked for on another thread, kept until the
//! profile or its sources change.

use super::jobs::{DocumentId, Workers};
use super::pane::Parts;
use super::recordings::Recordings;
use super::subject::{Part, Subject};
use crate::analyze::diff::{Aligned, Side};
use crate::analyze::{Analysis, Query};
use crate::hints::{Dismissal, Hints};
use crate::model::{FunctionId, Profile};
use crate::source::{Places, Sources};
use crate::ui::hints_page::HintsPage;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What was found in what a document is about. Cheap to share with workers.
#[derive(Clone, Default)]
pub(super) struct DocumentHints {
    pages: Parts<Option<Arc<HintsPage>>>,
    /// What is looked at, for who cannot wait.
    wanted: Parts<Option<HintsWanted>>,
    /// The files of its parts.
    paths: Parts<PathBuf>,
    /// What the user has dismissed.
    dismissed: Vec<Dismissal>,
    /// Counts the times it was looked for anew: answers to earlier questions are dropped.
    epoch: u64,
}

/// A profile whose hints are looked for.
#[derive(Clone)]
pub(super) struct HintsWanted {
    pub(super) part: Part,
    pub(super) profile: Arc<Profile>,
    /// The profile counted by function, where that is done.
    pub(super) counted: Option<Arc<Analysis>>,
    pub(super) sources: Arc<Sources>,
}

impl HintsWanted {
    /// Runs every rule.
    pub(super) fn find(self) -> Hints {
        let analysis = self.counted.unwrap_or_else(|| {
            let query = Query::new(&self.profile);
            Arc::new(Analysis::new(self.profile, query, None))
        });
        Hints::new(&analysis, &*self.sources, crate::hints::Options::default())
    }
}

impl DocumentHints {
    /// Looks anew. What was found in a profile that is compared while its tab was open is taken from there: by now its
    /// source may be mended.
    pub(super) fn look(
        &mut self,
        document: DocumentId,
        subject: &Subject,
        recordings: &Recordings,
        (sources, named): (&Arc<Sources>, &Places),
        dismissed: &[Dismissal],
        workers: &Workers,
    ) {
        *self = Self { epoch: self.epoch + 1, dismissed: dismissed.to_vec(), ..Self::default() };
        for (side, profile) in subject.profiles() {
            let part = side.map_or(Part::Whole, Part::Side);
            let (path, known) = match (side, recordings) {
                (Some(side), Recordings::Comparison(sides)) => {
                    let first = sides.side(side).first();
                    let known = first.filter(|_| sides.side(side).len() == 1).and_then(|r| r.hints.clone());
                    (first.map(|r| r.path.clone()).unwrap_or_default(), known)
                }
                _ => (recordings.newest().to_owned(), None),
            };
            self.paths.get_mut(part).clone_from(&path);
            if let Some(hints) = known {
                self.put(part, hints, subject);
                continue;
            }
            let sources = match side {
                Some(Side::Base) => {
                    let near = Places::of_profile(&path);
                    Arc::new(Sources::new(Places {
                        mappings: named.mappings.clone(),
                        roots: named.roots.clone(),
                        ..near
                    }))
                }
                _ => Arc::clone(sources),
            };
            let profile = Arc::clone(profile);
            let counted = Some(subject.analysis(part))
                .filter(|a| Arc::ptr_eq(a.profile(), &profile) && *a.query() == Query::new(&profile));
            let wanted = HintsWanted { part, counted: counted.cloned(), profile, sources };
            *self.wanted.get_mut(part) = Some(wanted.clone());
            workers.hints(document, self.epoch, wanted);
        }
    }

    /// Takes what was found, if it is still asked for.
    pub(super) fn take(&mut self, epoch: u64, part: Part, hints: Arc<Hints>, subject: &Subject) {
        if epoch == self.epoch {
            self.put(part, hints, subject);
        }
    }

    fn put(&mut self, part: Part, hints: Arc<Hints>, subject: &Subject) {
        *self.pages.get_mut(part) = Some(Arc::new(self.page_of(part, hints, subject)));
        *self.wanted.get_mut(part) = None;
    }

    /// What was found, as views of the subject know its functions.
    fn page_of(&self, part: Part, hints: Arc<Hints>, subject: &Subject) -> HintsPage {
        let path = self.paths.get(part);
        let mut page = match (subject.compared(), part.side()) {
            (Some(compared), Some(side)) => {
                let of_recorded = shown_as(compared.comparison.aligned(), side);
                HintsPage::new(hints, path, |f| of_recorded.get(&f).copied())
            }
            _ => HintsPage::new(hints, path, Some),
        };
        page.dismiss(&self.dismissed);
        page
    }

    /// Leaves out what was dismissed.
    pub(super) fn dismiss(&mut self, dismissed: &[Dismissal]) {
        self.dismissed = dismissed.to_vec();
        for page in self.pages.each_mut().into_iter().flatten() {
            Arc::make_mut(page).dismiss(dismissed);
        }
    }

    /// What was found in a part; nothing while it is looked for.
    pub(super) fn page(&self, part: Part) -> Option<&Arc<HintsPage>> {
        self.pages.get(part).as_ref()
    }

    /// The same, looked for at once where that is not done yet.
    pub(super) fn page_now(&self, part: Part, subject: &Subject) -> Option<Arc<HintsPage>> {
        let look = || {
            let hints = Arc::new(self.wanted.get(part).clone()?.find());
            Some(Arc::new(self.page_of(part, hints, subject)))
        };
        self.page(part).cloned().or_else(look)
    }

    /// How many things could be done; in a comparison, about the new side.
    pub(super) fn count(&self, subject: &Subject) -> Option<usize> {
        self.page(subject.answering(Part::Whole)).map(|page| page.count())
    }

    /// What was found in the profile of a tab.
    pub(super) fn of_profile(&self) -> Option<&Arc<Hints>> {
        self.page(Part::Whole).map(|page| page.hints())
    }
}

/// Functions of a side as it was recorded → functions of the comparison.
fn shown_as(aligned: &Aligned, side: Side) -> FxHashMap<FunctionId, FunctionId> {
    let common = (0..aligned.profile(side).functions().len()).map(FunctionId::at);
    common.filter_map(|f| Some((aligned.function(side, f)?, f))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::jobs::Outcome;
    use crate::app::recordings::{Loaded, Recording, Sides};

    #[test]
    fn who_cannot_wait_is_told_of_the_same_functions() {
        let recording = |name: &str| Recording::of(format!("tests/fixtures/hints/phone_book/{name}.prof").into());
        let sides = Recordings::Comparison(Sides::given(vec![recording("slow")], vec![recording("fast")]));
        let jobs = sides.jobs();
        let Ok(Loaded { recordings, subject }) = sides.load(None, None, &jobs) else { unreachable!("they are there") };
        let (workers, mut hints) = (Workers::inline(egui::Context::default()), DocumentHints::default());
        let places = (&Arc::new(Sources::new(Places::default())), &Places::default());
        hints.look(DocumentId(1), &subject, &recordings, places, &[], &workers);
        let functions =
            |page: &HintsPage| (0..page.hints().findings.len()).map(|i| page.function(i)).collect::<Vec<_>>();
        let at_once = Part::SIDES.map(|part| hints.page_now(part, &subject).map(|page| functions(&page)));
        for outcome in workers.outcomes() {
            if let Outcome::Hints { epoch, part, hints: found, .. } = outcome {
                hints.take(epoch, part, found, &subject);
            }
        }
        assert_eq!(at_once, Part::SIDES.map(|part| hints.page(part).map(|page| functions(page))));
        let page = hints.page(Part::SIDES[0]).expect("rules have looked");
        let recorded = page.hints().findings.iter().map(|finding| finding.function).collect::<Vec<_>>();
        assert_ne!(functions(page), recorded, "a comparison numbers functions anew");
    }
}
