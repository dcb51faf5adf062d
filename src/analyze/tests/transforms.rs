use super::{STACKS, borrowed, named};
use crate::analyze::testing::{analysis, asked, stacks, tree_text};
use crate::analyze::{Analysis, Detail, GroupBy, Transform};
use crate::model::{Profile, TrackId};
use std::sync::Arc;

/// The stacks a query leaves, as collapsed text in alphabetical order.
fn folded(a: &Analysis) -> Vec<String> {
    let tree = a.tree(Detail::ALL);
    let path = |n: usize| tree.path(n).iter().map(|&g| a.name(g).into_owned()).collect::<Vec<_>>().join(";");
    let mut lines: Vec<String> =
        (0..tree.len()).filter(|&n| tree.own(n) != 0).map(|n| format!("{} {}", path(n), tree.own(n))).collect();
    lines.sort();
    lines
}

fn transformed(profile: &Arc<Profile>, transforms: &[(&str, &str)]) -> Analysis {
    let plain = analysis(profile);
    let transform = |&(kind, name): &(&str, &str)| match kind {
        "focus" => Transform::Focus(named(&plain, name)),
        "focus any" => Transform::FocusAny(name.split(' ').map(|name| named(&plain, name)).collect()),
        "hide" => Transform::Hide(named(&plain, name)),
        "drop" => Transform::Drop(named(&plain, name)),
        "subtree" => Transform::FocusSubtree(name.split(' ').map(|name| named(&plain, name)).collect()),
        "package" => Transform::CollapsePackage(named(&plain, name)),
        "module" => Transform::CollapseModule(named(&plain, name)),
        "collapse" => Transform::CollapseRecursion,
        _ => Transform::OnlyMine,
    };
    asked(profile, |q| q.transforms = transforms.iter().map(transform).collect())
}

fn after(lines: &[&str], transforms: &[(&str, &str)]) -> Vec<String> {
    folded(&transformed(&stacks(lines), transforms))
}

#[test]
fn focus_begins_every_stack_at_the_outermost_call_and_drops_the_others() {
    assert_eq!(after(STACKS, &[("focus", "parse")]), ["parse;parse;log 3", "parse;read 2"]);
    let a = transformed(&stacks(STACKS), &[("focus", "parse")]);
    assert_eq!((a.sum(), a.samples()), (5, Some(2)));
    assert_eq!(a.table().total(named(&a, "main")), 0);
    assert!(!a.table().present().any(|g| g == named(&a, "main")));
}

#[test]
fn a_focus_on_several_begins_at_the_outermost_call_of_any() {
    assert_eq!(after(STACKS, &[("focus any", "read log")]), ["log 7", "read 2"]);
    assert_eq!(after(STACKS, &[("focus any", "parse log")]), ["log 4", "parse;parse;log 3", "parse;read 2"]);
    assert_eq!(after(STACKS, &[("focus any", "parse log"), ("focus", "log")]), ["log 7"]);
}

#[test]
fn hide_gives_the_time_to_the_caller() {
    assert_eq!(after(STACKS, &[("hide", "log")]), ["main 4", "main;parse;parse 3", "main;parse;read 2"]);
    assert_eq!(after(STACKS, &[("hide", "parse")]), ["main;log 7", "main;read 2"]);
    // Where no caller is left, stacks begin further in, and time hangs from nothing but is still counted.
    assert_eq!(after(STACKS, &[("hide", "main")]), ["log 4", "parse;parse;log 3", "parse;read 2"]);
    let a = transformed(&stacks(&["main 3", "main;log 4"]), &[("hide", "main")]);
    assert_eq!((folded(&a), a.sum(), a.samples()), (vec!["log 4".to_owned()], 7, Some(2)));
}

#[test]
fn drop_takes_whole_stacks_away() {
    assert_eq!(after(STACKS, &[("drop", "parse")]), ["main;log 4"]);
    assert_eq!(after(STACKS, &[("drop", "main")]), [""; 0]);
    assert_eq!(transformed(&stacks(STACKS), &[("drop", "parse")]).sum(), 4);
}

#[test]
fn collapsed_recursion_leaves_a_repeated_function_once_with_all_it_called() {
    assert_eq!(after(STACKS, &[("collapse", "")]), ["main;log 4", "main;parse;log 3", "main;parse;read 2"]);
    // The functions between two calls go with the inner one.
    assert_eq!(after(&["a;b;a;c 1", "a;b 2", "a;b;a;b;d 4"], &[("collapse", "")]), ["a;b 2", "a;b;d 4", "a;c 1"]);
    // Back to an outer call, and on from there past functions that stood below it before.
    assert_eq!(after(&["a;b;c;a;c;b;e 1", "a;b;c;b;c;a;e 2"], &[("collapse", "")]), ["a;c;b;e 1", "a;e 2"]);
}

