//! What the other files of a program say about a file: what functions it imports return, and what its own functions are
//! called with there.
//!
//! Files are known by the last part of a module's name, and nothing is followed further than to the next file.

use super::known::Sort;
use super::{Bound, Facts, ScopeId, Value};
use crate::source::syntax::{Kind, Role};
use rustc_hash::FxHashMap;

/// What is known from other files.
#[derive(Default, Debug)]
pub(super) struct Neighbours {
    /// What functions return, as `module.function`.
    returned: FxHashMap<String, Sort>,
    /// What this file's functions are called with: by name and position.
    handed: FxHashMap<(String, usize), Vec<Option<Sort>>>,
}

/// The last part of the module a file holds: `orders` of `shop/orders.py`.
pub fn module_of(file: &str) -> Option<&str> {
    let mut parts = file.rsplit(['/', '\\']);
    let stem = parts.next()?.strip_suffix(".py")?;
    if stem == "__init__" { parts.next() } else { Some(stem) }
}

/// The last two parts of a path: `orders.load` of `shop.orders.load`.
fn last_two(path: &str) -> Option<&str> {
    let dot = path.rfind('.')?;
    let before = path[..dot].rfind('.').map_or(0, |at| at + 1);
    (before < dot).then(|| &path[before..])
}

impl Facts {
    /// Whether the file imports a module, or something of it.
    pub fn imports_module(&self, module: &str) -> bool {
        self.imports().any(|path| path.rsplit('.').take(2).any(|part| part == module))
    }

    /// Learns from another file of the program what its functions return, and what it calls this file's functions with.
    /// `other` and `own` are the modules the files hold.
    pub fn learn(&mut self, other: &str, from: &Self, own: &str) {
        // What was not certain before may be now.
        self.known_values.get_mut().clear();
        if self.imports_module(other) {
            for (scope, function) in from.scopes().filter(|(_, s)| from.tree.kind(s.node).is_function()) {
                // Functions of the module itself; methods are not imported by name.
                if function.parent == ScopeId::MODULE
                    && let Some(value) = from.value_returned(scope)
                {
                    let name = format!("{other}.{}", function.name);
                    self.neighbours.returned.insert(name, (value.kind, value.element));
                }
            }
        }
        if from.imports_module(own) {
            let calls = from.tree.all().filter(|&n| from.tree.kind(n) == Kind::Call);
            for call in calls {
                let callee = from.callee(call);
                let Some((_, function)) = last_two(&callee).and_then(|two| two.strip_prefix(own)?.split_once('.'))
                else {
                    continue;
                };
                for (position, argument) in from.arguments(call).enumerate() {
                    let handed = from.value(argument).map(|v| (v.kind, v.element));
                    self.neighbours.handed.entry((function.to_owned(), position)).or_default().push(handed);
                }
            }
        }
    }

    /// What a function of another file returns.
    pub(super) fn returned_elsewhere(&self, callee: &str) -> Option<Sort> {
        if self.neighbours.returned.is_empty() {
            return None;
        }
        self.neighbours.returned.get(last_two(callee)?).copied()
    }

    /// What other files hand over for a parameter, where they agree.
    pub(super) fn handed_elsewhere(&self, function: &str, position: usize) -> Option<Sort> {
        if self.neighbours.handed.is_empty() {
            return None;
        }
        // What cannot be told of one caller does not speak against the others.
        let mut known = self.neighbours.handed.get(&(function.to_owned(), position))?.iter().flatten();
        let first = *known.next()?;
        known.all(|(kind, _)| *kind == first.0).then_some(first)
    }

    /// The value a function returns, where it is certain.
    fn value_returned(&self, scope: ScopeId) -> Option<Value> {
        if self.yields.contains_key(&scope) {
            return None;
        }
        let mut common: Option<Value> = None;
        for &returned in self.returns.get(&scope)? {
            let value = self.value(self.tree.child(returned, Role::Value)?)?;
            if common.is_some_and(|c| c.kind != value.kind) {
                return None;
            }
            common = Some(value);
        }
        common
    }

    /// Whether a binding only takes a step from what the name stood for before: `x = x + [y]`.
    pub(super) fn is_step(&self, how: Bound) -> bool {
        let Bound::Assigned(value) = how else { return matches!(how, Bound::Augmented(_)) };
        let tree = &self.tree;
        let Some(target) = tree.child(tree.parent(value), Role::Target) else { return false };
        matches!(tree.kind(value), Kind::Binary(_))
            && [Role::Left, Role::Right]
                .into_iter()
                .filter_map(|role| tree.child(value, role))
                .any(|side| tree.source(side) == tree.source(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Tree, ValueKind};

    fn facts(text: &str) -> Facts {
        Facts::new(Tree::parse(text.to_owned()).expect("small"))
    }

    #[test]
    fn a_file_knows_what_its_neighbours_return_and_hand_over() {
        let shelf = facts("def load():\n    return [1]\nclass C:\n    def load(self):\n        return {}\n");
        let mut shop = facts("import lib.shelf as s\nfrom lib.shelf import load\ns.load()\nload()\n");
        shop.learn("shelf", &shelf, "shop");
        for &call in shop.calls_of("load") {
            assert_eq!(shop.value(call).map(|v| v.kind), Some(ValueKind::List));
        }
        let mut shelf = facts("def find(what, within):\n    return what in within\n");
        let shop = facts("import shelf\nshelf.find(1, [2])\nshelf.find(x(), list(y))\nother.find(1, {2})\n");
        shelf.learn("shop", &shop, "shelf");
        let test = shelf.tree().all().find(|&n| matches!(shelf.tree().kind(n), Kind::Compare(_))).expect("a test");
        let within = shelf.tree().child(test, Role::Right).expect("two sides");
        assert_eq!(shelf.value(within).map(|v| v.kind), Some(ValueKind::List));
    }

    #[test]
    fn a_file_holds_the_module_it_is_named_for() {
        assert_eq!(module_of("/srv/shop/orders.py"), Some("orders"));
        assert_eq!(module_of("C:\\shop\\__init__.py"), Some("shop"));
        assert_eq!(module_of("<string>"), None);
    }
}
