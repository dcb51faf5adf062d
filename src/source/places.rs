//! Where the user says sources are.

use super::Recorded;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// "What was recorded under this folder lies in that one here": `/app=~/src/app`.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Mapping {
    /// The beginning of recorded paths, written with `/`, without a `/` at its end.
    pub from: String,
    /// The folder here.
    pub to: PathBuf,
}

/// Why a text is no [`Mapping`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a mapping reads FROM=TO, a recorded folder and the one here: /app=~/src/app")]
pub struct MappingError;

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) = text.split_once('=').ok_or(MappingError)?;
        Self::new(from, to).ok_or(MappingError)
    }
}

impl Mapping {
    /// A mapping; `None` where a side is empty. `~` in the second is the user's own folder.
    pub fn new(from: &str, to: &str) -> Option<Self> {
        let from = from.trim().replace('\\', "/");
        let to = to.trim();
        if from.is_empty() || to.is_empty() {
            return None;
        }
        // `/` alone is a beginning, too: of every path of a container.
        let from = from.trim_end_matches('/').to_owned();
        Some(Self { from, to: with_home(to) })
    }

    /// Where a recorded path lies by this mapping.
    pub fn apply(&self, recorded: &str) -> Option<PathBuf> {
        let rest = strip_folder(recorded, &self.from)?;
        Some(self.to.join(rest))
    }
}

/// What follows a folder in a path. Windows' paths are compared without regard to case.
fn strip_folder<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let (head, rest) = path.split_at_checked(folder.len())?;
    let same = if folder.as_bytes().get(1) == Some(&b':') { head.eq_ignore_ascii_case(folder) } else { head == folder };
    rest.strip_prefix('/').filter(|_| same)
}

fn with_home(path: &str) -> PathBuf {
    let rest = match path {
        "~" => "",
        _ => match path.strip_prefix("~/") {
            Some(rest) => rest,
            None => return PathBuf::from(path),
        },
    };
    match std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")) {
        Some(home) => PathBuf::from(home).join(rest),
        None => PathBuf::from(path),
    }
}

/// Where to look for sources, beside where the profile says they are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Places {
    /// The folder the profile lies in.
    pub profile_folder: Option<PathBuf>,
    /// Recorded folders and what they are here; the longest that fits wins.
    pub mappings: Vec<Mapping>,
    /// Folders to search, in this order.
    pub roots: Vec<PathBuf>,
}

impl Places {
    /// The places of a profile in a file, with nothing else known.
    pub fn of_profile(path: &Path) -> Self {
        // A bare file name has an empty folder: the current one.
        let folder = path.parent().map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p });
        Self { profile_folder: folder.map(Path::to_path_buf), ..Self::default() }
    }

    /// Where a recorded path lies by the user's mappings, the longest first.
    pub fn mapped(&self, recorded: &str) -> Vec<PathBuf> {
        let mut fitting: Vec<(&Mapping, PathBuf)> =
            self.mappings.iter().filter_map(|m| Some((m, m.apply(recorded)?))).collect();
        fitting.sort_by_key(|(m, _)| std::cmp::Reverse(m.from.len()));
        fitting.into_iter().map(|(_, path)| path).collect()
    }

    /// The profile's folder and those above it where a project's sources may begin.
    pub fn near_profile(&self) -> Vec<PathBuf> {
        /// `project/profiles/today/out.prof`
        const FOLDERS: usize = 3;
        let Some(folder) = &self.profile_folder else { return Vec::new() };
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        absolute.ancestors().take(FOLDERS).filter(|f| f.parent().is_some()).map(Path::to_path_buf).collect()
    }
}

/// The ends of a recorded path that may name the same file in another folder, longest first: `/srv/app/views.py` gives
/// `srv/app/views.py`, `app/views.py`, `views.py`. A name every package has (`__init__.py`) is none without its folder.
pub(super) fn endings(recorded: &str) -> Vec<&str> {
    const MOST: usize = 32;
    let bare = if recorded.as_bytes().get(1) == Some(&b':') { &recorded[2..] } else { recorded };
    let mut endings = Vec::new();
    let mut rest = bare.trim_start_matches('/');
    while rest.starts_with("./") || rest.starts_with("../") {
        rest = rest.trim_start_matches('.').trim_start_matches('/');
    }
    if rest.split('/').any(|part| part == "..") {
        rest = rest.rsplit('/').next().unwrap_or(rest);
    }
    while endings.len() < MOST && !rest.is_empty() {
        if rest.contains('/') || !rest.starts_with("__") {
            endings.push(rest);
        }
        match rest.split_once('/') {
            Some((_, after)) => rest = after.trim_start_matches('/'),
            None => break,
        }
    }
    endings
}

/// Where the recorded path itself lies on this machine, if it may: a share of another machine is never asked for.
pub(super) fn as_recorded(recorded: &str) -> Option<PathBuf> {
    let path = Path::new(recorded);
    (Recorded::is_absolute(recorded) && path.is_absolute() && !recorded.starts_with("//")).then(|| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_replaces_whole_folders() {
        let map: Mapping = "/app=/home/me/app".parse().expect("reads");
        assert_eq!(map.apply("/app/api/views.py"), Some(PathBuf::from("/home/me/app/api/views.py")));
        assert_eq!(map.apply("/application/views.py"), None);
        assert_eq!(map.apply("/app"), None);
        let windows: Mapping = r"C:\Work\=/src".parse().expect("reads");
        assert_eq!(windows.apply("c:/work/a.py"), Some(PathBuf::from("/src/a.py")));
        let all: Mapping = "/=/images/rootfs".parse().expect("reads");
        assert_eq!(all.apply("/app/a.py"), Some(PathBuf::from("/images/rootfs/app/a.py")));
        assert_eq!("/app".parse::<Mapping>(), Err(MappingError));
        assert_eq!("=/x".parse::<Mapping>(), Err(MappingError));
    }

    #[test]
    fn the_longest_mapping_wins() {
        let mappings = vec!["/app=/a".parse().expect("reads"), "/app/lib=/b".parse().expect("reads")];
        let places = Places { mappings, ..Places::default() };
        assert_eq!(places.mapped("/app/lib/x.py"), [PathBuf::from("/b/x.py"), PathBuf::from("/a/lib/x.py")]);
    }

    #[test]
    fn endings_are_longest_first_and_never_climb() {
        assert_eq!(endings("/srv/app/views.py"), ["srv/app/views.py", "app/views.py", "views.py"]);
        assert_eq!(endings("C:/app/views.py"), ["app/views.py", "views.py"]);
        assert_eq!(endings("/srv/app/__init__.py"), ["srv/app/__init__.py", "app/__init__.py"]);
        assert_eq!(endings("../../views.py"), ["views.py"]);
        assert_eq!(endings("/a/../../../etc/x.py"), ["x.py"]);
        assert!(endings("__main__.py").is_empty());
        assert!(endings("").is_empty());
    }

    #[test]
    fn a_share_of_another_machine_is_never_asked_for() {
        assert_eq!(as_recorded("//attacker/share/a.py"), None);
        assert_eq!(as_recorded("app/a.py"), None);
    }
}
