//! Layer.

pub mod pprof;
