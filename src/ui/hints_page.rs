//! What the rules found, as the window shows it: without what was dismissed, by function, and those on the same time
//! together.

use super::views::LineMark;
use crate::analyze::{GroupId, GroupKey, Groups};
use crate::hints::{Change, Dismissal, Finding, FindingKey, Hints, Severity};
use crate::model::FunctionId;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A finding, with others on the same time: what mending one of them gains, mending another gains no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Together {
    /// The finding that explains the time best, as a position among the findings.
    pub best: usize,
    /// The others.
    pub others: Vec<usize>,
}

/// What the rules found in a profile, for its views.
#[derive(Clone, Debug)]
pub struct HintsPage {
    hints: Arc<Hints>,
    profile: PathBuf,
    /// By finding: its function as views know it.
    functions: Vec<Option<FunctionId>>,
    /// By finding: what dismissed it.
    dismissed: Vec<Option<Dismissal>>,
    together: Vec<Together>,
    information: Vec<usize>,
    by_function: FxHashMap<FunctionId, Vec<usize>>,
}

impl HintsPage {
    /// What was found in the profile at a path. `shown_as` says which function of the views one of that profile is: those
    /// of a comparison have other numbers.
    pub fn new(hints: Arc<Hints>, profile: &Path, shown_as: impl Fn(FunctionId) -> Option<FunctionId>) -> Self {
        let functions = hints.findings.iter().map(|f| f.function.and_then(&shown_as)).collect();
        let mut page = Self {
            hints,
            profile: profile.to_owned(),
            functions,
            dismissed: Vec::new(),
            together: Vec::new(),
            information: Vec::new(),
            by_function: FxHashMap::default(),
        };
        page.dismiss(&[]);
        page
    }

    /// Leaves out what was dismissed.
    pub fn dismiss(&mut self, dismissals: &[Dismissal]) {
        let findings = &self.hints.findings;
        let dismissed = |f: &Finding| dismissals.iter().find(|d| d.covers(f, &self.profile)).cloned();
        self.dismissed = findings.iter().map(dismissed).collect();
        self.together.clear();
        self.information.clear();
        self.by_function.clear();
        // By the position of the one that explains the time best, dismissed or not: the next one takes its place.
        let mut leader: FxHashMap<usize, usize> = FxHashMap::default();
        for (i, finding) in findings.iter().enumerate().filter(|(i, _)| self.dismissed[*i].is_none()) {
            if finding.severity == Severity::Info {
                self.information.push(i);
                continue;
            }
            let time = finding.same_time_as.unwrap_or(i);
            if let Some(&at) = leader.get(&time) {
                self.together[at].others.push(i);
            } else {
                leader.insert(time, self.together.len());
                self.together.push(Together { best: i, others: Vec::new() });
            }
            if let Some(function) = self.functions[i] {
                self.by_function.entry(function).or_default().push(i);
            }
        }
    }

    /// All that was found, and what was looked for.
    pub fn hints(&self) -> &Arc<Hints> {
        &self.hints
    }

    /// The file of the profile.
    pub fn profile(&self) -> &Path {
        &self.profile
    }

    /// A finding by its position.
    pub fn finding(&self, index: usize) -> &Finding {
        &self.hints.findings[index]
    }

    /// The function a finding is about, as views know it.
    pub fn function(&self, index: usize) -> Option<FunctionId> {
        self.functions[index]
    }

    /// What can be done, each with others on the same time; what promises most first.
    pub fn together(&self) -> &[Together] {
        &self.together
    }

    /// What there is to know, without anything to do.
    pub fn information(&self) -> &[usize] {
        &self.information
    }

    /// What was dismissed, and by what.
    pub fn dismissed(&self) -> impl Iterator<Item = (usize, &Dismissal)> {
        self.dismissed.iter().enumerate().filter_map(|(i, d)| Some((i, d.as_ref()?)))
    }

    /// Whether a finding is shown.
    pub fn is_shown(&self, index: usize) -> bool {
        self.dismissed[index].is_none()
    }

    /// How many things can be done.
    pub fn count(&self) -> usize {
        self.together.len()
    }

    /// The first finding with a key.
    pub fn find(&self, key: &FindingKey) -> Option<usize> {
        self.hints.findings.iter().position(|f| f.key() == *key)
    }

    /// What can be done about a function; what promises most first.
    pub fn of_function(&self, function: FunctionId) -> &[usize] {
        self.by_function.get(&function).map_or(&[], Vec::as_slice)
    }

