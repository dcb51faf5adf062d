//! What the names and paths in a profile tell of the Python and the profiler that made it. The file itself does not say.

use crate::import::marshal::Layout;
use crate::model::{GraphBuilder, PythonLibrary, StringId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// What was found out.
pub(super) struct Traces {
    pub(super) interpreter: Interpreter,
    /// `cProfile`, `profile`, or nothing.
    pub(super) profiler: &'static str,
    /// Whether functions of more than one thread are in it.
    pub(super) has_threads: bool,
}

/// The Pythons that may have run the program.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Interpreter {
    /// From the path of its library.
    library: Option<PythonLibrary>,
    is_python2: bool,
    /// First and last minor version of Python 3, as far as they are known.
    first: Option<u32>,
    last: Option<u32>,
}

/// The first minor version of Python 3 whose cProfile sees every thread.
const SEES_ALL_THREADS: u32 = 12;

/// Modules that are frozen into the interpreter from Python 3.11 on.
const FROZEN: &[&str] = &["abc", "codecs", "genericpath", "io", "ntpath", "os", "posixpath", "runpy", "site", "stat"];

impl Traces {
    pub(super) fn of(builder: &GraphBuilder, layout: Option<&Layout>, is_python2: bool) -> Self {
        let mut traces = Self {
            interpreter: Interpreter { is_python2, ..Interpreter::default() },
            profiler: "",
            has_threads: false,
        };
        match layout.map(|l| l.python3) {
            Some(Some((first, last))) => traces.interpreter.narrow(Some(first), last),
            Some(None) => traces.interpreter.is_python2 = true,
            None => {}
        }
        traces.read_files(builder);
        traces.read_names(builder);
        traces
    }

    fn read_files(&mut self, builder: &GraphBuilder) {
        let mut libraries: BTreeMap<PythonLibrary, u32> = BTreeMap::new();
        // Each file once; whether it is the module whose `_bootstrap` begins every thread.
        let mut files: FxHashMap<StringId, bool> = FxHashMap::default();
        for function in builder.functions() {
            let is_threading = *files.entry(function.file).or_insert_with(|| {
                let file = builder.text(function.file);
                if let Some(library) = PythonLibrary::of_path(file) {
                    *libraries.entry(library).or_default() += 1;
                }
                if frozen(file).is_some_and(|module| FROZEN.contains(&module)) {
                    self.interpreter.narrow(Some(11), None);
                }
                file.rsplit(['/', '\\']).next() == Some("threading.py")
            });
            self.has_threads |= is_threading && matches!(builder.text(function.name), "_bootstrap" | "__bootstrap");
        }
        // The library of most files: a path may pass through the folder of another Python.
        self.interpreter.library = libraries.into_iter().max_by_key(|(_, files)| *files).map(|(library, _)| library);
    }

    fn read_names(&mut self, builder: &GraphBuilder) {
        let mut read: FxHashSet<StringId> = FxHashSet::default();
        for function in builder.functions().iter().filter(|f| f.line == 0) {
            let name = builder.text(function.name);
            if builder.text(function.file) == "profile" {
                self.profiler = "profile";
            } else if name.contains("'_lsprof.Profiler'") {
                self.profiler = "cProfile";
            } else if name.contains("_thread._ThreadHandle") {
                self.interpreter.narrow(Some(13), None);
            }
        }
        if self.interpreter.library.is_some() {
            return;
        }
        for function in builder.functions() {
            // Comprehensions have been part of their function since Python 3.12.
            if read.insert(function.name)
                && matches!(builder.text(function.name), "<listcomp>" | "<dictcomp>" | "<setcomp>")
            {
                self.interpreter.narrow(None, Some(11));
            }
        }
    }
}

