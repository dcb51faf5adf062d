//! What a program spent its time on: computing, or waiting, and for what.
//!
//! A share of the run says little about a program that slept most of it. So the hints measure against the *active* part,
//! and this is where it comes from: every function is told by its name and module to compute or to wait, and what is
//! called while a module is being imported counts as importing.

use super::{Analysis, Class, Classes, is_of_another_language, shares_below};
use crate::model::{Body, CallGraph, FunctionId, MetricId, Profile, StackProfile};

/// What time was spent on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Activity {
    /// Running Python code.
    Python,
    /// In built-in functions and extension modules.
    Native,
    /// Reading and writing files.
    Files,
    /// Waiting for the network, a pipe or another process.
    Waiting,
    /// Waiting for a lock, a queue, another thread or the GIL.
    Locks,
    /// Sleeping.
    Sleeping,
    /// An event loop with nothing to do.
    EventLoop,
    /// Importing modules.
    Importing,
    /// Collecting garbage.
    Garbage,
}

impl Activity {
    /// Every activity, in the order they are shown.
    pub const ALL: [Self; 9] = [
        Self::Python,
        Self::Native,
        Self::Files,
        Self::Waiting,
        Self::Locks,
        Self::Sleeping,
        Self::EventLoop,
        Self::Importing,
        Self::Garbage,
    ];

    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Native => "native and built-in",
            Self::Files => "files",
            Self::Waiting => "waiting for I/O",
            Self::Locks => "waiting for locks",
            Self::Sleeping => "sleeping",
            Self::EventLoop => "idle event loop",
            Self::Importing => "importing",
            Self::Garbage => "garbage collection",
        }
    }

    /// Its name in machine-readable output.
    pub fn key(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Native => "native",
            Self::Files => "files",
            Self::Waiting => "io",
            Self::Locks => "locks",
            Self::Sleeping => "sleeping",
            Self::EventLoop => "event_loop",
            Self::Importing => "importing",
            Self::Garbage => "gc",
        }
    }

    /// Whether the processor has something to do.
    pub fn is_active(self) -> bool {
        !matches!(self, Self::Waiting | Self::Locks | Self::Sleeping | Self::EventLoop)
    }

    fn index(self) -> usize {
        self as usize
    }
}

/// How the recorded time divides.
#[derive(Clone, Debug)]
pub struct Bounds {
    amounts: [i64; Activity::ALL.len()],
    of_function: Vec<Activity>,
    /// Of a call graph, by function.
    imported: Vec<f64>,
}

impl Bounds {
    /// Divides the time of an analysis; groups, transforms and threads of its query are not looked at.
    pub fn new(analysis: &Analysis) -> Self {
        let profile = analysis.profile();
        let metric = analysis.query().metric;
        let of_function = activities(profile, analysis.classes());
        let mut amounts = [0; Activity::ALL.len()];
        let mut imported = Vec::new();
        match profile.body() {
            Body::Stacks(body) => divide_stacks(body, metric, profile, &of_function, &mut amounts),
            Body::Graph(graph) => {
                imported = if mixes_threads(profile, analysis.classes()) {
                    vec![0.0; of_function.len()]
                } else {
                    let main = main_module(profile, analysis.classes(), graph, metric);
                    imported_shares(graph, metric, &of_function, main)
                };
                divide_graph(graph, metric, &of_function, &imported, &mut amounts);
                // Reading what another process writes waits for it.
                let files = amounts[Activity::Files.index()];
                let piped = read_from_processes(graph, metric, &of_function, analysis.classes()).clamp(0, files.max(0));
                amounts[Activity::Files.index()] -= piped;
                amounts[Activity::Waiting.index()] += piped;
            }
            // Lines say nothing of what was called.
            Body::Lines(_) => amounts[Activity::Python.index()] = analysis.sum(),
        }
        Self { amounts, of_function, imported }
    }

    /// The time of one activity, in the metric's base unit.
    pub fn amount(&self, activity: Activity) -> i64 {
        self.amounts[activity.index()]
    }

    /// All of it.
    pub fn total(&self) -> i64 {
        self.amounts.iter().sum()
    }

    /// The share of one activity, between 0 and 1.
    pub fn share(&self, activity: Activity) -> f64 {
        super::share(self.amount(activity), self.total())
    }

    /// The time the processor had something to do.
    pub fn active(&self) -> i64 {
        Activity::ALL.into_iter().filter(|a| a.is_active()).map(|a| self.amount(a)).sum()
    }

    /// What part of the calls of a function in a call graph was made while a module was imported; 0 for stacks, which
    /// tell it themselves.
    pub fn imported(&self, function: FunctionId) -> f64 {
        self.imported.get(function.index()).copied().unwrap_or(0.0)
    }

