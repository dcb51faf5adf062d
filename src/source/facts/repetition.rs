//! What runs again and again: loops around code, and functions called in loops.

use super::{Facts, ScopeId};
use crate::source::syntax::{Kind, NodeId, Role};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{OnceCell, RefCell};

/// What is known of it by node, and what was asked before by function.
#[derive(Default, Debug)]
pub(super) struct Repetition {
    /// How many loops of its function run each node.
    loops: Vec<u16>,
    called_in_loop: RefCell<FxHashMap<ScopeId, bool>>,
    /// Names of what is handed to something that calls it for each item.
    mapped: OnceCell<FxHashSet<String>>,
}

impl Repetition {
    /// Nothing known yet of so many nodes.
    pub(super) fn of(nodes: usize) -> Self {
        Self { loops: vec![0; nodes], ..Self::default() }
    }
}

impl Facts {
    /// Counts the loops that run a node: those of its parent, and its parent if that is one.
    pub(super) fn count_loops(&mut self, node: NodeId) {
        let parent = self.tree.parent(node);
        let of_parent = self.tree.kind(parent);
        if of_parent.is_function() || self.scope_of(node) != self.scope_of(parent) {
            return;
        }
        let role = self.tree.role(node);
        let around = self.repetition.loops[parent.index()];
        let loops = match of_parent {
            Kind::For { .. } => around + u16::from(matches!(role, Role::Body | Role::Target)),
            Kind::While => around + u16::from(matches!(role, Role::Body | Role::Test)),
            // The first clause's iterable runs once, everything else for each item.
            kind if kind.is_comprehension() => around + 1,
            Kind::Clause if role == Role::Iter && self.is_first_clause(parent) => around.saturating_sub(1),
            _ => around,
        };
        self.repetition.loops[node.index()] = loops;
    }

    fn is_first_clause(&self, clause: NodeId) -> bool {
        self.tree.child(self.tree.parent(clause), Role::Clause) == Some(clause)
    }

    /// The loops around a node within its function, innermost first: `for`, `while` and comprehensions that run it again
    /// and again.
    pub fn loops_around(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut at = node;
        std::iter::from_fn(move || {
            // Between a node and its loop the count stays; an iterable that runs once has fewer than its clause.
            while self.loop_depth(at) > 0 {
                let inner = at;
                at = self.tree.parent(at);
                if self.loop_depth(at) < self.loop_depth(inner) {
                    return Some(at);
                }
                if self.tree.kind(at) == Kind::Clause && self.loop_depth(at) > self.loop_depth(inner) {
                    // Out of the comprehension whose first iterable it is.
                    at = self.tree.parent(at);
                }
            }
            None
        })
    }

    /// How many loops of its function run a node.
    pub fn loop_depth(&self, node: NodeId) -> usize {
        usize::from(self.repetition.loops[node.index()])
    }

    /// Whether a node runs again and again each time its function is called.
    pub fn in_loop(&self, node: NodeId) -> bool {
        self.loop_depth(node) > 0
    }

    /// Whether a function of the file is called in a loop, in the file, or by a function that is.
    pub fn is_called_in_loop(&self, scope: ScopeId) -> bool {
        if let Some(&known) = self.repetition.called_in_loop.borrow().get(&scope) {
            return known;
        }
        let is = self.look_for_calls_in_loops(scope);
        self.repetition.called_in_loop.borrow_mut().insert(scope, is);
        is
    }

    fn look_for_calls_in_loops(&self, scope: ScopeId) -> bool {
        /// Callers of callers that are followed.
        const HEIGHT: usize = 4;
        let mut level = vec![scope];
        let mut seen: FxHashSet<ScopeId> = FxHashSet::from_iter([scope]);
        // Functions of one name are told apart by nothing: their calls are looked at once.
        let mut names: FxHashSet<&str> = FxHashSet::default();
        for _ in 0..HEIGHT {
            let mut next = Vec::new();
            for at in level {
                if self.is_mapped(at) {
                    return true;
                }
                let name = self.called_as(at);
                if !names.insert(name) {
                    continue;
                }
                let calls = self.calls_of(name);
                // A loop that goes round a few times, as written, is none.
                if calls.iter().any(|&c| self.loops_around(c).any(|l| !self.is_short(l))) {
                    return true;
                }
                let around = calls.iter().map(|&c| self.scope_of(c));
                next.extend(around.filter(|&s| s != ScopeId::MODULE && seen.insert(s)));
            }
            level = next;
        }
        false
    }

