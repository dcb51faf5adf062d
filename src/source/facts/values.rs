//! What values names stand for, as far as the file alone tells.
//!
//! Only what is written is believed: displays, constructors, annotations, the returns of the file's own functions and
//! the arguments of calls to them. Where two bindings disagree, nothing is said.

use super::{Bound, Facts, ScopeId};
use crate::source::syntax::{Kind, NodeId, Operator, Role};

/// Bound far a value is followed through names and calls.
const MAX_DEPTH: u32 = 12;
/// Bound many expressions are looked at for one answer.
const MAX_STEPS: u32 = 400;

/// A kind of value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "named as Python names them")]
pub enum ValueKind {
    List,
    Tuple,
    Set,
    Dict,
    /// `d.values()`: a membership test walks it.
    Values,
    /// `d.keys()`, `d.items()`: a membership test is a lookup.
    Keys,
    Deque,
    Str,
    Bytes,
    ByteArray,
    Number,
    Range,
    File,
    /// Anything that is walked once: generators, `map`, `zip`.
    Iterator,
    /// A NumPy array.
    Array,
    /// A pandas data frame or series.
    Frame,
    Regex,
    Lock,
    Queue,
    None,
    /// An instance of a class of the file.
    Instance,
}

/// A value: its kind, what it holds, and where it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Value {
    /// Its kind.
    pub kind: ValueKind,
    /// The kind of what it holds or yields, where all of it is alike.
    pub element: Option<ValueKind>,
    /// Bound many elements it was written with; `None` where that is not known.
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

struct Search {
    steps: u32,
}

impl Facts {
    /// The value of an expression, where it is certain.
    pub fn value(&self, node: NodeId) -> Option<Value> {
        self.value_within(node, MAX_DEPTH, &mut Search { steps: MAX_STEPS })
    }

    /// Whether an expression is certainly of a kind.
    pub fn is(&self, node: NodeId, kind: ValueKind) -> bool {
        self.value(node).is_some_and(|v| v.kind == kind)
    }

    /// The kind of value a parameter of a function is handed, where it is certain.
    pub fn value_of_parameter(&self, parameter: NodeId) -> Option<ValueKind> {
        let hows = self.bindings(self.scope_of(parameter), self.tree.name(parameter));
        let how = hows.iter().copied().find(|how| matches!(how, Bound::Parameter(node, _) if *node == parameter))?;
        Some(self.binding_value(how, MAX_DEPTH, &mut Search { steps: MAX_STEPS })?.kind)
    }

