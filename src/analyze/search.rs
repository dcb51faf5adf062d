//! Search by text or regular expression over names and files.

use super::{Classes, Flow, FunctionTable, GroupId, GroupKey, Groups, MergedTree, Weights, merged::ROOT, share};
use crate::model::{Profile, StringId};
use regex::{Regex, RegexBuilder};

/// What is searched for.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct SearchText {
    /// The text; nothing is searched for while it is empty.
    pub text: String,
    /// Whether it is a regular expression.
    pub regex: bool,
}

impl SearchText {
    /// Compiles it. Upper and lower case are told apart only where an upper-case letter is searched for.
    pub fn matcher(&self) -> Result<Option<Regex>, String> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let pattern = if self.regex { self.text.clone() } else { regex::escape(&self.text) };
        let insensitive = !self.text.chars().any(char::is_uppercase);
        // The size limit keeps a pasted monster from eating memory.
        RegexBuilder::new(&pattern).case_insensitive(insensitive).size_limit(1 << 20).build().map(Some).map_err(|e| {
            match e {
                regex::Error::CompiledTooBig(_) => "this expression is too large".to_owned(),
                other => other.to_string().lines().last().unwrap_or("not a regular expression").trim().to_owned(),
            }
        })
    }
}

/// What a search found.
#[derive(Debug, Default, Clone)]
pub struct Matches {
    /// By group: whether it matches.
    pub mask: Vec<bool>,
    /// How many groups match.
    pub count: usize,
    /// The part of everything recorded that ran in a matching group or below one, each sample once.
    pub share: f64,
    /// Whether `share` is estimated.
    pub estimated: bool,
}

impl Matches {
    /// Marks the groups whose name or file matches.
    pub fn find(profile: &Profile, classes: &Classes, groups: &Groups, matcher: &Regex) -> Self {
        // Many functions share a file, and some a name: each text is looked at once.
        let mut known: Vec<Option<bool>> = vec![None; profile.strings().len()];
        let mut matches = |id: StringId| {
            let known = &mut known[id.index()];
            id != StringId::EMPTY && *known.get_or_insert_with(|| matcher.is_match(profile.text(id)))
        };
        let mask: Vec<bool> = groups
            .ids()
            .map(|group| match groups.key(group) {
                GroupKey::Function(f) => {
                    let function = profile.function(f);
                    matches(function.name) || matches(function.file)
                }
                GroupKey::File(file) if file != StringId::EMPTY => matches(file),
                _ => {
                    let file = groups.place(profile, group).0;
                    matcher.is_match(&groups.name(profile, classes, group))
                        || (!file.is_empty() && matcher.is_match(file))
                }
            })
            .collect();
        let count = mask.iter().filter(|m| **m).count();
        Self { mask, count, share: 0.0, estimated: false }
    }

    /// Adds the share of recorded stacks that hold a match.
    #[must_use]
    pub fn with_stack_share(mut self, tree: &MergedTree, weights: &Weights) -> Self {
        let weights = weights.drawn();
        let mut inside = vec![false; tree.len()];
        let mut matched = 0_i64;
        for node in 1..tree.len() {
            let above = inside[tree.parents[node] as usize];
            let here = self.mask[tree.groups[node].index()];
            if here && !above {
                matched += weights.total[node];
            }
            inside[node] = above || here;
        }
        self.share = share(matched, weights.total[ROOT as usize]);
        self
    }

    /// Adds the estimated share of a call graph that flows through a match.
    #[must_use]
    pub fn with_graph_share(mut self, flow: &Flow) -> Self {
        self.share = flow.fraction_through(&self.mask);
        self.estimated = true;
        self
    }

    /// Adds the share of recorded lines that match; a line holds what it called.
    #[must_use]
    pub fn with_line_share(mut self, table: &FunctionTable) -> Self {
        let matching = table.present().filter(|&g| self.contains(g)).map(|g| table.total(g));
        self.share = share(matching.fold(0, i64::saturating_add), table.sum());
        self
    }

    /// Whether a group matches.
    pub fn contains(&self, group: GroupId) -> bool {
        self.mask.get(group.index()).copied().unwrap_or(false)
    }
}
