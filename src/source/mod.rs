//! The Python files behind a profile's functions: found, read and described. Nothing is ever executed.

mod facts;
mod syntax;

pub use facts::{Bound, Facts, Scope, ScopeId, Value, ValueKind};
pub use syntax::{CmpOp, Kind, NodeId, Operator, Role, SyntaxError, Tree};
