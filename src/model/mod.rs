//! The facts as they were recorded: names, functions, frames, stacks, samples, the call graph, metrics and units.
//!
//! Tables are columns linked by small ids, so that a profile of a million samples is a handful of flat arrays. A
//! [`Profile`] is made by a [`ProfileBuilder`] and never changes afterwards.

mod builder;
mod components;
pub mod format;
mod graph;
mod ids;
mod lines;
mod metric;
mod origin;
mod parallel;
mod profile;
mod python;
mod samples;
mod stacks;
mod strings;
mod track;
mod union;

pub use builder::{BuildError, GraphBuilder, LineBuilder, ProfileBuilder};
pub(crate) use components::Components;
pub use graph::{CallEdge, CallGraph};
pub use ids::{FrameId, FunctionId, LabelsId, MetricId, StackId, StringId, TrackId};
pub use lines::LineProfile;
pub use metric::{Metric, Unit};
pub use origin::{Origin, TimeMeaning, Warning};
pub(crate) use parallel::both;
pub use profile::{Body, Frame, Function, Profile, StackProfile};
pub use python::PythonLibrary;
pub use samples::{Label, LabelValue, Samples};
pub use stacks::Stacks;
pub use strings::Strings;
pub use track::Track;
pub use union::{Renumbering, UnionBuilder, UnionTables, moved};
