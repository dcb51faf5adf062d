//! How deeply a file nests, told from its tokens: before a tree is built that could not be taken down again.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Levels of nesting no program has. The parser's tree is dropped by recursion, which this keeps within any stack.
const MAX_DEPTH: usize = 1_000;

/// Whether a file nests too deeply.
///
/// An expression nests by its brackets, and by operators that follow each other without a comma: `a+a+a`, `f()()()`,
/// `not not x`. Counting both gives a bound on the depth of the tree.
pub(in crate::source) fn is_too_deep(text: &str) -> bool {
    let mut tokens = lexer::lex(text, Mode::Module);
    let mut blocks = 0_usize;
    // Operators since the last comma, for each open bracket.
    let mut chains = vec![0_usize];
    let mut depth = 0_usize;
    loop {
        let kind = tokens.next_token();
        match kind {
            TokenKind::EndOfFile => return false,
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Newline | TokenKind::Semi => {
                chains.clear();
                chains.push(0);
                depth = 0;
            }
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                // A call or a subscript also nests what stands before it.
                depth += 2;
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                }
                chains.push(1);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                if chains.len() > 1 {
                    depth -= chains.pop().unwrap_or(0);
                }
            }
            TokenKind::Comma => {
                if let Some(chain) = chains.last_mut() {
                    let kept = usize::from(*chain > 0);
                    depth -= *chain - kept;
                    *chain = kept;
                }
            }
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline => {}
            _ => {
                depth += 1;
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                }
            }
        }
        if depth + blocks > MAX_DEPTH {
            return true;
        }
    }
}
