//! Whose code a function is, told from its name and path alone.

use super::module_names::{STANDARD_LIBRARY, THIRD_PARTY};
use crate::model::{FunctionId, Profile, StringId};
use rustc_hash::FxHashMap;

/// What kind of code a function is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// The user's own.
    Yours,
    /// Python's standard library.
    StandardLibrary,
    /// Installed from a package: lies in `site-packages` or `dist-packages`.
    ThirdParty,
    /// A built-in function or method of the interpreter or an extension module.
    BuiltIn,
    /// Compiled code: a shared library, the interpreter itself, the kernel.
    Native,
    /// Waiting: sleeping, polling, joining, acquiring a lock.
    Idle,
}

impl Class {
    /// Every class, in the order legends show them.
    pub const ALL: [Self; 6] =
        [Self::Yours, Self::StandardLibrary, Self::ThirdParty, Self::BuiltIn, Self::Native, Self::Idle];

    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yours => "your code",
            Self::StandardLibrary => "standard library",
            Self::ThirdParty => "third-party packages",
            Self::BuiltIn => "built-in",
            Self::Native => "native",
            Self::Idle => "waiting",
        }
    }
}

/// A package: what colours and the package grouping go by.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Package {
    /// `django`, `your code`, `standard library`, `built-in`, the name of a library.
    pub name: String,
    /// What kind of code it holds.
    pub class: Class,
}

/// The class, package and module of every function of a profile; the default knows none.
#[derive(Debug, Default)]
pub struct Classes {
    class: Vec<Class>,
    package: Vec<u32>,
    module: Vec<u32>,
    packages: Vec<Package>,
    modules: Vec<String>,
}

impl Classes {
    /// Classifies every function of a profile.
    pub fn new(profile: &Profile) -> Self {
        let own_root = own_root(profile);
        let mut files: FxHashMap<(StringId, StringId), (Place, u32, u32, bool)> = FxHashMap::default();
        let mut classes = Self::default();
        let mut package_index: FxHashMap<Package, u32> = FxHashMap::default();
        let mut module_index: FxHashMap<String, u32> = FxHashMap::default();
        let mut waiting_names = WaitingNames::new(profile);
        for function in profile.functions() {
            // Functions without a file differ by name (`<built-in method time.sleep>`), others by file alone.
            let key = if function.file == StringId::EMPTY {
                (function.name, function.object)
            } else {
                (function.file, function.object)
            };
            let (place, package, module, is_python) = files.entry(key).or_insert_with(|| {
                let text = |id| profile.text(id);
                let place = place(text(function.name), text(function.object), text(function.file), &own_root);
                let package = number(&mut package_index, &mut classes.packages, package(&place));
                let module = number(&mut module_index, &mut classes.modules, place.module.clone());
                (place, package, module, is_python_file(profile.text(function.file)))
            });
            let waits = if *is_python {
                waits_in_module(profile.text(function.name), &place.module)
            } else {
                waiting_names.contains(function.name)
            };
            classes.class.push(if waits { Class::Idle } else { place.class });
            classes.package.push(*package);
            classes.module.push(*module);
        }
        classes
    }

    /// The class of a function.
    pub fn class_of(&self, function: FunctionId) -> Class {
        self.class[function.index()]
    }

    /// The package of a function, as a number into [`Self::packages`].
    pub fn package_of(&self, function: FunctionId) -> u32 {
        self.package[function.index()]
    }

    /// The module of a function, as a number into [`Self::modules`].
    pub fn module_of(&self, function: FunctionId) -> u32 {
        self.module[function.index()]
    }

    /// The dotted module name of a function.
    pub fn module(&self, function: FunctionId) -> &str {
        &self.modules[self.module_of(function) as usize]
    }

    /// Every package that occurs.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// Every module that occurs.
    pub fn modules(&self) -> &[String] {
        &self.modules
    }
}

fn number<K: Clone + Eq + std::hash::Hash>(index: &mut FxHashMap<K, u32>, list: &mut Vec<K>, key: K) -> u32 {
    *index.entry(key).or_insert_with_key(|key| {
        list.push(key.clone());
        (list.len() - 1) as u32
    })
}

const PYTHON_SUFFIXES: [&str; 4] = [".py", ".pyc", ".pyx", ".pyi"];

/// Where a file lies.
pub(super) struct Place {
    pub(super) class: Class,
    /// The distribution or library; empty for the user's own code, the standard library and built-ins.
    package: String,
    /// Dotted name.
    pub(super) module: String,
}

fn package(place: &Place) -> Package {
    let name = match place.class {
        Class::ThirdParty | Class::Native => place.package.clone(),
        class => class.name().to_owned(),
    };
    Package { name, class: place.class }
}

