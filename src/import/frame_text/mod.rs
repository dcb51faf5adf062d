//! Frames written as one text, as py-spy, inferno and others do: `parse (app/csv.py:12)`.
//!
//! Threads and processes that profilers write as outermost frames are in [`scope`].

pub(super) mod scope;

use crate::model::{Frame, FrameId, Function, FunctionId, ProfileBuilder, StringId};

/// How a producer writes its frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    /// `name (file:line)`, where the line is the one that was running: py-spy and most others.
    RunningLine,
    /// `name (file:line)`, where the line is the function's first: `py-spy record --function`.
    FirstLine,
    /// `file:name:line`: Python's own `profiling.sampling`.
    Colons,
}

/// The parts of a frame's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FrameText<'a> {
    /// The function's name.
    pub(super) name: &'a str,
    /// A source file, or the library of a native frame; empty where none is given.
    pub(super) place: &'a str,
    /// The line; 0 where none is given.
    pub(super) line: u32,
}

impl<'a> FrameText<'a> {
    /// Splits `name (place:line)` and `name (place)`. A text without a place is all name.
    ///
    /// The place is the last pair of parentheses, so `<lambda> (a (copy).py:3)` and `operator() (lib.so)` come out whole.
    pub(super) fn parse(text: &'a str) -> Self {
        let whole = Self { name: text, place: "", line: 0 };
        let Some(inner) = text.strip_suffix(')') else { return whole };
        let Some(open) = opening(inner) else { return whole };
        let (name, place) = (inner[..open].trim_end(), &inner[open + 2..]);
        if name.is_empty() || place.is_empty() {
            return whole;
        }
        match place.rsplit_once(':') {
            Some((file, line)) if !file.is_empty() && !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) => {
                Self { name, place: file, line: line.parse().unwrap_or(0) }
            }
            _ => Self { name, place, line: 0 },
        }
    }

    /// Splits `file:name:line`. `None` for a text that has not these three parts.
    fn parse_colons(text: &'a str) -> Option<Self> {
        let (rest, line) = text.rsplit_once(':')?;
        let (place, name) = rest.rsplit_once(':')?;
        let is_line = !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit());
        (is_line && !name.is_empty() && !place.is_empty()).then(|| Self {
            name,
            place,
            line: line.parse().unwrap_or(0),
        })
    }

    /// Splits a frame in the dialect of its producer. `file.py:name:line` is understood in all of them, because Austin
    /// writes it too.
    pub(super) fn parse_as(text: &'a str, dialect: Dialect) -> Self {
        let colons = Self::parse_colons(text).filter(|parts| dialect == Dialect::Colons || is_python_file(parts.place));
        colons.unwrap_or_else(|| Self::parse(text))
    }

    /// Whether the place is a shared library or an executable rather than a source file.
    fn is_native(&self) -> bool {
        let file = self.place.rsplit(['/', '\\']).next().unwrap_or(self.place);
        let lower = file.to_ascii_lowercase();
        let ends = [".dll", ".dylib", ".exe", ".pyd", ".so"].iter().any(|e| lower.ends_with(e));
        ends || lower.contains(".so.") || (self.line == 0 && lower.starts_with("python") && !lower.contains(".py"))
    }
}

/// The last ` (` whose parenthesis the end of the text closes.
fn opening(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut depth = 0_usize;
    for i in (1..bytes.len()).rev() {
        match bytes[i] {
            b')' => depth += 1,
            b'(' if depth > 0 => depth -= 1,
            b'(' if bytes[i - 1] == b' ' => return Some(i - 1),
            b'(' => return None,
            _ => {}
        }
    }
    None
}

fn is_python_file(place: &str) -> bool {
    std::path::Path::new(place).extension().is_some_and(|e| e == "py")
        || (place.starts_with('<') && place.ends_with('>'))
}

/// What `stackcollapse-perf.pl` and its kin append to a name: `sys_read_[k]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Annotation {
    None,
    /// `_[k]`: runs in the kernel.
    Kernel,
    /// `_[i]`: folded into its caller by the compiler.
    Inlined,
    /// `_[j]`: compiled while the program ran.
    Jit,
}

impl Annotation {
    fn split(text: &str) -> (&str, Self) {
        for (suffix, annotation) in [("_[k]", Self::Kernel), ("_[i]", Self::Inlined), ("_[j]", Self::Jit)] {
            match text.strip_suffix(suffix) {
                Some(name) if !name.is_empty() => return (name, annotation),
                _ => {}
            }
        }
        (text, Self::None)
    }

    fn object(self) -> &'static str {
        match self {
            Self::Kernel => "[kernel]",
            Self::Jit => "[jit]",
            Self::None | Self::Inlined => "",
        }
    }
}

