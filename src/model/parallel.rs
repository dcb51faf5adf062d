//! Both of the machine's hands.

use std::panic::resume_unwind;
use std::thread::{Builder, ScopedJoinHandle, scope};

/// Does two things at the same time, the first on a thread of its own where one can be had.
pub(crate) fn both<A: Send, B>(first: impl Fn() -> A + Send + Sync, second: impl FnOnce() -> B) -> (A, B) {
    scope(|scope| {
        let thread = Builder::new().name("counting".to_owned()).spawn_scoped(scope, &first);
        let b = second();
        let a = match thread.map(ScopedJoinHandle::join) {
            Ok(Ok(a)) => a,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => first(),
        };
        (a, b)
    })
}
