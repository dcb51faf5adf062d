//! One line: its stack and its count. And what a handful of lines tell about a file.

use crate::import::decimal;
use memchr::{memchr, memrchr2};
use rustc_hash::FxHashSet;

/// How many counts a line has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Columns {
    /// One.
    One,
    /// Two: before and after, as `difffolded.pl` and `inferno-diff-folded` write them.
    BaseAndNew,
}

/// What a line is.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Line<'a> {
    /// Blank.
    Nothing,
    /// Its text without the mark.
    Comment(&'a [u8]),
    /// Text that does not end in a count.
    NoValue,
    /// Its count does not fit.
    TooLarge,
    /// Its count has more decimal places than asked for; this many would do.
    TooFine(u32),
    /// A stack, which is the line's beginning and may be empty, and its counts: the second is 0 for [`Columns::One`].
    Stack {
        stack: &'a [u8],
        values: [i64; 2],
        rounded: bool,
        /// There is one count where two were expected.
        unpaired: bool,
    },
}

impl<'a> Line<'a> {
    /// Reads a line without its line feed; counts are multiplied by 10^places.
    #[inline]
    pub(super) fn parse(line: &'a [u8], columns: Columns, places: u32) -> Self {
        let line = trim_end(line);
        match line.first() {
            None => return Self::Nothing,
            Some(b'#' | b'/') => {
                if let Some(text) = comment(line) {
                    return Self::Comment(text);
                }
            }
            _ => {}
        }
        let Some((rest, last)) = split_last(line) else { return Self::NoValue };
        let last = match Value::parse(last, places) {
            Ok(value) => value,
            Err(problem) => return problem.into(),
        };
        let (stack, values, rounded, unpaired) = match (columns, split_last(rest)) {
            (Columns::One, _) => (rest, [last.scaled, 0], last.rounded, false),
            (Columns::BaseAndNew, Some((stack, token))) if is_number(token) => match Value::parse(token, places) {
                Ok(base) => (stack, [base.scaled, last.scaled], base.rounded || last.rounded, false),
                Err(problem) => return problem.into(),
            },
            (Columns::BaseAndNew, _) => (rest, [0, last.scaled], last.rounded, true),
        };
        Self::Stack { stack, values, rounded, unpaired }
    }
}

impl From<Problem> for Line<'_> {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::NotANumber => Self::NoValue,
            Problem::TooLarge => Self::TooLarge,
            Problem::TooFine(places) => Self::TooFine(places),
        }
    }
}

#[derive(Clone, Copy)]
struct Value {
    scaled: i64,
    rounded: bool,
}

enum Problem {
    NotANumber,
    TooLarge,
    TooFine(u32),
}

/// The finest scale: nine decimal places.
const MOST_PLACES: u32 = 9;

impl Value {
    #[inline]
    fn parse(token: &[u8], places: u32) -> Result<Self, Problem> {
        // Nearly every count is a small integer.
        if places == 0 && token.len() <= 18 && token.iter().all(u8::is_ascii_digit) && !token.is_empty() {
            let scaled = token.iter().fold(0_i64, |v, d| v * 10 + i64::from(d - b'0'));
            return Ok(Self { scaled, rounded: false });
        }
        Self::parse_any(token, places)
    }

    #[cold]
    fn parse_any(token: &[u8], places: u32) -> Result<Self, Problem> {
        if !is_number(token) {
            return Err(Problem::NotANumber);
        }
        let needed = places_of(token);
        if needed > places && places < MOST_PLACES {
            // A step in the metric's unit is a thousandth, so the scale grows by three places.
            return Err(Problem::TooFine(needed.next_multiple_of(3).min(MOST_PLACES)));
        }
        let scaled = decimal::scaled(token, places as i32).ok_or(Problem::TooLarge)?;
        Ok(Self { scaled, rounded: needed > places })
    }
}

