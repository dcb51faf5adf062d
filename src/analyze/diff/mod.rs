//! Two recordings compared: base, the older one, and new.
//!
//! ```text
//! base ─┐                     ┌─► Analysis of base ─┐
//!       ├─► align ─► Aligned ─┤                     ├─► Comparison: table, trees, summary, findings
//! new ──┘                     └─► Analysis of new ──┘
//! ```
//!
//! [`align`] gives both one table of functions. Each side is then a profile like any other, and one [`Query`] asks both.
//! A [`Comparison`] puts the answers side by side.
//!
//! [`Query`]: super::Query

mod align;
mod comparability;
mod comparison;
mod effects;
mod matching;
mod neighbours;
mod noise;
mod paths;
mod runs;
mod scale;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod tree;

pub use align::{AlignError, Aligned, Basis, CommonMetric, align, align_runs};
pub use comparability::Finding;
pub use comparison::{Comparison, Question};
pub use effects::Effects;
pub use matching::{FunctionName, Mapping, Matching, Renamed};
pub use neighbours::{DiffNeighbour, DiffNeighbours};
pub use noise::{Interval, NoiseKind, Spread};
pub use scale::{Normalize, Scale};
pub use table::{Costs, DiffRow, DiffSort, DiffTable, Measure, Status};
pub use tree::BoxWidth;

/// A side of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Side {
    /// What is compared with: the older recording.
    Base,
    /// What is compared: the newer one.
    New,
}

impl Side {
    /// Both, base first.
    pub const BOTH: [Self; 2] = [Self::Base, Self::New];

    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::New => "new",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Base => Self::New,
            Self::New => Self::Base,
        }
    }
}
