//! How a server is run.

use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};

pub(in crate::hints) static DEV_SERVER: Rule = Rule {
    id: "dev-server",
    title: "Development server in the profile",
    category: Category::Deployment,
    kinds: Kinds::TIME,
    needs: Needs::Nothing,
    signal: "a development server is in the recording",
    advice: "Serve with gunicorn/uvicorn/hypercorn and workers = cores for CPU-bound, more for I/O-bound; async apps need an ASGI server.",
    before: "app.run(debug=True)",
    after: "uvicorn main:app --workers 4",
    docs: "https://www.uvicorn.org/deployment/",
    removable: 0.00,
    settle: "measure under the server that is deployed",
    wrong_if: "it is a recording of development",
    check: Check::Code(development),
};

pub(in crate::hints) static SATURATED: Rule = Rule {
    id: "worker-saturated",
    title: "One worker is the limit",
    category: Category::Deployment,
    kinds: Kinds::THREADS,
    needs: Needs::Nothing,
    signal: "the main thread of a server was active for 90 % of a recording that holds waiting, too",
    advice: "CPU-bound: workers = cores (each has its own GIL). Move CPU work out of the loop first.",
    before: "--workers 1",
    after: "--workers $(nproc)",
    docs: "https://www.uvicorn.org/deployment/",
    removable: 0.00,
    settle: "look at the load of the other cores",
    wrong_if: "the load was put on one worker on purpose",
    check: Check::Code(saturated),
};

const DEVELOPMENT: &[&str] = &[
    "werkzeug.serving:serve_forever",
    "werkzeug.serving:run_simple",
    "wsgiref.simple_server:*",
    "wsgiref.handlers:run",
    "django.core.servers.basehttp:*",
    "flask.app:run",
    "uvicorn.supervisors.*:*",
    "watchfiles.*:*",
];
const SERVERS: &[&str] = &["uvicorn.*:*", "gunicorn.*:*", "hypercorn.*:*", "uwsgi.*:*", "waitress.*:*"];

fn development(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(DEVELOPMENT);
    let share = ctx.share_of_all(ctx.cost(&set).total);
    let Some(&server) = set.iter().max_by_key(|&&f| ctx.inclusive(f)).filter(|_| share >= 0.3) else {
        return Vec::new();
    };
    let reason = "its functions are in the recording";
    let name = ctx.analysis.classes().module(server).to_owned();
    vec![Finding::new(rule, share, Confidence::High, reason).with("server", Evidence::Text(name))]
}

fn saturated(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let active = ctx.share_of_all(ctx.bounds().active());
    // Without any waiting in it the recording left waiting out.
    if !ctx.has(SERVERS) || !(0.9..1.0).contains(&active) {
        return Vec::new();
    }
    let reason = "waiting was recorded, and there was hardly any";
    vec![Finding::new(rule, active, Confidence::Medium, reason).with("active", Evidence::Share(active))]
}
