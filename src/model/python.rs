//! Which Python ran, as far as the paths of its library tell.

use std::fmt;

/// A folder such as `lib/python3.12`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PythonLibrary {
    /// 2 or 3.
    pub major: u32,
    /// 12 of Python 3.12.
    pub minor: u32,
    /// Whether it is `PyPy`'s.
    pub is_pypy: bool,
}

impl PythonLibrary {
    /// From `/usr/lib/python3.12/json/decoder.py` or `C:\Python312\Lib\json\decoder.py`. The innermost folder counts.
    pub fn of_path(path: &str) -> Option<Self> {
        path.rsplit(['/', '\\']).skip(1).find_map(Self::of_folder)
    }

    fn of_folder(folder: &str) -> Option<Self> {
        let lower = folder.get(..folder.len().min(16))?.to_ascii_lowercase();
        let (is_pypy, version) = match (lower.strip_prefix("python"), lower.strip_prefix("pypy")) {
            (Some(version), _) => (false, version),
            (_, Some(version)) => (true, version),
            _ => return None,
        };
        // A free-threaded build is `python3.13t`.
        let version = version.strip_suffix('t').unwrap_or(version);
        let (major, minor) = version.split_once('.').or_else(|| version.split_at_checked(1))?;
        if minor.is_empty() || minor.len() > 2 || !minor.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let major = major.parse().ok().filter(|major| matches!(major, 2 | 3))?;
        Some(Self { major, minor: minor.parse().ok()?, is_pypy })
    }
}

impl fmt::Display for PythonLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.is_pypy { "PyPy" } else { "Python" };
        write!(f, "{name} {}.{}", self.major, self.minor)
    }
}
