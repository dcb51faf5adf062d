//! Files made of a profile: pictures, tables, stacks. What is written equals what is shown, because both come from the
//! same analysis and the same geometry.

pub mod convert;
pub mod diff;
pub mod estimated;
pub mod findings;
pub mod folded;
mod font;
pub mod html;
pub mod markdown;
pub mod picture;
pub mod png;
pub mod pprof;
pub mod scrub;
pub mod speedscope;
mod svg;
pub mod table;

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file whole or not at all: beside its place first, then renamed. What is there already stays as it is until
/// everything is written. Pipes and devices are written to as they are.
pub fn write_file<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    if std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return write_and_flush(OpenOptions::new().write(true).open(path)?, write);
    }
    // A link stays a link: the file it points to is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = beside(&target)?;
    let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    if let Ok(replaced) = std::fs::metadata(&target) {
        // Who may read it stays as it was. A file system that knows no permissions has none to keep.
        let _ = file.set_permissions(replaced.permissions());
    }
    let result = write_and_flush(file, write).and_then(|value| std::fs::rename(&beside, &target).map(|()| value));
    if result.is_err() {
        // The first error is the one to tell; a file that cannot be removed either adds nothing to it.
        let _ = std::fs::remove_file(&beside);
    }
    result
}

fn write_and_flush<T>(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let mut out = BufWriter::with_capacity(1 << 18, file);
    let value = write(&mut out)?;
    out.flush()?;
    Ok(value)
}

/// A name in the same folder, so that renaming stays within one file system.
fn beside(target: &Path) -> io::Result<PathBuf> {
    let Some(name) = target.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not the name of a file"));
    };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    Ok(target.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<OsString> {
        std::fs::read_dir(folder).expect("lists").map(|e| e.expect("entry").file_name()).collect()
    }

    #[test]
    fn a_file_is_replaced_whole_or_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("out.txt");
        write_file(&path, |out| out.write_all(b"first")).expect("writes");
        let failed: io::Result<()> = write_file(&path, |out| {
            out.write_all(b"second")?;
            Err(io::Error::other("stopped"))
        });
        assert_eq!(failed.expect_err("fails").to_string(), "stopped");
        assert_eq!(std::fs::read(&path).expect("reads"), b"first");
        write_file(&path, |out| out.write_all(b"third")).expect("writes");
        assert_eq!(std::fs::read(&path).expect("reads"), b"third");
        assert_eq!(names(folder.path()), ["out.txt"]);
    }

    #[test]
    fn a_folder_cannot_be_written_to() {
        let folder = tempfile::tempdir().expect("folder");
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).expect("makes");
        assert!(write_file(&inner, |out| out.write_all(b"x")).is_err());
        assert!(write_file(&folder.path().join("none/out.txt"), |out| out.write_all(b"x")).is_err());
        assert_eq!(names(folder.path()), ["inner"]);
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_a_file_stays_as_it_was() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("private.md");
        std::fs::write(&path, "old").expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("sets");
        write_file(&path, |out| out.write_all(b"new")).expect("writes");
        assert_eq!(std::fs::read(&path).expect("reads"), b"new");
        assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().expect("folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").expect("writes");
        std::os::unix::fs::symlink(&file, &link).expect("links");
        write_file(&link, |out| out.write_all(b"new")).expect("writes");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&file).expect("reads"), b"new");
    }
}
