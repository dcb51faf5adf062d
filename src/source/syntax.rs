//! A Python file as a flat tree: the one place that knows the parser.
//!
//! The parser's own tree of boxes is lowered into rows in source order, each with its kind, its role in the row above it
//! and the end of what it contains. So what lies inside a function is a range of rows, looking for something in it is a
//! loop, and no depth of nesting can exhaust a stack:
//!
//! ```text
//! x = f(a)        0 Module
//!                 1 ├ Assign            Body
//!                 2 │ ├ Name x          Target
//!                 3 │ └ Call            Value
//!                 4 │   ├ Name f        Func
//!                 5 │   └ Name a        Argument
//! ```
//!
//! Files with errors, and files of Python 2, keep every function and loop the parser could make out.

mod depth;
mod kinds;
mod lower;

pub(super) use depth::is_too_deep;
pub use kinds::{CmpOp, Kind, Operator, Role};

use std::ops::Range;

/// Files larger than this are not parsed: nobody writes them by hand.
const MAX_BYTES: usize = 16 << 20;

/// A row of a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The whole file.
    pub const MODULE: Self = Self(0);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Why a file has no tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SyntaxError {
    /// More than 16 MiB.
    #[error("the file is larger than 16 MiB")]
    TooLarge,
    /// Expressions or blocks stand inside each other so often that no program was meant.
    #[error("the file nests expressions too deeply to be a program")]
    TooDeep,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) role: Role,
    pub(super) parent: NodeId,
    /// The first row after everything inside this one.
    pub(super) end: NodeId,
    /// Bytes of the text.
    pub(super) span: (u32, u32),
    /// Bytes of the identifier: of a name, an attribute, a function, a keyword, a parameter. Empty for others.
    pub(super) name: (u32, u32),
}

/// An `import`: the name it binds and what that stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Import {
    pub(super) node: NodeId,
    /// `np` of `import numpy as np`.
    pub(super) bound: String,
    /// `numpy`, or `datetime.datetime` of `from datetime import datetime`; empty where it is too long to be a name.
    pub(super) path: String,
}

/// A parsed file.
#[derive(Debug)]
pub struct Tree {
    text: String,
    nodes: Vec<Node>,
    imports: Vec<Import>,
    /// Where each line begins.
    lines: Vec<u32>,
}

