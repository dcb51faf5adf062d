//! What part of each function of a call graph ran below certain others.

use crate::model::{CallGraph, FunctionId, MetricId};

/// What part of each function's calls came from below certain functions, from 0 to 1, passed on along the edges by their time.
///
/// `given` says of which functions the share is known, and what it is; the others have that of their callers. It is passed
/// on at most `rounds` times: calls deeper than that keep what the last round gave them. What no recorded call explains began
/// outside, the program itself; but where `totals_hold` is false, totals exceed what was called, and tell nothing of the kind.
pub fn shares_below(
    graph: &CallGraph,
    metric: MetricId,
    rounds: usize,
    totals_hold: bool,
    given: impl Fn(FunctionId) -> Option<f64>,
) -> Vec<f64> {
    let functions = || (0..graph.calls().len()).map(FunctionId::at);
    let mut shares: Vec<f64> = functions().map(|f| given(f).unwrap_or(0.0)).collect();
    if shares.iter().all(|&s| s == 0.0) {
        return shares;
    }
    let totals = graph.edge_total(metric);
    for _ in 0..rounds {
        let mut changed = 0.0_f64;
        for f in functions().filter(|&f| given(f).is_none()) {
            let (mut all, mut below) = (0.0, 0.0);
            for &e in graph.incoming(f) {
                let caller = graph.edges()[e as usize].caller;
                if caller != f {
                    // Even a call too short to be timed says who calls.
                    let weight = totals[e as usize].max(1) as f64;
                    all += weight;
                    below += weight * shares[caller.index()];
                }
            }
            if totals_hold {
                all = all.max(graph.total(metric)[f.index()] as f64);
            }
            let share = if all > 0.0 { below / all } else { 0.0 };
            changed = changed.max((share - shares[f.index()]).abs());
            shares[f.index()] = share;
        }
        if changed < 0.01 {
            break;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, Function, GraphBuilder, Profile, StringId, Unit};

    /// `loop` and `main` call `load` for 30 and 10 of its 50; `load` calls `read`, which was never timed.
    fn profile() -> Profile {
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let [outer, main, load, read] = ["loop", "main", "load", "read"].map(|name| {
            let name = b.string(name);
            b.function(Function { name, file: StringId::EMPTY, line: 1, object: StringId::EMPTY })
        });
        for (function, total) in [(outer, 30), (main, 10), (load, 50), (read, 0)] {
            b.add(function, 1, 1, &[total], &[total]);
        }
        b.add_edge(outer, load, (1, 1), &[30], &[30]);
        b.add_edge(main, load, (1, 1), &[10], &[10]);
        b.add_edge(load, read, (1, 1), &[0], &[0]);
        b.finish().expect("builds")
    }

    #[test]
    fn a_share_is_that_of_the_callers_by_their_time() {
        let profile = profile();
        let Body::Graph(graph) = profile.body() else { panic!("built as a graph") };
        let given = [Some(1.0), Some(0.0), None, None];
        let of = |totals_hold| shares_below(graph, MetricId(0), 9, totals_hold, |f| given[f.index()]);
        assert_eq!(of(true), [1.0, 0.0, 0.6, 0.6]);
        assert_eq!(of(false), [1.0, 0.0, 0.75, 0.75]);
    }
}
