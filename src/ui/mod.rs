//! The window: draws borrowed data, and returns what the user wants as [`Action`]s. Nothing here changes a session.

mod action;
pub mod canvas;
mod canvas_paint;
mod context;
mod menus;
pub mod theme;
mod tooltip;

pub mod views;

pub use action::{Action, Actions, Command};
pub use context::{TreeKind, TreeNeed, Trees, ViewCtx};
pub use theme::Theme;