/// Whether a token is a decimal number, with or without a sign, a fraction and an exponent.
fn is_number(token: &[u8]) -> bool {
    let unsigned = token.strip_prefix(b"-").or_else(|| token.strip_prefix(b"+")).unwrap_or(token);
    unsigned.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.')
        && unsigned.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        // An exponent too large to compute is still a number; anything misplaced is not.
        && std::str::from_utf8(unsigned).is_ok_and(|text| text.parse::<f64>().is_ok())
}

/// Decimal places a number needs to be kept exactly.
fn places_of(token: &[u8]) -> u32 {
    let end = token.iter().position(|b| matches!(b, b'e' | b'E'));
    let (mantissa, exponent) = token.split_at(end.unwrap_or(token.len()));
    let fraction = memchr(b'.', mantissa).and_then(|dot| mantissa.get(dot + 1..)).unwrap_or_default();
    let used = fraction.iter().rposition(|b| *b != b'0').map_or(0, |last| last + 1);
    let exponent = exponent.get(1..).and_then(|e| std::str::from_utf8(e).ok()?.parse::<i64>().ok()).unwrap_or(0);
    let places = i64::try_from(used).unwrap_or(i64::MAX).saturating_sub(exponent);
    u32::try_from(places.max(0)).unwrap_or(u32::MAX).min(1 << 20)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

#[inline]
fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., last] = text
        && is_blank(*last)
    {
        text = rest;
    }
    text
}

/// The text before the last blank, without blanks at its end, and the token behind it.
#[inline]
fn split_last(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memrchr2(b' ', b'\t', text)?;
    let (rest, token) = text.split_at(at);
    Some((trim_end(rest), token.get(1..)?))
}

/// A comment's text. A Ruby frame, `#<Class:0x1>.new`, is none.
fn comment(line: &[u8]) -> Option<&[u8]> {
    match line {
        [b'#'] => Some(&[]),
        [b'#', b' ' | b'\t' | b'#' | b'!', ..] => line.get(1..),
        [b'/', b'/', b' ', ..] => line.get(2..),
        _ => None,
    }
}

/// What the first lines of a file look like.
#[derive(Debug)]
pub(super) struct Sketch {
    /// How many counts lines have.
    pub(super) columns: Columns,
    /// The first stack begins with `tid:140`, as those of Python's `profiling.sampling`.
    pub(super) has_tid: bool,
    stacks: u32,
    /// Stacks of several frames.
    deep: u32,
    /// Stacks of one frame that only a profiler would write: empty, or with a place.
    telling: u32,
    /// Stacks of one frame without a place that is code by its looks.
    code: u32,
    /// Stacks of one word, which may be anything.
    words: u32,
    /// Stacks that have no count.
    uncounted: u32,
    other: u32,
    is_binary: bool,
    is_table: bool,
}

impl Sketch {
    /// Looks at the lines of the head of a file; `is_whole` tells that it is the whole file.
    pub(super) fn of(head: &[u8], is_whole: bool) -> Self {
        let mut sketch = Self {
            columns: Columns::One,
            has_tid: false,
            stacks: 0,
            deep: 0,
            telling: 0,
            code: 0,
            words: 0,
            uncounted: 0,
            other: 0,
            is_binary: head.iter().any(|b| matches!(b, 0..=8 | 14..=26)),
            is_table: false,
        };
        let whole_lines =
            if is_whole { head } else { head.get(..memchr::memrchr(b'\n', head).unwrap_or(0)).unwrap_or(head) };
        if !is_whole && whole_lines.is_empty() {
            sketch.first_line_is_longer_than(head);
            return sketch;
        }
        let mut paired = 0;
        let mut table = Table::default();
        for line in whole_lines.split(|b| *b == b'\n') {
            let parsed = match Line::parse(line, Columns::BaseAndNew, 0) {
                Line::TooFine(_) => Line::parse(line, Columns::BaseAndNew, MOST_PLACES),
                parsed => parsed,
            };
            match parsed {
                Line::Nothing | Line::Comment(_) => {}
                Line::NoValue => {
                    let is_stack = separates_frames(line) && !line.contains(&b' ');
                    sketch.uncounted += u32::from(is_stack);
                    sketch.other += 1;
                }
                // Its stack does not matter then: parsing the file will end in an error that says so.
                Line::TooLarge | Line::TooFine(_) => sketch.deep += 1,
                Line::Stack { stack, unpaired, .. } => {
                    paired += u32::from(!unpaired);
                    table.add(stack);
                    sketch.add(stack, line);
                }
            }
        }
        if paired > 0 && paired == sketch.stacks {
            sketch.columns = Columns::BaseAndNew;
        }
        sketch.is_table = table.looks_like_one();
        sketch
    }