    /// Whether a function is handed to something that calls it for each item: `map(f, items)`, `pool.imap(f, items)`.
    fn is_mapped(&self, scope: ScopeId) -> bool {
        let mapped = self.repetition.mapped.get_or_init(|| {
            let calls =
                ["map", "filter", "imap", "imap_unordered", "starmap"].into_iter().flat_map(|m| self.calls_of(m));
            let first = calls.filter_map(|&c| self.arguments(c).next());
            let named = first.filter(|&a| matches!(self.tree.kind(a), Kind::Name | Kind::Attribute));
            named.map(|a| self.tree.name(a).to_owned()).collect()
        });
        mapped.contains(&self.scope(scope).name)
    }

    /// `for _ in range(3)`
    fn is_short(&self, around: NodeId) -> bool {
        const FEW: u32 = 9;
        let tree = &self.tree;
        let walk = if tree.kind(around).is_comprehension() { tree.child(around, Role::Clause) } else { Some(around) };
        let Some(iter) = walk.and_then(|w| tree.child(w, Role::Iter)) else { return false };
        if tree.kind(iter) != Kind::Call || self.callee(iter) != "builtins.range" {
            return false;
        }
        let mut arguments = self.arguments(iter);
        let only = arguments.next().filter(|_| arguments.next().is_none());
        only.is_some_and(|n| tree.source(n).parse::<u32>().is_ok_and(|n| n <= FEW))
    }
}

#[cfg(test)]
mod tests {
    use crate::source::{Facts, Kind, Tree};

    fn facts(text: &str) -> Facts {
        Facts::new(Tree::parse(text.to_owned()).expect("small"))
    }

    #[test]
    fn loops_run_what_is_in_them_again() {
        let facts = facts("for a in first():\n    [g(b) for b in second() if h(b)]\n");
        let depth = |name: &str| facts.loop_depth(facts.calls_of(name)[0]);
        assert_eq!([depth("first"), depth("second"), depth("g"), depth("h")], [0, 1, 2, 2]);
        for name in ["first", "second", "g", "h"] {
            assert_eq!(facts.loops_around(facts.calls_of(name)[0]).count(), depth(name), "{name}");
        }
    }

    #[test]
    fn the_loops_around_a_node_are_those_that_run_it_innermost_first() {
        let facts = facts(
            "while test():\n    for a in [x() for x in inner() for y in again()]:\n        (lambda: apart())\n    \
             else:\n        once()\nelse:\n    never()\n",
        );
        let around = |name: &str| {
            let kinds = facts.loops_around(facts.calls_of(name)[0]).map(|l| match facts.tree().kind(l) {
                Kind::While => 'w',
                Kind::For { .. } => 'f',
                _ => 'c',
            });
            kinds.collect::<String>()
        };
        let all = ["test", "x", "inner", "again", "apart", "once", "never"].map(around);
        assert_eq!(all, ["w", "cw", "w", "cw", "", "w", ""]);
    }

    #[test]
    fn what_a_loop_calls_calls_others_again_and_again() {
        let facts = facts(
            "def a(): pass\ndef b(): a()\ndef c(): b()\nfor x in y: c()\ndef d(): pass\ndef e():\n    for _ in range(3): \
             d()\ndef f(): pass\nmap(f, z)\nclass G:\n    def __init__(self): pass\nwhile 1: G()\n",
        );
        let called = |name: &str| facts.is_called_in_loop(facts.functions_named(name)[0]);
        assert_eq!(["a", "d", "e", "f", "__init__"].map(called), [true, false, false, true, true]);
    }
}
