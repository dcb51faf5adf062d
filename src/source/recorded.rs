//! What a path says that a profile recorded, on whatever machine that was.

use std::fmt;

/// A version of Python, as far as folders are named by it: `3.12`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version {
    /// `3`
    pub major: u16,
    /// `12`
    pub minor: u16,
}

impl Version {
    /// The version in `3.12`, `3.13t` or `3.12.1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.trim_end_matches('t').parse().ok()?;
        Some(Self { major, minor })
    }

    /// The version of Windows' `Python312`.
    fn parse_joined(text: &str) -> Option<Self> {
        let digits = text.split_once('-').map_or(text, |(digits, _)| digits);
        let (major, minor) = digits.split_at_checked(1)?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A recorded path, told apart by where its file is to be looked for. Paths are written with `/`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recorded {
    /// No file: a built-in function (`~` in cProfile), or nothing recorded.
    None,
    /// Code made while the program ran (`<string>`, `<stdin>`, a notebook's cell), by that name.
    Made(String),
    /// Compiled code: a shared library.
    Compiled(String),
    /// A file of the standard library, by the part below `lib/python3.12/`.
    Standard {
        /// The path as recorded; empty where only a module was named (`<frozen os>`).
        path: String,
        /// The part below the library's folder: `json/decoder.py`.
        part: String,
        /// The version in the path.
        version: Option<Version>,
    },
    /// An installed package's file, by the part below `site-packages/`.
    Installed {
        /// The path as recorded.
        path: String,
        /// The part below `site-packages`: `django/db/query.py`.
        part: String,
        /// The version in the path.
        version: Option<Version>,
    },
    /// Any other file.
    File(String),
}

impl Recorded {
    /// Reads a path of a profile.
    pub fn new(file: &str) -> Self {
        let path = source_of_compiled(&file.trim().replace('\\', "/"));
        if path.is_empty() || path == "~" {
            return Self::None;
        }
        if let Some(inner) = path.strip_prefix('<') {
            let inner = inner.trim_end_matches('>');
            return match inner.strip_prefix("frozen ") {
                Some(module) => Self::frozen(module),
                None => Self::Made(path),
            };
        }
        if is_compiled(&path) {
            return Self::Compiled(path);
        }
        for folder in ["/site-packages/", "/dist-packages/"] {
            if let Some(at) = path.rfind(folder) {
                let part = path[at + folder.len()..].to_owned();
                let version = library_part(&path[..=at]).and_then(|(v, _)| v);
                return Self::Installed { path, part, version };
            }
        }
        match library_part(&path) {
            Some((version, part)) => {
                let part = part.to_owned();
                Self::Standard { path, part, version }
            }
            None => Self::File(path),
        }
    }

    /// `<frozen importlib._bootstrap>`: a module of the standard library, compiled into the interpreter.
    fn frozen(module: &str) -> Self {
        Self::Standard { path: String::new(), part: format!("{}.py", module.replace('.', "/")), version: None }
    }

    /// The path, where a file was recorded.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::None | Self::Made(_) | Self::Compiled(_) => None,
            Self::Standard { path, .. } | Self::Installed { path, .. } | Self::File(path) => {
                (!path.is_empty()).then_some(path)
            }
        }
    }

    /// Whether a path names a place by itself, on whatever system it was recorded.
    pub fn is_absolute(path: &str) -> bool {
        path.starts_with('/') || path.as_bytes().get(1) == Some(&b':')
    }
}

/// `pkg/__pycache__/mod.cpython-312.pyc` and `pkg/mod.pyc` → `pkg/mod.py`; other paths as they are.
fn source_of_compiled(path: &str) -> String {
    let Some(stem) = path.strip_suffix(".pyc").or_else(|| path.strip_suffix(".pyo")) else { return path.to_owned() };
    match stem.rsplit_once("__pycache__/") {
        Some((folder, name)) => format!("{folder}{}.py", name.split('.').next().unwrap_or(name)),
        None => format!("{stem}.py"),
    }
}

fn is_compiled(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    [".so", ".dll", ".dylib", ".pyd", ".exe"].iter().any(|end| name.ends_with(end)) || name.contains(".so.")
}

/// The version and the part below `lib/python3.12/`, below Windows' `Python312/Lib/`.
fn library_part(path: &str) -> Option<(Option<Version>, &str)> {
    for marker in ["/lib/python", "/lib64/python", "/lib/pypy"] {
        if let Some(at) = path.find(marker)
            && let Some((name, part)) = path[at + marker.len()..].split_once('/')
            && name.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b't')
        {
            return Some((Version::parse(name), part));
        }
    }
    let lower = path.to_ascii_lowercase();
    let at = lower.find("/lib/").filter(|_| lower.as_bytes().get(1) == Some(&b':'))?;
    let python = lower[..at].rsplit('/').next()?.strip_prefix("python")?;
    Some((Version::parse_joined(python), &path[at + "/lib/".len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const V312: Option<Version> = Some(Version { major: 3, minor: 12 });

    #[test]
    fn the_standard_library_is_told_by_its_folder_on_every_system() {
        for (path, part, version) in [
            ("/usr/lib/python3.12/json/decoder.py", "json/decoder.py", V312),
            ("/usr/lib64/python3.12/os.py", "os.py", V312),
            ("/opt/py/lib/python3.12t/os.py", "os.py", V312),
            (r"C:\Python312\Lib\json\decoder.py", "json/decoder.py", V312),
            (r"C:\Users\me\AppData\Local\Programs\Python\Python312-32\lib\os.py", "os.py", V312),
            ("/usr/lib/python3.12/__pycache__/os.cpython-312.pyc", "os.py", V312),
            ("<frozen importlib._bootstrap>", "importlib/_bootstrap.py", None),
        ] {
            let found = Recorded::new(path);
            assert!(
                matches!(&found, Recorded::Standard { part: p, version: v, .. } if p == part && *v == version),
                "{path}: {found:?}"
            );
        }
    }

    #[test]
    fn installed_packages_are_told_by_their_folder() {
        for (path, version) in [
            ("/srv/.venv/lib/python3.12/site-packages/django/db/query.py", V312),
            ("/usr/lib/python3/dist-packages/django/db/query.py", None),
            (r"D:\venv\Lib\site-packages\django\db\query.pyc", None),
        ] {
            let found = Recorded::new(path);
            assert!(
                matches!(&found, Recorded::Installed { part, version: v, .. } if part == "django/db/query.py" && *v == version),
                "{path}: {found:?}"
            );
        }
    }

    #[test]
    fn what_has_no_file_is_not_looked_for() {
        assert_eq!(Recorded::new("~"), Recorded::None);
        assert_eq!(Recorded::new(""), Recorded::None);
        assert_eq!(Recorded::new("<string>"), Recorded::Made("<string>".to_owned()));
        assert!(matches!(Recorded::new("/usr/lib/libc.so.6"), Recorded::Compiled(_)));
        assert!(matches!(Recorded::new("_ssl.cpython-312-x86_64-linux-gnu.so"), Recorded::Compiled(_)));
        assert_eq!(Recorded::new("app/views.py"), Recorded::File("app/views.py".to_owned()));
        assert_eq!(Recorded::new("/home/lib/views.py"), Recorded::File("/home/lib/views.py".to_owned()));
    }
}
