//! Loops that Python's built-ins, arrays or compiled code would run faster.

mod builtin;
mod exceptions;
mod fallback;
mod numeric;
mod numpy;
mod slices;

pub(super) use builtin::RULE as HAND_ROLLED;
pub(super) use exceptions::RULE as EXCEPTION_FLOW;
pub(super) use fallback::RULE as INTERPRETER_BOUND;
pub(super) use numeric::RULE as NUMERIC_LOOP;
pub(super) use numpy::{BUILTIN as NUMPY_BUILTIN, SCALAR as NUMPY_SCALAR};
pub(super) use slices::RULE as SLICE_CONSUME;