    fn value_within(&self, node: NodeId, depth: u32, search: &mut Search) -> Option<Value> {
        if depth == 0 || search.steps == 0 {
            return None;
        }
        search.steps -= 1;
        let tree = &self.tree;
        let sub = |role: Role| tree.child(node, role);
        let counted = |kind, count: usize| Value { length: Some(count), ..Value::new(kind, node) };
        match tree.kind(node) {
            Kind::List | Kind::Tuple | Kind::Set => {
                let elements: Vec<NodeId> = tree.children(node).collect();
                let kind = match tree.kind(node) {
                    Kind::List => ValueKind::List,
                    Kind::Tuple => ValueKind::Tuple,
                    _ => ValueKind::Set,
                };
                let element = self.common(elements.iter().take(8).copied(), depth, search);
                Some(Value { element, ..counted(kind, elements.len()) })
            }
            Kind::Dict => Some(counted(ValueKind::Dict, tree.children_as(node, Role::Value).count())),
            Kind::ListComp => Some(Value::of(ValueKind::List, self.kind_of(sub(Role::Element), depth, search), node)),
            Kind::SetComp => Some(Value::of(ValueKind::Set, self.kind_of(sub(Role::Element), depth, search), node)),
            Kind::DictComp => Some(Value::new(ValueKind::Dict, node)),
            Kind::Generator => {
                Some(Value::of(ValueKind::Iterator, self.kind_of(sub(Role::Element), depth, search), node))
            }
            Kind::Str | Kind::FString => Some(counted(ValueKind::Str, tree.string(node).map_or(0, str::len))),
            Kind::Bytes => Some(Value::new(ValueKind::Bytes, node)),
            Kind::Number | Kind::Bool | Kind::Compare(_) | Kind::CompareChain | Kind::Not => {
                Some(Value::new(ValueKind::Number, node))
            }
            Kind::None => Some(Value::new(ValueKind::None, node)),
            Kind::Named | Kind::Starred | Kind::Unary | Kind::Await => {
                self.value_within(sub(Role::Value)?, depth, search)
            }
            Kind::IfElse => {
                let either = self.value_within(sub(Role::Body)?, depth - 1, search)?;
                let other = self.value_within(sub(Role::Orelse)?, depth - 1, search)?;
                agree([Some(either), Some(other)])
            }
            Kind::BoolOp => {
                let values: Vec<NodeId> = tree.children(node).collect();
                agree(values.into_iter().map(|v| self.value_within(v, depth - 1, search)))
            }
            Kind::Binary(op) => self.binary(node, op, depth, search),
            Kind::Subscript => self.subscript(node, depth, search),
            Kind::Name => {
                let hows = self.bindings_seen_from(self.scope_of(node), tree.name(node));
                self.bound(hows, depth, search)
            }
            Kind::Attribute => self.attribute_value(node, depth, search),
            Kind::Call => self.call_value(node, depth, search),
            _ => None,
        }
    }

    fn kind_of(&self, node: Option<NodeId>, depth: u32, search: &mut Search) -> Option<ValueKind> {
        Some(self.value_within(node?, depth - 1, search)?.kind)
    }

    fn common(&self, nodes: impl Iterator<Item = NodeId>, depth: u32, search: &mut Search) -> Option<ValueKind> {
        let mut common = None;
        for node in nodes {
            let kind = self.kind_of(Some(node), depth, search)?;
            if *common.get_or_insert(kind) != kind {
                return None;
            }
        }
        common
    }

    /// The value a name stands for, if all its bindings agree.
    fn bound(&self, hows: &[Bound], depth: u32, search: &mut Search) -> Option<Value> {
        let values: Vec<Option<Value>> = hows
            .iter()
            .filter(|&&how| !self.is_step(how))
            .map(|&how| self.binding_value(how, depth - 1, search))
            .collect();
        agree(values)
    }

    fn binding_value(&self, how: Bound, depth: u32, search: &mut Search) -> Option<Value> {
        if depth == 0 {
            return None;
        }
        match how {
            Bound::Assigned(value) => {
                self.value_within(value, depth, search).or_else(|| self.value_of_annotation(self.tree.parent(value)))
            }
            Bound::Entered(value) => self.value_within(value, depth, search),
            Bound::Unpacked(value, part) => {
                let parts: Vec<NodeId> = match self.tree.kind(value) {
                    Kind::Tuple | Kind::List => self.tree.children(value).collect(),
                    _ => {
                        // `a, b = f()`: the parts of what `f` returns.
                        let returned = self.returned_by_call(value);
                        return agree(returned.into_iter().map(|r| {
                            let parts: Vec<NodeId> = match self.tree.kind(r) {
                                Kind::Tuple => self.tree.children(r).collect(),
                                _ => Vec::new(),
                            };
                            self.value_within(*parts.get(part as usize)?, depth - 1, search)
                        }));
                    }
                };
                self.value_within(*parts.get(part as usize)?, depth, search)
            }
            Bound::Iterated(iter) => {
                let over = self.value_within(iter, depth, search)?;
                Some(Value::new(over.yields()?, iter))
            }
            Bound::IteratedPart(iter, part) => self.iterated_part(iter, part, depth, search),
            Bound::Parameter(parameter, position) => self.parameter_value(parameter, position, depth, search),
            Bound::Augmented(_) | Bound::Defined(_) | Bound::Other(_) => None,
        }
    }

