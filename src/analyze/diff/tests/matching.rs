//! Which function is which.

use super::{compared, listed, rows};
use crate::analyze::diff::{
    AlignError, Comparison, FunctionName, Mapping, Matching, Question, Renamed, Side, align, align_runs,
};
use crate::analyze::{GroupBy, testing};
use crate::model::{FunctionId, Profile};
use std::sync::Arc;

fn pairs(base: &[&str], new: &[&str]) -> Vec<String> {
    matched(base, new, &Matching::default())
}

/// `base place → new place` of the functions both sides have, and the others alone.
fn matched(base: &[&str], new: &[&str], rules: &Matching) -> Vec<String> {
    let side = |functions: &[&str]| listed(&functions.iter().map(|f| (*f, 1)).collect::<Vec<_>>());
    let aligned = align(&side(base), &side(new), rules).expect("can be compared");
    let place = |side: Side, f: FunctionId| {
        let own = aligned.function(side, f)?;
        let profile = aligned.recorded(side);
        Some(format!("{}:{}({})", profile.file(own), profile.function(own).line, profile.name(own)))
    };
    let mut pairs: Vec<String> = (0..aligned.profile(Side::New).functions().len())
        .map(FunctionId::at)
        .map(|f| match (place(Side::Base, f), place(Side::New, f)) {
            (Some(base), Some(new)) => format!("{base} = {new}"),
            (Some(base), None) => format!("gone {base}"),
            (None, Some(new)) => format!("new {new}"),
            (None, None) => "nobody's".to_owned(),
        })
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn a_function_that_moved_within_its_file_is_the_same() {
    assert_eq!(pairs(&["/p/a.py:3(f)"], &["/p/a.py:90(f)"]), ["/p/a.py:3(f) = /p/a.py:90(f)"]);
}

#[test]
fn a_renamed_function_is_gone_and_new_until_the_user_pairs_it() {
    let (base, new) = (["/p/a.py:3(f)"], ["/p/a.py:3(g)"]);
    assert_eq!(pairs(&base, &new), ["gone /p/a.py:3(f)", "new /p/a.py:3(g)"]);
    let named = |name: &str| FunctionName { name: name.to_owned(), file: "/p/a.py".to_owned(), line: 3 };
    let rules = Matching { renamed: vec![Renamed { base: named("f"), new: named("g") }], ..Matching::default() };
    assert_eq!(matched(&base, &new, &rules), ["/p/a.py:3(f) = /p/a.py:3(g)"]);
}

#[test]
fn installed_and_standard_modules_are_the_same_wherever_they_lie() {
    let base = [
        "/home/ann/venv/lib/python3.11/site-packages/requests/api.py:14(get)",
        "/usr/lib/python3.11/json/decoder.py:332(decode)",
        "<frozen importlib._bootstrap>:1022(_find_and_load)",
        "/opt/py/lib/python311.zip/csv.py:80(reader)",
    ];
    let new = [
        r"C:\app\.venv\Lib\site-packages\requests\api.py:14(get)",
        r"C:\Python313\Lib\json\decoder.py:345(decode)",
        "/usr/lib/python3.13/importlib/_bootstrap.py:1360(_find_and_load)",
        "/usr/lib/python3.13/csv.py:82(reader)",
    ];
    assert_eq!(pairs(&base, &new).iter().filter(|p| p.contains(" = ")).count(), 4);
}

#[test]
fn own_files_are_matched_by_how_their_paths_end() {
    let base = ["/home/ann/shop/app/csv.py:1(f)", "/home/ann/shop/app/io/csv.py:1(f)", "/home/ann/shop/run.py:1(f)"];
    let new = [r"C:\work\shop\app\io\csv.py:1(f)", r"C:\work\shop\run.py:1(f)", r"C:\work\shop\app\csv.py:1(f)"];
    assert_eq!(
        pairs(&base, &new),
        [
            r"/home/ann/shop/app/csv.py:1(f) = C:\work\shop\app\csv.py:1(f)",
            r"/home/ann/shop/app/io/csv.py:1(f) = C:\work\shop\app\io\csv.py:1(f)",
            r"/home/ann/shop/run.py:1(f) = C:\work\shop\run.py:1(f)",
        ]
    );
}

#[test]
fn relative_paths_match_absolute_ones() {
    let pairs = pairs(&["app/csv.py:1(f)", "run.py:1(g)"], &["/srv/app/csv.py:1(f)", "/srv/run.py:1(g)"]);
    assert_eq!(pairs, ["app/csv.py:1(f) = /srv/app/csv.py:1(f)", "run.py:1(g) = /srv/run.py:1(g)"]);
}

#[test]
fn a_file_of_the_same_name_elsewhere_is_another_file() {
    let base = ["/a/one/x.py:1(f)", "/a/one/y.py:1(f)", "/a/old/util.py:1(f)"];
    let new = ["/b/one/x.py:1(f)", "/b/one/y.py:1(f)", "/b/fresh/util.py:1(f)"];
    let pairs = pairs(&base, &new);
    assert!(pairs.contains(&"gone /a/old/util.py:1(f)".to_owned()), "{pairs:?}");
    assert!(pairs.contains(&"new /b/fresh/util.py:1(f)".to_owned()));
}

#[test]
fn a_mapping_says_what_the_rules_cannot_know() {
    let rules = |from: &str, to: &str| Matching {
        mappings: vec![Mapping { from: from.to_owned(), to: to.to_owned() }],
        ..Matching::default()
    };
    let base = ["/a/one/x.py:1(f)", "/a/one/y.py:1(f)", "/a/old/util.py:1(f)"];
    let new = ["/b/one/x.py:1(f)", "/b/one/y.py:1(f)", "/b/fresh/util.py:1(f)"];
    for (from, to) in [("/a/old", "/b/fresh"), ("/a/old/", "/b/fresh/"), ("/a/old/util.py", "/b/fresh/util.py")] {
        let pairs = matched(&base, &new, &rules(from, to));
        assert!(pairs.contains(&"/a/old/util.py:1(f) = /b/fresh/util.py:1(f)".to_owned()), "{from}: {pairs:?}");
    }
    // A relative one may stand anywhere in a path, but only between separators.
    let pairs = matched(&base, &new, &rules("old", "fresh"));
    assert!(pairs.contains(&"/a/old/util.py:1(f) = /b/fresh/util.py:1(f)".to_owned()), "{pairs:?}");
    assert_eq!(Mapping { from: "ol".to_owned(), to: "x".to_owned() }.apply("/a/old/util.py"), None);
}

#[test]
fn the_only_file_of_a_program_may_have_another_name() {
    let base = ["/p/before.py:1(f)", "/usr/lib/python3.12/csv.py:1(g)"];
    let new = ["/p/after.py:1(f)", "/usr/lib/python3.12/csv.py:1(g)"];
    assert_eq!(pairs(&base, &new)[0], "/p/before.py:1(f) = /p/after.py:1(f)");
    let several = ["/p/after.py:1(f)", "/p/other.py:1(f)"];
    assert_eq!(pairs(&base[..1], &several)[0], "gone /p/before.py:1(f)");
}

#[test]
fn functions_of_one_name_are_paired_in_the_order_of_their_lines() {
    assert_eq!(
        pairs(&["a.py:30(__init__)", "a.py:10(__init__)"], &["a.py:15(__init__)", "a.py:44(__init__)"]),
        ["a.py:10(__init__) = a.py:15(__init__)", "a.py:30(__init__) = a.py:44(__init__)"]
    );
}

#[test]
fn of_more_functions_of_one_name_those_are_paired_that_moved_as_their_neighbours_did() {
    // A class was put in at the top, with an `__init__` of its own: everything else moved down by 20.
    let base = ["a.py:10(__init__)", "a.py:12(f)", "a.py:30(__init__)", "a.py:33(g)"];
    let new = ["a.py:5(__init__)", "a.py:30(__init__)", "a.py:32(f)", "a.py:50(__init__)", "a.py:53(g)"];
    assert_eq!(
        pairs(&base, &new),
        [
            "a.py:10(__init__) = a.py:30(__init__)",
            "a.py:12(f) = a.py:32(f)",
            "a.py:30(__init__) = a.py:50(__init__)",
            "a.py:33(g) = a.py:53(g)",
            "new a.py:5(__init__)",
        ]
    );
}

#[test]
fn bare_names_match_qualified_ones_where_only_one_can_be_meant() {
    assert_eq!(
        pairs(&["a.py:10(run)", "a.py:20(load)"], &["a.py:10(Shop.run)", "a.py:20(Shop.load)"]),
        ["a.py:10(run) = a.py:10(Shop.run)", "a.py:20(load) = a.py:20(Shop.load)"]
    );
    // One class lost its method, another got one: that is no move.
    assert_eq!(
        pairs(&["a.py:10(Shop.run)"], &["a.py:10(Stock.run)"]),
        ["gone a.py:10(Shop.run)", "new a.py:10(Stock.run)"]
    );
    // Two classes, one bare name: which, nothing says.
    let several = pairs(&["a.py:10(run)"], &["a.py:10(Shop.run)", "a.py:40(Stock.run)"]);
    assert_eq!(several.iter().filter(|p| p.contains(" = ")).count(), 0);
}

#[test]
fn built_ins_match_by_name_without_addresses() {
    assert_eq!(
        pairs(
            &["~:0(<built-in method __new__ of type object at 0x7f01>)", "~:0({method 'append' of 'list' objects})"],
            &["~:0(<built-in method __new__ of type object at 0xabcdef>)", "~:0(<method 'append' of 'list' objects>)"],
        )
        .iter()
        .filter(|p| p.contains(" = "))
        .count(),
        2
    );
}

#[test]
fn lines_of_a_function_that_moved_are_the_same_lines() {
    let side = |first: u32, running: &[u32]| -> Arc<Profile> {
        let mut b = crate::model::ProfileBuilder::new("test");
        b.metric("samples", crate::model::Unit::Samples);
        let track = b.track(crate::model::Track::default());
        let f = b.function_named("f", "a.py", first);
        for &line in running {
            let frame = b.frame(f, line);
            let stack = b.stack_of(&[frame]);
            b.sample(track, stack, None, &[i64::from(line - first)]);
        }
        Arc::new(b.finish().expect("builds"))
    };
    let comparison = compared(&side(10, &[11, 13]), &side(20, &[21, 24]), |q| q.query.by = GroupBy::Line);
    assert_eq!(rows(&comparison), ["f:21 1 1", "f:24 - 4", "f:23 3 -"]);
}

#[test]
fn threads_are_the_same_by_name_and_those_of_one_side_stay() {
    let base = testing::stacks(&["#main f 1", "#old f 2"]);
    let new = testing::stacks(&["#fresh f 4", "#main f 8"]);
    let aligned = Arc::new(align(&base, &new, &Matching::default()).expect("can be compared"));
    let names: Vec<_> = aligned.profile(Side::Base).tracks().iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["fresh", "main", "old"]);
    let mut sums = Vec::new();
    for track in 0..3 {
        let mut question = Question::new(&aligned);
        question.query.track = Some(crate::model::TrackId(track));
        let comparison = Comparison::new(Arc::clone(&aligned), question, None);
        sums.push((comparison.table().base_sum(), comparison.table().new_sum()));
    }
    assert_eq!(sums, [(0, 4), (1, 8), (2, 0)]);
}

