//! What a Python file says about its functions: loops, calls, imports, and what values names stand for.

mod build;
mod known;
mod neighbours;
mod repetition;
mod values;

pub use known::ValueKind;
pub use neighbours::module_of;
pub use values::Value;

use super::syntax::{Kind, NodeId, Role, Tree};
use repetition::Repetition;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};

/// A function, lambda, class body or module of a file: what a frame of a profile may stand for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ScopeId(u32);

impl ScopeId {
    /// The module itself.
    pub const MODULE: Self = Self(0);

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A function, lambda, class or module.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Where it is defined.
    pub node: NodeId,
    /// The scope it is defined in; the module is its own.
    pub parent: ScopeId,
    /// As profilers name it: `parse`, `<lambda>`, `<module>`.
    pub name: String,
    /// The line its code object begins at: the first decorator's.
    pub first_line: u32,
    /// The last line.
    pub last_line: u32,
}

/// How a name comes to stand for something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// `x = value`, `x: T = value`, `(x := value)`
    Assigned(NodeId),
    /// `x, y = value`: the node, and which of its parts.
    Unpacked(NodeId, u32),
    /// `for x in iterable`, in a loop or a comprehension.
    Iterated(NodeId),
    /// `for x, y in iterable`
    IteratedPart(NodeId, u32),
    /// `x += value`: the statement.
    Augmented(NodeId),
    /// A parameter of the function: its node and position.
    Parameter(NodeId, u32),
    /// `with value as x`
    Entered(NodeId),
    /// `def x`, `class x`, `import x`
    Defined(NodeId),
    /// Deleted, caught by a handler, or bound some other way.
    Other(NodeId),
}

/// How names are bound, by name and by the scope that binds them.
type Bindings = FxHashMap<String, FxHashMap<ScopeId, Vec<Bound>>>;

/// A parsed file and what follows from it.
#[derive(Debug)]
pub struct Facts {
    tree: Tree,
    scopes: Vec<Scope>,
    /// The scope each node's code runs in.
    scope_of: Vec<ScopeId>,
    bindings: Bindings,
    /// Values of attributes by class: stored in `self`, or named in the body of the class.
    attributes: Bindings,
    /// What imported names stand for.
    imports: FxHashMap<String, String>,
    /// Calls by the last part of what is called.
    calls: FxHashMap<String, Vec<NodeId>>,
    functions: FxHashMap<String, Vec<ScopeId>>,
    classes: FxHashMap<String, Vec<ScopeId>>,
    /// The `return` statements of functions.
    returns: FxHashMap<ScopeId, Vec<NodeId>>,
    /// The first `yield` of generators.
    yields: FxHashMap<ScopeId, NodeId>,
    repetition: Repetition,
    /// What other files say.
    neighbours: neighbours::Neighbours,
    /// Values that were asked for before.
    known_values: RefCell<FxHashMap<NodeId, Option<Value>>>,
    /// Expressions that may still be looked at to find values.
    steps_left: Cell<u32>,
}

impl Facts {
    /// Reads the facts off a tree.
    pub fn new(tree: Tree) -> Self {
        let named = tree.imports().iter().filter(|i| !i.path.is_empty());
        let mut facts = Self {
            scopes: Vec::new(),
            scope_of: Vec::new(),
            bindings: Bindings::default(),
            attributes: Bindings::default(),
            imports: named.map(|i| (i.bound.clone(), i.path.clone())).collect(),
            calls: FxHashMap::default(),
            functions: FxHashMap::default(),
            classes: FxHashMap::default(),
            returns: FxHashMap::default(),
            yields: FxHashMap::default(),
            repetition: Repetition::default(),
            neighbours: neighbours::Neighbours::default(),
            known_values: RefCell::default(),
            steps_left: Cell::new(values::MOST_STEPS_OF_A_FILE),
            tree,
        };
        facts.find_scopes();
        facts.find_bindings();
        facts
    }

    /// The syntax.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Every scope, outer ones first; the module is the first.
    pub fn scopes(&self) -> impl Iterator<Item = (ScopeId, &Scope)> {
        self.scopes.iter().enumerate().map(|(i, s)| (ScopeId(i as u32), s))
    }

