//! The walk over a profile's dictionary, straight into a call graph.

use super::NAME;
use super::figures::{self, Odd, TimeUnit, TooLong};
use super::interpreter::Traces;
use crate::import::marshal::{Damage, Entry, Item, Layout, Number, Opened, Walker};
use crate::import::{ImportError, Job};
use crate::model::{Function, FunctionId, GraphBuilder, Profile, StringId, Unit};

/// What is taken for granted about a file before it is read. The file may show that it is otherwise.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    layout: &'static Layout,
    unit: TimeUnit,
    sampled: bool,
}

impl Plan {
    /// Seconds and calls, as almost every file has them.
    pub(super) fn new(layout: &'static Layout) -> Self {
        Self { layout, unit: TimeUnit::Seconds, sampled: false }
    }
}

/// Why a file was not read to its end.
pub(super) enum Stop {
    /// It has to be read again, by another plan.
    Again(Plan),
    /// It is damaged, or its code objects are of another layout.
    Damage(Damage),
    Error(Box<ImportError>),
}

impl From<Damage> for Stop {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}

/// The key of a row.
enum Key {
    Function(FunctionId),
    /// Python 3.15's `('__sampled__',)`.
    Sampled,
}

/// The figures of a function, all callers together or one of them.
struct Figures {
    calls: Option<i64>,
    primitive_calls: Option<i64>,
    own: i64,
    total: i64,
}

/// How many of the file's rows could not be taken as they stand.
#[derive(Default)]
struct Tally {
    rows_without_calls: u64,
    edges_without_calls: u64,
    repeated_rows: u64,
    reversed_calls: u64,
}

/// How many functions are read between two reports of progress, and how many callers of one function.
const ROWS_A_REPORT: usize = 1024;
const CALLERS_A_REPORT: usize = 1 << 15;

