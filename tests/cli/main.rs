//! The program as scripts run it: what it prints, in full, and how it ends.

mod export;
mod info;
mod support;
mod top;
mod usage;
