//! The Python installations of this machine: found by where they lie, without running one.

use super::Version;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// What is known of this machine before looking at its folders.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The active virtual environment (`VIRTUAL_ENV`).
    pub virtual_env: Option<PathBuf>,
    /// The active Conda environment (`CONDA_PREFIX`).
    pub conda_prefix: Option<PathBuf>,
    /// The folders programs are found in (`PATH`).
    pub path: Vec<PathBuf>,
    /// The user's own folder.
    pub home: Option<PathBuf>,
    /// Where interpreters are usually installed: folders that hold `lib/python3.12` or `Lib`.
    pub prefixes: Vec<PathBuf>,
    /// Folders each of whose folders is such a prefix (`~/.pyenv/versions`).
    pub collections: Vec<PathBuf>,
}

impl Environment {
    /// This machine.
    pub fn current() -> Self {
        let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let path: OsString = std::env::var_os("PATH").unwrap_or_default();
        let home = var("HOME").or_else(|| var("USERPROFILE"));
        let mut prefixes: Vec<PathBuf> =
            ["/usr", "/usr/local", "/opt/homebrew", "/opt/conda"].iter().map(PathBuf::from).collect();
        let mut collections: Vec<PathBuf> =
            ["/Library/Frameworks/Python.framework/Versions", "/opt/python"].iter().map(PathBuf::from).collect();
        if let Some(home) = &home {
            prefixes.extend(["miniconda3", "anaconda3", "miniforge3"].map(|name| home.join(name)));
            collections.push(home.join(".pyenv/versions"));
            collections.push(home.join(".local/share/uv/python"));
        }
        if let Some(local) = var("LOCALAPPDATA") {
            collections.push(local.join("Programs").join("Python"));
        }
        if let Some(roaming) = var("APPDATA") {
            collections.push(roaming.join("uv").join("python"));
        }
        Self {
            virtual_env: var("VIRTUAL_ENV"),
            conda_prefix: var("CONDA_PREFIX"),
            path: std::env::split_paths(&path).collect(),
            home,
            prefixes,
            collections,
        }
    }
}

/// The folders of one installation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Library {
    /// Its version, where a folder's name tells it.
    pub version: Option<Version>,
    /// The folder that holds `os.py`; a virtual environment has none of its own.
    pub standard: Option<PathBuf>,
    /// The folders packages are installed into.
    pub installed: Vec<PathBuf>,
}

/// The installations of a machine, those in use first.
#[derive(Clone, Default, Debug)]
pub struct Libraries {
    libraries: Vec<Library>,
}

/// Most installations looked at.
const MOST: usize = 64;

impl Libraries {
    /// Looks for installations: the active environment's, those of `.venv` and the like in the projects' folders, the
    /// one `python3` on the path belongs to, then the usual places.
    pub fn discover(environment: &Environment, projects: &[PathBuf]) -> Self {
        let mut search = Search::default();
        for prefix in [&environment.virtual_env, &environment.conda_prefix].into_iter().flatten() {
            search.prefix(prefix);
        }
        for project in projects {
            for name in [".venv", "venv", "env"] {
                let folder = project.join(name);
                if folder.join("pyvenv.cfg").is_file() {
                    search.prefix(&folder);
                }
            }
        }
        for folder in &environment.path {
            for name in ["python3", "python", "python.exe"] {
                search.program(&folder.join(name));
            }
        }
        for prefix in &environment.prefixes {
            search.prefix(prefix);
        }
        for collection in &environment.collections {
            for prefix in folders_in(collection) {
                search.prefix(&prefix);
            }
        }
        if let Some(home) = &environment.home {
            search.prefix(&home.join(".local"));
        }
        Self { libraries: search.found }
    }

    /// Every installation.
    pub fn all(&self) -> &[Library] {
        &self.libraries
    }

    /// Where a file of the standard library may lie, the best version first.
    pub fn standard(&self, part: &str, version: Option<Version>) -> Vec<(PathBuf, Option<Version>)> {
        let folders = self.by_version(version).into_iter().filter_map(|l| Some((l.standard.as_ref()?, l.version)));
        folders.map(|(folder, version)| (folder.join(part), version)).collect()
    }