pub(super) struct Reader<'a> {
    job: &'a Job,
    walker: Walker<'a>,
    builder: GraphBuilder,
    plan: Plan,
    /// How many rows were read.
    rows: usize,
    /// The functions that have a row, in the order of the rows.
    listed: Vec<FunctionId>,
    is_listed: Vec<bool>,
    /// Callers of the function being read that come with a count alone.
    counted_callers: Vec<(FunctionId, i64)>,
    saw_counted_callers: bool,
    /// `~`, which stands where built-ins have no file.
    tilde: StringId,
    own_sum: u128,
    own_samples: i64,
    /// Whether some function has no caller, itself aside.
    has_root: bool,
    /// Whether some function spent time in others.
    calls_others: bool,
    tally: Tally,
    odd: Odd,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], plan: Plan, job: &'a Job) -> Self {
        let mut builder = GraphBuilder::new(NAME);
        let unit = match plan.unit {
            TimeUnit::Seconds => Unit::Nanoseconds,
            TimeUnit::TimerUnits => Unit::Other("timer units".into()),
        };
        builder.metric("time", unit);
        if plan.sampled {
            builder.metric("samples", Unit::Samples);
        }
        let tilde = builder.string("~");
        Self {
            job,
            walker: Walker::new(bytes, plan.layout),
            builder,
            plan,
            rows: 0,
            listed: Vec::new(),
            is_listed: Vec::new(),
            counted_callers: Vec::new(),
            saw_counted_callers: false,
            tilde,
            own_sum: 0,
            own_samples: 0,
            has_root: false,
            calls_others: false,
            tally: Tally::default(),
            odd: Odd::default(),
        }
    }

    /// Whether the file holds code objects, so that another layout of theirs may be the right one.
    pub(super) fn saw_code(&self) -> bool {
        self.walker.saw_code
    }

    /// Walks the whole dictionary.
    pub(super) fn walk(&mut self) -> Result<(), Stop> {
        let opened = self.walker.open()?;
        if opened.code != b'{' {
            return Err(Damage { at: opened.start, why: "it does not begin with a dictionary" }.into());
        }
        while self.row()? {
            self.rows += 1;
            if self.rows.is_multiple_of(ROWS_A_REPORT) {
                self.report()?;
            }
        }
        // Only a layout that reads the file to its last byte is the right one.
        if self.saw_code() && self.walker.remaining() > 0 {
            return Err(self.damage("bytes that are no part of the profile follow it"));
        }
        if self.own_sum > i64::MAX as u128 && self.plan.unit == TimeUnit::Seconds {
            return Err(self.again_in_timer_units());
        }
        Ok(())
    }

    fn report(&self) -> Result<(), Stop> {
        let (at, left) = (self.walker.position() as u64, self.walker.remaining() as u64);
        self.job.progress(at, at + left).map_err(|e| Stop::Error(Box::new(e)))
    }

    fn damage(&self, why: &'static str) -> Stop {
        Damage { at: self.walker.position(), why }.into()
    }

    fn again_in_timer_units(&self) -> Stop {
        Stop::Again(Plan { unit: TimeUnit::TimerUnits, ..self.plan })
    }

    /// Reads a function and its figures; false at the end.
    fn row(&mut self) -> Result<bool, Stop> {
        let key = match self.walker.item()? {
            Item::End => return Ok(false),
            Item::Function(id) => Key::Function(id),
            Item::Container(opened) => self.key(&opened)?,
        };
        match key {
            Key::Function(function) => self.function(function)?,
            Key::Sampled if self.plan.sampled => self.walker.skip()?,
            Key::Sampled => return Err(Stop::Again(Plan { sampled: true, ..self.plan })),
        }
        Ok(true)
    }

    /// `('app/csv.py', 12, 'parse')`
    #[inline]
    fn key(&mut self, opened: &Opened) -> Result<Key, Stop> {
        const NO_FUNCTION: &str = "something else stands where a function (file, line, name) belongs";
        let no_function = Stop::Damage(Damage { at: opened.start, why: NO_FUNCTION });
        if !matches!(opened.code, b'(' | b')') {
            return Err(no_function);
        }
        match self.walker.tuple_len(opened)? {
            3 => {}
            1 => {
                let text = self.walker.text(&mut self.builder)?;
                self.walker.close(opened)?;
                return if self.builder.text(text) == "__sampled__" { Ok(Key::Sampled) } else { Err(no_function) };
            }
            _ => return Err(no_function),
        }
        let file = self.walker.text(&mut self.builder)?;
        let line = match self.walker.number()? {
            Number::Int(line) => u32::try_from(line).unwrap_or(0),
            Number::Float(_) | Number::None => 0,
        };
        let name = self.walker.text(&mut self.builder)?;
        self.walker.close(opened)?;
        let file = if file == self.tilde && line == 0 { StringId::EMPTY } else { file };
        let id = self.builder.function(Function { name, file, line, object: StringId::EMPTY });
        self.walker.remember(opened, id);
        Ok(Key::Function(id))
    }

    /// `(primitive calls, calls, self, total, callers)`
    fn function(&mut self, function: FunctionId) -> Result<(), Stop> {
        let opened = self.walker.open()?;
        if self.walker.tuple_len(&opened)? != 5 {
            let why = "a function's figures are not five (calls twice, times twice, callers)";
            return Err(Damage { at: opened.start, why }.into());
        }
        let primitive_calls = self.count()?;
        let calls = self.count()?;
        let figures = Figures { calls, primitive_calls, own: self.time()?, total: self.time()? };
        self.callers(function, &figures)?;
        self.walker.close(&opened)?;
        self.add(function, &figures);
        Ok(())
    }

    /// `{caller: (calls, primitive calls, self, total), …}` or `{caller: calls, …}`
    fn callers(&mut self, callee: FunctionId, whole: &Figures) -> Result<(), Stop> {
        let opened = self.walker.open()?;
        if opened.code != b'{' {
            return Err(Damage { at: opened.start, why: "a function's callers are not a dictionary" }.into());
        }
        let mut is_called = false;
        let mut callers = 0_usize;
        loop {
            let caller = match self.walker.item()? {
                Item::End => break,
                Item::Function(id) => id,
                Item::Container(opened) => match self.key(&opened)? {
                    Key::Function(id) => id,
                    Key::Sampled => return Err(self.damage("a mark stands where a caller belongs")),
                },
            };
            is_called |= caller != callee;
            callers += 1;
            if callers.is_multiple_of(CALLERS_A_REPORT) {
                self.report()?;
            }
            match self.walker.tuple_or_number()? {
                Entry::Tuple(opened) => self.edge(caller, callee, &opened)?,
                Entry::Number(number) => {
                    let count = figures::count(number, &mut self.odd).unwrap_or(0);
                    self.counted_callers.push((caller, count));
                }
            }
        }
        self.walker.close(&opened)?;
        self.has_root |= !is_called;
        if !self.counted_callers.is_empty() {
            self.saw_counted_callers = true;
            self.add_counted_edges(callee, whole);
            self.counted_callers.clear();
        }
        Ok(())
    }

    fn edge(&mut self, caller: FunctionId, callee: FunctionId, opened: &Opened) -> Result<(), Stop> {
        if self.walker.tuple_len(opened)? != 4 {
            return Err(
                Damage { at: opened.start, why: "a caller's figures are not four (calls twice, times twice)" }.into()
            );
        }
        let (calls, primitive_calls) = (self.count()?, self.count()?);
        let (own, total) = (self.time()?, self.time()?);
        self.walker.close(opened)?;
        self.tally.edges_without_calls += u64::from(calls.is_none());
        let (calls, primitive_calls) = (calls.unwrap_or(0), primitive_calls.unwrap_or(0));
        if self.plan.sampled {
            self.builder.add_edge(caller, callee, (0, 0), &[own, primitive_calls], &[total, calls]);
        } else {
            self.builder.add_edge(caller, callee, (calls, primitive_calls), &[own], &[total]);
        }
        Ok(())
    }

    /// Gives callers that come with a count alone their share of the function's figures.
    fn add_counted_edges(&mut self, callee: FunctionId, whole: &Figures) {
        let counts = || self.counted_callers.iter().map(|(_, count)| *count);
        let all = counts().fold(0_i64, i64::saturating_add).max(whole.calls.unwrap_or(0));
        let own = figures::split(whole.own, counts(), all);
        if self.plan.sampled {
            // Here a count is of samples with both on the stack, so it is the edge's total.
            let own_samples = figures::split(whole.primitive_calls.unwrap_or(0), counts(), all);
            let totals = figures::split(whole.total, counts(), all);
            for (((&(caller, count), own), own_samples), total) in
                self.counted_callers.iter().zip(own).zip(own_samples).zip(totals)
            {
                self.builder.add_edge(caller, callee, (0, 0), &[own, own_samples], &[total, count]);
            }
            return;
        }
        // A call of itself is inside a call from elsewhere, whose total covers it.
        let from_elsewhere = || self.counted_callers.iter().map(|(caller, n)| if *caller == callee { 0 } else { *n });
        let inner =
            all - counts().zip(from_elsewhere()).fold(0_i64, |sum, (n, other)| sum.saturating_add(n - other)).min(all);
        let totals = figures::split(whole.total, from_elsewhere(), inner);
        for ((&(caller, count), own), total) in self.counted_callers.iter().zip(own).zip(totals) {
            self.builder.add_edge(caller, callee, (count, count), &[own], &[total]);
        }
    }

    fn add(&mut self, function: FunctionId, figures: &Figures) {
        self.list(function);
        self.own_sum += u128::from(figures.own.unsigned_abs());
        self.calls_others |= figures.total > figures.own;
        self.tally.rows_without_calls += u64::from(figures.calls.is_none());
        let (calls, primitive_calls) = (figures.calls.unwrap_or(0), figures.primitive_calls.unwrap_or(0));
        if self.plan.sampled {
            self.own_samples = self.own_samples.saturating_add(primitive_calls);
            self.builder.add(function, 0, 0, &[figures.own, primitive_calls], &[figures.total, calls]);
        } else {
            self.tally.reversed_calls += u64::from(primitive_calls > calls);
            self.builder.add(function, calls, primitive_calls, &[figures.own], &[figures.total]);
        }
    }

    fn list(&mut self, function: FunctionId) {
        if self.is_listed.len() <= function.index() {
            self.is_listed.resize(function.index() + 1, false);
        }
        if std::mem::replace(&mut self.is_listed[function.index()], true) {
            self.tally.repeated_rows += 1;
        } else {
            self.listed.push(function);
        }
    }

    #[inline]
    fn count(&mut self) -> Result<Option<i64>, Stop> {
        Ok(figures::count(self.walker.number()?, &mut self.odd))
    }

    #[inline]
    fn time(&mut self) -> Result<i64, Stop> {
        let number = match self.walker.plain_float() {
            Some(seconds) => Number::Float(seconds),
            None => self.walker.number()?,
        };
        figures::time(number, self.plan.unit, &mut self.odd).map_err(|TooLong| self.again_in_timer_units())
    }

    /// Seals what was read.
    pub(super) fn finish(mut self) -> Result<Profile, ImportError> {
        self.describe();
        let dropped = self.builder.keep_functions(&self.listed);
        self.warn(dropped as u64);
        Ok(self.builder.finish()?)
    }

    fn describe(&mut self) {
        let layout = self.saw_code().then_some(self.plan.layout);
        let traces = Traces::of(&self.builder, layout, self.walker.saw_byte_text);
        let producer = if self.plan.sampled { "profiling.sampling" } else { traces.profiler };
        let origin = self.builder.origin_mut();
        producer.clone_into(&mut origin.producer);
        origin.interpreter = traces.interpreter.shown();
        if self.plan.sampled && self.plan.unit == TimeUnit::Seconds && self.own_samples > 0 {
            origin.period_ns = i64::try_from(self.own_sum / u128::from(self.own_samples.unsigned_abs())).ok();
        }
        if traces.has_threads {
            self.builder.warn(if traces.interpreter.may_mix_threads() { MIXED_THREADS } else { ADDED_THREADS });
        }
    }

    fn warn(&mut self, edges_dropped: u64) {
        let Self { builder, tally, odd, .. } = self;
        if self.plan.sampled {
            builder.without_calls();
            builder.warn(SAMPLED);
        } else if tally.rows_without_calls == self.listed.len() as u64 {
            if tally.rows_without_calls > 0 {
                builder.without_calls();
            }
        } else {
            builder.warn_times(FUNCTION_WITHOUT_CALLS, tally.rows_without_calls);
            builder.warn_times(CALLER_WITHOUT_CALLS, tally.edges_without_calls);
        }
        if self.saw_counted_callers {
            builder.without_edge_costs();
            if !self.plan.sampled {
                builder.warn(COUNTED_CALLERS);
            }
        } else if self.calls_others && builder.edge_count() == 0 {
            builder.warn(NO_CALLERS);
        } else if !self.has_root && !self.listed.is_empty() {
            builder.warn(NO_ROOT);
        }
        if self.plan.unit == TimeUnit::TimerUnits {
            builder.warn(TIMER_UNITS);
        }
        builder.warn_times(UNLISTED_CALLER, edges_dropped);
        builder.warn_times(REPEATED_FUNCTION, tally.repeated_rows);
        builder.warn_times(REVERSED_CALLS, tally.reversed_calls);
        builder.warn_times(NEGATIVE_TIME, odd.negative_times);
        builder.warn_times(TIME_NOT_FINITE, odd.times_not_finite);
        builder.warn_times(IMPOSSIBLE_COUNT, odd.impossible_counts);
        builder.warn_times(NOT_UTF8, self.walker.latin1_texts);
        builder.warn_times(SURROGATES, self.walker.surrogate_texts);
        let left = self.walker.remaining();
        if left > 0 {
            builder.warn(&format!(
                "{left} bytes that are no part of the profile follow it in the file; they were left out, as pstats does."
            ));
        }
    }
}

