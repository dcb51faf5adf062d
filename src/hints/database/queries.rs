//! What is asked of a database, how often, and how long it takes.

use crate::hints::callee::{at_node, is_called_in_loop, place_call};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::{Bound, Facts, Kind, NodeId, ScopeId};

pub(in crate::hints) static N_PLUS_ONE: Rule = Rule {
    id: "n-plus-one-queries",
    title: "One query per row",
    category: Category::Database,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "100 short queries or more from one place take a fifth of the time",
    advice: "Fetch the children in one query: JOIN, WHERE id IN (...), selectinload/joinedload, select_related/prefetch_related.",
    before: "for o in orders: q('.. WHERE order_id=?', o.id)",
    after: "SELECT .. FROM orders JOIN item ..",
    docs: "https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html",
    removable: 0.90,
    settle: "log the statements of one request and count those that differ in a number only",
    wrong_if: "each query depends on the answer to the one before",
    check: Check::Code(one_by_one),
};

pub(in crate::hints) static EXECUTEMANY: Rule = Rule {
    id: "db-no-executemany",
    title: "Rows inserted one by one",
    category: Category::Database,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "1,000 `INSERT` or `UPDATE` statements or more from one place take a fifth of the time",
    advice: "executemany / COPY / multi-row VALUES / bulk_create sends batches.",
    before: "for r in rows: cur.execute(SQL, r)",
    after: "cur.executemany(SQL, rows)",
    docs: "https://docs.python.org/3/library/sqlite3.html#sqlite3.Cursor.executemany",
    removable: 0.50,
    settle: "use `executemany` and compare",
    wrong_if: "each row needs the key the database gave the one before",
    check: Check::Code(rows_one_by_one),
};

pub(in crate::hints) static SLOW_QUERY: Rule = Rule {
    id: "slow-query",
    title: "Few slow queries",
    category: Category::Database,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "ten queries or more of 2 ms or more each take 30 % of the time",
    advice: "The database does the work: EXPLAIN (QUERY PLAN), add an index, select fewer columns/rows, LIMIT.",
    before: "WHERE patient = ?  -- full scan",
    after: "CREATE INDEX visit_patient ON visit(patient)",
    docs: "https://www.sqlite.org/eqp.html",
    removable: 0.90,
    settle: "`EXPLAIN` the statement",
    wrong_if: "the answer is large and all of it is needed",
    check: Check::Code(slow),
};

const EXECUTES: &[&str] = &[
    "sqlite3.Connection.execute",
    "sqlite3.Cursor.execute",
    "psycopg2.extensions.cursor.execute",
    "pymysql.cursors:execute",
    "MySQLdb.cursors:execute",
    "mysql.connector.cursor:execute",
    "psycopg.cursor:execute",
    "sqlalchemy.engine.default:do_execute",
    "django.db.backends.utils:execute",
    "asyncpg.connection:fetch",
    "asyncpg.connection:fetchrow",
    "asyncpg.connection:execute",
];
const FETCHES: &[&str] = &[
    "sqlite3.Cursor.fetchall",
    "sqlite3.Cursor.fetchone",
    "sqlite3.Cursor.fetchmany",
    "psycopg2.extensions.cursor.fetchall",
    "psycopg2.extensions.cursor.fetchone",
    "pymysql.cursors:fetchall",
    "pymysql.cursors:fetchone",
];
const WRITTEN: [&str; 3] = [".execute", ".fetch", ".fetchrow"];

/// A place where statements are executed.
struct Place {
    function: FunctionId,
    /// Executing and fetching.
    total: i64,
    calls: i64,
    via: crate::hints::context::Site,
}

fn places(ctx: &Ctx<'_>) -> Vec<Place> {
    let fetched = ctx.sites(&ctx.find(FETCHES));
    let mut places: Vec<Place> = Vec::new();
    for site in ctx.sites(&ctx.find(EXECUTES)) {
        let calls = site.calls.unwrap_or(0);
        match places.iter_mut().find(|p| p.function == site.function) {
            Some(place) => {
                place.total += site.total;
                place.calls += calls;
            }
            None => places.push(Place { function: site.function, total: site.total, calls, via: site }),
        }
    }
    for place in &mut places {
        place.total += fetched.iter().filter(|f| f.function == place.function).map(|f| f.total).sum::<i64>();
        if place.calls == 0 {
            // A driver below a driver: calls are those of what the user's function called.
            place.calls = ctx.calls(place.via.via).map_or(0, |c| c.0);
        }
    }
    places
}

/// The kind of statement executed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Statement {
    Reads,
    Writes,
    Other,
}

/// The statements a function executes, with the calls that do, and whether a loop runs them.
fn statements(facts: &Facts, scope: ScopeId) -> Vec<(NodeId, Statement)> {
    let tree = facts.tree();
    let text = |n: NodeId| match tree.kind(n) {
        Kind::Name => match facts.bindings_seen_from(facts.scope_of(n), tree.name(n)) {
            [Bound::Assigned(value)] => tree.string(*value),
            _ => None,
        },
        Kind::Binary(_) => tree.inside(n).find_map(|i| tree.string(i)),
        _ => tree.string(n),
    };
    let statement = |call: NodeId| {
        let first = text(facts.arguments(call).next()?)?.trim_start().to_ascii_uppercase();
        Some(if first.starts_with("SELECT") || first.starts_with("WITH") {
            Statement::Reads
        } else if ["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"].iter().any(|w| first.starts_with(w)) {
            Statement::Writes
        } else {
            Statement::Other
        })
    };
    let calls = facts.calls_in(scope).filter(|&c| WRITTEN.contains(&facts.callee(c).as_str()));
    calls.filter_map(|c| Some((c, statement(c)?))).collect()
}