pub(super) fn place(name: &str, object: &str, file: &str, own_root: &str) -> Place {
    let file = file.replace('\\', "/");
    // pstats writes `~` where there is no file.
    if file.is_empty() || file == "~" {
        return place_without_file(name, object);
    }
    if let Some(inner) = file.strip_prefix('<') {
        return place_of_pseudo_file(inner.trim_end_matches('>'));
    }
    if let Some(rest) = after_last(&file, &["/site-packages/", "/dist-packages/"]) {
        return python_place(Class::ThirdParty, rest);
    }
    if let Some(rest) = standard_library_part(&file) {
        return python_place(Class::StandardLibrary, rest);
    }
    if is_native_file(&file) {
        let library = base_name(&file);
        return Place { class: Class::Native, package: library.to_owned(), module: library.to_owned() };
    }
    if !has_module(&file) {
        // Its path is not dotted: nobody imports it.
        let path = file.strip_prefix(own_root).unwrap_or(&file).trim_start_matches("./");
        return Place { class: Class::Yours, package: String::new(), module: path.to_owned() };
    }
    let relative = !file.starts_with('/') && file.as_bytes().get(1) != Some(&b':') && !file.starts_with('.');
    if relative {
        let top = file.split('/').next().unwrap_or(&file);
        let top = top.strip_suffix(".py").unwrap_or(top);
        if STANDARD_LIBRARY.binary_search(&top).is_ok() {
            return python_place(Class::StandardLibrary, &file);
        }
        if THIRD_PARTY.binary_search(&top).is_ok() {
            return python_place(Class::ThirdParty, &file);
        }
    }
    python_place(Class::Yours, file.strip_prefix(own_root).unwrap_or(&file))
}

fn place_without_file(name: &str, object: &str) -> Place {
    if !object.is_empty() {
        let library = base_name(object);
        return Place { class: Class::Native, package: library.to_owned(), module: library.to_owned() };
    }
    // cProfile: `<built-in method time.sleep>`, `<method 'append' of 'list' objects>`, `{method …}` of old versions.
    if name.starts_with('<') || name.starts_with('{') {
        let module = built_in_module(name).unwrap_or("builtins").to_owned();
        return Place { class: Class::BuiltIn, package: String::new(), module };
    }
    // Go and C++ name the package in the function.
    if let Some((path, _)) = name.split_once('(').map_or(name, |(n, _)| n).rsplit_once('.')
        && !path.is_empty()
    {
        let top = path.split("::").next().unwrap_or(path).to_owned();
        return Place { class: Class::Yours, package: String::new(), module: top };
    }
    Place { class: Class::Yours, package: String::new(), module: "(no file)".to_owned() }
}

/// `<built-in method time.sleep>` → `time`, `<method 'execute' of 'sqlite3.Cursor' objects>` → `sqlite3`.
fn built_in_module(name: &str) -> Option<&str> {
    let dotted = if let Some(rest) = name.split("built-in method ").nth(1) {
        rest.trim_end_matches(['>', '}'])
    } else {
        name.split("' of '").nth(1)?.split('\'').next()?
    };
    let module = dotted.rsplit_once('.')?.0;
    (!module.is_empty() && !module.contains(' ')).then_some(module)
}

fn place_of_pseudo_file(inner: &str) -> Place {
    if let Some(module) = inner.strip_prefix("frozen ") {
        return Place { class: Class::StandardLibrary, package: String::new(), module: module.to_owned() };
    }
    // `<string>`, `<stdin>`, `<ipython-input-3-…>`, `<attrs generated init …>`: code of the user's, or made for it.
    Place { class: Class::Yours, package: String::new(), module: format!("<{inner}>") }
}

fn python_place(class: Class, relative: &str) -> Place {
    let relative = relative.trim_start_matches("./").trim_start_matches('/');
    let mut top = relative.split('/').next().unwrap_or(relative);
    if !relative.contains('/') {
        top = top.split('.').next().unwrap_or(top);
    }
    let stem = PYTHON_SUFFIXES.iter().find_map(|e| relative.strip_suffix(e)).unwrap_or(relative);
    // An extension module: `_ssl.cpython-312-x86_64-linux-gnu.so`.
    let stem = if is_native_file(stem) { stem.split('.').next().unwrap_or(stem) } else { stem };
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    Place { class, package: top.to_owned(), module: stem.replace('/', ".") }
}