    /// Whether any Python code was recorded at all.
    pub fn has_python(&self) -> bool {
        self.of_function.contains(&Activity::Python)
    }

    /// What a function's own time is spent on, importing aside.
    pub fn activity_of(&self, function: FunctionId) -> Activity {
        self.of_function[function.index()]
    }
}

/// Modules of event loops.
const LOOPS: [&str; 6] =
    ["asyncio.base_events", "uvloop", "trio._core._run", "twisted.internet.base", "gevent.hub", "eventlet.hubs.hub"];

fn activities(profile: &Profile, classes: &Classes) -> Vec<Activity> {
    let on_a_loop = classes.modules().iter().any(|m| LOOPS.contains(&m.as_str()));
    (0..profile.functions().len())
        .map(FunctionId::at)
        .map(|f| {
            if is_of_another_language(profile.file(f)) {
                return Activity::Native;
            }
            let activity = activity(profile.name(f), classes.module(f), classes.class_of(f));
            match activity {
                // What polls for the loop is the loop's idleness.
                Activity::Waiting if on_a_loop && is_poll(profile.name(f), classes.module(f)) => Activity::EventLoop,
                other => other,
            }
        })
        .collect()
}

fn is_poll(name: &str, module: &str) -> bool {
    name.contains("'poll' of 'select.epoll'")
        || name.contains("'control' of 'select.kqueue'")
        || name.contains("select.select")
        || name.contains("GetQueuedCompletionStatus")
        || matches!(name.split_once("@@").map_or(name, |(bare, _)| bare), "epoll_wait" | "__epoll_wait" | "kevent")
        || (module == "selectors" && name.ends_with("select"))
}

