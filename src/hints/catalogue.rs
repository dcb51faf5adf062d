//! Every rule, in the order of the documentation.

use super::callees::{builtin, database, files, frames, library, processes, regex, serialization};
use super::{Rule, containers, loops, sorting, text};

/// The rules. Ids are unique and never change: they are stored with what was dismissed.
pub static HINTS: &[&Rule] = &[
    &containers::LIST_MEMBERSHIP,
    &builtin::LIST_POP_FRONT,
    &builtin::LIST_SCAN,
    &containers::NESTED_JOIN,
    &builtin::SORT_IN_LOOP,
    &sorting::SORTED_FOR_MINMAX,
    &sorting::SORT_COMPARATOR,
    &sorting::SORT_KEY,
    &containers::MANUAL_COUNTING,
    &containers::REPEATED_CONCAT,
    &loops::SLICE_CONSUME,
    &containers::SHORT_CIRCUIT,
    &loops::HAND_ROLLED,
    &text::CHAR_BY_CHAR,
    &text::STRING_CONCAT,
    &regex::REGEX_COMPILE,
    &regex::REGEX_MODULE_CALL,
    &text::REGEX_BACKTRACKING,
    &text::REGEX_LITERAL,
    &files::LOGGING_HOT_PATH,
    &text::LOGGING_EAGER,
    &files::PRINT_IN_LOOP,
    &files::UNBUFFERED_SMALL_IO,
    &files::FILE_REOPEN,
    &files::STAT_STORM,
    &database::DB_CONNECT,
    &database::DB_COMMIT,
    &processes::SUBPROCESS_IN_LOOP,
    &processes::THREAD_PER_TASK,
    &processes::TINY_TASKS,
    &serialization::JSON_SLOW_PATH,
    &serialization::JSON_HEAVY,
    &serialization::YAML_PURE_PYTHON,
    &serialization::MINIDOM_HEAVY,
    &serialization::DATETIME_PARSE_HOT,
    &library::DEEPCOPY_HOT,
    &library::DATACLASS_ASDICT,
    &library::SLOW_NUMERIC_TYPE,
    &library::RANDOM_PER_ITEM,
    &library::DYNAMIC_DISPATCH,
    &library::HOT_HASH_EQ,
    &library::CONTEXTMANAGER_IN_LOOP,
    &library::EXPLICIT_GC,
    &loops::NUMERIC_LOOP,
    &loops::NUMPY_SCALAR,
    &loops::NUMPY_BUILTIN,
    &frames::NUMPY_APPEND,
    &frames::PANDAS_ITERROWS,
    &frames::PANDAS_APPLY,
    &frames::PANDAS_CONCAT,
    &frames::PANDAS_SCALAR,
    &frames::PANDAS_GROUPBY,
    &loops::EXCEPTION_FLOW,
    &loops::INTERPRETER_BOUND,
];

/// The rule with an id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    HINTS.iter().copied().find(|r| r.id == id)
}