/// The part below `lib/python3.12/`, or below Windows' `Lib/`.
fn standard_library_part(file: &str) -> Option<&str> {
    for marker in ["/lib/python", "/lib64/python", "/lib/pypy"] {
        if let Some(at) = file.find(marker) {
            let rest = &file[at + marker.len()..];
            let (version, rest) = rest.split_once('/')?;
            // `python312.zip` holds the same modules.
            let version = version.strip_suffix(".zip").unwrap_or(version);
            if version.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b't') {
                return Some(rest.strip_prefix("lib-dynload/").unwrap_or(rest));
            }
        }
    }
    let lower = file.to_ascii_lowercase();
    let at = lower.find("/lib/")?;
    let windows = lower.as_bytes().get(1) == Some(&b':') && lower[..at].contains("python");
    windows.then(|| &file[at + 5..])
}

fn is_native_file(file: &str) -> bool {
    let lower = base_name(file).to_ascii_lowercase();
    [".so", ".dll", ".dylib", ".pyd", ".exe", ".c", ".cc", ".cpp", ".h", ".rs", ".s"].iter().any(|e| lower.ends_with(e))
        || lower.contains(".so.")
}

/// Also the files without a file: `<string>`, `<frozen selectors>`.
pub(super) fn is_python_file(file: &str) -> bool {
    file.starts_with('<') || PYTHON_SUFFIXES.iter().any(|suffix| file.ends_with(suffix))
}

/// Whether a file is no Python: what runs in it was compiled, or is another language's program.
pub fn is_of_another_language(file: &str) -> bool {
    const ENDINGS: [&str; 16] =
        ["c", "cc", "cpp", "cs", "cxx", "go", "h", "hpp", "java", "js", "kt", "pyx", "rb", "rs", "s", "ts"];
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.iter().any(|e| ending.eq_ignore_ascii_case(e)))
}

/// Whether what a file holds lies in a module of Python: compiled from Cython it does.
pub fn has_module(file: &str) -> bool {
    is_python_file(file) || !is_of_another_language(file)
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn after_last<'a>(text: &'a str, markers: &[&str]) -> Option<&'a str> {
    markers.iter().filter_map(|m| text.rfind(m).map(|at| at + m.len())).max().map(|at| &text[at..])
}

/// The folder all of the user's own absolute paths lie in, so that modules are named from the project down.
fn own_root(profile: &Profile) -> String {
    let mut root: Option<String> = None;
    let mut seen = vec![false; profile.strings().len()];
    for function in profile.functions() {
        if std::mem::replace(&mut seen[function.file.index()], true) {
            continue;
        }
        let file = profile.text(function.file).replace('\\', "/");
        let absolute = file.starts_with('/') || file.as_bytes().get(1) == Some(&b':');
        if !absolute
            || after_last(&file, &["/site-packages/", "/dist-packages/"]).is_some()
            || standard_library_part(&file).is_some()
            || is_native_file(&file)
        {
            continue;
        }
        let folder = &file[..=file.rfind('/').unwrap_or(0)];
        root = Some(match root {
            None => folder.to_owned(),
            Some(root) => common_folder(&root, folder).to_owned(),
        });
    }
    root.filter(|r| r.len() > 1).unwrap_or_default()
}

fn common_folder<'a>(a: &'a str, b: &str) -> &'a str {
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    match a.as_bytes()[..shared].iter().rposition(|&c| c == b'/') {
        Some(slash) => &a[..=slash],
        None => "",
    }
}

/// Names by which waiting outside Python shows itself, whatever the profiler; each text is looked at once.
struct WaitingNames<'a> {
    profile: &'a Profile,
    known: Vec<Option<bool>>,
}

impl<'a> WaitingNames<'a> {
    fn new(profile: &'a Profile) -> Self {
        Self { profile, known: vec![None; profile.strings().len()] }
    }

    fn contains(&mut self, name: StringId) -> bool {
        let text = self.profile.text(name);
        *self.known[name.index()].get_or_insert_with(|| is_waiting(text))
    }
}

fn is_waiting(name: &str) -> bool {
    const BUILT_INS: &[&str] = &[
        "time.sleep",
        "select.select",
        "select.poll",
        "select.epoll",
        "'acquire' of '_thread.lock'",
        "'acquire' of '_thread.RLock'",
        "'poll' of 'select.",
        "'control' of 'select.kqueue'",
        "posix.waitpid",
        "posix.wait4",
        "_winapi.WaitForSingleObject",
        "_winapi.WaitForMultipleObjects",
        "_overlapped.GetQueuedCompletionStatus",
    ];
    const NATIVE: &[&str] = &[
        "__poll",
        "poll",
        "epoll_wait",
        "__epoll_wait",
        "select",
        "__select",
        "kevent",
        "nanosleep",
        "clock_nanosleep",
        "__clock_nanosleep",
        "pthread_cond_wait",
        "pthread_cond_timedwait",
        "sem_wait",
        "sem_clockwait",
        "futex_wait",
        "runtime.gopark",
        "runtime.futex",
        "runtime.usleep",
        "runtime.netpoll",
    ];
    if name.starts_with('<') || name.starts_with('{') {
        return BUILT_INS.iter().any(|b| name.contains(b));
    }
    // `pthread_cond_wait@@GLIBC_2.3.2`
    NATIVE.contains(&name.split_once("@@").map_or(name, |(bare, _)| bare))
}

