//! Frames written as one text, as py-spy, inferno and others do: `parse (app/csv.py:12)`.

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

    /// Whether the place is a shared library or an executable rather than a source file.
    pub(super) fn is_native(&self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::FrameText;

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
    fn libraries_are_told_from_sources() {
        assert!(FrameText::parse("__poll (libc.so.6)").is_native());
        assert!(FrameText::parse("x (_ssl.cpython-312-x86_64-linux-gnu.so)").is_native());
        assert!(FrameText::parse("PyEval (python3.12)").is_native());
        assert!(!FrameText::parse("main (python_tools.py:3)").is_native());
        assert!(!FrameText::parse("main (a.py:3)").is_native());
    }
}
