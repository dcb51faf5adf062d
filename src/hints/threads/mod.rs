//! Threads, locks and processes.

mod gil;
mod locks;
mod polling;
mod processes;

pub(super) use gil::{CONTENTION as GIL_CONTENTION, CPU as GIL_CPU};
pub(super) use locks::RULE as LOCK_CONTENTION;
pub(super) use polling::RULE as BUSY_POLL;
pub(super) use processes::RULE as MP_IPC;
