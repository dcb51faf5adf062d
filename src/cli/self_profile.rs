//! Helioscope profiles itself: `--self-profile out.pb.gz` records where its own time goes, for Helioscope to open.

use std::path::Path;

/// Records where the process spends its processor time, from [`start`](Self::start) to [`finish`](Self::finish).
///
/// There can be one at a time in a process.
pub(super) struct SelfProfiler {
    #[cfg(unix)]
    recording: unix::Recording,
}

impl SelfProfiler {
    /// Begins to record.
    #[cfg(unix)]
    pub(super) fn start() -> Result<Self, String> {
        Ok(Self { recording: unix::Recording::start()? })
    }

    /// Recording itself needs signals, which this system does not have.
    #[cfg(not(unix))]
    pub(super) fn start() -> Result<Self, String> {
        Err("Helioscope can record itself on Linux and macOS only.".to_owned())
    }

    /// Ends the recording and writes it to a file, gzipped pprof. Returns how many samples it has.
    #[cfg(unix)]
    pub(super) fn finish(self, path: &Path) -> Result<i64, String> {
        let profile = self.recording.finish()?;
        crate::export::pprof::save(&profile, path)
            .map_err(|error| format!("{} could not be written: {error}", path.display()))?;
        Ok(profile.total(unix::SAMPLES))
    }

    /// Never called: there is no recording to end.
    #[cfg(not(unix))]
    pub(super) fn finish(self, _path: &Path) -> Result<i64, String> {
        Err("Helioscope can record itself on Linux and macOS only.".to_owned())
    }
}

#[cfg(unix)]
mod unix {
    use crate::model::{Frame, FrameId, Function, MetricId, Profile, ProfileBuilder, StringId, Track, Unit};
    use pprof::{Frames, ProfilerGuard, ProfilerGuardBuilder, Report, Symbol};
    use std::time::SystemTime;

    /// Samples a second of processor time. The kernel looks at the timer once a tick, mostly 250 times a second; a
    /// faster timer would claim samples that are never taken.
    const FREQUENCY: i32 = 250;

    const PERIOD_NS: i64 = 1_000_000_000 / FREQUENCY as i64;

    /// Walking the stack from a signal that hits these may deadlock.
    const NOT_RECORDED: [&str; 4] = ["libc", "libgcc", "pthread", "vdso"];

    /// The metric that counts samples: the profile has a row for each stack of each thread.
    pub(super) const SAMPLES: MetricId = MetricId(0);

    pub(super) struct Recording {
        guard: ProfilerGuard<'static>,
    }

    impl Recording {
        pub(super) fn start() -> Result<Self, String> {
            let builder = ProfilerGuardBuilder::default().frequency(FREQUENCY).blocklist(&NOT_RECORDED);
            let guard = builder.build().map_err(|error| format!("Helioscope cannot record itself: {error}"))?;
            Ok(Self { guard })
        }

        pub(super) fn finish(self) -> Result<Profile, String> {
            let report = self.guard.report().build().map_err(|error| format!("the recording was lost: {error}"))?;
            profile(&report).map_err(|error| error.to_string())
        }
    }

    fn profile(report: &Report) -> Result<Profile, crate::model::BuildError> {
        let mut builder = ProfileBuilder::new("pprof");
        builder.metric("samples", Unit::Count);
        builder.metric("cpu", Unit::Nanoseconds);
        let origin = builder.origin_mut();
        origin.period_ns = Some(PERIOD_NS);
        origin.duration_ns = i64::try_from(report.timing.duration.as_nanos()).ok();
        let since_1970 = report.timing.start_time.duration_since(SystemTime::UNIX_EPOCH).ok();
        origin.start_unix_ns = since_1970.and_then(|time| i64::try_from(time.as_nanos()).ok());
        origin.comments = vec![
            concat!("Helioscope ", env!("CARGO_PKG_VERSION"), ", recorded by itself").to_owned(),
            format!("Time inside {} is not recorded.", NOT_RECORDED.join(", ")),
        ];
        for (frames, count) in &report.data {
            add_sample(&mut builder, frames, *count as i64);
        }
        builder.finish()
    }

    fn add_sample(builder: &mut ProfileBuilder, frames: &Frames, count: i64) {
        let track = builder.track_like(&Track {
            name: frames.thread_name.clone(),
            // Not the system's number of the thread but the library's: it tells threads of one name apart.
            tid: Some(frames.thread_id),
            pid: Some(u64::from(std::process::id())),
            process: String::new(),
        });
        let mut stack = Vec::new();
        for symbols in frames.frames.iter().rev() {
            // One address may lie in several functions, innermost first: all but the outermost were inlined.
            for (i, symbol) in symbols.iter().rev().enumerate() {
                stack.push(frame(builder, symbol, i > 0));
            }
        }
        let stack = builder.stack_of(&stack);
        builder.sample(track, stack, None, &[count, count.saturating_mul(PERIOD_NS)]);
    }

    fn frame(builder: &mut ProfileBuilder, symbol: &Symbol, inlined: bool) -> FrameId {
        let file = symbol.filename.as_ref().map_or_else(Default::default, |file| file.to_string_lossy());
        let (name, file) = (builder.string(&symbol.name()), builder.string(&file));
        let function = builder.function(Function { name, file, line: 0, object: StringId::EMPTY });
        builder.frame_of(Frame { function, line: symbol.lineno(), inlined })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{SelfProfiler, unix};
    use crate::import::{self, Job};
    use crate::model::FunctionId;
    use std::time::{Duration, Instant};

    #[inline(never)]
    fn count_primes_for_the_self_profiler(until: Instant) -> u64 {
        let mut found = 0;
        let mut number = 3_u64;
        while Instant::now() < until {
            for _ in 0..1000 {
                found += u64::from((2..200).all(|divisor| !number.is_multiple_of(divisor)));
                number += 2;
            }
        }
        found
    }

    #[test]
    fn a_busy_loop_is_found_in_the_recording() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("self.pb.gz");
        let profiler = SelfProfiler::start().expect("starts");
        let found =
            std::hint::black_box(count_primes_for_the_self_profiler(Instant::now() + Duration::from_millis(400)));
        assert!(found > 0);
        let samples = profiler.finish(&path).expect("is written");

        let profile = import::open(&path, &Job::new()).expect("opens");
        assert_eq!((profile.origin().format, profile.total(unix::SAMPLES)), ("pprof", samples));
        assert!(samples > profile.sample_count() as i64, "a loop is seen more than once on one stack");
        let names: Vec<&str> = (0..profile.functions().len()).map(|f| profile.name(FunctionId::at(f))).collect();
        assert!(names.iter().any(|name| name.contains("count_primes_for_the_self_profiler")), "{names:?}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1, "only the profile is left");
    }
}
