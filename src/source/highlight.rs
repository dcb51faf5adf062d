//! Which parts of a Python file are keywords, texts, comments: what an editor colours.

use super::syntax::is_too_deep;
use ruff_python_ast::PySourceType;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

/// What a part of the text is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ink {
    /// `if`, `for`, `lambda`.
    Keyword,
    /// Numbers, `True`, `None`.
    Constant,
    /// Texts.
    Text,
    /// Comments.
    Comment,
    /// The name that follows `def` and `class`.
    Definition,
    /// `@app.route`
    Decorator,
}

/// A coloured part of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
    /// What it is.
    pub ink: Ink,
}

/// The coloured parts of a file, in its order; what lies between them is plain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Highlights {
    spans: Vec<Span>,
}

impl Highlights {
    /// Colours a Python file, valid or not. One that no program would nest so deeply stays plain.
    pub fn of_python(text: &str) -> Self {
        if u32::try_from(text.len()).is_err() || is_too_deep(text) {
            return Self::default();
        }
        let parsed = parse_unchecked(text, ParseOptions::from(PySourceType::Python));
        let tokens: Vec<(TokenKind, u32, u32)> = parsed
            .tokens()
            .iter()
            .map(|t| (t.kind(), t.range().start().to_u32(), t.range().end().to_u32()))
            .filter(|(.., start, end)| start < end)
            .collect();
        Self { spans: spans(&tokens) }
    }

    /// The parts of a range of bytes, cut to it.
    pub fn within(&self, start: usize, end: usize) -> impl Iterator<Item = Span> + '_ {
        let (start, end) = (start as u32, end as u32);
        let first = self.spans.partition_point(|span| span.end <= start);
        let touching = self.spans[first..].iter().take_while(move |span| span.start < end);
        touching.map(move |span| Span { start: span.start.max(start), end: span.end.min(end), ink: span.ink })
    }
}

fn spans(tokens: &[(TokenKind, u32, u32)]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut before = TokenKind::Newline;
    let mut in_decorator = false;
    for (i, &(kind, start, end)) in tokens.iter().enumerate() {
        let begins = matches!(before, TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent);
        in_decorator = match kind {
            TokenKind::At => begins,
            TokenKind::Name | TokenKind::Dot => in_decorator,
            _ => false,
        };
        let next = tokens.get(i + 1).map(|t| t.0);
        let ink = match kind {
            _ if in_decorator => Some(Ink::Decorator),
            TokenKind::Comment => Some(Ink::Comment),
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => Some(Ink::Constant),
            _ if kind.is_singleton() || kind == TokenKind::Ellipsis => Some(Ink::Constant),
            TokenKind::Name if matches!(before, TokenKind::Def | TokenKind::Class) => Some(Ink::Definition),
            _ if is_text(kind) => Some(Ink::Text),
            _ if kind.is_soft_keyword() => (begins && next.is_some_and(begins_operand)).then_some(Ink::Keyword),
            _ if kind.is_keyword() => Some(Ink::Keyword),
            _ => None,
        };
        // A comment, or a line break within brackets, is no part of a statement.
        if !matches!(kind, TokenKind::Comment | TokenKind::NonLogicalNewline) {
            before = kind;
        }
        let Some(ink) = ink else { continue };
        match spans.last_mut() {
            Some(last) if last.end == start && last.ink == ink => last.end = end,
            _ => spans.push(Span { start, end, ink }),
        }
    }
    spans
}

fn is_text(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringStart
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd
    )
}

/// What follows `match`, `case` and `type` where they are keywords; they are names before `=`, `.` and brackets.
fn begins_operand(kind: TokenKind) -> bool {
    is_text(kind)
        || kind.is_singleton()
        || matches!(kind, TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::Lbrace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inks(text: &str) -> Vec<(&str, Ink)> {
        let all = Highlights::of_python(text);
        all.within(0, text.len()).map(|s| (&text[s.start as usize..s.end as usize], s.ink)).collect()
    }

    #[test]
    fn parts_are_told_apart() {
        assert_eq!(
            inks("@app.route('/')  # go\nasync def f(n=1):\n    return None if n else f'a{n}b'\n"),
            [
                ("@app.route", Ink::Decorator),
                ("'/'", Ink::Text),
                ("# go", Ink::Comment),
                ("async", Ink::Keyword),
                ("def", Ink::Keyword),
                ("f", Ink::Definition),
                ("1", Ink::Constant),
                ("return", Ink::Keyword),
                ("None", Ink::Constant),
                ("if", Ink::Keyword),
                ("else", Ink::Keyword),
                ("f'a", Ink::Text),
                ("b'", Ink::Text),
            ]
        );
        assert_eq!(inks("a = b @ c\n"), [], "a product is no decorator");
    }

    #[test]
    fn soft_keywords_are_keywords_only_where_they_are() {
        assert_eq!(inks("match x:\n    case 1: pass\n").first(), Some(&("match", Ink::Keyword)));
        assert_eq!(inks("match = re.match(x)\ntype(x)\n"), []);
    }

    #[test]
    fn a_text_over_lines_is_cut_to_the_line_asked_for() {
        let text = "x = '''one\ntwo'''\n";
        let second: Vec<Span> = Highlights::of_python(text).within(11, 18).collect();
        assert_eq!(second, [Span { start: 11, end: 17, ink: Ink::Text }]);
    }

    proptest::proptest! {
        #[test]
        fn parts_of_any_text_lie_in_it_in_order(text in "([a-z(){}'\"#:@\\\\\\n \\t\r0-9.é]|def |f'|match |\\n    ){0,60}") {
            let all = Highlights::of_python(&text);
            let mut end = 0;
            for span in all.within(0, text.len()) {
                proptest::prop_assert!(end <= span.start && span.start < span.end);
                proptest::prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
                end = span.end;
            }
        }
    }

    #[test]
    fn broken_files_keep_their_colours_and_endless_nesting_has_none() {
        assert!(inks("def f(:\n    retur 'a\nif x\n").contains(&("def", Ink::Keyword)));
        assert!(inks(&"(".repeat(50_000)).is_empty());
    }
}
