//! What was measured, and in which unit.

/// A unit of measure. Values are stored as integers in the base unit: seconds in a file become nanoseconds, kilobytes
/// become bytes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Unit {
    /// Time, in nanoseconds.
    Nanoseconds,
    /// Memory, in bytes.
    Bytes,
    /// How many times the profiler looked.
    Samples,
    /// How many of something: calls, objects, contentions.
    Count,
    /// A unit of the profiler's own, kept as it is named in the file.
    Other(Box<str>),
}

impl Unit {
    /// The short name used in machine-readable output: `ns`, `bytes`, `samples`, `count`, or the profiler's own.
    pub fn name(&self) -> &str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Bytes => "bytes",
            Self::Samples => "samples",
            Self::Count => "count",
            Self::Other(name) => name,
        }
    }

    /// The base unit of a unit named in a file, and how many of it one of the file's is: `("ms")` is nanoseconds and
    /// 1,000,000. An unknown name is kept with a factor of one.
    pub fn from_name(name: &str) -> (Self, i64) {
        let plain = name.trim().to_ascii_lowercase();
        // The micro sign and the Greek letter look alike, and writers use both.
        match plain.as_str() {
            "ns" | "nanosecond" | "nanoseconds" => (Self::Nanoseconds, 1),
            "us" | "\u{b5}s" | "\u{3bc}s" | "usec" | "microsecond" | "microseconds" => (Self::Nanoseconds, 1_000),
            "ms" | "msec" | "millisecond" | "milliseconds" => (Self::Nanoseconds, 1_000_000),
            "s" | "sec" | "second" | "seconds" => (Self::Nanoseconds, 1_000_000_000),
            "minute" | "minutes" => (Self::Nanoseconds, 60_000_000_000),
            "hour" | "hours" => (Self::Nanoseconds, 3_600_000_000_000),
            "b" | "byte" | "bytes" => (Self::Bytes, 1),
            "kb" | "kib" | "kilobyte" | "kilobytes" => (Self::Bytes, 1 << 10),
            "mb" | "mib" | "megabyte" | "megabytes" => (Self::Bytes, 1 << 20),
            "gb" | "gib" | "gigabyte" | "gigabytes" => (Self::Bytes, 1 << 30),
            "sample" | "samples" => (Self::Samples, 1),
            "" | "count" | "none" => (Self::Count, 1),
            _ => (Self::Other(name.trim().into()), 1),
        }
    }
}

/// A thing that was measured: `cpu` in nanoseconds, `alloc_space` in bytes, `samples`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Metric {
    /// The profiler's own name for it.
    pub name: String,
    /// The base unit its values are stored in.
    pub unit: Unit,
}
