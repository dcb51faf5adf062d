//! What a picture or a report is made of: a profile, counted as asked for, alone or beside another.

use super::failure::Failure;
use super::options::{SelectArguments, TransformArguments};
use super::output::{self, file_name};
use super::{load, select, warn, warn_of};
use crate::analyze::Analysis;
use crate::analyze::diff::{Comparison, Matching, Normalize, Question, Side, align};
use crate::export::picture::Base;
use crate::model::Profile;
use std::path::Path;
use std::slice;
use std::sync::Arc;

/// The profile of a command, and the one it is compared with.
pub(super) struct Loaded {
    pub(super) profile: Arc<Profile>,
    /// The name of its file.
    pub(super) name: String,
    /// The other one with the name of its file.
    base: Option<(Arc<Profile>, String)>,
}

impl Loaded {
    /// Reads both, of which none is to be written over by `output`.
    pub(super) fn read(file: &Path, base: Option<&Path>, output: &Path) -> Result<Self, Failure> {
        output::spare(output, base.into_iter().chain([file]))?;
        let profile = load(file)?;
        let base = match base {
            Some(path) => Some((load(path)?, file_name(path))),
            None => None,
        };
        Ok(Self { profile, name: file_name(file), base })
    }

    /// The profile compared with.
    pub(super) fn base(&self) -> Option<&Arc<Profile>> {
        self.base.as_ref().map(|(profile, _)| profile)
    }

    /// Says what to know before believing the output.
    pub(super) fn warn(&self) {
        match self.base() {
            None => warn(self.profile.warnings()),
            Some(base) => {
                warn_of(slice::from_ref(base), Side::Base);
                warn_of(slice::from_ref(&self.profile), Side::New);
            }
        }
    }

    /// Both, the base first.
    pub(super) fn profiles(&self) -> Vec<&Profile> {
        self.base().into_iter().chain([&self.profile]).map(|profile| &**profile).collect()
    }
}

/// What is asked of profiles.
pub(super) struct Asked<'a> {
    pub(super) select: &'a SelectArguments,
    pub(super) transform: &'a TransformArguments,
    pub(super) normalize: Normalize,
}

/// A profile, counted as asked for, alone or beside another.
pub(super) enum Counted {
    One(Box<Analysis>),
    Both(Box<Comparison>),
}

impl Counted {
    /// Counts a profile, or it and another one beside it.
    pub(super) fn new(loaded: &Loaded, asked: &Asked<'_>) -> Result<Self, Failure> {
        let profile = &loaded.profile;
        let Some(base) = loaded.base() else {
            let mut query = select::query(profile, asked.select)?;
            query.transforms = select::transforms(profile, &[profile], &query, asked.transform)?;
            return Ok(Self::One(Box::new(Analysis::new(Arc::clone(profile), query, None))));
        };
        let aligned = Arc::new(align(base, profile, &Matching::default())?);
        let new = aligned.profile(Side::New);
        let mut query = select::query(new, asked.select)?;
        query.transforms = select::transforms(new, &[base, profile], &query, asked.transform)?;
        let question = Question { query, normalize: asked.normalize };
        Ok(Self::Both(Box::new(Comparison::new(aligned, question, None))))
    }

    /// The profile by itself.
    pub(super) fn analysis(&self) -> &Analysis {
        match self {
            Self::One(analysis) => analysis,
            Self::Both(comparison) => comparison.side(Side::New),
        }
    }

    /// What the profile is compared with.
    pub(super) fn base<'a>(&'a self, loaded: &'a Loaded) -> Option<Base<'a>> {
        match (self, &loaded.base) {
            (Self::Both(comparison), Some((_, name))) => Some(Base::new(name, comparison)),
            _ => None,
        }
    }
}
