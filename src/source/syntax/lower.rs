//! From the parser's tree to rows.

use super::{Import, Kind, Node, NodeId, Role};
use ruff_python_ast::{
    Comprehension, ElifElseClause, ExceptHandler, Expr, Identifier, InterpolatedStringElement, Keyword, MatchCase,
    Parameters, PySourceType, Stmt, UnaryOp, WithItem,
};
use ruff_python_parser::{ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

/// The rows of a file.
pub(super) fn lower(text: &str) -> (Vec<Node>, Vec<Import>) {
    let parsed = parse_unchecked(text, ParseOptions::from(PySourceType::Python));
    let mut rows = Rows::default();
    let module = rows.open(Kind::Module, Role::Body, NodeId::MODULE, TextRange::up_to(text_size(text)), None);
    if let Some(parsed) = parsed.try_into_module() {
        let mut parts = Parts::default();
        parts.body(parsed.suite(), Role::Body);
        rows.lower(module, parts);
    }
    rows.nodes[0].end = NodeId(rows.nodes.len() as u32);
    (rows.nodes, rows.imports)
}

fn text_size(text: &str) -> ruff_text_size::TextSize {
    ruff_text_size::TextSize::new(text.len() as u32)
}

/// Something that becomes a row.
#[derive(Clone, Copy)]
enum Part<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    Branch(&'a ElifElseClause),
    Handler(&'a ExceptHandler),
    Case(&'a MatchCase),
    With(&'a WithItem),
    Clause(&'a Comprehension),
    Keyword(&'a Keyword),
    Parameter { name: &'a Identifier, range: TextRange, annotation: Option<&'a Expr>, default: Option<&'a Expr> },
}

/// What a row contains, in source order.
#[derive(Default)]
struct Parts<'a>(Vec<(Role, Part<'a>)>);

impl<'a> Parts<'a> {
    fn body(&mut self, statements: &'a [Stmt], role: Role) {
        self.0.extend(statements.iter().map(|s| (role, Part::Stmt(s))));
    }

    fn expr(&mut self, role: Role, expr: &'a Expr) {
        self.0.push((role, Part::Expr(expr)));
    }

    fn maybe(&mut self, role: Role, expr: Option<&'a Expr>) {
        self.0.extend(expr.map(|e| (role, Part::Expr(e))));
    }

    fn exprs(&mut self, role: Role, exprs: impl IntoIterator<Item = &'a Expr>) {
        self.0.extend(exprs.into_iter().map(|e| (role, Part::Expr(e))));
    }

    fn clauses(&mut self, clauses: &'a [Comprehension]) {
        self.0.extend(clauses.iter().map(|c| (Role::Clause, Part::Clause(c))));
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
        for any in parameters {
            let parameter = any.as_parameter();
            let part = Part::Parameter {
                name: &parameter.name,
                range: parameter.range,
                annotation: parameter.annotation(),
                default: any.default(),
            };
            self.0.push((Role::Parameter, part));
        }
    }

    fn interpolated(&mut self, elements: impl IntoIterator<Item = &'a InterpolatedStringElement>) {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(hole) = element {
                self.expr(Role::Element, &hole.expression);
            }
        }
    }
}

enum Step<'a> {
    Open(NodeId, Role, Part<'a>),
    Close(NodeId),
}

#[derive(Default)]
struct Rows {
    nodes: Vec<Node>,
    imports: Vec<Import>,
}

impl Rows {
    fn open(&mut self, kind: Kind, role: Role, parent: NodeId, span: TextRange, name: Option<&Identifier>) -> NodeId {
        self.open_named(kind, role, parent, span, name.map_or(TextRange::empty(span.start()), Ranged::range))
    }

    fn open_named(&mut self, kind: Kind, role: Role, parent: NodeId, span: TextRange, name: TextRange) -> NodeId {
        let bytes = |range: TextRange| (range.start().to_u32(), range.end().to_u32());
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { kind, role, parent, end: id, span: bytes(span), name: bytes(name) });
        id
    }

    /// Lowers what is in a row. Deep nesting grows a list, not the stack.
    fn lower(&mut self, into: NodeId, parts: Parts<'_>) {
        let mut steps: Vec<Step<'_>> = Vec::new();
        steps.extend(parts.0.into_iter().rev().map(|(role, part)| Step::Open(into, role, part)));
        while let Some(step) = steps.pop() {
            match step {
                Step::Close(row) => self.nodes[row.index()].end = NodeId(self.nodes.len() as u32),
                Step::Open(parent, role, part) => {
                    let mut parts = Parts::default();
                    let row = self.part(parent, role, part, &mut parts);
                    steps.push(Step::Close(row));
                    steps.extend(parts.0.into_iter().rev().map(|(role, part)| Step::Open(row, role, part)));
                }
            }
        }
    }

    fn part<'a>(&mut self, parent: NodeId, role: Role, part: Part<'a>, parts: &mut Parts<'a>) -> NodeId {
        match part {
            Part::Stmt(statement) => self.statement(parent, role, statement, parts),
            Part::Expr(expr) => self.expression(parent, role, expr, parts),
            Part::Branch(clause) => {
                parts.maybe(Role::Test, clause.test.as_ref());
                parts.body(&clause.body, Role::Body);
                self.open(Kind::Branch, role, parent, clause.range, None)
            }
            Part::Handler(ExceptHandler::ExceptHandler(handler)) => {
                parts.maybe(Role::Exception, handler.type_.as_deref());
                parts.body(&handler.body, Role::Body);
                self.open(Kind::Handler, role, parent, handler.range, handler.name.as_ref())
            }
            Part::Case(case) => {
                parts.maybe(Role::Test, case.guard.as_deref());
                parts.body(&case.body, Role::Body);
                self.open(Kind::Case, role, parent, case.range, None)
            }
            Part::With(item) => {
                parts.expr(Role::Value, &item.context_expr);
                parts.maybe(Role::Target, item.optional_vars.as_deref());
                self.open(Kind::WithItem, role, parent, item.range, None)
            }
            Part::Clause(clause) => {
                parts.expr(Role::Target, &clause.target);
                parts.expr(Role::Iter, &clause.iter);
                parts.exprs(Role::Condition, &clause.ifs);
                self.open(Kind::Clause, role, parent, clause.range, None)
            }
            Part::Keyword(keyword) => {
                parts.expr(Role::Value, &keyword.value);
                self.open(Kind::Keyword, role, parent, keyword.range, keyword.arg.as_ref())
            }
            Part::Parameter { name, range, annotation, default } => {
                parts.maybe(Role::Annotation, annotation);
                parts.maybe(Role::Default, default);
                self.open(Kind::Parameter, role, parent, range, Some(name))
            }
        }
    }

    fn statement<'a>(&mut self, parent: NodeId, role: Role, statement: &'a Stmt, parts: &mut Parts<'a>) -> NodeId {
        let mut name = None;
        let kind = match statement {
            Stmt::FunctionDef(s) => {
                parts.exprs(Role::Decorator, s.decorator_list.iter().map(|d| &d.expression));
                parts.parameters(&s.parameters);
                parts.maybe(Role::Annotation, s.returns.as_deref());
                parts.body(&s.body, Role::Body);
                name = Some(&s.name);
                Kind::Function { is_async: s.is_async }
            }
            Stmt::ClassDef(s) => {
                parts.exprs(Role::Decorator, s.decorator_list.iter().map(|d| &d.expression));
                if let Some(arguments) = &s.arguments {
                    parts.exprs(Role::Base, &arguments.args);
                }
                parts.body(&s.body, Role::Body);
                name = Some(&s.name);
                Kind::Class
            }
            Stmt::Return(s) => {
                parts.maybe(Role::Value, s.value.as_deref());
                Kind::Return
            }
            Stmt::Delete(s) => {
                parts.exprs(Role::Target, &s.targets);
                Kind::Delete
            }
            Stmt::Assign(s) => {
                parts.exprs(Role::Target, &s.targets);
                parts.expr(Role::Value, &s.value);
                Kind::Assign
            }
            Stmt::AnnAssign(s) => {
                parts.expr(Role::Target, &s.target);
                parts.expr(Role::Annotation, &s.annotation);
                parts.maybe(Role::Value, s.value.as_deref());
                Kind::Assign
            }
            Stmt::AugAssign(s) => {
                parts.expr(Role::Target, &s.target);
                parts.expr(Role::Value, &s.value);
                Kind::AugAssign(s.op)
            }
            Stmt::For(s) => {
                parts.expr(Role::Target, &s.target);
                parts.expr(Role::Iter, &s.iter);
                parts.body(&s.body, Role::Body);
                parts.body(&s.orelse, Role::Orelse);
                Kind::For { is_async: s.is_async }
            }
            Stmt::While(s) => {
                parts.expr(Role::Test, &s.test);
                parts.body(&s.body, Role::Body);
                parts.body(&s.orelse, Role::Orelse);
                Kind::While
            }
            Stmt::If(s) => {
                parts.expr(Role::Test, &s.test);
                parts.body(&s.body, Role::Body);
                parts.0.extend(s.elif_else_clauses.iter().map(|c| (Role::Orelse, Part::Branch(c))));
                Kind::If
            }
            Stmt::With(s) => {
                parts.0.extend(s.items.iter().map(|item| (Role::Item, Part::With(item))));
                parts.body(&s.body, Role::Body);
                Kind::With { is_async: s.is_async }
            }
            Stmt::Match(s) => {
                parts.expr(Role::Value, &s.subject);
                parts.0.extend(s.cases.iter().map(|case| (Role::Body, Part::Case(case))));
                Kind::Match
            }
            Stmt::Raise(s) => {
                parts.maybe(Role::Exception, s.exc.as_deref());
                parts.maybe(Role::Value, s.cause.as_deref());
                Kind::Raise
            }
            Stmt::Try(s) => {
                parts.body(&s.body, Role::Body);
                parts.0.extend(s.handlers.iter().map(|h| (Role::Exception, Part::Handler(h))));
                parts.body(&s.orelse, Role::Orelse);
                parts.body(&s.finalbody, Role::Finally);
                Kind::Try
            }
            Stmt::Assert(s) => {
                parts.expr(Role::Test, &s.test);
                parts.maybe(Role::Value, s.msg.as_deref());
                Kind::Assert
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => Kind::Import,
            Stmt::Global(_) | Stmt::Nonlocal(_) => Kind::Global,
            Stmt::Expr(s) => {
                parts.expr(Role::Value, &s.value);
                Kind::Expression
            }
            Stmt::Pass(_) => Kind::Pass,
            Stmt::Break(_) => Kind::Break,
            Stmt::Continue(_) => Kind::Continue,
            Stmt::TypeAlias(_) | Stmt::IpyEscapeCommand(_) => Kind::OtherStatement,
        };
        let row = self.open(kind, role, parent, statement.range(), name);
        self.imports_of(row, statement);
        row
    }

    fn imports_of(&mut self, node: NodeId, statement: &Stmt) {
        /// No name of a module and of something in it is longer, in bytes.
        const LONGEST: usize = 400;
        match statement {
            Stmt::Import(s) => {
                for alias in &s.names {
                    let path = alias.name.as_str();
                    // `import os.path` binds `os`.
                    let top = path.split('.').next().unwrap_or(path);
                    let renamed = alias.asname.as_ref().map(|bound| (bound.as_str(), path));
                    let (bound, path) = renamed.unwrap_or((top, top));
                    let path = Some(path).filter(|path| path.len() <= LONGEST).unwrap_or_default().to_owned();
                    self.imports.push(Import { node, bound: bound.to_owned(), path });
                }
            }
            Stmt::ImportFrom(s) => {
                let module = s.module.as_ref().map_or("", |m| m.as_str());
                let level = s.level as usize;
                for alias in &s.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    let short = level.saturating_add(module.len()).saturating_add(alias.name.len()) < LONGEST;
                    let path =
                        if short { format!("{}{module}.{}", ".".repeat(level), alias.name) } else { String::new() };
                    self.imports.push(Import { node, bound, path });
                }
            }
            _ => {}
        }
    }

    fn expression<'a>(&mut self, parent: NodeId, role: Role, expr: &'a Expr, parts: &mut Parts<'a>) -> NodeId {
        let mut name = None;
        let kind = match expr {
            Expr::BoolOp(e) => {
                parts.exprs(Role::Element, &e.values);
                Kind::BoolOp
            }
            Expr::Named(e) => {
                parts.expr(Role::Target, &e.target);
                parts.expr(Role::Value, &e.value);
                Kind::Named
            }
            Expr::BinOp(e) => {
                parts.expr(Role::Left, &e.left);
                parts.expr(Role::Right, &e.right);
                Kind::Binary(e.op)
            }
            Expr::UnaryOp(e) => {
                parts.expr(Role::Value, &e.operand);
                if e.op == UnaryOp::Not { Kind::Not } else { Kind::Unary }
            }
            Expr::Lambda(e) => {
                if let Some(parameters) = &e.parameters {
                    parts.parameters(parameters);
                }
                parts.expr(Role::Body, &e.body);
                Kind::Lambda
            }
            Expr::If(e) => {
                parts.expr(Role::Body, &e.body);
                parts.expr(Role::Test, &e.test);
                parts.expr(Role::Orelse, &e.orelse);
                Kind::IfElse
            }
            Expr::Dict(e) => {
                for item in &e.items {
                    parts.maybe(Role::Key, item.key.as_ref());
                    parts.expr(Role::Value, &item.value);
                }
                Kind::Dict
            }
            Expr::Set(e) => {
                parts.exprs(Role::Element, &e.elts);
                Kind::Set
            }
            Expr::ListComp(e) => {
                parts.expr(Role::Element, &e.elt);
                parts.clauses(&e.generators);
                Kind::ListComp
            }
            Expr::SetComp(e) => {
                parts.expr(Role::Element, &e.elt);
                parts.clauses(&e.generators);
                Kind::SetComp
            }
            Expr::DictComp(e) => {
                parts.maybe(Role::Key, e.key.as_deref());
                parts.expr(Role::Value, &e.value);
                parts.clauses(&e.generators);
                Kind::DictComp
            }
            Expr::Generator(e) => {
                parts.expr(Role::Element, &e.elt);
                parts.clauses(&e.generators);
                Kind::Generator
            }
            Expr::Await(e) => {
                parts.expr(Role::Value, &e.value);
                Kind::Await
            }
            Expr::Yield(e) => {
                parts.maybe(Role::Value, e.value.as_deref());
                Kind::Yield
            }
            Expr::YieldFrom(e) => {
                parts.expr(Role::Value, &e.value);
                Kind::Yield
            }
            Expr::Compare(e) => {
                parts.expr(Role::Left, &e.left);
                parts.exprs(Role::Right, &e.comparators);
                match &*e.ops {
                    [op] => Kind::Compare(*op),
                    _ => Kind::CompareChain,
                }
            }
            Expr::Call(e) => {
                parts.expr(Role::Func, &e.func);
                parts.exprs(Role::Argument, &e.arguments.args);
                parts.0.extend(e.arguments.keywords.iter().map(|k| (Role::Argument, Part::Keyword(k))));
                Kind::Call
            }
            Expr::FString(e) => {
                parts.interpolated(e.value.elements());
                Kind::FString
            }
            Expr::TString(e) => {
                parts.interpolated(e.value.elements());
                Kind::OtherExpression
            }
            Expr::StringLiteral(_) => Kind::Str,
            Expr::BytesLiteral(_) => Kind::Bytes,
            Expr::NumberLiteral(_) => Kind::Number,
            Expr::BooleanLiteral(_) => Kind::Bool,
            Expr::NoneLiteral(_) => Kind::None,
            Expr::EllipsisLiteral(_) => Kind::Ellipsis,
            Expr::Attribute(e) => {
                parts.expr(Role::Value, &e.value);
                name = Some(e.attr.range());
                Kind::Attribute
            }
            Expr::Subscript(e) => {
                parts.expr(Role::Value, &e.value);
                parts.expr(Role::Index, &e.slice);
                Kind::Subscript
            }
            Expr::Starred(e) => {
                parts.expr(Role::Value, &e.value);
                Kind::Starred
            }
            Expr::Name(e) => {
                name = Some(e.range);
                Kind::Name
            }
            Expr::List(e) => {
                parts.exprs(Role::Element, &e.elts);
                Kind::List
            }
            Expr::Tuple(e) => {
                parts.exprs(Role::Element, &e.elts);
                Kind::Tuple
            }
            Expr::Slice(e) => {
                parts.maybe(Role::Lower, e.lower.as_deref());
                parts.maybe(Role::Upper, e.upper.as_deref());
                parts.maybe(Role::Step, e.step.as_deref());
                Kind::Slice
            }
            Expr::IpyEscapeCommand(_) => Kind::OtherExpression,
        };
        self.open_named(kind, role, parent, expr.range(), name.unwrap_or(TextRange::empty(expr.start())))
    }
}