    /// What can be done about the function, or the line of a function, that a group is. Files, modules and packages carry
    /// no hints: nearly every one would.
    pub fn of_group(&self, groups: &Groups, group: GroupId) -> &[usize] {
        match groups.key(group) {
            GroupKey::Function(function) | GroupKey::Line(function, _) => self.of_function(function),
            GroupKey::File(_) | GroupKey::Module(_) | GroupKey::Package(_) => &[],
        }
    }

    /// Remarks for the margin of a file, in the order of its lines.
    pub fn marks(&self, file: &str) -> Vec<LineMark> {
        let shown = self
            .hints
            .findings
            .iter()
            .enumerate()
            .filter(|(i, f)| self.dismissed[*i].is_none() && f.severity == Severity::Hint && f.file == file);
        let mut marks: Vec<LineMark> = shown
            .flat_map(|(_, finding)| {
                let lines = if finding.lines.is_empty() { std::slice::from_ref(&finding.line) } else { &finding.lines };
                let text = format!("{}. {}", finding.rule.title, finding.advice);
                lines.iter().filter(|l| **l > 0).map(move |&line| LineMark { line, text: text.clone() })
            })
            .collect();
        marks.sort_by(|a, b| (a.line, &a.text).cmp(&(b.line, &b.text)));
        marks.dedup();
        marks
    }
}

/// Matches the findings of two recordings by rule and function. What was dismissed, and what only informs, is left out.
///
/// Functions are compared as the views of the comparison know them, so that one that was renamed is still the same.
pub fn changes(base: &HintsPage, new: &HintsPage) -> Vec<Change> {
    let keyed = |page: &HintsPage| -> Vec<(usize, (&'static str, Option<FunctionId>))> {
        let is_hint = |i: &usize| page.is_shown(*i) && page.finding(*i).severity == Severity::Hint;
        let hints = (0..page.hints.findings.len()).filter(is_hint);
        hints.map(|i| (i, (page.finding(i).rule.id, page.function(i)))).collect()
    };
    crate::hints::changes(keyed(base), keyed(new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{Analysis, Query};
    use crate::hints::{Extent, Fate, NoFiles, Options};
    use crate::model::Profile;

    fn page(profile: &str) -> HintsPage {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(profile);
        let profile: Arc<Profile> =
            Arc::new(crate::import::open(&path, &crate::import::Job::default()).expect("opens"));
        let query = Query::new(&profile);
        let hints = Hints::new(&Analysis::new(profile, query, None), &NoFiles, Options::default());
        HintsPage::new(Arc::new(hints), &path, Some)
    }

    #[test]
    fn what_is_dismissed_gives_its_place_to_the_next_on_the_same_time() {
        let mut page = page("tests/fixtures/hints/phone_book/slow.prof");
        let before = page.together().to_vec();
        let first = before.first().expect("the program has something to find").clone();
        let finding = page.finding(first.best);
        let dismissal = Dismissal::new(finding, Extent::Profile, page.profile(), "as it must be".to_owned());
        page.dismiss(&[dismissal]);
        assert_eq!(page.dismissed().map(|(i, _)| i).collect::<Vec<_>>(), [first.best]);
        match first.others.first() {
            Some(next) => assert_eq!(page.together()[0].best, *next),
            None => assert_eq!(page.together(), &before[1..]),
        }
        page.dismiss(&[]);
        assert_eq!(page.together(), before);
    }

    #[test]
    fn a_recording_compared_with_itself_keeps_every_finding() {
        let page = page("tests/fixtures/hints/phone_book/slow.prof");
        let all = changes(&page, &page);
        assert!(!all.is_empty() && all.iter().all(|c| c.fate() == Fate::Stayed && c.base == c.new));
    }

    #[test]
    fn a_finding_that_one_side_dismissed_went_away_or_came() {
        let base = page("tests/fixtures/hints/phone_book/slow.prof");
        let mut new = base.clone();
        let first = base.together()[0].best;
        new.dismiss(&[Dismissal::new(base.finding(first), Extent::Profile, base.profile(), String::new())]);
        let fates = |a: &HintsPage, b: &HintsPage| {
            let found = changes(a, b).into_iter().find(|c| c.base == Some(first) || c.new == Some(first));
            found.map(|c| c.fate())
        };
        assert_eq!((fates(&base, &new), fates(&new, &base)), (Some(Fate::WentAway), Some(Fate::Came)));
    }
}
