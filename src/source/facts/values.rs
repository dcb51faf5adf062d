//! What values names stand for, as far as the file alone tells.
//!
//! Only what is written is believed: displays, constructors, annotations, the returns of the file's own functions and
//! the arguments of calls to them. Where two bindings disagree, nothing is said.

use super::known::{ValueKind, annotated, answered, constructor};
use super::{Bound, Facts};
use crate::source::syntax::{Kind, NodeId, Operator, Role};
use std::cell::Cell;

/// How far a value is followed through names and calls.
const MAX_DEPTH: u32 = 12;
/// How many expressions are looked at for one answer.
const MAX_STEPS: u32 = 400;
/// And for all answers about one file: a file that takes more was not written by people.
pub(super) const MOST_STEPS_OF_A_FILE: u32 = 4_000_000;
/// Elements of a display that are counted; of a longer one the length does not matter.
const MOST_COUNTED: usize = 64;

/// A value: its kind, what it holds, and where it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Value {
    /// Its kind.
    pub kind: ValueKind,
    /// The kind of what it holds or yields, where all of it is alike.
    pub element: Option<ValueKind>,
    /// How many elements it was written with; `None` where that is not known, or many.
    pub length: Option<usize>,
    /// The expression that made it.
    pub made: NodeId,
}

impl Value {
    fn new(kind: ValueKind, made: NodeId) -> Self {
        Self { kind, element: None, length: None, made }
    }

    fn of(kind: ValueKind, element: Option<ValueKind>, made: NodeId) -> Self {
        Self { element, ..Self::new(kind, made) }
    }

    /// What a loop over it yields.
    fn yields(self) -> Option<ValueKind> {
        match self.kind {
            ValueKind::Str | ValueKind::File => Some(ValueKind::Str),
            ValueKind::Range | ValueKind::Bytes | ValueKind::ByteArray => Some(ValueKind::Number),
            _ => self.element,
        }
    }
}

impl Facts {
    /// The value of an expression, where it is certain.
    pub fn value(&self, node: NodeId) -> Option<Value> {
        if let Some(&known) = self.known_values.borrow().get(&node) {
            return known;
        }
        let value = self.search(|search| search.value(node));
        self.known_values.borrow_mut().insert(node, value);
        value
    }

    /// Whether an expression is certainly of a kind.
    pub fn is(&self, node: NodeId, kind: ValueKind) -> bool {
        self.value(node).is_some_and(|v| v.kind == kind)
    }

    /// The kind of value a parameter of a function is handed, where it is certain.
    pub fn value_of_parameter(&self, parameter: NodeId) -> Option<ValueKind> {
        let hows = self.bindings(self.scope_of(parameter), self.tree.name(parameter));
        let how = hows.iter().copied().find(|how| matches!(how, Bound::Parameter(node, _) if *node == parameter))?;
        Some(self.search(|search| search.of_binding(how))?.kind)
    }

    fn search(&self, find: impl FnOnce(Search<'_>) -> Option<Value>) -> Option<Value> {
        let granted = MAX_STEPS.min(self.steps_left.get());
        let steps = Cell::new(granted);
        let found = find(Search { facts: self, steps: &steps, depth: MAX_DEPTH });
        self.steps_left.set(self.steps_left.get() - (granted - steps.get()));
        found
    }

    /// What the function of the file that a call names returns, as it is written.
    fn returned_by_call(&self, call: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let tree = &self.tree;
        let call = if tree.kind(call) == Kind::Await { tree.child(call, Role::Value).unwrap_or(call) } else { call };
        let called = tree.child(call, Role::Func).filter(|_| tree.kind(call) == Kind::Call);
        let returns = match called.map(|f| self.functions_named(tree.name(f))) {
            Some([only]) => self.returns.get(only).map_or(&[][..], Vec::as_slice),
            _ => &[],
        };
        returns.iter().filter_map(|&r| tree.child(r, Role::Value))
    }
}

/// A search for the value of an expression, as far as it has gone: what it may still look at, and how deep.
#[derive(Clone, Copy)]
struct Search<'a> {
    facts: &'a Facts,
    steps: &'a Cell<u32>,
    depth: u32,
}

