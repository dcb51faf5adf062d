//! The table, the details of the selection, and the tables of callers and callees, driven by their accessible names.

mod callers;
mod details;
mod stage;
mod table;