fn activity(name: &str, module: &str, class: Class) -> Activity {
    // The sampler of Python 3.15 and Austin mark a collection by a frame of its own.
    if matches!(name, "<GC>" | ":GC:") {
        return Activity::Garbage;
    }
    if name.starts_with(['<', '{']) && class != Class::Yours {
        return built_in(name);
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    match (module, last) {
        ("threading", "wait" | "join" | "_wait_for_tstate_lock" | "acquire" | "__enter__")
        | ("queue", "get" | "put" | "join")
        | ("concurrent.futures._base", "result" | "wait" | "as_completed" | "exception")
        | ("multiprocessing.pool", "wait" | "get")
        | ("multiprocessing.synchronize", "__enter__" | "acquire") => Activity::Locks,
        ("selectors", "select")
        | ("socket", "readinto" | "accept" | "create_connection" | "getaddrinfo")
        | ("ssl", "read" | "recv" | "recv_into" | "do_handshake" | "send" | "sendall")
        | ("subprocess", "_try_wait" | "_wait" | "communicate" | "_communicate" | "_execute_child")
        | ("multiprocessing.connection", "_recv" | "_poll" | "wait")
        | ("multiprocessing.popen_fork", "poll") => Activity::Waiting,
        _ if module.starts_with("importlib") || module == "zipimport" => Activity::Importing,
        _ => match class {
            Class::Native => native(name),
            Class::Idle => Activity::Waiting,
            _ => Activity::Python,
        },
    }
}

fn built_in(name: &str) -> Activity {
    const SLEEPING: &[&str] = &["time.sleep"];
    const LOCKS: &[&str] = &[
        "of '_thread.lock'",
        "of '_thread.RLock'",
        "_thread._ThreadHandle",
        "of '_queue.SimpleQueue'",
        "of '_multiprocessing.SemLock'",
        "_thread.allocate_lock",
    ];
    const WAITING: &[&str] = &[
        "of 'select.",
        "select.select",
        "posix.waitpid",
        "posix.wait4",
        "posix.waitid",
        "of '_socket.socket'",
        "of '_ssl._SSLSocket'",
        "_socket.getaddrinfo",
        "_socket.gethostbyname",
        // Drivers that wait for a server in C.
        "of 'psycopg2.extensions.",
        "psycopg2._psycopg._connect",
        "of 'MySQLdb.",
        "of '_mysql.",
        "of 'pyodbc.",
        "_winapi.WaitFor",
        "_overlapped.GetQueuedCompletionStatus",
        "builtins.input",
    ];
    const FILES: &[&str] = &[
        "of '_io.",
        "_io.open",
        "io.open",
        "posix.stat",
        "posix.lstat",
        "posix.open",
        "posix.read",
        "posix.write",
        "posix.listdir",
        "posix.scandir",
        "posix.fsync",
        "nt.stat",
    ];
    let any = |names: &[&str]| names.iter().any(|n| name.contains(n));
    if any(SLEEPING) {
        Activity::Sleeping
    } else if name.contains("gc.collect") {
        Activity::Garbage
    } else if name.contains("_imp.") || name.contains("marshal.loads") {
        Activity::Importing
    } else if any(LOCKS) && !name.contains("'release'") && !name.contains("__exit__") {
        Activity::Locks
    } else if any(WAITING) {
        Activity::Waiting
    } else if any(FILES) {
        Activity::Files
    } else {
        Activity::Native
    }
}

fn native(name: &str) -> Activity {
    let name = name.split_once("@@").map_or(name, |(bare, _)| bare);
    // What a compiler made of it: `gc_collect_main.constprop.0`.
    let made = [".constprop.", ".part.", ".isra.", ".lto_priv.", ".cold"];
    let name = made.iter().find_map(|m| name.split_once(m)).map_or(name, |(bare, _)| bare);
    match name {
        "nanosleep" | "clock_nanosleep" | "__clock_nanosleep" | "runtime.usleep" => Activity::Sleeping,
        "take_gil"
        | "pthread_cond_wait"
        | "pthread_cond_timedwait"
        | "sem_wait"
        | "sem_clockwait"
        | "futex_wait"
        | "runtime.gopark"
        | "runtime.futex" => Activity::Locks,
        "poll" | "__poll" | "select" | "__select" | "epoll_wait" | "__epoll_wait" | "kevent" | "recv"
        | "__libc_recv" | "accept" | "wait4" | "runtime.netpoll" => Activity::Waiting,
        "gc_collect_main"
        | "gc_collect_region"
        | "gc_collect_with_callback"
        | "gc_collect_young"
        | "gc_collect_increment"
        | "PyGC_Collect"
        | "_PyGC_Collect"
        | "_Py_RunGC"
        | "collect"
        | "deduce_unreachable"
        | "runtime.gcBgMarkWorker" => Activity::Garbage,
        "read" | "write" | "__libc_read" | "__libc_write" | "fsync" => Activity::Files,
        _ => Activity::Native,
    }
}

/// What a sample with each of the stacks did: the innermost frame says it, unless a module was being imported around it.
pub(super) fn stack_activities(body: &StackProfile, profile: &Profile, classes: &Classes) -> Vec<Activity> {
    activities_of_stacks(body, profile, &activities(profile, classes))
}

fn activities_of_stacks(body: &StackProfile, profile: &Profile, of_function: &[Activity]) -> Vec<Activity> {
    let stacks = &body.stacks;
    let mut activity = vec![Activity::Python; stacks.len()];
    let mut importing = vec![false; stacks.len()];
    for stack in 1..stacks.len() {
        let own = of_function[profile.frame(stacks.frames()[stack]).function.index()];
        let inherited = importing[stacks.parents()[stack].index()];
        importing[stack] = inherited || own == Activity::Importing;
        let collecting = own.is_active() && activity[stacks.parents()[stack].index()] == Activity::Garbage;
        activity[stack] = if collecting {
            Activity::Garbage
        } else if importing[stack] && own.is_active() {
            Activity::Importing
        } else {
            own
        };
    }
    activity
}

fn divide_stacks(
    body: &StackProfile,
    metric: MetricId,
    profile: &Profile,
    of_function: &[Activity],
    amounts: &mut [i64; Activity::ALL.len()],
) {
    let activity = activities_of_stacks(body, profile, of_function);
    for (stack, weight) in body.samples.stacks().iter().zip(body.samples.weights(metric)) {
        amounts[activity[stack.index()].index()] += weight;
    }
}

/// Whether one recording holds several threads as if they were one: then callers say nothing about what is imported.
fn mixes_threads(profile: &Profile, classes: &Classes) -> bool {
    (0..profile.functions().len())
        .map(FunctionId::at)
        .any(|f| profile.name(f) == "_bootstrap" && classes.module(f) == "threading")
}

/// The module that is the program: it is run by the same `exec` that runs imported modules, but it is not imported.
fn main_module(profile: &Profile, classes: &Classes, graph: &CallGraph, metric: MetricId) -> Option<FunctionId> {
    (0..profile.functions().len())
        .map(FunctionId::at)
        .filter(|&f| profile.name(f) == "<module>" && classes.class_of(f) == Class::Yours)
        .max_by_key(|&f| graph.total(metric)[f.index()])
}

/// How often the share that is imported is passed on from callers to callees: imports nest a few levels deep.
const IMPORT_ROUNDS: usize = 12;

fn divide_graph(
    graph: &CallGraph,
    metric: MetricId,
    of_function: &[Activity],
    imported: &[f64],
    amounts: &mut [i64; Activity::ALL.len()],
) {
    for (f, &own) in graph.own(metric).iter().enumerate() {
        let activity = of_function[f];
        if activity.is_active() {
            let part = (own as f64 * imported[f]) as i64;
            amounts[Activity::Importing.index()] += part;
            amounts[activity.index()] += own - part;
        } else {
            amounts[activity.index()] += own;
        }
    }
}

/// What reading and writing took that `subprocess` asked for: its files are pipes.
fn read_from_processes(graph: &CallGraph, metric: MetricId, of_function: &[Activity], classes: &Classes) -> i64 {
    let files = (0..of_function.len()).filter(|&f| of_function[f] == Activity::Files);
    let pipes = files.flat_map(|f| graph.incoming(FunctionId::at(f))).map(|&e| e as usize);
    pipes
        .filter(|&e| matches!(classes.module(graph.edges()[e].caller), "subprocess" | "multiprocessing.connection"))
        .fold(0_i64, |sum, e| sum.saturating_add(graph.edge_own(metric)[e]))
}

/// What part of each function's time passed while a module was being imported, from the shares of its callers.
fn imported_shares(
    graph: &CallGraph,
    metric: MetricId,
    of_function: &[Activity],
    main: Option<FunctionId>,
) -> Vec<f64> {
    shares_below(graph, metric, IMPORT_ROUNDS, true, |f| match of_function[f.index()] {
        Activity::Importing => Some(1.0),
        _ => (main == Some(f)).then_some(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Query;
    use crate::model::{ProfileBuilder, StackId, Track, Unit};
    use std::sync::Arc;

    fn bounds(file: &str) -> Bounds {
        let mut builder = ProfileBuilder::new("test");
        builder.metric("samples", Unit::Samples);
        let track = builder.track(Track::default());
        let function = builder.function_named("main", file, 1);
        let frame = builder.frame(function, 2);
        let stack = builder.stack(StackId::EMPTY, frame);
        builder.sample(track, stack, None, &[3]);
        let profile = Arc::new(builder.finish().unwrap());
        let query = Query::new(&profile);
        Bounds::new(&Analysis::new(profile, query, None))
    }

    #[test]
    fn what_is_written_in_another_language_is_not_called_python() {
        let go = bounds("/srv/shop/main.go");
        assert_eq!((go.amount(Activity::Python), go.amount(Activity::Native)), (0, 3));
        assert!(!go.has_python());
        for file in ["/srv/shop/main.py", "/srv/shop/main", "<string>", ""] {
            let python = bounds(file);
            assert_eq!(python.amount(Activity::Python), 3, "{file}");
            assert!(python.has_python(), "{file}");
        }
    }

    /// The bounds of samples, each a stack of names and files from the outside in.
    fn of_stacks(stacks: &[&[(&str, &str)]]) -> Bounds {
        let mut builder = ProfileBuilder::new("test");
        builder.metric("samples", Unit::Samples);
        let track = builder.track(Track::default());
        for frames in stacks {
            let mut stack = StackId::EMPTY;
            for (name, file) in *frames {
                let function = builder.function_named(name, file, 1);
                let frame = builder.frame(function, 2);
                stack = builder.stack(stack, frame);
            }
            builder.sample(track, stack, None, &[1]);
        }
        let profile = Arc::new(builder.finish().unwrap());
        let query = Query::new(&profile);
        Bounds::new(&Analysis::new(profile, query, None))
    }

    #[test]
    fn what_runs_below_a_collection_is_the_collection() {
        let main = ("main", "/srv/shop/main.py");
        let bounds = of_stacks(&[
            &[
                main,
                ("gc_collect_main.constprop.0", "/usr/lib/libpython3.12.so.1.0"),
                ("visit_decref", "/usr/lib/libpython3.12.so.1.0"),
            ],
            &[main, ("<GC>", "")],
            &[main],
        ]);
        assert_eq!((bounds.amount(Activity::Garbage), bounds.amount(Activity::Python)), (2, 1));
    }

    #[test]
    fn polling_is_idleness_only_where_there_is_a_loop() {
        let poll = ("select", "/usr/lib/python3.12/selectors.py");
        let run_once = ("_run_once", "/usr/lib/python3.12/asyncio/base_events.py");
        let server = ("serve_forever", "/usr/lib/python3.12/socketserver.py");
        assert_eq!(of_stacks(&[&[run_once, poll]]).amount(Activity::EventLoop), 1);
        assert_eq!(of_stacks(&[&[server, poll]]).amount(Activity::Waiting), 1);
    }

    #[test]
    fn reading_from_another_process_waits_for_it() {
        let main = ("main", "/srv/shop/main.py");
        let communicate = ("Popen.communicate", "/usr/lib/python3.12/subprocess.py");
        assert_eq!(of_stacks(&[&[main, communicate]]).amount(Activity::Waiting), 1);
    }
}
