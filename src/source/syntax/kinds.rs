//! What the rows of a syntax tree are.

pub use ruff_python_ast::{CmpOp, Operator};

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named as Python names them")]
pub enum Kind {
    Module,
    // Statements
    Function {
        is_async: bool,
    },
    Class,
    Return,
    Delete,
    /// Also one with an annotation, if it has a value.
    Assign,
    AugAssign(Operator),
    For {
        is_async: bool,
    },
    While,
    If,
    With {
        is_async: bool,
    },
    Match,
    Raise,
    Try,
    Assert,
    Import,
    Global,
    Expression,
    Break,
    Continue,
    Pass,
    OtherStatement,
    // Parts of statements
    /// `elif` and `else`.
    Branch,
    WithItem,
    Case,
    Handler,
    Parameter,
    // Expressions
    Lambda,
    BoolOp,
    Named,
    Binary(Operator),
    Not,
    Unary,
    IfElse,
    Dict,
    Set,
    ListComp,
    SetComp,
    DictComp,
    Generator,
    /// A `for … in … if …` of a comprehension.
    Clause,
    Await,
    Yield,
    /// A single comparison.
    Compare(CmpOp),
    /// `a < b < c`
    CompareChain,
    Call,
    Keyword,
    FString,
    Str,
    Bytes,
    Number,
    Bool,
    None,
    Ellipsis,
    Attribute,
    Subscript,
    Starred,
    Name,
    List,
    Tuple,
    Slice,
    OtherExpression,
}

impl Kind {
    /// Whether it stands on a line of its own, or may.
    pub fn is_statement(self) -> bool {
        matches!(
            self,
            Self::Function { .. }
                | Self::Class
                | Self::Return
                | Self::Delete
                | Self::Assign
                | Self::AugAssign(_)
                | Self::For { .. }
                | Self::While
                | Self::If
                | Self::With { .. }
                | Self::Match
                | Self::Raise
                | Self::Try
                | Self::Assert
                | Self::Import
                | Self::Global
                | Self::Expression
                | Self::Break
                | Self::Continue
                | Self::Pass
                | Self::OtherStatement
        )
    }

    /// Whether it is a comprehension or a generator expression.
    pub fn is_comprehension(self) -> bool {
        matches!(self, Self::ListComp | Self::SetComp | Self::DictComp | Self::Generator)
    }

    /// Whether what is inside runs as a function of its own.
    pub fn is_function(self) -> bool {
        matches!(self, Self::Function { .. } | Self::Lambda)
    }
}

/// What a node is to the node it stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named as Python's grammar names them")]
pub enum Role {
    Body,
    Orelse,
    Finally,
    Decorator,
    Parameter,
    Annotation,
    Default,
    Base,
    /// What is assigned to, deleted, or bound by a loop, a `with` or a handler.
    Target,
    Iter,
    Test,
    Value,
    Func,
    /// An argument of a call; a keyword argument is a [`Kind::Keyword`] with its value inside.
    Argument,
    Left,
    Right,
    Element,
    Key,
    Index,
    Lower,
    Upper,
    Step,
    Clause,
    Condition,
    Item,
    Exception,
}
