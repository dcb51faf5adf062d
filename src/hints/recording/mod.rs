//! What a recording is of: start-up, servers, waiting, memory, and the profiler itself.

mod caches;
mod deployment;
mod imports;
mod measurement;
mod memory;

pub(super) use caches::RULE as UNBOUNDED_CACHE;
pub(super) use deployment::{DEV_SERVER, SATURATED as WORKER_SATURATED};
pub(super) use imports::{HEAVY as IMPORT_HEAVY, HOT as IMPORT_HOT};
pub(super) use measurement::{
    DISTORTED as PROFILER_DISTORTION, IDLE as MOSTLY_IDLE, MIXED as MIXED_THREADS, WORKERS as WORKERS_NOT_PROFILED,
};
pub(super) use memory::{GARBAGE as GC_PRESSURE, MATERIALIZE};
