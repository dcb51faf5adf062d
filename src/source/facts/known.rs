//! What Python's own types and functions, and those of well-known libraries, make and answer.

/// A kind of value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "named as Python names them")]
pub enum ValueKind {
    List,
    Tuple,
    Set,
    Dict,
    /// `d.values()`: a membership test walks it.
    Values,
    /// `d.keys()`, `d.items()`: a membership test is a lookup.
    Keys,
    Deque,
    Str,
    Bytes,
    ByteArray,
    Number,
    Range,
    File,
    /// Anything that is walked once: generators, `map`, `zip`.
    Iterator,
    /// A NumPy array.
    Array,
    /// A pandas data frame or series.
    Frame,
    Regex,
    Lock,
    Queue,
    None,
    /// An instance of a class of the file.
    Instance,
}

/// A kind of value, and the kind of what it holds, where all of that is alike.
pub(super) type Sort = (ValueKind, Option<ValueKind>);

/// What calling a type or a function of a library makes.
pub(super) fn constructor(callee: &str) -> Option<Sort> {
    let kind = match callee {
        "builtins.dict" | "collections.Counter" | "collections.defaultdict" | "collections.OrderedDict" => {
            ValueKind::Dict
        }
        "builtins.str" | "builtins.repr" | "builtins.chr" | "builtins.input" | "builtins.format" | "builtins.hex" => {
            ValueKind::Str
        }
        "builtins.bytes" => ValueKind::Bytes,
        "builtins.bytearray" => ValueKind::ByteArray,
        "builtins.int"
        | "builtins.float"
        | "builtins.len"
        | "builtins.abs"
        | "builtins.round"
        | "builtins.ord"
        | "builtins.bool"
        | "builtins.isinstance"
        | "builtins.hash"
        | "random.random"
        | "random.randint"
        | "random.randrange"
        | "random.uniform"
        | "time.time"
        | "time.perf_counter" => ValueKind::Number,
        "builtins.range" => return Some((ValueKind::Range, Some(ValueKind::Number))),
        "builtins.open" | "io.open" | "gzip.open" => return Some((ValueKind::File, Some(ValueKind::Str))),
        "re.compile" => ValueKind::Regex,
        "threading.Lock"
        | "threading.RLock"
        | "threading.Semaphore"
        | "threading.Condition"
        | "multiprocessing.Lock" => ValueKind::Lock,
        "queue.Queue" | "queue.SimpleQueue" | "queue.LifoQueue" | "multiprocessing.Queue" => ValueKind::Queue,
        "os.listdir" | "glob.glob" | "re.split" | "re.findall" | "shlex.split" => {
            return Some((ValueKind::List, Some(ValueKind::Str)));
        }
        "re.sub" | "json.dumps" | "os.path.join" => ValueKind::Str,
        _ => {
            let (module, function) = callee.rsplit_once('.')?;
            return match module {
                "numpy" | "numpy.random" | "numpy.linalg" if !NOT_ARRAYS.contains(&function) => {
                    Some((ValueKind::Array, None))
                }
                "pandas"
                    if matches!(function, "DataFrame" | "Series" | "concat" | "merge")
                        || function.starts_with("read_") =>
                {
                    Some((ValueKind::Frame, None))
                }
                "math" => Some((ValueKind::Number, None)),
                "itertools" => Some((ValueKind::Iterator, None)),
                _ => None,
            };
        }
    };
    Some((kind, None))
}

/// What NumPy answers with a plain number or something else again, from most arguments.
const NOT_ARRAYS: &[&str] = &[
    "default_rng",
    "RandomState",
    "seed",
    "sum",
    "mean",
    "median",
    "std",
    "var",
    "min",
    "max",
    "prod",
    "dot",
    "vdot",
    "norm",
    "shape",
    "size",
    "ndim",
    "float64",
    "float32",
    "int64",
    "int32",
    "uint8",
    "dtype",
    "iinfo",
    "finfo",
    "isclose",
    "allclose",
    "argmax",
    "argmin",
    "any",
    "all",
    "randint",
    "rand",
    "random",
    "save",
    "savez",
    "sin",
    "cos",
    "exp",
    "sqrt",
    "log",
    "abs",
    "tan",
    "floor",
    "ceil",
    "power",
];

