//! What is asked of a database, how often, and how long it takes.

use crate::hints::callees::database::{CONNECTING, CONNECTS};
use crate::hints::context::Site;
use crate::hints::place::{at_node, place_call};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::model::FunctionId;
use crate::source::{Bound, Facts, Kind, NodeId, Role, ScopeId};

pub(in crate::hints) static N_PLUS_ONE: Rule = Rule {
    id: "n-plus-one-queries",
    title: "One query per row",
    category: Category::Database,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "100 short queries or more from one place take a fifth of the time",
    advice: "Fetch the children in one query: JOIN, WHERE id IN (...), selectinload/joinedload, select_related/prefetch_related.",
    before: "for o in orders:\n    query('SELECT … FROM item WHERE order_id = ?', o.id)",
    after: "query('SELECT … FROM item JOIN orders ON orders.id = item.order_id WHERE …')",
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
    advice: "executemany, COPY, VALUES of several rows, bulk_create and add_all send batches. psycopg2's executemany sends rows one by one: use its execute_values.",
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
    before: "query('SELECT … FROM visit WHERE patient = ?', p)  # reads all of visit",
    after: "query('CREATE INDEX visit_patient ON visit(patient)')  # once",
    docs: "https://www.sqlite.org/eqp.html",
    removable: 0.90,
    settle: "`EXPLAIN` the statement",
    wrong_if: "the answer is large and all of it is needed",
    check: Check::Code(slow),
};

/// What executes a statement in a driver.
const EXECUTES: &[&str] = &[
    "sqlite3.Connection.execute",
    "sqlite3.Cursor.execute",
    "psycopg2.extensions.cursor.execute",
    "pymysql.cursors:execute",
    "MySQLdb.cursors:execute",
    "mysql.connector.cursor:execute",
    "psycopg.cursor:execute",
    "asyncpg.connection:fetch",
    "asyncpg.connection:fetchrow",
    "asyncpg.connection:execute",
];
/// What executes a statement above a driver, which takes time besides the driver's.
const LAYERS: &[&str] =
    &["sqlalchemy.engine.base:execute", "sqlalchemy.engine.default:do_execute", "django.db.backends.utils:execute"];
/// What a mapper of objects asks on its own when an attribute is read that was not loaded.
const LAZY_LOADS: &[&str] = &[
    "sqlalchemy.orm.strategies:_load_for_state",
    "sqlalchemy.orm.loading:load_scalar_attributes",
    "django.db.models.fields.related_descriptors:__get__",
    "django.db.models.fields.related_descriptors:get_queryset",
    "peewee:__get__",
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
    /// How often answers were fetched.
    fetches: i64,
    via: Site,
}

fn places(ctx: &Ctx<'_>) -> Vec<Place> {
    let fetched = ctx.sites(&ctx.find(FETCHES));
    let mut places: Vec<Place> = Vec::new();
    for layer in [EXECUTES, LAYERS] {
        let mut layered: Vec<Place> = Vec::new();
        for site in ctx.sites(&ctx.find(layer)) {
            let calls = site.calls.unwrap_or(0);
            match layered.iter_mut().find(|p| p.function == site.function) {
                Some(place) => {
                    place.total += site.total;
                    place.calls += calls;
                }
                None => {
                    layered.push(Place { function: site.function, total: site.total, calls, fetches: 0, via: site });
                }
            }
        }
        // A driver's time is in that of the layer above it.
        for place in layered {
            match places.iter_mut().find(|p| p.function == place.function) {
                Some(below) if below.total >= place.total => {}
                Some(below) => *below = place,
                None => places.push(place),
            }
        }
    }
    for place in &mut places {
        for fetch in fetched.iter().filter(|f| f.function == place.function) {
            place.total += fetch.total;
            place.fetches += fetch.calls.unwrap_or(0);
        }
        // Rows that a loop takes off the cursor are fetched in the time of whoever walks them.
        let calls_here = ctx.calls(place.function).map_or(0, |c| c.0);
        if place.calls > 0 && place.calls < calls_here * 2 && walks_answers(ctx, place.function) {
            place.total = place.total.max(ctx.inclusive(place.function));
            place.fetches = place.calls;
        }
        if place.calls == 0 {
            // A driver below a driver: calls are those of what the user's function called.
            place.calls = ctx.calls(place.via.via).map_or(0, |c| c.0);
        }
    }
    let mut places: Vec<Place> = places.into_iter().flat_map(|place| asked_by(ctx, place)).collect();
    places.sort_by_key(|p| std::cmp::Reverse(p.total));
    places
}

