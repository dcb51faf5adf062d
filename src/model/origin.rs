//! Where a profile came from, and what was lost on the way.

/// What the order and the times of samples mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TimeMeaning {
    /// Samples have no order: no timeline can be drawn.
    #[default]
    None,
    /// Samples stand in the order they were taken, but gaps are not recorded: positions are sums of weights, not wall
    /// time. (py-spy's speedscope output is like this.)
    Order,
    /// Times are clock times of the recording.
    Clock,
}

/// Provenance of a profile. What a file does not tell stays empty.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Name of the format it was read as, from the table of formats.
    pub format: &'static str,
    /// The program that wrote it, with its version where known: `py-spy@0.4.0`.
    pub producer: String,
    /// The interpreter that ran the program: `Python 3.12`.
    pub interpreter: Option<String>,
    /// The program's command line.
    pub command: Option<String>,
    /// Nanoseconds between two samples.
    pub period_ns: Option<i64>,
    /// How long the recording took.
    pub duration_ns: Option<i64>,
    /// When the recording began, in nanoseconds since 1970.
    pub start_unix_ns: Option<i64>,
    /// Remarks the profiler left in the file.
    pub comments: Vec<String>,
    /// What sample times mean.
    pub time: TimeMeaning,
}

/// Something a reader must know about a profile before believing it: what was skipped, repaired or estimated.
///
/// It stays with the profile as long as the profile is open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// A full sentence.
    pub text: String,
    /// How many times it happened; 1 where it happens once a file.
    pub count: u64,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)?;
        if self.count > 1 {
            write!(f, " ({} times)", self.count)?;
        }
        Ok(())
    }
}
