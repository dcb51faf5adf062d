//! Findings the user does not want to see again, and why.

use super::Finding;
use std::path::{Path, PathBuf};

/// Where a finding is not shown any more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Extent {
    /// In this profile.
    Profile,
    /// For this function, in every profile.
    Function,
    /// What the rule finds, everywhere.
    Rule,
}

impl Extent {
    /// Every extent, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Profile, Self::Function, Self::Rule];

    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "in this profile",
            Self::Function => "for this function",
            Self::Rule => "this rule everywhere",
        }
    }
}

/// What was dismissed. Named, not numbered, because it outlives the profile.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Dismissal {
    /// The id of the rule.
    pub rule: String,
    /// Where it holds.
    pub extent: Extent,
    /// The function's name; empty for what is about a whole recording.
    pub function: String,
    /// Its file as recorded.
    pub file: String,
    /// The profile it was dismissed in.
    pub profile: PathBuf,
    /// Why, in the user's words; may be empty.
    pub reason: String,
}

impl Dismissal {
    /// A finding of a profile, dismissed.
    pub fn new(finding: &Finding, extent: Extent, profile: &Path, reason: String) -> Self {
        Self {
            rule: finding.rule.id.to_owned(),
            extent,
            function: finding.name.clone(),
            file: finding.file.clone(),
            profile: profile.to_owned(),
            reason,
        }
    }

    /// Whether a finding of a profile is dismissed by it.
    pub fn covers(&self, finding: &Finding, profile: &Path) -> bool {
        let same_function = self.function == finding.name && self.file == finding.file;
        self.rule == finding.rule.id
            && match self.extent {
                Extent::Profile => same_function && self.profile == profile,
                Extent::Function => same_function,
                Extent::Rule => true,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hints::{Confidence, HINTS};

    fn finding(rule: usize, name: &str) -> Finding {
        let mut finding = Finding::new(HINTS[rule], 0.5, Confidence::High, "");
        finding.name = name.to_owned();
        finding.file = "app.py".to_owned();
        finding
    }

    #[test]
    fn a_dismissal_holds_as_far_as_it_says_and_no_further() {
        let (here, there) = (Path::new("a.prof"), Path::new("b.prof"));
        let dismissed = |extent| Dismissal::new(&finding(0, "work"), extent, here, String::new());
        let covers = |extent: Extent| {
            let dismissal = dismissed(extent);
            [
                (finding(0, "work"), here),
                (finding(0, "work"), there),
                (finding(0, "rest"), here),
                (finding(1, "work"), here),
            ]
            .map(|(finding, profile)| dismissal.covers(&finding, profile))
        };
        assert_eq!(covers(Extent::Profile), [true, false, false, false]);
        assert_eq!(covers(Extent::Function), [true, true, false, false]);
        assert_eq!(covers(Extent::Rule), [true, true, true, false]);
    }
}