/// Statements of a kind that run again and again; `None` where the source is not known.
fn repeated(ctx: &Ctx<'_>, function: FunctionId, wanted: Statement) -> Option<Vec<NodeId>> {
    let (facts, scope) = ctx.source(function)?;
    let often = is_called_in_loop(&facts, scope) || ctx.calls(function).is_some_and(|c| c.0 >= 100);
    let all = statements(&facts, scope);
    Some(
        all.into_iter()
            .filter(|&(c, s)| s == wanted && takes_parameters(&facts, c) && (often || facts.in_loop(c)))
            .map(|(c, _)| c)
            .collect(),
    )
}

/// A statement that is the same each time asks nothing about a row.
fn takes_parameters(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    let mut arguments = tree.children_as(call, crate::source::Role::Argument);
    let formatted =
        arguments.next().is_some_and(|a| matches!(tree.kind(a), Kind::FString | Kind::Binary(_) | Kind::Call));
    formatted || arguments.next().is_some()
}

fn one_by_one(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places(ctx) {
        let share = ctx.share_of_all(place.total);
        let mean_ns = ctx.nanoseconds(place.total).map_or(0.0, |ns| ns as f64 / place.calls.max(1) as f64);
        let many = ctx.graph().is_none() || (place.calls >= 100 && mean_ns <= 2e6);
        if share < 0.2 || !many {
            continue;
        }
        let known = repeated(ctx, place.function, Statement::Reads);
        let per_call = place.calls / ctx.calls(place.function).map_or(1, |c| c.0.max(1));
        let confidence = match &known {
            Some(nodes) if nodes.is_empty() => continue,
            Some(_) => Confidence::High,
            None if per_call >= 20 => Confidence::Medium,
            None => Confidence::Low,
        };
        let reason = "many short queries come from one place";
        let around = ctx.share_of_all(ctx.inclusive(place.function)).max(share);
        let finding = Finding::new(rule, share, confidence, reason)
            .at_most(around)
            .with("queries", Evidence::Count(place.calls))
            .with("queries_per_call", Evidence::Ratio(per_call as f64))
            .with("per_call_ns", Evidence::PerCall(mean_ns));
        findings.push(place_call(ctx, finding, &place.via, |callee| WRITTEN.contains(&callee)));
    }
    if findings.is_empty() { sampled(ctx, rule, Statement::Reads) } else { findings }
}

fn rows_one_by_one(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places(ctx) {
        let share = ctx.share_of_all(place.total);
        let known = repeated(ctx, place.function, Statement::Writes).unwrap_or_default();
        if share < 0.2 || (ctx.graph().is_some() && place.calls < 1_000) || known.is_empty() {
            continue;
        }
        let reason = "each row is a statement of its own";
        let finding =
            Finding::new(rule, share, Confidence::High, reason).with("statements", Evidence::Count(place.calls));
        findings.push(place_call(ctx, finding, &place.via, |callee| WRITTEN.contains(&callee)));
    }
    if findings.is_empty() { sampled(ctx, rule, Statement::Writes) } else { findings }
}

/// Drivers in C are not sampled: the lines that execute statements are looked at.
fn sampled(ctx: &Ctx<'_>, rule: &'static Rule, wanted: Statement) -> Vec<Finding> {
    if ctx.graph().is_some() || ctx.has(EXECUTES) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.2) {
        let Some(spot) = ctx.spot_of(function).filter(|s| s.lines.is_some()) else { continue };
        let nodes = repeated(ctx, function, wanted).unwrap_or_default();
        if nodes.is_empty() {
            continue;
        }
        let part = spot.part(&nodes, 0);
        let share = ctx.share(part.amount);
        if share >= 0.2 {
            let reason = "the line runs a statement again and again, and took the samples";
            findings.push(at_node(ctx, Finding::new(rule, share, Confidence::High, reason), &spot, &nodes));
        }
    }
    findings
}

fn slow(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places(ctx) {
        let share = ctx.share_of_all(place.total);
        let mean_ns = ctx.nanoseconds(place.total).map_or(0.0, |ns| ns as f64 / place.calls.max(1) as f64);
        if share < 0.3 || place.calls < 10 || mean_ns < 2e6 {
            continue;
        }
        if repeated(ctx, place.function, Statement::Reads).is_some_and(|nodes| nodes.is_empty()) {
            continue;
        }
        let reason = "each query takes milliseconds";
        let finding = Finding::new(rule, share, Confidence::Medium, reason)
            .with("queries", Evidence::Count(place.calls))
            .with("per_call_ns", Evidence::PerCall(mean_ns));
        findings.push(place_call(ctx, finding, &place.via, |callee| WRITTEN.contains(&callee)));
    }
    findings
}
