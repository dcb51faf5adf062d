//! Programs on an event loop.

mod blocking;
mod computing;
mod overhead;
mod sequential;

pub(super) use blocking::{DRIVER as SYNC_DRIVER, IO as BLOCKING_IO, SLEEP as BLOCKING_SLEEP};
pub(super) use computing::RULE as CPU_IN_ASYNC;
pub(super) use overhead::RULE as ASYNC_OVERHEAD;
pub(super) use sequential::RULE as SEQUENTIAL_AWAIT;

use super::Ctx;
use super::context::Within;

/// What an event loop runs: callbacks and the steps of tasks.
const HANDLES: &[&str] = &["asyncio.events:_run", "uvloop.loop:run_forever", "trio._core._run:unrolled_run"];

/// What ran on an event loop; `None` where there is none.
fn on_the_loop(ctx: &Ctx<'_>) -> Option<Within> {
    let handles = ctx.find(HANDLES);
    (!handles.is_empty()).then(|| ctx.within(&handles))
}
