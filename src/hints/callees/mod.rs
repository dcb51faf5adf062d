//! The table of rules on hot callees.

mod builtin;
mod database;
mod files;
mod frames;
mod library;
mod processes;
mod regex;
mod serialization;

use super::Rule;

/// Every row, in the order of the documentation.
pub(super) const RULES: &[&Rule] = &[
    &builtin::LIST_POP_FRONT,
    &builtin::LIST_SCAN,
    &builtin::SORT_IN_LOOP,
    &regex::REGEX_COMPILE,
    &regex::REGEX_MODULE_CALL,
    &files::LOGGING_HOT_PATH,
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
    &frames::NUMPY_APPEND,
    &frames::PANDAS_ITERROWS,
    &frames::PANDAS_APPLY,
    &frames::PANDAS_CONCAT,
    &frames::PANDAS_SCALAR,
    &frames::PANDAS_GROUPBY,
];
