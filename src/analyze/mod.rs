//! `(&Profile, &Query)` → tables, trees, callers and callees, search. Pure functions; caches live in the application.

mod analysis;
mod below;
mod bounds;
mod classify;
pub mod diff;
mod estimate;
mod flow;
mod groups;
mod heat;
mod merged;
mod module_names;
mod neighbours;
mod over_time;
mod query;
mod search;
mod table;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod timeline;
mod tree;
mod walk;

pub use analysis::{Analysis, Order};
pub use below::shares_below;
pub use bounds::{Activity, Bounds};
pub use classify::{Class, Classes, Package, has_module, is_of_another_language};
pub use estimate::EstimatedStacks;
pub use flow::Flow;
pub use groups::{GroupId, GroupKey, Groups, shown_name};
pub use heat::{FileHeat, HeatKind, LineHeat};
pub use merged::{MergedTree, Weights};
pub use neighbours::{Neighbour, Neighbours};
pub use over_time::{Band, BandKind, DivideBy, OverTime, TimeWindow};
pub use query::{GroupBy, Query, Transform};
pub use search::{Matches, SearchText};
pub use table::{FunctionTable, SortKey, share};
pub use timeline::Timeline;
pub use tree::{CallTree, Detail, Exactness, Sides};
pub use walk::{PathWalk, Step};
