//! Waiting for other machines.

mod sequential;

pub(super) use sequential::RULE as SEQUENTIAL_IO;
