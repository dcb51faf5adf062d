//! The window: draws borrowed data, and returns what the user wants as [`Action`]s. Nothing here changes a session.

mod action;
mod cell;
mod context;
mod details;
mod theme;

pub mod views;

pub use action::{Action, Actions, Command};
pub use context::{TreeKind, TreeNeed, Trees, ViewCtx};
pub use details::details_ui;
pub use theme::Theme;