/// Whether a function walks what a statement answers: `for row in cursor.execute(…)`.
fn walks_answers(ctx: &Ctx<'_>, function: FunctionId) -> bool {
    let Some((facts, scope)) = ctx.source(function) else { return false };
    facts.calls_in(scope).any(|c| WRITTEN.contains(&facts.callee(c).as_str()) && facts.tree().role(c) == Role::Iter)
}

/// Where a function only executes the statements it is given, its callers stand for it.
fn asked_by(ctx: &Ctx<'_>, place: Place) -> Vec<Place> {
    let Some(graph) = ctx.graph().filter(|_| is_given_statements(ctx, place.function)) else { return vec![place] };
    let all =
        graph.incoming(place.function).iter().map(|&e| graph.edges()[e as usize]).filter(|e| ctx.is_yours(e.caller));
    let edges: Vec<_> = all.filter(|e| e.caller != place.function).collect();
    let calls: i64 = edges.iter().map(|e| e.calls.max(0)).sum();
    if calls == 0 {
        return vec![place];
    }
    let by_caller = edges.into_iter().map(|edge| {
        let part = edge.calls.max(0) as f64 / calls as f64;
        let of = |amount: i64| (amount as f64 * part).round() as i64;
        let (total, calls) = (of(place.total), of(place.calls));
        let via = Site { function: edge.caller, via: place.function, total, calls: Some(calls), line: 0 };
        Place { function: edge.caller, total, calls, fetches: of(place.fetches), via }
    });
    by_caller.collect()
}

/// Whether the statement a function executes is one of its parameters.
fn is_given_statements(ctx: &Ctx<'_>, function: FunctionId) -> bool {
    let Some((facts, scope)) = ctx.source(function) else { return false };
    let tree = facts.tree();
    let mut executed = facts.calls_in(scope).filter(|&c| WRITTEN.contains(&facts.callee(c).as_str())).peekable();
    executed.peek().is_some()
        && executed.all(|call| {
            facts.arguments(call).next().is_some_and(|statement| {
                tree.kind(statement) == Kind::Name
                    && facts
                        .bindings(facts.scope_of(statement), tree.name(statement))
                        .iter()
                        .all(|how| matches!(how, Bound::Parameter(..)))
            })
        })
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
        // `"SELECT …" % key`, `"SELECT …".format(key)`, `text("SELECT …")`
        Kind::Binary(_) | Kind::Call => tree.inside(n).find_map(|i| tree.string(i)),
        _ => tree.string(n),
    };
    let statement = |call: NodeId| {
        // The connection may come before the statement.
        let written = facts.arguments(call).take(2).find_map(text)?;
        let first: String = written.trim_start().chars().take(8).collect::<String>().to_ascii_uppercase();
        let groups = written.to_ascii_uppercase().contains("GROUP BY");
        Some(if groups {
            // A report reads many rows for each that it answers.
            Statement::Other
        } else if first.starts_with("SELECT") || first.starts_with("WITH") {
            Statement::Reads
        } else if ["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"].iter().any(|w| first.starts_with(w)) {
            Statement::Writes
        } else {
            Statement::Other
        })
    };
    // A function of the user's may stand between, and take the statement as its argument.
    let many =
        |c: NodeId| matches!(facts.callee(c).as_str(), ".executemany" | ".executescript" | ".copy" | ".copy_expert");
    let calls = facts.calls_in(scope).filter(|&c| !many(c)).filter_map(|c| Some((c, statement(c)?)));
    calls
        .filter(|&(c, s)| WRITTEN.contains(&facts.callee(c).as_str()) || s != Statement::Other && is_sql(facts, c))
        .collect()
}

/// Whether a text among the arguments reads as a statement, and not as a message that begins like one.
fn is_sql(facts: &Facts, call: NodeId) -> bool {
    const PAIRS: [(&str, &str); 7] = [
        ("SELECT ", " FROM "),
        ("INSERT ", " INTO "),
        ("REPLACE ", " INTO "),
        ("MERGE ", " INTO "),
        ("UPDATE ", " SET "),
        ("DELETE ", " FROM "),
        ("WITH ", "SELECT "),
    ];
    let tree = facts.tree();
    tree.inside(call).filter_map(|n| tree.string(n)).any(|text| {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
        PAIRS.iter().any(|(begins, goes_on)| text.starts_with(begins) && text.contains(goes_on))
    })
}

