//! Helioscope: a profile viewer for Python developers.
//!
//! Everything flows one way: bytes → [`import`] → [`model`] → [`analyze`] → [`layout`] → [`ui`] (a window) or
//! [`export`] (a file). A profile never changes once it is built, and each stage is a function of what stands to its
//! left and a small [`analyze::Query`]. `ARCHITECTURE.md` has the picture and the reasons; `src/README.md` says where
//! things are.

pub mod analyze;
pub mod app;
pub mod cli;
pub mod export;
pub mod hints;
pub mod import;
pub mod layout;
pub mod model;
pub mod source;
pub mod ui;