#[test]
fn collapsing_folds_every_word_over_three_functions_as_reading_it_aloud_does() {
    let words =
        (0..729_usize).map(|word| (0..6).map(|i| ["a", "b", "c"][word / 3_usize.pow(i) % 3]).collect::<Vec<_>>());
    let mut expected: Vec<String> = words
        .clone()
        .map(|word| {
            let mut path: Vec<&str> = Vec::new();
            for name in word {
                match path.iter().position(|other| *other == name) {
                    Some(outer) => path.truncate(outer + 1),
                    None => path.push(name),
                }
            }
            path.join(";")
        })
        .collect();
    expected.sort();
    let expected: Vec<String> =
        expected.chunk_by(|a, b| a == b).map(|run| format!("{} {}", run[0], run.len())).collect();
    let lines: Vec<String> = words.map(|word| format!("{} 1", word.join(";"))).collect();
    assert_eq!(after(&borrowed(&lines), &[("collapse", "")]), expected);
}

#[test]
fn only_mine_leaves_the_users_own_code() {
    let site = "/srv/app/.venv/lib/python3.12/site-packages/django/db.py";
    let lines = [
        format!("main@/srv/app/main.py;query@{site};row@{site};price@/srv/app/shop.py 3"),
        format!("main@/srv/app/main.py;query@{site} 2"),
        format!("query@{site} 1"),
    ];
    let a = transformed(&stacks(&borrowed(&lines)), &[("mine", "")]);
    assert_eq!((folded(&a), a.sum()), (vec!["main 2".to_owned(), "main;price 3".to_owned()], 6));
}

#[test]
fn a_focused_subtree_is_what_begins_with_its_calls() {
    assert_eq!(after(STACKS, &[("subtree", "main parse")]), ["parse;parse;log 3", "parse;read 2"]);
    assert_eq!(after(STACKS, &[("subtree", "main parse parse")]), ["parse;log 3"]);
    assert_eq!(after(STACKS, &[("subtree", "main log")]), ["log 4"], "and not the log that parse calls");
    assert_eq!(after(STACKS, &[("subtree", "parse")]), [""; 0], "no stack begins with it");
    // Stacks are met as earlier transforms left them, and left to later ones.
    assert_eq!(after(STACKS, &[("hide", "parse"), ("subtree", "main log")]), ["log 7"]);
    assert_eq!(after(STACKS, &[("subtree", "main parse"), ("hide", "parse")]), ["log 3", "read 2"]);
    assert_eq!(after(STACKS, &[("subtree", "main parse"), ("subtree", "parse read")]), ["read 2"]);
    let a = transformed(&stacks(STACKS), &[("subtree", "main log")]);
    assert_eq!((a.sum(), a.samples(), a.table().total(named(&a, "main"))), (4, Some(1), 0));
}

#[test]
fn a_focused_subtree_of_files_is_found_among_folded_calls() {
    let profile = stacks(&["f@a.py;g@a.py;h@b.py;f@a.py 3", "f@a.py;h@b.py 2", "h@b.py 4"]);
    let plain = asked(&profile, |q| q.by = GroupBy::File);
    let path = ["a.py", "b.py"].map(|name| named(&plain, name)).to_vec();
    let focused = asked(&profile, |q| (q.by, q.transforms) = (GroupBy::File, vec![Transform::FocusSubtree(path)]));
    assert_eq!(folded(&focused), ["b.py 2", "b.py;a.py 3"]);
}

#[test]
fn a_collapsed_package_or_module_is_the_call_that_entered_it() {
    let [db, sql] = ["db", "sql"].map(|name| format!("/srv/app/.venv/lib/python3.12/site-packages/django/{name}.py"));
    let lines = [
        format!("main@/srv/app/main.py;query@{db};rows@{db};parse@{sql};price@/srv/app/shop.py;get@{db};row@{db} 3"),
        format!("query@{db};rows@{db} 2"),
        format!("main@/srv/app/main.py;rows@{db};parse@{sql} 1"),
    ];
    let [all, by_module] = ["package", "module"].map(|kind| {
        let a = transformed(&stacks(&borrowed(&lines)), &[(kind, "rows")]);
        assert_eq!(a.sum(), 6, "no time is lost");
        folded(&a)
    });
    assert_eq!(all, ["main;query;price;get 3", "main;rows 1", "query 2"]);
    assert_eq!(by_module, ["main;query;parse;price;get 3", "main;rows;parse 1", "query 2"]);
    let mine = transformed(&stacks(&borrowed(&lines)), &[("package", "main")]);
    assert_eq!(folded(&mine).len(), 3, "what calls nothing of its own stays as it is");
    let both = transformed(&stacks(&borrowed(&lines)), &[("hide", "price"), ("package", "rows")]);
    assert_eq!(folded(&both), ["main;query 3", "main;rows 1", "query 2"], "what a filter made neighbours is folded");
}

