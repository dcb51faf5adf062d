use super::{STACKS, named};
use crate::analyze::testing::{analysis, asked, graph, stacks};
use crate::analyze::{Analysis, GroupBy, SearchText};

/// How many match, and what part of everything ran in or below them, in hundredths.
fn found(a: &Analysis, text: &str) -> (usize, i64) {
    let regex = text.starts_with('/');
    let search = SearchText { text: text.trim_start_matches('/').to_owned(), regex };
    let matches = a.search(&search.matcher().expect("compiles").expect("not empty"));
    assert_eq!(matches.count, matches.mask.iter().filter(|m| **m).count());
    assert_eq!(matches.count, a.groups().ids().filter(|&g| matches.contains(g)).count());
    (matches.count, (matches.share * 100.0).round() as i64)
}

#[test]
fn the_share_counts_a_sample_once_however_many_of_its_frames_match() {
    let a = analysis(&stacks(STACKS));
    assert_eq!(found(&a, "parse"), (1, 56));
    assert_eq!(found(&a, "log"), (1, 78));
    assert_eq!(found(&a, "/parse|log"), (2, 100));
    assert_eq!(found(&a, "/parse|read|log|main"), (4, 100));
    assert_eq!(found(&a, "write"), (0, 0));
}

#[test]
fn a_file_matches_all_its_functions_and_case_matters_only_where_it_is_typed() {
    let a = analysis(&stacks(&["main@app/Main.py;read@lib/io.py 3", "write@lib/io.py 1"]));
    assert_eq!(found(&a, "io.py"), (2, 100));
    assert_eq!(found(&a, "main.py"), (1, 75));
    assert_eq!(found(&a, "Main.py"), (1, 75));
    assert_eq!(found(&a, "MAIN.PY"), (0, 0));
    assert_eq!(found(&a, "/^(read|write)$"), (2, 100));
    // A dot is a dot unless it is a regular expression.
    assert_eq!((found(&a, "io.p"), found(&a, "io-p"), found(&a, "/io.p")), ((2, 100), (0, 0), (2, 100)));
}

#[test]
fn what_has_no_file_is_not_found_by_an_empty_match_of_it() {
    let a = analysis(&stacks(&["main 1"]));
    assert_eq!(found(&a, "/^$"), (0, 0));
}

#[test]
fn groups_are_found_by_the_names_they_have() {
    let profile =
        stacks(&["main:3@/srv/app/main.py;load:7@/usr/lib/python3.12/json/__init__.py 2", "main:4@/srv/app/main.py 2"]);
    assert_eq!(found(&asked(&profile, |q| q.by = GroupBy::Line), "main:4"), (1, 50));
    assert_eq!(found(&asked(&profile, |q| q.by = GroupBy::File), "json"), (1, 50));
    assert_eq!(found(&asked(&profile, |q| q.by = GroupBy::Module), "/^json$"), (1, 50));
    assert_eq!(found(&asked(&profile, |q| q.by = GroupBy::Package), "standard"), (1, 50));
}

#[test]
fn the_share_in_a_call_graph_is_what_flows_through() {
    let lines = ["main 10 100", "f 30 60", "g 30 30", "h 30 30", "main>f 60", "f>g 30", "main>h 30"];
    let a = analysis(&graph(&lines));
    let parts = [("main", 100), ("/^f$", 60), ("/^g$", 30), ("/^[gh]$", 60), ("/^[fg]$", 60), ("nothing", 0)];
    for (text, share) in parts {
        assert_eq!(found(&a, text).1, share, "{text}");
    }
    let matcher = SearchText { text: "main".to_owned(), regex: false }.matcher().expect("compiles").expect("not empty");
    assert!(a.search(&matcher).estimated);
    assert_eq!(a.name(named(&a, "f")), "f");
}

#[test]
fn an_expression_that_cannot_be_searched_for_says_why() {
    let search = |text: &str| SearchText { text: text.to_owned(), regex: true }.matcher();
    assert!(search("").expect("nothing is searched for").is_none());
    assert!(!search("(").expect_err("unclosed").is_empty());
    assert_eq!(search("(a{1000}){1000}").expect_err("huge"), "this expression is too large");
}
