//! Files, output and logging.

use crate::hints::callee::{Asked, CalleeRule};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Kinds, Needs, Recording, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, ScopeId};

pub(in crate::hints) static LOGGING_HOT_PATH: Rule = Rule {
    id: "logging-hot-path",
    title: "Logging in a hot loop",
    category: Category::Logging,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "logging takes 10 % of the active time, with 1,000 records or more",
    advice: "Log per batch, sample, raise the level, or move I/O off the hot path (QueueHandler + QueueListener).",
    before: "for r in rows:\n    log.info('row %s', r)",
    after: "for i, r in enumerate(rows):\n    if i % 10_000 == 0: log.info('row %s', r)",
    docs: "https://docs.python.org/3/howto/logging-cookbook.html#dealing-with-handlers-that-block",
    removable: 0.90,
    settle: "set the level one higher and record again",
    wrong_if: "every record is needed",
    check: Check::Callee(&CalleeRule {
        callees: &["logging:*", "logging.handlers:*"],
        min_share: 0.1,
        min_calls: 0,
        counted: &["logging:_log"],
        repeated: true,
        written: &[
            ".info",
            ".debug",
            ".warning",
            ".error",
            ".log",
            ".exception",
            ".critical",
            "logging.info",
            "logging.debug",
            "logging.warning",
            "logging.error",
        ],
        unless: Some(no_records),
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static PRINT_IN_LOOP: Rule = Rule {
    id: "print-in-loop",
    title: "print() in a hot loop",
    category: Category::Io,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`print` takes 10 % of the active time, in 5,000 calls or more",
    advice: "Collect lines and write once, or sys.stdout.write/writelines on a buffered stream; avoid flush=True.",
    before: "for x in xs: print(x)",
    after: "sys.stdout.writelines(f'{x}\\n' for x in xs)",
    docs: "https://docs.python.org/3/library/functions.html#print",
    removable: 0.70,
    settle: "write the lines joined and compare",
    wrong_if: "each line must be seen as soon as it is there",
    check: Check::Callee(&CalleeRule {
        callees: &["builtins.print"],
        written: &["builtins.print"],
        min_share: 0.1,
        min_calls: 5000,
        repeated: true,
        accepts: Some(|_, _| Some(true)),
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static UNBUFFERED_SMALL_IO: Rule = Rule {
    id: "unbuffered-small-io",
    title: "Many tiny reads, writes or flushes",
    category: Category::Io,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "10,000 reads, writes or flushes or more of 40 µs or less take 15 % of the active time",
    advice: "Buffer: read blocks, write joined chunks, drop flush, writelines; sockets: makefile/sendall of joined data.",
    before: "f.write(x); f.flush()",
    after: "f.write(x)   # let the buffer flush",
    docs: "https://docs.python.org/3/library/io.html#performance",
    removable: 0.80,
    settle: "read or write blocks of 64 KiB and compare",
    wrong_if: "each piece must be out before the next is made",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "_io.TextIOWrapper.*",
            "_io.BufferedReader.*",
            "_io.BufferedWriter.*",
            "_io.BufferedRandom.*",
            "_io.FileIO.*",
            "posix.read",
            "posix.write",
            "nt.read",
            "nt.write",
            "_socket.socket.send",
        ],
        written: &[".flush", ".read"],
        min_share: 0.15,
        min_calls: 10000,
        min_per_call_ns: 400.0,
        max_per_call_ns: 40000.0,
        repeated: true,
        without_source: Confidence::Low,
        unless: Some(talks_to_processes),
        confidence: Confidence::High,
        accepts: Some(small_io),
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static FILE_REOPEN: Rule = Rule {
    id: "file-reopen-in-loop",
    title: "Same file opened again and again",
    category: Category::Io,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "200 files or more are opened from one place, which takes 8 % of the active time",
    advice: "Open once and keep the handle, or cache the parsed content (lru_cache + mtime check).",
    before: "def cfg(): return json.load(open(P))",
    after: "@functools.lru_cache\ndef cfg(): return json.load(open(P))",
    docs: "https://docs.python.org/3/library/functools.html#functools.lru_cache",
    removable: 0.90,
    settle: "print the paths that are opened",
    wrong_if: "each of them is another file",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "_io.open",
            "io.open",
            "pathlib:open",
            "pathlib:read_text",
            "pathlib:read_bytes",
            "pathlib:write_text",
            "pathlib:write_bytes",
        ],
        min_share: 0.08,
        min_calls: 200,
        counted: &["_io.open", "io.open"],
        repeated: true,
        written: &["builtins.open"],
        accepts: Some(opens_the_same),
        whole_function: true,
        without_source: Confidence::Low,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static STAT_STORM: Rule = Rule {
    id: "stat-storm",
    title: "Repeated file-system checks",
    category: Category::Io,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "2,000 looks at files or more take 15 % of the active time",
    advice: "os.scandir() tells files from folders without asking again, and each entry keeps what its stat() found; stat once and reuse.",
    before: "isfile(p); getsize(p); getmtime(p)",
    after: "for e in os.scandir(d):\n    if e.is_file(): st = e.stat()  # st.st_size, st.st_mtime",
    docs: "https://docs.python.org/3/library/os.html#os.scandir",
    removable: 0.70,
    settle: "count the looks at one path",
    wrong_if: "the files change while the program looks",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "genericpath:*",
            "posixpath:*",
            "posix.stat",
            "posix.lstat",
            "os:stat",
            "pathlib:stat",
            "pathlib:exists",
            "pathlib:is_file",
            "pathlib:is_dir",
            "nt.stat",
        ],
        written: &["os.path.isfile", "os.path.exists", "os.path.isdir", "os.path.getsize", "os.path.getmtime"],
        min_share: 0.15,
        min_calls: 2000,
        counted: &["posix.stat", "posix.lstat", "nt.stat", "nt._path_isfile", "nt._path_exists"],
        repeated: true,
        asked: Asked::Directly,
        without_source: Confidence::Low,
        ..CalleeRule::HOT
    }),
};

/// Few records, or none that pass the level.
fn no_records(ctx: &Ctx<'_>) -> bool {
    const MANY: i64 = 1_000;
    ctx.recording == Recording::Calls && ctx.calls_to(&["logging:_log"]) < MANY
}

/// Pipes between processes are read and written in small pieces, whatever the program does.
fn talks_to_processes(ctx: &Ctx<'_>) -> bool {
    ctx.has(&["multiprocessing.connection:*"])
}

/// A flush, a write, or a read of few bytes.
fn small_io(facts: &Facts, call: NodeId) -> Option<bool> {
    match facts.callee(call).as_str() {
        ".flush" => Some(true),
        ".read" | ".recv" => {
            let size = facts.arguments(call).next()?;
            let size: u32 = facts.tree().source(size).parse().ok()?;
            Some(size <= 64)
        }
        _ => None,
    }
}

/// Whether a call of `open` names the same file each time: a constant, or something no loop around it changes.
fn opens_the_same(facts: &Facts, call: NodeId) -> Option<bool> {
    let tree = facts.tree();
    let path = facts.arguments(call).next()?;
    if tree.kind(path) == Kind::Str {
        return Some(true);
    }
    let mut left = MOST_NAMES;
    Some(!varies(facts, path, MOST_CALLERS_UP, &mut left))
}

/// How far up it is followed what callers hand over.
const MOST_CALLERS_UP: usize = 4;
/// Names that are followed; what takes more is taken to vary.
const MOST_NAMES: u32 = 500;

/// Whether an expression may be something else each time it is looked at: it names what a loop goes through, or a
/// parameter that callers hand such things over for.
fn varies(facts: &Facts, expression: NodeId, height: usize, left: &mut u32) -> bool {
    let tree = facts.tree();
    let scope = facts.scope_of(expression);
    let names = std::iter::once(expression).chain(tree.inside(expression)).filter(|&n| tree.kind(n) == Kind::Name);
    names.into_iter().any(|name| {
        *left = left.saturating_sub(1);
        *left == 0
            || facts.bindings(scope, tree.name(name)).iter().any(|how| match how {
                Bound::Iterated(_) | Bound::IteratedPart(..) | Bound::Augmented(_) => true,
                Bound::Parameter(parameter, position) => {
                    handed_varies(facts, scope, tree.name(*parameter), *position, height, left)
                }
                Bound::Assigned(value) => height > 0 && *value != expression && varies(facts, *value, height - 1, left),
                _ => false,
            })
    })
}

/// Whether a caller hands over something else from call to call, or that is not known.
fn handed_varies(
    facts: &Facts,
    function: ScopeId,
    parameter: &str,
    position: u32,
    height: usize,
    left: &mut u32,
) -> bool {
    if height == 0 {
        return true;
    }
    let Some(position) = facts.position_in_calls(function, position) else { return false };
    let calls = facts.calls_of(&facts.scope(function).name);
    let one_place = calls.len() == 1;
    !one_place
        || calls.iter().any(|&c| {
            let handed = facts.keyword(c, parameter).or_else(|| facts.arguments(c).nth(position));
            handed.is_none_or(|h| varies(facts, h, height - 1, left))
        })
}
