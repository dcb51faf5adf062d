//! Queries: too many, too slow, or one row at a time.

mod queries;

pub(super) use queries::{EXECUTEMANY as DB_EXECUTEMANY, N_PLUS_ONE, SLOW_QUERY};
