//! What a Python file says about its functions: loops, calls, imports, and what values names stand for.

mod neighbours;
mod values;

pub use neighbours::module_of;
pub use values::{Value, ValueKind};

use super::syntax::{Kind, NodeId, Role, Tree};
use rustc_hash::FxHashMap;

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
    /// With the classes and functions it stands in: `Reader.parse`, `main.<locals>.work`.
    pub qualified: String,
    /// The line its code object begins at: the first decorator's.
    pub first_line: u32,
    /// The last line.
    pub last_line: u32,
}

/// Bound a name comes to stand for something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// `x = value`, `x: T = value`, `(x := value)`
    Assigned(NodeId),
    /// `x, y = value`: the node, and which of how many.
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

/// A parsed file and what follows from it.
#[derive(Debug)]
pub struct Facts {
    tree: Tree,
    scopes: Vec<Scope>,
    /// The scope each node's code runs in.
    scope_of: Vec<ScopeId>,
    bindings: FxHashMap<(ScopeId, String), Vec<Bound>>,
    /// Values stored in attributes of `self`, by class scope.
    attributes: FxHashMap<(ScopeId, String), Vec<Bound>>,
    /// What imported names stand for.
    imports: FxHashMap<String, String>,
    /// Calls by the last part of what is called.
    calls: FxHashMap<String, Vec<NodeId>>,
    functions: FxHashMap<String, Vec<ScopeId>>,
    /// What other files say.
    neighbours: neighbours::Neighbours,
}

impl Facts {
    /// Reads the facts off a tree.
    pub fn new(tree: Tree) -> Self {
        let mut facts = Self {
            scopes: Vec::new(),
            scope_of: Vec::new(),
            bindings: FxHashMap::default(),
            attributes: FxHashMap::default(),
            imports: tree.imports().iter().map(|i| (i.bound.clone(), i.path.clone())).collect(),
            calls: FxHashMap::default(),
            functions: FxHashMap::default(),
            neighbours: neighbours::Neighbours::default(),
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
        let named = |s: &&(ScopeId, &Scope)| s.1.name == last;
        let all: Vec<(ScopeId, &Scope)> = self.scopes().collect();
        if first_line > 0 {
            let at_line = all.iter().filter(named).find(|(_, s)| s.first_line == first_line);
            // Python before 3.8 counts from the `def`.
            let at_name = || all.iter().filter(named).find(|(_, s)| self.tree.name_line(s.node) == first_line);
            return at_line.or_else(at_name).map(|(id, _)| *id);
        }
        let fits = |s: &&(ScopeId, &Scope)| ran.is_none_or(|line| (s.1.first_line..=s.1.last_line).contains(&line));
        // The innermost of nested functions that share a name comes last.
        let found: Vec<ScopeId> = all.iter().filter(named).filter(fits).map(|(id, _)| *id).collect();
        match (found.as_slice(), ran) {
            ([only], _) => Some(*only),
            ([.., last], Some(_)) => Some(*last),
            _ => None,
        }
    }

    /// Every node whose code runs in a scope's own frame, but for the scope's own node.
    pub fn nodes(&self, scope: ScopeId) -> impl Iterator<Item = NodeId> + '_ {
        let node = self.scope(scope).node;
        self.tree.inside(node).filter(move |&n| self.scope_of(n) == scope)
    }

    /// The loops around a node within its function, innermost first: `for`, `while` and clauses of comprehensions that
    /// run it again and again.
    pub fn loops_around(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut below = node;
        let scope = self.scope_of(node);
        self.tree
            .ancestors(node)
            .take_while(move |&n| self.scope_of(n) == scope && !self.tree.kind(n).is_function())
            .filter(move |&n| {
                let part = std::mem::replace(&mut below, n);
                let role = self.tree.role(part);
                match self.tree.kind(n) {
                    Kind::For { .. } => role == Role::Body || role == Role::Target,
                    Kind::While => role == Role::Body || role == Role::Test,
                    // The first clause's iterable runs once, everything else for each item.
                    k if k.is_comprehension() => {
                        role != Role::Clause
                            || self.tree.child(n, Role::Clause) != Some(part)
                            || !self.in_iter(part, node)
                    }
                    _ => false,
                }
            })
    }

    fn in_iter(&self, clause: NodeId, node: NodeId) -> bool {
        self.tree.child(clause, Role::Iter).is_some_and(|iter| self.tree.contains(iter, node))
    }

    /// Bound many loops of its function run a node.
    pub fn loop_depth(&self, node: NodeId) -> usize {
        self.loops_around(node).count()
    }

    /// Whether a node runs again and again each time its function is called.
    pub fn in_loop(&self, node: NodeId) -> bool {
        self.loops_around(node).next().is_some()
    }

