//! Opens a line of a file in the user's editor: a command of the user's own, started without a shell, only when asked for.

use crate::ui::EDITORS;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The first known editor that is installed, or the one most have.
pub(super) fn guess() -> String {
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
    let installed = |command: &str| {
        let program = command.split(' ').next().unwrap_or(command);
        // Windows' `code` is a script.
        folders.iter().any(|f| ["", ".exe", ".cmd"].iter().any(|end| f.join(format!("{program}{end}")).is_file()))
    };
    EDITORS.iter().copied().find(|command| installed(command)).unwrap_or(EDITORS[0]).to_owned()
}

/// Starts the editor, and does not wait for it.
pub(super) fn open(command: &str, file: &Path, line: u32) -> Result<(), String> {
    let words = words_for(command, file, line);
    let Some((program, arguments)) = words.split_first() else {
        return Err("No editor is chosen. Choose one with “Options…” in the source view.".to_owned());
    };
    let started = Command::new(program_of(program))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(mut child) => {
            // Whoever does not ask for its exit status leaves a zombie behind.
            let reaper = std::thread::Builder::new().name("editor".to_owned());
            let _ = reaper.spawn(move || child.wait());
            Ok(())
        }
        Err(error) => {
            Err(format!("{program} could not be started: {error}. Choose another with “Options…” in the source view."))
        }
    }
}

/// Scripts are found by Windows only with their ending.
fn program_of(program: &str) -> PathBuf {
    if !cfg!(windows) || program.contains(['.', '\\', '/']) {
        return PathBuf::from(program);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let script = std::env::split_paths(&path).map(|f| f.join(format!("{program}.cmd"))).find(|p| p.is_file());
    script.unwrap_or_else(|| PathBuf::from(program))
}

/// The words of a command, with the file and the line put in. Quotes keep blanks within a word.
fn words_for(command: &str, file: &Path, line: u32) -> Vec<String> {
    // An absolute path begins with no `-`, so that it is never taken for an option.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let file = file.display().to_string();
    let mut words = split(command);
    if !words.is_empty() && !command.contains("{file}") {
        words.push("{file}".to_owned());
    }
    words.iter().map(|word| put_in(word, &file, line)).collect()
}

/// In one pass: a file may be called `{line}`.
fn put_in(word: &str, file: &str, line: u32) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{file}") {
            out.push_str(file);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{line}") {
            out.push_str(&line.to_string());
            rest = after;
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for c in command.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            Some(_) | None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_and_line_are_words_of_their_own_whatever_is_in_them() {
        let words = |command: &str| words_for(command, Path::new("/a b/$(touch x); {line}.py"), 12);
        assert_eq!(words("code -g {file}:{line}"), ["code", "-g", "/a b/$(touch x); {line}.py:12"]);
        assert_eq!(words("\"my editor\" '+{line}'"), ["my editor", "+12", "/a b/$(touch x); {line}.py"]);
        assert_eq!(words("ed {x} {file}"), ["ed", "{x}", "/a b/$(touch x); {line}.py"]);
        assert!(words("  ").is_empty());
    }

    #[test]
    fn a_relative_path_is_never_an_option() {
        let words = words_for("ed {file}", Path::new("-rf.py"), 1);
        assert!(Path::new(&words[1]).is_absolute(), "{words:?}");
    }

    #[test]
    fn an_editor_that_is_not_there_is_named() {
        let error = open("no-such-editor-anywhere {file}", Path::new("/a.py"), 1).expect_err("is not there");
        assert!(error.contains("no-such-editor-anywhere"), "{error}");
        assert!(open("", Path::new("/a.py"), 1).is_err());
    }
}