    /// One scope.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// A scope's name with those of the classes and functions it stands in: `Reader.parse`, `main.<locals>.work`.
    pub fn qualified(&self, id: ScopeId) -> String {
        let mut parts = vec![self.scope(id).name.as_str()];
        let mut at = id;
        while at != ScopeId::MODULE {
            at = self.scope(at).parent;
            let around = self.scope(at);
            match self.tree.kind(around.node) {
                Kind::Module => {}
                Kind::Class => parts.push(&around.name),
                _ => parts.extend(["<locals>", &around.name]),
            }
        }
        parts.reverse();
        parts.join(".")
    }

    /// The scope whose frame runs a node. Comprehensions belong to the function they stand in.
    pub fn scope_of(&self, node: NodeId) -> ScopeId {
        self.scope_of[node.index()]
    }

    /// The scope a profile's frame stands for: by its name (`parse`, `Reader.parse`, `<module>`), its first line where
    /// the profile knows it, and a line that ran in it.
    ///
    /// `None` where the file has no such function, or several that fit: then it is not the file that ran.
    pub fn scope_at(&self, name: &str, first_line: u32, ran: Option<u32>) -> Option<ScopeId> {
        let last = name.rsplit('.').next().unwrap_or(name);
        if last == "<module>" {
            return Some(ScopeId::MODULE);
        }
        let named = [&self.functions, &self.classes].into_iter().filter_map(|scopes| scopes.get(last));
        let mut named: Vec<ScopeId> = named.flatten().copied().collect();
        named.sort_unstable();
        if first_line > 0 {
            let at_line = named.iter().find(|&&s| self.scope(s).first_line == first_line);
            // Python before 3.8 counts from the `def`.
            let at_name = || named.iter().find(|&&s| self.tree.name_line(self.scope(s).node) == first_line);
            return at_line.or_else(at_name).copied();
        }
        let runs = |s: &Scope| ran.is_none_or(|line| (s.first_line..=s.last_line).contains(&line));
        named.retain(|&s| runs(self.scope(s)));
        match (named.as_slice(), ran) {
            ([only], _) => Some(*only),
            // The innermost of nested functions that share a name comes last.
            ([.., last], Some(_)) => Some(*last),
            _ => None,
        }
    }

