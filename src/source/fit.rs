//! Whether a function stands in a file where a profile says it does.

use super::SourceFile;
use std::collections::HashMap;

/// Where a function stands, compared with where the profile says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// It is there; the line of its `def` (decorators stand above it).
    Here {
        /// Counted from one.
        line: u32,
    },
    /// One function of this name stands in the file, but somewhere else: the file has changed.
    Moved {
        /// The line of its `def`.
        line: u32,
    },
    /// Nothing of this name stands there, and none or several stand elsewhere.
    Gone,
    /// Cannot be told: the profile names no line, or names something without a `def`.
    Unknown,
}

/// Where the functions and classes of a file stand, by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Definitions {
    /// The line of the only one of this name; `None` where there are several.
    only: HashMap<String, Option<u32>>,
}

impl Definitions {
    pub(super) fn of(file: &SourceFile) -> Self {
        let mut only: HashMap<String, Option<u32>> = HashMap::new();
        for line in 1..=file.line_count() as u32 {
            if let Some(rest) = file.line(line).and_then(definition) {
                let end = rest.find(|c: char| !is_of_name(c)).unwrap_or(rest.len());
                only.entry(rest[..end].to_owned()).and_modify(|l| *l = None).or_insert(Some(line));
            }
        }
        Self { only }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Most lines decorators may take; a signature's first line follows them.
const MAX_DECORATOR_LINES: u32 = 400;

/// Looks for a function of this name, whose code the profile says begins at `first_line` (its first decorator, as
/// `co_firstlineno` counts; 0 where not known).
pub fn fit(file: &SourceFile, name: &str, first_line: u32) -> Fit {
    let bare = bare_name(name);
    if first_line == 0 {
        return Fit::Unknown;
    }
    match bare {
        // A module's code begins at its first statement or at the top, by version.
        "<module>" => return if file.line_count() > 0 { Fit::Here { line: 1 } } else { Fit::Gone },
        "<lambda>" => {
            return if file.line(first_line).is_some_and(|l| has_word(l, "lambda")) {
                Fit::Here { line: first_line }
            } else {
                Fit::Gone
            };
        }
        _ if !bare.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
            return if file.line(first_line).is_some() { Fit::Unknown } else { Fit::Gone };
        }
        _ => {}
    }
    if let Some(line) = definition_from(file, bare, first_line) {
        return Fit::Here { line };
    }
    match file.definitions().only.get(bare) {
        Some(&Some(line)) => Fit::Moved { line },
        _ => Fit::Gone,
    }
}

/// `Ticket.<locals>.parse` → `parse`: what stands behind `def`.
fn bare_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The `def` at a line, or below the decorators that begin at it.
fn definition_from(file: &SourceFile, name: &str, first_line: u32) -> Option<u32> {
    let first = file.line(first_line)?;
    if defines(first, name) {
        return Some(first_line);
    }
    if !first.trim_start().starts_with('@') {
        return None;
    }
    let indent = indent(first);
    for number in first_line + 1..=first_line.saturating_add(MAX_DECORATOR_LINES) {
        let line = file.line(number)?;
        if defines(line, name) && self::indent(line) == indent {
            return Some(number);
        }
        // Another definition at this depth: the decorators were its own.
        if self::indent(line) == indent && definition(line).is_some() {
            return None;
        }
    }
    None
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn defines(line: &str, name: &str) -> bool {
    definition(line).is_some_and(|rest| rest.strip_prefix(name).is_some_and(|after| !after.starts_with(is_of_name)))
}

/// What follows `def`, `async def` or `class`.
fn definition(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (word, rest) = line.split_once([' ', '\t'])?;
    match word {
        "def" | "class" | "cdef" | "cpdef" => Some(rest.trim_start()),
        "async" => rest.trim_start().strip_prefix("def").filter(|r| r.starts_with([' ', '\t'])).map(str::trim_start),
        _ => None,
    }
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !is_of_name(c)).any(|w| w == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const CODE: &str = "\
import os

@cached(
    size=3,
)
@app.route('/')
def index(a,
          b):
    return sorted(a, key=lambda x: x)

class Box:
    @property
    def size(self):
        return [x
                for x in self.all]

    async  def load(self): ...

def size(): ...
";

    fn look(name: &str, line: u32) -> Fit {
        fit(&SourceFile::new(PathBuf::from("a.py"), CODE.as_bytes(), None), name, line)
    }

    #[test]
    fn a_function_begins_at_its_first_decorator() {
        assert_eq!(look("index", 3), Fit::Here { line: 7 });
        assert_eq!(look("index", 7), Fit::Here { line: 7 }, "as Python before 3.8 counts");
        assert_eq!(look("Box.size", 12), Fit::Here { line: 13 });
        assert_eq!(look("Box.load", 17), Fit::Here { line: 17 });
        assert_eq!(look("Box", 11), Fit::Here { line: 11 });
    }

    #[test]
    fn a_changed_file_is_noticed() {
        assert_eq!(look("index", 4), Fit::Moved { line: 7 });
        assert_eq!(look("size", 3), Fit::Gone, "two functions of this name stand elsewhere");
        assert_eq!(look("load", 3), Fit::Moved { line: 17 }, "the decorators of another function are not its own");
        assert_eq!(look("gone", 900), Fit::Gone);
        assert_eq!(look("ind", 3), Fit::Gone, "a name is a whole word");
    }

    #[test]
    fn what_has_no_def_is_told_by_what_it_is() {
        assert_eq!(look("<module>", 1), Fit::Here { line: 1 });
        assert_eq!(look("<lambda>", 9), Fit::Here { line: 9 });
        assert_eq!(look("<lambda>", 8), Fit::Gone);
        assert_eq!(look("<listcomp>", 14), Fit::Unknown);
        assert_eq!(look("<listcomp>", 140), Fit::Gone);
        assert_eq!(look("index", 0), Fit::Unknown);
    }
}