/// The function of a frame whose file is written beside its name. `line` is the line of the frame, and `first_line` that of
/// the function; 0 where not known. What has no line and lies in a library is native, and belongs to that library.
pub(super) fn function_in(
    builder: &mut ProfileBuilder,
    (name, file): (&str, &str),
    line: u32,
    first_line: u32,
) -> FunctionId {
    let is_native = line == 0 && FrameText { name, place: file, line }.is_native();
    let (name, file) = (builder.string(name), builder.string(file));
    let object = if is_native { file } else { StringId::EMPTY };
    builder.function(Function { name, file, line: first_line, object })
}

/// The frame a text stands for.
pub(super) fn intern(builder: &mut ProfileBuilder, text: &str, dialect: Dialect) -> FrameId {
    let (text, annotation) = Annotation::split(text);
    let parts = FrameText::parse_as(text, dialect);
    let name = builder.string(parts.name);
    let place = builder.string(parts.place);
    let (file, object) = match annotation.object() {
        "" if parts.is_native() => (StringId::EMPTY, place),
        "" => (place, StringId::EMPTY),
        object => (place, builder.string(object)),
    };
    let (first_line, line) = match dialect {
        Dialect::FirstLine => (parts.line, 0),
        Dialect::RunningLine | Dialect::Colons => (0, parts.line),
    };
    let function = builder.function(Function { name, file, line: first_line, object });
    builder.frame_of(Frame { function, line, inlined: annotation == Annotation::Inlined })
}

#[cfg(test)]
mod tests {
    use super::{Annotation, Dialect, FrameText};

    #[test]
    fn a_frame_is_name_place_and_line() {
        let cases = [
            ("main (app/a.py:12)", ("main", "app/a.py", 12)),
            ("<module> (a.py:1)", ("<module>", "a.py", 1)),
            (
                "_find_and_load (<frozen importlib._bootstrap>:1176)",
                ("_find_and_load", "<frozen importlib._bootstrap>", 1176),
            ),
            ("Foo.bar (C:\\app\\b.py:7)", ("Foo.bar", "C:\\app\\b.py", 7)),
            ("__poll (libc.so.6)", ("__poll", "libc.so.6", 0)),
            ("f (a (copy).py:3)", ("f", "a (copy).py", 3)),
            ("operator()", ("operator()", "", 0)),
            ("plain", ("plain", "", 0)),
            ("f (a.py)", ("f", "a.py", 0)),
            (" (a.py:1)", (" (a.py:1)", "", 0)),
            ("f ()", ("f ()", "", 0)),
        ];
        for (text, (name, place, line)) in cases {
            assert_eq!(FrameText::parse(text), FrameText { name, place, line }, "{text}");
        }
    }

    #[test]
    fn colons_are_split_for_python_files_and_where_the_dialect_says_so() {
        let parts = |name, place, line| FrameText { name, place, line };
        for dialect in [Dialect::RunningLine, Dialect::Colons] {
            assert_eq!(FrameText::parse_as("a.py:main:9", dialect), parts("main", "a.py", 9));
            assert_eq!(FrameText::parse_as("<frozen x>:<module>:35", dialect), parts("<module>", "<frozen x>", 35));
            assert_eq!(FrameText::parse_as("C:\\a.py:f:3", dialect), parts("f", "C:\\a.py", 3));
            assert_eq!(FrameText::parse_as("<GC>", dialect), parts("<GC>", "", 0));
            assert_eq!(FrameText::parse_as("ns::f", dialect), parts("ns::f", "", 0));
        }
        assert_eq!(FrameText::parse_as("script:main:9", Dialect::Colons), parts("main", "script", 9));
        assert_eq!(FrameText::parse_as("script:main:9", Dialect::RunningLine), parts("script:main:9", "", 0));
    }

    #[test]
    fn annotations_are_taken_off_the_end_of_a_name() {
        assert_eq!(Annotation::split("sys_read_[k]"), ("sys_read", Annotation::Kernel));
        assert_eq!(Annotation::split("run_[j]"), ("run", Annotation::Jit));
        assert_eq!(Annotation::split("f_[i]"), ("f", Annotation::Inlined));
        assert_eq!(Annotation::split("f_[0]"), ("f_[0]", Annotation::None));
        assert_eq!(Annotation::split("_[k]"), ("_[k]", Annotation::None));
    }

    #[test]
    fn libraries_are_told_from_sources() {
        assert!(FrameText::parse("__poll (libc.so.6)").is_native());
        assert!(FrameText::parse("x (_ssl.cpython-312-x86_64-linux-gnu.so)").is_native());
        assert!(FrameText::parse("PyEval (python3.12)").is_native());
        assert!(!FrameText::parse("main (python_tools.py:3)").is_native());
        assert!(!FrameText::parse("main (a.py:3)").is_native());
    }
}