/// Statements of a kind that run again and again; `None` where the source does not show what is executed.
fn repeated(ctx: &Ctx<'_>, function: FunctionId, wanted: Statement) -> Option<Vec<NodeId>> {
    let (facts, scope) = ctx.source(function)?;
    let often = facts.is_called_in_loop(scope)
        || is_read_in_loop(&facts, scope)
        || ctx.calls(function).is_some_and(|c| c.0 >= 100);
    let all = statements(&facts, scope);
    if all.is_empty() {
        return None;
    }
    Some(
        all.into_iter()
            .filter(|&(c, s)| s == wanted && takes_parameters(&facts, c) && (often || facts.in_loop(c)))
            .map(|(c, _)| c)
            .collect(),
    )
}

/// Whether a function is a property that is read in a loop.
fn is_read_in_loop(facts: &Facts, scope: ScopeId) -> bool {
    let tree = facts.tree();
    let name = &facts.scope(scope).name;
    facts.decorators(scope).any(|d| d.ends_with("property"))
        && tree.all().any(|n| tree.kind(n) == Kind::Attribute && tree.name(n) == name && facts.in_loop(n))
}

/// A statement that is the same each time asks nothing about a row.
fn takes_parameters(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    let mut arguments = tree.children_as(call, Role::Argument);
    let formatted =
        arguments.next().is_some_and(|a| matches!(tree.kind(a), Kind::FString | Kind::Binary(_) | Kind::Call));
    formatted || arguments.next().is_some()
}

fn one_by_one(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = lazily(ctx, rule);
    if !findings.is_empty() {
        return findings;
    }
    let counted = ctx.graph().is_some();
    let connects = ctx.calls_to(CONNECTS);
    for place in places(ctx) {
        let share = ctx.share_of_all(place.total);
        let mean_ns = ctx.nanoseconds(place.total).map_or(0.0, |ns| ns as f64 / place.calls.max(1) as f64);
        let many = !counted || (place.calls >= 100 && mean_ns <= 2e6);
        if share < 0.2 || !many {
            continue;
        }
        let known = repeated(ctx, place.function, Statement::Reads);
        let per_call = place.calls / ctx.calls(place.function).map_or(1, |c| c.0.max(1));
        let confidence = match &known {
            Some(nodes) if nodes.is_empty() => continue,
            // What each query opens first costs more than that there are many.
            _ if connects * 2 >= place.calls && counted => Confidence::Low,
            Some(_) => Confidence::High,
            None if per_call >= 20 && place.fetches * 2 >= place.calls => Confidence::Medium,
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

/// Attributes that a mapper of objects loads one by one, when they are read.
fn lazily(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let loads = ctx.find(LAZY_LOADS);
    let asks =
        ctx.has(&["sqlalchemy.engine.default:do_execute", "django.db.backends.utils:execute", "peewee:execute_sql"]);
    let (Some(site), true) = (ctx.sites(&loads).into_iter().next(), asks) else { return Vec::new() };
    let share = ctx.share_of_all(site.total);
    let calls = site.calls.or_else(|| ctx.cost(&loads).calls);
    if share < 0.2 || calls.is_some_and(|c| c < 100) {
        return Vec::new();
    }
    let confidence = if calls.is_some() { Confidence::High } else { Confidence::Medium };
    let reason = "objects are loaded one by one, as their attributes are read";
    let mut finding = Finding::new(rule, share, confidence, reason)
        .at_most(ctx.share_of_all(ctx.inclusive(site.function)).max(share));
    if let Some(calls) = calls {
        finding = finding.with("queries", Evidence::Count(calls));
    }
    vec![place_call(ctx, finding, &site, |_| false)]
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
    if ctx.graph().is_some() || ctx.has(EXECUTES) || ctx.has(LAYERS) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.2) {
        let Some(spot) = ctx.spot_of(function).filter(|s| s.lines.is_some()) else { continue };
        let nodes = repeated(ctx, function, wanted).unwrap_or_default();
        if nodes.is_empty() {
            continue;
        }
        let tree = spot.facts.tree();
        let Some(lines) = &spot.lines else { continue };
        // A function of the user's may stand between the line and the driver.
        let amount = lines.total_of(tree, &nodes);
        let share = ctx.share(amount.min(ctx.inclusive(function)));
        if share >= 0.2 {
            let connects = spot.facts.calls_in(spot.scope).any(|c| CONNECTING.contains(&spot.facts.callee(c).as_str()));
            // What each query opens first costs more than that there are many.
            let confidence = if connects { Confidence::Low } else { Confidence::High };
            let reason = "the line runs a statement again and again, and took the samples";
            findings.push(at_node(ctx, Finding::new(rule, share, confidence, reason), &spot, &nodes));
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
