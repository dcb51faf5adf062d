//! The files commands write.

use super::failure::Failure;
use super::to_stdout;
use crate::export::write_file;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file whole or not at all; to standard output where `-` asks for that.
pub(super) fn write<T>(output: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Failure> {
    if output.as_os_str() == "-" {
        return to_stdout(|out| write(out).map_err(Failure::Stdout));
    }
    write_file(output, write).map_err(|source| Failure::Output { path: output.to_owned(), source })
}

/// Refuses to write over a profile that is read: a recording may not come again.
pub(super) fn spare<'a>(output: &Path, profiles: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    if output.as_os_str() == "-" {
        return Ok(());
    }
    // Terminals and pipes may well be read and written.
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    if place.is_file() && profiles.into_iter().any(|profile| profile.canonicalize().is_ok_and(|read| read == place)) {
        return Err(Failure::usage(format!("{} is the profile itself; write to another file", output.display())));
    }
    Ok(())
}

/// The name of a file without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()).into_owned()
}
