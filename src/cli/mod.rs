//! Layer.

pub mod self_profile;
