//! The window: draws borrowed data, and returns what the user wants as [`Action`]s. Nothing here changes a session.

mod accessible;
mod action;
pub mod annotations;
pub mod bounds_strip;
pub mod canvas;
mod cell;
pub mod chrome;
mod compare;
pub mod compare_bar;
mod context;
mod details;
mod difference;
pub mod drops;
mod empty;
pub mod export_dialog;
mod figures;
mod hint_marks;
pub mod hints_page;
mod legend;
mod menus;
pub mod notice;
pub mod overlays;
pub mod search_field;
pub mod source_page;
pub mod start;
pub mod theme;
mod tooltip;

pub mod views;

pub(crate) use empty::{message as empty_message, no_trees as no_trees_message};

pub use action::{Action, Actions, Command, EDITORS};
pub use compare::CompareCtx;
pub use compare_bar::Arrangement;
pub use context::{OverTimeNeed, TreeKind, TreeNeed, Trees, ViewCtx};
pub use details::details_ui;
pub use theme::Theme;