    /// Every node whose code runs in a scope's own frame, but for the scope's own node.
    pub fn nodes(&self, scope: ScopeId) -> impl Iterator<Item = NodeId> + '_ {
        let node = self.scope(scope).node;
        self.tree.inside(node).filter(move |&n| self.scope_of(n) == scope)
    }

    /// Everything the file imports, by its full name: `os.path`, `.orders.load` of a module beside it.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.tree.imports().iter().map(|i| i.path.as_str()).filter(|path| !path.is_empty())
    }

    /// What an imported name or a path below one stands for: `np.append` → `numpy.append`; `None` for names that are
    /// not imported, and for names that are bound again in the scope.
    pub fn imported(&self, node: NodeId) -> Option<String> {
        let path = self.tree.dotted(node)?;
        let (head, rest) = path.split_once('.').map_or((path.as_str(), ""), |(h, r)| (h, r));
        let target = self.imports.get(head)?;
        let scope = self.scope_of(node);
        if self.bindings_seen_from(scope, head).iter().any(|how| !matches!(how, Bound::Defined(_))) {
            return None;
        }
        Some(if rest.is_empty() { target.clone() } else { format!("{target}.{rest}") })
    }

    /// The full name of what is called: `numpy.append`, `builtins.sorted`, `.append` for a method of a value, `name` for
    /// a function of the file.
    pub fn callee(&self, call: NodeId) -> String {
        let Some(func) = self.tree.child(call, Role::Func) else { return String::new() };
        if let Some(path) = self.imported(func) {
            return path;
        }
        match self.tree.kind(func) {
            Kind::Name => {
                let name = self.tree.name(func);
                if self.bindings_seen_from(self.scope_of(call), name).is_empty() && known::is_builtin(name) {
                    format!("builtins.{name}")
                } else {
                    name.to_owned()
                }
            }
            Kind::Attribute => format!(".{}", self.tree.name(func)),
            _ => String::new(),
        }
    }

    /// The value a method is called on.
    pub fn receiver(&self, call: NodeId) -> Option<NodeId> {
        let func = self.tree.child(call, Role::Func)?;
        (self.tree.kind(func) == Kind::Attribute).then(|| self.tree.child(func, Role::Value))?
    }

    /// A call's arguments by position, up to the first starred one.
    pub fn arguments(&self, call: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.tree
            .children_as(call, Role::Argument)
            .take_while(|&a| !matches!(self.tree.kind(a), Kind::Keyword | Kind::Starred))
    }

    /// The name calls of a function are written with: a class's for its `__init__`.
    pub fn called_as(&self, scope: ScopeId) -> &str {
        let name = &self.scope(scope).name;
        match self.class_around(scope) {
            Some(class) if name == "__init__" => &self.scope(class).name,
            _ => name,
        }
    }

    /// Where the argument for a parameter stands in calls of a function, which for methods leave `self` away; `None` for
    /// `self` itself.
    pub fn position_in_calls(&self, function: ScopeId, parameter: u32) -> Option<usize> {
        let parent = self.scope(self.scope(function).parent);
        let bound =
            self.tree.kind(parent.node) == Kind::Class && !self.decorators(function).any(|d| d == "staticmethod");
        (parameter as usize).checked_sub(usize::from(bound))
    }

    /// A call's keyword argument.
    pub fn keyword(&self, call: NodeId, name: &str) -> Option<NodeId> {
        /// A call with more arguments than this lists data.
        const MOST: usize = 256;
        let mut all = self.tree.children_as(call, Role::Argument).take(MOST);
        let found = all.find(|&a| self.tree.kind(a) == Kind::Keyword && self.tree.name(a) == name)?;
        self.tree.child(found, Role::Value)
    }

    /// Calls anywhere in the file of something with this last name.
    pub fn calls_of(&self, name: &str) -> &[NodeId] {
        self.calls.get(name).map_or(&[], Vec::as_slice)
    }

    /// The calls of a scope's own frame.
    pub fn calls_in(&self, scope: ScopeId) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes(scope).filter(|&n| self.tree.kind(n) == Kind::Call)
    }

    /// The functions of the file with a name.
    pub fn functions_named(&self, name: &str) -> &[ScopeId] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    /// How a name is bound in the scope itself.
    pub fn bindings(&self, scope: ScopeId, name: &str) -> &[Bound] {
        self.bindings.get(name).and_then(|by_scope| by_scope.get(&scope)).map_or(&[], Vec::as_slice)
    }

    /// How a name seen from a scope is bound: in the scope, in a function around it, or in the module.
    pub fn bindings_seen_from(&self, scope: ScopeId, name: &str) -> &[Bound] {
        let Some(by_scope) = self.bindings.get(name) else { return &[] };
        let mut at = scope;
        loop {
            let found = by_scope.get(&at).map_or(&[][..], Vec::as_slice);
            // Names of a class body are not seen from its methods.
            let hidden = at != scope && self.tree.kind(self.scope(at).node) == Kind::Class;
            if (!found.is_empty() && !hidden) || at == ScopeId::MODULE {
                return found;
            }
            at = self.scope(at).parent;
        }
    }

    /// What an attribute of `self` stands for, seen from a method: what methods store in it, and what the body of the
    /// class names so.
    pub fn attribute(&self, scope: ScopeId, name: &str) -> &[Bound] {
        let bound = || self.attributes.get(name)?.get(&self.class_around(scope)?);
        bound().map_or(&[], Vec::as_slice)
    }

    /// The class a method belongs to.
    pub fn class_around(&self, scope: ScopeId) -> Option<ScopeId> {
        let mut at = scope;
        while at != ScopeId::MODULE {
            at = self.scope(at).parent;
            if self.tree.kind(self.scope(at).node) == Kind::Class {
                return Some(at);
            }
        }
        None
    }

    /// Whether a scope is a coroutine function.
    pub fn is_async(&self, scope: ScopeId) -> bool {
        self.tree.kind(self.scope(scope).node) == Kind::Function { is_async: true }
    }

    /// The decorators of a function or class, as written, without their arguments: `functools.lru_cache`.
    pub fn decorators(&self, scope: ScopeId) -> impl Iterator<Item = String> + '_ {
        self.tree.children_as(self.scope(scope).node, Role::Decorator).filter_map(|d| {
            let named = if self.tree.kind(d) == Kind::Call { self.tree.child(d, Role::Func)? } else { d };
            self.imported(named).or_else(|| self.tree.dotted(named))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        Facts::new(Tree::parse(text.to_owned()).expect("small"))
    }

    /// The kind of the last name that is read in a text.
    fn kind_of_last_name(text: &str) -> Option<ValueKind> {
        let facts = facts(text);
        let last = facts.tree().all().filter(|&n| facts.tree().kind(n) == Kind::Name).last().expect("a name");
        facts.value(last).map(|v| v.kind)
    }

    #[test]
    fn a_name_stands_for_what_it_was_made_from() {
        let cases = [
            ("x = [1]\nx", Some(ValueKind::List)),
            ("x = set()\nx", Some(ValueKind::Set)),
            ("x = []\nx += [1]\nx", Some(ValueKind::List)),
            ("x = None\nx = 'a'\nx", Some(ValueKind::Str)),
            ("x = []\nx = {}\nx", None),
            ("import numpy as np\nx = np.zeros(3)\nx", Some(ValueKind::Array)),
            ("from collections import deque as d\nx = d()\nx", Some(ValueKind::Deque)),
            ("def f():\n    return [i for i in y]\nx = f()\nx", Some(ValueKind::List)),
            ("def f():\n    return {1}\ndef g():\n    return f()\na, b = 1, g()\nb", Some(ValueKind::Set)),
            ("for c in 'text':\n    c", Some(ValueKind::Str)),
            ("for i, c in enumerate('text'):\n    c", Some(ValueKind::Str)),
            ("def g(x):\n    x\ng([1])", None),
            ("x = y\ny = x\nx", None),
            ("list = foo\nx = list()\nx", None),
        ];
        for (text, kind) in cases {
            assert_eq!(kind_of_last_name(text), kind, "{text}");
        }
    }

    #[test]
    fn a_parameter_stands_for_what_callers_hand_over() {
        let kind = |text: &str| {
            let facts = facts(text);
            let compare =
                facts.tree().all().find(|&n| matches!(facts.tree().kind(n), Kind::Compare(_))).expect("a test");
            let right = facts.tree().child(compare, Role::Right).expect("two sides");
            facts.value(right).map(|v| v.kind)
        };
        assert_eq!(kind("def f(a, b):\n    return a in b\nf(1, [2, 3])\n"), Some(ValueKind::List));
        assert_eq!(kind("def f(a, b):\n    return a in b\nf(1, b={2})\n"), Some(ValueKind::Set));
        assert_eq!(kind("def f(a, b):\n    return a in b\nf(1, [2])\nf(1, {2})\n"), None);
        assert_eq!(kind("def f(a, b: list[str]):\n    return a in b\n"), Some(ValueKind::List));
        let method =
            "class C:\n    def __init__(self):\n        self.b = []\n    def f(self, a):\n        return a in self.b\n";
        assert_eq!(kind(method), Some(ValueKind::List));
    }

    #[test]
    fn a_frame_is_found_by_name_and_line_or_not_at_all() {
        let facts = facts("@cache\ndef f():\n    pass\n\nclass A:\n    def f(self):\n        return 1\n");
        let name = |found: Option<ScopeId>| found.map(|s| facts.qualified(s));
        assert_eq!(name(facts.scope_at("f", 1, None)), Some("f".to_owned()));
        assert_eq!(name(facts.scope_at("f", 6, None)), Some("A.f".to_owned()));
        assert_eq!(name(facts.scope_at("A.f", 0, Some(7))), Some("A.f".to_owned()));
        assert_eq!(name(facts.scope_at("f", 4, None)), None);
        assert_eq!(name(facts.scope_at("f", 0, None)), None);
    }
}
