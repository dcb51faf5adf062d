//! A rule: what it looks for, what it says, and what it can be seen in.

use super::callee::CalleeRule;
use super::{Ctx, Finding};

/// What a rule is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "their names say it all")]
pub enum Category {
    Algorithm,
    DataStructure,
    Sorting,
    Strings,
    Regex,
    Logging,
    Io,
    Recursion,
    Caching,
    Threads,
    Locking,
    Processes,
    Async,
    Database,
    Serialization,
    Copying,
    Numeric,
    Memory,
    Interpreter,
    Exceptions,
    Imports,
    Deployment,
    Measurement,
}

impl Category {
    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Algorithm => "algorithm",
            Self::DataStructure => "data structure",
            Self::Sorting => "sorting",
            Self::Strings => "strings",
            Self::Regex => "regex",
            Self::Logging => "logging",
            Self::Io => "I/O",
            Self::Recursion => "recursion",
            Self::Caching => "caching",
            Self::Threads => "GIL/threads",
            Self::Locking => "locking",
            Self::Processes => "subprocess",
            Self::Async => "async",
            Self::Database => "database",
            Self::Serialization => "serialization",
            Self::Copying => "copy",
            Self::Numeric => "NumPy/pandas",
            Self::Memory => "memory/GC",
            Self::Interpreter => "interpreter overhead",
            Self::Exceptions => "exceptions",
            Self::Imports => "imports/startup",
            Self::Deployment => "deployment",
            Self::Measurement => "measurement",
        }
    }
}

/// The kinds of profile that can show what a rule looks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kinds {
    /// Every call was counted: cProfile, callgrind.
    pub calls: bool,
    /// Stacks were sampled: py-spy, pprof.
    pub samples: bool,
    /// Threads are told apart.
    pub threads: bool,
}

impl Kinds {
    /// Profiles of calls and of samples alike.
    pub const TIME: Self = Self { calls: true, samples: true, threads: false };
    /// Profiles of calls alone: how often something happened decides.
    pub const CALLS: Self = Self { calls: true, samples: false, threads: false };
    /// Profiles that keep threads apart.
    pub const THREADS: Self = Self { calls: false, samples: true, threads: true };
}

/// What a rule needs of the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing: names tell.
    Nothing,
    /// It is more certain, and names the line, where the source is known.
    Helps,
    /// Without the source nothing is said: what it looks for makes no call.
    Source,
}

/// What a rule does.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// A callee is hot.
    Callee(&'static CalleeRule),
    /// Anything else.
    Code(fn(&Ctx<'_>, &'static Rule) -> Vec<Finding>),
}

/// A rule of the catalogue. Its documentation is made from it.
pub struct Rule {
    /// Its name, for good: it is stored with what was dismissed.
    pub id: &'static str,
    /// What it finds.
    pub title: &'static str,
    /// What it is about.
    pub category: Category,
    /// Which profiles can show it.
    pub kinds: Kinds,
    /// What it needs of the source.
    pub needs: Needs,
    /// What makes it speak, in words.
    pub signal: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// The pattern.
    pub before: &'static str,
    /// The pattern, mended.
    pub after: &'static str,
    /// Where to read more.
    pub docs: &'static str,
    /// What part of the time concerned usually goes away, from 0 to 1; 0 where nothing is promised.
    pub removable: f64,
    /// What would settle the question.
    pub settle: &'static str,
    /// When the finding would be wrong.
    pub wrong_if: &'static str,
    pub(super) check: Check,
}

impl Rule {
    pub(super) fn check(&'static self, ctx: &Ctx<'_>) -> Vec<Finding> {
        match self.check {
            Check::Callee(callee) => callee.check(ctx, self),
            Check::Code(check) => check(ctx, self),
        }
    }

    /// Whether it is about the recording, or tells rather than advises.
    pub fn is_information(&self) -> bool {
        self.removable == 0.0
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