/// What a method of a value answers, or of anything where the value is not known.
pub(super) fn answered(method: &str, receiver: Option<Sort>) -> Option<Sort> {
    use ValueKind::{Array, Bytes, Dict, File, Frame, Iterator, Keys, List, Number, Set, Str, Values};
    let sort = match (method, receiver.map(|(kind, _)| kind)) {
        ("copy", Some(_)) => return receiver,
        ("split" | "rsplit" | "splitlines", Some(Bytes)) => (List, Some(Bytes)),
        ("split" | "rsplit" | "splitlines" | "readlines" | "findall", _) => (List, Some(Str)),
        ("fetchall" | "fetchmany" | "most_common" | "tolist", _) => (List, None),
        ("join" | "strip" | "lstrip" | "rstrip" | "replace" | "lower" | "upper" | "title", Some(Bytes)) => {
            (Bytes, None)
        }
        (
            "join" | "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "title" | "format" | "decode" | "isoformat"
            | "strftime" | "readline" | "casefold" | "zfill" | "read_text",
            None | Some(Str | File | Number),
        )
        | ("replace", Some(Str))
        | ("read", Some(File)) => (Str, None),
        ("encode" | "read_bytes" | "tobytes", _) => (Bytes, None),
        ("keys" | "items", Some(Dict)) => (Keys, None),
        ("values", Some(Dict)) => (Values, None),
        ("union" | "intersection" | "difference", Some(Set)) => (Set, None),
        ("index" | "count" | "find" | "total_seconds", _) => (Number, None),
        ("finditer" | "iterdir" | "scandir", _) => (Iterator, None),
        (
            "reshape" | "astype" | "normal" | "integers" | "standard_normal" | "flatten" | "ravel",
            Some(Array) | None,
        )
        | ("to_numpy", _) => (Array, None),
        (_, Some(Frame)) if matches!(method, "head" | "sort_values" | "reset_index" | "dropna" | "merge" | "copy") => {
            (Frame, None)
        }
        _ => return None,
    };
    Some(sort)
}

/// `list` of `typing.list`.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim()
}

/// The value an annotation names: `list[str]`, `Optional[dict]`, `"set[int] | None"`.
pub(super) fn annotated(text: &str) -> Option<Sort> {
    let mut text = text;
    let (outer, inner) = loop {
        text = text.trim().trim_matches(['"', '\'']);
        text = text.strip_suffix("| None").map_or(text, str::trim_end);
        match text.split_once('[').map(|(outer, rest)| (outer, rest.strip_suffix(']').unwrap_or(rest))) {
            Some((outer, inner)) if last_part(outer) == "Optional" => text = inner,
            Some(parts) => break parts,
            None => break (text, ""),
        }
    };
    let kind = |name: &str| {
        Some(match last_part(name) {
            "list" | "List" => ValueKind::List,
            "tuple" | "Tuple" => ValueKind::Tuple,
            "set" | "Set" | "frozenset" | "FrozenSet" => ValueKind::Set,
            "dict" | "Dict" | "Mapping" | "defaultdict" | "Counter" | "OrderedDict" => ValueKind::Dict,
            "deque" | "Deque" => ValueKind::Deque,
            "str" => ValueKind::Str,
            "bytes" => ValueKind::Bytes,
            "bytearray" => ValueKind::ByteArray,
            "int" | "float" | "bool" => ValueKind::Number,
            "ndarray" | "NDArray" => ValueKind::Array,
            "DataFrame" | "Series" => ValueKind::Frame,
            "Iterator" | "Generator" => ValueKind::Iterator,
            _ => return None,
        })
    };
    Some((kind(outer)?, kind(inner.split([',', '[']).next().unwrap_or(inner))))
}

/// Whether a name that nothing in the file binds is one of Python's own.
pub(super) fn is_builtin(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "bytearray",
        "bytes",
        "callable",
        "chr",
        "compile",
        "complex",
        "delattr",
        "dict",
        "dir",
        "divmod",
        "enumerate",
        "eval",
        "exec",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "globals",
        "hasattr",
        "hash",
        "hex",
        "id",
        "input",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "locals",
        "map",
        "max",
        "memoryview",
        "min",
        "next",
        "object",
        "oct",
        "open",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "setattr",
        "slice",
        "sorted",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "vars",
        "zip",
    ];
    NAMES.binary_search(&name).is_ok()
}