impl Search<'_> {
    /// The same one name, call or expression further on.
    fn deeper(self) -> Self {
        Self { depth: self.depth.saturating_sub(1), ..self }
    }

    /// Takes a step; `None` where it has gone far enough.
    fn step(self) -> Option<()> {
        let left = self.steps.get().checked_sub(1).filter(|_| self.depth > 0)?;
        self.steps.set(left);
        Some(())
    }

    fn value(self, node: NodeId) -> Option<Value> {
        self.step()?;
        let tree = self.facts.tree();
        let sub = |role: Role| tree.child(node, role);
        let counted = |kind, elements: usize| {
            let length = Some(elements).filter(|&n| n <= MOST_COUNTED);
            Value { length, ..Value::new(kind, node) }
        };
        let holding = |kind| {
            let element = self.common(tree.children(node).take(8));
            Some(Value { element, ..counted(kind, tree.children(node).take(MOST_COUNTED + 1).count()) })
        };
        match tree.kind(node) {
            Kind::List => holding(ValueKind::List),
            Kind::Tuple => holding(ValueKind::Tuple),
            Kind::Set => holding(ValueKind::Set),
            Kind::Dict | Kind::DictComp => Some(Value::new(ValueKind::Dict, node)),
            Kind::ListComp => Some(Value::of(ValueKind::List, self.kind_of(sub(Role::Element)), node)),
            Kind::SetComp => Some(Value::of(ValueKind::Set, self.kind_of(sub(Role::Element)), node)),
            Kind::Generator => Some(Value::of(ValueKind::Iterator, self.kind_of(sub(Role::Element)), node)),
            Kind::Str | Kind::FString => Some(Value::new(ValueKind::Str, node)),
            Kind::Bytes => Some(Value::new(ValueKind::Bytes, node)),
            Kind::Number | Kind::Bool | Kind::Compare(_) | Kind::CompareChain | Kind::Not => {
                Some(Value::new(ValueKind::Number, node))
            }
            Kind::None => Some(Value::new(ValueKind::None, node)),
            Kind::Named | Kind::Starred | Kind::Unary | Kind::Await => self.value(sub(Role::Value)?),
            Kind::IfElse => {
                let either = self.deeper().value(sub(Role::Body)?)?;
                let other = self.deeper().value(sub(Role::Orelse)?)?;
                agree([Some(either), Some(other)])
            }
            Kind::BoolOp => agree(tree.children(node).map(|v| self.deeper().value(v))),
            Kind::Binary(op) => self.binary(node, op),
            Kind::Subscript => self.subscript(node),
            Kind::Name => {
                let hows = self.facts.bindings_seen_from(self.facts.scope_of(node), tree.name(node));
                self.of_name(hows)
            }
            Kind::Attribute => self.of_attribute(node),
            Kind::Call => self.of_call(node),
            _ => None,
        }
    }

    fn kind_of(self, node: Option<NodeId>) -> Option<ValueKind> {
        Some(self.deeper().value(node?)?.kind)
    }

    fn common(self, nodes: impl Iterator<Item = NodeId>) -> Option<ValueKind> {
        let mut common = None;
        for node in nodes {
            let kind = self.kind_of(Some(node))?;
            if *common.get_or_insert(kind) != kind {
                return None;
            }
        }
        common
    }

    /// The value a name stands for, if all its bindings agree.
    fn of_name(self, hows: &[Bound]) -> Option<Value> {
        agree(hows.iter().filter(|&&how| !self.facts.is_step(how)).map(|&how| self.deeper().of_binding(how)))
    }

    fn of_binding(self, how: Bound) -> Option<Value> {
        self.step()?;
        let tree = self.facts.tree();
        match how {
            Bound::Assigned(value) => self.value(value).or_else(|| self.of_annotation(tree.parent(value))),
            Bound::Entered(value) => self.value(value),
            Bound::Unpacked(value, part) => {
                let part_of = |parts: NodeId| tree.children(parts).nth(part as usize);
                if matches!(tree.kind(value), Kind::Tuple | Kind::List) {
                    return self.value(part_of(value)?);
                }
                // `a, b = f()`: the parts of what `f` returns.
                agree(self.facts.returned_by_call(value).map(|returned| {
                    let parts = Some(returned).filter(|&r| tree.kind(r) == Kind::Tuple)?;
                    self.deeper().value(part_of(parts)?)
                }))
            }
            Bound::Iterated(iter) => {
                let over = self.value(iter)?;
                Some(Value::new(over.yields()?, iter))
            }
            Bound::IteratedPart(iter, part) => self.of_iterated_part(iter, part),
            Bound::Parameter(parameter, position) => self.of_parameter(parameter, position),
            Bound::Augmented(_) | Bound::Defined(_) | Bound::Other(_) => None,
        }
    }

    fn of_iterated_part(self, iter: NodeId, part: u32) -> Option<Value> {
        if self.facts.tree().kind(iter) != Kind::Call {
            return None;
        }
        let callee = self.facts.callee(iter);
        let argument = |n: usize| self.facts.arguments(iter).nth(n);
        let over = match (callee.as_str(), part) {
            ("builtins.enumerate", 0) => return Some(Value::new(ValueKind::Number, iter)),
            ("builtins.enumerate", 1) => argument(0)?,
            ("builtins.zip", n) => argument(n as usize)?,
            _ => return None,
        };
        Some(Value::new(self.deeper().value(over)?.yields()?, iter))
    }

    fn of_parameter(self, parameter: NodeId, position: u32) -> Option<Value> {
        let tree = self.facts.tree();
        if tree.child(parameter, Role::Annotation).is_some() {
            return self.of_annotation(parameter);
        }
        let name = tree.name(parameter);
        let function = self.facts.scope_of(parameter);
        let scope = self.facts.scope(function);
        let position = self.facts.position_in_calls(function, position)?;
        let called = self.facts.called_as(function);
        if !matches!(self.facts.functions_named(called), [] | [_]) {
            return None;
        }
        if self.facts.functions_named(called).first().is_some_and(|&f| f != function) {
            return None;
        }
        let default = tree.child(parameter, Role::Default).filter(|&d| tree.kind(d) != Kind::None);
        let passed = self.facts.calls_of(called).iter().take(24).filter_map(|&call| {
            let argument = self.facts.keyword(call, name).or_else(|| self.facts.arguments(call).nth(position))?;
            // A recursive call that hands its own parameter on says nothing new.
            (!tree.contains(scope.node, call)).then_some(argument)
        });
        // What cannot be told of one caller does not speak against the others.
        let values = passed.chain(default).filter_map(|given| self.deeper().value(given));
        let elsewhere = self.facts.handed_elsewhere(called, position).map(|(kind, of)| Value::of(kind, of, parameter));
        agree(values.chain(elsewhere).map(Some))
    }

    /// What the annotation of a parameter or an assignment promises.
    fn of_annotation(self, node: NodeId) -> Option<Value> {
        let tree = self.facts.tree();
        // It stands in front of the value, of a parameter or of an assignment's one target.
        let annotation = tree.children(node).take(2).find(|&c| tree.role(c) == Role::Annotation)?;
        annotated(tree.source(annotation)).map(|(kind, element)| Value::of(kind, element, annotation))
    }

    fn binary(self, node: NodeId, op: Operator) -> Option<Value> {
        let left = self.facts.tree().child(node, Role::Left).and_then(|n| self.deeper().value(n));
        let right = self.facts.tree().child(node, Role::Right).and_then(|n| self.deeper().value(n));
        let kinds = (left.map(|v| v.kind), right.map(|v| v.kind));
        let made = |kind| Some(Value::new(kind, node));
        match (op, kinds) {
            (_, (Some(ValueKind::Array), _) | (_, Some(ValueKind::Array))) => made(ValueKind::Array),
            (_, (Some(ValueKind::Frame), _) | (_, Some(ValueKind::Frame))) => made(ValueKind::Frame),
            (Operator::Mod, (Some(ValueKind::Str), _)) => made(ValueKind::Str),
            (
                Operator::Add,
                (Some(k @ (ValueKind::List | ValueKind::Str | ValueKind::Tuple | ValueKind::Bytes)), _)
                | (_, Some(k @ (ValueKind::List | ValueKind::Str | ValueKind::Tuple | ValueKind::Bytes))),
            ) => {
                let element = left.or(right).and_then(|v| v.element);
                Some(Value::of(k, element, node))
            }
            (
                Operator::Mult,
                (Some(k @ (ValueKind::List | ValueKind::Str | ValueKind::Tuple | ValueKind::Bytes)), _),
            ) => Some(Value::of(k, left.and_then(|v| v.element), node)),
            (Operator::BitOr | Operator::BitAnd | Operator::Sub, (Some(ValueKind::Set), _)) => made(ValueKind::Set),
            (_, (Some(ValueKind::Number), Some(ValueKind::Number))) => made(ValueKind::Number),
            _ => None,
        }
    }

    fn subscript(self, node: NodeId) -> Option<Value> {
        let of = self.deeper().value(self.facts.tree().child(node, Role::Value)?)?;
        let index = self.facts.tree().child(node, Role::Index)?;
        if self.facts.tree().kind(index) == Kind::Slice {
            return Some(Value { length: None, made: node, ..of });
        }
        match of.kind {
            ValueKind::Str => Some(Value::new(ValueKind::Str, node)),
            ValueKind::Bytes | ValueKind::ByteArray | ValueKind::Range => Some(Value::new(ValueKind::Number, node)),
            ValueKind::List | ValueKind::Tuple | ValueKind::Deque => Some(Value::new(of.element?, node)),
            _ => None,
        }
    }

    fn of_attribute(self, node: NodeId) -> Option<Value> {
        let tree = self.facts.tree();
        let of = tree.child(node, Role::Value)?;
        let name = tree.name(node);
        if tree.name(of) == "self" {
            return self.of_name(self.facts.attribute(self.facts.scope_of(node), name));
        }
        if matches!(name, "T" | "values" | "shape") {
            let kind = self.deeper().value(of)?.kind;
            return match (kind, name) {
                (ValueKind::Array, "T") | (ValueKind::Frame, "values") => Some(Value::new(ValueKind::Array, node)),
                (ValueKind::Array | ValueKind::Frame, "shape") => {
                    Some(Value::of(ValueKind::Tuple, Some(ValueKind::Number), node))
                }
                _ => None,
            };
        }
        // `string.ascii_letters` and its like
        if self.facts.imported(node).is_some_and(|path| path.starts_with("string.")) {
            return Some(Value::new(ValueKind::Str, node));
        }
        // The attribute of another object: certain if one class of the file alone has it.
        let mut classes = self.facts.attributes.get(name)?.values();
        let only = classes.next().filter(|_| classes.next().is_none())?;
        self.of_name(only)
    }

    fn of_call(self, call: NodeId) -> Option<Value> {
        let callee = self.facts.callee(call);
        let made = |kind| Some(Value::new(kind, call));
        let first = self.facts.arguments(call).next();
        let element = || self.deeper().value(first?)?.yields();
        match callee.as_str() {
            "builtins.list" | "builtins.sorted" => return Some(Value::of(ValueKind::List, element(), call)),
            "builtins.tuple" => return Some(Value::of(ValueKind::Tuple, element(), call)),
            "builtins.set" | "builtins.frozenset" => return Some(Value::of(ValueKind::Set, element(), call)),
            "builtins.enumerate" | "builtins.zip" | "builtins.map" => return made(ValueKind::Iterator),
            "builtins.filter" | "builtins.reversed" | "builtins.iter" => {
                return Some(Value::of(ValueKind::Iterator, element(), call));
            }
            "collections.deque" => return Some(Value::of(ValueKind::Deque, element(), call)),
            "random.choice" => return Some(Value::new(element()?, call)),
            "random.choices" | "random.sample" | ".choices" | ".sample" => {
                return Some(Value::of(ValueKind::List, element(), call));
            }
            // A field of a dataclass, made anew for each instance.
            "dataclasses.field" => {
                let made = self.facts.keyword(call, "default_factory")?;
                let named =
                    self.facts.imported(made).unwrap_or_else(|| format!("builtins.{}", self.facts.tree().name(made)));
                let (kind, element) = match named.as_str() {
                    "builtins.list" => (ValueKind::List, None),
                    "builtins.set" => (ValueKind::Set, None),
                    "collections.deque" => (ValueKind::Deque, None),
                    other => constructor(other)?,
                };
                return Some(Value::of(kind, element, call));
            }
            "copy.copy" | "copy.deepcopy" => return self.deeper().value(first?),
            _ => {}
        }
        if let Some((kind, element)) = constructor(&callee).or_else(|| self.facts.returned_elsewhere(&callee)) {
            return Some(Value::of(kind, element, call));
        }
        if let Some(method) = callee.strip_prefix('.') {
            let receiver = self.facts.receiver(call).and_then(|r| self.deeper().value(r));
            let answer = answered(method, receiver.map(|v| (v.kind, v.element)));
            return answer.map(|(kind, of)| Value::of(kind, of, call)).or_else(|| self.of_own_call(call));
        }
        self.of_own_call(call)
    }

    /// The value of a call of a function or class of the file.
    fn of_own_call(self, call: NodeId) -> Option<Value> {
        let name = self.facts.tree().child(call, Role::Func).map_or("", |f| self.facts.tree().name(f));
        if let [only] = self.facts.functions_named(name) {
            if let Some(&yielded) = self.facts.yields.get(only) {
                let element = self.kind_of(self.facts.tree().child(yielded, Role::Value));
                return Some(Value::of(ValueKind::Iterator, element, call));
            }
            return agree(self.facts.returned_by_call(call).map(|r| self.deeper().value(r)));
        }
        self.facts.classes.contains_key(name).then(|| Value::new(ValueKind::Instance, call))
    }
}

/// The value all agree on; `None` beside another value only says that it may be missing.
fn agree(values: impl IntoIterator<Item = Option<Value>>) -> Option<Value> {
    let mut common: Option<Value> = None;
    for value in values {
        let value = value?;
        common = Some(match common {
            None => value,
            Some(before) if before.kind == ValueKind::None => value,
            Some(before) if value.kind == ValueKind::None => before,
            Some(before) if before.kind == value.kind => Value {
                element: before
                    .element
                    .or(value.element)
                    .filter(|_| before.element.is_none() || value.element.is_none() || before.element == value.element),
                // One of several lengths is none.
                length: before.length.filter(|_| before.length == value.length),
                ..before
            },
            Some(_) => return None,
        });
    }
    common
}