#[test]
fn transforms_meet_the_stacks_as_the_ones_before_left_them() {
    let lines = ["main;parse;read 2", "main;log 4", "log;main;parse 8"];
    // After a focus, the functions outside are not there any more.
    assert_eq!(after(&lines, &[("focus", "parse"), ("drop", "main")]), ["parse 8", "parse;read 2"]);
    assert_eq!(after(&lines, &[("drop", "main"), ("focus", "parse")]), [""; 0]);
    assert_eq!(after(&lines, &[("drop", "read"), ("focus", "main")]), ["main;log 4", "main;parse 8"]);
    assert_eq!(after(&lines, &[("hide", "parse"), ("focus", "parse")]), [""; 0]);
    assert_eq!(after(&lines, &[("focus", "parse"), ("hide", "parse")]), ["read 2"]);
    assert_eq!(after(&lines, &[("hide", "log"), ("drop", "log")]), ["main 4", "main;parse 8", "main;parse;read 2"]);
    // A focus in a focus is looked for inside the first.
    let lines = ["a;b;c 1", "b;a;c 2", "b;c 4"];
    assert_eq!(after(&lines, &[("focus", "a"), ("focus", "b")]), ["b;c 1"]);
    assert_eq!(after(&lines, &[("focus", "b"), ("focus", "a")]), ["a;c 2"]);
    // Recursion that hiding makes, or that a collapse took away.
    let lines = ["a;x;a;b 1", "a;b 2"];
    assert_eq!(after(&lines, &[("hide", "x"), ("collapse", "")]), ["a;b 3"]);
    assert_eq!(after(&lines, &[("collapse", ""), ("drop", "x")]), ["a;b 3"]);
    assert_eq!(after(&lines, &[("drop", "x"), ("collapse", "")]), ["a;b 2"]);
    assert_eq!(after(&lines, &[("collapse", ""), ("focus", "x")]), [""; 0]);
    assert_eq!(after(&lines, &[("focus", "x"), ("collapse", ""), ("hide", "a")]), ["x;b 1"]);
}

#[test]
fn transforms_of_files_fold_what_becomes_neighbours() {
    let profile = stacks(&["f@a.py;g@a.py;h@b.py;f@a.py 3", "f@a.py;h@b.py;k@b.py 2"]);
    let plain = asked(&profile, |q| q.by = GroupBy::File);
    assert_eq!(folded(&plain), ["a.py;b.py 2", "a.py;b.py;a.py 3"]);
    let hide = vec![Transform::Hide(named(&plain, "b.py"))];
    assert_eq!(folded(&asked(&profile, |q| (q.by, q.transforms) = (GroupBy::File, hide))), ["a.py 5"]);
    for times in [1, 2] {
        let collapse = vec![Transform::CollapseRecursion; times];
        let collapsed = asked(&profile, |q| (q.by, q.transforms) = (GroupBy::File, collapse));
        assert_eq!(folded(&collapsed), ["a.py 3", "a.py;b.py 2"]);
    }
}

#[test]
fn an_earlier_analysis_lends_what_stays_the_same_and_nothing_else() {
    let profile = stacks(&["#one main;parse 2", "#two main;log 4", "#two main;parse;parse 1"]);
    let mut earlier = analysis(&profile);
    let parse = named(&earlier, "parse");
    let queries = [
        vec![],
        vec![Transform::Hide(parse)],
        vec![Transform::Drop(parse)],
        vec![Transform::Focus(parse)],
        vec![Transform::CollapseRecursion],
    ];
    for transforms in queries {
        for by in GroupBy::ALL {
            for track in [None, Some(TrackId(1))] {
                let mut query = earlier.query().clone();
                (query.transforms, query.by, query.track) = (transforms.clone(), by, track);
                let fresh = Analysis::new(Arc::clone(&profile), query.clone(), None);
                let lent = Analysis::new(Arc::clone(&profile), query, Some(&earlier));
                assert_eq!(tree_text(&fresh, &fresh.tree(Detail::ALL)), tree_text(&lent, &lent.tree(Detail::ALL)));
                earlier = lent;
            }
        }
    }
}
