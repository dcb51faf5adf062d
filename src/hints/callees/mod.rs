//! The table of rules on hot callees.

pub(super) mod builtin;
pub(super) mod database;
pub(super) mod files;
pub(super) mod frames;
pub(super) mod library;
pub(super) mod processes;
pub(super) mod regex;
pub(super) mod serialization;