    fn add(&mut self, stack: &[u8], line: &[u8]) {
        if self.stacks == 0 {
            self.has_tid = stack.strip_prefix(b"tid:").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit));
        }
        self.stacks += 1;
        if separates_frames(stack) {
            self.deep += 1;
        } else if (stack.is_empty() && line.first().is_some_and(|b| is_blank(*b))) || has_place(stack) {
            self.telling += 1;
        } else if is_code(stack) {
            self.code += 1;
        } else if !stack.iter().any(|b| is_blank(*b)) {
            self.words += 1;
        } else {
            self.other += 1;
        }
    }

    /// A stack so deep that its line does not end within the head.
    fn first_line_is_longer_than(&mut self, head: &[u8]) {
        const MANY: usize = 100;
        let frames = memchr::memchr_iter(b';', head).filter(|i| head.get(i + 1).is_some_and(|b| !is_blank(*b))).count();
        self.deep = u32::from(frames > MANY);
    }

    /// Whether the file may hold collapsed stacks.
    ///
    /// It is asked last of all formats, so it errs on the side of no: lines must end in counts, and something but the
    /// counts must speak for stacks.
    pub(super) fn looks_collapsed(&self) -> bool {
        const MANY_WORDS: u32 = 20;
        if self.is_binary || self.is_table {
            return false;
        }
        let speaking = self.deep + self.telling;
        let bare = self.code + self.words;
        if speaking > 0 || (bare > 0 && self.uncounted > 0) {
            return speaking + bare >= self.other;
        }
        // A table of figures may well name `main`; only with one count on every line is it a list of stacks.
        let is_code = self.code > 0 && self.columns == Columns::One;
        self.other == 0 && (is_code || bare >= MANY_WORDS)
    }
}

/// Whether there is a semicolon as between frames: in prose and in source code a blank stands behind it.
fn separates_frames(text: &[u8]) -> bool {
    memchr::memchr_iter(b';', text).any(|i| text.get(i + 1).is_some_and(|b| !is_blank(*b)))
}

/// `parse (csv.py:12)`, `thread (8): worker`, `process 8:"python"`.
fn has_place(stack: &[u8]) -> bool {
    let place = memchr::memmem::rfind(stack, b" (").and_then(|i| stack.get(i + 2..)).unwrap_or_default();
    let is_place = place.ends_with(b")") && !place.iter().any(|b| is_blank(*b));
    is_place || stack.starts_with(b"thread (") || (stack.starts_with(b"process ") && stack.ends_with(b"\""))
}

/// A frame without a place that is no word of prose or of settings: `main`, `<module>`, `parse()`.
fn is_code(frame: &[u8]) -> bool {
    match frame {
        b"main" | b"__main__" | b"_start" => true,
        [b'<', inner @ .., b'>'] => !inner.is_empty() && !inner.iter().any(|b| matches!(b, b'<' | b'>' | b'/')),
        _ => frame.ends_with(b"()") && !frame.iter().any(|b| is_blank(*b)),
    }
}