impl Tree {
    /// Parses a file, valid or not.
    pub fn parse(text: String) -> Result<Self, SyntaxError> {
        if text.len() > MAX_BYTES {
            return Err(SyntaxError::TooLarge);
        }
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i as u32 + 1));
        if depth::is_too_deep(&text) {
            return Err(SyntaxError::TooDeep);
        }
        let (nodes, imports) = lower::lower(&text);
        Ok(Self { text, nodes, imports, lines })
    }

    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn imports(&self) -> &[Import] {
        &self.imports
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// What a node is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// What it is to its parent.
    pub fn role(&self, id: NodeId) -> Role {
        self.node(id).role
    }

    /// What it stands in; the module is its own parent.
    pub fn parent(&self, id: NodeId) -> NodeId {
        self.node(id).parent
    }

    /// The identifier of a name, attribute, function, class, keyword or parameter; empty for others.
    pub fn name(&self, id: NodeId) -> &str {
        let (from, to) = self.node(id).name;
        self.slice(from, to)
    }

    /// The node's own source text.
    pub fn source(&self, id: NodeId) -> &str {
        let (from, to) = self.node(id).span;
        self.slice(from, to)
    }

    fn slice(&self, from: u32, to: u32) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The first line, counted from one.
    pub fn line(&self, id: NodeId) -> u32 {
        line_of(&self.lines, self.node(id).span.0)
    }

    /// The last line.
    pub fn last_line(&self, id: NodeId) -> u32 {
        let (from, to) = self.node(id).span;
        line_of(&self.lines, to.saturating_sub(1).max(from))
    }

    /// The line a function's or class' name stands on; its first line may be a decorator's.
    pub fn name_line(&self, id: NodeId) -> u32 {
        line_of(&self.lines, self.node(id).name.0)
    }

    /// How many lines the file has.
    pub fn line_count(&self) -> u32 {
        self.lines.len() as u32
    }

    /// One line without its ending.
    pub fn line_text(&self, line: u32) -> &str {
        let Some(&from) = self.lines.get((line as usize).wrapping_sub(1)) else { return "" };
        let to = self.lines.get(line as usize).map_or(self.text.len() as u32, |&next| next);
        self.slice(from, to).trim_end_matches(['\n', '\r'])
    }

    /// Every node, outer ones first.
    pub fn all(&self) -> impl Iterator<Item = NodeId> + '_ {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// Everything inside a node, outer nodes first.
    pub fn inside(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        let rows: Range<u32> = id.0 + 1..self.node(id).end.0;
        rows.map(NodeId)
    }

    /// Whether one node lies in another, or is it.
    pub fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        outer <= inner && inner < self.node(outer).end
    }

    /// The nodes directly in a node, in source order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(id).end;
        let mut at = NodeId(id.0 + 1);
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.node(child).end;
            Some(child)
        })
    }

    /// The children that play a part.
    pub fn children_as(&self, id: NodeId, role: Role) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(move |&c| self.role(c) == role)
    }

    /// The first child that plays a part.
    pub fn child(&self, id: NodeId, role: Role) -> Option<NodeId> {
        self.children_as(id, role).next()
    }

    /// From the parent of a node outwards, the module last.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut at = id;
        std::iter::from_fn(move || {
            let up = self.parent(at);
            let next = (up != at).then_some(up);
            at = up;
            next
        })
    }

    /// The statement a node is part of, or is.
    pub fn statement(&self, id: NodeId) -> NodeId {
        std::iter::once(id).chain(self.ancestors(id)).find(|&n| self.kind(n).is_statement()).unwrap_or(NodeId::MODULE)
    }

    /// What is written between the quotes of a string, escapes and all; `None` for what is no string, or several that are
    /// joined.
    pub fn string(&self, id: NodeId) -> Option<&str> {
        if !matches!(self.kind(id), Kind::Str | Kind::FString) {
            return None;
        }
        let text = self.source(id).trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let quotes = if text.starts_with("\"\"\"") || text.starts_with("'''") { 3 } else { 1 };
        let (quote, rest) = text.split_at_checked(quotes)?;
        // `"a" "b"` ends before its last quote, and is none.
        let inner = rest.strip_suffix(quote)?;
        (!closes(inner, quote)).then_some(inner)
    }

    /// The dotted path of a chain of names: `os.path.join`; `None` where anything else stands in it.
    pub fn dotted(&self, id: NodeId) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = id;
        loop {
            match self.kind(at) {
                Kind::Name => {
                    parts.push(self.name(at));
                    parts.reverse();
                    return Some(parts.join("."));
                }
                Kind::Attribute => {
                    parts.push(self.name(at));
                    at = self.child(at, Role::Value)?;
                }
                _ => return None,
            }
        }
    }
}

/// Whether a text between quotes holds such quotes that are not escaped.
fn closes(inner: &str, quote: &str) -> bool {
    let mut rest = inner;
    while let Some(at) = rest.find(['\\', quote.chars().next().unwrap_or('"')]) {
        if rest[at..].starts_with(quote) {
            return true;
        }
        let escaped = usize::from(rest[at..].starts_with('\\'));
        let after = rest[at..].char_indices().nth(1 + escaped);
        rest = after.map_or("", |(next, _)| &rest[at + next..]);
    }
    false
}