    fn iterated_part(&self, iter: NodeId, part: u32, depth: u32, search: &mut Search) -> Option<Value> {
        if self.tree.kind(iter) != Kind::Call {
            return None;
        }
        let callee = self.callee(iter);
        let argument = |n: usize| self.arguments(iter).nth(n);
        let over = match (callee.as_str(), part) {
            ("builtins.enumerate", 0) => return Some(Value::new(ValueKind::Number, iter)),
            ("builtins.enumerate", 1) => argument(0)?,
            ("builtins.zip", n) => argument(n as usize)?,
            _ => return None,
        };
        Some(Value::new(self.value_within(over, depth - 1, search)?.yields()?, iter))
    }

    fn parameter_value(&self, parameter: NodeId, position: u32, depth: u32, search: &mut Search) -> Option<Value> {
        let tree = &self.tree;
        if tree.child(parameter, Role::Annotation).is_some() {
            return self.value_of_annotation(parameter);
        }
        let name = tree.name(parameter);
        let function = self.scope_of(parameter);
        let scope = self.scope(function);
        let method = tree.kind(self.scope(scope.parent).node) == Kind::Class;
        if method && position == 0 {
            return None;
        }
        // Calls name a class for its `__init__`.
        let called = if method && scope.name == "__init__" { &self.scope(scope.parent).name } else { &scope.name };
        let known = self.functions_named(called);
        if known.len() > 1 || (known.len() == 1 && known[0] != function) {
            return None;
        }
        let position = (position - u32::from(method)) as usize;
        let default = tree.child(parameter, Role::Default).filter(|&d| tree.kind(d) != Kind::None);
        let passed = self.calls_of(called).iter().take(24).filter_map(|&call| {
            let argument = self.keyword(call, name).or_else(|| self.arguments(call).nth(position))?;
            // A recursive call that hands its own parameter on says nothing new.
            (!tree.contains(scope.node, call)).then_some(argument)
        });
        let given: Vec<NodeId> = passed.chain(default).collect();
        // What cannot be told of one caller does not speak against the others.
        let values: Vec<Value> = given.iter().filter_map(|&g| self.value_within(g, depth - 1, search)).collect();
        let elsewhere = self.handed_elsewhere(called, position).map(|(kind, of)| Value::of(kind, of, parameter));
        agree(values.into_iter().chain(elsewhere).map(Some))
    }

    /// What the annotation of a parameter or an assignment promises.
    fn value_of_annotation(&self, node: NodeId) -> Option<Value> {
        let annotation = self.tree.child(node, Role::Annotation)?;
        annotated(self.tree.source(annotation)).map(|(kind, element)| Value::of(kind, element, annotation))
    }