/// `csv.py:12)`
fn has_line(stack: &[u8]) -> bool {
    memchr::memchr_iter(b')', stack).any(|end| {
        let before = stack.get(..end).unwrap_or_default();
        let digits = before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        digits > 0 && before.get(..end - digits).is_some_and(|rest| rest.ends_with(b":"))
    })
}

/// Tells tables of semicolon-separated values, whose last column ends in a number: every row has as many columns, and
/// the first column, an id or a date, is never the same twice. Stacks begin alike.
#[derive(Default)]
struct Table<'a> {
    rows: usize,
    columns: Option<usize>,
    is_uneven: bool,
    /// Threads, or frames that say where they are: no table has these.
    has_places: bool,
    firsts: FxHashSet<&'a [u8]>,
}

impl<'a> Table<'a> {
    fn add(&mut self, stack: &'a [u8]) {
        self.has_places |= has_line(stack) || [&b"thread ("[..], b"tid:"].iter().any(|begin| stack.starts_with(begin));
        let columns = memchr::memchr_iter(b';', stack).count();
        let first = stack.get(..memchr(b';', stack).unwrap_or(stack.len())).unwrap_or(stack);
        self.is_uneven |= self.columns.is_some_and(|c| c != columns) || columns == 0;
        self.columns = Some(columns);
        self.firsts.insert(first);
        self.rows += 1;
    }

    fn looks_like_one(&self) -> bool {
        const FEWEST_ROWS: usize = 5;
        self.rows >= FEWEST_ROWS && !self.is_uneven && !self.has_places && self.firsts.len() == self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Line<'_> {
        Line::parse(line.as_bytes(), Columns::One, 0)
    }

