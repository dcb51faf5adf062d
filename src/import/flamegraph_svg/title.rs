//! The texts of a picture: what a frame's title counts, and the command line above it all.

/// A frame's title, `parse (a.py:12) (1,234 samples, 5.60%; +0.10%)`, in its parts.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Title<'a> {
    pub(super) name: &'a str,
    /// The count, where there is one.
    pub(super) count: Option<i64>,
    /// What it counts.
    pub(super) unit: Option<&'a str>,
}

impl<'a> Title<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        const MOST_PARENTHESES: usize = 8;
        let whole = Self { name: text, count: None, unit: None };
        let Some(inner) = text.strip_suffix(')') else { return whole };
        // The unit may hold parentheses of its own.
        for open in memchr::memrchr_iter(b'(', inner.as_bytes()).take(MOST_PARENTHESES) {
            let name = inner.get(..open).and_then(|name| name.strip_suffix(' '));
            if let (Some(name), Some((count, unit))) = (name, inner.get(open + 1..).and_then(figures_of)) {
                return Self { name, count, unit: Some(unit) };
            }
        }
        whole
    }
}

/// `1,234 samples, 5.60%; +0.10%` → 1234 and `samples`.
fn figures_of(text: &str) -> Option<(Option<i64>, &str)> {
    let is_part = |c: char| c.is_ascii_digit() || is_separator(c);
    let (number, rest) = text.split_at_checked(text.find(|c| !is_part(c))?)?;
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (unit, share) = rest.rsplit_once(", ")?;
    (share.starts_with(|c: char| c.is_ascii_digit()) && share.contains('%')).then(|| (grouped(number.trim_end()), unit))
}

/// Separators of thousands, in one language or another.
fn is_separator(c: char) -> bool {
    matches!(c, ',' | '.' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}')
}

/// A whole number whose digits stand in groups of three. A fraction is none.
fn grouped(text: &str) -> Option<i64> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut groups = text.split(is_separator);
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    digits.parse().ok()
}

/// What the command line that py-spy writes above its picture tells.
#[derive(PartialEq, Eq, Debug, Default)]
pub(super) struct Invocation<'a> {
    /// It is py-spy's.
    pub(super) is_py_spy: bool,
    /// The program's own command line.
    pub(super) program: Option<&'a str>,
    /// Nanoseconds between two samples.
    pub(super) period_ns: Option<i64>,
    /// `--function`: lines are the first lines of functions.
    pub(super) by_function: bool,
}

impl<'a> Invocation<'a> {
    pub(super) fn of(title: &'a str) -> Self {
        const DEFAULT_RATE: i64 = 100;
        let (options, program) = match title.split_once(" -- ") {
            Some((options, program)) => (options, Some(program)),
            None => (title, None),
        };
        let words = || options.split_whitespace();
        let is_py_spy =
            words().next().is_some_and(|w| w.rsplit(['/', '\\']).next().is_some_and(|n| n.starts_with("py-spy")));
        if !is_py_spy || !words().any(|w| w == "record") {
            return Self::default();
        }
        let behind = |option: &str| words().skip_while(|w| *w != option).nth(1);
        let rate =
            behind("-r").or_else(|| behind("--rate")).or_else(|| words().find_map(|w| w.strip_prefix("--rate=")));
        let rate = rate.map_or(Some(DEFAULT_RATE), |r| r.parse().ok()).filter(|r| *r > 0);
        Self {
            is_py_spy,
            program,
            period_ns: rate.map(|r| 1_000_000_000 / r),
            by_function: words().any(|w| w == "-F" || w == "--function"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_a_name_a_count_and_a_unit() {
        let cases = [
            ("parse (a.py:12) (1,234 samples, 5.60%)", ("parse (a.py:12)", Some(1234), Some("samples"))),
            ("all (2,893 samples, 100%)", ("all", Some(2893), Some("samples"))),
            ("f (56 samples, 10.92%; +0.10%)", ("f", Some(56), Some("samples"))),
            ("f (1.234.567 bytes, 5,60%)", ("f", Some(1_234_567), Some("bytes"))),
            ("f (12 345 microseconds, 5.60%)", ("f", Some(12_345), Some("microseconds"))),
            ("f (7 odd (unit), 5.60%)", ("f", Some(7), Some("odd (unit)"))),
            ("f (2.5 seconds, 5.60%)", ("f", None, Some("seconds"))),
            (" (3 samples, 1.00%)", ("", Some(3), Some("samples"))),
            ("f (a.py:12)", ("f (a.py:12)", None, None)),
            ("foo", ("foo", None, None)),
            ("", ("", None, None)),
        ];
        for (text, (name, count, unit)) in cases {
            assert_eq!(Title::parse(text), Title { name, count, unit }, "{text}");
        }
    }

    #[test]
    fn py_spys_command_line_tells_program_rate_and_meaning_of_lines() {
        let of = Invocation::of;
        let run = of("/venv/bin/py-spy record -F -r 250 -o a.svg -- python a.py -- x");
        let program = Some("python a.py -- x");
        assert_eq!(run, Invocation { is_py_spy: true, program, period_ns: Some(4_000_000), by_function: true });
        let attached = of("py-spy record --rate=1000 --pid 12 -o a.svg");
        assert_eq!((attached.program, attached.period_ns, attached.by_function), (None, Some(1_000_000), false));
        assert_eq!(of("py-spy record -o a.svg -- python -F").period_ns, Some(10_000_000));
        assert!(!of("py-spy record -o a.svg -- python -F").by_function);
        assert_eq!(of("Flame Graph"), Invocation::default());
        assert_eq!(of("py-spy record -r x").period_ns, None);
    }
}
