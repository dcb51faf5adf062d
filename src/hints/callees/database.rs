//! Databases.

use crate::hints::callee::{CalleeRule, Of};
use crate::hints::rule::Check;
use crate::hints::{Category, Kinds, Needs, Rule};

/// What opens a connection to a database.
pub(in crate::hints) const CONNECTS: &[&str] = &[
    "_sqlite3.connect",
    "sqlite3.connect",
    "psycopg2._connect",
    "psycopg2:connect",
    "pymysql.connections:connect",
    "MySQLdb:connect",
    "psycopg.connection:connect",
    "asyncpg.connection:connect",
    "pymongo.mongo_client:__init__",
];

/// How that is written.
pub(in crate::hints) const CONNECTING: &[&str] =
    &["sqlite3.connect", "psycopg2.connect", "pymysql.connect", "psycopg.connect"];

pub(in crate::hints) static DB_CONNECT: Rule = Rule {
    id: "db-connect-per-query",
    title: "A connection per query",
    category: Category::Database,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "20 connections or more are opened, which takes 5 % of the time",
    advice: "Reuse one connection per thread or a pool (SQLAlchemy pool, psycopg_pool, asyncpg.create_pool).",
    before: "def visits(p):\n    con = connect(PATH)  # for each call\n    return con.execute(SQL, (p,)).fetchall()",
    after: "con = connect(PATH)  # once, or one of a pool\n\ndef visits(p):\n    return con.execute(SQL, (p,)).fetchall()",
    docs: "https://docs.sqlalchemy.org/en/20/core/pooling.html",
    removable: 0.90,
    settle: "open one connection before the loop and compare",
    wrong_if: "each connection goes to another database",
    check: Check::Callee(&CalleeRule {
        callees: CONNECTS,
        written: CONNECTING,
        of: Of::All,
        min_share: 0.05,
        min_calls: 20,
        repeated: true,
        whole_function: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static DB_COMMIT: Rule = Rule {
    id: "db-commit-per-row",
    title: "A transaction per row",
    category: Category::Database,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "50 transactions or more take 15 % of the time",
    advice: "Commit once per batch; each commit waits for durable storage.",
    before: "for r in rows:\n    insert(r)\n    con.commit()",
    after: "for r in rows:\n    insert(r)\ncon.commit()",
    docs: "https://www.sqlite.org/faq.html#q19",
    removable: 0.95,
    settle: "commit once after the loop and compare",
    wrong_if: "each row must be durable before the next",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "sqlite3.Connection.commit",
            "sqlite3.Connection.__exit__",
            "psycopg2.extensions.connection.commit",
            "pymysql.connections:commit",
            "MySQLdb._mysql.connection.commit",
            "psycopg.connection:commit",
            "sqlalchemy.engine.base:_commit_impl",
        ],
        written: &[".commit"],
        of: Of::All,
        min_share: 0.15,
        min_calls: 50,
        repeated: true,
        accepts: Some(|facts, call| {
            (facts.in_loop(call) || facts.is_called_in_loop(facts.scope_of(call))).then_some(true)
        }),
        ..CalleeRule::HOT
    }),
};
