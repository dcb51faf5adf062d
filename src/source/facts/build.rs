//! Reads the facts off a tree: its scopes, then what its names are bound to.

use super::repetition::Repetition;
use super::{Bindings, Bound, Facts, Scope, ScopeId};
use crate::source::syntax::{Kind, NodeId, Role};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// A name bound more often than this stands for anything.
const MOST_BINDINGS: usize = 256;
/// Names that are unpacked at one go, and parameters of one function, beyond which nothing is followed.
const MOST_PARTS: usize = 256;

impl Facts {
    /// Finds the scopes, and for each node the one its code runs in and how many loops run it there.
    pub(super) fn find_scopes(&mut self) {
        let count = self.tree.all().count();
        self.scope_of = vec![ScopeId::MODULE; count];
        self.repetition = Repetition::of(count);
        self.scopes.push(Scope {
            node: NodeId::MODULE,
            parent: ScopeId::MODULE,
            name: "<module>".to_owned(),
            first_line: 1,
            last_line: self.tree.line_count(),
        });
        // The scope a node opens, for its body.
        let mut opened: FxHashMap<NodeId, ScopeId> = FxHashMap::default();
        for node in (1..count as u32).map(NodeId) {
            let parent = self.tree.parent(node);
            let within = self.runs_in(node, opened.get(&parent).copied());
            self.scope_of[node.index()] = within;
            self.count_loops(node);
            match self.tree.kind(node) {
                Kind::Call => {
                    let name = self.tree.child(node, Role::Func).map_or("", |func| self.tree.name(func));
                    if !name.is_empty() {
                        self.calls.entry(name.to_owned()).or_default().push(node);
                    }
                }
                Kind::Return => self.returns.entry(within).or_default().push(node),
                Kind::Yield => {
                    self.yields.entry(within).or_insert(node);
                }
                kind if kind.is_function() || kind == Kind::Class => {
                    let name = if kind == Kind::Lambda { "<lambda>" } else { self.tree.name(node) }.to_owned();
                    let id = ScopeId(self.scopes.len() as u32);
                    let (first_line, last_line) = (self.tree.line(node), self.tree.last_line(node));
                    let named = if kind == Kind::Class { &mut self.classes } else { &mut self.functions };
                    named.entry(name.clone()).or_default().push(id);
                    self.scopes.push(Scope { node, parent: within, name, first_line, last_line });
                    opened.insert(node, id);
                }
                _ => {}
            }
        }
    }

    /// The scope that runs a node; `opened` is the one its parent opens. Decorators, defaults, annotations and bases run
    /// where the function or class is defined.
    fn runs_in(&self, node: NodeId, opened: Option<ScopeId>) -> ScopeId {
        let parent = self.tree.parent(node);
        let around = self.scope_of[parent.index()];
        match (opened, self.tree.role(node)) {
            (Some(_), Role::Decorator | Role::Base | Role::Annotation) => around,
            (Some(scope), _) => scope,
            (None, Role::Default | Role::Annotation) if self.tree.kind(parent) == Kind::Parameter => {
                self.scope(around).parent
            }
            (None, _) => around,
        }
    }

