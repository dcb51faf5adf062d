//! What to do about it: a catalogue of rules that look at a profile, and at the source behind it where there is any.
//!
//! A wrong hint costs more than a missing one. So a rule speaks only where its evidence is in the profile, shares are of
//! the time the program was *active*, and every finding says how sure it is, why, and what would settle it.

mod asynchronous;
mod callee;
mod callees;
mod calls;
mod catalogue;
mod change;
mod containers;
mod context;
mod database;
mod dismissal;
mod finding;
mod loops;
mod markdown;
mod network;
mod pattern;
mod place;
mod rank;
mod recording;
mod rule;
mod sorting;
mod spot;
mod text;
mod threads;
mod verdict;

pub use catalogue::{HINTS, rule};
pub use change::{Change, Fate, changes, changes_between};
pub use context::{Ctx, Recording};
pub use dismissal::{Dismissal, Extent};
pub use finding::{Confidence, Evidence, Finding, FindingKey, Severity, evidence_name, times};
pub use markdown::{document, write_rule};
pub use rank::NotApplicable;
pub use rule::{Category, Kinds, Needs, Rule};

use crate::analyze::{Analysis, Bounds};
use crate::source::{Facts, Sources, Tree};
use std::rc::Rc;

/// The Python source of the files a profile names, as it is recorded there; `None` where it can't be had.
pub trait Files {
    /// The facts of a file.
    fn facts(&self, file: &str) -> Option<Rc<Facts>>;
}

impl Files for Sources {
    fn facts(&self, file: &str) -> Option<Rc<Facts>> {
        let found = self.get(file).ok()?;
        let tree = Tree::parse(found.file.text().to_owned()).ok()?;
        Some(Rc::new(Facts::new(tree)))
    }
}

/// No source at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn facts(&self, _: &str) -> Option<Rc<Facts>> {
        None
    }
}

/// What is asked of the rules.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Options {
    /// Findings on less than this share of the active time are left out.
    pub min_share: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_share: 0.05 }
    }
}

/// What the rules found.
#[derive(Debug)]
pub struct Hints {
    /// What bounds the program.
    pub bounds: Bounds,
    /// Findings, those that promise most first.
    pub findings: Vec<Finding>,
    /// Rules that looked and found nothing.
    pub checked: Vec<&'static Rule>,
    /// Rules that this profile cannot show.
    pub not_applicable: Vec<NotApplicable>,
    /// What kind of program it is, and what usually helps such programs.
    pub approach: String,
}

impl Hints {
    /// Runs every rule on a profile counted by function.
    pub fn new(analysis: &Analysis, files: &dyn Files, options: Options) -> Self {
        let ctx = Ctx::new(analysis, files, options);
        let mut findings = Vec::new();
        let mut checked = Vec::new();
        let mut not_applicable = Vec::new();
        for &rule in HINTS {
            if let Some(why) = rank::why_not(&ctx, rule) {
                not_applicable.push(NotApplicable { rule, why });
                continue;
            }
            let found = rule.check(&ctx);
            if found.is_empty() {
                checked.push(rule);
            }
            findings.extend(found);
        }
        let findings = rank::rank(&ctx, findings);
        let approach = verdict::approach(&ctx);
        Self { bounds: ctx.into_bounds(), findings, checked, not_applicable, approach }
    }
}
