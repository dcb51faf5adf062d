//! Protocol buffers, as far as pprof needs them.

/// Writes protobuf messages.
#[derive(Debug, Default)]
pub struct Writer;