/// Whether a Python function waits: its name alone does not tell.
fn waits_in_module(name: &str, module: &str) -> bool {
    match module {
        "threading" => matches!(
            name,
            "wait"
                | "join"
                | "_wait_for_tstate_lock"
                | "Condition.wait"
                | "Event.wait"
                | "Thread.join"
                | "Thread._wait_for_tstate_lock"
        ),
        "selectors" => name == "select" || name.ends_with(".select"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProfileBuilder;

    fn classes(functions: &[(&str, &str)]) -> (Profile, Classes) {
        let mut b = ProfileBuilder::new("test");
        for (name, file) in functions {
            b.function_named(name, file, 1);
        }
        let profile = b.finish().expect("builds");
        let classes = Classes::new(&profile);
        (profile, classes)
    }

    #[test]
    fn whose_code_it_is_shows_in_the_path() {
        let cases = [
            ("f", "/srv/app/api/views.py", Class::Yours, "your code", "api.views"),
            ("f", "/srv/app/main.py", Class::Yours, "your code", "main"),
            (
                "f",
                "/srv/app/.venv/lib/python3.11/site-packages/django/db/query.py",
                Class::ThirdParty,
                "django",
                "django.db.query",
            ),
            ("f", "/usr/lib/python3/dist-packages/six.py", Class::ThirdParty, "six", "six"),
            ("f", "/usr/lib/python3.11/json/__init__.py", Class::StandardLibrary, "standard library", "json"),
            ("f", "C:\\Python312\\Lib\\json\\decoder.py", Class::StandardLibrary, "standard library", "json.decoder"),
            ("f", "<frozen importlib._bootstrap>", Class::StandardLibrary, "standard library", "importlib._bootstrap"),
            ("f", "threading.py", Class::StandardLibrary, "standard library", "threading"),
            ("f", "numpy/core/numeric.py", Class::ThirdParty, "numpy", "numpy.core.numeric"),
            ("<built-in method builtins.len>", "", Class::BuiltIn, "built-in", "builtins"),
            ("<method 'execute' of 'sqlite3.Cursor' objects>", "", Class::BuiltIn, "built-in", "sqlite3"),
            ("f", "/usr/lib/x86_64-linux-gnu/libc.so.6", Class::Native, "libc.so.6", "libc.so.6"),
            ("shop.Parse", "/srv/app/shop/parse.go", Class::Yours, "your code", "shop/parse.go"),
            ("io.Copy", "io/io.go", Class::Yours, "your code", "io/io.go"),
            ("f", "/srv/app/fast.pyx", Class::Yours, "your code", "fast"),
        ];
        let functions: Vec<_> = cases.iter().map(|(name, file, ..)| (*name, *file)).collect();
        let (profile, classes) = classes(&functions);
        for (i, (name, file, class, package, module)) in cases.iter().enumerate() {
            let f = FunctionId::at(i);
            assert_eq!(profile.name(f), *name);
            assert_eq!(classes.class_of(f), *class, "{name} {file}");
            assert_eq!(classes.packages()[classes.package_of(f) as usize].name, *package, "{name} {file}");
            assert_eq!(classes.module(f), *module, "{name} {file}");
        }
    }

    #[test]
    fn waiting_is_recognised_by_name() {
        let (_, classes) = classes(&[
            ("<built-in method time.sleep>", ""),
            ("<method 'acquire' of '_thread.lock' objects>", ""),
            ("select", "/usr/lib/python3.12/selectors.py"),
            ("Thread.join", "threading.py"),
            ("join", "/srv/app/paths.py"),
            ("<method 'join' of 'str' objects>", ""),
            ("poll", "/usr/lib/x86_64-linux-gnu/libc.so.6"),
            ("pthread_cond_wait@@GLIBC_2.3.2", ""),
            ("poll", "/srv/app/sensors.py"),
            ("select", "/srv/app/query.py"),
        ]);
        let idle: Vec<bool> = (0..10).map(|i| classes.class_of(FunctionId(i)) == Class::Idle).collect();
        assert_eq!(idle, [true, true, true, true, false, false, true, true, false, false]);
    }

    #[test]
    fn the_name_lists_are_sorted_for_the_search() {
        assert!(STANDARD_LIBRARY.is_sorted());
        assert!(THIRD_PARTY.is_sorted());
    }
}
