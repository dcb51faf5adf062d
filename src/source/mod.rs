//! The Python files behind a profile's functions: found, read and described. Nothing is ever executed.

mod calls;
mod facts;
mod find;
mod fit;
mod highlight;
mod libraries;
mod places;
mod recorded;
mod syntax;
mod text;

pub use calls::{CallSite, FunctionLines, call_sites, called_as};
pub use facts::{Bound, Facts, Scope, ScopeId, Value, ValueKind, module_of};
pub use find::{Answer, Found, How, Missing, Sources, Why};
pub use fit::{Fit, fit};
pub use highlight::{Highlights, Ink, Span};
pub use libraries::{Environment, Libraries, Library};
pub use places::{Mapping, MappingError, Places};
pub use recorded::{Recorded, Version};
pub use syntax::{CmpOp, Kind, NodeId, Operator, Role, SyntaxError, Tree};
pub use text::{Encoding, SourceFile};