impl Interpreter {
    fn narrow(&mut self, first: Option<u32>, last: Option<u32>) {
        self.first = self.first.max(first);
        self.last = match (self.last, last) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// Whether it may be one whose cProfile puts all threads on one stack.
    pub(super) fn may_mix_threads(self) -> bool {
        match self.library {
            Some(library) => !library.is_pypy && library.major == 3 && library.minor >= SEES_ALL_THREADS,
            None => !self.is_python2 && self.last.is_none_or(|last| last >= SEES_ALL_THREADS),
        }
    }

    /// `Python 3.12`, or what is known of it.
    pub(super) fn shown(self) -> Option<String> {
        if let Some(library) = self.library {
            return Some(library.to_string());
        }
        match (self.is_python2, self.first, self.last) {
            (true, ..) => Some("Python 2".to_owned()),
            (_, Some(first), Some(last)) if first == last => Some(format!("Python 3.{first}")),
            (_, Some(first), Some(last)) if first < last => Some(format!("Python 3.{first} to 3.{last}")),
            (_, Some(first), None) => Some(format!("Python 3.{first} or later")),
            (_, None, Some(last)) => Some(format!("Python 3.{last} or earlier")),
            _ => None,
        }
    }
}

/// `os` of `<frozen os>`.
fn frozen(file: &str) -> Option<&str> {
    file.strip_prefix("<frozen ")?.strip_suffix('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Function;

    fn traces(functions: &[(&str, u32, &str)]) -> Traces {
        let mut builder = GraphBuilder::new("test");
        for &(file, line, name) in functions {
            let (name, file) = (builder.string(name), builder.string(file));
            builder.function(Function { name, file, line, object: StringId::EMPTY });
        }
        Traces::of(&builder, None, false)
    }

    #[test]
    fn the_version_is_in_the_path_of_the_library() {
        let cases = [
            ("/usr/lib/python3.12/json/decoder.py", Some("Python 3.12")),
            ("/home/me/venv/lib/python3.8/site-packages/attr/_make.py", Some("Python 3.8")),
            ("C:\\Users\\me\\AppData\\Local\\Programs\\Python\\Python313\\Lib\\os.py", Some("Python 3.13")),
            ("/opt/lib/python3.13t/os.py", Some("Python 3.13")),
            ("/usr/lib/python2.7/os.py", Some("Python 2.7")),
            ("/opt/pypy/lib/pypy3.10/os.py", Some("PyPy 3.10")),
            ("/usr/lib/python3/dist-packages/yaml/__init__.py", None),
            ("/home/me/python-tools/a.py", None),
            ("/home/me/python3.12", None),
            ("<frozen os>", Some("Python 3.11 or later")),
            ("<frozen importlib._bootstrap>", None),
        ];
        for (file, version) in cases {
            assert_eq!(traces(&[(file, 3, "f")]).interpreter.shown().as_deref(), version, "{file}");
        }
    }

    #[test]
    fn names_tell_a_version_where_no_path_does() {
        let comprehension = ("a.py", 3, "<listcomp>");
        assert_eq!(traces(&[comprehension]).interpreter.shown().as_deref(), Some("Python 3.11 or earlier"));
        assert_eq!(
            traces(&[comprehension, ("<frozen os>", 1, "f")]).interpreter.shown().as_deref(),
            Some("Python 3.11")
        );
        let join = ("", 0, "<method 'join' of '_thread._ThreadHandle' objects>");
        assert_eq!(traces(&[join]).interpreter.shown().as_deref(), Some("Python 3.13 or later"));
    }

    #[test]
    fn threads_begin_in_the_threading_module() {
        let thread = traces(&[("/usr/lib/python3.12/threading.py", 1012, "_bootstrap")]);
        assert!(thread.has_threads && thread.interpreter.may_mix_threads());
        let added = traces(&[("/usr/lib/python3.9/threading.py", 930, "_bootstrap")]);
        assert!(added.has_threads && !added.interpreter.may_mix_threads());
        assert!(!traces(&[("/app/boot.py", 3, "_bootstrap")]).has_threads);
        assert!(!traces(&[("/usr/lib/python3.12/threading.py", 1, "<module>")]).has_threads);
    }
}