    fn stack(stack: &str, value: i64) -> Line<'_> {
        Line::Stack { stack: stack.as_bytes(), values: [value, 0], rounded: false, unpaired: false }
    }

    #[test]
    fn the_count_is_the_last_word() {
        assert_eq!(one("a;b 3"), stack("a;b", 3));
        assert_eq!(one("a;b\t7\r"), stack("a;b", 7));
        assert_eq!(one("main;foo (a b.py:3);bar <x; y> 4 "), stack("main;foo (a b.py:3);bar <x; y>", 4));
        assert_eq!(one(" 5"), stack("", 5));
        assert_eq!(one("a;b -3"), stack("a;b", -3));
        assert_eq!(one("a;b +3"), stack("a;b", 3));
        assert_eq!(one("a;b 3 5"), stack("a;b 3", 5));
        assert_eq!(one("a 2e3"), stack("a", 2000));
    }

    #[test]
    fn lines_that_are_no_stacks_are_told_apart() {
        assert_eq!(one("\r"), Line::Nothing);
        assert_eq!(one("# made by hand 3"), Line::Comment(b" made by hand 3"));
        assert_eq!(one("#<Class:0x1>.new;f 3"), stack("#<Class:0x1>.new;f", 3));
        for line in ["a;b", "5", "THIS IS 12V.43", "a NaN", "a inf", "a 0x10", "a 1.2.3", "a -", "a 1e", "a ."] {
            assert_eq!(one(line), Line::NoValue, "{line}");
        }
        assert_eq!(one("a 18446744073709551616"), Line::TooLarge);
        assert_eq!(one("a 1e400"), Line::TooLarge);
        assert_eq!(one("a 1.5"), Line::TooFine(3));
        assert_eq!(one("a 1.50001"), Line::TooFine(6));
    }

    #[test]
    fn places_are_those_that_matter() {
        let cases =
            [("1", 0), ("1.", 0), ("1.0", 0), ("1.50", 1), ("1.5e1", 0), ("1.25e1", 1), ("5e-3", 3), ("-0.004", 3)];
        for (text, places) in cases {
            assert_eq!(places_of(text.as_bytes()), places, "{text}");
        }
    }

    fn looks_collapsed(text: &str) -> bool {
        Sketch::of(text.as_bytes(), true).looks_collapsed()
    }

    #[test]
    fn stacks_are_recognised() {
        for text in [
            "a;b 3\n",
            " 1\n",
            "# c\n\na;b\t3\r\n",
            "main (a.py:3) 4\n 1\n",
            "thread (1): MainThread 3\n",
            "a;b\na;b 3\n",
            "a;b 1\nc;d 1\na;b 1\nc;d 1\na;b 1\nc;d 1\n",
            "a;b\n# comment\n\na 1\n",
            "tid:111;a.py:main:9;a.py:leaf:3 4\n",
            "thread (1);f (a.py:1) 1\nthread (2);f (a.py:1) 1\nthread (3);f 1\nthread (4);f 1\nthread (5);f 1\n",
            "tid:1;a.py:f:1 1\ntid:2;a.py:f:1 1\ntid:3;a.py:f:1 1\ntid:4;a.py:f:1 1\ntid:5;a.py:f:1 1\n",
            "a;b 18446744073709551616\n",
            "rustc;<Vec<T> as SpecExtend<T, I>>::from_iter;memcpy@GLIBC_2.2.5 3\n",
            "cksum;main 19\nTHIS IS A BAD LINE\ncksum;f 31.2\n",
            "main 5\n",
            "main 5",
            "# made by hand\nmain 5\nparse 2\n",
            "<module> 0.25\n",
            "<built-in method time.sleep> 12\n",
            "parse() 3\n",
        ] {
            assert!(looks_collapsed(text), "{text}");
        }
        let deep = (0..30_000).map(|i| format!("f{i}")).collect::<Vec<_>>().join(";");
        assert!(Sketch::of(&deep.as_bytes()[..65_536], false).looks_collapsed());
    }

    #[test]
    fn other_texts_are_not() {
        for text in [
            "",
            "\n\n",
            "In chapter 3 we saw 5\nthings; and then 7\n",
            "Dear reader; this is prose.\n",
            "name,calls,time\nmain,3,0.5\nparse,2,0.1\n",
            "id;street;number\n1;High Street 12\n2;Low Street 3\n3;Main Street 4\n4;Mill Lane 9\n5;Old Road 1\n",
            "2024-01-01 12:00:00 INFO served 200 5123\n2024-01-01 12:00:01 INFO served 404 17\n",
            "10.0.0.1 - - [x] \"GET / HTTP/1.1\" 200 512\n",
            "UA Mozilla/5.0 (X11; Linux x86_64; rv) 200\n",
            "events: Ir\nfn=(1) main\n16 400\n17 3\ncfn=(2)\ncalls=1 5\n16 400\n",
            "# callgrind format\nevents: Cycles\nfn=main\n1 2\n",
            "CMDLINE python a.py\nMEM 1.0 1700000000.1\nMEM 2.0 1700000000.2\n",
            "# austin: 3.7.0\n# interval: 100\n",
            "{\"a\": 1,\n \"b\": 2}\n",
            "for (int i = 0; i < 5; i++) {\n  x = 3;\n}\n",
            "import os\nx = 3\nprint(x)\n",
            "port 8080\ntimeout 30\n",
            "port 8080\n",
            "total 5\n",
            "main: 5\n",
            "main = 5\n",
            "main street 5\n",
            "main 5\nmain street 7\n",
            "main 5\nand some words\n",
            "main 3 0.5\nparse 2 0.1\n",
            "width 3\n<b>5</b> 5\n",
            "<p>bold</p> 5\n",
            "call f() 5\n",
            "forks     9 [002] 203265.377019:    1001001 cpu-clock: \n\t 6f1 f (/x)\n",
            "SELECT 1;\nSELECT 2;\n",
            "  1024 file\n  2048 other\n",
            "a\0;b 3\n",
            "1;High Street (north) 12\n2;Low Street (south) 3\n3;Mill Lane (all) 4\n4;Old Road (9) 9\n5;East (x) 1\n",
        ] {
            assert!(!looks_collapsed(text), "{text}");
        }
    }
}
