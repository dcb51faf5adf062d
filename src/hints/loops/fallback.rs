//! What is left to say of a hot loop when nothing else explains it.

use crate::hints::pattern::loops;
use crate::hints::place::at_node;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::NodeId;

pub(in crate::hints) static RULE: Rule = Rule {
    id: "interpreter-bound-hot-loop",
    title: "Hot pure-Python loop",
    category: Category::Interpreter,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "40 % of the active time in loops of one function of Python code",
    advice: "The interpreter itself is the cost (dynamic dispatch, boxed objects). Move loop work to C built-ins/NumPy, or compile the function: Cython, mypyc, Numba, Rust (PyO3); PyPy for whole programs.",
    before: "",
    after: "",
    docs: "https://cython.readthedocs.io/",
    removable: 0.80,
    settle: "record with lines (py-spy, line_profiler) and see which of them take the time",
    wrong_if: "another rule names the pattern, or the loop cannot be moved out of Python",
    check: Check::Code(check),
};

fn check(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let share = ctx.share(spot.work);
        let python = spot.own as f64 >= spot.work as f64 * 0.3;
        if share < 0.4 || !python {
            continue;
        }
        let all = loops(facts, spot);
        let deepest = all.iter().map(|&l| facts.loop_depth(l)).max();
        let nodes: Vec<NodeId> = all.into_iter().filter(|&l| Some(facts.loop_depth(l)) == deepest).collect();
        if nodes.is_empty() {
            continue;
        }
        let reason = "it is where the time goes; whether it can be moved out of Python is for you to judge";
        let finding = Finding::new(rule, share, Confidence::Low, reason);
        let finding = at_node(ctx, finding, spot, &nodes);
        findings.push(match deepest {
            Some(depth) => finding.with("nested_loops", Evidence::Count(depth as i64 + 1)),
            None => finding,
        });
    }
    findings
}