    fn binary(&self, node: NodeId, op: Operator, depth: u32, search: &mut Search) -> Option<Value> {
        let left = self.tree.child(node, Role::Left).and_then(|n| self.value_within(n, depth - 1, search));
        let right = self.tree.child(node, Role::Right).and_then(|n| self.value_within(n, depth - 1, search));
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

    fn subscript(&self, node: NodeId, depth: u32, search: &mut Search) -> Option<Value> {
        let of = self.value_within(self.tree.child(node, Role::Value)?, depth - 1, search)?;
        let index = self.tree.child(node, Role::Index)?;
        if self.tree.kind(index) == Kind::Slice {
            return Some(Value { length: None, made: node, ..of });
        }
        match of.kind {
            ValueKind::Str => Some(Value::new(ValueKind::Str, node)),
            ValueKind::Bytes | ValueKind::ByteArray | ValueKind::Range => Some(Value::new(ValueKind::Number, node)),
            ValueKind::List | ValueKind::Tuple | ValueKind::Deque => Some(Value::new(of.element?, node)),
            _ => None,
        }
    }

    fn attribute_value(&self, node: NodeId, depth: u32, search: &mut Search) -> Option<Value> {
        let tree = &self.tree;
        let of = tree.child(node, Role::Value)?;
        let name = tree.name(node);
        if tree.name(of) == "self" {
            let class = self.class_around(self.scope_of(node))?;
            let stored = self.attribute(self.scope_of(node), name);
            let hows: Vec<Bound> = stored.iter().chain(self.bindings(class, name)).copied().collect();
            return self.bound(&hows, depth, search);
        }
        if matches!(name, "T" | "values" | "shape") {
            let kind = self.value_within(of, depth - 1, search)?.kind;
            return match (kind, name) {
                (ValueKind::Array, "T") | (ValueKind::Frame, "values") => Some(Value::new(ValueKind::Array, node)),
                (ValueKind::Array | ValueKind::Frame, "shape") => {
                    Some(Value::of(ValueKind::Tuple, Some(ValueKind::Number), node))
                }
                _ => None,
            };
        }
        // `string.ascii_letters` and its like
        if self.imported(node).is_some_and(|path| path.starts_with("string.")) {
            return Some(Value::new(ValueKind::Str, node));
        }
        // The attribute of another object: certain if one class of the file alone has it.
        let in_methods = self.attributes.iter().filter(|((_, attribute), _)| attribute == name);
        let in_body = self
            .bindings
            .iter()
            .filter(|((scope, attribute), _)| attribute == name && tree.kind(self.scope(*scope).node) == Kind::Class);
        let mut classes: Vec<(ScopeId, &Vec<Bound>)> =
            in_methods.chain(in_body).map(|((class, _), hows)| (*class, hows)).collect();
        classes.sort_unstable_by_key(|(class, _)| *class);
        let (first, _) = *classes.first()?;
        if classes.iter().any(|(class, _)| *class != first) {
            return None;
        }
        let hows: Vec<Bound> = classes.into_iter().flat_map(|(_, hows)| hows.iter().copied()).collect();
        self.bound(&hows, depth, search)
    }

    /// What the function of the file that a call names returns.
    fn returned_by_call(&self, call: NodeId) -> Vec<NodeId> {
        let tree = &self.tree;
        let call = if tree.kind(call) == Kind::Await { tree.child(call, Role::Value).unwrap_or(call) } else { call };
        if tree.kind(call) != Kind::Call {
            return Vec::new();
        }
        let name = tree.child(call, Role::Func).map_or("", |f| tree.name(f));
        match self.functions_named(name) {
            [only] => self
                .nodes(*only)
                .filter(|&n| tree.kind(n) == Kind::Return)
                .filter_map(|n| tree.child(n, Role::Value))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn call_value(&self, call: NodeId, depth: u32, search: &mut Search) -> Option<Value> {
        let callee = self.callee(call);
        let made = |kind| Some(Value::new(kind, call));
        let first = self.arguments(call).next();
        let mut element = || self.value_within(first?, depth - 1, search)?.yields();
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
                let made = self.keyword(call, "default_factory")?;
                let named = self.imported(made).unwrap_or_else(|| format!("builtins.{}", self.tree.name(made)));
                let (kind, element) = match named.as_str() {
                    "builtins.list" => (ValueKind::List, None),
                    "builtins.set" => (ValueKind::Set, None),
                    "collections.deque" => (ValueKind::Deque, None),
                    other => constructor(other)?,
                };
                return Some(Value::of(kind, element, call));
            }
            "copy.copy" | "copy.deepcopy" => return self.value_within(first?, depth - 1, search),
            _ => {}
        }
        if let Some((kind, element)) = constructor(&callee).or_else(|| self.returned_elsewhere(&callee)) {
            return Some(Value::of(kind, element, call));
        }
        if let Some(method) = callee.strip_prefix('.') {
            let receiver = self.receiver(call).and_then(|r| self.value_within(r, depth - 1, search));
            return method_value(method, receiver, call).or_else(|| self.own_call(call, depth, search));
        }
        self.own_call(call, depth, search)
    }

    /// The value of a call of a function or class of the file.
    fn own_call(&self, call: NodeId, depth: u32, search: &mut Search) -> Option<Value> {
        let name = self.tree.child(call, Role::Func).map_or("", |f| self.tree.name(f));
        if let [only] = self.functions_named(name) {
            let only: ScopeId = *only;
            if let Some(yielded) = self.nodes(only).find(|&n| self.tree.kind(n) == Kind::Yield) {
                let element = self.kind_of(self.tree.child(yielded, Role::Value), depth, search);
                return Some(Value::of(ValueKind::Iterator, element, call));
            }
            let returned = self.returned_by_call(call);
            return agree(returned.into_iter().map(|r| self.value_within(r, depth - 1, search)));
        }
        let class = self.scopes().any(|(_, s)| s.name == name && self.tree.kind(s.node) == Kind::Class);
        class.then(|| Value::new(ValueKind::Instance, call))
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

/// What calling a type or a function of a library makes.
fn constructor(callee: &str) -> Option<(ValueKind, Option<ValueKind>)> {
    let kind = match callee {
        "builtins.dict" | "collections.Counter" | "collections.defaultdict" | "collections.OrderedDict" => {
            ValueKind::Dict
        }
        "builtins.str" | "builtins.repr" | "builtins.chr" | "builtins.input" | "builtins.format" | "builtins.hex" => {
            ValueKind::Str
        }
        "builtins.bytes" => ValueKind::Bytes,
        "builtins.bytearray" => ValueKind::ByteArray,
        "builtins.int"
        | "builtins.float"
        | "builtins.len"
        | "builtins.abs"
        | "builtins.round"
        | "builtins.ord"
        | "builtins.bool"
        | "builtins.isinstance"
        | "builtins.hash"
        | "random.random"
        | "random.randint"
        | "random.randrange"
        | "random.uniform"
        | "time.time"
        | "time.perf_counter" => ValueKind::Number,
        "builtins.range" => return Some((ValueKind::Range, Some(ValueKind::Number))),
        "builtins.open" | "io.open" | "gzip.open" => return Some((ValueKind::File, Some(ValueKind::Str))),
        "re.compile" => ValueKind::Regex,
        "threading.Lock"
        | "threading.RLock"
        | "threading.Semaphore"
        | "threading.Condition"
        | "multiprocessing.Lock" => ValueKind::Lock,
        "queue.Queue" | "queue.SimpleQueue" | "queue.LifoQueue" | "multiprocessing.Queue" => ValueKind::Queue,
        "os.listdir" | "glob.glob" | "re.split" | "re.findall" | "shlex.split" => {
            return Some((ValueKind::List, Some(ValueKind::Str)));
        }
        "re.sub" | "json.dumps" | "os.path.join" => ValueKind::Str,
        _ => {
            let (module, function) = callee.rsplit_once('.')?;
            return match module {
                "numpy" | "numpy.random" | "numpy.linalg" if !NOT_ARRAYS.contains(&function) => {
                    Some((ValueKind::Array, None))
                }
                "pandas"
                    if matches!(function, "DataFrame" | "Series" | "concat" | "merge")
                        || function.starts_with("read_") =>
                {
                    Some((ValueKind::Frame, None))
                }
                "math" => Some((ValueKind::Number, None)),
                "itertools" => Some((ValueKind::Iterator, None)),
                _ => None,
            };
        }
    };
    Some((kind, None))
}

/// What NumPy answers with a plain number or something else again, from most arguments.
const NOT_ARRAYS: &[&str] = &[
    "default_rng",
    "RandomState",
    "seed",
    "sum",
    "mean",
    "median",
    "std",
    "var",
    "min",
    "max",
    "prod",
    "dot",
    "vdot",
    "norm",
    "shape",
    "size",
    "ndim",
    "float64",
    "float32",
    "int64",
    "int32",
    "uint8",
    "dtype",
    "iinfo",
    "finfo",
    "isclose",
    "allclose",
    "argmax",
    "argmin",
    "any",
    "all",
    "randint",
    "rand",
    "random",
    "save",
    "savez",
    "sin",
    "cos",
    "exp",
    "sqrt",
    "log",
    "abs",
    "tan",
    "floor",
    "ceil",
    "power",
];

fn method_value(method: &str, receiver: Option<Value>, call: NodeId) -> Option<Value> {
    use ValueKind::{Array, Bytes, Dict, File, Frame, Iterator, Keys, List, Number, Set, Str, Values};
    let kind = receiver.map(|r| r.kind);
    let (kind, element) = match (method, kind) {
        ("copy", Some(kind)) => (kind, receiver.and_then(|r| r.element)),
        ("split" | "rsplit" | "splitlines", Some(Bytes)) => (List, Some(Bytes)),
        ("split" | "rsplit" | "splitlines" | "readlines" | "findall", _) => (List, Some(Str)),
        ("fetchall" | "fetchmany" | "most_common" | "tolist", _) => (List, None),
        ("join" | "strip" | "lstrip" | "rstrip" | "replace" | "lower" | "upper" | "title", Some(Bytes)) => {
            (Bytes, None)
        }
        (
            "join" | "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "title" | "format" | "decode" | "isoformat"
            | "strftime" | "readline" | "casefold" | "zfill" | "read_text",
            None | Some(Str | File | Number),
        )
        | ("replace", Some(Str))
        | ("read", Some(File)) => (Str, None),
        ("encode" | "read_bytes" | "tobytes", _) => (Bytes, None),
        ("keys" | "items", Some(Dict)) => (Keys, None),
        ("values", Some(Dict)) => (Values, None),
        ("union" | "intersection" | "difference", Some(Set)) => (Set, None),
        ("index" | "count" | "find" | "total_seconds", _) => (Number, None),
        ("finditer" | "iterdir" | "scandir", _) => (Iterator, None),
        (
            "reshape" | "astype" | "normal" | "integers" | "standard_normal" | "flatten" | "ravel",
            Some(Array) | None,
        )
        | ("to_numpy", _) => (Array, None),
        (_, Some(Frame)) if matches!(method, "head" | "sort_values" | "reset_index" | "dropna" | "merge" | "copy") => {
            (Frame, None)
        }
        _ => return None,
    };
    Some(Value::of(kind, element, call))
}

/// The value an annotation names.
fn annotated(text: &str) -> Option<(ValueKind, Option<ValueKind>)> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_suffix("| None").map_or(text, str::trim_end);
    let (outer, inner) = match text.split_once('[') {
        Some((outer, rest)) => (outer, rest.strip_suffix(']').unwrap_or(rest)),
        None => (text, ""),
    };
    let kind = |name: &str| {
        Some(match name.rsplit('.').next().unwrap_or(name).trim() {
            "list" | "List" => ValueKind::List,
            "tuple" | "Tuple" => ValueKind::Tuple,
            "set" | "Set" | "frozenset" | "FrozenSet" => ValueKind::Set,
            "dict" | "Dict" | "Mapping" | "defaultdict" | "Counter" | "OrderedDict" => ValueKind::Dict,
            "deque" | "Deque" => ValueKind::Deque,
            "str" => ValueKind::Str,
            "bytes" => ValueKind::Bytes,
            "bytearray" => ValueKind::ByteArray,
            "int" | "float" | "bool" => ValueKind::Number,
            "ndarray" | "NDArray" => ValueKind::Array,
            "DataFrame" | "Series" => ValueKind::Frame,
            "Iterator" | "Generator" => ValueKind::Iterator,
            _ => return None,
        })
    };
    if outer.trim() == "Optional" {
        return annotated(inner);
    }
    Some((kind(outer)?, kind(inner.split([',', '[']).next().unwrap_or(inner))))
}
