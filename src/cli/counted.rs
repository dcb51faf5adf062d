//! What a picture or a report is made of: a profile, counted as asked for, alone or beside another.

use super::failure::Failure;
use super::options::{SelectArguments, TransformArguments};
use super::select;
use crate::analyze::Analysis;
use crate::analyze::diff::{Comparison, Matching, Normalize, Question, Side, align};
use crate::export::picture::Base;
use crate::model::Profile;
use std::sync::Arc;

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
    pub(super) fn new(profile: &Arc<Profile>, base: Option<&Arc<Profile>>, asked: &Asked<'_>) -> Result<Self, Failure> {
        let Some(base) = base else {
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

    /// What the profile is compared with, the file of which has this name.
    pub(super) fn base<'a>(&'a self, name: &'a str) -> Option<Base<'a>> {
        match self {
            Self::One(_) => None,
            Self::Both(comparison) => Some(Base::new(name, comparison)),
        }
    }
}