    /// Finds what names are bound to.
    pub(super) fn find_bindings(&mut self) {
        let count = self.tree.all().count() as u32;
        let mut parameters: FxHashMap<NodeId, u32> = FxHashMap::default();
        for node in (1..count).map(NodeId) {
            match self.tree.kind(node) {
                Kind::Assign => {
                    let Some(value) = self.tree.child(node, Role::Value) else { continue };
                    let targets: Vec<NodeId> = self.tree.children_as(node, Role::Target).collect();
                    for target in targets {
                        self.bind(target, Bound::Assigned(value), |part| Bound::Unpacked(value, part));
                    }
                }
                Kind::Named => {
                    let bound = |value| (Bound::Assigned(value), move |part| Bound::Unpacked(value, part));
                    self.bind_target(node, Role::Value, bound);
                }
                Kind::AugAssign(_) => {
                    self.bind_target(node, Role::Value, |_| (Bound::Augmented(node), move |_| Bound::Other(node)));
                }
                Kind::For { .. } | Kind::Clause => {
                    let bound = |iter| (Bound::Iterated(iter), move |part| Bound::IteratedPart(iter, part));
                    self.bind_target(node, Role::Iter, bound);
                }
                Kind::WithItem => {
                    let bound = |value| (Bound::Entered(value), move |_| Bound::Other(value));
                    self.bind_target(node, Role::Value, bound);
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
                    let position = parameters.entry(self.tree.parent(node)).or_default();
                    let how = Bound::Parameter(node, *position);
                    *position += 1;
                    let followed = matches!(how, Bound::Parameter(_, n) if (n as usize) < MOST_PARTS);
                    self.bind_name(node, if followed { how } else { Bound::Other(node) });
                }
                _ => {}
            }
        }
        for import in self.tree.imports() {
            let scope = self.scope_of[import.node.index()];
            bind_in(&mut self.bindings, &import.bound, scope, Bound::Defined(import.node), import.node);
        }
    }

    /// Binds the target of a node to what `bound` makes of the part of it that plays a role: as a whole, and by parts.
    fn bind_target<P: Fn(u32) -> Bound>(&mut self, node: NodeId, role: Role, bound: impl Fn(NodeId) -> (Bound, P)) {
        if let (Some(target), Some(value)) = (self.tree.child(node, Role::Target), self.tree.child(node, role)) {
            let (whole, part) = bound(value);
            self.bind(target, whole, part);
        }
    }

    fn bind(&mut self, target: NodeId, whole: Bound, part: impl Fn(u32) -> Bound) {
        match self.tree.kind(target) {
            Kind::Name => self.bind_name(target, whole),
            Kind::Attribute => self.bind_attribute(target, whole),
            Kind::Tuple | Kind::List => {
                let parts: Vec<NodeId> = self.tree.children(target).collect();
                for (i, at) in parts.into_iter().enumerate() {
                    let how = if i < MOST_PARTS { part(i as u32) } else { Bound::Other(target) };
                    match self.tree.kind(at) {
                        Kind::Name => self.bind_name(at, how),
                        Kind::Attribute => self.bind_attribute(at, how),
                        // Deeper patterns bind names to something not followed further.
                        _ => {
                            for name in self.tree.inside(at) {
                                if self.tree.kind(name) == Kind::Name {
                                    self.bind_name(name, Bound::Other(target));
                                }
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn bind_name(&mut self, node: NodeId, how: Bound) {
        let scope = self.scope_of[node.index()];
        bind_in(&mut self.bindings, self.tree.name(node), scope, how, node);
        if self.tree.kind(self.scopes[scope.index()].node) == Kind::Class {
            bind_in(&mut self.attributes, self.tree.name(node), scope, how, node);
        }
    }

    fn bind_attribute(&mut self, target: NodeId, how: Bound) {
        let of_self = self.tree.child(target, Role::Value).is_some_and(|v| self.tree.name(v) == "self");
        if let Some(class) = self.class_around(self.scope_of(target)).filter(|_| of_self) {
            bind_in(&mut self.attributes, self.tree.name(target), class, how, target);
        }
    }
}

fn bind_in(bindings: &mut Bindings, name: &str, scope: ScopeId, how: Bound, node: NodeId) {
    if name.is_empty() {
        return;
    }
    if !bindings.contains_key(name) {
        bindings.insert(name.to_owned(), FxHashMap::default());
    }
    let Some(all) = bindings.get_mut(name).map(|by_scope| by_scope.entry(scope).or_default()) else { return };
    match all.len().cmp(&MOST_BINDINGS) {
        Ordering::Less => all.push(how),
        Ordering::Equal => all.push(Bound::Other(node)),
        Ordering::Greater => {}
    }
}