fn line_of(lines: &[u32], offset: u32) -> u32 {
    lines.partition_point(|&start| start <= offset) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> String {
        let tree = Tree::parse(text.to_owned()).expect("small");
        let row = |n: NodeId| {
            let depth = tree.ancestors(n).count();
            format!("{}{:?} {:?} {}", "  ".repeat(depth), tree.role(n), tree.kind(n), tree.name(n))
                .trim_end()
                .to_owned()
        };
        tree.all().skip(1).map(row).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_statement_becomes_rows_in_source_order() {
        assert_eq!(
            outline("for k in xs:\n    if k not in d: d[k] += f(k, n=1)\n"),
            "  Body For { is_async: false }\n    Target Name k\n    Iter Name xs\n    Body If\n      \
             Test Compare(NotIn)\n        Left Name k\n        Right Name d\n      Body AugAssign(Add)\n        \
             Target Subscript\n          Value Name d\n          Index Name k\n        Value Call\n          \
             Func Name f\n          Argument Name k\n          Argument Keyword n\n            Value Number"
        );
    }

    #[test]
    fn a_decorator_belongs_to_the_function_and_its_first_line() {
        let tree = Tree::parse("\n@cache\ndef f(a, b=2):\n    return a\n".to_owned()).expect("small");
        let f = tree.all().find(|&n| matches!(tree.kind(n), Kind::Function { .. })).expect("is there");
        assert_eq!((tree.line(f), tree.name_line(f), tree.last_line(f), tree.name(f)), (2, 3, 4, "f"));
        let parameters: Vec<&str> = tree.children_as(f, Role::Parameter).map(|p| tree.name(p)).collect();
        assert_eq!(parameters, ["a", "b"]);
    }

    #[test]
    fn a_broken_file_keeps_its_functions() {
        let tree = Tree::parse("def a(:\n    pass\nprint 'two'\ndef b():\n    for x in y: pass\n".to_owned());
        let tree = tree.expect("small");
        let names: Vec<&str> =
            tree.all().filter(|&n| matches!(tree.kind(n), Kind::Function { .. })).map(|n| tree.name(n)).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn nesting_no_program_has_is_refused() {
        for deep in [
            "(".repeat(100_000),
            "x = 1\n".to_owned() + &"-".repeat(100_000),
            "a+".repeat(100_000),
            "f()".repeat(50_000),
            "lambda: ".repeat(50_000),
            "not ".repeat(50_000),
            "f'{".repeat(3_000),
            "x if y else ".repeat(20_000),
        ] {
            assert_eq!(Tree::parse(deep).err(), Some(SyntaxError::TooDeep));
        }
        let blocks: String = (0..5_000).map(|i| " ".repeat(i) + "if x:\n").collect();
        assert_eq!(Tree::parse(blocks).err(), Some(SyntaxError::TooDeep));
    }

    #[test]
    fn long_flat_files_are_fine() {
        let table = format!("T = [{}]\n", "('a', -1, f(x)[0]), ".repeat(50_000));
        assert!(Tree::parse(table).is_ok());
        let chain = format!("if x: pass\n{}", "elif x: pass\n".repeat(20_000));
        assert!(Tree::parse(chain).is_ok());
    }

    #[test]
    fn strings_and_paths_are_read_as_written() {
        let tree = Tree::parse("re.sub(r'a+', '''b''', x.y().z)".to_owned()).expect("small");
        let strings: Vec<&str> = tree.all().filter_map(|n| tree.string(n)).collect();
        assert_eq!(strings, ["a+", "b"]);
        let joined = Tree::parse(r#"f('a' "b", "c" 'd', 'e' 'f', 'g\'h', "i'j", '''k'l''', '', 'm\\')"#.to_owned())
            .expect("small");
        let strings: Vec<&str> = joined.all().filter_map(|n| joined.string(n)).collect();
        assert_eq!(strings, [r"g\'h", "i'j", "k'l", "", r"m\\"]);
        let dotted: Vec<String> =
            tree.all().filter(|&n| tree.kind(n) == Kind::Attribute).filter_map(|n| tree.dotted(n)).collect();
        assert_eq!(dotted, ["re.sub", "x.y"]);
    }
}