#[test]
fn what_measured_different_things_cannot_be_compared() {
    let bytes = {
        let mut b = crate::model::ProfileBuilder::new("test");
        b.metric("heap", crate::model::Unit::Bytes);
        Arc::new(b.finish().expect("builds"))
    };
    let error = align(&bytes, &listed(&[("a.py:1(f)", 1)]), &Matching::default()).map(|_| ()).expect_err("differs");
    assert_eq!(
        error.to_string(),
        "the two recordings measured different things: heap (bytes) on the base side, time (ns) on the new side"
    );
    let none = align_runs(&[], &[bytes], &Matching::default()).map(|_| ());
    assert_eq!(none, Err(AlignError::Empty(Side::Base)));
}

#[test]
fn a_path_that_is_all_of_how_another_ends_is_the_same_file() {
    // py-spy shortens paths in some of its formats, of the standard library and of the program alike.
    let base = ["spin.py:1(f)", "functools.py:1(g)", "threading.py:1(h)"];
    let new = [
        "/srv/shop/spin.py:1(f)",
        "/opt/py/lib/python3.11/functools.py:1(g)",
        "/opt/py/lib/python3.11/threading.py:1(h)",
    ];
    assert!(pairs(&base, &new).iter().all(|pair| pair.contains(" = ")), "{:?}", pairs(&base, &new));
    assert!(pairs(&new, &base).iter().all(|pair| pair.contains(" = ")), "{:?}", pairs(&new, &base));
}

