use crate::analyze::testing::{analysis, asked, graph, stacks, table_text, tree_text};
use crate::analyze::{Detail, Exactness, GroupBy};

const SITE: &str = "/srv/app/.venv/lib/python3.12/site-packages/django/db";
const STD: &str = "/usr/lib/python3.12/json";

fn web() -> [String; 4] {
    [
        format!("main@/srv/app/main.py;view@/srv/app/api/views.py;get@{SITE}/query.py;run@{SITE}/sql.py 5"),
        format!("main@/srv/app/main.py;dump@{STD}/__init__.py;encode@{STD}/encoder.py;default@/srv/app/api/views.py 3"),
        "main@/srv/app/main.py;setup@/srv/app/main.py 2".to_owned(),
        "main@/srv/app/main.py;len 1".to_owned(),
    ]
}

#[test]
fn calls_within_a_group_are_one_box_and_calls_back_into_it_count_once() {
    let profile = stacks(&super::borrowed(&web()));
    let package = asked(&profile, |q| q.by = GroupBy::Package);
    let expected = ["your code 11 3", "  django 5 5", "  standard library 3 0", "    your code 3 3"];
    assert_eq!(tree_text(&package, &package.tree(Detail::ALL)), expected);
    assert_eq!(table_text(&package), ["your code 6 11", "django 5 5", "standard library 0 3"]);
    let module = asked(&profile, |q| q.by = GroupBy::Module);
    let rows = table_text(&module);
    assert!(rows.contains(&"main 2 11".to_owned()) && rows.contains(&"api.views 3 8".to_owned()), "{rows:?}");
    assert!(rows.contains(&"json 0 3".to_owned()) && rows.contains(&"json.encoder 0 3".to_owned()), "{rows:?}");
    let file = asked(&profile, |q| q.by = GroupBy::File);
    let rows = table_text(&file);
    assert!(rows.contains(&"/srv/app/main.py 2 11".to_owned()), "{rows:?}");
    assert!(rows.contains(&"(no file) 1 1".to_owned()), "{rows:?}");
}

#[test]
fn every_grouping_has_the_same_sum_and_its_own_costs_are_its_members() {
    let profile = stacks(&super::borrowed(&web()));
    let functions = analysis(&profile);
    for by in GroupBy::ALL {
        let a = asked(&profile, |q| q.by = by);
        assert_eq!((a.sum(), a.samples()), (11, Some(4)));
        let owns: i64 = a.groups().ids().map(|g| a.table().own(g)).sum();
        assert_eq!(owns, 11, "{by:?}");
        let mut members = vec![0; a.groups().len()];
        for function in functions.groups().ids() {
            members[a.groups().of_functions()[function.index()].index()] += functions.table().own(function);
        }
        if by != GroupBy::Line {
            assert!(a.groups().ids().all(|g| a.table().own(g) == members[g.index()]), "{by:?}");
        }
        assert!(a.groups().ids().all(|g| a.table().total(g) <= 11));
    }
}

#[test]
fn a_call_graph_by_file_keeps_own_costs_and_takes_totals_from_what_flows_in() {
    let lines = [
        "main@a.py 10 100",
        "helper@a.py 20 50",
        "read@b.py 30 30 x6",
        "parse@b.py 40 60 x2",
        "main@a.py>helper@a.py 50",
        "main@a.py>parse@b.py 40",
        "helper@a.py>parse@b.py 20",
        "helper@a.py>read@b.py 10 x2",
        "parse@b.py>read@b.py 20 x4",
    ];
    let a = asked(&graph(&lines), |q| q.by = GroupBy::File);
    assert_eq!(table_text(&a), ["a.py 30 100", "b.py 70 70"]);
    assert!(!a.table().totals_are_exact());
    assert_eq!(tree_text(&a, &a.tree(Detail::ALL)), ["a.py 100 30", "  b.py 70 70"]);
    assert_eq!(a.exactness(), Exactness::Exact, "each file has one caller");
    // Calls from outside a file are what is left of its calls.
    let b = super::named(&a, "b.py");
    assert_eq!(a.table().calls(b), Some((4, 4)));
}

#[test]
fn a_group_that_is_called_back_has_a_total_of_no_more_than_the_run() {
    let lines =
        ["main@a.py 10 100", "map@b.py 20 90", "key@a.py 70 70", "main@a.py>map@b.py 90", "map@b.py>key@a.py 70"];
    let a = asked(&graph(&lines), |q| q.by = GroupBy::File);
    assert_eq!(table_text(&a), ["a.py 80 100", "b.py 20 90"]);
}

#[test]
fn lines_of_a_call_graph_are_its_functions() {
    let a = asked(&graph(&["main 10 30", "f 20 20", "main>f 20"]), |q| q.by = GroupBy::Line);
    assert_eq!(tree_text(&a, &a.tree(Detail::ALL)), ["main 30 10", "  f 20 20"]);
}