const MIXED_THREADS: &str = "This profile holds several threads: from Python 3.12 on, cProfile records all threads as if \
    they ran on one stack. Times of a function and its callers may belong to another thread, totals may exceed the run \
    time, and shares are capped at 100 %.";
const ADDED_THREADS: &str =
    "This profile adds up several threads, so totals may exceed the run time; shares are capped at 100 %.";
const SAMPLED: &str = "This profile was sampled: it holds no calls, and each row is a line of a function, not a whole \
    function. Totals of several lines of one function overlap, so they are not to be added up. Self times by caller are \
    estimated.";
const COUNTED_CALLERS: &str = "This profile counts how often each caller called a function, but not how long that took: \
    times by caller are estimated from the counts.";
const NO_CALLERS: &str = "This profile was recorded without callers (`subcalls=False`), so there are no callers, callees or call tree to show.";
const NO_ROOT: &str = "Every function of this profile was called by another one, so it does not tell where the program \
    began: where the call tree begins is a guess.";
const TIMER_UNITS: &str = "Read as seconds, the times of this profile are longer than 292 years, so they come from a timer \
    of the program's own: they are shown in its units, whatever those are.";
const FUNCTION_WITHOUT_CALLS: &str = "A function has no number of calls; it is shown as 0.";
const CALLER_WITHOUT_CALLS: &str = "A caller has no number of calls; it is shown as 0.";
const UNLISTED_CALLER: &str = "A function was called by one that the profile has no figures of; that caller is left out, as it is in pstats' table.";
const REPEATED_FUNCTION: &str = "A function stands in the file more than once; its figures were added up.";
const REVERSED_CALLS: &str = "A function has more primitive calls than calls, as yappi writes them by mistake; both are \
    shown as pstats shows them.";
const NEGATIVE_TIME: &str = "A time is negative; it is shown as 0.";
const TIME_NOT_FINITE: &str = "A time is not a finite number; it is shown as 0.";
const IMPOSSIBLE_COUNT: &str = "A number of calls is too large to be true; it is shown as 0.";
const NOT_UTF8: &str = "A name or path is not UTF-8; it was read as Latin-1, so some of its letters may be wrong.";
const SURROGATES: &str = "A name or path holds bytes that Python could not decode; they are shown as `\\udc…`.";
