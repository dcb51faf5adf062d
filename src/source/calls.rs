//! Where a function calls what: the lines of its own body.

use super::{Kind, NodeId, Role, Tree};
use std::collections::HashMap;

/// A call as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallSite {
    /// Its line, counted from one.
    pub line: u32,
    /// The last part of what is called: `append` of `rows.append(x)`.
    pub name: String,
}

/// The functions of a file by the lines they begin at.
pub struct FunctionLines<'a> {
    tree: &'a Tree,
    by_line: HashMap<u32, Vec<NodeId>>,
}

impl<'a> FunctionLines<'a> {
    /// Looks them up once.
    pub fn new(tree: &'a Tree) -> Self {
        let mut by_line: HashMap<u32, Vec<NodeId>> = HashMap::new();
        for node in tree.all().filter(|&node| matches!(tree.kind(node), Kind::Function { .. })) {
            let (first, name) = (tree.line(node), tree.name_line(node));
            by_line.entry(first).or_default().push(node);
            if name != first {
                by_line.entry(name).or_default().push(node);
            }
        }
        Self { tree, by_line }
    }

    /// The function of this name whose code begins at a line: that of its first decorator, or of its `def`.
    pub fn at(&self, name: &str, first_line: u32) -> Option<NodeId> {
        let bare = name.rsplit('.').next().unwrap_or(name);
        self.by_line.get(&first_line)?.iter().copied().find(|&node| self.tree.name(node) == bare)
    }
}

/// The calls in a function's own body; those in functions inside it are theirs.
pub fn call_sites(tree: &Tree, function: NodeId) -> Vec<CallSite> {
    let mut sites = Vec::new();
    let mut inner: Option<NodeId> = None;
    for node in tree.inside(function) {
        if inner.is_some_and(|outer| tree.contains(outer, node)) {
            continue;
        }
        // Decorators and defaults run once, where the function is defined.
        if tree.parent(node) == function && tree.role(node) != Role::Body {
            inner = Some(node);
            continue;
        }
        if tree.kind(node).is_function() || tree.kind(node) == Kind::Class {
            inner = Some(node);
            continue;
        }
        if tree.kind(node) == Kind::Call
            && let Some(called) = tree.child(node, Role::Func)
            && matches!(tree.kind(called), Kind::Name | Kind::Attribute)
        {
            sites.push(CallSite { line: tree.line(node), name: tree.name(called).to_owned() });
        }
    }
    sites
}

/// The name a call of a function is written with: `sleep` of `<built-in method time.sleep>`, `append` of
/// `<method 'append' of 'list' objects>`, `parse` of `Reader.parse`. `None` where it is called without its name.
pub fn called_as(name: &str) -> Option<&str> {
    let bare = if let Some((_, rest)) = name.split_once("built-in method ") {
        rest.trim_end_matches(['>', '}']).rsplit('.').next()?
    } else if let Some((_, rest)) = name.split_once("method '") {
        rest.split('\'').next()?
    } else {
        name.rsplit('.').next()?
    };
    let plain = bare.starts_with(|c: char| c.is_alphabetic() || c == '_') && !bare.starts_with("__");
    plain.then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "\
@cached(make())
def work(n=default()):
    rows = load(n)
    for row in rows:
        rows.append(parse(row))
    def inner():
        return hidden()
    return [str(r) for r in rows] or (lambda: hidden())
";

    #[test]
    fn a_function_has_the_calls_of_its_own_body() {
        let tree = Tree::parse(CODE.to_owned()).expect("small");
        let functions = FunctionLines::new(&tree);
        let work = functions.at("work", 1).expect("by its decorator");
        assert_eq!(functions.at("App.work", 2), Some(work), "by its def");
        assert_eq!(functions.at("work", 3), None);
        let sites: Vec<(u32, String)> = call_sites(&tree, work).into_iter().map(|s| (s.line, s.name)).collect();
        let expected = [(3, "load"), (5, "append"), (5, "parse"), (8, "str")];
        assert_eq!(sites, expected.map(|(line, name)| (line, name.to_owned())));
    }

    #[test]
    fn functions_are_called_by_their_last_name() {
        for (name, called) in [
            ("<built-in method time.sleep>", Some("sleep")),
            ("<built-in method builtins.len>", Some("len")),
            ("<method 'append' of 'list' objects>", Some("append")),
            ("{method 'append' of 'list' objects}", Some("append")),
            ("Reader.parse", Some("parse")),
            ("<lambda>", None),
            ("<listcomp>", None),
            ("__init__", None),
        ] {
            assert_eq!(called_as(name), called, "{name}");
        }
    }
}