#[test]
fn a_short_path_that_could_be_several_files_is_none_of_them() {
    let base = ["tools.py:1(f)", "lib/one.py:1(g)", "lib/two.py:1(g)"];
    let new = ["/srv/a/tools.py:1(f)", "/srv/b/tools.py:1(f)", "/srv/lib/one.py:1(g)", "/srv/lib/two.py:1(g)"];
    let pairs = pairs(&base, &new);
    assert!(pairs.contains(&"gone tools.py:1(f)".to_owned()), "{pairs:?}");
    assert_eq!(pairs.iter().filter(|pair| pair.contains(" = ")).count(), 2, "{pairs:?}");
}

#[test]
fn a_file_only_base_has_is_not_moved_into_the_standard_library() {
    let base = ["gone.py:1(f)", "functools.py:1(g)", "threading.py:1(h)"];
    let new = ["/opt/py/lib/python3.11/functools.py:1(g)", "/opt/py/lib/python3.11/threading.py:1(h)"];
    let side = |functions: &[&str]| listed(&functions.iter().map(|f| (*f, 1)).collect::<Vec<_>>());
    let comparison = compared(&side(&base), &side(&new), |_| ());
    let gone = comparison.table().rows().find(|row| row.new.is_none()).expect("a function that is gone");
    assert_eq!(comparison.place(gone.group).0, "gone.py");
}

#[test]
fn a_built_in_function_of_python_2_is_that_of_python_3() {
    let base = ["~:0(<len>)", "~:0(<time.sleep>)", "~:0(<method 'append' of 'list' objects>)"];
    let new = [
        "~:0(<built-in method builtins.len>)",
        "~:0(<built-in method time.sleep>)",
        "~:0(<method 'append' of 'list' objects>)",
    ];
    assert_eq!(pairs(&base, &new).iter().filter(|pair| pair.contains(" = ")).count(), 3);
}