    /// Where a file of an installed package may lie, the best version first.
    pub fn installed(&self, part: &str, version: Option<Version>) -> Vec<(PathBuf, Option<Version>)> {
        let folders = self
            .by_version(version)
            .into_iter()
            .flat_map(|l| l.installed.iter().map(move |folder| (folder, l.version)));
        folders.map(|(folder, version)| (folder.join(part), version)).collect()
    }

    /// In the order found; where a version is wanted, the nearest first.
    fn by_version(&self, wanted: Option<Version>) -> Vec<&Library> {
        let mut libraries: Vec<&Library> = self.libraries.iter().collect();
        if let Some(wanted) = wanted {
            libraries.sort_by_key(|library| match library.version {
                Some(v) => (v.major.abs_diff(wanted.major), v.minor.abs_diff(wanted.minor)),
                None => (0, 0),
            });
        }
        libraries
    }
}

#[derive(Default)]
struct Search {
    seen: HashSet<PathBuf>,
    found: Vec<Library>,
}

impl Search {
    /// The installation a program belongs to: beside its virtual environment's `pyvenv.cfg`, or where its link leads.
    fn program(&mut self, program: &Path) {
        if !program.is_file() {
            return;
        }
        if let Some(prefix) = program.parent().and_then(Path::parent)
            && prefix.join("pyvenv.cfg").is_file()
        {
            self.prefix(prefix);
        }
        if let Ok(real) = program.canonicalize()
            && let Some(folder) = real.parent()
        {
            self.prefix_of_programs(folder);
        }
    }

    /// `bin` lies in the prefix; on Windows programs lie in the prefix itself.
    fn prefix_of_programs(&mut self, folder: &Path) {
        if folder.join("Lib").is_dir() {
            self.prefix(folder);
        } else if let Some(prefix) = folder.parent() {
            self.prefix(prefix);
        }
    }

    fn prefix(&mut self, prefix: &Path) {
        // A virtual environment names the folder of the interpreter it was made with, which may be one as well.
        let mut base = Some(prefix.to_path_buf());
        for _ in 0..3 {
            let Some(at) = base.take() else { return };
            let Ok(real) = at.canonicalize() else { return };
            if self.found.len() >= MOST || !self.seen.insert(real) {
                return;
            }
            self.libraries_in(&at);
            let Some(home) = home_of_virtual_environment(&at) else { return };
            if home.join("Lib").is_dir() {
                base = Some(home);
            } else {
                base = home.canonicalize().unwrap_or(home).parent().map(Path::to_path_buf);
            }
        }
    }

    fn libraries_in(&mut self, prefix: &Path) {
        let mut versions: Vec<(Option<Version>, PathBuf)> = Vec::new();
        for lib in ["lib", "lib64"] {
            for folder in folders_in(&prefix.join(lib)) {
                let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let Some(version) = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy")) else { continue };
                // Debian's `python3` holds what is installed for every version 3.
                if version == "3" || Version::parse(version).is_some() {
                    versions.push((Version::parse(version), folder));
                }
            }
        }
        versions.sort_by(|(a, _), (b, _)| b.cmp(a));
        for (version, folder) in versions {
            self.library(version, &folder);
        }
        let windows = prefix.join("Lib");
        if windows.join("site-packages").is_dir() || windows.join("os.py").is_file() {
            let name = prefix.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let version = name.strip_prefix("python").and_then(|digits| {
                let (major, minor) = digits.split_at_checked(1)?;
                Version::parse(&format!("{major}.{minor}"))
            });
            self.library(version, &windows);
        }
    }

    fn library(&mut self, version: Option<Version>, folder: &Path) {
        let standard = folder.join("os.py").is_file().then(|| folder.to_path_buf());
        let installed: Vec<PathBuf> = ["site-packages", "dist-packages"]
            .map(|name| folder.join(name))
            .into_iter()
            .filter(|f| f.is_dir())
            .collect();
        if standard.is_some() || !installed.is_empty() {
            let library = Library { version, standard, installed };
            if !self.found.contains(&library) {
                self.found.push(library);
            }
        }
    }
}