    /// Everything the file imports, by its full name.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.tree.imports().iter().map(|i| i.path.as_str())
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
                if self.bindings_seen_from(self.scope_of(call), name).is_empty() && is_builtin(name) {
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

    /// A call's keyword argument.
    pub fn keyword(&self, call: NodeId, name: &str) -> Option<NodeId> {
        let mut all = self.tree.children_as(call, Role::Argument);
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

    /// Bound a name is bound in the scope itself.
    pub fn bindings(&self, scope: ScopeId, name: &str) -> &[Bound] {
        self.bindings.get(&(scope, name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Bound a name seen from a scope is bound: in the scope, in a function around it, or in the module.
    pub fn bindings_seen_from(&self, scope: ScopeId, name: &str) -> &[Bound] {
        let mut at = scope;
        loop {
            let found = self.bindings(at, name);
            // Names of a class body are not seen from its methods.
            let hidden = at != scope && self.tree.kind(self.scope(at).node) == Kind::Class;
            if (!found.is_empty() && !hidden) || at == ScopeId::MODULE {
                return found;
            }
            at = self.scope(at).parent;
        }
    }

    /// What is stored in an attribute of `self`, seen from a method.
    pub fn attribute(&self, scope: ScopeId, name: &str) -> &[Bound] {
        self.class_around(scope)
            .and_then(|class| self.attributes.get(&(class, name.to_owned())))
            .map_or(&[], Vec::as_slice)
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

    fn find_scopes(&mut self) {
        let count = self.tree.all().count();
        self.scope_of = vec![ScopeId::MODULE; count];
        self.scopes.push(Scope {
            node: NodeId::MODULE,
            parent: ScopeId::MODULE,
            name: "<module>".to_owned(),
            qualified: "<module>".to_owned(),
            first_line: 1,
            last_line: self.tree.line_count(),
        });
        // The scope a node opens, for its body.
        let mut opened: FxHashMap<NodeId, ScopeId> = FxHashMap::default();
        for node in self.tree.all().skip(1) {
            let parent = self.tree.parent(node);
            let role = self.tree.role(node);
            // Decorators, defaults, annotations and bases run where the function is defined.
            let within = match opened.get(&parent) {
                Some(&scope) if !matches!(role, Role::Decorator | Role::Base | Role::Annotation) => scope,
                _ => self.scope_of[parent.index()],
            };
            self.scope_of[node.index()] = within;
            let kind = self.tree.kind(node);
            if kind == Kind::Call
                && let Some(func) = self.tree.child(node, Role::Func)
                && !self.tree.name(func).is_empty()
            {
                self.calls.entry(self.tree.name(func).to_owned()).or_default().push(node);
            }
            if !kind.is_function() && kind != Kind::Class {
                continue;
            }
            let name = if kind == Kind::Lambda { "<lambda>" } else { self.tree.name(node) }.to_owned();
            let around = self.scope(within);
            let qualified = match self.tree.kind(around.node) {
                Kind::Module => name.clone(),
                Kind::Class => format!("{}.{name}", around.qualified),
                _ => format!("{}.<locals>.{name}", around.qualified),
            };
            let id = ScopeId(self.scopes.len() as u32);
            let (first_line, last_line) = (self.tree.line(node), self.tree.last_line(node));
            if kind.is_function() {
                self.functions.entry(name.clone()).or_default().push(id);
            }
            self.scopes.push(Scope { node, parent: within, name, qualified, first_line, last_line });
            opened.insert(node, id);
        }
    }

    fn find_bindings(&mut self) {
        let nodes: Vec<NodeId> = self.tree.all().skip(1).collect();
        for node in nodes {
            match self.tree.kind(node) {
                Kind::Assign => {
                    let Some(value) = self.tree.child(node, Role::Value) else { continue };
                    let targets: Vec<NodeId> = self.tree.children_as(node, Role::Target).collect();
                    for target in targets {
                        self.bind(target, Bound::Assigned(value), |part| Bound::Unpacked(value, part));
                    }
                }
                Kind::Named => {
                    if let (Some(target), Some(value)) =
                        (self.tree.child(node, Role::Target), self.tree.child(node, Role::Value))
                    {
                        self.bind(target, Bound::Assigned(value), |part| Bound::Unpacked(value, part));
                    }
                }
                Kind::AugAssign(_) => {
                    if let Some(target) = self.tree.child(node, Role::Target) {
                        self.bind(target, Bound::Augmented(node), |_| Bound::Other(node));
                    }
                }
                Kind::For { .. } | Kind::Clause => {
                    if let (Some(target), Some(iter)) =
                        (self.tree.child(node, Role::Target), self.tree.child(node, Role::Iter))
                    {
                        self.bind(target, Bound::Iterated(iter), |part| Bound::IteratedPart(iter, part));
                    }
                }
                Kind::WithItem => {
                    if let (Some(target), Some(value)) =
                        (self.tree.child(node, Role::Target), self.tree.child(node, Role::Value))
                    {
                        self.bind(target, Bound::Entered(value), |_| Bound::Other(value));
                    }
                }
                Kind::Delete => {
                    let names = self.tree.children_as(node, Role::Target).filter(|&t| self.tree.kind(t) == Kind::Name);
                    for target in names.collect::<Vec<_>>() {
                        self.bind_name(target, Bound::Other(node));
                    }
                }
                Kind::Handler => self.bind_name(node, Bound::Other(node)),
                Kind::Function { .. } | Kind::Class => self.bind_name(node, Bound::Defined(node)),
                Kind::Parameter => {
                    let function = self.tree.parent(node);
                    let position = self.tree.children_as(function, Role::Parameter).take_while(|&p| p != node).count();
                    self.bind_name(node, Bound::Parameter(node, position as u32));
                }
                _ => {}
            }
        }
        let imports: Vec<(NodeId, String)> = self.tree.imports().iter().map(|i| (i.node, i.bound.clone())).collect();
        for (node, bound) in imports {
            let scope = self.scope_of(node);
            self.bindings.entry((scope, bound)).or_default().push(Bound::Defined(node));
        }
    }

    fn bind_name(&mut self, node: NodeId, how: Bound) {
        let name = self.tree.name(node).to_owned();
        if !name.is_empty() {
            self.bindings.entry((self.scope_of(node), name)).or_default().push(how);
        }
    }

    fn bind(&mut self, target: NodeId, whole: Bound, part: impl Fn(u32) -> Bound) {
        match self.tree.kind(target) {
            Kind::Name => self.bind_name(target, whole),
            Kind::Attribute => self.bind_attribute(target, whole),
            Kind::Tuple | Kind::List => {
                let parts: Vec<NodeId> = self.tree.children(target).collect();
                for (i, at) in parts.into_iter().enumerate() {
                    match self.tree.kind(at) {
                        Kind::Name => self.bind_name(at, part(i as u32)),
                        Kind::Attribute => self.bind_attribute(at, part(i as u32)),
                        // Deeper patterns bind names to something not followed further.
                        _ => {
                            let names: Vec<NodeId> =
                                self.tree.inside(at).filter(|&n| self.tree.kind(n) == Kind::Name).collect();
                            for name in names {
                                self.bind_name(name, Bound::Other(target));
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn bind_attribute(&mut self, target: NodeId, how: Bound) {
        let scope = self.scope_of(target);
        let of_self = self.tree.child(target, Role::Value).is_some_and(|v| self.tree.name(v) == "self");
        if let (true, Some(class)) = (of_self, self.class_around(scope)) {
            let name = self.tree.name(target).to_owned();
            self.attributes.entry((class, name)).or_default().push(how);
        }
    }
}

/// Whether a name that nothing in the file binds is one of Python's own.
fn is_builtin(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "bytearray",
        "bytes",
        "callable",
        "chr",
        "compile",
        "complex",
        "delattr",
        "dict",
        "dir",
        "divmod",
        "enumerate",
        "eval",
        "exec",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "globals",
        "hasattr",
        "hash",
        "hex",
        "id",
        "input",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "locals",
        "map",
        "max",
        "memoryview",
        "min",
        "next",
        "object",
        "oct",
        "open",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "setattr",
        "slice",
        "sorted",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "vars",
        "zip",
    ];
    NAMES.binary_search(&name).is_ok()
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
        let name = |found: Option<ScopeId>| found.map(|s| facts.scope(s).qualified.clone());
        assert_eq!(name(facts.scope_at("f", 1, None)), Some("f".to_owned()));
        assert_eq!(name(facts.scope_at("f", 6, None)), Some("A.f".to_owned()));
        assert_eq!(name(facts.scope_at("A.f", 0, Some(7))), Some("A.f".to_owned()));
        assert_eq!(name(facts.scope_at("f", 4, None)), None);
        assert_eq!(name(facts.scope_at("f", 0, None)), None);
    }

    #[test]
    fn loops_run_what_is_in_them_again() {
        let facts = facts("for a in first():\n    [g(b) for b in second() if h(b)]\n");
        let depth = |name: &str| facts.loop_depth(facts.calls_of(name)[0]);
        assert_eq!([depth("first"), depth("second"), depth("g"), depth("h")], [0, 1, 2, 2]);
    }
}