/// The `home` of a `pyvenv.cfg`: the folder of the interpreter's program.
fn home_of_virtual_environment(prefix: &Path) -> Option<PathBuf> {
    const MOST_BYTES: u64 = 64 << 10;
    let file = prefix.join("pyvenv.cfg");
    if fs::metadata(&file).ok()?.len() > MOST_BYTES {
        return None;
    }
    let text = fs::read_to_string(file).ok()?;
    let home = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| PathBuf::from(value.trim()))
    })?;
    home.is_absolute().then_some(home)
}

/// The folders in a folder, in the order of their names; none where it cannot be read.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    const MOST_ENTRIES: usize = 20_000;
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut folders: Vec<PathBuf> =
        entries.take(MOST_ENTRIES).filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("lies in a folder")).expect("folder");
        fs::write(path, text).expect("file");
    }

    const V311: Option<Version> = Some(Version { major: 3, minor: 11 });
    const V312: Option<Version> = Some(Version { major: 3, minor: 12 });

    #[test]
    fn a_virtual_environment_comes_first_and_leads_to_its_interpreter() {
        let dir = tempfile::tempdir().expect("folder");
        let at = |p: &str| dir.path().join(p);
        touch(&at("base/lib/python3.12/os.py"), "");
        touch(&at("base/bin/python3.12"), "");
        touch(&at("usr/lib/python3.11/os.py"), "");
        touch(&at("proj/.venv/lib/python3.12/site-packages/six.py"), "");
        touch(&at("proj/.venv/pyvenv.cfg"), &format!("home = {}\nversion = 3.12.1\n", at("base/bin").display()));
        let environment = Environment { prefixes: vec![at("usr")], ..Environment::default() };
        let found = Libraries::discover(&environment, &[at("proj")]);
        let standard: Vec<_> = found.standard("os.py", None);
        assert_eq!(standard[0].1, V312);
        assert!(standard[0].0.is_file());
        assert_eq!(found.installed("six.py", None).len(), 1);
        let wanted = found.standard("os.py", Some(Version { major: 3, minor: 10 }));
        assert_eq!(wanted[0].1, V311, "the nearest version where one is wanted");
    }

    #[test]
    fn the_interpreter_on_the_path_is_found_without_running_it() {
        let dir = tempfile::tempdir().expect("folder");
        let at = |p: &str| dir.path().join(p);
        touch(&at("opt/lib/python3.13/os.py"), "");
        touch(&at("opt/bin/python3"), "#!/bin/sh\ntouch executed\n");
        let environment = Environment { path: vec![at("nothing"), at("opt/bin")], ..Environment::default() };
        let found = Libraries::discover(&environment, &[]);
        assert_eq!(found.all().len(), 1);
        assert_eq!(found.all()[0].version, Some(Version { major: 3, minor: 13 }));
        assert!(!at("executed").exists());
    }

    #[test]
    fn windows_folders_are_known_by_their_name() {
        let dir = tempfile::tempdir().expect("folder");
        touch(&dir.path().join("Python312/Lib/os.py"), "");
        let environment = Environment { collections: vec![dir.path().to_path_buf()], ..Environment::default() };
        let found = Libraries::discover(&environment, &[]);
        assert_eq!(found.all()[0].version, V312);
    }

    #[test]
    fn a_virtual_environment_made_from_itself_ends() {
        let dir = tempfile::tempdir().expect("folder");
        let at = |p: &str| dir.path().join(p);
        touch(&at("loop/bin/python"), "");
        touch(&at("loop/pyvenv.cfg"), &format!("home = {}\n", at("loop/bin").display()));
        let environment = Environment { virtual_env: Some(at("loop")), ..Environment::default() };
        assert!(Libraries::discover(&environment, &[]).all().is_empty());
    }
}
